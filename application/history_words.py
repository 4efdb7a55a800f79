"""The events of a segment in words that marketers read, in English and Dutch."""

from __future__ import annotations

from typing import Any

import msgspec

from application.delivery_words import tell_delivery
from application.field_words import HIDDEN, Language, field_word, filter_words, number_words, value_words
from domain.amendments import (
    InteractionCommentChanged,
    InteractionCommentDeleted,
    InteractionCommented,
    InteractionsCanceled,
    InteractionsDeleted,
    InteractionsEvaluated,
    InteractionsRedated,
    InteractionsUncanceled,
    LoggedSegmentDeleted,
)
from domain.delivery import InteractionsLoggedAgain
from domain.segment.criteria_action import CriteriaAction
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
from domain.segment.line_values import line_document, of_its_contact
from domain.segment.propagation import lines_in_scope
from domain.segment.state import Segment
from domain.vocabulary import given

WORDS: dict[str, dict[Language, str]] = {
    "created": {"en": "Created segment {no}.", "nl": "Segment {no} aangemaakt."},
    "followed": {
        "en": "Created segment {no} as a follow-up of logged segment {entry}.",
        "nl": "Segment {no} aangemaakt als vervolg op geregistreerd segment {entry}.",
    },
    "header": {"en": "Changed the header: {changes}{lines}.", "nl": "Kop gewijzigd: {changes}{lines}."},
    "header_lines": {"en": "; {count} of {of} follow", "nl": "; {count} van {of} volgen"},
    "header_subject": {
        "en": "; lines in {spoken} that had the old one follow",
        "nl": "; regels in {spoken} die het oude hadden, volgen",
    },
    "header_no_lines": {"en": "; the lines stay as they are", "nl": "; de regels blijven zoals ze zijn"},
    "line_added": {
        "en": "Put contact {contact} on line {line}.",
        "nl": "Contact {contact} op regel {line} gezet.",
    },
    "line_changed": {
        "en": "Changed line {line} ({contact}): {changes}.",
        "nl": "Regel {line} ({contact}) gewijzigd: {changes}.",
    },
    "by_contact": {"en": "by contact", "nl": "volgens contact"},
    "line_removed": {
        "en": "Took contact {contact} off line {line}.",
        "nl": "Contact {contact} van regel {line} gehaald.",
    },
    "add_contacts": {
        "en": "Added {added} where {filters}{options}{skipped}.",
        "nl": "{added} toegevoegd waarvoor {filters}{options}{skipped}.",
    },
    "reduce": {
        "en": "Removed {removed}: everybody for whom {filters}{options}.",
        "nl": "{removed} verwijderd: iedereen voor wie {filters}{options}.",
    },
    "refine": {
        "en": "Kept only those for whom {filters}{options}; {removed} removed.",
        "nl": "Alleen behouden voor wie {filters}{options}; {removed} verwijderd.",
    },
    "everybody": {"en": "no condition is set", "nl": "geen voorwaarde geldt"},
    "reused": {
        "en": "Took over the contacts of logged segment {entry}{only}: {added} added{skipped}.",
        "nl": "Contacten van geregistreerd segment {entry} overgenomen{only}: {added} toegevoegd{skipped}.",
    },
    "undone": {
        "en": "Went back over action {action}: {off} off again, {back} back on.",
        "nl": "Actie {action} teruggedraaid: {off} er weer af, {back} er weer op.",
    },
    "redone": {
        "en": "Did action {action} again: {back} back on, {off} off again.",
        "nl": "Actie {action} opnieuw gedaan: {back} er weer op, {off} er weer af.",
    },
    "options": {"en": " ({parts})", "nl": " ({parts})"},
    "saved_criteria": {"en": "from saved criteria {code}", "nl": "uit opgeslagen criteria {code}"},
    "without_segment": {"en": "without those on segment {no}", "nl": "zonder wie op segment {no} staat"},
    "without_logged_segment": {
        "en": "without those of logged segment {no}",
        "nl": "zonder wie op geregistreerd segment {no} staat",
    },
    "line": {"en": "1 line", "nl": "1 regel"},
    "lines": {"en": "{n} lines", "nl": "{n} regels"},
    "other": {"en": "{what}: {facts}.", "nl": "{what}: {facts}."},
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
    "canceled": {"en": "Canceled {entries}{of}{reason}.", "nl": "{entries} geannuleerd{of}{reason}."},
    "uncanceled": {
        "en": "Took back the cancelling of {entries}{of}{reason}.",
        "nl": "Annulering van {entries} teruggenomen{of}{reason}.",
    },
    "reason": {"en": ", because: “{reason}”", "nl": ", omdat: “{reason}”"},
    "of_logged_segment": {"en": " with logged segment {no}", "nl": " met geregistreerd segment {no}"},
    "of_campaign_entry": {"en": " with campaign entry {no}", "nl": " met campagnepost {no}"},
    "evaluated": {
        "en": "Evaluated {entries}: {evaluation}{reason}.",
        "nl": "{entries} beoordeeld: {evaluation}{reason}.",
    },
    "redated": {
        "en": "Corrected the date of {entries} to {date}{reason}.",
        "nl": "Datum van {entries} verbeterd in {date}{reason}.",
    },
    "commented": {"en": "Commented on entry {no}: {comment}", "nl": "Opmerking bij post {no}: {comment}"},
    "comment_changed": {
        "en": "Changed comment {line} on entry {no}: {comment}",
        "nl": "Opmerking {line} bij post {no} gewijzigd: {comment}",
    },
    "comment_deleted": {
        "en": "Deleted comment {line} on entry {no}.",
        "nl": "Opmerking {line} bij post {no} verwijderd.",
    },
    "entries_deleted": {"en": "Deleted {entries} from the log.", "nl": "{entries} uit het log verwijderd."},
    "logged_segment_deleted": {
        "en": "Deleted logged segment {no}; its interactions stay.",
        "nl": "Geregistreerd segment {no} verwijderd; de interacties blijven.",
    },
    "logged_again": {
        "en": "Logged {entries} of logged segment {of} again, with fresh letters, from entry {first} on.",
        "nl": "{entries} van geregistreerd segment {of} opnieuw geregistreerd met nieuwe brieven, vanaf post"
        " {first}.",
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
    "no_longer_known": {"en": "{n} deleted since", "nl": "{n} inmiddels verwijderd"},
}


ERASED: dict[Language, str] = {
    "en": "(What was personal in it was erased.)",
    "nl": "(Wat er persoonlijk aan was, is gewist.)",
}
"""Said of an event in which something can be read no more."""


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
            old = msgspec.structs.asdict(before.header)
            changes = changes_in_words(old, given(event.changes), language)
            return word("header", changes=changes, lines=_following(event, before, language))
        case LineAdded():
            return word("line_added", contact=event.contact_no, line=event.line_no)
        case LineChanged():
            old = _line_values(before, event.line_no, language)
            changes = changes_in_words(old, given(event.changes), language)
            return word("line_changed", contact=event.contact_no, line=event.line_no, changes=changes)
        case LineRemoved():
            return word("line_removed", contact=event.contact_no, line=event.line_no)
        case CriteriaApplied():
            return word(
                event.action,
                added=_count("contact", event.lines_added, language),
                removed=_count("contact", len(event.removed), language),
                filters=filter_words(event.filters, language) or word("everybody"),
                options=_options(event, language),
                skipped=_skipped(event.skipped, language),
            )
        case LoggedSegmentReused():
            added = _count("contact", sum(len(part.contacts) for part in event.lines), language)
            skipped = _skipped(event.skipped, language, no_longer_known=len(event.no_longer_known))
            only = filter_words({"interaction_log_entry": event.only}, language)
            only = f" ({only})" if only else ""
            return word("reused", entry=event.entry_no, only=only, added=added, skipped=skipped)
        case ActionUndone(action_no=number):
            off, back = _lines_of(before.actions[-1], language)
            return word("undone", action=number, off=off, back=back)
        case ActionRedone(action_no=number):
            back, off = _lines_of(before.undone[-1], language)
            return word("redone", action=number, back=back, off=off)
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
            entries = _count("interaction", len(event.entries), language)
            return word(name, entries=entries, of=of, reason=_reason(event.reason, language))
        case InteractionsEvaluated(evaluation=evaluation, reason=reason):
            said = value_words("evaluation", evaluation, language)
            counted = _count("interaction", len(event.entries), language)
            return word("evaluated", entries=counted, evaluation=said, reason=_reason(reason, language))
        case InteractionsRedated(date=date, reason=reason):
            counted = _count("interaction", len(event.entries), language)
            return word("redated", entries=counted, date=date, reason=_reason(reason, language))
        case InteractionCommented(entry_no=number, comment=comment):
            return word("commented", no=number, comment=comment)
        case InteractionCommentChanged(entry_no=number, line_no=line, comment=comment):
            return word("comment_changed", no=number, line=line, comment=comment)
        case InteractionCommentDeleted(entry_no=number, line_no=line):
            return word("comment_deleted", no=number, line=line)
        case InteractionsDeleted(entries=entries):
            return word("entries_deleted", entries=_count("interaction", len(entries), language))
        case LoggedSegmentDeleted(entry_no=number):
            return word("logged_segment_deleted", no=number)
        case InteractionsLoggedAgain(first_interaction_no=first, logged_segment_entry_no=of, sources=sources):
            entries = _count("interaction", len(sources), language)
            return word("logged_again", entries=entries, of=of, first=first)
    return tell_delivery(event, language) or _otherwise(event, language)


def _otherwise(event: object, language: Language) -> str:
    """An event that has no sentence of its own yet: its topic, and its fields as they are."""
    kind = type(event)
    _, _, happened = str(getattr(kind, "topic", kind.__name__)).rpartition(".1")[0].rpartition(".")
    what = (happened or kind.__name__).replace("-", " ").capitalize()
    fields = msgspec.structs.asdict(event) if isinstance(event, msgspec.Struct) else {}
    facts = ", ".join(
        f"{field_word(name, language)} {value_words(name, value, language)}"
        for name, value in fields.items()
        if value is not msgspec.UNSET and isinstance(value, str | int)
    )
    return WORDS["other"][language].format(what=what, facts=facts) if facts else f"{what}."


def _reason(reason: str | None, language: Language) -> str:
    return WORDS["reason"][language].format(reason=reason) if reason else ""


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
    return WORDS[what if n == 1 else f"{what}s"][language].format(n=number_words(n, language))


def changes_in_words(old: dict[str, Any], new: dict[str, Any], language: Language) -> str:
    """The fields in `new`, from what they were to what they are; those that stay only where all do."""
    told = {name: value for name, value in new.items() if name not in HIDDEN}
    different = {name: value for name, value in told.items() if value != old.get(name)}
    return ", ".join(
        f"{field_word(name, language)} {value_words(name, old.get(name), language)}"
        f" → {value_words(name, value, language)}"
        for name, value in (different or told).items()
    )


def _line_values(segment: Segment, line_no: int, language: Language) -> dict[str, Any]:
    """What a line said; where its contact has a say, which is not known here, a word for that."""
    line = segment.line(line_no)
    if line is None:
        return {}
    said = {"attempt_failed": False} | msgspec.structs.asdict(line.block.start) | given(line.own)
    of_contact = dict.fromkeys(of_its_contact(line.block.start, line.own), WORDS["by_contact"][language])
    return said | {"subject": line_document(line, None).subject} | of_contact


def _following(event: HeaderChanged, before: Segment, language: Language) -> str:
    if not before.number_of_lines:
        return ""
    if event.scope == "none":
        return WORDS["header_no_lines"][language]
    if given(event.lines).keys() == {"subject"} and len(before.header.documents) > 1:
        # Which lines are in a language, their contacts had a say in; who they were is not known here.
        spoken = before.header.language_code or WORDS["no_language"][language]
        return WORDS["header_subject"][language].format(spoken=spoken)
    follow = lines_in_scope(before.header, event, before.blocks, before.own)
    of = _count("line", before.number_of_lines, language)
    return WORDS["header_lines"][language].format(count=number_words(follow, language), of=of)


def _lines_of(action: CriteriaAction, language: Language) -> tuple[str, str]:
    """How many lines an action added, and removed."""
    return _count("line", action.lines_added, language), _count("line", action.lines_removed, language)


def _options(event: CriteriaApplied, language: Language) -> str:
    parts = [
        field_word(name, language)
        for name in event.options.__struct_fields__
        if getattr(event.options, name) is True
    ]
    if event.exclude is not None:
        parts += [WORDS["without_segment"][language].format(no=no) for no in event.exclude.segments]
        parts += [
            WORDS["without_logged_segment"][language].format(no=no) for no in event.exclude.logged_segments
        ]
    if event.saved_criteria is not None:
        parts.append(WORDS["saved_criteria"][language].format(code=event.saved_criteria))
    return WORDS["options"][language].format(parts=", ".join(parts)) if parts else ""


def _skipped(skipped: Skipped, language: Language, *, no_longer_known: int = 0) -> str:
    counts = {reason: len(getattr(skipped, reason)) for reason in skipped.__struct_fields__}
    parts = [
        WORDS[reason][language].format(n=number_words(n, language))
        for reason, n in (counts | {"no_longer_known": no_longer_known}).items()
        if n
    ]
    return WORDS["skipped"][language].format(parts=", ".join(parts)) if parts else ""
