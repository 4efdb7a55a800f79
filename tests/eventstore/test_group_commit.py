"""Saves of one process that come together are committed together, and each stands or falls by itself."""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event
from typing import Any

import psycopg
import pytest
from eventsourcing.persistence import IntegrityError, OperationalError, StoredEvent

from eventstore.group_commit import Events, GroupCommit, Limits
from eventstore.recorder import COPY_FROM, RELYING_ON_NOTHING, SAVES_AT_ONCE, LogRecorder
from eventstore.verify import Verification, verify
from tests.eventstore.examples import SCHEMA, delayed, rows, stored
from tests.eventstore.test_recorder import PATIENCE_SECONDS, WAITING_FOR_A_LOCK, wait_until

POSITIONS = (
    "SELECT originator_id, originator_version, notification_id FROM log_events ORDER BY notification_id"
)


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(SAVES_AT_ONCE + 10) as pool:
        yield pool


class Gate:
    """Somebody else holds the log, so that the first save waits for it, and others wait for the first."""

    def __init__(self, recorder: LogRecorder, pool: ThreadPoolExecutor, conninfo: str) -> None:
        self.recorder, self.pool, self.conninfo = recorder, pool, conninfo
        self.first = self.save(stored("first", 1))
        wait_until(lambda: rows(conninfo, WAITING_FOR_A_LOCK) == [(1,)])

    def save(self, events: Events, relying_on: Mapping[str, int] = RELYING_ON_NOTHING) -> "Future[Any]":
        waiting = self.recorder._group._waiting
        before = len(waiting)
        future = self.pool.submit(self.recorder.insert_events, events, relying_on=relying_on)
        if hasattr(self, "first"):
            wait_until(lambda: len(waiting) == before + 1)
        return future


@contextmanager
def closed_gate(recorder: LogRecorder, pool: ThreadPoolExecutor, conninfo: str) -> Iterator[Gate]:
    with psycopg.connect(conninfo) as holder:
        holder.execute(f"SELECT FROM {SCHEMA}.log_head FOR UPDATE".encode())
        yield Gate(recorder, pool, conninfo)


def positions(future: "Future[Any]") -> list[int]:
    return list(future.result(PATIENCE_SECONDS))


def test_saves_that_come_while_one_is_committed_are_committed_together(
    recorder: LogRecorder, pool: ThreadPoolExecutor, database: str
) -> None:
    with closed_gate(recorder, pool, database) as gate:
        futures = [gate.save(stored(f"stream-{number}", 1 + number % 3)) for number in range(9)]
    assert positions(gate.first) == [1]
    last = 1
    for number, future in enumerate(futures):
        size = 1 + number % 3
        assert positions(future) == list(range(last + 1, last + 1 + size))
        last += size
    transactions = rows(database, "SELECT count(*) FROM log_events GROUP BY xmin::text ORDER BY 1")
    assert transactions == [(1,), (18,)]
    assert verify(database, SCHEMA).ok


def test_a_version_that_is_there_refuses_its_own_save_only(
    recorder: LogRecorder, pool: ThreadPoolExecutor, database: str
) -> None:
    recorder.insert_events(stored("there", 2))
    with closed_gate(recorder, pool, database) as gate:
        taken = [gate.save(stored("a", 1)), gate.save(stored("there", 1, first=3))]
        late = [gate.save(stored("b", 1) + stored("there", 1, first=2)), gate.save(stored("a", 2))]
        late.append(gate.save(stored("c", 1), relying_on={"a": 0}))
        taken.append(gate.save(stored("b", 1), relying_on={"there": 3, "c": 0}))
    for future in late:
        with pytest.raises(IntegrityError, match="log_events_pkey"):
            future.result(PATIENCE_SECONDS)
    assert [positions(future) for future in taken] == [[4], [5], [6]]
    assert rows(database, POSITIONS) == [
        *(("there", 1, 1), ("there", 2, 2), ("first", 1, 3)),
        *(("a", 1, 4), ("there", 3, 5), ("b", 1, 6)),
    ]
    assert verify(database, SCHEMA).ok


@pytest.mark.parametrize(
    "impossible",
    [
        stored("c", 1) * 2,
        [StoredEvent("c\x00", 1, "test.noted.1", b"{}")],
        [StoredEvent("c\ud800", 1, "test.noted.1", b"{}")],
        [StoredEvent("c", 2**63, "test.noted.1", b"{}")],
        [StoredEvent("".join(chr(0x4E00 + n * 7 % 20_000) for n in range(3_000)), 1, "test.noted.1", b"{}")],
    ],
    ids=["one version twice", "a zero byte", "half a character", "too large a number", "too long a name"],
)
def test_a_save_that_cannot_be_stored_is_refused_by_itself(
    recorder: LogRecorder, pool: ThreadPoolExecutor, database: str, impossible: list[StoredEvent]
) -> None:
    with closed_gate(recorder, pool, database) as gate:
        a, bad, b = gate.save(stored("a", 1)), gate.save(impossible), gate.save(stored("b", 1))
    with pytest.raises(Exception, match=r".+"):
        bad.result(PATIENCE_SECONDS)
    assert [positions(future) for future in (gate.first, a, b)] == [[1], [2], [3]]
    assert verify(database, SCHEMA) == Verification(True, 3)


def test_a_broken_connection_is_told_to_all_whose_fate_it_hides(
    recorder: LogRecorder, pool: ThreadPoolExecutor, database: str
) -> None:
    with psycopg.connect(database) as holder, delayed(database, "slow", lock=1):
        holder.execute("SELECT pg_advisory_xact_lock(1)")
        with closed_gate(recorder, pool, database) as gate:
            futures = [gate.save(stored(name, 1)) for name in ("a", "slow")]
        wait_until(lambda: rows(database, f"SELECT true {GROUP_THAT_WAITS}") == [(True,)])
        rows(database, f"SELECT pg_terminate_backend(pid) {GROUP_THAT_WAITS}")
        for future in futures:
            with pytest.raises(OperationalError, match="terminating connection"):
                future.result(PATIENCE_SECONDS)
    assert positions(gate.first) == [1]
    assert recorder.insert_events(stored("a", 1)) == [2]


GROUP_THAT_WAITS = (
    "FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    " AND starts_with(query, 'SELECT append_saves')"
)


def test_a_group_holds_no_more_than_one_call_may(pool: ThreadPoolExecutor) -> None:
    groups: list[list[int]] = []
    block, blocked = Event(), Event()

    def commit(saves: Sequence[Events]) -> list[list[int]]:
        blocked.set()
        block.wait(PATIENCE_SECONDS)
        groups.append([len(save) for save in saves])
        return [[1] * len(save) for save in saves]

    group = GroupCommit(commit, Limits(saves=3, events=COPY_FROM, state_bytes=1_000))
    futures = [pool.submit(group.save, stored("a", 1))]
    blocked.wait(PATIENCE_SECONDS)
    kilobyte = stored("a", 1, state=bytes(1_000))
    for save in [stored("a", size) for size in (1, 2, 3, COPY_FROM - 1, 1, 1, 1)] + [kilobyte, kilobyte]:
        waiting = len(group._waiting)
        futures.append(pool.submit(group.save, save))
        wait_until(lambda waiting=waiting: len(group._waiting) > waiting)  # type: ignore[misc]
    block.set()
    assert [len(future.result(PATIENCE_SECONDS)) for future in futures] == [
        1,
        1,
        2,
        3,
        COPY_FROM - 1,
        *[1] * 5,
    ]
    assert groups == [[1], [1, 2, 3], [COPY_FROM - 1], [1, 1, 1], [1], [1]]


def test_who_waits_is_told_when_the_thread_that_commits_is_interrupted(pool: ThreadPoolExecutor) -> None:
    block, blocked = Event(), Event()

    def commit(saves: Sequence[Events]) -> list[list[int]]:
        blocked.set()
        block.wait(PATIENCE_SECONDS)
        if len(saves) > 1:
            raise KeyboardInterrupt
        return [[1]]

    group = GroupCommit(commit, Limits(64, 300, 1_000))
    first = pool.submit(group.save, stored("a", 1))
    blocked.wait(PATIENCE_SECONDS)
    futures = []
    for number in range(3):
        futures.append(pool.submit(group.save, stored("a", 1)))
        wait_until(lambda number=number: len(group._waiting) == number + 1)  # type: ignore[misc]
    block.set()
    raised = [type(future.exception(PATIENCE_SECONDS)) for future in (first, *futures)]
    assert raised == [type(None), KeyboardInterrupt, OperationalError, OperationalError]
    assert group.save(stored("a", 1)) == [1]
