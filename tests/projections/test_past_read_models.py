"""Read models as of a moment are those of then; what an action chose then is chosen again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from application.journal import Caller
from application.story import steps_of
from application.what_if import Moment, Question, WhatIf
from domain.errors import Conflict
from domain.segment.events import CriteriaApplied
from domain.segment.selection import Criteria
from eventstore.moments import position_at
from projections import past
from tests.projections.checksums import checksums
from tests.projections.conftest import Desk
from tests.projections.history import History
from tests.projections.test_rebuild import streams

SCHEMAS = "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'segmentlog_past_%'"


def schemas(service: Desk) -> list[str]:
    with psycopg.connect(service.conninfo) as connection:
        return [name for (name,) in connection.execute(SCHEMAS)]


def test_they_have_the_rows_of_that_moment_and_leave_nothing_behind(service: Desk) -> None:
    history = History(service, 31)
    history.run(60, history.commands)
    history.run(60, history.amendments)
    position = service.catch_up()
    names = ("contacts", "setup")
    then = {name: checksums(service.conninfo, service.read_models.schemas[name]) for name in names}
    history.run(60, history.amendments)
    with service.trying.as_of(position) as models:
        assert {n: checksums(service.conninfo, models.schemas[n]) for n in names} == then
        assert len(schemas(service)) == 2
    assert schemas(service) == []
    with service.trying.as_of(0) as models, models.cursor() as cursor:
        assert cursor.execute("SELECT no FROM contact").fetchall() == []


def test_what_an_action_chose_is_chosen_again_on_the_contacts_of_its_moment(service: Desk) -> None:
    history = History(service, 32)
    history.run(150, history.commands)
    history.run(60, history.amendments)
    found = [
        (no, step.position, step.work_date, step.event)
        for no in (stream.removeprefix("segment-") for stream in streams(service, "segment"))
        for step in steps_of(service.journal, no)
        if isinstance(step.event, CriteriaApplied)
    ]
    some = history.random.sample(found, 12)
    assert any(event.added for _, _, _, event in some)
    for no, position, work_date, event in some:
        if event.exclude is not None:
            continue  # who was on other segments is as of the position of the contacts
        step = Criteria(event.action, event.filters, event.options)
        before = Moment(position - 1)
        caller = Caller("AUDREY", "auditor", work_date)
        again: WhatIf = service.trying.what_if(
            caller, no, Question(before, (step,), Moment(event.contacts_position))
        )
        [tried] = again.steps
        assert (tried.added, tried.removed, tried.skipped) == (event.added, event.removed, event.skipped)


def test_what_an_interrupted_question_left_is_dropped_by_the_next(service: Desk) -> None:
    left = Identifier(service.read_models.schemas["contacts"].replace("log_", "log_past_"))
    with psycopg.connect(service.conninfo, autocommit=True) as connection:
        connection.execute(SQL("CREATE SCHEMA {}").format(left))
    service.contact("CT1")
    service.catch_up()
    with service.trying.as_of(1) as models, models.cursor() as cursor:
        assert cursor.execute("SELECT no FROM contact").fetchall() == [{"no": "CT1"}]
    assert schemas(service) == []


def test_one_question_at_a_time(service: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(past, "PATIENCE_SECONDS", 0.2)
    with (
        service.trying.as_of(0),
        pytest.raises(Conflict, match="Somebody else is asking"),
        service.trying.as_of(0),
    ):
        pass
    with service.trying.as_of(0):
        assert len(schemas(service)) == 2


def test_an_instant_is_the_position_of_the_last_event_until_then(service: Desk) -> None:
    moments = []
    for number in range(20):
        service.contact(f"CT{number}")
        moments.append(service.log.position())
    events = service.history.events(after=0, limit=100).events
    for event in events:
        at = datetime.fromisoformat(event.at)
        assert position_at(service.log.datastore, at) == event.position
        assert position_at(service.log.datastore, at - timedelta(microseconds=1)) == event.position - 1
    assert position_at(service.log.datastore, datetime(2020, 1, 1, tzinfo=UTC)) == 0
    assert position_at(service.log.datastore, datetime(2100, 1, 1, tzinfo=UTC)) == moments[-1]
