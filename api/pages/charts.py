"""Charts as SVG: bars that say their value beside them, so that no colour has to be told from another."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from markupsafe import Markup

ROW = 42
"""The height of a bar with its label above it."""
WIDEST = 70
"""How much of the width the longest bar takes, in percent; its value stands beside it."""


class Bar(msgspec.Struct, frozen=True):
    """A bar: what it stands for, how long it is, and its value in words."""

    label: str
    value: float
    words: str


def bar_chart(ident: str, title: str, description: str, bars: Sequence[Bar], least: float = 0) -> Markup:
    """Bars below each other, as wide as the page has room for; the longest, or `least`, takes all of it."""
    longest = max([least, *(bar.value for bar in bars)]) or 1
    drawn = Markup("").join(_drawn(place, bar, longest) for place, bar in enumerate(bars))
    return Markup(
        '<svg class="chart" role="img" aria-labelledby="{id}-title {id}-desc" width="100%" height="{height}">'
        '<title id="{id}-title">{title}</title><desc id="{id}-desc">{description}</desc>{drawn}</svg>'
    ).format(id=ident, height=len(bars) * ROW + 4, title=title, description=description, drawn=drawn)


def _drawn(place: int, bar: Bar, longest: float) -> Markup:
    top = place * ROW
    wide = round(max(0.0, bar.value) / longest * WIDEST, 2)
    return Markup(
        '<text class="chart-label" x="0" y="{label}">{text}</text>'
        '<rect class="chart-bar" x="0" y="{top}" width="{wide}%" height="16"></rect>'
        '<text class="chart-value" x="{wide}%" dx="6" y="{value}">{words}</text>'
    ).format(label=top + 15, text=bar.label, top=top + 21, wide=wide, value=top + 34, words=bar.words)
