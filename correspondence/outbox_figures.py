"""What the outbox says in numbers: what waits and in which state, and how what has left it came out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, Literal

import msgspec
from psycopg import Connection, Cursor
from psycopg.rows import DictRow
from psycopg.sql import SQL, Composable

State = Literal["ready", "claimed", "put_off", "held"]
"""Free to go; in the hands of a worker; to be tried again later; held up by somebody."""

# One look at a row for each hundred letters.
_WAITING = (
    "SELECT channel, state, sum(count)::bigint AS count,"
    " extract(epoch FROM now() - min(created_at))::float8 AS oldest_seconds FROM ("
    "SELECT b.channel, cardinality(b.numbers) AS count, b.created_at,"
    " CASE WHEN b.token IS NOT NULL AND b.lease_until >= now() THEN 'claimed'"
    " WHEN h.stream IS NOT NULL THEN 'held'"
    " WHEN b.ready_at > now() THEN 'put_off' ELSE 'ready' END AS state"
    " FROM batch b LEFT JOIN held h ON h.stream = b.held_by) AS found GROUP BY channel, state"
)


class Figure(msgspec.Struct, frozen=True):
    """How many letters of a channel are in a state, and how long ago the first of them was asked for."""

    channel: str
    state: State
    count: int
    oldest_seconds: float


class Figures(msgspec.Struct, frozen=True):
    """What waits, how what was settled came out by channel, and up to where the log was taken in."""

    waiting: list[Figure]
    outcomes: dict[tuple[str, str], int]
    position: int

    def sizes(self) -> dict[str, int]:
        """How many letters wait, by channel."""
        found: Counter[str] = Counter()
        for figure in self.waiting:
            found[figure.channel] += figure.count
        return dict(found)


def read_figures(connection: Connection[DictRow]) -> Figures:
    """All of them."""
    waiting = [Figure(**row) for row in connection.execute(_WAITING)]
    outcomes = connection.execute("SELECT channel, outcome, count FROM outcome").fetchall()
    place = connection.execute("SELECT position FROM outbox_position").fetchone()
    assert place is not None
    counted = {(row["channel"], row["outcome"]): int(row["count"]) for row in outcomes}
    return Figures(waiting, counted, int(place["position"]))


def count_outcomes(
    cursor: Cursor[Any], schema: Composable, channel: str, outcomes: Mapping[str, int]
) -> None:
    """Add to what is counted, in the transaction that records it."""
    cursor.executemany(
        SQL(
            "INSERT INTO {}.outcome AS o (channel, outcome, count) VALUES (%s, %s, %s)"
            " ON CONFLICT (channel, outcome) DO UPDATE SET count = o.count + excluded.count"
        ).format(schema),
        [(channel, outcome, count) for outcome, count in sorted(outcomes.items())],
    )
