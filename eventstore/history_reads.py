"""Who read the history, what of it, and when: a table that is only added to, beside the events."""

from __future__ import annotations

from datetime import datetime

import msgspec

from eventstore.recorder import Datastore


class HistoryRead(msgspec.Struct, frozen=True):
    """One request that looked into the history."""

    id: int
    at: datetime
    user_id: str
    role: str
    method: str
    path: str
    query: str


class HistoryReads:
    """Keeps and lists reads."""

    def __init__(self, datastore: Datastore) -> None:
        self._datastore = datastore

    def record(self, user_id: str, role: str, method: str, path: str, query: str) -> None:
        """Keep a read before it is answered: if this fails, nothing is shown."""
        with self._datastore.get_connection() as connection:
            connection.execute(
                "INSERT INTO history_read (user_id, role, method, path, query) VALUES (%s, %s, %s, %s, %s)",
                (user_id, role, method, path, query),
                prepare=True,
            )

    def all(self, *, before: int | None, limit: int, user_id: str | None = None) -> list[HistoryRead]:
        """Reads before an id, the latest first, of one user only if asked."""
        with self._datastore.get_connection() as connection:
            rows = connection.execute(
                "SELECT id, at, user_id, role, method, path, query FROM history_read"
                " WHERE id < %s AND (%s::text IS NULL OR user_id = %s) ORDER BY id DESC LIMIT %s",
                (2**62 if before is None else before, user_id, user_id, limit),
            ).fetchall()
        return [HistoryRead(**row) for row in rows]
