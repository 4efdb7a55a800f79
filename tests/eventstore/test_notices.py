"""Being told that the log has grown, and of what else is said."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from queue import SimpleQueue
from threading import Event as Flag

import psycopg
import pytest

from eventstore import notices
from eventstore.notices import HEAD, Notices
from eventstore.recorder import LogRecorder
from tests.eventstore.examples import MAPPER, noted

PATIENCE_SECONDS = 120.0


@pytest.fixture
def watch(database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Notices]:
    monkeypatch.setattr(notices, "LOOK_SECONDS", 0.05)
    with closing(Notices(database)) as watch:
        yield watch


def listeners(database: str) -> list[int]:
    with psycopg.connect(database) as connection:
        rows = connection.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query = %s",
            (f'LISTEN "{HEAD}"',),
        ).fetchall()
    return [row[0] for row in rows]


def append(recorder: LogRecorder) -> None:
    recorder.insert_events([MAPPER.to_stored_event(event) for event in noted("a", "Something")])


def is_told(flag: Flag) -> bool:
    told = flag.wait(PATIENCE_SECONDS)
    flag.clear()
    return told


def test_a_follower_is_told_when_events_are_appended(recorder: LogRecorder, watch: Notices) -> None:
    told = Flag()
    with watch.following(HEAD, lambda _: told.set()):
        assert is_told(told)  # it listens now
        append(recorder)
        assert is_told(told)


def test_followers_share_one_connection_and_without_any_there_is_none(
    database: str, recorder: LogRecorder, watch: Notices
) -> None:
    assert listeners(database) == []
    told, other = Flag(), Flag()
    with watch.following(HEAD, lambda _: told.set()), watch.following(HEAD, lambda _: other.set()):
        assert is_told(told)
        append(recorder)
        assert is_told(told)
        assert is_told(other)
        assert watch.followers == 2
        assert len(listeners(database)) == 1
    assert watch.followers == 0


def test_a_follower_that_fails_keeps_nobody_from_hearing(recorder: LogRecorder, watch: Notices) -> None:
    told, failures = Flag(), list[str | None]()

    def fail(said: str | None) -> None:
        failures.append(said)
        if said is not None:
            raise ArithmeticError

    with watch.following(HEAD, fail), watch.following(HEAD, lambda _: told.set()):
        assert is_told(told)
        append(recorder)
        assert is_told(told)  # by the look when it listens again
        assert failures[:2] == [None, "1"]


def test_when_the_connection_is_lost_followers_are_told_once_there_is_another(
    database: str, recorder: LogRecorder, watch: Notices
) -> None:
    """What was appended meanwhile was not heard, so they have to look."""
    told = Flag()
    with watch.following(HEAD, lambda _: told.set()):
        assert is_told(told)
        (lost,) = listeners(database)
        with psycopg.connect(database) as connection:
            connection.execute("SELECT pg_terminate_backend(%s)", (lost,))
        assert is_told(told)
        append(recorder)
        assert is_told(told)
        assert lost not in listeners(database)


def test_followers_are_told_when_it_ends(watch: Notices) -> None:
    told = Flag()
    with watch.following(HEAD, lambda _: told.set()):
        assert is_told(told)
        watch.end()
        assert is_told(told)
        assert watch.is_over


def test_who_comes_later_is_told_that_something_may_not_have_been_heard(
    recorder: LogRecorder, watch: Notices
) -> None:
    told, said = Flag(), SimpleQueue[str | None]()
    with watch.following(HEAD, lambda _: told.set()):
        assert is_told(told)
        with watch.following(HEAD, said.put):
            assert said.get(timeout=PATIENCE_SECONDS) is None
            append(recorder)
            assert said.get(timeout=PATIENCE_SECONDS) == str(recorder.max_notification_id())


def test_nobody_is_told_what_is_said_on_another_channel(
    database: str, recorder: LogRecorder, watch: Notices
) -> None:
    said, other = SimpleQueue[str | None](), SimpleQueue[str | None]()
    with watch.following(HEAD, said.put), watch.following("another", other.put):
        assert [queue.get(timeout=PATIENCE_SECONDS) for queue in (said, other)] == [None, None]
        append(recorder)
        with psycopg.connect(database) as connection:
            connection.execute("NOTIFY another, 'word'")
        assert other.get(timeout=PATIENCE_SECONDS) == "word"
        assert said.get(timeout=PATIENCE_SECONDS) == str(recorder.max_notification_id())
        assert said.empty()
