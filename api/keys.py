"""API keys: who may come in, as whom, in which role. Only digests are kept."""

from __future__ import annotations

import hashlib
import secrets
import time
from dataclasses import replace
from datetime import UTC, date
from pathlib import Path
from threading import Lock
from typing import get_args

import msgspec
import psycopg
from psycopg import Connection
from psycopg.rows import DictRow, dict_row
from psycopg.sql import SQL, Identifier
from psycopg_pool import ConnectionPool

from application.journal import Role
from domain.errors import NotFound
from domain.field_type import Enumeration, FieldType
from eventstore.migrate import migrate
from projections.listing import Field, Listing, Page, Query, fields, list_page

PREFIX = "sl_"
REMEMBERED_SECONDS = 5.0
"""A key that was deleted is let in for so long at most."""

ADMIN_USER = "admin"
FROM_SETTING = "SEGMENTLOG_ADMIN_KEY"


KEYS = Listing(
    name="api_key",
    source="api_key",
    fields={
        **fields("id", FieldType.INTEGER),
        **fields("description user_id", FieldType.TEXT),
        **fields("role", Enumeration(get_args(Role))),
        # As it is shown: a filter with what was read finds it again.
        "created_at": Field("date_trunc('second', created_at)", FieldType.INSTANT),
    },
    key="id",
)


class Principal(msgspec.Struct, frozen=True):
    """Somebody who came in with a key."""

    user_id: str
    role: Role


class KeyRow(msgspec.Struct, frozen=True):
    """A key as it is listed."""

    id: int
    description: str | None
    role: Role
    user_id: str
    created_at: str


class ApiKeys:
    """The table of keys, beside the event log of the same company."""

    def __init__(self, conninfo: str, log_schema: str) -> None:
        self._conninfo = conninfo
        self._schema = f"{log_schema}_api"
        self._remembered: dict[bytes, tuple[float, Principal]] = {}
        self._lock = Lock()

        def configure(connection: Connection[DictRow]) -> None:
            connection.autocommit = True
            connection.execute(SQL("SET search_path = {}").format(Identifier(self._schema)))

        self._pool = ConnectionPool(
            conninfo,
            connection_class=Connection[DictRow],
            kwargs={"row_factory": dict_row},
            min_size=1,
            max_size=4,
            open=False,
            configure=configure,
        )

    def set_up(self) -> None:
        """Make the table."""
        migrate(self._conninfo, self._schema, Path(__file__).parent / "migrations")

    def open(self) -> None:
        """Connect."""
        self._pool.open()

    def close(self) -> None:
        """Give the connections back."""
        self._pool.close()

    def first_key(self, given: str | None) -> str | None:
        """Make sure there is an admin key: the one that is given, or a new one, returned this once."""
        with psycopg.connect(self._conninfo, row_factory=dict_row) as connection:
            connection.execute(SQL("SET search_path = {}").format(Identifier(self._schema)))
            if given is not None:
                # The setting names one key: what it named before lets nobody in any more.
                connection.execute("DELETE FROM api_key WHERE description = %s", (FROM_SETTING,))
                self._insert(connection, given, FROM_SETTING, "admin", ADMIN_USER)
                return None
            if connection.execute("SELECT 1 FROM api_key WHERE role = 'admin' LIMIT 1").fetchone():
                return None
            key = _new_key()
            self._insert(connection, key, "made at the first start", "admin", ADMIN_USER)
            return key

    def pool_stats(self) -> dict[str, int]:
        """How its connections are used."""
        return self._pool.get_stats()

    def create(self, description: str | None, role: Role, user_id: str) -> tuple[KeyRow, str]:
        """A new key, which is shown this once."""
        key = _new_key()
        with self._pool.connection() as connection:
            return self._insert(connection, key, description, role, user_id), key

    def page(self, query: Query, work_date: date) -> Page:
        """A page of the keys, without what they are. Raises InvalidFilter, InvalidRequest."""
        with self._pool.connection() as connection, connection.cursor() as cursor:
            page = list_page(cursor, KEYS, query, work_date=work_date)
        return replace(page, items=[msgspec.structs.asdict(_row(row)) for row in page.items])

    def delete(self, key_id: int) -> None:
        """Let nobody in with this key any more. Raises NotFound."""
        with self._pool.connection() as connection:
            if connection.execute("DELETE FROM api_key WHERE id = %s", (key_id,)).rowcount == 0:
                raise NotFound.named("API key", key_id)
        with self._lock:
            self._remembered.clear()

    def remembered(self, key: str) -> Principal | None:
        """Who comes with this key, if that was found out a moment ago."""
        with self._lock:
            known = self._remembered.get(_digest(key))
        return known[1] if known is not None and known[0] > time.monotonic() else None

    def principal(self, key: str) -> Principal | None:
        """Who comes with this key, if it is one."""
        if known := self.remembered(key):
            return known
        digest, now = _digest(key), time.monotonic()
        with self._pool.connection() as connection:
            row = connection.execute(
                "SELECT user_id, role FROM api_key WHERE sha256 = %s", (digest,), prepare=True
            ).fetchone()
        if row is None:
            return None
        principal = Principal(row["user_id"], row["role"])
        with self._lock:
            self._remembered[digest] = (now + REMEMBERED_SECONDS, principal)
        return principal

    def _insert(
        self,
        connection: Connection[DictRow],
        key: str,
        description: str | None,
        role: Role,
        user_id: str,
    ) -> KeyRow:
        row = connection.execute(
            "INSERT INTO api_key (sha256, description, role, user_id) VALUES (%s, %s, %s, %s)"
            " ON CONFLICT (sha256) DO UPDATE SET role = excluded.role"
            " RETURNING id, description, role, user_id, created_at",
            (_digest(key), description, role, user_id),
        ).fetchone()
        assert row is not None
        return _row(row)


def _digest(key: str) -> bytes:
    return hashlib.sha256(key.encode()).digest()


def _new_key() -> str:
    return PREFIX + secrets.token_urlsafe(32)


def _row(row: DictRow) -> KeyRow:
    created = row["created_at"].astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return KeyRow(row["id"], row["description"], row["role"], row["user_id"], created)
