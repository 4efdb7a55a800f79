"""How the event of logging becomes interaction log entries, one statement per part of them (domain B10.4)."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from psycopg import Cursor, sql

from domain.contact_set import ContactSet
from domain.document import Document
from domain.segment.events import SegmentLogged
from domain.segment.lines import LineColumns, OwnLine, line_columns
from eventstore.event import Event
from projections.arrays import BoolArray, Int8Array
from projections.criteria_sql import Parameters
from projections.line_sql import lines_relation
from projections.read_model import InParts

PARTITION = 5_000_000
"""So many entry numbers share a partition."""

FROM_LINE = (
    *("contact_no", "contact_company_no", "date", "time_of_interaction", "description", "information_flow"),
    *("initiated_by", "cost", "duration_minutes", "interaction_group_code", "interaction_template_code"),
    *("subject", "campaign_no", "campaign_response", "campaign_target", "evaluation", "attempt_failed"),
    *("salesperson_code", "contact_alternative_address_code", "contact_via"),
    *("send_word_documents_as_attachment", "remarks", "document"),
)
"""What an entry takes from its line as it is."""


class Entries(InParts):
    """The entries of a segment that was logged."""

    def __init__(self, event: Event) -> None:
        self._logged: SegmentLogged = event.data
        self._user_id = event.envelope.user_id
        self.size = self._logged.number_of_interactions

    def begin(self, cursor: Cursor[Any]) -> None:
        first = self._logged.first_interaction_no
        make_partitions(cursor, first, first + self.size - 1)
        _write_segment(cursor, self._logged, self._user_id)

    def write(self, cursor: Cursor[Any], first: int, last: int) -> None:
        blanked = np.zeros(last - first, dtype=bool)
        blanked[self._blanked[slice(*np.searchsorted(self._blanked, (first, last)))] - first] = True
        columns = self._columns.slice(first, last)
        own = _own_between(self._logged, columns.line_no)
        _write_entries(cursor, self._logged, self._user_id, first, columns, own, blanked)

    def show(self, cursor: Cursor[Any], first: int, last: int) -> None:
        cursor.execute(
            "UPDATE logged_segment SET interactions_visible = %s WHERE entry_no = %s",
            (last, self._logged.entry_no),
        )

    @cached_property
    def _columns(self) -> LineColumns:
        return line_columns(self._logged.blocks)

    @cached_property
    def _blanked(self) -> NDArray[np.int64]:
        return self._logged.type_blanked.to_array().astype(np.int64)


def _write_segment(cursor: Cursor[Any], logged: SegmentLogged, user_id: str) -> None:
    cursor.execute(
        "INSERT INTO logged_segment (entry_no, segment_no, description, creation_date, user_id,"
        " first_interaction_no, number_of_interactions, number_of_campaign_entries, follow_up_segment_no)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        (
            *(logged.entry_no, logged.segment_no, logged.description, logged.creation_date, user_id),
            *(logged.first_interaction_no, logged.number_of_interactions, len(logged.campaign_entries)),
            logged.follow_up_segment_no,
        ),
    )
    cursor.executemany(
        "INSERT INTO campaign_entry (entry_no, campaign_no, segment_no, description, date,"
        " salesperson_code, user_id, logged_segment_entry_no) VALUES (%s, %s, %s, %s, %s, %s, %s, %s)"
        " ON CONFLICT DO NOTHING",
        [
            (
                *(entry.entry_no, entry.campaign_no, logged.segment_no, logged.description, entry.date),
                *(entry.salesperson_code, user_id, logged.entry_no),
            )
            for entry in logged.campaign_entries
        ],
    )
    keep_documents(cursor, logged.documents())


def entry_numbers(first: int, entries: ContactSet) -> Int8Array:
    """The numbers of entries of a stream that begins with this one."""
    return Int8Array(entries.to_array().astype(np.int64) + first)


def keep_documents(cursor: Cursor[Any], documents: Iterable[Document]) -> None:
    """Keep what entries must know of the documents that they name."""
    cursor.executemany(
        "INSERT INTO interaction_document (sha256, file_name, content_type, size) VALUES (%s, %s, %s, %s)"
        " ON CONFLICT DO NOTHING",
        [(one.sha256, one.file_name, one.content_type, one.size) for one in documents],
    )


def make_partitions(cursor: Cursor[Any], first: int, last: int) -> None:
    """Make sure that these entry numbers have a partition to go to."""
    for number in range(first // PARTITION, last // PARTITION + 1):
        name = f"recorded_interaction_{number}"
        found = cursor.execute("SELECT to_regclass(%s)", (name,)).fetchone()
        if found is not None and found[0] is None:
            cursor.execute(
                sql.SQL(
                    "CREATE TABLE {} PARTITION OF recorded_interaction FOR VALUES FROM ({}) TO ({})"
                ).format(sql.Identifier(name), number * PARTITION, (number + 1) * PARTITION)
            )


def _write_entries(
    cursor: Cursor[Any],
    logged: SegmentLogged,
    user_id: str,
    done: int,
    columns: LineColumns,
    own: list[OwnLine],
    blanked: NDArray[np.bool_],
) -> None:
    lines = lines_relation(columns, logged.blocks, own, parameters := Parameters())
    names = [*FROM_LINE, "document_sha256", "interaction_language_code"]
    names += ["correspondence_type", "delivery_status", "campaign_entry_no"]
    correspondence = sql.SQL(
        "CASE WHEN NOT blanked.is_blank THEN line.correspondence_type END"
        if blanked.any()
        else "line.correspondence_type"
    )
    constants = {
        "user_id": user_id,
        "segment_no": logged.segment_no,
        "logged_segment_entry_no": logged.entry_no,
        "postponed": False,
    }
    statement = sql.SQL(
        "{lines}, campaign AS (SELECT * FROM unnest({campaigns}::text[], {entries}::bigint[])"
        " AS k(campaign_no, entry_no)), blanked AS (SELECT * FROM unnest({blanked}) WITH ORDINALITY"
        " AS b(is_blank, ordinal))"
        " INSERT INTO recorded_interaction (entry_no, {names}, {constant_names})"
        " SELECT {first} + line.ordinal - 1, {values}, line.document_sha256, line.language_code,"
        " {correspondence}, {status}, campaign.entry_no, {constants}"
        " FROM line{join} LEFT JOIN campaign ON campaign.campaign_no = line.campaign_no"
    ).format(
        lines=lines,
        campaigns=parameters.add([entry.campaign_no for entry in logged.campaign_entries]),
        entries=parameters.add([entry.entry_no for entry in logged.campaign_entries]),
        blanked=parameters.add(BoolArray(blanked if blanked.any() else blanked[:0])),
        names=sql.SQL(", ").join(map(sql.Identifier, names)),
        constant_names=sql.SQL(", ").join(map(sql.Identifier, constants)),
        first=parameters.add(logged.first_interaction_no + done),
        values=sql.SQL(", ").join(sql.Identifier("line", name) for name in FROM_LINE),
        correspondence=correspondence,
        status=sql.SQL("CASE WHEN {} IS NOT NULL THEN 'in_progress' END").format(correspondence)
        if logged.deliver
        else sql.SQL("NULL"),
        constants=sql.SQL(", ").join(map(parameters.add, constants.values())),
        join=sql.SQL(" JOIN blanked ON blanked.ordinal = line.ordinal" if blanked.any() else ""),
    )
    cursor.execute(statement, parameters.values)


def _own_between(logged: SegmentLogged, numbers: NDArray[np.int64]) -> list[OwnLine]:
    """The lines with values of their own among these numbers."""
    if len(numbers) == 0:
        return []
    return [line for line in logged.own_lines if numbers[0] <= line.line_no <= numbers[-1]]
