"""Explanations in words, in English and Dutch: why somebody is on a segment, or is not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from application.field_words import Language, field_word, value_words
from domain.explanation import Condition, first_failing, verdict
from domain.segment.events import CriteriaApplied, LoggedSegmentReused
from domain.segment.lineage import Action, Outcome

WORDS: dict[str, dict[Language, str]] = {
    "by_hand": {
        "en": "Put on by hand by {user} at {at}.",
        "nl": "Met de hand toegevoegd door {user} op {at}.",
    },
    "reused": {
        "en": "Taken over from logged segment {entry} by {user} at {at}.",
        "nl": "Overgenomen van geregistreerd segment {entry} door {user} op {at}.",
    },
    "everybody": {
        "en": "Added by action {no} of {user} at {at}, which asked nothing: everybody was meant.",
        "nl": "Toegevoegd door actie {no} van {user} op {at}, die niets vroeg: iedereen werd bedoeld.",
    },
    "matched": {
        "en": "Added by action {no} of {user} at {at}, because {conditions}.",
        "nl": "Toegevoegd door actie {no} van {user} op {at}, omdat {conditions}.",
    },
    "brought_in": {
        "en": "Added by action {no} of {user} at {at} with {option}: contact {through} met the filters.",
        "nl": "Toegevoegd door actie {no} van {user} op {at} met {option}: contact {through} voldeed.",
    },
    "unknown": {
        "en": "Added by action {no} of {user} at {at}; how it met the filters is not fully known.",
        "nl": "Toegevoegd door actie {no} van {user} op {at}; hoe het voldeed is niet helemaal bekend.",
    },
    "and": {"en": " and ", "nl": " en "},
    "or": {"en": " or ", "nl": " of "},
    "not": {"en": "not ({part})", "nl": "niet ({part})"},
    "condition": {
        "en": "{table} {field} is {filter} (it was {values})",
        "nl": "{table} {field} is {filter} (het was {values})",
    },
    "condition_unknown": {"en": "{table} {field} is {filter}", "nl": "{table} {field} is {filter}"},
    "none": {"en": "nothing", "nl": "niets"},
    # What one action did with a contact.
    "added": {"en": "Added it.", "nl": "Voegde het toe."},
    "added_by_hand": {"en": "Put on by hand.", "nl": "Met de hand toegevoegd."},
    "removed_by_hand": {"en": "Taken off by hand.", "nl": "Met de hand verwijderd."},
    "already_on_segment": {
        "en": "Left out: it was on the segment already.",
        "nl": "Overgeslagen: het stond al op het segment.",
    },
    "excluded": {
        "en": "Left out: it is excluded from segments.",
        "nl": "Overgeslagen: het is uitgesloten van segmenten.",
    },
    "privacy_blocked": {
        "en": "Left out: it is blocked for privacy.",
        "nl": "Overgeslagen: het is geblokkeerd wegens privacy.",
    },
    "elsewhere": {
        "en": "Left out: it is on a segment whose contacts were to be left out.",
        "nl": "Overgeslagen: het staat op een segment waarvan de contacten moesten worden overgeslagen.",
    },
    "no_longer_known": {
        "en": "Left out: the contact had been deleted.",
        "nl": "Overgeslagen: het contact was verwijderd.",
    },
    "not_there": {"en": "There was no such contact then.", "nl": "Er was toen geen zo'n contact."},
    "not_logged": {
        "en": "It was not among those taken over from logged segment {entry}.",
        "nl": "Het was niet bij wie van geregistreerd segment {entry} is overgenomen.",
    },
    "not_selected": {"en": "Did not mean it.", "nl": "Bedoelde het niet."},
    "failed": {"en": "Not met: {condition}.", "nl": "Niet aan voldaan: {condition}."},
    "met": {"en": "Met: {condition}.", "nl": "Aan voldaan: {condition}."},
    "through": {
        "en": "With {option}: contact {through} met the filters.",
        "nl": "Met {option}: contact {through} voldeed.",
    },
    "removed": {"en": "Removed it.", "nl": "Verwijderde het."},
    "kept": {"en": "Kept it.", "nl": "Behield het."},
    "not_on_segment": {"en": "It was not on the segment.", "nl": "Het stond niet op het segment."},
    "gone_back": {"en": " Gone back over since.", "nl": " Sindsdien teruggedraaid."},
    # All in all.
    "is_on": {
        "en": "Contact {contact} is on the segment, on line {lines}.",
        "nl": "Contact {contact} staat op het segment, op regel {lines}.",
    },
    "is_not": {
        "en": "Contact {contact} is not on the segment. Action {no} of {user} at {at}: {text}",
        "nl": "Contact {contact} staat niet op het segment. Actie {no} van {user} op {at}: {text}",
    },
    "never": {
        "en": "Contact {contact} is not on the segment; no action has been about it.",
        "nl": "Contact {contact} staat niet op het segment; geen actie ging erover.",
    },
}

NOTES: dict[str, dict[Language, str]] = {
    "unknown": {
        "en": "Filters without values ask for something that is not kept for that moment, or was erased.",
        "nl": "Filters zonder waarden vragen iets wat voor dat moment niet bewaard is, of gewist is.",
    },
    "nobody_left": {
        "en": "It came along with a colleague who is not found in the company any more.",
        "nl": "Het kwam mee met een collega die niet meer in het bedrijf te vinden is.",
    },
}


def reason_of_line(
    action: Action,
    conditions: Sequence[Condition],
    through: tuple[str, str] | None,
    language: Language,
) -> str:
    """Why a line is there; `through` are the option and the contact by which it was taken along."""
    event = action.event
    facts = {"user": action.step.user_id, "at": _instant(action.step.at), "no": event.action_no}
    if action.by_hand:
        return WORDS["by_hand"][language].format(**facts)
    if isinstance(event, LoggedSegmentReused):
        return WORDS["reused"][language].format(**facts, entry=event.entry_no)
    if through is not None:
        option, contact = through
        return WORDS["brought_in"][language].format(
            **facts, option=field_word(option, language), through=contact
        )
    if isinstance(event, CriteriaApplied) and not event.filters:
        return WORDS["everybody"][language].format(**facts)
    if any(condition.matched is not True for condition in conditions) or not conditions:
        return WORDS["unknown"][language].format(**facts)
    return WORDS["matched"][language].format(**facts, conditions=_joined("and", conditions, language))


def tell_outcome(
    action: Action,
    outcome: Outcome,
    conditions: Sequence[Condition] | None,
    through: tuple[str, str] | None,
    language: Language,
) -> str:
    """What one action did with a contact, and why; no conditions if there was no such contact then."""
    if action.by_hand:
        text = WORDS[f"{outcome}_by_hand"][language]
    elif outcome == "not_selected" and isinstance(action.event, LoggedSegmentReused):
        text = WORDS["not_logged"][language].format(entry=action.event.entry_no)
    elif outcome == "not_selected" and conditions is None:
        text = WORDS["not_there"][language]
    else:
        text = " ".join((WORDS[outcome][language], *_because(outcome, conditions or (), through, language)))
    return text if action.in_force else text + WORDS["gone_back"][language]


def _because(
    outcome: Outcome,
    conditions: Sequence[Condition],
    through: tuple[str, str] | None,
    language: Language,
) -> list[str]:
    """Why: the colleague who met the filters, else the condition that failed, else those that were met."""
    if outcome not in ("added", "removed", "kept", "not_selected"):
        return []
    if through is not None:
        option = field_word(through[0], language)
        return [WORDS["through"][language].format(option=option, through=through[1])]
    if (failed := first_failing(conditions)) is not None:
        return [WORDS["failed"][language].format(condition=tell_condition(failed, language))]
    if not conditions or verdict(conditions) is None:
        return []
    return [WORDS["met"][language].format(condition=_joined("and", conditions, language))]


def reason_of_absence(
    contact_no: str,
    line_nos: Sequence[int],
    outcomes: Sequence[tuple[Action, Outcome, str]],
    language: Language,
) -> str:
    """All in all: the action that decided, which is the last that removed it, else that left it out."""
    if line_nos:
        lines = ", ".join(map(str, line_nos))
        return WORDS["is_on"][language].format(contact=contact_no, lines=lines)
    if (decisive := _decisive(outcomes)) is None:
        return WORDS["never"][language].format(contact=contact_no)
    action, _, text = decisive
    return WORDS["is_not"][language].format(
        contact=contact_no,
        no=action.event.action_no,
        user=action.step.user_id,
        at=_instant(action.step.at),
        text=text,
    )


def _decisive(outcomes: Sequence[tuple[Action, Outcome, str]]) -> tuple[Action, Outcome, str] | None:
    in_force = [one for one in outcomes if one[0].in_force]
    for wanted in (
        [one for one in in_force if one[1] == "removed"],
        [one for one in in_force if one[1] not in ("not_selected", "not_on_segment", "kept")],
        [one for one in in_force if one[1] == "not_selected"],
        list(outcomes),
    ):
        if wanted:
            return wanted[-1]
    return None


def tell_condition(condition: Condition, language: Language) -> str:
    """One condition, with what the contact had."""
    if condition.operator == "not":
        return WORDS["not"][language].format(part=_joined("and", condition.parts, language))
    if condition.operator is not None:
        word = "or" if condition.operator == "any" else "and"
        return f"({_joined(word, condition.parts, language)})"
    name = condition.field or ""
    facts = {
        "table": field_word(condition.table or "", language),
        "field": field_word(name, language),
        "filter": condition.filter,
    }
    if condition.values is None:
        return WORDS["condition_unknown"][language].format(**facts)
    values = ", ".join(value_words(name, value, language) for value in condition.values)
    return WORDS["condition"][language].format(**facts, values=values or WORDS["none"][language])


def _joined(word: str, conditions: Sequence[Condition], language: Language) -> str:
    return WORDS[word][language].join(tell_condition(condition, language) for condition in conditions)


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(sep=" ", timespec="seconds").replace("+00:00", " UTC")
