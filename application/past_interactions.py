"""The interactions of one contact as they were at a position of the log, made from the events alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import Any

import msgspec

from application.past_contacts import PastContacts, line_facts
from domain.amendments import (
    Amendment,
    InteractionsCanceled,
    InteractionsDeleted,
    InteractionsEvaluated,
    InteractionsRedated,
    InteractionsUncanceled,
    LoggedSegmentDeleted,
)
from domain.contact import KnownContact
from domain.interaction import InteractionLogged, InteractionPostponed, InteractionResumed
from domain.segment.events import SegmentLogged
from domain.segment.line_values import segment_line
from domain.segment.lines import NO_CHANGES, Line
from domain.segment.logging import entry_index
from eventstore.event import Event

Row = dict[str, Any]
OF_SINGLE_ONES: Row = dict.fromkeys(
    ["document_type", "document_no", "version_no", "document_no_occurrence", "task_no", "opportunity_no"]
)
NOT_THROUGH_A_SEGMENT: Row = {"remarks": None, "send_word_documents_as_attachment": False}


def interactions_at(past: PastContacts, contact: KnownContact, position: int) -> list[Row]:
    """The entries that criteria saw with this contact (domain B5, table 4), without their delivery status.

    How far a delivery had come then is left out: it is not an event, so nobody can know it.
    """
    streams = _streams(past, contact, position)
    people = {contact.key: contact.no}
    if contact.value.type == "company":
        people |= past.people_lost(contact.no, position)
    rows: list[Row] = []
    placed = past.log.placed(streams, position)
    for _, events in groupby(placed, key=lambda one: one[1].originator_id):
        rows += _entries(past, people, events)
    found = (_with_contact(past, row, contact, position) for row in rows)
    return [row for row in found if row is not None]


def _streams(past: PastContacts, contact: KnownContact, position: int) -> list[str]:
    """The streams that may hold such entries: of those there are now, and of those deleted since."""
    numbers, orphans = [contact.no], False
    now = past.log.load(f"contact-{contact.no}", KnownContact)
    if now is not None and now.deleted:
        # Its entries went to its company, or to nobody (domain B19).
        numbers += [now.value.company_no] if now.value.company_no is not None else []
        orphans = True
    with past.read_models.cursor() as cursor:
        found = cursor.execute(
            "SELECT DISTINCT segment_no, CASE WHEN segment_no IS NULL THEN entry_no END AS entry_no"
            " FROM interaction_log_entry WHERE contact_no = ANY(%s) OR (%s AND contact_no IS NULL)",
            (numbers, orphans),
        ).fetchall()
    streams = {
        f"interaction-{row['entry_no']}" if row["segment_no"] is None else f"segment-{row['segment_no']}"
        for row in found
    }
    return sorted(streams | past.streams_with_deletions(position))


def _entries(
    past: PastContacts, people: Mapping[int, str], events: Iterable[tuple[int, Event]]
) -> Iterator[Row]:
    """The entries of one stream that logging made with these people, and single ones with anybody."""
    rows: dict[int, Row] = {}
    for at, event in events:
        match event.data:
            case SegmentLogged():
                for key, no in people.items():
                    if any(key in block.alive for block in event.data.blocks):
                        rows |= _logged(past, event, key, no, at - 1)
            case (
                InteractionLogged(entry_no=entry_no, value=value)
                | InteractionPostponed(entry_no=entry_no, value=value)
                | InteractionResumed(entry_no=entry_no, value=value)
            ):
                rows[entry_no] = msgspec.structs.asdict(value) | {
                    "entry_no": entry_no,
                    "user_id": event.envelope.user_id,
                    "segment_no": None,
                    "logged_segment_entry_no": None,
                    **NOT_THROUGH_A_SEGMENT,
                    "document": "inherited" if value.document else None,
                    "canceled": False,
                    "postponed": isinstance(event.data, InteractionPostponed),
                }
            case _:
                _amend(rows, event.data)
    yield from rows.values()


def _logged(past: PastContacts, event: Event, key: int, no: str, before: int) -> dict[int, Row]:
    """The entries that logging made for one contact, with its values just before (domain B10.4)."""
    logged: SegmentLogged = event.data
    person = past.at(no, before)
    facts = line_facts(person, None) if person is not None else None
    own = {line.line_no: line.changes for line in logged.own_lines}
    campaign_entries = {entry.campaign_no: entry.entry_no for entry in logged.campaign_entries}
    rows: dict[int, Row] = {}
    for block in logged.blocks:
        if key not in block.alive:
            continue
        line_no = block.line_no(key)
        line = segment_line(Line(line_no, key, block, own.get(line_no, NO_CHANGES)), facts)
        index = entry_index(logged.blocks, line_no)
        row = msgspec.structs.asdict(line) | {
            "entry_no": logged.first_interaction_no + index,
            "user_id": event.envelope.user_id,
            "segment_no": logged.segment_no,
            "logged_segment_entry_no": logged.entry_no,
            "interaction_language_code": line.language_code,
            "campaign_entry_no": campaign_entries.get(line.campaign_no or ""),
            **OF_SINGLE_ONES,
            "canceled": False,
            "postponed": False,
        }
        if index in logged.type_blanked:
            row["correspondence_type"] = None
        rows[row["entry_no"]] = row
    return rows


def _amend(rows: dict[int, Row], event: Amendment | object) -> None:
    """What became of entries later (domain B14, B15)."""
    match event:
        case InteractionsCanceled(first=first, entries=entries):
            changes: Row = {"canceled": True}
        case InteractionsUncanceled(first=first, entries=entries):
            changes = {"canceled": False}
        case InteractionsEvaluated(first=first, entries=entries, evaluation=evaluation):
            changes = {"evaluation": evaluation}
        case InteractionsRedated(first=first, entries=entries, date=date):
            changes = {"date": date}
        case InteractionsDeleted(first=first, entries=entries):
            for entry_no in [entry_no for entry_no in rows if entry_no - first in entries]:
                del rows[entry_no]
            return
        case LoggedSegmentDeleted():
            for row in rows.values():
                row["logged_segment_entry_no"] = None
            return
        case _:
            return
    for entry_no, row in rows.items():
        if entry_no >= first and entry_no - first in entries:
            row |= changes


def _with_contact(past: PastContacts, row: Row, contact: KnownContact, position: int) -> Row | None:
    """The entry, if it was with this contact in the company that the contact was in (domain B5, B19)."""
    contact_no, company_no = row["contact_no"], row["contact_company_no"]
    went_to = contact_no if contact_no in (contact.no, None) else past.company_left(contact_no, position)
    # The number of a company that was deleted is blank on its entries.
    left = company_no if company_no == contact.value.company_no else _of_living(past, company_no, position)
    if went_to != contact.no or left != contact.value.company_no:
        return None
    return row | {"contact_no": contact.no, "contact_company_no": contact.value.company_no}


def _of_living(past: PastContacts, company_no: str | None, position: int) -> str | None:
    return None if past.deleted_at(company_no, position) else company_no
