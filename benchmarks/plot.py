"""The plot of the results as SVG, by hand: a bar for each ratio, and how the time of each figure grows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from benchmarks.report import FigureResult

WIDTH, LEFT, ROW, TOP = 1_000, 430, 22, 56
COLOURS = ("#1b6ca8", "#c0392b", "#2e8b57", "#8e44ad", "#d68910", "#16a085", "#7f8c8d", "#34495e", "#a04000")
LARGEST_RATIO = 4.0


def plot(figures: Sequence[FigureResult]) -> str:
    """The whole picture."""
    bars = _bars(figures)
    height = TOP + ROW * len(figures) + 30
    curves = _curves(figures, height + 20)
    if curves:
        height += 360
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif"'
        f' font-size="12">',
        f'<rect width="{WIDTH}" height="{height}" fill="white"/>',
        *bars,
        *curves,
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _bars(figures: Sequence[FigureResult]) -> list[str]:
    scale = (WIDTH - LEFT - 60) / LARGEST_RATIO
    lines = [_text(10, 24, "Ratio to the limit; the line is the reach", size=15)]
    for number, figure in enumerate(figures):
        y = TOP + number * ROW
        colour = {True: "#2e8b57", False: "#c0392b", None: "#7f8c8d"}[figure.holds]
        width = min(figure.ratio, LARGEST_RATIO) * scale
        lines.append(_text(LEFT - 8, y + 12, f"{_short(figure.name)}, {figure.size:,}", anchor="end"))
        lines.append(f'<rect x="{LEFT}" y="{y}" width="{width:.1f}" height="{ROW - 6}" fill="{colour}"/>')
        lines.append(_text(LEFT + width + 10, y + 12, f"{figure.ratio:.2f}"))
        if figure.reach is not None:
            x = LEFT + min(figure.reach, LARGEST_RATIO) * scale
            lines.append(_line([(x, y - 3), (x, y + ROW - 3)], "black"))
    return lines


def _curves(figures: Sequence[FigureResult], top: float) -> list[str]:
    """Seconds by size, both in powers of ten, of the figures that were measured for several sizes."""
    by_key: dict[str, list[FigureResult]] = {}
    for figure in figures:
        by_key.setdefault(figure.key, []).append(figure)
    grown = [sorted(found, key=lambda one: one.size) for found in by_key.values() if len(found) > 1]
    if not grown:
        return []
    sizes = [math.log10(one.size) for found in grown for one in found]
    times = [math.log10(max(one.median_s, 1e-4)) for found in grown for one in found]
    lowest, highest = math.floor(min(times)), math.ceil(max(times))

    def place(size: float, seconds: float) -> tuple[float, float]:
        x = 80 + (size - min(sizes)) / (max(sizes) - min(sizes)) * 480
        return x, top + 300 - (seconds - lowest) / max(highest - lowest, 1) * 260

    lines = [_text(10, top + 10, "How the time grows", size=15)]
    for power in range(lowest, highest + 1):
        _, y = place(min(sizes), power)
        lines.append(_line([(80, y), (560, y)], "#dddddd"))
        lines.append(_text(72, y + 4, f"{10.0**power:g} s", anchor="end"))
    for size in sorted({one.size for found in grown for one in found}):
        x, _ = place(math.log10(size), lowest)
        lines.append(_text(x, top + 318, f"{size:,}", anchor="middle"))
    for number, found in enumerate(grown):
        colour = COLOURS[number % len(COLOURS)]
        points = [place(math.log10(one.size), math.log10(max(one.median_s, 1e-4))) for one in found]
        lines.append(_line(points, colour))
        lines += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in points]
        lines.append(_text(600, top + 40 + number * 20, _short(found[0].name), colour=colour))
    return lines


def _short(name: str) -> str:
    return name if len(name) <= 60 else f"{name[:57]}..."


def _text(
    x: float, y: float, text: str, *, size: int = 12, anchor: str = "start", colour: str = "black"
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}" fill="{colour}">'
        f"{escape(text)}</text>"
    )


def _line(points: Sequence[tuple[float, float]], colour: str) -> str:
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.5"/>'
