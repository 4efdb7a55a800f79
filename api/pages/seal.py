"""Verification as a seal: green when everything was checked and is as recorded, red when it is not."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from starlette.responses import HTMLResponse, RedirectResponse

from api.context import ServiceOf
from api.pages.browser import MayLookBack, PageRoute, Verifier

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/seal")
def show_seal(service: ServiceOf, visitor: MayLookBack) -> HTMLResponse:
    """The seal as it is now; while a check runs, how far it is."""
    return visitor.page("part_seal.html", verdict=service.verifying.verdict())


@router.post("/seal")
def verify(request: Request, service: ServiceOf, visitor: Verifier) -> Response:
    """Check the whole log, which is recorded as a read of the history."""
    service.auditing.reads.record(visitor.user_id, visitor.role, "POST", "/seal", "")
    service.verifying.start(visitor.user_id)
    if "hx-request" in request.headers:
        return visitor.page("part_seal.html", verdict=service.verifying.verdict())
    return RedirectResponse("/segments", 303)
