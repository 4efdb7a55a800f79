"""Criteria actions and saved criteria as bodies and answers."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

import msgspec
from pydantic import BeforeValidator, Field, ValidationInfo, field_validator

from api.schemas.values import Answer, Body, Code, EntryNo, OptionalShortCode, ShortCode, Text100, Total
from domain.criteria import FILTERS_SHAPE
from domain.segment.events import CriteriaOptions, Exclusion
from domain.segment.selection import Criteria
from domain.vocabulary import CriteriaActionKind

FILTERS_EXAMPLE = {"contact": {"city": "Arnhem|Breda"}, "mailing_group": {"code": "NEWS"}}


def _tables(value: Any) -> Any:
    if not isinstance(value, dict):
        raise ValueError(FILTERS_SHAPE)
    return value


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
    filters: Annotated[dict[str, Any], BeforeValidator(_tables)] = Field({}, examples=[FILTERS_EXAMPLE])
    allow_existing_contacts: bool = False
    expand_companies: bool = False
    allow_related_companies: bool = False
    ignore_exclusion: bool = False
    entire_companies: bool = False
    exclude: ExclusionBody | None = None

    @field_validator("exclude")
    @classmethod
    def _excludes_from_adding(
        cls, exclude: ExclusionBody | None, info: ValidationInfo
    ) -> ExclusionBody | None:
        if exclude is not None and info.data.get("action", "add_contacts") != "add_contacts":
            raise ValueError("goes with add_contacts only")
        return exclude

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
    no_longer_known: int = Field(0, description="Contacts of a logged segment that were deleted since.")


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
    contacts_position: int = Field(description="The position of the contacts that were looked at.")


class CriteriaActionList(Answer):
    """The criteria actions of a segment, first to last."""

    items: list[CriteriaActionAnswer]
    next_cursor: str | None = None
    total: Total = None


class SaveCriteriaBody(Body):
    """Under which code to save the criteria."""

    example = {"code": "SPRING", "description": "Arnhem and Breda, newsletter"}

    code: OptionalShortCode = Field(None, examples=["SPRING"])
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
    total: Total = None
