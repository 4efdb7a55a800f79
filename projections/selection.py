"""Which contacts meet criteria, as sets: for Add Contacts, Reduce and Refine (domain B5, B6)."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
from psycopg import sql

from domain.contact_set import EMPTY, ContactSet
from domain.criteria import AllOf, Criteria
from domain.segment.events import CriteriaOptions
from domain.segment.selection import Selection
from projections.arrays import Int4Array
from projections.criteria_sql import Parameters, compile_criteria
from projections.read_models import ReadModels

# Keys come as their bytes: an array has twice as many, and takes the server longer to put together.
_KEYS = sql.SQL("SELECT string_agg(int4send(c.key), '') AS selected")
_SETS = sql.SQL(
    "{}, string_agg(int4send(c.key), '') FILTER (WHERE c.exclude_from_segment) AS excluded,"
    " string_agg(int4send(c.key), '') FILTER (WHERE c.privacy_blocked) AS privacy_blocked"
).format(_KEYS)
_AS_SENT = np.dtype(">i4")

# First whole companies, then the companies of persons: the order of domain B5.
_EXPANDED = sql.SQL(" UNION SELECT p.key FROM contact p JOIN chosen ON p.company_key = chosen.company_key")
_RELATED = sql.SQL(" UNION SELECT company_key FROM chosen WHERE company_key IS NOT NULL")

SAMPLE = 20
"""So many contacts are shown of those that an action would be about."""
_SHOWN = ("no", "name", "type", "company_name", "city")
# The first of them are looked for among the first contacts. Only if too few are there do keys come, as a rule
# not many: to look on for a rare name would take as long again as the count.
_EARLY_KEYS = 2_000
_COUNTS = sql.SQL(
    "WITH place AS (SELECT position FROM {tracking}), few AS MATERIALIZED"
    " (SELECT c.key, {shown} FROM contact c WHERE {condition} AND NOT {out}"
    " AND c.key <= {early} ORDER BY c.key LIMIT {size}),"
    " counted AS (SELECT count(*) AS met, count(*) FILTER (WHERE c.privacy_blocked) AS privacy_blocked,"
    " count(*) FILTER (WHERE {out}) AS left_out, string_agg(int4send(c.key), '')"
    " FILTER (WHERE (SELECT count(*) < {size} FROM few) AND NOT {out}) AS keys"
    " FROM contact c WHERE {condition})"
    " SELECT * FROM place CROSS JOIN counted LEFT JOIN few ON true ORDER BY few.key"
)


class Counted(msgspec.Struct, frozen=True):
    """How many contacts meet criteria and would be added, the first of them, and how many must stay out."""

    position: int
    added: int
    excluded: int
    privacy_blocked: int
    first: list[dict[str, Any]]


def select_contacts(read_models: ReadModels, criteria: Criteria, options: CriteriaOptions) -> Selection:
    """Everybody who meets the criteria, widened by the options, with who must stay out (domain B5)."""
    parameters = Parameters()
    condition = compile_criteria(criteria, parameters, adding=True)
    if not (options.expand_companies or options.allow_related_companies):
        return _selection(
            read_models, sql.SQL("{} FROM contact c WHERE {}").format(_SETS, condition), parameters
        )
    statement = sql.SQL(
        "WITH chosen AS MATERIALIZED (SELECT c.key, c.company_key FROM contact c WHERE {condition}),"
        " wide AS (SELECT key FROM chosen{expanded}{related})"
        " {sets} FROM wide JOIN contact c USING (key)"
    ).format(
        condition=condition,
        expanded=_EXPANDED if options.expand_companies else sql.SQL(""),
        related=_RELATED if options.allow_related_companies else sql.SQL(""),
        sets=_SETS,
    )
    return _selection(read_models, statement, parameters)


def count_contacts(read_models: ReadModels, criteria: Criteria, *, ignore_exclusion: bool) -> Counted:
    """The same without options that widen it, in numbers, with the first of those who would be added."""
    parameters = Parameters()
    out = "c.privacy_blocked" if ignore_exclusion else "(c.privacy_blocked OR c.exclude_from_segment)"
    statement = _COUNTS.format(
        condition=compile_criteria(criteria, parameters, adding=True),
        out=sql.SQL(out),
        tracking=read_models.tracking("contacts"),
        shown=sql.SQL(", ").join(sql.Identifier("c", name) for name in _SHOWN),
        size=sql.Literal(SAMPLE),
        early=sql.Literal(_EARLY_KEYS),
    )
    with read_models.glance() as cursor:
        rows = cursor.execute(statement, parameters.values, prepare=False).fetchall()
    found, first = rows[0], [{name: row[name] for name in _SHOWN} for row in rows if row["key"] is not None]
    if found["keys"] is not None:
        first = sample(read_models, _set(found["keys"]))
    return Counted(
        found["position"],
        found["met"] - found["left_out"],
        found["left_out"] - found["privacy_blocked"],
        found["privacy_blocked"],
        first,
    )


def matching_contacts(
    read_models: ReadModels, criteria: Criteria, on_segment: ContactSet, *, entire_companies: bool
) -> Selection:
    """Those of a segment's contacts who meet the criteria, or whose company has one who does (domain B6)."""
    parameters = Parameters()
    condition = compile_criteria(criteria, parameters)
    lines = sql.SQL("unnest({}) AS l(key) JOIN contact c USING (key)").format(
        parameters.add(Int4Array(on_segment.to_array()))
    )
    if criteria == AllOf(()):
        # Refine without filters keeps even contacts that are gone, Reduce removes them: no look at the table.
        with read_models.glance() as cursor:
            return Selection(read_models.position(cursor, "contacts"), on_segment)
    if entire_companies:
        statement = sql.SQL(
            "WITH chosen AS MATERIALIZED (SELECT c.key, c.company_key FROM contact c WHERE {condition})"
            " {keys} FROM {lines} WHERE c.key IN (SELECT key FROM chosen)"
            " OR c.company_key IN (SELECT company_key FROM chosen WHERE company_key IS NOT NULL)"
        )
    else:
        statement = sql.SQL("{keys} FROM {lines} WHERE {condition}")
    return _selection(read_models, statement.format(keys=_KEYS, lines=lines, condition=condition), parameters)


def known_contacts(read_models: ReadModels, contacts: ContactSet) -> Selection:
    """Those of a set that still exist, with who of them is excluded or blocked (domain B9)."""
    parameters = Parameters()
    statement = sql.SQL("{} FROM unnest({}) AS l(key) JOIN contact c USING (key)").format(
        _SETS, parameters.add(Int4Array(contacts.to_array()))
    )
    return _selection(read_models, statement, parameters)


def sample(read_models: ReadModels, contacts: ContactSet, size: int = SAMPLE) -> list[dict[str, Any]]:
    """Number and name of the first few of a set."""
    first = contacts.to_array()[:size]
    with read_models.glance() as cursor:
        return cursor.execute(
            sql.SQL("SELECT {} FROM contact WHERE key = ANY(%s) ORDER BY key").format(
                sql.SQL(", ").join(map(sql.Identifier, _SHOWN))
            ),
            (Int4Array(first.astype(np.int32)),),
        ).fetchall()


def _selection(read_models: ReadModels, statement: sql.Composed, parameters: Parameters) -> Selection:
    """The sets that a statement finds, and where it found the contacts."""
    found = sql.SQL("SELECT t.position, sets.* FROM {} AS t CROSS JOIN ({}) AS sets").format(
        read_models.tracking("contacts"), statement
    )
    with read_models.glance() as cursor:
        # Planned for these values each time: a plan for any may be many times slower.
        row = cursor.execute(found, parameters.values, prepare=False).fetchone()
    assert row is not None
    return Selection(row.pop("position"), **{name: _set(keys) for name, keys in row.items()})


def _set(keys: bytes | None) -> ContactSet:
    return EMPTY if keys is None else ContactSet.from_array(np.frombuffer(keys, _AS_SENT))
