"""Documents by language: those of interaction templates, and those of a segment."""

from __future__ import annotations

from typing import Any

import msgspec
from fastapi import APIRouter, Request, Response
from msgspec.structs import replace as replaced
from starlette.datastructures import FormData, UploadFile
from starlette.responses import HTMLResponse

from api.context import ServiceOf
from api.pages.browser import PageRoute, Reader, Sent, Writer, given_text, go_to, settle
from api.pages.rendering import quoted
from api.routes.documents import file_answer
from api.schemas.segments import SegmentPatch
from api.schemas.values import Body, Code, OptionalShortCode, ShortCode, Text100
from api.service import Service
from application.documents import File, ReadDocument
from application.journal import Caller
from domain import records
from domain.document import Document, Documents, document_in
from domain.errors import InvalidRequest, NotFound

router = APIRouter(route_class=PageRoute, include_in_schema=False)
TEMPLATES = "/setup/interaction-templates"
TEMPLATE = TEMPLATES + "/{code}/letter"
SEGMENT = "/segments/{no}/letter"
FIRST_LINES = 10


class DocumentForm(Body):
    """What is said of a file besides the file itself."""

    language_code: OptionalShortCode = None
    subject: Text100 = None


class Kept(msgspec.Struct, frozen=True):
    """A document in a table: with its merge fields, or none where the file itself is gone."""

    document: Document
    read: ReadDocument | None


def _kept(service: Service, documents: Documents) -> list[Kept]:
    found = []
    for document in documents:
        try:
            found.append(Kept(document, service.documents.fields_of(document)))
        except NotFound:
            found.append(Kept(document, None))
    return found


def _table(service: Service, documents: Documents, base: str, default: str | None) -> dict[str, Any]:
    """What the table of documents shows; languages to suggest are those in it, and the usual one."""
    usual = service.records.setup().default_language_code
    known = {document.language_code for document in documents} | {usual}
    return {
        "kept": _kept(service, documents),
        "languages": sorted(code for code in known if code),
        "base": base,
        "default": default if document_in(documents, default) else None,
    }


def sent_file(form: FormData, subject: str | None) -> File:
    """The file of a form. Raises InvalidRequest."""
    upload = form.get("file")
    if not isinstance(upload, UploadFile) or not upload.filename:
        raise InvalidRequest.at("file", "choose a file")
    return File(upload.file.read(), upload.content_type, upload.filename, subject, subject is not None)


def _said(form: FormData) -> DocumentForm:
    return DocumentForm.model_validate({name: given_text(form, name) for name in DocumentForm.model_fields})


def _language(form: FormData) -> str | None:
    return _said(form).language_code


def _as_stored(service: Service, document: Document) -> Response:
    name = document.file_name or "document"
    return file_answer(service.documents.content(document), document.content_type, name)


# Templates


def _letter_of(code: str) -> str:
    """The address of a template's letter."""
    return f"{TEMPLATES}/{quoted(code)}/letter"


@router.get(TEMPLATE)
def show_template(code: ShortCode, service: ServiceOf, visitor: Reader) -> HTMLResponse:
    """The documents of a template."""
    value = service.records.get(records.INTERACTION_TEMPLATE, code).value
    table = _table(service, value.documents, _letter_of(code), value.language_code)
    return visitor.page("template.html", code=code, description=value.description, **table)


@router.post(TEMPLATE)
def keep_for_template(
    code: ShortCode, request: Request, service: ServiceOf, visitor: Writer, form: Sent
) -> Response:
    """Store the document of a template in a language."""
    said = _said(form)
    stored = service.documents.put_on_template(
        visitor.caller, code, said.language_code, sent_file(form, said.subject)
    )
    position = stored.position
    if form.get("default") == "on":
        position = _template_language(service, visitor.caller, code, said.language_code)
    settle(service, position, "setup")
    return go_to(request, _letter_of(code))


@router.post(TEMPLATE + "/default")
def choose_for_template(
    code: ShortCode, request: Request, service: ServiceOf, visitor: Writer, form: Sent
) -> Response:
    """Use a language where a contact has none of the others."""
    settle(service, _template_language(service, visitor.caller, code, _language(form)), "setup")
    return go_to(request, _letter_of(code))


def _template_language(service: Service, caller: Caller, code: str, language: str | None) -> int:
    kind = records.INTERACTION_TEMPLATE
    record = service.records.get(kind, code)
    # Only this value is changed: whoever changes others meanwhile is not overwritten.
    caller = replaced(caller, seen=frozenset({record.version}))
    return service.records.put(caller, kind, code, replaced(record.value, language_code=language))[1]


@router.post(TEMPLATE + "/remove")
def remove_from_template(
    code: ShortCode, request: Request, service: ServiceOf, visitor: Writer, form: Sent
) -> Response:
    """Take a template's document away."""
    _, position = service.documents.remove_from_template(visitor.caller, code, _language(form))
    settle(service, position, "setup")
    return go_to(request, _letter_of(code))


@router.get(TEMPLATE + "/file")
def read_of_template(
    code: ShortCode, service: ServiceOf, visitor: Reader, language_code: OptionalShortCode = None
) -> Response:
    """A template's document as it was stored."""
    return _as_stored(service, service.documents.of_template(code, language_code)[0])


# Segments


@router.get(SEGMENT)
def show_segment(no: Code, service: ServiceOf, visitor: Reader) -> HTMLResponse:
    """The documents of a segment, and the first of its letters."""
    segment = service.segments.get(no)
    first = segment.lines(limit=FIRST_LINES)
    table = _table(
        service, segment.header.documents, f"/segments/{quoted(no)}/letter", segment.header.language_code
    )
    return visitor.page("letter.html", segment=segment, lines=service.segments.show(first), **table)


@router.post(SEGMENT)
def keep_for_segment(no: Code, request: Request, service: ServiceOf, visitor: Writer, form: Sent) -> Response:
    """Store the segment's own document in a language, which its lines inherit."""
    said = _said(form)
    stored = service.documents.put_on_segment(
        visitor.caller, no, said.language_code, sent_file(form, said.subject)
    )
    position = stored.position
    if form.get("default") == "on":
        position = _segment_language(service, visitor.caller, no, said.language_code)
    settle(service, position, "worksheets")
    return go_to(request, f"/segments/{quoted(no)}/letter")


@router.post(SEGMENT + "/default")
def choose_for_segment(
    no: Code, request: Request, service: ServiceOf, visitor: Writer, form: Sent
) -> Response:
    """Use a language where a contact has none of the others."""
    settle(service, _segment_language(service, visitor.caller, no, _language(form)), "worksheets")
    return go_to(request, f"/segments/{quoted(no)}/letter")


def _segment_language(service: Service, caller: Caller, no: str, language: str | None) -> int:
    body = SegmentPatch.model_validate({"language_code": language})
    return service.segments.change_header(caller, no, body.changes(), update_lines=True)[1]


@router.post(SEGMENT + "/remove")
def remove_from_segment(
    no: Code, request: Request, service: ServiceOf, visitor: Writer, form: Sent
) -> Response:
    """Take the segment's document away."""
    _, position = service.documents.remove_from_segment(visitor.caller, no, _language(form))
    settle(service, position, "worksheets")
    return go_to(request, f"/segments/{quoted(no)}/letter")


@router.get(SEGMENT + "/file")
def read_of_segment(
    no: Code, service: ServiceOf, visitor: Reader, language_code: OptionalShortCode = None
) -> Response:
    """A segment's document as it was stored."""
    return _as_stored(service, service.documents.of_segment(service.segments.get(no), language_code)[0])
