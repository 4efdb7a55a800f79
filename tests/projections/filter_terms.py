"""Values that are hard to compare, and every form of the filter language with them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time
from decimal import Decimal
from typing import Any

from domain.field_type import Enumeration, FieldType

WORK_DATE = date(2026, 11, 24)
VALUES: dict[str, list[Any]] = {
    "code": ["A", "AB", "B", "Ä1", "A_1", "A%", "A\\", "A'1"],
    "text": ["A", "a", "ab", "Ä", "äb", "a%b", "a_b", "a\\b", "O'Brien", "b", "", "\U0001f600"],
    "integer": [-1, 0, 1, 10_000, 2**40],
    "decimal": [Decimal(text) for text in ("-1.5", "0", "0.50", "12.5")],
    "date": [WORK_DATE, date(2026, 10, 24), date(2025, 11, 24)],
    "time": [time(0), time(9, 30), time(23, 59, 59)],
    "boolean": [True, False],
}


def values_of(field_type: FieldType) -> list[Any]:
    return list(field_type.members) if isinstance(field_type, Enumeration) else VALUES[field_type.name]


def as_filter(value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case str():
            return "'" + value.replace("'", "''") + "'"
        case _:
            return str(value)


PATTERNS = ["*", "?", "A*", "a?b", "?b*", "*b", "*%*", "a_?", "*\\*", "Ä*", "O'?r*", "*\\", "**a**"]


def terms_on(field_type: FieldType, more: Sequence[Any] = ()) -> list[str]:
    """Every form of the language, with the values of the field, and these."""
    values = [as_filter(value) for value in (*more, *values_of(field_type)) if value != ""]
    terms = [sign + value for sign in ("", "<>") for value in [*values, "''"]]
    if field_type == FieldType.BOOLEAN:
        return terms
    ordered = [f"{sign}{value}" for sign in ("<", "<=", ">", ">=", "..") for value in values]
    ordered += [f"{value}.." for value in values]
    ordered += [f"{low}..{high}" for low in values for high in values[:3]]
    if field_type == FieldType.DATE:
        ordered += ["-30D..", "..-1Y", "-1M..0D", "<>-1M"]
    if not field_type.is_textual:
        return terms + ordered
    terms += [sign + pattern for sign in ("", "<>") for pattern in PATTERNS]
    ignoring_case = [f"<>@{term[2:]}" if term.startswith("<>") else f"@{term}" for term in terms]
    ignoring_case += [f"{sign}@{value}" for sign in ("<", ">=", "..") for value in values]
    ignoring_case += [f"@{value}..{values[0]}" for value in values]
    return terms + ordered + ignoring_case
