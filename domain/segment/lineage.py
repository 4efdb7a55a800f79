"""How each line of a segment came about: every criteria action that ever was, and what it did to whom."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

import msgspec

from domain.contact_set import ContactSet, union
from domain.segment.criteria_action import only_contact
from domain.segment.events import (
    ActionRedone,
    ActionUndone,
    CriteriaApplied,
    CriteriaOptions,
    CriteriaReset,
    Exclusion,
    LineAdded,
    LineRemoved,
    LoggedSegmentReused,
    Skipped,
)
from domain.segment.lines import Line
from domain.segment.state import Segment

ActionEvent = CriteriaApplied | LineAdded | LineRemoved | LoggedSegmentReused
ACTION_EVENTS = (CriteriaApplied, LineAdded, LineRemoved, LoggedSegmentReused)

Outcome = Literal[
    "added",
    "not_selected",
    "already_on_segment",
    "excluded",
    "privacy_blocked",
    "elsewhere",
    "no_longer_known",
    "removed",
    "kept",
    "not_on_segment",
]
"""What one action did with one contact."""


class Step(msgspec.Struct, frozen=True):
    """An event of a segment with its place in the log, who recorded it, when, and on which work date."""

    version: int
    position: int
    user_id: str
    at: datetime
    work_date: date
    event: object
    erased: bool = False
    """Whether something personal in it was erased since."""

    def is_until(self, moment: datetime | int) -> bool:
        """Whether it had happened at an instant, or when the log was at a position."""
        return self.position <= moment if isinstance(moment, int) else self.at <= moment


@dataclass
class Action:
    """A criteria action as it happened. `in_force` unless it was gone back over."""

    step: Step
    event: ActionEvent
    blocks: tuple[int, ...]
    in_force: bool = True
    forgotten: bool = False
    """Whether the criteria were reset since: what it did stays, but it cannot be gone back over."""

    @property
    def kind(self) -> Literal["add_contacts", "reduce", "refine", "reuse_logged_segment"]:
        """What was done."""
        match self.event:
            case CriteriaApplied(action=action):
                return action
            case LineAdded():
                return "add_contacts"
            case LineRemoved():
                return "reduce"
            case LoggedSegmentReused():
                return "reuse_logged_segment"

    @property
    def by_hand(self) -> bool:
        """Whether a line was put on or taken off by hand (domain B3.6)."""
        return isinstance(self.event, LineAdded | LineRemoved)

    @property
    def options(self) -> CriteriaOptions:
        """Its options."""
        return self.event.options if isinstance(self.event, CriteriaApplied) else CriteriaOptions()

    @property
    def exclude(self) -> Exclusion | None:
        """Whose contacts were to be left out."""
        return self.event.exclude if isinstance(self.event, CriteriaApplied) else None

    @property
    def saved_criteria(self) -> str | None:
        """The code of the saved criteria that it came from."""
        return self.event.saved_criteria if isinstance(self.event, CriteriaApplied) else None

    @property
    def logged_segment(self) -> int | None:
        """The entry number of the logged segment that was reused."""
        return self.event.entry_no if isinstance(self.event, LoggedSegmentReused) else None

    @property
    def contacts_position(self) -> int | None:
        """On the contacts as they were at this position; an action by hand asked nothing of them."""
        return None if isinstance(self.event, LineAdded | LineRemoved) else self.event.contacts_position

    @property
    def filters(self) -> dict[str, Any]:
        """Its filters, as they would be saved with the criteria (domain B8)."""
        match self.event:
            case CriteriaApplied(filters=filters) | LoggedSegmentReused(filters=filters):
                return filters
            case LineAdded(contact_no=no) | LineRemoved(contact_no=no):
                return only_contact(no)

    @property
    def skipped(self) -> dict[str, ContactSet]:
        """Whom it left out, by the reason (domain B5)."""
        event = self.event
        if isinstance(event, LineAdded | LineRemoved):
            return {}
        sets = {name: getattr(event.skipped, name) for name in Skipped.__struct_fields__}
        return sets | (
            {"no_longer_known": event.no_longer_known} if isinstance(event, LoggedSegmentReused) else {}
        )

    def outcome(self, key: int, before: Segment) -> Outcome | None:
        """What it did with a contact; None if it is an action by hand on somebody else."""
        event = self.event
        match event:
            case LineAdded(contact_key=other):
                return "added" if key == other else None
            case LineRemoved(line_no=line_no):
                line = before.line(line_no)
                return "removed" if line is not None and line.contact_key == key else None
            case CriteriaApplied(action="add_contacts") | LoggedSegmentReused():
                if key in _added(event):
                    return "added"
                reasons = [name for name, contacts in self.skipped.items() if key in contacts]
                return reasons[0] if reasons else "not_selected"  # type: ignore[return-value]
            case CriteriaApplied(removed=removed):
                if key in removed:
                    return "removed"
                return "kept" if key in before.contacts else "not_on_segment"


def _added(event: CriteriaApplied | LoggedSegmentReused) -> ContactSet:
    if isinstance(event, CriteriaApplied):
        return event.added
    return union(lines.contacts for lines in event.lines)


@dataclass
class Lineage:
    """A segment as its steps have made it, with all its actions and what they did with one contact."""

    key: int | None = None
    segment: Segment = field(default_factory=Segment)
    actions: list[Action] = field(default_factory=list)
    outcomes: list[tuple[Action, Outcome]] = field(default_factory=list)
    _done: list[Action] = field(default_factory=list)
    _undone: list[Action] = field(default_factory=list)

    def take(self, step: Step) -> None:
        """Take over the next step."""
        event, blocks = step.event, self.segment.last_block_id
        if isinstance(event, ACTION_EVENTS):
            action = Action(step, event, ())
            outcome = None if self.key is None else action.outcome(self.key, self.segment)
            self._apply(step)
            action.blocks = tuple(range(blocks + 1, self.segment.last_block_id + 1))
            self.actions.append(action)
            self._done.append(action)
            self._undone = []
            if outcome is not None:
                self.outcomes.append((action, outcome))
            return
        self._apply(step)
        match event:
            case ActionUndone():
                self._undone.append(self._done.pop())
                self._undone[-1].in_force = False
            case ActionRedone():
                self._done.append(self._undone.pop())
                self._done[-1].in_force = True
            case CriteriaReset():
                for action in self._done:
                    action.forgotten = True
                self._done, self._undone = [], []

    def _apply(self, step: Step) -> None:
        self.segment.apply(step.event, step.user_id, step.at)
        self.segment.version = step.version

    def current(self, action_no: int) -> Action | None:
        """The action that has this number now."""
        return self._done[action_no - 1] if 0 < action_no <= len(self._done) else None

    def current_actions(self) -> list[Action]:
        """The actions that can be gone back over, first to last."""
        return list(self._done)

    def origin(self, line: Line) -> Action:
        """The action that put this line on the segment, however often it went and came back since."""
        return next(action for action in self.actions if line.block.id in action.blocks)

    def passed(self, line: Line) -> list[Action]:
        """The later actions that could have removed the line and kept it, of those in force."""
        origin = self.origin(line)
        return [
            action
            for action in self.actions
            if action.step.version > origin.step.version
            and action.in_force
            and isinstance(action.event, CriteriaApplied)
            and action.kind != "add_contacts"
        ]


def lineage(steps: Iterable[Step], key: int | None = None) -> Lineage:
    """The lineage after these steps; with what each action did with one contact, if one is named."""
    found = Lineage(key)
    for step in steps:
        found.take(step)
    return found
