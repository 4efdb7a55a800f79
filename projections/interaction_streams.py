"""Where the events of an interaction log entry are kept: with its segment, or by themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import msgspec
from psycopg import Cursor, sql
from psycopg.rows import DictRow

from projections.criteria_sql import Parameters
from projections.listing import conditions_of
from projections.segment_listings import CAMPAIGN_ENTRIES, INTERACTION_LOG_ENTRIES

_COLUMNS = sql.SQL(
    "e.entry_no, e.segment_no, e.resend_no, e.campaign_entry_no,"
    " coalesce((SELECT h.canceled FROM campaign_entry h"
    " WHERE h.entry_no = e.campaign_entry_no), false) AS campaign_entry_canceled"
)


class EntryPlace(msgspec.Struct, frozen=True):
    """An entry, the segment that it came from, if any, and its campaign entry."""

    entry_no: int
    segment_no: str | None
    resend_no: int | None
    """The first of the entries that were logged again together with this one."""
    campaign_entry_no: int | None
    campaign_entry_canceled: bool


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
            sql.SQL(INTERACTION_LOG_ENTRIES.named_source),
            sql.SQL(" AND ").join([sql.SQL("e.canceled"), *conditions]),
        ),
        parameters.values,
    )
    return [EntryPlace(**row) for row in rows]


class CampaignEntryPlace(msgspec.Struct, frozen=True):
    """A campaign entry, the segment that it came from, or else its single interactions."""

    entry_no: int
    campaign_no: str
    segment_no: str | None
    canceled: bool
    singles: list[int]


_CAMPAIGN_ENTRY = sql.SQL(
    "SELECT k.entry_no, k.campaign_no, k.segment_no, k.canceled,"
    " ARRAY(SELECT e.entry_no FROM interaction_log_entry e"
    " WHERE e.campaign_no = k.campaign_no AND e.campaign_entry_no = k.entry_no AND e.segment_no IS NULL"
    " ORDER BY e.entry_no) AS singles FROM {} WHERE {} ORDER BY k.entry_no"
)


def campaign_entries(cursor: Cursor[DictRow], entry_nos: Sequence[int]) -> list[CampaignEntryPlace]:
    """Where the events of the interactions of these campaign entries are."""
    statement = _CAMPAIGN_ENTRY.format(sql.SQL("campaign_entry k"), sql.SQL("k.entry_no = ANY(%s)"))
    return _campaign_entries(cursor.execute(statement, (list(entry_nos),)).fetchall())


def canceled_campaign_entries(
    cursor: Cursor[DictRow], filters: Mapping[str, str], work_date: date
) -> list[CampaignEntryPlace]:
    """The canceled campaign entries that meet filters on any of their fields. Raises InvalidFilter."""
    parameters = Parameters()
    conditions = conditions_of(CAMPAIGN_ENTRIES, filters, work_date, parameters)
    statement = _CAMPAIGN_ENTRY.format(
        sql.SQL(CAMPAIGN_ENTRIES.source), sql.SQL(" AND ").join([sql.SQL("k.canceled"), *conditions])
    )
    return _campaign_entries(cursor.execute(statement, parameters.values).fetchall())


def _campaign_entries(rows: Sequence[DictRow]) -> list[CampaignEntryPlace]:
    # The numbers of entries come as an array of the database's, which may be one of numpy.
    return [CampaignEntryPlace(**row | {"singles": [int(no) for no in row["singles"]]}) for row in rows]


class Resend(msgspec.Struct, frozen=True):
    """Entries of a segment that were logged again: the first, and those of one campaign entry."""

    first_no: int
    entries: list[int]


def resends_of(
    cursor: Cursor[DictRow], segment_no: str, campaign_entry_no: int | None = None
) -> list[Resend]:
    """What was logged again of a segment, with the entries of a campaign entry if one is named."""
    rows = cursor.execute(
        "SELECT r.first_no, ARRAY(SELECT e.entry_no FROM interaction_log_entry e"
        " WHERE e.campaign_entry_no = %(campaign)s AND e.resend_no = r.first_no) AS entries"
        " FROM resend r WHERE r.segment_no = %(segment)s ORDER BY r.first_no",
        {"segment": segment_no, "campaign": campaign_entry_no},
    )
    return [Resend(row["first_no"], [int(no) for no in row["entries"]]) for row in rows]
