"""Which position the log had reached at an instant."""

from __future__ import annotations

from datetime import datetime

from psycopg import Cursor
from psycopg.rows import DictRow

from eventstore.recorder import Datastore, head_position

NEIGHBOURS = 1_000
"""Those who save at the same time take their instants just before their positions, not in the same order."""


def position_at(datastore: Datastore, at: datetime) -> int:
    """The position of the last event that was recorded at this instant or before; 0 if there is none."""
    with datastore.get_connection() as connection, connection.cursor() as cursor:
        low, high = 0, head_position(cursor)
        while low < high:
            middle = (low + high + 1) // 2
            if _last_until(cursor, middle, middle, at) is None:
                high = middle - 1
            else:
                low = middle
        return _last_until(cursor, low + 1, low + NEIGHBOURS, at) or low


def _last_until(cursor: Cursor[DictRow], first: int, last: int, at: datetime) -> int | None:
    row = cursor.execute(
        "SELECT max(notification_id) AS position FROM log_events WHERE notification_id BETWEEN %s AND %s"
        " AND (convert_from(state, 'UTF8')::json ->> 'at')::timestamptz <= %s",
        (first, last, at),
    ).fetchone()
    return None if row is None else row["position"]
