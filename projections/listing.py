"""Lists, page by page: filters on any field, any order, no offsets. A cursor holds the last row's place."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, lru_cache
from typing import Any, LiteralString

from psycopg import Cursor, sql
from psycopg.rows import DictRow

from domain.errors import InvalidFilter, InvalidRequest, Problem
from domain.field_type import FieldType
from domain.filter_expression import FilterSyntaxError, parse
from domain.unknown_names import unknown
from projections.criteria_sql import Parameters, compile_expression

MOST = 1_000
USUAL = 100
_GAP = "{gap}"
_NOTHING, _WHERE, _AND, _OPENING, _CLOSING = map(sql.SQL, ("", " WHERE ", " AND ", "(", ")"))

_SQL_TYPES: dict[str, LiteralString] = {
    "integer": "bigint",
    "decimal": "numeric",
    "date": "date",
    "time": "time",
    "instant": "timestamptz",
    "boolean": "boolean",
}


@dataclass(frozen=True)
class Field:
    """A field of a listed resource: its SQL expression and the type of its values."""

    expression: LiteralString
    type: FieldType

    @property
    def sql_type(self) -> LiteralString:
        """The type of its values in PostgreSQL."""
        return _SQL_TYPES.get(self.type.name, "text")


@dataclass(frozen=True)
class Members:
    """A list in a resource, which can be filtered: the table of its members, and what one of them is.

    A filter is met by one member; a list without members is blank.
    """

    source: LiteralString
    member: Field


@dataclass(frozen=True, eq=False)
class Listing:
    """A resource that is listed: where its rows come from, its fields, and the field that is its key.

    `orders` are orders by name, as fields; `implied` are conditions in SQL, by field, that hold unless the
    field is asked for.
    """

    name: str
    source: LiteralString
    fields: Mapping[str, Field]
    key: str
    orders: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    implied: Mapping[str, LiteralString] = field(default_factory=dict)
    hidden: frozenset[str] = frozenset()
    """Fields that only serve to order."""
    lists: Mapping[str, Members] = field(default_factory=dict)
    also: LiteralString = ""
    """More columns to show, which neither filter nor order."""
    names: LiteralString = ""
    """Joins to the source that add columns to a row, and never rows, such as names."""

    @property
    def named_source(self) -> LiteralString:
        """The source with the names that are added to it."""
        return self.source + self.names

    @property
    def alias(self) -> str:
        """What the table of the source is called in expressions."""
        return self.source.split()[-1]

    @cached_property
    def kinds(self) -> dict[str, FieldType]:
        """What can be filtered by, with the type of its values."""
        listed = {name: members.member.type for name, members in self.lists.items()}
        return {name: field.type for name, field in self.fields.items()} | listed

    @cached_property
    def of_source(self) -> frozenset[str]:
        """The fields for which nothing has to be joined."""
        return frozenset(
            name for name, field in self.fields.items() if field.expression.startswith(f"{self.alias}.")
        )


@dataclass(frozen=True)
class Query:
    """What is asked of a list. `filters` are filter expressions by field."""

    filters: Mapping[str, str] = field(default_factory=dict)
    sort: str | None = None
    limit: int = USUAL
    cursor: str | None = None
    count: bool = False


@dataclass(frozen=True)
class Page:
    """A page of a list; `next_cursor` is None on the last one."""

    items: list[dict[str, Any]]
    next_cursor: str | None = None
    total: int | None = None


def fields(names: str, kind: FieldType, prefix: LiteralString = "") -> dict[str, Field]:
    """Fields of one type that are columns of their own names."""
    # The names are written in this program; none comes from a request.
    return {name: Field(f"{prefix}{name}", kind) for name in names.split()}


def list_page(
    cursor: Cursor[DictRow],
    listing: Listing,
    query: Query,
    *,
    work_date: date,
    prelude: sql.Composable | None = None,
    parameters: Parameters | None = None,
) -> Page:
    """A page of a listing; `prelude` are `WITH` clauses that its source needs, with their parameters.

    Raises InvalidFilter, InvalidRequest.
    """
    parameters = parameters or Parameters()
    head = prelude or _NOTHING
    conditions = conditions_of(listing, query.filters, work_date, parameters)
    total = _count(cursor, listing, head, conditions, parameters) if query.count else None
    order = _order(listing, query.sort)
    if query.cursor is not None:
        conditions = [*conditions, _after(listing, order, query, parameters)]
    keys_first = prelude is None and len(order) > 1
    asked = {*query.filters, *(name for name, _ in order)}
    names_last = not keys_first and asked <= listing.of_source
    before, between, behind = _statement(listing, query.sort, names_last=names_last, keys_first=keys_first)
    limit = parameters.add(query.limit + 1)
    statement = sql.Composed([head, before, _where(conditions), between, limit, behind])
    # As bytes, since psycopg asks for the encoding of each piece otherwise.
    cursor.execute(statement.as_bytes(None), parameters.values)
    rows = cursor.fetchall()
    places = [[row.pop(_place(number)) for number in range(len(order))] for row in rows]
    more = len(rows) > query.limit
    next_cursor = cursor_behind(query.sort, places[query.limit - 1]) if more else None
    return Page(rows[: query.limit], next_cursor, total)


@lru_cache(maxsize=256)
def _statement(listing: Listing, sort: str | None, *, names_last: bool, keys_first: bool) -> list[sql.SQL]:
    """What the pages of a listing in one order have in common: before, between and behind filters and limit.

    Made once, since it takes as long as to read; and in pieces, since to look for the gaps takes a tenth.
    With `names_last`, the source alone says which rows are on the page, and names are joined to those only.
    With `keys_first`, they are found by nothing but what the order and the filters need: PostgreSQL leaves
    out the rest, and its processes share the work.
    """
    # Names and expressions are written in this program; none comes from a request.
    shown = {name: field.expression for name, field in listing.fields.items() if name not in listing.hidden}
    for number, (name, _) in enumerate(_order(listing, sort)):
        shown[_place(number)] = f"({listing.fields[name].expression})::text"
    columns = ", ".join(f'{expression} AS "{name}"' for name, expression in shown.items())
    order = order_by(listing, sort).as_string(None)
    rows = f"{_GAP} ORDER BY {order} LIMIT {_GAP}"
    if names_last and listing.names:
        alias = listing.alias
        found = f"(SELECT {alias}.* FROM {listing.source}{rows}) AS {alias}{listing.names} ORDER BY {order}"
    else:
        source, key = f"{listing.source}{listing.names}", listing.fields[listing.key].expression
        found = source + (
            f" WHERE {key} IN (SELECT {key} FROM {source}{rows}) ORDER BY {order}" if keys_first else rows
        )
    return [sql.SQL(piece) for piece in f" SELECT {columns}{listing.also} FROM {found}".split(_GAP)]


def _place(number: int) -> str:
    """The column that holds a row's place in the order, by one of the fields to order by."""
    return f"place {number}"


def _column(listing: Listing, name: str) -> sql.Composable:
    return sql.SQL(listing.fields[name].expression)


def _where(conditions: Sequence[sql.Composable]) -> sql.Composable:
    return sql.Composed([_WHERE, _AND.join(conditions)]) if conditions else _NOTHING


def conditions_of(
    listing: Listing, filters: Mapping[str, str], work_date: date, parameters: Parameters
) -> list[sql.Composable]:
    """The filters as conditions in SQL, with those that are implied. Raises InvalidFilter."""
    problems: list[Problem] = []
    conditions: list[sql.Composable] = []
    for name, condition in listing.implied.items():
        if name not in filters:
            conditions.append(sql.SQL(condition))
    for name, text in filters.items():
        among = listing.lists.get(name)
        item = listing.fields.get(name) if among is None else among.member
        if item is None or name in listing.hidden:
            known = sorted({*listing.fields, *listing.lists} - listing.hidden)
            problems.append(((listing.name, name), unknown("field", "fields", name, known)))
            continue
        try:
            expression = parse(text, item.type, work_date=work_date)
        except FilterSyntaxError as error:
            problems.append(((listing.name, name), str(error)))
            continue
        compiled = compile_expression(expression, sql.SQL(item.expression), parameters)
        conditions.append(_among(among, compiled))
    if problems:
        raise InvalidFilter.of(problems)
    return conditions


def _among(members: Members | None, condition: sql.Composable) -> sql.Composable:
    if members is None:
        return sql.Composed([_OPENING, condition, _CLOSING])
    return sql.SQL("EXISTS (SELECT FROM (SELECT) AS one LEFT JOIN {} WHERE {})").format(
        sql.SQL(members.source), condition
    )


def _order(listing: Listing, sort: str | None) -> list[tuple[str, bool]]:
    """The fields to order by, each with whether it goes down; the key always comes last."""
    if sort is None:
        return [(listing.key, False)]
    down = sort.startswith("-")
    name = sort.removeprefix("-")
    if name not in listing.orders and (name not in listing.fields or name in listing.hidden):
        raise InvalidRequest.at("sort", f"there is no field '{name}' to sort by")
    names = [part for part in listing.orders.get(name, (name,)) if part != listing.key]
    if name == listing.key:
        return [(name, down)]
    return [*((part, down) for part in names), (listing.key, False)]


def order_by(listing: Listing, sort: str | None) -> sql.Composable:
    """The order as SQL: blanks first, or last when going down. Raises InvalidRequest."""
    return sql.SQL(", ").join(
        sql.SQL("{} DESC NULLS LAST" if down else "{} NULLS FIRST").format(_column(listing, name))
        if name != listing.key
        else sql.SQL("{} DESC" if down else "{}").format(_column(listing, name))
        for name, down in _order(listing, sort)
    )


def _count(
    cursor: Cursor[DictRow],
    listing: Listing,
    head: sql.Composable,
    conditions: Sequence[sql.Composable],
    parameters: Parameters,
) -> int:
    cursor.execute(
        sql.SQL("{head} SELECT count(*) AS total FROM {source}{where}").format(
            head=head, source=sql.SQL(listing.named_source), where=_where(conditions)
        ),
        parameters.values,
    )
    row = cursor.fetchone()
    assert row is not None
    return int(row["total"])


def _after(
    listing: Listing, order: list[tuple[str, bool]], query: Query, parameters: Parameters
) -> sql.Composable:
    """The rows behind the cursor: blanks come first, or last when going down."""
    values = _decoded(query)
    if len(values) != len(order):
        raise InvalidRequest.at("cursor", "this cursor belongs to another list")
    alternatives: list[sql.Composable] = []
    same: list[sql.Composable] = []
    for (name, down), value in zip(order, values, strict=True):
        column = _column(listing, name)
        given = sql.SQL("{}::{}").format(parameters.add(value), sql.SQL(listing.fields[name].sql_type))
        if value is None:
            beyond = sql.SQL("FALSE") if down else sql.SQL("{} IS NOT NULL").format(column)
        elif name == listing.key:
            beyond = sql.SQL("{} < {}" if down else "{} > {}").format(column, given)
        else:
            beyond = sql.SQL("({0} < {1} OR {0} IS NULL)" if down else "{0} > {1}").format(column, given)
        alternatives.append(sql.SQL(" AND ").join([*same, beyond]))
        same.append(sql.SQL("{} IS NOT DISTINCT FROM {}").format(column, given))
    return sql.SQL("({})").format(sql.SQL(" OR ").join(alternatives))


def cursor_behind(sort: str | None, values: Sequence[str | None]) -> str:
    """The cursor of the rows behind one, by the values of that one in this order."""
    content = json.dumps([sort, *values], separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def _decoded(query: Query) -> list[str | None]:
    assert query.cursor is not None
    try:
        padded = query.cursor + "=" * (-len(query.cursor) % 4)
        decoded: list[str | None] = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        sort, *values = decoded
        good = all(value is None or isinstance(value, str) for value in values)
    except (binascii.Error, ValueError, TypeError):
        good, sort = False, None
    if not good:
        raise InvalidRequest.at("cursor", "this is no cursor of this service")
    if sort != query.sort:
        raise InvalidRequest.at("cursor", "this cursor belongs to another order")
    return values
