"""The tree over the events, kept in pieces, so that nothing that is sealed has to be read again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from eventsourcing.persistence import StoredEvent
from psycopg import Cursor
from psycopg.rows import tuple_row

from eventstore.merkle import fold, root
from eventstore.recorder import event_digest

TILE_LEVELS = 8
TILE = 1 << TILE_LEVELS
"""Hashes in a piece."""
TILES_AT_ONCE = 8


class MissingEventError(Exception):
    """The log should hold an event at this position, and does not."""

    def __init__(self, position: int) -> None:
        super().__init__(f"The event at position {position} is missing.")
        self.position = position


class StoredTree:
    """Hashes of complete subtrees, from the stored pieces and, where there are none, from the events.

    Good for one transaction: it remembers what it has read.
    """

    def __init__(self, cursor: Cursor[Any]) -> None:
        self._cursor = cursor
        self._read: dict[tuple[int, int], dict[int, bytes]] = {}

    def node(self, level: int, index: int) -> bytes:
        """The hash of a complete subtree. Raises MissingEventError."""
        tile_level, within = divmod(level, TILE_LEVELS)
        return fold(self._hashes(tile_level, index << within, (index + 1) << within))

    def root(self, size: int) -> bytes:
        """The root over the first events. Raises MissingEventError."""
        return root(self.node, size)

    def grow(self, size: int) -> None:
        """Keep all pieces that are full in a tree of this size, also if they were lost.

        Raises MissingEventError.
        """
        level, full = 0, size // TILE
        while full:
            self._read.clear()
            kept = self._cursor.execute(
                "SELECT count(*) AS number, coalesce(max(index) + 1, 0) AS next"
                " FROM tree_tile WHERE level = %s",
                (level,),
            ).fetchone()
            assert kept is not None
            if kept["number"] < kept["next"]:
                self._keep_lost(level, kept["next"])
            for first in range(kept["next"], full, TILES_AT_ONCE):
                self._keep(level, first, min(first + TILES_AT_ONCE, full))
            level, full = level + 1, full // TILE

    def _keep_lost(self, level: int, end: int) -> None:
        self._cursor.execute(
            "SELECT index FROM generate_series(0, %s::bigint - 1) AS i(index)"
            " EXCEPT SELECT index FROM tree_tile WHERE level = %s ORDER BY index",
            (end, level),
        )
        for row in self._cursor.fetchall():
            self._keep(level, row["index"], row["index"] + 1)

    def _keep(self, level: int, first: int, end: int) -> None:
        if level == 0:
            hashes = [digest for _, digest, _ in leaves(self._cursor, first * TILE + 1, end * TILE)]
            if len(hashes) < (end - first) * TILE:
                raise MissingEventError(first * TILE + len(hashes) + 1)
        else:
            hashes = self._hashes(level, first * TILE, end * TILE)
        tiles = [hashes[start : start + TILE] for start in range(0, len(hashes), TILE)]
        self._cursor.execute(
            "INSERT INTO tree_tile (level, index, root, hashes)"
            " SELECT %s, * FROM unnest(%b::bigint[], %b::bytea[], %b::bytea[])",
            (level, list(range(first, end)), [fold(tile) for tile in tiles], [b"".join(t) for t in tiles]),
        )

    def _hashes(self, level: int, first: int, end: int) -> list[bytes]:
        """The hashes in pieces of a level, from one to before another. Raises MissingEventError."""
        return [self._hash(level, *divmod(index, TILE)) for index in range(first, end)]

    def _hash(self, level: int, tile: int, place: int) -> bytes:
        known = self._read.get((level, tile))
        if known is None:
            known = self._read[level, tile] = self._of(level, tile)
        index = tile * TILE + place
        if place not in known:
            if level == 0:
                raise MissingEventError(index + 1)
            # The piece of which this is the root is not there.
            known[place] = fold(self._hashes(level - 1, index * TILE, (index + 1) * TILE))
            del self._read[level - 1, index]  # if all are lost, there may be many
        return known[place]

    def _of(self, level: int, tile: int) -> dict[int, bytes]:
        """The hashes of a piece by their places, or what there is to make it of."""
        kept = self._cursor.execute(
            "SELECT hashes FROM tree_tile WHERE level = %s AND index = %s", (level, tile)
        ).fetchone()
        if kept:
            return dict(enumerate(hashes_in(kept["hashes"])))
        first, end = tile * TILE, (tile + 1) * TILE
        if level == 0:
            return {
                position - 1 - first: digest for position, digest, _ in leaves(self._cursor, first + 1, end)
            }
        self._cursor.execute(
            "SELECT index, root FROM tree_tile WHERE level = %s AND index BETWEEN %s AND %s",
            (level - 1, first, end - 1),
        )
        return {row["index"] - first: bytes(row["root"]) for row in self._cursor.fetchall()}


def leaves(cursor: Cursor[Any], first: int, last: int) -> Iterator[tuple[int, bytes, StoredEvent]]:
    """The events from one position to another with their hashes. Raises MissingEventError at a gap."""
    with cursor.connection.cursor(binary=True, row_factory=tuple_row) as reading:
        reading.execute(
            "SELECT notification_id, originator_id, originator_version, topic, state FROM log_events"
            " WHERE notification_id BETWEEN %s AND %s ORDER BY notification_id",
            (first, last),
        )
        for expected, (position, *stored) in enumerate(reading, first):
            if position != expected:
                raise MissingEventError(expected)
            event = StoredEvent(*stored)
            yield position, event_digest(position, event), event


def hashes_in(data: bytes) -> list[bytes]:
    """The hashes that a piece holds."""
    return [bytes(data[start : start + 32]) for start in range(0, len(data), 32)]
