from collections.abc import Callable, Sequence
from contextlib import closing

import psycopg
import pytest
from eventsourcing.persistence import StoredEvent

from eventstore.log import EventLog
from eventstore.recorder import COPY_FROM, Datastore, LogRecorder, event_digest, link
from eventstore.verify import Verification, verify
from tests.eventstore.examples import SCHEMA, digest, grouped, noted, rows, stored, tamper

CONTENTS = {digest(data): data for data in (b"one", b"two", b"of both")}
ONE, TWO, BOTH = CONTENTS
NEXT_NUMBERS = "UPDATE log_events SET notification_id = -notification_id WHERE notification_id {}"


@pytest.fixture
def recorded(log: EventLog) -> EventLog:
    """Ten events; the one at position 4 names the contents one and both, that at 8 two and both."""
    log.append(noted("a", "1", "2", "3"))
    log.append(grouped("b", ONE, BOTH), before=[log.contents.saving(CONTENTS)])
    log.append(noted("a", "5", "6", "7", after=3))
    log.append(grouped("c", TWO, BOTH))
    log.append(noted("a", "9", "10", after=6))
    return log


def test_an_empty_log_is_right(database: str) -> None:
    assert verify(database, SCHEMA) == Verification(True, 0)


def test_a_log_as_it_was_recorded_is_right(recorded: EventLog) -> None:
    assert verify(recorded.conninfo, SCHEMA) == Verification(True, 10)


def test_events_of_large_saves_are_counted_and_told_of_on_the_way(recorded: EventLog) -> None:
    told: list[tuple[int, int]] = []
    with closing(Datastore(recorded.conninfo, SCHEMA)) as datastore:
        LogRecorder(datastore).insert_events(stored("many", 20 * COPY_FROM))
    found = verify(recorded.conninfo, SCHEMA, progress=lambda done, all_: told.append((done, all_)))
    assert found == Verification(True, 10 + 20 * COPY_FROM)
    assert told == sorted(told)
    assert len(told) > 1
    assert told[-1] == (found.events, found.events)


def test_an_event_recorded_meanwhile_does_not_disturb(recorded: EventLog) -> None:
    def record_another(*_: int) -> None:
        recorded.append(noted("meanwhile", "text"))

    assert verify(recorded.conninfo, SCHEMA, progress=record_another) == Verification(True, 10)
    assert verify(recorded.conninfo, SCHEMA) == Verification(True, 11)


NOT_WHAT_WAS_RECORDED = "is not what was recorded there"


@pytest.mark.parametrize(
    ("statements", "position", "problem"),
    [
        pytest.param(
            ["UPDATE log_events SET state = state || ' ' WHERE notification_id = 5"],
            5,
            NOT_WHAT_WAS_RECORDED,
            id="a changed state",
        ),
        pytest.param(
            ["UPDATE log_events SET topic = 'test.grouped.1' WHERE notification_id = 3"],
            3,
            NOT_WHAT_WAS_RECORDED,
            id="a changed topic",
        ),
        pytest.param(
            ["UPDATE log_events SET originator_id = 'd' WHERE notification_id = 1"],
            1,
            NOT_WHAT_WAS_RECORDED,
            id="a changed stream",
        ),
        pytest.param(
            ["UPDATE log_events SET originator_version = 99 WHERE notification_id = 10"],
            10,
            NOT_WHAT_WAS_RECORDED,
            id="a changed version",
        ),
        pytest.param(
            ["UPDATE log_events SET chain = sha256('') WHERE notification_id = 2"],
            2,
            NOT_WHAT_WAS_RECORDED,
            id="a changed chain",
        ),
        pytest.param(
            ["DELETE FROM log_events WHERE notification_id = 6"],
            6,
            "The event at position 6 is missing",
            id="a removed event",
        ),
        pytest.param(
            [
                "DELETE FROM log_events WHERE notification_id = 6",
                NEXT_NUMBERS.format("> 6"),
                "UPDATE log_events SET notification_id = -notification_id - 1 WHERE notification_id < 0",
                "UPDATE log_head SET position = 9",
            ],
            6,
            NOT_WHAT_WAS_RECORDED,
            id="a removed event, its gap closed",
        ),
        pytest.param(
            [
                NEXT_NUMBERS.format(">= 7"),
                "UPDATE log_events SET notification_id = -notification_id + 1 WHERE notification_id < 0",
                "INSERT INTO log_events SELECT 'x', 1, topic, state, 7, chain FROM log_events"
                " WHERE notification_id = 8",
                "UPDATE log_head SET position = 11",
            ],
            7,
            NOT_WHAT_WAS_RECORDED,
            id="an inserted event",
        ),
        pytest.param(
            ["INSERT INTO log_events VALUES ('x', 1, 'test.noted.1', '{}', 0, '')"],
            0,
            "There is an event at position 0 that was never recorded",
            id="an event before the first",
        ),
        pytest.param(
            [
                NEXT_NUMBERS.format("IN (2, 3)"),
                "UPDATE log_events SET notification_id = notification_id + 5 WHERE notification_id < 0",
            ],
            2,
            NOT_WHAT_WAS_RECORDED,
            id="two swapped events",
        ),
        pytest.param(
            ["DELETE FROM log_events WHERE notification_id >= 9"],
            9,
            "The events from position 9 to 10, the last, are missing",
            id="a lost end",
        ),
        pytest.param(
            ["DELETE FROM log_events"],
            1,
            "The events from position 1 to 10, the last, are missing",
            id="all events lost",
        ),
        pytest.param(
            ["DELETE FROM log_events WHERE notification_id >= 9", "UPDATE log_head SET position = 8"],
            8,
            "The head of the log does not go with its last event",
            id="a lost end that the head denies",
        ),
        pytest.param(["DELETE FROM log_head"], None, "The head of the log is missing", id="no head"),
        pytest.param(
            ["UPDATE content SET data = 'other' WHERE data = 'one'"],
            4,
            f"The content {ONE}, named by the event at position 4, was changed",
            id="a changed content",
        ),
        pytest.param(
            ["DELETE FROM content WHERE data = 'two'"],
            8,
            f"The content {TWO}, named by the event at position 8, is missing",
            id="a missing content",
        ),
        pytest.param(
            ["DELETE FROM content"],
            4,
            f"The content {ONE}, named by the event at position 4, is missing",
            id="all contents missing",
        ),
        pytest.param(
            ["UPDATE content SET data = 'other', sha256 = sha256('other') WHERE data = 'of both'"],
            4,
            f"The content {BOTH}, named by the event at position 4, is missing",
            id="an exchanged content",
        ),
        pytest.param(
            ["INSERT INTO content VALUES (sha256('this'), 'that')"],
            None,
            f"The content {digest(b'this')}, named by no event, was changed",
            id="a changed content that no event names",
        ),
        pytest.param(
            [
                "INSERT INTO content VALUES (sha256('this'), 'that')",
                "DELETE FROM content WHERE data = 'one'",
                "UPDATE log_events SET topic = 'test.grouped.1' WHERE notification_id = 9",
            ],
            4,
            f"The content {ONE}, named by the event at position 4, is missing",
            id="the first of several",
        ),
    ],
)
def test_what_was_tampered_with_is_named_by_its_position(
    recorded: EventLog, statements: Sequence[str], position: int | None, problem: str
) -> None:
    tamper(recorded.conninfo, *statements)
    found = verify(recorded.conninfo, SCHEMA)
    assert not found.ok
    assert found.first_bad_position == position
    assert problem in str(found.problem)


def test_an_event_added_past_the_recorder_with_a_right_chain_is_found(recorded: EventLog) -> None:
    [(chain,)] = rows(recorded.conninfo, "SELECT chain FROM log_head")
    forged = StoredEvent("x", 1, "test.noted.1", b"{}")
    with psycopg.connect(recorded.conninfo) as connection:
        connection.execute(
            f"INSERT INTO {SCHEMA}.log_events VALUES ('x', 1, 'test.noted.1', '{{}}', 11, %s)".encode(),
            (link(chain, event_digest(11, forged)),),
        )
    found = verify(recorded.conninfo, SCHEMA)
    assert found == Verification(
        False, 11, 11, "The log goes on after position 10, which its head says is the last."
    )


@pytest.mark.parametrize(
    ("state", "named"),
    [
        (b'{"data":{"deep":[[{"parts":[{"index":0,"sha256":"%s"}]}]]}}', True),
        (b'{"data":{"parts":[{"parts":[{"sha256":"%s"}],"equals":3}]}}', True),
        (b'{"data":{"documents":[{"sha256":"%s","size":3}]}}', True),
        (b'{"data":{"document":{"sha256":"%s","size":3}}}', True),
        (b'{"data":{"sha256s":["%s"]}}', False),
        (b'{"data":{"sha256":"%s","parts":[]}}', False),
        (b'{"data":{"parts":"%s"}}', False),
        (b'{"data":{"text":"\\"parts\\":[{\\"sha256\\":\\"%s\\"}]"}}', False),
        (b'{"data":{"parts":["%s",7,{"sha256":7}]}}', False),
    ],
)
def test_contents_are_named_in_documents_and_parts_of_sets_wherever_these_are(
    database: str, state: bytes, named: bool, record: Callable[[bytes], None]
) -> None:
    record(state % ONE.encode())
    found = verify(database, SCHEMA)
    assert found.first_bad_position == (1 if named else None)
    assert found.ok is not named


def test_a_state_that_nobody_can_read_is_found(database: str, record: Callable[[bytes], None]) -> None:
    record(b'{"sha256": [')
    found = verify(database, SCHEMA)
    assert (found.first_bad_position, found.events) == (1, 0)
    assert "The event at position 1 is not JSON" in str(found.problem)


@pytest.fixture
def record(recorder: LogRecorder) -> Callable[[bytes], None]:
    def record(state: bytes) -> None:
        recorder.insert_events(stored("a", 1, state=state))

    return record
