"""Interaction templates: what an interaction is by default (domain A9)."""

from __future__ import annotations

from decimal import Decimal

import msgspec

from domain.document import Documents
from domain.vocabulary import CorrespondenceType, InformationFlow, InitiatedBy


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
