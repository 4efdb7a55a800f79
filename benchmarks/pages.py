"""Pages of the interaction log and of a worksheet, against bare SQL for the same rows."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

from psycopg.sql import SQL, Identifier

from benchmarks.data import CALLER, Base
from benchmarks.figures import OnBase
from benchmarks.limits import EmptyTables
from benchmarks.measure import Work
from domain.vocabulary import LINE_STEP
from projections.listing import Query, cursor_behind
from projections.segment_listings import INTERACTION_LOG_ENTRIES

PAGES = 20
"""So many pages are read in a run, since one takes a millisecond or two."""
ROWS = 100

_ENTRIES = (
    "SELECT e.*, c.name, k.name, t.value, s.value, (SELECT json_agg(m.*) FROM interaction_comment m"
    " WHERE m.entry_no = e.entry_no) FROM (SELECT * FROM interaction_log_entry WHERE {} = %s"
    " AND NOT postponed AND entry_no > %s ORDER BY entry_no LIMIT %s) AS e"
    " LEFT JOIN contact c ON c.no = e.contact_no LEFT JOIN contact k ON k.no = e.contact_company_no"
    " LEFT JOIN record t ON t.kind = 'interaction-template' AND t.code = e.interaction_template_code"
    " LEFT JOIN record s ON s.kind = 'salesperson' AND s.code = e.salesperson_code ORDER BY e.entry_no"
)


class _PageOfLog(OnBase):
    """Pages of entries that meet a filter, each from another place in the log."""

    against = "bare SQL: the same rows and names, with the number of the entry before the page"
    reach = 1.5
    column: ClassVar[str]

    def __init__(self, base: Base, tables: EmptyTables) -> None:
        super().__init__(base, tables)
        schemas = self.service.read_models.schemas.values()
        self._bare.execute(SQL("SET search_path = {}").format(SQL(", ").join(map(Identifier, schemas))))
        self._first, self._entries = base.fill_log()
        self.size = self._entries

    @abstractmethod
    def asked(self, run: int) -> list[tuple[str, int]]:
        """For each page: the value of the filter, and the entry before the page."""

    def subject(self, run: int) -> Work:
        asked = self.asked(run)

        def read() -> int:
            rows = 0
            for value, behind in asked:
                place = cursor_behind(None, [str(behind)]) if behind else None
                query = Query({self.column: value}, limit=ROWS, cursor=place)
                page = self.service.read_models.page(INTERACTION_LOG_ENTRIES, query, CALLER.work_date)
                rows += len(page.items)
            return rows

        return read

    def limit(self, run: int) -> Work:
        asked = self.asked(run)
        statement = SQL(_ENTRIES).format(Identifier(self.column))

        def select() -> int:
            rows = 0
            for value, behind in asked:
                found = self._bare.execute(statement, (value, behind, ROWS + 1), binary=True).fetchall()
                rows += min(ROWS, len(found))
            return rows

        return select

    def _places(self, run: int) -> list[int]:
        """Places all over the log, other ones in each run."""
        return [
            self._first + (number * 2 + 1) * self._entries // (2 * PAGES) + run for number in range(PAGES)
        ]

    def _values_at(self, run: int) -> list[tuple[str, int]]:
        """The values of the entries there, with the entry before each."""
        numbers = self._places(run)
        statement = SQL("SELECT {}::text, entry_no - 1 FROM interaction_log_entry WHERE entry_no = ANY(%s)")
        return self._bare.execute(statement.format(Identifier(self.column)), (numbers,)).fetchall()


class PageByContact(_PageOfLog):
    key = "page-log-contact"
    name = "Twenty pages of the interaction log, by contact"
    column = "contact_no"

    def asked(self, run: int) -> list[tuple[str, int]]:
        return [(value, 0) for value, _ in self._values_at(run)]


class PageBySegment(_PageOfLog):
    key = "page-log-segment"
    name = "Twenty pages of the interaction log, by segment"
    column = "segment_no"

    def asked(self, run: int) -> list[tuple[str, int]]:
        # By turns the first page of a segment, and one in its midst.
        return [(value, behind * (place % 2)) for place, (value, behind) in enumerate(self._values_at(run))]


class PageByDate(_PageOfLog):
    key = "page-log-date"
    name = "Twenty pages of the interaction log, by date"
    column = "date"

    def __init__(self, base: Base, tables: EmptyTables) -> None:
        super().__init__(base, tables)
        # PostgreSQL may come to one plan for any date, reading the log from its beginning: six times slower.
        self._bare.execute("SET plan_cache_mode = force_custom_plan")

    def asked(self, run: int) -> list[tuple[str, int]]:
        return self._values_at(run)


class PageOfLines(OnBase):
    """Pages anywhere in a worksheet, whose lines have no table: its limit has one."""

    key = "page-lines"
    name = "Twenty pages of a worksheet's lines, anywhere in it"
    against = "bare SQL: the lines of a table with one row for each, joined with their contacts"
    reach = 1.5

    def __init__(self, base: Base, tables: EmptyTables) -> None:
        super().__init__(base, tables)
        self._no = base.installation.new_segment().no
        self.service.selecting.apply(CALLER, self._no, base.criteria(0))
        segment = self.service.segments.get(self._no)
        columns = segment.line_columns()
        self._bare.execute("CREATE TEMP TABLE bare_line (line_no bigint PRIMARY KEY, contact_key integer)")
        with (
            self._bare.cursor() as cursor,
            cursor.copy("COPY bare_line FROM STDIN (FORMAT BINARY)") as copy,
        ):
            copy.set_types(["int8", "int4"])
            for row in zip(columns.line_no.tolist(), columns.contact_key.tolist(), strict=True):
                copy.write_row(row)
        self._bare.execute("ANALYZE bare_line")

    def subject(self, run: int) -> Work:
        def read() -> int:
            rows = 0
            for behind in self._places(run):
                segment = self.service.segments.get(self._no)
                rows += len(self.service.segments.show(segment.lines(behind, ROWS)))
            return rows

        return read

    def limit(self, run: int) -> Work:
        def select() -> int:
            statement = (
                "SELECT l.line_no, c.* FROM bare_line l JOIN contact c ON c.key = l.contact_key"
                " WHERE l.line_no > %s ORDER BY l.line_no LIMIT %s"
            )
            return sum(
                len(self._bare.execute(statement, (behind, ROWS), binary=True).fetchall())
                for behind in self._places(run)
            )

        return select

    def _places(self, run: int) -> list[int]:
        return [(number * self.size // PAGES + run) * LINE_STEP for number in range(PAGES)]
