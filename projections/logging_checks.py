"""Checking all lines of a segment before it is logged, in a few statements for all of them (domain B10)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import LiteralString

import numpy as np
from psycopg import Cursor, sql
from psycopg.rows import DictRow

from domain.contact_set import ContactSet
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
    with read_models.cursor() as cursor:
        position = read_models.position(cursor, "contacts")
        found = _checked(cursor, columns, blocks, own, deliver=deliver)
        return CheckedLines(
            position,
            found["failing"],
            tuple(FailingLine(*line) for line in found["first_failing"] or ()),
            _campaigns(cursor, columns, blocks, own),
            ContactSet(found["blanked"]),
            ContactSet(found["privacy_blocked"]),
        )


def _checked(
    cursor: Cursor[DictRow],
    columns: LineColumns,
    blocks: Sequence[LineBlock],
    own: Sequence[OwnLine],
    *,
    deliver: bool,
) -> DictRow:
    """How many lines fail, and the first of them; whose type becomes blank; whose contact is blocked."""
    parameters = Parameters()
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
        "{lines}, looked_at AS (SELECT line.line_no, line.ordinal, line.contact_no, line.contact_key,"
        " line.contact_privacy_blocked AS privacy_blocked,"
        " CASE {cases} END AS failed, ({no_email}) AS blanked"
        " FROM line LEFT JOIN contact_alternative_address a"
        " ON a.contact_key = line.contact_key AND a.code = line.contact_alternative_address_code),"
        # Kept, as all that follows is about these; a million lines without a fault are passed over once.
        " found AS MATERIALIZED (SELECT * FROM looked_at"
        " WHERE failed IS NOT NULL OR blanked OR privacy_blocked)"
        " SELECT (SELECT count(failed) FROM found) AS failing,"
        " (SELECT jsonb_agg(jsonb_build_array(line_no, failed, contact_no) ORDER BY ordinal) FROM"
        " (SELECT * FROM found WHERE failed IS NOT NULL ORDER BY ordinal LIMIT {shown}) AS first)"
        " AS first_failing,"
        " ARRAY(SELECT ordinal - 1 FROM found WHERE failed IS NULL AND blanked) AS blanked,"
        " ARRAY(SELECT contact_key FROM found WHERE privacy_blocked) AS privacy_blocked"
    ).format(
        lines=lines_relation(columns, blocks, own, parameters),
        cases=cases,
        no_email=sql.SQL(_NO_EMAIL),
        shown=SHOWN_PROBLEMS,
    )
    (found,) = cursor.execute(statement, parameters.values).fetchall()
    return found


def _campaigns(
    cursor: Cursor[DictRow], columns: LineColumns, blocks: Sequence[LineBlock], own: Sequence[OwnLine]
) -> tuple[tuple[str, date, str], ...]:
    """Each campaign with date and salesperson of its first line, in order of campaign and date (B10.2)."""
    parameters = Parameters()
    rows = cursor.execute(
        sql.SQL(
            "{} SELECT DISTINCT ON (campaign_no) campaign_no, date, salesperson_code FROM line"
            " WHERE campaign_no IS NOT NULL ORDER BY campaign_no, date, ordinal"
        ).format(lines_relation(_first_of_their_kind(columns, own), blocks, own, parameters)),
        parameters.values,
    )
    return tuple((row["campaign_no"], row["date"], row["salesperson_code"]) for row in rows)


def _first_of_their_kind(columns: LineColumns, own: Sequence[OwnLine]) -> LineColumns:
    """The first line of each block, and those changed by hand: all others share campaign and date."""
    is_own = np.isin(columns.line_no, [line.line_no for line in own])
    alike = np.flatnonzero(~is_own)
    firsts = alike[np.unique(columns.block[alike], return_index=True)[1]]
    return columns.take(np.sort(np.concatenate([np.flatnonzero(is_own), firsts])))
