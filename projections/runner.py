"""Feeds a read model: takes events in pages, applies each page in one transaction with its position.

Any number of runners may stand by for one read model; an advisory lock elects the one that works. One that
lost its place, or died, leaves nothing behind: the position is read again in every transaction.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from itertools import groupby, takewhile
from operator import attrgetter
from queue import Empty, SimpleQueue
from threading import Event as Flag
from threading import Thread
from typing import Any, NamedTuple

import psycopg
import structlog
from eventsourcing import persistence
from psycopg import Connection, Cursor
from psycopg.errors import DeadlockDetected
from psycopg.rows import args_row
from psycopg.sql import SQL, Identifier

from eventstore.event import UnknownEventError
from eventstore.log import EventLog
from eventstore.migrate import migrate_on
from eventstore.notices import HEAD
from eventstore.recorder import MissingHeadError
from projections import tracking
from projections.part_writers import PartWriters, show_part
from projections.read_model import InParts, ReadModel, Recorded
from projections.tracking import LostPlaceError, Progress

PAGE = 5_000
PAGE_BYTES = 16_000_000
"""Of the events in a page, but for the last: some hold thousands of rows each."""
PART = 25_000
"""So many rows of a long event are written and committed together."""
WRITERS = min(4, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)
"""So many parts are written at once. More than the server has processors would not be faster."""
POLL_SECONDS = 1.0
RETRY_SECONDS = 2.0

# Both ends of the page are named, so that the index is used also while the server knows nothing of the table.
# What the read model passes over is not sent; what nobody knows is, to be stumbled over.
_PAGE = (
    "SELECT head.last, next.* FROM"
    " (SELECT least(position, %(until)s, %(after)s::bigint + %(page)s) AS last FROM log_head) AS head"
    " LEFT JOIN LATERAL"
    " (SELECT notification_id, originator_id, originator_version, topic, state,"
    " sum(octet_length(state)) OVER (ORDER BY notification_id"
    " ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before FROM log_events"
    " WHERE notification_id > %(after)s AND notification_id <= head.last AND topic <> ALL(%(passed)s)"
    ") AS next ON before IS NULL OR before < %(bytes)s"
)

PASSING = (
    psycopg.OperationalError,
    psycopg.InterfaceError,
    persistence.OperationalError,
    persistence.InterfaceError,
)
"""Errors of connections; reading the log raises the library's own."""


class _Row(NamedTuple):
    """An event as a page brings it; of a page that brings none, only `last`."""

    last: int
    notification_id: int
    originator_id: str
    originator_version: int
    topic: str
    state: bytes
    before: int


class Page(NamedTuple):
    """The events that concern the read model, of those after where it is and up to `last`."""

    last: int
    events: list[Recorded]


logger = structlog.get_logger()


class Runner:
    """Keeps one read model up with the log, in a schema that is normally the read model's own."""

    def __init__(self, log: EventLog, model: ReadModel, *, schema: str | None = None) -> None:
        self.log, self.model = log, model
        self.schema = schema or model.schema(log.schema)
        self._connection: Connection[Any] | None = None
        self._place: Progress | None = None
        """Where this runner left it. Whether it is still there is seen when it is moved."""

    def set_up(self) -> None:
        """Make the tables."""
        with psycopg.connect(self.log.conninfo, autocommit=True) as connection:
            self.set_up_on(connection)

    def set_up_on(self, connection: Connection[Any]) -> None:
        """Make the tables on a connection: a new one takes longer to begin than to make a few of them."""
        migrate_on(connection, self.schema, self.model.migrations)
        tracking.make_table(connection, self.schema)

    def catch_up(
        self,
        until: int | None = None,
        *,
        at_least: int | None = None,
        told: Callable[[int], None] = lambda position: None,
    ) -> int:
        """Apply events until there are no more, or up to a position; returns the position reached.

        With `at_least` it is enough to get there; it is not looked whether there are more, nor whether
        somebody else went on from where this one left it. `told` hears of each position on the way.
        """
        connection = self._connected()
        with ThreadPoolExecutor(1, "reading ahead") as reader:
            progress = None if at_least is None else self._place
            ahead: tuple[int, Future[Page]] | None = None
            while True:
                if progress is None:
                    with connection.cursor() as cursor:
                        progress = tracking.read(cursor, self.schema)
                self._place = progress
                if at_least is not None and progress.position >= at_least:
                    return progress.position
                if ahead is not None and ahead[0] == progress.position:
                    page = ahead[1].result()
                else:
                    page = self._page(progress.position, until)
                if page.last <= progress.position:
                    return progress.position
                # When there is much to do, the next page is read while the database writes this one.
                is_full = page.last == progress.position + PAGE
                ahead = (page.last, reader.submit(self._page, page.last, until)) if is_full else None
                try:
                    progress = self._apply(connection, progress, page)
                    told(progress.position)
                except LostPlaceError:
                    progress = None

    def close(self) -> None:
        """Give the connection back."""
        if self._connection is not None:
            self._connection.close()
            self._connection, self._place = None, None

    def run(self, stop: Flag) -> None:
        """Keep up until told to stop: retry what may pass, say what does not."""
        while not stop.is_set():
            try:
                self._lead(stop)
            except PASSING as error:
                logger.warning("read model waits for the database", name=self.model.name, error=str(error))
            except Exception as error:
                logger.exception("read model cannot go on", name=self.model.name)
                self._say(error)
            self.close()
            stop.wait(RETRY_SECONDS)

    def _lead(self, stop: Flag) -> None:
        connection, said = self._connected(), SimpleQueue[str | None]()
        while not stop.is_set() and not tracking.lead(connection, self.schema):
            stop.wait(POLL_SECONDS)
        with self.log.notices.following(HEAD, said.put):
            reached, told = 0, None
            while not stop.is_set():
                # Who was told of a save that came along with an earlier one has nothing to do.
                if told is None or told > reached:
                    reached = self.catch_up(at_least=told)
                told = _last(said)

    def _say(self, error: Exception) -> None:
        try:
            with psycopg.connect(self.log.conninfo, autocommit=True) as connection:
                tracking.fail(connection, self.schema, f"{type(error).__name__}: {error}")
        except psycopg.Error as failure:
            logger.warning("the error could not be kept", name=self.model.name, error=str(failure))

    def _connected(self) -> Connection[Any]:
        if self._connection is None or self._connection.closed:
            self._connection = self._connect()
        return self._connection

    def _connect(self) -> Connection[Any]:
        connection = psycopg.connect(self.log.conninfo, autocommit=True)
        connection.execute(SQL("SET search_path = {}").format(Identifier(self.schema)))
        # Rows and position come and go together: what a crash of the server takes is applied again.
        connection.execute("SET synchronous_commit = off")
        return connection

    def _page(self, after: int, until: int | None) -> Page:
        """The next events that concern this read model, up to an end.

        Raises UnknownEventError, MissingHeadError.
        """
        passed = self.log.topics - self.log.stored_as(self.model.topics)
        with (
            self.log.datastore.get_connection() as connection,
            connection.cursor(binary=True, row_factory=args_row(_Row)) as cursor,
        ):
            cursor.execute(
                _PAGE,
                {
                    "passed": list(passed),
                    "after": after,
                    "until": 2**62 if until is None else until,
                    "page": PAGE,
                    "bytes": PAGE_BYTES,
                },
                prepare=True,
            )
            # The server would sort them a second time, and cannot know that they are in order already.
            rows = sorted(cursor.fetchall(), key=attrgetter("notification_id"))
        if not rows:
            raise MissingHeadError
        last = rows[0].last
        if rows[0].notification_id is None:
            return Page(last, [])
        if sum(len(row.state) for row in rows) >= PAGE_BYTES:
            last = rows[-1].notification_id
        # What comes before an event that is not known is taken over first.
        found = list(takewhile(lambda row: row.topic in self.log.topics, rows))
        if len(found) < len(rows):
            last = rows[len(found)].notification_id - 1
            if last == after:
                raise UnknownEventError(rows[len(found)].topic)
        events = self.log.events_mapper.to_domain_events(found)
        return Page(
            last, [Recorded(row.notification_id, event) for row, event in zip(found, events, strict=True)]
        )

    def _apply(self, connection: Connection[Any], progress: Progress, page: Page) -> Progress:
        def parts_of(recorded: Recorded) -> InParts | None:
            return self.model.in_parts(recorded.event)

        for parts, items in groupby(page.events, parts_of):
            batch = list(items)
            first, last = batch[0].position, batch[-1].position
            if parts is not None:
                progress = self._pass_over(connection, progress, first - 1)
                progress = self._apply_parts(connection, progress, first, parts)
                continue
            before = progress
            progress = Progress(page.last if last == page.events[-1].position else last)
            with self._transaction(connection) as cursor:
                # First, so that one statement makes sure of the place, keeps it for this one, and moves it.
                tracking.move(cursor, self.schema, before, progress)
                self.model.apply(cursor, batch)
        return self._pass_over(connection, progress, page.last)

    def _pass_over(self, connection: Connection[Any], progress: Progress, position: int) -> Progress:
        """Move on to a position up to which nothing concerns this read model."""
        if progress.position >= position:
            return progress
        with connection.cursor() as cursor:
            tracking.move(cursor, self.schema, progress, Progress(position))
        return Progress(position)

    def _apply_parts(
        self, connection: Connection[Any], progress: Progress, position: int, parts: InParts
    ) -> Progress:
        cuts = [*range(progress.part, parts.size, PART), parts.size]
        with self._transaction(connection) as cursor:
            if tracking.read(cursor, self.schema, lock=True) != progress:
                raise LostPlaceError
            parts.begin(cursor)
            if len(cuts) <= 2:
                parts.write(cursor, progress.part, parts.size)
                return show_part(cursor, self.schema, parts, position, progress.part, parts.size)
        PartWriters(self._connect, self.schema, parts, position).write(cuts, WRITERS)
        return Progress(position)

    @contextmanager
    def _transaction(self, connection: Connection[Any]) -> Iterator[Cursor[Any]]:
        """A transaction, which has to begin by making sure of the place it continues from."""
        try:
            with connection.transaction(), connection.cursor() as cursor:
                yield cursor
        except DeadlockDetected as error:  # with another runner, which is writing the same rows
            raise LostPlaceError from error


def _last(said: SimpleQueue[str | None]) -> int | None:
    """The last position that was said; None where nothing was, or where not all may have been heard.

    Logs in other schemas say theirs on the same channel.
    """
    heard: list[str | None] = []
    with suppress(Empty):
        heard.append(said.get(timeout=POLL_SECONDS))
        while True:
            heard.append(said.get_nowait())
    positions = [int(position) for position in heard if position is not None]
    return max(positions, default=None) if len(positions) == len(heard) else None


class Runners:
    """A thread for each read model."""

    def __init__(self, runners: list[Runner]) -> None:
        self._stop = Flag()
        self._threads = [
            Thread(target=runner.run, args=(self._stop,), name=f"read model {runner.model.name}", daemon=True)
            for runner in runners
        ]

    def start(self) -> None:
        """Begin to keep up."""
        for thread in self._threads:
            thread.start()

    def stop(self, timeout: float = 10.0) -> None:
        """Stop after the page that is being applied."""
        self._stop.set()
        deadline = time.monotonic() + timeout
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
