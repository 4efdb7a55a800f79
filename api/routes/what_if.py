"""What would be, and what was known at a moment: neither records anything but that somebody asked."""

from __future__ import annotations

import re
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Path
from pydantic import TypeAdapter, ValidationError

from api.context import HISTORIANS, Asker, Listed, ServiceOf, WorkDate, answered, at_least
from api.idempotency import RepeatableRoute
from api.moments import instant
from api.routes.contacts import contacts_page
from api.routes.criteria import shown_trial
from api.schemas.contacts import ContactPage
from api.schemas.interactions import CampaignEntryPage, InteractionPage
from api.schemas.segments import LoggedSegmentPage
from api.schemas.values import Code, Instant
from api.schemas.what_if import WhatIfAnswer, WhatIfBody
from api.service import Service
from application.what_if import Moment
from domain.errors import InvalidRequest
from projections.listing import Listing, list_page
from projections.listing import Query as ListQuery
from projections.segment_listings import CAMPAIGN_ENTRIES, INTERACTION_LOG_ENTRIES, LOGGED_SEGMENTS

router = APIRouter(prefix="/v1", tags=["history"], route_class=RepeatableRoute)
KNOWN_AT = "/as-known-at/{moment}"
_instants = TypeAdapter(Instant)

When = Annotated[
    str,
    Path(
        max_length=40,
        description="A position of the log, or an instant; in UTC without an offset.",
        examples=["1042", "2026-11-24T09:30:00Z"],
    ),
]


@router.post(
    "/segments/{no}/what-if", response_model=WhatIfAnswer, dependencies=[HISTORIANS, at_least("contacts")]
)
def ask_what_if(no: Code, body: WhatIfBody, service: ServiceOf, caller: Asker) -> Any:
    """Who would enter and leave a segment by other criteria, or by the same on the contacts of a moment."""
    found = service.trying.what_if(caller, no, body.question())
    groups = ("entered", "left")
    return {
        "segment_no": no,
        "version": found.version,
        "contacts_position": found.contacts_position,
        "steps": [shown_trial(event, caller.user_id) for event in found.steps],
        "contacts_before": found.before,
        "contacts_after": found.after,
        **{name: msgspec.structs.asdict(getattr(found, name)) for name in groups},
        "suppressed": {reason: msgspec.structs.asdict(those) for reason, those in found.suppressed.items()},
    }


@router.get(f"{KNOWN_AT}/interaction-log-entries", response_model=InteractionPage, dependencies=[HISTORIANS])
def list_interactions_known(moment: When, service: ServiceOf, query: Listed, on: WorkDate) -> Any:
    """The interaction log as it was known at a moment, before later corrections."""
    return _page(service, INTERACTION_LOG_ENTRIES, moment, query, on)


@router.get(f"{KNOWN_AT}/logged-segments", response_model=LoggedSegmentPage, dependencies=[HISTORIANS])
def list_logged_segments_known(moment: When, service: ServiceOf, query: Listed, on: WorkDate) -> Any:
    """The logged segments as they were known at a moment, with their counts."""
    return _page(service, LOGGED_SEGMENTS, moment, query, on)


@router.get(f"{KNOWN_AT}/campaign-entries", response_model=CampaignEntryPage, dependencies=[HISTORIANS])
def list_campaign_entries_known(moment: When, service: ServiceOf, query: Listed, on: WorkDate) -> Any:
    """The campaign entries as they were known at a moment, with their counts."""
    return _page(service, CAMPAIGN_ENTRIES, moment, query, on)


@router.get(f"{KNOWN_AT}/contacts", response_model=ContactPage, dependencies=[HISTORIANS])
def list_contacts_known(moment: When, service: ServiceOf, query: Listed, on: WorkDate) -> Any:
    """The contacts as they were at a moment, with the statistics that were known of them then."""
    with service.trying.as_of(service.trying.position_of(_moment(moment))) as past:
        return contacts_page(past, query, on)


def _page(service: Service, listing: Listing, moment: str, query: ListQuery, on: WorkDate) -> dict[str, Any]:
    position = service.trying.position_of(_moment(moment))
    with service.trying.as_of(position) as past, past.cursor() as cursor:
        return answered(list_page(cursor, listing, query, work_date=on))


def _moment(text: str) -> Moment:
    """Raises InvalidRequest."""
    if re.fullmatch(r"[0-9]{1,18}", text, re.ASCII):
        return Moment(position=int(text))
    try:
        return Moment(instant=instant(_instants.validate_python(text)))
    except ValidationError:
        raise InvalidRequest.at("moment", "write a position, or an instant as 2026-11-24T09:30:00Z") from None
