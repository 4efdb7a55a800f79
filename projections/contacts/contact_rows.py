"""How events of contacts change the rows of contacts, a page of events at a time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain
from operator import attrgetter
from typing import Any, LiteralString

import msgspec
from msgspec.structs import replace as replaced
from psycopg import Cursor, sql
from psycopg.types.json import Jsonb

from domain.contact import (
    OF_THE_ERASED,
    Contact,
    ContactChanged,
    ContactDeleted,
    ContactErased,
    ContactRegistered,
    erased,
)
from domain.vocabulary import given
from eventstore.event import Event

CHILDREN: dict[str, tuple[LiteralString, tuple[str, ...]]] = {
    "mailing_groups": ("contact_mailing_group", ("code",)),
    "industry_groups": ("contact_industry_group", ("code",)),
    "job_responsibilities": ("contact_job_responsibility", ("code",)),
    "business_relations": ("contact_business_relation", ("code", "link_to_table", "no")),
    "profile_answers": ("contact_profile_answer", ("questionnaire_code", "line_no")),
}
"""The lists of a contact that have a table of their own, with its columns."""

ADDRESS_COLUMNS = (
    *("code", "company_name", "address", "address_2", "post_code", "city", "county", "country_code"),
    *("phone_no", "mobile_phone_no", "fax_no", "email", "home_page"),
)
VALUE_COLUMNS = tuple(
    name for name in Contact.__struct_fields__ if name not in CHILDREN and name != "alternative_addresses"
)
COLUMNS = ("key", "no", "version", *VALUE_COLUMNS, "has_alternative_address")
_VALUES = attrgetter(*VALUE_COLUMNS)
_COMPANY_NAME = COLUMNS.index("company_name")

TYPES = {
    **dict.fromkeys(("key", "contact_key", "company_key", "line_no"), "int4"),
    **dict.fromkeys(("exclude_from_segment", "privacy_blocked", "has_alternative_address"), "bool"),
    **dict.fromkeys(("starting_date", "ending_date"), "date"),
    "version": "int8",
}
"""The columns that are not text."""


class _Row(msgspec.Struct, gc=False):
    """A contact that was registered in this page, as the page leaves it."""

    key: int
    no: str
    version: int
    value: Contact


def write(cursor: Cursor[Any], events: Sequence[Event]) -> None:
    """Insert the contacts that were registered, update those that changed."""
    new: dict[int, _Row] = {}
    changes: dict[int, dict[str, Any]] = {}
    versions: dict[int, int] = {}
    for event in events:
        match event.data:
            case ContactRegistered(no=no, key=key, value=value):
                new[key] = _Row(key, no, event.originator_version, value)
            case ContactChanged(key=key, changes=changed) if key in new:
                new[key].version = event.originator_version
                new[key].value = replaced(new[key].value, **given(changed))
            case ContactChanged(key=key, changes=changed):
                changes.setdefault(key, {}).update(given(changed))
                versions[key] = event.originator_version
            case ContactErased(key=key) if key in new:
                new[key].version = event.originator_version
                new[key].value = erased(new[key].value)
            case ContactErased(key=key):
                changes.setdefault(key, {}).update(OF_THE_ERASED)
                versions[key] = event.originator_version
    if new:
        _insert(cursor, list(new.values()))
    if changes:
        _update(cursor, changes, versions)
        _name_companies(cursor, changes)


def delete(cursor: Cursor[Any], deleted: Sequence[ContactDeleted]) -> None:
    """Remove contacts; their interactions lose the number, or keep the company's (domain B19)."""
    keys = [event.key for event in deleted]
    # The interactions of people whose company goes as well belong to nobody.
    cursor.execute(
        "UPDATE recorded_interaction e SET contact_no = (SELECT k.no FROM contact k"
        " WHERE k.key = c.company_key AND k.key <> ALL(%(keys)s))"
        " FROM contact c WHERE c.key = ANY(%(keys)s) AND e.contact_no = c.no",
        {"keys": keys},
    )
    cursor.execute(
        "UPDATE recorded_interaction e SET contact_company_no = NULL"
        " FROM contact c WHERE c.key = ANY(%s) AND e.contact_company_no = c.no",
        (keys,),
    )
    cursor.execute(
        "UPDATE task t SET contact_key = (SELECT k.key FROM contact k"
        " WHERE k.key = c.company_key AND k.key <> ALL(%(keys)s))"
        " FROM contact c WHERE c.key = ANY(%(keys)s) AND t.contact_key = c.key",
        {"keys": keys},
    )
    for name in CHILDREN:
        _delete_children(cursor, CHILDREN[name][0], keys)
    _delete_addresses(cursor, keys)
    cursor.execute("DELETE FROM contact WHERE key = ANY(%s)", (keys,))


def _insert(cursor: Cursor[Any], rows: list[_Row]) -> None:
    names = _company_names(cursor, rows)
    _copy(cursor, "contact", COLUMNS, (_cells(row, names) for row in rows))
    keys = [row.key for row in rows]
    for name in CHILDREN:
        _insert_children(cursor, name, zip(keys, map(attrgetter(f"value.{name}"), rows), strict=True))
    _insert_addresses(cursor, [(row.key, row.value.alternative_addresses) for row in rows])


def _cells(row: _Row, company_names: dict[int, str | None]) -> list[object]:
    value = row.value
    cells = [row.key, row.no, row.version, *_VALUES(value), bool(value.alternative_addresses)]
    if value.company_key is not None:
        cells[_COMPANY_NAME] = company_names.get(value.company_key)
    return cells


def _company_names(cursor: Cursor[Any], rows: list[_Row]) -> dict[int, str | None]:
    """The names of the companies that these rows belong to."""
    names = {row.key: row.value.name for row in rows if row.value.type == "company"}
    others = {row.value.company_key for row in rows} - names.keys() - {None}
    if others:
        found = cursor.execute("SELECT key, name FROM contact WHERE key = ANY(%s)", (list(others),))
        names.update(found.fetchall())
    return names


def _update(cursor: Cursor[Any], changes: dict[int, dict[str, Any]], versions: dict[int, int]) -> None:
    for changed in changes.values():
        if "company_key" in changed:
            changed.setdefault("company_name", None)  # the name of the company that was left
    plain = {
        key: {name: value for name, value in changed.items() if name in VALUE_COLUMNS}
        | {"version": versions[key]}
        | (
            {"has_alternative_address": bool(changed["alternative_addresses"])}
            if "alternative_addresses" in changed
            else {}
        )
        for key, changed in changes.items()
    }
    columns = [column for column in COLUMNS if column not in ("key", "no")]
    cursor.execute(
        sql.SQL(
            "UPDATE contact c SET ({}) = (SELECT {} FROM jsonb_populate_record(c, u.changes) AS r)"
            " FROM unnest(%s::integer[], %s::jsonb[]) AS u(key, changes) WHERE c.key = u.key"
        ).format(
            sql.SQL(", ").join(map(sql.Identifier, columns)),
            sql.SQL(", ").join(sql.Identifier("r", column) for column in columns),
        ),
        (list(plain), [Jsonb(changed, dumps=msgspec.json.encode) for changed in plain.values()]),
    )
    for name, (table, _) in CHILDREN.items():
        if lists := {key: changed[name] for key, changed in changes.items() if name in changed}:
            _delete_children(cursor, table, list(lists))
            _insert_children(cursor, name, lists.items())
    name = "alternative_addresses"
    if lists := {key: changed[name] for key, changed in changes.items() if name in changed}:
        _delete_addresses(cursor, list(lists))
        _insert_addresses(cursor, lists.items())


def _name_companies(cursor: Cursor[Any], changes: dict[int, dict[str, Any]]) -> None:
    """A company's new name shows on its people, and a person's new company on the person."""
    naming = {"name", "company_key", "company_name", "type"}
    touched = [key for key, changed in changes.items() if changed.keys() & naming]
    if touched:
        cursor.execute(
            "UPDATE contact p SET company_name = c.name FROM contact c WHERE p.company_key = c.key"
            " AND (p.key = ANY(%(keys)s) OR c.key = ANY(%(keys)s))"
            " AND p.company_name IS DISTINCT FROM c.name",
            {"keys": touched},
        )


def _delete_children(cursor: Cursor[Any], table: LiteralString, keys: list[int]) -> None:
    cursor.execute(
        sql.SQL("DELETE FROM {} WHERE contact_key = ANY(%s)").format(sql.Identifier(table)), (keys,)
    )


def _insert_children(cursor: Cursor[Any], name: str, lists: Iterable[tuple[int, Sequence[Any]]]) -> None:
    table, columns = CHILDREN[name]
    cells = attrgetter(*columns) if len(columns) > 1 else _alone
    rows = ((key, *cells(member)) for key, members in lists for member in members)
    _copy(cursor, table, ("contact_key", *columns), rows)


def _alone(code: str) -> tuple[str]:
    return (code,)


def _delete_addresses(cursor: Cursor[Any], keys: list[int]) -> None:
    _delete_children(cursor, "contact_alternative_address", keys)
    _delete_children(cursor, "contact_alternative_address_range", keys)


def _insert_addresses(cursor: Cursor[Any], lists: Iterable[tuple[int, Sequence[Any]]]) -> None:
    addresses = [(key, address) for key, members in lists for address in members]
    _copy(
        cursor,
        "contact_alternative_address",
        ("contact_key", *ADDRESS_COLUMNS),
        [(key, *(getattr(address, column) for column in ADDRESS_COLUMNS)) for key, address in addresses],
    )
    _copy(
        cursor,
        "contact_alternative_address_range",
        ("contact_key", "starting_date", "ending_date", "code"),
        [
            (key, period.starting_date, period.ending_date, address.code)
            for key, address in addresses
            for period in address.date_ranges
        ],
    )


def _copy(cursor: Cursor[Any], table: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write rows as they are made: none is kept, so that the collector has nothing to look through."""
    rows = iter(rows)
    first = next(rows, None)
    if first is None:
        return
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT BINARY)").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    with cursor.copy(statement) as copy:
        copy.set_types([TYPES.get(column, "text") for column in columns])
        for row in chain((first,), rows):
            copy.write_row(row)
