"""Cells of CSV files of contacts: what each says, and a short cut that looks at many rows column by column.

Whatever is not plainly right is left to `from_cells` and what comes after it. A row that is taken here gives
the very values that it would give there; a test holds the two together.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from api.plain_rows import CODE_LENGTHS, TEXT_LENGTHS, are_plain, plain_row
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

    def __init__(self) -> None:
        self._remembered: dict[str, _Remembered] = {}

    def read(self, table: Sequence[Mapping[str, str]]) -> list[dict[str, Any] | None]:
        """The values of rows with the same columns; None for one that is not plainly right."""
        if not table:
            return []
        names = tuple(table[0])
        columns = zip(*(cells.values() for cells in table), strict=True)
        values = [self._column(name, column) for name, column in zip(names, columns, strict=True)]
        rows = [dict(zip(names, row, strict=True)) for row in zip(*values, strict=True)]
        if any(_ABSENT in column for column in values):
            rows = [{name: value for name, value in row.items() if value is not _ABSENT} for row in rows]
        bad = {
            at
            for column in values
            if _NOT_PLAIN in column
            for at, one in enumerate(column)
            if one is _NOT_PLAIN
        }
        return [None if at in bad else row for at, row in enumerate(rows)] if bad else list(rows)

    def _column(self, name: str, cells: Sequence[str]) -> list[Any]:
        if name in TEXT_LENGTHS:
            return _texts(cells, TEXT_LENGTHS[name], are_codes=False)
        if name in CODE_LENGTHS:
            return _texts(cells, CODE_LENGTHS[name], are_codes=True)
        if name not in self._remembered:
            self._remembered[name] = _Remembered(name)
        return list(map(self._remembered[name].__getitem__, cells))


class _Remembered(dict[str, Any]):
    """What cells of a column say, in which the same ones come again and again."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name

    def __missing__(self, cell: str) -> Any:
        row = plain_row(from_cells({self._name: cell}))
        value = _NOT_PLAIN if row is None else row.values.get(self._name, _ABSENT)
        if len(self) < MOST_REMEMBERED:
            self[cell] = value
        return value


def _texts(cells: Sequence[str], length: int, *, are_codes: bool) -> list[Any]:
    if max(map(len, cells)) <= length and are_plain(() if are_codes else cells, cells if are_codes else ()):
        return [cell or None for cell in cells]
    if len(cells) == 1:
        return [_NOT_PLAIN]
    return [value for cell in cells for value in _texts((cell,), length, are_codes=are_codes)]
