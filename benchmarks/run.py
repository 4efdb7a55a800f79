"""Running the figures one after the other on one server."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack

from benchmarks.data import Base, Installation, contact_file
from benchmarks.figures import Add, Count, Figure, Import, Log
from benchmarks.limits import EmptyTables
from benchmarks.measure import measure
from benchmarks.report import Results, figure_result, machine

FIGURES = (Count, Add, Log, Import)
KEYS = tuple(figure.key for figure in FIGURES)
BASE_SHARE = 1.2
"""So many times the contacts that are added make the base, so that a selection has something to leave out."""


def run(
    conninfo: str,
    contacts: int,
    runs: int,
    *,
    keys: Collection[str] = KEYS,
    progress: Callable[[str], None] = lambda _: None,
) -> Results:
    """Measure the figures with these keys on a database with nothing of ours in it."""
    found = []
    base_contacts = round(contacts * BASE_SHARE)
    with ExitStack() as closing:
        tables = EmptyTables(conninfo, "benchmark_limit")
        closing.callback(tables.close)
        for figure in _figures(conninfo, contacts, base_contacts, tables, keys, progress, closing):
            progress(f"{figure.name}, {figure.size:,}")
            try:
                measured = measure(figure.subject, figure.limit, runs, progress=progress)
            finally:
                figure.close()
            found.append(figure_result(figure, measured))
    return Results(machine(conninfo), base_contacts, tuple(found))


def _figures(
    conninfo: str,
    contacts: int,
    base_contacts: int,
    tables: EmptyTables,
    keys: Collection[str],
    progress: Callable[[str], None],
    closing: ExitStack,
) -> Iterator[Figure]:
    on_base = [figure for figure in (Count, Add, Log) if figure.key in keys]
    if on_base:
        progress(f"registering {base_contacts:,} contacts")
        installation = Installation(conninfo, "benchmark")
        closing.callback(installation.close)
        base = Base(installation, base_contacts, contacts)
        for figure in on_base:
            yield figure(base, tables)
    if Import.key in keys:
        yield Import(conninfo, contact_file(contacts), contacts, tables)
