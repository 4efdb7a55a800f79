"""Every refusal as an RFC 9457 problem answer: the one place where errors become HTTP."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

import structlog
from eventsourcing.persistence import PersistenceError
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from psycopg_pool import PoolTimeout
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from domain.errors import Problem, Refused
from eventstore.event import UnknownEventError
from eventstore.personal_keys import PersonalKeyError
from eventstore.recorder import MissingHeadError

MEDIA_TYPE = "application/problem+json"
STATUS = {
    "not-found": 404,
    "invalid-request": 422,
    "invalid-filter": 422,
    "version-conflict": 412,
    "conflict": 409,
    "already-exists": 409,
    "in-use": 409,
    "mandatory-field": 422,
    "segment-logged": 410,
    "segment-empty": 422,
    "nothing-to-undo": 409,
    "no-criteria": 409,
    "no-email": 422,
    "no-document": 422,
    "not-canceled": 409,
    "parent-canceled": 409,
    "privacy-blocked": 409,
    "contact-on-segment": 409,
    "number-series": 422,
    "not-yet-projected": 503,
    "idempotency-key-reused": 422,
    "document-unreadable": 422,
    "too-large": 413,
    "unauthorized": 401,
    "forbidden": 403,
    "method-not-allowed": 405,
    "internal-error": 500,
    "unavailable": 503,
}
NO_PLACE = "<alternative>"
"""The tag of one of several models for a value, which pydantic gives as a place: no field has that name."""

AGAIN = {"not-yet-projected": {"Retry-After": "1"}}
"""What is refused now and may be tried again in so many seconds."""

logger = structlog.get_logger()


class ProblemError(Exception):
    """A refusal that belongs to HTTP rather than to the domain."""

    def __init__(
        self, slug: str, title: str, detail: str, *, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(detail)
        self.slug, self.title, self.detail = slug, title, detail
        self.headers = dict(headers or {})


def answer(
    slug: str,
    title: str,
    detail: str,
    problems: Sequence[Problem] = (),
    facts: Mapping[str, object] | None = None,
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """A problem answer."""
    body: dict[str, Any] = {
        "type": f"/problems/{slug}",
        "title": title,
        "status": STATUS[slug],
        "detail": detail,
        **(facts or {}),
    }
    if problems:
        body["errors"] = [{"loc": list(place), "message": message} for place, message in problems]
    return _ProblemResponse(body, STATUS[slug], headers or AGAIN.get(slug))


class _ProblemResponse(JSONResponse):
    """A refusal names what was sent, which need not be text: half characters become question marks."""

    media_type = MEDIA_TYPE

    def render(self, content: Any) -> bytes:
        return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def add_problem_handlers(app: FastAPI) -> None:
    """Let every refusal and failure of the service answer as a problem."""

    @app.exception_handler(Refused)
    def refused(_: Request, error: Refused) -> JSONResponse:
        return answer(error.slug, error.title, error.detail, error.problems, error.facts)

    @app.exception_handler(ProblemError)
    def problem(_: Request, error: ProblemError) -> JSONResponse:
        return answer(error.slug, error.title, error.detail, headers=error.headers)

    @app.exception_handler(RequestValidationError)
    def invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        problems = validation_problems(error.errors())
        place, message = problems[0]
        detail = f"{'.'.join(map(str, place))}: {message}" if place else message
        return answer("invalid-request", "The request cannot be used", detail, problems)

    @app.exception_handler(HTTPException)
    def http(_: Request, error: HTTPException) -> JSONResponse:
        if error.status_code == 405:
            return answer(
                *("method-not-allowed", "Not allowed here", "This address does not take this method."),
                headers=error.headers,
            )
        if error.status_code == 404:
            return answer("not-found", "Not found", "There is nothing at this address.")
        slug, title = "invalid-request", "The request cannot be used"
        return answer(slug, title, str(error.detail))

    @app.exception_handler(ClientDisconnect)
    def gone(_: Request, error: ClientDisconnect) -> JSONResponse:
        return answer(
            "invalid-request", "The request cannot be used", "The request ended before its body did."
        )

    @app.exception_handler(PoolTimeout)
    @app.exception_handler(PersistenceError)
    def unavailable(_: Request, error: Exception) -> JSONResponse:
        logger.error("the database does not answer", error=str(error))
        detail = "The database does not answer; whether a write was done is not known. Try again in a moment."
        return answer("unavailable", "Not available", detail, headers={"Retry-After": "2"})

    @app.exception_handler(UnknownEventError)
    @app.exception_handler(PersonalKeyError)
    @app.exception_handler(MissingHeadError)
    def unusable(_: Request, error: Exception) -> JSONResponse:
        logger.error("the log cannot be used", error=str(error))
        return answer("unavailable", "Not available", str(error))

    @app.exception_handler(Exception)
    def failed(_: Request, error: Exception) -> JSONResponse:
        logger.exception("a request failed")
        detail = "Something went wrong on our side; it has been written to the service's log."
        return answer("internal-error", "Our mistake", detail)


def validation_problems(errors: Sequence[Any]) -> list[Problem]:
    """The wrong places that pydantic found."""
    return [_problem(found) for found in errors]


def _problem(found: Mapping[str, Any]) -> Problem:
    """One wrong place, without FastAPI's word for where it looked."""
    place = tuple(found["loc"])
    if place and place[0] in ("body", "query", "path", "header"):
        place = place[1:]
    place = tuple(part for part in place if part != NO_PLACE)
    if found["type"] == "json_invalid":
        return (), f"the body is no JSON: {found.get('ctx', {}).get('error', 'it cannot be read')}"
    if found["type"] == "extra_forbidden":
        return place, "there is no such field"
    if found["type"] == "missing" and not place:
        return (), "a JSON body is needed"
    if found["type"] in ("model_type", "model_attributes_type", "dict_type"):
        if not place and isinstance(found.get("input"), bytes):
            return (), "must be sent with Content-Type: application/json"  # the framework reads no other
        return place, "must be an object with fields"
    if found["type"] == "decimal_type":
        return place, "input should be a valid decimal"
    if found["type"].endswith("too_short") and isinstance(found.get("input"), str):
        return place, "must not be blank"
    if found["type"].endswith("too_long") and isinstance(found.get("input"), str):
        return place, f"must not be longer than {found['ctx']['max_length']} characters"
    message = str(found["msg"]).removeprefix("Value error, ")
    if found["type"] == "value_error" and not place and (named := re.match(r"(\w+): ", message)):
        # What is wrong with several values together is said of the field that holds them.
        return (named[1],), message[named.end() :]
    return place, message[:1].lower() + message[1:]
