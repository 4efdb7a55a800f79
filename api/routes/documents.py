"""Files: documents of templates, of segments, and personal ones."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response

from api.context import READERS, Marketer, ServiceOf, Settle, Settled, at_least
from api.csv_answers import attachment
from api.idempotency import RepeatableRoute
from api.moments import Asked, segment_at
from api.routes.segments import LineNo
from api.schemas.documents import StoredDocumentAnswer
from api.schemas.values import Code, ShortCode, Text100, Text255
from api.service import Service
from application.documents import HTML, WORD, File, Stored
from application.letters import PDF, one_as_pdf
from domain.document import Document

READS = [READERS, at_least("worksheets", "setup")]
router = APIRouter(prefix="/v1", tags=["documents"], route_class=RepeatableRoute)
OF_TEMPLATE = "/interaction-templates/{code}/documents/{language}"
OF_SEGMENT = "/segments/{no}/documents/{language}"
OF_LINE = "/segments/{no}/lines/{line_no}/document"
PREVIEW = "/segments/{no}/lines/{line_no}/preview"
NO_LANGUAGE = "-"

ENDINGS = {WORD: ".docx", HTML: ".html", PDF: ".pdf"}
FILES: dict[str, Any] = {
    WORD: {"schema": {"type": "string", "format": "binary"}},
    "text/html": {"schema": {"type": "string"}},
}
TAKES_A_FILE = {"requestBody": {"required": True, "content": FILES}}
GIVES_A_FILE: dict[int | str, dict[str, Any]] = {200: {"description": "The file itself", "content": FILES}}


async def _language(
    language: Annotated[ShortCode, Path(description="A language code, or `-` for no language.")],
) -> str | None:
    return None if language == NO_LANGUAGE else language


Language = Annotated[str | None, Depends(_language)]


async def _file(
    request: Request,
    content_type: Annotated[str | None, Header(max_length=255)] = None,
    file_name: Annotated[Text255, Query()] = None,
    subject: Annotated[Text100, Query(description="What a letter or mail is about; else as it was.")] = None,
) -> File:
    named = "subject" in request.query_params
    return File(await request.body(), content_type, file_name, subject, named)


Sent = Annotated[File, Depends(_file)]


def _answer(stored: Stored, settle: Settle, names: list[str], address: str) -> dict[str, Any]:
    settle(stored.position, names, version=stored.version)
    if stored.new:
        settle.created(address)
    return msgspec.structs.asdict(stored.read.document) | {
        "merge_fields": list(stored.read.merge_fields),
        "warnings": [
            f"Nothing is known as {name}; the letter will show a blank there."
            for name in stored.read.unknown_fields
        ],
    }


def _given(service: Service, document: Document, version: int) -> Response:
    content = service.documents.content(document)
    given = file_answer(content, document.content_type, document.file_name or "document")
    given.headers["ETag"] = f'"{version}"'
    return given


def file_answer(content: bytes, content_type: str, name: str) -> Response:
    """A file to be saved: what somebody stored is never shown as a page of this service."""
    return Response(
        content,
        media_type=content_type,
        headers={
            "Content-Disposition": attachment(name),
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "sandbox",
        },
    )


@router.get(OF_TEMPLATE, response_class=Response, responses=GIVES_A_FILE, dependencies=READS)
def read_template_document(
    code: ShortCode, language: Language, service: ServiceOf, moment: Asked
) -> Response:
    """The document of a template in a language, as it was stored; the one of now, or of an earlier moment."""
    return _given(service, *service.documents.of_template(code, language, **moment.where()))


@router.put(OF_TEMPLATE, response_model=StoredDocumentAnswer, openapi_extra=TAKES_A_FILE)
def write_template_document(
    code: ShortCode, language: Language, file: Sent, service: ServiceOf, caller: Marketer, settle: Settled
) -> Any:
    """Store the document of a template in a language. Segments that have chosen the template keep theirs."""
    stored = service.documents.put_on_template(caller, code, language, file)
    address = f"/v1/interaction-templates/{code}/documents/{language or NO_LANGUAGE}"
    return _answer(stored, settle, ["setup"], address)


@router.delete(OF_TEMPLATE)
def delete_template_document(
    code: ShortCode, language: Language, service: ServiceOf, caller: Marketer, settle: Settled
) -> dict[str, Any]:
    """Take the document of a template in a language away."""
    version, position = service.documents.remove_from_template(caller, code, language)
    settle(position, ["setup"], version=version)
    return {"deleted": language or NO_LANGUAGE}


@router.get(
    OF_SEGMENT,
    response_class=Response,
    responses=GIVES_A_FILE,
    dependencies=READS,
)
def read_segment_document(no: Code, language: Language, service: ServiceOf, moment: Asked) -> Response:
    """The segment's own copy of a document; the one of now, or of an earlier moment."""
    return _given(service, *service.documents.of_segment(segment_at(service, no, moment), language))


@router.put(OF_SEGMENT, response_model=StoredDocumentAnswer, openapi_extra=TAKES_A_FILE)
def write_segment_document(
    no: Code, language: Language, file: Sent, service: ServiceOf, caller: Marketer, settle: Settled
) -> Any:
    """Store the segment's own document in a language, which its lines inherit. The template's stays."""
    stored = service.documents.put_on_segment(caller, no, language, file)
    address = f"/v1/segments/{no}/documents/{language or NO_LANGUAGE}"
    return _answer(stored, settle, ["worksheets"], address)


@router.delete(OF_SEGMENT)
def delete_segment_document(
    no: Code, language: Language, service: ServiceOf, caller: Marketer, settle: Settled
) -> dict[str, Any]:
    """Take the segment's document in a language away; its lines go to another language, or have none."""
    version, position = service.documents.remove_from_segment(caller, no, language)
    settle(position, ["worksheets"], version=version)
    return {"deleted": language or NO_LANGUAGE}


@router.get(OF_LINE, response_class=Response, responses=GIVES_A_FILE, dependencies=READS)
def read_line_document(no: Code, line_no: LineNo, service: ServiceOf, moment: Asked) -> Response:
    """The personal document of a line, now or at an earlier moment; an inherited one is the segment's."""
    return _given(service, *service.documents.of_line(segment_at(service, no, moment), line_no))


@router.put(OF_LINE, response_model=StoredDocumentAnswer, openapi_extra=TAKES_A_FILE)
def write_line_document(
    no: Code, line_no: LineNo, file: Sent, service: ServiceOf, caller: Marketer, settle: Settled
) -> Any:
    """Give one line a document of its own."""
    stored = service.documents.put_on_line(caller, no, line_no, file)
    return _answer(stored, settle, ["worksheets"], f"/v1/segments/{no}/lines/{line_no}/document")


@router.delete(OF_LINE)
def delete_line_document(
    no: Code, line_no: LineNo, service: ServiceOf, caller: Marketer, settle: Settled
) -> dict[str, Any]:
    """Let a line inherit the segment's document again."""
    version, position = service.documents.remove_from_line(caller, no, line_no)
    settle(position, ["worksheets"], version=version)
    return {"deleted": line_no}


@router.get(
    PREVIEW,
    response_class=Response,
    responses={200: {"description": "The letter", "content": FILES | {PDF: FILES[WORD]}}},
    dependencies=READS,
)
def preview_line_document(
    no: Code, line_no: LineNo, service: ServiceOf, accept: Annotated[str, Header()] = "*/*"
) -> Response:
    """The letter of a line, filled in for its contact: as PDF if that is what is accepted, else as it is."""
    letter = service.letters.of_line(no, line_no)
    if PDF in accept and WORD not in accept:
        return file_answer(one_as_pdf(letter), PDF, f"{letter.name}.pdf")
    return file_answer(
        letter.data, letter.content_type, f"{letter.name}{ENDINGS.get(letter.content_type, '')}"
    )
