"""Events of contacts, records, interactions and tasks in words; those of segments are in `history_words`."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from application.field_words import HIDDEN, Language, field_word, number_words, value_words
from application.history_words import changes_in_words, tell
from domain.amendments import CampaignEntryDeleted
from domain.contact import ContactChanged, ContactDeleted, ContactErased, ContactRegistered, KnownContact
from domain.interaction import InteractionLogged, InteractionPostponed, InteractionResumed
from domain.records import RECORD_KINDS, KnownRecord, RecordChanged, RecordCreated, RecordDeleted
from domain.segment.state import Segment
from domain.task import TaskChanged, TaskDeleted, TasksCreated
from domain.value_entry import ValueEntriesImported
from domain.vocabulary import given

WORDS: dict[str, dict[Language, str]] = {
    "registered": {"en": "Registered contact {no}: {values}.", "nl": "Contact {no} ingevoerd: {values}."},
    "changed": {"en": "Changed contact {no}: {changes}.", "nl": "Contact {no} gewijzigd: {changes}."},
    "deleted": {"en": "Deleted contact {no}.", "nl": "Contact {no} verwijderd."},
    "erased": {"en": "Erased contact {no}: {reason}.", "nl": "Contact {no} gewist: {reason}."},
    "record_created": {"en": "Made {kind} {code}: {values}.", "nl": "{kind} {code} gemaakt: {values}."},
    "record_changed": {
        "en": "Changed {kind} {code}: {changes}.",
        "nl": "{kind} {code} gewijzigd: {changes}.",
    },
    "record_deleted": {"en": "Deleted {kind} {code}.", "nl": "{kind} {code} verwijderd."},
    "recorded": {
        "en": "Recorded interaction {entry} with contact {contact}: {description}.",
        "nl": "Interactie {entry} met contact {contact} vastgelegd: {description}.",
    },
    "begun": {
        "en": "Began interaction {entry} with contact {contact}, to be finished later: {description}.",
        "nl": "Interactie {entry} met contact {contact} begonnen, later af te maken: {description}.",
    },
    "finished": {
        "en": "Finished interaction {entry} with contact {contact}: {description}.",
        "nl": "Interactie {entry} met contact {contact} afgemaakt: {description}.",
    },
    "task": {"en": "Made task {first}: {description}.", "nl": "Taak {first} gemaakt: {description}."},
    "tasks": {
        "en": "Made {n} tasks, from number {first} on: {description}.",
        "nl": "{n} taken gemaakt, vanaf nummer {first}: {description}.",
    },
    "task_changed": {"en": "Changed task {no}: {values}.", "nl": "Taak {no} gewijzigd: {values}."},
    "task_deleted": {"en": "Deleted task {no}.", "nl": "Taak {no} verwijderd."},
    "value_entries": {"en": "Took over value entries: {n}.", "nl": "Waardeposten overgenomen: {n}."},
    "campaign_entry_deleted": {
        "en": "Deleted campaign entry {no} of campaign {campaign}.",
        "nl": "Campagnepost {no} van campagne {campaign} verwijderd.",
    },
    "of_segment": {"en": "Segment {no}: {text}", "nl": "Segment {no}: {text}"},
    "nothing": {"en": "nothing but blanks", "nl": "niets dan lege velden"},
    "same": {"en": "nothing that is shown", "nl": "niets wat getoond wordt"},
}
KINDS_IN_DUTCH: dict[str, str] = {
    "mailing-group": "mailinggroep",
    "industry-group": "bedrijfstak",
    "business-relation": "zakenrelatie",
    "job-responsibility": "functieverantwoordelijkheid",
    "organizational-level": "organisatieniveau",
    "interaction-group": "interactiegroep",
    "campaign-status": "campagnestatus",
    "territory": "gebied",
    "salutation": "aanhef",
    "salesperson": "verkoper",
    "profile-questionnaire": "profielvragenlijst",
    "interaction-template": "interactiesjabloon",
    "campaign": "campagne",
    "saved-segment-criteria": "opgeslagen segmentcriteria",
    "setup": "instellingen",
    "interaction-template-setup": "instellingen voor interactiesjablonen",
}
NOT_TOLD = HIDDEN | {"company_key", "contact_key"}
KINDS = {event: kind for kind in RECORD_KINDS for event in kind.events()}

State = Segment | KnownContact | KnownRecord


class Facts:
    """What stood before an event, as far as sentences need it: folds one stream while it is told."""

    def __init__(self, stream: str) -> None:
        prefix = stream.partition("-")[0]
        self.state: State = {"segment": Segment, "contact": KnownContact}.get(prefix, KnownRecord)()
        self._folds = prefix in ("segment", "contact")

    def take(self, event: object, user_id: str, at: datetime) -> None:
        """Take over one event, of a kind that there is a state for."""
        if self._folds or isinstance(event, RecordCreated | RecordChanged | RecordDeleted):
            self.state.apply(event, user_id, at)


def tell_any(event: object, before: State, language: Language) -> str:
    """What an event did, in one sentence or more."""
    if isinstance(before, Segment):
        return tell(event, before, language)
    if isinstance(event, RecordCreated | RecordChanged | RecordDeleted):
        assert isinstance(before, KnownRecord)
        return _record(event, before, language)

    def word(name: str, **facts: object) -> str:
        return WORDS[name][language].format(**facts)

    match event:
        case ContactRegistered(no=no, value=value):
            return word("registered", no=no, values=_values(msgspec.structs.asdict(value), language))
        case ContactChanged(no=no, changes=changes):
            assert isinstance(before, KnownContact)
            old, new = msgspec.structs.asdict(before.value), given(changes)
            return word("changed", no=no, changes=_changes(old, new, language))
        case ContactDeleted(no=no):
            return word("deleted", no=no)
        case ContactErased(no=no, reason=reason):
            return word("erased", no=no, reason=reason)
        case InteractionLogged() | InteractionPostponed() | InteractionResumed():
            name = {InteractionLogged: "recorded", InteractionPostponed: "begun"}.get(type(event), "finished")
            description = value_words("description", event.value.description, language)
            contact = value_words("contact_no", event.value.contact_no, language)
            return word(name, entry=event.entry_no, contact=contact, description=description)
        case TasksCreated(first_no=first, contacts=contacts, value=value):
            name = "task" if len(contacts) == 1 else "tasks"
            return word(
                name, n=number_words(len(contacts), language), first=first, description=value.description
            )
        case TaskChanged(no=no, changes=changes):
            return word("task_changed", no=no, values=_values(given(changes), language))
        case TaskDeleted(no=no):
            return word("task_deleted", no=no)
        case ValueEntriesImported(entries=entries):
            return word("value_entries", n=number_words(len(entries), language))
        case CampaignEntryDeleted(entry_no=number, campaign_no=campaign):
            return word("campaign_entry_deleted", no=number, campaign=campaign)
    return tell(event, Segment(), language)


def of_segment(no: str, text: str, language: Language) -> str:
    """The sentence with the segment that it is about."""
    return WORDS["of_segment"][language].format(no=no, text=text)


def _record(
    event: RecordCreated | RecordChanged | RecordDeleted, before: KnownRecord, language: Language
) -> str:
    kind = KINDS[type(event)]
    word = KINDS_IN_DUTCH.get(kind.name, kind.word) if language == "nl" else kind.word
    if isinstance(event, RecordDeleted):
        text = WORDS["record_deleted"][language].format(kind=word, code=event.code)
    elif isinstance(event, RecordCreated) or before.value is None:
        values = _values(msgspec.structs.asdict(event.value), language)
        text = WORDS["record_created"][language].format(kind=word, code=event.code, values=values)
    else:
        old, now = msgspec.structs.asdict(before.value), msgspec.structs.asdict(event.value)
        new = {name: value for name, value in now.items() if value != old[name]}
        changes = _changes(old, new, language)
        text = WORDS["record_changed"][language].format(kind=word, code=event.code, changes=changes)
    return text[:1].upper() + text[1:]


def _changes(old: dict[str, Any], new: dict[str, Any], language: Language) -> str:
    shown = {name: value for name, value in new.items() if name not in NOT_TOLD}
    return changes_in_words(old, shown, language) or WORDS["same"][language]


def _values(values: dict[str, Any], language: Language) -> str:
    told = ", ".join(
        f"{field_word(name, language)} {value_words(name, value, language)}"
        for name, value in values.items()
        if name not in NOT_TOLD and value not in (None, (), False)
    )
    return told or WORDS["nothing"][language]
