"""History: the feed of all events, and the story of a segment in words."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Query

from api.context import AUDITORS, HISTORIANS, InLanguage, ServiceOf
from api.idempotency import RepeatableRoute
from api.schemas.values import Answer, Code, Text255, utc

router = APIRouter(prefix="/v1", tags=["history"], route_class=RepeatableRoute)
MOST_EVENTS = 1_000


class EventAnswer(Answer):
    """An event as it is stored."""

    position: int
    stream: str
    version: int
    type: str
    at: str
    user_id: str
    data: Any


class EventPage(Answer):
    """A page of the feed; ask for what comes after `next_after`."""

    items: list[EventAnswer]
    next_after: int


class StepAnswer(Answer):
    """One step of a segment's story; `number_of_lines` is how many there were after it."""

    position: int
    version: int
    type: str
    at: datetime
    user_id: str
    text: str
    number_of_lines: int


class StoryAnswer(Answer):
    """The story of a segment, from its creation on."""

    items: list[StepAnswer]
    next_cursor: str | None = None


@router.get("/events", response_model=EventPage, dependencies=[AUDITORS])
def list_events(
    service: ServiceOf,
    after: Annotated[int, Query(ge=0, le=2**62)] = 0,
    limit: Annotated[int, Query(ge=1, le=MOST_EVENTS)] = 100,
    stream: Annotated[Text255, Query(examples=["segment-SM00042"])] = None,
    type_: Annotated[Text255, Query(alias="type", examples=["segment.logged.1"])] = None,
) -> Any:
    """Events after a position, in order. No event is ever missing and none comes twice."""
    events = service.history.events(after=after, limit=limit, stream=stream, type_=type_)
    return {
        "items": [msgspec.structs.asdict(event) for event in events],
        "next_after": events[-1].position if events else after,
    }


@router.get("/segments/{no}/history", response_model=StoryAnswer, dependencies=[HISTORIANS])
def read_history(no: Code, service: ServiceOf, language: InLanguage) -> Any:
    """How a segment came about, in words, in Dutch or English by Accept-Language; also once it is logged."""
    steps = service.history.segment(no, language)
    return {"items": [msgspec.structs.asdict(step) | {"at": utc(step.at)} for step in steps]}
