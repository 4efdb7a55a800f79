"""The HTTP application: all routes, problem answers, and the OpenAPI document that says so."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from importlib.metadata import version
from itertools import chain
from typing import Any

from fastapi import FastAPI
from fastapi_offline import FastAPIOffline
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.addresses import Addresses, HeadAsGet
from api.metrics import MeasuredRequests, Metrics
from api.pages import PARTS as PAGES
from api.pages import mount_pages
from api.pages.browser import problem, wants_page
from api.problems import MEDIA_TYPE, add_problem_handlers, answer
from api.routes import (
    audit,
    campaigns,
    contacts,
    criteria,
    deliveries,
    documents,
    explanations,
    history,
    interactions,
    logging,
    operations,
    papers,
    recording,
    records,
    segments,
    tasks,
    value_entries,
    what_if,
)
from api.schemas.problems import ProblemAnswer
from api.service import Service
from api.uploads import UPLOADS

DESCRIPTION = """
Gather contacts into a segment, choose what the interaction will be, and log it: one interaction log entry
for every contact, and every decision kept as an event.

* Every list takes `limit`, `cursor`, `count`, `sort`, and any field of the resource as a filter expression:
  `value`, `a..b`, `a|b`, `<>a`, `>=a`, `a&b`, `*` and `?`, `@` to ignore case, `''` for blank.
* Every write answers with `Event-Position`; a call that sends it back sees at least that.
* Every refusal is a problem answer (RFC 9457) and changes nothing.
"""
PARTS = (
    *(segments, papers, criteria, explanations, documents, logging, deliveries, interactions),
    *(contacts, value_entries, campaigns, recording, tasks, records, history, what_if, audit, operations),
)
LARGEST_BODY = 10_000_000
"""Bytes; files that are imported may be larger."""
UNLIMITED = (*UPLOADS, "/contacts/import")


def create_app(service: Service) -> FastAPI:
    """The application on a service that is set up; it opens and closes the service's connections."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        service.open()
        try:
            yield
        finally:
            service.close()

    refused = {"model": ProblemAnswer, "content": {MEDIA_TYPE: {}}}
    # The documentation page comes with its scripts: nothing is fetched from elsewhere.
    app: FastAPI = FastAPIOffline(
        title="segmentlog",
        version=version("segmentlog"),
        description=DESCRIPTION,
        lifespan=lifespan,
        redirect_slashes=False,
        docs_url="/docs",
        redoc_url=None,
        responses={status: {**refused, "description": text} for status, text in PROBLEMS.items()},
    )
    app.state.service = service
    app.state.metrics = Metrics(service)
    for part in PARTS:
        app.include_router(part.router)
    add_problem_handlers(app)
    mount_pages(app)
    routes = chain.from_iterable(part.router.routes for part in (*PARTS, *PAGES))
    app.router.routes.insert(0, Addresses(routes))
    app.add_middleware(LimitedBody)
    app.add_middleware(MeasuredRequests, metrics=app.state.metrics)
    app.add_middleware(HeadAsGet)
    app.openapi = _with_problems(app.openapi)  # type: ignore[method-assign]
    return app


def _with_problems(describe: Callable[[], dict[str, Any]]) -> Callable[[], dict[str, Any]]:
    """The OpenAPI document, with refusals under the media type that they are sent with.

    And with what holds for every route of a kind: it is done in one place, so it is said in one place.
    """

    def described() -> dict[str, Any]:
        document = describe()
        for path in document["paths"].values():
            for method, operation in path.items():
                _add_conventions(method, operation)
                for answered in operation["responses"].values():
                    content = answered.get("content", {})
                    if MEDIA_TYPE in content and "application/json" in content:
                        content[MEDIA_TYPE] = content.pop("application/json")
        return document

    return described


PROBLEMS: dict[int | str, str] = {
    401: "No valid key",
    403: "Not for this role",
    404: "Not found",
    409: "Not possible as things stand",
    410: "The segment was logged",
    412: "Somebody else wrote first",
    413: "The body is too large",
    422: "The request cannot be used",
    503: "Not there yet, or the database does not answer; try again",
}


ONCE = {"title": "Idempotency-Key", "anyOf": [{"type": "string", "maxLength": 200}, {"type": "null"}]}
FRESH = {"title": "Event-Position", "anyOf": [{"type": "integer", "minimum": 0}, {"type": "null"}]}


def _add_conventions(method: str, operation: dict[str, Any]) -> None:
    if not operation.get("security"):
        return
    parameters = operation.setdefault("parameters", [])
    named = {parameter["name"] for parameter in parameters}
    for schema in (ONCE, FRESH) if method == "post" else (FRESH,):
        if schema["title"] not in named:
            parameters.append({"name": schema["title"], "in": "header", "required": False, "schema": schema})
    answers = operation["responses"]
    if method == "put" and "201" not in answers:
        answers["201"] = answers["200"] | {"description": "Made"}


class LimitedBody:
    """Refuses bodies that are larger than any sensible one, before they are in memory."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in UNLIMITED:
            await self.app(scope, receive, send)
            return
        read = 0
        too_large = False

        async def limited() -> Message:
            nonlocal read, too_large
            message = await receive()
            read += len(message.get("body", b""))
            if read > LARGEST_BODY:
                too_large = True
                return {"type": "http.disconnect"}
            return message

        answered = False

        async def watched(message: Message) -> None:
            nonlocal answered
            if not too_large:
                answered = True
                await send(message)

        try:
            await self.app(scope, limited, watched)
        except Exception:
            if not too_large:
                raise
        if too_large and not answered:
            detail = f"The body is larger than {LARGEST_BODY:,} bytes."
            request = Request(scope)
            refusal: Any = (
                problem(request, "too-large", detail)
                if wants_page(request)
                else answer("too-large", "Too large", detail)
            )
            await refusal(scope, receive, send)
