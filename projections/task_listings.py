"""What can be listed of tasks (domain A13), and which of them lost their segment (domain B3.7)."""

from __future__ import annotations

from typing import get_args

import numpy as np
from numpy.typing import NDArray
from psycopg import Cursor, sql
from psycopg.rows import DictRow

from domain.field_type import Enumeration, FieldType
from domain.vocabulary import TaskPriority, TaskStatus, TaskType
from projections.arrays import Int8Array
from projections.criteria_sql import Parameters
from projections.listing import Field, Listing, fields

TASKS = Listing(
    name="task",
    source=(
        "task t LEFT JOIN contact c ON c.key = t.contact_key LEFT JOIN contact k ON k.key = c.company_key"
        " LEFT JOIN segment o ON o.no = t.segment_no"
        " LEFT JOIN gone g ON g.no = t.no"
    ),
    fields={
        **fields("no version unit_duration_minutes", FieldType.INTEGER, "t."),
        **fields("description subject user_id", FieldType.TEXT, "t."),
        **fields("date date_closed", FieldType.DATE, "t."),
        **fields("closed", FieldType.BOOLEAN, "t."),
        **fields("unit_cost", FieldType.DECIMAL, "t."),
        **fields("salesperson_code campaign_no interaction_template_code", FieldType.CODE, "t."),
        "type": Field("t.type", Enumeration(get_args(TaskType))),
        "status": Field("t.status", Enumeration(get_args(TaskStatus))),
        "priority": Field("t.priority", Enumeration(get_args(TaskPriority))),
        "segment_no": Field(
            "CASE WHEN o.no IS NOT NULL AND g.no IS NULL THEN t.segment_no END", FieldType.CODE
        ),
        "contact_no": Field("c.no", FieldType.CODE),
        "contact_name": Field("c.name", FieldType.TEXT),
        "contact_company_no": Field("c.company_no", FieldType.CODE),
        "contact_company_name": Field("k.name", FieldType.TEXT),
    },
    key="no",
)


def gone_relation(gone: NDArray[np.int64], parameters: Parameters) -> sql.Composed:
    """The `WITH` clause that TASKS needs: the numbers of tasks whose contact left the segment.

    Not their contacts: a closed task of a deleted person is its company's by now (domain B19).
    """
    return sql.SQL("WITH gone AS MATERIALIZED (SELECT no FROM unnest({}) AS g(no))").format(
        parameters.add(Int8Array(gone))
    )


def runs_for_open_segments(cursor: Cursor[DictRow]) -> list[tuple[int, str]]:
    """The tasks that were made together for segments that are still open: first number and segment."""
    rows = cursor.execute(
        "SELECT r.first_no, r.segment_no FROM task_run r JOIN segment o ON o.no = r.segment_no ORDER BY 1"
    )
    return [(row["first_no"], row["segment_no"]) for row in rows]


def has_open_tasks(cursor: Cursor[DictRow], keys: list[int]) -> str | None:
    """The number of one of these contacts that has a task to be done, if there is one (domain B19)."""
    row = cursor.execute(
        "SELECT c.no FROM task t JOIN contact c ON c.key = t.contact_key"
        " WHERE t.contact_key = ANY(%s) AND NOT t.closed ORDER BY t.no LIMIT 1",
        (keys,),
    ).fetchone()
    return None if row is None else str(row["no"])


def has_interactions_or_tasks(cursor: Cursor[DictRow], no: str, key: int) -> bool:
    """Whether anything was recorded or planned with a contact (domain B19)."""
    row = cursor.execute(
        "SELECT EXISTS (SELECT FROM interaction_log_entry WHERE contact_no = %(no)s)"
        " OR EXISTS (SELECT FROM interaction_log_entry WHERE contact_company_no = %(no)s)"
        " OR EXISTS (SELECT FROM task WHERE contact_key = %(key)s) AS found",
        {"no": no, "key": key},
    ).fetchone()
    assert row is not None
    return bool(row["found"])
