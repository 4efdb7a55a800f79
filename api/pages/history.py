"""The story of a segment, step by step, and what each step changed."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from starlette.responses import HTMLResponse

from api.context import ServiceOf
from api.pages.browser import Historian, PageRoute
from api.schemas.values import Code
from api.service import Service
from application.field_words import HIDDEN, Language
from domain.errors import NotFound, SegmentLogged
from domain.segment.difference import lines_of

router = APIRouter(route_class=PageRoute, include_in_schema=False)
MOST_STEPS = 200
SHOWN = 10
"""So many contacts and lines are named."""


@router.get("/segments/{no}/history")
def show_history(no: Code, service: ServiceOf, visitor: Historian, after: int = 0) -> HTMLResponse:
    """How a segment came about, in words; each step leads to the worksheet as it stood then."""
    after = max(after, 0)
    story = service.history.segment(no, visitor.language, after=after, limit=MOST_STEPS)
    last = after + len(story.steps)
    return visitor.page(
        "history.html",
        no=no,
        is_open=latest(service, no) is not None,
        is_deleted=_is_deleted(service, no),
        steps=story.steps,
        pages={
            "earlier_steps": max(after - MOST_STEPS, 0) if after else None,
            "more_steps": last if last < story.versions else None,
            "last_steps": story.versions - MOST_STEPS if last + MOST_STEPS < story.versions else None,
        },
        verdict=service.verifying.verdict(),
    )


def _is_deleted(service: Service, no: str) -> bool:
    try:
        service.segments.get(no)
    except SegmentLogged:
        return False
    except NotFound:
        return True
    return False


def latest(service: Service, no: str) -> int | None:
    """The number of versions of a segment, if its worksheet is still open."""
    try:
        return service.segments.get(no).version
    except (SegmentLogged, NotFound):
        return None


def changed_at(service: Service, no: str, version: int, language: Language) -> dict[str, Any] | None:
    """What a version changed, as its page tells it; nothing of the first, before which there was nothing."""
    if version < 2:
        return None
    found = service.history.compare(no, version - 1, version, language)
    differ, before, after = found.difference, found.before.segment, found.after.segment
    entered, left = lines_of(after, differ.entered, SHOWN), lines_of(before, differ.left, SHOWN)
    # What follows from other values nobody chose; of documents, the step itself tells.
    line_changes = [change for change in differ.line_changes if change.field not in HIDDEN]
    lines = line_changes[:SHOWN]
    keys = {key for _, key in (*entered, *left)} | {change.contact_key for change in lines}
    numbers = service.explanations.past.numbers(keys)
    return {
        "steps": [step.text for step in found.steps],
        "header": [change for change in differ.header if change.field not in HIDDEN],
        "blocks": [change for change in differ.block_changes if change.field not in HIDDEN],
        "moved": [
            ("entered", len(differ.entered), [numbers.get(key) for _, key in entered]),
            ("left", len(differ.left), [numbers.get(key) for _, key in left]),
        ],
        "lines": [(change, numbers.get(change.contact_key)) for change in lines],
        "more_lines": len(line_changes) - len(lines),
    }
