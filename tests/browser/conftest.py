"""A real service and a real browser: Debian's Chromium, driven through the pages."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import httpx
import pytest
from playwright.sync_api import Browser, Dialog, Page, expect, sync_playwright

from api.pages.browser import SESSION_COOKIE
from api.pages.sessions import sign_in
from api.pages.words import text
from application.field_words import Language
from application.journal import Role
from tests.api.crm import Crm, ok
from tests.api.running import RunningService, running_service

CHROMIUM = os.environ.get("SEGMENTLOG_TEST_CHROMIUM") or shutil.which("chromium")
ARGUMENTS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
)
PATIENCE = 60_000
NAMES = ("Alder", "Birch", "Cedar", "Dogwood", "Elm", "Fir", "Gorse", "Hazel", "Iris", "Juniper")

expect.set_options(timeout=PATIENCE)

Visit = Callable[..., "Reader"]


class Reader:
    """Somebody with a browser, signed in, in a language."""

    def __init__(self, page: Page, base_url: str, language: Language) -> None:
        self.page, self.base_url, self.language = page, base_url, language
        self.complaints: list[str] = []
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        # What the content security policy stops is an error on the console.
        page.on("response", lambda answer: self._look_at(answer.status, answer.url))
        page.on("console", lambda said: self.complaints.append(said.text) if _is_error(said) else None)

    def _look_at(self, status: int, url: str) -> None:
        if status >= 500:
            self.complaints.append(f"{status} {url}")

    def t(self, name: str, /, **values: object) -> str:
        """A text of the pages in this reader's language."""
        return text(name, self.language, **values)

    def go(self, path: str) -> None:
        """Open a page."""
        self.page.goto(self.base_url + path)

    def press(self, name: str, /, **values: object) -> None:
        """Press the button with this text."""
        self.page.get_by_role("button", name=self.t(name, **values), exact=True).click()

    def answers(self, *, yes: bool) -> list[str]:
        """Answer what the page asks next; the list will hold the question."""
        asked: list[str] = []

        def answer(dialog: Dialog) -> None:
            asked.append(dialog.message)
            if yes:
                dialog.accept()
            else:
                dialog.dismiss()

        self.page.once("dialog", answer)
        return asked

    def until(self, holds: Callable[[], object]) -> None:
        """Wait until something is heard of, which is later than it happens in the browser."""
        end = time.monotonic() + PATIENCE / 1_000
        while not holds():
            assert time.monotonic() < end
            self.page.wait_for_timeout(20)

    def arrives(self, path: str) -> None:
        """Wait until an address is shown."""
        self.page.wait_for_url(self.base_url + path)


def _is_error(said: object) -> bool:
    # A refusal is an answer 4xx, which Chromium calls a failure to load.
    return getattr(said, "type", "") == "error" and "Failed to load resource" not in getattr(said, "text", "")


@pytest.fixture(scope="session")
def running(postgres_url: str) -> Iterator[RunningService]:
    with running_service(postgres_url) as service:
        yield service


@pytest.fixture(scope="session")
def client(running: RunningService) -> Iterator[httpx.Client]:
    with running.client() as admin:
        yield admin


def keys_of(client: httpx.Client) -> Callable[[Role], str]:
    """Makes a key for a role, the same one each time."""
    made: dict[Role, str] = {}

    def key(role: Role) -> str:
        if role not in made:
            body = {"role": role, "user_id": f"a {role}"}
            made[role] = ok(client.post("/v1/api-keys", json=body))["key"]
        return made[role]

    return key


@pytest.fixture(scope="session")
def keys(client: httpx.Client) -> Callable[[Role], str]:
    """A key for a role."""
    return keys_of(client)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("there is no Chromium here: 'make browser' installs it where it can")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium: Browser, running: RunningService, keys: Callable[[Role], str]) -> Iterator[Visit]:
    """Opens a browser for somebody in a role; nothing may go wrong in it unseen."""
    with ExitStack() as stack:
        readers: list[Reader] = []

        def opened(
            language: Language = "en", role: Role = "marketer", width: int = 1280, *, dark: bool = False
        ) -> Reader:
            context = chromium.new_context(
                viewport={"width": width, "height": 800},
                locale={"en": "en-GB", "nl": "nl-NL"}[language],
                color_scheme="dark" if dark else "light",
            )
            stack.callback(context.close)
            context.set_default_timeout(PATIENCE)
            reader = Reader(context.new_page(), running.base_url, language)
            # The form is tested by itself; here its cookie is enough.
            token = sign_in(running.service, keys(role))
            assert token is not None
            context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": running.base_url}])
            readers.append(reader)
            return reader

        yield opened
        for reader in readers:
            assert reader.complaints == []


@pytest.fixture(scope="session")
def crm(client: httpx.Client) -> Crm:
    """250 companies that a letter can be logged for, a template and a salesperson."""
    crm = Crm(client, "WEB")
    crm.record("salespeople", "ANNA", name="Anna Berg")
    crm.record("mailing-groups", "NEWS", description="Newsletter")
    crm.record("interaction-groups", "LETTERS", description="Letters")
    crm.record(
        *("interaction-templates", "LETTER"),
        description="A letter",
        interaction_group_code="LETTERS",
        unit_cost="2.50",
        unit_duration_minutes=5,
    )
    rows = ["no,type,name,city,salesperson_code,mailing_groups,email,exclude_from_segment,privacy_blocked"]
    rows += [
        f"C{number:04},company,{NAMES[number % 10]} {number:03},{('Arnhem', 'Breda')[number % 2]},ANNA,"
        f"{'NEWS' if number % 5 == 0 else ''},c{number}@example.org,"
        f"{str(number == 10).lower()},{str(number == 20).lower()}"
        for number in range(1, 251)
    ]
    file = "\n".join(rows).encode()
    answer = client.post("/v1/contacts/import", content=file, headers={"Content-Type": "text/csv"})
    assert ok(answer)["registered"] == 250
    return crm


@pytest.fixture
def letter(crm: Crm) -> str:
    """A worksheet with the 248 who may be on it; its number."""
    values = {
        "description": "Spring letter",
        "interaction_template_code": "LETTER",
        "salesperson_code": "ANNA",
    }
    no: str = crm.segment(**values)["no"]
    action = {"action": "add_contacts", "filters": {"contact": {"no": "C*"}}}
    assert ok(crm.client.post(f"/v1/segments/{no}/criteria-actions", json=action))["lines_added"] == 248
    return no
