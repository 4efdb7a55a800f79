"""Read models as they were at a position, in a schema of their own, beside those that serve."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import psycopg
from psycopg import Connection
from psycopg.sql import SQL, Identifier

from eventstore.log import EventLog
from projections import building
from projections.read_model import ReadModel
from projections.replay_erasures import blank_since, take_turn
from projections.runner import Runner

Progress = Callable[[int, int], None]
"""Is told the position reached, and the one to be reached."""

_OURS = ("tracking", "schema_migration")
"""Tables of a read model that are about the building, and stay behind."""


class ReplayError(Exception):
    """There is no such moment or replay, or somebody else makes it just now."""


class Replay(msgspec.Struct, frozen=True):
    """Read models as they were at a position, ready to be asked."""

    schema: str
    position: int
    made_at: str


def schema_of(log_schema: str, position: int) -> str:
    """The schema that holds the read models as they were at a position."""
    return f"{log_schema}_at_{position}"


def replay(
    log: EventLog, models: Sequence[ReadModel], position: int, *, progress: Progress | None = None
) -> Replay:
    """Build all read models from the events up to a position; returns where they are. Raises ReplayError.

    One that was made before is made again. What serves is not touched: nothing but events is read.
    """
    if not 0 <= position <= (last := log.position()):
        raise ReplayError(f"There is no event {position:,} yet; the last is {last:,}.")
    schema = schema_of(log.schema, position)
    parts = [Runner(log, model, schema=f"{schema}_{model.name}") for model in models]
    with psycopg.connect(log.conninfo, autocommit=True) as connection:
        _alone(connection, schema)
        building.clear(log.conninfo, log.schema, models)
        for part in parts:
            building.drop(connection, part.schema)
        try:
            for number, part in enumerate(parts):
                part.set_up()
                _build(part, position, number * position, len(parts) * position, progress)
            _gather(connection, log, schema, parts, position)
        finally:
            for part in parts:
                part.close()
                building.drop(connection, part.schema)
    return next(made for made in replays(log) if made.position == position)


def replays(log: EventLog) -> list[Replay]:
    """The replays that there are, by their position."""
    with psycopg.connect(log.conninfo) as connection:
        names = connection.execute(
            "SELECT c.relnamespace::regnamespace::text FROM pg_class c JOIN pg_namespace n"
            " ON n.oid = c.relnamespace WHERE c.relname = 'replay' AND n.nspname ~ %s",
            (f"^{log.schema}_at_[0-9]+$",),
        ).fetchall()
        found = []
        for (name,) in names:
            row = connection.execute(
                SQL("SELECT position, made_at FROM {}").format(Identifier(name, "replay"))
            ).fetchone()
            if row is not None:
                found.append(Replay(name, int(row[0]), f"{row[1]:%Y-%m-%dT%H:%M:%S}Z"))
    return sorted(found, key=lambda one: one.position)


def drop(log: EventLog, position: int) -> None:
    """Drop a replay. Raises ReplayError."""
    schema = schema_of(log.schema, position)
    with psycopg.connect(log.conninfo, autocommit=True) as connection:
        _alone(connection, schema)
        if not connection.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", (schema,)).fetchone():
            raise ReplayError(f"There is no replay at {position:,}.")
        building.drop(connection, schema)


def _alone(connection: Connection[Any], schema: str) -> None:
    if not building.take(connection, schema):
        raise ReplayError("Somebody makes or drops this replay just now.")


def _build(part: Runner, position: int, before: int, total: int, progress: Progress | None) -> None:
    def tell(reached: int) -> None:
        if progress is not None:
            progress(before + reached, total)

    part.catch_up(position, told=tell)


def _gather(
    connection: Connection[Any], log: EventLog, schema: str, parts: Sequence[Runner], position: int
) -> None:
    """Bring the tables and views of all read models into one schema, at once."""
    name = Identifier(schema)
    with connection.transaction(), connection.cursor() as cursor:
        take_turn(cursor, log.schema)
        building.drop(connection, schema)
        connection.execute(SQL("CREATE SCHEMA {}").format(name))
        for part in parts:
            relations = connection.execute(
                "SELECT relname, relkind = 'v' FROM pg_class"
                " WHERE relnamespace = to_regnamespace(quote_ident(%s))"
                " AND relkind IN ('r', 'p', 'v') AND relname <> ALL(%s)",
                (part.schema, list(_OURS)),
            ).fetchall()
            for relation, is_view in relations:
                connection.execute(
                    SQL("ALTER VIEW {} SET SCHEMA {}" if is_view else "ALTER TABLE {} SET SCHEMA {}").format(
                        Identifier(part.schema, relation), name
                    )
                )
        connection.execute(
            SQL(
                "CREATE TABLE {} AS SELECT %s::bigint AS position, now() AT TIME ZONE 'UTC' AS made_at"
            ).format(Identifier(schema, "replay")),
            (position,),
        )
        # Whoever erases a contact blanks it here too.
        building.hand_over(cursor, parts[0].model.schema(log.schema), schema)
        blank_since(cursor, log, schema, position)
