"""Why criteria mean a contact, or do not: each filter with the contact's own values (domain rules B5, B6)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal

import msgspec

from domain.criteria import ContactFacts, TableFilter, entries_naming, parse_criteria
from domain.filter_expression import Expression, matches

Operator = Literal["any", "all", "not"]
MOST_VALUES: Final = 100


class Condition(msgspec.Struct, frozen=True):
    """One filter with what the contact has there, or several under `any`, `all` or `not`.

    `matched` is None where what the contact had cannot be known any more; `values` is None then, too.
    """

    matched: bool | None
    table: str | None = None
    field: str | None = None
    filter: str | None = None
    values: tuple[Any, ...] | None = None
    operator: Operator | None = None
    parts: tuple[Condition, ...] = ()


def explain(
    filters: Mapping[str, Any], facts: ContactFacts, *, work_date: date, adding: bool = False
) -> tuple[Condition, ...]:
    """The conditions of these filters, all of which must be met, held against the facts of one contact.

    Tables, and fields of a row, that `facts` do not have are unknown. A condition on a related table is met
    only if one row meets all filters on that table: so they are told of the row that comes closest.
    `adding` is for Add Contacts (see `criteria_match`).
    """
    asked = _Asked(facts, work_date, adding)
    return tuple(condition for key, value in filters.items() for condition in asked.part(key, value))


def verdict(conditions: Sequence[Condition]) -> bool | None:
    """Whether all are met; None if that depends on what is unknown."""
    return _all([condition.matched for condition in conditions])


def first_failing(conditions: Sequence[Condition]) -> Condition | None:
    """The first condition that is not met."""
    return next((condition for condition in conditions if condition.matched is False), None)


def is_fully_known(conditions: Sequence[Condition]) -> bool:
    """Whether every filter could be held against what the contact had."""
    return all(
        is_fully_known(condition.parts) if condition.operator else condition.matched is not None
        for condition in conditions
    )


def tables_of(filters: Mapping[str, Any]) -> set[str]:
    """The tables that filters ask about."""
    return set(_tables(filters))


def _tables(filters: Mapping[str, Any]) -> Iterator[str]:
    for key, value in filters.items():
        if key in ("any", "all"):
            for part in value:
                yield from _tables(part)
        elif key == "not":
            yield from _tables(value)
        else:
            yield key


@dataclass(frozen=True)
class _Asked:
    """What one contact had, for all the filters that are held against it."""

    facts: ContactFacts
    work_date: date
    adding: bool

    def part(self, key: str, value: Any) -> tuple[Condition, ...]:
        match key:
            case "any":
                parts = tuple(_as_one(self._all_of(part)) for part in value)
                return (Condition(_any([part.matched for part in parts]), operator="any", parts=parts),)
            case "all":
                parts = tuple(_as_one(self._all_of(part)) for part in value)
                return (Condition(verdict(parts), operator="all", parts=parts),)
            case "not":
                parts = self._all_of(value)
                met = verdict(parts)
                return (Condition(None if met is None else not met, operator="not", parts=parts),)
            case _:
                return self._of_table(key, value)

    def _all_of(self, filters: Mapping[str, Any]) -> tuple[Condition, ...]:
        return tuple(condition for key, value in filters.items() for condition in self.part(key, value))

    def _of_table(self, table: str, fields: Mapping[str, Any]) -> tuple[Condition, ...]:
        parsed = parse_criteria({table: fields}, work_date=self.work_date)
        if not isinstance(parsed, TableFilter):
            return ()  # an object without fields asks nothing
        tests = [(name, test) for name, test in parsed.fields if name in fields]
        rows = self._rows(table, [(name, test) for name, test in parsed.fields if name not in fields])
        held = [] if rows is None else [[_holds(row, name, test) for name, test in tests] for row in rows]
        closest = max(held, key=_closeness, default=None)
        found = []
        for place, (name, _) in enumerate(tests):
            values = None if rows is None else _values(rows, name)
            matched = None if rows is None else False if closest is None else closest[place]
            found.append(Condition(matched, table, name, _text(fields[name]), values))
        return tuple(found)

    def _rows(
        self, table: str, implied: Sequence[tuple[str, Expression]]
    ) -> Sequence[Mapping[str, Any]] | None:
        """The rows of a table that speak for the contact; what is implied but not known of one holds."""
        if table not in self.facts:
            return None
        rows = entries_naming(self.facts) if self.adding and table == "value_entry" else self.facts[table]
        return [
            row for row in rows if all(name not in row or matches(test, row[name]) for name, test in implied)
        ]


def _as_one(conditions: tuple[Condition, ...]) -> Condition:
    """Several conditions that belong together as one."""
    if len(conditions) == 1:
        return conditions[0]
    return Condition(verdict(conditions), operator="all", parts=conditions)


def _holds(row: Mapping[str, Any], name: str, test: Any) -> bool | None:
    return matches(test, row[name]) if name in row else None


def _closeness(held: list[bool | None]) -> tuple[int, int]:
    """A row that fails no filter is closer than any that fails one; then the one that surely meets more."""
    return -held.count(False), held.count(True)


def _values(rows: Sequence[Mapping[str, Any]], name: str) -> tuple[Any, ...] | None:
    if any(name not in row for row in rows):
        return None
    distinct = dict.fromkeys(row[name] for row in rows)
    return tuple(distinct)[:MOST_VALUES]


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _all(matched: Sequence[bool | None]) -> bool | None:
    return False if False in matched else None if None in matched else True


def _any(matched: Sequence[bool | None]) -> bool | None:
    return True if True in matched else None if None in matched else False
