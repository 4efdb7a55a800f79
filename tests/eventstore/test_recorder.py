import hashlib
import os
import random
import socket
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path
from threading import Barrier
from typing import Any
from unittest import TestCase

import psycopg
import pytest
from eventsourcing.persistence import IntegrityError, StoredEvent
from eventsourcing.tests import persistence
from psycopg import Cursor
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.rows import DictRow

from eventstore.embedded_postgres import EmbeddedPostgres
from eventstore.log import EventLog, StaleVersionError
from eventstore.recorder import (
    COPY_FROM,
    COPY_FROM_BYTES,
    Datastore,
    LogRecorder,
    MissingHeadError,
    event_digest,
    link,
)
from tests.eventstore.examples import SCHEMA, digest, noted, opened_log, rows, stored, tamper, texts

PATIENCE_SECONDS = 120
SMALL, LARGE = 3, COPY_FROM + 1


class OnOurTables(TestCase):
    """Runs the library's own tests for recorders against ours, with readable stream names."""

    streams = 0
    recorder: LogRecorder

    @pytest.fixture(autouse=True)
    def _use(self, recorder: LogRecorder) -> None:
        self.recorder = recorder

    def create_recorder(self) -> LogRecorder:
        return self.recorder

    def new_originator_id(self) -> str:
        OnOurTables.streams += 1
        return f"stream-{OnOurTables.streams}"


class TestOurRecorderIsOneOfTheLibrarys(OnOurTables, persistence.ApplicationRecorderTestCase[LogRecorder]):
    def test_a_subscription_gets_what_is_recorded(self) -> None:
        self.optional_test_insert_subscribe()


class TestSavesOfOurRecorderDoNotInterleave(OnOurTables, persistence.NonInterleavingNotificationIDsBaseCase):
    pass


@pytest.mark.parametrize("size", [SMALL, LARGE])
def test_positions_have_no_gaps_after_refused_saves(log: EventLog, size: int) -> None:
    log.append(noted("a", *["first"] * size))
    for _ in range(3):
        with pytest.raises(StaleVersionError):
            log.append(noted("b", "undone") + noted("a", *["refused"] * size))
    assert log.append(noted("a", *["second"] * size, after=size)) == 2 * size
    positions = rows(log.conninfo, "SELECT notification_id FROM log_events ORDER BY notification_id")
    assert positions == [(position,) for position in range(1, 2 * size + 1)]
    assert rows(log.conninfo, "SELECT position FROM log_head") == [(2 * size,)]
    assert rows(log.conninfo, "SELECT FROM log_events WHERE originator_id = 'b'") == []


@pytest.mark.parametrize("size", [SMALL, LARGE])
def test_a_log_without_a_head_takes_nothing_and_says_so(log: EventLog, size: int) -> None:
    log.append(noted("a", "first"))
    tamper(log.conninfo, "DELETE FROM log_head")
    for asked in (log.position, lambda: log.append(noted("b", *["lost"] * size))):
        with pytest.raises(MissingHeadError, match="The head of the event log is missing"):
            asked()
    assert rows(log.conninfo, "SELECT originator_id FROM log_events") == [("a",)]


def test_a_save_of_nothing_does_nothing(recorder: LogRecorder) -> None:
    assert recorder.insert_events([]) is None
    assert recorder.max_notification_id() is None


@pytest.fixture(scope="module")
def tcp_url(postgres_url: str) -> Iterator[str]:
    """A server that is reached over TCP: the one we have, else one made for the occasion."""
    if not str(conninfo_to_dict(postgres_url).get("host", "/")).startswith("/"):
        yield postgres_url
        return
    address = free_address()
    with tempfile.TemporaryDirectory(prefix="segmentlog-tests-") as directory:
        Path(directory).chmod(0o755)
        options = {"listen_addresses": address, "fsync": "off"}
        with EmbeddedPostgres(Path(directory), options=options) as server:
            yield make_conninfo(server.conninfo(), host=address)


def free_address() -> str:
    """A loopback address where the embedded server's one port is free: all of 127.0.0.0/8 is this machine."""
    for last in range(1, 255):
        with socket.socket() as tried, suppress(OSError):
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            tried.bind((f"127.0.0.{last}", 5432))
            return f"127.0.0.{last}"
    raise AssertionError("port 5432 is taken on every loopback address")


@pytest.mark.parametrize("url", ["postgres_url", "tcp_url"])
def test_saves_of_any_size_succeed_over_a_socket_and_over_tcp(
    request: pytest.FixtureRequest, url: str
) -> None:
    # The library's own recorder hangs on each of these, holding the lock that all writers need.
    conninfo = request.getfixturevalue(url)
    schema = f"sizes_{uuid.uuid4().hex}"
    EventLog.set_up(conninfo, schema)
    large = os.urandom(64 * 1024 * 1024)
    saves = [
        stored("many", 100_000, state=b'{"text": "small"}'),
        stored("large", 1, state=large),
        stored("just-below-a-copy", COPY_FROM - 1, state=bytes(COPY_FROM_BYTES // COPY_FROM)),
        stored("few-but-large", 20, state=large[: COPY_FROM_BYTES * 2]),
    ]
    with closing(Datastore(conninfo, schema)) as datastore:
        recorder = LogRecorder(datastore)
        last = 0
        for events in saves:
            positions = recorder.insert_events(events)
            assert positions is not None
            assert list(positions) == list(range(last + 1, last + len(events) + 1))
            last += len(events)
        assert recorder.select_events("large") == saves[1]
        assert recorder.select_events("many", gt=99_999) == saves[0][-1:]
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute(f"DROP SCHEMA {schema} CASCADE".encode())


@pytest.mark.parametrize("size", [SMALL, LARGE])
def test_of_two_writers_of_one_stream_one_is_refused_and_nothing_is_lost(log: EventLog, size: int) -> None:
    log.append(noted("a", "there before"))

    with ThreadPoolExecutor() as second, opened_log(log.conninfo) as other:

        def let_the_other_wait(_: Cursor[DictRow]) -> None:
            futures.append(second.submit(other.append, noted("a", *["lost the race"] * size, after=1)))
            wait_until(lambda: rows(log.conninfo, WAITING_FOR_A_LOCK) == [(1,)])

        futures: list[Any] = []
        log.append(noted("a", *["won"] * size, after=1), under_lock=[let_the_other_wait])
        with pytest.raises(StaleVersionError, match="log_events_pkey"):
            futures[0].result(PATIENCE_SECONDS)
        other.append(noted("a", *["decided again"] * size, after=1 + size))
    assert texts(log, "a") == ["there before"] + ["won"] * size + ["decided again"] * size


@pytest.mark.parametrize("size", [SMALL, LARGE])
def test_a_save_is_refused_if_a_stream_that_it_relies_on_has_gone_on(log: EventLog, size: int) -> None:
    log.append(noted("relied-on", "as it was seen"))
    events = noted("a", *["text"] * size)
    log.append(events, relying_on={"relied-on": 1, "never-heard-of": 0})
    log.append(noted("relied-on", "has gone on", after=1))
    after = noted("a", *["text"] * size, after=size)
    for alone in (False, True):
        with pytest.raises(StaleVersionError, match="log_events_pkey"):
            log.append(after, relying_on={"relied-on": 1}, under_lock=[lambda _: None] if alone else [])
    assert log.append(after, relying_on={"relied-on": 2, "a": size}) == 2 * size + 2 == log.position()
    assert texts(log, "a") == ["text"] * (2 * size)


WAITING_FOR_A_LOCK = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
)


def test_a_reader_that_follows_eight_racing_writers_misses_nothing(database: str) -> None:
    writers, saves = 8, 50
    start = Barrier(writers)

    def write(number: int) -> int:
        chance = random.Random(number)
        with closing(Datastore(database, SCHEMA, size=1)) as datastore:
            recorder = LogRecorder(datastore)
            start.wait(PATIENCE_SECONDS)
            version = 0
            for _ in range(saves):
                size = chance.choice([1, 1, 1, 2, 10, 50, COPY_FROM, COPY_FROM + 50])
                events = stored(f"writer-{number}", size, first=version + 1)
                positions = recorder.insert_events(events)
                assert positions is not None
                assert positions[-1] - positions[0] == size - 1, "others came between the events of one save"
                version += size
                # A save that is refused takes no positions.
                with pytest.raises(IntegrityError):
                    recorder.insert_events(events[: chance.randint(1, size)])
        return version

    with ThreadPoolExecutor(writers) as pool, closing(Datastore(database, SCHEMA)) as datastore:
        reader = LogRecorder(datastore)
        futures = [pool.submit(write, number) for number in range(writers)]
        seen, versions, finished = 0, dict.fromkeys(range(writers), 0), False
        while not finished:
            finished = all(future.done() for future in futures)
            while page := reader.select_notifications(seen, 500, inclusive_of_start=False):
                # Whoever committed late with an early position would leave a gap here.
                assert [event.id for event in page] == list(range(seen + 1, seen + len(page) + 1))
                seen += len(page)
                for event in page:
                    writer = int(str(event.originator_id).removeprefix("writer-"))
                    assert event.originator_version == versions[writer] + 1
                    versions[writer] += 1
        assert versions == {number: future.result() for number, future in enumerate(futures)}


def test_small_saves_and_a_copy_of_the_same_events_give_the_same_chain(empty_database: str) -> None:
    events = [
        StoredEvent(f"stream-é-{number % 7}", number, f"tést.{number % 3}", bytes([number % 256]) * number)
        for number in range(LARGE)
    ]
    chains = []
    for schema, size in (("small", 50), ("copied", LARGE)):
        EventLog.set_up(empty_database, schema)
        with closing(Datastore(empty_database, schema)) as datastore:
            for first in range(0, len(events), size):
                LogRecorder(datastore).insert_events(events[first : first + size])
        chains.append(
            rows(empty_database, f"SELECT chain FROM {schema}.log_events ORDER BY notification_id")
            + rows(empty_database, f"SELECT chain FROM {schema}.log_head")
        )
    expected = [hashlib.sha256(b"").digest()]
    for position, event in enumerate(events, 1):
        expected.append(link(expected[-1], event_digest(position, event)))
    assert chains[0] == chains[1] == [(chain,) for chain in (*expected[1:], expected[-1])]


@pytest.mark.parametrize(
    ("position", "event"),
    [
        (1, StoredEvent("a", 1, "test.noted.1", b"{}")),
        (2**62, StoredEvent("segment-SM00012", 2**62, "segment.logged.1", b"")),
        (7, StoredEvent("ünïcode-日本-😀", -1, "topic-é", bytes(range(256)) * 100)),
        (0, StoredEvent("", 0, "", rb"\x00'\\")),
    ],
)
def test_the_database_and_the_program_digest_an_event_alike(
    database: str, position: int, event: StoredEvent
) -> None:
    values = (position, event.originator_id, event.originator_version, event.topic, event.state)
    query = "SELECT event_digest(%s::bigint, %s::text, %s::bigint, %s::text, %b::bytea)"
    assert rows(database, query, values) == [(event_digest(position, event),)]


def test_no_two_events_can_be_told_as_one() -> None:
    # Without their lengths, the end of a stream's name could pass for the beginning of a topic.
    assert event_digest(1, StoredEvent("ab", 1, "c", b"")) != event_digest(1, StoredEvent("a", 1, "bc", b""))
    assert event_digest(1, StoredEvent("a", 1, "bc", b"")) != event_digest(1, StoredEvent("a", 1, "b", b"c"))


@pytest.mark.parametrize("size", [SMALL, LARGE])
@pytest.mark.parametrize("when", ["before", "under_lock"])
def test_what_is_done_alongside_a_save_undoes_all_of_it_when_it_raises(
    log: EventLog, when: str, size: int
) -> None:
    def fail(_: Cursor[DictRow]) -> None:
        raise RuntimeError("changed its mind")

    data = b"content"
    alongside: dict[str, Any] = {
        "before": [log.contents.saving({digest(data): data}), log.counters.claiming("entry", 1, 10)],
        "under_lock": [],
    }
    alongside[when].append(fail)
    with pytest.raises(RuntimeError, match="changed its mind"):
        log.append(noted("a", *["text"] * size), **alongside)
    assert log.position() == 0
    assert log.counters.next_of("entry") == 1
    assert rows(log.conninfo, "SELECT FROM log_events") == rows(log.conninfo, "SELECT FROM content") == []
    assert log.append(noted("a", "again")) == 1


def test_nobody_else_appends_between_what_is_done_under_the_lock_and_the_save(log: EventLog) -> None:
    seen: list[int] = []

    def look(cursor: Cursor[DictRow]) -> None:
        row = cursor.execute("SELECT position FROM log_head").fetchone()
        assert row is not None
        seen.append(row["position"])

    def append(number: int) -> int:
        return log.append(noted(f"stream-{number}", "text"), under_lock=[look])

    with ThreadPoolExecutor(4) as pool:
        positions = list(pool.map(append, range(40)))
    assert seen == list(range(40))
    assert sorted(positions) == list(range(1, 41))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE log_events SET topic = 'another' WHERE notification_id = 1",
        "DELETE FROM log_events WHERE notification_id = 1",
        "TRUNCATE log_events",
    ],
)
def test_events_are_never_changed_or_removed(log: EventLog, statement: str) -> None:
    log.append(noted("a", "text"))
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="never changed or removed"):
        rows(log.conninfo, statement)
    assert texts(log, "a") == ["text"]


def test_an_auditor_reads_events_as_rows(log: EventLog) -> None:
    log.append(noted("a", "Zoë"))
    assert rows(log.conninfo, "SELECT * FROM event_log") == [
        (1, "a", 1, "test.noted.1", "2026-03-02T09:30:00Z", "jan", {"text": "Zoë"})
    ]


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)
