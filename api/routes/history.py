"""History: the feed of all events, read in pages or followed live, and the story of a segment in words."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Header, Query
from fastapi.responses import StreamingResponse
from fastapi.security import HTTPAuthorizationCredentials

from api.context import AUDITORS, HISTORIANS, InLanguage, ServiceOf, bearer, lets_in
from api.event_stream import HEADERS, MEDIA_TYPE, follow, is_wanted, position_in
from api.idempotency import RepeatableRoute
from api.moments import instant
from api.schemas.explanations import StoryAnswer, ToldPageAnswer
from api.schemas.values import Answer, Code, Instant, Text255, utc
from api.short_lists import number_in
from application.history import ToldStep
from application.told_history import ToldPage

router = APIRouter(prefix="/v1", tags=["history"], route_class=RepeatableRoute)
MOST_EVENTS = 1_000
LAST_POSITION = 2**62


class EventAnswer(Answer):
    """An event as it was recorded; if its contact was `erased`, what was personal in it is blank."""

    position: int
    stream: str
    version: int
    type: str
    at: str
    user_id: str
    data: Any
    erased: bool


class EventPage(Answer):
    """A page of the feed; ask for what comes after `next_after`."""

    items: list[EventAnswer]
    next_after: int


@router.get(
    "/events",
    response_model=EventPage,
    dependencies=[AUDITORS],
    responses={200: {"content": {MEDIA_TYPE: {"schema": {"type": "string"}}}}},
)
def list_events(
    service: ServiceOf,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)],
    after: Annotated[int, Query(ge=0, le=2**62)] = 0,
    limit: Annotated[int, Query(ge=1, le=MOST_EVENTS)] = 100,
    stream: Annotated[Text255, Query(examples=["segment-SM00042"])] = None,
    type_: Annotated[Text255, Query(alias="type", examples=["segment.logged.1"])] = None,
    accept: Annotated[str | None, Header(description=f"`{MEDIA_TYPE}` follows the feed live.")] = None,
    last_event_id: Annotated[
        str | None, Header(description="The position to go on after; goes before `after`.")
    ] = None,
) -> Any:
    """Events after a position, in order. No event is ever missing and none comes twice."""
    go_on = position_in(last_event_id, after)
    if is_wanted(accept):

        def may_read() -> bool:
            """Whether the key still lets the reader in."""
            return lets_in(service, credentials, "auditor")

        live = follow(service, may_read, after=go_on, stream=stream, type_=type_)
        return StreamingResponse(live, media_type=MEDIA_TYPE, headers=HEADERS)
    page = service.history.events(after=go_on, limit=limit, stream=stream, type_=type_)
    items = [msgspec.structs.asdict(event) for event in page.events]
    return {"items": items, "next_after": page.next_after}


@router.get("/segments/{no}/history", response_model=StoryAnswer, dependencies=[HISTORIANS])
def read_history(
    no: Code,
    service: ServiceOf,
    language: InLanguage,
    limit: Annotated[int, Query(ge=1, le=MOST_EVENTS)] = 100,
    cursor: Annotated[str | None, Query(max_length=20)] = None,
    count: Annotated[bool, Query(description="Whether to say how many there are in all.")] = False,
) -> Any:
    """How a segment came about, in words, in Dutch or English by Accept-Language; also once it is logged."""
    story = service.history.segment(no, language, after=number_in(cursor), limit=limit)
    more = bool(story.steps) and story.steps[-1].version < story.versions
    return {
        "items": [shown_step(step) for step in story.steps],
        "next_cursor": str(story.steps[-1].version) if more else None,
        "total": story.versions if count else None,
    }


@router.get("/contacts/{no}/history", response_model=ToldPageAnswer, dependencies=[HISTORIANS])
def read_contact_history(
    no: Code,
    service: ServiceOf,
    language: InLanguage,
    limit: Annotated[int, Query(ge=1, le=MOST_EVENTS)] = 100,
    cursor: Annotated[str | None, Query(max_length=20)] = None,
) -> Any:
    """What became of a contact, and of the interactions with it, in words; also once it is deleted."""
    after = number_in(cursor, most=LAST_POSITION)
    return _told(service.told.contact(no, language, after=after, limit=limit))


@router.get("/history", response_model=ToldPageAnswer, dependencies=[AUDITORS])
def read_period(
    service: ServiceOf,
    language: InLanguage,
    user_id: Annotated[Text255, Query(examples=["ANN"])] = None,
    since: Annotated[Instant | None, Query(alias="from", description="From this instant on.")] = None,
    until: Annotated[
        Instant | None, Query(alias="to", description="Up to, and not at, this instant.")
    ] = None,
    stream: Annotated[Text255, Query(examples=["segment-SM00042"])] = None,
    limit: Annotated[int, Query(ge=1, le=MOST_EVENTS)] = 100,
    cursor: Annotated[str | None, Query(max_length=20)] = None,
) -> Any:
    """What happened in a period, in words: of one user, in one stream, or all of it."""
    found = service.told.period(
        language,
        user_id=user_id,
        since=instant(since),
        until=instant(until),
        stream=stream,
        after=number_in(cursor, most=LAST_POSITION),
        limit=limit,
    )
    return _told(found)


def _told(page: ToldPage) -> dict[str, Any]:
    return {
        "items": [msgspec.structs.asdict(event) | {"at": utc(event.at)} for event in page.events],
        "next_cursor": None if page.next_after is None else str(page.next_after),
    }


def shown_step(step: ToldStep) -> dict[str, Any]:
    """A step as it is answered."""
    return msgspec.structs.asdict(step) | {"at": utc(step.at)}
