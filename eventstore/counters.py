"""Numbers: drawn one by one, where gaps do no harm, or claimed together with an event, where they do."""

from __future__ import annotations

from psycopg import Cursor
from psycopg.rows import DictRow

from eventstore.recorder import Alongside, Datastore


class NumberTakenError(Exception):
    """Somebody else claimed these numbers first; the command must be decided again."""


class Counters:
    """The table `counter`: the last number given out under each name."""

    def __init__(self, datastore: Datastore) -> None:
        self._datastore = datastore

    def draw(self, name: str, count: int = 1) -> int:
        """Take `count` numbers, whatever becomes of them; returns the first."""
        with self._datastore.get_connection() as connection:
            row = connection.execute(
                "INSERT INTO counter AS c (name, value) VALUES (%(name)s, %(count)s)"
                " ON CONFLICT (name) DO UPDATE SET value = c.value + %(count)s RETURNING value",
                {"name": name, "count": count},
            ).fetchone()
        assert row is not None
        return int(row["value"]) - count + 1

    def raise_to(self, name: str, value: int) -> None:
        """Give out no number up to `value` any more."""
        with self._datastore.get_connection() as connection:
            connection.execute(
                "INSERT INTO counter AS c (name, value) VALUES (%s, %s)"
                " ON CONFLICT (name) DO UPDATE SET value = excluded.value WHERE c.value < excluded.value",
                (name, value),
            )

    def next_of(self, name: str) -> int:
        """The number that a claim would start at now."""
        with self._datastore.get_connection() as connection:
            row = connection.execute("SELECT value FROM counter WHERE name = %s", (name,)).fetchone()
        return 1 if row is None else int(row["value"]) + 1

    def claiming(self, name: str, first: int, count: int) -> Alongside:
        """What claims `count` numbers in the transaction of a save; raises NumberTakenError."""

        def claim(cursor: Cursor[DictRow]) -> None:
            cursor.execute("INSERT INTO counter (name, value) VALUES (%s, 0) ON CONFLICT DO NOTHING", (name,))
            cursor.execute(
                "UPDATE counter SET value = %s WHERE name = %s AND value = %s",
                (first + count - 1, name, first - 1),
            )
            if cursor.rowcount == 0:
                raise NumberTakenError(name)

        return claim
