"""The language in which a filter says which values it wants (domain rule B5).

`parse` turns the text of one filter into alternatives of conjunctions of terms, in time proportional to its
length and without recursion; `matches` holds a value against them. Grammar, loosest first:

    expression   = conjunction, { "|", conjunction }
    conjunction  = term, { "&", term }
    term         = ["<>" | "<" | "<=" | ">" | ">="], value  |  [value], "..", [value]
    value        = ["@"], (plain text | "'", literal text with '' for an apostrophe, "'")

`@` ignores case; `*` and `?` in plain text are wildcards; `''` alone is blank. The type of the field reads
each value, so that a tree holds codes, dates and numbers, and no text that is still to be interpreted.
"""

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal, TypeAlias, cast

from domain.field_type import Enumeration, FieldType, Value

MAX_LENGTH: Final = 100_000
MAX_CONDITIONS: Final = 1_000

Comparison: TypeAlias = Literal["<", "<=", ">", ">="]


class FilterSyntaxError(ValueError):
    """A filter that can not be read; `place` is the position, from 1, of the character it fails at."""

    def __init__(self, message: str, place: int) -> None:
        super().__init__(f"at character {place}: {message}")
        self.place = place


@dataclass(frozen=True, slots=True)
class Blank:
    """`''` or `<>''`."""

    negated: bool = False


@dataclass(frozen=True, slots=True)
class Equal:
    value: Value
    ignore_case: bool = False
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Like:
    """A text with wildcards: `*` is any number of characters, `?` is one. Nothing in `pattern` is escaped."""

    pattern: str
    ignore_case: bool = False
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Compare:
    operator: Comparison
    value: Value
    ignore_case: bool = False


@dataclass(frozen=True, slots=True)
class Range:
    """Both ends belong to it; an end that is None is open, never both."""

    low: Value | None
    high: Value | None
    ignore_case: bool = False


@dataclass(frozen=True, slots=True)
class OneOf:
    """A range or comparison over an enumeration, spelled out."""

    values: tuple[str, ...]


Term: TypeAlias = Blank | Equal | Like | Compare | Range | OneOf


@dataclass(frozen=True, slots=True)
class Expression:
    alternatives: tuple[tuple[Term, ...], ...]

    @property
    def conditions(self) -> int:
        """How much there is to test one by one: values and patterns in a plain list of them do not count."""
        return sum(map(_conditions, self.alternatives))


def _conditions(terms: tuple[Term, ...]) -> int:
    listed = [isinstance(term, Equal | Like) and term.negated == (len(terms) > 1) for term in terms]
    return 0 if listed == [True] else max(1, listed.count(False))


def exactly(value: str) -> str:
    """The filter that this very value meets, whatever signs it holds; plain where it may be."""
    return "'" + value.replace("'", "''") + "'" if _SIGN.search(value) else value


def parse(text: str, field: FieldType, *, work_date: date) -> Expression:
    """Read a filter (domain rule B5), or raise FilterSyntaxError; `-30D` counts from `work_date`."""
    if len(text) > MAX_LENGTH:
        raise FilterSyntaxError(f"the filter is longer than {MAX_LENGTH:,} characters", MAX_LENGTH + 1)
    _refuse_what_is_not_text(text)
    if not text.strip():
        raise FilterSyntaxError("the filter is empty (write '' for blank)", 1)
    expression = _Parser(text, field, work_date).expression()
    if expression.conditions > MAX_CONDITIONS:
        raise FilterSyntaxError(
            f"more than {MAX_CONDITIONS:,} ranges, comparisons and combinations with &", 1
        )
    return expression


def _refuse_what_is_not_text(text: str) -> None:
    if (place := text.find("\0")) >= 0:
        raise FilterSyntaxError("the character NUL can not be used", place + 1)
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise FilterSyntaxError("this is half of a character", error.start + 1) from None


def matches(expression: Expression, value: object) -> bool:
    """Whether the filter wants this value (domain rule B5): of the type its field reads, None when blank."""
    return any(all(_holds(term, value) for term in terms) for terms in expression.alternatives)


_COMPARE: Final[dict[Comparison, Callable[[Any, Any], bool]]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def _holds(term: Term, value: object) -> bool:
    if isinstance(term, Blank):
        return (value is None) != term.negated
    if value is None:
        return isinstance(term, Equal | Like) and term.negated
    if isinstance(term, OneOf):
        return value in term.values
    same = _fold if term.ignore_case else _itself
    value = same(value)
    match term:
        case Equal():
            return (value == same(term.value)) != term.negated
        case Like():
            return _like(str(same(term.pattern)), str(value)) != term.negated
        case Compare():
            return _COMPARE[term.operator](value, same(term.value))
        case Range(low, high):
            high_enough = low is None or _COMPARE[">="](value, same(low))
            return high_enough and (high is None or _COMPARE["<="](value, same(high)))


def _itself(value: object) -> object:
    return value


def _fold(value: object) -> object:
    # Character by character, as a database does it: str.lower() looks at the neighbours of a final sigma.
    return "".join(character.lower()[0] for character in value) if isinstance(value, str) else value


def _like(pattern: str, text: str) -> bool:
    """Match without backtracking further than the last `*`, so that no pattern takes exponential time."""
    at = place = retry = 0
    star = -1
    while place < len(text):
        wanted = pattern[at : at + 1]
        if wanted == "*":
            star, retry = at, place
            at += 1
        elif wanted in ("?", text[place]):
            at += 1
            place += 1
        elif star >= 0:
            retry += 1
            at, place = star + 1, retry
        else:
            return False
    return not pattern[at:].strip("*")


@dataclass(frozen=True, slots=True)
class _Operand:
    text: str
    place: int
    quoted: bool = False
    ignore_case: bool = False

    @property
    def is_missing(self) -> bool:
        return not self.text and not self.quoted

    @property
    def is_blank(self) -> bool:
        return not self.text and self.quoted


_OPERATOR: Final = re.compile(r"<>|<=|>=|<|>")
_SIGN: Final = re.compile(r"[|&*?<>@']|\.\.")
_SPACE: Final = re.compile(r"\s*")
_QUOTED: Final = re.compile(r"'((?:[^']|'')*+)'")
_END_OF_VALUE: Final = re.compile(r"[|&]|\.\.")
_WILDCARD: Final = re.compile(r"[*?]")


class _Parser:
    """One walk over the text; `_at` is the index of the next character."""

    def __init__(self, text: str, field: FieldType, work_date: date) -> None:
        self._text = text
        self._field = field
        self._work_date = work_date
        self._at = 0

    def expression(self) -> Expression:
        alternatives: list[tuple[Term, ...]] = []
        terms: list[Term] = []
        while True:
            terms.append(self._term())
            separator = self._text[self._at : self._at + 1]
            if separator != "&":
                alternatives.append(tuple(terms))
                terms = []
            if not separator:
                return Expression(tuple(alternatives))
            self._at += 1

    def _term(self) -> Term:
        self._take(_SPACE)
        start = self._at
        sign = self._take(_OPERATOR)
        operand = self._operand()
        if self._text.startswith("..", self._at):
            if sign:
                raise FilterSyntaxError(
                    f"{sign} can not stand before a range (write <10 or 10..20, not both)", start + 1
                )
            return self._range(operand)
        if operand.is_missing:
            raise FilterSyntaxError(f"a value is missing {self._where(operand)}", operand.place)
        if sign in ("", "<>"):
            return self._value_term(operand, negated=bool(sign))
        return self._comparison(cast(Comparison, sign), operand)

    def _where(self, missing: _Operand) -> str:
        """Beside which sign there should be a value."""
        before = re.search(r"(<>|<=|>=|[<>@|&])\s*$", self._text[: missing.place - 1])
        beside = f"after {before[1]}" if before else f"before {self._text[self._at : self._at + 1]}"
        return f"{beside} (write '' for blank)"

    def _range(self, start: _Operand) -> Term:
        self._at += len("..")
        end = self._operand()
        if self._text.startswith("..", self._at):
            raise FilterSyntaxError("a range has two ends, and here is a third", self._at + 1)
        if start.is_missing and end.is_missing:
            raise FilterSyntaxError("a range needs at least one end", start.place)
        low = None if start.is_missing else self._bound(start)
        high = None if end.is_missing else self._bound(end)
        if isinstance(self._field, Enumeration):
            members = self._field.members
            first = 0 if low is None else members.index(str(low))
            return OneOf(members[first : None if high is None else members.index(str(high)) + 1])
        return Range(low, high, start.ignore_case or end.ignore_case)

    def _value_term(self, operand: _Operand, *, negated: bool) -> Term:
        if operand.is_blank:
            return Blank(negated)
        value = self._read(operand)
        if self._has_wildcard(operand):
            # A run of stars means the same as one.
            return Like(re.sub(r"\*+", "*", str(value)), operand.ignore_case, negated)
        return Equal(value, operand.ignore_case, negated)

    def _comparison(self, sign: Comparison, operand: _Operand) -> Term:
        value = self._bound(operand)
        if not isinstance(self._field, Enumeration):
            return Compare(sign, value, operand.ignore_case)
        members = self._field.members
        bound = members.index(str(value))
        return OneOf(tuple(name for at, name in enumerate(members) if _COMPARE[sign](at, bound)))

    def _bound(self, operand: _Operand) -> Value:
        if operand.is_blank:
            raise FilterSyntaxError(
                "blank is neither more nor less than a value (write '' or <>'' alone)", operand.place
            )
        if self._has_wildcard(operand):
            raise FilterSyntaxError(
                "* and ? do not go with a range or with < and > (in quotes they are plain signs)",
                operand.place,
            )
        if self._field == FieldType.BOOLEAN:
            raise FilterSyntaxError("true and false have no order", operand.place)
        return self._read(operand)

    def _has_wildcard(self, operand: _Operand) -> bool:
        return self._field.is_textual and not operand.quoted and bool(_WILDCARD.search(operand.text))

    def _operand(self) -> _Operand:
        self._take(_SPACE)
        ignore_case = self._field.is_textual and self._text.startswith("@", self._at)
        if ignore_case:
            self._at += 1
            self._take(_SPACE)
            # Codes hold no small letters, so @ changes nothing for them.
            ignore_case = self._field != FieldType.CODE
        start = self._at
        if self._text.startswith("'", start):
            return _Operand(self._quoted(), start + 1, True, ignore_case)
        end = _END_OF_VALUE.search(self._text, start)
        self._at = end.start() if end else len(self._text)
        return _Operand(self._text[start : self._at].rstrip(), start + 1, False, ignore_case)

    def _quoted(self) -> str:
        found = _QUOTED.match(self._text, self._at)
        if found is None:
            raise FilterSyntaxError(
                "the quote that opens here is never closed (inside quotes, write '' for an apostrophe)",
                self._at + 1,
            )
        self._at = found.end()
        self._take(_SPACE)
        if self._at < len(self._text) and _END_OF_VALUE.match(self._text, self._at) is None:
            raise FilterSyntaxError(
                "only |, & or .. may follow a closing quote (inside quotes, write '' for an apostrophe)",
                self._at + 1,
            )
        return found[1].replace("''", "'")

    def _take(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self._text, self._at)
        if found is None:
            return ""
        self._at = found.end()
        return found[0]

    def _read(self, operand: _Operand) -> Value:
        try:
            return self._field.read(operand.text, self._work_date)
        except ValueError as error:
            raise FilterSyntaxError(str(error), operand.place) from None
