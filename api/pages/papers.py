"""What a worksheet's contacts can be had as: files, labels, cover sheets; and a mailing group for all."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse

from api.context import ServiceOf
from api.csv_answers import csv_answer
from api.pages.browser import PageRoute, Reader, Sent, Writer, given_text, go_to, settle
from api.routes.documents import file_answer
from api.routes.papers import FormatName, PartOf
from api.schemas.segments import MailingGroupBody
from api.schemas.values import Code
from application.letters import PDF
from application.papers import Printed
from correspondence.labels import FORMATS
from domain.filter_expression import exactly
from projections.contact_export import exported_contacts
from projections.segment_report import segment_contacts

router = APIRouter(prefix="/segments/{no}", route_class=PageRoute, include_in_schema=False)


@router.get("/contacts.csv")
def export_contacts(no: Code, service: ServiceOf, visitor: Reader) -> StreamingResponse:
    """The contacts, a row for each line."""
    rows = exported_contacts(service.read_models, service.segments.get(no).line_columns())
    return csv_answer(rows, f"segment-{no}.csv")


@router.get("/report.csv")
def report_contacts(no: Code, service: ServiceOf, visitor: Reader) -> StreamingResponse:
    """The same with what each contact has had from us."""
    rows = segment_contacts(service.read_models, service.segments.get(no))
    return csv_answer(rows, f"segment-{no}-report.csv")


@router.get("/labels.pdf")
def print_labels(
    no: Code,
    service: ServiceOf,
    visitor: Reader,
    part: PartOf,
    form: Annotated[FormatName, Query(alias="format")] = "36x70",
) -> Response:
    """A label for each line, on sheets of A4."""
    return file_answer(service.papers.labels(no, FORMATS[form], part).pdf, PDF, f"labels-{no}.pdf")


@router.get("/cover-sheets.pdf")
def print_cover_sheets(
    no: Code,
    service: ServiceOf,
    visitor: Reader,
    part: PartOf,
    text: Annotated[str, Query(max_length=100)] = "",
) -> Response:
    """A page for each contact; nothing is recorded."""
    pages = service.papers.cover_sheets(no, Printed((text.strip(),), ()), part, date.today())
    return file_answer(pages.pdf, PDF, f"cover-sheets-{no}.pdf")


@router.post("/mailing-group")
def apply_mailing_group(
    no: Code, request: Request, service: ServiceOf, visitor: Writer, form: Sent
) -> Response:
    """Give a mailing group to everybody on the worksheet, and take it from others if that is asked for."""
    body = MailingGroupBody.model_validate(
        {"code": given_text(form, "code"), "delete_old_assignments": form.get("delete_old") == "on"}
    )
    _, _, position = service.mailing_groups.apply(
        visitor.caller, no, body.code, delete_old=body.delete_old_assignments
    )
    settle(service, position, "contacts")
    return go_to(request, "/contacts?" + urlencode({"f-mailing_groups": exactly(body.code)}))
