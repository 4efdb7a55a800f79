"""Rights in the database for a service whose role does not own the events, and can only add to them."""

from __future__ import annotations

import psycopg
from psycopg.sql import SQL, Identifier

from eventstore.log import EventLog

ONLY_ADDED_TO = ("log_events", "tree_tile", "checkpoint", "checkpoint_anchored", "history_read")
REWRITTEN = ("personal_key", "content", "idempotency_key")
"""Those that are written anew, as they are, to remove what is left of erased contacts in their files."""


def grant(conninfo: str, schema: str, role: str) -> None:
    """Make the tables of the log as their owner, and give a role what a service needs there.

    Raises MigrationError, psycopg.Error.
    """
    EventLog.set_up(conninfo, schema)
    names = {"schema": Identifier(schema), "role": Identifier(role)}
    tables = SQL(", ").join(Identifier(schema, table) for table in ONLY_ADDED_TO)
    with psycopg.connect(conninfo) as connection:
        for statement in (
            "GRANT USAGE ON SCHEMA {schema} TO {role}",
            "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {role}",
            "GRANT USAGE ON ALL SEQUENCES IN SCHEMA {schema} TO {role}",
            "REVOKE INSERT, UPDATE, DELETE ON {schema}.schema_migration FROM {role}",
            "REVOKE UPDATE, DELETE, TRUNCATE ON {tables} FROM {role}",
        ):
            connection.execute(SQL(statement).format(tables=tables, **names))
        if connection.info.server_version >= 170_000:
            rewritten = SQL(", ").join(Identifier(schema, table) for table in REWRITTEN)
            connection.execute(SQL("GRANT MAINTAIN ON {} TO {role}").format(rewritten, **names))
