"""What pages know of a request: who is signed in, in which language, whether a form is really ours.

What needs no database is `async`, as in `api.context`: it is not sent to a thread and back.
"""

import hmac
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping, Sequence
from datetime import date
from typing import Annotated, Any
from urllib.parse import quote, unquote, urlsplit

import msgspec
import structlog
from eventsourcing.persistence import PersistenceError
from fastapi import Depends, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from msgspec.structs import replace as replaced
from psycopg_pool import PoolTimeout
from pydantic import ValidationError
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import HTMLResponse, RedirectResponse

from api.context import WRITE_SECONDS, ServiceOf, preferred_language, refuse_other_roles
from api.pages.rendering import html, quoted
from api.pages.sessions import session_of
from api.problems import STATUS, ProblemError, validation_problems
from api.service import Service
from application.field_words import Language
from application.journal import Caller, Role
from domain.errors import InvalidRequest, Problem, Refused, SegmentLogged

SESSION_COOKIE = "segmentlog_session"
FORM_COOKIE = "segmentlog_form"
LANGUAGE_COOKIE = "segmentlog_language"
LOOPBACK = ("127.0.0.1", "localhost", "::1")
WRITTEN_AS_THEY_ARE = ":/%#?=@[]!$&'()*+,;"
logger = structlog.get_logger()
NOBODY: dict[str, Any] = {"visitor": None, "csrf": "", "here": ""}


class Visitor(msgspec.Struct, frozen=True):
    """Whoever is signed in and looks at a page."""

    user_id: str
    role: Role
    csrf: str
    language: Language
    here: str

    @property
    def may_write(self) -> bool:
        return self.role in ("marketer", "admin")

    @property
    def may_look_back(self) -> bool:
        return self.role in ("marketer", "auditor", "admin")

    @property
    def may_verify(self) -> bool:
        return self.role in ("auditor", "admin")

    @property
    def may_erase(self) -> bool:
        return self.role == "admin"

    @property
    def caller(self) -> Caller:
        """This person as use cases know them; work is done today."""
        return Caller(self.user_id, self.role, date.today())

    def page(
        self, template: str, *, status: int = 200, headers: Mapping[str, str] | None = None, **facts: Any
    ) -> HTMLResponse:
        """A page, or a part of one, for this visitor."""
        known = {"visitor": self, "csrf": self.csrf, "here": self.here}
        return html(template, self.language, known | facts, status, headers)


def wants_page(request: Request) -> bool:
    """Whether a browser asks for a page, or a script of ours for a part of one."""
    if request.url.path.startswith("/v1/"):
        return False
    return "hx-request" in request.headers or "text/html" in request.headers.get("accept", "")


class SignInNeeded(Exception):
    """Nobody is signed in."""


def language_of(request: Request) -> Language:
    """The language that was chosen, else the one that the browser prefers."""
    chosen = request.cookies.get(LANGUAGE_COOKIE)
    if chosen in ("en", "nl"):
        return "nl" if chosen == "nl" else "en"
    return preferred_language(request.headers.get("accept-language"))


async def _language(request: Request) -> Language:
    return language_of(request)


InPageLanguage = Annotated[Language, Depends(_language)]


def is_secure(request: Request) -> bool:
    """Whether cookies must not travel in the clear: everywhere but on this machine."""
    return request.url.scheme == "https" or request.url.hostname not in LOOPBACK


def visitor_of(request: Request, service: ServiceOf) -> Visitor:
    """Who looks at the page. Raises SignInNeeded."""
    token = request.cookies.get(SESSION_COOKIE)
    session = session_of(service, token) if token else None
    if session is None:
        raise SignInNeeded
    who, csrf = session.who, session.csrf
    visitor = Visitor(who.user_id, who.role, csrf, language_of(request), address_of(request))
    request.state.visitor = visitor
    return visitor


def address_of(request: Request) -> str:
    """What was asked for, within this service."""
    return quote(request.url.path) + (f"?{request.url.query}" if request.url.query else "")


Signed = Annotated[Visitor, Depends(visitor_of)]


def _allowed(*roles: Role) -> Callable[..., Awaitable[Visitor]]:
    async def check(visitor: Signed) -> Visitor:
        refuse_other_roles(visitor.role, roles)
        return visitor

    return check


MayLookBack = Annotated[Visitor, Depends(_allowed("marketer", "auditor"))]


def _looks_back(request: Request, service: ServiceOf, visitor: MayLookBack) -> Visitor:
    record_read(request, service, visitor)
    return visitor


def record_read(request: Request, service: Service, visitor: Visitor) -> None:
    """What is read of the history is recorded before it is shown, as the HTTP interface does it."""
    path, query = (
        unquote(part, errors="replace").replace("\x00", "\ufffd") for part in urlsplit(visitor.here)[2:4]
    )
    service.auditing.reads.record(visitor.user_id, visitor.role, request.method, path, query)


Reader = Annotated[Visitor, Depends(_allowed("marketer", "auditor", "reporter"))]
MayErase = Annotated[Visitor, Depends(_allowed("admin"))]
Historian = Annotated[Visitor, Depends(_looks_back)]


async def sent_form(request: Request) -> AsyncIterator[FormData]:
    """The form that was sent, from a page of ours. Raises 403."""
    check_origin(request)
    form = await request.form()
    try:
        yield form
    finally:
        await form.close()


def check_origin(request: Request) -> None:
    """A form comes from a page of this service, which browsers say. Raises 403."""
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        raise ProblemError(
            "forbidden", "Not from here", "This form was not sent from a page of this service."
        )


Sent = Annotated[FormData, Depends(sent_form)]


def _sends(*roles: Role) -> Callable[..., Awaitable[Visitor]]:
    # Who sends is known before the form is read, which may be a file of any size.
    async def check(
        request: Request, visitor: Annotated[Visitor, Depends(_allowed(*roles))], form: Sent
    ) -> Visitor:
        given = form.get("csrf") or request.headers.get("x-csrf-token")
        if not isinstance(given, str) or not hmac.compare_digest(given.encode(), visitor.csrf.encode()):
            raise ProblemError("forbidden", "Not from here", "This page is out of date; load it again.")
        return visitor

    return check


Writer = Annotated[Visitor, Depends(_sends("marketer"))]
Verifier = Annotated[Visitor, Depends(_sends("auditor"))]
Eraser = Annotated[Visitor, Depends(_sends("admin"))]


def given_text(form: FormData, name: str) -> str:
    """A text of a form, blank where it was not sent. Browsers end the lines of one as mail does."""
    value = form.get(name)
    return value.replace("\r\n", "\n").strip() if isinstance(value, str) else ""


def given_number(form: FormData, name: str) -> int | None:
    """A whole number of a form; None where it is blank. Raises InvalidRequest."""
    number = given_text(form, name)
    if number and not re.fullmatch("[0-9]{1,18}", number):
        raise InvalidRequest.at(name, "input should be a valid integer")
    return int(number) if number else None


def having_seen(visitor: Visitor, form: FormData, latest: int) -> Caller:
    """This person, who changes the version that the form was shown with. Raises InvalidRequest."""
    seen = given_number(form, "version")
    return replaced(visitor.caller, seen=frozenset({latest if seen is None else seen}))


def settle(service: Service, position: int, *names: str) -> None:
    """Wait a moment until what was written can be read."""
    service.read_models.wait(position, WRITE_SECONDS, names)


def go_to(request: Request, address: str, said: str = "") -> Response:
    """Show another page after something was done, which says so: in these words, if there are any."""
    if "hx-request" in request.headers:
        # Headers hold no letters beyond Latin; a redirect of the usual kind is quoted by itself.
        headers = {"HX-Redirect": quote(address, safe=WRITTEN_AS_THEY_ARE), "X-Said": quote(said)}
        return Response(status_code=200, headers=headers)
    return RedirectResponse(address, 303)


class PageRoute(APIRoute):
    """A route whose refusals are pages, or a message on the page that asked."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def shown(request: Request) -> Response:
            try:
                return await handle(request)
            except SignInNeeded:
                if request.method != "GET" or "hx-request" in request.headers:
                    return go_to(request, "/sign-in")
                if request.headers.get("sec-fetch-site") == "cross-site":
                    return come_again(request, address_of(request), "one_moment")
                return go_to(request, f"/sign-in?next={quoted(address_of(request))}")
            except SegmentLogged as error:
                logged = error.facts["logged_segment"]
                if logged is not None and request.method == "GET" and "hx-request" not in request.headers:
                    return RedirectResponse(f"/logged-segments/{logged}", 303)
                return problem(request, error.slug, error.detail, error.problems, logged)
            except Refused as error:
                return problem(request, error.slug, error.detail, error.problems)
            except ProblemError as error:
                return problem(request, error.slug, error.detail)
            except (RequestValidationError, ValidationError) as error:
                return problem(request, "invalid-request", "", validation_problems(error.errors()))
            except (PoolTimeout, PersistenceError) as error:
                logger.error("the database does not answer", error=str(error))
                return problem(request, "unavailable", "")
            except HTTPException as error:
                return problem(request, "invalid-request", str(error.detail))
            except ClientDisconnect:
                raise
            except Exception:
                logger.exception("a page failed")
                return problem(request, "internal-error", "")

        return shown


def _outcome(method: str, slug: str) -> str | None:
    """What a refusal says became of what was wanted, by its text; of what was only looked at, nothing."""
    if method == "GET":
        return None
    # The database may have done it, and the answer been lost.
    return "done_or_not" if slug in ("internal-error", "unavailable") else "nothing_changed"


def come_again(request: Request, address: str, title: str) -> HTMLResponse:
    """A page of ours that leads on at once.

    Browsers keep the session's cookie from what comes from elsewhere, and a redirect counts as that too.
    """
    return html("come_again.html", language_of(request), NOBODY | {"back": address, "title": title})


def problem(
    request: Request,
    slug: str,
    detail: str,
    problems: Sequence[Problem] = (),
    logged_segment: object = None,
) -> HTMLResponse:
    """A refusal in words: a part of the page for scripts, a page of its own otherwise."""
    visitor = getattr(request.state, "visitor", None)
    facts = {
        "visitor": visitor,
        "csrf": visitor.csrf if visitor else "",
        "here": visitor.here if visitor else "",
        "slug": slug,
        "detail": detail,
        "problems": problems[:100],
        "outcome": _outcome(request.method, slug),
        "logged_segment": logged_segment,
    }
    if "hx-request" in request.headers:
        headers = {"HX-Retarget": "#messages", "HX-Reswap": "innerHTML"}
        return html("part_problem.html", language_of(request), facts, STATUS[slug], headers)
    return html("problem.html", language_of(request), facts, STATUS[slug])
