"""Verification as a seal: green when everything was checked and is as recorded, red when it is not."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from starlette.responses import HTMLResponse, RedirectResponse

from api.context import ServiceOf
from api.pages.browser import PageRoute, Signed, Verifier, Visitor
from api.problems import ProblemError

router = APIRouter(route_class=PageRoute, include_in_schema=False)


def _looks(visitor: Signed) -> Visitor:
    if not visitor.may_look_back:
        raise ProblemError("forbidden", "Not for you", f"Your role, {visitor.role}, may not do this.")
    return visitor


@router.get("/seal")
def show_seal(service: ServiceOf, visitor: Annotated[Visitor, Depends(_looks)]) -> HTMLResponse:
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
