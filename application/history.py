"""Use cases of history: the feed of events, and the story of a segment in words."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from psycopg.sql import SQL

from application.history_words import Language, tell
from application.journal import Journal
from application.segments import stream_of
from domain.errors import NotFound
from domain.segment.state import Segment
from eventstore.event import Event
from eventstore.log import EventLog
from projections.read_models import ReadModels


class FedEvent(msgspec.Struct, frozen=True):
    """An event as it is given to readers of the feed; `data` is as it is stored."""

    position: int
    stream: str
    version: int
    type: str
    at: str
    user_id: str
    data: Any


class Step(msgspec.Struct, frozen=True):
    """One step of a segment's story."""

    position: int
    version: int
    type: str
    at: datetime
    user_id: str
    text: str
    number_of_lines: int


class History:
    """Looking back."""

    def __init__(self, journal: Journal, read_models: ReadModels) -> None:
        self.journal = journal
        self.read_models = read_models

    def events(
        self, *, after: int, limit: int, stream: str | None = None, type_: str | None = None
    ) -> list[FedEvent]:
        """Events after a position, in order, of one stream or type only if asked."""
        return _read(self.journal.log, after=after, limit=limit, stream=stream, type_=type_)

    def segment(self, no: str, language: Language) -> list[Step]:
        """The story of a segment, whatever became of it. Raises NotFound."""
        stream = stream_of(no)
        events: list[Event] = list(self.journal.log.events.get(stream))  # type: ignore[arg-type]
        if not events:
            raise NotFound.named("segment", no)
        fed = _read(self.journal.log, after=0, limit=len(events), stream=stream)
        steps, segment = [], Segment()
        for event, told in zip(events, fed, strict=True):
            before = segment.copy()
            segment.apply(event.data, event.envelope.user_id, event.envelope.at)
            steps.append(
                Step(
                    position=told.position,
                    version=told.version,
                    type=told.type,
                    at=event.envelope.at,
                    user_id=told.user_id,
                    text=tell(event.data, before, language),
                    number_of_lines=segment.number_of_lines,
                )
            )
        return steps


def _read(
    log: EventLog, *, after: int, limit: int, stream: str | None = None, type_: str | None = None
) -> list[FedEvent]:
    conditions = "notification_id > %(after)s"
    conditions += " AND originator_id = %(stream)s" if stream is not None else ""
    conditions += " AND topic = %(type)s" if type_ is not None else ""
    with log.datastore.get_connection() as connection:
        rows = connection.execute(
            SQL(
                "SELECT notification_id AS position, originator_id AS stream, originator_version AS version,"
                " topic, state FROM log_events WHERE {} ORDER BY notification_id LIMIT %(limit)s"
            ).format(SQL(conditions)),
            {"after": after, "stream": stream, "type": type_, "limit": limit},
        ).fetchall()
    found = []
    for row in rows:
        state = msgspec.json.decode(row["state"])
        found.append(
            FedEvent(
                row["position"],
                row["stream"],
                row["version"],
                row["topic"],
                state["at"],
                state["user_id"],
                state["data"],
            )
        )
    return found
