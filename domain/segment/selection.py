"""Commands that choose contacts: Add Contacts, Reduce, Refine, Go Back, reuse. Sets in, events out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from msgspec.structs import replace as replaced

from domain.contact_set import EMPTY, ContactSet
from domain.errors import Conflict, NoCriteria, NothingToUndo
from domain.segment.events import (
    ActionRedone,
    ActionUndone,
    CriteriaApplied,
    CriteriaOptions,
    CriteriaReset,
    Exclusion,
    LoggedSegmentReused,
    ReusedLines,
    SegmentEvent,
    Skipped,
)
from domain.segment.header import line_start
from domain.segment.state import Segment
from domain.vocabulary import LINE_STEP, CriteriaActionKind


class Criteria(msgspec.Struct, frozen=True, omit_defaults=True):
    """One criteria action as it is asked for, saved and run again (domain A5)."""

    action: CriteriaActionKind
    filters: dict[str, Any] = {}
    options: CriteriaOptions = CriteriaOptions()
    exclude: Exclusion | None = None


class Selection(msgspec.Struct, frozen=True):
    """What the contacts answered, at `position`: who was selected, and who of them must stay out.

    For Reduce and Refine: who matched, of those on the segment.
    """

    position: int
    selected: ContactSet
    excluded: ContactSet = EMPTY
    privacy_blocked: ContactSet = EMPTY
    elsewhere: ContactSet = EMPTY
    """Who is on a segment whose contacts are to be left out."""


def apply_criteria(
    segment: Segment, criteria: Criteria, selection: Selection, *, saved_criteria: str | None = None
) -> tuple[SegmentEvent, ...]:
    """Add, reduce or refine (domain B5, B6). An action that changes nothing counts all the same."""
    event = CriteriaApplied(
        segment.next_action_no,
        criteria.action,
        criteria.filters,
        criteria.options,
        selection.position,
        exclude=criteria.exclude,
        saved_criteria=saved_criteria,
    )
    if criteria.action == "add_contacts":
        return (_add(segment, event, selection),)
    on_segment = segment.contacts
    matching = on_segment & selection.selected
    removed = matching if criteria.action == "reduce" else on_segment - matching
    lines = sum(len(block.alive & removed) for block in segment.blocks)
    return (replaced(event, removed=removed, lines_removed=lines),)


def _add(segment: Segment, event: CriteriaApplied, selection: Selection) -> CriteriaApplied:
    blocked = selection.selected & selection.privacy_blocked
    excluded = (
        EMPTY if event.options.ignore_exclusion else (selection.selected & selection.excluded) - blocked
    )
    elsewhere = (selection.selected & selection.elsewhere) - blocked - excluded
    eligible = selection.selected - blocked - excluded - elsewhere
    already = EMPTY if event.options.allow_existing_contacts else eligible & segment.contacts
    added = eligible - already
    return replaced(
        event,
        lines_added=len(added),
        first_line_no=segment.next_line_no,
        start=line_start(segment.header) if added else None,
        added=added,
        skipped=Skipped(already, excluded, blocked, elsewhere),
    )


class LoggedContacts(msgspec.Struct, frozen=True):
    """Contacts of a logged segment with one campaign; a contact logged twice comes in two of these."""

    campaign_no: str | None
    contacts: ContactSet


def reuse_logged_segment(
    segment: Segment,
    entry_no: int,
    logged: Sequence[LoggedContacts],
    known: Selection,
    *,
    respect_exclusion: bool,
    only: Mapping[str, str] | None = None,
) -> tuple[SegmentEvent, ...]:
    """Put the contacts of a logged segment on new lines, as often as they were logged (domain B9).

    `known` are those that still exist. Deleted and privacy-blocked contacts stay out, and are reported.
    """
    start = line_start(segment.header)
    out = known.privacy_blocked | known.excluded if respect_exclusion else known.privacy_blocked
    lines: list[ReusedLines] = []
    gone = skipped = EMPTY
    next_line_no = segment.next_line_no
    for part in logged:
        gone |= part.contacts - known.selected
        skipped |= part.contacts & known.selected & out
        if contacts := (part.contacts & known.selected) - out:
            lines.append(ReusedLines(next_line_no, contacts, replaced(start, campaign_no=part.campaign_no)))
            next_line_no += LINE_STEP * len(contacts)
    blocked = skipped & known.privacy_blocked
    return (
        LoggedSegmentReused(
            segment.next_action_no,
            entry_no,
            known.position,
            tuple(lines),
            Skipped(EMPTY, skipped - blocked, blocked),
            gone,
            ignore_exclusion=not respect_exclusion,
            only=dict(only or {}),
        ),
    )


def go_back(segment: Segment, only: tuple[int, str] | None = None) -> tuple[SegmentEvent, ...]:
    """Undo the last criteria action, exactly (domain B7). Raises NothingToUndo, Conflict.

    `only` that of this number and by this user, if one action is meant: numbers come again after undoing.
    """
    if not segment.actions:
        raise NothingToUndo("There is no criteria action to go back from.")
    last = segment.actions[-1]
    if only is not None and only != (last.action_no, last.user_id):
        raise Conflict("Something else was done on this worksheet since; nothing was undone.")
    return (ActionUndone(last.action_no),)


def redo(segment: Segment) -> tuple[SegmentEvent, ...]:
    """Do again what Go Back undid, with the same outcome as the first time. Raises NothingToUndo."""
    if not segment.undone:
        raise NothingToUndo("Nothing was gone back from since the last criteria action.")
    return (ActionRedone(segment.undone[-1].action_no),)


def reset_criteria(segment: Segment) -> tuple[SegmentEvent, ...]:
    """Forget the criteria actions and keep the lines (domain B7)."""
    return (CriteriaReset(),) if segment.actions or segment.undone else ()


def criteria_to_save(segment: Segment) -> tuple[Criteria, ...]:
    """The actions as they can be run again, manual picks included (domain B8). Raises NoCriteria."""
    if not segment.actions:
        raise NoCriteria(f"Segment {segment.no} has no criteria actions to save.")
    return tuple(
        Criteria(action.action, action.filters, action.options, action.exclude) for action in segment.actions
    )
