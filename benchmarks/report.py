"""What was measured, as JSON for programs and as a table for people.

`python -m benchmarks.report --readme README.md` puts the table of the last results into a file, between its
two `<!-- benchmarks -->` markers.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from statistics import median, quantiles
from typing import Protocol

import msgspec
import psycopg

from benchmarks.measure import Measured, spread
from benchmarks.plot import plot

RESULTS = Path(__file__).parent / "results"
MARKER = "<!-- benchmarks -->"
SETTINGS = ("fsync", "synchronous_commit", "full_page_writes", "shared_buffers", "max_wal_size")


class Named(Protocol):
    """What is told of a figure besides what was measured."""

    @property
    def key(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def size(self) -> int: ...
    @property
    def reach(self) -> float | None: ...
    @property
    def against(self) -> str: ...


class Machine(msgspec.Struct, frozen=True):
    """What the figures were measured on, as far as it matters to them."""

    cores: int
    processor: str
    memory_gib: int
    system: str
    python: str
    postgres: str
    postgres_settings: dict[str, str]
    date: date


class SpreadOfRuns(msgspec.Struct, frozen=True):
    """Lowest and highest of all runs; the ratios are those of the pairs."""

    s: tuple[float, float]
    limit_s: tuple[float, float]
    ratio: tuple[float, float]


class Each(msgspec.Struct, frozen=True):
    """How long one of many commands took."""

    median_s: float
    p99_s: float


class FigureResult(msgspec.Struct, frozen=True):
    """One figure: `ratio` is the median of the subject over the median of its limit."""

    key: str
    name: str
    size: int
    runs: int
    ratio: float
    reach: float | None
    holds: bool | None
    median_s: float
    limit_median_s: float
    spread: SpreadOfRuns
    against: str
    each: Each | None = None


class Results(msgspec.Struct, frozen=True):
    """A whole run of the benchmarks."""

    machine: Machine
    figures: tuple[FigureResult, ...]
    sizes: tuple[int, ...] = ()


def machine(conninfo: str) -> Machine:
    """This machine and this server; nothing that names either."""
    with psycopg.connect(conninfo) as connection:
        shown = {
            name: str(value)
            for name, value in connection.execute(
                "SELECT name, current_setting(name) FROM unnest(%s::text[]) AS s(name)",
                (["server_version", *SETTINGS],),
            )
        }
    return Machine(
        cores=cores(),
        processor=processor(),
        memory_gib=round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30),
        system=platform.system(),
        python=platform.python_version(),
        postgres=shown.pop("server_version"),
        postgres_settings=shown,
        date=date.today(),
    )


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def processor() -> str:
    known = Path("/proc/cpuinfo")
    found = re.search(r"^model name\s*:\s*(.+)$", known.read_text(), re.MULTILINE) if known.exists() else None
    return found[1].strip() if found else platform.machine()


def figure_result(figure: Named, measured: Measured, latencies: Sequence[float] = ()) -> FigureResult:
    """What is said of a figure, and of the commands that its runs were made of, if they were timed too."""
    each = Each(round(median(latencies), 5), round(quantiles(latencies, n=100)[98], 5)) if latencies else None
    return FigureResult(
        key=figure.key,
        name=figure.name,
        size=figure.size,
        runs=len(measured.subject),
        ratio=round(measured.ratio, 3),
        reach=figure.reach,
        holds=None if figure.reach is None else measured.ratio <= figure.reach,
        median_s=round(median(measured.subject), 4),
        limit_median_s=round(median(measured.limit), 4),
        spread=SpreadOfRuns(
            s=_rounded(measured.subject, 4),
            limit_s=_rounded(measured.limit, 4),
            ratio=_rounded(measured.ratios, 3),
        ),
        against=figure.against,
        each=each,
    )


def _rounded(values: Sequence[float], digits: int) -> tuple[float, float]:
    lowest, highest = spread(values)
    return round(lowest, digits), round(highest, digits)


def table(results: Results) -> str:
    """The figures as a Markdown table, with what they were measured on below."""
    return "\n".join([*figure_rows(results.figures), "", measured_on(results)])


def figure_rows(figures: Sequence[FigureResult]) -> list[str]:
    """The lines of a Markdown table of figures."""
    lines = [
        "| Figure | Size | Time | Limit | Ratio (pairs) | Reach | Against |",
        "|---|---:|---:|---:|---:|---:|---|",
    ]
    for figure in figures:
        lowest, highest = figure.spread.ratio
        cells = (
            figure.name,
            f"{figure.size:,}",
            _seconds(figure.median_s) + _each(figure.each),
            _seconds(figure.limit_median_s),
            f"**{_ratio(figure.ratio)}** ({_ratio(lowest)} to {_ratio(highest)})",
            _reach(figure),
            figure.against,
        )
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def measured_on(results: Results) -> str:
    """A sentence on runs, data and machine."""
    known = results.machine
    runs = " or ".join(str(number) for number in sorted({figure.runs for figure in results.figures}))
    return (
        f"Medians of {runs} paired runs on 1.2 times as many sample contacts, {known.date}:"
        f" {known.cores} cores ({known.processor}), {known.memory_gib} GiB, Python {known.python},"
        f" PostgreSQL {known.postgres} with fsync {known.postgres_settings['fsync']}."
    )


def _ratio(value: float) -> str:
    return f"{value:.2f}" if value >= 0.1 else f"{value:.3f}"


def _seconds(value: float) -> str:
    return f"{value * 1000:.1f} ms" if value < 1 else f"{value:.2f} s"


def _each(each: Each | None) -> str:
    if each is None:
        return ""
    return f"; each {_seconds(each.median_s)}, 99 in 100 within {_seconds(each.p99_s)}"


def _reach(figure: FigureResult) -> str:
    if figure.reach is None:
        return "shown"
    return f"{figure.reach:.3g}: {'holds' if figure.holds else 'missed'}"


def write(results: Results, folder: Path, name: str = "latest", title: str = "Benchmarks") -> None:
    """Write `latest.json`, `latest.md` and `latest.svg`, or under another name."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.json").write_bytes(msgspec.json.format(msgspec.json.encode(results), indent=2) + b"\n")
    text = f"# {title}\n\n{table(results)}\n\n![Ratios and growth]({name}.svg)\n"
    (folder / f"{name}.md").write_text(text, encoding="utf-8")
    (folder / f"{name}.svg").write_text(plot(results.figures), encoding="utf-8")


def read(folder: Path) -> Results:
    """The results that were written last."""
    return msgspec.json.decode((folder / "latest.json").read_bytes(), type=Results)


def with_table(text: str, results: Results) -> str:
    """The text with the table of the largest sizes between its two markers.

    Raises ValueError if there are not two.
    """
    parts = text.split(MARKER)
    if len(parts) != 3:
        raise ValueError(f"there must be two markers {MARKER}, not {len(parts) - 1}")
    return MARKER.join((parts[0], f"\n{table(_largest(results))}\n", parts[2]))


def _largest(results: Results) -> Results:
    """Each figure once, for the largest size that it was measured for."""
    largest = {figure.key: figure for figure in sorted(results.figures, key=lambda figure: figure.size)}
    figures = tuple(figure for figure in results.figures if largest[figure.key] is figure)
    return msgspec.structs.replace(results, figures=figures)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.report", description=__doc__)
    parser.add_argument("--readme", type=Path, required=True, help="the file with the two markers")
    parser.add_argument("--results", type=Path, default=RESULTS, help="the folder of latest.json")
    options = parser.parse_args(arguments)
    readme: Path = options.readme
    readme.write_text(with_table(readme.read_text(encoding="utf-8"), read(options.results)), encoding="utf-8")


if __name__ == "__main__":
    main()
