"""What a field of a Word document asks for: ` MERGEFIELD Contact_Name \\* Upper \\b "at " `."""

from __future__ import annotations

import re
from dataclasses import dataclass

from domain.errors import DocumentUnreadable

LONGEST_CODE = 2_000
"""Longer than any sensible field; Word writes a few dozen characters."""

_HOSTILE = frozenset(
    {
        "INCLUDETEXT",
        "INCLUDEPICTURE",
        "INCLUDE",
        "IMPORT",
        "DDE",
        "DDEAUTO",
        "LINK",
        "EMBED",
        "DATABASE",
        "RD",
    }
)
_UNKNOWN = frozenset(
    {"IF", "COMPARE", "NEXT", "NEXTIF", "SKIPIF", "SET", "ASK", "FILLIN", "MERGEREC", "MERGESEQ"}
)
_INSTEAD = {"ADDRESSBLOCK": "Contact_Mail_Address", "GREETINGLINE": "Formal_Salutation"}
_TOKEN = re.compile(r'\s*(?:["“”„]((?:\\["“”„\\]|[^"“”„])*)["“”„]|(\\\S)|([^\s"“”„\\]+|\\))')
_CASES = {"UPPER": "upper", "LOWER": "lower", "FIRSTCAP": "firstcap", "CAPS": "caps"}
_FORMS_OF_LOOKS = frozenset({"MERGEFORMAT", "MERGEFORMATINET", "CHARFORMAT"})
_SWITCHES_WITHOUT_TEXT = frozenset({"\\m", "\\v"})


@dataclass(frozen=True)
class FieldCode:
    """A merge field as it is written in a document: the name, and how its value is shown."""

    name: str
    case: str | None = None
    date_picture: str | None = None
    number_picture: str | None = None
    before: str = ""
    after: str = ""


def read_code(instruction: str) -> FieldCode | None:
    """The merge field that an instruction asks for; None for fields that Word fills by itself (page numbers).

    Raises DocumentUnreadable for fields that fetch something, and for those that decide something.
    """
    if len(instruction) > LONGEST_CODE:
        raise DocumentUnreadable("The document has a field that is too long.")
    words = instruction.split(None, 1)
    keyword = words[0].upper() if words else ""
    keyword = re.split(r'["“”\\]', keyword, maxsplit=1)[0]
    if keyword in _HOSTILE:
        raise DocumentUnreadable(
            f"The document has a field {keyword}, which fetches something from elsewhere."
        )
    if keyword in _UNKNOWN:
        raise DocumentUnreadable(f"The document has a field {keyword}; only merge fields can be filled in.")
    if keyword in _INSTEAD:
        raise DocumentUnreadable(f"The document has a field {keyword}; use {_INSTEAD[keyword]} instead.")
    return _merge_field(instruction.lstrip()[len(keyword) :]) if keyword == "MERGEFIELD" else None


def fetches(instructions: str) -> bool:
    """Whether there is a word in it of a field that fetches something."""
    return any(word.upper() in _HOSTILE for word in re.split(r"\W+", instructions))


def _merge_field(rest: str) -> FieldCode:
    tokens = [_Token(*match.groups()) for match in _TOKEN.finditer(rest)]
    names: list[str] = []
    while tokens and not tokens[0].is_switch:
        names.append(tokens.pop(0).text)  # a name with blanks needs quotes, which people forget
    if not names:
        raise DocumentUnreadable("The document has a merge field without a name.")
    found: dict[str, str] = {}
    while tokens:
        switch = tokens.pop(0).text
        if switch in _SWITCHES_WITHOUT_TEXT:
            continue
        pieces = []
        while tokens and not tokens[0].is_switch:
            pieces.append(tokens.pop(0).text)
        _take(found, switch, " ".join(pieces))
    return FieldCode(" ".join(names), **found)


@dataclass(frozen=True)
class _Token:
    quoted: str | None
    switch: str | None
    bare: str | None

    @property
    def is_switch(self) -> bool:
        return self.switch is not None

    @property
    def text(self) -> str:
        if self.quoted is not None:
            return re.sub(r'\\(["“”„\\])', r"\1", self.quoted)
        return (self.switch or "").lower() or self.bare or ""


def _take(found: dict[str, str], switch: str, text: str) -> None:
    """Note what a switch says."""
    match switch:
        case "\\*" if text.upper() in _CASES:
            found["case"] = _CASES[text.upper()]
        case "\\*" if text.upper() in _FORMS_OF_LOOKS:
            return
        case "\\@":
            found["date_picture"] = text
        case "\\#":
            found["number_picture"] = text
        case "\\b":
            found["before"] = text
        case "\\f":
            found["after"] = text
        case _:
            raise DocumentUnreadable(
                f"The document has a merge field with {switch} {text}, which is not known."
            )
