"""Figures of the event store alone: small saves by one and by many writers, and very many events at once."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from threading import Barrier
from typing import ClassVar

import psycopg
from eventsourcing.persistence import ApplicationRecorder, StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore
from psycopg.conninfo import conninfo_to_dict
from psycopg.sql import SQL, Identifier

from benchmarks.figures import Figure
from benchmarks.limits import Dump, EmptyTables
from benchmarks.measure import Work
from eventstore.embedded_postgres import find_postgres_binaries
from eventstore.log import EventLog
from eventstore.recorder import Datastore, LogRecorder

TOPIC = "segment.line-added.1"
STATE = (
    b'{"at":"2026-12-01T09:30:00.123456Z","user_id":"benchmark","command_id":"8d5a1e8c-3c1f-4a57-9d0e-6f2c6f0a4b11",'
    b'"work_date":"2026-12-01","data":{"line_no":10000,"contact_no":"CT000012","changes":{}}}'
)
"""An event as small as they come: a line put on a segment."""


class Appending:
    """What is compared, each in a schema of its own: our recorder, the stock one, and a bare table."""

    def __init__(self, conninfo: str, tables: EmptyTables) -> None:
        self.conninfo, self.tables = conninfo, tables
        self._schema, self._stock_schema = "benchmark_append", "benchmark_stock"
        EventLog.set_up(conninfo, self._schema)
        self._datastore = Datastore(conninfo, self._schema, size=16)
        self.ours: ApplicationRecorder = LogRecorder(self._datastore)
        tables.connection.execute(SQL("CREATE SCHEMA {}").format(Identifier(self._stock_schema)))
        tables.connection.execute("CREATE SEQUENCE appended")
        self._stock_datastore = _stock_datastore(conninfo, self._stock_schema)
        stock = PostgresApplicationRecorder(self._stock_datastore, events_table_name="stored_events")
        stock.create_table()
        self.stock: ApplicationRecorder = stock
        self._names = count()

    def by_threads(self, recorder: ApplicationRecorder, writers: int, saves: int) -> Work:
        """So many threads that save one event after the other, each to a stream of its own."""
        name = f"segment-{next(self._names)}"

        def write(writer: int) -> int:
            start.wait()
            for version in range(1, saves // writers + 1):
                recorder.insert_events([StoredEvent(f"{name}-{writer}", version, TOPIC, STATE)])
            return saves // writers

        start = Barrier(writers)
        pool = ThreadPoolExecutor(writers)

        def work() -> int:
            with pool:
                return sum(pool.map(write, range(writers)))

        return work

    def by_pgbench(self, clients: int, inserts: int) -> Work:
        """The same row inserted by PostgreSQL's own program, with nothing else done for it."""
        schema = self.tables.schema
        state, chain = STATE.hex(), bytes(32).hex()
        self.tables.truncate("log_events")
        number = f"nextval('{schema}.appended')"
        statement = (
            f"INSERT INTO {schema}_log.log_events VALUES ('segment-' || :client_id, {number}, '{TOPIC}',"
            f" '\\x{state}', currval('{schema}.appended'), '\\x{chain}');"
        )

        def work() -> int:
            with tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
                script.write(statement)
                script.flush()
                each = inserts // clients
                command = [
                    str(find_postgres_binaries() / "pgbench"),
                    "-n",
                    "-M",
                    "prepared",
                    "-f",
                    script.name,
                ]
                options = ["-c", str(clients), "-j", "2", "-t", str(each), self.conninfo]
                subprocess.run([*command, *options], check=True, capture_output=True)
            return each * clients

        return work

    def close(self) -> None:
        """Give the connections back, and remove the tables."""
        self._datastore.close()
        self._stock_datastore.close()
        for schema in (self._schema, self._stock_schema):
            self.tables.connection.execute(SQL("DROP SCHEMA {} CASCADE").format(Identifier(schema)))
        self.tables.connection.execute("DROP SEQUENCE appended")


def _stock_datastore(conninfo: str, schema: str) -> PostgresDatastore:
    found = {name: str(value) for name, value in conninfo_to_dict(conninfo).items()}
    return PostgresDatastore(
        found["dbname"],
        found.get("host", ""),
        found.get("port", "5432"),
        found.get("user", ""),
        found.get("password", ""),
        schema=schema,
        originator_id_type="text",
        pool_size=16,
    )


class Single(Figure):
    """Saves of one event each."""

    writers: ClassVar[int]
    saves: ClassVar[int]

    def __init__(self, appending: Appending) -> None:
        self.appending, self.size = appending, self.saves

    def subject(self, run: int) -> Work:
        return self.appending.by_threads(self.appending.ours, self.writers, self.saves)

    def limit(self, run: int) -> Work:
        return self.appending.by_threads(self.appending.stock, self.writers, self.saves)

    def close(self) -> None:
        """All is left for the next figure."""


class SingleByOne(Single):
    key = "append-1"
    name = "Append events one by one, 1 writer"
    against = "the stock recorder of the eventsourcing library"
    reach = 1 / 1.5
    writers, saves = 1, 600


class SingleBySixteen(Single):
    key = "append-16"
    name = "Append events one by one, 16 writers in one process"
    against = SingleByOne.against
    reach = 1 / 3
    writers, saves = 16, 1_600


class ByPgbench(Single):
    against = "pgbench inserting the same row with as many clients; neither order nor chain"

    def limit(self, run: int) -> Work:
        return self.appending.by_pgbench(self.writers, self.saves)


class PgbenchByOne(ByPgbench):
    key = "pgbench-1"
    name = SingleByOne.name
    writers, saves = 1, 600


class PgbenchBySixteen(ByPgbench):
    key = "pgbench-16"
    name = SingleBySixteen.name
    writers, saves = 16, 3_200


class Bulk(Figure):
    """One save of very many events, into an empty log each time."""

    key = "append-many"
    name = "Append events in one save"
    against = "binary COPY of the same rows into an empty table with the same indexes"
    reach = 1.5

    def __init__(self, conninfo: str, events: int, tables: EmptyTables) -> None:
        self.size = events
        self._conninfo, self._tables = conninfo, tables
        self._schema: str | None = None
        self._dumps: list[Dump] = []
        self._events = [StoredEvent(f"segment-{n}", 1, TOPIC, STATE) for n in range(events)]

    def subject(self, run: int) -> Work:
        self.close()
        self._schema = schema = f"benchmark_bulk_{run}"
        EventLog.set_up(self._conninfo, schema)
        datastore = Datastore(self._conninfo, schema, size=1)
        recorder = LogRecorder(datastore)
        recorder.max_notification_id()  # connects

        def append() -> int:
            positions = recorder.insert_events(self._events)
            assert positions is not None
            return len(positions)

        return _closing(append, datastore.close)

    def limit(self, run: int) -> Work:
        if not self._dumps:
            assert self._schema is not None
            rows = SQL("SELECT * FROM {} ORDER BY notification_id").format(
                Identifier(self._schema, "log_events")
            )
            with psycopg.connect(self._conninfo) as connection:
                self._dumps = [Dump(connection, "log_events", rows)]
        self._tables.truncate("log_events")

        def copy() -> int:
            self._tables.copy(self._dumps)
            return self._dumps[0].count

        return copy

    def close(self) -> None:
        if self._schema is not None:
            self._tables.connection.execute(SQL("DROP SCHEMA {} CASCADE").format(Identifier(self._schema)))
            self._schema = None


def _closing(work: Work, close: Callable[[], None]) -> Work:
    def then_close() -> int:
        try:
            return work()
        finally:
            close()

    return then_close
