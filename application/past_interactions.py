"""The interactions of one contact as they were at a position of the log, made from the events alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from application.past_contacts import line_facts
from application.past_facts import PastFacts
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
from domain.delivery import (
    DeliveryFailed,
    InteractionsDelivered,
    InteractionsLoggedAgain,
    InteractionsSentAgain,
    resend_description,
)
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


def interactions_at(past: PastFacts, contact: KnownContact, position: int) -> list[Row]:
    """The entries that criteria saw with this contact (domain B5, table 4)."""
    events = past.placed(past.streams_of_interactions(contact, position), position)
    people = {contact.key: contact.no}
    if contact.value.type == "company":
        people |= past.people_lost(contact.no, position)
    found = (_with_contact(past, row, contact, position) for row in _entries(past, people, events))
    return [row for row in found if row is not None]


def _entries(
    past: PastFacts, people: Mapping[int, str], events: Iterable[tuple[int, Event]]
) -> Iterator[Row]:
    """The entries that logging made with these people, and single ones with anybody; events in order."""
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
                    "delivery_status": _begun(
                        value.correspondence_type, deliver=getattr(event.data, "deliver", False)
                    ),
                }
            case InteractionsLoggedAgain():
                rows |= _logged_again(rows, event)
            case _:
                _amend(rows, event.data)
    yield from rows.values()


def _logged(past: PastFacts, event: Event, key: int, no: str, before: int) -> dict[int, Row]:
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
        row["delivery_status"] = _begun(row["correspondence_type"], deliver=logged.deliver)
        rows[row["entry_no"]] = row
    return rows


def _begun(correspondence_type: str | None, *, deliver: bool) -> str | None:
    """The delivery status of an entry that was just made (domain B10.3)."""
    return "in_progress" if deliver and correspondence_type is not None else None


def _logged_again(rows: dict[int, Row], event: Event) -> dict[int, Row]:
    """The entries that were made of these once more (domain B13)."""
    again: InteractionsLoggedAgain = event.data
    made: dict[int, Row] = {}
    for entry_no, row in rows.items():
        place = entry_no - again.source_first
        if place >= 0 and place in again.sources:
            number = again.first_interaction_no + again.sources.rank(place)
            made[number] = row | {
                "entry_no": number,
                "date": again.date,
                "time_of_interaction": again.time_of_interaction,
                "description": resend_description(row["description"]),
                "user_id": event.envelope.user_id,
                "correspondence_type": again.correspondence_type or row["correspondence_type"],
                "delivery_status": "in_progress",
                "canceled": False,
            }
    return made


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
            for entry_no in [
                entry_no for entry_no in rows if entry_no >= first and entry_no - first in entries
            ]:
                del rows[entry_no]
            return
        case LoggedSegmentDeleted(entry_no=logged_segment):
            for row in rows.values():
                if row["logged_segment_entry_no"] == logged_segment:
                    row["logged_segment_entry_no"] = None
            return
        case InteractionsDelivered(first=first, entries=entries):
            changes = {"delivery_status": "sent"}
        case DeliveryFailed(first=first, entries=entries):
            changes = {"delivery_status": "error"}
        case InteractionsSentAgain(first=first, entries=entries, correspondence_type=kind):
            changes = {"delivery_status": "in_progress"}
            if kind is not None:
                changes["correspondence_type"] = kind
        case _:
            return
    for entry_no, row in rows.items():
        if entry_no >= first and entry_no - first in entries:
            row |= changes


def _with_contact(past: PastFacts, row: Row, contact: KnownContact, position: int) -> Row | None:
    """The entry, if it was with this contact in the company that the contact was in (domain B5, B19)."""
    contact_no, company_no = row["contact_no"], row["contact_company_no"]
    went_to = contact_no if contact_no in (contact.no, None) else past.company_left(contact_no, position)
    # The number of a company that was deleted is blank on its entries.
    left = company_no if company_no == contact.value.company_no else _of_living(past, company_no, position)
    if went_to != contact.no or left != contact.value.company_no:
        return None
    return row | {"contact_no": contact.no, "contact_company_no": contact.value.company_no}


def _of_living(past: PastFacts, company_no: str | None, position: int) -> str | None:
    return None if past.deleted_at(company_no, position) else company_no
