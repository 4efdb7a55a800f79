"""The events of a segment in words that marketers read, in English and Dutch."""

from __future__ import annotations

from typing import Any, Literal

from domain.amendments import (
    InteractionCommented,
    InteractionsCanceled,
    InteractionsDeleted,
    InteractionsEvaluated,
    InteractionsUncanceled,
    LoggedSegmentDeleted,
)
from domain.segment.events import (
    ActionRedone,
    ActionUndone,
    CriteriaApplied,
    CriteriaReset,
    DocumentAttached,
    DocumentRemoved,
    HeaderChanged,
    LineAdded,
    LineChanged,
    LineRemoved,
    LoggedSegmentReused,
    SegmentCreated,
    SegmentDeleted,
    SegmentLogged,
    Skipped,
)
from domain.segment.state import Segment
from domain.vocabulary import given

Language = Literal["en", "nl"]

WORDS: dict[str, dict[Language, str]] = {
    "created": {"en": "Created segment {no}.", "nl": "Segment {no} aangemaakt."},
    "followed": {
        "en": "Created segment {no} as a follow-up of logged segment {entry}.",
        "nl": "Segment {no} aangemaakt als vervolg op geregistreerd segment {entry}.",
    },
    "header": {"en": "Changed the header: {changes}{lines}.", "nl": "Kop gewijzigd: {changes}{lines}."},
    "header_lines": {"en": "; the lines follow", "nl": "; de regels volgen"},
    "header_no_lines": {"en": "; the lines stay as they are", "nl": "; de regels blijven zoals ze zijn"},
    "line_added": {
        "en": "Put contact {contact} on line {line}.",
        "nl": "Contact {contact} op regel {line} gezet.",
    },
    "line_changed": {
        "en": "Changed line {line} ({contact}): {changes}.",
        "nl": "Regel {line} ({contact}) gewijzigd: {changes}.",
    },
    "line_removed": {
        "en": "Took contact {contact} off line {line}.",
        "nl": "Contact {contact} van regel {line} gehaald.",
    },
    "add_contacts": {
        "en": "Added {added} where {filters}{skipped}.",
        "nl": "{added} toegevoegd waarvoor {filters}{skipped}.",
    },
    "reduce": {
        "en": "Removed {removed}: everybody for whom {filters}.",
        "nl": "{removed} verwijderd: iedereen voor wie {filters}.",
    },
    "refine": {
        "en": "Kept only those for whom {filters}; {removed} removed.",
        "nl": "Alleen behouden voor wie {filters}; {removed} verwijderd.",
    },
    "everybody": {"en": "no condition is set", "nl": "geen voorwaarde geldt"},
    "reused": {
        "en": "Took over the contacts of logged segment {entry}: {added} added{skipped}.",
        "nl": "Contacten van geregistreerd segment {entry} overgenomen: {added} toegevoegd{skipped}.",
    },
    "undone": {"en": "Went back over action {action}.", "nl": "Actie {action} teruggedraaid."},
    "redone": {"en": "Did action {action} again.", "nl": "Actie {action} opnieuw gedaan."},
    "reset": {
        "en": "Forgot the criteria, kept the lines.",
        "nl": "Criteria vergeten, regels behouden.",
    },
    "document_attached": {
        "en": "Stored the document {document} for all lines{subject}.",
        "nl": "Document {document} opgeslagen voor alle regels{subject}.",
    },
    "personal_document": {
        "en": "Gave line {line} ({contact}) a document of its own: {document}{subject}.",
        "nl": "Regel {line} ({contact}) een eigen document gegeven: {document}{subject}.",
    },
    "document_removed": {
        "en": "Took the document in {spoken} away.",
        "nl": "Document in {spoken} verwijderd.",
    },
    "personal_document_removed": {
        "en": "Line {line} ({contact}) has no document of its own any more.",
        "nl": "Regel {line} ({contact}) heeft geen eigen document meer.",
    },
    "subject": {"en": ", with subject “{subject}”", "nl": ", met onderwerp “{subject}”"},
    "no_language": {"en": "no language", "nl": "geen taal"},
    "deleted": {"en": "Deleted the segment.", "nl": "Segment verwijderd."},
    "logged": {
        "en": "Logged the segment: {entries} as logged segment {entry}{follow_up}.",
        "nl": "Segment geregistreerd: {entries} als geregistreerd segment {entry}{follow_up}.",
    },
    "follow_up": {"en": ", with follow-up segment {no}", "nl": ", met vervolgsegment {no}"},
    "canceled": {"en": "Canceled {entries}{of}.", "nl": "{entries} geannuleerd{of}."},
    "uncanceled": {
        "en": "Took back the cancelling of {entries}{of}.",
        "nl": "Annulering van {entries} teruggenomen{of}.",
    },
    "of_logged_segment": {"en": " with logged segment {no}", "nl": " met geregistreerd segment {no}"},
    "of_campaign_entry": {"en": " with campaign entry {no}", "nl": " met campagnepost {no}"},
    "evaluated": {"en": "Evaluated {entries}: {evaluation}.", "nl": "{entries} beoordeeld: {evaluation}."},
    "commented": {"en": "Commented on entry {no}: {comment}", "nl": "Opmerking bij post {no}: {comment}"},
    "entries_deleted": {"en": "Deleted {entries} from the log.", "nl": "{entries} uit het log verwijderd."},
    "logged_segment_deleted": {
        "en": "Deleted logged segment {no}; its interactions stay.",
        "nl": "Geregistreerd segment {no} verwijderd; de interacties blijven.",
    },
    "contact": {"en": "1 contact", "nl": "1 contact"},
    "contacts": {"en": "{n} contacts", "nl": "{n} contacten"},
    "interaction": {"en": "1 interaction", "nl": "1 interactie"},
    "interactions": {"en": "{n} interactions", "nl": "{n} interacties"},
    "skipped": {"en": "; left out: {parts}", "nl": "; overgeslagen: {parts}"},
    "already_on_segment": {"en": "{n} already on the segment", "nl": "{n} al op het segment"},
    "excluded": {"en": "{n} excluded from segments", "nl": "{n} uitgesloten van segmenten"},
    "privacy_blocked": {"en": "{n} blocked for privacy", "nl": "{n} geblokkeerd wegens privacy"},
    "elsewhere": {"en": "{n} of other segments", "nl": "{n} van andere segmenten"},
    "any": {"en": " or ", "nl": " of "},
    "all": {"en": " and ", "nl": " en "},
    "not": {"en": "not ({part})", "nl": "niet ({part})"},
    "is": {"en": "{table} {field} is {value}", "nl": "{table} {field} is {value}"},
    "blank": {"en": "blank", "nl": "leeg"},
}


def tell(event: object, before: Segment, language: Language) -> str:
    """What an event did to the segment that stood as `before`."""

    def word(name: str, **facts: object) -> str:
        return WORDS[name][language].format(**facts)

    match event:
        case SegmentCreated(no=no, follow_up_on=None):
            return word("created", no=no)
        case SegmentCreated(no=no, follow_up_on=entry):
            return word("followed", no=no, entry=entry)
        case HeaderChanged():
            follow = "header_lines" if event.scope != "none" else "header_no_lines"
            lines = word(follow) if before.number_of_lines else ""
            return word("header", changes=_changes(given(event.changes), language), lines=lines)
        case LineAdded():
            return word("line_added", contact=event.contact_no, line=event.line_no)
        case LineChanged():
            changes = _changes(given(event.changes), language)
            return word("line_changed", contact=event.contact_no, line=event.line_no, changes=changes)
        case LineRemoved():
            return word("line_removed", contact=event.contact_no, line=event.line_no)
        case CriteriaApplied():
            return word(
                event.action,
                added=_count("contact", event.lines_added, language),
                removed=_count("contact", event.lines_removed, language),
                filters=_filters(event.filters, language) or word("everybody"),
                skipped=_skipped(event.skipped, language),
            )
        case LoggedSegmentReused():
            added = _count("contact", sum(len(part.contacts) for part in event.lines), language)
            skipped = _skipped(event.skipped, language)
            return word("reused", entry=event.entry_no, added=added, skipped=skipped)
        case ActionUndone(action_no=number):
            return word("undone", action=number)
        case ActionRedone(action_no=number):
            return word("redone", action=number)
        case CriteriaReset():
            return word("reset")
        case DocumentAttached() | DocumentRemoved():
            return _document(event, language)
        case SegmentDeleted():
            return word("deleted")
        case SegmentLogged():
            follow_up = event.follow_up_segment_no
            return word(
                "logged",
                entries=_count("interaction", event.number_of_interactions, language),
                entry=event.entry_no,
                follow_up=word("follow_up", no=follow_up) if follow_up else "",
            )
        case InteractionsCanceled() | InteractionsUncanceled():
            name = "canceled" if isinstance(event, InteractionsCanceled) else "uncanceled"
            of = word(f"of_{event.cause}", no=event.cause_no) if event.cause != "entry" else ""
            return word(name, entries=_count("interaction", len(event.entries), language), of=of)
        case InteractionsEvaluated(entries=entries, evaluation=evaluation):
            said = (evaluation or WORDS["blank"][language]).replace("_", " ")
            return word("evaluated", entries=_count("interaction", len(entries), language), evaluation=said)
        case InteractionCommented(entry_no=number, comment=comment):
            return word("commented", no=number, comment=comment)
        case InteractionsDeleted(entries=entries):
            return word("entries_deleted", entries=_count("interaction", len(entries), language))
        case LoggedSegmentDeleted(entry_no=number):
            return word("logged_segment_deleted", no=number)
    raise TypeError(f"{type(event).__name__} has no words")


def _document(event: DocumentAttached | DocumentRemoved, language: Language) -> str:
    def word(name: str, **facts: object) -> str:
        return WORDS[name][language].format(line=event.line_no, contact=event.contact_no, **facts)

    if isinstance(event, DocumentRemoved):
        spoken = event.language_code or word("no_language")
        name = "document_removed" if event.line_no is None else "personal_document_removed"
        return word(name, spoken=spoken)
    document = event.document
    called = document.file_name or document.language_code or word("no_language")
    subject = word("subject", subject=document.subject) if document.subject else ""
    kind = "document_attached" if event.line_no is None else "personal_document"
    return word(kind, document=called, subject=subject)


def _count(what: str, n: int, language: Language) -> str:
    return WORDS[what if n == 1 else f"{what}s"][language].format(n=f"{n:,}")


def _changes(named: dict[str, Any], language: Language) -> str:
    hidden = {"template", "correspondence_type_fixed", "documents", "personal_documents", "language_fixed"}
    return ", ".join(
        f"{name.replace('_', ' ')} = {WORDS['blank'][language] if value is None else value}"
        for name, value in named.items()
        if name not in hidden
    )


def _skipped(skipped: Skipped, language: Language) -> str:
    parts = [
        WORDS[reason][language].format(n=f"{len(contacts):,}")
        for reason in skipped.__struct_fields__
        if (contacts := getattr(skipped, reason))
    ]
    return WORDS["skipped"][language].format(parts=", ".join(parts)) if parts else ""


def _filters(filters: dict[str, Any], language: Language) -> str:
    parts = []
    for key, value in filters.items():
        if key in ("any", "all"):
            inner = [f"({_filters(part, language)})" for part in value]
            parts.append(WORDS[key][language].join(inner))
        elif key == "not":
            parts.append(WORDS["not"][language].format(part=_filters(value, language)))
        else:
            table = key.replace("_", " ")
            parts += [
                WORDS["is"][language].format(table=table, field=field.replace("_", " "), value=expression)
                for field, expression in value.items()
            ]
    return WORDS["all"][language].join(parts)
