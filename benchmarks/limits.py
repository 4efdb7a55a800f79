"""The limits: what PostgreSQL does when it is told exactly what to store, with no service between."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg import sql
from psycopg.sql import SQL, Identifier

from eventstore.log import MIGRATIONS
from eventstore.migrate import migrate
from projections.contacts import Contacts
from projections.contacts.interaction_rows import PARTITION

Connection = psycopg.Connection[tuple[Any, ...]]


class EmptyTables:
    """Tables as the migrations make them, indexes and all, in a schema where nothing else writes."""

    def __init__(self, conninfo: str, schema: str) -> None:
        migrate(conninfo, schema, Contacts().migrations)
        migrate(conninfo, f"{schema}_log", MIGRATIONS)
        self.connection: Connection = psycopg.connect(conninfo, autocommit=True)
        self.connection.execute(
            SQL("SET search_path = {}, {}").format(Identifier(schema), Identifier(f"{schema}_log"))
        )
        # These are no events of anybody, and must go again.
        self.connection.execute("ALTER TABLE log_events DISABLE TRIGGER append_only")
        self.connection.execute("CREATE TABLE stored (data bytea NOT NULL)")
        # As for the contents that events name: they do not compress.
        self.connection.execute("ALTER TABLE stored ALTER COLUMN data SET STORAGE EXTERNAL")

    def make_partitions(self, first: int, last: int) -> None:
        """The partitions that hold these entry numbers, cut as the read model cuts them."""
        for number in range(first // PARTITION, last // PARTITION + 1):
            self.connection.execute(
                SQL("CREATE TABLE {} PARTITION OF interaction_log_entry FOR VALUES FROM ({}) TO ({})").format(
                    Identifier(f"interaction_log_entry_{number}"),
                    number * PARTITION,
                    (number + 1) * PARTITION,
                )
            )

    def truncate(self, *tables: str) -> None:
        """Empty these tables."""
        self.connection.execute(SQL("TRUNCATE {}").format(SQL(", ").join(map(Identifier, tables))))

    def copy(self, dumps: list[Dump]) -> None:
        """Copy all of it in, and commit."""
        with self.connection.transaction(), self.connection.cursor() as cursor:
            for dump in dumps:
                statement = SQL("COPY {} FROM STDIN (FORMAT BINARY)").format(Identifier(dump.table))
                with cursor.copy(statement) as copy:
                    copy.write(dump.rows)

    def close(self) -> None:
        """Give the connection back."""
        self.connection.close()


class Dump:
    """Rows of a table as PostgreSQL itself writes them in binary."""

    def __init__(self, connection: Connection, table: str, query: sql.Composable) -> None:
        self.table = table
        with connection.cursor() as cursor:
            statement = SQL("COPY ({}) TO STDOUT (FORMAT BINARY)").format(query)
            with cursor.copy(statement) as copy:
                self.rows = b"".join(bytes(block) for block in copy)
            self.count = cursor.rowcount
