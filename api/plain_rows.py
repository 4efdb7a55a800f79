"""A short cut for rows of files that are plainly right, as nearly all are: many times as fast as the model.

Whatever is not plainly right (a blank, a space too many, a small letter in a code, an unknown name, any value
of a kind that is not known here) is left to the model `NewContact`, which alone decides what is wrong. A row
that is taken here gives the very values that the model would give; a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from operator import attrgetter
from typing import Annotated, Any, NamedTuple, get_type_hints

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from api.schemas import values as known
from api.schemas.contacts import Codes, NewContact, ShortCodes
from domain.contact import BusinessRelation, ProfileAnswer
from domain.vocabulary import ContactType, CorrespondenceType


class PlainRow(NamedTuple):
    """The number of a row that is right, and the values that it gives."""

    no: str | None
    values: dict[str, Any]


class _Relation(Struct, forbid_unknown_fields=True):
    code: Annotated[str, Meta(min_length=1, max_length=20)]
    link_to_table: Annotated[str, Meta(min_length=1, max_length=20)] | None = None
    no: Annotated[str, Meta(min_length=1, max_length=20)] | None = None


class _Answer(Struct, forbid_unknown_fields=True):
    questionnaire_code: Annotated[str, Meta(min_length=1, max_length=20)]
    line_no: Annotated[int, Meta(ge=1, le=2**31 - 1)]


def _code_list(length: int) -> Any:
    code = Annotated[str, Meta(min_length=1, max_length=length)]
    return Annotated[tuple[code, ...], Meta(max_length=1_000)]


def _text(length: int) -> Any:
    return Annotated[str, Meta(min_length=1, max_length=length)] | None


_TEXTS = {
    known.Text20: 20,
    known.Text30: 30,
    known.Text50: 50,
    known.Text80: 80,
    known.Text100: 100,
    known.Text255: 255,
}
_CODES = {known.OptionalCode: 20, known.OptionalShortCode: 10}
_OTHERS = {
    bool: bool,
    ContactType: ContactType,
    CorrespondenceType | None: CorrespondenceType | None,
    Codes: _code_list(20),
    ShortCodes: _code_list(10),
}
_COMPOUNDS = {
    "business_relations": tuple[_Relation, ...],
    "profile_answers": tuple[_Answer, ...],
    # Alternative addresses are left to the model; that there are none can be said.
    "alternative_addresses": Annotated[tuple[int, ...], Meta(max_length=0)],
}
_HINTS = get_type_hints(NewContact, include_extras=True)
_KINDS = {hint: _text(length) for hint, length in (_TEXTS | _CODES).items()} | _OTHERS
_TYPES = {name: _KINDS[hint] for name, hint in _HINTS.items() if hint in _KINDS}
_Plain = msgspec.defstruct(
    "_Plain",
    [(name, kind | UnsetType, UNSET) for name, kind in (_TYPES | _COMPOUNDS).items()],
    forbid_unknown_fields=True,
)
TEXT_LENGTHS = {name: _TEXTS[hint] for name, hint in _HINTS.items() if hint in _TEXTS}
CODE_LENGTHS = {name: _CODES[hint] for name, hint in _HINTS.items() if hint in _CODES}
"""How long the texts and the codes may be that a row holds, by name."""
_texts_of = attrgetter(*TEXT_LENGTHS)
_codes_of = attrgetter(*CODE_LENGTHS)
_LISTS = tuple(name for name, hint in _HINTS.items() if hint in (Codes, ShortCodes))
_NEVER_NONE = (*_LISTS, *_COMPOUNDS)


class _NotPlainError(Exception):
    """The row is left to the model."""


def plain_row(values: Mapping[str, Any]) -> PlainRow | None:
    """The row with these values, if it is plainly right."""
    try:
        return _checked(msgspec.convert(values, _Plain), dict(values))
    except (msgspec.MsgspecError, UnicodeError, _NotPlainError):
        return None


def plain_relations(values: Sequence[Mapping[str, Any]]) -> tuple[BusinessRelation, ...] | None:
    """The business relations with these values, if they are plainly right."""
    texts: list[str] = []
    codes: list[str] = []
    try:
        relations = msgspec.convert(values, tuple[_Relation, ...])
    except (msgspec.MsgspecError, UnicodeError):
        return None
    found = tuple(_relation(one, texts, codes) for one in relations)
    return found if are_plain(texts, codes) else None


def _checked(plain: Any, named: dict[str, Any]) -> PlainRow:
    """What types and lengths do not say of a row."""
    codes: list[str] = [code for code in _codes_of(plain) if code.__class__ is str]
    texts: list[str] = [text for text in _texts_of(plain) if text.__class__ is str]
    for name in _LISTS:
        if listed := named.get(name):
            named[name] = listed = getattr(plain, name)
            codes += listed
            _check(len(set(listed)) == len(listed))
    if relations := plain.business_relations or ():
        named["business_relations"] = tuple(_relation(one, texts, codes) for one in relations)
    if answers := plain.profile_answers or ():
        named["profile_answers"] = found = tuple(_answer(one, codes) for one in answers)
        _check(len(set(found)) == len(found))
    for name in _NEVER_NONE:
        if name in named and not named[name]:
            named[name] = ()
    _check(are_plain(texts, codes))
    return PlainRow(named.pop("no", None), named)


def _check(is_plain: bool) -> None:
    if not is_plain:
        raise _NotPlainError


def are_plain(texts: Sequence[str], codes: Sequence[str]) -> bool:
    """Whether nothing is to be trimmed, made large or refused; together, since one by one takes longer."""
    large = "\x00".join(codes)
    joined = "\x00".join(("", *texts, large, ""))
    return (
        joined.count("\x00") == len(texts) + max(len(codes), 1) + 1
        # What can be printed holds no half characters, and no white space but spaces.
        and joined.replace("\x00", "").isprintable()
        and " \x00" not in joined
        and "\x00 " not in joined
        and large == large.upper()
    )


def _relation(one: _Relation, texts: list[str], codes: list[str]) -> BusinessRelation:
    codes.append(one.code)
    if one.no is not None:
        codes.append(one.no)
    if one.link_to_table is not None:
        texts.append(one.link_to_table)
    return BusinessRelation(one.code, one.link_to_table, one.no)


def _answer(one: _Answer, codes: list[str]) -> ProfileAnswer:
    codes.append(one.questionnaire_code)
    return ProfileAnswer(one.questionnaire_code, one.line_no)
