"""Running the figures one after the other on one server."""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Mapping, Sequence
from contextlib import ExitStack, closing
from types import MappingProxyType

from benchmarks.appending import (
    Appending,
    Bulk,
    PgbenchByOne,
    PgbenchBySixteen,
    SingleByOne,
    SingleBySixteen,
)
from benchmarks.auditing import AsOf, Verify
from benchmarks.data import Base, Installation, contact_file
from benchmarks.figures import Add, Cancel, Count, Figure, Import, Log
from benchmarks.limits import EmptyTables
from benchmarks.measure import measure
from benchmarks.pages import PageByContact, PageByDate, PageBySegment, PageOfLines
from benchmarks.rebuilding import Rebuild
from benchmarks.report import FigureResult, Results, figure_result, machine
from benchmarks.serving import HttpByOne, HttpBySixteen, HttpFlat, Serving

HTTP = (HttpByOne, HttpBySixteen, HttpFlat)
PAGES = (PageByContact, PageBySegment, PageByDate, PageOfLines)
ON_BASE = (Count, AsOf, Verify, Add, Log, Cancel, *PAGES, Rebuild)
SINGLES = (SingleByOne, SingleBySixteen, PgbenchByOne, PgbenchBySixteen)
FIGURES = (*SINGLES, Bulk, *ON_BASE, *HTTP, Import)
KEYS = tuple(figure.key for figure in FIGURES)
BASE_SHARE = 1.2
"""So many times the contacts that are added make the base, so that a selection has something to leave out."""

Progress = Callable[[str], None]


def run(
    conninfo: str,
    sizes: Sequence[int],
    runs: int,
    *,
    keys: Collection[str] = KEYS,
    special: Mapping[str, Sequence[int]] = MappingProxyType({}),
    entries: int | None = None,
    progress: Progress = lambda _: None,
) -> Results:
    """Measure the figures with these keys on a database with nothing of ours in it, each for all sizes.

    `special` are the keys that have other sizes.
    """
    found: list[FigureResult] = []
    all_sizes = sorted({size for key in keys for size in special.get(key, sizes)})
    with closing(EmptyTables(conninfo, "benchmark_limit")) as tables:
        for figures, wanted_keys in (
            (_singles(conninfo, tables), keys),
            *(
                (_sized(conninfo, size, tables, entries), [k for k in keys if size in special.get(k, sizes)])
                for size in all_sizes
            ),
        ):
            with closing(figures(wanted_keys, progress)) as wanted:
                for figure in wanted:
                    progress(f"{figure.name}, {figure.size:,}")
                    with closing(figure):
                        measured = measure(
                            figure.subject, figure.limit, runs, progress=progress, warm_up=figure.warm_up
                        )
                    found.append(figure_result(figure, measured, figure.latencies))
        known = machine(conninfo)
    return Results(known, tuple(found), tuple(all_sizes))


Figures = Callable[[Collection[str], Progress], Generator[Figure]]
"""Prepares one figure after the other; what several need is closed after the last of them."""


def _singles(conninfo: str, tables: EmptyTables) -> Figures:
    def figures(keys: Collection[str], progress: Progress) -> Generator[Figure]:
        wanted = [figure for figure in SINGLES if figure.key in keys]
        if wanted:
            with closing(Appending(conninfo, tables)) as appending:
                for figure in wanted:
                    yield figure(appending)

    return figures


def _sized(conninfo: str, size: int, tables: EmptyTables, entries: int | None) -> Figures:
    def figures(keys: Collection[str], progress: Progress) -> Generator[Figure]:
        if Bulk.key in keys:
            yield Bulk(conninfo, size, tables)
        on_base = [figure for figure in ON_BASE if figure.key in keys]
        over_http = [figure for figure in HTTP if figure.key in keys]
        if on_base or over_http:
            with ExitStack() as stack:
                contacts = round(size * BASE_SHARE)
                progress(f"registering {contacts:,} contacts")
                installation = Installation(conninfo, "benchmark")
                stack.callback(installation.drop)
                base = Base(installation, contacts, size, entries=entries)
                for figure in on_base:
                    yield figure(base, tables)
                tables.truncate("recorded_interaction")
                if over_http:
                    serving = stack.enter_context(closing(Serving(base)))
                    for http_figure in over_http:
                        yield http_figure(serving, tables)
        if Import.key in keys:
            yield Import(conninfo, contact_file(size), size, tables)

    return figures
