"""Letters and mails: their files, holding them up, sending them again, opting out of them."""

from __future__ import annotations

from html import escape
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Path, Query, Response
from fastapi.responses import HTMLResponse, StreamingResponse

from api.context import READERS, Marketer, ServiceOf, Settle, Settled, WorkDate, at_least
from api.csv_answers import attachment
from api.idempotency import RepeatableRoute
from api.routes.documents import file_answer
from api.routes.logging import Entry, logged_segment
from api.schemas.deliveries import ResendAnswer, ResendBody, ResendSegmentBody
from api.schemas.segments import LoggedSegmentAnswer
from application.documents import HTML, WORD
from application.letter_files import ZIP, StreamedFile
from application.letters import PDF
from application.resending import Resent
from domain.vocabulary import CorrespondenceType

router = APIRouter(tags=["deliveries"], route_class=RepeatableRoute)
READS = [READERS, at_least("contacts")]
LOGGED = "/v1/logged-segments/{entry_no}"
ENTRY = "/v1/interaction-log-entries/{entry_no}"
BINARY: dict[str, Any] = {"schema": {"type": "string", "format": "binary"}}
OFFICE_MISSING: dict[int | str, dict[str, Any]] = {
    503: {"description": "There is no LibreOffice here to make PDF"}
}
OfType = Annotated[CorrespondenceType | None, Query(description="Only letters of this type.")]


def streamed(file: StreamedFile) -> StreamingResponse:
    """A file to be saved, sent while it is made."""
    return StreamingResponse(
        file.pieces,
        media_type=file.content_type,
        headers={"Content-Disposition": attachment(file.name), "Cache-Control": "no-store"},
    )


@router.get(
    f"{LOGGED}/documents.zip",
    response_class=Response,
    responses={200: {"description": "The letters", "content": {ZIP: BINARY}}, **OFFICE_MISSING},
    dependencies=READS,
)
def read_letters(
    entry_no: Entry,
    service: ServiceOf,
    format: Annotated[Literal["pdf", "docx"], Query(description="What kind of files.")] = "pdf",
    correspondence_type: OfType = None,
) -> Response:
    """The letters of a logged segment, each a file, with an index; made again from what was known then."""
    return streamed(service.letter_files.zipped(entry_no, format, correspondence_type))


@router.get(
    f"{LOGGED}/documents.pdf",
    response_class=Response,
    responses={200: {"description": "The letters", "content": {PDF: BINARY}}, **OFFICE_MISSING},
    dependencies=READS,
)
def read_letters_for_printer(
    entry_no: Entry, service: ServiceOf, correspondence_type: OfType = "hard_copy"
) -> Response:
    """The letters of a logged segment in one file for the printer; those of type hard copy."""
    return streamed(service.letter_files.combined(entry_no, correspondence_type))


@router.get(
    f"{ENTRY}/document",
    response_class=Response,
    responses={
        200: {"description": "The document", "content": {WORD: BINARY, PDF: BINARY, HTML: BINARY}},
        **OFFICE_MISSING,
    },
    dependencies=READS,
)
def read_interaction_document(
    entry_no: Entry, service: ServiceOf, accept: Annotated[str, Header()] = "*/*"
) -> Response:
    """The document of an entry, filled in as it was sent: as PDF if that is what is accepted, else as it is.

    `Document-As-Sent` says whether it is, byte for byte, what was recorded when it was sent.
    """
    wants_pdf = PDF in accept and WORD not in accept
    file = service.letter_files.one(entry_no, as_pdf=wants_pdf)
    answered = file_answer(file.data, file.content_type, file.name)
    answered.headers["Document-SHA256"] = file.sha256
    if file.as_sent is not None:
        answered.headers["Document-As-Sent"] = "yes" if file.as_sent else "no"
    return answered


@router.post(f"{LOGGED}/pause-delivery", response_model=LoggedSegmentAnswer)
def pause_delivery(
    entry_no: Entry, service: ServiceOf, caller: Marketer, settle: Settled, on: WorkDate
) -> Any:
    """Send nothing more of a logged segment until it is continued."""
    settle(service.resending.pause(caller, entry_no, paused=True), ["contacts"])
    return logged_segment(service, entry_no, on) | {"delivery_paused": True}


@router.post(f"{LOGGED}/continue-delivery", response_model=LoggedSegmentAnswer)
def continue_delivery(
    entry_no: Entry, service: ServiceOf, caller: Marketer, settle: Settled, on: WorkDate
) -> Any:
    """Send what was held up."""
    settle(service.resending.pause(caller, entry_no, paused=False), ["contacts"])
    return logged_segment(service, entry_no, on) | {"delivery_paused": False}


AS_NEW_ENTRIES: dict[int | str, dict[str, Any]] = {
    201: {"model": ResendAnswer, "description": "As new entries; `Location` is the first of them"}
}


def _resent(resent: Resent, settle: Settle) -> dict[str, Any]:
    settle(resent.position, ["contacts"])
    if resent.first_entry_no is not None:
        settle.created(f"/v1/interaction-log-entries/{resent.first_entry_no}")
    return {"resent": resent.count, "first_entry_no": resent.first_entry_no}


@router.post(f"{LOGGED}/resend", response_model=ResendAnswer, responses=AS_NEW_ENTRIES)
def resend_logged_segment(
    entry_no: Entry,
    service: ServiceOf,
    caller: Marketer,
    settle: Settled,
    body: ResendSegmentBody | None = None,
) -> Any:
    """Send the letters of a logged segment once more: the same ones, or fresh ones as new entries."""
    body = body or ResendSegmentBody()
    resent = service.resending.resend_segment(
        *(caller, entry_no, body.correspondence_type),
        update_merge_fields=body.update_merge_fields,
        only=body.wanted(),
    )
    return _resent(resent, settle)


@router.post(f"{ENTRY}/resend", response_model=ResendAnswer, responses=AS_NEW_ENTRIES)
def resend_interaction(
    entry_no: Entry, service: ServiceOf, caller: Marketer, settle: Settled, body: ResendBody | None = None
) -> Any:
    """Send the letter of one entry once more: the same one, or a fresh one as a new entry."""
    body = body or ResendBody()
    resent = service.resending.resend_entry(
        caller, entry_no, body.correspondence_type, update_merge_fields=body.update_merge_fields
    )
    return _resent(resent, settle)


Token = Annotated[str, Path(max_length=100)]
_PAGE = (
    '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><meta name="viewport"'
    ' content="width=device-width"><meta name="robots" content="noindex"><title>{title}</title></head>'
    '<body style="font-family:sans-serif;max-width:30em;margin:4em auto">{body}</body></html>'
)


def _page(title: str, body: str, status: int = 200) -> HTMLResponse:
    return HTMLResponse(_PAGE.format(title=escape(title), body=body), status)


@router.get("/opt-out/{token}", response_class=HTMLResponse, include_in_schema=False)
def ask_to_opt_out(token: Token, service: ServiceOf) -> Response:
    """The page behind the link in mails. Looking at it changes nothing: mail programs look at links too."""
    if service.resending.opt_out_key(token) is None:
        return _page("Unknown link", "<p>This link is not known. / Deze link is niet bekend.</p>", 404)
    button = '<form method="post"><button>Unsubscribe / Afmelden</button></form>'
    return _page("Unsubscribe", f"<p>Receive no more mail from us? / Geen mail meer ontvangen?</p>{button}")


@router.post("/opt-out/{token}", response_class=HTMLResponse, include_in_schema=False)
def opt_out(token: Token, service: ServiceOf) -> Response:
    """Leave somebody out of segments from now on; no key is needed but the link (RFC 8058)."""
    key = service.resending.opt_out_key(token)
    if key is None:
        return _page("Unknown link", "<p>This link is not known. / Deze link is niet bekend.</p>", 404)
    service.resending.opt_out(key)
    return _page("Unsubscribed", "<p>You will receive no more mail. / U ontvangt geen mail meer.</p>")
