"""The lines of a worksheet as a grid: any part of it, changes in place, contacts by hand, and why."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from markupsafe import Markup
from starlette.responses import HTMLResponse

from api.context import ServiceOf
from api.moments import Moment, segment_at
from api.pages.browser import (
    Historian,
    PageRoute,
    Reader,
    Sent,
    Visitor,
    Writer,
    given_number,
    given_text,
    go_to,
    record_read,
    settle,
)
from api.pages.erased import names_or_erased
from api.pages.forms import LINE, LINE_FIELDS, choices_of, sent_value
from api.pages.grid_rows import Cell, GridLine, rows_html
from api.pages.line_views import LineViews
from api.pages.lists import AskedOf
from api.pages.rendering import SECURITY_HEADERS, quoted
from api.routes.segments import LineNo
from api.schemas.segments import LinePatch, NewLine, SegmentVersion
from api.schemas.values import Code
from api.service import Service
from domain.errors import InvalidRequest
from domain.segment.line_values import SegmentLine
from domain.segment.lines import Line
from domain.segment.state import Segment
from domain.vocabulary import given
from projections.contact_queries import CONTACTS
from projections.listing import Query as ListQuery
from projections.listing import list_page
from projections.segment_listings import SEGMENT_LINES

router = APIRouter(prefix="/segments/{no}", route_class=PageRoute, include_in_schema=False)
COLUMNS = (
    *("contact_no", "contact_company_name", "contact_name"),
    *(field.name for field in LINE[:6]),
    *("document", "contact_email"),
    *(field.name for field in LINE[6:]),
)
MOST_ROWS = 500
FIRST_ROWS = 20
"""So many rows fit in most windows; what a browser lays out, it lays out for each of them."""
FOUND = 12
LETS_PAGE_BE_KEPT = {"Cache-Control": "private, no-cache"}
"""Chromium keeps no page for Back that got a `no-store` answer; the script asks for no copy of rows."""

Version = Annotated[SegmentVersion, Query()]
_views = LineViews()


def _rows(service: Service, lines: list[Line], first: int) -> list[GridLine]:
    shown = service.segments.show(lines)
    names = [_names(values) for values in shown]
    names_or_erased(service, names)
    return [
        _row(line, values, named, first + index)
        for index, (line, values, named) in enumerate(zip(lines, shown, names, strict=True))
    ]


def _names(values: SegmentLine) -> dict[str, Any]:
    """Who the line is with; a company has no person's name to miss."""
    of = ["contact_company_name", "contact_company_no"]
    if values.contact_no != values.contact_company_no:
        of += ["contact_name", "contact_no"]
    return {name: getattr(values, name) for name in of}


def _row(line: Line, values: SegmentLine, named: Mapping[str, Any], place: int) -> GridLine:
    own = given(line.own)
    cells = [
        Cell(name, named[name] if name in named else getattr(values, name), name in own, name in LINE_FIELDS)
        for name in COLUMNS
    ]
    return GridLine(line.line_no, values.contact_no, place, cells)


@router.get("/rows")
def show_rows(
    no: Code,
    request: Request,
    service: ServiceOf,
    visitor: Reader,
    query: AskedOf,
    start: Annotated[int, Query(ge=0, le=2**31)] = 0,
    count: Annotated[int, Query(ge=1, le=MOST_ROWS)] = 100,
    version: Version = None,
) -> HTMLResponse:
    """The rows of a part of the grid; how many there are in all is in a header."""
    if not visitor.may_look_back:
        version = None
    segment = segment_at(service, no, Moment(version, None))
    if version is not None:
        record_read(request, service, visitor)
    asked = ListQuery(query.filters_on(SEGMENT_LINES), query.sort)
    with query.refusing_as_written(SEGMENT_LINES):
        window = _views.window(service, segment, asked, date.today(), start, count)
    rows = _rows(service, list(window.lines), window.start)
    return _answer(visitor, rows, now=version is None, total=window.total)


def first_rows(service: Service, visitor: Visitor, segment: Segment, *, now: bool) -> Markup:
    """The rows that a page comes with, so that nobody waits for another answer to see them."""
    window = _views.window(service, segment, ListQuery(), date.today(), 0, FIRST_ROWS)
    # What stands in the cells is escaped where the rows are made.
    return Markup(_html(visitor, _rows(service, list(window.lines), 0), now=now))


def _html(visitor: Visitor, rows: list[GridLine], *, now: bool) -> str:
    """Rows; those of a moment in the past are only looked at."""
    editable = visitor.may_write and now
    possible = (("why", visitor.may_look_back), ("letter", now), ("remove", editable))
    actions = [name for name, holds in possible if holds]
    return rows_html(rows, visitor.language, editable=editable, actions=actions)


def _answer(visitor: Visitor, rows: list[GridLine], *, now: bool, total: int) -> HTMLResponse:
    content = _html(visitor, rows, now=now)
    return HTMLResponse(content, headers=SECURITY_HEADERS | LETS_PAGE_BE_KEPT | {"X-Total": str(total)})


def _shown_line(
    visitor: Visitor, service: Service, segment: Segment, line_no: int, place: int
) -> HTMLResponse:
    service.segments.line(segment, line_no)
    line = segment.line(line_no)
    assert line is not None
    return _answer(visitor, _rows(service, [line], place), now=True, total=segment.number_of_lines)


@router.get("/lines/{line_no}/edit/{name}")
def edit_cell(no: Code, line_no: LineNo, name: str, service: ServiceOf, visitor: Reader) -> HTMLResponse:
    """The field in which one value of a line is changed."""
    field = LINE_FIELDS.get(name)
    if field is None:
        raise InvalidRequest.at(name, "there is no such field")
    line = service.segments.line(service.segments.get(no), line_no)
    options = choices_of(service, field, visitor.language) if field.kind == "choice" else []
    value = getattr(line, name)
    # Also after a value was changed, Back leads to the line that one was at.
    kept = LETS_PAGE_BE_KEPT
    return visitor.page(
        "part_cell_editor.html", headers=kept, field=field, value=value, options=options, line=line
    )


@router.post("/lines/{line_no}/edit/{name}")
def change_cell(
    no: Code, line_no: LineNo, name: str, service: ServiceOf, visitor: Writer, form: Sent
) -> HTMLResponse:
    """Give a line a value of its own; the row as it is now."""
    field = LINE_FIELDS.get(name)
    if field is None:
        raise InvalidRequest.at(name, "there is no such field")
    place = given_number(form, "place") or 0
    body = LinePatch.model_validate({name: sent_value(field, given_text(form, name), visitor.language)})
    segment, position = service.segments.change_line(visitor.caller, no, line_no, None, body.changes())
    settle(service, position, "worksheets")
    return _shown_line(visitor, service, segment, line_no, place)


@router.post("/lines/{line_no}/remove")
def remove_line(no: Code, line_no: LineNo, service: ServiceOf, visitor: Writer) -> Response:
    """Take a line off the worksheet; the number of this action is in a header, to undo it."""
    segment, position = service.segments.remove_line(visitor.caller, no, line_no)
    settle(service, position, "worksheets")
    return Response(status_code=204, headers={"X-Action": str(segment.actions[-1].action_no)})


@router.get("/find-contacts")
def find_contacts(
    no: Code, service: ServiceOf, visitor: Reader, q: Annotated[str, Query(max_length=100)] = ""
) -> HTMLResponse:
    """Contacts whose number or name begins with a text, to be put on the worksheet."""
    on_segment = service.segments.get(no).contacts
    found = matching(service, q)
    return visitor.page("part_found_contacts.html", no=no, q=q.strip(), found=found, on_segment=on_segment)


def plain_words(q: str) -> str:
    """What somebody looks for, without the signs of filters."""
    words = "".join(sign if sign.isalnum() or sign in " .-" else "?" for sign in q.strip())
    # Two dots mean a range.
    return re.sub(r"\.{2,}", lambda dots: "?" * len(dots[0]), words)


def matching(service: Service, q: str) -> list[dict[str, Any]]:
    """The first contacts whose number or name begins with a text, or whose name holds it."""
    words = plain_words(q)
    if not words:
        return []
    found: dict[str, dict[str, Any]] = {}
    asked: list[dict[str, str]] = [{"name": f"@{words}*"}, {"name": f"@*{words}*"}]
    if " " not in words:
        asked.insert(0, {"no": f"{words}*"})
    with service.read_models.cursor() as cursor:
        for filters in asked:
            if len(found) < FOUND:
                page = list_page(cursor, CONTACTS, ListQuery(filters, limit=FOUND), work_date=date.today())
                found |= {row["no"]: row for row in page.items if row["no"] not in found}
    return list(found.values())[:FOUND]


@router.post("/lines")
def add_contact(no: Code, request: Request, service: ServiceOf, visitor: Writer, form: Sent) -> Response:
    """Put a contact on a line by hand."""
    body = NewLine.model_validate({"contact_no": given_text(form, "contact_no")})
    _, position, _ = service.segments.add_line(visitor.caller, no, body.contact_no, body.changes())
    settle(service, position, "worksheets")
    return go_to(request, f"/segments/{quoted(no)}")


@router.get("/lines/{line_no}/why")
def explain_line(
    no: Code, line_no: LineNo, service: ServiceOf, visitor: Historian, version: Version = None
) -> HTMLResponse:
    """Why a contact is on the worksheet."""
    found = service.explanations.line(no, line_no, visitor.language, version=version)
    return visitor.page("part_why.html", found=found)
