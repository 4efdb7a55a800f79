"""Interactions that are recorded along with something else: a document, a phone call (domain B15)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from application.contacts import Contacts
from application.journal import Caller, Changes, retried
from application.looking_up import look_up
from application.records import Records
from application.segments import Segments, stream_of
from application.single_interactions import SingleInteractions
from domain import records
from domain.contact import KnownContact
from domain.errors import Conflict, MandatoryField, NotFound
from domain.interaction import Interaction, InteractionValues
from domain.interaction_template import template_for
from domain.segment.line_values import SegmentLine, segment_lines
from domain.segment.lines import LineChanges
from domain.segment.state import Segment
from domain.segment.worksheet import LineContact, change_line
from domain.vocabulary import DocumentType, given
from projections.contact_queries import contact_of_account
from projections.read_models import ReadModels

Account = tuple[Literal["customer", "vendor"], str]


@dataclass(frozen=True)
class Recorded:
    """An interaction that was recorded."""

    entry_no: int
    value: Interaction
    position: int


class Recording:
    """Records what happened elsewhere."""

    def __init__(
        self,
        read_models: ReadModels,
        known: Records,
        contacts: Contacts,
        segments: Segments,
        single_interactions: SingleInteractions,
    ) -> None:
        self.read_models = read_models
        self.records = known
        self.contacts = contacts
        self.segments = segments
        self.single_interactions = single_interactions

    @retried
    def document(
        self,
        caller: Caller,
        document_type: DocumentType | Literal["emails"],
        said: InteractionValues,
        account: Account | None,
    ) -> Recorded | str:
        """Record that a document went to a contact, or say why there is nothing to record. Raises Refused.

        The contact is named, or found by its number as a customer or vendor.
        """
        setup = self.records.template_setup()
        code = setup.emails if document_type == "emails" else template_for(setup, document_type)
        template = self.records.find(records.INTERACTION_TEMPLATE, code) if code else None
        if template is None:
            return f"No interaction template is set up for {document_type}."
        if template.value.documents:
            raise Conflict(f"Interaction template {code} has documents of its own; choose one without.")
        contact = self._contact(said, account)
        if contact is None:
            return "There is no such contact."
        if contact.value.privacy_blocked:
            return f"Contact {contact.no} is blocked for privacy."
        words = document_type.replace("_", " ").capitalize()
        number = given(said).get("document_no")
        usual = {
            "description": f"{words} {number}" if number else words,
            "document_type": None if document_type == "emails" else document_type,
        }
        named = usual | {name: value for name, value in given(said).items() if value is not None}
        values = InteractionValues(
            **named | {"contact_no": contact.no, "interaction_template_code": template.code}
        )
        return Recorded(*self.single_interactions.record(caller, values, postponed=False, deliver=False))

    @retried
    def phone_call(
        self, caller: Caller, no: str, line_no: int, said: InteractionValues, comments: tuple[str, ...]
    ) -> Recorded:
        """Record a phone call about a line of an open segment, which stays open. Raises Refused.

        The line remembers by which number the contact was called.
        """
        segment = self.segments.for_command(caller, no)
        code = self.records.template_setup().outgoing_calls
        if code is None:
            raise MandatoryField.named(
                "outgoing_calls", "No interaction template is set up for outgoing calls; choose one first."
            )
        found = segment.line(line_no)
        if found is None:
            raise NotFound.named("line", line_no)
        facts = self.segments.facts_of(found)
        if facts is None:
            raise NotFound(f"The contact of line {line_no} does not exist any more.")
        (line,) = segment_lines([found], {found.contact_key: facts})
        contact = self.contacts.get(facts.no)
        named: dict[str, Any] = {
            "description": line.description,
            "salesperson_code": line.salesperson_code,
            "campaign_no": line.campaign_no,
            "campaign_target": line.campaign_target,
            "campaign_response": line.campaign_response,
            "contact_alternative_address_code": line.contact_alternative_address_code,
            "contact_via": line.contact_via or _phone_no(contact, line),
        }
        named = {name: value for name, value in named.items() if value is not None} | given(said)
        named |= {
            "contact_no": contact.no,
            "interaction_template_code": code,
            "correspondence_type": None,
        }
        changes = self._called(segment, line_no, contact, named.get("contact_via"))
        made = self.single_interactions.record(
            caller,
            InteractionValues(**named),
            postponed=False,
            deliver=False,
            comments=comments,
            besides=changes,
        )
        return Recorded(*made)

    def _called(
        self, segment: Segment, line_no: int, contact: KnownContact, number: str | None
    ) -> list[Changes]:
        line = LineContact(contact.key, contact.no, contact.value.correspondence_type)
        facts = change_line(segment, line_no, line, LineChanges(contact_via=number), None)
        return [Changes(stream_of(segment.no), segment.version, facts, contact.key)]

    def _contact(self, said: InteractionValues, account: Account | None) -> KnownContact | None:
        no = given(said).get("contact_no")
        if no is None and account is not None:
            no = look_up(
                *(self.single_interactions.journal, self.read_models),
                lambda cursor: contact_of_account(cursor, *account),
            )
        return self.contacts.find(no) if isinstance(no, str) else None


def _phone_no(contact: KnownContact, line: SegmentLine) -> str | None:
    """The number to call: that of the line's alternative address, else the contact's."""
    code = line.contact_alternative_address_code
    there = [a.phone_no or a.mobile_phone_no for a in contact.value.alternative_addresses if a.code == code]
    return next(filter(None, there), None) or contact.value.phone_no or contact.value.mobile_phone_no
