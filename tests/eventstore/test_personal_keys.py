"""What is personal is sealed under a key of its subject, which can be rotated, destroyed, and not forged."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, ClassVar

import msgspec
import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from eventstore.event import Event
from eventstore.key_file import KeyFileError, load_secret
from eventstore.log import EventLog, events_of
from eventstore.mapper import EventMapper
from eventstore.personal_keys import DestroyedKeyError, MasterKey, PersonalKeyError
from eventstore.sealing import Personal
from tests.eventstore.examples import ENVELOPE, SCHEMA, refuse


class Met(msgspec.Struct, frozen=True):
    topic: ClassVar[str] = "test.met.1"
    whom: int
    name: str | None
    said: tuple[str, ...] = ()
    place: str = "here"


def personal(fact: Met, about: int | None) -> Iterator[Personal]:
    yield Personal(fact.whom, (), {"name": None})
    if fact.said:
        yield Personal(fact.whom, ("said",), {"*": ""})


ANN = Met(1, "Annabella", ("good morning", "goodbye"))
"""Long words: a short one turns up by chance in what is sealed, once in a thousand runs."""
BOB = Met(2, "Bobadilla")
MASTER = MasterKey(secrets.token_bytes(32))


def opened(conninfo: str, master: MasterKey = MASTER) -> EventLog:
    EventLog.set_up(conninfo, SCHEMA)
    return EventLog(
        conninfo,
        SCHEMA,
        lambda _, keys: EventMapper(
            {Met.topic: Met}, refuse, refuse, personal={Met.topic: personal}, keys=keys
        ),
        master=master,
    )


@pytest.fixture
def log(empty_database: str) -> Iterator[EventLog]:
    with closing(opened(empty_database)) as one:
        one.personal_keys.check()
        one.append(events_of("diary", 0, ENVELOPE, [ANN, BOB]))
        yield one


def read(log: EventLog) -> list[Event]:
    return [event for _, event in log.placed(["diary"])]


def facts(log: EventLog) -> list[Any]:
    return [event.data for event in read(log)]


def execute(log: EventLog, statement: str, *values: Any) -> None:
    """As somebody who may do anything, and stops the triggers."""
    with psycopg.connect(log.conninfo, autocommit=True) as connection:
        connection.execute(SQL("SET search_path = {}").format(Identifier(SCHEMA)))
        connection.execute("SET session_replication_role = replica")
        connection.execute(statement.encode(), values)


def destroy(log: EventLog, subject: int) -> None:
    with log.datastore.get_connection() as connection, connection.cursor() as cursor:
        log.personal_keys.destroying(subject)(cursor)


def stored(log: EventLog) -> list[bytes]:
    with log.datastore.get_connection() as connection:
        rows = connection.execute("SELECT state FROM log_events ORDER BY notification_id").fetchall()
    return [bytes(row["state"]) for row in rows]


class TestSealing:
    def test_what_was_recorded_is_read(self, log: EventLog) -> None:
        assert facts(log) == [ANN, BOB]

    def test_nothing_personal_is_stored_as_it_is(self, log: EventLog) -> None:
        for state in stored(log):
            assert not any(
                word in state for word in (b"Annabella", b"Bobadilla", b"good morning", b"goodbye")
            )
            assert b'"place":"here"' in state  # the rest can be read by anybody

    def test_the_view_for_people_reads_sealed_events(self, log: EventLog) -> None:
        with log.datastore.get_connection() as connection:
            row = connection.execute("SELECT data FROM event_log WHERE position = 1").fetchone()
        assert row is not None
        assert row["data"] == {"whom": 1, "name": None, "said": ["", ""], "place": "here"}

    def test_events_from_before_are_read_as_they_are(self, log: EventLog) -> None:
        plain = EventMapper({Met.topic: Met}, refuse, refuse)
        event = events_of("diary", 2, ENVELOPE, [ANN])[0]
        log.recorder.insert_events([plain.to_stored_event(event)])
        assert facts(log) == [ANN, BOB, ANN]

    def test_a_box_does_not_open_at_another_place(self, log: EventLog) -> None:
        first, second = stored(log)
        moved = second.replace(b'"of":2', b'"of":1').replace(second.split(b'"')[9], first.split(b'"')[9])
        execute(log, "UPDATE log_events SET state = %s WHERE notification_id = 2", moved)
        with pytest.raises(PersonalKeyError, match="diary, version 2"):
            facts(log)


class TestDestroying:
    def test_leaves_blanks_and_says_so(self, log: EventLog) -> None:
        destroy(log, 1)
        assert facts(log) == [Met(1, None, ("", "")), BOB]
        assert [event.erased for event in read(log)] == [True, False]

    def test_leaves_the_stored_events_as_they_were(self, log: EventLog) -> None:
        before = stored(log)
        destroy(log, 1)
        assert stored(log) == before

    def test_is_for_good(self, log: EventLog) -> None:
        destroy(log, 1)
        with pytest.raises(DestroyedKeyError):
            log.append(events_of("diary", 2, ENVELOPE, [ANN]))
        with (
            pytest.raises(psycopg.errors.InsufficientPrivilege),
            psycopg.connect(log.conninfo) as connection,
        ):
            connection.execute(
                SQL("UPDATE {} SET wrapped = %s, destroyed_at = NULL").format(
                    Identifier(SCHEMA, "personal_key")
                ),
                (bytes(60),),
            )

    def test_holds_for_a_process_that_read_it_before(self, empty_database: str, log: EventLog) -> None:
        with closing(opened(empty_database)) as other:
            assert facts(other) == [ANN, BOB]
            destroy(log, 1)
            assert facts(other)[0].name is None

    def test_can_be_done_twice_and_before_there_is_a_key(self, log: EventLog) -> None:
        for subject in (1, 1, 99):
            destroy(log, subject)
        with pytest.raises(DestroyedKeyError):
            log.append(events_of("diary", 2, ENVELOPE, [Met(99, "Zoe")]))


class TestTampering:
    def test_with_a_key_is_noticed(self, log: EventLog) -> None:
        execute(log, "UPDATE personal_key SET wrapped = set_byte(wrapped, 20, 255 - get_byte(wrapped, 20))")
        with pytest.raises(PersonalKeyError, match="was changed"):
            facts(log)

    def test_by_exchanging_keys_is_noticed(self, log: EventLog) -> None:
        execute(
            log,
            "UPDATE personal_key k SET wrapped = o.wrapped FROM personal_key o"
            " WHERE o.subject = 3 - k.subject",
        )
        with pytest.raises(PersonalKeyError, match="was changed"):
            facts(log)

    def test_by_removing_a_key_is_told_from_destroying_it(self, log: EventLog) -> None:
        execute(log, "DELETE FROM personal_key WHERE subject = 1")
        with pytest.raises(PersonalKeyError, match="missing"):
            facts(log)

    def test_removing_keys_is_refused(self, log: EventLog) -> None:
        for statement in ("DELETE FROM {}", "TRUNCATE {}"):
            with (
                pytest.raises(psycopg.errors.InsufficientPrivilege),
                psycopg.connect(log.conninfo) as connection,
            ):
                connection.execute(SQL(statement).format(Identifier(SCHEMA, "personal_key")))


class TestTheMasterKey:
    def test_a_wrong_one_is_said_at_the_start(self, empty_database: str, log: EventLog) -> None:
        with (
            closing(opened(empty_database, MasterKey(secrets.token_bytes(32)))) as other,
            pytest.raises(PersonalKeyError, match="not the one"),
        ):
            other.personal_keys.check()

    def test_rotating_keeps_everything_readable_and_changes_no_event(
        self, empty_database: str, log: EventLog
    ) -> None:
        before, new = stored(log), MasterKey(secrets.token_bytes(32))
        destroy(log, 2)
        assert log.personal_keys.rotate(new) == 1
        with closing(opened(empty_database, new)) as other:
            other.personal_keys.check()
            assert facts(other) == [ANN, Met(2, None)]
            other.append(events_of("diary", 2, ENVELOPE, [ANN]))
        assert stored(log)[:2] == before

    def test_the_old_one_opens_nothing_after_that(self, log: EventLog) -> None:
        log.personal_keys.rotate(MasterKey(secrets.token_bytes(32)))
        with pytest.raises(PersonalKeyError, match="rotated"):
            facts(log)
        with pytest.raises(PersonalKeyError, match="rotated"):
            log.append(events_of("diary", 2, ENVELOPE, [Met(3, "Cleo")]))

    def test_rotating_goes_on_where_it_was_broken_off(
        self, empty_database: str, log: EventLog, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        new = MasterKey(secrets.token_bytes(32))
        monkeypatch.setattr("eventstore.personal_keys.AT_A_TIME", 1)

        def stop(done: int, _: int | None) -> None:
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            log.personal_keys.rotate(new, stop)
        assert log.personal_keys.rotate(new) == 1
        with closing(opened(empty_database, new)) as other:
            assert facts(other) == [ANN, BOB]


class TestTheFile:
    def test_is_made_once_and_for_its_owner_only(self, tmp_path: Path) -> None:
        file = tmp_path / "data" / "master.key"
        made = load_secret(None, "SEGMENTLOG_MASTER_KEY", file)
        assert load_secret(None, "SEGMENTLOG_MASTER_KEY", file) == made
        assert file.stat().st_mode & 0o777 == 0o600

    def test_a_setting_goes_before_it(self, tmp_path: Path) -> None:
        given = base64.b64encode(bytes(32)).decode()
        assert load_secret(given, "SEGMENTLOG_MASTER_KEY", tmp_path / "master.key") == bytes(32)
        assert list(tmp_path.iterdir()) == []

    def test_what_is_no_key_is_said(self, tmp_path: Path) -> None:
        for wrong in ("secret", base64.b64encode(bytes(31)).decode(), "ü"):
            with pytest.raises(KeyFileError, match="SEGMENTLOG_MASTER_KEY must hold 32 bytes"):
                load_secret(wrong, "SEGMENTLOG_MASTER_KEY", tmp_path / "master.key")
