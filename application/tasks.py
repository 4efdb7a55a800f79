"""Use cases of tasks: one for every contact on a segment, or for one contact (domain A13, B18.6)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np
from msgspec.structs import asdict
from msgspec.structs import replace as replaced
from numpy.typing import NDArray

from application.contacts import Contacts
from application.contacts import stream_of as contact_stream
from application.journal import NOTHING, Caller, Changes, Journal, check_version, retried
from application.looking_up import catch_up, look_up
from application.records import Records
from application.segments import Segments
from application.segments import stream_of as segment_stream
from domain.contact_set import ContactSet
from domain.errors import NotFound, SegmentEmpty
from domain.segment.state import Segment
from domain.task import OneTask, Task, TaskChanges, TaskDeleted, TaskRun, TasksCreated, change, new_task
from domain.vocabulary import given
from eventstore.log import Foldable
from projections.criteria_sql import Parameters
from projections.listing import Page, Query, list_page
from projections.read_models import ReadModels
from projections.selection import known_contacts
from projections.task_listings import TASKS, gone_relation, runs_for_open_segments

TASK = "task"


class Tasks:
    """What is to be done with contacts."""

    def __init__(
        self,
        journal: Journal,
        read_models: ReadModels,
        known: Records,
        contacts: Contacts,
        segments: Segments,
    ) -> None:
        self.journal = journal
        self.read_models = read_models
        self.records = known
        self.contacts = contacts
        self.segments = segments

    @retried
    def create_for_segment(self, caller: Caller, no: str, values: TaskChanges) -> tuple[TasksCreated, int]:
        """A task for every contact on a segment; the event and the position. Raises Refused."""
        segment = self.segments.for_command(caller, no)
        catch_up(self.journal, self.read_models, "contacts")
        # Go Back may have brought lines of contacts that were deleted meanwhile.
        contacts = known_contacts(self.read_models, segment.contacts).selected
        if not contacts:
            raise SegmentEmpty(f"Segment {no} has no lines.")
        header = segment.header
        defaults = Task(
            description=header.description,
            salesperson_code=header.salesperson_code,
            campaign_no=header.campaign_no,
            date=caller.work_date,
        )
        return self._create(caller, contacts, values, defaults, segment_no=no)

    @retried
    def create(self, caller: Caller, contact_no: str, values: TaskChanges) -> tuple[TasksCreated, int]:
        """A task with one contact; the event and the position. Raises Refused."""
        contact = self.contacts.get(contact_no, "contact_no")
        salesperson = self.records.salesperson_of(caller.user_id)
        defaults = Task(salesperson_code=salesperson, date=caller.work_date)
        relying_on = {contact_stream(contact_no): contact}
        return self._create(caller, ContactSet([contact.key]), values, defaults, relying_on=relying_on)

    @retried
    def change(self, caller: Caller, no: int, values: TaskChanges) -> int:
        """New values for one task. Raises Refused."""
        value, known = self._known(caller, no)
        before = asdict(value) | {"salesperson_code": self._salesperson(no, value)}
        _, named = self.records.check_named(given(values), before)
        facts = change(no, value, values, today=date.today())
        return self.journal.record(caller, Changes(f"task-{no}", known.version, facts), relying_on=named)

    @retried
    def delete(self, caller: Caller, no: int) -> int:
        """Delete one task. Raises NotFound."""
        _, known = self._known(caller, no)
        return self.journal.record(caller, Changes(f"task-{no}", known.version, [TaskDeleted(no)]))

    def page(self, query: Query, work_date: date) -> Page:
        """A page of tasks. Raises InvalidFilter, InvalidRequest."""
        parameters = Parameters()
        with self.read_models.cursor() as cursor:
            runs = runs_for_open_segments(cursor)
            prelude = gone_relation(self._gone(runs), parameters)
            return list_page(
                cursor, TASKS, query, work_date=work_date, prelude=prelude, parameters=parameters
            )

    def _create(
        self,
        caller: Caller,
        contacts: ContactSet,
        values: TaskChanges,
        defaults: Task,
        *,
        segment_no: str | None = None,
        relying_on: Mapping[str, Foldable] = NOTHING,
    ) -> tuple[TasksCreated, int]:
        _, named = self.records.check_named(given(values))
        value = new_task(values, defaults=defaults, today=date.today())
        first = self.journal.log.counters.next_of(TASK)
        event = TasksCreated(first, contacts, value, segment_no)
        position = self.journal.record(
            caller,
            Changes(f"tasks-{first}", 0, [event]),
            under_lock=[self.journal.log.counters.claiming(TASK, first, len(contacts))],
            relying_on={**relying_on, **named},
        )
        return event, position

    def _known(self, caller: Caller, no: int) -> tuple[Task, OneTask]:
        """A task as it is, and what became of it since it was made. Raises NotFound, VersionConflict."""
        known = self.journal.load(f"task-{no}", OneTask) or OneTask()
        run = None if known.deleted else self._run_of(no)
        if run is None:
            raise NotFound.named("task", no)
        version = known.version + 1
        check_version(caller, version)
        return replaced(run.value, **given(known.changes)), known

    def _salesperson(self, no: int, value: Task) -> str | None:
        """A task's own salesperson, else its contact's."""
        if value.salesperson_code is not None:
            return value.salesperson_code
        with self.read_models.cursor() as cursor:
            row = cursor.execute("SELECT salesperson_code FROM task WHERE no = %s", (no,)).fetchone()
        return None if row is None else row["salesperson_code"]

    def _run_of(self, no: int) -> TaskRun | None:
        """The tasks that were made together with this one."""
        row = look_up(
            *(self.journal, self.read_models),
            lambda cursor: cursor.execute("SELECT first_no FROM task WHERE no = %s", (no,)).fetchone(),
        )
        return None if row is None else self.journal.load(f"tasks-{row['first_no']}", TaskRun)

    def _gone(self, runs: list[tuple[int, str]]) -> NDArray[np.int64]:
        """The numbers of tasks whose contact is not on their segment any more (domain B3.7)."""
        gone: list[NDArray[np.int64]] = [np.empty(0, np.int64)]
        for first_no, segment_no in runs:
            run = self.journal.load(f"tasks-{first_no}", TaskRun)
            segment = self.journal.load(segment_stream(segment_no), Segment)
            if run is not None and segment is not None:
                left = (run.contacts - segment.contacts).to_array()
                gone.append(first_no + np.searchsorted(run.contacts.to_array(), left))
        return np.concatenate(gone)
