"""Use cases of explaining: why a contact is on a segment, or is not (domain B3.6, B5, B6, B7)."""

from __future__ import annotations

import msgspec

from application.explanation_words import reason_of_absence, reason_of_line, tell_outcome
from application.field_words import Language
from application.hindsight import Held, Hindsight
from application.interactions import resend_stream
from application.journal import Journal
from application.past_contacts import PastContacts
from application.past_facts import PastFacts
from application.segments import Segments
from application.story import steps_of
from domain.amendments import LoggedAgain
from domain.contact_set import union
from domain.errors import NotFound
from domain.explanation import Condition, first_failing
from domain.segment.events import LineAdded, LoggedSegmentReused
from domain.segment.lineage import Action, Lineage, Outcome, lineage
from domain.segment.lines import Line
from domain.segment.logging import line_of_entry
from eventstore.log import At
from projections.interaction_streams import place_of
from projections.read_models import ReadModels


class PassedAction(msgspec.Struct, frozen=True):
    """A later action that removed others and kept the line."""

    action: Action
    held: Held


class LineExplanation(msgspec.Struct, frozen=True):
    """Why a line is on a segment."""

    segment_no: str
    version: int
    line_no: int
    contact_no: str | None
    action: Action
    held: Held
    reason: str
    passed: tuple[PassedAction, ...]


class ActionOutcome(msgspec.Struct, frozen=True):
    """What one action did with a contact, and why."""

    action: Action
    outcome: Outcome
    held: Held
    failed: Condition | None
    text: str


class ContactExplanation(msgspec.Struct, frozen=True):
    """Why a contact is on a segment or not, action by action."""

    segment_no: str
    version: int
    contact_no: str
    line_nos: tuple[int, ...]
    reason: str
    actions: tuple[ActionOutcome, ...]


class SkippedContacts(msgspec.Struct, frozen=True):
    """Some of the contacts that an action left out: key and reason, in key order; and how many there are."""

    contacts: list[tuple[int, str]]
    total: int
    more: bool


class Explanations:
    """Says why."""

    def __init__(self, journal: Journal, read_models: ReadModels, segments: Segments) -> None:
        self.journal = journal
        self.read_models = read_models
        self.segments = segments
        self.past = PastContacts(journal, read_models)

    def lineage(
        self, no: str, *, version: int | None = None, at: At | None = None, key: int | None = None
    ) -> Lineage:
        """How a segment came about, now or as of a version or instant. Raises NotFound, SegmentLogged."""
        if version is None and at is None:
            self.segments.get(no)
        return lineage(steps_of(self.journal, no, version=version, at=at), key)

    def line(
        self,
        no: str,
        line_no: int,
        language: Language,
        *,
        version: int | None = None,
        at: At | None = None,
    ) -> LineExplanation:
        """Why a line is on a segment. Raises NotFound, SegmentLogged."""
        return self._line(self.lineage(no, version=version, at=at), line_no, language)

    def entry(self, entry_no: int, language: Language) -> LineExplanation:
        """Why a contact was on the segment that this interaction log entry came from. Raises NotFound."""
        with self.read_models.cursor() as cursor:
            place = place_of(cursor, entry_no)
        if place is None:
            raise NotFound.named("interaction log entry", entry_no, "entry_no")
        if place.segment_no is None:
            raise NotFound(f"Interaction log entry {entry_no} did not come from a segment.")
        if place.resend_no is not None:
            again = self.journal.load(resend_stream(place.resend_no), LoggedAgain)
            assert again is not None
            assert again.event is not None
            entry_no = again.event.source_of(entry_no)
        story = lineage(steps_of(self.journal, place.segment_no))
        assert story.segment.logged is not None
        return self._line(story, line_of_entry(story.segment.logged, entry_no), language)

    def contact(
        self,
        no: str,
        contact_no: str,
        language: Language,
        *,
        version: int | None = None,
        at: At | None = None,
    ) -> ContactExplanation:
        """Why a contact is not on a segment, or is. Raises NotFound, SegmentLogged."""
        key = self.past.key_of(contact_no)
        if key is None:
            raise NotFound.named("contact", contact_no, "contact_no")
        story = self.lineage(no, version=version, at=at, key=key)
        hindsight = self._hindsight()
        outcomes = tuple(
            _outcome(action, outcome, hindsight.held(action, contact_no), language)
            for action, outcome in story.outcomes
        )
        line_nos = tuple(sorted(b.line_no(key) for b in story.segment.blocks if key in b.alive))
        found = [(one.action, one.outcome, one.text) for one in outcomes]
        return ContactExplanation(
            segment_no=no,
            version=story.segment.version,
            contact_no=contact_no,
            line_nos=line_nos,
            reason=reason_of_absence(contact_no, line_nos, found, language),
            actions=outcomes,
        )

    def skipped(
        self,
        no: str,
        action_no: int,
        *,
        reason: str | None = None,
        after: int = 0,
        limit: int,
        version: int | None = None,
        at: At | None = None,
    ) -> SkippedContacts:
        """Whom an action left out, after a key (domain B5). Raises NotFound, SegmentLogged."""
        action = self.lineage(no, version=version, at=at).current(action_no)
        if action is None:
            raise NotFound.named("criteria action", action_no)
        sets = {name: those for name, those in action.skipped.items() if reason in (None, name)}
        everybody = union(sets.values())
        start = everybody.rank(after + 1)
        keys = [everybody[index] for index in range(start, min(start + limit, len(everybody)))]
        reasons = [next(name for name, those in sets.items() if key in those) for key in keys]
        return SkippedContacts(
            list(zip(keys, reasons, strict=True)), len(everybody), start + limit < len(everybody)
        )

    def _line(self, story: Lineage, line_no: int, language: Language) -> LineExplanation:
        line = story.segment.line(line_no)
        if line is None:
            raise NotFound.named("line", line_no)
        action = story.origin(line)
        contact_no = self._number(action, line)
        hindsight = self._hindsight()
        held = hindsight.held(action, contact_no)
        passed = tuple(PassedAction(later, hindsight.held(later, contact_no)) for later in story.passed(line))
        through = held.brought_in_by
        return LineExplanation(
            segment_no=story.segment.no,
            version=story.segment.version,
            line_no=line_no,
            contact_no=contact_no,
            action=action,
            held=held,
            reason=reason_of_line(
                action,
                held.conditions,
                (through.option, through.contact_no) if through is not None else None,
                language,
            ),
            passed=passed,
        )

    def _number(self, action: Action, line: Line) -> str | None:
        if isinstance(action.event, LineAdded):
            return action.event.contact_no
        # It was there when the action looked at it.
        after = action.contacts_position or 0
        return self.past.numbers([line.contact_key], after).get(line.contact_key)

    def _hindsight(self) -> Hindsight:
        return Hindsight(PastFacts(self.journal.log, self.read_models))


def _outcome(action: Action, outcome: Outcome, held: Held, language: Language) -> ActionOutcome:
    failed = first_failing(held.conditions) if outcome in ("not_selected", "removed", "kept") else None
    if isinstance(action.event, LoggedSegmentReused):
        failed = None
    through = held.brought_in_by
    text = tell_outcome(
        action,
        outcome,
        held.conditions if held.known else None,
        None if through is None else (through.option, through.contact_no),
        language,
    )
    return ActionOutcome(action, outcome, held, failed, text)
