"""Erasing a contact in the browser: asked first, done for good, and shown wherever its name was."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from application.field_words import Language
from tests.api.crm import Crm, ok
from tests.browser.conftest import Visit
from tests.browser.test_every_page import violations

both_languages = pytest.mark.parametrize("language", ["en", "nl"])


@both_languages
def test_a_contact_is_erased_after_it_was_said_what_that_means(
    visit: Visit, crm: Crm, language: Language
) -> None:
    no = crm.contact(name="Zenobia", city="Ede", mailing_groups=["NEWS"])["no"]
    reader = visit(language, "admin")
    reader.go(f"/contacts/{no}")
    reader.page.get_by_role("link", name=reader.t("erase")).click()
    expect(reader.page.get_by_text(reader.t("erase_for_good"))).to_be_visible()
    assert violations(reader) == []
    reader.page.get_by_role("link", name=reader.t("erase_not")).click()
    reader.arrives(f"/contacts/{no}")
    reader.go(f"/contacts/{no}/erase")
    reader.page.locator("#reason").fill("   ")
    reader.page.locator("[name=sure]").check()
    reader.press("erase_do", no=no)
    expect(reader.page.locator("#reason")).to_be_focused()
    assert ok(crm.client.get(f"/v1/contacts/{no}"))["name"] == "Zenobia"
    reader.page.locator("#reason").fill("Request of 1 March")
    reader.press("erase_do", no=no)
    reader.arrives(f"/contacts/{no}")
    expect(reader.page.get_by_text(reader.t("was_erased"))).to_be_visible()
    expect(reader.page.locator("h1")).to_contain_text(reader.t("erased"))
    expect(reader.page.locator("main")).to_contain_text("Request of 1 March")
    # Groups stay, and nothing can be changed any more.
    expect(reader.page.locator("#list-mailing_groups")).to_contain_text("NEWS")
    expect(reader.page.locator("main button")).to_have_count(0)
    assert violations(reader) == []
    assert ok(crm.client.get(f"/v1/contacts/{no}"))["name"] is None


@both_languages
def test_a_worksheet_the_log_and_the_contacts_say_who_was_erased(
    visit: Visit, crm: Crm, language: Language
) -> None:
    company = crm.contact(name="Zenobia Limited")["no"]
    person = crm.contact(name="Zenobia", type="person", company_no=company)["no"]
    segment = crm.loggable(0)["no"]
    logged = crm.loggable(0)["no"]
    for no in (segment, logged):
        crm.line(no, company)
        crm.line(no, person)
    entry = ok(crm.client.post(f"/v1/segments/{logged}/log"))["logged_segment"]["entry_no"]
    ok(crm.client.post(f"/v1/contacts/{person}/erase", json={"reason": "Asked for it"}))
    reader = visit(language)
    reader.go(f"/segments/{segment}")
    lines = reader.page.locator("#grid tr[data-line]")
    expect(lines.nth(1).locator(".c-contact_name")).to_have_text(reader.t("erased"))
    expect(lines.nth(1).locator(".c-contact_company_name")).to_have_text("Zenobia Limited")
    # A company has no person's name that could be missed.
    expect(lines.nth(0).locator(".c-contact_name")).to_have_text("")
    reader.go(f"/interactions?f-logged_segment_entry_no={entry}&f-contact_no={person}")
    expect(reader.page.locator("tbody .erased")).to_have_text(reader.t("erased"))
    reader.page.locator("tbody th a").click()
    expect(reader.page.locator("dd .erased")).to_have_text(reader.t("erased"))
    reader.go(f"/contacts?f-no={person}")
    expect(reader.page.locator("tbody .erased")).to_have_text(reader.t("erased"))
    ok(crm.client.post(f"/v1/contacts/{company}/erase", json={"reason": "Asked for it"}))
    reader.go(f"/segments/{segment}")
    expect(lines.nth(0).locator(".c-contact_company_name")).to_have_text(reader.t("erased"))
    expect(lines.nth(0).locator(".c-contact_name")).to_have_text("")


def test_only_those_who_may_are_offered_to_erase(visit: Visit, crm: Crm) -> None:
    no = crm.contact()["no"]
    reader = visit(role="marketer")
    reader.go(f"/contacts/{no}")
    expect(reader.page.get_by_role("link", name=reader.t("erase"))).to_have_count(0)
    reader.go(f"/contacts/{no}/erase")
    expect(reader.page.locator(".problem")).to_be_visible()
    # The form is refused as well, wherever it comes from.
    answer = reader.page.evaluate(
        "no => fetch(`/contacts/${no}/erase`, {method: 'POST', headers: {'X-CSRF-Token':"
        " document.querySelector('meta[name=csrf]').content},"
        " body: new URLSearchParams({sure: 'on', reason: 'no'})}).then((answer) => answer.status)",
        no,
    )
    assert answer == 403
    assert ok(crm.client.get(f"/v1/contacts/{no}"))["name"] == "Alder"
