"""How imports of value entries become rows. The same entry again, by all its values, changes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, LiteralString

from psycopg import Cursor, sql
from psycopg.rows import DictRow

from domain.value_entry import ValueEntriesImported
from projections.read_model import Recorded

_TYPES: dict[str, LiteralString] = {
    "entry_no": "bigint",
    "identity": "bytea",
    "position": "bigint",
    "posting_date": "date",
}
_COLUMNS: tuple[LiteralString, ...] = (
    *("entry_no", "identity", "position", "source_type", "source_no", "item_no", "variant_code"),
    *("posting_date", "inventory_posting_group", "contact_no"),
)
# Two imports at the same time may both have found an entry to be new; the first of them made it.
_INSERT: LiteralString = (
    "INSERT INTO value_entry ("
    + ", ".join(_COLUMNS)
    + ") SELECT * FROM unnest("
    + ", ".join("%s::" + _TYPES.get(name, "text") + "[]" for name in _COLUMNS)
    + ") ON CONFLICT (identity) DO NOTHING"
)


def write(cursor: Cursor[Any], imported: Sequence[Recorded]) -> None:
    """Insert the entries that are not there yet, each with its event's position; an event at a time."""
    for recorded in imported:
        event: ValueEntriesImported = recorded.event.data
        rows = [
            (number, entry.identity, recorded.position, *(getattr(entry, name) for name in _COLUMNS[3:]))
            for number, entry in enumerate(event.entries, event.first_entry_no)
        ]
        cursor.execute(_INSERT, [list(column) for column in zip(*rows, strict=True)])


def of_sources(
    cursor: Cursor[DictRow], sources: Sequence[tuple[str, str]], position: int
) -> list[dict[str, Any]]:
    """The entries of customers and vendors, by type and number, that were there at a position."""
    return cursor.execute(
        sql.SQL(
            "SELECT {} FROM value_entry v JOIN unnest(%s::text[], %s::text[]) AS s(type, no)"
            " ON v.source_type = s.type AND v.source_no = s.no WHERE v.position <= %s ORDER BY v.entry_no"
        ).format(sql.SQL(", ").join(map(sql.Identifier, _COLUMNS[3:]))),
        ([kind for kind, _ in sources], [no for _, no in sources], position),
    ).fetchall()


def known(cursor: Cursor[DictRow], identities: Iterable[bytes]) -> set[bytes]:
    """Which of these entries there are already."""
    found = cursor.execute("SELECT identity FROM value_entry WHERE identity = ANY(%s)", (list(identities),))
    return {bytes(row["identity"]) for row in found}
