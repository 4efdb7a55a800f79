"""Our recorder of events in PostgreSQL: positions without gaps, a hash chain, saves of any size.

The stock recorder sends a save through a pipeline, which hangs for ever from about a megabyte on, holding
the lock that every writer needs. This one makes one call of a database function for a small save and one
binary COPY for a large one.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Callable, Sequence
from typing import Any

from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import ConnectionPool, PostgresApplicationRecorder, PostgresDatastore
from psycopg import Connection, Cursor
from psycopg.rows import DictRow, dict_row
from psycopg.sql import SQL, Identifier

COPY_FROM = 300
COPY_FROM_BYTES = 1_000_000
"""From so many events or bytes of state on, a save is a binary COPY.

As arrays, 280 states of a megabyte held up all writers for 18 seconds, and a gigabyte is more than a message
to the server may hold.
"""

Alongside = Callable[[Cursor[DictRow]], None]
"""Something to be done in the transaction of a save; what it raises undoes the save."""


class Datastore(PostgresDatastore):
    """A connection pool on any conninfo, with the event log's schema as search path."""

    def __init__(self, conninfo: str, schema: str, *, size: int = 10) -> None:
        super().__init__("", "", 0, "", "", schema=schema, originator_id_type="text")

        def configure(connection: Connection[Any]) -> None:
            connection.autocommit = True
            connection.execute(SQL("SET search_path = {}").format(Identifier(schema)))

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

    def insert_events(
        self,
        stored_events: Sequence[StoredEvent],
        *,
        before: Sequence[Alongside] = (),
        under_lock: Sequence[Alongside] = (),
        **_: Any,
    ) -> Sequence[int] | None:
        """Append in one transaction and return the positions.

        `before` is done ahead of taking the lock on the log, `under_lock` while nobody else can append.
        Raises IntegrityError when one of the streams has that version already.
        """
        if not stored_events:
            return None
        save = _copy if _is_large(stored_events) else _call
        with self.datastore.get_connection() as connection, connection.cursor() as cursor:
            if save is _call and not before and not under_lock:
                return save(cursor, stored_events)
            with connection.transaction():
                for work in before:
                    work(cursor)
                if under_lock:
                    cursor.execute("SELECT FROM log_head FOR UPDATE")
                for work in under_lock:
                    work(cursor)
                return save(cursor, stored_events)


def event_digest(position: int, event: StoredEvent) -> bytes:
    """What is hashed of one event; the database function of the same name does the same."""
    stream, topic = str(event.originator_id).encode(), event.topic.encode()
    head = struct.pack(">cqi", b"\x00", position, len(stream))
    middle = struct.pack(">qi", event.originator_version, len(topic))
    return hashlib.sha256(b"".join((head, stream, middle, topic, event.state))).digest()


def link(chain: bytes, digest: bytes) -> bytes:
    """The chain after one more event."""
    return hashlib.sha256(b"\x01" + chain + digest).digest()


def _is_large(events: Sequence[StoredEvent]) -> bool:
    return len(events) >= COPY_FROM or sum(len(event.state) for event in events) >= COPY_FROM_BYTES


def _call(cursor: Cursor[DictRow], events: Sequence[StoredEvent]) -> Sequence[int]:
    cursor.execute(
        "SELECT append_events(%b::text[], %b::bigint[], %b::text[], %b::bytea[])",
        (
            [str(event.originator_id) for event in events],
            [event.originator_version for event in events],
            [event.topic for event in events],
            [event.state for event in events],
        ),
        prepare=True,
    )
    row = cursor.fetchone()
    assert row is not None
    positions: list[int] = row["append_events"]
    return positions


def _copy(cursor: Cursor[DictRow], events: Sequence[StoredEvent]) -> Sequence[int]:
    head = cursor.execute("SELECT position, chain FROM log_head FOR UPDATE").fetchone()
    assert head is not None
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
