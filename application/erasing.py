"""Erasing a contact: its key is destroyed, and with it every personal value in the events (design 3)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any

import msgspec
import numpy as np
from eventsourcing.persistence import StoredEvent
from psycopg import Cursor
from psycopg.rows import DictRow

from application.contacts import stream_of
from application.erasures import in_use
from application.journal import Caller, Changes, Journal, check_version, retried
from application.personal_data import OF_A_LINE
from domain.amendments import InteractionCommentChanged, InteractionCommented
from domain.contact import (
    PERSONAL,
    PERSONAL_IN_ADDRESS,
    ContactChanged,
    ContactErased,
    ContactRegistered,
    KnownContact,
    erase,
)
from domain.delivery import InteractionsLoggedAgain
from domain.errors import NotFound
from domain.interaction import InteractionLogged, InteractionPostponed, InteractionResumed
from domain.segment.events import DocumentAttached, SegmentLogged
from domain.segment.lines import line_columns
from domain.vocabulary import given
from eventstore.event import Event
from eventstore.log import StaleVersionError
from eventstore.recorder import Alongside
from eventstore.sealing import MARK, sealed_of, subjects_in
from projections.read_models import ReadModels
from projections.replay_erasures import blanking_replays

NOTED_IN = (
    *(
        SegmentLogged.topic,
        DocumentAttached.topic,
        InteractionCommented.topic,
        InteractionCommentChanged.topic,
    ),
    *(InteractionLogged.topic, InteractionPostponed.topic, InteractionResumed.topic),
)
"""Events of other streams from which entries and documents of the contact come."""

SHORTEST = 3
"""Shorter values are looked for in stored answers only together with the contact's number."""


class Erasing:
    """Forgets contacts; a request to do so is never held up by where they stand."""

    def __init__(self, journal: Journal, read_models: ReadModels) -> None:
        self.journal = journal
        self.log = journal.log
        self.read_models = read_models

    @retried
    def erase(self, caller: Caller, no: str, reason: str) -> tuple[KnownContact, int]:
        """Erase a contact, also one that was deleted; what is left, and the position. Raises Refused.

        Once more is the same as once.
        """
        contact = self.journal.load(stream_of(no), KnownContact)
        if contact is None:
            raise NotFound.named("contact", no)
        if contact.erased:
            return contact, self.log.position()
        check_version(caller, contact.version)
        seen = self.log.position()
        noted = list(self._noted(contact.key))
        documents = set(_documents(noted))
        entries = set(_entries(noted, contact.key))
        entries |= set(self._logged_again(noted, entries))
        with self.log.datastore.get_connection() as connection:
            gone = documents - in_use(connection, documents, contact.key)
        facts = erase(contact, reason, entries, documents)
        position = self.journal.record(
            caller,
            Changes(stream_of(no), contact.version, facts),
            besides=[
                self.log.personal_keys.destroying(contact.key),
                self.log.contents.removing(sorted(gone)),
                _forgetting_answers(self._values(no)),
                blanking_replays(self.log.schema, facts),
            ],
            under_lock=[_nothing_since(seen, contact.key)],
        )
        self.log.forget()
        left = self.journal.load(stream_of(no), KnownContact)
        assert left is not None
        return left, position

    def of(self, no: str) -> tuple[datetime, str] | None:
        """When a contact was erased, and why; None if it was not."""
        for _, event in self.log.placed([stream_of(no)]):
            if isinstance(event.data, ContactErased):
                return event.envelope.at, event.data.reason
        return None

    def _noted(self, key: int) -> Iterator[Event]:
        """Events of other streams in which something is sealed under the contact's key."""
        with self.log.datastore.get_connection() as connection, connection.cursor(binary=True) as cursor:
            cursor.execute(
                "SELECT originator_id, originator_version, topic, state FROM log_events"
                " WHERE topic = ANY(%s) AND position(%s::bytea IN state) > 0",
                (list(NOTED_IN), sealed_of(key)),
            )
            rows = [StoredEvent(**row) for row in cursor.fetchall()]
        mapper = self.log.events_mapper
        return iter(mapper.to_domain_events([row for row in rows if key in subjects_in(row.state)]))

    def _logged_again(self, noted: Sequence[Event], entries: Collection[int]) -> Iterator[int]:
        """The entries that were made of these: they took over the remarks (domain B13)."""
        segments = {event.data.segment_no for event in noted if isinstance(event.data, SegmentLogged)}
        if not segments:
            return
        for _, event in self.log.events_where("topic = %s", InteractionsLoggedAgain.topic):
            made: InteractionsLoggedAgain = event.data
            if made.segment_no in segments:
                for place, source in enumerate(made.sources):
                    if made.source_first + source in entries:
                        yield made.first_interaction_no + place

    def _values(self, no: str) -> list[str]:
        """The contact's number, and every personal value that it ever had."""
        found = {no}
        for _, event in self.log.placed([stream_of(no)]):
            match event.data:
                case ContactRegistered(value=value):
                    found.update(_texts(msgspec.structs.asdict(value)))
                case ContactChanged(changes=changes):
                    found.update(_texts(given(changes)))
        return sorted(text for text in found if len(text) >= SHORTEST)


def _texts(values: dict[str, Any]) -> Iterator[str]:
    yield from (str(values[name]) for name in PERSONAL if values.get(name))
    for address in values.get("alternative_addresses", ()):
        found = msgspec.structs.asdict(address)
        yield from (str(found[name]) for name in PERSONAL_IN_ADDRESS if found[name])


def _entries(noted: Sequence[Event], key: int) -> Iterator[int]:
    """The interaction log entries that something personal was noted with."""
    for event in noted:
        match event.data:
            case (
                InteractionCommented(entry_no=entry_no)
                | InteractionCommentChanged(entry_no=entry_no)
                | InteractionLogged(entry_no=entry_no)
                | InteractionPostponed(entry_no=entry_no)
                | InteractionResumed(entry_no=entry_no)
            ):
                yield entry_no
            case SegmentLogged() as logged:
                columns = line_columns(logged.blocks)
                for line_no in _lines_of(logged, key):
                    place = int(np.searchsorted(columns.line_no, line_no))
                    if place < len(columns) and columns.line_no[place] == line_no:
                        yield logged.first_interaction_no + place


def _lines_of(logged: SegmentLogged, key: int) -> Iterator[int]:
    for line in logged.own_lines:
        if any(given(line.changes).get(name) for name in OF_A_LINE) and any(
            block.contact_of(line.line_no) == key for block in logged.blocks
        ):
            yield line.line_no


def _documents(noted: Sequence[Event]) -> Iterator[str]:
    """The digests of the contact's personal documents."""
    for event in noted:
        if isinstance(event.data, DocumentAttached):
            yield event.data.document.sha256


def _nothing_since(position: int, key: int) -> Alongside:
    """Something that was noted meanwhile would be missed: then all is looked for again."""

    def check(cursor: Cursor[DictRow]) -> None:
        cursor.execute(
            "SELECT FROM log_events WHERE notification_id > %s AND (topic = %s"
            " OR position(%s::bytea IN state) > 0 AND substr(state, 1, %s) = %s::bytea) LIMIT 1",
            (position, InteractionsLoggedAgain.topic, sealed_of(key), len(MARK), MARK),
        )
        if cursor.fetchone() is not None:
            raise StaleVersionError("something was noted about the contact meanwhile")

    return check


def _forgetting_answers(values: Sequence[str]) -> Alongside:
    """Answers kept for repeated requests may show the contact; who repeats one is told that it was lost."""

    def forget(cursor: Cursor[DictRow]) -> None:
        needles = [msgspec.json.encode(value)[1:-1] for value in values]
        cursor.execute(
            "UPDATE idempotency_key SET status = NULL, headers = NULL, body = NULL WHERE body IS NOT NULL"
            " AND EXISTS (SELECT FROM unnest(%b::bytea[]) AS n(value) WHERE position(n.value IN body) > 0)",
            (needles,),
        )

    return forget
