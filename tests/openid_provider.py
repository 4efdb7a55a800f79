"""A small identity provider on this machine: it signs with a real key, and checks what clients prove."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT, SECRET = "segmentlog", "a secret of the client: %&+"


class Provider:
    """What the provider knows, and what a test makes it do. Signing in there is one press of a button."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.key = rsa.generate_private_key(65537, 2048)
        self.signs_with: Any = self.key
        self.claims: dict[str, Any] = {}
        self.callbacks: set[str] = set()
        self.asked: dict[str, str] = {}
        self._codes: dict[str, dict[str, str]] = {}

    def discovery(self) -> dict[str, Any]:
        return {
            "issuer": self.address,
            "authorization_endpoint": f"{self.address}/authorize",
            "token_endpoint": f"{self.address}/token",
            "jwks_uri": f"{self.address}/keys",
            "token_endpoint_auth_methods_supported": ["client_secret_basic"],
        }

    def keys(self) -> dict[str, Any]:
        public = json.loads(jwt.get_algorithm_by_name("RS256").to_jwk(self.key.public_key()))
        return {"keys": [public | {"kid": "one", "use": "sig"}]}

    def authorize(self, asked: dict[str, str]) -> str:
        """Where the browser goes after signing in; a wrong request stays here."""
        assert asked["response_type"] == "code"
        assert asked["client_id"] == CLIENT
        assert "openid" in asked["scope"].split()
        assert asked["code_challenge_method"] == "S256"
        assert min(len(asked["state"]), len(asked["nonce"]), len(asked["code_challenge"])) >= 40
        assert asked["redirect_uri"] in self.callbacks
        self.asked = asked
        code = secrets.token_urlsafe(16)
        self._codes[code] = asked
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def token(self, authorization: str, form: dict[str, str]) -> dict[str, Any] | None:
        """An ID token for a code that is used once, by who proves to have begun; else nothing."""
        asked = self._codes.pop(form.get("code", ""), None)
        named = base64.b64encode(f"{CLIENT}:a%20secret%20of%20the%20client%3A%20%25%26%2B".encode()).decode()
        if asked is None or authorization != f"Basic {named}":
            return None
        challenge = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if base64.urlsafe_b64encode(challenge).rstrip(b"=").decode() != asked["code_challenge"]:
            return None
        if form.get("redirect_uri") != asked["redirect_uri"]:
            return None
        said = {
            "iss": self.address,
            "aud": CLIENT,
            "sub": "sara",
            "role": "marketer",
            "nonce": asked["nonce"],
            "iat": time.time(),
            "exp": time.time() + 60,
        } | self.claims
        token = jwt.encode(said, self.signs_with, "RS256", headers={"kid": "one"})
        return {"access_token": "of no use here", "token_type": "Bearer", "id_token": token}


@contextmanager
def provider() -> Iterator[Provider]:
    """A provider that answers on a free port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
            if parts.path == "/.well-known/openid-configuration":
                self._json(made.discovery())
            elif parts.path == "/keys":
                self._json(made.keys())
            elif parts.path == "/authorize":
                try:
                    address = made.authorize(asked).replace("&", "&amp;")
                except (AssertionError, KeyError) as error:
                    self._answer(400, "text/plain", repr(error).encode())
                    return
                page = f'<!doctype html><title>Provider</title><a id="go" href="{address}">Sign in</a>'
                self._answer(200, "text/html", page.encode())
            else:
                self._answer(404, "text/plain", b"")

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            found = made.token(self.headers.get("Authorization", ""), form)
            if found is None:
                self._json({"error": "invalid_grant"}, 400)
            else:
                self._json(found)

        def _json(self, value: Any, status: int = 200) -> None:
            self._answer(status, "application/json", json.dumps(value).encode())

        def _answer(self, status: int, kind: str, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            """Nothing is written to the output of the tests."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made = Provider(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, name="identity provider")
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
