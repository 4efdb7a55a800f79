"""Reading: connections that see the tables of all read models, and waiting until they hold what was said."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import date
from threading import Event as Flag
from threading import Lock
from typing import Any, NamedTuple

import msgspec
import psycopg
from psycopg import Connection, Cursor
from psycopg.rows import DictRow, dict_row
from psycopg.sql import SQL, Identifier
from psycopg_pool import ConnectionPool

from eventstore.notices import Notices
from projections import tracking
from projections.arrays import load_integers_as_numpy
from projections.listing import Listing, Page, Query, list_page
from projections.read_model import ReadModel


class Status(msgspec.Struct, frozen=True):
    """How far a read model is: its position, how many events behind, and what stopped it, if anything."""

    position: int
    behind: int
    fed: bool
    """Whether a runner keeps it up."""
    error: str | None = None


class _Waiting(NamedTuple):
    position: int
    names: Sequence[str]
    there: Flag


class ReadModels:
    """The read models of one event log, for queries."""

    def __init__(
        self,
        conninfo: str,
        log_schema: str,
        models: Sequence[ReadModel],
        notices: Notices | None = None,
        *,
        pool_size: int = 10,
    ) -> None:
        self.schemas = {model.name: model.schema(log_schema) for model in models}
        self._conninfo = conninfo
        self._reached = dict.fromkeys(self.schemas, 0)
        self._lock = Lock()
        self._waiting: list[_Waiting] = []
        self._notices = notices
        self._opened = ExitStack()
        path = SQL("SET search_path = {}").format(SQL(", ").join(map(Identifier, self.schemas.values())))
        # The lock is asked for before a transaction sees anything, so that what a rebuild swaps in comes
        # wholly before or wholly after it (and so that the two never wait for each other). In one trip with
        # the beginning, since a trip takes as long as to find a row.
        self._begin = (
            SQL("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; LOCK TABLE {} IN ACCESS SHARE MODE")
            .format(SQL(", ").join(Identifier(schema, "tracking") for schema in self.schemas.values()))
            .as_bytes(None)
        )

        def configure(connection: Connection[Any]) -> None:
            connection.autocommit = True
            connection.execute(path)
            load_integers_as_numpy(connection)

        self._pool = ConnectionPool(
            conninfo,
            connection_class=Connection[DictRow],
            kwargs={"row_factory": dict_row},
            min_size=1,
            max_size=pool_size,
            open=False,
            configure=configure,
        )

    def open(self) -> None:
        """Connect, and begin to listen for progress, where there are notices."""
        self._pool.open()
        self._opened.callback(self._pool.close)
        if self._notices is not None:
            self._opened.enter_context(self._notices.following(tracking.CHANNEL, self._hear))

    def close(self) -> None:
        """Give the connections back."""
        self._opened.close()

    @contextmanager
    def cursor(self) -> Iterator[Cursor[DictRow]]:
        """A cursor in a transaction of its own, which sees all tables at one moment."""
        with self._pool.connection() as connection, connection.cursor(binary=True) as cursor:
            connection.execute(self._begin)  # the pool ends it
            yield cursor

    @contextmanager
    def glance(self) -> Iterator[Cursor[DictRow]]:
        """A cursor for one statement, which sees all tables at one moment by itself.

        Beginning and ending a transaction take as long as a small statement, and even for the pool to see
        that there is none to end takes a twentieth of one.
        """
        connection = self._pool.getconn()
        try:
            yield connection.cursor(binary=True)
        finally:
            self._pool.putconn(connection)

    def page(self, listing: Listing, query: Query, work_date: date) -> Page:
        """A page of a listing. Raises InvalidFilter, InvalidRequest."""
        with self.cursor() if query.count else self.glance() as cursor:
            return list_page(cursor, listing, query, work_date=work_date)

    def position(self, cursor: Cursor[Any], name: str) -> int:
        """Where a read model is, as this cursor sees it."""
        return tracking.read(cursor, self.schemas[name]).position

    def tracking(self, name: str) -> Identifier:
        """The same as a table of one row, to be named first in a `glance`, which then holds up no rebuild."""
        return Identifier(self.schemas[name], "tracking")

    def wait(self, position: int, timeout: float, names: Sequence[str] | None = None) -> bool:
        """Wait until read models, or some of them, hold this position; whether they do."""
        mine = _Waiting(position, list(self.schemas) if names is None else names, Flag())
        with self._lock:
            if self._holds(mine):
                return True
            if timeout <= 0:
                return False
            self._waiting.append(mine)
        mine.there.wait(timeout)
        with self._lock:
            self._waiting.remove(mine)
            return self._holds(mine)

    def _holds(self, waiting: _Waiting) -> bool:
        return all(self._reached[name] >= waiting.position for name in waiting.names)

    def pool_stats(self) -> dict[str, int]:
        """How its connections are used."""
        return self._pool.get_stats()

    def status(self, log_position: int) -> dict[str, Status]:
        """Where each read model is, against the position of the log."""
        found = {}
        with self._pool.connection() as connection:
            for name, schema in self.schemas.items():
                row = connection.execute(
                    SQL("SELECT position, error FROM {}").format(Identifier(schema, "tracking"))
                ).fetchone()
                assert row is not None
                position, fed = int(row["position"]), tracking.is_led(connection, schema)
                found[name] = Status(position, max(0, log_position - position), fed, row["error"])
        return found

    def _hear(self, said: str | None) -> None:
        if said is None:
            self._look()
            return
        schema, _, position = said.rpartition(" ")
        for name, known in self.schemas.items():
            if known == schema:
                self._reach(name, int(position))

    def _look(self) -> None:
        # Not from the pool, where connections may be as dead as the one that no notice came from.
        with psycopg.connect(self._conninfo, autocommit=True) as connection, connection.cursor() as cursor:
            for name, schema in self.schemas.items():
                self._reach(name, tracking.read(cursor, schema).position)

    def _reach(self, name: str, position: int) -> None:
        with self._lock:
            self._reached[name] = position
            # Nobody else is woken: each would take the interpreter from those that have something to do.
            for waiting in self._waiting:
                if self._holds(waiting):
                    waiting.there.set()
