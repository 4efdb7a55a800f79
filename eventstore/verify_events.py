"""Checking a piece of the log: its positions, its part of the hash chain, and its part of the tree.

A piece starts from the chain value that is stored before it, and is a complete subtree. So pieces are checked
one by one or at the same time, and together say what checking all at once would.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from selectors import EVENT_READ, DefaultSelector
from struct import Struct
from typing import Any, NamedTuple

import msgspec
import psycopg
from psycopg import Connection
from psycopg.pq import ExecStatus
from psycopg.pq.abc import PGresult
from psycopg.sql import SQL, Literal

from eventstore.merkle import GrowingTree
from eventstore.sealing import subjects_in
from eventstore.tiles import TILE, TILE_LEVELS

PIECE = 16 * TILE
COPY_HEADER_BYTES = 19
COPY_END = b"\xff\xff"

EVENTS = SQL(
    "COPY (SELECT notification_id, originator_id, originator_version, topic, state, chain FROM log_events"
    " WHERE {} ORDER BY notification_id LIMIT {}) TO STDOUT (FORMAT BINARY)"
)


_HEAD, _LENGTH = Struct(">qi"), Struct(">i")


class Problem(NamedTuple):
    """What is wrong, and at which position, where it has one."""

    position: int | None
    text: str


class Piece(NamedTuple):
    """The events from position `first` on; all that there are if it is the last one.

    `cuts` are the sizes of tree, inside this piece, whose roots are wanted.
    """

    first: int
    is_last: bool
    cuts: tuple[int, ...]


class Checked(NamedTuple):
    """How far a piece is right, and what it adds to the tree; `keyless` if a key is missing that it needs."""

    end: int
    problem: Problem | None
    keyless: Problem | None
    named: dict[str, int]
    tiles: list[bytes]
    peaks: list[bytes]
    cuts: dict[int, list[bytes]]


def check(connection: Connection[Any], piece: Piece, nameless: frozenset[bytes]) -> Checked:
    """Recompute a piece, as the connection's transaction sees it; `nameless` topics name no contents."""
    reading = _Reading(piece.first, _chain_before(connection, piece.first), nameless)
    reading.take(_rows(connection, piece))
    problem = reading.problem
    differing = _differing(connection, piece.first, reading.leaves)
    if differing is not None and (problem is None or differing < (problem.position or 0)):
        problem = Problem(
            differing,
            f"The event at position {differing} is not the one in the tree that was kept when it was sealed: "
            "one or the other was changed.",
        )
    tree, cuts, done = GrowingTree(watched=TILE_LEVELS), {}, 0
    for size in piece.cuts:
        upto = size - piece.first + 1
        if upto <= len(reading.leaves):
            tree.extend(reading.leaves[done:upto])
            cuts[size], done = tree.peaks(), upto
    tree.extend(reading.leaves[done:])
    keyless = _keyless(connection, reading.sealed)
    return Checked(reading.end, problem, keyless, reading.named, tree.arisen, tree.peaks(), cuts)


class _Reading:
    """Takes events as they come over the wire, up to the first that is wrong."""

    def __init__(self, first: int, chain: bytes, nameless: frozenset[bytes]) -> None:
        self.end = first - 1
        self.leaves: list[bytes] = []
        self.named: dict[str, int] = {}
        self.sealed: dict[int, int] = {}
        self.problem: Problem | None = None
        self._chain, self._nameless = chain, nameless

    def take(self, rows: Iterator[bytes]) -> None:
        """Events in order. The bytes to hash are in a row as they are, but for two lengths between them.

        This loop is what verifying takes its time for; so nothing is called in it that need not be.
        """
        head, length, join = _HEAD.unpack_from, _LENGTH.unpack_from, b"".join
        chain, leaves, end, nameless = self._chain, self.leaves, self.end, self._nameless
        sealed = self.sealed
        for row in rows:
            position, size = head(row, 6)
            stream_end = 18 + size
            topic_end = stream_end + 16 + length(row, stream_end + 12)[0]
            state_end = topic_end + 4 + length(row, topic_end)[0]
            state = row[topic_end + 4 : state_end]
            parts = (b"\x00", row[6:stream_end], row[stream_end + 4 : topic_end], state)
            leaf = sha256(join(parts)).digest()
            chain = sha256(b"\x01" + chain + leaf).digest()
            if position != end + 1 or chain != row[state_end + 4 :]:
                self.problem = _wrong(end + 1, row, stream_end)
                break
            # Decoding every state would take longer than all the rest; searching it, as long as hashing it.
            if (
                row[stream_end + 16 : topic_end] not in nameless
                and b'"sha256"' in state
                and not self._read_names(end + 1, state)
            ):
                break
            for subject in subjects_in(state):
                sealed.setdefault(subject, end + 1)
            end += 1
            leaves.append(leaf)
        self.end = end
        for _ in rows:
            pass  # the rest has to be taken off the wire

    def _read_names(self, position: int, state: bytes) -> bool:
        try:
            decoded = msgspec.json.decode(state)
        except msgspec.DecodeError as error:
            self.problem = Problem(position, f"The event at position {position} is not JSON: {error}")
            return False
        for digest in _digests_in(decoded):
            self.named.setdefault(digest, position)
        return True


def _wrong(expected: int, row: bytes, stream_end: int) -> Problem:
    position = int.from_bytes(row[6:14], signed=True)
    if position > expected:
        return Problem(expected, f"The event at position {expected} is missing.")
    if position < expected:
        return Problem(position, f"There is an event at position {position} that was never recorded.")
    stream = row[18:stream_end].decode()
    version = int.from_bytes(row[stream_end + 4 : stream_end + 12], signed=True)
    return Problem(
        position,
        f"The event at position {position}, version {version} of {stream}, is not what was recorded there: "
        "it was changed, moved or inserted.",
    )


def _chain_before(connection: Connection[Any], first: int) -> bytes:
    if first == 1:
        return sha256().digest()
    row = connection.execute(
        "SELECT chain FROM log_events WHERE notification_id = %s", (first - 1,), binary=True
    ).fetchone()
    # Where it is missing, the piece before says so.
    return row[0] if row else b""


def _rows(connection: Connection[Any], piece: Piece) -> Iterator[bytes]:
    """The events in binary, as COPY sends them: faster than rows of Python values, or a cursor's copy."""
    bounds = [f"notification_id >= {piece.first:d}"] if piece.first > 1 else []
    bounds += [] if piece.is_last else [f"notification_id < {piece.first + PIECE:d}"]
    # What should not be there is seen by the first of it; there may be any number.
    query = EVENTS.format(SQL(" AND ".join(bounds) or "true"), Literal(2 * PIECE))
    wire, header = connection.pgconn, COPY_HEADER_BYTES
    _expect(wire.exec_(query.as_bytes(connection)), ExecStatus.COPY_OUT)
    with DefaultSelector() as readable:
        readable.register(wire.socket, EVENT_READ)
        while True:
            # Without blocking: that would hold up all other threads until the database answers.
            size, message = wire.get_copy_data(1)
            if size == 0:
                readable.select()
                wire.consume_input()
                continue
            if size < 0:
                break
            row, header = bytes(message)[header:] if header else bytes(message), 0
            if row and row != COPY_END:
                yield row
    while (result := wire.get_result()) is not None:
        _expect(result, ExecStatus.COMMAND_OK)


def _expect(result: PGresult, status: ExecStatus) -> None:
    if result.status != status:
        raise psycopg.OperationalError(result.get_error_message())


def _keyless(connection: Connection[Any], sealed: dict[int, int]) -> Problem | None:
    """The first event in which something is sealed under a key of which there is not even a trace."""
    missing = connection.execute(
        "SELECT subject FROM unnest(%s::bigint[]) AS s(subject)"
        " WHERE NOT EXISTS (SELECT FROM personal_key k WHERE k.subject = s.subject)",
        (list(sealed),),
    ).fetchall()
    if not missing:
        return None
    position, subject = min((sealed[subject], subject) for (subject,) in missing)
    return Problem(position, f"The key of subject {subject}, of the event at position {position}, is gone.")


def _differing(connection: Connection[Any], first: int, leaves: list[bytes]) -> int | None:
    """The first position whose hash is not the one in the stored tree."""
    rows = connection.execute(
        "SELECT index, hashes FROM tree_tile WHERE level = 0 AND index BETWEEN %s AND %s ORDER BY index",
        ((first - 1) // TILE, (first - 1 + len(leaves)) // TILE),
        binary=True,
    ).fetchall()
    for index, hashes in rows:
        start = index * TILE - (first - 1)
        of_tile = leaves[start : start + TILE]
        if b"".join(of_tile) == hashes[: 32 * len(of_tile)]:
            continue
        for place, leaf in enumerate(of_tile):
            if leaf != hashes[place * 32 : place * 32 + 32]:
                return int(first + start + place)
    return None


def _digests_in(value: object) -> Iterator[str]:
    """The digests of all contents that are named in a state.

    Documents and parts of sets have one in `sha256`; that of a set itself, which has `parts`, is computed.
    """
    if isinstance(value, dict):
        if isinstance(digest := value.get("sha256"), str) and "parts" not in value:
            yield digest
        for inner in value.values():
            yield from _digests_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _digests_in(inner)
