"""Records known by code: code tables, salespeople, templates, campaigns, saved criteria, the set-up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from psycopg import Cursor
from psycopg.types.json import Jsonb

from domain.records import RECORD_KINDS, RecordDeleted
from projections.read_model import ReadModel, Recorded

KIND_OF_TOPIC = {event.topic: kind.name for kind in RECORD_KINDS for event in kind.events()}


class SetupRecords(ReadModel):
    """The table `record`, and a view for each kind that is read by its fields."""

    name = "setup"
    version = 2
    topics = frozenset(KIND_OF_TOPIC)

    def apply(self, cursor: Cursor[Any], page: Sequence[Recorded]) -> None:
        last: dict[tuple[str, str], Recorded] = {}
        for recorded in page:
            fact = recorded.event.data
            last[KIND_OF_TOPIC[fact.topic], fact.code] = recorded
        cursor.execute(
            "DELETE FROM record r USING unnest(%s::text[], %s::text[]) AS gone(kind, code)"
            " WHERE r.kind = gone.kind AND r.code = gone.code",
            ([kind for kind, _ in last], [code for _, code in last]),
        )
        cursor.executemany(
            "INSERT INTO record (kind, code, version, value) VALUES (%s, %s, %s, %s)",
            [
                (
                    *(kind, code, recorded.event.originator_version),
                    Jsonb(recorded.event.data.value, dumps=msgspec.json.encode),
                )
                for (kind, code), recorded in last.items()
                if not isinstance(recorded.event.data, RecordDeleted)
            ],
        )
