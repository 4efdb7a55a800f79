"""Reading contacts: lists, what segment lines show of them, statistics, and who refers to a code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, LiteralString

import msgspec
from psycopg import Cursor, sql
from psycopg.rows import DictRow

from domain.contact import AlternativeAddress, DateRange
from domain.criteria import TABLES
from domain.field_type import FieldType
from domain.segment.line_values import LineFacts
from projections.contacts.contact_rows import ADDRESS_COLUMNS, CHILDREN
from projections.listing import Field, Listing

CONTACTS = Listing(
    name="contact",
    source="contact c",
    fields={
        **{name: Field(f"c.{name}", kind) for name, kind in TABLES["contact"].items()},
        "key": Field("c.key", FieldType.INTEGER),
        "version": Field("c.version", FieldType.INTEGER),
    },
    key="no",
)

VALUE_ENTRIES = Listing(
    name="value_entry",
    source="value_entry v",
    fields={
        "entry_no": Field("v.entry_no", FieldType.INTEGER),
        **{name: Field(f"v.{name}", kind) for name, kind in TABLES["value_entry"].items()},
    },
    key="entry_no",
)

_MEMBERS = {"mailing_groups", "industry_groups", "job_responsibilities"}
"""The lists of a contact that are lists of codes."""


class ContactStatistics(msgspec.Struct, frozen=True):
    """What happened with a contact, not counting what was canceled or postponed (domain B16)."""

    number_of_interactions: int = 0
    cost: str = "0"
    duration_minutes: int = 0
    date_of_last_interaction: str | None = None
    last_date_attempted: str | None = None


_STATISTICS: LiteralString = (
    "count(*) FILTER (WHERE NOT canceled) AS number_of_interactions,"
    " coalesce(sum(cost) FILTER (WHERE NOT canceled), 0) AS cost,"
    " coalesce(sum(duration_minutes) FILTER (WHERE NOT canceled), 0)::bigint AS duration_minutes"
)


def with_children(cursor: Cursor[DictRow], rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Listed contacts with their lists of groups, relations, answers, addresses and their statistics."""
    by_key = {row["key"]: dict(row) for row in rows}
    keys = list(by_key)
    for name, (table, columns) in CHILDREN.items():
        for row in by_key.values():
            row[name] = []
        cursor.execute(
            sql.SQL("SELECT contact_key, {} FROM {} WHERE contact_key = ANY(%s) ORDER BY {}").format(
                *[
                    sql.SQL(", ").join(map(sql.Identifier, columns)),
                    sql.Identifier(table),
                    sql.SQL(", ").join(map(sql.Identifier, columns)),
                ]
            ),
            (keys,),
        )
        for found in cursor:
            key = found.pop("contact_key")
            by_key[key][name].append(found["code"] if name in _MEMBERS else found)
    addresses = alternative_addresses(cursor, keys)
    for key, row in by_key.items():
        row["alternative_addresses"] = [msgspec.to_builtins(a) for a in addresses.get(key, ())]
        row["statistics"] = statistics(cursor, row["no"], row["type"])
    return list(by_key.values())


def statistics(cursor: Cursor[DictRow], no: str, contact_type: str) -> dict[str, Any]:
    """The statistics of a contact; a company's include those of its people (domain A11, B16)."""
    column = sql.Identifier("contact_company_no" if contact_type == "company" else "contact_no")
    row = cursor.execute(
        sql.SQL(
            "SELECT {}, max(date) FILTER (WHERE NOT attempt_failed) AS date_of_last_interaction,"
            " max(date) FILTER (WHERE initiated_by = 'us') AS last_date_attempted"
            " FROM interaction_log_entry WHERE {} = %s AND NOT postponed"
        ).format(sql.SQL(_STATISTICS), column),
        (no,),
    ).fetchone()
    assert row is not None
    return row


def interactions_of(cursor: Cursor[DictRow], column: str, code: str) -> dict[str, Any]:
    """Number, cost and duration of the interactions with this template, group and so on (domain B16)."""
    row = cursor.execute(
        sql.SQL("SELECT {} FROM interaction_log_entry WHERE {} = %s AND NOT postponed").format(
            sql.SQL(_STATISTICS), sql.Identifier(column)
        ),
        (code,),
    ).fetchone()
    assert row is not None
    return row


def campaign_statistics(cursor: Cursor[DictRow], no: str) -> dict[str, Any]:
    """Contacts contacted and responding, cost and duration of a campaign (domain A12, B16)."""
    row = cursor.execute(
        "SELECT count(*) FILTER (WHERE campaign_target) AS target_contacts_contacted,"
        " count(*) FILTER (WHERE campaign_response) AS contacts_responded,"
        " coalesce(sum(cost), 0) AS cost, coalesce(sum(duration_minutes), 0)::bigint AS duration_minutes"
        " FROM interaction_log_entry WHERE campaign_no = %s AND NOT canceled AND NOT postponed",
        (no,),
    ).fetchone()
    assert row is not None
    return row


def line_facts(cursor: Cursor[DictRow], keys: Sequence[int]) -> Mapping[int, LineFacts]:
    """What lines show of these contacts, by key."""
    if not keys:
        return {}
    rows = cursor.execute(
        "SELECT key, no, type, name, company_no, company_name, email, salesperson_code, language_code,"
        " correspondence_type, has_alternative_address FROM contact WHERE key = ANY(%s)",
        (list(keys),),
    ).fetchall()
    addresses = alternative_addresses(cursor, [row["key"] for row in rows if row["has_alternative_address"]])
    return {
        row["key"]: LineFacts(
            no=row["no"],
            type=row["type"],
            name=row["name"],
            company_no=row["company_no"],
            company_name=row["company_name"],
            email=row["email"],
            salesperson_code=row["salesperson_code"],
            language_code=row["language_code"],
            correspondence_type=row["correspondence_type"],
            alternative_addresses=addresses.get(row["key"], ()),
        )
        for row in rows
    }


def alternative_addresses(
    cursor: Cursor[DictRow], keys: Sequence[int]
) -> dict[int, tuple[AlternativeAddress, ...]]:
    """The alternative addresses of contacts, by key."""
    if not keys:
        return {}
    ranges: dict[tuple[int, str], list[DateRange]] = {}
    cursor.execute(
        "SELECT contact_key, code, starting_date, ending_date FROM contact_alternative_address_range"
        " WHERE contact_key = ANY(%s) ORDER BY starting_date",
        (list(keys),),
    )
    for row in cursor:
        period = DateRange(row["starting_date"], row["ending_date"])
        ranges.setdefault((row["contact_key"], row["code"]), []).append(period)
    found: dict[int, list[AlternativeAddress]] = {}
    cursor.execute(
        sql.SQL(
            "SELECT contact_key, {} FROM contact_alternative_address"
            " WHERE contact_key = ANY(%s) ORDER BY code"
        ).format(sql.SQL(", ").join(map(sql.Identifier, ADDRESS_COLUMNS))),
        (list(keys),),
    )
    for row in cursor:
        key = row.pop("contact_key")
        periods = tuple(ranges.get((key, row["code"]), ()))
        found.setdefault(key, []).append(AlternativeAddress(**row, date_ranges=periods))
    return {key: tuple(members) for key, members in found.items()}
