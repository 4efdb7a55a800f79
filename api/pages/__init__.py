"""The worksheet in the browser: pages that call the same use cases as the HTTP routes."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.responses import RedirectResponse, Response
from starlette.staticfiles import StaticFiles

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
        return response


def mount_pages(app: FastAPI) -> None:
    """Add the pages; `/` leads to the first of them."""
    for part in PARTS:
        app.include_router(part.router)
    app.add_api_route("/", lambda: RedirectResponse("/segments"), include_in_schema=False)
    app.mount("/static", _Files(directory=STATIC), name="static")
