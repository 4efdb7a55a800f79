"""Criteria as a form sends them: conditions, and groups of conditions and groups, in the order of the page.

Each condition and each group names the group that it is in; the outermost has no name. A group holds if all,
any or none of its parts do.
"""

from __future__ import annotations

from typing import Any, Literal, get_args

import msgspec
from starlette.datastructures import FormData

from api.pages.filters import filter_in
from application.field_words import Language
from domain.criteria import TABLES
from domain.errors import InvalidRequest

Joins = Literal["all", "any", "none"]
JOINS: tuple[Joins, ...] = get_args(Joins)
OUTERMOST = ""
FIELDS = {f"{table}.{name}": (table, name) for table, names in TABLES.items() for name in names}

Filters = dict[str, Any]


class _Condition(msgspec.Struct, frozen=True):
    """What is wanted of a field; where it stands on the page, for whoever must find it again."""

    number: int
    table: str
    field: str
    text: str
    holds: bool


class _Group(msgspec.Struct):
    joins: Joins
    conditions: list[_Condition] = []
    groups: list[_Group] = []


def filters_in(form: FormData, language: Language) -> Filters:
    """The filters that a form says; those of a condition left blank do not count. Raises InvalidRequest."""
    return _filters(_outermost(form, language)) or {}


def _outermost(form: FormData, language: Language) -> _Group:
    groups = {OUTERMOST: _Group(_joins(form.get("joins")))}
    for name, parent, joins in _rows(form, "group", "group-in", "group-joins"):
        if name in groups or parent not in groups:
            raise InvalidRequest.at("group", "this group is in none before it")
        groups[name] = _Group(_joins(joins))
        groups[parent].groups.append(groups[name])
    rows = _rows(form, "field", "holds", "filter", "in")
    for number, (field, holds, text, within) in enumerate(rows, start=1):
        if not text.strip():
            continue
        if field not in FIELDS or within not in groups:
            raise InvalidRequest.at("field", "there is no such field")
        table, name = FIELDS[field]
        wanted = filter_in(text.strip(), TABLES[table][name], language)
        groups[within].conditions.append(_Condition(number, table, name, wanted, holds != "not"))
    return groups[OUTERMOST]


def _rows(form: FormData, *names: str) -> list[tuple[str, ...]]:
    """What stands beside each other in the form."""
    columns = [[str(value) for value in form.getlist(name)] for name in names]
    if len({len(column) for column in columns}) > 1:
        raise InvalidRequest.at(names[0], "the form holds more of one field than of another")
    return list(zip(*columns, strict=True))


def _joins(given: object) -> Joins:
    return next((joins for joins in JOINS if joins == given), "all")


def _filters(group: _Group) -> Filters | None:
    """The filters of a group; none if it has no parts."""
    inner = [found for part in group.groups if (found := _filters(part)) is not None]
    if group.joins == "all":
        together, apart = _together(group.conditions)
        parts = ([together] if together else []) + apart + inner
        if not parts:
            return None
        return parts[0] if len(parts) == 1 else {"all": parts}
    parts = [_alone(condition) for condition in group.conditions] + inner
    if not parts:
        return None
    any_of = parts[0] if len(parts) == 1 else {"any": parts}
    return any_of if group.joins == "any" else {"not": any_of}


def _alone(condition: _Condition) -> Filters:
    wanted: Filters = {condition.table: {condition.field: condition.text}}
    return wanted if condition.holds else {"not": wanted}


def _together(conditions: list[_Condition]) -> tuple[Filters, list[Filters]]:
    """Conditions that must all hold: of a table, one row meets them all. What must not, stays apart."""
    must: Filters = {}
    for condition in conditions:
        if not condition.holds:
            continue
        table = must.setdefault(condition.table, {})
        if condition.field in table:
            raise InvalidRequest.at(
                ("filters", condition.table, condition.field),
                f"condition {condition.number} is about this field again; use | for or, & for and",
            )
        table[condition.field] = condition.text
    return must, [_alone(condition) for condition in conditions if not condition.holds]
