"""A single interaction: recorded with one contact, not through a segment (domain B15)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, ClassVar

import msgspec
from msgspec import UNSET, UnsetType
from msgspec.structs import replace as replaced

from domain.amendments import Amendment, InteractionsEvaluated, RecordedInteractions
from domain.contact import KnownContact, active_address
from domain.document import Document, document_in, languages
from domain.errors import Conflict, MandatoryField, NoDocument, NoEmail, NotFound, PrivacyBlocked
from domain.interaction_template import InteractionTemplate
from domain.vocabulary import (
    CorrespondenceType,
    DocumentType,
    Evaluation,
    InformationFlow,
    InitiatedBy,
    given,
)

CAMPAIGN_ENTRY_DESCRIPTION = "Interactions"

NEEDED = {
    "contact_no": "a contact",
    "interaction_template_code": "an interaction template",
    "salesperson_code": "a salesperson",
    "date": "a date",
    "description": "a description",
}
"""What an interaction must have, in the order in which it is looked at (domain B15)."""


class Interaction(msgspec.Struct, frozen=True, omit_defaults=True):
    """The values of an interaction log entry. Cost in local currency, duration in minutes."""

    contact_key: int | None = None
    contact_no: str | None = None
    contact_company_no: str | None = None
    date: date | None = None
    time_of_interaction: time | None = None
    description: str | None = None
    information_flow: InformationFlow | None = None
    initiated_by: InitiatedBy | None = None
    cost: Decimal = Decimal(0)
    duration_minutes: int = 0
    interaction_group_code: str | None = None
    interaction_template_code: str | None = None
    interaction_language_code: str | None = None
    subject: str | None = None
    campaign_no: str | None = None
    campaign_entry_no: int | None = None
    campaign_response: bool = False
    campaign_target: bool = False
    evaluation: Evaluation | None = None
    attempt_failed: bool = False
    salesperson_code: str | None = None
    correspondence_type: CorrespondenceType | None = None
    contact_alternative_address_code: str | None = None
    contact_via: str | None = None
    document_type: DocumentType | None = None
    document_no: str | None = None
    version_no: int | None = None
    document_no_occurrence: int | None = None
    opportunity_no: str | None = None
    task_no: int | None = None
    document: Document | None = None
    """The one of the template, in the language of the entry."""


class InteractionValues(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is said of an interaction; the rest comes from its template, its contact and the work date."""

    contact_no: str | UnsetType | None = UNSET
    interaction_template_code: str | UnsetType | None = UNSET
    salesperson_code: str | UnsetType | None = UNSET
    date: date | UnsetType | None = UNSET
    time_of_interaction: time | UnsetType | None = UNSET
    description: str | UnsetType | None = UNSET
    information_flow: InformationFlow | UnsetType | None = UNSET
    initiated_by: InitiatedBy | UnsetType | None = UNSET
    cost: Decimal | UnsetType = UNSET
    duration_minutes: int | UnsetType = UNSET
    subject: str | UnsetType | None = UNSET
    campaign_no: str | UnsetType | None = UNSET
    campaign_response: bool | UnsetType = UNSET
    campaign_target: bool | UnsetType = UNSET
    evaluation: Evaluation | UnsetType | None = UNSET
    attempt_failed: bool | UnsetType = UNSET
    correspondence_type: CorrespondenceType | UnsetType | None = UNSET
    contact_alternative_address_code: str | UnsetType | None = UNSET
    contact_via: str | UnsetType | None = UNSET
    document_type: DocumentType | UnsetType | None = UNSET
    document_no: str | UnsetType | None = UNSET
    version_no: int | UnsetType | None = UNSET
    document_no_occurrence: int | UnsetType | None = UNSET
    opportunity_no: str | UnsetType | None = UNSET
    task_no: int | UnsetType | None = UNSET


class InteractionLogged(msgspec.Struct, frozen=True):
    """An interaction was recorded; `makes_campaign_entry` if it is the first of its campaign."""

    topic: ClassVar[str] = "interaction.logged.1"
    entry_no: int
    value: Interaction
    makes_campaign_entry: bool = False
    comments: tuple[str, ...] = ()
    deliver: bool = False
    """Whether its document is to be sent (domain B11)."""


class InteractionPostponed(msgspec.Struct, frozen=True):
    """An interaction was begun, to be finished later: unchecked, and not counted."""

    topic: ClassVar[str] = "interaction.postponed.1"
    entry_no: int
    value: Interaction
    said: InteractionValues
    comments: tuple[str, ...] = ()


class InteractionResumed(msgspec.Struct, frozen=True):
    """A postponed interaction was finished, under the same number; comments, if given, replace the others."""

    topic: ClassVar[str] = "interaction.resumed.1"
    entry_no: int
    value: Interaction
    makes_campaign_entry: bool = False
    comments: tuple[str, ...] | None = None
    deliver: bool = False


InteractionEvent = InteractionLogged | InteractionPostponed | InteractionResumed


NOTHING = Interaction()
NONE_RECORDED = RecordedInteractions(0, 0)


@dataclass
class SingleInteraction:
    """A single interaction as its events have made it."""

    entry_no: int = 0
    version: int = 0
    value: Interaction = NOTHING
    said: InteractionValues | None = None
    """What was said so far, while it is postponed."""
    recorded: RecordedInteractions = NONE_RECORDED

    def copy(self) -> SingleInteraction:
        """One that can be changed without changing this one."""
        return replace(self)

    def apply(self, event: object, user_id: str, at: datetime) -> None:
        """Take over one event."""
        match event:
            case InteractionPostponed(entry_no=entry_no, value=value, said=said):
                self.entry_no, self.value, self.said = entry_no, value, said
            case (
                InteractionLogged(entry_no=entry_no, value=value)
                | InteractionResumed(entry_no=entry_no, value=value)
            ):
                self.entry_no, self.value, self.said = entry_no, value, None
                self.recorded = RecordedInteractions(entry_no, 1)
            case _:
                amendment: Amendment = event  # type: ignore[assignment]
                self.recorded = self.recorded.after(amendment)
                if isinstance(amendment, InteractionsEvaluated) and self.said is not None:
                    # Finishing it starts from what was said, and this was said too.
                    self.said = replaced(self.said, evaluation=amendment.evaluation)


class Surroundings(msgspec.Struct, frozen=True):
    """What the values of an interaction are completed from."""

    contact: KnownContact | None
    template: InteractionTemplate | None
    work_date: date
    now: datetime
    salesperson_of_user: str | None


def complete(said: InteractionValues, around: Surroundings) -> Interaction:
    """The interaction with everything that was not said (domain B15, B3.2, B3.4). Raises PrivacyBlocked."""
    named = given(said)
    values: dict[str, Any] = {
        "date": around.work_date,
        "time_of_interaction": _rounded_up(around.now),
        "salesperson_code": around.salesperson_of_user,
    }
    if around.template is not None:
        values |= _from_template(around.template)
    if around.contact is not None:
        values |= _from_contact(around.contact, around.template, values)
    values |= named
    if around.template is not None:
        values |= _document(around.template, around.contact)
    values["subject"] = values.get("subject") or values.get("description")
    if "contact_alternative_address_code" not in named and around.contact is not None:
        addresses = around.contact.value.alternative_addresses
        values["contact_alternative_address_code"] = active_address(addresses, values["date"])
    return Interaction(**values)


def check(
    interaction: Interaction, contact: KnownContact | None, *, deliver: bool, as_mail: bool = False
) -> Interaction:
    """Refuse what is not complete, in the order of domain B15; the type may become blank (B10.3).

    `as_mail`: somebody says that it is a mail, which needs a document even if nothing is to be sent.
    Raises MandatoryField, NoDocument, NoEmail.
    """
    for field, needed in NEEDED.items():
        # Whoever sends a document need not be a salesperson (domain B10.3).
        may_be_blank = field == "salesperson_code" and interaction.document_type is not None
        if getattr(interaction, field) is None and not may_be_blank:
            raise MandatoryField.named(field, f"The interaction needs {needed}.")
    assert contact is not None
    is_mail = interaction.correspondence_type == "email"
    if as_mail and is_mail and interaction.document is None:
        raise NoDocument(
            "An interaction by e-mail needs a template with a document.",
            [(("correspondence_type",), "the interaction template has no document")],
        )
    arrives = not is_mail or _has_email(interaction, contact)
    if deliver and not arrives and interaction.contact_alternative_address_code is None:
        raise NoEmail(
            f"Contact {contact.no} has no e-mail address.",
            [(("contact_no",), "there is no e-mail address")],
        )
    if not arrives:
        return replaced(interaction, correspondence_type=None)
    if deliver and interaction.document is None and interaction.correspondence_type is not None:
        raise NoDocument("There is no document to send.", [(("send_attachments",), "there is no document")])
    return interaction


def postpone(
    entry_no: int, value: Interaction, said: InteractionValues, comments: tuple[str, ...] = ()
) -> InteractionPostponed:
    """Begin an interaction that is finished later: no checks, no campaign entry (domain B15)."""
    return InteractionPostponed(entry_no, value, said, comments)


def entry_title(
    description: str | None, flow: InformationFlow | None, *, by: str | None, contact_name: str | None
) -> str | None:
    """The title of an entry (domain A8): its template, and who it came from.

    `description` is the template's; `by` names the salesperson, or else the user. In SQL it is in
    `projections.segment_listings`.
    """
    name = {"outbound": by, "inbound": contact_name}.get(flow or "")
    word = "by" if flow == "outbound" else "from"
    return " - ".join(part for part in (description, f"{word} {name}" if name else None) if part) or None


def resumed_values(interaction: SingleInteraction, more: InteractionValues) -> InteractionValues:
    """What was said before and now; the date is that of today's work. Raises Conflict, NotFound.

    One that was canceled does not count again because it is finished (domain B14): that is to be said first.
    """
    if interaction.recorded.deleted:
        raise NotFound.named("postponed interaction", interaction.entry_no)
    if interaction.said is None:
        raise Conflict(f"Interaction log entry {interaction.entry_no} is not postponed.")
    if interaction.recorded.canceled:
        raise Conflict(f"Interaction log entry {interaction.entry_no} is canceled; uncancel that first.")
    before = {name: value for name, value in given(interaction.said).items() if name != "date"}
    return InteractionValues(**(before | given(more)))


def _from_template(template: InteractionTemplate) -> dict[str, Any]:
    return {
        "interaction_group_code": template.interaction_group_code,
        "cost": template.unit_cost,
        "duration_minutes": template.unit_duration_minutes,
        "information_flow": template.information_flow,
        "initiated_by": template.initiated_by,
        "campaign_no": template.campaign_no,
        "campaign_target": template.campaign_target,
        "campaign_response": template.campaign_response,
        "correspondence_type": template.correspondence_type,
        "description": template.description,
    }


def _document(template: InteractionTemplate, contact: KnownContact | None) -> dict[str, Any]:
    """The contact's language if the template has a document in it, else the template's (domain B3.5)."""
    language = contact.value.language_code if contact is not None else None
    if language is None or language not in languages(template.documents):
        language = template.language_code
    return {
        "interaction_language_code": language,
        "document": document_in(template.documents, language),
    }


def _from_contact(
    contact: KnownContact, template: InteractionTemplate | None, values: dict[str, Any]
) -> dict[str, Any]:
    if contact.value.privacy_blocked:
        raise PrivacyBlocked(
            f"Contact {contact.no} is blocked for privacy.", [(("contact_no",), "blocked for privacy")]
        )
    own = contact.value.correspondence_type
    if template is not None and (template.ignore_contact_correspondence_type or own is None):
        own = template.correspondence_type
    return {
        "contact_key": contact.key,
        "contact_company_no": contact.value.company_no,
        "salesperson_code": values["salesperson_code"] or contact.value.salesperson_code,
        "correspondence_type": own,
    }


def _has_email(interaction: Interaction, contact: KnownContact) -> bool:
    code = interaction.contact_alternative_address_code
    elsewhere = [a.email for a in contact.value.alternative_addresses if a.code == code]
    return any(elsewhere) or contact.value.email is not None


def _rounded_up(now: datetime) -> time:
    """The time to the full minute, rounded up (domain B15); the last minute of a day stays in it."""
    minute = now.hour * 60 + now.minute + (1 if now.second or now.microsecond else 0)
    minute = min(minute, 24 * 60 - 1)
    return time(minute // 60, minute % 60)
