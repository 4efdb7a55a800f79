"""`python -m benchmarks`: measure, write the results with a table and a plot, print the table."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path


def main(arguments: Sequence[str] | None = None) -> None:
    # Not above: the processes that help to verify read this module too, and need nothing of it.
    from benchmarks.data import fresh_postgres
    from benchmarks.report import RESULTS, table, write
    from benchmarks.run import KEYS, run

    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure the figures.")
    parser.add_argument(
        "--contacts",
        type=int,
        nargs="+",
        default=[100_000],
        help="contacts to import, add, log; events to append",
    )
    parser.add_argument(
        "--special",
        type=_key_with_sizes,
        nargs="+",
        default=[],
        metavar="KEY=SIZE,...",
        help="figures that are measured with other numbers of contacts than the rest",
    )
    parser.add_argument("--runs", type=int, default=5, help="timed pairs of each figure")
    parser.add_argument("--entries", type=int, help="entries to read pages of: contacts are logged again")
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder for latest.json, .md and .svg")
    parser.add_argument("--only", choices=KEYS, action="append", help="measure these only, write no results")
    options = parser.parse_args(arguments)
    if unknown := dict(options.special).keys() - set(KEYS):
        parser.error(f"no figures: {', '.join(unknown)}")
    started = time.monotonic()

    def progress(text: str) -> None:
        print(f"{time.monotonic() - started:7.1f} s  {text}", file=sys.stderr, flush=True)

    with fresh_postgres() as conninfo:
        results = run(
            conninfo,
            options.contacts,
            options.runs,
            keys=options.only or KEYS,
            special=dict(options.special),
            entries=options.entries,
            progress=progress,
        )
    if not options.only:
        write(results, options.results)
    print(table(results))


def _key_with_sizes(text: str) -> tuple[str, list[int]]:
    key, _, sizes = text.partition("=")
    return key, [int(size) for size in sizes.split(",")]


if __name__ == "__main__":
    main()
