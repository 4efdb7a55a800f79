"""The story of a segment, step by step."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import HTMLResponse

from api.context import ServiceOf
from api.pages.browser import Historian, PageRoute
from api.schemas.values import Code

router = APIRouter(route_class=PageRoute, include_in_schema=False)
MOST_STEPS = 1_000


@router.get("/segments/{no}/history")
def show_history(no: Code, service: ServiceOf, visitor: Historian, after: int = 0) -> HTMLResponse:
    """How a segment came about, in words; each step leads to the worksheet as it stood then."""
    story = service.history.segment(no, visitor.language, after=max(after, 0), limit=MOST_STEPS)
    last = story.steps[-1].version if story.steps else 0
    return visitor.page(
        "history.html", no=no, steps=story.steps, more=last if last and last < story.versions else None
    )
