"""Tokens of an identity provider: taken when they are signed for us, and in no other way."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from pydantic import ValidationError

from api.entry import EntrySettings
from api.keys import Principal
from api.settings import Settings
from api.tokens import TokenError, Tokens, TokenSettings, WithoutRoleError
from tests.api.crm import ok, refused
from tests.api.running import RunningService, running_service

SECRET = "a secret that is long enough for signing"
ISSUER, AUDIENCE = "https://id.example", "segmentlog"
BY_SECRET = TokenSettings(ISSUER, AUDIENCE, secret=SECRET)


def claims(**changes: Any) -> dict[str, Any]:
    """What a good token says; None leaves out."""
    said = {"iss": ISSUER, "aud": AUDIENCE, "sub": "sara", "role": "marketer", "exp": time.time() + 300}
    return {name: value for name, value in (said | changes).items() if value is not None}


def token(key: Any = SECRET, algorithm: str = "HS256", name: str | None = None, **changes: Any) -> str:
    return jwt.encode(claims(**changes), key, algorithm, headers={"kid": name} if name else None)


def forged(header: dict[str, Any], secret: bytes | None) -> str:
    """A token made by hand, as the library would refuse to."""

    def part(value: bytes) -> bytes:
        return base64.urlsafe_b64encode(value).rstrip(b"=")

    signed = part(json.dumps(header).encode()) + b"." + part(json.dumps(claims()).encode())
    signature = hmac.new(secret, signed, hashlib.sha256).digest() if secret is not None else b""
    return (signed + b"." + part(signature)).decode()


def public_pem(key: Any) -> bytes:
    pem: bytes = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return pem


@pytest.fixture(scope="module")
def signers() -> dict[str, Any]:
    return {
        "RS256": rsa.generate_private_key(65537, 2048),
        "ES256": ec.generate_private_key(ec.SECP256R1()),
        "EdDSA": ed25519.Ed25519PrivateKey.generate(),
    }


@pytest.fixture
def by_set(signers: dict[str, Any], tmp_path: Path) -> Tokens:
    """Takes what is signed with one of three keys, named after their algorithms; beside a secret."""
    keys = [
        json.loads(jwt.get_algorithm_by_name(name).to_jwk(key.public_key())) | {"kid": name, "use": "sig"}
        for name, key in signers.items()
    ]
    keys.append({"kty": "oct", "kid": "secret", "k": base64.urlsafe_b64encode(SECRET.encode()).decode()})
    file = tmp_path / "keys.json"
    file.write_text(json.dumps({"keys": keys}))
    return Tokens(TokenSettings(ISSUER, AUDIENCE, keys=str(file)))


class TestAToken:
    def test_says_who_it_is_and_in_which_role(self) -> None:
        assert Tokens(BY_SECRET).principal(token()) == Principal("sara", "marketer")

    @pytest.mark.parametrize("algorithm", ["RS256", "ES256", "EdDSA"])
    def test_is_taken_when_signed_with_a_key_of_the_set(
        self, by_set: Tokens, signers: dict[str, Any], algorithm: str
    ) -> None:
        signed = token(signers[algorithm], algorithm, algorithm)
        assert by_set.principal(signed) == Principal("sara", "marketer")
        assert by_set.principal(token(signers[algorithm], algorithm)) is not None, "without naming the key"
        assert by_set.principal(token(signers[algorithm], algorithm, "another")) is None

    @pytest.mark.parametrize("algorithm", ["RS256", "ES256", "EdDSA"])
    def test_is_taken_when_signed_with_the_key_of_a_file(
        self, signers: dict[str, Any], tmp_path: Path, algorithm: str
    ) -> None:
        file = tmp_path / "key.pem"
        file.write_bytes(public_pem(signers[algorithm]))
        tokens = Tokens(TokenSettings(ISSUER, AUDIENCE, keys=str(file)))
        assert tokens.principal(token(signers[algorithm], algorithm)) == Principal("sara", "marketer")

    @pytest.mark.parametrize(
        "changes",
        [
            {"exp": time.time() - 60},
            {"exp": None},
            {"nbf": time.time() + 86_400},
            {"aud": "another"},
            {"aud": None},
            {"iss": "https://evil.example"},
            {"iss": None},
            {"sub": None},
            {"sub": ""},
            {"sub": "s" * 101},
            {"sub": "a\u0000b"},
        ],
        ids=lambda changes: " ".join(changes),
    )
    def test_is_refused_when_it_is_not_in_force_for_us(self, changes: dict[str, Any]) -> None:
        assert Tokens(BY_SECRET).principal(token(**changes)) is None

    def test_is_refused_when_signed_by_somebody_else(self, by_set: Tokens) -> None:
        stranger = ec.generate_private_key(ec.SECP256R1())
        assert by_set.principal(token(stranger, "ES256", "ES256")) is None
        assert Tokens(BY_SECRET).principal(token("another secret of more than 32 bytes")) is None

    def test_is_refused_when_it_was_changed_after_signing(self) -> None:
        head, _, signature = token().split(".")
        _, other, _ = token(role="admin").split(".")
        assert Tokens(BY_SECRET).principal(f"{head}.{other}.{signature}") is None

    @pytest.mark.parametrize("word", ["none", "None", "NONE", ""])
    def test_without_a_signature_is_refused(self, by_set: Tokens, word: str) -> None:
        unsigned = forged({"alg": word, "typ": "JWT"}, None)
        assert by_set.principal(unsigned) is None
        assert Tokens(BY_SECRET).principal(unsigned) is None

    def test_signed_with_the_public_key_as_a_secret_is_refused(
        self, signers: dict[str, Any], tmp_path: Path
    ) -> None:
        pem = public_pem(signers["RS256"])
        (tmp_path / "key.pem").write_bytes(pem)
        tokens = Tokens(TokenSettings(ISSUER, AUDIENCE, keys=str(tmp_path / "key.pem")))
        assert tokens.principal(forged({"alg": "HS256"}, pem)) is None

    def test_signed_with_a_secret_of_the_set_is_refused(self, by_set: Tokens) -> None:
        assert by_set.principal(forged({"alg": "HS256", "kid": "secret"}, SECRET.encode())) is None

    def test_with_another_algorithm_of_the_same_key_is_refused(
        self, by_set: Tokens, signers: dict[str, Any]
    ) -> None:
        assert by_set.principal(token(signers["RS256"], "PS256", "RS256")) is None
        long = SECRET * 2
        tokens = Tokens(TokenSettings(ISSUER, AUDIENCE, secret=long))
        assert tokens.principal(token(long, "HS512")) is None

    @pytest.mark.parametrize("role", [None, "owner", "ADMIN", 1, {"admin": True}, []])
    def test_without_a_role_that_there_is_gives_none(self, role: Any) -> None:
        with pytest.raises(WithoutRoleError):
            Tokens(BY_SECRET).principal(token(role=role))

    def test_with_several_roles_gives_the_first_of_ours(self) -> None:
        settings = TokenSettings(
            ISSUER, AUDIENCE, secret=SECRET, role_claim="realm_access.roles", user_claim="email"
        )
        signed = token(realm_access={"roles": ["uma", "reporter", "marketer"]}, email="sara@example.com")
        assert Tokens(settings).principal(signed) == Principal("sara@example.com", "marketer")


class TestKeysAtAnAddress:
    def test_are_fetched_once_and_again_for_one_that_is_new(
        self, signers: dict[str, Any], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        public = jwt.get_algorithm_by_name("ES256").to_jwk(signers["ES256"].public_key())
        served, asked = [json.loads(public) | {"kid": "old"}], []

        def get(address: str, **_: Any) -> httpx.Response:
            asked.append(address)
            return httpx.Response(200, json={"keys": served}, request=httpx.Request("GET", address))

        monkeypatch.setattr(httpx, "get", get)
        tokens = Tokens(TokenSettings(ISSUER, AUDIENCE, keys="https://id.example/keys"))
        for _ in range(3):
            assert tokens.principal(token(signers["ES256"], "ES256", "old")) is not None
        assert len(asked) == 1
        served[0] = served[0] | {"kid": "new"}
        assert tokens.principal(token(signers["ES256"], "ES256", "new")) is None, "too soon to ask again"
        monkeypatch.setattr("api.tokens.AGAIN_SECONDS", 0.0)
        assert tokens.principal(token(signers["ES256"], "ES256", "new")) is not None
        assert len(asked) == 2


class TestSettings:
    @pytest.fixture(autouse=True)
    def _none(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in Settings.model_fields:
            monkeypatch.delenv(name.upper(), raising=False)

    @pytest.mark.parametrize(
        "given",
        [
            {"SECRET": "short", "ISSUER": ISSUER, "AUDIENCE": AUDIENCE},
            {"SECRET": SECRET, "AUDIENCE": AUDIENCE},
            {"SECRET": SECRET, "ISSUER": ISSUER},
            {"SECRET": SECRET, "KEYS": "keys.json", "ISSUER": ISSUER, "AUDIENCE": AUDIENCE},
            {"KEYS": "http://id.example/keys", "ISSUER": ISSUER, "AUDIENCE": AUDIENCE},
        ],
        ids=lambda given: " ".join(given),
    )
    def test_that_would_not_be_safe_are_refused(
        self, given: dict[str, str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name, value in given.items():
            monkeypatch.setenv(f"SEGMENTLOG_JWT_{name}", value)
        with pytest.raises(ValidationError):
            Settings()

    def test_take_no_tokens_unless_told_to(self) -> None:
        assert Settings().entry() == EntrySettings(None, open_metrics=False)

    @pytest.mark.parametrize("text", ["", "{}", '{"keys": []}', "-----BEGIN nonsense"])
    def test_name_a_file_of_keys_that_can_be_used(self, tmp_path: Path, text: str) -> None:
        (tmp_path / "keys").write_text(text)
        with pytest.raises(TokenError):
            Tokens(TokenSettings(ISSUER, AUDIENCE, keys=str(tmp_path / "keys")))


@pytest.fixture(scope="module")
def taking(postgres_url: str) -> Iterator[RunningService]:
    """A service that takes tokens."""
    with running_service(postgres_url, EntrySettings(BY_SECRET)) as service:
        yield service


class TestOverHttp:
    def test_a_token_is_as_good_as_a_key(self, taking: RunningService) -> None:
        with taking.client(token()) as sara, taking.client(token(role="auditor", sub="bo")) as bo:
            made = sara.post("/v1/segments", json={}, headers={"Idempotency-Key": "once"})
            again = sara.post("/v1/segments", json={}, headers={"Idempotency-Key": "once"})
            assert again.text == made.text
            (step,) = ok(bo.get(f"/v1/segments/{ok(made)['no']}/history"))["items"]
            assert step["user_id"] == "sara"
            refused(bo.post("/v1/segments", json={}), "forbidden")

    def test_a_key_still_is_one(self, taking: RunningService) -> None:
        with taking.client() as admin:
            ok(admin.get("/v1/api-keys"))

    def test_a_wrong_one_is_401_and_one_without_a_role_403(self, taking: RunningService) -> None:
        once = {"Idempotency-Key": "once"}
        for wrong in (token(exp=1), token(aud="x"), forged({"alg": "none"}, None)):
            with taking.client(wrong) as nobody:
                refused(nobody.get("/v1/segments"), "unauthorized")
                refused(nobody.post("/v1/segments", json={}, headers=once), "unauthorized")
        with taking.client(token(role="owner")) as owner:
            refused(owner.get("/v1/segments"), "forbidden")
            refused(owner.post("/v1/segments", json={}, headers=once), "forbidden")
            refused(owner.get("/metrics"), "forbidden")

    def test_where_they_are_not_taken_a_token_is_401(self, running: RunningService) -> None:
        with running.client(token()) as nobody:
            refused(nobody.get("/v1/segments"), "unauthorized")
