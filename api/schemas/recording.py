"""What is recorded along with documents and phone calls, as bodies and answers."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from pydantic import Field, create_model, model_validator

from api.schemas.interactions import InteractionAnswer
from api.schemas.values import (
    Answer,
    Body,
    Clock,
    Code,
    Comment,
    Day,
    EntryNo,
    Number,
    OptionalCode,
    OptionalShortCode,
    Text80,
    Text100,
)
from domain.interaction import InteractionValues
from domain.interaction_template import InteractionTemplateSetup
from domain.vocabulary import CorrespondenceType, DocumentType, Evaluation


class TemplateSetupBase(Body):
    """Which interaction template each kind of document gets; blank records none."""

    example = {"sales_invoice": "INVOICE", "outgoing_calls": "CALL"}


TemplateSetupBody = create_model(
    "TemplateSetupBody",
    __base__=TemplateSetupBase,
    __doc__=TemplateSetupBase.__doc__,
    **dict.fromkeys(InteractionTemplateSetup.__struct_fields__, (OptionalShortCode, None)),  # type: ignore[call-overload]
)
TemplateSetupBody.example = TemplateSetupBase.example

DocumentNumber = Annotated[Number, Field(ge=0, le=2**31 - 1)]


class DocumentBody(Body):
    """A document that went to a contact, who is named or found as a customer or vendor."""

    example = {
        "document_type": "sales_invoice",
        "document_no": "103001",
        "account_type": "customer",
        "account_no": "10000",
    }

    document_type: DocumentType | Literal["emails"]
    document_no: OptionalCode = Field(None, examples=["103001"])
    version_no: DocumentNumber | None = None
    document_no_occurrence: DocumentNumber | None = None
    contact_no: OptionalCode = None
    account_type: Literal["customer", "vendor"] | None = None
    account_no: OptionalCode = None
    date: Day | None = None
    time_of_interaction: Clock | None = None
    description: Text100 = None
    subject: Text100 = None
    salesperson_code: OptionalCode = None
    campaign_no: OptionalCode = None
    correspondence_type: CorrespondenceType | None = None
    opportunity_no: OptionalCode = None
    task_no: EntryNo | None = None

    @model_validator(mode="after")
    def _whole_account(self) -> DocumentBody:
        if (self.account_type is None) != (self.account_no is None):
            raise ValueError("account_type and account_no belong together")
        return self

    def values(self) -> InteractionValues:
        """What was sent of the interaction itself."""
        others = ("document_type", "account_type", "account_no")
        named = {name: value for name, value in self.given().items() if name not in others}
        return msgspec.convert(named, InteractionValues)


class RecordedDocumentAnswer(Answer):
    """The entry, or why there is none."""

    entry: InteractionAnswer | None
    reason: str | None = None


class PhoneCallBody(Body):
    """What came of a phone call; the rest comes from the line and the set-up's template for calls."""

    example = {"contact_via": "+31 26 1234567", "evaluation": "positive", "description": "Called about it"}

    contact_via: Text80 = None
    description: Text100 = None
    date: Day | None = None
    time_of_interaction: Clock | None = None
    salesperson_code: Code | None = None
    campaign_no: OptionalCode = None
    evaluation: Evaluation | None = None
    attempt_failed: bool = False
    opportunity_no: OptionalCode = None
    task_no: EntryNo | None = None
    comments: Annotated[list[Comment], Field(max_length=1_000)] = []

    def values(self) -> InteractionValues:
        """What was sent of the interaction itself."""
        named = {name: value for name, value in self.given().items() if name != "comments"}
        return msgspec.convert(named, InteractionValues)
