"""Answering a repeated POST as the first time, without doing it again."""

from __future__ import annotations

import functools
import hashlib
import inspect
import json
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from typing import Any

import msgspec
import psycopg
from eventsourcing.persistence import PersistenceError
from fastapi import Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.routing import APIRoute
from psycopg.types.json import Jsonb

from api.context import AUDITORS, HISTORIANS, LONGEST_KEY, service_of
from api.conventions import Asked
from api.keys import Principal
from api.problems import ProblemError
from api.service import Service
from api.uploads import UPLOADS, on_disk
from application.journal import RepeatedRequestError
from domain.errors import Conflict, InvalidRequest, Refused
from projections import building

KEPT = timedelta(hours=24)
CLAIMED = (*UPLOADS, "/v1/api-keys")
"""What saves more than once, or no event at all, and so cannot save its key together with what it does."""
WAIT_SECONDS = 10.0
RETRY_SECONDS = 5
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

        try:
            return json.loads(body, parse_constant=refuse)
        except (UnicodeError, RecursionError) as error:
            wrong = "it is not in UTF-8" if isinstance(error, UnicodeError) else "it nests too deep"
            raise json.JSONDecodeError(wrong, "", 0) from error


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
    """A route whose POSTs may carry an Idempotency-Key; those that only look at the history do it anew."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        super().__init__(path, _in_thread(endpoint), **options)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()
        # A file that a route reads by itself is described for OpenAPI, since FastAPI knows nothing of it.
        reads_a_file = "requestBody" in (self.openapi_extra or {})
        asked = Asked(self.dependant, takes_body=reads_a_file or self.body_field is not None)
        # What is read of the history is recorded each time, and is never an old answer.
        of_history = HISTORIANS in self.dependencies or AUDITORS in self.dependencies

        async def repeatable(request: Request) -> Response:
            request = _StrictRequest(request.scope, request.receive)
            who = await asked.let_in(request)
            await asked.check(request)
            request.state.moments = asked.moments
            key = request.headers.get("idempotency-key")
            if request.method != "POST" or not key or who is None or of_history:
                return await handle(request)
            if len(key) > LONGEST_KEY:
                raise InvalidRequest.at("Idempotency-Key", f"must be {LONGEST_KEY} characters at most")
            async with _read(request) as digest:
                if request.url.path not in CLAIMED:
                    return await _once(request, who, key, digest, handle)
                async with _claimed(service_of(request), who.user_id, key):
                    return await _once(request, who, key, digest, handle)

        return repeatable


@asynccontextmanager
async def _read(request: Request) -> AsyncIterator[bytes]:
    """What tells this request from others, once its body has come."""
    on = request.headers.get("work-date", "")  # on another date, the same words make something else
    start = f"{on}{request.method}\n{request.url.path}?{request.url.query}\n"
    digest = hashlib.sha256(start.encode())
    if request.url.path in UPLOADS:
        async with on_disk(request, digest.update):
            yield digest.digest()
    else:
        digest.update(await request.body())
        yield digest.digest()


@asynccontextmanager
async def _claimed(service: Service, user_id: str, key: str) -> AsyncIterator[None]:
    """Nobody else carries out a request with this key meanwhile, in whatever process. Raises 409."""
    held = await run_in_threadpool(claim, service, user_id, key)
    if held is None:
        raise ProblemError(
            "conflict",
            Conflict.title,
            "A request with this Idempotency-Key is being carried out; send it again later for its answer.",
            headers={"Retry-After": str(RETRY_SECONDS)},
        )
    try:
        yield
    finally:
        await run_in_threadpool(_give_back, held)


def claim(service: Service, user_id: str, key: str) -> psycopg.Connection[Any] | None:
    """A connection that has the claim for as long as it lives; None while another one has it.

    So the claim of a process that died, or lost its database, ends with its connection.
    Raises PersistenceError.
    """
    try:
        connection = psycopg.connect(service.conninfo, autocommit=True)
    except psycopg.OperationalError as error:
        raise PersistenceError(str(error)) from error
    if building.take(connection, f"idempotency key {json.dumps([service.schema, user_id, key])}"):
        return connection
    connection.close()
    return None


def _give_back(held: psycopg.Connection[Any]) -> None:
    # In words, since the server notices only a moment later that a connection was closed.
    with suppress(psycopg.Error):
        held.execute("SELECT pg_advisory_unlock_all()")
    held.close()


async def _once(
    request: Request,
    who: Principal,
    key: str,
    digest: bytes,
    handle: Callable[[Request], Coroutine[Any, Any, Response]],
) -> Response:
    service = service_of(request)
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
            " SET status = excluded.status, headers = excluded.headers, body = excluded.body"
            # The answer of another request, which came under this key meanwhile, stays.
            " WHERE idempotency_key.request_sha256 = excluded.request_sha256",
            (user_id, key, digest, response.status_code, Jsonb(headers), body),
        )
