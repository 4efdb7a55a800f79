"""Pages that we draw ourselves: one line of text at a time, in any script, never wider than its place.

The font that comes along has the Latin, Greek, Cyrillic, Hebrew, Arabic, Armenian and Georgian letters. For
Chinese, Japanese and Korean a font of the machine is taken, where it has one. What no font has shows as □.
"""

from __future__ import annotations

import logging
import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from fontTools.ttLib import TTFont  # type: ignore[import-untyped]
from fpdf import FPDF

WIDTH, HEIGHT = 210.0, 297.0
"""A4 in millimetres."""
POINT = 25.4 / 72
"""A point in millimetres."""
BASELINE = 0.8
"""Where a line of text stands, from its upper edge, in sizes of the font."""
SMALLEST = 0.7
"""A line that is too long is made smaller, down to this part of its size; what is too long then is cut."""
CUT = "…"
UNKNOWN = "□"

FONT = Path(__file__).parent / "fonts" / "DejaVuSansCondensed.ttf"
FONTS_OF_MACHINES = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), Path("/Library/Fonts"))
OTHER_FONTS = ("wqy-zenhei.ttc", "DroidSansFallback.ttf", "DroidSansFallbackFull.ttf", "Arial Unicode.ttf")
"""Fonts with the signs of Chinese and Japanese, and most of them Korean ones; the first that is there."""

for _name in ("fpdf", "fontTools"):
    logging.getLogger(_name).setLevel(logging.ERROR)  # they tell of every table that they leave out


@cache
def other_font() -> Path | None:
    """The font of this machine for what our own does not have."""
    for name in OTHER_FONTS:
        for folder in FONTS_OF_MACHINES:
            if found := next(folder.rglob(name), None):
                return found
    return None


@cache
def _letters(font: Path) -> frozenset[int]:
    with TTFont(font, fontNumber=0, lazy=True) as opened:
        return frozenset(opened.getBestCmap())


class Paper:
    """A document of A4 pages. Places are in millimetres from the upper left corner, sizes in points."""

    def __init__(self, title: str) -> None:
        self._pdf = FPDF(unit="mm", format="A4")
        self._pdf.set_auto_page_break(False)
        self._pdf.set_margin(0)
        self._pdf.c_margin = 0
        self._pdf.set_title(title)
        self._pdf.set_creator("segmentlog")
        self._pdf.add_font("own", "", FONT)
        self._pdf.set_font("own", size=10)
        self._has_other = False

    def page(self) -> None:
        """Begin a new page."""
        self._pdf.add_page()
        # Sets the font for the whole page: a line in the other font takes only itself away from it.
        self._pdf.text(0, 0, " ")

    def line(self, x: float, y: float, text: str, *, size: float, width: float) -> None:
        """Write one line that begins at `x`, whose upper edge is at `y`, and which is at most so wide."""
        text = text.strip() if text.isascii() and text.isprintable() else self._printable(text)
        if not text:
            return
        # Letters of Arabic take their shape from their neighbours; the others need no such care.
        shaped = any(unicodedata.bidirectional(letter) in ("R", "AL") for letter in text)
        plain = not shaped and (text.isascii() or _letters(FONT).issuperset(map(ord, text)))
        self._pdf.set_text_shaping(shaped)
        text, size = self._fitting(text, size, width)
        self._pdf.set_font_size(size)
        if plain:
            self._pdf.text(x, y + size * BASELINE * POINT, text)  # much faster, but knows one font only
        else:
            self._pdf.set_xy(x, y)
            self._pdf.cell(width, size * POINT, text)
        self._pdf.set_text_shaping(False)

    def rule(self, x: float, y: float, width: float) -> None:
        """A thin line across."""
        self._pdf.set_line_width(0.2)
        self._pdf.line(x, y, x + width, y)

    def pdf(self) -> bytes:
        """The whole document."""
        return bytes(self._pdf.output())

    def _fitting(self, text: str, size: float, width: float) -> tuple[str, float]:
        """The text and size with which it is not wider than its place."""
        needed = self._width(text, size)
        if needed <= width:
            return text, size
        smaller = max(size * SMALLEST, size * width / needed)
        if self._width(text, smaller) <= width:
            return text, smaller
        smallest = size * SMALLEST
        low, high = 0, len(text)
        while low < high:
            middle = (low + high + 1) // 2
            fits = self._width(text[:middle].rstrip() + CUT, smallest) <= width
            low, high = (middle, high) if fits else (low, middle - 1)
        return text[:low].rstrip() + CUT, smallest

    def _width(self, text: str, size: float) -> float:
        self._pdf.set_font_size(size)
        return float(self._pdf.get_string_width(text))

    def _printable(self, text: str) -> str:
        return "".join(self._letters_of(unicodedata.normalize("NFC", text))).strip()

    def _letters_of(self, text: str) -> Iterator[str]:
        for letter in text:
            category = unicodedata.category(letter)
            if category in ("Cc", "Zl", "Zp"):
                yield " "
            elif category == "Cf":
                continue  # marks that only say how to show others
            elif ord(letter) in _letters(FONT):
                yield letter
            else:
                yield letter if self._other_has(letter) else UNKNOWN

    def _other_has(self, letter: str) -> bool:
        font = other_font()
        if font is None or ord(letter) not in _letters(font):
            return False
        if not self._has_other:
            self._pdf.add_font("other", "", font, collection_font_number=0)
            self._pdf.set_fallback_fonts(["other"])
            self._pdf.set_font("own", size=10)
            self._has_other = True
        return True
