"""What stays in the database's own files of values that are in no row any more, and how it is removed.

PostgreSQL leaves replaced rows in their pages until something is written over them, samples of columns in the
planner's statistics, and all of that in the write-ahead log, whose files it uses again as they are.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any

from psycopg import Connection
from psycopg.errors import Diagnostic, InsufficientPrivilege, LockNotAvailable
from psycopg.sql import SQL, Identifier

STATISTICS = ("pg_catalog", "pg_statistic")
LOCK_SECONDS = 5
ATTEMPTS = 12
PATIENCE_SECONDS = 60.0
# A process without a database serves a standby, which may want old rows too.
_SEEING = """
SELECT who FROM (
    SELECT 'Process ' || pid || ' of the database', backend_xmin FROM pg_stat_activity
    WHERE (datname = current_database() OR datname IS NULL) AND pid <> pg_backend_pid()
    UNION ALL SELECT 'The replication slot ' || slot_name, xmin FROM pg_replication_slots
    UNION ALL SELECT 'The prepared transaction ' || gid, transaction FROM pg_prepared_xacts
    WHERE database = current_database()
) AS seeing (who, xmin)
WHERE xmin IS NOT NULL AND age(xmin) >= age((%s %% 4294967296)::text::xid) ORDER BY who
"""
_WAL_FILE = "name ~ '^[0-9A-F]{24}$'"


def wait_for_older(connection: Connection[Any]) -> list[str]:
    """Wait until nobody sees rows of before this moment, which could not go then; what does, if it stays."""
    row = connection.execute("SELECT pg_current_xact_id()::text::bigint").fetchone()
    assert row is not None
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        seeing = connection.execute(_SEEING, (row[0],)).fetchall()
        if not seeing:
            return []
        if time.monotonic() > deadline:
            return [f"{who} may still see rows of before." for (who,) in seeing]
        time.sleep(0.1)


def rewrite(connection: Connection[Any], tables: Iterable[tuple[str, str]]) -> list[str]:
    """Write tables, by schema and name, anew into other files; what could not be, and why."""
    said: list[str] = []

    def hear(notice: Diagnostic) -> None:
        if notice.severity_nonlocalized == "WARNING":
            said.append(f"{notice.message_primary}.")

    connection.add_notice_handler(hear)
    connection.execute("SET client_min_messages = warning")
    connection.execute(SQL("SET lock_timeout = {}").format(LOCK_SECONDS * 1000))
    try:
        for schema, table in tables:
            said += _rewrite(connection, schema, table)
    finally:
        connection.remove_notice_handler(hear)
        connection.execute("RESET lock_timeout")
    return said


def _rewrite(connection: Connection[Any], schema: str, table: str) -> list[str]:
    # A few seconds at a time, so that others need not queue behind this for long.
    for _ in range(ATTEMPTS):
        try:
            connection.execute(SQL("VACUUM (FULL, ANALYZE) {}").format(Identifier(schema, table)))
        except LockNotAvailable:
            continue
        except InsufficientPrivilege as error:
            return [f"{error.diag.message_primary}."]
        return []
    return [f"The table {schema}.{table} is in use all the time."]


def renew_wal(connection: Connection[Any]) -> list[str]:
    """Have every file of the write-ahead log that there is removed, or written over; what could not be.

    Files that are kept to be used again are gone through one by one: what is left of one after its last
    record is filled with zeros.
    """
    try:
        before = _wal_file(connection)
        connection.execute("SELECT pg_switch_wal()")
        connection.execute("CHECKPOINT")
        row = connection.execute(
            f"SELECT count(*) FROM pg_ls_waldir() WHERE {_WAL_FILE} AND name > %s", (_wal_file(connection),)
        ).fetchone()
        assert row is not None
        for _ in range(row[0] + 1):
            # A file is only left for the next if there is something in it.
            connection.execute("SELECT pg_logical_emit_message(false, 'segmentlog', 'next file')")
            connection.execute("SELECT pg_switch_wal()")
        connection.execute("CHECKPOINT")
        kept = connection.execute(
            f"SELECT count(*), min(name) FROM pg_ls_waldir() WHERE {_WAL_FILE} AND name <= %s", (before,)
        ).fetchone()
    except InsufficientPrivilege as error:
        return [f"The write-ahead log is not ours to renew: {error.diag.message_primary}."]
    assert kept is not None
    if kept[0]:
        held = "a standby, a replication slot, archiving or wal_keep_size holds them"
        return [f"{kept[0]} files of the write-ahead log are kept, from {kept[1]} on: {held}."]
    return []


def _wal_file(connection: Connection[Any]) -> str:
    row = connection.execute("SELECT pg_walfile_name(pg_current_wal_insert_lsn())").fetchone()
    assert row is not None
    return str(row[0])
