"""The limits: what PostgreSQL does when it is told exactly what to store, with no service between."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg import sql
from psycopg.sql import SQL, Identifier

from domain.segment.events import SegmentLogged
from eventstore.log import MIGRATIONS
from eventstore.migrate import migrate
from projections.contacts import Contacts
from projections.contacts.interaction_rows import PARTITION

Connection = psycopg.Connection[tuple[Any, ...]]


class EmptyTables:
    """Tables as the migrations make them, indexes and all, in a schema where nothing else writes."""

    def __init__(self, conninfo: str, schema: str) -> None:
        self.schema = schema
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
            statement = SQL(
                "CREATE TABLE IF NOT EXISTS {} PARTITION OF recorded_interaction FOR VALUES FROM ({}) TO ({})"
            )
            name = Identifier(f"recorded_interaction_{number}")
            self.connection.execute(statement.format(name, number * PARTITION, (number + 1) * PARTITION))

    def dump_of_entries(self, connection: Connection, logged: SegmentLogged) -> Dump:
        """The entries of a logged segment, for which there are partitions then."""
        first = logged.first_interaction_no
        self.make_partitions(first, first + logged.number_of_interactions - 1)
        query = SQL(
            "SELECT e.* FROM recorded_interaction e WHERE e.logged_segment_entry_no = {} ORDER BY e.entry_no"
        ).format(sql.Literal(logged.entry_no))
        return Dump(connection, "recorded_interaction", query)

    def fill_entries(self, connection: Connection, logged: SegmentLogged) -> None:
        """Hold the entries of a logged segment, and no others."""
        dump = self.dump_of_entries(connection, logged)
        self.truncate("recorded_interaction")
        self.copy([dump])

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
