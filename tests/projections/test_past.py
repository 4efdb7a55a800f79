"""Contacts and interactions at any position: the events say of them what the read models showed then."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any

import pytest

from application.hindsight import Hindsight
from application.past_contacts import DELETED
from application.past_facts import DELETED_NAMING, STREAMS_WITH_DELETIONS, PastFacts
from application.past_interactions import interactions_at
from application.story import steps_of
from domain.criteria import TABLES
from domain.segment.events import CriteriaApplied
from domain.segment.lineage import Action, lineage
from eventstore.event import Event
from tests.projections.conftest import Desk
from tests.projections.history import History
from tests.projections.test_rebuild import streams

RELATED = {
    "profile_answer": "r.contact_key = c.key",
    "mailing_group": "r.contact_key = c.key",
    "job_responsibility": "r.contact_key = c.key",
    "industry_group": "r.contact_key = c.company_key",
    "business_relation": "r.contact_key = c.company_key",
    "interaction_log_entry": "r.contact_no = c.no AND r.contact_company_no IS NOT DISTINCT FROM c.company_no",
}
Facts = dict[str, dict[str, list[Any]]]


def columns(table: str) -> list[str]:
    return sorted(TABLES[table])


def shown(service: Desk) -> Facts:
    """What criteria see of every contact in the tables, by number and table."""
    numbers = [row["no"] for row in service.rows("SELECT no FROM contact")]
    facts: Facts = {no: {table: [] for table in ("contact", *RELATED)} for no in numbers}
    with service.read_models.cursor() as cursor:
        for row in cursor.execute("SELECT * FROM contact").fetchall():
            facts[row["no"]]["contact"].append([row[name] for name in columns("contact")])
        for table, joined in RELATED.items():
            name = table if table == "interaction_log_entry" else f"contact_{table}"
            statement: Any = f"SELECT c.no AS of_contact, r.* FROM contact c JOIN {name} r ON {joined}"
            for row in cursor.execute(statement).fetchall():
                facts[row["of_contact"]][table].append([row[name] for name in columns(table)])
    return ordered(facts)


def ordered(facts: Facts) -> Facts:
    return {
        no: {table: sorted(rows, key=repr) for table, rows in tables.items()} for no, tables in facts.items()
    }


def remembered(past: PastFacts, numbers: list[str], position: int) -> Facts:
    """The same, made from the events up to that position."""
    facts = {}
    for no in numbers:
        if (contact := past.at(no, position)) is None:
            continue
        rows = past.rows(contact, position)
        rows["interaction_log_entry"] = list(interactions_at(past, contact, position))
        facts[no] = {
            table: [[row[name] for name in columns(table)] for row in found] for table, found in rows.items()
        }
    return ordered(facts)


@pytest.mark.parametrize("seed", [11, 12])
def test_what_criteria_saw_at_any_position_can_be_seen_again(service: Desk, seed: int) -> None:
    history, snapshots = History(service, seed), {}
    for commands in [history.commands] * 3 + [history.amendments] * 3:
        history.run(40, commands)
        snapshots[service.catch_up()] = shown(service)
    history.run(60, history.amendments)

    everybody = sorted({no for facts in snapshots.values() for no in facts})
    assert sum(len(t["interaction_log_entry"]) for f in snapshots.values() for t in f.values()) > 100
    # In any order of positions, what was read for one serves the others.
    one_question = PastFacts(service.log, service.read_models)
    for position, facts in random.Random(seed).sample(list(snapshots.items()), len(snapshots)):
        seen = remembered(one_question, everybody, position)
        assert seen.keys() == facts.keys()
        for no, table in product(facts, ("contact", *RELATED)):
            was, is_now = facts[no][table], seen[no][table]
            only = [row for row in was if row not in is_now], [row for row in is_now if row not in was]
            assert was == is_now, f"{position} {no} {columns(table)} {only}"


def test_every_explanation_agrees_with_what_the_action_did(service: Desk) -> None:
    """Whoever was selected met the filters then, or came along with somebody; nobody else did."""
    history = History(service, 21)
    history.run(150, history.commands)
    history.run(60, history.amendments)
    contacts = [row["no"] for row in service.rows("SELECT no FROM contact ORDER BY key")]
    looked_at = 0
    for stream in streams(service, "segment"):
        story = lineage(steps_of(service.journal, stream.removeprefix("segment-")))
        one_question = hindsight(service)
        for action in story.actions:
            if isinstance(action.event, CriteriaApplied) and action.kind == "add_contacts":
                some = history.random.sample(contacts, min(15, len(contacts)))
                looked_at += check_selection(service, one_question, action, some)
    assert looked_at > 50


def test_b3_6_a_question_reads_each_stream_once_however_many_actions_there_were(
    service: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    service.codes()
    company = service.contact("ALDER", city="Arnhem")
    service.contact("ANN", type="person", name="Ann", company_no="ALDER")
    other = service.segment()
    service.put(other, company)
    service.log_segment(other)
    no = service.segment("SM2")
    for city in ("A*", "B*", "C*") * 3:
        service.add(no, {"contact": {"city": city}, "interaction_log_entry": {"segment_no": other}})
        service.add(no, {"contact": {"no": "ANN"}, "value_entry": {"item_no": "A"}}, expand_companies=True)
    service.catch_up()

    read: Counter[str] = Counter()
    placed = service.log.placed

    def counted(streams: Sequence[str], position: int | None = None) -> Iterator[tuple[int, Event]]:
        read.update(streams)
        return placed(streams, position)

    monkeypatch.setattr(service.log, "placed", counted)
    found = service.explanations.contact(no, company.no, "en")
    assert len(found.actions) == 18
    assert read == dict.fromkeys((f"segment-{no}", f"segment-{other}", "contact-ALDER", "contact-ANN"), 1)


def test_b3_6_deletions_are_found_by_an_index_in_a_log_of_any_length(service: Desk) -> None:
    asked = {STREAMS_WITH_DELETIONS: (1,), DELETED_NAMING: (b"x",), DELETED: (1, [1])}
    with service.log.datastore.get_connection() as connection, connection.transaction():
        connection.execute("SET LOCAL enable_seqscan = off")
        for statement, parameters in asked.items():
            plan = connection.execute(f"EXPLAIN {statement}", parameters).fetchall()
            assert "log_events_deletions" in str(plan), statement


def hindsight(service: Desk) -> Hindsight:
    return Hindsight(PastFacts(service.log, service.read_models))


def check_selection(service: Desk, one_question: Hindsight, action: Action, contacts: list[str]) -> int:
    assert isinstance(action.event, CriteriaApplied)
    selected = action.event.added
    for those in action.skipped.values():
        selected |= those
    options = action.options
    by_company = options.expand_companies or options.allow_related_companies
    numbers = service.explanations.past.many(contacts, action.event.contacts_position)
    for no, contact in numbers.items():
        held = one_question.held(action, no)
        assert held == hindsight(service).held(action, no), "a question by itself has the same answer"
        assert held.matched is not None
        if held.matched or held.brought_in_by is not None:
            assert contact.key in selected, (no, action.event.filters)
        elif not by_company:
            assert contact.key not in selected, (no, action.event.filters)
    return len(numbers)
