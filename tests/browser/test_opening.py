"""To a worksheet and back: browsers can prepare it before it is asked for, and keep it when it is left."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Locator, Request, expect

from api.pages.browser import SESSION_COOKIE
from api.pages.sessions import sign_in
from application.field_words import Language
from application.journal import Role
from benchmarks.chromium import Window, chromium
from tests.api.crm import Crm, ok
from tests.api.running import RunningService
from tests.browser.conftest import CHROMIUM, Reader, Visit
from tests.browser.test_worksheet import cell

KEEPS_SECONDS = 5


def link_to(reader: Reader, no: str) -> Locator:
    """The worksheet's link in the list."""
    return reader.page.get_by_role("rowheader").get_by_role("link", name=no, exact=True)


def prepared(request: Request) -> bool:
    """Whether a browser asks for a page before anybody opens it."""
    return request.headers.get("sec-purpose", "").startswith("prefetch")


@pytest.mark.parametrize("language", ["en", "nl"])
@pytest.mark.parametrize("by", ["mouse", "keyboard"])
def test_a_worksheet_is_opened_from_the_list_and_left_and_come_back_to(
    visit: Visit, letter: str, language: Language, by: str
) -> None:
    reader = visit(language)
    reader.go("/segments")
    expect(link_to(reader, letter)).to_be_visible()
    # It is prepared where the pointer or the focus rests.
    with reader.page.expect_request(re.compile(f"/segments/{letter}$")) as asked:
        if by == "mouse":
            link_to(reader, letter).hover()
        else:
            reader.page.keyboard.press("Tab")
            link_to(reader, letter).focus()
    assert prepared(asked.value)
    if by == "mouse":
        link_to(reader, letter).click()
    else:
        reader.page.keyboard.press("Enter")
    reader.arrives(f"/segments/{letter}")
    title = f"{reader.t('segment', no=letter)} · segmentlog"
    expect(reader.page).to_have_title(title)
    expect(cell(reader, 0, "contact_no")).to_have_text("C0001")
    # One begins at the top, as after any way to a page.
    reader.page.keyboard.press("Tab")
    expect(reader.page.get_by_role("link", name=reader.t("skip"))).to_be_focused()
    reader.page.go_back()
    expect(reader.page).to_have_title(f"{reader.t('segments')} · segmentlog")
    expect(link_to(reader, letter)).to_be_visible()
    reader.page.go_forward()
    expect(reader.page).to_have_title(title)
    expect(cell(reader, 0, "contact_no")).to_have_text("C0001")


def test_only_worksheets_as_they_are_are_prepared_and_only_from_the_list(visit: Visit, letter: str) -> None:
    reader = visit()
    asked: list[str] = []
    reader.page.on("request", lambda request: asked.append(request.url) if prepared(request) else None)
    reader.go("/segments")
    for name in ("contacts", "logged_segments", "setup"):
        reader.page.get_by_role("link", name=reader.t(name), exact=True).hover()
        reader.page.wait_for_timeout(400)
    # What is read of the past is recorded, and what is changed here would be missing from what was prepared.
    for path in (f"/segments/{letter}", f"/segments/{letter}?version=2", f"/segments/{letter}/choose"):
        reader.go(path)
        reader.page.locator(f"main a[href^='/segments/{letter}']").first.hover()
        reader.page.wait_for_timeout(400)
    assert asked == []


@pytest.fixture
def window(running: RunningService, keys: Callable[[Role], str]) -> Iterator[Window]:
    """A browser as people use it, signed in: it prepares pages, and keeps those that were left."""
    if CHROMIUM is None:
        pytest.skip("there is no Chromium here")
    token = sign_in(running.service, keys("marketer"))
    with chromium(CHROMIUM) as window:
        window.open(f"{running.base_url}/sign-in")
        window.run(f"document.cookie = '{SESSION_COOKIE}={token}; path=/'")
        yield window


@pytest.mark.parametrize(("seconds", "shows"), [(0.5, "Spring letter"), (KEEPS_SECONDS + 1, "Summer letter")])
def test_what_was_prepared_is_shown_at_once_and_asked_for_anew_if_that_was_a_while_ago(
    window: Window, running: RunningService, crm: Crm, letter: str, seconds: float, shows: str
) -> None:
    # Alone in the list, so that it is in the window however many there are.
    window.open(f"{running.base_url}/segments?f-no={letter}")
    box = f"document.querySelector(\"main a[href='/segments/{letter}']\").getBoundingClientRect()"
    x, y = window.run(f"(({{ x, y }}) => [x + 5, y + 5])({box})")
    window.rest(0.5)
    window.move(x, y)
    window.until_prepared()
    window.rest(seconds)
    ok(crm.client.patch(f"/v1/segments/{letter}", json={"description": "Summer letter"}))
    window.click(x, y)
    window.until(f"document.querySelector('h1 .sub')?.textContent === '{shows}'")
    was_prepared = "performance.getEntriesByType('navigation')[0].activationStart > 0"
    assert window.run(was_prepared) is (seconds < KEEPS_SECONDS)


@pytest.fixture
def looked_at(window: Window, running: RunningService, letter: str) -> str:
    """Where the last of the lines is looked at: in this row."""
    last = "#grid tr[data-place='247'] td.c-contact_no"
    window.open(f"{running.base_url}/segments/{letter}")
    window.run("document.getElementById('grid').scrollTop = 1e6")
    window.until(f'document.querySelector("{last}")')
    # By then the rows around it have come.
    window.rest(0.5)
    return last


def test_back_from_a_contact_leads_to_the_line_one_was_at_as_it_is_now(
    window: Window, looked_at: str, crm: Crm, letter: str
) -> None:
    line = window.run(f'document.querySelector("{looked_at}").parentElement.dataset.line')
    window.leave(f'document.querySelector("{looked_at} a").click()')
    window.until("location.pathname === '/contacts/C0250' && document.readyState === 'complete'")
    ok(crm.client.patch(f"/v1/segments/{letter}/lines/{line}", json={"cost": "1250.75"}))
    for _ in range(2):
        window.leave("history.back()")
        window.until(f"location.pathname === '/segments/{letter}'")
        assert window.run(f'document.querySelector("{looked_at}")?.textContent') == "C0250"
        window.until(f'document.querySelector("{looked_at} ~ .c-cost").textContent.includes("1,250.75")')
        window.until("document.getElementById('totals').textContent.includes('1,868.25')")
        window.leave("history.forward()")
        window.until("location.pathname === '/contacts/C0250'")


def test_a_form_that_is_come_back_to_after_it_was_taken_is_left_only_after_a_question(
    window: Window, running: RunningService, crm: Crm
) -> None:
    crm.record("salespeople", "BACK", name="Bea")
    window.open(f"{running.base_url}/setup/salespeople/BACK")
    window.run("window.kept = true")
    typed = """(name) => {
        const field = document.querySelector("[name=name]");
        field.value = name;
        field.dispatchEvent(new Event("input", { bubbles: true }));
        return field.form;
    }"""
    asks = "!dispatchEvent(new Event('beforeunload', { cancelable: true }))"
    window.leave(f"({typed})('Beatrice').requestSubmit()")
    window.until("location.pathname === '/setup/salespeople' && document.readyState === 'complete'")
    window.leave("history.back()")
    window.until("location.pathname === '/setup/salespeople/BACK' && window.kept")
    assert window.run(asks) is False
    window.run(f"({typed})('Bettina') && null")
    assert window.run(asks) is True


@pytest.mark.usefixtures("looked_at")
def test_back_after_signing_out_shows_no_lines(window: Window) -> None:
    window.leave("document.querySelector(\"form[action='/sign-out']\").requestSubmit()")
    window.until("location.pathname === '/sign-in' && document.readyState === 'complete'")
    window.leave("history.back()")
    window.until("location.search.startsWith('?next=')")
    assert window.run("document.getElementById('grid')") is None
