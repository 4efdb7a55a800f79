"""Explanations, differences and stories of segments as answers."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from pydantic import Field

from api.schemas.criteria import CriteriaActionAnswer, ExclusionAnswer
from api.schemas.values import Answer, Total
from domain.segment.lineage import Outcome
from domain.vocabulary import CriteriaActionKind


class ConditionAnswer(Answer):
    """One filter with what the contact had there at that moment; or several, under `any`, `all` or `not`.

    `matched` and `values` are null where that cannot be known any more.
    """

    matched: bool | None
    table: str | None = Field(examples=["contact"])
    field: str | None = Field(examples=["city"])
    filter: str | None = Field(examples=["Arnhem|Breda"])
    values: list[Any] | None = Field(examples=[["Breda"]])
    operator: Literal["any", "all", "not"] | None
    parts: list[ConditionAnswer]


class BroughtInAnswer(Answer):
    """The option by which a contact was taken along, and the contact that met the filters."""

    option: Literal["expand_companies", "allow_related_companies", "entire_companies"]
    contact_no: str


class PastActionAnswer(Answer):
    """A criteria action as it was recorded. `in_force` unless it was gone back over since."""

    version: int
    action_no: int
    action: CriteriaActionKind
    by_hand: bool
    user_id: str
    at: dt.datetime
    filters: dict[str, Any]
    exclude: ExclusionAnswer | None
    allow_existing_contacts: bool
    expand_companies: bool
    allow_related_companies: bool
    ignore_exclusion: bool
    entire_companies: bool
    saved_criteria: str | None
    logged_segment: int | None
    contacts_position: int | None
    in_force: bool


class PassedAnswer(Answer):
    """A later action that could have removed the line and kept it, and why."""

    action: PastActionAnswer
    conditions: list[ConditionAnswer]
    brought_in_by: BroughtInAnswer | None


class LineExplanationAnswer(Answer):
    """Why a contact is on a line: the action that put it there, and its filters against the contact."""

    segment_no: str
    version: int
    line_no: int
    contact_no: str | None
    action: PastActionAnswer
    by_hand: bool
    reason: str
    conditions: list[ConditionAnswer]
    brought_in_by: BroughtInAnswer | None
    passed: list[PassedAnswer]
    saved_criteria: str | None
    logged_segment: int | None
    notes: list[str]


class OutcomeAnswer(Answer):
    """What one action did with a contact, and the first condition that the contact did not meet."""

    action: PastActionAnswer
    outcome: Outcome
    text: str
    conditions: list[ConditionAnswer]
    failed: ConditionAnswer | None
    brought_in_by: BroughtInAnswer | None


class ContactExplanationAnswer(Answer):
    """Why a contact is not on a segment, or is, action by action."""

    segment_no: str
    version: int
    contact_no: str
    on_segment: bool
    line_nos: list[int]
    reason: str
    actions: list[OutcomeAnswer]
    notes: list[str]


class SkippedContact(Answer):
    """A contact that an action left out, and why."""

    contact_no: str | None
    contact_name: str | None
    reason: Literal["already_on_segment", "excluded", "privacy_blocked", "elsewhere", "no_longer_known"]


class SkippedPage(Answer):
    """A page of the contacts that an action left out, in the order of their registration."""

    items: list[SkippedContact]
    next_cursor: str | None = None
    total: Total = None


class StepAnswer(Answer):
    """One step of a segment's story; `number_of_lines` is how many there were after it."""

    position: int
    stream: str
    version: int
    type: str
    at: dt.datetime
    user_id: str
    text: str
    number_of_lines: int


class StoryAnswer(Answer):
    """A page of the story of a segment, from its creation on."""

    items: list[StepAnswer]
    next_cursor: str | None = None
    total: Total = None


class FieldChangeAnswer(Answer):
    """A header value that differs."""

    field: str
    old: Any
    new: Any


class StandingContact(Answer):
    """A contact with a line of its own."""

    contact_no: str | None
    line_no: int


class MovedContacts(Answer):
    """How many contacts, and the first 1,000 lines that they have."""

    count: int
    first: list[StandingContact]


class BlockChangeAnswer(Answer):
    """A value that so many lines took over, all alike."""

    field: str
    old: Any
    new: Any
    lines: int


class LineChangeAnswer(Answer):
    """A value of one line."""

    line_no: int
    contact_no: str | None
    field: str
    old: Any
    new: Any


class LineChangesAnswer(Answer):
    """How many values of single lines differ, and the first 1,000 of them."""

    count: int
    first: list[LineChangeAnswer]


class ActionChangesAnswer(Answer):
    """The criteria actions that only one of the two versions can go back over.

    `undone` were gone back over; of `forgotten` the lines stayed, but the criteria were reset.
    """

    added: list[CriteriaActionAnswer]
    undone: list[CriteriaActionAnswer]
    forgotten: list[CriteriaActionAnswer]


class DifferenceAnswer(Answer):
    """What it takes to make the version `to` of the version `from`."""

    no: str
    from_: int = Field(alias="from")
    to: int
    status: FieldChangeAnswer | None
    header: list[FieldChangeAnswer]
    contacts_entered: MovedContacts
    contacts_left: MovedContacts
    lines_added: int
    lines_removed: int
    lines_changed: LineChangesAnswer
    block_changes: list[BlockChangeAnswer]
    criteria_actions: ActionChangesAnswer
    number_of_events: int
    events: list[StepAnswer]


class ComparisonAnswer(Answer):
    """What the other segment has in another way, or has and this one has not."""

    no: str
    version: int
    other: str
    other_version: int
    header: list[FieldChangeAnswer]
    contacts_in_both: int
    contacts_entered: MovedContacts
    contacts_left: MovedContacts


class ToldEventAnswer(Answer):
    """An event in words."""

    position: int
    stream: str
    version: int
    type: str
    at: dt.datetime
    user_id: str
    text: str


class ToldPageAnswer(Answer):
    """Events in words, in order."""

    items: list[ToldEventAnswer]
    next_cursor: str | None
