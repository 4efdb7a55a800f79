"""Lines as rows of the grid in HTML, written out here: a template takes ten times as long."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from markupsafe import escape

from api.pages.rendering import quoted, shown
from api.pages.words import text
from application.field_words import Language

NUMBERS = frozenset({"cost", "duration_minutes"})


class Cell(msgspec.Struct, frozen=True):
    """A value of a line: `own` where the line has it of its own."""

    name: str
    value: Any
    own: bool = False
    editable: bool = False


class GridLine(msgspec.Struct, frozen=True):
    """A line as a row of the grid, at its place in the view."""

    line_no: int
    contact_no: str | None
    place: int
    cells: Sequence[Cell]


def rows_html(rows: Iterable[GridLine], language: Language, *, editable: bool, actions: Sequence[str]) -> str:
    """Rows as the grid's script takes them; `actions` are the buttons that each has, by their texts."""
    own = f'<span class="unseen"> ({escape(text("own", language))})</span>'
    buttons = [(name, text(name, language)) for name in actions]
    known: dict[Cell, str] = {}

    def cell_html(cell: Cell) -> str:
        # Most lines say the same in most columns.
        if (html := known.get(cell)) is None:
            html = known[cell] = _cell(cell, language, own, editable)
        return html

    return "\n".join(_row(row, "".join(map(cell_html, row.cells)), buttons) for row in rows)


def _row(row: GridLine, cells: str, actions: Sequence[tuple[str, str]]) -> str:
    number = escape(row.contact_no or "")
    buttons = " ".join(
        f'<button type="button" data-do="{name}" tabindex="-1">{escape(words)}'
        f'<span class="unseen"> {number}</span></button>'
        for name, words in actions
    )
    return (
        f'<tr data-line="{row.line_no}" data-place="{row.place}" aria-rowindex="{row.place + 3}">{cells}'
        f'<td role="gridcell" tabindex="-1" class="c-actions">{buttons}</td></tr>'
    )


def _cell(cell: Cell, language: Language, own: str, editable: bool) -> str:
    classes = f"c-{cell.name}"
    if cell.own:
        classes += " own"
    if cell.name in NUMBERS:
        classes += " number"
    if cell.name == "document" and cell.value == "unique":
        classes += " unique"
    field = f' data-field="{cell.name}"' if editable and cell.editable else ""
    content = escape(shown(cell.name, cell.value, language)) if cell.value is not None else ""
    if content and cell.name == "contact_no":
        content = f'<a href="/contacts/{quoted(cell.value)}" tabindex="-1">{content}</a>'
    mark = own if cell.own else ""
    return f'<td role="gridcell" tabindex="-1" class="{classes}"{field}>{content}{mark}</td>'
