"""Signing in with a key: who gets in, for how long, and what a form must hold."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Iterator
from html import unescape
from urllib.parse import urlsplit

import httpx
import psycopg
import pytest
from playwright.sync_api import Browser, Route, expect

from api.pages.browser import SESSION_COOKIE
from api.pages.sessions import sign_in
from api.pages.words import text
from application.field_words import Language
from application.journal import Role
from tests.api.crm import Crm, ok
from tests.api.running import RunningService
from tests.browser.conftest import Visit

Keys = Callable[[Role], str]


@pytest.fixture
def anonymous(running: RunningService) -> Iterator[httpx.Client]:
    """A browser without scripts."""
    with running.anybody() as nobody:
        yield nobody


@pytest.fixture
def signed(running: RunningService, anonymous: httpx.Client, keys: Keys) -> httpx.Client:
    """The same, signed in."""
    token = sign_in(running.service, keys("marketer"))
    assert token is not None
    anonymous.cookies.set(SESSION_COOKIE, token)
    return anonymous


def hidden(page: httpx.Response, name: str) -> str:
    """The value of a hidden field of a form."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page.text)
    assert found is not None
    return found[1]


def send_key(client: httpx.Client, key: str, back: str = "") -> httpx.Response:
    """Fill in the form and send it."""
    csrf = hidden(client.get("/sign-in"), "csrf")
    return client.post("/sign-in", data={"csrf": csrf, "key": key, "next": back})


@pytest.mark.parametrize("language", ["en", "nl"])
def test_one_signs_in_with_a_key_and_comes_where_one_wanted_to_be(
    chromium: Browser, running: RunningService, keys: Keys, language: Language
) -> None:
    context = chromium.new_context(locale={"en": "en-GB", "nl": "nl-NL"}[language])
    page = context.new_page()
    page.goto(f"{running.base_url}/contacts")
    page.get_by_label(text("key", language)).fill("no key of ours")
    page.get_by_role("button", name=text("sign_in", language)).click()
    expect(page.locator("#wrong")).to_have_text(text("wrong_key", language))
    page.get_by_label(text("key", language)).fill(keys("marketer"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/contacts")
    page.get_by_role("button", name=text("sign_out", language)).click()
    page.wait_for_url("**/sign-in")
    page.goto(f"{running.base_url}/contacts")
    expect(page.get_by_label(text("key", language))).to_be_visible()
    context.close()


def test_the_language_is_the_browsers_until_another_is_chosen(visit: Visit) -> None:
    reader = visit("nl")
    reader.go("/segments")
    expect(reader.page.locator("h1")).to_have_text("Segmenten")
    reader.page.get_by_role("button", name="English").click()
    expect(reader.page.locator("h1")).to_have_text("Segments")
    reader.go("/contacts")
    expect(reader.page.locator("html")).to_have_attribute("lang", "en")


def test_the_cookie_is_for_us_alone(anonymous: httpx.Client, keys: Keys) -> None:
    answer = send_key(anonymous, keys("marketer"))
    (cookie,) = [c for c in answer.headers.get_list("set-cookie") if c.startswith(SESSION_COOKIE)]
    assert {"HttpOnly", "SameSite=strict"} <= {part.strip() for part in cookie.split(";")}
    assert keys("marketer") not in cookie


def test_away_from_this_machine_cookies_travel_encrypted_only(running: RunningService) -> None:
    with running.anybody(headers={"Host": "crm.example.org"}) as elsewhere:
        assert "Secure" in elsewhere.get("/sign-in").headers["set-cookie"]


@pytest.mark.parametrize("back", ["https://example.org/", "//example.org/", "/\\example.org"])
def test_signing_in_leads_to_no_other_site(anonymous: httpx.Client, keys: Keys, back: str) -> None:
    assert send_key(anonymous, keys("marketer"), back).headers["location"] == "/segments"


def test_a_form_that_is_not_ours_changes_nothing(signed: httpx.Client) -> None:
    csrf = hidden(signed.get("/segments"), "csrf")
    assert signed.post("/segments", data={"description": "x"}).status_code == 403
    assert signed.post("/segments", data={"csrf": csrf[::-1]}).status_code == 403
    elsewhere = {"Origin": "https://example.org"}
    assert signed.post("/segments", data={"csrf": csrf}, headers=elsewhere).status_code == 403
    assert signed.post("/segments", data={"csrf": csrf}).status_code == 303


@pytest.mark.parametrize("number", ["x", "²", "9" * 5_000])
def test_a_number_that_is_none_is_refused_and_named(signed: httpx.Client, crm: Crm, number: str) -> None:
    csrf, contact, code = (
        hidden(signed.get("/segments"), "csrf"),
        crm.contact()["no"],
        crm.record("territories"),
    )
    for path, field in (
        (f"/contacts/{contact}/lists/mailing_groups", "version"),
        (f"/contacts/{contact}/lists/mailing_groups", "place"),
        (f"/setup/territories/{code}", "version"),
        ("/setup/profile-questionnaires", "lines.line_no"),
    ):
        form = {"code": code, "lines.type": "question", "lines.description": "Why?", field: number}
        answer = signed.post(path, data=form | {"csrf": csrf})
        assert (answer.status_code, 'data-place="' in answer.text) == (422, True), (path, field)
        assert field.rpartition(".")[2] in re.findall(r'data-place="[^"]*?(\w+)"', answer.text)


def test_without_a_session_nothing_is_shown_or_done(anonymous: httpx.Client) -> None:
    assert anonymous.get("/segments").headers["location"].startswith("/sign-in")
    assert anonymous.post("/segments", data={}).headers["location"] == "/sign-in"
    anonymous.cookies.set(SESSION_COOKIE, "made up")
    assert anonymous.get("/contacts").status_code == 303


def test_a_session_ends_with_its_key_and_with_its_time(
    running: RunningService, client: httpx.Client, anonymous: httpx.Client, keys: Keys
) -> None:
    made = ok(client.post("/v1/api-keys", json={"role": "marketer", "user_id": "leaving"}))
    token = sign_in(running.service, made["key"])
    anonymous.cookies.set(SESSION_COOKIE, token or "")
    assert anonymous.get("/segments").status_code == 200
    ok(client.delete(f"/v1/api-keys/{made['id']}"))
    assert anonymous.get("/segments").status_code == 303
    anonymous.cookies.set(SESSION_COOKIE, sign_in(running.service, keys("reporter")) or "")
    assert anonymous.get("/segments").status_code == 200
    with psycopg.connect(running.service.conninfo) as connection:
        connection.execute("UPDATE segmentlog_api.web_session SET expires_at = now()")
    assert anonymous.get("/segments").status_code == 303


def test_pages_run_only_our_own_scripts_and_are_not_kept(signed: httpx.Client) -> None:
    page = signed.get("/segments")
    assert "script-src 'self'" in page.headers["content-security-policy"]
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert page.headers["cache-control"] == "no-store"
    assert not re.search(r"<script(?![^>]*src=)|style=|\son[a-z]+=", page.text)


def test_roles_are_kept_on_pages_as_elsewhere(
    running: RunningService, anonymous: httpx.Client, keys: Keys
) -> None:
    anonymous.cookies.set(SESSION_COOKIE, sign_in(running.service, keys("reporter")) or "")
    csrf = hidden(anonymous.get("/segments"), "csrf")
    assert anonymous.post("/segments", data={"csrf": csrf}).status_code == 403
    assert anonymous.get("/segments/ANY/history").status_code == 403


@pytest.mark.parametrize(("role", "status"), [(None, 303), ("reporter", 403)])
def test_of_who_may_not_send_a_file_nothing_is_read(
    running: RunningService, keys: Keys, role: Role | None, status: int
) -> None:
    token = sign_in(running.service, keys(role)) if role else ""
    at = urlsplit(running.base_url)
    with socket.create_connection((at.hostname, at.port), timeout=60) as connection:
        # The file never comes: only who does not wait for it can answer.
        connection.sendall(
            f"POST /contacts/import HTTP/1.1\r\nHost: {at.netloc}\r\nCookie: {SESSION_COOKIE}={token}\r\n"
            "Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 300000000\r\n\r\n".encode()
        )
        assert connection.recv(64).startswith(f"HTTP/1.1 {status} ".encode())


def test_signing_in_leads_to_the_list_as_it_was_filtered(anonymous: httpx.Client, keys: Keys) -> None:
    asked = "/contacts?f-city=A%26B&sort=name"
    sign_in_page = anonymous.get(asked).headers["location"]
    # The choice of the language comes back here too.
    of_language, back = re.findall('name="next" value="([^"]*)"', anonymous.get(sign_in_page).text)
    assert of_language == sign_in_page
    assert send_key(anonymous, keys("marketer"), unescape(back)).headers["location"] == asked


def test_who_follows_a_link_from_elsewhere_is_still_signed_in(visit: Visit, running: RunningService) -> None:
    reader = visit()
    # To a browser, the name of this machine and its number are two sites.
    link = f'<a id="link" href="{running.base_url}/contacts?f-no=C0001">Look</a>'
    elsewhere = running.base_url.replace("127.0.0.1", "localhost")
    reader.page.route(f"{elsewhere}/mail", lambda route: route.fulfill(body=link, content_type="text/html"))
    reader.page.goto(f"{elsewhere}/mail")
    reader.page.locator("#link").click()
    expect(reader.page.locator("tbody tr")).to_have_count(1)
    reader.arrives("/contacts?f-no=C0001")
    # Who is signed in to nothing is asked for the key.
    reader.page.context.clear_cookies()
    reader.page.goto(f"{elsewhere}/mail")
    reader.page.locator("#link").click()
    expect(reader.page.get_by_label(reader.t("key"))).to_be_visible()


@pytest.mark.parametrize("language", ["en", "nl"])
def test_over_plain_http_from_elsewhere_one_is_told_why_it_does_not_work(
    visit: Visit, running: RunningService, language: Language
) -> None:
    def served(route: Route) -> None:
        path = urlsplit(route.request.url)
        route.fulfill(response=route.fetch(url=f"{running.base_url}{path.path}"))

    reader = visit(language)
    reader.page.context.clear_cookies()
    reader.go("/sign-in")
    expect(reader.page.locator("#needs-https")).to_be_hidden()
    reader.page.route("http://crm.example.org/**", served)
    reader.page.goto("http://crm.example.org/sign-in")
    expect(reader.page.locator("#needs-https")).to_be_visible()
    expect(reader.page.locator("#needs-https")).to_have_text(reader.t("needs_https"))
    # A picture may still be on its way.
    reader.page.unroute_all(behavior="ignoreErrors")
    reader.complaints.clear()
