"""How far a read model is: its position, kept in its own schema and changed together with its rows."""

from __future__ import annotations

from functools import cache
from typing import Any, LiteralString, NamedTuple

from psycopg import Connection, Cursor
from psycopg.sql import SQL, Identifier

CHANNEL = "segmentlog_read_models"

_TABLE = """
CREATE TABLE IF NOT EXISTS tracking (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    position bigint NOT NULL,
    part bigint NOT NULL,
    error text,
    updated_at timestamptz NOT NULL DEFAULT now()
)
"""


class LostPlaceError(Exception):
    """The read model is not where it was left: a rebuild was swapped in, or another runner worked."""


class Progress(NamedTuple):
    """All events up to `position` are in the rows, and `part` rows of the event after it."""

    position: int
    part: int = 0


def make_table(connection: Connection[Any], schema: str) -> None:
    """Make the table in a new schema, at position 0."""
    with connection.transaction():
        connection.execute(SQL("SET LOCAL search_path = {}").format(Identifier(schema)))
        connection.execute("SET LOCAL client_min_messages = warning")
        connection.execute(_TABLE)
        connection.execute("INSERT INTO tracking (position, part) VALUES (0, 0) ON CONFLICT DO NOTHING")


def read(cursor: Cursor[Any], schema: str, *, lock: bool = False) -> Progress:
    """Where the read model in this schema is; with `lock`, nobody else can move it in this transaction."""
    statement = "SELECT position, part FROM {} FOR UPDATE" if lock else "SELECT position, part FROM {}"
    row = cursor.execute(_of(schema, statement), prepare=True).fetchone()
    assert row is not None
    position, part = row.values() if isinstance(row, dict) else row
    return Progress(int(position), int(part))


def move(cursor: Cursor[Any], schema: str, before: Progress, progress: Progress) -> None:
    """Say where the read model is once this is committed, and tell whoever waits for it.

    Nobody else can move it in this transaction then. Raises LostPlaceError.
    """
    cursor.execute(
        _of(
            schema,
            "WITH moved AS (UPDATE {} SET position = %s, part = %s, error = NULL, updated_at = now()"
            " WHERE position = %s AND part = %s RETURNING position) SELECT pg_notify(%s, %s) FROM moved",
        ),
        (*progress, *before, CHANNEL, f"{schema} {progress.position}"),
        prepare=True,
    )
    if cursor.rowcount != 1:
        raise LostPlaceError


def fail(connection: Connection[Any], schema: str, error: str) -> None:
    """Say why the read model does not get on."""
    connection.execute(
        SQL("UPDATE {} SET error = %s").format(Identifier(schema, "tracking")),
        (error,),
    )


def lead(connection: Connection[Any], schema: str) -> bool:
    """Try to become the one runner that feeds this read model, for as long as the connection lives."""
    row = connection.execute(
        "SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", (_leader(schema),)
    ).fetchone()
    return row is not None and bool(row[0])


def is_led(connection: Connection[Any], schema: str) -> bool:
    """Whether a runner feeds this read model now."""
    return bool(
        connection.execute(
            "SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            " AND (classid::bigint << 32 | objid::bigint) = hashtextextended(%s, 0)",
            (_leader(schema),),
        ).rowcount
    )


@cache
def _of(schema: str, statement: LiteralString) -> bytes:
    """A statement on the table in this schema, put together once: it is done for every event."""
    return SQL(statement).format(Identifier(schema, "tracking")).as_bytes(None)


def _leader(schema: str) -> str:
    return f"runner {schema}"
