"""Contents that events name by SHA-256: kept once, whoever names them, and checked when they are read."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from threading import Lock

from psycopg import Cursor
from psycopg.rows import DictRow

from eventstore.recorder import Alongside, Datastore

CACHE_BYTES = 64 * 1024 * 1024


class ContentError(Exception):
    """A content that an event names is missing, or is not what its digest says."""


class MissingContentError(ContentError):
    """A content that an event names is not there."""


class ContentStore:
    """The table `content`, with the contents that were used last kept in memory."""

    def __init__(self, datastore: Datastore, cache_bytes: int = CACHE_BYTES) -> None:
        self._datastore = datastore
        self._cache: OrderedDict[str, bytes] = OrderedDict()
        self._cached = 0
        self._cache_bytes = cache_bytes
        self._lock = Lock()

    def load(self, digests: Sequence[str]) -> Mapping[str, bytes]:
        """The contents under these digests. Raises ContentError."""
        with self._lock:
            found = {digest: self._cache[digest] for digest in digests if digest in self._cache}
            for digest in found:
                self._cache.move_to_end(digest)
        missing = [digest for digest in digests if digest not in found]
        if missing:
            read = self._read(missing)
            self._remember(read)
            found |= read
        return found

    def forget(self) -> None:
        """Drop what is kept in memory."""
        with self._lock:
            self._cache.clear()
            self._cached = 0

    @staticmethod
    def removing(digests: Sequence[str]) -> Alongside:
        """What removes contents in the transaction of a save."""

        def remove(cursor: Cursor[DictRow]) -> None:
            cursor.execute(
                "DELETE FROM content WHERE sha256 = ANY(%b)", ([bytes.fromhex(digest) for digest in digests],)
            )

        return remove

    def saving(self, contents: Mapping[str, bytes]) -> Alongside:
        """What keeps these contents in the transaction of a save."""

        def save(cursor: Cursor[DictRow]) -> None:
            # In order of digest, so that two savers of the same contents cannot wait for each other.
            ordered = sorted(contents.items())
            cursor.execute(
                "INSERT INTO content (sha256, data) SELECT * FROM unnest(%b::bytea[], %b::bytea[])"
                " ON CONFLICT DO NOTHING",
                ([bytes.fromhex(digest) for digest, _ in ordered], [data for _, data in ordered]),
            )

        return save

    def _read(self, digests: Sequence[str]) -> dict[str, bytes]:
        with self._datastore.get_connection() as connection, connection.cursor(binary=True) as cursor:
            cursor.execute(
                "SELECT sha256, data FROM content WHERE sha256 = ANY(%b)",
                ([bytes.fromhex(digest) for digest in digests],),
            )
            read = {bytes(row["sha256"]).hex(): bytes(row["data"]) for row in cursor}
        for digest in digests:
            if digest not in read:
                raise MissingContentError(f"content {digest} is missing")
            if hashlib.sha256(read[digest]).hexdigest() != digest:
                raise ContentError(f"content {digest} has been changed")
        return read

    def _remember(self, contents: Mapping[str, bytes]) -> None:
        with self._lock:
            for digest, data in contents.items():
                if digest not in self._cache:
                    self._cache[digest] = data
                    self._cached += len(data)
            while self._cached > self._cache_bytes:
                _, dropped = self._cache.popitem(last=False)
                self._cached -= len(dropped)
