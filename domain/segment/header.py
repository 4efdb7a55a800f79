"""The header of a segment: what the interaction will be (domain A1), and what lines take from it (B2.2)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType
from msgspec.structs import replace as replaced

from domain.document import (
    Document,
    Documents,
    document_in,
    next_default,
    with_document,
    without_language,
)
from domain.segment.lines import LineStart
from domain.vocabulary import CorrespondenceType, InformationFlow, InitiatedBy

NO_COST = Decimal(0)


class TemplateDefaults(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the chosen template says of correspondence, as it was when it was chosen (domain B3.4)."""

    correspondence_type: CorrespondenceType | None = None
    ignores_contact: bool = False


class Header(msgspec.Struct, frozen=True, omit_defaults=True):
    """The values of a segment's header. Costs are in local currency, durations in whole minutes."""

    description: str | None = None
    campaign_no: str | None = None
    salesperson_code: str | None = None
    interaction_template_code: str | None = None
    interaction_group_code: str | None = None
    correspondence_type: CorrespondenceType | None = None
    ignore_contact_correspondence_type: bool = False
    unit_cost: Decimal = NO_COST
    unit_duration_minutes: int = 0
    date: date | None = None
    information_flow: InformationFlow | None = None
    initiated_by: InitiatedBy | None = None
    campaign_target: bool = False
    campaign_response: bool = False
    language_code: str | None = None
    subject: str | None = None
    send_word_documents_as_attachment: bool = False
    template: TemplateDefaults | None = None
    documents: Documents = ()
    """The segment's own copies, one per language (domain B4)."""

    @property
    def document(self) -> Document | None:
        """The document in the default language."""
        return document_in(self.documents, self.language_code)

    def with_document(self, document: Document) -> Header:
        """The header once the segment has this document; the first also gives its language (domain B4)."""
        changes: dict[str, Any] = {"documents": with_document(self.documents, document)}
        if not self.documents or self.language_code == document.language_code:
            changes |= {"language_code": document.language_code, "subject": document.subject}
        return replaced(self, **changes)

    def without_language(self, language_code: str | None) -> Header:
        """The header without the document in a language; if it was the default, another is (domain B4)."""
        documents = without_language(self.documents, language_code)
        changes: dict[str, Any] = {"documents": documents}
        if self.language_code == language_code:
            default = next_default(documents, language_code)
            document = document_in(documents, default)
            changes |= {"language_code": default, "subject": document.subject if document else None}
        return replaced(self, **changes)


class HeaderChanges(msgspec.Struct, frozen=True, omit_defaults=True):
    """The header values that change; what is not named stays."""

    description: str | UnsetType | None = UNSET
    campaign_no: str | UnsetType | None = UNSET
    salesperson_code: str | UnsetType | None = UNSET
    interaction_template_code: str | UnsetType | None = UNSET
    interaction_group_code: str | UnsetType | None = UNSET
    correspondence_type: CorrespondenceType | UnsetType | None = UNSET
    ignore_contact_correspondence_type: bool | UnsetType = UNSET
    unit_cost: Decimal | UnsetType = UNSET
    unit_duration_minutes: int | UnsetType = UNSET
    date: date | UnsetType | None = UNSET
    information_flow: InformationFlow | UnsetType | None = UNSET
    initiated_by: InitiatedBy | UnsetType | None = UNSET
    campaign_target: bool | UnsetType = UNSET
    campaign_response: bool | UnsetType = UNSET
    language_code: str | UnsetType | None = UNSET
    subject: str | UnsetType | None = UNSET
    send_word_documents_as_attachment: bool | UnsetType = UNSET
    template: TemplateDefaults | UnsetType | None = UNSET
    documents: Documents | UnsetType = UNSET


LINE_FIELD_OF = {
    "description": "description",
    "campaign_no": "campaign_no",
    "salesperson_code": "salesperson_code",
    "unit_cost": "cost",
    "unit_duration_minutes": "duration_minutes",
    "date": "date",
    "campaign_target": "campaign_target",
    "campaign_response": "campaign_response",
    "information_flow": "information_flow",
    "initiated_by": "initiated_by",
    "interaction_group_code": "interaction_group_code",
    "send_word_documents_as_attachment": "send_word_documents_as_attachment",
    "subject": "subject",
}
"""Which line value follows which header value (B2.2); `changing_header` has the correspondence type."""


def correspondence(header: Header) -> tuple[CorrespondenceType | None, bool]:
    """The correspondence type that lines start from, and whether it wins over the contact's own.

    Domain rule B3.4, column "on assigning contact", as far as it does not depend on the contact.
    """
    if header.ignore_contact_correspondence_type and header.correspondence_type is not None:
        return header.correspondence_type, True
    if header.template is not None:
        return header.template.correspondence_type, header.template.ignores_contact
    return None, False


def line_start(header: Header) -> LineStart:
    """The values that a line starts from when its contact is assigned (domain B3.1)."""
    correspondence_type, fixed = correspondence(header)
    values = {line_field: getattr(header, field) for field, line_field in LINE_FIELD_OF.items()}
    return LineStart(
        **values,
        interaction_template_code=header.interaction_template_code,
        language_code=header.language_code,
        correspondence_type=correspondence_type,
        correspondence_type_fixed=fixed,
        documents=header.documents,
    )
