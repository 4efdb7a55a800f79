"""Views for reports, in a schema of their own: the same while the tables behind them are made anew.

They are replaced in place and never dropped, so whoever was granted them, and whatever was built on them,
stays.
"""

from __future__ import annotations

import hashlib
from typing import Any

import psycopg
from psycopg import Connection, Cursor
from psycopg.errors import InvalidTableDefinition
from psycopg.sql import SQL, Identifier

from projections.read_model import ReadModel

USUAL_LOG = "segmentlog"
_NOTE = "its views for reports: "


class ReportingError(Exception):
    """The views cannot be granted."""


def reporting_schema(log_schema: str) -> str:
    """The schema of the views: `reporting`, or one named after the log where several share a database."""
    return "reporting" if log_schema == USUAL_LOG else f"{log_schema}_reporting"


def set_up(conninfo: str, log_schema: str, model: ReadModel) -> None:
    """Make the views over a read model, unless they are there and are what they should be."""
    tables = model.schema(log_schema)
    with psycopg.connect(conninfo, autocommit=True) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtext(%s))", (f"reporting {log_schema}",))
        # Replacing a view waits for those who read it, so it is not done for nothing.
        row = cursor.execute(
            "SELECT obj_description(oid, 'pg_namespace') FROM pg_namespace WHERE nspname = %s", (tables,)
        ).fetchone()
        if row != (_note(model),):
            with connection.transaction():
                make_views(cursor, log_schema, model, tables)


def make_views(cursor: Cursor[Any], log_schema: str, model: ReadModel, tables: str) -> None:
    """Let the views of a read model show the tables in this schema, in the transaction of the cursor."""
    reporting = reporting_schema(log_schema)
    # Looked for first: "IF NOT EXISTS" asks for the right to make it, which a role may not have.
    if not cursor.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", (reporting,)).fetchone():
        cursor.execute(SQL("CREATE SCHEMA {}").format(Identifier(reporting)))
    cursor.execute(SQL("SET LOCAL search_path = {}").format(Identifier(tables)))
    statements = SQL(_text(model)).format(reporting=Identifier(reporting))
    try:
        with cursor.connection.transaction():
            cursor.execute(statements)
    except InvalidTableDefinition:
        # A column has another type now: these views have to go, and come again.
        for (name,) in _views_of(cursor, reporting, model):
            cursor.execute(SQL("DROP VIEW IF EXISTS {} CASCADE").format(Identifier(reporting, name)))
        cursor.execute(statements)
    _grant_again(cursor, reporting)
    note = SQL("COMMENT ON SCHEMA {} IS {}").format(Identifier(tables), _note(model))
    cursor.execute(note)


def grant(conninfo: str, log_schema: str, role: str) -> None:
    """Let a role read the views, and nothing else. Raises ReportingError, psycopg.Error."""
    reporting = reporting_schema(log_schema)
    with psycopg.connect(conninfo) as connection:
        if not connection.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", (reporting,)).fetchone():
            raise ReportingError(f"There is no schema {reporting} yet; start the service once.")
        names = {"schema": Identifier(reporting), "role": Identifier(role)}
        connection.execute(SQL("GRANT USAGE ON SCHEMA {schema} TO {role}").format(**names))
        connection.execute(SQL("GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO {role}").format(**names))
        if not _has_all(connection, reporting, role):
            # Whoever may not give a right away is only warned by PostgreSQL.
            raise ReportingError(f"The schema {reporting} belongs to another role; come in as that one.")


def _has_all(connection: Connection[Any], reporting: str, role: str) -> bool:
    row = connection.execute(
        "SELECT has_schema_privilege(%(role)s, %(schema)s, 'USAGE') AND NOT EXISTS ("
        "SELECT FROM pg_class WHERE relnamespace = to_regnamespace(quote_ident(%(schema)s))"
        " AND relkind = 'v' AND NOT has_table_privilege(%(role)s, oid, 'SELECT'))",
        {"role": role, "schema": reporting},
    ).fetchone()
    return row == (True,)


def _grant_again(cursor: Cursor[Any], reporting: str) -> None:
    """Whoever may use the schema may read all of it, views that are new too."""
    roles = cursor.execute(
        "SELECT grantee::regrole::text FROM pg_namespace, aclexplode(nspacl)"
        " WHERE nspname = %s AND privilege_type = 'USAGE' AND grantee NOT IN (0, nspowner)",
        (reporting,),
    ).fetchall()
    for (role,) in roles:
        # Quoted already, as a regrole is.
        statement = SQL("GRANT SELECT ON ALL TABLES IN SCHEMA {} TO " + role)
        cursor.execute(statement.format(Identifier(reporting)))


def _views_of(cursor: Cursor[Any], reporting: str, model: ReadModel) -> list[tuple[str]]:
    """The views that the file of a read model makes, as far as they are there."""
    text = _text(model)
    found = cursor.execute(
        "SELECT relname FROM pg_class WHERE relkind = 'v'"
        " AND relnamespace = to_regnamespace(quote_ident(%s))",
        (reporting,),
    ).fetchall()
    return [(name,) for (name,) in found if f"VIEW {{reporting}}.{name} " in text]


def _text(model: ReadModel) -> str:
    return (model.migrations.parent / "reporting.sql").read_text()


def _note(model: ReadModel) -> str:
    return _NOTE + hashlib.sha256(_text(model).encode()).hexdigest()
