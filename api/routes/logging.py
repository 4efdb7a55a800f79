"""Logging a segment, and the logged segments."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response

from api.context import READERS, Listed, Marketer, ServiceOf, Settled, WorkDate, answered, at_least
from api.idempotency import RepeatableRoute
from api.routes.segments import shown
from api.schemas.segments import (
    FollowUpBody,
    LogAnswer,
    LogBody,
    LogCheckAnswer,
    LoggedSegmentAnswer,
    LoggedSegmentPage,
    SegmentAnswer,
)
from api.schemas.values import Code
from api.service import Service
from application.logging_segments import OnlyEntries
from domain.errors import NotFound
from domain.segment.events import SegmentLogged
from projections.listing import Listing
from projections.listing import Query as ListQuery
from projections.segment_listings import LOGGED_SEGMENTS

router = APIRouter(prefix="/v1", tags=["logging"], route_class=RepeatableRoute)
READS = [READERS, at_least("contacts")]
Entry = Annotated[int, Path(ge=1, le=2**62)]


def page(service: Service, listing: Listing, query: ListQuery, on: WorkDate) -> dict[str, Any]:
    """A page of a listing, as it is answered."""
    return answered(service.read_models.page(listing, query, on))


def one(service: Service, listing: Listing, entry_no: int, on: WorkDate) -> dict[str, Any]:
    """One member of a listing, as it is answered. Raises NotFound."""
    query = ListQuery({"entry_no": str(entry_no)} | dict.fromkeys(listing.implied, "true|false"), limit=1)
    items: list[dict[str, Any]] = page(service, listing, query, on)["items"]
    if not items:
        raise NotFound.named(listing.name.replace("_", " "), entry_no)
    return items[0]


@router.post(
    "/segments/{no}/log",
    response_model=LogAnswer | LogCheckAnswer,
    status_code=201,
    responses={200: {"model": LogCheckAnswer, "description": "A dry run: the segment can be logged"}},
)
def log_segment(
    no: Code,
    service: ServiceOf,
    caller: Marketer,
    settle: Settled,
    response: Response,
    on: WorkDate,
    body: LogBody | None = None,
    dry_run: Annotated[bool, Query(description="Only check.")] = False,
) -> Any:
    """Record one interaction for every line, all or nothing; the segment leaves the worksheet.

    Contacts that are blocked for privacy by then are left out, and counted.
    """
    body = body or LogBody()
    if dry_run:
        response.status_code = 200
        lines, left_out = service.logging.check(
            caller, no, send_attachments=body.send_attachments, create_follow_up=body.create_follow_up
        )
        return {"lines": lines, "skipped": {"privacy_blocked": left_out}}
    event, position, left_out = service.logging.log(
        caller, no, send_attachments=body.send_attachments, create_follow_up=body.create_follow_up
    )
    settle(position, ["worksheets", "contacts"])
    settle.created(f"/v1/logged-segments/{event.entry_no}")
    return {
        "logged_segment": _logged(service, event, caller.user_id, on),
        "follow_up_segment_no": event.follow_up_segment_no,
        "skipped": {"privacy_blocked": left_out},
    }


def _logged(service: Service, event: SegmentLogged, user_id: str, on: WorkDate) -> dict[str, Any]:
    """The logged segment as it can be read, or as it will be while the read model is on its way."""
    try:
        return one(service, LOGGED_SEGMENTS, event.entry_no, on)
    except NotFound:
        return {
            "entry_no": event.entry_no,
            "segment_no": event.segment_no,
            "description": event.description,
            "creation_date": event.creation_date,
            "user_id": user_id,
            "canceled": False,
            "number_of_interactions": event.number_of_interactions,
            "number_of_campaign_entries": len(event.campaign_entries),
            "interactions_visible": 0,
            "follow_up_segment_no": event.follow_up_segment_no,
        }


def logged_segment(service: Service, entry_no: int, on: WorkDate) -> dict[str, Any]:
    """One logged segment, as it is answered. Raises NotFound."""
    return _with_wait(service, one(service, LOGGED_SEGMENTS, entry_no, on))


def _with_wait(service: Service, item: dict[str, Any]) -> dict[str, Any]:
    """A logged segment with what its letters wait for."""
    if not item["delivery"]["in_progress"]:
        return item
    paused = bool(item["delivery_paused"])
    return item | {"delivery_waits_for": service.resending.waits_for(item["segment_no"], paused=paused)}


@router.get("/logged-segments", response_model=LoggedSegmentPage, dependencies=READS)
def list_logged_segments(service: ServiceOf, query: Listed, on: WorkDate) -> Any:
    """A page of logged segments."""
    found = page(service, LOGGED_SEGMENTS, query, on)
    return found | {"items": [_with_wait(service, item) for item in found["items"]]}


@router.get("/logged-segments/{entry_no}", response_model=LoggedSegmentAnswer, dependencies=READS)
def read_logged_segment(entry_no: Entry, service: ServiceOf, on: WorkDate) -> Any:
    """One logged segment."""
    return logged_segment(service, entry_no, on)


@router.post("/logged-segments/{entry_no}/follow-up", response_model=SegmentAnswer, status_code=201)
def follow_up(
    entry_no: Entry,
    service: ServiceOf,
    caller: Marketer,
    settle: Settled,
    body: FollowUpBody | None = None,
) -> Any:
    """A new segment with the contacts of a logged one."""
    body = body or FollowUpBody()
    segment, position = service.logging.follow_up(
        caller,
        entry_no,
        description=body.description,
        only=OnlyEntries(**body.only.model_dump()) if body.only is not None else None,
        keep_template=body.keep_template,
        respect_exclusion=body.respect_exclusion,
    )
    settle(position, ["worksheets"], version=segment.version)
    settle.created(f"/v1/segments/{segment.no}")
    return shown(segment)
