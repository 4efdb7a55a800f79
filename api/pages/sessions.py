"""Who is signed in with a browser: a table of sessions, of which only digests are kept."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import LiteralString

import msgspec
from psycopg.sql import SQL, Composed, Identifier

from api.keys import Principal
from api.service import Service
from application.journal import Role

LASTS = timedelta(hours=12)
"""A working day; then one signs in again."""


class Session(msgspec.Struct, frozen=True):
    """Somebody who is signed in, and what the forms that are shown to them hold."""

    who: Principal
    csrf: str


def sign_in(service: Service, key: str) -> str | None:
    """The cookie of a new session of who has this key; None if it is no key."""
    return _begin(
        service, "SELECT %s, now() + %s, %s, id, NULL, NULL FROM {key} WHERE sha256 = %s", _digest(key)
    )


def sign_in_as(service: Service, who: Principal) -> str:
    """The cookie of a new session of somebody whom an identity provider named."""
    token = _begin(service, "VALUES (%s, now() + %s, %s, NULL, %s, %s)", who.user_id, who.role)
    assert token is not None
    return token


def _begin(service: Service, values: LiteralString, *given: object) -> str | None:
    """A session always has a new cookie, whatever the browser came with."""
    token = secrets.token_urlsafe(32)
    with service.log.datastore.get_connection() as connection:
        connection.execute(_sql(service, "DELETE FROM {session} WHERE expires_at < now()"))
        made = connection.execute(
            _sql(
                service, "INSERT INTO {session} (sha256, expires_at, csrf, key_id, user_id, role) " + values
            ),
            (_digest(token), LASTS, secrets.token_urlsafe(32), *given),
        )
        return token if made.rowcount else None


def session_of(service: Service, token: str) -> Session | None:
    """The session of this cookie, while it lasts and its key is not deleted."""
    with service.log.datastore.get_connection() as connection:
        row = connection.execute(
            _sql(
                service,
                "SELECT coalesce(k.user_id, s.user_id) AS user_id, coalesce(k.role, s.role) AS role, s.csrf"
                " FROM {session} s LEFT JOIN {key} k ON k.id = s.key_id"
                " WHERE s.sha256 = %s AND s.expires_at > now()",
            ),
            (_digest(token),),
        ).fetchone()
    if row is None:
        return None
    role: Role = row["role"]
    return Session(Principal(row["user_id"], role), row["csrf"])


def sign_out(service: Service, token: str) -> None:
    """End a session."""
    with service.log.datastore.get_connection() as connection:
        connection.execute(_sql(service, "DELETE FROM {session} WHERE sha256 = %s"), (_digest(token),))


def _sql(service: Service, statement: LiteralString) -> Composed:
    schema = f"{service.schema}_api"
    return SQL(statement).format(session=Identifier(schema, "web_session"), key=Identifier(schema, "api_key"))


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode(errors="surrogatepass")).digest()
