"""Facts to test the keeping of events with, and a log that knows them."""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any, ClassVar, NoReturn, cast

import msgspec
import psycopg
from eventsourcing.persistence import StoredEvent
from psycopg.sql import SQL, Identifier

from eventstore.event import Envelope, Event
from eventstore.log import EventLog, events_of
from eventstore.mapper import EventMapper

SCHEMA = "log"
ENVELOPE = Envelope(datetime(2026, 3, 2, 9, 30, tzinfo=UTC), "jan", "command-1", date(2026, 3, 2))


class Noted(msgspec.Struct, frozen=True):
    topic: ClassVar[str] = "test.noted.1"
    text: str


class Part(msgspec.Struct, frozen=True):
    sha256: str


class Grouped(msgspec.Struct, frozen=True):
    """Names contents the way a set of contacts does."""

    topic: ClassVar[str] = "test.grouped.1"
    parts: tuple[Part, ...]


def refuse(*_: Any) -> NoReturn:
    raise NotImplementedError


MAPPER = EventMapper({kind.topic: kind for kind in (Noted, Grouped)}, refuse, refuse)


@contextmanager
def opened_log(conninfo: str, schema: str = SCHEMA) -> Iterator[EventLog]:
    EventLog.set_up(conninfo, schema)
    log = EventLog(conninfo, schema, lambda _contents, _keys: MAPPER)
    try:
        yield log
    finally:
        log.close()


def noted(stream: str, *texts: str, after: int = 0) -> list[Event]:
    return events_of(stream, after, ENVELOPE, [Noted(text) for text in texts])


def grouped(stream: str, *digests: str, after: int = 0) -> list[Event]:
    return events_of(stream, after, ENVELOPE, [Grouped(tuple(Part(digest) for digest in digests))])


def stored(stream: str, count: int, *, first: int = 1, state: bytes = b"{}") -> list[StoredEvent]:
    return [StoredEvent(stream, version, "test.noted.1", state) for version in range(first, first + count)]


def texts(log: EventLog, stream: str) -> list[str]:
    """What was noted in a stream, read back as events."""
    return [cast(Event, event).data.text for event in log.events.get(stream)]


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def rows(conninfo: str, query: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
    """What the database itself answers, with nothing of ours between."""
    with psycopg.connect(conninfo) as connection:
        connection.execute(SQL("SET search_path = {}").format(Identifier(SCHEMA)))
        return connection.execute(query.encode(), parameters).fetchall()


def tamper(conninfo: str, *statements: str) -> None:
    """Change the tables the way a superuser could, past the trigger."""
    with psycopg.connect(conninfo) as connection:
        connection.execute(SQL("SET search_path = {}").format(Identifier(SCHEMA)))
        connection.execute("ALTER TABLE log_events DISABLE TRIGGER append_only")
        for statement in statements:
            connection.execute(statement.encode())
        connection.execute("ALTER TABLE log_events ENABLE TRIGGER append_only")


@contextmanager
def delayed(conninfo: str, stream: str, *, lock: int, schema: str = SCHEMA) -> Iterator[None]:
    """Events of one stream are appended slowly: not before somebody lets go of an advisory lock."""
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute(SQL("SET search_path = {}").format(Identifier(schema)))
        connection.execute(
            SQL(
                "CREATE FUNCTION wait_for_lock() RETURNS trigger LANGUAGE plpgsql AS"
                " $$ BEGIN PERFORM pg_advisory_xact_lock_shared({}); RETURN NULL; END $$;"
                " CREATE TRIGGER slow AFTER INSERT ON log_events FOR EACH ROW"
                " WHEN (NEW.originator_id = {}) EXECUTE FUNCTION wait_for_lock()"
            ).format(lock, stream)
        )
        yield
