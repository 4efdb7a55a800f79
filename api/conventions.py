"""What holds for every route, whatever it declares itself: whoever may not come in is told so before the body
is read, and no parameter is passed over in silence.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from fastapi.dependencies.models import Dependant

from api.context import (
    READ_SECONDS,
    Allow,
    list_query,
    not_there_yet,
    principal,
    service_of,
    somebody,
    who_comes,
)
from api.keys import Principal
from domain.errors import InvalidRequest, Problem

POLL_SECONDS = 0.1
POSITION = "event-position"


class Asked:
    """What a route declares, so that the rest can be refused, and whom it lets in."""

    def __init__(self, dependant: Dependant) -> None:
        parts = list(_parts(dependant))
        self._names = {field.alias for part in parts for field in part.query_params}
        self._takes_fields = any(part.call is list_query for part in parts)
        self._waits = any(field.alias.lower() == POSITION for part in parts for field in part.header_params)
        self._needs_somebody = any(part.call is principal for part in parts)
        self._allowed = [part.call for part in parts if isinstance(part.call, Allow)]

    async def let_in(self, request: Request) -> Principal | None:
        """Who comes, where somebody must. FastAPI would ask once it has read the body. Raises 401, 403."""
        if not self._needs_somebody:
            return None
        who = await somebody(request)
        for allowed in self._allowed:
            await allowed(who)
        return who

    async def check(self, request: Request) -> None:
        """Refuse what the route does not know, to those who may know."""
        unknown = self._unknown(request)
        position = None if self._waits or request.method != "GET" else request.headers.get(POSITION)
        if not unknown and position is None:
            return
        if await who_comes(request) is None:
            return
        if unknown:
            # A misspelt `dry_run` must not be done in earnest.
            problems: list[Problem] = [((name,), "there is no such parameter") for name in unknown]
            raise InvalidRequest(f"{unknown[0]}: there is no such parameter", problems)
        if position is not None:
            await _wait(request, position)

    def _unknown(self, request: Request) -> list[str]:
        if self._takes_fields:
            return []
        return [name for name in request.query_params if name not in self._names]


def _parts(dependant: Dependant) -> Iterator[Dependant]:
    yield dependant
    for part in dependant.dependencies:
        yield from _parts(part)


async def _wait(request: Request, given: str) -> None:
    """A read that is made from events is never behind them: it waits for the event itself."""
    if not (given.isascii() and given.isdigit() and int(given) <= 2**62):
        raise InvalidRequest.at("Event-Position", f"'{given}' is no position")
    service, deadline = service_of(request), time.monotonic() + READ_SECONDS
    while await run_in_threadpool(service.log.position) < int(given):
        if time.monotonic() > deadline:
            raise not_there_yet(int(given))
        await asyncio.sleep(POLL_SECONDS)
