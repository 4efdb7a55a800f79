"""Reading contacts: lists, what segment lines show of them, statistics, and who refers to a code."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, LiteralString

import msgspec
import numpy as np
from psycopg import Cursor, sql
from psycopg.rows import DictRow, tuple_row

from domain.contact import AlternativeAddress
from domain.criteria import TABLES
from domain.field_type import FieldType
from domain.segment.line_values import LineFacts
from projections.arrays import Int4Array
from projections.contacts.contact_rows import CHILDREN
from projections.listing import Field, Listing, Members
from projections.statistics import COUNTS


def _codes(table: LiteralString, code: LiteralString = "code") -> Members:
    return Members(f"{table} AS m ON m.contact_key = c.key", Field(f"m.{code}", FieldType.CODE))


CONTACTS = Listing(
    name="contact",
    source="contact c",
    fields={
        **{name: Field(f"c.{name}", kind) for name, kind in TABLES["contact"].items()},
        "version": Field("c.version", FieldType.INTEGER),
    },
    key="no",
    lists={
        "mailing_groups": _codes("contact_mailing_group"),
        "industry_groups": _codes("contact_industry_group"),
        "job_responsibilities": _codes("contact_job_responsibility"),
        "business_relations": _codes("contact_business_relation"),
        "profile_answers": _codes("contact_profile_answer", "questionnaire_code"),
        "alternative_addresses": _codes("contact_alternative_address"),
    },
    also=", c.key",
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


_STATISTICS: Mapping[str, LiteralString] = {
    "number_of_interactions": "count(*)",
    "cost": "sum(cost)",
    "duration_minutes": "sum(duration_minutes)::bigint",
}
_CONTACT_STATISTICS: Mapping[str, LiteralString] = {
    **_STATISTICS,
    "date_of_last_interaction": "max(date) FILTER (WHERE NOT attempt_failed)",
    "last_date_attempted": "max(date) FILTER (WHERE initiated_by = 'us')",
}
CAMPAIGN_STATISTICS: Mapping[str, LiteralString] = {
    "target_contacts_contacted": "count(*) FILTER (WHERE campaign_target)",
    "contacts_responded": "count(*) FILTER (WHERE campaign_response)",
    "response_rate": (
        "trim_scale(round(count(*) FILTER (WHERE campaign_response)"
        " / nullif(count(*) FILTER (WHERE campaign_target), 0)::numeric, 4))"
    ),
    "cost": "sum(cost)",
    "duration_minutes": "sum(duration_minutes)::bigint",
}
NOTHING: Mapping[str, object] = {
    "number_of_interactions": 0,
    "target_contacts_contacted": 0,
    "contacts_responded": 0,
    "cost": Decimal(0),
    "duration_minutes": 0,
}
"""The figures where nothing happened; the others are blank then."""


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
    known = statistics(cursor, {row["no"]: row["type"] for row in rows})
    for key, row in by_key.items():
        row["alternative_addresses"] = [msgspec.to_builtins(a) for a in addresses.get(key, ())]
        row["statistics"] = known[row["no"]]
    return list(by_key.values())


def statistics(cursor: Cursor[DictRow], types: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """The statistics of contacts, by number; a company's include its people's (domain A11, B16).

    `types` are their types by number: one query for all companies, one for all persons.
    """
    found: dict[str, dict[str, Any]] = {}
    for kind, column in (("company", "contact_company_no"), ("person", "contact_no")):
        numbers = [no for no, of in types.items() if of == kind]
        rows = _grouped(cursor, _CONTACT_STATISTICS, column, numbers)
        tasks = _next_tasks(cursor, kind, numbers)
        for no in numbers:
            found[no] = rows[no] | {"next_task_date": tasks.get(no)}
    return found


def any_contact(cursor: Cursor[DictRow]) -> bool:
    """Whether there is a contact at all."""
    return cursor.execute("SELECT FROM contact LIMIT 1").fetchone() is not None


def nameless(cursor: Cursor[DictRow], numbers: Collection[str]) -> set[str]:
    """Those of these contacts that have no name: they were erased, since everybody else must have one."""
    cursor.execute("SELECT no FROM contact WHERE no = ANY(%s) AND name IS NULL", (list(numbers),))
    return {row["no"] for row in cursor}


def interactions_of(cursor: Cursor[DictRow], column: str, codes: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Number, cost and duration of the interactions with each template, group and so on (domain B16)."""
    return _grouped(cursor, _STATISTICS, column, codes)


def campaign_statistics(cursor: Cursor[DictRow], numbers: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Contacts contacted and responding, cost and duration of each campaign (domain A12, B16)."""
    return _grouped(cursor, CAMPAIGN_STATISTICS, "campaign_no", numbers)


def _grouped(
    cursor: Cursor[DictRow], columns: Mapping[str, LiteralString], column: str, codes: Sequence[str]
) -> dict[str, dict[str, Any]]:
    """Statistics by code, with one query; also of codes that nothing happened with."""
    figures = sql.SQL(", ").join(
        sql.SQL("{} AS {}").format(sql.SQL(expression), sql.Identifier(name))
        for name, expression in columns.items()
    )
    rows = cursor.execute(
        sql.SQL(
            "SELECT {column} AS code, {figures} FROM interaction_log_entry"
            " WHERE {column} = ANY(%s) AND {counts} GROUP BY {column}"
        ).format(column=sql.Identifier(column), figures=figures, counts=sql.SQL(COUNTS)),
        (list(codes),),
    )
    found = {row.pop("code"): row for row in rows.fetchall()}
    nothing = {name: NOTHING.get(name) for name in columns}
    return {code: found.get(code, dict(nothing)) for code in codes}


def _next_tasks(cursor: Cursor[DictRow], kind: str, numbers: Sequence[str]) -> dict[str, date]:
    """The date of the next open task, by contact; a company's people count for it (domain A11)."""
    column = sql.Identifier("k" if kind == "company" else "c", "no")
    rows = cursor.execute(
        sql.SQL(
            "SELECT {column} AS no, min(t.date) AS date FROM task t JOIN contact c ON c.key = t.contact_key"
            " LEFT JOIN contact k ON k.key = c.company_key"
            " WHERE NOT t.closed AND {column} = ANY(%s) GROUP BY {column}"
        ).format(column=column),
        (list(numbers),),
    )
    return {row["no"]: row["date"] for row in rows}


def contact_of_account(cursor: Cursor[DictRow], link_to_table: str, no: str) -> str | None:
    """The number of the contact that is this customer or vendor, by its business relation (domain B15)."""
    row = cursor.execute(
        "SELECT c.no FROM contact_business_relation r JOIN contact c ON c.key = r.contact_key"
        " WHERE lower(r.link_to_table) = %s AND r.no = %s ORDER BY c.key LIMIT 1",
        (link_to_table, no),
    ).fetchone()
    return None if row is None else str(row["no"])


_ADDRESSES: LiteralString = (
    "CASE WHEN has_alternative_address THEN (SELECT jsonb_agg(to_jsonb(a)"
    " || jsonb_build_object('date_ranges',"
    " (SELECT coalesce(jsonb_agg(to_jsonb(r) ORDER BY r.starting_date), '[]')"
    " FROM contact_alternative_address_range r WHERE r.contact_key = a.contact_key AND r.code = a.code))"
    " ORDER BY a.code)::text FROM contact_alternative_address a WHERE a.contact_key = contact.key) END"
)
_LINE_FACTS = "SELECT key, {}, {} FROM contact WHERE key = ANY(%s)".format(
    _ADDRESSES, ", ".join(name for name in LineFacts.__struct_fields__ if name != "alternative_addresses")
).encode()
_ADDRESSES_OF = (
    f"SELECT key, {_ADDRESSES} FROM contact WHERE key = ANY(%s) AND has_alternative_address".encode()
)
_decode_addresses = msgspec.json.Decoder(tuple[AlternativeAddress, ...]).decode


def line_facts(cursor: Cursor[DictRow], keys: Sequence[int]) -> Mapping[int, LineFacts]:
    """What lines show of these contacts, by key; one statement."""
    if not keys:
        return {}
    with cursor.connection.cursor(binary=True, row_factory=tuple_row) as rows:
        rows.execute(_LINE_FACTS, (Int4Array(np.array(keys)),))
        return {key: _facts(addresses, *values) for key, addresses, *values in rows}


def _facts(addresses: str | None, *values: Any) -> LineFacts:
    facts = LineFacts(*values)
    if addresses is None:
        return facts
    return msgspec.structs.replace(facts, alternative_addresses=_decode_addresses(addresses))


def alternative_addresses(
    cursor: Cursor[DictRow], keys: Sequence[int]
) -> dict[int, tuple[AlternativeAddress, ...]]:
    """The alternative addresses of contacts that have any, by key."""
    with cursor.connection.cursor(row_factory=tuple_row) as rows:
        rows.execute(_ADDRESSES_OF, (list(keys),))
        return {key: _decode_addresses(addresses) for key, addresses in rows}
