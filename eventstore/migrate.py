"""Bring a schema up to date with numbered SQL files: each runs once, in a transaction, by one process."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import psycopg
from psycopg.sql import SQL, Identifier


class MigrationError(Exception):
    """The database cannot be used: it is not UTF-8, or a file that was already run has been changed since."""


def migrate(conninfo: str, schema: str, folder: Path) -> list[str]:
    """Run the files of `folder` that this schema has not seen, in the order of their names.

    Returns the names of those that ran. Raises MigrationError.
    """
    ran = []
    with psycopg.connect(conninfo, autocommit=True) as connection:
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
        rows = connection.execute("SELECT name, sha256 FROM schema_migration").fetchall()
        known: dict[str, str] = dict(rows)
        for file in sorted(folder.glob("*.sql")):
            text = file.read_bytes()
            digest = hashlib.sha256(text).hexdigest()
            if file.name not in known:
                with connection.transaction():
                    connection.execute(text)
                    connection.execute(
                        "INSERT INTO schema_migration (name, sha256) VALUES (%s, %s)", (file.name, digest)
                    )
                ran.append(file.name)
            elif known[file.name] != digest:
                raise MigrationError(f"{file.name} has changed since it was run on schema {schema}.")
    return ran


def _refuse_other_encodings(connection: psycopg.Connection[Any]) -> None:
    row = connection.execute("SHOW server_encoding").fetchone()
    if row != ("UTF8",):
        raise MigrationError(f"The database's encoding is {row[0] if row else 'unknown'}; it must be UTF8.")
