"""Writes the rows of one long event in parts: several at once, each committed as soon as those before it are.

So what is committed is always the first so many rows, without a hole, and progress is one number: readers
never see a later part before an earlier one, and after a crash the rest is written as if nothing had been.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from itertools import pairwise
from threading import Condition, Thread
from typing import Any

from psycopg import Connection, Cursor
from psycopg.errors import DeadlockDetected, UniqueViolation

from projections import tracking
from projections.read_model import InParts
from projections.tracking import LostPlaceError, Progress


class _AbandonedError(Exception):
    """A part before this one failed, so this one is not to be committed."""


class PartWriters:
    """Threads with a connection each, for the rows of one event."""

    def __init__(self, connect: Callable[[], Connection[Any]], schema: str, parts: InParts, position: int):
        self._connect, self._schema = connect, schema
        self._parts, self._position = parts, position
        self._moved = Condition()
        self._done = 0
        self._failure: BaseException | None = None

    def write(self, cuts: Sequence[int], count: int) -> None:
        """Write the rows between each two cuts, with so many threads.

        Raises LostPlaceError, and whatever the first part that failed did.
        """
        self._done = cuts[0]
        ranges = list(pairwise(cuts))
        threads = [
            Thread(target=self._work, args=(ranges[number::count],), name="part writer", daemon=True)
            for number in range(min(count, len(ranges)))
        ]
        for thread in threads:
            thread.start()
        try:
            for thread in threads:
                thread.join()
        except BaseException as interrupt:
            self._fail(interrupt)
            raise
        if self._failure is not None:
            raise self._failure

    def _work(self, ranges: Sequence[tuple[int, int]]) -> None:
        try:
            with closing(self._connect()) as connection:
                for first, last in ranges:
                    self._write(connection, first, last)
        except _AbandonedError:
            return
        except BaseException as error:  # whatever it is, the thread that waits for all of them has to know
            self._fail(error)

    def _write(self, connection: Connection[Any], first: int, last: int) -> None:
        try:
            with connection.transaction(), connection.cursor() as cursor:
                # Seen before any rows, so that a swap waits for this one, rather than each for the other.
                if tracking.read(cursor, self._schema).position != self._position - 1:
                    raise LostPlaceError
                self._parts.write(cursor, first, last)
                self._wait_for(first)
                show_part(cursor, self._schema, self._parts, self._position, first, last)
        except (UniqueViolation, DeadlockDetected) as error:
            # Another runner was writing the same rows: it committed them, or each waited for the other.
            raise LostPlaceError from error
        with self._moved:
            self._done = last
            self._moved.notify_all()

    def _wait_for(self, first: int) -> None:
        with self._moved:
            self._moved.wait_for(lambda: self._done == first or self._failure is not None)
            if self._failure is not None:
                raise _AbandonedError

    def _fail(self, error: BaseException) -> None:
        with self._moved:
            self._failure = self._failure or error
            self._moved.notify_all()


def show_part(
    cursor: Cursor[Any], schema: str, parts: InParts, position: int, first: int, last: int
) -> Progress:
    """Move the place behind rows that this transaction wrote, and show them. Raises LostPlaceError."""
    progress = Progress(position) if last == parts.size else Progress(position - 1, last)
    tracking.move(cursor, schema, Progress(position - 1, first), progress)
    parts.show(cursor, first, last)
    return progress
