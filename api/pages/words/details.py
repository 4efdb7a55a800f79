"""What refusals say of places and values, in Dutch; what is not here stays in English."""

from __future__ import annotations

import re
from functools import cache

from api.pages.words import file_details, filter_details, general_details
from api.pages.words.fields import MEMBERS
from application.field_words import DUTCH_VALUES

THINGS: dict[str, str] = {
    "segment": "segment",
    "logged segment": "geregistreerd segment",
    "line": "regel",
    "contact": "contact",
    "company": "bedrijf",
    "interaction log entry": "interactielogpost",
    "postponed interaction": "uitgestelde interactie",
    "campaign entry": "campagnepost",
    "criteria action": "criteria-actie",
    "task": "taak",
    "mailing group": "mailinggroep",
    "industry group": "bedrijfstak",
    "business relation": "zakenrelatie",
    "job responsibility": "functieverantwoordelijkheid",
    "organizational level": "organisatieniveau",
    "interaction group": "interactiegroep",
    "interaction template": "interactiesjabloon",
    "campaign status": "campagnestatus",
    "territory": "rayon",
    "salutation": "aanhef",
    "salesperson": "verkoper",
    "profile questionnaire": "profielvragenlijst",
    "campaign": "campagne",
    "saved segment criteria": "opgeslagen segmentcriteria",
    "document in language": "document in taal",
}
"""What there can be; `{thing}` in a sentence is one of these."""

USERS: dict[str, str] = {
    "contacts": "contacten",
    "open segments": "open segmenten",
    "campaigns": "campagnes",
    "interaction templates": "interactiesjablonen",
    "campaign entries": "campagneposten",
    "tasks": "taken",
    "tasks to be done": "taken die nog gedaan moeten worden",
    "postponed interactions": "uitgestelde interacties",
    "the set-up": "de instellingen",
}
"""Who may still use a code."""

PARTS: dict[str, str] = {
    "a template of its own (in Word: Developer, Document Template, choose Normal)": (
        "een eigen sjabloon (kies in Word bij Ontwikkelaars, Documentsjabloon: Normal)"
    ),
    "macros": "macro's",
    "keys of its own": "eigen toetsen",
    "toolbars of its own": "eigen werkbalken",
    "an embedded object": "een ingesloten object",
    "an embedded file": "een ingesloten bestand",
    "a control": "een besturingselement",
    "a part in another format": "een deel in een andere indeling",
    "another document inside": "een ander document erin",
    "a frame with another document": "een kader met een ander document",
    "buttons of its own": "eigen knoppen",
    "an add-in": "een invoegtoepassing",
}
"""What a Word document may not have in it."""

DETAILS = general_details.DETAILS + filter_details.DETAILS + file_details.DETAILS
"""Sentences with what changes in them in braces; `{detail}` is a sentence of these itself."""

LOOKED_UP: dict[str, dict[str, str]] = {
    "thing": THINGS,
    "Thing": {thing.capitalize(): dutch.capitalize() for thing, dutch in THINGS.items()},
    "users": USERS,
    "needed": THINGS | {"date": "datum", "description": "omschrijving"},
    "printed": {"labels": "etiketten", "cover sheets": "voorbladen"},
    "formula": {"formal": "formeel", "informal": "informeel"},
    "part": PARTS,
}
"""What stands in braces and has words of its own."""


PLAIN: tuple[tuple[str, str], ...] = (
    ("input should be a valid decimal", "must be a number"),
    ("input should be a finite number", "must be a number"),
    ("input should be a valid integer", "must be a whole number"),
    ("input should be a valid boolean", "must be yes or no"),
    ("input should be a valid string", "must be text"),
    ("input should be a valid date", "must be a date that exists"),
    ("input should be in a valid time format", "must be a time that exists"),
)
"""How sentences begin that are made elsewhere for programs, and what pages say instead."""


def detail_in_plain_words(english: str) -> str:
    """The same as one says it on a page in English."""
    for begins, words in PLAIN:
        if english.startswith(begins):
            return words
    return re.sub(r"^(decimal )?(input|list) should ", "must ", english)


def detail_in_dutch(english: str) -> str | None:
    """The same in Dutch, if it is known."""
    for pattern, dutch in _patterns():
        if found := pattern.fullmatch(english):
            values = found.groupdict()
            if "detail" in values:
                within = detail_in_dutch(values["detail"])
                if within is None:
                    continue
                values["detail"] = within
            if "members" in values:
                values["members"] = ", ".join(map(_member, values["members"].split(", ")))
            words = {name: LOOKED_UP[name][value] for name, value in values.items() if name in LOOKED_UP}
            return dutch.format(**values | words)
    return None


def _member(word: str) -> str:
    known = {"true": "ja", "false": "nee"} | {name: dutch for name, (_, dutch) in MEMBERS.items()}
    return known.get(word) or DUTCH_VALUES.get(word, word)


@cache
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    """The longest come first: a shorter sentence may fit what a longer one says, and lose half of it."""

    def pattern(english: str) -> re.Pattern[str]:
        parts = re.split(r"\{(\w+)\}", english)
        named = (f"(?P<{name}>{_values(name)})" for name in parts[1::2])
        plain = (re.escape(part) for part in parts[::2])
        return re.compile(
            "".join(part for pair in zip(plain, [*named, ""], strict=True) for part in pair), re.DOTALL
        )

    known = sorted(DETAILS, key=lambda one: len(re.sub(r"\{\w+\}", "", one[0])), reverse=True)
    return [(pattern(english), dutch) for english, dutch in known]


def _values(name: str) -> str:
    if name in LOOKED_UP:
        return "|".join(sorted(map(re.escape, LOOKED_UP[name]), key=len, reverse=True))
    return ".*?" if name == "rest" else ".+?"
