"""Segments: the worksheet's header and lines."""

from __future__ import annotations

import base64
import binascii
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Path, Response
from fastapi.responses import StreamingResponse

from api.context import READERS, Listed, Marketer, ServiceOf, Settled, WorkDate, answered, at_least, etag
from api.csv_answers import CSV, csv_answer
from api.idempotency import RepeatableRoute
from api.moments import FIELDS, Asked, segment_at
from api.schemas.segments import (
    LineAnswer,
    LinePage,
    LinePatch,
    MailingGroupAnswer,
    MailingGroupBody,
    NewLine,
    NewSegment,
    SegmentAnswer,
    SegmentPage,
    SegmentPatch,
)
from api.schemas.values import Code
from api.service import Service
from domain.errors import InvalidRequest
from domain.segment.state import Segment
from projections.contact_export import exported_contacts
from projections.listing import Query as ListQuery
from projections.segment_listings import SEGMENTS

router = APIRouter(prefix="/v1/segments", tags=["segments"], route_class=RepeatableRoute)
READS = [READERS, at_least("contacts", "worksheets")]
LineNo = Annotated[int, Path(ge=1, le=2**62, examples=[10_000])]


def shown(segment: Segment) -> dict[str, Any]:
    """A segment as it is answered."""
    header = msgspec.structs.asdict(segment.header)
    del header["template"]
    return header | {
        "documents": [msgspec.structs.asdict(document) for document in segment.header.documents],
        "no": segment.no,
        "number_of_lines": segment.number_of_lines,
        "cost": segment.cost,
        "duration_minutes": segment.duration_minutes,
        "number_of_criteria_actions": len(segment.actions),
        "version": segment.version,
    }


@router.post("", response_model=SegmentAnswer, status_code=201)
def create_segment(values: NewSegment, service: ServiceOf, caller: Marketer, settle: Settled) -> Any:
    """Create a worksheet; nothing in it is mandatory until it is logged."""
    segment, position = service.segments.create(caller, values.no, values.changes())
    settle(position, ["worksheets"], version=segment.version)
    settle.created(f"/v1/segments/{segment.no}")
    return shown(segment)


@router.get("", response_model=SegmentPage, dependencies=READS)
def list_segments(service: ServiceOf, query: Listed, on: WorkDate) -> Any:
    """A page of open segments."""
    return answered(service.read_models.page(SEGMENTS, query, on))


@router.get("/{no}", response_model=SegmentAnswer, dependencies=READS)
def read_segment(
    no: Code,
    service: ServiceOf,
    response: Response,
    moment: Asked,
) -> Any:
    """The header, as it is or as it stood at a version, an instant or a position."""
    segment = segment_at(service, no, moment)
    etag(response, segment.version)
    return shown(segment)


@router.patch("/{no}", response_model=SegmentAnswer)
def change_segment(
    no: Code, values: SegmentPatch, service: ServiceOf, caller: Marketer, settle: Settled
) -> Any:
    """Change the header, and the lines that follow it unless `update_lines` is false.

    Said to be true, it reaches lines also with values that the header has already, but for template, language
    and subject.
    """
    said = "update_lines" in values.model_fields_set
    segment, position = service.segments.change_header(
        caller, no, values.changes(), update_lines=values.update_lines, push=said
    )
    settle(position, ["worksheets"], version=segment.version)
    return shown(segment)


@router.delete("/{no}")
def delete_segment(no: Code, service: ServiceOf, caller: Marketer, settle: Settled) -> dict[str, Any]:
    """Delete an open segment. Its number is not given out again."""
    settle(service.segments.delete(caller, no), ["worksheets"])
    return {"deleted": no}


@router.get(
    "/{no}/contacts.csv",
    dependencies=READS,
    response_class=StreamingResponse,
    responses=CSV,
)
def export_contacts(no: Code, service: ServiceOf) -> StreamingResponse:
    """The contacts of a segment as CSV in 36 columns, one row for each line, company by company."""
    rows = exported_contacts(service.read_models, service.segments.get(no).line_columns())
    return csv_answer(rows, f"segment-{no}.csv")


@router.post("/{no}/apply-mailing-group", response_model=MailingGroupAnswer)
def apply_mailing_group(
    no: Code, body: MailingGroupBody, service: ServiceOf, caller: Marketer, settle: Settled
) -> Any:
    """Give a mailing group to everybody on the segment, and to nobody else if old assignments go."""
    added, removed, position = service.mailing_groups.apply(
        caller, no, body.code, delete_old=body.delete_old_assignments
    )
    settle(position, ["contacts"])
    return {"added": added, "removed": removed}


@router.get("/{no}/lines", response_model=LinePage, dependencies=READS)
def list_lines(
    no: Code,
    service: ServiceOf,
    query: Listed,
    on: WorkDate,
    moment: Asked,
) -> Any:
    """A page of lines, in the order of their numbers unless another is asked for; `sort=company` too."""
    segment = segment_at(service, no, moment)
    filters = {name: text for name, text in query.filters.items() if name not in FIELDS}
    query = ListQuery(filters, query.sort, query.limit, query.cursor, query.count)
    if not filters and query.sort in (None, "line_no"):
        return _lines_in_order(service, segment, query, service.segments.position_of(no, **moment.where()))
    return answered(service.segments.list_lines(segment, query, on))


@router.post("/{no}/lines", response_model=LineAnswer, status_code=201)
def add_line(no: Code, values: NewLine, service: ServiceOf, caller: Marketer, settle: Settled) -> Any:
    """Put a contact on a line, which counts as a criteria action."""
    segment, position, line_no = service.segments.add_line(caller, no, values.contact_no, values.changes())
    settle(position, ["worksheets"], version=segment.version)
    settle.created(f"/v1/segments/{no}/lines/{line_no}")
    return msgspec.structs.asdict(service.segments.line(segment, line_no))


@router.get("/{no}/lines/{line_no}", response_model=LineAnswer, dependencies=READS)
def read_line(
    no: Code,
    line_no: LineNo,
    service: ServiceOf,
    response: Response,
    moment: Asked,
) -> Any:
    """One line, as it is or as it stood at a version, an instant or a position."""
    segment = segment_at(service, no, moment)
    etag(response, segment.version)
    position = service.segments.position_of(no, **moment.where())
    return msgspec.structs.asdict(service.segments.line(segment, line_no, position))


@router.patch("/{no}/lines/{line_no}", response_model=LineAnswer)
def change_line(
    no: Code, line_no: LineNo, values: LinePatch, service: ServiceOf, caller: Marketer, settle: Settled
) -> Any:
    """Give one line values of its own; another contact takes the line over."""
    segment, position = service.segments.change_line(caller, no, line_no, values.contact_no, values.changes())
    settle(position, ["worksheets"], version=segment.version)
    return msgspec.structs.asdict(service.segments.line(segment, line_no))


@router.delete("/{no}/lines/{line_no}")
def remove_line(
    no: Code, line_no: LineNo, service: ServiceOf, caller: Marketer, settle: Settled
) -> dict[str, Any]:
    """Delete a line, which counts as a criteria action. Its number is not used again."""
    segment, position = service.segments.remove_line(caller, no, line_no)
    settle(position, ["worksheets"], version=segment.version)
    return {"deleted": line_no}


def _lines_in_order(
    service: Service, segment: Segment, query: ListQuery, position: int | None
) -> dict[str, Any]:
    """A page straight from the worksheet: no table of lines is needed for it, however many there are."""
    after = _line_after(query.cursor)
    lines = segment.lines(after, query.limit + 1)
    more = len(lines) > query.limit
    shown = service.segments.show(lines[: query.limit], position)
    items = [msgspec.structs.asdict(line) for line in shown]
    return {
        "items": items,
        "next_cursor": _line_cursor(lines[query.limit - 1].line_no) if more else None,
        "total": segment.number_of_lines if query.count else None,
    }


def _line_cursor(line_no: int) -> str:
    return base64.urlsafe_b64encode(b"line %d" % line_no).decode().rstrip("=")


def _line_after(cursor: str | None) -> int:
    if cursor is None:
        return 0
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        word, _, number = base64.b64decode(padded, altchars=b"-_", validate=True).partition(b" ")
        if word == b"line" and len(number) < 19:
            return int(number)
    except (binascii.Error, ValueError):
        pass
    raise InvalidRequest.at("cursor", "this is no cursor of this list")
