"""Which contacts meet criteria, as sets: for Add Contacts, Reduce and Refine (domain B5, B6)."""

from __future__ import annotations

from typing import Any

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


def sample(read_models: ReadModels, contacts: ContactSet, size: int) -> list[dict[str, Any]]:
    """Number and name of the first few of a set."""
    first = contacts.to_array()[:size]
    with read_models.glance() as cursor:
        return cursor.execute(
            "SELECT no, name, type, company_name, city FROM contact WHERE key = ANY(%s) ORDER BY key",
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
