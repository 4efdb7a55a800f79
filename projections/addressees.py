"""Who the lines of a segment are written to: their values, their company's, and what the line says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import msgspec
from msgspec.structs import replace as replaced
from psycopg import Cursor, sql
from psycopg.rows import DictRow

from domain.contact import Contact
from domain.segment.lines import LineColumns
from domain.segment.state import Segment
from projections.contact_queries import alternative_addresses
from projections.criteria_sql import Parameters
from projections.line_sql import lines_relation

CONTACT_VALUES = (
    *("type", "name", "name_2", "company_no", "company_key", "company_name", "salesperson_code"),
    *("address", "address_2", "post_code", "city", "county", "country_code", "privacy_blocked"),
    *("phone_no", "mobile_phone_no", "email", "correspondence_type"),
)
"""What is read of a contact here; its other values stay blank."""

LINE_VALUES = (
    *("line_no", "contact_key", "contact_no", "description", "interaction_template_code"),
    *("correspondence_type", "language_code", "date", "cost", "duration_minutes", "salesperson_code"),
    *("campaign_no", "campaign_target", "campaign_response", "contact_alternative_address_code"),
)


class Addressee(msgspec.Struct, frozen=True):
    """A line of a segment with its contact, and the contact's company if it is a person in one."""

    line_no: int
    contact_key: int
    contact_no: str | None
    description: str | None
    interaction_template_code: str | None
    correspondence_type: str | None
    language_code: str | None
    date: date | None
    cost: Any
    duration_minutes: int
    salesperson_code: str | None
    campaign_no: str | None
    campaign_target: bool
    campaign_response: bool
    contact_alternative_address_code: str | None
    contact: Contact
    company: Contact | None


def addressees(cursor: Cursor[DictRow], segment: Segment, columns: LineColumns) -> list[Addressee]:
    """These lines of a segment, in the order of `columns`."""
    numbers = set(columns.line_no.tolist())
    own = [line for line in segment.own_lines() if line.line_no in numbers]
    parameters = Parameters()
    statement = sql.SQL("{} SELECT {} FROM line ORDER BY ordinal").format(
        lines_relation(columns, segment.blocks, own, parameters),
        sql.SQL(", ").join(map(sql.Identifier, LINE_VALUES)),
    )
    lines = cursor.execute(statement, parameters.values).fetchall()
    contacts = _contacts(cursor, {line["contact_key"] for line in lines})
    companies = {contact.company_key for contact in contacts.values() if contact.company_key is not None}
    contacts |= _contacts(cursor, companies - contacts.keys())
    return [Addressee(**line, **_who(line["contact_key"], contacts)) for line in lines]


def _who(key: int, contacts: Mapping[int, Contact]) -> dict[str, Any]:
    contact = contacts.get(key, Contact())
    in_company = contact.type == "person" and contact.company_key is not None
    return {"contact": contact, "company": contacts.get(contact.company_key or 0) if in_company else None}


def _contacts(cursor: Cursor[DictRow], keys: set[int]) -> dict[int, Contact]:
    if not keys:
        return {}
    rows: Sequence[DictRow] = cursor.execute(
        sql.SQL("SELECT key, {} FROM contact WHERE key = ANY(%s)").format(
            sql.SQL(", ").join(map(sql.Identifier, CONTACT_VALUES))
        ),
        (list(keys),),
    ).fetchall()
    elsewhere = alternative_addresses(cursor, list(keys))
    found = {row["key"]: Contact(**{name: row[name] for name in CONTACT_VALUES}) for row in rows}
    return found | {
        key: replaced(found[key], alternative_addresses=addresses) for key, addresses in elsewhere.items()
    }
