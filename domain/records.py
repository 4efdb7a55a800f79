"""Records: things known by code that are written as a whole. One aggregate and three events serve them all.

Each kind has events of its own, named after it: `mailing-group.created.1`, `campaign.changed.1` and so on.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

import msgspec
from msgspec.structs import replace as replaced

from domain.campaign import Campaign
from domain.code_tables import CodeEntry, ProfileQuestionnaire, Salesperson, Salutation
from domain.interaction_template import InteractionTemplate, InteractionTemplateSetup
from domain.saved_criteria import SavedCriteria
from domain.setup import Setup


class RecordEvent(msgspec.Struct, frozen=True):
    """Something that happened to the record with this code."""

    topic: ClassVar[str]
    code: str


class RecordCreated(RecordEvent, frozen=True):
    """The record began to exist, or exists again."""

    value: Any


class RecordChanged(RecordEvent, frozen=True):
    """The record has these values from now on."""

    value: Any


class RecordDeleted(RecordEvent, frozen=True):
    """The record is gone."""


@dataclass(frozen=True)
class RecordKind:
    """A kind of record: its word, its place in the HTTP interface, its values, how long its codes may be."""

    name: str
    path: str
    value_type: type[msgspec.Struct]
    code_length: int
    created: type[RecordCreated]
    changed: type[RecordChanged]
    deleted: type[RecordDeleted]
    others: tuple[type[RecordChanged], ...] = ()
    """Changes that have a name of their own."""

    @property
    def word(self) -> str:
        """What people call it."""
        return self.name.replace("-", " ")

    def stream(self, code: str) -> str:
        """The name of the stream of events of one record."""
        return f"{self.name}-{code}"

    def events(self) -> tuple[type[RecordEvent], ...]:
        """Its events: the three that every kind has, then its own."""
        return (self.created, self.changed, self.deleted, *self.others)


@dataclass
class KnownRecord:
    """A record as its events have made it; no value where it was deleted."""

    code: str = ""
    version: int = 0
    value: Any = None

    def copy(self) -> KnownRecord:
        """One that can be changed without changing this one."""
        return KnownRecord(self.code, self.version, self.value)

    def apply(self, event: object, user_id: str, at: datetime) -> None:
        """Take over one event."""
        match event:
            case RecordCreated(code=code, value=value) | RecordChanged(code=code, value=value):
                self.code, self.value = code, value
            case RecordDeleted():
                self.value = None
            case _:
                raise TypeError(f"{type(event).__name__} is no event of a record")


def write(kind: RecordKind, record: KnownRecord, code: str, value: msgspec.Struct) -> tuple[RecordEvent, ...]:
    """Create the record, or give it new values; nothing if they are what they were."""
    if record.value is None:
        return (kind.created(code, value),)
    return () if record.value == value else (kind.changed(code, value),)


def activate(record: KnownRecord) -> tuple[RecordEvent, ...]:
    """Give a campaign a target group (domain B17)."""
    value: Campaign = record.value
    return () if value.activated else (CampaignActivated(record.code, replaced(value, activated=True)),)


def deactivate(record: KnownRecord) -> tuple[RecordEvent, ...]:
    """Take a campaign's target group away (domain B17)."""
    value: Campaign = record.value
    return (CampaignDeactivated(record.code, replaced(value, activated=False)),) if value.activated else ()


def delete(kind: RecordKind, record: KnownRecord) -> tuple[RecordEvent, ...]:
    """Delete the record."""
    return (kind.deleted(record.code),)


class CampaignActivated(RecordChanged, frozen=True):
    """The campaign has a target group from now on: who its lines and interactions are aimed at."""

    topic: ClassVar[str] = "campaign.activated.1"
    value: Campaign


class CampaignDeactivated(RecordChanged, frozen=True):
    """The campaign has no target group any more."""

    topic: ClassVar[str] = "campaign.deactivated.1"
    value: Campaign


def _kind(
    name: str,
    path: str,
    value_type: type[msgspec.Struct],
    code_length: int = 20,
    others: tuple[type[RecordChanged], ...] = (),
) -> RecordKind:
    title = "".join(word.capitalize() for word in name.split("-"))

    def event(base: type[RecordEvent], happened: str, fields: list[tuple[str, Any]]) -> Any:
        return msgspec.defstruct(
            f"{title}{happened.capitalize()}",
            fields,
            bases=(base,),
            frozen=True,
            namespace={"topic": f"{name}.{happened}.1", "__doc__": base.__doc__},
        )

    return RecordKind(
        name,
        path,
        value_type,
        code_length,
        event(RecordCreated, "created", [("value", value_type)]),
        event(RecordChanged, "changed", [("value", value_type)]),
        event(RecordDeleted, "deleted", []),
        others,
    )


MAILING_GROUP = _kind("mailing-group", "mailing-groups", CodeEntry, 10)
INDUSTRY_GROUP = _kind("industry-group", "industry-groups", CodeEntry)
BUSINESS_RELATION = _kind("business-relation", "business-relations", CodeEntry)
JOB_RESPONSIBILITY = _kind("job-responsibility", "job-responsibilities", CodeEntry)
ORGANIZATIONAL_LEVEL = _kind("organizational-level", "organizational-levels", CodeEntry)
INTERACTION_GROUP = _kind("interaction-group", "interaction-groups", CodeEntry, 10)
CAMPAIGN_STATUS = _kind("campaign-status", "campaign-statuses", CodeEntry)
TERRITORY = _kind("territory", "territories", CodeEntry)
SALUTATION = _kind("salutation", "salutations", Salutation)
SALESPERSON = _kind("salesperson", "salespeople", Salesperson)
PROFILE_QUESTIONNAIRE = _kind("profile-questionnaire", "profile-questionnaires", ProfileQuestionnaire)
INTERACTION_TEMPLATE = _kind("interaction-template", "interaction-templates", InteractionTemplate, 10)
CAMPAIGN = _kind("campaign", "campaigns", Campaign, others=(CampaignActivated, CampaignDeactivated))
SAVED_CRITERIA = _kind("saved-segment-criteria", "saved-segment-criteria", SavedCriteria, 10)
SETUP = _kind("setup", "setup", Setup)
TEMPLATE_SETUP = _kind("interaction-template-setup", "interaction-template-setup", InteractionTemplateSetup)

THE_SETUP = "SETUP"
"""The code of the one record of set-up."""

CODE_TABLES = (
    MAILING_GROUP,
    INDUSTRY_GROUP,
    BUSINESS_RELATION,
    JOB_RESPONSIBILITY,
    ORGANIZATIONAL_LEVEL,
    INTERACTION_GROUP,
    CAMPAIGN_STATUS,
    TERRITORY,
    SALUTATION,
    SALESPERSON,
    PROFILE_QUESTIONNAIRE,
)
RECORD_KINDS = (*CODE_TABLES, INTERACTION_TEMPLATE, CAMPAIGN, SAVED_CRITERIA, SETUP, TEMPLATE_SETUP)
