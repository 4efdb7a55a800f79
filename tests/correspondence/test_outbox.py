"""The queue of what is to be sent, shared by workers that may die at any instant (domain B11)."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import psycopg
import pytest
from psycopg.rows import dict_row

from correspondence.outbox import Attempt, Batch, ClaimLostError, NewBatch, Outbox

LEASE = 60.0


@pytest.fixture
def outbox(empty_database: str) -> Iterator[Outbox]:
    outbox = Outbox(empty_database, "segmentlog")
    outbox.set_up()
    outbox.open()
    yield outbox
    outbox.close()


@pytest.fixture
def worker(outbox: Outbox) -> Iterator[int]:
    """The number of a worker that lives as long as the test."""
    connection, number = outbox.show_presence()
    yield number
    connection.close()


def fill(outbox: Outbox, *parts: list[int]) -> None:
    batches = [NewBatch("segment-SM1", "segment-SM1", 7, "mail", numbers) for numbers in parts]
    position = outbox.position()
    assert outbox.plan(position, position + 7, batches)


def claimed(outbox: Outbox, worker: int) -> Batch:
    batch = outbox.claim(worker, "mail", lease=LEASE)
    assert batch is not None
    return batch


def settle(outbox: Outbox, empty_database: str, batch: Batch, numbers: list[int]) -> None:
    with psycopg.connect(empty_database, row_factory=dict_row) as connection, connection.cursor() as cursor:
        outbox.settling(batch, [Attempt(number, "sent", sha256="aa") for number in numbers])(cursor)


def wait_until_ended(database: str, pid: int) -> None:
    """The server ends a session a moment after its client closed it."""
    with psycopg.connect(database, autocommit=True) as connection:
        while connection.execute("SELECT FROM pg_stat_activity WHERE pid = %s", (pid,)).rowcount:
            time.sleep(0.01)


def test_what_the_log_says_is_taken_in_once(outbox: Outbox, worker: int) -> None:
    batch = NewBatch("segment-SM1", "segment-SM1", 7, "mail", [1, 2])
    assert outbox.plan(0, 7, [batch])
    assert not outbox.plan(0, 7, [batch])
    assert outbox.position() == 7
    assert outbox.plan(7, 9, [NewBatch("segment-SM1", "segment-SM1", 9, "mail", [2, 3])])
    assert claimed(outbox, worker).numbers == [1, 2]
    assert claimed(outbox, worker).numbers == [3]


def test_many_workers_never_claim_the_same(outbox: Outbox) -> None:
    fill(outbox, *([number] for number in range(60)))
    presences = [outbox.show_presence() for _ in range(4)]

    def work(worker: int) -> list[int]:
        found = []
        while (batch := outbox.claim(worker, "mail", lease=LEASE)) is not None:
            found += batch.numbers
        return found

    with ThreadPoolExecutor(4) as pool:
        numbers = [n for found in pool.map(work, [number for _, number in presences]) for n in found]
    assert sorted(numbers) == list(range(60))
    for connection, _ in presences:
        connection.close()


def test_what_a_dead_worker_held_is_free_at_once(outbox: Outbox, worker: int, empty_database: str) -> None:
    fill(outbox, [1])
    connection, dying = outbox.show_presence()
    before = claimed(outbox, dying)
    assert outbox.claim(worker, "mail", lease=LEASE) is None
    pid = connection.info.backend_pid
    connection.close()
    wait_until_ended(empty_database, pid)
    after = claimed(outbox, worker)
    assert (after.id, after.numbers) == (before.id, [1])
    assert after.token != before.token


def test_what_is_held_longer_than_its_lease_is_free(outbox: Outbox, worker: int) -> None:
    fill(outbox, [1])
    assert outbox.claim(worker, "mail", lease=0.0) is not None
    assert outbox.claim(worker, "mail", lease=LEASE) is not None


def test_who_has_to_wait_for_long_keeps_a_batch_for_longer(outbox: Outbox, worker: int) -> None:
    fill(outbox, [1])
    batch = outbox.claim(worker, "mail", lease=0.0)
    assert batch is not None
    outbox.keep(batch, lease=LEASE)
    assert outbox.claim(worker, "mail", lease=LEASE) is None


def test_whoever_lost_a_batch_can_do_nothing_with_it(
    outbox: Outbox, worker: int, empty_database: str
) -> None:
    fill(outbox, [1, 2])
    lost = outbox.claim(worker, "mail", lease=0.0)
    assert lost is not None
    mine = claimed(outbox, worker)
    assert not outbox.begin(lost, 1, lease=LEASE)
    outbox.end(lost, Attempt(1, "sent", sha256="aa"))
    with pytest.raises(ClaimLostError):
        settle(outbox, empty_database, lost, [1])
    outbox.release(lost, after=0.0)
    assert outbox.attempts(mine) == []
    assert outbox.begin(mine, 1, lease=LEASE)


def test_a_mail_that_was_begun_is_never_begun_again(outbox: Outbox, worker: int) -> None:
    fill(outbox, [1])
    first = outbox.claim(worker, "mail", lease=LEASE)
    assert first is not None
    assert outbox.begin(first, 1, lease=LEASE)
    assert not outbox.begin(first, 1, lease=LEASE)
    outbox.release(first, after=0.0)
    again = claimed(outbox, worker)
    assert not outbox.begin(again, 1, lease=LEASE)
    assert outbox.attempts(again) == [Attempt(1, "begun")]


def test_a_mail_that_the_server_did_not_take_may_go_again(outbox: Outbox, worker: int) -> None:
    fill(outbox, [1])
    batch = claimed(outbox, worker)
    assert outbox.begin(batch, 1, lease=LEASE)
    outbox.forget(batch, 1)
    assert outbox.begin(batch, 1, lease=LEASE)


def test_what_is_recorded_leaves_the_queue_and_the_rest_goes_on(
    outbox: Outbox, worker: int, empty_database: str
) -> None:
    fill(outbox, [1, 2, 3])
    batch = claimed(outbox, worker)
    assert outbox.begin(batch, 2, lease=LEASE)
    outbox.end(batch, Attempt(2, "sent", sha256="aa"))
    settle(outbox, empty_database, batch, [2])
    outbox.release(batch, after=0.0, said="451 later", counts=True)
    assert outbox.figures().sizes() == {"mail": 2}
    assert [one.said for one in outbox.waiting("segment-SM1")] == ["451 later"]
    again = claimed(outbox, worker)
    assert (again.numbers, again.tries) == ([1, 3], 1)
    outbox.drop(again, [1, 3])
    assert outbox.figures().sizes() == {}
    assert outbox.waiting() == []


def test_the_latest_reason_is_told_first(outbox: Outbox, worker: int) -> None:
    fill(outbox, [1], [2], [3])
    batches = [claimed(outbox, worker) for _ in range(2)]
    for batch, said in zip(reversed(batches), ("535 wrong", "Connection refused"), strict=True):
        outbox.release(batch, after=60.0, said=said)
    assert [one.said for one in outbox.waiting()] == ["Connection refused", "535 wrong", None]


def test_what_is_held_up_is_not_claimed_and_no_further_mail_begins(outbox: Outbox, worker: int) -> None:
    fill(outbox, [1], [2])
    under_way = claimed(outbox, worker)
    assert outbox.plan(outbox.position(), 20, held={"segment-SM1": True})
    assert not outbox.begin(under_way, 1, lease=LEASE)
    assert outbox.claim(worker, "mail", lease=LEASE) is None
    assert outbox.plan(20, 21, held={"segment-SM1": False})
    assert outbox.begin(under_way, 1, lease=LEASE)
    assert claimed(outbox, worker).numbers == [2]


def test_what_waits_is_counted_by_what_it_waits_for(outbox: Outbox, worker: int) -> None:
    def counted() -> dict[str, int]:
        return {figure.state: figure.count for figure in outbox.figures().waiting}

    fill(outbox, [1], [2, 3], [4, 5, 6])
    assert counted() == {"ready": 6}
    batch = claimed(outbox, worker)
    assert counted() == {"claimed": 1, "ready": 5}
    outbox.release(batch, after=60.0, said="451 later", counts=True)
    assert counted() == {"put_off": 1, "ready": 5}
    under_way = claimed(outbox, worker)
    assert outbox.plan(outbox.position(), 20, held={"segment-SM1": True})
    assert counted() == {"claimed": 2, "held": 4}
    outbox.release(under_way, after=0.0)
    assert counted() == {"held": 6}
    (figure,) = outbox.figures().waiting
    assert 0 < figure.oldest_seconds < 60


def test_what_is_in_the_hands_of_nobody_any_more_is_ready(outbox: Outbox, worker: int) -> None:
    fill(outbox, [1])
    assert outbox.claim(worker, "mail", lease=0.0) is not None
    assert [figure.state for figure in outbox.figures().waiting] == ["ready"]


def test_how_it_came_out_is_counted_with_what_records_it(
    outbox: Outbox, worker: int, empty_database: str
) -> None:
    fill(outbox, [1, 2, 3, 4])
    batch = claimed(outbox, worker)
    attempts = [
        *(Attempt(1, "sent", sha256="aa"), Attempt(2, "sent", sha256="bb")),
        Attempt(3, "failed", reason="uncertain"),
    ]
    for commits in (False, True):
        with psycopg.connect(empty_database, row_factory=dict_row) as recording:
            outbox.settling(batch, attempts)(recording.cursor())
            if not commits:
                recording.rollback()
    outbox.drop(batch, [4])
    assert outbox.figures().outcomes == {("mail", "sent"): 2, ("mail", "uncertain"): 1}


def test_all_workers_together_keep_the_pace(outbox: Outbox) -> None:
    waits = [outbox.turn("mail.example.com", 600.0) for _ in range(3)]
    assert waits[0] == 0.0
    assert 500.0 < waits[1] <= 600.0
    assert 1_100.0 < waits[2] <= 1_200.0
    assert outbox.turn("other.example.com", 600.0) == 0.0


def test_workers_of_two_companies_in_one_database_do_not_wait_for_each_other(
    outbox: Outbox, empty_database: str
) -> None:
    other = Outbox(empty_database, "another")
    other.set_up()
    with ThreadPoolExecutor() as pool, closing(outbox.show_presence()[0]):
        shown = pool.submit(other.show_presence)
        connection, _ = shown.result(10)
        connection.close()
