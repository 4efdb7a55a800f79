"""Answering a repeated POST as the first time, without doing it again."""

from __future__ import annotations

import functools
import inspect
import json
import time
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any

import msgspec
from fastapi import Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.routing import APIRoute
from psycopg.types.json import Jsonb

from api.context import LONGEST_KEY, digest_of, let_in, service_of
from api.conventions import Asked
from api.problems import ProblemError
from api.service import Service
from application.journal import RepeatedRequestError
from domain.errors import Conflict, InvalidRequest, Refused

KEPT = timedelta(hours=24)
WAIT_SECONDS = 10.0
KEPT_HEADERS = ("etag", "event-position", "location", "content-type", "content-disposition", "left-out")


class RememberedAnswer(msgspec.Struct, frozen=True):
    """What was answered the first time; no status while that is not known yet."""

    request_sha256: bytes
    status: int | None
    headers: dict[str, str]
    body: bytes


class _StrictRequest(Request):
    """A request whose body is JSON as the standard has it, without NaN and Infinity."""

    async def json(self) -> Any:
        body = await self.body()

        def refuse(word: str) -> None:
            raise json.JSONDecodeError(f"{word} is no value", word, 0)

        return json.loads(body, parse_constant=refuse)


def _in_thread(endpoint: Callable[..., Any]) -> Callable[..., Any]:
    """The same as a coroutine: of others, FastAPI sends the answer to a thread once more, to check it.

    That trip takes longer than the check.
    """
    if not inspect.isfunction(endpoint) or endpoint.__code__.co_flags & inspect.CO_COROUTINE:
        return endpoint

    @functools.wraps(endpoint)
    async def in_thread(*args: Any, **kwargs: Any) -> Any:
        return await run_in_threadpool(endpoint, *args, **kwargs)

    return in_thread


class RepeatableRoute(APIRoute):
    """A route whose POSTs may carry an Idempotency-Key."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        super().__init__(path, _in_thread(endpoint), **options)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()
        # A file that a route reads by itself is described for OpenAPI, since FastAPI knows nothing of it.
        reads_a_file = "requestBody" in (self.openapi_extra or {})
        asked = Asked(self.dependant, takes_body=reads_a_file or self.body_field is not None)

        async def repeatable(request: Request) -> Response:
            request = _StrictRequest(request.scope, request.receive)
            await asked.check(request)
            key = request.headers.get("idempotency-key")
            if request.method != "POST" or not key:
                return await handle(request)
            if len(key) > LONGEST_KEY:
                raise InvalidRequest.at("Idempotency-Key", f"must be {LONGEST_KEY} characters at most")
            return await _once(request, key, handle)

        return repeatable


async def _once(
    request: Request, key: str, handle: Callable[[Request], Coroutine[Any, Any, Response]]
) -> Response:
    service = service_of(request)
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    who = await let_in(service, token) if scheme.lower() == "bearer" else None
    if who is None:
        return await handle(request)
    url = f"{request.url.path}?{request.url.query}"
    digest = digest_of(request.method, url, await request.body())
    if known := await run_in_threadpool(_known, service, who.user_id, key):
        return await run_in_threadpool(_again, service, who.user_id, key, digest, known)
    request.state.request_sha256 = digest
    try:
        response = await handle(request)
    except (RepeatedRequestError, Refused):
        # What was carried out meanwhile may be the very reason why it is refused now.
        known = await run_in_threadpool(_known, service, who.user_id, key)
        if known is None:
            raise
        return await run_in_threadpool(_again, service, who.user_id, key, digest, known)
    body = _without_secrets(request.url.path, bytes(response.body))
    await run_in_threadpool(_remember, service, who.user_id, key, digest, response, body)
    return response


def _known(service: Service, user_id: str, key: str) -> RememberedAnswer | None:
    with service.log.datastore.get_connection() as connection:
        connection.execute("DELETE FROM idempotency_key WHERE created_at < now() - %s", (KEPT,))
        row = connection.execute(
            "SELECT request_sha256, status, headers, body FROM idempotency_key"
            " WHERE user_id = %s AND key = %s",
            (user_id, key),
        ).fetchone()
    if row is None:
        return None
    body = bytes(row["body"] or b"")
    return RememberedAnswer(bytes(row["request_sha256"]), row["status"], row["headers"] or {}, body)


def _again(
    service: Service, user_id: str, key: str, digest: bytes, known: RememberedAnswer | None
) -> Response:
    """The first answer, once it is there."""
    until = time.monotonic() + WAIT_SECONDS
    while known is not None:
        if known.request_sha256 != digest:
            raise ProblemError(
                "idempotency-key-reused",
                "The key was used for something else",
                "This Idempotency-Key came with another request before; use a new one.",
            )
        if known.status is not None:
            return Response(known.body, known.status, known.headers)
        if time.monotonic() > until:
            break
        time.sleep(0.05)
        known = _known(service, user_id, key)
    raise Conflict(
        "This request was carried out before, but its answer was lost; read what it was about instead."
    )


def _without_secrets(path: str, body: bytes) -> bytes:
    """What is kept of an answer: a new API key is shown once, also to who asks twice."""
    if path != "/v1/api-keys":
        return body
    return json.dumps(json.loads(body) | {"key": None}).encode()


def _remember(
    service: Service, user_id: str, key: str, digest: bytes, response: Response, body: bytes
) -> None:
    headers = {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers}
    with service.log.datastore.get_connection() as connection:
        connection.execute(
            "INSERT INTO idempotency_key (user_id, key, request_sha256, status, headers, body)"
            " VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT (user_id, key) DO UPDATE"
            " SET status = excluded.status, headers = excluded.headers, body = excluded.body",
            (user_id, key, digest, response.status_code, Jsonb(headers), body),
        )
