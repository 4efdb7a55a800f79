"""Segments: the list, and the worksheet's header."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from starlette.responses import HTMLResponse

from api.context import ServiceOf
from api.moments import Moment, segment_at
from api.pages import grid
from api.pages.browser import PageRoute, Reader, Sent, Visitor, Writer, given_text, go_to, record_read, settle
from api.pages.filters import suggested
from api.pages.forms import HEADER, changed_values, choices, record_choices
from api.pages.grid_rows import NUMBERS
from api.pages.history import changed_at, latest
from api.pages.lists import AskedOf, shown_list
from api.pages.rendering import quoted, static_address
from api.pages.setup import first_steps
from api.schemas.segments import NewSegment, SegmentPatch, SegmentVersion
from api.schemas.values import Code
from application.papers import MOST_COVER_SHEETS, MOST_LABELS
from correspondence.labels import FORMATS
from domain import records
from domain.segment.state import Segment
from projections.segment_listings import SEGMENT_LINES, SEGMENTS

router = APIRouter(route_class=PageRoute, include_in_schema=False)
COLUMNS = (
    "no",
    "description",
    "date",
    "interaction_template_code",
    "salesperson_code",
    "number_of_lines",
    "cost",
)
Version = Annotated[SegmentVersion, Query()]
PREPARED = {"Speculation-Rules": f'"{static_address("prepared.json")}"'}
"""Browsers that can prepare a worksheet while the pointer or the focus rests on its link in the list.

Only there: what is done on a worksheet's own pages would be missing from what was prepared before. And only
as it is now: looking at that changes nothing, while what is read of the past is recorded.
"""


@router.get("/segments")
def list_segments(service: ServiceOf, visitor: Reader, query: AskedOf) -> HTMLResponse:
    """The open segments."""
    found = shown_list(service, SEGMENTS, query, COLUMNS, "/segments", "-no")
    verdict = service.verifying.verdict()
    return visitor.page(
        "segments.html", headers=PREPARED, list=found, verdict=verdict, **first_steps(service)
    )


@router.post("/segments")
def create_segment(request: Request, service: ServiceOf, visitor: Writer, form: Sent) -> Response:
    """A new worksheet."""
    named = {name: text for name in ("no", "description") if (text := given_text(form, name))}
    body = NewSegment.model_validate(named)
    segment, position = service.segments.create(visitor.caller, body.no, body.changes())
    settle(service, position, "worksheets")
    return go_to(request, f"/segments/{quoted(segment.no)}")


@router.get("/segments/{no}")
def show_segment(
    no: Code, service: ServiceOf, visitor: Reader, request: Request, version: Version = None
) -> HTMLResponse:
    """The worksheet, as it is or as it stood at a version."""
    if version is not None and not visitor.may_look_back:
        version = None
    segment = segment_at(service, no, Moment(version, None))
    if version is not None:
        record_read(request, service, visitor)
    editable = visitor.may_write and version is None
    return visitor.page(
        "worksheet.html",
        segment=segment,
        first_rows=grid.first_rows(service, visitor, segment, now=version is None),
        version=version,
        changed=changed_at(service, no, version, visitor.language) if version else None,
        latest=latest(service, no) if version else segment.version,
        versions=service.history.segment(no, visitor.language, after=version, limit=0).versions
        if version
        else 0,
        fields=HEADER,
        choices=choices(service, HEADER, visitor.language),
        columns=grid.COLUMNS,
        numbers=NUMBERS,
        suggested=suggested(grid.COLUMNS, SEGMENT_LINES.kinds, visitor.language),
        formats=tuple(FORMATS),
        most={"labels": MOST_LABELS, "sheets": MOST_COVER_SHEETS},
        groups=record_choices(service, records.MAILING_GROUP),
        editable=editable,
    )


@router.get("/segments/{no}/totals")
def show_totals(no: Code, service: ServiceOf, visitor: Reader) -> HTMLResponse:
    """What the lines add up to, for a worksheet that is being changed."""
    return _totals(visitor, service.segments.get(no))


def _totals(visitor: Visitor, segment: Segment) -> HTMLResponse:
    return visitor.page("part_totals.html", headers=grid.LETS_PAGE_BE_KEPT, segment=segment)


@router.post("/segments/{no}/header")
def change_header(no: Code, request: Request, service: ServiceOf, visitor: Writer, form: Sent) -> Response:
    """Change what was changed in the form, for the lines that follow too if that is asked for."""
    values = changed_values(form, HEADER, visitor.language)
    body = SegmentPatch.model_validate(values | {"update_lines": form.get("update_lines") == "on"})
    _, position = service.segments.change_header(
        visitor.caller, no, body.changes(), update_lines=body.update_lines
    )
    settle(service, position, "worksheets")
    return go_to(request, f"/segments/{quoted(no)}")


@router.post("/segments/{no}/delete")
def delete_segment(no: Code, request: Request, service: ServiceOf, visitor: Writer) -> Response:
    """Delete an open segment."""
    settle(service, service.segments.delete(visitor.caller, no), "worksheets")
    return go_to(request, "/segments")
