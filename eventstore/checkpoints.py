"""Checkpoints: signed seals of all events up to a position, each extending the last; and proofs by them.

Made beside the log, never in the transaction of a save: events of the last moments are sealed a little later.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from datetime import datetime

import msgspec
from eventsourcing.persistence import StoredEvent
from psycopg import Cursor
from psycopg.rows import DictRow

from eventstore.merkle import consistency_path, inclusion_path, proves_consistency, proves_inclusion
from eventstore.notes import Checkpoint, Signer, Verifier, signer_of
from eventstore.recorder import Datastore
from eventstore.tiles import StoredTree, leaves

COLUMNS = "tree_size, root, note, made_at"


class SealError(Exception):
    """The log cannot be sealed, or nothing can be proven by what is stored: somebody should look into it."""


class Sealed(msgspec.Struct, frozen=True):
    """A checkpoint: the events from position 1 to `tree_size`, under one root, in a signed note."""

    tree_size: int
    root: bytes
    note: str
    made_at: datetime


class Inclusion(msgspec.Struct, frozen=True):
    """That an event is in a checkpoint; `leaf` are the bytes that are hashed, `path` leads to the root."""

    position: int
    leaf: bytes
    path: Sequence[bytes]


class Checkpoints:
    """Makes checkpoints of one log, lists them, and proves events by them.

    `signer` gives the key when it is needed for the first time; `earlier` are keys that signed before it.
    """

    def __init__(
        self,
        datastore: Datastore,
        schema: str,
        signer: Callable[[], Signer],
        earlier: Sequence[Verifier] = (),
    ) -> None:
        self._datastore, self._schema = datastore, schema
        self._make_signer = signer
        self._signer: Signer | None = None
        self._earlier = tuple(earlier)

    @property
    def signer(self) -> Signer:
        """The key that new checkpoints are signed with. Raises NoteError, KeyFileError, OSError."""
        if self._signer is None:
            self._signer = self._make_signer()
        return self._signer

    @property
    def trusted(self) -> tuple[Verifier, ...]:
        """The keys that may have signed checkpoints of this log."""
        return (self.signer.verifier, *self._earlier)

    def make(self) -> tuple[Sealed, bool] | None:
        """Seal what is not sealed yet: the last checkpoint, and whether it is new. None for an empty log.

        Raises SealError, MissingEventError, and what reading the key does.
        """
        with self._datastore.transaction(commit=True) as cursor:
            # One at a time, whichever process it is in.
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", (f"checkpoint {self._schema}",))
            last = _last(cursor)
            size = _position(cursor)
            tree = StoredTree(cursor)
            if last is not None:
                self._refuse_to_go_on_from(last, size, tree)
            tree.grow(size)
            if last is not None and last.tree_size == size:
                return last, False
            if size == 0:
                return None
            root = StoredTree(cursor).root(size)
            verifier = self.signer.verifier
            note = self.signer.sign(str(Checkpoint(verifier.name, size, root)))
            row = cursor.execute(
                f"INSERT INTO checkpoint (tree_size, root, note) VALUES (%s, %s, %s) RETURNING {COLUMNS}",
                (size, root, note),
            ).fetchone()
            assert row is not None
            return _sealed(row), True

    def due(self, events: int, seconds: float, since: datetime) -> bool:
        """Whether so many events came after the last checkpoint, or some did so long ago."""
        with self._datastore.transaction(commit=True) as cursor:
            row = cursor.execute(
                "SELECT position - coalesce(tree_size, 0) AS new,"
                " extract(epoch FROM now() - coalesce(made_at, %s)) AS age"
                " FROM log_head LEFT JOIN"
                " (SELECT tree_size, made_at FROM checkpoint ORDER BY tree_size DESC LIMIT 1) c ON true",
                (since,),
            ).fetchone()
        return row is not None and (row["new"] >= events or (row["new"] > 0 and row["age"] >= seconds))

    def last(self) -> Sealed | None:
        """The last checkpoint."""
        with self._datastore.transaction(commit=True) as cursor:
            return _last(cursor)

    def at(self, size: int) -> Sealed | None:
        """The checkpoint of this size."""
        with self._datastore.transaction(commit=True) as cursor:
            return _at(cursor, size)

    def all(self, *, after: int = 0, limit: int = 100) -> list[Sealed]:
        """Checkpoints after a size, in order."""
        with self._datastore.transaction(commit=True) as cursor:
            cursor.execute(
                f"SELECT {COLUMNS} FROM checkpoint WHERE tree_size > %s ORDER BY tree_size LIMIT %s",
                (after, limit),
            )
            return [_sealed(row) for row in cursor]

    def count(self) -> int:
        """How many there are."""
        with self._datastore.transaction(commit=True) as cursor:
            row = cursor.execute("SELECT count(*) FROM checkpoint").fetchone()
            assert row is not None
            return int(row["count"])

    def inclusion(self, first: int, last: int, sealed: Sealed) -> list[Inclusion]:
        """Proves the events from one position to another by a checkpoint. Raises SealError."""
        with self._datastore.transaction(commit=True) as cursor:
            tree = StoredTree(cursor)
            found = []
            for position, digest, event in list(leaves(cursor, first, last)):
                path = inclusion_path(tree.node, position - 1, sealed.tree_size)
                if not proves_inclusion(digest, position - 1, sealed.tree_size, path, sealed.root):
                    raise SealError(
                        f"The event at position {position} cannot be proven any more: it, another event, or "
                        "the stored tree was changed; `segmentlog verify` says what is wrong."
                    )
                found.append(Inclusion(position, leaf_of(position, event), path))
            return found

    def consistency(self, old: Sealed, new: Sealed) -> list[bytes]:
        """Proves that a checkpoint extends another. Raises SealError."""
        with self._datastore.transaction(commit=True) as cursor:
            path = consistency_path(StoredTree(cursor).node, old.tree_size, new.tree_size)
        if not proves_consistency(old.tree_size, new.tree_size, old.root, new.root, path):
            raise SealError(
                f"The checkpoint at {new.tree_size} does not extend that at {old.tree_size}, or the stored "
                "tree was changed; `segmentlog verify` says what is wrong."
            )
        return path

    def _refuse_to_go_on_from(self, last: Sealed, size: int, tree: StoredTree) -> None:
        if signer_of(last.note, self.trusted) is None:
            raise SealError(
                f"The last checkpoint, at {last.tree_size}, was signed with another key than this service "
                "has. Set SEGMENTLOG_SIGNING_KEY to the key that was in use, or name that one in "
                "SEGMENTLOG_EARLIER_KEYS."
            )
        if size < last.tree_size or tree.root(last.tree_size) != last.root:
            raise SealError(
                f"The log is not what the checkpoint at {last.tree_size} sealed; nothing more is sealed. "
                "`segmentlog verify` says what is wrong."
            )


def leaf_of(position: int, event: StoredEvent) -> bytes:
    """The bytes of an event that are hashed as its leaf: `event_digest` without the hashing."""
    stream, topic = str(event.originator_id).encode(), event.topic.encode()
    return b"".join(
        (
            *(struct.pack(">qi", position, len(stream)), stream),
            *(struct.pack(">qi", event.originator_version, len(topic)), topic, event.state),
        )
    )


def _last(cursor: Cursor[DictRow]) -> Sealed | None:
    row = cursor.execute(f"SELECT {COLUMNS} FROM checkpoint ORDER BY tree_size DESC LIMIT 1").fetchone()
    return None if row is None else _sealed(row)


def _at(cursor: Cursor[DictRow], size: int) -> Sealed | None:
    row = cursor.execute(f"SELECT {COLUMNS} FROM checkpoint WHERE tree_size = %s", (size,)).fetchone()
    return None if row is None else _sealed(row)


def _position(cursor: Cursor[DictRow]) -> int:
    row = cursor.execute("SELECT position FROM log_head").fetchone()
    if row is None:
        raise SealError("The head of the log is missing.")
    return int(row["position"])


def _sealed(row: DictRow) -> Sealed:
    return Sealed(row["tree_size"], bytes(row["root"]), row["note"], row["made_at"])
