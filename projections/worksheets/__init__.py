"""Open segments: a row for each, with its header and its totals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, get_args

import msgspec
from psycopg import Cursor, sql
from psycopg.types.json import Jsonb

from domain.segment.events import SegmentEvent
from domain.segment.state import Segment
from eventstore.log import EventLog
from projections.read_model import ReadModel, Recorded

FROM_HEADER = (
    *("description", "campaign_no", "salesperson_code", "interaction_template_code"),
    *("interaction_group_code", "correspondence_type", "ignore_contact_correspondence_type", "unit_cost"),
    *("unit_duration_minutes", "date", "information_flow", "initiated_by", "campaign_target"),
    *("campaign_response", "language_code", "subject", "send_word_documents_as_attachment"),
)
COLUMNS = (
    *("no", "version"),
    *FROM_HEADER,
    *("number_of_lines", "cost", "duration_minutes", "number_of_criteria_actions", "documents"),
)

WRITE = (
    sql.SQL("INSERT INTO segment ({}) VALUES ({}) ON CONFLICT (no) DO UPDATE SET ({}) = ROW ({})")
    .format(
        sql.SQL(", ").join(map(sql.Identifier, COLUMNS)),
        sql.SQL(", ").join(sql.Placeholder() * len(COLUMNS)),
        sql.SQL(", ").join(map(sql.Identifier, COLUMNS)),
        sql.SQL(", ").join(sql.Identifier("excluded", name) for name in COLUMNS),
    )
    .as_bytes(None)
)


class Worksheets(ReadModel):
    """The table `segment`. Totals come from the aggregate itself, at the version of the last event."""

    name = "worksheets"
    version = 2
    topics = frozenset(event.topic for event in get_args(SegmentEvent))

    def __init__(self, log: EventLog) -> None:
        self._log = log

    def apply(self, cursor: Cursor[Any], page: Sequence[Recorded]) -> None:
        events = [recorded.event for recorded in page]
        self._log.advance(events)
        last = {event.originator_id: event.originator_version for event in events}
        segments = [
            segment
            for stream, version in last.items()
            if (segment := self._log.load(stream, Segment, version)) is not None
        ]
        rows = [_row(segment) for segment in segments if segment.status == "open"]
        if len(rows) == 1:
            cursor.execute(WRITE, rows[0], prepare=True)  # the trips of `executemany` pay for more of them
        elif rows:
            cursor.executemany(WRITE, rows)
        if gone := [segment.no for segment in segments if segment.status != "open"]:
            cursor.execute("DELETE FROM segment WHERE no = ANY(%s)", (gone,))


def _row(segment: Segment) -> tuple[Any, ...]:
    return (
        segment.no,
        segment.version,
        *(getattr(segment.header, name) for name in FROM_HEADER),
        segment.number_of_lines,
        segment.cost,
        segment.duration_minutes,
        len(segment.actions),
        Jsonb(msgspec.to_builtins(segment.header.documents)),
    )
