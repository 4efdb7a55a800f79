"""Schemas in which read models are being made: one maker at a time, and nothing is left of one that died.

A lock that goes with the maker's connection says that it is at work. What is there without it was left behind
by a crash, and holds personal values that no erasure would reach.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

import psycopg
from psycopg import Connection, Cursor
from psycopg.errors import InsufficientPrivilege
from psycopg.sql import SQL, Identifier

from projections import tracking
from projections.read_model import ReadModel


def take(connection: Connection[Any], name: str) -> bool:
    """Try to become the one who makes what has this name, for as long as the connection lives."""
    row = connection.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", (name,)).fetchone()
    return row is not None and bool(row[0])


def drop(connection: Connection[Any], schema: str) -> None:
    """Drop a schema with everything in it, if it is there."""
    connection.execute("SET client_min_messages = warning")
    connection.execute(SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(Identifier(schema)))


def hand_over(cursor: Cursor[Any], live: str, schema: str) -> None:
    """Give what was made to the role that has the read model: another, such as a superuser, may make it."""
    owner = cursor.execute(
        "SELECT pg_get_userbyid(nspowner) FROM pg_namespace"
        " WHERE nspname = %s AND pg_get_userbyid(nspowner) <> current_user",
        (live,),
    ).fetchone()
    if owner is None:
        return
    tables = cursor.execute(
        "SELECT relname FROM pg_class WHERE relnamespace = to_regnamespace(quote_ident(%s))"
        " AND relkind IN ('r', 'p', 'v')",
        (schema,),
    ).fetchall()
    role = Identifier(owner[0])
    cursor.execute(SQL("ALTER SCHEMA {} OWNER TO {}").format(Identifier(schema), role))
    for (table,) in tables:
        cursor.execute(SQL("ALTER TABLE {} OWNER TO {}").format(Identifier(schema, table), role))


def clear(conninfo: str, log_schema: str, models: Iterable[ReadModel]) -> list[str]:
    """Drop what interrupted rebuilds, replays and looks at the past left behind; the names of the schemas.

    What another role made, such as a superuser, is not ours to drop: `of_others` names it.
    """
    cleared = []
    with psycopg.connect(conninfo, autocommit=True) as connection:
        for schema, name in _made(connection, log_schema, models, ours=True):
            if take(connection, name):
                drop(connection, schema)
                connection.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", (name,))
                cleared.append(schema)
    return cleared


def of_others(conninfo: str, log_schema: str, models: Iterable[ReadModel]) -> list[str]:
    """Which schemas another role makes, or left behind, in sentences."""
    with psycopg.connect(conninfo, autocommit=True) as connection:
        made = list(_made(connection, log_schema, models, ours=False))
    return [f"The schema {schema} was made by another role, which must drop it." for schema, _ in made]


def _made(
    connection: Connection[Any], log_schema: str, models: Iterable[ReadModel], *, ours: bool
) -> Iterator[tuple[str, str]]:
    """The schemas that are made for a while, with the name of the lock that their maker holds."""
    wanted = _pattern(log_schema, models)
    rows = connection.execute(
        "SELECT nspname FROM pg_namespace n WHERE starts_with(nspname, %s) AND NOT EXISTS"
        " (SELECT FROM pg_class WHERE relnamespace = n.oid AND relname = 'log_events')"
        " AND pg_has_role(nspowner, 'USAGE') = %s ORDER BY nspname",
        (f"{log_schema}_", ours),
    ).fetchall()
    for (schema,) in rows:
        if (found := wanted.fullmatch(schema)) is not None:
            yield str(schema), next(group for group in found.groups() if group is not None)


def drop_older(conninfo: str, log_schema: str, models: Iterable[ReadModel]) -> list[str]:
    """Drop read models of earlier versions that no program feeds any more; which ones stay, in sentences."""
    left = []
    with psycopg.connect(conninfo, autocommit=True) as connection:
        for model in models:
            for version in range(1, model.version):
                schema = f"{log_schema}_{model.name}_{version}"
                if not connection.execute("SELECT FROM pg_namespace WHERE nspname = %s", (schema,)).rowcount:
                    continue
                if not tracking.lead(connection, schema):
                    left.append(f"An earlier version of segmentlog still keeps {schema} up.")
                    continue
                try:
                    drop(connection, schema)
                except InsufficientPrivilege as error:
                    left.append(f"{error.diag.message_primary}.")
    return left


def _pattern(log_schema: str, models: Iterable[ReadModel]) -> re.Pattern[str]:
    """Of the schemas that are made for a while, with the name of the lock that their maker holds."""
    log, model = re.escape(log_schema), "|".join(re.escape(model.name) for model in models)
    return re.compile(
        rf"({log}_past)_(?:{model})_\d+|({log}_at_\d+)_(?:{model})|({log}_(?:{model})_\d+_rebuild)"
    )
