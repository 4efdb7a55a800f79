"""Finding the route of a request by its method and the shape of its address.

FastAPI tries the pattern of one route after the other, and twice those of the router that has it. With so
many, that takes up to half a millisecond for those that come late, which are the pages.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import Any, NoReturn

from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Match, NoMatchFound
from starlette.types import ASGIApp, Message, Receive, Scope, Send

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


class Addresses(BaseRoute):
    """Comes before all other routes. What is not found here, they find, or say what is wrong with it."""

    def __init__(self, routes: Iterable[BaseRoute]) -> None:
        self._routes: dict[tuple[str, int, str], list[APIRoute]] = {}
        for route in routes:
            assert isinstance(route, APIRoute)
            for method in route.methods or ():
                self._routes.setdefault(_shape(method, route.path), []).append(route)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """The first route of this shape that takes the request, as its own answer."""
        if scope["type"] != "http" or scope.get("root_path"):
            return Match.NONE, {}
        if found := self._found(scope):
            return Match.FULL, found
        # FastAPI would name the methods of one route only, and an address has one for each method.
        others = {method: self._found({**scope, "method": method}) for method in METHODS}
        allowed = {method: other for method, other in others.items() if other}
        if not allowed:
            return Match.NONE, {}
        named = ["GET, HEAD" if method == "GET" else method for method in allowed]
        return Match.PARTIAL, {**next(iter(allowed.values())), "allowed": ", ".join(named)}

    def _found(self, scope: Scope) -> Scope:
        for route in self._routes.get(_shape(scope["method"], scope["path"]), ()):
            match, found = route.matches(scope)
            if match is Match.FULL:
                return dict(found)
        return {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the route that was found answer. Raises 405."""
        if "allowed" in scope:
            raise HTTPException(405, headers={"Allow": scope["allowed"]})
        await scope["route"].handle(scope, receive, send)

    def url_path_for(self, name: str, /, **path_params: Any) -> NoReturn:
        """Addresses are made by the routes themselves."""
        raise NoMatchFound(name, path_params)


def _shape(method: str, path: str) -> tuple[str, int, str]:
    """The method, the number of parts, and the first part that says what it is about; none is a parameter."""
    parts = path.split("/", 3)[1:3]
    return method, path.count("/"), "".join(parts[1:] if parts[:1] == ["v1"] else parts[:1])


class HeadAsGet:
    """Answers HEAD at every address as GET, with its headers and without its body (RFC 9110)."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self.app(scope, receive, send)
            return

        async def headers_only(message: Message) -> None:
            await send(message)
            await send({"type": "http.response.body"})
            raise _NoBodyError  # or letters would be made for nobody, and the live feed followed for ever

        with suppress(_NoBodyError):
            await self.app({**scope, "method": "GET"}, receive, headers_only)


class _NoBodyError(Exception):
    """The headers have been sent, which is all that was asked for."""
