"""Signing in at an identity provider: who comes in, and what a browser must not be talked into."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from playwright.sync_api import Browser, expect
from pydantic import ValidationError

from api.entry import EntrySettings
from api.openid import OpenIdSettings
from api.pages.browser import SESSION_COOKIE
from api.pages.openid import FLOW_COOKIE
from api.pages.words import text
from api.settings import Settings
from application.field_words import Language
from tests.api.running import ANSWER_SECONDS, RunningService, running_service
from tests.openid_provider import CLIENT, SECRET, Provider, provider


@pytest.fixture(scope="module")
def serving(postgres_url: str) -> Iterator[tuple[RunningService, Provider]]:
    with provider() as made:
        entry = EntrySettings(openid=OpenIdSettings(made.address, CLIENT, SECRET))
        with running_service(postgres_url, entry) as service:
            made.callbacks = {f"{service.base_url}/sign-in/openid/back"}
            yield service, made


@pytest.fixture
def running(serving: tuple[RunningService, Provider]) -> RunningService:
    return serving[0]


@pytest.fixture
def at(serving: tuple[RunningService, Provider]) -> Iterator[Provider]:
    """The provider, which does what it should unless a test says otherwise."""
    made = serving[1]
    yield made
    made.claims, made.signs_with = {}, made.key


@pytest.fixture
def client(running: RunningService) -> Iterator[httpx.Client]:
    """A browser without scripts."""
    with running.anybody() as client:
        yield client


def begin(client: httpx.Client, back: str = "/contacts") -> str:
    """Go to the provider and sign in; the address that one is sent back to."""
    there = client.get("/sign-in/openid", params={"next": back}).headers["location"]
    found = re.search(r'href="([^"]+)"', httpx.get(there, timeout=ANSWER_SECONDS).text)
    assert found is not None
    return found[1].replace("&amp;", "&")


@pytest.mark.parametrize("language", ["en", "nl"])
def test_one_signs_in_there_and_comes_where_one_wanted_to_be(
    chromium: Browser, running: RunningService, at: Provider, language: Language
) -> None:
    context = chromium.new_context(locale={"en": "en-GB", "nl": "nl-NL"}[language])
    page = context.new_page()
    page.goto(f"{running.base_url}/contacts")
    page.get_by_role("link", name=text("openid", language)).click()
    page.wait_for_url(f"{at.address}/**")
    page.locator("#go").click()
    page.wait_for_url(f"{running.base_url}/contacts")
    expect(page.locator(".who")).to_contain_text("sara")
    assert {cookie.get("name") for cookie in context.cookies()} & {FLOW_COOKIE} == set()
    page.get_by_role("button", name=text("sign_out", language)).click()
    page.wait_for_url("**/sign-in")
    page.goto(f"{running.base_url}/contacts")
    expect(page.get_by_role("link", name=text("openid", language))).to_be_visible()
    context.close()


@pytest.mark.parametrize(("role", "status"), [("reporter", 403), (["staff", "auditor"], 200)])
def test_the_role_is_the_one_that_the_provider_gives(
    client: httpx.Client, at: Provider, role: object, status: int
) -> None:
    at.claims = {"role": role}
    assert client.get(begin(client)).status_code == 200
    assert client.get("/seal").status_code == status


def test_without_a_role_nobody_comes_in(client: httpx.Client, at: Provider) -> None:
    at.claims = {"role": "king"}
    answer = client.get(begin(client))
    assert (answer.status_code, SESSION_COOKIE in client.cookies) == (401, False)
    assert text("openid_no_role", "en").split(".")[0] in answer.text


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "of another flow"},
        {"nonce": None},
        {"aud": "somebody else"},
        {"aud": [CLIENT, "other"], "azp": "other"},
        {"iss": "https://other.example"},
        {"exp": 1},
        {"sub": ""},
    ],
    ids=lambda claims: "-".join(claims),
)
def test_a_token_that_is_not_for_this_sign_in_lets_nobody_in(
    client: httpx.Client, at: Provider, claims: dict[str, object]
) -> None:
    at.claims = claims
    assert client.get(begin(client)).status_code == 401
    assert SESSION_COOKIE not in client.cookies


def test_a_token_of_another_key_lets_nobody_in(client: httpx.Client, at: Provider) -> None:
    at.signs_with = rsa.generate_private_key(65537, 2048)
    assert client.get(begin(client)).status_code == 401


def test_a_flow_ends_in_the_browser_where_it_began(running: RunningService, at: Provider) -> None:
    with running.anybody() as one, running.anybody() as other:
        back = begin(one)
        assert other.get(back).status_code == 401
        begin(other)
        assert other.get(back).status_code == 401
        assert SESSION_COOKIE not in other.cookies


def test_a_code_serves_once(client: httpx.Client, at: Provider) -> None:
    back = begin(client)
    flow = client.cookies[FLOW_COOKIE]
    assert client.get(back).status_code == 200
    assert FLOW_COOKIE not in client.cookies
    client.cookies.set(FLOW_COOKIE, flow)
    assert client.get(back).status_code == 401


def test_who_is_refused_there_is_told_here(client: httpx.Client, at: Provider) -> None:
    state = parse_qs(urlsplit(begin(client)).query)["state"][0]
    answer = client.get("/sign-in/openid/back", params={"state": state, "error": "access_denied"})
    assert answer.status_code == 401
    assert "access_denied" not in answer.text


@pytest.mark.parametrize(
    "back", ["https://example.org/", "//example.org/", "/\\example.org", "/\t/example.org"]
)
def test_coming_back_leads_to_no_other_site(client: httpx.Client, at: Provider, back: str) -> None:
    assert 'content="0;url=/segments"' in client.get(begin(client, back)).text


def test_of_an_address_too_long_for_a_cookie_the_page_is_kept(client: httpx.Client, at: Provider) -> None:
    back = begin(client, f"/contacts?f-name={'a' * 5_000}")
    assert len(client.cookies[FLOW_COOKIE]) < 4_096
    assert 'content="0;url=/contacts"' in client.get(back).text


def test_a_session_from_before_is_not_taken_over(
    running: RunningService, client: httpx.Client, at: Provider
) -> None:
    client.get(begin(client))
    before = client.cookies[SESSION_COOKIE]
    client.get(begin(client))
    assert client.cookies[SESSION_COOKIE] != before
    client.cookies.set(SESSION_COOKIE, before, domain="127.0.0.1", path="/")
    with running.anybody(cookies={SESSION_COOKIE: before}) as old:
        assert old.get("/segments").status_code == 303


def test_without_a_provider_there_is_no_way_to_one(postgres_url: str) -> None:
    with running_service(postgres_url) as service, service.anybody() as client:
        assert "/sign-in/openid" not in client.get("/sign-in").text
        assert client.get("/sign-in/openid").status_code == 404


def test_a_provider_that_does_not_answer_is_told(postgres_url: str) -> None:
    entry = EntrySettings(openid=OpenIdSettings("http://127.0.0.1:9", CLIENT))
    with running_service(postgres_url, entry) as service, service.anybody() as client:
        answer = client.get("/sign-in/openid")
        assert answer.status_code == 401
        assert text("openid_failed", "en").split(".")[0] in answer.text


@pytest.mark.parametrize(
    "given",
    [
        {"segmentlog_oidc_issuer": "https://id.example"},
        {"segmentlog_oidc_client_id": "x"},
        {"segmentlog_oidc_issuer": "http://id.example", "segmentlog_oidc_client_id": "x"},
    ],
)
def test_settings_that_are_not_whole_or_not_safe_are_refused(given: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        Settings.model_validate(given)
