"""How tasks change the rows: those that were made together in parts, single ones one by one (domain A13)."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray
from psycopg import Cursor, sql

from domain.task import Task, TaskChanged, TaskDeleted, TasksCreated
from domain.vocabulary import given
from eventstore.event import Event
from projections.arrays import Int4Array
from projections.criteria_sql import Parameters
from projections.read_model import InParts

VALUES = Task.__struct_fields__


class Tasks(InParts):
    """The tasks that were made together."""

    def __init__(self, event: Event) -> None:
        self._created: TasksCreated = event.data
        self._user_id = event.envelope.user_id
        self.size = len(self._created.contacts)

    def begin(self, cursor: Cursor[Any]) -> None:
        if self._created.segment_no is not None:
            cursor.execute(
                "INSERT INTO task_run (first_no, segment_no) VALUES (%s, %s) ON CONFLICT DO NOTHING",
                (self._created.first_no, self._created.segment_no),
            )

    def write(self, cursor: Cursor[Any], first: int, last: int) -> None:
        created = self._created
        parameters = Parameters()
        values = msgspec.structs.asdict(created.value)
        salesperson = parameters.add(values.pop("salesperson_code"))
        cursor.execute(
            sql.SQL(
                "INSERT INTO task (no, first_no, version, segment_no, contact_key, user_id,"
                " salesperson_code, {names})"
                " SELECT {first} + {done} + l.ordinal - 1, {first}, 1, {segment}, l.key, {user},"
                " coalesce({salesperson}, c.salesperson_code), {values}"
                " FROM unnest({keys}) WITH ORDINALITY AS l(key, ordinal) LEFT JOIN contact c ON c.key = l.key"
            ).format(
                names=sql.SQL(", ").join(map(sql.Identifier, values)),
                first=parameters.add(created.first_no),
                done=parameters.add(first),
                segment=parameters.add(created.segment_no),
                user=parameters.add(self._user_id),
                salesperson=salesperson,
                values=sql.SQL(", ").join(map(parameters.add, values.values())),
                keys=parameters.add(Int4Array(self._keys[first:last])),
            ),
            parameters.values,
        )

    def show(self, cursor: Cursor[Any], first: int, last: int) -> None:
        """Nothing says how many of them there are."""

    @cached_property
    def _keys(self) -> NDArray[np.int32]:
        return self._created.contacts.to_array().astype(np.int32)


def write(cursor: Cursor[Any], event: Event) -> None:
    """Take over what became of one task."""
    match event.data:
        case TaskChanged(no=no, changes=changes):
            values = given(changes) | {"version": event.originator_version + 1}
            cursor.execute(
                sql.SQL("UPDATE task SET {} WHERE no = %s").format(
                    sql.SQL(", ").join(sql.SQL("{} = %s").format(sql.Identifier(name)) for name in values)
                ),
                (*values.values(), no),
            )
        case TaskDeleted(no=no):
            cursor.execute("DELETE FROM task WHERE no = %s", (no,))
