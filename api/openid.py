"""Signing in at an identity provider: OpenID Connect's authorization code flow, with PKCE, state and nonce.

What a flow tells others is worked out from one secret, which only the browser that began it has.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import time
from threading import Lock
from typing import Any
from urllib.parse import quote, urlencode

import httpx
import msgspec
import structlog

from api.keys import Principal
from api.tokens import Tokens, TokenSettings

KNOWN_SECONDS = 300.0
"""So long what the provider says of itself is kept."""
PATIENCE = 10.0
logger = structlog.get_logger()


class OpenIdSettings(msgspec.Struct, frozen=True):
    """Where people sign in, what we are known as there, and where in their tokens user and role are."""

    issuer: str
    client_id: str
    secret: str | None = None
    role_claim: str = "role"
    user_claim: str = "sub"
    scope: str = "openid profile"
    public_url: str | None = None


class OpenIdError(Exception):
    """Signing in there does not work; nobody was let in."""


class _Provider(msgspec.Struct, frozen=True):
    """What a provider says of itself."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)


class OpenId:
    """An identity provider as this service uses it."""

    def __init__(self, settings: OpenIdSettings) -> None:
        self.settings = settings
        self._lock = Lock()
        self._known: tuple[float, _Provider, Tokens] | None = None

    def address(self, flow: str, back: str) -> str:
        """Where somebody signs in who comes back to `back`. Raises OpenIdError."""
        provider, _ = self._provider()
        challenge = hashlib.sha256(derived(flow, "verifier").encode()).digest()
        asked = {
            "response_type": "code",
            "client_id": self.settings.client_id,
            "redirect_uri": back,
            "scope": self.settings.scope,
            "state": derived(flow, "state"),
            "nonce": derived(flow, "nonce"),
            "code_challenge": base64.urlsafe_b64encode(challenge).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        joined = "&" if "?" in provider.authorization_endpoint else "?"
        return f"{provider.authorization_endpoint}{joined}{urlencode(asked)}"

    def principal(self, flow: str, back: str, code: str, issuer: str | None) -> Principal:
        """Who came back with this code. Raises OpenIdError, WithoutRoleError."""
        provider, tokens = self._provider()
        if issuer is not None and issuer != provider.issuer:
            raise OpenIdError("the answer comes from another provider")
        token = self._token(provider, flow, back, code)
        claims = tokens.claims(token)
        if claims is None:
            raise OpenIdError("the token is not valid")
        nonce = claims.get("nonce")
        if not isinstance(nonce, str) or not hmac.compare_digest(
            nonce.encode(), derived(flow, "nonce").encode()
        ):
            raise OpenIdError("the token was made for another sign-in")
        # A token for several is for us only if it says so.
        if claims.get("azp", self.settings.client_id) != self.settings.client_id:
            raise OpenIdError("the token was made for another client")
        principal = tokens.principal_of(claims)
        if principal is None:
            raise OpenIdError("the token names nobody")
        return principal

    def _token(self, provider: _Provider, flow: str, back: str, code: str) -> str:
        """The ID token that a code stands for."""
        settings = self.settings
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": back,
            "code_verifier": derived(flow, "verifier"),
        }
        auth = None
        if settings.secret and "client_secret_basic" in provider.token_endpoint_auth_methods_supported:
            auth = httpx.BasicAuth(quote(settings.client_id, safe=""), quote(settings.secret, safe=""))
        else:
            form |= {"client_id": settings.client_id}
            form |= {"client_secret": settings.secret} if settings.secret else {}
        try:
            answer = httpx.post(
                provider.token_endpoint, data=form, auth=auth, timeout=PATIENCE, follow_redirects=False
            ).raise_for_status()
            token = answer.json().get("id_token")
        except (httpx.HTTPError, ValueError, AttributeError) as error:
            raise OpenIdError(f"the provider gives no token: {error}") from error
        if not isinstance(token, str):
            raise OpenIdError("the provider gives no ID token")
        return token

    def _provider(self) -> tuple[_Provider, Tokens]:
        with self._lock:
            if self._known is not None and time.monotonic() - self._known[0] < KNOWN_SECONDS:
                return self._known[1:]
            provider = _discovered(self.settings.issuer)
            tokens = self._known[2] if self._known and self._known[1] == provider else self._tokens(provider)
            self._known = (time.monotonic(), provider, tokens)
            return provider, tokens

    def _tokens(self, provider: _Provider) -> Tokens:
        settings = self.settings
        return Tokens(
            TokenSettings(
                issuer=provider.issuer,
                audience=settings.client_id,
                keys=provider.jwks_uri,
                role_claim=settings.role_claim,
                user_claim=settings.user_claim,
            )
        )


def derived(flow: str, purpose: str) -> str:
    """State, nonce or code verifier of a flow: none of them tells the others or the secret."""
    digest = hmac.new(flow.encode(), purpose.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def is_safe_address(address: str) -> bool:
    """Whether what is sent there cannot be read on the way: by https, or on this machine."""
    return re.match(r"https://[^/]|http://(127\.0\.0\.1|localhost|\[::1\])(:\d+)?(/|$)", address) is not None


def _discovered(issuer: str) -> _Provider:
    """What the provider says of itself. Raises OpenIdError."""
    address = issuer.rstrip("/") + "/.well-known/openid-configuration"
    try:
        answer: Any = httpx.get(address, timeout=PATIENCE, follow_redirects=False).raise_for_status()
        provider = msgspec.json.decode(answer.content, type=_Provider)
    except (httpx.HTTPError, msgspec.MsgspecError) as error:
        raise OpenIdError(f"{address} cannot be used: {error}") from error
    if provider.issuer != issuer:
        raise OpenIdError(f"{address} is about another issuer, {provider.issuer}")
    for endpoint in (provider.authorization_endpoint, provider.token_endpoint, provider.jwks_uri):
        if not is_safe_address(endpoint):
            raise OpenIdError(f"{endpoint} must be https, but for this machine's own")
    return provider
