"""Filters as people write them: words, dates and numbers of the page's language, and as filters are."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from api.pages.formats import date_in, day_text, number_in, plain_number
from api.pages.words import member_label, text
from application.field_words import Language
from domain.criteria import TABLES
from domain.field_type import Enumeration, FieldType

_SIGNS = re.compile(r"('(?:[^']|'')*'?|<>|<=|>=|<|>|\||&|\.\.)")
"""What is not a value of a filter: signs between values. What stands in quotes stays as it is."""


def words_of(kind: FieldType, language: Language) -> dict[str, str]:
    """The values of a field that has only a few, by the words that the page shows for them."""
    if isinstance(kind, Enumeration):
        return {member_label("", member, language): member for member in kind.members}
    if kind == FieldType.BOOLEAN:
        return {text("yes", language): "true", text("no", language): "false"}
    return {}


def filter_in(written: str, kind: FieldType, language: Language) -> str:
    """A filter as the page's reader wrote it, as filters are."""
    words = {word.lower(): value for word, value in words_of(kind, language).items()}

    def read(value: str) -> str:
        if kind == FieldType.DATE:
            return date_in(value, language)
        if kind in (FieldType.DECIMAL, FieldType.INTEGER):
            return number_in(value, language)
        return words.get(value.lower(), value)

    return _each(written, read) if words or not kind.is_textual else written


def filter_shown(filter_: str, kind: FieldType, language: Language) -> str:
    """A filter as the page's reader would write it."""
    words = {value: word for word, value in words_of(kind, language).items()}

    def show(value: str) -> str:
        if kind == FieldType.DATE and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
            return day_text(date.fromisoformat(value), language)
        if kind == FieldType.DECIMAL and re.fullmatch(r"[+-]?\d+(\.\d+)?", value):
            return plain_number(Decimal(value), language)
        return words.get(value, value)

    return filter_ if kind.is_textual else _each(filter_, show)


def _each(filter_: str, change: Callable[[str], str]) -> str:
    """A filter with each of its values changed."""
    parts = _SIGNS.split(filter_)
    return "".join(
        part if place % 2 or not part.strip() else part.replace(part.strip(), change(part.strip()))
        for place, part in enumerate(parts)
    )


def filters_of_list(
    filters: Mapping[str, str], kinds: Mapping[str, FieldType], language: Language
) -> dict[str, str]:
    """The filters of a list as filters are; those of unknown fields stay, to be refused."""
    return {
        name: filter_in(written, kinds[name], language) if name in kinds else written
        for name, written in filters.items()
    }


def with_each_table(
    filters: Mapping[str, Any], change: Callable[[str, Mapping[str, Any]], Mapping[str, Any]]
) -> dict[str, Any]:
    """Criteria in which the filters on each table became others, wherever in groups they stand."""
    changed: dict[str, Any] = {}
    for key, part in filters.items():
        if key in ("any", "all"):
            changed[key] = [with_each_table(one, change) for one in part]
        elif key == "not":
            changed[key] = with_each_table(part, change)
        else:
            changed[key] = change(key, part)
    return changed


def criteria_shown(filters: Mapping[str, Any], language: Language) -> dict[str, Any]:
    """Criteria with their filters as the page's reader would write them."""

    def shown(table: str, part: Mapping[str, Any]) -> Mapping[str, Any]:
        kinds = TABLES[table]
        return {name: filter_shown(str(filter_), kinds[name], language) for name, filter_ in part.items()}

    return with_each_table(filters, shown)


def suggested(
    names: Iterable[str], kinds: Mapping[str, FieldType], language: Language
) -> dict[str, list[str]]:
    """The words that fields with only a few values can be filtered by."""
    return {
        name: list(words) for name in names if name in kinds and (words := words_of(kinds[name], language))
    }
