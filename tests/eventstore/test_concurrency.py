"""Whoever follows the log misses nothing, whatever writers do meanwhile: wait, abort, or die."""

import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from eventsourcing.persistence import Notification

from eventstore.recorder import COPY_FROM, Datastore, LogRecorder
from eventstore.verify import verify
from tests.eventstore.examples import SCHEMA, delayed, rows, stored, tamper
from tests.eventstore.racing_writer import ABORTED, SLOW
from tests.eventstore.test_recorder import PATIENCE_SECONDS, WAITING_FOR_A_LOCK, wait_until

COMMITS = 10_000
PROCESSES = 4
LAST = "last"
EVENTS = "SELECT originator_id, originator_version, notification_id FROM log_events"


def followed(recorder: LogRecorder, after: int, page: int = 500) -> Iterator[Notification]:
    """What comes after a position, as every follower reads it: page by page, from the last that it saw."""
    while found := recorder.select_notifications(after, page, inclusive_of_start=False):
        yield from found
        after = found[-1].id


class TestAnEventThatIsCommittedLate:
    """The race that loses events elsewhere: a later position can be seen before an earlier one."""

    @pytest.mark.parametrize("size", [1, COPY_FROM])
    def test_is_seen_by_who_reads_while_it_is_late(self, database: str, size: int) -> None:
        assert self.seen_by_a_follower(database, size) == ["late"] * size + ["early"]

    def test_would_be_lost_without_the_lock_on_the_head(self, database: str) -> None:
        without_lock(database)
        assert self.seen_by_a_follower(database, 1) == ["early"]
        assert rows(database, "SELECT count(*) FROM log_events") == [(2,)]

    def seen_by_a_follower(self, database: str, size: int) -> list[str]:
        with (
            ThreadPoolExecutor() as pool,
            psycopg.connect(database) as holder,
            delayed(database, "late", lock=1),
            # Each in a process of its own, as far as saving goes.
            closing(Datastore(database, SCHEMA)) as one,
            closing(Datastore(database, SCHEMA)) as other,
        ):
            reader = LogRecorder(other)
            holder.execute("SELECT pg_advisory_xact_lock(1)")
            late = pool.submit(LogRecorder(one).insert_events, stored("late", size))
            wait_until(lambda: rows(database, WAITING_FOR_A_LOCK) == [(1,)])
            early = pool.submit(LogRecorder(other).insert_events, stored("early", 1))
            wait_until(lambda: early.done() or rows(database, WAITING_FOR_A_LOCK) == [(2,)])
            seen = list(followed(reader, 0))
            holder.rollback()
            late.result(PATIENCE_SECONDS), early.result(PATIENCE_SECONDS)
            seen += followed(reader, seen[-1].id if seen else 0)
        return [str(event.originator_id) for event in seen]


def without_lock(database: str) -> None:
    """Let small saves take positions from a sequence instead, as they do elsewhere."""
    [(source,)] = rows(database, "SELECT pg_get_functiondef('append_events'::regproc)")
    for old, new in (
        (" FOR UPDATE", ""),
        ("head.position := head.position + 1", "head.position := nextval('unlocked_position')"),
        ("UPDATE log_head SET position = head.position, chain = head.chain;", ""),
    ):
        assert source.count(old) == 1
        source = source.replace(old, new)
    tamper(database, "CREATE SEQUENCE unlocked_position", source.replace("%", "%%"))


class Writers:
    """Four processes of four writers; one that is killed is replaced by another."""

    def __init__(self, database: str, folder: Path) -> None:
        self._database, self._folder = database, folder
        self._stop = folder / "stop"
        self._started = 0
        self.killed = 0
        self._running = [self._start() for _ in range(PROCESSES)]

    def _start(self) -> "subprocess.Popen[bytes]":
        self._started += 1
        name = f"writer-{self._started}"
        module = "tests.eventstore.racing_writer"
        return subprocess.Popen(
            [sys.executable, "-m", module, self._database, name, self._folder / f"{name}.txt", self._stop]
        )

    def kill_one(self, chance: random.Random) -> None:
        victim = chance.randrange(PROCESSES)
        self._running[victim].kill()
        assert self._running[victim].wait(PATIENCE_SECONDS) == -signal.SIGKILL
        self.killed += 1
        self._running[victim] = self._start()

    def stop(self) -> None:
        self._stop.touch()
        assert [process.wait(PATIENCE_SECONDS) for process in self._running] == [0] * PROCESSES

    def acknowledged(self) -> set[tuple[str, int, int]]:
        found = set()
        for file in self._folder.glob("writer-*.txt"):
            for line in file.read_text().splitlines(keepends=True):
                if line.endswith("\n"):  # whoever was killed may have left half a line
                    stream, version, position = line.split()
                    found.add((stream, int(version), int(position)))
        return found


class Reader:
    """Follows the log by one way of reading, and sees to it that nothing is missed, or comes twice."""

    def __init__(self) -> None:
        self.position = 0
        self.versions: dict[str, int] = {}

    def take(self, event: Notification) -> None:
        assert event.id == self.position + 1
        self.position = event.id
        stream = str(event.originator_id)
        assert event.originator_version == self.versions.get(stream, 0) + 1
        self.versions[stream] = event.originator_version


def polling(page: int) -> Callable[[LogRecorder, Reader], None]:
    def follow(recorder: LogRecorder, reader: Reader) -> None:
        while LAST not in reader.versions:
            for event in followed(recorder, reader.position, page):
                reader.take(event)
            time.sleep(0.001)

    return follow


def subscribed(recorder: LogRecorder, reader: Reader) -> None:
    with recorder.subscribe(gt=0) as subscription:
        for event in subscription:
            reader.take(event)
            if LAST in reader.versions:
                return


def test_sixteen_writers_in_four_processes_and_three_readers(database: str, tmp_path: Path) -> None:
    tamper(database, HINDRANCES)
    chance = random.Random(1)
    readers = [Reader(), Reader(), Reader()]
    ways = (polling(500), polling(7), subscribed)
    writers = Writers(database, tmp_path)
    with ThreadPoolExecutor() as pool, closing(Datastore(database, SCHEMA)) as datastore:
        recorder = LogRecorder(datastore)
        following = [pool.submit(way, recorder, reader) for way, reader in zip(ways, readers, strict=True)]
        try:
            # By what they did, not by the clock: on a slow machine none would live to do anything.
            next_kill = 0
            while (done := commits(database)) < COMMITS:
                if done >= next_kill:
                    writers.kill_one(chance)
                    next_kill = done + chance.randint(200, 1_000)
                time.sleep(0.1)
        finally:
            writers.stop()
            recorder.insert_events(stored(LAST, 1))
        for future in following:
            future.result(PATIENCE_SECONDS)

    [(events, last)] = rows(database, "SELECT count(*), max(notification_id) FROM log_events")
    versions = {stream: version for stream, version, _ in rows(database, f"{EVENTS} ORDER BY 3")}
    assert writers.killed >= 3
    assert events == last
    assert verify(database, SCHEMA).ok
    assert writers.acknowledged() <= set(rows(database, EVENTS))
    assert [(reader.position, reader.versions) for reader in readers] == [(last, versions)] * 3
    assert any(stream.startswith(SLOW) for stream in versions)
    assert not any(stream.startswith(ABORTED) for stream in versions)


def commits(database: str) -> int:
    [(count,)] = rows(database, "SELECT count(DISTINCT xmin::text) FROM log_events")
    return int(count)


HINDRANCES = f"""
CREATE FUNCTION hinder() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF starts_with(NEW.originator_id, '{ABORTED}') THEN
        RAISE EXCEPTION 'aborted at its commit';
    END IF;
    PERFORM pg_sleep(0.003);
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER hinder AFTER INSERT ON log_events DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (starts_with(NEW.originator_id, '{SLOW}') OR starts_with(NEW.originator_id, '{ABORTED}'))
    EXECUTE FUNCTION hinder();
"""
