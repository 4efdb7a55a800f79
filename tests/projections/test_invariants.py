"""The invariants V1 to V13 (domain B21), after a random history and under more random commands."""

from __future__ import annotations

import random
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from application.segments import stream_of as segment_stream
from domain import records
from domain.criteria import parse_criteria
from domain.errors import Refused
from domain.segment.events import CriteriaOptions, SegmentLogged
from domain.segment.header import HeaderChanges
from domain.segment.line_values import SegmentLine, segment_line
from domain.segment.lines import LineChanges, line_columns
from domain.segment.selection import Criteria
from domain.segment.state import Segment
from eventstore import notices
from projections.contact_queries import interactions_of
from tests.projections.checksums import checksums
from tests.projections.conftest import ANN, WORK_DATE, Desk
from tests.projections.history import ACTIONS, FILTERS, TEMPLATES, History

STEPS, AMENDMENTS, TRIALS = 300, 100, 25
DELETIONS = {
    "delete canceled entries",
    "delete canceled campaign entries",
    "delete a logged segment",
    "delete a contact",
}
"""Not done before the tests, so that every entry that was ever made can be counted."""
DOCUMENTS = {
    "store a document",
    "store a personal document",
    "take a document away",
    "take a personal document away",
    "change a header",
    "change a line",
    "put on a line",
}

# --- A history, and what is known of it ---------------------------------------------------------------------


@pytest.fixture(scope="module", params=[21, 34])
def history(postgres_url: str, request: pytest.FixtureRequest) -> Iterator[History]:
    """Random commands on a database of its own; another history in every run would make failures vanish."""
    name = f"test_{uuid.uuid4().hex}"
    with pytest.MonkeyPatch.context() as patch, psycopg.connect(postgres_url, autocommit=True) as connection:
        patch.setattr(notices, "LOOK_SECONDS", 0.05)
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        service = Desk(make_conninfo(postgres_url, dbname=name))
        service.set_up()
        service.read_models.open()
        try:
            lived = History(service, request.param)
            lived.run(STEPS, lived.commands)
            amendments = {key: how for key, how in lived.amendments.items() if key not in DELETIONS}
            lived.run(AMENDMENTS, amendments)
            while not lived.service.rows("SELECT 1 FROM interaction_log_entry WHERE postponed"):
                tried(lived.record_interaction)
                lived.service.catch_up()
            log_somebody_twice(service)
            yield lived
        finally:
            service.close()
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def log_somebody_twice(service: Desk) -> None:
    """What random commands come to in some histories only."""
    twice, no = service.contact(salesperson_code="JR"), service.segment("TWICE")
    for contact in (twice, service.contact(salesperson_code="JR"), twice):
        service.put(no, contact, campaign_no="CP1")
    service.log_segment(no)


@pytest.fixture
def service(history: History) -> Desk:
    history.service.catch_up()
    return history.service


@pytest.fixture
def chance() -> random.Random:
    return random.Random(13)


def segments(service: Desk) -> dict[str, Segment]:
    """Every segment there ever was, by number."""
    with service.log.datastore.get_connection() as connection:
        rows = connection.execute(
            "SELECT originator_id FROM log_events WHERE originator_version = 1 AND topic LIKE 'segment.%'"
        ).fetchall()
    found = service.log.load_many([row["originator_id"] for row in rows], Segment).values()
    return {segment.no: segment for segment in found}


def logged(service: Desk) -> list[tuple[SegmentLogged, list[SegmentLine]]]:
    """What was logged, each with the lines as they were just before."""
    found = []
    for segment in segments(service).values():
        if segment.logged is None:
            continue
        for version in range(1, segment.version):
            before = service.log.load(segment_stream(segment.no), Segment, version)
            assert before is not None
            if before.logged is None:
                last = before
        found.append((segment.logged, lines_of(last)))
    assert len(found) > 2
    return found


def lines_of(segment: Segment) -> list[SegmentLine]:
    return [segment_line(line, None) for line in segment.lines(limit=100_000)]


def contacts_of(segment: Segment) -> list[tuple[int, int]]:
    """Line numbers and contacts."""
    return [(line.line_no, line.contact_key) for line in segment.lines(limit=100_000)]


def everything(service: Desk) -> dict[str, Any]:
    """Every row of every read model, as checksums."""
    service.catch_up()
    return {name: checksums(service.conninfo, schema) for name, schema in service.read_models.schemas.items()}


def criteria(chance: random.Random, action: Any = None) -> Criteria:
    """Random filters, of which several may be nested, with random options."""
    one, other = (chance.choice(FILTERS) for _ in range(2))
    filters = chance.choice(
        [
            one,
            one,
            {"any": [one, other]},
            {"all": [one, {"not": other}]},
            {"not": one},
            {"not": {"any": [one]}},
        ]
    )
    parse_criteria(filters, work_date=WORK_DATE)
    options = {name: chance.random() < 0.4 for name in CriteriaOptions.__struct_fields__}
    return Criteria(action or chance.choice(ACTIONS), filters, CriteriaOptions(**options))


def new_segment(service: Desk, chance: random.Random) -> str:
    """An empty segment with a random header; its number."""
    header = HeaderChanges(
        description="Tried",
        salesperson_code="JR",
        interaction_template_code=chance.choice([None, *TEMPLATES]),
        unit_cost=chance.choice([2, 3]),  # type: ignore[arg-type]
    )
    return service.segments.create(ANN, None, header)[0].no


def tried(command: Callable[[], object]) -> bool:
    """Whether a random command was carried out."""
    try:
        command()
    except Refused:
        return False
    return True


# --- What holds of everything there is ----------------------------------------------------------------------


def test_v1_a_segment_number_is_open_or_logged_never_both(service: Desk) -> None:
    opened = [row["no"] for row in service.rows("SELECT no FROM segment")]
    done = [row["segment_no"] for row in service.rows("SELECT segment_no FROM logged_segment")]
    assert max(Counter(opened + done).values()) == 1
    by_status = {no: segment.status for no, segment in segments(service).items()}
    assert set(opened) == {no for no, status in by_status.items() if status == "open"} != set()
    assert set(done) == {no for no, status in by_status.items() if status == "logged"} != set()
    for no in by_status:
        assert not tried(partial(service.segments.create, ANN, no, HeaderChanges())), no


def test_v2_a_logged_segment_has_as_many_interactions_as_the_segment_had_lines(service: Desk) -> None:
    for event, lines in logged(service):
        numbers = service.rows(
            "SELECT entry_no FROM interaction_log_entry WHERE logged_segment_entry_no = %s"
            " AND resend_no IS NULL ORDER BY 1",
            event.entry_no,
        )
        first = event.first_interaction_no
        assert [row["entry_no"] for row in numbers] == list(range(first, first + len(lines)))


def test_v3_a_logged_segment_has_a_campaign_entry_for_each_campaign_on_its_lines(service: Desk) -> None:
    seen = 0
    for event, lines in logged(service):
        entries = service.rows(
            "SELECT campaign_no FROM campaign_entry WHERE logged_segment_entry_no = %s", event.entry_no
        )
        campaigns = {line.campaign_no for line in lines} - {None}
        assert sorted(row["campaign_no"] for row in entries) == sorted(map(str, campaigns))
        seen += len(campaigns)
    assert seen


def test_v4_criteria_actions_are_counted_and_numbered_each_with_its_filters(service: Desk) -> None:
    counted = service.rows("SELECT no, number_of_criteria_actions FROM segment")
    known = segments(service)
    for row in counted:
        actions = known[row["no"]].actions
        assert [action.action_no for action in actions] == list(range(1, len(actions) + 1))
        assert row["number_of_criteria_actions"] == len(actions)
        for action in actions:
            parse_criteria(action.filters, work_date=WORK_DATE)
    assert sum(row["number_of_criteria_actions"] for row in counted)


def test_v12_cost_and_duration_are_sums_over_lines_and_over_entries_that_count(service: Desk) -> None:
    known = segments(service)
    for row in service.rows("SELECT no, number_of_lines, cost, duration_minutes FROM segment"):
        lines = lines_of(known[row["no"]])
        assert row["number_of_lines"] == len(lines)
        assert row["cost"] == sum(line.cost for line in lines) == known[row["no"]].cost
        assert row["duration_minutes"] == sum(line.duration_minutes for line in lines)
    entries = service.rows("SELECT * FROM interaction_log_entry")
    assert any(entry["canceled"] for entry in entries)
    assert any(entry["postponed"] for entry in entries)
    with service.read_models.cursor() as cursor:
        found = interactions_of(cursor, "interaction_template_code", TEMPLATES)
    for code in TEMPLATES:
        counting = [
            entry
            for entry in entries
            if entry["interaction_template_code"] == code and not (entry["canceled"] or entry["postponed"])
        ]
        assert found[code] == {
            "number_of_interactions": len(counting),
            "cost": sum(entry["cost"] for entry in counting),
            "duration_minutes": sum(entry["duration_minutes"] for entry in counting),
        }


# --- What holds of every command ----------------------------------------------------------------------------


def test_v5_an_action_and_go_back_leave_the_lines_as_they_were(
    history: History, service: Desk, chance: random.Random
) -> None:
    done: Counter[str] = Counter()
    opened = [row["no"] for row in service.rows("SELECT no FROM segment WHERE number_of_lines > 0")]
    for _ in range(TRIALS * 2):
        no = chance.choice(opened)
        before = service.segments.get(no)
        name, command = chance.choice(
            [
                ("criteria", lambda no=no: service.selecting.apply(ANN, no, criteria(chance))),
                (
                    "put",
                    lambda no=no: service.segments.add_line(ANN, no, history.any_contact(), LineChanges()),
                ),
                ("remove", lambda no=no: service.segments.remove_line(ANN, no, history.line_no(no))),
                (
                    "reuse",
                    lambda no=no: service.selecting.reuse_logged_segment(
                        ANN, no, history.number("logged_segment"), respect_exclusion=False
                    ),
                ),
            ]
        )
        if not tried(command):
            continue
        after = service.segments.get(no)
        back, _ = service.selecting.go_back(ANN, no)
        assert lines_of(back) == lines_of(before), name
        again, _ = service.selecting.redo(ANN, no)
        assert lines_of(again) == lines_of(after), name
        service.selecting.go_back(ANN, no)
        done[name] += 1
    assert len(done) == 4, done


def test_v6_saved_criteria_reused_at_once_give_the_same_contacts_on_the_same_lines(
    history: History, service: Desk, chance: random.Random
) -> None:
    compared = 0
    for trial in range(TRIALS):
        no = new_segment(service, chance)
        for _ in range(chance.randint(1, 5)):
            if chance.random() < 0.4:
                tried(partial(service.segments.add_line, ANN, no, history.any_contact(), LineChanges()))
            else:
                service.selecting.apply(ANN, no, criteria(chance))
        if not service.segments.get(no).actions:
            continue
        service.selecting.save_criteria(ANN, no, f"V6-{trial}", None)
        other = new_segment(service, chance)
        reused, _ = service.selecting.reuse_criteria(ANN, other, f"V6-{trial}")
        original = service.segments.get(no)
        assert contacts_of(reused) == contacts_of(original)
        assert len(reused.actions) == len(original.actions)
        compared += len(contacts_of(original))
    assert compared > TRIALS


def test_v7_reduce_removes_exactly_the_lines_that_refine_keeps(service: Desk, chance: random.Random) -> None:
    opened = [row["no"] for row in service.rows("SELECT no FROM segment WHERE number_of_lines > 1")]
    parted = 0
    for _ in range(TRIALS * 2):
        no = chance.choice(opened)
        before = lines_of(service.segments.get(no))
        asked = criteria(chance, "reduce")
        kept = []
        for action in ("reduce", "refine"):
            one = Criteria(action, asked.filters, asked.options)
            kept.append(lines_of(service.selecting.apply(ANN, no, one)[1]))
            service.selecting.go_back(ANN, no)
        assert sorted(kept[0] + kept[1], key=lambda line: line.line_no) == before
        parted += bool(kept[0] and kept[1])
    assert parted


def test_v8_adding_the_same_again_adds_nothing_and_counts_as_an_action(
    service: Desk, chance: random.Random
) -> None:
    added = 0
    for _ in range(TRIALS):
        no = new_segment(service, chance)
        asked = criteria(chance, "add_contacts")
        options = {name: getattr(asked.options, name) for name in CriteriaOptions.__struct_fields__}
        options["allow_existing_contacts"] = False
        once = Criteria("add_contacts", asked.filters, CriteriaOptions(**options))
        service.selecting.apply(ANN, no, once)
        before = lines_of(service.segments.get(no))
        action, after = service.selecting.apply(ANN, no, once)[:2]
        assert lines_of(after) == before
        assert (action.lines_added, len(action.skipped.already_on_segment)) == (0, len(before))
        assert len(after.actions) == 2
        added += len(before)
    assert added


def test_v9_canceling_a_logged_segment_and_taking_it_back_restores_every_figure(service: Desk) -> None:
    before, changed = everything(service), 0
    for row in service.rows("SELECT entry_no FROM logged_segment WHERE NOT canceled"):
        service.interactions.cancel_logged_segment(ANN, row["entry_no"], canceled=True)
        changed += everything(service) != before
        service.interactions.cancel_logged_segment(ANN, row["entry_no"], canceled=False)
        assert everything(service) == before
    assert changed


def test_v10_documents_of_templates_and_of_what_was_logged_are_never_modified(
    history: History, service: Desk
) -> None:
    def documents(*codes: str) -> list[tuple[str, bytes]]:
        templates = [service.records.get(records.INTERACTION_TEMPLATE, code).value for code in codes]
        found = [document for template in templates for document in template.documents]
        return [(document.sha256, service.documents.content(document)) for document in found]

    def entries() -> list[Any]:
        service.catch_up()
        columns = service.rows(
            "SELECT entry_no, document, document_sha256 FROM interaction_log_entry ORDER BY entry_no"
        )
        return [list(row.values()) for row in columns]

    of_templates, of_entries = documents(*TEMPLATES), entries()
    contents = [
        (document.sha256, service.documents.content(document))
        for event, _ in logged(service)
        for document in event.documents()
    ]
    assert of_templates
    assert contents
    history.done.clear()  # so that each of these commands is carried out once more
    history.run(60, {name: history.commands[name] for name in DOCUMENTS})
    assert documents(*TEMPLATES) == of_templates
    history.run(10, {name: history.commands[name] for name in (*DOCUMENTS, "store a document of a template")})
    assert entries() == of_entries
    assert contents == [
        (document.sha256, service.documents.content(document))
        for event, _ in logged(service)
        for document in event.documents()
    ]


def test_v11_logging_that_fails_leaves_no_trace(service: Desk, chance: random.Random) -> None:
    def counters() -> list[Any]:
        with service.log.datastore.get_connection() as connection:
            return connection.execute("SELECT * FROM counter ORDER BY name").fetchall()

    failed = 0
    for row in service.rows("SELECT no FROM segment WHERE number_of_lines > 0")[:TRIALS]:
        wrong = chance.choice(
            [
                HeaderChanges(date=None),
                HeaderChanges(description=None),
                HeaderChanges(date=None, salesperson_code=None),
            ]
        )
        service.segments.change_header(ANN, row["no"], wrong, update_lines=True)
        chosen = HeaderChanges(interaction_template_code=None)
        service.segments.change_header(ANN, row["no"], chosen, update_lines=True)
        before = everything(service), counters(), service.log.position()
        if tried(partial(service.log_segment, row["no"], create_follow_up=True)):
            continue  # its lines have all that they need of their own
        assert (everything(service), counters(), service.log.position()) == before
        assert service.segments.get(row["no"]).status == "open"
        failed += 1
    assert failed > 3


def test_v13_a_follow_up_has_the_logged_contacts_as_often_as_they_were_logged(service: Desk) -> None:
    keys = {row["key"] for row in service.rows("SELECT key FROM contact WHERE NOT privacy_blocked")}
    often = 0
    for event, lines in logged(service):
        _, standing = service.selecting.logged(event.entry_no)
        contacts = line_columns(event.blocks).contact_key
        assert len(contacts) == len(lines)
        who = Counter(int(contacts[entry]) for entry in standing if contacts[entry] in keys)
        if not who:
            continue
        made, _ = service.logging.follow_up(
            ANN, event.entry_no, description=None, only=None, keep_template=False, respect_exclusion=False
        )
        assert Counter(key for _, key in contacts_of(made)) == who
        assert made.header.interaction_template_code is None
        assert made.header.correspondence_type is None
        often += any(times > 1 for times in who.values())
    assert often
