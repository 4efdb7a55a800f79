"""A segment with the commands on it by name. Tests read: given events, when a command, then events."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

import msgspec

from domain.catalogue import EVENT_TYPES
from domain.contact_set import ContactSet, SetReference, contact_sets
from domain.interaction_template import InteractionTemplate
from domain.segment import changing_header, selection, worksheet
from domain.segment.events import CriteriaOptions, SegmentEvent
from domain.segment.header import HeaderChanges
from domain.segment.line_values import LineFacts, SegmentLine, segment_line
from domain.segment.lines import LineChanges
from domain.segment.state import Segment
from domain.segment.worksheet import LineContact
from domain.vocabulary import CriteriaActionKind
from eventstore.event import Envelope, Event
from eventstore.mapper import EventMapper

AT = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
WORK_DATE = date(2026, 11, 24)
POSITION = 7
ENVELOPE = Envelope(AT, "ANN", "command-1", WORK_DATE)
Template = InteractionTemplate | None


class Worksheet:
    """The segment SM1. `facts` are its contacts by key; one without facts is number CT<key> and no more."""

    def __init__(
        self, template: Template = None, facts: dict[int, LineFacts] | None = None, **header: Any
    ) -> None:
        self.segment = Segment()
        self.events: list[SegmentEvent] = []
        self.facts = facts or {}
        self.record(changing_header.create("SM1", HeaderChanges(**header), template, work_date=WORK_DATE))

    def record(self, events: Sequence[SegmentEvent]) -> tuple[SegmentEvent, ...]:
        self.segment = self.segment.copy()
        for event in events:
            self.segment.apply(event, "ANN", AT)
        self.events += events
        return tuple(events)

    # When

    def change(
        self, template: Template = None, *, update_lines: bool = True, push: bool = False, **header: Any
    ) -> tuple[SegmentEvent, ...]:
        changes = HeaderChanges(**header)
        return self.record(
            changing_header.change_header(
                self.segment, changes, template, update_lines=update_lines, push=push
            )
        )

    def put(self, key: int, template: Template = None, **values: Any) -> tuple[SegmentEvent, ...]:
        return self.record(
            worksheet.add_line(self.segment, self.contact(key), LineChanges(**values), template)
        )

    def change_line(self, line_no: int, template: Template = None, **values: Any) -> tuple[SegmentEvent, ...]:
        line = self.segment.line(line_no)
        contact = self.contact(line.contact_key if line else 0)
        return self.record(
            worksheet.change_line(self.segment, line_no, contact, LineChanges(**values), template)
        )

    def replace(
        self, line_no: int, key: int, template: Template = None, **values: Any
    ) -> tuple[SegmentEvent, ...]:
        before = self.segment.line(line_no)
        return self.record(
            worksheet.replace_contact(
                self.segment,
                line_no,
                self.contact(key),
                self.fact(before.contact_key if before else 0).no,
                LineChanges(**values),
                template,
            )
        )

    def remove(self, line_no: int) -> tuple[SegmentEvent, ...]:
        line = self.segment.line(line_no)
        contact_no = self.fact(line.contact_key if line else 0).no
        return self.record(worksheet.remove_line(self.segment, line_no, contact_no))

    def criteria(
        self,
        action: CriteriaActionKind,
        keys: Sequence[int],
        *,
        excluded: Sequence[int] = (),
        blocked: Sequence[int] = (),
        **options: bool,
    ) -> tuple[SegmentEvent, ...]:
        """An action whose filters select these contacts."""
        criteria = selection.Criteria(action, {"contact": {"city": action}}, CriteriaOptions(**options))
        found = selection.Selection(POSITION, ContactSet(keys), ContactSet(excluded), ContactSet(blocked))
        return self.record(selection.apply_criteria(self.segment, criteria, found))

    def add(self, *keys: int, **options: Any) -> tuple[SegmentEvent, ...]:
        return self.criteria("add_contacts", keys, **options)

    def reduce(self, *keys: int) -> tuple[SegmentEvent, ...]:
        return self.criteria("reduce", keys)

    def refine(self, *keys: int) -> tuple[SegmentEvent, ...]:
        return self.criteria("refine", keys)

    def reuse(
        self,
        *logged: tuple[str | None, Sequence[int]],
        known: Sequence[int],
        excluded: Sequence[int] = (),
        blocked: Sequence[int] = (),
        respect_exclusion: bool = True,
    ) -> tuple[SegmentEvent, ...]:
        """Reuse logged segment 12: contacts by campaign, of which `known` still exist."""
        contacts = [selection.LoggedContacts(campaign, ContactSet(keys)) for campaign, keys in logged]
        found = selection.Selection(POSITION, ContactSet(known), ContactSet(excluded), ContactSet(blocked))
        return self.record(
            selection.reuse_logged_segment(
                self.segment, 12, contacts, found, respect_exclusion=respect_exclusion
            )
        )

    def go_back(self) -> tuple[SegmentEvent, ...]:
        return self.record(selection.go_back(self.segment))

    def redo(self) -> tuple[SegmentEvent, ...]:
        return self.record(selection.redo(self.segment))

    def reset(self) -> tuple[SegmentEvent, ...]:
        return self.record(selection.reset_criteria(self.segment))

    # Then

    def fact(self, key: int) -> LineFacts:
        return self.facts.get(key) or LineFacts(no=f"CT{key}", type="company")

    def contact(self, key: int) -> LineContact:
        facts = self.fact(key)
        return LineContact(key, facts.no, facts.correspondence_type, facts.language_code)

    def lines(self) -> list[SegmentLine]:
        lines = self.segment.lines(limit=1_000_000)
        return [segment_line(line, self.fact(line.contact_key)) for line in lines]

    def line(self, line_no: int) -> SegmentLine:
        line = self.segment.line(line_no)
        assert line is not None, f"line {line_no} is not on the worksheet"
        return segment_line(line, self.fact(line.contact_key))

    def contacts(self) -> list[tuple[int, int]]:
        """Line numbers, in steps of 1 here, and contacts."""
        return [(line.line_no // 10_000, line.contact_key) for line in self.segment.lines(limit=1_000_000)]


class JsonMapper(EventMapper):
    """Events to JSON and back, with the parts of their contact sets in memory."""

    def __init__(self) -> None:
        self.parts: dict[str, bytes] = {}
        super().__init__(EVENT_TYPES, self._encode, self._decode)

    def there_and_back(self, fact: Any) -> Any:
        """The event as it is read again from what was stored."""
        for contacts in contact_sets(fact):
            self.parts |= contacts.contents()
        stored = self.to_stored_event(Event("stream-1", 1, ENVELOPE, fact))
        event: Event = self.to_domain_event(stored)
        assert event.envelope == ENVELOPE
        return event.data

    def _encode(self, value: object) -> object:
        assert isinstance(value, ContactSet), value
        return value.reference()

    def _decode(self, kind: type, value: object) -> ContactSet:
        assert kind is ContactSet
        reference = msgspec.convert(value, SetReference)
        return ContactSet.from_reference(
            reference, lambda digests: {name: self.parts[name] for name in digests}
        )
