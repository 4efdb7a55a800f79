"""Where the events of an interaction log entry are kept: with its segment, or by themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import msgspec
from psycopg import Cursor, sql
from psycopg.rows import DictRow

from projections.criteria_sql import Parameters
from projections.listing import conditions_of
from projections.segment_listings import INTERACTION_LOG_ENTRIES

_COLUMNS = sql.SQL("e.entry_no, e.segment_no, e.campaign_entry_no")


class EntryPlace(msgspec.Struct, frozen=True):
    """An entry, the segment that it came from, if any, and its campaign entry."""

    entry_no: int
    segment_no: str | None
    campaign_entry_no: int | None


def place_of(cursor: Cursor[DictRow], entry_no: int) -> EntryPlace | None:
    """Where the events of one entry are."""
    places = places_of(cursor, [entry_no])
    return places[0] if places else None


def places_of(cursor: Cursor[DictRow], entry_nos: Sequence[int]) -> list[EntryPlace]:
    """Where the events of these entries are; entries that do not exist are left out."""
    rows = cursor.execute(
        sql.SQL("SELECT {} FROM interaction_log_entry e WHERE e.entry_no = ANY(%s)").format(_COLUMNS),
        (list(entry_nos),),
    )
    return [EntryPlace(**row) for row in rows]


def entries_to_delete(
    cursor: Cursor[DictRow], filters: Mapping[str, str], work_date: date
) -> list[EntryPlace]:
    """The canceled entries that meet filters on any of their fields. Raises InvalidFilter."""
    parameters = Parameters()
    conditions = conditions_of(INTERACTION_LOG_ENTRIES, filters, work_date, parameters)
    rows = cursor.execute(
        sql.SQL("SELECT {} FROM {} WHERE {}").format(
            _COLUMNS,
            sql.SQL(INTERACTION_LOG_ENTRIES.source),
            sql.SQL(" AND ").join([sql.SQL("e.canceled"), *conditions]),
        ),
        parameters.values,
    )
    return [EntryPlace(**row) for row in rows]
