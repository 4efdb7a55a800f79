"""Contacts: register, find, change, import with a report."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from application.field_words import Language
from tests.api.crm import Crm, ok
from tests.browser.conftest import Visit

both_languages = pytest.mark.parametrize("language", ["en", "nl"])


@both_languages
def test_a_contact_is_registered_and_changed(visit: Visit, crm: Crm, language: Language) -> None:
    reader = visit(language)
    reader.go("/contacts")
    reader.page.get_by_role("link", name=reader.t("new_contact")).click()
    reader.page.locator("#c-name").fill("Bakkerij 't Hoekje")
    reader.press("create")
    reader.page.wait_for_url(re.compile(r"/contacts/CT\d+$"))
    no = reader.page.url.rsplit("/", 1)[1]
    reader.page.locator("#c-city").fill("'s-Hertogenbosch")
    reader.page.locator("#c-privacy_blocked").check()
    with reader.page.expect_navigation():
        reader.press("save")
    contact = ok(crm.client.get(f"/v1/contacts/{no}"))
    assert (contact["name"], contact["city"]) == ("Bakkerij 't Hoekje", "'s-Hertogenbosch")
    assert contact["privacy_blocked"] is True
    wrong = reader.page.locator("#c-name")
    wrong.fill("")
    reader.press("save")
    # What is wrong stands at its field too, which has the focus.
    expect(wrong).to_be_focused()
    expect(wrong).to_have_attribute("aria-invalid", "true")
    expect(reader.page.locator("small.wrong")).to_contain_text(no)


@both_languages
def test_a_file_is_imported_and_its_rejected_rows_are_named(
    visit: Visit, crm: Crm, language: Language, tmp_path: Path
) -> None:
    one, other = crm.code(), crm.code()
    file = tmp_path / "contacts.csv"
    file.write_text(
        f"no,type,name,city\n{one},company,Linden,Ede\n{other},ship,Oak,Ede\nC0001,company,Birch 001,\n"
    )
    reader = visit(language)
    reader.go("/contacts/import")
    reader.page.locator("#file").set_input_files(file)
    reader.press("import")
    expect(reader.page.locator("p.big")).to_have_text(
        reader.t("imported", registered=1, changed=1, unchanged=0, rejected=1)
    )
    expect(reader.page.locator(".problems li")).to_contain_text(reader.t("row", n=3))
    assert ok(crm.client.get(f"/v1/contacts/{one}"))["city"] == "Ede"
    crm.client.patch("/v1/contacts/C0001", json={"city": "Breda"})


@both_languages
@pytest.mark.parametrize("typed", ["edar 042", "C0042"])
def test_a_contact_is_looked_for_by_a_piece_of_its_name_or_by_number(
    visit: Visit, crm: Crm, language: Language, typed: str
) -> None:
    reader = visit(language)
    reader.go("/contacts")
    reader.page.get_by_label(reader.t("search_contacts")).fill(typed)
    reader.page.keyboard.press("Enter")
    expect(reader.page.locator("tbody tr")).to_have_count(1)
    expect(reader.page.locator("tbody th")).to_have_text("C0042")


def test_a_piece_of_a_name_that_begins_numbers_too_is_looked_for_in_names(visit: Visit, crm: Crm) -> None:
    crm.contact(no="ELMSTREET", name="A house")
    reader = visit()
    for typed, found in (("Elm", "f-name=*"), ("elmst", "f-no=*")):
        reader.go("/contacts")
        reader.page.get_by_label(reader.t("search_contacts")).fill(typed)
        reader.page.keyboard.press("Enter")
        reader.page.wait_for_url(f"**/contacts?{found}")
    expect(reader.page.locator("tbody th")).to_have_text("ELMSTREET")


def test_two_dots_are_looked_for_like_other_signs(visit: Visit, crm: Crm) -> None:
    crm.contact(name="Wait.. and see")
    reader = visit()
    reader.go("/contacts")
    reader.page.get_by_label(reader.t("search_contacts")).fill("wait.. and")
    reader.page.keyboard.press("Enter")
    expect(reader.page.locator("tbody tr")).to_have_count(1)
    expect(reader.page.locator("tbody tr")).to_contain_text("Wait.. and see")


@both_languages
def test_a_file_of_excel_is_imported_and_its_encoding_is_complained_of_once(
    visit: Visit, crm: Crm, language: Language, tmp_path: Path
) -> None:
    one, *others = (crm.code() for _ in range(3))
    file = tmp_path / "contacts.csv"
    rows = ["no;type;name", f"{one};company;Linden", *(f"{no};company;Café" for no in others)]
    file.write_bytes("\r\n".join(rows).encode("cp1252"))
    reader = visit(language)
    reader.go("/contacts/import")
    reader.page.locator("#file").set_input_files(file)
    reader.press("import")
    expect(reader.page.locator("main .problem")).to_have_text(reader.t("import_not_utf8"))
    expect(reader.page.locator(".problems")).to_have_count(0)
    assert ok(crm.client.get(f"/v1/contacts/{one}"))["name"] == "Linden"
