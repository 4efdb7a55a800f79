"""Interactions as bodies and answers."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Annotated, Literal

import msgspec
from pydantic import Field

from api.schemas.values import (
    Amount,
    Answer,
    Body,
    Clock,
    Comment,
    Day,
    EntryNo,
    Minutes,
    OptionalCode,
    OptionalShortCode,
    Reason,
    Text80,
    Text100,
    Text255,
    Total,
)
from domain.interaction import InteractionValues
from domain.vocabulary import CorrespondenceType, DocumentType, Evaluation, InformationFlow, InitiatedBy


class InteractionBody(Body):
    """What is said of an interaction; the rest comes from its template, its contact and the work date."""

    example = {"description": "Call about the spring offer", "evaluation": "positive"}

    contact_no: OptionalCode = Field(None, examples=["CT00042"])
    interaction_template_code: OptionalShortCode = Field(None, examples=["CALL"])
    salesperson_code: OptionalCode = None
    date: Day | None = None
    time_of_interaction: Clock | None = None
    description: Text100 = None
    information_flow: InformationFlow | None = None
    initiated_by: InitiatedBy | None = None
    cost: Amount = Decimal(0)
    duration_minutes: Minutes = 0
    subject: Text100 = None
    campaign_no: OptionalCode = None
    campaign_response: bool = False
    campaign_target: bool = False
    evaluation: Evaluation | None = None
    attempt_failed: bool = False
    correspondence_type: CorrespondenceType | None = None
    contact_alternative_address_code: OptionalShortCode = None
    contact_via: Text80 = None
    opportunity_no: OptionalCode = None
    task_no: EntryNo | None = None
    comments: Annotated[list[Comment], Field(max_length=1_000)] | None = None
    send_attachments: bool = False

    def values(self) -> InteractionValues:
        """What was sent of the interaction itself."""
        others = ("send_attachments", "postponed", "comments")
        named = {name: value for name, value in self.given().items() if name not in others}
        return msgspec.convert(named, InteractionValues)


class NewInteraction(InteractionBody):
    """An interaction with one contact; a postponed one is finished later."""

    example = {
        "contact_no": "CT00042",
        "interaction_template_code": "CALL",
        "description": "Asked about the spring letter",
        "duration_minutes": 10,
    }

    postponed: bool = False


class EvaluateBody(Body):
    """Which entries to evaluate, and how."""

    example = {"entry_nos": [1, 2], "evaluation": "positive"}

    entry_nos: Annotated[list[EntryNo], Field(min_length=1, max_length=100_000, examples=[[1, 2]])]
    evaluation: Evaluation | None
    reason: Text255 = None


class RedateBody(Body):
    """Which entries have a wrong date, the right one, and why it is corrected."""

    example = {"entry_nos": [1, 2], "date": "2026-03-02", "reason": "Was posted a day later"}

    entry_nos: Annotated[list[EntryNo], Field(min_length=1, max_length=100_000, examples=[[1, 2]])]
    date: Day
    reason: Reason


class CancelBody(Body):
    """Why something is canceled, or counts again."""

    example = {"reason": "Sent to the wrong region"}

    reason: Text255 = None


class CommentBody(Body):
    """Something to say about an entry."""

    example = {"comment": "Wants a call back in May"}

    comment: Comment


class CommentAnswer(Answer):
    """A comment on an entry."""

    line_no: int
    date: dt.date
    comment: str
    user_id: str


class DeletedAnswer(Answer):
    """How many entries were deleted."""

    deleted: int


class InteractionAnswer(Answer):
    """An interaction log entry."""

    entry_no: int
    contact_no: str | None
    contact_company_no: str | None
    contact_name: str | None
    contact_company_name: str | None
    date: dt.date | None
    time_of_interaction: dt.time | None
    description: str | None
    information_flow: InformationFlow | None
    initiated_by: InitiatedBy | None
    cost: Decimal
    duration_minutes: int
    user_id: str
    interaction_group_code: str | None
    interaction_template_code: str | None
    interaction_language_code: str | None
    subject: str | None
    campaign_no: str | None
    campaign_entry_no: int | None
    campaign_response: bool
    campaign_target: bool
    segment_no: str | None
    logged_segment_entry_no: int | None
    evaluation: Evaluation | None
    attempt_failed: bool
    salesperson_code: str | None
    correspondence_type: CorrespondenceType | None
    contact_alternative_address_code: str | None
    contact_via: str | None
    send_word_documents_as_attachment: bool
    remarks: str | None
    document: Literal["inherited", "unique"] | None
    delivery_status: Literal["in_progress", "sent", "error"] | None
    delivery_error: str | None = None
    delivery_detail: str | None = None
    document_type: DocumentType | None
    document_no: str | None
    version_no: int | None
    document_no_occurrence: int | None
    opportunity_no: str | None
    task_no: int | None
    title: str | None
    canceled: bool
    postponed: bool
    comments: list[CommentAnswer] = []


class InteractionPage(Answer):
    """A page of interaction log entries."""

    items: list[InteractionAnswer]
    next_cursor: str | None = None
    total: Total = None


class CampaignEntryAnswer(Answer):
    """A campaign entry: what a segment did for a campaign."""

    entry_no: int
    campaign_no: str
    segment_no: str | None
    description: str | None
    date: dt.date
    salesperson_code: str | None
    user_id: str
    canceled: bool
    logged_segment_entry_no: int | None
    document_type: DocumentType | None
    number_of_interactions: int
    cost: Decimal
    duration_minutes: int


class CampaignEntryPage(Answer):
    """A page of campaign entries."""

    items: list[CampaignEntryAnswer]
    next_cursor: str | None = None
    total: Total = None
