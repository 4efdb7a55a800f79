"""Read models as of a position, in schemas of their own, for one question: made, asked, and dropped again.

One at a time in a database, which a lock sees to; what an interrupted one left is dropped by the next start.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import Connection

from domain.errors import Conflict
from eventstore.log import EventLog
from projections import building
from projections.read_model import ReadModel
from projections.read_models import ReadModels
from projections.runner import Runner

MOST_EVENTS = 100_000
MOST_ENTRIES = 200_000
PATIENCE_SECONDS = 20.0
_WAIT_SECONDS = 0.1


@contextmanager
def past_read_models(
    log: EventLog, models: Sequence[ReadModel], position: int, now: ReadModels
) -> Iterator[ReadModels]:
    """These read models as they were at a position. Raises Conflict: too much, or another is at it."""
    _refuse_much(position, now)
    beside = f"{log.schema}_past"
    with psycopg.connect(log.conninfo, autocommit=True) as connection:
        _take_turn(connection, beside)
        schemas = [model.schema(beside) for model in models]
        for schema in schemas:
            building.drop(connection, schema)
        try:
            _make(log, models, position, beside)
            past = ReadModels(log.conninfo, beside, models, pool_size=2)
            past.open()
            try:
                yield past
            finally:
                past.close()
        finally:
            for schema in schemas:
                building.drop(connection, schema)


def _refuse_much(position: int, now: ReadModels) -> None:
    with now.cursor() as cursor:
        row = cursor.execute(
            "SELECT coalesce(max(entry_no), 0) AS entries FROM interaction_log_entry"
        ).fetchone()
    assert row is not None
    for count, most, what in (
        (position, MOST_EVENTS, "events up to that moment"),
        (row["entries"], MOST_ENTRIES, "interaction log entries"),
    ):
        if count > most:
            raise Conflict(
                f"There are {count:,} {what}; contacts as of a moment are worked out from {most:,} at most."
                " Ask about the contacts as they are now."
            )


def _take_turn(connection: Connection[Any], name: str) -> None:
    """Only one at a time; the lock goes with the connection. Raises Conflict."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not building.take(connection, name):
        if time.monotonic() > deadline:
            raise Conflict("Somebody else is asking about contacts as of a moment; try again in a while.")
        time.sleep(_WAIT_SECONDS)


def _make(log: EventLog, models: Sequence[ReadModel], position: int, beside: str) -> None:
    for model in models:
        runner = Runner(log, model, schema=model.schema(beside))
        try:
            runner.set_up()
            if position:
                runner.catch_up(position)
        finally:
            runner.close()
