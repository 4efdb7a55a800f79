"""What if: the question as a body, and its answer."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag, model_validator

from api.moments import instant
from api.problems import NO_PLACE
from api.schemas.criteria import CriteriaActionAnswer, CriteriaBody
from api.schemas.values import Answer, Body, Instant, Number
from application.what_if import Moment, Question


class MomentBody(Body):
    """A position of the log, or an instant; in UTC without an offset."""

    example = {"instant": "2026-11-24T09:30:00Z"}

    position: Annotated[Number, Field(ge=0, le=2**62)] | None = None
    instant: Instant | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> MomentBody:
        if (self.position is None) == (self.instant is None):
            raise ValueError("takes a position or an instant")
        return self

    def moment(self) -> Moment:
        """The moment as use cases take it."""
        return Moment(self.position, instant(self.instant))


def _kind(value: object) -> str:
    return "now" if value == "now" else NO_PLACE


# Only what was meant is said to be wrong.
NowOrMoment = Annotated[
    Annotated[Literal["now"], Tag("now")] | Annotated[MomentBody, Tag(NO_PLACE)], Discriminator(_kind)
]


class WhatIfBody(Body):
    """Which criteria to try, on the segment as of when, and on the contacts of when."""

    example = {
        "steps": [{"action": "add_contacts", "filters": {"contact": {"city": "Arnhem"}}}],
        "on": {"instant": "2026-11-24T09:30:00Z"},
    }

    at: MomentBody | None = Field(None, description="The state to start from and compare with; null is now.")
    steps: Annotated[list[CriteriaBody], Field(max_length=100)] | None = Field(
        None, description="Tried on a copy; null does the segment's own actions again on an empty one."
    )
    on: NowOrMoment = Field("now", description="The contacts of when.")

    def question(self) -> Question:
        """The question as use cases take it."""
        return Question(
            at=None if self.at is None else self.at.moment(),
            steps=None if self.steps is None else tuple(step.criteria() for step in self.steps),
            on=None if self.on == "now" else self.on.moment(),
        )


class TriedContact(Answer):
    """A contact; only its number where there was none at that moment."""

    no: str
    name: str | None
    type: str | None
    company_name: str | None
    city: str | None


class ContactGroup(Answer):
    """How many contacts, and the first of them."""

    count: int
    first: list[TriedContact]


class SuppressedAnswer(Answer):
    """Who met the criteria and stays out, by the reason."""

    privacy_blocked: ContactGroup
    excluded: ContactGroup
    elsewhere: ContactGroup


class WhatIfAnswer(Answer):
    """What would be, against the segment as it stands or stood."""

    segment_no: str
    version: int
    contacts_position: int
    steps: list[CriteriaActionAnswer]
    contacts_before: int
    contacts_after: int
    entered: ContactGroup
    left: ContactGroup
    suppressed: SuppressedAnswer
