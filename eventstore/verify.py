"""Recompute the whole log: positions, hash chain, head, checkpoints, and what is kept beside the events.

Whoever may rewrite all of the database, and has the key, can compute chain, tree and checkpoints as well.
Against that helps what he cannot reach: checkpoints that were kept outside.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from typing import Any

import msgspec
import psycopg
from psycopg import Connection, IsolationLevel
from psycopg.sql import SQL, Identifier

from eventstore.merkle import GrowingTree, root_of
from eventstore.notes import Verifier
from eventstore.verify_events import PIECE, Checked, Piece, Problem, check
from eventstore.verify_kept import NOTHING_ERASED, Erasures, problems_of_contents, problems_of_keys
from eventstore.verify_seals import Outside, Seals, problems_of_tiles, stored_checkpoints

MANY_EVENTS = 300_000
"""From so many on, other processes help; below, starting them would take longer than it saves."""
MOST_PROCESSES = 4

Progress = Callable[[int, int], None]
"""Is told how many events were checked, of how many."""


class Verification(msgspec.Struct, frozen=True):
    """Whether the log is what was recorded; if not, how many events are right, and which one is not."""

    ok: bool
    events: int
    first_bad_position: int | None = None
    problem: str | None = None
    checkpoints: int = 0


def verify(
    conninfo: str,
    schema: str,
    *,
    keys: Sequence[Verifier] = (),
    outside: Sequence[Outside] = (),
    nameless: Collection[str] = (),
    erasures: Erasures = NOTHING_ERASED,
    progress: Progress | None = None,
    processes: int | None = None,
) -> Verification:
    """Check everything as it is at this moment, while others go on writing.

    `keys` are those that may have signed; `outside` are checkpoints that were kept elsewhere; events of the
    `nameless` topics name no contents, so they need not be searched for that; `erasures` tell what was
    rightly taken away.
    """
    with _reading(conninfo, schema) as connection:
        inside = stored_checkpoints(connection)
        sizes = {checkpoint.tree_size for checkpoint in inside}
        sizes |= {size for one in outside if (size := one.size()) is not None}
        log = _Log(connection, sorted(sizes), progress)
        problems = list(log.problems(_Checker(connection, conninfo, schema, nameless, processes)))
        wrong = problems[0] if problems else None
        problems += Seals(log.roots, log.events, wrong, keys).problems(inside, outside)
        if wrong is None:
            problems += problems_of_tiles(connection, log.tiles, inside)
            problems += [*log.keyless, *problems_of_keys(connection, erasures)]
        problems += problems_of_contents(connection, log.named, erasures)
    if not problems:
        return Verification(True, log.events, checkpoints=len(inside))
    # What has no position comes last; of several at one position, what the events themselves show is first.
    first = min(problems, key=lambda problem: (problem.position is None, problem.position or 0))
    return Verification(False, log.events, first.position, first.text, len(inside))


class _Log:
    """The events, and what was learned of them: how many are right, and the first to name each content."""

    def __init__(self, connection: Connection[Any], sizes: Sequence[int], progress: Progress | None) -> None:
        self.events = 0
        self.named: dict[str, int] = {}
        self.keyless: list[Problem] = []
        self.tiles: list[bytes] = []
        self.roots: dict[int, bytes] = {}
        self._connection, self._sizes, self._progress = connection, sizes, progress

    def problems(self, checker: _Checker) -> Iterator[Problem]:
        """The first problem, if there is one: what comes after it cannot be right either."""
        head = self._connection.execute("SELECT position, chain FROM log_head", binary=True).fetchone()
        found = self._connection.execute("SELECT max(notification_id) FROM log_events").fetchone()
        end, last = (head[0] if head else 0), (found[0] if found else None) or 0
        whole = GrowingTree()
        for checked in checker.all(self._pieces(max(1, min(end, last)))):
            for digest, position in checked.named.items():
                self.named.setdefault(digest, position)
            self.keyless += [checked.keyless] if checked.keyless else []
            self.tiles += checked.tiles
            for size, peaks in checked.cuts.items():
                self.roots[size] = root_of([*peaks, *whole.peaks()])
            is_full = checked.end - self.events == PIECE
            if is_full:
                whole.extend(checked.peaks)
            self.events = checked.end
            if self._progress:
                self._progress(self.events, max(self.events, end))
            if checked.problem is not None:
                yield checked.problem
                return
            if not is_full and self.events < min(end, last):
                yield Problem(self.events + 1, f"The event at position {self.events + 1} is missing.")
                return
        yield from self._problems_of_head(head)

    def _pieces(self, end: int) -> Iterator[Piece]:
        for first in range(1, end + 1, PIECE):
            is_last = first + PIECE > end
            cuts = tuple(size for size in self._sizes if first <= size and (is_last or size < first + PIECE))
            yield Piece(first, is_last, cuts)

    def _problems_of_head(self, head: tuple[int, bytes] | None) -> Iterator[Problem]:
        if head is None:
            yield Problem(None, "The head of the log is missing.")
            return
        end, chain = head
        if end > self.events:
            missing = self.events + 1
            yield Problem(missing, f"The events from position {missing} to {end}, the last, are missing.")
        elif end < self.events:
            yield Problem(end + 1, f"The log goes on after position {end}, which its head says is the last.")
        elif chain != self._last_chain():
            yield Problem(end, f"The head of the log does not go with its last event, at position {end}.")

    def _last_chain(self) -> bytes:
        row = self._connection.execute(
            "SELECT chain FROM log_events WHERE notification_id = %s", (self.events,), binary=True
        ).fetchone()
        return row[0] if row else hashlib.sha256().digest()


class _Checker:
    """Checks pieces: here, or if there are many, in processes that see the same moment."""

    def __init__(
        self,
        connection: Connection[Any],
        conninfo: str,
        schema: str,
        nameless: Collection[str],
        processes: int | None,
    ) -> None:
        self._connection, self._conninfo, self._schema = connection, conninfo, schema
        self._nameless = frozenset(topic.encode() for topic in nameless)
        self._processes = processes or min(MOST_PROCESSES, os.cpu_count() or 1)

    def all(self, pieces: Iterable[Piece]) -> Iterator[Checked]:
        """What each piece gives, in order."""
        listed = list(pieces)
        if self._processes == 1 or len(listed) * PIECE < MANY_EVENTS:
            for piece in listed:
                yield check(self._connection, piece, self._nameless)
            return
        row = self._connection.execute("SELECT pg_export_snapshot()").fetchone()
        assert row is not None
        # Begun anew, not forked: who calls may have threads and connections.
        pool = ProcessPoolExecutor(
            self._processes,
            mp_context=get_context("spawn"),
            initializer=_begin,
            initargs=(self._conninfo, self._schema, row[0], self._nameless),
        )
        try:
            yield from pool.map(_check, listed)
        finally:
            pool.shutdown(cancel_futures=True)


_connection: Connection[Any] | None = None
"""The connection of a process that checks pieces."""
_nameless: frozenset[bytes] = frozenset()


def _begin(conninfo: str, schema: str, snapshot: str, nameless: frozenset[bytes]) -> None:
    global _connection, _nameless
    _connection, _nameless = _connect(conninfo), nameless
    _connection.execute(SQL("SET TRANSACTION SNAPSHOT {}").format(snapshot))
    _connection.execute(SQL("SET LOCAL search_path = {}").format(Identifier(schema)))


def _check(piece: Piece) -> Checked:
    assert _connection is not None
    return check(_connection, piece, _nameless)


def _connect(conninfo: str) -> Connection[Any]:
    connection = psycopg.connect(conninfo)
    connection.isolation_level = IsolationLevel.REPEATABLE_READ
    connection.read_only = True
    return connection


@contextmanager
def _reading(conninfo: str, schema: str) -> Iterator[Connection[Any]]:
    with _connect(conninfo) as connection:
        connection.execute(SQL("SET LOCAL search_path = {}").format(Identifier(schema)))
        yield connection
