"""The tree over the events, kept in pieces, so that nothing that is sealed has to be read again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from eventsourcing.persistence import StoredEvent
from psycopg import Cursor

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
    """Hashes of complete subtrees, from the stored pieces and, after the last of them, from the events.

    Good for one transaction: it remembers what it has read.
    """

    def __init__(self, cursor: Cursor[Any]) -> None:
        self._cursor = cursor
        self._read: dict[tuple[int, int], list[bytes]] = {}

    def node(self, level: int, index: int) -> bytes:
        """The hash of a complete subtree. Raises MissingEventError."""
        tile_level, within = divmod(level, TILE_LEVELS)
        tile, offset = divmod(index << within, TILE)
        hashes = self._hashes(tile_level, tile)[offset : offset + (1 << within)]
        if len(hashes) < 1 << within:
            raise MissingEventError((((tile * TILE) + offset + len(hashes)) << tile_level * TILE_LEVELS) + 1)
        return fold(hashes)

    def root(self, size: int) -> bytes:
        """The root over the first events. Raises MissingEventError."""
        return root(self.node, size)

    def grow(self, size: int) -> None:
        """Keep all pieces that are full in a tree of this size. Raises MissingEventError."""
        level, full = 0, size // TILE
        while full:
            kept = self._cursor.execute(
                "SELECT coalesce(max(index) + 1, 0) AS kept FROM tree_tile WHERE level = %s", (level,)
            ).fetchone()
            assert kept is not None
            for first in range(kept["kept"], full, TILES_AT_ONCE):
                self._keep(level, first, min(first + TILES_AT_ONCE, full))
            level, full = level + 1, full // TILE

    def _keep(self, level: int, first: int, end: int) -> None:
        hashes = self._below(level, first * TILE, end * TILE)
        if len(hashes) < (end - first) * TILE:
            raise MissingEventError(((first * TILE + len(hashes)) << level * TILE_LEVELS) + 1)
        tiles = [hashes[start : start + TILE] for start in range(0, len(hashes), TILE)]
        self._cursor.execute(
            "INSERT INTO tree_tile (level, index, root, hashes)"
            " SELECT %s, * FROM unnest(%b::bigint[], %b::bytea[], %b::bytea[])",
            (level, list(range(first, end)), [fold(tile) for tile in tiles], [b"".join(t) for t in tiles]),
        )

    def _hashes(self, level: int, tile: int) -> list[bytes]:
        """The hashes of a piece; fewer than all where it is not full."""
        if (level, tile) not in self._read:
            kept = self._cursor.execute(
                "SELECT hashes FROM tree_tile WHERE level = %s AND index = %s", (level, tile)
            ).fetchone()
            self._read[level, tile] = (
                hashes_in(kept["hashes"]) if kept else self._below(level, tile * TILE, (tile + 1) * TILE)
            )
        return self._read[level, tile]

    def _below(self, level: int, first: int, end: int) -> list[bytes]:
        """What pieces of this level are made of, without gaps from the first on."""
        if level == 0:
            return [digest for _, digest, _ in leaves(self._cursor, first + 1, end)]
        self._cursor.execute(
            "SELECT index, root FROM tree_tile WHERE level = %s AND index BETWEEN %s AND %s ORDER BY index",
            (level - 1, first, end - 1),
        )
        rows = self._cursor.fetchall()
        return [bytes(row["root"]) for place, row in enumerate(rows, first) if row["index"] == place]


def leaves(cursor: Cursor[Any], first: int, last: int) -> Iterator[tuple[int, bytes, StoredEvent]]:
    """The events from one position to another with their hashes. Raises MissingEventError at a gap."""
    cursor.execute(
        "SELECT notification_id, originator_id, originator_version, topic, state FROM log_events"
        " WHERE notification_id BETWEEN %s AND %s ORDER BY notification_id",
        (first, last),
        binary=True,
    )
    for expected, row in enumerate(cursor.fetchall(), first):
        position = row["notification_id"]
        if position != expected:
            raise MissingEventError(expected)
        event = StoredEvent(
            row["originator_id"], row["originator_version"], row["topic"], bytes(row["state"])
        )
        yield position, event_digest(position, event), event


def hashes_in(data: bytes) -> list[bytes]:
    """The hashes that a piece holds."""
    return [bytes(data[start : start + 32]) for start in range(0, len(data), 32)]
