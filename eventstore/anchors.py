"""Writing checkpoints to places outside the database; `kept_checkpoints` reads them back.

At least once each, in order, and again until it worked: what could not be written is written next time.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from datetime import UTC
from pathlib import Path
from typing import NamedTuple, Protocol
from urllib.parse import urlsplit

import httpx
import msgspec

from eventstore.notes import Verifier, signer_of
from eventstore.recorder import Datastore

AT_ONCE = 1_000
POST_SECONDS = 10.0


class AnchorError(Exception):
    """A checkpoint could not be written to a place, or a place cannot be read."""


class Anchored(msgspec.Struct, frozen=True):
    """What is written of a checkpoint: one line of JSON."""

    tree_size: int
    made_at: str
    key: str
    note: str


class Place(Protocol):
    """Somewhere outside. `name` says which place it is, without anything secret."""

    @property
    def name(self) -> str: ...

    def write(self, record: Anchored) -> None:
        """Keep a checkpoint. Raises AnchorError."""
        ...


class FilePlace(NamedTuple):
    """A file that is appended to: on another machine's disk, or one that can be written once only."""

    path: Path

    @property
    def name(self) -> str:
        return f"file {self.path}"

    def write(self, record: Anchored) -> None:
        line = msgspec.json.encode(record) + b"\n"
        try:
            descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
            try:
                os.write(descriptor, line)  # in one piece, so that two writers do not mix
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        except OSError as error:
            raise AnchorError(f"{self.name}: {error.strerror}") from error


class HttpPlace(NamedTuple):
    """An address that checkpoints are posted to; any answer of the kind 2xx means that it was kept."""

    url: str

    @property
    def name(self) -> str:
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.hostname}{f':{parts.port}' if parts.port else ''}{parts.path}"

    def write(self, record: Anchored) -> None:
        headers = {"Content-Type": "application/json"}
        try:
            answer = httpx.post(
                self.url, content=msgspec.json.encode(record), headers=headers, timeout=POST_SECONDS
            )
        except httpx.HTTPError as error:
            raise AnchorError(f"{self.name}: {error}") from error
        if not answer.is_success:
            raise AnchorError(f"{self.name} answered {answer.status_code}")


class Anchors:
    """Brings checkpoints to all places that are set."""

    def __init__(self, datastore: Datastore, schema: str, places: Sequence[Place]) -> None:
        self._datastore, self._schema, self.places = datastore, schema, places

    def catch_up(self, keys: Sequence[Verifier]) -> None:
        """Write what is missing, with the key that signed it. Raises AnchorError, when all were tried."""
        failures = []
        for place in self.places:
            try:
                self._catch_up_at(place, keys)
            except AnchorError as error:
                failures.append(str(error))
        if failures:
            raise AnchorError("; ".join(failures))

    def where(self, sizes: Iterable[int]) -> dict[int, list[str]]:
        """The places that have the checkpoints of these sizes."""
        found: dict[int, list[str]] = {}
        with self._datastore.transaction(commit=True) as cursor:
            cursor.execute(
                "SELECT tree_size, place FROM checkpoint_anchored WHERE tree_size = ANY(%s) ORDER BY place",
                (list(sizes),),
            )
            for row in cursor:
                found.setdefault(row["tree_size"], []).append(row["place"])
        return found

    def _catch_up_at(self, place: Place, keys: Sequence[Verifier]) -> None:
        while True:
            with self._datastore.transaction(commit=True) as cursor:
                # Of several that would write now, the others do so next time, if anything is left.
                lock = f"anchor {self._schema} {place.name}"
                row = cursor.execute(
                    "SELECT pg_try_advisory_xact_lock(hashtext(%s)) AS mine", (lock,)
                ).fetchone()
                if row is None or not row["mine"]:
                    return
                cursor.execute(
                    "SELECT tree_size, note, made_at FROM checkpoint c WHERE NOT EXISTS (SELECT FROM"
                    " checkpoint_anchored a WHERE a.tree_size = c.tree_size AND place = %s)"
                    " ORDER BY tree_size LIMIT 1",
                    (place.name,),
                )
                waiting = cursor.fetchone()
                if waiting is None:
                    return
                made_at = waiting["made_at"].astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
                key = signer_of(waiting["note"], keys) or keys[0]
                place.write(Anchored(waiting["tree_size"], made_at, str(key), waiting["note"]))
                cursor.execute(
                    "INSERT INTO checkpoint_anchored (tree_size, place) VALUES (%s, %s)",
                    (waiting["tree_size"], place.name),
                )


def places(file: Path | None, url: str | None) -> list[Place]:
    """The places that settings name."""
    found: list[Place] = []
    if file is not None:
        found.append(FilePlace(file.absolute()))
    if url is not None:
        found.append(HttpPlace(url))
    return found
