"""Bring a schema up to date with numbered SQL files: each runs once, in a transaction, by one process."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import psycopg
from psycopg import Connection
from psycopg.errors import UndefinedTable
from psycopg.sql import SQL, Identifier


class MigrationError(Exception):
    """The database cannot be used: it is not UTF-8, or its tables are not those that the files make."""


def migrate(conninfo: str, schema: str, folder: Path) -> list[str]:
    """Run the files of `folder` that this schema has not seen, in the order of their names.

    Returns the names of those that ran. Raises MigrationError.
    """
    with psycopg.connect(conninfo, autocommit=True) as connection:
        return migrate_on(connection, schema, folder)


def migrate_on(connection: Connection[Any], schema: str, folder: Path) -> list[str]:
    """The same on a connection, for which this schema is the one where it looks for names from then on."""
    ran = []
    connection.execute("SET client_min_messages = warning")
    _refuse_other_encodings(connection)
    connection.execute("SELECT pg_advisory_lock(hashtext(%s))", (f"migrate {schema}",))
    # Looked for first: "IF NOT EXISTS" asks for the right to make it, which a role may not have.
    if not connection.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", (schema,)).fetchone():
        connection.execute(SQL("CREATE SCHEMA IF NOT EXISTS {}").format(Identifier(schema)))
    connection.execute(SQL("SET search_path = {}").format(Identifier(schema)))
    if connection.execute("SELECT to_regclass('schema_migration')").fetchone() == (None,):
        connection.execute(
            "CREATE TABLE IF NOT EXISTS schema_migration ("
            " name text PRIMARY KEY, sha256 text NOT NULL, ran_at timestamptz NOT NULL DEFAULT now())"
        )
    for name, text, digest in _not_seen(connection, schema, folder):
        with connection.transaction():
            connection.execute(text)
            connection.execute("INSERT INTO schema_migration (name, sha256) VALUES (%s, %s)", (name, digest))
        ran.append(name)
    return ran


def require(conninfo: str, schema: str, folder: Path) -> None:
    """Make sure that this schema has seen the files of `folder`; change nothing. Raises MigrationError."""
    with psycopg.connect(conninfo) as connection:
        try:
            missing = [name for name, _, _ in _not_seen(connection, schema, folder)]
        except UndefinedTable:
            raise MigrationError(f"There is no event log in the schema {schema}.") from None
    if missing:
        raise MigrationError(
            f"The tables in the schema {schema} are of an earlier version of segmentlog: {missing[0]} has not"
            " run there. Use the version that runs there, or start the service in this one first."
        )


def _not_seen(connection: Connection[Any], schema: str, folder: Path) -> list[tuple[str, bytes, str]]:
    """Name, text and digest of the files that did not run on this schema yet, in the order of their names."""
    rows = connection.execute(
        SQL("SELECT name, sha256 FROM {}").format(Identifier(schema, "schema_migration"))
    ).fetchall()
    known, missing = dict(rows), []
    for file in sorted(folder.glob("*.sql")):
        text = file.read_bytes()
        digest = hashlib.sha256(text).hexdigest()
        if file.name not in known:
            missing.append((file.name, text, digest))
        elif known[file.name] != digest:
            raise MigrationError(f"{file.name} has changed since it was run on schema {schema}.")
    return missing


def _refuse_other_encodings(connection: Connection[Any]) -> None:
    row = connection.execute("SHOW server_encoding").fetchone()
    if row != ("UTF8",):
        raise MigrationError(f"The database's encoding is {row[0] if row else 'unknown'}; it must be UTF8.")
