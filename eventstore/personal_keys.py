"""The keys of what is personal in events: one per subject, wrapped by a master key, destroyed to erase it.

Keys are read together with what they open and never kept in memory beyond that: what is destroyed cannot be
opened by any process from then on.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Callable, Collection, Mapping, Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from psycopg import Cursor
from psycopg.rows import DictRow

from eventstore.recorder import Alongside, Datastore

KEY_BYTES = 32
NONCE_BYTES = 12
WRAPPED_BYTES = NONCE_BYTES + KEY_BYTES + 16
AT_A_TIME = 5_000
"""So many keys are wrapped again in one transaction."""


DESTROYED = "personal_key_destroyed"
"""The channel on which processes hear that they are to forget what they have read."""

ROTATED = (
    "The master key was rotated since this process started, or rotating it was broken off. Finish it with "
    "`segmentlog rotate-master-key`, and start all processes again with the new key."
)


class PersonalKeyError(Exception):
    """A key that cannot be used: missing, changed, or wrapped by another master key than ours."""


class DestroyedKeyError(Exception):
    """Something personal was to be recorded of a subject whose key was destroyed."""

    def __init__(self, subject: int) -> None:
        super().__init__(f"The key of subject {subject} was destroyed.")
        self.subject = subject


class MasterKey:
    """Wraps keys. The fingerprint tells which one it is without telling what it is."""

    def __init__(self, secret: bytes) -> None:
        self._cipher = AESGCM(secret)
        self.fingerprint = hashlib.sha256(b"master key\x00" + secret).hexdigest()[:16]

    def wrap(self, subject: int, key: bytes, nonce: bytes) -> bytes:
        """A key as it is kept."""
        return nonce + self._cipher.encrypt(nonce, key, b"%d" % subject)

    def unwrap(self, subject: int, wrapped: bytes) -> bytes:
        """The key. Raises PersonalKeyError if what is kept was changed."""
        try:
            return self._cipher.decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], b"%d" % subject)
        except (InvalidTag, ValueError):
            raise PersonalKeyError(
                f"The key of subject {subject} is not what was kept; it was changed."
            ) from None


OF_THIS_PROCESS = MasterKey(secrets.token_bytes(KEY_BYTES))
"""For logs that last no longer than the process, and have no other."""


class PersonalKeys:
    """The table `personal_key`."""

    def __init__(self, datastore: Datastore, master: MasterKey) -> None:
        self._datastore = datastore
        self._master = master

    def check(self) -> None:
        """Make sure that the master key is the one in use; note it if none is. Raises PersonalKeyError."""
        with self._datastore.get_connection() as connection:
            connection.execute(
                "INSERT INTO master_key (fingerprint) VALUES (%s) ON CONFLICT DO NOTHING",
                (self._master.fingerprint,),
            )
        in_use = self.fingerprint()
        if in_use != self._master.fingerprint:
            raise PersonalKeyError(
                "The master key is not the one that this log's keys are wrapped by: that is"
                f" {in_use}, this is {self._master.fingerprint}. Give the right one in"
                " SEGMENTLOG_MASTER_KEY, or put it in master.key in the data directory; without it, nothing"
                " personal can be read. If rotating the master key was broken off, run"
                " `segmentlog rotate-master-key` again."
            )

    def fingerprint(self) -> str | None:
        """The fingerprint of the master key in use."""
        with self._datastore.get_connection() as connection:
            row = connection.execute("SELECT fingerprint FROM master_key").fetchone()
        return None if row is None else str(row["fingerprint"])

    def opening(self, subjects: Collection[int]) -> Mapping[int, AESGCM | None]:
        """What opens boxes of these subjects; None where the key was destroyed. Raises PersonalKeyError."""
        with self._datastore.get_connection() as connection, connection.cursor(binary=True) as cursor:
            found = self._read(cursor, subjects)
        if missing := set(subjects) - found.keys():
            raise PersonalKeyError(f"The key of subject {min(missing)} is missing; somebody removed it.")
        return found

    def closing(self, subjects: Collection[int], fresh: Collection[int] = ()) -> Mapping[int, AESGCM]:
        """What closes boxes of these subjects, made where there is none yet. Raises DestroyedKeyError.

        Those that are `fresh` most likely have none, and are not looked for first.
        """
        with self._datastore.get_connection() as connection, connection.cursor(binary=True) as cursor:
            known = [subject for subject in subjects if subject not in fresh]
            found = self._read(cursor, known) if known else {}
            if missing := [subject for subject in subjects if subject not in found]:
                found |= self._make(cursor, missing)
        for subject, cipher in found.items():
            if cipher is None:
                raise DestroyedKeyError(subject)
        return {subject: cipher for subject, cipher in found.items() if cipher is not None}

    def destroying(self, subject: int) -> Alongside:
        """What destroys a subject's key in the transaction of a save."""

        def destroy(cursor: Cursor[DictRow]) -> None:
            cursor.execute(
                "INSERT INTO personal_key AS k (subject, master, destroyed_at) VALUES (%s, %s, now())"
                " ON CONFLICT (subject) DO UPDATE SET wrapped = NULL, destroyed_at = now()"
                " WHERE k.wrapped IS NOT NULL",
                (subject, self._master.fingerprint),
            )
            cursor.execute("SELECT pg_notify(%s, '')", (DESTROYED,))

        return destroy

    def destroyed_among(self, subjects: Collection[int]) -> frozenset[int]:
        """Those of the subjects whose key was destroyed."""
        with self._datastore.get_connection() as connection:
            rows = connection.execute(
                "SELECT subject FROM personal_key WHERE subject = ANY(%s::bigint[]) AND wrapped IS NULL",
                (list(subjects),),
            ).fetchall()
        return frozenset(int(row["subject"]) for row in rows)

    def rotate(self, new: MasterKey, progress: Callable[[int, int | None], None] | None = None) -> int:
        """Wrap all keys by another master key; how many. Goes on where it was broken off.

        Raises PersonalKeyError.
        """
        done, waited = 0, False
        with self._datastore.get_connection() as connection, connection.cursor(binary=True) as cursor:
            # From now on, nobody makes keys that are wrapped by the key of before.
            cursor.execute("UPDATE master_key SET fingerprint = %s", (new.fingerprint,))
            while True:
                with connection.transaction():
                    cursor.execute(
                        "SELECT subject, master, wrapped FROM personal_key"
                        " WHERE wrapped IS NOT NULL AND master <> %s ORDER BY subject LIMIT %s FOR UPDATE",
                        (new.fingerprint, AT_A_TIME),
                    )
                    rows = cursor.fetchall()
                    if not rows:
                        if waited:
                            return done
                        # For keys that were being made when this began, wrapped by the key of before.
                        cursor.execute("LOCK TABLE personal_key IN SHARE MODE")
                        waited = True
                        continue
                    wrapped = [
                        new.wrap(
                            row["subject"],
                            self._unwrapped(row["master"], [row["subject"]], bytes(row["wrapped"]))[0],
                            os.urandom(NONCE_BYTES),
                        )
                        for row in rows
                    ]
                    cursor.execute(
                        "UPDATE personal_key k SET master = %s, wrapped = n.wrapped"
                        " FROM unnest(%s::bigint[], %s::bytea[]) AS n(subject, wrapped)"
                        " WHERE k.subject = n.subject",
                        (new.fingerprint, [row["subject"] for row in rows], wrapped),
                    )
                done += len(rows)
                if progress is not None:
                    progress(done, None)

    def _read(self, cursor: Cursor[DictRow], subjects: Collection[int]) -> dict[int, AESGCM | None]:
        cursor.execute(
            "SELECT array_agg(subject ORDER BY subject) AS subjects, master, wrapped IS NULL AS destroyed,"
            " string_agg(wrapped, ''::bytea ORDER BY subject) AS wrapped FROM personal_key"
            " WHERE subject = ANY(%b::bigint[]) GROUP BY master, destroyed",
            (list(subjects),),
            prepare=True,
        )
        found: dict[int, AESGCM | None] = {}
        for row in cursor.fetchall():
            if row["destroyed"]:
                found |= dict.fromkeys(row["subjects"])
            else:
                keys = self._unwrapped(row["master"], row["subjects"], bytes(row["wrapped"]))
                found |= zip(row["subjects"], map(AESGCM, keys), strict=True)
        return found

    def _unwrapped(self, master: str, subjects: Sequence[int], wrapped: bytes) -> list[bytes]:
        """The keys, from what is kept of them one behind the other. Raises PersonalKeyError."""
        if master != self._master.fingerprint:
            raise PersonalKeyError(
                f"The key of subject {subjects[0]} is wrapped by master key {master}, and this process has"
                f" {self._master.fingerprint}. {ROTATED}"
            )
        unwrap = self._master.unwrap
        return [
            unwrap(subject, wrapped[at : at + WRAPPED_BYTES])
            for subject, at in zip(subjects, range(0, len(wrapped), WRAPPED_BYTES), strict=True)
        ]

    def _make(self, cursor: Cursor[DictRow], subjects: list[int]) -> dict[int, AESGCM | None]:
        size = NONCE_BYTES + KEY_BYTES
        drawn = os.urandom(size * len(subjects))
        nonces = [drawn[at : at + NONCE_BYTES] for at in range(0, len(drawn), size)]
        keys = [drawn[at + NONCE_BYTES : at + size] for at in range(0, len(drawn), size)]
        wrapped = list(map(self._master.wrap, subjects, keys, nonces))
        # Not waited for on the disk: the commit of the events that need the keys comes after it in the same
        # write-ahead log, and waits for both.
        with cursor.connection.transaction():
            cursor.execute("SET LOCAL synchronous_commit = off")
            # All in one value: an array of values takes psycopg as long as closing the boxes does. What is an
            # array is sent in binary (%b), which takes a third of the time.
            cursor.execute(
                "INSERT INTO personal_key (subject, master, wrapped)"
                " SELECT subject, %s, substr(%b, (n.place::integer - 1) * %s + 1, %s)"
                " FROM unnest(%b::bigint[]) WITH ORDINALITY AS n(subject, place)"
                " WHERE NOT EXISTS (SELECT FROM master_key WHERE fingerprint <> %s)"
                " ON CONFLICT DO NOTHING",
                (
                    *(self._master.fingerprint, b"".join(wrapped), WRAPPED_BYTES, WRAPPED_BYTES),
                    *(subjects, self._master.fingerprint),
                ),
            )
            if cursor.rowcount == len(subjects):
                return {subject: AESGCM(key) for subject, key in zip(subjects, keys, strict=True)}
        found = self._read(cursor, subjects)  # somebody else made some of them just now
        if len(found) < len(subjects):
            raise PersonalKeyError(ROTATED)
        return found
