"""What became of the entries of a logged segment by now: for follow-up segments (domain B10.7)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from psycopg import Cursor, sql
from psycopg.rows import DictRow

from domain.contact_set import ContactSet
from domain.segment.events import SegmentLogged
from projections.criteria_sql import Parameters


def entries_like(cursor: Cursor[DictRow], logged: SegmentLogged, wanted: Mapping[str, Any]) -> ContactSet:
    """The entries that logging made, counted from 0, that have these values; None asks for nothing.

    What was logged again later has other numbers, and is left out.
    """
    first = logged.first_interaction_no
    parameters = Parameters()
    conditions = [
        sql.SQL("e.entry_no BETWEEN {} AND {}").format(
            parameters.add(first), parameters.add(first + logged.number_of_interactions - 1)
        )
    ]
    conditions += [
        sql.SQL("e.{} = {}").format(sql.Identifier(name), parameters.add(value))
        for name, value in wanted.items()
        if value is not None
    ]
    row = cursor.execute(
        sql.SQL(
            "SELECT coalesce(array_agg(e.entry_no), '{{}}') AS numbers FROM interaction_log_entry e WHERE {}"
        ).format(sql.SQL(" AND ").join(conditions)),
        parameters.values,
    ).fetchone()
    assert row is not None
    return ContactSet.from_array(np.asarray(row["numbers"]) - first)


def standing_campaign_entries(cursor: Cursor[DictRow], logged: SegmentLogged) -> set[int]:
    """The campaign entries that logging a segment made and that were not deleted."""
    made = [entry.entry_no for entry in logged.campaign_entries]
    rows = cursor.execute("SELECT entry_no FROM campaign_entry WHERE entry_no = ANY(%s)", (made,))
    return {row["entry_no"] for row in rows}
