"""Use cases of the worksheet: create, header, lines, delete."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from msgspec.structs import asdict
from psycopg import Cursor
from psycopg.rows import DictRow

from application.contacts import Contacts, check_address, existing
from application.contacts import stream_of as contact_stream
from application.journal import NOTHING, Caller, Changes, Journal, check_version, retried
from application.looking_up import look_up
from application.past_contacts import PastContacts
from application.records import NO_VALUES, Records
from domain.contact import KnownContact
from domain.errors import AlreadyExists, NotFound, PrivacyBlocked, SegmentLogged
from domain.interaction_template import InteractionTemplate
from domain.segment import changing_header, worksheet
from domain.segment.events import SegmentDeleted, SegmentEvent
from domain.segment.header import HeaderChanges
from domain.segment.line_values import LineFacts, SegmentLine, segment_line, segment_lines
from domain.segment.lines import Line, LineChanges
from domain.segment.state import Segment
from domain.segment.worksheet import LineContact
from domain.vocabulary import given
from eventstore.log import At, Foldable, StaleVersionError
from eventstore.moments import position_at
from projections.contact_queries import line_facts
from projections.criteria_sql import Parameters
from projections.line_sql import lines_relation
from projections.listing import Page, Query, list_page
from projections.read_models import ReadModels
from projections.segment_listings import SEGMENT_LINES


def stream_of(no: str) -> str:
    """The name of a segment's stream of events."""
    return f"segment-{no}"


def logged_segment(
    journal: Journal, read_models: ReadModels, entry_no: int, field: str | None = None
) -> Segment:
    """The segment that a logged segment was; `field` is where a body named it. Raises NotFound."""

    def look(cursor: Cursor[DictRow]) -> DictRow | None:
        return cursor.execute(
            "SELECT segment_no FROM logged_segment WHERE entry_no = %s", (entry_no,)
        ).fetchone()

    row = look_up(journal, read_models, look)
    segment = journal.load(stream_of(row["segment_no"]), Segment) if row else None
    # The read model may still list one that was deleted a moment ago.
    if segment is None or segment.recorded is None or not segment.recorded.is_listed:
        raise NotFound.named("logged segment", entry_no, field)
    return segment


class Segments:
    """The worksheet, command by command."""

    def __init__(self, journal: Journal, read_models: ReadModels, known: Records, contacts: Contacts) -> None:
        self.journal = journal
        self.read_models = read_models
        self.records = known
        self.contacts = contacts
        self.past = PastContacts(journal, read_models)

    # Reading

    def get(self, no: str) -> Segment:
        """The open segment with this number. Raises NotFound, SegmentLogged."""
        return _open(no, self.journal.load(stream_of(no), Segment))

    def for_command(self, caller: Caller, no: str) -> Segment:
        """The open segment, as the caller has seen it. Raises NotFound, SegmentLogged, VersionConflict."""
        segment = self.get(no)
        check_version(caller, segment.version)
        return segment

    def as_of(self, no: str, *, version: int | None = None, at: At | None = None) -> Segment:
        """The segment as it stood at a version or an instant, whatever became of it. Raises NotFound."""
        segment = self.journal.as_of(stream_of(no), Segment, version=version, at=at)
        if segment is None:
            self.standing(no)  # if there never was one, that is what is said
            raise NotFound(f"Segment {no} has no such version.")
        return segment

    def standing(self, no: str, version: int | None = None) -> Segment:
        """The segment in its last version or another, whatever became of it. Raises NotFound."""
        if version is not None:
            return self.as_of(no, version=version)
        segment = self.journal.load(stream_of(no), Segment)
        if segment is None:
            raise NotFound.named("segment", no)
        return segment

    def position_of(self, no: str, *, version: int | None = None, at: At | None = None) -> int | None:
        """The position of a segment's version, or of another moment; None for now."""
        if isinstance(at, datetime):
            return position_at(self.journal.log.datastore, at)
        if at is None and version is not None:
            return self.journal.log.position_of(stream_of(no), version)
        return at

    def line(self, segment: Segment, line_no: int, position: int | None = None) -> SegmentLine:
        """One line as it is shown. Raises NotFound."""
        line = segment.line(line_no)
        if line is None:
            raise NotFound.named("line", line_no)
        return self.show([line], position)[0]

    def facts_of(self, line: Line) -> LineFacts | None:
        """What a line takes from its contact now, for a command; None if that was deleted.

        Raises NotYetProjected.
        """
        key = line.contact_key
        return look_up(self.journal, self.read_models, lambda cursor: line_facts(cursor, [key]).get(key))

    def show(self, lines: Sequence[Line], position: int | None = None) -> list[SegmentLine]:
        """Lines with what they take from their contacts, as those are or were at a position."""
        keys = [line.contact_key for line in lines]
        if position is not None:
            return segment_lines(lines, self.past.line_facts(keys, position))
        with self.read_models.glance() as cursor:
            facts = line_facts(cursor, keys)
        return segment_lines(lines, facts)

    def list_lines(self, segment: Segment, query: Query, work_date: date) -> Page:
        """A page of lines by filters and order; see `Segment.lines` for pages in line order."""
        columns, parameters = segment.line_columns(), Parameters()
        prelude = lines_relation(columns, segment.blocks, segment.own_lines(), parameters)
        with self.read_models.cursor() as cursor:
            return list_page(
                cursor, SEGMENT_LINES, query, work_date=work_date, prelude=prelude, parameters=parameters
            )

    # The header

    @retried
    def create(self, caller: Caller, typed: str | None, values: HeaderChanges) -> tuple[Segment, int]:
        """A new worksheet and the position (domain B1). Raises Refused."""
        template, named = self.records.check_named(given(values))
        salesperson = self.records.salesperson_of(caller.user_id)
        while True:
            no = self.records.draw_number("segment", typed)
            facts = changing_header.create(
                no, values, template, work_date=caller.work_date, salesperson_code=salesperson
            )
            try:
                position = self.journal.record(caller, Changes(stream_of(no), 0, facts), relying_on=named)
            except StaleVersionError:
                if self.journal.load(stream_of(no), Segment) is None:
                    raise  # what it names has changed
                if typed is None:
                    continue  # somebody typed the number that the series came to
                raise AlreadyExists(f"Number {no} belongs to a segment, now or earlier.") from None
            return self.get(no), position

    @retried
    def change_header(
        self, caller: Caller, no: str, values: HeaderChanges, *, update_lines: bool, push: bool = False
    ) -> tuple[Segment, int]:
        """Change the header and the lines that follow it (domain B2). Raises Refused."""
        segment = self.for_command(caller, no)
        # Pushed to the lines, it is new to some of them.
        before = NO_VALUES if push and update_lines else asdict(segment.header)
        template, named = self.records.check_named(given(values), before)
        facts = changing_header.change_header(segment, values, template, update_lines=update_lines, push=push)
        return self.record(caller, segment, facts, relying_on=named)

    @retried
    def delete(self, caller: Caller, no: str) -> int:
        """Delete an open segment (domain B1). Raises NotFound, SegmentLogged."""
        segment = self.for_command(caller, no)
        return self.journal.record(caller, Changes(stream_of(no), segment.version, [SegmentDeleted()]))

    # Lines by hand

    @retried
    def add_line(
        self, caller: Caller, no: str, contact_no: str, values: LineChanges
    ) -> tuple[Segment, int, int]:
        """Put a contact on a line; the line's number and the position (domain B3.1). Raises Refused."""
        load = self.journal.log.load_both
        on, put = load(stream_of(no), Segment, contact_stream(contact_no), KnownContact)
        segment = _open(no, on)
        check_version(caller, segment.version)
        contact = existing(contact_no, put, "contact_no")
        self._refuse_blocked(contact)
        template, named = self._check_line(contact, values)
        facts = worksheet.add_line(segment, _facts(contact), values, template)
        return *self.record(caller, segment, facts, relying_on=named), segment.next_line_no

    @retried
    def change_line(
        self, caller: Caller, no: str, line_no: int, contact_no: str | None, values: LineChanges
    ) -> tuple[Segment, int]:
        """Give a line values of its own, or another contact (domain B3.2, B3.3, B3.6). Raises Refused."""
        segment = self.for_command(caller, no)
        line = segment.line(line_no)
        if line is None:
            raise NotFound.named("line", line_no)
        present = self.facts_of(line)
        if present is None and contact_no is None:
            raise NotFound(f"The contact of line {line_no} does not exist any more.")
        present_no = self._number_of(line, present)
        contact = self.contacts.get(contact_no or present_no, "contact_no")
        stays = contact.key == line.contact_key
        before = asdict(segment_line(line, present)) if stays else NO_VALUES
        template, named = self._check_line(contact, values, before)
        if stays:
            facts = worksheet.change_line(segment, line_no, _facts(contact), values, template)
        else:
            self._refuse_blocked(contact)
            facts = worksheet.replace_contact(segment, line_no, _facts(contact), present_no, values, template)
        return self.record(caller, segment, facts, about=contact.key, relying_on=named)

    @retried
    def remove_line(self, caller: Caller, no: str, line_no: int) -> tuple[Segment, int]:
        """Delete a line (domain B3.6, B3.7). Raises Refused."""
        segment = self.for_command(caller, no)
        line = segment.line(line_no)
        if line is None:
            raise NotFound.named("line", line_no)
        events = worksheet.remove_line(segment, line_no, self._number_of(line, self.facts_of(line)))
        return self.record(caller, segment, events)

    def _number_of(self, line: Line, facts: LineFacts | None) -> str:
        """The number of a line's contact, also of one that was deleted: it is saved with the criteria."""
        return facts.no if facts else self.past.numbers([line.contact_key])[line.contact_key]

    def record(
        self,
        caller: Caller,
        segment: Segment,
        facts: Sequence[SegmentEvent],
        about: int | None = None,
        relying_on: Mapping[str, Foldable] = NOTHING,
    ) -> tuple[Segment, int]:
        """Record what was decided; the segment as that left it, whatever others did since, and the position.

        Raises what `Journal.record` does.
        """
        stream = stream_of(segment.no)
        changes = Changes(stream, segment.version, facts, about)
        position = self.journal.record(caller, changes, relying_on=relying_on)
        recorded = self.journal.load(stream, Segment, segment.version + len(facts))
        assert recorded is not None
        return recorded, position

    def _refuse_blocked(self, contact: KnownContact) -> None:
        """Privacy is a hard exclusion, by hand as well as by criteria (domain B5). Raises PrivacyBlocked."""
        if contact.value.privacy_blocked:
            raise PrivacyBlocked(
                f"Contact {contact.no} is blocked for privacy.", [(("contact_no",), "blocked for privacy")]
            )

    def _check_line(
        self, contact: KnownContact, values: LineChanges, before: Mapping[str, Any] = NO_VALUES
    ) -> tuple[InteractionTemplate | None, Mapping[str, Foldable]]:
        """Refuse codes that do not exist; the template that the line is to have, if one is named, and what
        the line relies on.
        """
        template, named = self.records.check_named(given(values), before)
        address = given(values).get("contact_alternative_address_code")
        if address != before.get("contact_alternative_address_code"):
            check_address(contact, address)
        return template, {contact_stream(contact.no): contact, **named}


def _open(no: str, segment: Segment | None) -> Segment:
    """A segment that was loaded, if it is open. Raises NotFound, SegmentLogged."""
    if segment is None or segment.status == "deleted":
        raise NotFound.named("segment", no)
    if segment.recorded is not None:
        logged = segment.recorded.logged_segment if segment.recorded.is_listed else None
        raise SegmentLogged.as_entry(no, logged)
    return segment


def _facts(contact: KnownContact) -> LineContact:
    value = contact.value
    return LineContact(
        contact.key,
        contact.no,
        value.correspondence_type,
        value.language_code,
        excluded=value.exclude_from_segment,
    )
