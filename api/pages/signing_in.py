"""Signing in with an API key, signing out, and choosing the language."""

from __future__ import annotations

import hmac
import secrets

from fastapi import APIRouter, Request, Response
from starlette.responses import HTMLResponse, RedirectResponse

from api.context import ServiceOf
from api.pages.browser import (
    FORM_COOKIE,
    LANGUAGE_COOKIE,
    NOBODY,
    SESSION_COOKIE,
    InPageLanguage,
    PageRoute,
    Sent,
    given_text,
    is_secure,
)
from api.pages.rendering import html, quoted
from api.pages.sessions import LASTS, session_of, sign_in, sign_out
from api.problems import ProblemError
from api.service import Service
from application.field_words import Language

router = APIRouter(route_class=PageRoute, include_in_schema=False)
YEAR = 365 * 24 * 3600


@router.get("/sign-in")
def show_sign_in(
    request: Request, service: ServiceOf, language: InPageLanguage, next: str = ""
) -> HTMLResponse:
    """The form that asks for a key, and the way to the identity provider."""
    return sign_in_page(request, service, language, next)


def sign_in_page(
    request: Request, service: Service, language: Language, back: str, wrong: str | None = None
) -> HTMLResponse:
    """The page to sign in on; `wrong` names the text that says what did not work."""
    token = request.cookies.get(FORM_COOKIE) or secrets.token_urlsafe(32)
    openid = service.entry.openid is not None
    here = f"/sign-in?next={quoted(back)}" if back else "/sign-in"
    facts = NOBODY | {"csrf": token, "back": back, "wrong": wrong, "openid": openid, "here": here}
    page = html("sign_in.html", language, facts, 401 if wrong else 200)
    _set(request, page, FORM_COOKIE, token)
    return page


def address_within(back: str) -> str:
    """Where one goes after signing in: a page of ours, for two slashes would lead elsewhere."""
    plain = back.isprintable() and back.startswith("/") and not back.startswith(("//", "/\\"))
    return back if plain else "/segments"


def begin_session(request: Request, service: Service, response: Response, token: str) -> None:
    """From here on the browser has this session, and the one before is over."""
    if before := request.cookies.get(SESSION_COOKIE):
        sign_out(service, before)
    _set(request, response, SESSION_COOKIE, token, int(LASTS.total_seconds()))


def _set(request: Request, response: Response, name: str, value: str, seconds: int | None = None) -> None:
    response.set_cookie(
        name, value, max_age=seconds, httponly=True, samesite="strict", secure=is_secure(request), path="/"
    )


@router.post("/sign-in")
def take_key(request: Request, service: ServiceOf, form: Sent, language: InPageLanguage) -> Response:
    """Sign in, and go where one wanted to go."""
    expected = request.cookies.get(FORM_COOKIE, "")
    if not expected or not hmac.compare_digest(given_text(form, "csrf").encode(), expected.encode()):
        raise ProblemError("forbidden", "Not from here", "This page is out of date; load it again.")
    back = given_text(form, "next")
    token = sign_in(service, given_text(form, "key"))
    if token is None:
        return sign_in_page(request, service, language, back, "wrong_key")
    response = RedirectResponse(address_within(back), 303)
    begin_session(request, service, response, token)
    return response


@router.post("/sign-out")
def leave(request: Request, service: ServiceOf, form: Sent) -> Response:
    """End the session, also on the service's side."""
    token = request.cookies.get(SESSION_COOKIE)
    session = session_of(service, token) if token else None
    if token and session is not None:
        if not hmac.compare_digest(given_text(form, "csrf").encode(), session.csrf.encode()):
            raise ProblemError("forbidden", "Not from here", "This page is out of date; load it again.")
        sign_out(service, token)
    response = RedirectResponse("/sign-in", 303)
    response.delete_cookie(SESSION_COOKIE, path="/")
    return response


@router.post("/language")
def choose_language(request: Request, form: Sent) -> Response:
    """Show pages in another language from now on."""
    back = given_text(form, "next")
    response = RedirectResponse(address_within(back), 303)
    _set(request, response, LANGUAGE_COOKIE, "nl" if given_text(form, "language") == "nl" else "en", YEAR)
    return response
