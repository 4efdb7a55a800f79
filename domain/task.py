"""Tasks: what is to be done with contacts, one for each contact on a segment (domain A13, B18.6).

The tasks that are made together are one event: a set of contacts, and the number of the first task.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, ClassVar

import msgspec
from msgspec import UNSET, UnsetType
from msgspec.structs import replace as replaced

from domain.contact_set import EMPTY, ContactSet
from domain.errors import InvalidRequest, MandatoryField
from domain.vocabulary import TaskPriority, TaskStatus, TaskType, given


class Task(msgspec.Struct, frozen=True, omit_defaults=True):
    """The values of a task; a blank salesperson means the contact's."""

    description: str | None = None
    type: TaskType | None = None
    date: dt.date | None = None
    status: TaskStatus = "not_started"
    priority: TaskPriority = "normal"
    closed: bool = False
    date_closed: dt.date | None = None
    salesperson_code: str | None = None
    campaign_no: str | None = None
    interaction_template_code: str | None = None
    subject: str | None = None
    unit_cost: Decimal = Decimal(0)
    unit_duration_minutes: int = 0


class TaskChanges(msgspec.Struct, frozen=True, omit_defaults=True):
    """The values of a task that change; what is not named stays."""

    description: str | UnsetType | None = UNSET
    type: TaskType | UnsetType | None = UNSET
    date: dt.date | UnsetType | None = UNSET
    status: TaskStatus | UnsetType = UNSET
    priority: TaskPriority | UnsetType = UNSET
    closed: bool | UnsetType = UNSET
    date_closed: dt.date | UnsetType | None = UNSET
    salesperson_code: str | UnsetType | None = UNSET
    campaign_no: str | UnsetType | None = UNSET
    interaction_template_code: str | UnsetType | None = UNSET
    subject: str | UnsetType | None = UNSET
    unit_cost: Decimal | UnsetType = UNSET
    unit_duration_minutes: int | UnsetType = UNSET


class TasksCreated(msgspec.Struct, frozen=True):
    """A task for every one of these contacts, numbered from `first_no` in the order of their keys."""

    topic: ClassVar[str] = "tasks.created.1"
    first_no: int
    contacts: ContactSet
    value: Task
    segment_no: str | None = None


class TaskChanged(msgspec.Struct, frozen=True):
    """One task got other values."""

    topic: ClassVar[str] = "task.changed.1"
    no: int
    changes: TaskChanges


class TaskDeleted(msgspec.Struct, frozen=True):
    """One task is gone."""

    topic: ClassVar[str] = "task.deleted.1"
    no: int


TaskEvent = TasksCreated | TaskChanged | TaskDeleted

NO_VALUES = Task()
NO_CHANGES = TaskChanges()


@dataclass
class TaskRun:
    """The tasks that were made together."""

    first_no: int = 0
    contacts: ContactSet = field(default_factory=lambda: EMPTY)
    value: Task = NO_VALUES
    segment_no: str | None = None
    version: int = 0

    def copy(self) -> TaskRun:
        """One that can be changed without changing this one."""
        return replace(self)

    def apply(self, event: object, user_id: str, at: dt.datetime) -> None:
        """Take over one event."""
        assert isinstance(event, TasksCreated)
        self.first_no, self.contacts = event.first_no, event.contacts
        self.value, self.segment_no = event.value, event.segment_no


@dataclass
class OneTask:
    """What became of one of them since."""

    changes: TaskChanges = NO_CHANGES
    deleted: bool = False
    version: int = 0

    def copy(self) -> OneTask:
        """One that can be changed without changing this one."""
        return replace(self)

    def apply(self, event: object, user_id: str, at: dt.datetime) -> None:
        """Take over one event."""
        if isinstance(event, TaskChanged):
            self.changes = replaced(self.changes, **given(event.changes))
        else:
            assert isinstance(event, TaskDeleted)
            self.deleted = True


def new_task(values: TaskChanges, *, defaults: Task, today: dt.date) -> Task:
    """The values of new tasks. Raises MandatoryField, InvalidRequest."""
    value = replaced(defaults, **_settled(defaults, given(values), today))
    if value.description is None:
        raise MandatoryField.named("description", "A task needs a description.")
    return value


def change(no: int, value: Task, values: TaskChanges, *, today: dt.date) -> tuple[TaskChanged, ...]:
    """New values for one task; nothing if they are what they were. Raises MandatoryField, InvalidRequest."""
    named = _settled(value, given(values), today)
    if named.get("description", value.description) is None:
        raise MandatoryField.named("description", "A task needs a description.")
    # A blank salesperson stood for the contact's; one that is named now is this task's own.
    different = {
        name: new for name, new in named.items() if new != getattr(value, name) or name == "salesperson_code"
    }
    return (TaskChanged(no, TaskChanges(**different)),) if different else ()


def _settled(before: Task, named: dict[str, Any], today: dt.date) -> dict[str, Any]:
    """The values with what follows from them: completed tasks are closed, all others are open.

    Raises InvalidRequest.
    """
    if "closed" in named:
        usual = "completed" if named["closed"] else "in_progress"
        stays = not named["closed"] and before.status != "completed"
        status = named.setdefault("status", before.status if stays else usual)
        if (status == "completed") != named["closed"]:
            raise InvalidRequest.at("closed", "a task is closed when it is completed, and only then")
    elif "status" in named:
        named["closed"] = named["status"] == "completed"
    if named.get("closed", before.closed) != before.closed:
        named["date_closed"] = today if named["closed"] else None
    return named
