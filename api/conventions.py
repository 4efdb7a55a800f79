"""What holds for every route, whatever it declares itself: nothing that is sent is passed over in silence."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from fastapi.dependencies.models import Dependant

from api.context import (
    LISTING_PARAMETERS,
    READ_SECONDS,
    Allowed,
    field_filters,
    let_in,
    list_query,
    not_there_yet,
    service_of,
)
from domain.errors import InvalidRequest, Problem

POLL_SECONDS = 0.1
POSITION = "event-position"


class Asked:
    """What a route declares, so that the rest can be refused."""

    def __init__(self, dependant: Dependant, *, takes_body: bool) -> None:
        self._takes_body = takes_body
        parts = list(_parts(dependant))
        self._names = {field.alias for part in parts for field in part.query_params}
        self._takes_fields = any(part.call in (list_query, field_filters) for part in parts)
        self._allowed = [part.call for part in parts if isinstance(part.call, Allowed)]
        self._waits = any(field.alias.lower() == POSITION for part in parts for field in part.header_params)

    async def check(self, request: Request) -> None:
        """Refuse what the route does not know. Whoever may not come in or do this hears of that instead."""
        problems = self._parameters(request) or await self._fields(request)
        position = None if self._waits else request.headers.get(POSITION)
        if not problems and position is None:
            return
        scheme, _, credential = request.headers.get("authorization", "").partition(" ")
        who = await let_in(service_of(request), credential) if scheme.lower() == "bearer" else None
        if who is None:
            return
        if problems:
            for allowed in self._allowed:
                await allowed(who)
            # A misspelt `dry_run` must not be done in earnest, nor to everything what a body meant for some.
            place, message = problems[0]
            raise InvalidRequest(f"{place[0]}: {message}" if place else message, problems)
        if position is not None:
            await _wait(request, position)

    def _parameters(self, request: Request) -> list[Problem]:
        if self._takes_fields:
            return []
        known = self._names | (LISTING_PARAMETERS if request.method == "GET" else set())
        return [((name,), "there is no such parameter") for name in request.query_params if name not in known]

    async def _fields(self, request: Request) -> list[Problem]:
        """What a body says to a write that takes none; nobody else would read it."""
        if self._takes_body or request.method == "GET" or not (await request.body()).strip():
            return []
        try:
            sent = await request.json()
        except (ValueError, RecursionError):
            sent = ()
        if isinstance(sent, dict):
            return [((name,), "there is no such field") for name in sent]
        return [] if sent is None else [((), "this call takes no body")]


def _parts(dependant: Dependant) -> Iterator[Dependant]:
    yield dependant
    for part in dependant.dependencies:
        yield from _parts(part)


async def _wait(request: Request, given: str) -> None:
    """A command may look at any read model; a read that is made from events waits for the event itself."""
    if not (given.isascii() and given.isdigit() and int(given) <= 2**62):
        raise InvalidRequest.at("Event-Position", f"'{given}' is no position")
    service, position = service_of(request), int(given)
    if request.method != "GET":
        models = service.read_models
        if not models.wait(position, 0) and not await run_in_threadpool(models.wait, position, READ_SECONDS):
            raise not_there_yet(position)
        return
    deadline = time.monotonic() + READ_SECONDS
    while await run_in_threadpool(service.log.position) < position:
        if time.monotonic() > deadline:
            raise not_there_yet(position)
        await asyncio.sleep(POLL_SECONDS)
