"""Removing what is left of erased contacts in the database's own files (design 3).

Erasing destroys a key and blanks rows, at once. What PostgreSQL keeps of the rows of before, in pages,
samples and its write-ahead log, goes in one sweep for all who were erased since the last.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from threading import Event as Flag
from threading import Thread
from typing import Any

import msgspec
import psycopg
import structlog
from psycopg import Connection

from application.erasures import erased_documents
from domain.contact import ContactErased
from domain.errors import Conflict
from eventstore import traces
from eventstore.grants import REWRITTEN
from eventstore.log import EventLog
from eventstore.personal_keys import DESTROYED
from projections import building
from projections.read_model import ReadModel
from projections.rebuild import Progress, rebuild
from projections.replay import replays

POLL_SECONDS = 60.0

logger = structlog.get_logger()


class Scrubbed(msgspec.Struct, frozen=True):
    """How many erased contacts it was about; and what could not be removed, in sentences, with the reason."""

    contacts: int
    left: Sequence[str] = ()


class Scrubbing:
    """Sweeps through the files of one log's database. `models` are all its read models."""

    def __init__(self, log: EventLog, models: Sequence[ReadModel]) -> None:
        self._log, self._models = log, models

    def waiting(self, seconds: float = 0.0) -> list[int]:
        """The contacts that were erased so long ago, and of which something may be left, by their keys."""
        with self._log.datastore.get_connection() as connection:
            rows = connection.execute(
                "SELECT subject FROM personal_key k WHERE destroyed_at <= now() - %s * interval '1 second'"
                " AND NOT EXISTS (SELECT FROM traces_removed t WHERE t.subject = k.subject) ORDER BY subject",
                (seconds,),
            ).fetchall()
        return [int(row["subject"]) for row in rows]

    def scrub(self, *, progress: Progress | None = None) -> Scrubbed:
        """Sweep now. Reads go on, but for moments; it takes as long as a rebuild. Raises Conflict."""
        with psycopg.connect(self._log.conninfo, autocommit=True) as connection:
            if not building.take(connection, f"{self._log.schema} scrub"):
                raise Conflict("Somebody else removes what is left of erased contacts just now.")
            subjects = self.waiting()
            self._remove_documents()
            building.clear(self._log.conninfo, self._log.schema, self._models)
            left = building.of_others(self._log.conninfo, self._log.schema, self._models)
            left += building.drop_older(self._log.conninfo, self._log.schema, self._models)
            for model in self._models:
                if ContactErased.topic in model.topics:
                    rebuild(self._log, model, progress=progress)
            left += traces.wait_for_older(connection)
            left += traces.rewrite(connection, self._tables(connection))
            left += traces.renew_wal(connection)
            if not left:
                self._note(subjects)
        return Scrubbed(len(subjects), left)

    def _remove_documents(self) -> None:
        """Those that stayed when a contact was erased, because another had them who is erased by now too."""
        with self._log.datastore.transaction(commit=True) as cursor:
            # All events are read for this, so it comes before the lock, which holds up others.
            listed = [bytes.fromhex(digest) for digest in erased_documents(cursor.connection)]
            cursor.execute("SELECT FROM content WHERE sha256 = ANY(%b) LIMIT 1", (listed,))
            if cursor.fetchone() is None:
                return
            # Whoever keeps the same file in this moment is waited for, and counts as having it.
            cursor.execute("LOCK TABLE content IN SHARE ROW EXCLUSIVE MODE")
            self._log.contents.removing(sorted(erased_documents(cursor.connection)))(cursor)
            cursor.execute("SELECT pg_notify(%s, '')", (DESTROYED,))

    def _tables(self, connection: Connection[Any]) -> Iterator[tuple[str, str]]:
        yield from ((self._log.schema, table) for table in REWRITTEN)
        for made in replays(self._log):
            rows = connection.execute(
                "SELECT relname FROM pg_class WHERE relnamespace = to_regnamespace(quote_ident(%s))"
                " AND relkind = 'r' ORDER BY relname",
                (made.schema,),
            )
            yield from ((made.schema, str(table)) for (table,) in rows.fetchall())
        yield traces.STATISTICS  # the last: all of the above write to it

    def _note(self, subjects: Sequence[int]) -> None:
        with self._log.datastore.get_connection() as connection:
            connection.execute(
                "INSERT INTO traces_removed (subject) SELECT unnest(%s::bigint[]) ON CONFLICT DO NOTHING",
                (list(subjects),),
            )


class Scrubber:
    """A thread of a worker that sweeps when a contact was erased so many seconds ago.

    What could not be removed it says once: trying again by itself would not help.
    """

    def __init__(self, scrubbing: Scrubbing, seconds: float) -> None:
        self._scrubbing, self._seconds = scrubbing, seconds
        self._tried: set[int] = set()
        self._stop = Flag()
        self._thread = Thread(target=self._run, name="scrubbing", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self, timeout: float = 10.0) -> None:
        """Stop after what is being done, or leave it to the next start."""
        self._stop.set()
        self._thread.join(timeout)

    def step(self) -> Scrubbed | None:
        """Sweep if it is time; what came of it."""
        if set(self._scrubbing.waiting(self._seconds)) <= self._tried:
            return None
        subjects = self._scrubbing.waiting()
        done = self._scrubbing.scrub()
        self._tried.update(subjects)
        if done.left:
            logger.warning("something may be left of erased contacts", left=list(done.left))
        return done

    def _run(self) -> None:
        while not self._stop.wait(min(POLL_SECONDS, self._seconds)):
            try:
                self.step()
            except Conflict as error:
                logger.info("another process is at it", said=error.detail)
            except Exception as error:
                logger.error("what is left of erased contacts is not removed", error=str(error))
