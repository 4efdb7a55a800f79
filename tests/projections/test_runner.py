"""Feeding a read model: every page once and whole, whatever dies, and one runner at a time."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Event as Flag
from threading import Thread
from typing import IO, Any

import psycopg
import pytest
from psycopg import Cursor
from psycopg.conninfo import make_conninfo
from psycopg.sql import SQL, Identifier

from application.event_log import open_log
from domain.contact import ContactChanges
from eventstore.event import Event
from eventstore.notices import Told
from projections import tracking as tracking_table
from projections.contacts import Contacts
from projections.read_model import InParts, Recorded
from projections.runner import Runner
from projections.setup import SetupRecords
from tests.projections.checksums import checksums
from tests.projections.conftest import ANN, PATIENCE_SECONDS, SCHEMA, Desk, until

REPOSITORY = Path(__file__).parents[2]
CONTACTS = Contacts().schema(SCHEMA)


class Crash(Exception):
    pass


class Fragile(Contacts):
    """Crashes between the rows and the position, once they have been written so many times."""

    def __init__(self, after: int = 1) -> None:
        self.after: int | None = after

    def apply(self, cursor: Cursor[Any], page: Sequence[Recorded]) -> None:
        super().apply(cursor, page)
        self.written()

    def in_parts(self, event: Event) -> InParts | None:
        parts = super().in_parts(event)
        return parts and FragileParts(parts, self.written)

    def written(self) -> None:
        if self.after is not None:
            self.after -= 1
            if self.after == 0:
                raise Crash


class FragileParts(InParts):
    """Parts, and what happens after each of them between its rows and its position."""

    def __init__(self, parts: InParts, written: Callable[[], None]) -> None:
        self._parts, self._written, self.size = parts, written, parts.size

    def begin(self, cursor: Cursor[Any]) -> None:
        self._parts.begin(cursor)

    def write(self, cursor: Cursor[Any], first: int, last: int) -> None:
        self._parts.write(cursor, first, last)

    def show(self, cursor: Cursor[Any], first: int, last: int) -> None:
        self._parts.show(cursor, first, last)
        self._written()


@contextmanager
def running(runner: Runner) -> Iterator[Flag]:
    """A runner in a thread of its own, until the flag is set or the end."""
    stop = Flag()
    thread = Thread(target=runner.run, args=(stop,))
    thread.start()
    try:
        yield stop
    finally:
        stop.set()
        thread.join(PATIENCE_SECONDS)
        assert not thread.is_alive()


def tracking(service: Desk, schema: str = CONTACTS) -> tuple[Any, ...]:
    """Position, part and error, as they are kept."""
    with psycopg.connect(service.conninfo) as connection:
        query = SQL("SELECT position, part, error FROM {}").format(Identifier(schema, "tracking"))
        row = connection.execute(query).fetchone()
    assert row is not None
    return row


def worksheet(service: Desk, lines: int) -> str:
    """A segment with so many lines, one of them by hand."""
    service.codes()
    keys = service.many_contacts(lines)
    service.catch_up()
    no = service.segment()
    service.add(no)
    service.put(no, service.contacts.get(f"M{keys[0]}"), campaign_no="CP1")
    return no


def check_entries(service: Desk, lines: int) -> None:
    """All entries are there, each once, and the logged segment says so."""
    (logged,) = service.rows("SELECT * FROM logged_segment")
    assert logged["number_of_interactions"] == logged["interactions_visible"] == lines
    rows = service.rows("SELECT entry_no, contact_no FROM interaction_log_entry ORDER BY entry_no")
    assert [row["entry_no"] for row in rows] == list(range(1, lines + 1))
    assert len({row["contact_no"] for row in rows}) == lines - 1
    assert len(service.rows("SELECT FROM campaign_entry")) == 1


class TestOneTransaction:
    def test_rows_and_position_are_written_by_the_same_transaction(self, service: Desk) -> None:
        service.contact()
        service.catch_up()
        writers = SQL("SELECT xmin::text FROM {} UNION SELECT xmin::text FROM {}").format(
            Identifier(CONTACTS, "contact"), Identifier(CONTACTS, "tracking")
        )
        with psycopg.connect(service.conninfo) as connection:
            assert len(connection.execute(writers).fetchall()) == 1

    def test_a_crash_between_rows_and_position_leaves_nothing(self, service: Desk) -> None:
        contact = service.contact(mailing_groups=())
        model = Fragile()
        with closing(Runner(service.log, model)) as runner:
            with pytest.raises(Crash):
                runner.catch_up()
            assert tracking(service) == (0, 0, None)
            assert service.rows("SELECT FROM contact") == []
            assert runner.catch_up() == service.log.position()
        assert service.rows("SELECT no FROM contact") == [{"no": contact.no}]

    def test_of_a_long_event_the_parts_before_a_crash_stay(
        self, service: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("projections.runner.PART", 100)
        no = worksheet(service, 249)
        service.log_segment(no)
        logged = service.log.position()
        with closing(Runner(service.log, Fragile(after=2))) as runner:
            with pytest.raises(Crash):
                runner.catch_up()
            assert tracking(service) == (logged - 1, 100, None)
            assert service.rows("SELECT interactions_visible AS n FROM logged_segment") == [{"n": 100}]
            assert service.rows("SELECT count(*) AS n FROM interaction_log_entry") == [{"n": 100}]
            assert runner.catch_up() == logged
        check_entries(service, 250)

    def test_where_nothing_is_wanted_the_position_moves_only_from_where_it_was_read(
        self, service: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        service.contact()
        last, setup = service.log.position(), SetupRecords()
        with closing(Runner(service.log, setup)) as slow, closing(Runner(service.log, setup)) as fast:
            read = slow._page

            def overtaken(after: int, until: int | None) -> Any:
                page = read(after, until)
                if page.last > after:
                    service.contact()
                    fast.catch_up()
                return page

            monkeypatch.setattr(slow, "_page", overtaken)
            assert slow.catch_up() == last + 1
        assert tracking(service, slow.schema)[0] == last + 1, "not back to what the slow one had read"

    def test_it_is_enough_to_get_where_it_was_told_to(self, service: Desk) -> None:
        service.contact()
        with closing(Runner(service.log, Contacts())) as runner:
            reached = runner.catch_up()
            service.contact()
            assert runner.catch_up(at_least=reached) == reached
            assert runner.catch_up(at_least=reached + 1) == reached + 1

    def test_told_of_events_it_goes_on_from_where_it_left_it_unless_somebody_else_did(
        self, service: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with (
            closing(Runner(service.log, Contacts())) as one,
            closing(Runner(service.log, Contacts())) as other,
        ):
            reached = one.catch_up()
            looked, read = [], tracking_table.read

            def looking(cursor: Cursor[Any], *given: Any, **options: Any) -> Any:
                if cursor.connection is one._connection:
                    looked.append(given)
                return read(cursor, *given, **options)

            monkeypatch.setattr(tracking_table, "read", looking)
            service.contact()
            assert one.catch_up(at_least=reached + 1) == reached + 1
            assert looked == []
            service.contact()
            other.catch_up()
            service.contact()
            assert one.catch_up(at_least=reached + 3) == reached + 3
        assert len(service.rows("SELECT FROM contact")) == 3

    def test_applied_page_by_page_or_at_once_the_rows_are_the_same(self, service: Desk) -> None:
        company = service.contact(name="Alder")
        other = service.contact(name="Birch")
        person = service.contact(type="person", name="Ann", company_no=company.no)
        service.catch_up()
        for values in ({"company_no": other.no}, {"company_no": None}, {"company_name": "Hers"}):
            service.contacts.change(ANN, person.no, ContactChanges(**values))
            service.catch_up()
        back = ContactChanges(company_no=company.no, company_name="Not hers")
        service.contacts.change(ANN, person.no, back)
        service.contacts.change(ANN, company.no, ContactChanges(name="Ash"))
        service.catch_up()
        service.contacts.change(ANN, other.no, ContactChanges(type="person", company_no=None))
        service.catch_up()
        named = service.rows("SELECT no, company_name FROM contact ORDER BY key")
        assert [row["company_name"] for row in named] == ["Ash", None, "Ash"]
        with closing(Runner(service.log, Contacts(), schema="at_once")) as runner:
            runner.set_up()
            runner.catch_up()
        assert checksums(service.conninfo, "at_once") == checksums(service.conninfo, CONTACTS)


def test_parts_written_at_once_make_the_rows_of_one_transaction(
    service: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    no = worksheet(service, 2_500)
    service.log_segment(no)
    service.catch_up()
    for writers, part in ((1, 1_000), (2, 500), (4, 199)):
        monkeypatch.setattr("projections.runner.WRITERS", writers)
        monkeypatch.setattr("projections.runner.PART", part)
        schema = f"by_{writers}"
        with closing(Runner(service.log, Contacts(), schema=schema)) as runner:
            runner.set_up()
            runner.catch_up()
        assert checksums(service.conninfo, schema) == checksums(service.conninfo, CONTACTS)


def test_a_part_that_is_ready_early_is_not_seen_before_those_before_it(
    service: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("projections.runner.PART", 100)
    monkeypatch.setattr("projections.runner.WRITERS", 3)
    no = worksheet(service, 999)
    service.log_segment(no)
    others_ready, seen = Flag(), []

    class FirstIsLast(FragileParts):
        def write(self, cursor: Cursor[Any], first: int, last: int) -> None:
            super().write(cursor, first, last)
            if first == 200:
                others_ready.set()
            if first == 0:
                assert others_ready.wait(PATIENCE_SECONDS)
                seen.append(tracking(service))
                seen.append(service.rows("SELECT count(*) AS n FROM interaction_log_entry")[0]["n"])

    class Model(Contacts):
        def in_parts(self, event: Event) -> InParts | None:
            parts = super().in_parts(event)
            return parts and FirstIsLast(parts, self.look)

        def look(self) -> None:
            # The part that is just being committed is not seen yet, and no other is beyond what is said.
            (found,) = service.rows(
                "SELECT interactions_visible AS visible, (SELECT count(*) FROM interaction_log_entry) AS n"
                " FROM logged_segment"
            )
            assert found["visible"] == found["n"] == tracking(service)[1]

    with closing(Runner(service.log, Model())) as runner:
        runner.catch_up()
    assert seen == [(service.log.position() - 1, 0, None), 0]
    check_entries(service, 1_000)


def test_two_runners_at_the_same_event_write_it_once(service: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("projections.runner.PART", 50)
    monkeypatch.setattr("projections.runner.WRITERS", 2)
    no = worksheet(service, 2_999)
    service.log_segment(no)
    with (
        closing(Runner(service.log, Contacts())) as one,
        closing(Runner(service.log, Contacts())) as other,
        ThreadPoolExecutor(2) as pool,
    ):
        reached = [pool.submit(runner.catch_up) for runner in (one, other)]
        assert {future.result() for future in reached} == {service.log.position()}
    check_entries(service, 3_000)


KILLED = """
import sys
from application.event_log import open_log
from projections import runner
from projections.contacts import Contacts
from projections.contacts.interaction_rows import Entries

class Halting(Entries):
    def show(self, cursor, first, last):
        super().show(cursor, first, last)
        if first >= halt:
            print(first, flush=True)
            sys.stdin.read()

class Model(Contacts):
    def in_parts(self, event):
        parts = super().in_parts(event)
        return Halting(event) if isinstance(parts, Entries) else parts

halt = int(sys.argv[3])
runner.PART, runner.WRITERS = 500, 3
print("begin", flush=True)
runner.Runner(open_log(sys.argv[1], sys.argv[2]), Model()).catch_up()
"""


@contextmanager
def feeding_apart(service: Desk, *, halt: int) -> Iterator[IO[str]]:
    """A process that feeds the contacts, and is killed in the end; from `halt` on it halts in a part."""
    command = [sys.executable, "-c", KILLED, service.conninfo, SCHEMA, str(halt)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=REPOSITORY
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "begin\n"
        yield process.stdout
        process.kill()
    assert process.returncode == -signal.SIGKILL


def test_killed_in_the_middle_of_a_long_event_another_writes_the_rest(service: Desk) -> None:
    lines = 60_000
    no = worksheet(service, lines - 1)
    service.log_segment(no)
    with feeding_apart(service, halt=20_000) as output:
        assert output.readline() == "20000\n"
    assert tracking(service) == (service.log.position() - 1, 20_000, None)
    assert service.rows("SELECT interactions_visible AS n FROM logged_segment") == [{"n": 20_000}]
    assert service.rows("SELECT count(*) AS n FROM interaction_log_entry") == [{"n": 20_000}]
    # At whatever instants it is killed after that; it is not to come to the end before.
    for part in (25_000, 35_000):
        with feeding_apart(service, halt=lines - 500):
            until(lambda: part <= tracking(service)[1], "it goes on")  # noqa: B023
        (position, reached, error) = tracking(service)
        assert (position, error) == (service.log.position() - 1, None)
        (visible,) = service.rows("SELECT interactions_visible AS n FROM logged_segment")
        (rows,) = service.rows("SELECT count(*) AS n, max(entry_no) AS last FROM interaction_log_entry")
        assert part <= reached < lines
        assert visible["n"] == rows["n"] == rows["last"] == reached
    service.catch_up()
    check_entries(service, lines)


class TestRunning:
    def test_an_unknown_event_stops_it_after_those_before_it(self, service: Desk) -> None:
        contact = service.contact()
        known = service.log.position()
        append_unknown(service)
        with closing(Runner(service.log, Contacts())) as runner, running(runner):
            until(lambda: tracking(service)[2], "the runner says what is wrong")
            position, part, error = tracking(service)
        assert (position, part) == (known, 0)
        assert "'segment.praised.1'" in error
        assert "does not know" in error
        assert service.rows("SELECT no FROM contact") == [{"no": contact.no}]
        status = service.read_models.status(service.log.position())["contacts"]
        assert (status.position, status.behind, status.error) == (known, 1, error)

    def test_a_log_without_a_head_is_said_in_words(self, service: Desk) -> None:
        service.contact()
        with psycopg.connect(service.conninfo) as connection:
            connection.execute(f"DELETE FROM {SCHEMA}.log_head".encode())
        with closing(Runner(service.log, Contacts())) as runner, running(runner):
            until(lambda: tracking(service)[2], "the runner says what is wrong")
            assert "The head of the event log is missing" in tracking(service)[2]

    def test_what_was_said_is_forgotten_once_it_goes_on(self, service: Desk) -> None:
        service.contact()
        with closing(Runner(service.log, Fragile())) as runner, running(runner):
            until(lambda: "Crash" in (tracking(service)[2] or ""), "the crash is said")
            until(lambda: tracking(service) == (service.log.position(), 0, None), "it goes on")

    def test_of_two_one_works_and_the_other_takes_over(self, service: Desk) -> None:
        first, second = (Runner(service.log, Counting()) for _ in range(2))
        with running(first) as stop:
            service.contact()
            until(lambda: pages(first) == 1, "the first one works")
            with running(second):
                until(lambda: stands_by(service), "the second one wants to")
                for no in ("CT7", "CT8", "CT9"):
                    service.contact(no)
                    until(lambda: tracking(service)[0] == service.log.position(), "it is kept up")
                assert pages(second) == 0
                stop.set()
                until(lambda: not stands_by(service), "the second one takes over")
                service.contact()
                until(lambda: tracking(service)[0] == service.log.position(), "it is kept up")
                assert pages(second) == 1
        assert len(service.rows("SELECT FROM contact")) == 5

    def test_a_lost_connection_is_survived_without_a_word(self, service: Desk) -> None:
        conninfo = make_conninfo(service.conninfo, application_name="feeding")
        with (
            closing(open_log(conninfo, SCHEMA)) as log,
            closing(Runner(log, Contacts())) as runner,
            running(runner),
        ):
            service.contact()
            until(lambda: tracking(service)[0] == service.log.position(), "it is kept up")
            lost = lose_connections(service)
            until(lambda: reads_again(service, lost), "it reads the log again")
            assert tracking(service)[2] is None
            service.contact()
            until(lambda: tracking(service)[0] == service.log.position(), "it is kept up again")
            assert tracking(service)[2] is None
        assert len(service.rows("SELECT FROM contact")) == 2

    def test_of_positions_that_several_logs_say_at_once_none_is_missed(
        self, service: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """All schemas of a database say theirs on one channel."""
        asked, stop = list[int | None](), Flag()

        @contextmanager
        def saying(channel: str, told: Told) -> Iterator[None]:
            told("57")
            told("3")
            yield

        def catch_up(*, at_least: int | None) -> int:
            asked.append(at_least)
            if len(asked) == 2:
                stop.set()
            return 1

        with closing(Runner(service.log, Contacts())) as runner:
            monkeypatch.setattr(service.log.notices, "following", saying)
            monkeypatch.setattr(runner, "catch_up", catch_up)
            runner.run(stop)
        assert asked == [None, 57]

    def test_all_that_a_process_hears_of_comes_over_one_connection(self, service: Desk) -> None:
        """The server wakes each connection that listens for whatever is said."""
        with (
            service.hearing_of_erasures(),
            running(Runner(service.log, Contacts())),
            running(Runner(service.log, SetupRecords())),
        ):
            service.contact()
            until(lambda: tracking(service)[0] == service.log.position(), "it is kept up")
            listening = (
                "SELECT FROM pg_stat_activity WHERE datname = current_database() AND query ~ '^LISTEN'"
            )
            until(lambda: service.rows(listening), "it listens")
            assert len(service.rows(listening)) == 1

    def test_events_of_other_read_models_only_move_the_position(self, service: Desk) -> None:
        service.contact()
        position = service.catch_up()
        assert tracking(service, SetupRecords().schema(SCHEMA)) == (position, 0, None)
        assert service.rows("SELECT FROM record") == []


class Counting(Contacts):
    def __init__(self) -> None:
        self.pages = 0

    def apply(self, cursor: Cursor[Any], page: Sequence[Recorded]) -> None:
        self.pages += 1
        super().apply(cursor, page)


def pages(runner: Runner) -> int:
    assert isinstance(runner.model, Counting)
    return runner.model.pages


def stands_by(service: Desk) -> bool:
    """Whether a connection asked to be the one that works, and has done nothing since."""
    with psycopg.connect(service.conninfo) as connection:
        row = connection.execute(
            "SELECT FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND query LIKE 'SELECT pg_try_advisory_lock(%'"
        ).fetchone()
    return row is not None


def lose_connections(service: Desk) -> list[int]:
    """End all connections of the runner, and of the log that it reads; their processes."""
    with psycopg.connect(service.conninfo) as connection:
        ended = connection.execute(
            "SELECT pid, pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND application_name = 'feeding'"
        ).fetchall()
    return [pid for pid, _ in ended]


def reads_again(service: Desk, lost: list[int]) -> bool:
    """Whether a connection that is none of the lost ones has read a page of the log."""
    with psycopg.connect(service.conninfo) as connection:
        row = connection.execute(
            "SELECT FROM pg_stat_activity WHERE application_name = 'feeding' AND state = 'idle'"
            " AND pid <> ALL(%s) AND query LIKE 'SELECT head.last%%'",
            (lost,),
        ).fetchone()
    return row is not None


def append_unknown(service: Desk) -> None:
    """An event that a newer version of the program recorded."""
    with service.log.datastore.get_connection() as connection:
        connection.execute(
            "SELECT append_events('{segment-SM1}', '{1}', '{segment.praised.1}', ARRAY['{}'::bytea])"
        )
