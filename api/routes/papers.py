"""What is printed for the contacts of a segment: labels, cover sheets, a report."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import StreamingResponse

from api.context import READERS, Marketer, ServiceOf, Settled, WorkDate, at_least
from api.csv_answers import CSV, attachment, csv_answer
from api.idempotency import RepeatableRoute
from api.schemas.papers import CoverSheetsBody, First, Texts, printed
from api.schemas.values import Code
from application.letters import PDF
from application.papers import Pages, Part
from correspondence.cover_sheets import Remark
from correspondence.labels import FORMATS
from projections.segment_report import segment_contacts

router = APIRouter(prefix="/v1/segments/{no}", tags=["segments"], route_class=RepeatableRoute)
READS = [READERS, at_least("contacts", "worksheets", "setup")]
GIVES_PDF: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The pages",
        "content": {PDF: {"schema": {"type": "string", "format": "binary"}}},
        "headers": {
            "Left-Out": {
                "description": "How many lines (labels) or contacts (cover sheets) have none: erased ones.",
                "schema": {"type": "integer"},
            }
        },
    }
}
FormatName = Literal["36x70", "37x70", "36x105", "37x105"]


async def _part(
    first: Annotated[First, Query(description="The first one, counted from 1 in company order.")] = 1,
    count: Annotated[First | None, Query(description="How many; all that follow unless given.")] = None,
) -> Part:
    return Part(first, count)


PartOf = Annotated[Part, Depends(_part)]


@router.get("/labels.pdf", response_class=Response, responses=GIVES_PDF, dependencies=READS)
def print_labels(
    no: Code,
    service: ServiceOf,
    part: PartOf,
    form: Annotated[FormatName, Query(alias="format", description="Height and width in mm.")] = "36x70",
) -> Response:
    """Labels on sheets of A4, one for each line, company by company: 10,000 at most at once."""
    return _pdf(service.papers.labels(no, FORMATS[form], part), f"labels-{no}.pdf")


@router.get("/cover-sheets.pdf", response_class=Response, responses=GIVES_PDF, dependencies=READS)
def preview_cover_sheets(
    no: Code,
    service: ServiceOf,
    on: WorkDate,
    part: PartOf,
    text: Annotated[Texts, Query(description="A line of text; up to five of them.")] = [],  # noqa: B006
    remark: Annotated[list[Remark], Query(description="A box that is checked.")] = [],  # noqa: B006
) -> Response:
    """A page for each contact, company by company; nothing is recorded. 1,000 at most at once."""
    pages = service.papers.cover_sheets(no, printed(text, remark), part, on)
    return _pdf(pages, f"cover-sheets-{no}.pdf")


@router.post("/cover-sheets", response_class=Response, responses=GIVES_PDF)
def print_cover_sheets(
    no: Code,
    service: ServiceOf,
    caller: Marketer,
    settle: Settled,
    response: Response,
    body: CoverSheetsBody | None = None,
) -> Response:
    """The same pages, and an interaction with each contact unless that is not wanted."""
    body = body or CoverSheetsBody()
    name = f"cover-sheets-{no}.pdf"
    if not body.log_interaction:
        pages = service.papers.cover_sheets(no, body.printed(), body.part(), caller.work_date)
        return _pdf(pages, name)
    pages, position = service.papers.log_cover_sheets(caller, no, body.printed(), body.part())
    settle(position, ["contacts"])
    answer = _pdf(pages, name)
    answer.headers["Event-Position"] = response.headers["Event-Position"]
    return answer


@router.get("/report.csv", dependencies=READS, response_class=StreamingResponse, responses=CSV)
def report_contacts(no: Code, service: ServiceOf) -> StreamingResponse:
    """Each line with its contact and the contact's statistics, company by company, as CSV."""
    rows = segment_contacts(service.read_models, service.segments.get(no))
    return csv_answer(rows, f"segment-{no}-report.csv")


def _pdf(pages: Pages, file_name: str) -> Response:
    headers = {"Content-Disposition": attachment(file_name), "Left-Out": str(pages.left_out)}
    return Response(pages.pdf, media_type=PDF, headers=headers)
