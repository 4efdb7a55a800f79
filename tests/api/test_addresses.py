"""Finding the route of a request: the same one that FastAPI would find by trying all."""

from __future__ import annotations

import re
from itertools import chain

import pytest
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute, Match
from starlette.types import Scope

from api.addresses import Addresses
from api.app import PARTS
from api.pages import PARTS as PAGES

ROUTES = [*chain.from_iterable(part.router.routes for part in (*PARTS, *PAGES))]
ADDRESSES = Addresses(ROUTES)


def asked(method: str, path: str) -> Scope:
    return {"type": "http", "method": method, "path": path, "root_path": ""}


def found(routes: list[BaseRoute], scope: Scope) -> tuple[object, object]:
    """The first route that takes the request, and what it reads in the address."""
    for route in routes:
        match, said = route.matches(scope)
        if match is Match.FULL:
            return said["route"], said["path_params"]
    return None, None


@pytest.mark.parametrize("value", ["1", "SM00012", "import", "new", "-", "a b%"])
def test_it_is_the_first_that_takes_the_request(value: str) -> None:
    for route in ROUTES:
        assert isinstance(route, APIRoute)
        for method in route.methods or ():
            scope = asked(method, re.sub(r"{\w+}", value, route.path))
            assert found([ADDRESSES], scope) == found(ROUTES, scope) != (None, None), scope


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/segments/"),
        ("GET", "/v1"),
        ("GET", "/v1/nothing"),
        ("GET", "//v1/segments"),
        ("PUT", "/v1/segments/SM1/lines"),
        ("HEAD", "/v1/segments"),
        ("OPTIONS", "*"),
        ("GET", "/static/pages.css"),
        ("GET", ""),
    ],
)
def test_what_none_takes_is_left_to_the_others(method: str, path: str) -> None:
    assert found([ADDRESSES], asked(method, path)) == found(ROUTES, asked(method, path)) == (None, None)
