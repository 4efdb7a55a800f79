"""Use cases of choosing contacts: criteria actions, Go Back, saved criteria, logged segments as a basis."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any

import msgspec
from msgspec.structs import replace as replaced

from application.journal import Caller, Journal, retried
from application.records import Records
from application.segments import Segments, logged_segment, stream_of
from domain import records
from domain.contact_set import EMPTY, ContactSet, union
from domain.criteria import Criteria as Tree
from domain.criteria import CriteriaError, parse_criteria
from domain.errors import InvalidFilter, MandatoryField, NotFound, Problem
from domain.explanation import tables_of
from domain.saved_criteria import SavedCriteria
from domain.segment import selection
from domain.segment.criteria_action import CriteriaAction
from domain.segment.events import (
    NOTHING_SKIPPED,
    CriteriaApplied,
    Exclusion,
    SegmentEvent,
    SegmentLogged,
)
from domain.segment.logging import logged_contacts
from domain.segment.selection import Criteria, LoggedContacts, Selection
from domain.segment.state import Segment
from projections.read_models import ReadModels
from projections.selection import (
    count_contacts,
    known_contacts,
    matching_contacts,
    sample,
    select_contacts,
)

_LONG_TABLES = {"interaction_log_entry", "value_entry"}
"""Tables that can be much longer than that of contacts, and might be read twice, for the first few again."""


class Preview(msgspec.Struct, frozen=True):
    """What a criteria action would do, with the first of the contacts it is about."""

    action_no: int
    criteria: Criteria
    contacts_position: int
    lines_added: int
    lines_removed: int
    skipped: Mapping[str, int]
    contacts: Sequence[Mapping[str, Any]]


class Selecting:
    """Choosing contacts. Criteria are evaluated here, outside the aggregate, on the contacts' read model."""

    def __init__(self, journal: Journal, read_models: ReadModels, known: Records, segments: Segments) -> None:
        self.journal = journal
        self.read_models = read_models
        self.records = known
        self.segments = segments

    def preview(self, caller: Caller, no: str, criteria: Criteria) -> Preview:
        """What the action would do now; nothing is recorded. Raises Refused."""
        segment = self.segments.get(no)
        tree = _parsed(criteria, caller.work_date)
        if _can_be_counted(segment, criteria):
            return self._counted(segment, criteria, tree)
        event = self._decide(segment, criteria, tree)
        concerned = event.added if criteria.action == "add_contacts" else event.removed
        return Preview(
            event.action_no,
            criteria,
            event.contacts_position,
            event.lines_added,
            event.lines_removed,
            event.skipped.counts(),
            sample(self.read_models, concerned),
        )

    @retried
    def apply(self, caller: Caller, no: str, criteria: Criteria) -> tuple[CriteriaAction, Segment, int]:
        """Add, reduce or refine (domain B5, B6). Raises Refused."""
        segment = self.segments.for_command(caller, no)
        event = self._decide(segment, criteria, _parsed(criteria, caller.work_date))
        segment, position = self.segments.record(caller, segment, [event])
        return segment.actions[event.action_no - 1], segment, position

    @retried
    def go_back(self, caller: Caller, no: str, action_no: int | None = None) -> tuple[Segment, int]:
        """Undo the last action (domain B7), if given only the caller's of this number.

        Raises NothingToUndo, Conflict.
        """
        segment = self.segments.for_command(caller, no)
        only = None if action_no is None else (action_no, caller.user_id)
        return self.segments.record(caller, segment, selection.go_back(segment, only))

    @retried
    def redo(self, caller: Caller, no: str) -> tuple[Segment, int]:
        """Do again what was undone. Raises NothingToUndo."""
        segment = self.segments.for_command(caller, no)
        return self.segments.record(caller, segment, selection.redo(segment))

    @retried
    def reset(self, caller: Caller, no: str) -> tuple[Segment, int]:
        """Forget the actions, keep the lines."""
        segment = self.segments.for_command(caller, no)
        return self.segments.record(caller, segment, selection.reset_criteria(segment))

    # Saved criteria

    def save_criteria(
        self, caller: Caller, no: str, code: str | None, description: str | None
    ) -> tuple[str, int]:
        """Save the segment's actions under a new code (domain B8); that code, and the position.

        Raises NoCriteria, MandatoryField, AlreadyExists, VersionConflict.
        """
        actions = selection.criteria_to_save(self.segments.for_command(caller, no))
        if code is None:
            raise MandatoryField.named("code", "Saved criteria need a code.")
        value = SavedCriteria(description, caller.user_id, actions)
        # The version that the caller has seen is the segment's.
        saving = replaced(caller, seen=None)
        return code, self.records.put(saving, records.SAVED_CRITERIA, code, value, only_new=True)[1]

    @retried
    def reuse_criteria(self, caller: Caller, no: str, code: str) -> tuple[Segment, int]:
        """Run saved criteria on the contacts of today, all or nothing (domain B8). Raises Refused."""
        segment = self.segments.for_command(caller, no)
        record = self.records.find(records.SAVED_CRITERIA, code)
        if record is None:
            raise NotFound.named("saved segment criteria", code, "code")
        saved: SavedCriteria = record.value
        events, _ = self.run(caller, segment, saved.actions, saved_criteria=code)
        return self.segments.record(caller, segment, events)

    def run(
        self,
        caller: Caller,
        segment: Segment,
        steps: Sequence[Criteria],
        *,
        saved_criteria: str | None = None,
    ) -> tuple[list[CriteriaApplied], Segment]:
        """What actions would do one after the other, and the segment after them. Raises Refused."""
        events: list[CriteriaApplied] = []
        ahead = segment.copy()
        for criteria in steps:
            tree = _parsed(criteria, caller.work_date)
            event = self._decide(ahead, criteria, tree, saved_criteria=saved_criteria)
            events.append(event)
            ahead.apply(event, caller.user_id, datetime.now(UTC))
        return events, ahead

    # Logged segments

    @retried
    def reuse_logged_segment(
        self, caller: Caller, no: str, entry_no: int, *, respect_exclusion: bool
    ) -> tuple[Segment, int]:
        """Put the contacts of a logged segment on the worksheet (domain B9). Raises Refused."""
        segment = self.segments.for_command(caller, no)
        logged, entries = self.logged(entry_no)
        contacts = logged_contacts(logged, entries)
        facts = self.reusing(segment, logged, contacts, respect_exclusion=respect_exclusion)
        return self.segments.record(caller, segment, facts)

    def reusing(
        self,
        segment: Segment,
        logged: SegmentLogged,
        contacts: Sequence[LoggedContacts],
        *,
        respect_exclusion: bool,
        only: Mapping[str, str] | None = None,
    ) -> Sequence[SegmentEvent]:
        """What putting these contacts of a logged segment on the worksheet comes to."""
        everybody: ContactSet = union(part.contacts for part in contacts)
        known = known_contacts(self.read_models, everybody)
        return selection.reuse_logged_segment(
            segment, logged.entry_no, contacts, known, respect_exclusion=respect_exclusion, only=only
        )

    def logged(self, entry_no: int) -> tuple[SegmentLogged, ContactSet]:
        """The event that made a logged segment, and which of its entries there still are. Raises NotFound."""
        segment = logged_segment(self.journal, self.read_models, entry_no, "entry_no")
        assert segment.logged is not None
        assert segment.recorded is not None
        return segment.logged, segment.recorded.standing

    # What they share

    def _counted(self, segment: Segment, criteria: Criteria, tree: Tree) -> Preview:
        found = count_contacts(self.read_models, tree, ignore_exclusion=criteria.options.ignore_exclusion)
        left_out = {"excluded": found.excluded, "privacy_blocked": found.privacy_blocked}
        skipped = NOTHING_SKIPPED.counts() | left_out
        return Preview(segment.next_action_no, criteria, found.position, found.added, 0, skipped, found.first)

    def _decide(
        self, segment: Segment, criteria: Criteria, tree: Tree, *, saved_criteria: str | None = None
    ) -> CriteriaApplied:
        (event,) = selection.apply_criteria(
            segment,
            criteria,
            self._evaluate(segment, criteria, tree, saved=saved_criteria is not None),
            saved_criteria=saved_criteria,
        )
        assert isinstance(event, CriteriaApplied)
        return event

    def _evaluate(self, segment: Segment, criteria: Criteria, tree: Tree, *, saved: bool) -> Selection:
        if criteria.action == "add_contacts":
            found = select_contacts(self.read_models, tree, criteria.options)
            return replaced(found, elsewhere=self._elsewhere(criteria.exclude, saved=saved))
        return matching_contacts(
            self.read_models,
            tree,
            segment.contacts,
            entire_companies=criteria.options.entire_companies,
        )

    def _elsewhere(self, exclude: Exclusion | None, *, saved: bool) -> ContactSet:
        """The contacts of the segments and logged segments that are to be left out.

        Saved criteria go on when one of these was deleted: nobody is there. Raises NotFound.
        """
        if exclude is None:
            return EMPTY
        found: list[ContactSet] = []
        problems: list[Problem] = []
        for index, no in enumerate(exclude.segments):
            with _noted(problems, "exclude", "segments", index):
                found.append(self._on(no))
        for index, entry_no in enumerate(exclude.logged_segments):
            with _noted(problems, "exclude", "logged_segments", index):
                found += [part.contacts for part in logged_contacts(*self.logged(entry_no))]
        if problems and not saved:
            raise NotFound(problems[0][1], problems)
        return union(found)

    def _on(self, no: str) -> ContactSet:
        """Who is on a segment, or was when it was logged, so that saved criteria go on. Raises NotFound."""
        segment = self.journal.load(stream_of(no), Segment)
        if segment is None or segment.status == "deleted":
            raise NotFound.named("segment", no)
        return segment.contacts


def _can_be_counted(segment: Segment, criteria: Criteria) -> bool:
    """Whether no key is needed to say how many would be added, and it takes less than to fetch them."""
    options = criteria.options
    return (
        criteria.action == "add_contacts"
        and criteria.exclude is None
        and not (options.expand_companies or options.allow_related_companies)
        and (options.allow_existing_contacts or segment.number_of_lines == 0)
        and not _LONG_TABLES & tables_of(criteria.filters)
    )


def _parsed(criteria: Criteria, work_date: date) -> Tree:
    """Raises InvalidFilter."""
    try:
        return parse_criteria(criteria.filters, work_date=work_date)
    except CriteriaError as error:
        raise InvalidFilter.of(error.problems) from error


@contextmanager
def _noted(problems: list[Problem], *place: str | int) -> Iterator[None]:
    """What is not found within was named at this place of the body."""
    try:
        yield
    except NotFound as error:
        problems.append((place, error.detail))
