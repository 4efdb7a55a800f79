"""The figures: each a use case of the service against its limit."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from typing import ClassVar, cast

from psycopg.sql import SQL, Composed, Identifier

from application.segments import stream_of
from benchmarks.data import CALLER, TEMPLATE, Base, Installation
from benchmarks.limits import Dump, EmptyTables
from benchmarks.measure import Work
from domain.contact_set import contact_sets
from domain.criteria import parse_criteria
from domain.segment.events import SegmentLogged, Skipped
from domain.segment.selection import Criteria
from eventstore.event import Event
from projections.arrays import load_integers_as_numpy
from projections.contact_queries import interactions_of
from projections.contacts.contact_rows import CHILDREN
from projections.criteria_sql import Parameters, compile_criteria


class Figure(ABC):
    """A piece of work and its limit. `reach` is the ratio that must not be passed; None: only shown."""

    name: ClassVar[str]
    against: ClassVar[str]
    reach: ClassVar[float | None] = None
    key: ClassVar[str]
    warm_up: ClassVar[bool] = True
    """Whether the first run of each side does not count."""
    size: int
    latencies: Sequence[float] = ()
    """How long each command of all runs took, where a run is many commands."""

    @abstractmethod
    def subject(self, run: int) -> Work:
        """Prepare a run of the use case."""

    @abstractmethod
    def limit(self, run: int) -> Work:
        """Prepare a run of the limit, on the same data as the subject's run of the same number."""

    @abstractmethod
    def close(self) -> None:
        """Remove what only this figure needed."""


class OnBase(Figure):
    """A figure on the contacts of the base, which no run changes."""

    def __init__(self, base: Base, tables: EmptyTables) -> None:
        self.base, self.size = base, base.selected
        self.service = base.installation.service
        self._tables = tables
        self._bare = base.installation.connect()
        load_integers_as_numpy(self._bare)

    def close(self) -> None:
        self._bare.close()


class Count(OnBase):
    key = "count"
    name = "Count the contacts that match criteria (preview)"
    against = "bare SQL: SELECT count(*) with the same WHERE"
    reach = 1.2

    def subject(self, run: int) -> Work:
        segment, criteria = self.base.installation.new_segment(), self.base.criteria(run)

        def preview() -> int:
            found = self.service.selecting.preview(CALLER, segment.no, criteria)
            return found.lines_added + sum(found.skipped.values())

        return preview

    def limit(self, run: int) -> Work:
        statement, parameters = _bare(SQL("count(*)"), self.base.criteria(run))

        def select() -> int:
            row = self._bare.execute(statement, parameters, binary=True).fetchone()
            assert row is not None
            return int(row[0])

        return select


class Add(OnBase):
    key = "add"
    name = "Add contacts to a segment by criteria, event appended"
    against = "bare SQL: SELECT array_agg(key) with the same WHERE, fetched, and one INSERT of the same bytes"
    reach = 1.5

    def subject(self, run: int) -> Work:
        segment, criteria = self.base.installation.new_segment(), self.base.criteria(run)

        def apply() -> int:
            action, _, _ = self.service.selecting.apply(CALLER, segment.no, criteria)
            self._segment_no = segment.no
            return action.lines_added + left_out(action.skipped)

        return apply

    def limit(self, run: int) -> Work:
        statement, parameters = _bare(SQL("array_agg(c.key)"), self.base.criteria(run))
        data = self._stored_bytes()
        self._tables.truncate("stored")

        def select_and_insert() -> int:
            row = self._bare.execute(statement, parameters, binary=True).fetchone()
            self._tables.connection.execute("INSERT INTO stored (data) VALUES (%b)", (data,))
            assert row is not None
            return len(row[0])

        return select_and_insert

    def _stored_bytes(self) -> bytes:
        """The event of the subject's last run, with the contents that it names."""
        log = self.service.log
        *_, event = cast(Iterable[Event], log.events.get(stream_of(self._segment_no)))
        digests = [part.sha256 for found in contact_sets(event.data) for part in found.reference().parts]
        state = log.mapper.to_stored_event(event).state
        return state + b"".join(log.contents.load(digests).values())


class Log(OnBase):
    key = "log"
    name = "Log a segment until every entry can be read"
    against = "one binary COPY of the same rows into an empty table with the same indexes and partitions"
    reach = 1.3

    def __init__(self, base: Base, tables: EmptyTables) -> None:
        super().__init__(base, tables)
        self._dumps: list[Dump] = []

    def subject(self, run: int) -> Work:
        no = self.base.installation.new_segment().no
        self.service.selecting.apply(CALLER, no, self.base.criteria(run))
        self.base.installation.catch_up()
        self.base.empty_log()

        def log() -> int:
            event, _, _ = self.service.logging.log(CALLER, no, send_attachments=False, create_follow_up=False)
            self.base.installation.contacts.catch_up()
            self._logged = event
            return event.number_of_interactions

        return log

    def limit(self, run: int) -> Work:
        if not self._dumps:
            self._dumps = [self._dump(self._logged)]
        self._tables.truncate("recorded_interaction")

        def copy() -> int:
            self._tables.copy(self._dumps)
            return self._dumps[0].count

        return copy

    def _dump(self, logged: SegmentLogged) -> Dump:
        return self._tables.dump_of_entries(self._bare, logged)


class Cancel(OnBase):
    """Cancel a logged segment and take it back, by turns: the same rows change each time."""

    key = "cancel"
    name = "Cancel a logged segment until statistics agree"
    against = "one UPDATE of the same rows of a table with the same indexes and partitions"
    reach = 0.5

    def __init__(self, base: Base, tables: EmptyTables) -> None:
        super().__init__(base, tables)
        no = base.installation.new_segment().no
        self.service.selecting.apply(CALLER, no, base.criteria(0))
        base.installation.catch_up()
        event, _, _ = self.service.logging.log(CALLER, no, send_attachments=False, create_follow_up=False)
        base.installation.catch_up()
        self._logged = event
        self._others = self._counted() - event.number_of_interactions
        tables.fill_entries(self._bare, event)

    def subject(self, run: int) -> Work:
        def cancel() -> int:
            entry_no, canceled = self._logged.entry_no, run % 2 == 0
            self.service.interactions.cancel_logged_segment(CALLER, entry_no, canceled=canceled)
            self.base.installation.contacts.catch_up()
            assert self._counted() == self._others + (0 if canceled else self._logged.number_of_interactions)
            return self._logged.number_of_interactions

        return cancel

    def _counted(self) -> int:
        """What the statistics of the template say."""
        with self.service.read_models.cursor() as cursor:
            found = interactions_of(cursor, "interaction_template_code", [TEMPLATE])
        return int(found[TEMPLATE]["number_of_interactions"])

    def limit(self, run: int) -> Work:
        def update() -> int:
            # A column of the same kind, in the same rows; which are canceled is kept elsewhere.
            statement = "UPDATE recorded_interaction SET postponed = NOT postponed"
            return self._tables.connection.execute(statement).rowcount

        return update


class Import(Figure):
    key = "import"
    name = "Import contacts from a CSV file until they can be read"
    against = "binary COPY of the same event rows and contact rows into empty tables with the same indexes"
    reach = 3.0
    warm_up = False

    def __init__(self, conninfo: str, file: bytes, contacts: int, tables: EmptyTables) -> None:
        self.size = contacts
        self._conninfo, self._file, self._tables = conninfo, file, tables
        self._installation: Installation | None = None
        self._dumps: list[Dump] = []

    def subject(self, run: int) -> Work:
        self.close()
        self._installation = installation = Installation(self._conninfo, f"import_{run}")
        installation.start_worker()

        def import_file() -> int:
            result = installation.import_contacts(self._file)
            installation.wait_for_contacts(result.position)
            return result.registered

        return import_file

    def limit(self, run: int) -> Work:
        if not self._dumps:
            assert self._installation is not None
            self._dumps = _contact_dumps(self._installation)
        self._tables.truncate(*(dump.table for dump in self._dumps))

        def copy() -> int:
            self._tables.copy(self._dumps)
            return self._dumps[0].count

        return copy

    def close(self) -> None:
        if self._installation is not None:
            self._installation.drop()
            self._installation = None


def _contact_dumps(installation: Installation) -> list[Dump]:
    """The rows of an import: its events, the contacts, and the tables of a contact's lists."""
    children = [table for table, _ in CHILDREN.values()]
    tables = ["contact", *children, "contact_alternative_address", "contact_alternative_address_range"]
    with installation.connect() as connection:
        dumps = [Dump(connection, name, _all_rows(Identifier(name))) for name in tables]
        events = SQL("{} WHERE t.topic LIKE 'contact.%' ORDER BY t.notification_id").format(
            _all_rows(Identifier(installation.log_schema, "log_events"))
        )
        return [*dumps, Dump(connection, "log_events", events)]


def _all_rows(table: Identifier) -> Composed:
    return SQL("SELECT t.* FROM {} t").format(table)


def _bare(what: SQL, criteria: Criteria) -> tuple[Composed, dict[str, object]]:
    """A statement on the contacts that meet the criteria, with its parameters."""
    parameters = Parameters()
    condition = compile_criteria(parse_criteria(criteria.filters, work_date=CALLER.work_date), parameters)
    return SQL("SELECT {} FROM contact c WHERE {}").format(what, condition), parameters.values


def left_out(skipped: Skipped) -> int:
    return sum(skipped.counts().values())
