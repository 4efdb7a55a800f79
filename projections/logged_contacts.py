"""Who was logged, by what has become of their entries since: for follow-up segments (domain B10.7)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from psycopg import Cursor, sql
from psycopg.rows import DictRow

from domain.contact_set import ContactSet
from domain.segment.selection import LoggedContacts
from projections.criteria_sql import Parameters


def entries_like(
    cursor: Cursor[DictRow], logged_segment: int, wanted: Mapping[str, Any]
) -> tuple[LoggedContacts, ...]:
    """The contacts of a logged segment whose entries have these values, by campaign, with multiplicity.

    A value of None asks for nothing. Contacts that are gone are left out.
    """
    parameters = Parameters()
    conditions = [sql.SQL("e.logged_segment_entry_no = {}").format(parameters.add(logged_segment))]
    conditions += [
        sql.SQL("e.{} = {}").format(sql.Identifier(name), parameters.add(value))
        for name, value in wanted.items()
        if value is not None
    ]
    rows = cursor.execute(
        sql.SQL(
            "SELECT campaign_no, array_agg(key) AS keys FROM ("
            " SELECT e.campaign_no, c.key,"
            " row_number() OVER (PARTITION BY e.campaign_no, c.key ORDER BY e.entry_no) AS time"
            " FROM interaction_log_entry e JOIN contact c ON c.no = e.contact_no WHERE {}) AS entry"
            " GROUP BY campaign_no, time ORDER BY time, campaign_no NULLS FIRST"
        ).format(sql.SQL(" AND ").join(conditions)),
        parameters.values,
    )
    return tuple(LoggedContacts(row["campaign_no"], ContactSet.from_array(row["keys"])) for row in rows)
