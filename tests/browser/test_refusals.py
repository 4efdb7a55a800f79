"""What a browser shows when something is too large, is not there, or has signs of its own in its number."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from playwright.sync_api import expect
from psycopg_pool import PoolTimeout

from api.app import LARGEST_BODY
from api.pages import browser
from application.field_words import Language
from tests.api.crm import Crm, ok
from tests.browser.conftest import Visit

both_languages = pytest.mark.parametrize("language", ["en", "nl"])


@both_languages
def test_a_file_that_is_too_large_is_refused_in_words(visit: Visit, letter: str, language: Language) -> None:
    reader = visit(language)
    reader.go(f"/segments/{letter}/letter")
    large = {"name": "a.docx", "mimeType": "application/octet-stream", "buffer": b"x" * (LARGEST_BODY + 1)}
    reader.page.locator("#file").set_input_files(large)  # type: ignore[arg-type]
    reader.press("upload")
    said = reader.page.locator("#messages .problem")
    expect(said).to_contain_text({"en": "This is too large.", "nl": "Dit is te groot."}[language])
    expect(said).to_contain_text("10,000,000")
    expect(said).not_to_contain_text("{")


@pytest.mark.parametrize("path", ["/nothing", "/segments/", "/contacts/C0001/nothing"])
def test_an_address_that_is_none_is_a_page_with_the_menu(visit: Visit, path: str) -> None:
    reader = visit()
    answer = reader.page.goto(reader.base_url + path)
    assert answer is not None
    assert answer.status == 404
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    expect(reader.page.get_by_role("navigation").get_by_role("link")).to_have_count(6)
    expect(reader.page.locator(".problem")).to_have_text("This does not exist.")


def test_an_address_that_does_not_take_a_method_says_which_it_takes(crm: Crm) -> None:
    answer = crm.client.delete("/segments", headers={"Accept": "text/html"})
    assert answer.status_code == 405
    assert "GET" in answer.headers["allow"]


def test_an_address_that_is_none_is_a_page_also_while_the_database_does_not_answer(
    visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_answer(*_: object) -> None:
        raise PoolTimeout

    reader = visit()
    monkeypatch.setattr(browser, "session_of", no_answer)
    answer = reader.page.goto(f"{reader.base_url}/nothing")
    assert answer is not None
    assert answer.status == 404
    expect(reader.page.locator(".problem")).to_have_text("This does not exist.")


def test_a_contact_whose_number_holds_signs_of_addresses_is_reached_from_everywhere(
    visit: Visit, crm: Crm
) -> None:
    no = f"{crm.code()}?A#B%26&'"
    crm.contact(no=no, name="Odd")
    segment = crm.segment(no=f"{crm.code()}#1?2")["no"]
    crm.line(quote(segment, safe=""), no)
    reader = visit()
    title = reader.page.get_by_role("heading", level=1)
    reader.go("/contacts?f-name=Odd")
    reader.page.get_by_role("link", name=no, exact=True).click()
    expect(title).to_contain_text(no)
    reader.page.locator("#c-city").fill("Ede")
    with reader.page.expect_navigation():
        reader.press("save")
    expect(title).to_contain_text(no)
    assert ok(crm.client.get("/v1/contacts", params={"name": "Odd"}))["items"][0]["city"] == "Ede"
    reader.page.get_by_role("link", name=segment, exact=True).click()
    expect(title).to_contain_text(segment)
    reader.page.locator("#grid td.c-contact_no a").click()
    expect(title).to_contain_text(no)
    reader.page.get_by_role("link", name=reader.t("its_interactions")).click()
    expect(reader.page.locator("#messages")).to_be_empty()
    expect(reader.page.locator("[name=f-contact_company_no]")).to_have_value(
        "'" + no.replace("'", "''") + "'"
    )
