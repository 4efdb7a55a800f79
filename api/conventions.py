"""What holds for every route, whatever it declares itself: whoever may not come in is told so before the body
is read, and nothing that is sent is passed over in silence.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterator
from typing import get_origin

from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from fastapi.dependencies.models import Dependant

from api.context import (
    READ_SECONDS,
    Allow,
    field_filters,
    list_query,
    not_there_yet,
    principal,
    service_of,
    somebody,
    who_comes,
)
from api.keys import Principal
from api.moments import FIELDS
from domain.errors import InvalidRequest, Problem

POLL_SECONDS = 0.1
POSITION = "event-position"


class Asked:
    """What a route declares, so that the rest can be refused, and whom it lets in."""

    def __init__(self, dependant: Dependant, *, takes_body: bool) -> None:
        self._takes_body = takes_body
        parts = list(_parts(dependant))
        fields = [field for part in parts for field in part.query_params]
        self._names = {field.alias for field in fields}
        self._lists = {field.alias for field in fields if get_origin(field.field_info.annotation) is list}
        if {"limit", "cursor"} <= self._names:
            self._names.add("count")  # every list takes it; those of events do not know how many there are
        self.moments = FIELDS & self._names
        """The parameters by which a moment of the past is asked for."""
        self._takes_fields = any(part.call in (list_query, field_filters) for part in parts)
        self._waits = any(field.alias.lower() == POSITION for part in parts for field in part.header_params)
        self._needs_somebody = any(part.call is principal for part in parts)
        self._allowed = [part.call for part in parts if isinstance(part.call, Allow)]

    async def let_in(self, request: Request) -> Principal | None:
        """Who comes, where somebody must. FastAPI would ask once it has read the body. Raises 401, 403."""
        if not self._needs_somebody:
            return None
        who = await somebody(request)
        for allowed in self._allowed:
            allowed.check(who)
        return who

    async def check(self, request: Request) -> None:
        """Refuse what the route does not know, to those who may know. Raises InvalidRequest."""
        problems = self._parameters(request) or await self._fields(request)
        position = None if self._waits else request.headers.get(POSITION)
        if not problems and position is None:
            return
        if await who_comes(request) is None:
            return
        if problems:
            # A misspelt `dry_run` must not be done in earnest, nor to everything what a body meant for some.
            place, message = problems[0]
            raise InvalidRequest(f"{place[0]}: {message}" if place else message, problems)
        if position is not None:
            await _wait(request, position)

    def _parameters(self, request: Request) -> list[Problem]:
        if self._takes_fields:
            return []
        given = Counter(name for name, _ in request.query_params.multi_items())
        problems: list[Problem] = []
        for name, times in given.items():
            if name not in self._names:
                problems.append(((name,), "there is no such parameter"))
            elif times > 1 and name not in self._lists:
                problems.append(((name,), "given twice"))
        return problems

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
