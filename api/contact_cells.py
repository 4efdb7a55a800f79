"""Cells of CSV files of contacts: what each says, and a short cut that looks at many rows column by column.

Whatever is not plainly right is left to `from_cells` and what comes after it. A row that is taken here gives
the very values that it would give there; a test holds the two together.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

from api.plain_rows import CODE_LENGTHS, TEXT_LENGTHS, are_plain, plain_relations, plain_row
from application.contacts import CODE_LISTS

COMPOUNDS = {
    "business_relations": ("code", "link_to_table", "no"),
    "profile_answers": ("questionnaire_code", "line_no"),
}
LISTS = (*CODE_LISTS, *COMPOUNDS)
NEVER_BLANK = ("type", "exclude_from_segment", "privacy_blocked")
TRUTHS = {"true": True, "false": False}
MOST_REMEMBERED = 10_000
"""So many different cells of a column are remembered; no more, where each is of its own."""

_LENGTHS = {**TEXT_LENGTHS, **CODE_LENGTHS}
_LINE_NO = re.compile("[1-9][0-9]{0,8}")
_NOT_PLAIN: Any = object()
_ABSENT: Any = object()


def from_cells(cells: dict[str, str]) -> dict[str, Any]:
    """The values of a CSV row; blank cells are blank values, lists are separated by semicolons."""
    values: dict[str, Any] = {
        name: cell if cell and not cell.isspace() else None for name, cell in cells.items()
    }
    for name in NEVER_BLANK:
        if (value := values.get(name)) is not None:
            values[name] = TRUTHS.get(value, value)
        else:
            values.pop(name, None)
    for name in LISTS:
        if name not in cells:
            continue
        parts = [part for part in cells[name].split(";") if part.strip()] if cells[name] else []
        values[name] = parts if name in CODE_LISTS else [_member(part, COMPOUNDS[name]) for part in parts]
    return values


def _member(cell: str, names: tuple[str, ...]) -> dict[str, Any]:
    parts = dict(zip(names, cell.split(":", len(names) - 1), strict=False))
    line_no = parts.get("line_no", "")
    return parts | {"line_no": int(line_no)} if _LINE_NO.fullmatch(line_no) else dict(parts)


class PlainCells:
    """Reads the rows of one file. Texts are looked at a column at a time, all other cells once."""

    def __init__(self, names: Sequence[str]) -> None:
        self._names = names
        self._remembered = {name: _Remembered(name) for name in names if name not in _LENGTHS}

    def read(self, table: Sequence[Sequence[str]]) -> list[dict[str, Any] | None]:
        """The values of rows, each of a cell a column; None for one that is not plainly right."""
        if not table:
            return []
        columns = dict(zip(self._names, zip(*table, strict=True), strict=True))
        fit = _fit(columns)
        values = [self._column(name, cells, fit) for name, cells in columns.items()]
        rows = [dict(zip(self._names, row, strict=True)) for row in zip(*values, strict=True)]
        if fit and not any(column.is_odd for column in self._remembered.values()):
            return list(rows)
        return [_plain(row) for row in rows]

    def _column(self, name: str, cells: Sequence[str], fit: bool) -> list[Any]:
        if name in self._remembered:
            return list(map(self._remembered[name].__getitem__, cells))
        if fit:
            return [cell or None for cell in cells]
        return _texts(cells, _LENGTHS[name], are_codes=name in CODE_LENGTHS)


def _fit(columns: Mapping[str, Sequence[str]]) -> bool:
    """Whether all texts and codes of a table are plainly right, as they nearly always are."""
    if any(max(map(len, cells)) > _LENGTHS[name] for name, cells in columns.items() if name in _LENGTHS):
        return False
    texts = [cells for name, cells in columns.items() if name in TEXT_LENGTHS]
    codes = [cells for name, cells in columns.items() if name in CODE_LENGTHS]
    return are_plain([*chain.from_iterable(texts)], [*chain.from_iterable(codes)])


def _plain(row: dict[str, Any]) -> dict[str, Any] | None:
    if any(value is _NOT_PLAIN for value in row.values()):
        return None
    return {name: value for name, value in row.items() if value is not _ABSENT}


class _Remembered(dict[str, Any]):
    """What cells of a column say, in which the same ones come again and again."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name
        self.is_odd = False
        """Whether some cell was not plainly right, or said nothing."""

    def __missing__(self, cell: str) -> Any:
        value = self._read(cell)
        self.is_odd = self.is_odd or value is _NOT_PLAIN or value is _ABSENT
        if len(self) < MOST_REMEMBERED:
            self[cell] = value
        return value

    def _read(self, cell: str) -> Any:
        values = from_cells({self._name: cell})
        if self._name == "business_relations":  # of which most are nobody else's
            found = plain_relations(values[self._name])
            return _NOT_PLAIN if found is None else found
        row = plain_row(values)
        return _NOT_PLAIN if row is None else row.values.get(self._name, _ABSENT)


def _texts(cells: Sequence[str], length: int, *, are_codes: bool) -> list[Any]:
    if max(map(len, cells)) <= length and are_plain(() if are_codes else cells, cells if are_codes else ()):
        return [cell or None for cell in cells]
    if len(cells) == 1:
        return [_NOT_PLAIN]
    return [value for cell in cells for value in _texts((cell,), length, are_codes=are_codes)]
