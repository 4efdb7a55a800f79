from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest

from eventstore.counters import NumberTakenError
from eventstore.log import EventLog
from tests.eventstore.examples import noted, texts


def test_numbers_claimed_by_someone_else_are_not_claimed_twice(log: EventLog) -> None:
    log.append(noted("a", "entries 1 to 5"), before=[log.counters.claiming("entry", 1, 5)])
    for first in (1, 5, 7):
        with pytest.raises(NumberTakenError, match="entry"):
            log.append(noted("b", "refused"), before=[log.counters.claiming("entry", first, 1)])
    assert log.counters.next_of("entry") == 6
    assert log.counters.next_of("another") == 1
    assert log.position() == 1


def test_racing_claims_leave_no_gap_and_no_number_to_two(log: EventLog) -> None:
    def claim(stream: int) -> int:
        while True:
            first = log.counters.next_of("entry")
            with suppress(NumberTakenError):
                log.append(
                    noted(f"stream-{stream}", str(first)), before=[log.counters.claiming("entry", first, 3)]
                )
                return first

    with ThreadPoolExecutor(6) as pool:
        claimed = list(pool.map(claim, range(30)))
    assert sorted(claimed) == list(range(1, 90, 3))
    assert [int(texts(log, f"stream-{stream}")[0]) for stream in range(30)] == claimed
    assert log.counters.next_of("entry") == 91


def test_racing_draws_give_no_number_to_two(log: EventLog) -> None:
    with ThreadPoolExecutor(6) as pool:
        firsts = list(pool.map(lambda _: log.counters.draw("command", 10), range(50)))
    assert sorted(firsts) == list(range(1, 501, 10))
