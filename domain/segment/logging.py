"""Logging a segment: the checks of domain B10, and the one event that makes the interactions."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import TYPE_CHECKING

import msgspec
import numpy as np
from msgspec.structs import replace as replaced

from domain.contact_set import EMPTY, ContactSet
from domain.errors import MandatoryField, NoDocument, NoEmail, Problem, Refused, SegmentEmpty
from domain.segment.events import CampaignEntryMade, SegmentCreated, SegmentEvent, SegmentLogged
from domain.segment.header import Header
from domain.segment.lines import LineBlock, LineColumns, line_columns
from domain.segment.selection import Criteria, LoggedContacts, Selection, apply_criteria
from domain.segment.state import Segment
from domain.vocabulary import LINE_STEP

if TYPE_CHECKING:
    from numpy.typing import NDArray

FOLLOW_UP_DESCRIPTION = 50
"""The length to which the description of a follow-up segment is cut (domain B10.5)."""

MOST_STRETCHES = 100
"""In so many parts a follow-up still keeps the order of the entries; see `_stretches`."""

CHECKS: tuple[tuple[str, type[Refused], str], ...] = (
    ("date", MandatoryField, "the date is blank"),
    ("contact", MandatoryField, "the contact does not exist any more"),
    ("salesperson", MandatoryField, "the salesperson is blank"),
    ("unknown_salesperson", MandatoryField, "the salesperson does not exist"),
    ("template", MandatoryField, "the interaction template is blank"),
    ("unknown_template", MandatoryField, "the interaction template does not exist"),
    ("unknown_campaign", MandatoryField, "the campaign does not exist"),
    ("email", NoEmail, "the contact has no e-mail address"),
    ("document", NoDocument, "there is no document to send"),
)
"""What can be wrong with a line, in the order in which it is checked (domain B10.3)."""

SENTENCES = {name: (kind, sentence) for name, kind, sentence in CHECKS}


class FailingLine(msgspec.Struct, frozen=True):
    """A line that cannot be logged, with the first check that it fails and the contact that it is about."""

    line_no: int
    check: str
    contact_no: str | None


class CheckedLines(msgspec.Struct, frozen=True):
    """What checking all lines of a segment found, on the contacts as they were at `position`."""

    position: int
    failing: int
    first_failing: tuple[FailingLine, ...]
    """At most the first 1,000 of them, in line order."""
    campaigns: tuple[tuple[str, date, str], ...]
    """Campaign, date and salesperson of the first line of each campaign, in order (domain B10.2)."""
    type_blanked: ContactSet = EMPTY
    """Lines, counted from 0, whose correspondence type becomes blank for want of an address."""
    privacy_blocked: ContactSet = EMPTY
    """Contacts on lines who may not be contacted at all: these lines must leave before (see `leave_out`)."""


def check_header(segment: Segment) -> None:
    """Refuse a segment without description or without lines. Raises MandatoryField, SegmentEmpty."""
    if segment.header.description is None:
        raise MandatoryField.named("description", "The segment needs a description before it is logged.")
    if segment.number_of_lines == 0:
        raise SegmentEmpty(f"Segment {segment.no} has no lines that can be logged.")


def leave_out(segment: Segment, checked: CheckedLines) -> tuple[SegmentEvent, ...]:
    """Take the lines off whose contacts are blocked for privacy, however they came there (domain B5, B10.3).

    A criteria action like any other, so that everybody can see who was left out, and why.
    """
    blocked = Criteria("reduce", {"contact": {"privacy_blocked": "true"}})
    return apply_criteria(segment, blocked, Selection(checked.position, checked.privacy_blocked))


def check_lines(checked: CheckedLines) -> None:
    """Refuse the whole segment if any line cannot be logged, naming every such line (domain B10.3)."""
    if not checked.failing:
        return
    problems: list[Problem] = []
    for line in checked.first_failing:
        contact = f" ({line.contact_no})" if line.contact_no else ""
        problems.append(((line.line_no, line.check), f"line {line.line_no}{contact}: {_sentence(line)}"))
    kind, _ = SENTENCES[checked.first_failing[0].check]
    many = "1 line" if checked.failing == 1 else f"{checked.failing:,} lines"
    detail = f"{many} cannot be logged; nothing was logged. First, {problems[0][1]}."
    raise kind(detail, problems, {"failing_lines": checked.failing})


def _sentence(line: FailingLine) -> str:
    return SENTENCES[line.check][1]


class Numbers(msgspec.Struct, frozen=True):
    """The numbers that were reserved for what logging makes (domain B10.6)."""

    entry_no: int
    first_interaction_no: int
    first_campaign_entry_no: int


def log(
    segment: Segment,
    checked: CheckedLines,
    numbers: Numbers,
    *,
    today: date,
    follow_up_segment_no: str | None = None,
    deliver: bool = False,
) -> tuple[SegmentEvent, ...]:
    """Turn the worksheet into a logged segment and its interactions, in one event (domain B10)."""
    check_header(segment)
    check_lines(checked)
    assert segment.header.description is not None
    return (
        SegmentLogged(
            entry_no=numbers.entry_no,
            segment_no=segment.no,
            description=segment.header.description,
            creation_date=today,
            contacts_position=checked.position,
            first_interaction_no=numbers.first_interaction_no,
            number_of_interactions=segment.number_of_lines,
            blocks=tuple(block for block in segment.blocks if block.alive),
            own_lines=segment.own_lines(),
            campaign_entries=tuple(
                CampaignEntryMade(number, *campaign)
                for number, campaign in enumerate(checked.campaigns, numbers.first_campaign_entry_no)
            ),
            type_blanked=checked.type_blanked,
            follow_up_segment_no=follow_up_segment_no,
            deliver=deliver,
        ),
    )


def follow_up(
    no: str,
    logged: SegmentLogged,
    *,
    work_date: date,
    campaign_no: str | None,
    salesperson_code: str | None,
    description: str | None = None,
    like: Header | None = None,
) -> SegmentCreated:
    """The header of a follow-up segment (domain B10.5, B10.7).

    It has no template and no correspondence, unless it is to be `like` the header that was logged.
    """
    text = description or f"Follow-up on segment {logged.segment_no}"[:FOLLOW_UP_DESCRIPTION]
    header = replaced(
        like or Header(),
        description=text,
        campaign_no=campaign_no,
        salesperson_code=salesperson_code,
        date=work_date,
    )
    return SegmentCreated(no, header, follow_up_on=logged.entry_no)


def only_campaign(logged: SegmentLogged, standing: Collection[int]) -> str | None:
    """The campaign of a logged segment; blank if it has none or several (domain B10.7).

    `standing` are the campaign entries that were not deleted.
    """
    campaigns = [entry.campaign_no for entry in logged.campaign_entries if entry.entry_no in standing]
    return campaigns[0] if len(campaigns) == 1 else None


def entry_index(blocks: Sequence[LineBlock], line_no: int) -> int:
    """How many lines come before this one: the place of its entry, counted from 0 (domain B10.6)."""
    before = 0
    for block in blocks:
        index = -((block.first_line_no - line_no) // LINE_STEP)  # the first contact at or after the line
        if index >= len(block.contacts):
            before += len(block.alive)
        elif index > 0:
            before += block.alive.rank(block.contacts[index])
    return before


def line_of_entry(logged: SegmentLogged, entry_no: int) -> int:
    """The number of the line that an entry was made of (domain B10.6)."""
    return int(line_columns(logged.blocks).line_no[entry_no - logged.first_interaction_no])


def entries_of_campaign(logged: SegmentLogged, campaign_no: str) -> ContactSet:
    """The entries, counted from 0, that belong to a campaign (domain B10.2)."""
    belongs = _campaigns(logged, line_columns(logged.blocks)) == campaign_no
    return ContactSet.from_array(np.flatnonzero(belongs))


def logged_contacts(logged: SegmentLogged, entries: ContactSet | None = None) -> tuple[LoggedContacts, ...]:
    """Who was logged, with multiplicity and in the order of their entries, by campaign (domain B9).

    Of all entries, or only of these, counted from 0.
    """
    stretches = _stretches(logged, entries)
    return tuple(stretches) if len(stretches) <= MOST_STRETCHES else _merged(stretches)


def _stretches(logged: SegmentLogged, entries: ContactSet | None) -> list[LoggedContacts]:
    """The entries in order, cut where the campaign changes or contacts are not in the order of a set."""
    columns = line_columns(logged.blocks)
    campaigns = _campaigns(logged, columns)
    keys = columns.contact_key
    if entries is not None:
        places = entries.to_array()
        campaigns, keys = campaigns[places], keys[places]
    if not len(keys):
        return []
    cuts = np.flatnonzero((campaigns[1:] != campaigns[:-1]) | (keys[1:] <= keys[:-1])) + 1
    stretches = zip(campaigns[[0, *cuts]], np.split(keys, cuts), strict=True)
    return [LoggedContacts(campaign, ContactSet.from_array(keys)) for campaign, keys in stretches]


def _campaigns(logged: SegmentLogged, columns: LineColumns) -> NDArray[np.object_]:
    """The campaign of each entry."""
    campaigns = np.array([block.start.campaign_no for block in logged.blocks], dtype=object)[columns.block]
    for line in logged.own_lines:
        if line.changes.campaign_no is not msgspec.UNSET:
            campaigns[np.searchsorted(columns.line_no, line.line_no)] = line.changes.campaign_no
    return campaigns


def _merged(parts: Sequence[LoggedContacts]) -> tuple[LoggedContacts, ...]:
    """As few parts as can be: one per campaign, and one more each time contacts come again."""
    merged: list[LoggedContacts] = []
    for part in parts:
        for index, other in enumerate(merged):
            if other.campaign_no == part.campaign_no and not (other.contacts & part.contacts):
                merged[index] = LoggedContacts(part.campaign_no, other.contacts | part.contacts)
                break
        else:
            merged.append(part)
    return tuple(merged)
