"""Timing one piece of work against its limit, in pairs, so that whatever slows the machine slows both."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Sequence
from statistics import median
from typing import NamedTuple

Work = Callable[[], int]
"""Does what is timed, and returns how many rows or contacts it was about."""

Side = Callable[[int], Work]
"""Prepares a run by its number, which is not timed, and returns the work to be timed."""


class DifferentWorkError(Exception):
    """Subject and limit were not about the same number of rows, so their ratio says nothing."""


class Spread(NamedTuple):
    """The smallest and the largest of several values."""

    lowest: float
    highest: float


class Measured(NamedTuple):
    """The seconds of all pairs, in the order in which they were run."""

    subject: Sequence[float]
    limit: Sequence[float]

    @property
    def ratio(self) -> float:
        """How many times the limit the subject takes: the ratio of the medians."""
        return median(self.subject) / median(self.limit)

    @property
    def ratios(self) -> list[float]:
        """The ratio of each pair."""
        return [subject / limit for subject, limit in zip(self.subject, self.limit, strict=True)]


def spread(values: Sequence[float]) -> Spread:
    """How far apart the values are."""
    return Spread(min(values), max(values))


def measure(
    subject: Side,
    limit: Side,
    runs: int,
    *,
    clock: Callable[[], float] = time.perf_counter,
    progress: Callable[[str], None] = lambda _: None,
    warm_up: bool = True,
) -> Measured:
    """Warm both up as run 0, subject first, then time `runs` pairs, whose order alternates.

    Raises DifferentWorkError.
    """
    if warm_up:
        warm = (timed(subject(0), clock), timed(limit(0), clock))
        _check(*warm)
        progress(f"warm-up: {warm[0].seconds:.3f} s against {warm[1].seconds:.3f} s")
    measured = Measured([], [])
    for number in range(1, runs + 1):
        if number % 2:
            mine = timed(subject(number), clock)
            least = timed(limit(number), clock)
        else:
            least = timed(limit(number), clock)
            mine = timed(subject(number), clock)
        _check(mine, least)
        measured = Measured([*measured.subject, mine.seconds], [*measured.limit, least.seconds])
        progress(
            f"run {number} of {runs}: {mine.seconds:.3f} s against {least.seconds:.3f} s,"
            f" ratio {mine.seconds / least.seconds:.2f}"
        )
    return measured


class Timed(NamedTuple):
    """How long a piece of work took, and how many rows it was about."""

    seconds: float
    rows: int


def timed(work: Work, clock: Callable[[], float] = time.perf_counter) -> Timed:
    """Do a piece of work."""
    gc.collect()  # what the other side left behind is not to be cleared away on this one's time
    started = clock()
    rows = work()
    return Timed(clock() - started, rows)


def _check(subject: Timed, limit: Timed) -> None:
    if subject.rows != limit.rows:
        raise DifferentWorkError(f"the subject was about {subject.rows:,} rows, its limit {limit.rows:,}")
