"""All texts of the pages, in English and Dutch, a module for each subject."""

from __future__ import annotations

from api.pages.words import (
    around,
    choosing,
    contacts,
    delivery,
    history,
    letters,
    logged,
    seal,
    setup,
    statistics,
    worksheets,
)
from api.pages.words.details import detail_in_dutch, detail_in_plain_words
from api.pages.words.fields import ENUMERATED, LABELS, MEMBERS
from api.pages.words.refusals import OTHERWISE, REFUSALS
from application.field_words import DUTCH_VALUES, Language, field_word

__all__ = ["LABELS", "MEMBERS", "REFUSALS", "SUBJECTS", "TEXTS"]
__all__ += ["detail_in_dutch", "detail_in_plain_words", "field_label", "member_label", "refusal_text", "text"]

Pair = tuple[str, str]
SUBJECTS = (
    around,
    worksheets,
    choosing,
    letters,
    logged,
    delivery,
    history,
    contacts,
    statistics,
    seal,
    setup,
)
TEXTS: dict[str, Pair] = {name: pair for subject in SUBJECTS for name, pair in subject.TEXTS.items()}


def text(name: str, language: Language, /, **values: object) -> str:
    """A text of the pages; where it tells of one, the text for one if there is any."""
    if str(values.get("n")) == "1" and f"{name}_one" in TEXTS:
        name += "_one"
    return _in(TEXTS[name], language).format(**values)


def refusal_text(slug: str, language: Language) -> str:
    """What a refusal means."""
    return _in(REFUSALS.get(slug, OTHERWISE), language)


def field_label(name: str, language: Language) -> str:
    """A field as its heading or label."""
    if name in LABELS:
        return _in(LABELS[name], language)
    word = field_word(name, language)
    if language == "en":
        word = word.removesuffix(" code") or word
    return word[:1].upper() + word[1:]


def member_label(field: str, value: str, language: Language) -> str:
    """A word of an enumeration; of another field, the text as it is."""
    if field not in ENUMERATED:
        return value
    if value in MEMBERS:
        return _in(MEMBERS[value], language)
    return DUTCH_VALUES.get(value, value.replace("_", " ")) if language == "nl" else value.replace("_", " ")


def _in(pair: Pair, language: Language) -> str:
    return pair[1 if language == "nl" else 0]
