"""The letter of one contact: as it will be, personal remarks, a document of its own, and back."""

from __future__ import annotations

import numpy as np
from fastapi import APIRouter, Request, Response
from starlette.responses import HTMLResponse

from api.context import ServiceOf
from api.pages.browser import PageRoute, Reader, Sent, Writer, go_to, settle
from api.pages.documents import sent_file
from api.pages.forms import FormField, changed_values
from api.pages.letter_views import AROUND_LETTER, FileOf, in_frame, letter_view, saved
from api.pages.rendering import quoted
from api.routes.documents import ENDINGS
from api.routes.segments import LineNo
from api.schemas.segments import LinePatch
from api.schemas.values import Code
from api.service import Service
from application.letters import PDF, one_as_pdf
from domain.errors import NoDocument, NotFound
from domain.segment.state import Segment
from domain.vocabulary import given

LETTER = "/segments/{no}/lines/{line_no}/letter"
router = APIRouter(prefix=LETTER, route_class=PageRoute, include_in_schema=False)
PERSONAL = (FormField("subject"), FormField("remarks", "long", length=4_000))
SHOWN = ("correspondence_type", "language_code", "date", "salesperson_code", "description")
REMARKS = "Remarks"


def _letter(service: Service, no: str, line_no: int, *, as_pdf: bool) -> FileOf:
    letter = service.letters.of_line(no, line_no)
    if as_pdf:
        return FileOf(one_as_pdf(letter), PDF, f"{letter.name}.pdf")
    return FileOf(letter.data, letter.content_type, f"{letter.name}{ENDINGS.get(letter.content_type, '')}")


@router.get("")
def show_letter(no: Code, line_no: LineNo, service: ServiceOf, visitor: Reader) -> HTMLResponse:
    """The letter of a line, what is its own, and the letters before and after it."""
    segment = service.segments.get(no)
    shown = service.segments.line(segment, line_no)
    line = segment.line(line_no)
    assert line is not None
    document = service.documents.used_on(segment, line_no).document
    base = f"/segments/{quoted(no)}/lines/{line_no}/letter"
    why_not, fields = None, None
    try:
        if document is None:
            raise NoDocument("")
        fields = service.documents.fields_of(document).merge_fields
    except (NoDocument, NotFound) as error:
        why_not = error.slug
    before, after = _beside(segment, line_no)
    return visitor.page(
        "line_letter.html",
        headers=AROUND_LETTER,
        segment=segment,
        line=shown,
        own=given(line.own).keys(),
        document=document,
        letter=None if why_not or document is None else letter_view(document.content_type, base),
        why_not=why_not,
        shows_remarks=fields is not None and REMARKS in fields,
        fields=PERSONAL,
        facts=SHOWN,
        before=before,
        after=after,
    )


def _beside(segment: Segment, line_no: int) -> tuple[int | None, int | None]:
    """The numbers of the lines before and after this one."""
    numbers = segment.line_columns().line_no
    place = int(np.searchsorted(numbers, line_no))
    return (
        int(numbers[place - 1]) if place > 0 else None,
        int(numbers[place + 1]) if place + 1 < len(numbers) else None,
    )


@router.get("/pdf")
def show_pdf(no: Code, line_no: LineNo, service: ServiceOf, visitor: Reader) -> Response:
    """The letter as PDF, within the page."""
    return in_frame(visitor, lambda: _letter(service, no, line_no, as_pdf=True))


@router.get("/page")
def show_page(no: Code, line_no: LineNo, service: ServiceOf, visitor: Reader) -> Response:
    """The letter as the page that it is, within the page."""
    return in_frame(visitor, lambda: _letter(service, no, line_no, as_pdf=False))


@router.get("/file")
def save_letter(no: Code, line_no: LineNo, service: ServiceOf, visitor: Reader) -> Response:
    """The letter as a file of its own kind."""
    return saved(_letter(service, no, line_no, as_pdf=False))


@router.post("")
def write_personally(
    no: Code, line_no: LineNo, request: Request, service: ServiceOf, visitor: Writer, form: Sent
) -> Response:
    """Personal remarks, and a subject of its own."""
    body = LinePatch.model_validate(changed_values(form, PERSONAL, visitor.language))
    _, position = service.segments.change_line(visitor.caller, no, line_no, None, body.changes())
    settle(service, position, "worksheets")
    return go_to(request, f"/segments/{quoted(no)}/lines/{line_no}/letter")


@router.post("/document")
def replace_document(
    no: Code, line_no: LineNo, request: Request, service: ServiceOf, visitor: Writer, form: Sent
) -> Response:
    """A document for this contact alone."""
    stored = service.documents.put_on_line(visitor.caller, no, line_no, sent_file(form, None))
    settle(service, stored.position, "worksheets")
    return go_to(request, f"/segments/{quoted(no)}/lines/{line_no}/letter")


@router.post("/inherit")
def inherit_again(
    no: Code, line_no: LineNo, request: Request, service: ServiceOf, visitor: Writer
) -> Response:
    """Take its own document away: the segment's counts again."""
    _, position = service.documents.remove_from_line(visitor.caller, no, line_no)
    settle(service, position, "worksheets")
    return go_to(request, f"/segments/{quoted(no)}/lines/{line_no}/letter")
