"""What would be: criteria on the contacts of now or of a moment, tried on a copy; nothing is recorded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any

import msgspec

from application.event_log import read_models
from application.journal import Caller
from application.past_contacts import PastContacts
from application.segments import Segments, stream_of
from application.selecting import Selecting
from domain.contact_set import ContactSet, union
from domain.errors import InvalidRequest, NotFound
from domain.segment.events import CriteriaApplied
from domain.segment.selection import Criteria, criteria_to_save
from domain.segment.state import Segment
from eventstore.moments import position_at
from projections.past import past_read_models
from projections.read_models import ReadModels
from projections.selection import SAMPLE, sample

ASKED = ("contacts", "setup")
"""The read models that hold contacts, interactions and codes; worksheets come from their own events."""


class Moment(msgspec.Struct, frozen=True):
    """A position of the log, or an instant."""

    position: int | None = None
    instant: datetime | None = None


class Question(msgspec.Struct, frozen=True):
    """Which criteria, on which state of the segment, on the contacts of when.

    Without `steps` the segment's own actions are done again on an empty worksheet. `on` is None for now.
    """

    at: Moment | None = None
    steps: tuple[Criteria, ...] | None = None
    on: Moment | None = None


class Group(msgspec.Struct, frozen=True):
    """Some contacts of a set, and how many there are."""

    count: int
    first: list[dict[str, Any]]


class WhatIf(msgspec.Struct, frozen=True):
    """What would be, against the segment as it stands or stood."""

    version: int
    contacts_position: int
    steps: list[CriteriaApplied]
    before: int
    after: int
    entered: Group
    left: Group
    suppressed: dict[str, Group]
    """Who met the criteria and stays out, by the reason."""


class _PastSelecting(Selecting):
    """Chooses as it was at a position: contacts, logged segments, and who was on other segments."""

    def __init__(self, present: Selecting, past: ReadModels, position: int) -> None:
        super().__init__(present.journal, past, present.records, present.segments)
        self._position = position

    def _on(self, no: str) -> ContactSet:
        segment = _segment_at(self.segments, no, self._position)
        if segment is None or segment.status == "deleted":
            raise NotFound.named("segment", no)
        return segment.contacts


class Trying:
    """Answers what would be."""

    def __init__(self, segments: Segments, selecting: Selecting, contacts: PastContacts) -> None:
        self.segments = segments
        self.selecting = selecting
        self.contacts = contacts
        self.log = segments.journal.log

    def position_of(self, moment: Moment) -> int:
        """The position that a moment stands for. Raises InvalidRequest for one that has not come yet."""
        head = self.log.position()
        if moment.position is not None:
            if moment.position > head:
                raise InvalidRequest.at("position", f"the log ends at position {head}")
            return moment.position
        assert moment.instant is not None
        return position_at(self.log.datastore, moment.instant)

    @contextmanager
    def as_of(self, position: int) -> Iterator[ReadModels]:
        """Contacts, interactions and codes as they were at a position. Raises Conflict."""
        models = [model for model in read_models(self.log) if model.name in ASKED]
        with past_read_models(self.log, models, position, self.selecting.read_models) as past:
            yield past

    def what_if(self, caller: Caller, no: str, question: Question) -> WhatIf:
        """Try criteria on a segment, whatever became of it. Raises Refused."""
        before = self._segment(no, question.at)
        if question.on is None:
            return self._tried(caller, before, question, self.selecting)
        position = self.position_of(question.on)
        with self.as_of(position) as past:
            return self._tried(caller, before, question, _PastSelecting(self.selecting, past, position))

    def _segment(self, no: str, at: Moment | None) -> Segment:
        if at is None:
            return self.segments.standing(no)
        segment = _segment_at(self.segments, no, self.position_of(at))
        if segment is None:
            raise NotFound.named("segment", no)
        return segment

    def _tried(self, caller: Caller, before: Segment, question: Question, selecting: Selecting) -> WhatIf:
        steps, start = question.steps, before
        if steps is None:
            steps, start = criteria_to_save(before), _emptied(before)
        events, after = selecting.run(caller, start, steps)
        was, now = before.contacts, after.contacts

        def group(contacts: ContactSet) -> Group:
            return Group(len(contacts), self._sample(selecting.read_models, contacts))

        return WhatIf(
            version=before.version,
            contacts_position=_position(selecting.read_models, events),
            steps=events,
            before=len(was),
            after=len(now),
            entered=group(now - was),
            left=group(was - now),
            suppressed={reason: group(those) for reason, those in _suppressed(events, now).items()},
        )

    def _sample(self, shown: ReadModels, contacts: ContactSet) -> list[dict[str, Any]]:
        """The first of a set by key; of one whom there is not, or was not then, only the number."""
        keys = [contacts[index] for index in range(min(SAMPLE, len(contacts)))]
        numbers = self.contacts.numbers(keys)
        known = {row["no"]: row for row in sample(shown, contacts)}
        blank = {"name": None, "type": None, "company_name": None, "city": None}
        return [known.get(numbers[key], {"no": numbers[key]} | blank) for key in keys if key in numbers]


def _segment_at(segments: Segments, no: str, position: int) -> Segment | None:
    return segments.journal.log.load_many([stream_of(no)], Segment, position=position).get(stream_of(no))


def _emptied(segment: Segment) -> Segment:
    """A worksheet with the same header, and nothing on it."""
    return replace(segment, blocks=[], own={}, actions=[], undone=[])


def _position(shown: ReadModels, events: Sequence[CriteriaApplied]) -> int:
    if events:
        return events[-1].contacts_position
    with shown.cursor() as cursor:
        return shown.position(cursor, "contacts")


def _suppressed(events: Sequence[CriteriaApplied], on_segment: ContactSet) -> dict[str, ContactSet]:
    return {
        reason: union(getattr(event.skipped, reason) for event in events) - on_segment
        for reason in ("privacy_blocked", "excluded", "elsewhere")
    }
