"""The worksheet in the browser: pages that call the same use cases as the HTTP routes."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from eventsourcing.persistence import PersistenceError
from fastapi import FastAPI
from psycopg_pool import PoolTimeout
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.staticfiles import StaticFiles

from api.context import service_of
from api.pages import (
    choosing,
    contact_lists,
    contacts,
    deliveries,
    documents,
    erased,
    grid,
    history,
    letters,
    logged,
    openid,
    papers,
    seal,
    segments,
    setup,
    signing_in,
    statistics,
)
from api.pages.browser import SignInNeeded, problem, visitor_of, wants_page
from api.pages.rendering import STATIC

PARTS = (
    *(signing_in, segments, grid, choosing, documents, letters, papers, logged, deliveries, history),
    *(contacts, contact_lists, erased, statistics, setup, seal, openid),
)
YEAR = 365 * 24 * 3600


class _Files(StaticFiles):
    """Our scripts and styles. Their addresses change with their content: browsers keep them."""

    def file_response(self, *args: object, **kwargs: object) -> Response:
        response = super().file_response(*args, **kwargs)  # type: ignore[arg-type]
        response.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable"
        response.headers["X-Content-Type-Options"] = "nosniff"
        if str(args[0]).endswith(".json"):
            # The only ones say which pages a browser may prepare, and it takes them by this name.
            response.headers["Content-Type"] = "application/speculationrules+json"
        return response


def _nothing_there(otherwise: Any) -> Callable[[Request, Exception], Response]:
    """What an address leads to that is none: a page where a browser asks for one."""

    def answer(request: Request, error: Exception) -> Response:
        if getattr(error, "status_code", None) != 404 or not wants_page(request):
            refusal: Response = otherwise(request, error)
            return refusal
        # Without a menu, where nobody is signed in or nobody can tell.
        with suppress(SignInNeeded, PoolTimeout, PersistenceError):
            visitor_of(request, service_of(request))
        return problem(request, "not-found", "")

    return answer


def mount_pages(app: FastAPI) -> None:
    """Add the pages; `/` leads to the first of them."""
    for part in PARTS:
        app.include_router(part.router)
    app.add_exception_handler(HTTPException, _nothing_there(app.exception_handlers[HTTPException]))
    app.add_api_route("/", lambda: RedirectResponse("/segments"), include_in_schema=False)
    app.mount("/static", _Files(directory=STATIC), name="static")
