"""What auditors wait for: the whole log verified, and a large segment as it stood at any version."""

from __future__ import annotations

import psycopg
from eventsourcing.persistence import StoredEvent
from psycopg.sql import SQL, Identifier

from benchmarks.data import CALLER, Base
from benchmarks.figures import Count, OnBase, left_out
from benchmarks.limits import EmptyTables
from benchmarks.measure import Work
from domain.segment.lines import LineChanges
from domain.segment.selection import Criteria
from domain.vocabulary import LINE_STEP
from eventstore.recorder import event_digest

PAGE = 2_000
ROWS = 100
VERSIONS = 20
EVENTS = SQL(
    "SELECT notification_id, originator_id, originator_version, topic, state FROM {}.log_events"
    " ORDER BY notification_id"
)


class Verify(OnBase):
    """Verifying checks the chain too, computes the tree, and holds both against what is stored and signed."""

    key = "verify"
    name = "Verify the whole log: every event, the chain, the tree, checkpoints, contact sets"
    against = "every event read, and its SHA-256 computed, and nothing else"
    reach = 1.3

    def __init__(self, base: Base, tables: EmptyTables) -> None:
        super().__init__(base, tables)
        self.service.auditing.seal()

    def subject(self, run: int) -> Work:
        def verify() -> int:
            found = self.service.auditing.verify()
            if not found.ok:
                raise ValueError(found.problem)
            return found.events

        return verify

    def limit(self, run: int) -> Work:
        def read_and_hash() -> int:
            count, log = 0, self.base.installation
            with psycopg.connect(log.conninfo) as connection, connection.cursor("events") as cursor:
                cursor.execute(EVENTS.format(Identifier(log.log_schema)), binary=True)
                while page := cursor.fetchmany(PAGE):
                    for position, *event in page:
                        event_digest(position, StoredEvent(*event))
                    count += len(page)
            return count

        return read_and_hash


class AsOf(Count):
    """Another version in each run, read from the events, with a hundred lines anywhere in it."""

    key = "as-of"
    name = "A segment as it stood at any of its versions, and a hundred of its lines"
    reach = 1.0

    def __init__(self, base: Base, tables: EmptyTables) -> None:
        super().__init__(base, tables)
        self._no = base.installation.new_segment().no
        segments, selecting = self.service.segments, self.service.selecting
        action, _, _ = selecting.apply(CALLER, self._no, base.criteria(0))
        self._left_out = left_out(action.skipped)
        for number in range(1, VERSIONS):
            line = base.selected * number // VERSIONS * LINE_STEP
            changes = LineChanges(description=f"No. {number}")
            segments.change_line(CALLER, self._no, line, None, changes)
        # What there is now is something else.
        selecting.apply(CALLER, self._no, Criteria("reduce", {"contact": {"country_code": "NL"}}))
        base.installation.catch_up()

    def subject(self, run: int) -> Work:
        self.service.log.forget()
        version, behind = 2 + run % VERSIONS, run * self.size // VERSIONS % self.size * LINE_STEP

        def as_it_stood() -> int:
            segment = self.service.segments.as_of(self._no, version=version)
            self.service.segments.show(segment.lines(behind, ROWS))
            return segment.number_of_lines + self._left_out

        return as_it_stood

    def limit(self, run: int) -> Work:
        return super().limit(0)
