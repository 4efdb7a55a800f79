"""How imports of value entries become rows. The same entry again, by all its values, changes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, LiteralString

from psycopg import Cursor
from psycopg.rows import DictRow

from domain.value_entry import ValueEntriesImported

_TYPES: dict[str, LiteralString] = {"entry_no": "bigint", "identity": "bytea", "posting_date": "date"}
_COLUMNS: tuple[LiteralString, ...] = (
    *("entry_no", "identity", "source_type", "source_no", "item_no", "variant_code", "posting_date"),
    *("inventory_posting_group", "contact_no"),
)
# Two imports at the same time may both have found an entry to be new; the first of them made it.
_INSERT: LiteralString = (
    "INSERT INTO value_entry ("
    + ", ".join(_COLUMNS)
    + ") SELECT * FROM unnest("
    + ", ".join("%s::" + _TYPES.get(name, "text") + "[]" for name in _COLUMNS)
    + ") ON CONFLICT (identity) DO NOTHING"
)


def write(cursor: Cursor[Any], imported: Sequence[ValueEntriesImported]) -> None:
    """Insert the entries of a page of events that are not there yet."""
    rows = [
        (number, entry.identity, *(getattr(entry, name) for name in _COLUMNS[2:]))
        for event in imported
        for number, entry in enumerate(event.entries, event.first_entry_no)
    ]
    if rows:
        cursor.execute(_INSERT, [list(column) for column in zip(*rows, strict=True)])


def known(cursor: Cursor[DictRow], identities: Iterable[bytes]) -> set[bytes]:
    """Which of these entries there are already."""
    found = cursor.execute("SELECT identity FROM value_entry WHERE identity = ANY(%s)", (list(identities),))
    return {bytes(row["identity"]) for row in found}
