"""Records known by code, as bodies."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from api.schemas.values import (
    Amount,
    Body,
    Day,
    Minutes,
    Number,
    OptionalCode,
    OptionalShortCode,
    Text20,
    Text30,
    Text50,
    Text80,
    Text100,
    Text255,
)
from domain.vocabulary import CorrespondenceType, InformationFlow, InitiatedBy

NamePart = Literal["job_title", "first_name", "middle_name", "surname", "initials", "company_name"]


class CodeEntryBody(Body):
    """A code that only has a description."""

    example = {"description": "Newsletter"}

    description: Text100 = Field(examples=["Newsletter"])


class SalutationFormulaBody(Body):
    """How a contact is addressed in one language; %1 to %5 stand for the chosen parts of the name."""

    language_code: OptionalShortCode = None
    type: Literal["formal", "informal"] = "formal"
    text: Annotated[str, Field(max_length=50, examples=["Dear %1 %2,"])]
    names: Annotated[list[NamePart], Field(max_length=5)] = []


class SalutationBody(Body):
    """A salutation with its formulas."""

    example = {
        "description": "Mrs",
        "formulas": [{"language_code": "ENG", "text": "Dear Mrs %1,", "names": ["surname"]}],
    }

    description: Text100
    formulas: list[SalutationFormulaBody] = []


class SalespersonBody(Body):
    """Somebody who is responsible for contacts."""

    example = {"name": "Sara Lind", "job_title": "Account manager", "user_id": "sara"}

    name: Text50 = Field(None, examples=["Sara Lind"])
    job_title: Text30 = None
    phone_no: Text30 = None
    email: Text80 = None
    blocked: bool = False
    user_id: Text100 = None


class QuestionnaireLineBody(Body):
    """A question, or an answer to the question before it."""

    line_no: Annotated[Number, Field(ge=1, le=2**31 - 1)]
    type: Literal["question", "answer"]
    description: Text255 = None


class QuestionnaireBody(Body):
    """Questions about contacts."""

    example = {
        "description": "Companies",
        "lines": [
            {"line_no": 10_000, "type": "question", "description": "How many people?"},
            {"line_no": 20_000, "type": "answer", "description": "1 to 9"},
        ],
    }

    description: Text100
    lines: list[QuestionnaireLineBody] = []


class TemplateBody(Body):
    """The defaults that an interaction takes from its template."""

    example = {
        "description": "Spring letter",
        "interaction_group_code": "LETTER",
        "unit_cost": "2.50",
        "unit_duration_minutes": 5,
        "information_flow": "outbound",
        "initiated_by": "us",
    }

    description: Text100 = Field(None, examples=["Spring letter"])
    interaction_group_code: OptionalShortCode = None
    unit_cost: Amount = Decimal(0)
    unit_duration_minutes: Minutes = 0
    information_flow: InformationFlow | None = None
    initiated_by: InitiatedBy | None = None
    campaign_no: OptionalCode = None
    campaign_target: bool = False
    campaign_response: bool = False
    correspondence_type: CorrespondenceType | None = None
    ignore_contact_correspondence_type: bool = False
    language_code: OptionalShortCode = None


class CampaignBody(Body):
    """What several segments serve together. `activated` stays as it is where it is not said."""

    example = {"description": "Spring", "starting_date": "2026-03-01", "ending_date": "2026-05-31"}

    description: Text100 = Field(None, examples=["Spring"])
    starting_date: Day | None = None
    ending_date: Day | None = None
    salesperson_code: OptionalCode = None
    status_code: OptionalCode = None
    # Not a value that is written with the others: it is decided on, and recorded by an event of its own.
    activated: bool | None = Field(None, exclude=True)


class NewCampaignBody(CampaignBody):
    """A campaign to create; without a number it takes the next of the series."""

    example = {"description": "Spring", "starting_date": "2026-03-01"}

    no: OptionalCode = None


class SeriesBody(Body):
    """How numbers look. A series that is new needs a prefix."""

    prefix: Annotated[str, Field(max_length=10, pattern=r"^[A-Z0-9-]*$")] = ""
    digits: Annotated[Number, Field(ge=1, le=10)] = 5
    manual: bool = True


class SeriesByKindBody(Body):
    """The number series; null means not set up."""

    segment: SeriesBody | None = None
    contact: SeriesBody | None = None
    campaign: SeriesBody | None = None


class OwnCompanyBody(Body):
    """The company that sends letters."""

    name: Text100 = None
    name_2: Text50 = None
    address: Text100 = None
    address_2: Text50 = None
    post_code: Text20 = None
    city: Text30 = None
    county: Text30 = None
    country_code: OptionalCode = None
    phone_no: Text30 = None
    fax_no: Text30 = None
    email: Text80 = None
    home_page: Text255 = None
    vat_registration_no: Text20 = None
    registration_no: Text20 = None
    bank_name: Text100 = None
    bank_branch_no: Text20 = None
    bank_account_no: Text30 = None
    giro_no: Text20 = None


class InheritBody(Body):
    """What people take over from their company; communication is phone, fax and home page."""

    salesperson: bool = False
    territory: bool = False
    country: bool = False
    language: bool = False
    address: bool = False
    communication: bool = False


class SetupBody(Body):
    """The set-up; in a PATCH, what is sent changes."""

    example = {"default_correspondence_type": "email", "number_series": {"segment": {"prefix": "SM"}}}

    default_correspondence_type: CorrespondenceType | None = None
    default_salesperson_code: OptionalCode = None
    default_language_code: OptionalShortCode = None
    number_series: SeriesByKindBody = SeriesByKindBody()
    company: OwnCompanyBody = OwnCompanyBody()
    inherit: InheritBody = InheritBody()
