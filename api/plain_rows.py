"""A short cut for rows of files that are plainly right, as nearly all are: four times as fast as the model.

Whatever is not plainly right (a blank, a space too many, a small letter in a code, an unknown name, any value
of a kind that is not known here) is left to the model `NewContact`, which alone decides what is wrong. A row
that is taken here gives the very values that the model would give; a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeVar, get_args, get_type_hints

from api.schemas import values as known
from api.schemas.contacts import Codes, NewContact
from domain.contact import BusinessRelation, ContactChanges, ProfileAnswer
from domain.vocabulary import ContactType, CorrespondenceType

_HINTS = get_type_hints(NewContact, include_extras=True)
_MOST_CODES = 1_000
_LARGEST_LINE_NO = 2**31 - 1
_CODE, _SHORT_CODE = 20, 10

T = TypeVar("T")


class PlainRow(NamedTuple):
    """The number and the values of a row that is right."""

    no: str | None
    values: ContactChanges


class _NotPlainError(Exception):
    """The row is left to the model."""


def plain_row(values: Mapping[str, Any]) -> PlainRow | None:
    """The row, if it is plainly right."""
    named = dict(values)
    try:
        for name, value in values.items():
            if (limit := _TEXTS.get(name)) is not None:
                if value is not None and not _is_text(value, limit):
                    return None
            elif (limit := _CODES.get(name)) is not None:
                if value is not None and not _is_code(value, limit):
                    return None
            elif (check := _OTHERS.get(name)) is not None:
                named[name] = check(value)
            else:
                return None
    except _NotPlainError:
        return None
    no = named.pop("no", None)
    return PlainRow(no, ContactChanges(**named))


def _is_text(value: Any, limit: int) -> bool:
    # What can be printed holds no NUL and no half characters.
    return type(value) is str and 0 < len(value) <= limit and value.isprintable() and value == value.strip()


def _is_code(value: Any, limit: int) -> bool:
    return _is_text(value, limit) and bool(value == value.upper())


def _check(is_plain: bool) -> None:
    if not is_plain:
        raise _NotPlainError


def _word_of(words: tuple[object, ...]) -> Callable[[Any], Any]:
    def check(value: Any) -> Any:
        _check(value is None or type(value) is str)
        _check(value in words)
        return value

    return check


def _truth(value: Any) -> bool:
    _check(type(value) is bool)
    return bool(value)


def _list(value: Any) -> list[Any]:
    _check(type(value) is list and len(value) <= _MOST_CODES)
    return list(value)


def _once(values: list[T]) -> tuple[T, ...]:
    _check(len(set(values)) == len(values))
    return tuple(values)


def _codes(value: Any) -> tuple[str, ...]:
    codes = _list(value)
    for code in codes:
        _check(_is_code(code, _SHORT_CODE))
    return _once(codes)


def _relations(value: Any) -> tuple[BusinessRelation, ...]:
    return tuple(_relation(member) for member in _list(value))


def _relation(value: Any) -> BusinessRelation:
    _check(type(value) is dict and value.keys() <= {"code", "link_to_table", "no"})
    code, link, no = value.get("code"), value.get("link_to_table"), value.get("no")
    _check(_is_code(code, _SHORT_CODE))
    _check(link is None or _is_text(link, 20))
    _check(no is None or _is_code(no, _CODE))
    return BusinessRelation(code, link, no)


def _answers(value: Any) -> tuple[ProfileAnswer, ...]:
    return _once([_answer(member) for member in _list(value)])


def _answer(value: Any) -> ProfileAnswer:
    _check(type(value) is dict and value.keys() == {"questionnaire_code", "line_no"})
    code, line_no = value["questionnaire_code"], value["line_no"]
    _check(_is_code(code, _CODE))
    _check(type(line_no) is int and 1 <= line_no <= _LARGEST_LINE_NO)
    return ProfileAnswer(code, line_no)


def _nobody_elsewhere(value: Any) -> tuple[()]:
    """Alternative addresses are left to the model."""
    _check(value == [])
    return ()


def _fields_of(kinds: Mapping[Any, T]) -> dict[str, T]:
    """The fields of the model that are of these types."""
    return {name: kinds[hint] for name, hint in _HINTS.items() if hint in kinds}


_LENGTHS = {
    known.Text20: 20,
    known.Text30: 30,
    known.Text50: 50,
    known.Text80: 80,
    known.Text100: 100,
    known.Text255: 255,
}
_TEXTS: Mapping[str, int] = _fields_of(_LENGTHS)
_CODES: Mapping[str, int] = _fields_of({known.OptionalCode: _CODE, known.OptionalShortCode: _SHORT_CODE})
_OTHERS: Mapping[str, Callable[[Any], Any]] = _fields_of({bool: _truth, Codes: _codes}) | {
    "type": _word_of(get_args(ContactType)),
    "correspondence_type": _word_of((*get_args(CorrespondenceType), None)),
    "business_relations": _relations,
    "profile_answers": _answers,
    "alternative_addresses": _nobody_elsewhere,
}
