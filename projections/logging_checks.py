"""Checking all lines of a segment before it is logged, in a few statements for all of them (domain B10)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import LiteralString

import numpy as np
from psycopg import Cursor, sql
from psycopg.rows import DictRow

from domain.contact_set import EMPTY, ContactSet
from domain.errors import SHOWN_PROBLEMS
from domain.segment.lines import LineBlock, LineColumns, OwnLine
from domain.segment.logging import CHECKS, CheckedLines, FailingLine
from projections.criteria_sql import Parameters
from projections.line_sql import lines_relation
from projections.read_models import ReadModels

_NO_EMAIL: LiteralString = (
    "line.correspondence_type = 'email' AND line.contact_email IS NULL AND a.email IS NULL"
)
_CONDITIONS: Mapping[str, LiteralString] = {
    "date": "line.date IS NULL",
    "contact": "line.contact_no IS NULL",
    "salesperson": "line.salesperson_code IS NULL",
    "unknown_salesperson": "NOT (line.salesperson_code = ANY({salespeople}))",
    "template": "line.interaction_template_code IS NULL",
    "unknown_template": "NOT (line.interaction_template_code = ANY({templates}))",
    "unknown_campaign": "line.campaign_no IS NOT NULL AND NOT (line.campaign_no = ANY({campaigns}))",
    # Only a line without alternative address fails; with one, the type becomes blank (B10.3).
    "email": f"{{deliver}} AND {_NO_EMAIL} AND line.contact_alternative_address_code IS NULL",
    "document": f"{{deliver}} AND line.correspondence_type IS NOT NULL AND NOT ({_NO_EMAIL})"
    " AND line.document IS NULL",
}
"""When a line fails each check; the order is that of the domain's CHECKS."""


def check_lines(
    read_models: ReadModels,
    columns: LineColumns,
    blocks: Sequence[LineBlock],
    own: Sequence[OwnLine],
    *,
    deliver: bool,
) -> CheckedLines:
    """Hold every line against the checks of domain B10.3, and find what logging has to decide.

    `deliver` says whether letters and mails are to be sent.
    """
    parameters = Parameters()
    lines = lines_relation(columns, blocks, own, parameters)
    with read_models.cursor() as cursor:
        position = read_models.position(cursor, "contacts")
        checked = _checked(cursor, lines, parameters, deliver=deliver)
        return CheckedLines(
            position,
            _count(checked),
            _failing(checked),
            _campaigns(cursor, lines, parameters),
            _blanked(checked),
            ContactSet(row["contact_key"] for row in checked if row["privacy_blocked"]),
        )


def _checked(
    cursor: Cursor[DictRow], lines: sql.Composed, parameters: Parameters, *, deliver: bool
) -> list[DictRow]:
    """The lines that fail, whose type becomes blank, or whose contact is blocked, in line order."""
    values: dict[str, sql.Composable] = {
        "deliver": parameters.add(deliver),
        "salespeople": sql.SQL("ARRAY(SELECT code FROM salesperson)"),
        "templates": sql.SQL("ARRAY(SELECT code FROM interaction_template)"),
        "campaigns": sql.SQL("ARRAY(SELECT no FROM campaign)"),
    }
    cases = sql.SQL(" ").join(
        sql.SQL("WHEN {} THEN {}").format(sql.SQL(_CONDITIONS[name]).format(**values), name)
        for name, _, _ in CHECKS
    )
    statement = sql.SQL(
        "{lines}, checked AS (SELECT line.line_no, line.ordinal, line.contact_no, line.contact_key,"
        " line.contact_privacy_blocked AS privacy_blocked,"
        " CASE {cases} END AS failed, ({no_email}) AS blanked"
        " FROM line LEFT JOIN contact_alternative_address a"
        " ON a.contact_key = line.contact_key AND a.code = line.contact_alternative_address_code)"
        " SELECT line_no, ordinal, contact_no, contact_key, privacy_blocked, failed, blanked,"
        " count(failed) OVER () AS failing"
        " FROM checked WHERE failed IS NOT NULL OR blanked OR privacy_blocked ORDER BY ordinal"
    ).format(lines=lines, cases=cases, no_email=sql.SQL(_NO_EMAIL))
    return cursor.execute(statement, parameters.values).fetchall()


def _count(checked: Sequence[DictRow]) -> int:
    return int(checked[0]["failing"]) if checked else 0


def _failing(checked: Sequence[DictRow]) -> tuple[FailingLine, ...]:
    failing = [row for row in checked if row["failed"] is not None][:SHOWN_PROBLEMS]
    return tuple(FailingLine(row["line_no"], row["failed"], row["contact_no"]) for row in failing)


def _blanked(checked: Sequence[DictRow]) -> ContactSet:
    places = [row["ordinal"] - 1 for row in checked if row["failed"] is None and row["blanked"]]
    return ContactSet.from_array(np.array(places)) if places else EMPTY


def _campaigns(
    cursor: Cursor[DictRow], lines: sql.Composed, parameters: Parameters
) -> tuple[tuple[str, date, str], ...]:
    """Each campaign with date and salesperson of its first line, in order of campaign and date (B10.2)."""
    rows = cursor.execute(
        sql.SQL(
            # Grouped first: there are few groups, while to sort a million lines takes longer than all else.
            "{} SELECT DISTINCT ON (campaign_no) campaign_no, date, salesperson_code FROM ("
            "SELECT campaign_no, date, salesperson_code, min(ordinal) AS first FROM line"
            " WHERE campaign_no IS NOT NULL GROUP BY campaign_no, date, salesperson_code) AS found"
            " ORDER BY campaign_no, date, first"
        ).format(lines),
        parameters.values,
    )
    return tuple((row["campaign_no"], row["date"], row["salesperson_code"]) for row in rows)
