"""What tables hold, so that it can be compared."""

from __future__ import annotations

import psycopg
from psycopg.sql import SQL, Identifier


def checksums(conninfo: str, schema: str) -> dict[str, tuple[int, str]]:
    """How many rows each table has, and a hash of them that does not depend on their order."""
    found: dict[str, tuple[int, str]] = {}
    with psycopg.connect(conninfo) as connection:
        tables = connection.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = %s::regnamespace AND relkind IN ('r', 'p')"
            " AND NOT relispartition AND relname NOT IN ('tracking', 'schema_migration') ORDER BY relname",
            (Identifier(schema).as_string(connection),),
        ).fetchall()
        for (table,) in tables:
            row = connection.execute(
                SQL(
                    "SELECT count(*),"
                    " coalesce(sum(('x' || left(md5(t::text), 15))::bit(60)::bigint), 0)::text FROM {} AS t"
                ).format(Identifier(schema, table))
            ).fetchone()
            assert row is not None
            found[table] = (int(row[0]), str(row[1]))
    return found
