"""Interaction templates: what an interaction is by default (domain A9)."""

from __future__ import annotations

from decimal import Decimal

import msgspec

from domain.document import Documents
from domain.vocabulary import CorrespondenceType, DocumentType, InformationFlow, InitiatedBy


class InteractionTemplate(msgspec.Struct, frozen=True, omit_defaults=True):
    """The defaults that a template gives. Cost in local currency, duration in whole minutes."""

    description: str | None = None
    interaction_group_code: str | None = None
    unit_cost: Decimal = Decimal(0)
    unit_duration_minutes: int = 0
    information_flow: InformationFlow | None = None
    initiated_by: InitiatedBy | None = None
    campaign_no: str | None = None
    campaign_target: bool = False
    campaign_response: bool = False
    correspondence_type: CorrespondenceType | None = None
    ignore_contact_correspondence_type: bool = False
    language_code: str | None = None
    documents: Documents = ()
    """One per language; whoever chooses the template gets copies (domain A9, B2.3)."""


NO_TEMPLATE = InteractionTemplate()
"""What somebody has who clears the template."""


class InteractionTemplateSetup(msgspec.Struct, frozen=True, omit_defaults=True):
    """Which template each kind of document gets that is recorded; blank records none (domain A9, B15)."""

    sales_quote: str | None = None
    sales_blanket_order: str | None = None
    sales_order_confirmation: str | None = None
    sales_invoice: str | None = None
    sales_shipment_note: str | None = None
    sales_credit_memo: str | None = None
    sales_statement: str | None = None
    sales_reminder: str | None = None
    sales_finance_charge_memo: str | None = None
    sales_return_order: str | None = None
    sales_return_receipt: str | None = None
    sales_draft_invoice: str | None = None
    service_order_create: str | None = None
    service_order_post: str | None = None
    service_contract: str | None = None
    service_contract_quote: str | None = None
    service_quote: str | None = None
    purchase_quote: str | None = None
    purchase_blanket_order: str | None = None
    purchase_order: str | None = None
    purchase_invoice: str | None = None
    purchase_receipt: str | None = None
    purchase_credit_memo: str | None = None
    purchase_return_shipment: str | None = None
    purchase_return_order_confirmation: str | None = None
    emails: str | None = None
    cover_sheets: str | None = None
    outgoing_calls: str | None = None
    meeting_invitation: str | None = None
    email_draft: str | None = None


def template_for(setup: InteractionTemplateSetup, document_type: DocumentType) -> str | None:
    """The template for a kind of document; blank where documents of this kind are not recorded."""
    field = "cover_sheets" if document_type == "cover_sheet" else document_type
    code: str | None = getattr(setup, field)
    return code
