"""What interactions add up to, by template, group, campaign and month, over a period (domain B16)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final, Literal, LiteralString, get_args

import msgspec
from psycopg import Cursor, sql
from psycopg.rows import DictRow

By = Literal["template", "group", "campaign", "month"]
BREAKDOWNS: Final[tuple[By, ...]] = get_args(By)

_COLUMNS: dict[By, LiteralString] = {
    "template": "interaction_template_code",
    "group": "interaction_group_code",
    "campaign": "campaign_no",
    "month": "date",
}
_FOLDED: dict[By, LiteralString] = {"month": "to_char(date, 'YYYY-MM')"}
"""What is worked out of a column once there are few rows left."""
COUNTS: LiteralString = "NOT canceled AND NOT postponed"
"""Which entries count: the rule of every statistic (domain B16)."""


class Figures(msgspec.Struct, frozen=True):
    """The figures of one template, group, campaign or month; `code` is blank for those without one."""

    code: str | None
    number_of_interactions: int
    cost: Decimal
    duration_minutes: int
    target_contacts_contacted: int
    contacts_responded: int

    @property
    def response_rate(self) -> Decimal | None:
        """Responses to those that were aimed at somebody for a campaign; blank where nobody was."""
        if not self.target_contacts_contacted:
            return None
        return round(Decimal(self.contacts_responded) / self.target_contacts_contacted, 4)


_SUMMED = tuple(name for name in Figures.__struct_fields__ if name != "code")
_SUMS = [
    sql.SQL("sum({0}){1} AS {0}").format(sql.Identifier(name), sql.SQL("" if name == "cost" else "::bigint"))
    for name in _SUMMED
]


class Period(msgspec.Struct, frozen=True):
    """From one day to another, both included; without one, from the beginning or to the end."""

    first: date | None = None
    last: date | None = None


def statistics_by(
    cursor: Cursor[DictRow], breakdowns: Sequence[By], period: Period
) -> dict[By, list[Figures]]:
    """The figures by each of these, months in their order and the others by number, from one look at the log.

    What has no campaign is no campaign's. Entries are first added up by all columns together, which several
    processes of PostgreSQL share; what is left is folded by each of them.
    """
    columns = [sql.SQL(_COLUMNS[by]) for by in breakdowns]
    folded = [sql.SQL(_FOLDED.get(by, _COLUMNS[by])) for by in breakdowns]
    named = [sql.Identifier(f"by_{by}") for by in breakdowns]
    joined = sql.SQL(", ").join
    rows = cursor.execute(
        sql.SQL(
            "SELECT {named}, grouping({named}) AS folded, {sums} FROM (SELECT {folded_as}, {sum_names} FROM ("
            "SELECT {columns}, count(*) AS number_of_interactions,"
            " sum(cost) AS cost, sum(duration_minutes) AS duration_minutes,"
            " count(*) FILTER (WHERE campaign_target) AS target_contacts_contacted,"
            " count(*) FILTER (WHERE campaign_response) AS contacts_responded"
            " FROM interaction_log_entry WHERE {counts}"
            " AND (%(first)s::date IS NULL OR date >= %(first)s)"
            " AND (%(last)s::date IS NULL OR date <= %(last)s) GROUP BY {columns}) AS together) AS one"
            " GROUP BY GROUPING SETS ({sets})"
        ).format(
            named=joined(named),
            sums=joined(_SUMS),
            sum_names=joined(map(sql.Identifier, _SUMMED)),
            folded_as=joined(
                sql.SQL("{} AS {}").format(column, name) for column, name in zip(folded, named, strict=True)
            ),
            columns=joined(columns),
            counts=sql.SQL(COUNTS),
            sets=joined(sql.SQL("({})").format(name) for name in named),
        ),
        {"first": period.first, "last": period.last},
    )
    found: dict[By, list[Figures]] = {by: [] for by in breakdowns}
    for row in rows:
        by = _by(breakdowns, row["folded"])
        found[by].append(_figures(row, row[f"by_{by}"]))
    return {by: _ordered(by, figures) for by, figures in found.items()}


def _by(breakdowns: Sequence[By], folded: int) -> By:
    """What a row is grouped by: the one whose bit is not set, the last one's being the lowest."""
    last = len(breakdowns) - 1
    return next(by for place, by in enumerate(breakdowns) if not folded & (1 << (last - place)))


def _figures(row: dict[str, Any], code: str | None) -> Figures:
    return Figures(code=code, **{name: row[name] for name in _SUMMED})


def _ordered(by: By, figures: list[Figures]) -> list[Figures]:
    if by == "month":
        return sorted(figures, key=lambda one: one.code or "")
    named = [one for one in figures if one.code or by != "campaign"]
    return sorted(named, key=lambda one: (-one.number_of_interactions, one.code or ""))
