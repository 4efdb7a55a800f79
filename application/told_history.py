"""Histories in words of a contact, and of what users did in a period."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import msgspec
from psycopg.sql import SQL

from application.contacts import stream_of as contact_stream
from application.event_words import Facts, of_segment, tell_any
from application.field_words import Language
from application.history_words import ERASED
from application.past_facts import PastFacts
from domain.amendments import (
    InteractionCommentChanged,
    InteractionCommentDeleted,
    InteractionCommented,
    InteractionsCanceled,
    InteractionsDeleted,
    InteractionsEvaluated,
    InteractionsRedated,
    InteractionsUncanceled,
)
from domain.contact import KnownContact
from domain.contact_set import ContactSet
from domain.delivery import (
    DeliveryFailed,
    InteractionsDelivered,
    InteractionsLoggedAgain,
    InteractionsSentAgain,
)
from domain.errors import NotFound
from domain.segment.events import SegmentLogged
from domain.segment.logging import entry_index
from eventstore.event import Event
from eventstore.log import EventLog
from eventstore.moments import position_at
from projections.read_models import ReadModels

MOST_LOOKED_AT = 100_000
"""Events looked at for one page; the cursor goes on from there, also when none of them was wanted."""
AMENDED_SETS = (
    *(InteractionsCanceled, InteractionsUncanceled, InteractionsEvaluated),
    *(InteractionsRedated, InteractionsDeleted),
    *(InteractionsDelivered, DeliveryFailed, InteractionsSentAgain),
)
COMMENTED = (InteractionCommented, InteractionCommentChanged, InteractionCommentDeleted)


class ToldEvent(msgspec.Struct, frozen=True):
    """One event in words."""

    position: int
    stream: str
    version: int
    type: str
    at: datetime
    user_id: str
    text: str


class ToldPage(msgspec.Struct, frozen=True):
    """Events in order, and the position to go on after, if there may be more."""

    events: list[ToldEvent]
    next_after: int | None


class ToldHistory:
    """Tells what happened."""

    def __init__(self, log: EventLog, read_models: ReadModels) -> None:
        self.log = log
        self.read_models = read_models

    def contact(self, no: str, language: Language, *, after: int, limit: int) -> ToldPage:
        """What became of a contact and of the interactions with it, in order. Raises NotFound."""
        head = self.log.position()
        contact = self.log.load(contact_stream(no), KnownContact)
        if contact is None:
            raise NotFound.named("contact", no)
        streams = PastFacts(self.log, self.read_models).streams_of_interactions(contact, head)
        # Which entries were logged again is known when those that they were made of are.
        streams = [contact_stream(no), *sorted(streams, key=lambda stream: stream.startswith("resend-"))]
        own = _Concerned(contact.key)
        found = [
            told
            for stream in streams
            for told in self._told(stream, language, head)
            if stream == contact_stream(no) or own.concerns(told[1])
        ]
        found = sorted((one for one in found if one[0].position > after), key=lambda one: one[0].position)
        page = [told for told, _ in found[:limit]]
        return ToldPage(page, page[-1].position if len(found) > limit else None)

    def period(
        self,
        language: Language,
        *,
        user_id: str | None,
        since: datetime | None,
        until: datetime | None,
        stream: str | None,
        after: int,
        limit: int,
    ) -> ToldPage:
        """What happened from one instant to before another, of one user or in one stream if asked."""
        head = self.log.position() if until is None else self._before(until)
        start = after if since is None else max(after, self._before(since))
        end = min(head, start + MOST_LOOKED_AT)
        rows = self._wanted(start, end, user_id, stream, limit)
        wanted: dict[str, set[int]] = {}
        for name, version in rows:
            wanted.setdefault(name, set()).add(version)
        found = [
            told
            for name, versions in wanted.items()
            for told, _ in self._told(name, language, end, max(versions))
            if told.version in versions
        ]
        found.sort(key=lambda told: told.position)
        if len(found) == limit:
            return ToldPage(found, found[-1].position if found[-1].position < head else None)
        return ToldPage(found, end if end < head else None)

    def _before(self, at: datetime) -> int:
        try:
            return position_at(self.log.datastore, at - timedelta(microseconds=1))
        except OverflowError:  # nothing is before the first instant that there is
            return 0

    def _wanted(
        self, start: int, end: int, user_id: str | None, stream: str | None, limit: int
    ) -> Sequence[tuple[str, int]]:
        conditions = [SQL("notification_id > %(start)s AND notification_id <= %(end)s")]
        if stream is not None:
            conditions.append(SQL("originator_id = %(stream)s"))
        if user_id is not None:
            conditions.append(SQL("convert_from(state, 'UTF8')::json ->> 'user_id' = %(user)s"))
        statement = SQL(
            "SELECT originator_id, originator_version FROM log_events WHERE {}"
            " ORDER BY notification_id LIMIT %(limit)s"
        ).format(SQL(" AND ").join(conditions))
        asked = {"start": start, "end": end, "stream": stream, "user": user_id, "limit": limit}
        with self.log.datastore.get_connection() as connection:
            rows = connection.execute(statement, asked).fetchall()
        return [(row["originator_id"], row["originator_version"]) for row in rows]

    def _told(
        self, stream: str, language: Language, position: int, last: int | None = None
    ) -> Iterator[tuple[ToldEvent, Event]]:
        """The events of a stream in words, up to a position and a version."""
        facts = Facts(stream)
        for at, event in self.log.placed([stream], position):
            if last is not None and event.originator_version > last:
                return
            envelope, data = event.envelope, event.data
            text = tell_any(data, facts.state, language)
            if stream.startswith("segment-"):
                text = of_segment(stream.removeprefix("segment-"), text, language)
            if event.erased:
                text += f" {ERASED[language]}"
            facts.take(data, envelope.user_id, envelope.at)
            told = ToldEvent(
                position=at,
                stream=stream,
                version=event.originator_version,
                type=data.topic,
                at=envelope.at,
                user_id=envelope.user_id,
                text=text,
            )
            yield told, event


class _Concerned:
    """Whether events of interactions are about one contact; asked in the order of a stream."""

    def __init__(self, key: int) -> None:
        self._key = key
        self._entries: set[int] = set()

    def concerns(self, event: Event) -> bool:
        match event.data:
            case SegmentLogged(blocks=blocks, first_interaction_no=first):
                lines = [block.line_no(self._key) for block in blocks if self._key in block.alive]
                self._entries |= {first + entry_index(blocks, line_no) for line_no in lines}
                return bool(lines)
            case InteractionsLoggedAgain(source_first=first, sources=sources, first_interaction_no=made):
                again = {made + sources.rank(place) for place in self._places(first, sources)}
                self._entries |= again
                return bool(again)
            case data if isinstance(data, AMENDED_SETS):
                return bool(self._places(data.first, data.entries))
            case data if isinstance(data, COMMENTED):
                return data.entry_no in self._entries
        value = getattr(event.data, "value", None)
        if getattr(value, "contact_key", None) == self._key:
            self._entries.add(event.data.entry_no)
            return True
        return False

    def _places(self, first: int, entries: ContactSet) -> list[int]:
        """Which of the entries, counted from `first` on, are with the contact."""
        return [number - first for number in self._entries if number >= first and number - first in entries]
