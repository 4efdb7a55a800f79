"""The lines of a segment as a relation in SQL, for everything that concerns many of them at once.

The same rules as `domain.segment.line_values`, in SQL; a property test holds the two against each other.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from psycopg import sql
from psycopg.types.json import Jsonb

from domain.segment.lines import LineBlock, LineColumns, OwnLine
from domain.vocabulary import given
from projections.arrays import Int4Array, Int8Array
from projections.criteria_sql import Parameters

VALUES: dict[str, str] = {
    "description": "text",
    "campaign_no": "text",
    "interaction_template_code": "text",
    "interaction_group_code": "text",
    "language_code": "text",
    "subject": "text",
    "cost": "numeric",
    "duration_minutes": "integer",
    "date": "date",
    "information_flow": "text",
    "initiated_by": "text",
    "campaign_target": "boolean",
    "campaign_response": "boolean",
    "send_word_documents_as_attachment": "boolean",
}
"""What a line takes from its block unless it has it of its own."""

OWN_VALUES: dict[str, str] = {
    "time_of_interaction": "time",
    "evaluation": "text",
    "attempt_failed": "boolean",
    "contact_via": "text",
    "remarks": "text",
}
"""What a line only has of its own."""

# The salesperson and the correspondence type come from the contact where the line does not say (B3.1, B3.4).
_SALESPERSON = "coalesce(s.salesperson_code, c.salesperson_code)"
_CORRESPONDENCE = "CASE WHEN {fixed} THEN {value} ELSE coalesce(c.correspondence_type, {value}) END"
# The address in force on the date of the line: the latest start wins (A11).
_ADDRESS = (
    "CASE WHEN c.has_alternative_address THEN (SELECT r.code FROM contact_alternative_address_range r"
    " WHERE r.contact_key = c.key AND r.starting_date <= {date}"
    " AND (r.ending_date IS NULL OR r.ending_date >= {date}) ORDER BY r.starting_date DESC LIMIT 1) END"
)
_TEXT = ' COLLATE "C"'


def lines_relation(
    columns: LineColumns, blocks: Sequence[LineBlock], own: Sequence[OwnLine], parameters: Parameters
) -> sql.Composed:
    """`WITH` clauses that end in `line`: one row per line, with its number, contact, and effective values.

    `ordinal` counts the lines from 1 in the order of `columns`. A contact that is gone leaves blanks.
    """
    starts = [
        {"block": index} | {name: getattr(block.start, name) for name in block.start.__struct_fields__}
        for index, block in enumerate(blocks)
    ]
    owned = [{"line_no": line.line_no, "changes": given(line.changes)} for line in own]
    return sql.SQL(
        "WITH start AS MATERIALIZED (SELECT * FROM jsonb_to_recordset({starts}) AS s(block integer,"
        " salesperson_code text, correspondence_type text, correspondence_type_fixed boolean, {fields})),"
        " own AS MATERIALIZED ("
        "SELECT * FROM jsonb_to_recordset({own}) AS o(line_no bigint, changes jsonb)),"
        " line AS (SELECT l.line_no, l.ordinal, l.contact_key, {values}"
        " FROM unnest({numbers}, {keys}, {blocks}) WITH ORDINALITY"
        " AS l(line_no, contact_key, block, ordinal)"
        " JOIN start s ON s.block = l.block LEFT JOIN contact c ON c.key = l.contact_key{own_join})"
    ).format(
        starts=parameters.add(_json(starts)),
        own=parameters.add(_json(owned)),
        fields=sql.SQL(", ".join(f"{name} {kind}" for name, kind in VALUES.items())),
        values=sql.SQL(", ".join(_values(has_own=bool(own)))),
        numbers=parameters.add(Int8Array(columns.line_no)),
        keys=parameters.add(Int4Array(columns.contact_key)),
        blocks=parameters.add(Int4Array(columns.block)),
        own_join=sql.SQL(" LEFT JOIN own o ON o.line_no = l.line_no" if own else ""),
    )


def _values(*, has_own: bool) -> list[str]:
    """The columns of `line`; without a line of its own values, nothing looks for them."""

    def own_or(name: str, kind: str, otherwise: str) -> str:
        if not has_own:
            return otherwise
        return f"CASE WHEN o.changes ? '{name}' THEN (o.changes ->> '{name}')::{kind} ELSE {otherwise} END"

    fixed = own_or("correspondence_type_fixed", "boolean", "s.correspondence_type_fixed")
    correspondence = own_or("correspondence_type", "text", "s.correspondence_type")
    date = own_or("date", "date", "s.date")
    named = {
        "contact_no": ("text", "c.no"),
        "contact_type": ("text", "c.type"),
        "contact_name": ("text", "CASE WHEN c.type = 'person' THEN c.name END"),
        "contact_company_no": ("text", "c.company_no"),
        "contact_company_name": ("text", "CASE WHEN c.company_key IS NOT NULL THEN c.company_name END"),
        "contact_email": ("text", "c.email"),
        "contact_any_name": ("text", "c.name"),
        "salesperson_code": ("text", own_or("salesperson_code", "text", _SALESPERSON)),
        "correspondence_type": ("text", _CORRESPONDENCE.format(fixed=fixed, value=correspondence)),
        "contact_alternative_address_code": (
            "text",
            own_or("contact_alternative_address_code", "text", _ADDRESS.format(date=date)),
        ),
    }
    for name, kind in VALUES.items():
        named[name] = (kind, own_or(name, kind, f"s.{name}"))
    for name, kind in OWN_VALUES.items():
        named[name] = (kind, own_or(name, kind, "false" if kind == "boolean" else f"NULL::{kind}"))
    return [
        f"({expression}){_TEXT if kind == 'text' else ''} AS {name}"
        for name, (kind, expression) in named.items()
    ]


def _json(value: object) -> Jsonb:
    return Jsonb(value, dumps=msgspec.json.encode)
