"""JSON Web Tokens as an alternative to API keys: signed by an identity provider, checked here.

Which algorithm may be used follows from the key, never from the token: a public key of RSA takes RS256 only,
so nobody can sign with the public key as if it were a secret, and `none` is no algorithm of any key.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping
from pathlib import Path
from threading import Lock
from typing import Any

import httpx
import jwt
import msgspec
import structlog
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from api.keys import Principal
from application.journal import Role

SHORTEST_SECRET = 32
SMALLEST_RSA = 2048
LEEWAY_SECONDS = 10
"""How far clocks may differ."""
FRESH_SECONDS = 300.0
AGAIN_SECONDS = 30.0
"""Keys are fetched anew after so long, and after so long at the earliest for a key that is not known."""
LONGEST_USER = 100
ROLES: tuple[Role, ...] = ("admin", "marketer", "auditor", "reporter")

_LOOKS_LIKE_ONE = re.compile(r"eyJ[\w-]*\.[\w-]+\.[\w-]*")

logger = structlog.get_logger()


class TokenSettings(msgspec.Struct, frozen=True):
    """Whose tokens are taken, and where in them user and role are."""

    issuer: str
    audience: str
    secret: str | None = None
    keys: str | None = None
    """A file or an address with public keys: a JWK set, or in a file one key in PEM."""
    role_claim: str = "role"
    user_claim: str = "sub"


class TokenError(Exception):
    """Public keys cannot be read."""


class WithoutRoleError(Exception):
    """A token is valid, and gives no role that there is."""


class _Key(msgspec.Struct, frozen=True):
    name: str | None
    algorithm: str
    key: Any


class Tokens:
    """Reads tokens. Raises TokenError when it is made with keys of a file that cannot be used."""

    def __init__(self, settings: TokenSettings) -> None:
        self._settings = settings
        self._lock = Lock()
        self._fetched = -FRESH_SECONDS
        self._keys: list[_Key] = []
        if settings.secret is not None:
            if len(settings.secret.encode()) < SHORTEST_SECRET:
                raise TokenError(f"a secret for tokens needs {SHORTEST_SECRET} bytes at least")
            self._keys = [_Key(None, "HS256", settings.secret)]
        elif settings.keys is not None and not _is_address(settings.keys):
            self._keys = _read_file(Path(settings.keys))
        elif settings.keys is None:
            raise TokenError("tokens need a secret or public keys")

    @staticmethod
    def looks_like_one(text: str) -> bool:
        """Whether this is a token rather than an API key."""
        return _LOOKS_LIKE_ONE.fullmatch(text) is not None

    def principal(self, token: str) -> Principal | None:
        """Who comes with this token; None if it is not valid. Raises WithoutRoleError."""
        claims = self.claims(token)
        return None if claims is None else self.principal_of(claims)

    def claims(self, token: str) -> dict[str, Any] | None:
        """What a token says; None if it is not valid."""
        try:
            return self._claims(token, jwt.get_unverified_header(token))
        except (jwt.PyJWTError, ValueError, TypeError):
            return None

    def principal_of(self, claims: Mapping[str, Any]) -> Principal | None:
        """Who is named in what a valid token says, if anybody. Raises WithoutRoleError."""
        user = _claim(claims, self._settings.user_claim)
        if not isinstance(user, str) or not 0 < len(user.strip()) <= LONGEST_USER or not user.isprintable():
            return None
        given = _claim(claims, self._settings.role_claim)
        named = given if isinstance(given, list) else [given]
        for role in ROLES:
            if role in named:
                return Principal(user.strip(), role)
        raise WithoutRoleError

    def _claims(self, token: str, header: Mapping[str, Any]) -> dict[str, Any] | None:
        """What a valid token says: signed by one of our keys, in force, for us."""
        for key in self._keys_for(header):
            try:
                found: dict[str, Any] = jwt.decode(
                    token,
                    key.key,
                    algorithms=[key.algorithm],
                    issuer=self._settings.issuer,
                    audience=self._settings.audience,
                    leeway=LEEWAY_SECONDS,
                    options={"require": ["exp", "iss", "aud", self._settings.user_claim.split(".")[0]]},
                )
            except jwt.InvalidSignatureError:
                continue
            return found
        return None

    def _keys_for(self, header: Mapping[str, Any]) -> list[_Key]:
        """The keys that may have signed: of the algorithm that it says, and of its name if it has one."""
        self._refresh(FRESH_SECONDS)
        found = self._matching(header)
        if not found and self._refresh(AGAIN_SECONDS):
            found = self._matching(header)
        return found

    def _matching(self, header: Mapping[str, Any]) -> list[_Key]:
        name, algorithm = header.get("kid"), header.get("alg")
        fitting = [key for key in self._keys if key.algorithm == algorithm]
        return [key for key in fitting if None in (name, key.name) or key.name == name]

    def _refresh(self, after: float) -> bool:
        """Fetch the keys from their address, if that was so long ago; whether it was done."""
        address = self._settings.keys
        if self._settings.secret is not None or address is None or not _is_address(address):
            return False
        with self._lock:
            if time.monotonic() - self._fetched < after:
                return False
            self._fetched = time.monotonic()
            try:
                answer = httpx.get(address, timeout=5, follow_redirects=False).raise_for_status()
                self._keys = _read_set(answer.json())
            except (httpx.HTTPError, ValueError, TokenError) as error:
                # Those that are known go on; who signs with others has to wait.
                logger.warning("public keys of tokens cannot be fetched", address=address, error=str(error))
                self._fetched = time.monotonic() - FRESH_SECONDS + AGAIN_SECONDS
                return False
            return True


def _is_address(keys: str) -> bool:
    return keys.startswith(("https://", "http://"))


def _claim(claims: Mapping[str, Any], name: str) -> Any:
    """A claim by its name, or by a path with dots, such as `realm_access.roles`."""
    if name in claims:
        return claims[name]
    found: Any = claims
    for part in name.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def _read_file(path: Path) -> list[_Key]:
    try:
        text = path.read_bytes()
        if b"-----BEGIN" in text:
            return [_of(load_pem_public_key(text), None)]
        return _read_set(json.loads(text))
    except (OSError, ValueError) as error:
        raise TokenError(f"{path} holds no public keys for tokens: {error}") from error


def _read_set(document: Any) -> list[_Key]:
    """The public keys of a JWK set that can be used; secrets in it are none."""
    if not isinstance(document, dict) or not isinstance(document.get("keys"), list):
        raise TokenError("this is no set of keys")
    found = []
    for entry in document["keys"]:
        if not isinstance(entry, dict) or entry.get("kty") == "oct" or entry.get("use", "sig") != "sig":
            continue
        try:
            key = jwt.PyJWK(entry).key
            found.append(_of(key.public_key() if hasattr(key, "private_bytes") else key, entry.get("kid")))
        except (jwt.PyJWTError, TokenError, ValueError, KeyError):
            continue
    if not found:
        raise TokenError("there is no key among them that can be used")
    return found


def _of(key: Any, name: str | None) -> _Key:
    if isinstance(key, rsa.RSAPublicKey) and key.key_size >= SMALLEST_RSA:
        return _Key(name, "RS256", key)
    if isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1):
        return _Key(name, "ES256", key)
    if isinstance(key, ed25519.Ed25519PublicKey):
        return _Key(name, "EdDSA", key)
    raise TokenError("a key must be RSA of 2,048 bits at least, P-256 or Ed25519")
