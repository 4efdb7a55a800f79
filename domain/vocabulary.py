"""Words that the whole domain shares: enumerations (domain section A0) and how codes are written."""

from __future__ import annotations

from itertools import compress, repeat
from operator import is_not
from typing import Any, Literal, get_args

import msgspec

CorrespondenceType = Literal["hard_copy", "email", "fax"]
InformationFlow = Literal["outbound", "inbound"]
InitiatedBy = Literal["us", "them"]
Evaluation = Literal["very_positive", "positive", "neutral", "negative", "very_negative"]
ContactType = Literal["company", "person"]
CriteriaActionKind = Literal["add_contacts", "reduce", "refine"]
DocumentType = Literal[
    "sales_quote",
    "sales_blanket_order",
    "sales_order_confirmation",
    "sales_invoice",
    "sales_shipment_note",
    "sales_credit_memo",
    "sales_statement",
    "sales_reminder",
    "service_order_create",
    "service_order_post",
    "purchase_quote",
    "purchase_blanket_order",
    "purchase_order",
    "purchase_invoice",
    "purchase_receipt",
    "purchase_credit_memo",
    "cover_sheet",
    "sales_return_order",
    "sales_finance_charge_memo",
    "sales_return_receipt",
    "purchase_return_shipment",
    "purchase_return_order_confirmation",
    "service_contract",
    "service_contract_quote",
    "service_quote",
    "sales_draft_invoice",
]
TaskType = Literal["meeting", "phone_call"]
TaskStatus = Literal["not_started", "in_progress", "completed", "waiting", "postponed"]
TaskPriority = Literal["low", "normal", "high"]

LINE_STEP = 10_000
"""Line numbers go in steps of this size."""


def members(enumeration: object) -> tuple[str, ...]:
    """The words of an enumeration."""
    return get_args(enumeration)


def given(changes: msgspec.Struct) -> dict[str, Any]:
    """The fields of a set of changes that were given, blank ones included."""
    # An import asks twice for every row; written like this, it takes half the time of a comprehension.
    values = msgspec.structs.astuple(changes)
    named = map(is_not, values, repeat(msgspec.UNSET))
    return dict(compress(zip(changes.__struct_fields__, values, strict=True), named))
