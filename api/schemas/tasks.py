"""Tasks as bodies and answers."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import msgspec
from pydantic import Field

from api.schemas.values import (
    Amount,
    Answer,
    Body,
    Code,
    Day,
    Minutes,
    OptionalCode,
    OptionalShortCode,
    Text100,
    Total,
)
from domain.task import TaskChanges
from domain.vocabulary import TaskPriority, TaskStatus, TaskType


class TaskValues(Body):
    """The values of a task; in a PATCH, those that are sent change."""

    example = {"status": "completed"}

    description: Text100 = Field(None, examples=["Call about the spring letter"])
    type: TaskType | None = None
    date: Day | None = None
    status: TaskStatus = "not_started"
    priority: TaskPriority = "normal"
    closed: bool = False
    salesperson_code: OptionalCode = None
    campaign_no: OptionalCode = None
    interaction_template_code: OptionalShortCode = None
    subject: Text100 = None
    unit_cost: Amount = Decimal(0)
    unit_duration_minutes: Minutes = 0

    def changes(self) -> TaskChanges:
        """The values that were sent."""
        named = {name: value for name, value in self.given().items() if name != "contact_no"}
        return msgspec.convert(named, TaskChanges)


class SegmentTasks(TaskValues):
    """A task for every contact on a segment; what is not sent comes from the segment's header."""

    example = {"description": "Call about the spring letter", "type": "phone_call", "date": "2026-04-01"}


class NewTask(TaskValues):
    """A task with one contact."""

    example = {"contact_no": "CT00042", "description": "Send the price list", "priority": "high"}

    contact_no: Code = Field(examples=["CT00042"])


class TasksAnswer(Answer):
    """The tasks that were made together: as many as contacts, numbered from the first."""

    first_no: int
    number_of_tasks: int
    segment_no: str | None


class TaskAnswer(Answer):
    """A task. The segment is blank once the contact is not on it any more."""

    no: int
    segment_no: str | None
    contact_no: str | None
    contact_name: str | None
    contact_company_no: str | None
    contact_company_name: str | None
    description: str | None
    type: TaskType | None
    date: dt.date | None
    status: TaskStatus
    priority: TaskPriority
    closed: bool
    date_closed: dt.date | None
    salesperson_code: str | None
    campaign_no: str | None
    interaction_template_code: str | None
    subject: str | None
    unit_cost: Decimal
    unit_duration_minutes: int
    user_id: str
    version: int


class TaskPage(Answer):
    """A page of tasks."""

    items: list[TaskAnswer]
    next_cursor: str | None = None
    total: Total = None
