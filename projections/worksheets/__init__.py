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

INSERT = (
    sql.SQL("INSERT INTO segment ({}) VALUES ({})")
    .format(
        sql.SQL(", ").join(map(sql.Identifier, COLUMNS)),
        sql.SQL(", ").join(sql.Placeholder() * len(COLUMNS)),
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
        cursor.execute("DELETE FROM segment WHERE no = ANY(%s)", ([segment.no for segment in segments],))
        cursor.executemany(
            INSERT,
            [_row(segment) for segment in segments if segment.status == "open"],
        )


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
