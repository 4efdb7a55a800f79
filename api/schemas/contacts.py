"""Contacts as bodies and answers."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Any

import msgspec
from pydantic import Field, model_validator

from api.schemas.values import (
    Answer,
    Body,
    Code,
    Day,
    Number,
    OptionalCode,
    OptionalShortCode,
    Reason,
    ShortCode,
    Text20,
    Text30,
    Text50,
    Text80,
    Text100,
    Text255,
    Total,
)
from domain.contact import ContactChanges
from domain.vocabulary import ContactType, CorrespondenceType

Codes = Annotated[list[Code], Field(max_length=1_000)]
ShortCodes = Annotated[list[ShortCode], Field(max_length=1_000)]


class BusinessRelationBody(Body):
    """What a company is to us besides a contact."""

    code: Code
    link_to_table: Text20 = Field(None, examples=["customer"])
    no: OptionalCode = None


class ProfileAnswerBody(Body):
    """The answer that a contact gave to a questionnaire."""

    questionnaire_code: Code
    line_no: Annotated[Number, Field(ge=1, le=2**31 - 1)]


class DateRangeBody(Body):
    """From when to when an alternative address holds."""

    starting_date: Day
    ending_date: Day | None = None


class AlternativeAddressBody(Body):
    """Where a contact is for part of the time."""

    code: ShortCode
    company_name: Text100 = None
    address: Text100 = None
    address_2: Text50 = None
    post_code: Text20 = None
    city: Text30 = None
    county: Text30 = None
    country_code: OptionalCode = None
    phone_no: Text30 = None
    mobile_phone_no: Text30 = None
    fax_no: Text30 = None
    email: Text80 = None
    home_page: Text255 = None
    date_ranges: list[DateRangeBody] = []


class ContactValues(Body):
    """The values of a contact; in a PATCH, those that are sent change."""

    example = {"city": "Arnhem", "correspondence_type": "email"}

    type: ContactType = "company"
    name: Text100 = Field(None, examples=["Bakkerij 't Hoekje"])
    name_2: Text50 = None
    first_name: Text30 = None
    middle_name: Text30 = None
    surname: Text30 = None
    initials: Text30 = None
    job_title: Text30 = None
    company_no: OptionalCode = None
    company_name: Text100 = None
    salesperson_code: OptionalCode = None
    language_code: OptionalShortCode = None
    territory_code: OptionalCode = None
    currency_code: OptionalCode = None
    country_code: OptionalCode = None
    address: Text100 = None
    address_2: Text50 = None
    post_code: Text20 = None
    city: Text30 = Field(None, examples=["'s-Hertogenbosch"])
    county: Text30 = None
    phone_no: Text30 = None
    mobile_phone_no: Text30 = None
    fax_no: Text30 = None
    email: Text80 = Field(None, examples=["info@hoekje.example.org"])
    email_2: Text80 = None
    home_page: Text255 = None
    correspondence_type: CorrespondenceType | None = None
    salutation_code: OptionalCode = None
    organizational_level_code: OptionalCode = None
    exclude_from_segment: bool = False
    privacy_blocked: bool = False
    external_id: OptionalCode = None
    mailing_groups: ShortCodes = []
    industry_groups: Codes = []
    job_responsibilities: Codes = []
    business_relations: list[BusinessRelationBody] = []
    profile_answers: list[ProfileAnswerBody] = []
    alternative_addresses: list[AlternativeAddressBody] = []

    @model_validator(mode="after")
    def _named_once(self) -> ContactValues:
        for name in ("mailing_groups", "industry_groups", "job_responsibilities"):
            codes = getattr(self, name)
            if len(set(codes)) < len(codes):
                raise ValueError(f"{name}: a code is given twice")
        answers = [(answer.questionnaire_code, answer.line_no) for answer in self.profile_answers]
        if len(set(answers)) < len(answers):
            raise ValueError("profile_answers: an answer is given twice")
        return self

    def changes(self) -> ContactChanges:
        """The values that were sent."""
        named = {name: _plain(value) for name, value in self.given().items() if name != "no"}
        return msgspec.convert(named, ContactChanges)


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [member.model_dump() if isinstance(member, Body) else member for member in value]
    return value


class NewContact(ContactValues):
    """A contact to register; without a number it takes the next of the series."""

    example = {
        "type": "company",
        "name": "Bakkerij 't Hoekje",
        "city": "'s-Hertogenbosch",
        "email": "info@hoekje.example.org",
        "mailing_groups": ["NEWS"],
    }

    no: OptionalCode = Field(None, examples=["CT00042"])


class ErasureBody(Body):
    """Why a contact is erased; kept for good, so name nobody in it."""

    example = {"reason": "Request of 2026-03-01 to be forgotten"}

    reason: Reason


class ContactStatisticsAnswer(Answer):
    """What happened with the contact, not counting what was canceled or postponed."""

    number_of_interactions: int
    cost: Decimal
    duration_minutes: int
    date_of_last_interaction: date | None = None
    last_date_attempted: date | None = None
    next_task_date: date | None = None


class ContactAnswer(ContactValues):
    """A contact as it is."""

    no: str
    statistics: ContactStatisticsAnswer
    version: int


class ContactPage(Answer):
    """A page of contacts."""

    items: list[ContactAnswer]
    next_cursor: str | None = None
    total: Total = None


class ContactSegmentAnswer(Answer):
    """An open segment that a contact is on."""

    segment_no: str
    description: str | None
    campaign_no: str | None
    date: date | None
    line_nos: list[int]


class ContactSegmentPage(Answer):
    """A page of the open segments that a contact is on."""

    items: list[ContactSegmentAnswer]
    next_cursor: str | None = None
    total: Total = None


class RejectedRowAnswer(Answer):
    """A row that was not taken over: the line it starts on, and what is wrong."""

    line: int
    errors: list[dict[str, Any]]


class ImportAnswer(Answer):
    """What became of the rows of a file."""

    registered: int
    changed: int
    unchanged: int
    rejected: list[RejectedRowAnswer]
    rejected_total: int
