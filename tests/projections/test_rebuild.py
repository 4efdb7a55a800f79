"""Rebuilding read models: after any history the same rows, which are those of the aggregates."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event as Flag
from typing import Any, LiteralString

import msgspec
import psycopg
import pytest
from msgspec.structs import replace as replaced
from psycopg.sql import SQL, Identifier

from api.service import Service
from application.segments import stream_of as segment_stream
from domain import records
from domain.amendments import LoggedAgain
from domain.contact import (
    ContactChanges,
    KnownContact,
)
from domain.contact_set import EMPTY
from domain.criteria import parse_criteria
from domain.interaction import SingleInteraction
from domain.records import RECORD_KINDS, KnownRecord
from domain.segment.events import CriteriaOptions
from domain.segment.line_values import segment_line
from domain.segment.state import Segment
from domain.task import OneTask, TaskRun
from domain.vocabulary import given
from projections.contact_queries import interactions_of, with_children
from projections.contacts import Contacts
from projections.contacts.contact_rows import CHILDREN, VALUE_COLUMNS
from projections.listing import Query
from projections.rebuild import rebuild
from projections.runner import Runners
from projections.selection import select_contacts
from projections.worksheets import FROM_HEADER
from tests.projections.checksums import checksums
from tests.projections.conftest import ANN, PATIENCE_SECONDS, WORK_DATE, Desk, until
from tests.projections.history import TEMPLATES, History

STEPS, AMENDMENTS, ERASURES = 450, 150, 10

# --- The rows and the aggregates ----------------------------------------------------------------------------


def all_checksums(service: Service) -> dict[str, dict[str, tuple[int, str]]]:
    return {name: checksums(service.conninfo, schema) for name, schema in service.read_models.schemas.items()}


def rebuild_all(service: Service) -> None:
    for runner in service.runners():
        assert rebuild(service.log, runner.model) >= 0


def streams(service: Service, kind: str) -> list[str]:
    """The streams of this kind, by the topics of their first events."""
    with service.log.datastore.get_connection() as connection:
        rows = connection.execute(
            "SELECT originator_id FROM log_events WHERE originator_version = 1 AND topic LIKE %s",
            (f"{kind}.%",),
        ).fetchall()
    return [row["originator_id"] for row in rows]


def known_contacts(service: Service) -> dict[int, KnownContact]:
    found = service.log.load_many(streams(service, "contact"), KnownContact).values()
    return {contact.key: contact for contact in found if not contact.deleted}


def segments(service: Service) -> list[Segment]:
    return list(service.log.load_many(streams(service, "segment"), Segment).values())


def check_contacts(service: Desk) -> None:
    """Every row of a contact, with its children, is what the events of the contact say."""
    known = known_contacts(service)
    with service.read_models.cursor() as cursor:
        rows = cursor.execute("SELECT * FROM contact").fetchall()
        listed = {row["key"]: row for row in with_children(cursor, rows)}
    assert listed.keys() == known.keys()
    for key, contact in known.items():
        value, row = contact.value, listed[key]
        expected = {name: getattr(value, name) for name in VALUE_COLUMNS}
        if value.company_key is not None:
            expected["company_name"] = known[value.company_key].value.name
        expected |= {"key": key, "no": contact.no, "version": contact.version}
        expected["has_alternative_address"] = bool(value.alternative_addresses)
        assert {name: row[name] for name in expected} == expected
        for name in (*CHILDREN, "alternative_addresses"):
            members = [msgspec.to_builtins(member) for member in getattr(value, name)]
            assert sorted(map(filled, row[name])) == sorted(map(filled, members)), (contact.no, name)


def filled(member: Any) -> str:
    """A code, or the values that are not blank, in one order."""
    if isinstance(member, str):
        return member
    values = {name: value for name, value in member.items() if value not in (None, (), [])}
    if "date_ranges" in values:
        values["date_ranges"] = sorted(values["date_ranges"], key=str)
    return repr(sorted(values.items()))


def check_segments(service: Desk) -> None:
    """Every open segment has its row, whose totals are those of its lines (V12)."""
    listed = {row["no"]: row for row in service.rows("SELECT * FROM segment")}
    opened = {segment.no: segment for segment in segments(service) if segment.status == "open"}
    assert listed.keys() == opened.keys()
    for no, segment in opened.items():
        lines = [segment_line(line, None) for line in segment.lines(limit=100_000)]
        assert listed[no] == {
            "documents": list(msgspec.to_builtins(segment.header.documents)),
            "no": no,
            "version": segment.version,
            **{name: getattr(segment.header, name) for name in FROM_HEADER},
            "number_of_lines": len(lines),
            "cost": sum(line.cost for line in lines),
            "duration_minutes": sum(line.duration_minutes for line in lines),
            "number_of_criteria_actions": len(segment.actions),
        }


def check_records(service: Desk) -> None:
    listed = {(row["kind"], row["code"]): row for row in service.rows("SELECT * FROM record")}
    expected = {}
    for kind in RECORD_KINDS:
        for record in service.log.load_many(streams(service, kind.name), KnownRecord).values():
            if record.value is not None:
                value = msgspec.json.decode(msgspec.json.encode(record.value))
                row = {"kind": kind.name, "code": record.code, "version": record.version, "value": value}
                expected[kind.name, record.code] = row
    assert listed == expected


def check_logged(service: Desk) -> None:
    """V1, V2 and V3, on what nobody has amended."""
    logged = service.rows("SELECT * FROM logged_segment")
    entries = service.rows("SELECT * FROM interaction_log_entry")
    campaigns = Counter(
        row["logged_segment_entry_no"] for row in service.rows("SELECT * FROM campaign_entry")
    )
    opened = {row["no"] for row in service.rows("SELECT no FROM segment")}
    by_status = {segment.no: segment.status for segment in segments(service)}
    assert opened == {no for no, status in by_status.items() if status == "open"}
    numbers = Counter(row["segment_no"] for row in logged)
    assert numbers == Counter(no for no, status in by_status.items() if status == "logged")
    assert sorted(entry["entry_no"] for entry in entries) == list(range(1, len(entries) + 1))
    for row in logged:
        after = service.log.load(segment_stream(row["segment_no"]), Segment)
        assert after is not None
        before = service.log.load(segment_stream(row["segment_no"]), Segment, after.version - 1)
        assert before is not None
        lines = [segment_line(line, None) for line in before.lines(limit=100_000)]
        made = [entry for entry in entries if entry["logged_segment_entry_no"] == row["entry_no"]]
        assert len(made) == len(lines) == row["number_of_interactions"] == row["interactions_visible"]
        named = {line.campaign_no for line in lines} - {None}
        assert campaigns[row["entry_no"]] == len(named) == row["number_of_campaign_entries"]
    check_templates(service)


def check_templates(service: Desk) -> None:
    """V12: the statistics of a template are those of its entries that count."""
    entries = service.rows("SELECT * FROM interaction_log_entry WHERE NOT canceled AND NOT postponed")
    with service.read_models.cursor() as cursor:
        for code in TEMPLATES:
            mine = [entry for entry in entries if entry["interaction_template_code"] == code]
            assert interactions_of(cursor, "interaction_template_code", [code])[code] == {
                "number_of_interactions": len(mine),
                "cost": sum(entry["cost"] for entry in mine),
                "duration_minutes": sum(entry["duration_minutes"] for entry in mine),
            }


def check_tasks(service: Desk) -> None:
    """Tasks are those that were made, as they were changed since; each with the segment its contact is on."""
    runs = service.log.load_many(streams(service, "tasks"), TaskRun).values()
    numbers = [run.first_no + place for run in runs for place in range(len(run.contacts))]
    later = service.log.load_many([f"task-{no}" for no in numbers], OneTask)
    on_segment = {segment.no: segment.contacts for segment in segments(service) if segment.status == "open"}
    rows = {row["no"]: row for row in service.tasks.page(Query(limit=100_000), WORK_DATE).items}
    for run in runs:
        for place, key in enumerate(run.contacts):
            no = run.first_no + place
            known = later.get(f"task-{no}", OneTask())
            if known.deleted:
                assert no not in rows
                continue
            row = rows.pop(no)
            value = replaced(run.value, **given(known.changes))
            for name in ("description", "status", "closed", "priority", "date", "campaign_no"):
                assert row[name] == getattr(value, name)
            assert row["version"] == known.version + 1
            here = run.segment_no is not None and key in on_segment.get(run.segment_no, EMPTY)
            assert row["segment_no"] == (run.segment_no if here else None)
    assert rows == {}


def check_amended(service: Desk) -> None:
    """Which entries there are, and which of them are canceled, is what the events of their streams say."""
    singles = service.log.load_many(streams(service, "interaction"), SingleInteraction).values()
    # While it is postponed, a single one is counted from 0.
    expected = {
        single.entry_no: (single.said is not None and single.entry_no in single.recorded.canceled, True)
        for single in singles
        if single.entry_no not in single.recorded.deleted or single.said is None
    }
    recorded = [single.recorded for single in singles if single.said is None]
    recorded += [segment.recorded for segment in segments(service) if segment.recorded is not None]
    again = service.log.load_many(streams(service, "interactions"), LoggedAgain).values()
    recorded += [one.recorded for one in again]
    for one in recorded:
        for offset in range(one.count):
            if offset in one.deleted:
                expected.pop(one.first + offset, None)
            else:
                expected[one.first + offset] = (offset in one.canceled, False)
    entries = service.rows("SELECT entry_no, canceled, postponed FROM interaction_log_entry")
    assert {row["entry_no"]: (row["canceled"], row["postponed"]) for row in entries} == expected
    canceled = {one.logged_segment: one.is_canceled for one in recorded if one.logged_segment is not None}
    counted = Counter(
        (row["logged_segment_entry_no"], row["canceled"])
        for row in service.rows("SELECT logged_segment_entry_no, canceled FROM interaction_log_entry")
    )
    for row in service.rows("SELECT * FROM logged_segment"):
        no, is_canceled = row["entry_no"], row["canceled"]
        assert is_canceled == canceled[no]
        # A7: it counts those that are as it is itself.
        assert row["number_of_interactions"] == row["interactions_visible"] == counted[no, is_canceled]
        assert row["uncounted_interactions"] == counted[no, not is_canceled]


@pytest.mark.parametrize("seed", [1, 2])
def test_after_any_history_the_rows_are_those_of_the_aggregates_and_rebuilt_the_same(
    service: Desk, seed: int
) -> None:
    history = History(service, seed)
    history.run(STEPS, history.commands)
    check_logged(service)
    history.run(AMENDMENTS, history.amendments)
    check_contacts(service)
    check_segments(service)
    check_records(service)
    check_amended(service)
    check_templates(service)
    check_tasks(service)
    history.run(ERASURES, history.erasures)
    check_contacts(service)
    check_amended(service)
    check_templates(service)
    check_tasks(service)
    before = all_checksums(service)
    assert [name for tables in before.values() for name, (rows, _) in tables.items() if not rows] == []
    rebuild_all(service)
    assert all_checksums(service) == before


# --- While others work --------------------------------------------------------------------------------------


def write(service: Desk, number: int, over: Flag) -> int:
    """Commands one after the other; how many contacts were registered."""
    for count in range(10_000):
        if over.is_set():
            return count
        contact = service.contact(f"W{number}-{count}", city=f"City {number}", mailing_groups=("NEWS",))
        service.contacts.change(ANN, contact.no, ContactChanges(name=f"Name {count}"))
        if count % 10 == 0:
            no = service.segment(f"S{number}-{count}")
            service.add(no, {"contact": {"city": f"City {number}"}})
            service.put(no, contact, remarks="By hand")
            service.logging.log(ANN, no, send_attachments=False, create_follow_up=True)
    raise AssertionError("nobody said that it was over")


def read(service: Desk, over: Flag) -> list[tuple[int, int]]:
    """Positions, and how many contacts there were at each, looked at over and over."""
    seen = []
    while not over.is_set():
        with service.read_models.cursor() as cursor:
            rows = cursor.execute("SELECT * FROM contact").fetchall()
            listed = with_children(cursor, rows[:50])
            assert all(row["mailing_groups"] == ["NEWS"] for row in listed)
            entries = cursor.execute("SELECT count(*) AS n FROM interaction_log_entry").fetchone()
            visible = cursor.execute("SELECT sum(interactions_visible) AS n FROM logged_segment").fetchone()
            assert entries is not None
            assert visible is not None
            assert entries["n"] == (visible["n"] or 0)
            seen.append((service.read_models.position(cursor, "contacts"), len(rows)))
        with service.read_models.glance() as cursor:
            row = cursor.execute(
                "SELECT (SELECT count(*) FROM interaction_log_entry) AS entries,"
                " (SELECT coalesce(sum(interactions_visible), 0) FROM logged_segment) AS visible"
            ).fetchone()
            assert row is not None
            assert row["entries"] == row["visible"]
        select_contacts(service.read_models, parse_criteria({}, work_date=WORK_DATE), CriteriaOptions())
    return seen


@contextmanager
def fed(service: Desk) -> Iterator[None]:
    """Runners at work; in the end the read models hold everything."""
    runners = Runners(service.runners())
    runners.start()
    try:
        yield
        assert service.read_models.wait(service.log.position(), PATIENCE_SECONDS)
    finally:
        runners.stop()


def test_while_a_read_model_is_rebuilt_everybody_goes_on(service: Desk) -> None:
    service.codes()
    service.record(records.MAILING_GROUP, "NEWS")
    over = Flag()
    with fed(service), ThreadPoolExecutor(4) as pool:
        writers = [pool.submit(write, service, number, over) for number in range(2)]
        readers = [pool.submit(read, service, over) for _ in range(2)]
        try:
            for _ in range(4):
                rebuild_all(service)
        finally:
            over.set()
        registered = sum(writer.result() for writer in writers)
        seen = [look for reader in readers for look in reader.result()]
    positions = registrations(service)
    assert len(positions) == registered > 0
    assert all(count == bisect_right(positions, position) for position, count in seen)
    statuses = service.read_models.status(service.log.position())
    assert {(status.behind, status.error) for status in statuses.values()} == {(0, None)}
    check_contacts(service)
    check_segments(service)
    check_logged(service)
    before = all_checksums(service)
    rebuild_all(service)
    assert all_checksums(service) == before


def registrations(service: Service) -> list[int]:
    """The positions at which contacts were registered."""
    with service.log.datastore.get_connection() as connection:
        rows = connection.execute(
            "SELECT notification_id AS position FROM log_events"
            " WHERE topic = 'contact.registered.1' ORDER BY notification_id"
        ).fetchall()
    return [row["position"] for row in rows]


@pytest.mark.parametrize("first", ["segment", "contact"])
def test_a_reader_is_waited_for_and_sees_one_state(service: Desk, first: LiteralString) -> None:
    service.record(records.MAILING_GROUP, "NEWS")
    contact = service.contact(mailing_groups=("NEWS",))
    position = service.catch_up()
    with ThreadPoolExecutor(1) as pool, service.read_models.cursor() as cursor:
        cursor.execute("SELECT FROM " + first)
        rebuilding = pool.submit(rebuild, service.log, Contacts())
        until(lambda: rebuilding.done() or somebody_waits(service), "the rebuild comes to the swap")
        (row,) = with_children(cursor, cursor.execute("SELECT * FROM contact").fetchall())
        assert (row["no"], row["mailing_groups"]) == (contact.no, ["NEWS"])
        assert service.read_models.position(cursor, "contacts") == position
        assert not rebuilding.done()
    assert rebuilding.result() == position
    assert service.rows("SELECT no FROM contact") == [{"no": contact.no}]


def test_a_reader_that_holds_one_table_and_wants_the_others_is_let_by(service: Desk) -> None:
    service.contact()
    position = service.catch_up()
    tables = checksums(service.conninfo, service.read_models.schemas["contacts"])
    with (
        ThreadPoolExecutor(1) as pool,
        service.read_models.glance() as cursor,
        cursor.connection.transaction(),
    ):
        cursor.execute("SELECT FROM contact_mailing_group")
        rebuilding = pool.submit(rebuild, service.log, Contacts())
        until(lambda: rebuilding.done() or somebody_waits(service), "the rebuild comes to the swap")
        for table in tables:
            cursor.execute(SQL("SELECT FROM {} LIMIT 0").format(Identifier(table)))
        assert not rebuilding.done()
    assert rebuilding.result() == position


def somebody_waits(service: Service) -> bool:
    with psycopg.connect(service.conninfo) as connection:
        return connection.execute("SELECT FROM pg_locks WHERE NOT granted").fetchone() is not None


def test_what_an_interrupted_rebuild_left_is_dropped_by_the_next(service: Desk) -> None:
    class Interrupted(Exception):
        pass

    def interrupt(_reached: int, _end: int) -> None:
        raise Interrupted

    service.contact()
    position = service.catch_up()
    with pytest.raises(Interrupted):
        rebuild(service.log, Contacts(), progress=interrupt)
    told: list[tuple[int, int]] = []
    assert rebuild(service.log, Contacts(), progress=lambda *found: told.append(found)) == position
    assert told == [(position, position)]
    check_contacts(service)
