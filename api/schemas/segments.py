"""Segments, lines, criteria and logging as bodies and answers."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Annotated, Literal

import msgspec
from pydantic import Field, field_validator

from api.schemas.documents import DocumentAnswer
from api.schemas.values import (
    Amount,
    Answer,
    Body,
    Clock,
    Code,
    Day,
    Minutes,
    OptionalCode,
    OptionalShortCode,
    Remarks,
    ShortCode,
    Text80,
    Text100,
    Total,
)
from domain.segment.header import HeaderChanges
from domain.segment.lines import LineChanges
from domain.vocabulary import (
    CorrespondenceType,
    Evaluation,
    InformationFlow,
    InitiatedBy,
)


class HeaderValues(Body):
    """What the interaction will be; in a PATCH, the values that are sent change."""

    description: Text100 = Field(None, examples=["Spring letter 2026"])
    campaign_no: OptionalCode = None
    salesperson_code: OptionalCode = None
    interaction_template_code: OptionalShortCode = None
    interaction_group_code: OptionalShortCode = None
    correspondence_type: CorrespondenceType | None = None
    ignore_contact_correspondence_type: bool = False
    unit_cost: Amount = Decimal(0)
    unit_duration_minutes: Minutes = 0
    date: Day | None = None
    information_flow: InformationFlow | None = None
    initiated_by: InitiatedBy | None = None
    campaign_target: bool = False
    campaign_response: bool = False
    language_code: OptionalShortCode = None
    subject: Text100 = None
    send_word_documents_as_attachment: bool = False

    def changes(self) -> HeaderChanges:
        """The header values that were sent."""
        named = {name: value for name, value in self.given().items() if name not in ("no", "update_lines")}
        return msgspec.convert(named, HeaderChanges)


class NewSegment(HeaderValues):
    """A segment to create; without a number it takes the next of the series."""

    example = {"description": "Spring letter 2026", "date": "2026-03-01", "unit_cost": "2.50"}

    no: OptionalCode = Field(None, examples=["SM00042"])


class SegmentPatch(HeaderValues):
    """Header values to change, for the lines that follow the header too unless told otherwise."""

    example = {"subject": "Spring is coming", "update_lines": True}

    update_lines: bool = True


class SegmentAnswer(HeaderValues):
    """A segment's header and totals."""

    no: str
    number_of_lines: int
    cost: Decimal
    duration_minutes: int
    number_of_criteria_actions: int
    documents: list[DocumentAnswer]
    version: int


class SegmentPage(Answer):
    """A page of open segments."""

    items: list[SegmentAnswer]
    next_cursor: str | None = None
    total: Total = None


class LineValues(Body):
    """What a line has of its own; in a PATCH, the values that are sent change."""

    description: Text100 = None
    interaction_template_code: OptionalShortCode = None
    interaction_group_code: OptionalShortCode = None
    correspondence_type: CorrespondenceType | None = None
    language_code: OptionalShortCode = None
    subject: Text100 = None
    cost: Amount = Decimal(0)
    duration_minutes: Minutes = 0
    date: Day | None = None
    time_of_interaction: Clock | None = None
    information_flow: InformationFlow | None = None
    initiated_by: InitiatedBy | None = None
    salesperson_code: OptionalCode = None
    campaign_no: OptionalCode = None
    campaign_target: bool = False
    campaign_response: bool = False
    evaluation: Evaluation | None = None
    attempt_failed: bool = False
    contact_via: Text80 = None
    contact_alternative_address_code: OptionalShortCode = None
    send_word_documents_as_attachment: bool = False
    remarks: Remarks = None

    def changes(self) -> LineChanges:
        """The line values that were sent."""
        named = {name: value for name, value in self.given().items() if name != "contact_no"}
        return msgspec.convert(named, LineChanges)


class NewLine(LineValues):
    """A contact to put on a line, with what the line has of its own."""

    example = {"contact_no": "CT00042", "time_of_interaction": "09:30:00"}

    contact_no: Code = Field(examples=["CT00042"])


class LinePatch(LineValues):
    """Line values to change; another contact takes the line over."""

    example = {"evaluation": "positive", "remarks": "Wants to hear more."}

    contact_no: Code | None = None

    @field_validator("contact_no")
    @classmethod
    def _somebody(cls, contact_no: str | None) -> str:
        """Named, it must be somebody: a line without a contact would be logged for nobody (domain B3)."""
        if contact_no is None:
            raise ValueError("a line keeps a contact; delete the line to take it off")
        return contact_no


class LineAnswer(LineValues):
    """A line with what it takes from its header and its contact; no contact number where it is gone."""

    line_no: int
    contact_no: str | None
    contact_name: str | None
    contact_company_no: str | None
    contact_company_name: str | None
    contact_email: str | None
    document: Literal["inherited", "unique"] | None = None


class LinePage(Answer):
    """A page of lines."""

    items: list[LineAnswer]
    next_cursor: str | None = None
    total: Total = None


class MailingGroupBody(Body):
    """Which mailing group to give, and whether everybody else loses it."""

    example = {"code": "NEWS", "delete_old_assignments": True}

    code: ShortCode = Field(examples=["NEWS"])
    delete_old_assignments: bool = False


class MailingGroupAnswer(Answer):
    """How many contacts got the group, and how many lost it."""

    added: int
    removed: int


class LogBody(Body):
    """How to log."""

    example = {"create_follow_up": True}

    send_attachments: bool = False
    create_follow_up: bool = False


class DeliveryAnswer(Answer):
    """How many letters and mails are on their way, were sent, or could not be."""

    in_progress: int = 0
    sent: int = 0
    error: int = 0


class LoggedSegmentAnswer(Answer):
    """A logged segment. `interactions_visible` is how many of its entries can be read by now."""

    entry_no: int
    segment_no: str
    description: str
    creation_date: dt.date
    user_id: str
    canceled: bool
    number_of_interactions: int
    number_of_campaign_entries: int
    interactions_visible: int
    delivery: DeliveryAnswer = DeliveryAnswer()
    delivery_paused: bool = False
    delivery_waits_for: str | None = None
    follow_up_segment_no: str | None = None


class LoggedSegmentPage(Answer):
    """A page of logged segments."""

    items: list[LoggedSegmentAnswer]
    next_cursor: str | None = None
    total: Total = None


class SkippedLinesAnswer(Answer):
    """How many lines were not logged, by the reason."""

    privacy_blocked: int


class LogAnswer(Answer):
    """What logging made."""

    logged_segment: LoggedSegmentAnswer
    follow_up_segment_no: str | None = None
    skipped: SkippedLinesAnswer


class LogCheckAnswer(Answer):
    """The segment can be logged."""

    ok: Literal[True] = True
    lines: int
    skipped: SkippedLinesAnswer


class OnlyBody(Body):
    """Which entries a follow-up takes; what is not sent does not matter."""

    evaluation: Evaluation | None = None
    canceled: bool | None = None
    attempt_failed: bool | None = None
    delivery_status: Literal["in_progress", "sent", "error"] | None = None


class FollowUpBody(Body):
    """How to follow up a logged segment."""

    example = {"description": "Call who liked it", "only": {"evaluation": "positive"}}

    description: Text100 = None
    only: OnlyBody | None = None
    keep_template: bool = False
    respect_exclusion: bool = True


SegmentVersion = Annotated[int | None, Field(ge=0, le=2**31 - 1)]
