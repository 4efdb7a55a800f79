"""Signing in at an identity provider and coming back."""

from __future__ import annotations

import hmac
import secrets
from typing import Annotated
from urllib.parse import quote, unquote, urlsplit

import structlog
from fastapi import APIRouter, Query, Request, Response
from starlette.responses import RedirectResponse

from api.context import ServiceOf
from api.openid import OpenId, OpenIdError, derived
from api.pages.browser import InPageLanguage, PageRoute, come_again, is_secure
from api.pages.sessions import sign_in_as
from api.pages.signing_in import address_within, begin_session, sign_in_page
from api.service import Service
from api.tokens import WithoutRoleError
from domain.errors import NotFound

router = APIRouter(prefix="/sign-in/openid", route_class=PageRoute, include_in_schema=False)
FLOW_COOKIE = "segmentlog_openid"
FLOW_SECONDS = 600
LONGEST = 4_000
LONGEST_KEPT = 2_000
"""Browsers keep no cookie of more than 4096 bytes."""
logger = structlog.get_logger()
Given = Annotated[str, Query(max_length=LONGEST)]


def _openid(service: Service) -> OpenId:
    if service.entry.openid is None:
        raise NotFound("There is no identity provider to sign in at.")
    return service.entry.openid


def _back(request: Request, openid: OpenId) -> str:
    """Where the provider sends people back to; it knows this address, and refuses others."""
    base = openid.settings.public_url or str(request.base_url)
    return f"{base.rstrip('/')}{router.prefix}/back"


def _kept(back: str) -> str:
    """An address as a cookie holds it; without what behind its path is too long for one."""
    kept = quote(back, safe="")
    return kept if len(kept) <= LONGEST_KEPT else quote(urlsplit(back).path, safe="")


@router.get("")
def leave(request: Request, service: ServiceOf, language: InPageLanguage, next: str = "") -> Response:
    """Go to the provider. What this flow is known by stays in a cookie that comes along on the way back."""
    openid, flow = _openid(service), secrets.token_urlsafe(32)
    try:
        address = openid.address(flow, _back(request, openid))
    except OpenIdError as error:
        logger.warning("nobody can sign in at the identity provider", error=str(error))
        return sign_in_page(request, service, language, next, "openid_failed")
    response = RedirectResponse(address, 303)
    response.set_cookie(
        FLOW_COOKIE,
        f"{flow}.{_kept(address_within(next))}",
        max_age=FLOW_SECONDS,
        httponly=True,
        samesite="lax",
        secure=is_secure(request),
        path=router.prefix,
    )
    return response


@router.get("/back")
def come_back(
    request: Request,
    service: ServiceOf,
    language: InPageLanguage,
    state: Given = "",
    code: Given = "",
    iss: Annotated[str | None, Query(max_length=LONGEST)] = None,
) -> Response:
    """Begin a session for who comes back from a flow that this browser began."""
    openid = _openid(service)
    flow, _, back = request.cookies.get(FLOW_COOKIE, "").partition(".")
    back = address_within(unquote(back))
    try:
        if not flow or not hmac.compare_digest(state.encode(), derived(flow, "state").encode()):
            raise OpenIdError("somebody came back from a flow that was not begun here")
        if not code:
            raise OpenIdError(f"the provider says {request.query_params.get('error', 'nothing')!r:.100}")
        who = openid.principal(flow, _back(request, openid), code, iss)
    except WithoutRoleError:
        response: Response = sign_in_page(request, service, language, back, "openid_no_role")
    except OpenIdError as error:
        logger.warning("a sign-in at the identity provider failed", error=str(error))
        response = sign_in_page(request, service, language, back, "openid_failed")
    else:
        response = come_again(request, back, "signed_in")
        begin_session(request, service, response, sign_in_as(service, who))
    response.delete_cookie(FLOW_COOKIE, path=router.prefix)
    return response
