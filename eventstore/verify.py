"""Recompute the whole log: positions, hash chain, head, and the contents that events name.

Whoever may rewrite all of the database can recompute the chain as well. Against that helps what he cannot
reach: a position and its chain value that were noted down elsewhere.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import msgspec
import psycopg
from eventsourcing.persistence import StoredEvent
from psycopg import Connection, IsolationLevel
from psycopg.sql import SQL, Identifier

from eventstore.recorder import event_digest, link

EVENTS_AT_ONCE = 2_000
CONTENTS_AT_ONCE = 100

Progress = Callable[[int, int], None]
"""Is told how many events were checked, of how many."""


class Verification(msgspec.Struct, frozen=True):
    """Whether the log is what was recorded; if not, how many events are right, and which one is not."""

    ok: bool
    events: int
    first_bad_position: int | None = None
    problem: str | None = None


class _Problem(NamedTuple):
    position: int | None
    text: str


def verify(conninfo: str, schema: str, *, progress: Progress | None = None) -> Verification:
    """Check every event and every content as they are at this moment, while others go on writing."""
    with psycopg.connect(conninfo) as connection:
        connection.isolation_level = IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        connection.execute(SQL("SET search_path = {}").format(Identifier(schema)))
        log = _Log(connection, progress)
        problems = [*log.problems(), *_problems_of_contents(connection, log.named)]
    if not problems:
        return Verification(True, log.events)
    # What is wrong with a content that no event names has no position, and comes last.
    first = min(problems, key=lambda problem: (problem.position is None, problem.position or 0))
    return Verification(False, log.events, first.position, first.text)


class _Log:
    """The events, and what was learned of them: how many are right, and the first to name each content."""

    def __init__(self, connection: Connection[Any], progress: Progress | None) -> None:
        self.events = 0
        self.named: dict[str, int] = {}
        self._connection = connection
        self._progress = progress
        self._chain = hashlib.sha256().digest()

    def problems(self) -> Iterator[_Problem]:
        """The first problem, if there is one: what comes after it cannot be right either."""
        head = self._connection.execute("SELECT position, chain FROM log_head").fetchone()
        end, chain = head or (0, b"")
        with self._connection.cursor("log_events") as cursor:
            cursor.execute(
                "SELECT notification_id, originator_id, originator_version, topic, state, chain"
                " FROM log_events ORDER BY notification_id",
                binary=True,
            )
            while page := cursor.fetchmany(EVENTS_AT_ONCE):
                for position, stream, version, topic, state, stored_chain in page:
                    event = StoredEvent(stream, version, topic, state)
                    if problem := self._check(position, event, stored_chain):
                        yield problem
                        return
                if self._progress:
                    self._progress(self.events, max(self.events, end))
        if head is None:
            yield _Problem(None, "The head of the log is missing.")
        elif end > self.events:
            missing = self.events + 1
            yield _Problem(missing, f"The events from position {missing} to {end}, the last, are missing.")
        elif end < self.events:
            yield _Problem(end + 1, f"The log goes on after position {end}, which its head says is the last.")
        elif chain != self._chain:
            yield _Problem(end, f"The head of the log does not go with its last event, at position {end}.")

    def _check(self, position: int, event: StoredEvent, stored_chain: bytes) -> _Problem | None:
        expected = self.events + 1
        if position > expected:
            return _Problem(expected, f"The event at position {expected} is missing.")
        if position < expected:
            return _Problem(position, f"There is an event at position {position} that was never recorded.")
        self._chain = link(self._chain, event_digest(position, event))
        if self._chain != stored_chain:
            return _Problem(
                position,
                f"The event at position {position}, version {event.originator_version} of "
                f"{event.originator_id}, is not what was recorded there: it was changed, moved or inserted.",
            )
        # Decoding every state would take longer than all the rest.
        if b'"parts"' in event.state:
            try:
                state = msgspec.json.decode(event.state)
            except msgspec.DecodeError as error:
                return _Problem(position, f"The event at position {position} is not JSON: {error}")
            for digest in _digests_in(state):
                self.named.setdefault(digest, position)
        self.events = position
        return None


def _digests_in(value: object) -> Iterator[str]:
    """The digests of all contents that are named in a state: each list of `parts` names some."""
    if isinstance(value, dict):
        parts = value.get("parts")
        for part in parts if isinstance(parts, list) else ():
            if isinstance(part, dict) and isinstance(digest := part.get("sha256"), str):
                yield digest
        for inner in value.values():
            yield from _digests_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _digests_in(inner)


def _problems_of_contents(connection: Connection[Any], named: dict[str, int]) -> Iterator[_Problem]:
    missing = dict(named)
    with connection.cursor("content") as cursor:
        cursor.execute("SELECT sha256, data FROM content", binary=True)
        while page := cursor.fetchmany(CONTENTS_AT_ONCE):
            for digest, data in page:
                position = missing.pop(digest.hex(), None)
                if hashlib.sha256(data).digest() != digest:
                    namer = f"the event at position {position}" if position else "no event"
                    yield _Problem(position, f"The content {digest.hex()}, named by {namer}, was changed.")
    for digest, position in missing.items():
        yield _Problem(
            position, f"The content {digest}, named by the event at position {position}, is missing."
        )
