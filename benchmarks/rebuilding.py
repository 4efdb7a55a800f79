"""Making all read models anew from the events, against reading those and copying the rows in."""

from __future__ import annotations

from psycopg.sql import SQL, Identifier

from application.event_log import read_models
from benchmarks.data import Base
from benchmarks.figures import OnBase
from benchmarks.limits import Dump, EmptyTables
from benchmarks.measure import Work
from projections.rebuild import rebuild


class Rebuild(OnBase):
    """The contacts of the base, and all that was logged until then: one segment at least."""

    key = "rebuild"
    name = "Rebuild all read models from the events, and swap them in"
    against = "all events fetched, and one binary COPY of the rows into empty tables with the same indexes"
    reach = 2.0

    def __init__(self, base: Base, tables: EmptyTables) -> None:
        super().__init__(base, tables)
        base.fill_log()
        self._models = {model.name: model for model in read_models(self.service.log)}
        # Other figures took entries away that the events still have, and so must the limit.
        rebuild(self.service.log, self._models["contacts"])
        schema = base.installation.contacts.schema
        names = [
            str(name)
            for (name,) in self._bare.execute(
                "SELECT relname FROM pg_class WHERE relnamespace = %s::regnamespace"
                " AND relkind IN ('r', 'p') AND NOT relispartition"
                " AND relname NOT IN ('tracking', 'schema_migration') ORDER BY relname",
                (schema,),
            )
        ]
        row = self._bare.execute("SELECT max(entry_no) FROM interaction_log_entry").fetchone()
        assert row is not None
        tables.make_partitions(1, int(row[0]))
        self._dumps = [Dump(self._bare, name, SQL("TABLE {}").format(Identifier(name))) for name in names]

    def subject(self, run: int) -> Work:
        def make_anew() -> int:
            position = 0
            for model in self._models.values():
                position = rebuild(self.service.log, model)
            return position

        return make_anew

    def limit(self, run: int) -> Work:
        self._tables.truncate(*(dump.table for dump in self._dumps))
        events = SQL("SELECT originator_id, originator_version, topic, state FROM {}").format(
            Identifier(self.base.installation.log_schema, "log_events")
        )

        def read_and_copy() -> int:
            read = 0
            with self._bare.transaction(), self._bare.cursor("events", binary=True) as cursor:
                cursor.execute(events)
                while rows := cursor.fetchmany(5_000):
                    read += len(rows)
            self._tables.copy(self._dumps)
            return read

        return read_and_copy

    def close(self) -> None:
        self._tables.truncate(*(dump.table for dump in self._dumps))
        super().close()
