"""Filters and criteria as SQL conditions (domain rules B5 and B6), every value a parameter.

Columns of text are expected to have the collation "C", so that they compare by code point, as Python does.
A condition may be NULL where the filter does not match, which WHERE takes for false; negation allows for it.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Final, Literal, LiteralString, TypeAlias

from psycopg import sql

from domain.criteria import AllOf, AnyOf, Criteria, Not, TableFilter
from domain.field_type import Value
from domain.filter_expression import (
    Blank,
    Compare,
    Comparison,
    Equal,
    Expression,
    Like,
    OneOf,
    Range,
    Term,
)

# Up to here each pattern is a condition of its own, because an index serves those and not LIKE ANY.
_SEPARATE_PATTERNS: Final = 16

_Match: TypeAlias = Literal["=", "LIKE"]
_Operator: TypeAlias = Literal["=", "<>", "LIKE", "NOT LIKE"] | Comparison

_OPERATORS: Final = {
    name: sql.SQL(f" {name} ") for name in ("=", "<>", "LIKE", "NOT LIKE", "<", "<=", ">", ">=")
}

_NEGATED: Final[dict[_Match, Literal["<>", "NOT LIKE"]]] = {"=": "<>", "LIKE": "NOT LIKE"}

_AS_TYPE: Final[dict[type[Value], sql.SQL]] = {
    bool: sql.SQL("::boolean"),
    int: sql.SQL("::bigint"),
    Decimal: sql.SQL("::numeric"),
    date: sql.SQL("::date"),
    time: sql.SQL("::time"),
    datetime: sql.SQL("::timestamptz"),
    str: sql.SQL("::text"),
}
_ARRAY: Final = sql.SQL("[]")


class Parameters:
    """Collects the values of a statement; `values` goes to `execute` beside it."""

    def __init__(self) -> None:
        self.values: dict[str, object] = {}

    def add(self, value: object) -> sql.Placeholder:
        """The placeholder, `%(p1)s` and so on, that stands for a value."""
        name = f"p{len(self.values) + 1}"
        self.values[name] = value
        return sql.Placeholder(name)


def compile_expression(
    expression: Expression, column: sql.Composable, parameters: Parameters
) -> sql.Composed:
    """A condition that holds where the filter matches a column (domain rule B5).

    `@` tests `lower(column COLLATE "default") COLLATE "C"`, which is what an index would be on.
    """
    return _Column(column, parameters).expression(expression)


def compile_criteria(criteria: Criteria, parameters: Parameters, *, adding: bool = False) -> sql.Composed:
    """A condition on a row of table `contact`, which the statement calls `c` (domain rules B5 and B6).

    `adding` is for Add Contacts, where a value entry must name the person (see `criteria_match`).
    """
    return _Compiler(parameters, adding).condition(criteria)


class _Compiler:
    """Criteria as a condition on one row of table `contact`."""

    def __init__(self, parameters: Parameters, adding: bool) -> None:
        self._parameters = parameters
        self._adding = adding

    def condition(self, criteria: Criteria) -> sql.Composed:
        match criteria:
            case AllOf(parts):
                return _joined(" AND ", [self.condition(part) for part in parts], empty="TRUE")
            case AnyOf(parts):
                return _joined(" OR ", [self.condition(part) for part in parts], empty="FALSE")
            case Not(part):
                return _negated(part, self.condition(part))
            case TableFilter("contact"):
                return _row_matches(criteria, "c", self._parameters)
            case TableFilter():
                return self._row_exists(criteria)

    def _row_exists(self, criteria: TableFilter) -> sql.Composed:
        source, join = _RELATED_TABLES[criteria.table]
        rows = _row_matches(criteria, "related", self._parameters)
        if not (self._adding and criteria.table == "value_entry"):
            return _exists(source, join, rows)
        # Two plain conditions can each be answered for all contacts at once; one with OR in it cannot.
        return sql.SQL("((c.type = 'company' AND {}) OR {})").format(
            _exists(source, join, rows), _exists(source, _NAMING_THE_PERSON, rows)
        )


def _exists(source: LiteralString, join: LiteralString, rows: sql.Composed) -> sql.Composed:
    return sql.SQL("EXISTS (SELECT FROM {} WHERE {} AND {})").format(sql.SQL(source), sql.SQL(join), rows)


def _negated(part: Criteria, compiled: sql.Composed) -> sql.Composed:
    if isinstance(part, TableFilter) and part.table != "contact":
        # EXISTS is never NULL, and only a bare NOT EXISTS becomes an anti join.
        return sql.SQL("NOT {}").format(compiled)
    return sql.SQL("({} IS NOT TRUE)").format(compiled)


_OF_CONTACT: Final[LiteralString] = "related.contact_key = c.key"
# A private person has no company, so that nothing of a company belongs to it.
_OF_COMPANY: Final[LiteralString] = "related.contact_key = c.company_key"
_WITH_CONTACT: Final[LiteralString] = (
    "related.contact_no = c.no AND related.contact_company_no IS NOT DISTINCT FROM c.company_no"
)

# The word for the linked table is typed by people: Customer, CUSTOMER.
_VALUE_ENTRIES: Final[LiteralString] = (
    "value_entry AS related JOIN contact_business_relation AS relation"
    " ON relation.no = related.source_no AND lower(relation.link_to_table) = related.source_type"
)
_OF_CUSTOMER: Final[LiteralString] = "relation.contact_key = c.company_key"
_NAMING_THE_PERSON: Final[LiteralString] = f"{_OF_CUSTOMER} AND related.contact_no = c.no"

_RELATED_TABLES: Final[dict[str, tuple[LiteralString, LiteralString]]] = {
    "profile_answer": ("contact_profile_answer AS related", _OF_CONTACT),
    "mailing_group": ("contact_mailing_group AS related", _OF_CONTACT),
    "interaction_log_entry": ("interaction_log_entry AS related", _WITH_CONTACT),
    "job_responsibility": ("contact_job_responsibility AS related", _OF_CONTACT),
    "industry_group": ("contact_industry_group AS related", _OF_COMPANY),
    "business_relation": ("contact_business_relation AS related", _OF_COMPANY),
    "value_entry": (_VALUE_ENTRIES, _OF_CUSTOMER),
}
"""Of each table: where its rows come from, as `related`, and which of them belong to a contact."""


def _row_matches(criteria: TableFilter, alias: str, parameters: Parameters) -> sql.Composed:
    conditions = [
        compile_expression(expression, sql.Identifier(alias, field), parameters)
        for field, expression in criteria.fields
    ]
    return _joined(" AND ", conditions, empty="TRUE")


def _joined(word: LiteralString, conditions: Sequence[sql.Composed], *, empty: LiteralString) -> sql.Composed:
    if not conditions:
        return sql.Composed([sql.SQL(empty)])
    if len(conditions) == 1:
        return conditions[0]
    return sql.SQL("({})").format(sql.SQL(word).join(conditions))


class _Column:
    """The conditions of one filter on one column."""

    def __init__(self, column: sql.Composable, parameters: Parameters) -> None:
        self._column = column
        self._parameters = parameters

    def expression(self, expression: Expression) -> sql.Composed:
        single = [terms[0] for terms in expression.alternatives if len(terms) == 1]
        combined = [terms for terms in expression.alternatives if len(terms) > 1]
        conditions = self._terms(single, negated=False)
        conditions += [_joined(" AND ", self._terms(terms, negated=True), empty="TRUE") for terms in combined]
        return _joined(" OR ", conditions, empty="FALSE")

    def _terms(self, terms: Iterable[Term], *, negated: bool) -> list[sql.Composed]:
        """A condition per term, but one for all values and one for all patterns: `A|B|C`, `<>A&<>B&<>C`."""
        conditions: list[sql.Composed] = []
        lists: dict[tuple[_Match, bool], list[Value]] = {}
        for term in terms:
            match term:
                case Equal(value, ignore_case) if term.negated == negated:
                    lists.setdefault(("=", ignore_case), []).append(value)
                case Like(pattern, ignore_case) if term.negated == negated:
                    lists.setdefault(("LIKE", ignore_case), []).append(_like_pattern(pattern))
                case _:
                    conditions.append(self._term(term))
        for (kind, ignore_case), values in lists.items():
            conditions.append(self._list(kind, values, ignore_case, negated))
        return conditions

    def _term(self, term: Term) -> sql.Composed:
        match term:
            case Blank(negated):
                return sql.SQL("{} IS NOT NULL" if negated else "{} IS NULL").format(self._column)
            case Equal(value, ignore_case, negated):
                return self._list("=", [value], ignore_case, negated)
            case Like(pattern, ignore_case, negated):
                return self._list("LIKE", [_like_pattern(pattern)], ignore_case, negated)
            case OneOf(members):
                return sql.SQL("{} = ANY({})").format(self._column, self._array(members, str))
            case Compare(sign, value, ignore_case):
                return self._compare(sign, value, ignore_case)
            case Range(low, high, ignore_case):
                ends = [] if low is None else [self._compare(">=", low, ignore_case)]
                ends += [] if high is None else [self._compare("<=", high, ignore_case)]
                return _joined(" AND ", ends, empty="TRUE")

    def _list(self, kind: _Match, values: Sequence[Value], ignore_case: bool, negated: bool) -> sql.Composed:
        if len(values) == 1 or (kind == "LIKE" and not negated and len(values) <= _SEPARATE_PATTERNS):
            operator: _Operator = _NEGATED[kind] if negated else kind
            found = [self._compare(operator, value, ignore_case) for value in values]
            condition = _joined(" OR ", found, empty="FALSE")
        else:
            array = self._array(values, type(values[0]))
            condition = sql.SQL("{} {} {}({})").format(
                _folded(self._column) if ignore_case else self._column,
                sql.SQL(_NEGATED[kind] if negated else kind),
                sql.SQL("ALL" if negated else "ANY"),
                _folded_array(array) if ignore_case else array,
            )
        if negated:
            return sql.SQL("({} OR {} IS NULL)").format(condition, self._column)
        return condition

    def _compare(self, operator: _Operator, value: Value, ignore_case: bool) -> sql.Composed:
        # Each page of a list waits for this, and to look for gaps in a text takes several times as long.
        column, given = self._column, sql.Composed([self._parameters.add(value), _AS_TYPE[type(value)]])
        if ignore_case:
            column, given = _folded(column), _folded(given)
        return sql.Composed([column, _OPERATORS[operator], given])

    def _array(self, values: Sequence[Value], value_type: type[Value]) -> sql.Composed:
        return sql.Composed([self._parameters.add(list(values)), _AS_TYPE[value_type], _ARRAY])


def _folded(text: sql.Composable) -> sql.Composed:
    return sql.SQL('(lower({} COLLATE "default") COLLATE "C")').format(text)


def _folded_array(array: sql.Composable) -> sql.Composed:
    given = sql.Identifier("given", "value")
    return sql.SQL("ARRAY(SELECT {} FROM unnest({}) AS given(value))").format(_folded(given), array)


def _like_pattern(pattern: str) -> str:
    for special in ("\\", "%", "_"):
        pattern = pattern.replace(special, "\\" + special)
    return pattern.replace("*", "%").replace("?", "_")
