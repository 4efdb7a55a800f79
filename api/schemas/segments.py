"""Segments, lines, criteria and logging as bodies and answers."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Annotated, Any, Literal

import msgspec
from pydantic import Field, model_validator

from api.schemas.values import (
    Amount,
    Answer,
    Body,
    Clock,
    Code,
    Day,
    EntryNo,
    Minutes,
    OptionalCode,
    OptionalShortCode,
    Remarks,
    ShortCode,
    Text80,
    Text100,
)
from domain.segment.events import CriteriaOptions, Exclusion
from domain.segment.header import HeaderChanges
from domain.segment.lines import LineChanges
from domain.segment.selection import Criteria
from domain.vocabulary import (
    CorrespondenceType,
    CriteriaActionKind,
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
    version: int


class SegmentPage(Answer):
    """A page of open segments."""

    items: list[SegmentAnswer]
    next_cursor: str | None = None
    total: int | None = None


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
    total: int | None = None


FILTERS_EXAMPLE = {"contact": {"city": "Arnhem|Breda"}, "mailing_group": {"code": "NEWS"}}


class ExclusionBody(Body):
    """Segments and logged segments whose contacts are left out."""

    segments: Annotated[list[Code], Field(max_length=100)] = []
    logged_segments: Annotated[list[EntryNo], Field(max_length=100)] = []


class ExclusionAnswer(Answer):
    """Segments and logged segments whose contacts were left out."""

    segments: list[str] = []
    logged_segments: list[int] = []


class CriteriaBody(Body):
    """A criteria action: filters by table and field, and its options (domain B5, B6)."""

    example = {"action": "add_contacts", "filters": FILTERS_EXAMPLE, "expand_companies": True}

    action: CriteriaActionKind
    filters: dict[str, Any] = Field({}, examples=[FILTERS_EXAMPLE])
    allow_existing_contacts: bool = False
    expand_companies: bool = False
    allow_related_companies: bool = False
    ignore_exclusion: bool = False
    entire_companies: bool = False
    exclude: ExclusionBody | None = None

    @model_validator(mode="after")
    def _excludes_from_adding(self) -> CriteriaBody:
        if self.exclude is not None and self.action != "add_contacts":
            raise ValueError("exclude goes with add_contacts only")
        return self

    def criteria(self) -> Criteria:
        """The action as the domain knows it."""
        options = self.model_dump(exclude={"action", "filters", "exclude"})
        left_out = None if self.exclude is None else msgspec.convert(self.exclude.model_dump(), Exclusion)
        return Criteria(self.action, self.filters, CriteriaOptions(**options), left_out)


class SkippedAnswer(Answer):
    """How many contacts were left out, by the reason."""

    already_on_segment: int
    excluded: int
    privacy_blocked: int
    elsewhere: int


class CriteriaActionAnswer(Answer):
    """A criteria action with what it did."""

    action_no: int
    action: CriteriaActionKind
    filters: dict[str, Any] = Field(examples=[FILTERS_EXAMPLE])
    allow_existing_contacts: bool
    expand_companies: bool
    allow_related_companies: bool
    ignore_exclusion: bool
    entire_companies: bool
    exclude: ExclusionAnswer | None = None
    lines_added: int
    lines_removed: int
    skipped: SkippedAnswer
    user_id: str
    at: dt.datetime | None


class SampleContact(Answer):
    """One of the contacts that an action is about."""

    no: str
    name: str | None
    type: str
    company_name: str | None
    city: str | None


class CriteriaPreviewAnswer(CriteriaActionAnswer):
    """What a criteria action would do, and some of the contacts that it is about."""

    sample: list[SampleContact]


class CriteriaActionList(Answer):
    """The criteria actions of a segment, first to last."""

    items: list[CriteriaActionAnswer]
    next_cursor: str | None = None


class MailingGroupBody(Body):
    """Which mailing group to give, and whether everybody else loses it."""

    code: ShortCode = Field(examples=["NEWS"])
    delete_old_assignments: bool = False


class MailingGroupAnswer(Answer):
    """How many contacts got the group, and how many lost it."""

    added: int
    removed: int


class SaveCriteriaBody(Body):
    """Under which code to save the criteria."""

    example = {"code": "SPRING", "description": "Arnhem and Breda, newsletter"}

    code: ShortCode = Field(examples=["SPRING"])
    description: Text100 = None


class ReuseCriteriaBody(Body):
    """Which saved criteria to run."""

    example = {"code": "SPRING"}

    code: ShortCode = Field(examples=["SPRING"])


class ReuseLoggedSegmentBody(Body):
    """Which logged segment to take the contacts from."""

    example = {"entry_no": 17, "respect_exclusion": True}

    entry_no: EntryNo
    respect_exclusion: bool = False


class SavedAction(Answer):
    """One action of saved criteria."""

    action: CriteriaActionKind
    filters: dict[str, Any]
    allow_existing_contacts: bool
    expand_companies: bool
    allow_related_companies: bool
    ignore_exclusion: bool
    entire_companies: bool
    exclude: ExclusionAnswer | None = None


class SavedCriteriaAnswer(Answer):
    """Saved criteria."""

    code: str
    description: str | None
    user_id: str
    actions: list[SavedAction]
    version: int


class SavedCriteriaPage(Answer):
    """A page of saved criteria."""

    items: list[SavedCriteriaAnswer]
    next_cursor: str | None = None
    total: int | None = None


class LogBody(Body):
    """How to log."""

    example = {"create_follow_up": True}

    send_attachments: bool = False
    create_follow_up: bool = False


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
    follow_up_segment_no: str | None = None


class LoggedSegmentPage(Answer):
    """A page of logged segments."""

    items: list[LoggedSegmentAnswer]
    next_cursor: str | None = None
    total: int | None = None


class LogAnswer(Answer):
    """What logging made."""

    logged_segment: LoggedSegmentAnswer
    follow_up_segment_no: str | None = None


class LogCheckAnswer(Answer):
    """The segment can be logged."""

    ok: Literal[True] = True
    lines: int


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


SegmentVersion = Annotated[int | None, Field(ge=1, le=2**31 - 1)]
