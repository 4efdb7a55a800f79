"""Our recorder of events in PostgreSQL: positions without gaps, a hash chain, saves of any size.

The stock recorder sends a save through a pipeline, which hangs for ever from about a megabyte on, holding
the lock that every writer needs. This one makes one call of a database function for a small save, or for all
small saves that came meanwhile, and one binary COPY for a large one.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, LiteralString
from uuid import UUID

import psycopg
from eventsourcing.persistence import IntegrityError, StoredEvent
from eventsourcing.postgres import ConnectionPool, PostgresApplicationRecorder, PostgresDatastore
from psycopg import Connection, Cursor
from psycopg.rows import DictRow, args_row, dict_row
from psycopg.sql import SQL, Identifier

from eventstore.group_commit import Events, GroupCommit, Limits, Outcome
from eventstore.save_counts import SaveCounts

COPY_FROM = 300
COPY_FROM_BYTES = 1_000_000
"""From so many events or bytes of state on, a save is a binary COPY.

As arrays, 280 states of a megabyte held up all writers for 18 seconds, and a gigabyte is more than a message
to the server may hold.
"""

SAVES_AT_ONCE = 64
"""So many small saves at most are committed together."""

NO_LIMIT = 2**63 - 1
_EVENTS: LiteralString = (
    "SELECT originator_id, originator_version, topic, state FROM log_events WHERE originator_id = %s"
    " AND originator_version > %s AND originator_version <= %s ORDER BY originator_version"
)

_EVENTS_OF_SEVERAL: LiteralString = (
    "SELECT e.* FROM unnest(%b::text[], %b::bigint[]) AS wanted (stream, seen) CROSS JOIN LATERAL"
    " (SELECT originator_id, originator_version, topic, state FROM log_events WHERE originator_id = stream"
    " AND originator_version > seen ORDER BY originator_version) AS e"
)

Alongside = Callable[[Cursor[DictRow]], None]
"""Something to be done in the transaction of a save; what it raises undoes the save."""

NO_EVENT = ""
"""The topic of what is no event but says that there must be none of this version in its stream."""

RELYING_ON_NOTHING: Mapping[str, int] = MappingProxyType({})


class MissingHeadError(Exception):
    """Nobody knows where the log ends."""

    def __init__(self) -> None:
        super().__init__(
            "The head of the event log is missing: the one row of the table log_head, which says where the"
            " log ends. Without it nothing is recorded, and lists stay as they are. Run `segmentlog verify`;"
            " docs/operations.md says under Backup how the row is put back."
        )


def head_position(cursor: Cursor[DictRow]) -> int:
    """The position of the last event; 0 when there is none. Raises MissingHeadError."""
    row = cursor.execute("SELECT position FROM log_head").fetchone()
    if row is None:
        raise MissingHeadError
    return int(row["position"])


class Datastore(PostgresDatastore):
    """A connection pool on any conninfo, with the event log's schema as search path."""

    def __init__(self, conninfo: str, schema: str, *, size: int = 10) -> None:
        super().__init__("", "", 0, "", "", schema=schema, originator_id_type="text")

        def configure(connection: Connection[Any]) -> None:
            connection.autocommit = True
            connection.execute(SQL("SET search_path = {}").format(Identifier(schema)))
            # A page of the log that is read in order is larger than what the server sorts without a file.
            connection.execute("SET work_mem = '32MB'")

        self.pool = ConnectionPool(
            conninfo,
            connection_class=Connection[DictRow],
            kwargs={"row_factory": dict_row},
            min_size=1,
            max_size=size,
            open=False,
            configure=configure,
        )


class LogRecorder(PostgresApplicationRecorder):
    """Appends to the table `log_events` of its schema, which migrations have made."""

    def __init__(self, datastore: Datastore) -> None:
        super().__init__(datastore, events_table_name="log_events")
        self._group = GroupCommit(self._commit_group, Limits(SAVES_AT_ONCE, COPY_FROM, COPY_FROM_BYTES))
        self.counts = SaveCounts()

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        """The events of a stream; all commands ask for some, so there is one statement that is known."""
        least, most = (-1 if gt is None else gt), (NO_LIMIT if lte is None else lte)
        with (
            self.datastore.get_connection() as connection,
            connection.cursor(binary=True, row_factory=args_row(StoredEvent)) as cursor,
        ):
            statement = f"{_EVENTS} DESC LIMIT %s" if desc else f"{_EVENTS} LIMIT %s"
            parameters = (str(originator_id), least, most, limit)
            return cursor.execute(statement, parameters, prepare=True).fetchall()

    def select_events_of(self, seen: Mapping[str, int]) -> Sequence[StoredEvent]:
        """The events of several streams after the versions that were seen, stream by stream."""
        with (
            self.datastore.get_connection() as connection,
            connection.cursor(binary=True, row_factory=args_row(StoredEvent)) as cursor,
        ):
            parameters = (list(seen), list(seen.values()))
            return cursor.execute(_EVENTS_OF_SEVERAL, parameters, prepare=True).fetchall()

    def insert_events(
        self,
        stored_events: Sequence[StoredEvent],
        *,
        before: Sequence[Alongside] = (),
        under_lock: Sequence[Alongside] = (),
        relying_on: Mapping[str, int] = RELYING_ON_NOTHING,
        **_: Any,
    ) -> Sequence[int] | None:
        """Append in one transaction and return the positions.

        `before` is done ahead of taking the lock on the log, `under_lock` while nobody else can append.
        Raises IntegrityError when one of the streams has that version already, or one that it is relied on
        has gone on since its version there.
        """
        if not stored_events:
            return None
        save = _copy if _is_large(stored_events) else _call
        # First, as what is appended may be to one of these streams too.
        stored_events = [*_still_at(relying_on), *stored_events]
        if save is _call and not before and not under_lock:
            return self._group.save(stored_events)
        # Not in a group: work that waits for somebody else's rows would hold up the saves of others, and two
        # processes that do such work for several saves at once could wait for each other.
        with self.datastore.transaction(commit=True) as cursor:
            for work in before:
                work(cursor)
            if under_lock:
                cursor.execute("SELECT FROM log_head FOR UPDATE")
            for work in under_lock:
                work(cursor)
            positions = save(cursor, stored_events)
        self.counts.add(1, len(positions))
        return positions

    def _commit_group(self, saves: Sequence[Events]) -> Sequence[Outcome]:
        if len(saves) > 1:
            try:
                with self.datastore.get_connection() as connection, connection.cursor() as cursor:
                    outcomes = _call_for_all(cursor, saves)
                self._count(outcomes)
                return outcomes
            except Exception as error:
                if _may_be_committed(error):
                    return [type(error)(*error.args) for _ in saves]
        # By itself each is refused for what is wrong with it, and the others are not.
        return [self._commit_one(save) for save in saves]

    def _commit_one(self, events: Events) -> Outcome:
        try:
            with self.datastore.get_connection() as connection, connection.cursor() as cursor:
                positions = _call(cursor, events)
        except Exception as error:
            return error
        self.counts.add(1, len(positions))
        return positions

    def _count(self, outcomes: Sequence[Outcome]) -> None:
        taken = [len(outcome) for outcome in outcomes if not isinstance(outcome, Exception)]
        if taken:
            self.counts.add(len(taken), sum(taken))


def event_digest(position: int, event: StoredEvent) -> bytes:
    """What is hashed of one event; the database function of the same name does the same."""
    stream, topic = str(event.originator_id).encode(), event.topic.encode()
    head = struct.pack(">cqi", b"\x00", position, len(stream))
    middle = struct.pack(">qi", event.originator_version, len(topic))
    return hashlib.sha256(b"".join((head, stream, middle, topic, event.state))).digest()


def link(chain: bytes, digest: bytes) -> bytes:
    """The chain after one more event."""
    return hashlib.sha256(b"\x01" + chain + digest).digest()


def _still_at(versions: Mapping[str, int]) -> list[StoredEvent]:
    return [StoredEvent(stream, version + 1, NO_EVENT, b"") for stream, version in versions.items()]


def _is_large(events: Sequence[StoredEvent]) -> bool:
    return len(events) >= COPY_FROM or sum(len(event.state) for event in events) >= COPY_FROM_BYTES


def _call(cursor: Cursor[DictRow], events: Sequence[StoredEvent]) -> Sequence[int]:
    cursor.execute(
        "SELECT append_events(%b::text[], %b::bigint[], %b::text[], %b::bytea[])",
        _columns(events),
        prepare=True,
    )
    row = cursor.fetchone()
    assert row is not None
    positions: list[int] = row["append_events"]
    return positions


def _call_for_all(cursor: Cursor[DictRow], saves: Sequence[Events]) -> Sequence[Outcome]:
    """Append all saves that can be taken; those with a version that is there already are refused."""
    events = [event for save in saves for event in save]
    cursor.execute(
        "SELECT append_saves(%b::text[], %b::bigint[], %b::text[], %b::bytea[], %b::integer[])",
        (*_columns(events), [len(save) for save in saves]),
        prepare=True,
    )
    row = cursor.fetchone()
    assert row is not None
    return [
        IntegrityError('duplicate key value violates unique constraint "log_events_pkey"')
        if last is None
        else range(last - sum(event.topic != NO_EVENT for event in save) + 1, last + 1)
        for save, last in zip(saves, row["append_saves"], strict=True)
    ]


def _columns(events: Events) -> tuple[list[str], list[int], list[str], list[bytes]]:
    return (
        [str(event.originator_id) for event in events],
        [event.originator_version for event in events],
        [event.topic for event in events],
        [event.state for event in events],
    )


def _may_be_committed(error: Exception) -> bool:
    """Whether the connection broke, so that nobody knows what became of the transaction."""
    cause = error.__cause__ or error
    if not isinstance(cause, psycopg.OperationalError | psycopg.InterfaceError):
        return False
    # With a code, the server itself refused; unless it said that it is shutting down or lost us (57, 08).
    return cause.sqlstate is None or cause.sqlstate[:2] in ("57", "08")


def _copy(cursor: Cursor[DictRow], events: Sequence[StoredEvent]) -> Sequence[int]:
    relied_on = [event for event in events if event.topic == NO_EVENT]
    if relied_on:
        _call(cursor, relied_on)
        events = events[len(relied_on) :]
    head = cursor.execute("SELECT position, chain FROM log_head FOR UPDATE").fetchone()
    if head is None:
        raise MissingHeadError
    first, chain = head["position"] + 1, bytes(head["chain"])
    with cursor.copy(
        "COPY log_events (originator_id, originator_version, topic, state, notification_id, chain)"
        " FROM STDIN (FORMAT BINARY)"
    ) as copy:
        copy.set_types(["text", "int8", "text", "bytea", "int8", "bytea"])
        for position, event in enumerate(events, first):
            chain = link(chain, event_digest(position, event))
            copy.write_row(
                (
                    str(event.originator_id),
                    event.originator_version,
                    event.topic,
                    event.state,
                    position,
                    chain,
                )
            )
    last = first + len(events) - 1
    cursor.execute("UPDATE log_head SET position = %s, chain = %s", (last, chain))
    cursor.execute("SELECT pg_notify('log_events', %s)", (str(last),))
    return range(first, last + 1)
