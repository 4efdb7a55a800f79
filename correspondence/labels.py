"""Address labels: sheets of A4, one label after the other, row by row (domain B18.3)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from correspondence.paper import HEIGHT, POINT, WIDTH, Paper


class LabelFormat(msgspec.Struct, frozen=True):
    """A sheet of labels: how high and wide one is, and how many are beside each other. Millimetres."""

    name: str
    height: float
    columns: int

    @property
    def width(self) -> float:
        """How wide one label is: together they fill the sheet."""
        return WIDTH / self.columns

    @property
    def rows(self) -> int:
        """How many are below each other."""
        return int(HEIGHT // self.height)

    @property
    def per_sheet(self) -> int:
        """How many are on a sheet."""
        return self.rows * self.columns

    @property
    def margin(self) -> float:
        """What stays free above the first row, and below the last."""
        return (HEIGHT - self.rows * self.height) / 2

    def place(self, index: int) -> tuple[float, float]:
        """The upper left corner of a label, counted from 0 on its sheet."""
        row, column = divmod(index % self.per_sheet, self.columns)
        return column * self.width, self.margin + row * self.height


FORMATS = {
    made.name: made
    for made in (
        LabelFormat("36x70", 36, 3),
        LabelFormat("37x70", 37, 3),
        LabelFormat("36x105", 36, 2),
        LabelFormat("37x105", 37, 2),
    )
}

SIZE = 10.0
BESIDE = 6.0
"""What stays free left and right in a label: most printers do not reach the edge of a sheet."""
ABOVE = 4.0
SPACING = 1.2
"""From line to line, in sizes of the font."""


def labels_pdf(addresses: Iterable[Sequence[str]], form: LabelFormat) -> bytes:
    """Sheets of labels, each with the lines of one address. Without addresses there is one empty sheet."""
    paper = Paper("Labels")
    count = 0
    for count, lines in enumerate(addresses, 1):
        if (count - 1) % form.per_sheet == 0:
            paper.page()
        _label(paper, *form.place(count - 1), lines, form)
    if count == 0:
        paper.page()
    return paper.pdf()


def _label(paper: Paper, x: float, y: float, lines: Sequence[str], form: LabelFormat) -> None:
    """An address in the middle of its label; with many lines, all of them are smaller."""
    room = form.height - 2 * ABOVE
    size = min(SIZE, room / (max(len(lines), 1) * SPACING * POINT))
    step = size * SPACING * POINT
    top = y + (form.height - step * len(lines)) / 2
    for number, line in enumerate(lines):
        paper.line(x + BESIDE, top + number * step, line, size=size, width=form.width - 2 * BESIDE)
