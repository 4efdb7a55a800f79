"""Making a read model anew from the events, beside the one that serves, and swapping it in."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import psycopg
from psycopg import Connection
from psycopg.errors import LockNotAvailable
from psycopg.sql import SQL, Identifier

from domain.errors import Conflict
from eventstore.log import EventLog
from projections import building, reporting, tracking
from projections.read_model import ReadModel
from projections.runner import Runner

SWAP_ATTEMPTS = 120

Progress = Callable[[int, int], None]
"""Is told the position reached, and the one to be reached."""


def rebuild(log: EventLog, model: ReadModel, *, progress: Progress | None = None) -> int:
    """Build the read model again, while the old one serves, and put it in its place; returns its position.

    What an interrupted run left over is dropped first. A runner that works meanwhile finds the new tables
    in its next transaction, since it reads its place there. Raises Conflict: somebody else is at it.
    """
    live = model.schema(log.schema)
    beside = Runner(log, model, schema=f"{live}_rebuild")
    with psycopg.connect(log.conninfo, autocommit=True) as connection:
        if not building.take(connection, beside.schema):
            raise Conflict(
                f"Somebody else is rebuilding {model.name} just now; wait until that has ended."
                " What is there meanwhile goes on serving."
            )
        building.drop(connection, beside.schema)
        beside.set_up_on(connection)
        try:
            _catch_up(beside, log, progress)
            return _swap(connection, live, beside)
        finally:
            beside.close()


def _catch_up(beside: Runner, log: EventLog, progress: Progress | None) -> None:
    """Up to the present, which moves on meanwhile."""

    def tell(position: int) -> None:
        if progress is not None:
            progress(position, end)

    reached = 0
    while reached < (end := log.position()):
        reached = beside.catch_up(end, told=tell)


def _swap(connection: Connection[Any], live: str, beside: Runner) -> int:
    for _ in range(SWAP_ATTEMPTS - 1):
        with suppress(LockNotAvailable):
            return _try_to_swap(connection, live, beside)
    return _try_to_swap(connection, live, beside)


def _try_to_swap(connection: Connection[Any], live: str, beside: Runner) -> int:
    with connection.transaction(), connection.cursor() as cursor:
        # Readers and runners begin with this table: those at work are waited for, half a second at a time so
        # that others need not queue behind a long one; those to come wait here, and then find the new tables.
        # Who reads by one statement does not, and may hold one table and want another: then this gives way,
        # before the server looks for a deadlock, which it does after a second.
        cursor.execute("SET LOCAL lock_timeout = '500ms'")
        cursor.execute(SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE").format(Identifier(live, "tracking")))
        progress = tracking.read(cursor, live)
        position = beside.catch_up(None)
        assert position >= progress.position
        cursor.execute("SET LOCAL client_min_messages = warning")
        # Views for reports point at the new tables before the old ones go, and move with them.
        reporting.make_views(cursor, beside.log.schema, beside.model, beside.schema)
        building.hand_over(cursor, live, beside.schema)
        cursor.execute(SQL("DROP SCHEMA {} CASCADE").format(Identifier(live)))
        cursor.execute(
            SQL("ALTER SCHEMA {} RENAME TO {}").format(Identifier(beside.schema), Identifier(live))
        )
        cursor.execute("SELECT pg_notify(%s, %s)", (tracking.CHANNEL, f"{live} {position}"))
    return position
