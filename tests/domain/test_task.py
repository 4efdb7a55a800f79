"""Tasks: given what they are, when they change, then these events (domain A13)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from domain.contact_set import ContactSet
from domain.errors import InvalidRequest, MandatoryField
from domain.task import (
    OneTask,
    Task,
    TaskChanged,
    TaskChanges,
    TaskDeleted,
    TaskRun,
    TasksCreated,
    change,
    new_task,
)

TODAY = date(2026, 3, 9)
CALL = Task(description="Call", date=date(2026, 3, 1))
DONE = Task(description="Call", status="completed", closed=True, date_closed=date(2026, 3, 2))


def changed(before: Task, **values: Any) -> dict[str, Any]:
    """What the event says, if there is one."""
    events = change(7, before, TaskChanges(**values), today=TODAY)
    found: dict[str, Any] = {}
    for event in events:
        assert isinstance(event, TaskChanged)
        assert event.no == 7
        found = {name: value for name in values | _FOLLOWS if (value := _of(event, name)) is not None}
    return found


_FOLLOWS = dict.fromkeys(("status", "closed", "date_closed"))


def _of(event: TaskChanged, name: str) -> Any:
    value = getattr(event.changes, name)
    return None if type(value).__name__ == "UnsetType" else value


class TestClosing:
    def test_what_is_completed_is_closed_today(self) -> None:
        expected = {"status": "completed", "closed": True, "date_closed": TODAY}
        assert changed(CALL, status="completed") == expected
        assert changed(CALL, closed=True) == expected
        assert changed(CALL, closed=True, status="completed") == expected

    def test_what_is_opened_again_is_in_progress_unless_told_otherwise(self) -> None:
        assert changed(DONE, closed=False) == {"status": "in_progress", "closed": False}
        assert changed(DONE, status="waiting") == {"status": "waiting", "closed": False}

    def test_what_is_open_and_not_completed_stays_as_it_is(self) -> None:
        assert changed(CALL, closed=False) == {}
        assert changed(DONE, closed=True) == {}

    @pytest.mark.parametrize(
        "values", [{"status": "waiting", "closed": True}, {"status": "completed", "closed": False}]
    )
    def test_the_two_must_not_contradict_each_other(self, values: dict[str, Any]) -> None:
        with pytest.raises(InvalidRequest):
            changed(CALL, **values)


class TestValues:
    def test_the_same_values_are_no_change(self) -> None:
        assert change(7, CALL, TaskChanges(description="Call", priority="normal"), today=TODAY) == ()

    def test_a_task_needs_a_description(self) -> None:
        with pytest.raises(MandatoryField):
            change(7, CALL, TaskChanges(description=None), today=TODAY)
        with pytest.raises(MandatoryField):
            new_task(TaskChanges(), defaults=Task(), today=TODAY)

    def test_new_ones_take_what_is_not_said_from_the_segment(self) -> None:
        defaults = Task(description="Spring letter", campaign_no="CP1", date=TODAY)
        value = new_task(TaskChanges(campaign_no=None, priority="high"), defaults=defaults, today=TODAY)
        assert value == Task(description="Spring letter", date=TODAY, priority="high")

    def test_a_salesperson_that_is_cleared_is_not_the_contacts_any_more(self) -> None:
        (event,) = change(7, CALL, TaskChanges(salesperson_code=None), today=TODAY)
        assert event == TaskChanged(7, TaskChanges(salesperson_code=None))


def test_what_became_of_a_task_is_the_last_that_was_said() -> None:
    at = datetime.now(UTC)
    run = TaskRun()
    run.apply(TasksCreated(5, ContactSet([2, 4]), CALL, "SM1"), "ANN", at)
    assert (run.first_no, run.contacts, run.value, run.segment_no) == (5, ContactSet([2, 4]), CALL, "SM1")
    task = OneTask()
    for event in (
        TaskChanged(5, TaskChanges(priority="high", subject="Spring")),
        TaskChanged(5, TaskChanges(priority="low")),
        TaskDeleted(5),
    ):
        task.apply(event, "ANN", at)
    assert task.changes == TaskChanges(priority="low", subject="Spring")
    assert task.deleted
