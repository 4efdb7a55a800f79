"""What becomes of the letters of what was logged: progress, holding up, sending again, letters as sent."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from starlette.datastructures import FormData
from starlette.responses import HTMLResponse, StreamingResponse

from api.context import ServiceOf
from api.pages.browser import PageRoute, Reader, Sent, Visitor, Writer, given_text, go_to, settle
from api.pages.charts import Bar, bar_chart
from api.pages.formats import number_text, share_text
from api.pages.letter_views import AROUND_LETTER, FileOf, in_frame, letter_view, saved
from api.pages.words import text
from api.routes.deliveries import streamed
from api.routes.logging import Entry, one
from api.schemas.deliveries import ResendSegmentBody
from api.service import Service
from application.delivery_words import REASONS
from application.field_words import Language
from application.letter_files import as_sent
from application.letters import Letter
from application.resending import Resent
from projections.delivery_queries import failures
from projections.segment_listings import INTERACTION_LOG_ENTRIES, LOGGED_SEGMENTS

router = APIRouter(route_class=PageRoute, include_in_schema=False)
LOGGED = "/logged-segments/{entry_no}"
ENTRY = "/interactions/{entry_no}"
STATES = ("sent", "in_progress", "error")
FEW = 10_000
"""With more interactions than these, progress is looked at less often: they have to be counted."""


def delivery(service: Service, visitor: Visitor, logged: dict[str, Any]) -> dict[str, Any]:
    """How far the letters of a logged segment are, as the page shows it."""
    counts = {state: int(logged["delivery"][state]) for state in STATES}
    language, total = visitor.language, sum(counts.values())
    paused = bool(logged["delivery_paused"])
    why: dict[str, int] = {}
    if counts["error"]:
        with service.read_models.cursor() as cursor:
            found = failures(cursor, logged["entry_no"])
        why = {REASONS[reason][language]: count for reason, count in found.items()}
    on_the_way = counts["in_progress"]
    waits = service.resending.waits_for(logged["segment_no"], language, paused=paused) if on_the_way else None
    bars = [Bar(_counted(state, n, total, language), n, share_text(n, total)) for state, n in counts.items()]
    said = "; ".join(f"{bar.label} ({bar.words})" for bar in bars)
    visible = logged["interactions_visible"] >= logged["number_of_interactions"]
    return {
        "counts": counts,
        "letters": total,
        "chart": bar_chart("delivery", text("delivery", language), said, bars, least=total),
        "why": why,
        "paused": paused,
        "waits": waits,
        "done": visible and not on_the_way,
        "every": "1s" if logged["number_of_interactions"] <= FEW else "4s",
    }


def _counted(state: str, n: int, total: int, language: Language) -> str:
    so_many = text("so_many_of", language, n=number_text(n, language), of=number_text(total, language))
    return f"{text(f'letters_{state}', language)}: {so_many}"


@router.get(LOGGED + "/progress")
def show_progress(entry_no: Entry, service: ServiceOf, visitor: Reader) -> HTMLResponse:
    """How many of the entries can be read by now, and how many letters are sent."""
    logged = one(service, LOGGED_SEGMENTS, entry_no, date.today())
    return visitor.page("part_progress.html", logged=logged, delivery=delivery(service, visitor, logged))


@router.post(LOGGED + "/hold")
def hold_up(entry_no: Entry, request: Request, service: ServiceOf, visitor: Writer, form: Sent) -> Response:
    """Send nothing more for now, or go on."""
    position = service.resending.pause(visitor.caller, entry_no, paused=form.get("paused") == "on")
    settle(service, position, "contacts")
    return go_to(request, f"/logged-segments/{entry_no}")


def _again(form: FormData) -> ResendSegmentBody:
    kind = given_text(form, "correspondence_type") or None
    fresh = form.get("update_merge_fields") == "on"
    only = {"delivery_status": given_text(form, "delivery_status") or None}
    return ResendSegmentBody.model_validate(
        {"correspondence_type": kind, "update_merge_fields": fresh, "only": only}
    )


@router.post(LOGGED + "/resend")
def resend_segment(
    entry_no: Entry, request: Request, service: ServiceOf, visitor: Writer, form: Sent
) -> Response:
    """Send the letters of a logged segment once more."""
    body = _again(form)
    resent = service.resending.resend_segment(
        *(visitor.caller, entry_no, body.correspondence_type),
        update_merge_fields=body.update_merge_fields,
        only=body.wanted(),
    )
    return _resent(request, service, resent, f"/logged-segments/{entry_no}")


@router.post(ENTRY + "/resend")
def resend_entry(
    entry_no: Entry, request: Request, service: ServiceOf, visitor: Writer, form: Sent
) -> Response:
    """Send the letter of one entry once more; a fresh one is a new entry, which is shown then."""
    body = _again(form)
    resent = service.resending.resend_entry(
        visitor.caller, entry_no, body.correspondence_type, update_merge_fields=body.update_merge_fields
    )
    return _resent(request, service, resent, f"/interactions/{resent.first_entry_no or entry_no}")


def _resent(request: Request, service: Service, resent: Resent, back: str) -> Response:
    settle(service, resent.position, "contacts")
    return go_to(request, back)


# The letters


@router.get(LOGGED + "/letters.zip")
def save_letters(
    entry_no: Entry,
    service: ServiceOf,
    visitor: Reader,
    kind: Annotated[Literal["pdf", "docx"], Query()] = "docx",
) -> StreamingResponse:
    """All letters of a logged segment, each a file."""
    return streamed(service.letter_files.zipped(entry_no, kind, None))


@router.get(LOGGED + "/letters.pdf")
def print_letters(entry_no: Entry, service: ServiceOf, visitor: Reader) -> StreamingResponse:
    """The letters on paper of a logged segment, in one file for the printer."""
    return streamed(service.letter_files.combined(entry_no, "hard_copy"))


@router.get(ENTRY + "/letter")
def show_letter(entry_no: Entry, service: ServiceOf, visitor: Reader) -> HTMLResponse:
    """The letter that was sent, or why it cannot be shown any more."""
    entry = one(service, INTERACTION_LOG_ENTRIES, entry_no, date.today())
    filed, letter = service.letter_files.of_entry(entry_no)
    made = letter if isinstance(letter, Letter) else None
    return visitor.page(
        "entry_letter.html",
        headers=AROUND_LETTER,
        entry=entry,
        letter=letter_view(made.content_type, f"/interactions/{entry_no}/letter") if made else None,
        erased=letter is not None and made is None,
        same=as_sent(filed, made.sha256) if filed and made else None,
    )


def _letter(service: Service, entry_no: int, *, as_pdf: bool) -> FileOf:
    file = service.letter_files.one(entry_no, as_pdf=as_pdf)
    return FileOf(file.data, file.content_type, file.name)


@router.get(ENTRY + "/letter/pdf")
def show_pdf(entry_no: Entry, service: ServiceOf, visitor: Reader) -> Response:
    """The letter as PDF, within the page."""
    return in_frame(visitor, lambda: _letter(service, entry_no, as_pdf=True))


@router.get(ENTRY + "/letter/page")
def show_page(entry_no: Entry, service: ServiceOf, visitor: Reader) -> Response:
    """The letter as the page that it is, within the page."""
    return in_frame(visitor, lambda: _letter(service, entry_no, as_pdf=False))


@router.get(ENTRY + "/letter/file")
def save_letter(entry_no: Entry, service: ServiceOf, visitor: Reader) -> Response:
    """The letter as a file of its own kind: the very bytes that were sent."""
    return saved(_letter(service, entry_no, as_pdf=False))
