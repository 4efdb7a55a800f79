"""What a contact has several of: shown, added, changed, taken away; refused at the field."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from application.field_words import Language
from tests.api.crm import Crm, ok
from tests.browser.conftest import Reader, Visit

both_languages = pytest.mark.parametrize("language", ["en", "nl"])


def part(reader: Reader, name: str) -> Locator:
    """One of the lists."""
    return reader.page.locator(f"#list-{name}")


def button(within: Locator, reader: Reader, word: str) -> Locator:
    """A button that says this, and what it is about to who cannot see."""
    return within.get_by_role("button", name=reader.t(word))


@both_languages
def test_groups_are_added_and_taken_away_by_keyboard(visit: Visit, crm: Crm, language: Language) -> None:
    festive = crm.record("mailing-groups", description="Festive letters")
    no = crm.contact()["no"]
    reader = visit(language)
    reader.go(f"/contacts/{no}")
    chooser = reader.page.locator("#mailing_groups")
    for code in (festive, "NEWS"):
        chooser.focus()
        # Typing in a list of choices goes to the one that begins so.
        reader.page.keyboard.type(code)
        reader.page.keyboard.press("Tab")
        reader.page.keyboard.press("Enter")
        expect(part(reader, "mailing_groups").locator("li", has_text=code)).to_be_visible()
    expect(part(reader, "mailing_groups")).to_contain_text("Festive letters")
    assert sorted(ok(crm.client.get(f"/v1/contacts/{no}"))["mailing_groups"]) == sorted(["NEWS", festive])
    button(part(reader, "mailing_groups").locator("li", has_text=festive), reader, "remove").press("Enter")
    expect(part(reader, "mailing_groups").locator("li")).to_have_count(1)
    # Whoever works by keyboard stays where the list is.
    expect(chooser).to_be_focused()
    assert ok(crm.client.get(f"/v1/contacts/{no}"))["mailing_groups"] == ["NEWS"]


def test_persons_and_companies_are_offered_what_they_can_have(visit: Visit, crm: Crm) -> None:
    reader = visit()
    company = crm.contact()["no"]
    person = crm.contact(type="person", company_no=company)["no"]
    for no, has, has_not in (
        (company, ("industry_groups", "business_relations"), ("job_responsibilities",)),
        (person, ("job_responsibilities",), ("industry_groups", "business_relations")),
    ):
        reader.go(f"/contacts/{no}")
        for name in has:
            expect(part(reader, name)).to_be_visible()
        for name in has_not:
            expect(part(reader, name)).to_have_count(0)


@both_languages
def test_business_relations_and_answers_are_added_changed_and_taken_away(
    visit: Visit, crm: Crm, language: Language
) -> None:
    bank = crm.record("business-relations", description="Bank")
    lines = [
        {"line_no": 10000, "type": "question", "description": "How many work there?"},
        {"line_no": 20000, "type": "answer", "description": "Less than ten"},
        {"line_no": 30000, "type": "answer", "description": "Ten or more"},
    ]
    questionnaire = crm.record("profile-questionnaires", lines=lines)
    no = crm.contact()["no"]
    reader = visit(language)
    reader.go(f"/contacts/{no}")
    relations = part(reader, "business_relations")
    relations.locator("[name=code]").select_option(bank)
    relations.locator("[name=link_to_table]").select_option("vendor")
    relations.locator("[name=no]").fill("V10")
    button(relations, reader, "add").click()
    known = relations.locator("details")
    known.locator("summary", has_text="V10").click()
    known.locator("[name=no]").fill("V11")
    button(known, reader, "save").click()
    expect(known.locator("summary")).to_contain_text("V11")
    answers = part(reader, "profile_answers")
    answers.locator("select").select_option(f"{questionnaire} 20000")
    button(answers, reader, "add").click()
    expect(answers.locator("li")).to_contain_text("How many work there?: Less than ten")
    contact = ok(crm.client.get(f"/v1/contacts/{no}"))
    assert contact["business_relations"] == [{"code": bank, "link_to_table": "vendor", "no": "V11"}]
    assert contact["profile_answers"] == [{"questionnaire_code": questionnaire, "line_no": 20000}]
    button(answers, reader, "remove").click()
    expect(answers.locator("li")).to_have_text(reader.t("none"))
    known.locator("summary").click()
    button(known, reader, "remove").click()
    expect(known).to_have_count(0)
    contact = ok(crm.client.get(f"/v1/contacts/{no}"))
    assert (contact["business_relations"], contact["profile_answers"]) == ([], [])


@both_languages
def test_another_address_is_added_with_its_days_changed_and_taken_away(
    visit: Visit, crm: Crm, language: Language
) -> None:
    no = crm.contact()["no"]
    reader = visit(language)
    reader.go(f"/contacts/{no}")
    addresses = part(reader, "alternative_addresses")
    addresses.get_by_text(reader.t("add_address")).click()
    addresses.locator("[name=code]").fill("summer")
    addresses.locator("[name=city]").fill("Domburg")
    addresses.locator("[name=starting_date]").fill("2026-07-01")
    last = addresses.locator("[name=ending_date]")
    last.fill("2026-06-01")
    button(addresses, reader, "add").click()
    expect(last).to_be_focused()
    told = {"en": "the period would end before it starts", "nl": "de periode zou eindigen voor ze begint"}
    expect(addresses.locator("fieldset small.wrong")).to_have_text(told[language])
    last.fill("2026-08-31")
    button(addresses, reader, "add").click()
    expect(addresses.locator("summary", has_text="SUMMER")).to_be_visible()
    (address,) = ok(crm.client.get(f"/v1/contacts/{no}"))["alternative_addresses"]
    assert (address["code"], address["city"]) == ("SUMMER", "Domburg")
    assert address["date_ranges"] == [{"starting_date": "2026-07-01", "ending_date": "2026-08-31"}]
    known = addresses.locator("details").first
    known.locator("summary").click()
    known.locator("[name=city]").fill("Veere")
    starts = known.locator("[name=starting_date]")
    starts.last.fill("2026-07-01")
    button(known, reader, "save").click()
    # The second period starts on the day of the first: told at the second.
    expect(starts.last).to_be_focused()
    starts.last.fill("2027-07-01")
    button(known, reader, "save").click()
    expect(addresses.locator("summary", has_text="Veere")).to_be_visible()
    (address,) = ok(crm.client.get(f"/v1/contacts/{no}"))["alternative_addresses"]
    assert [days["starting_date"] for days in address["date_ranges"]] == ["2026-07-01", "2027-07-01"]
    known.locator("summary").click()
    button(known, reader, "remove").click()
    expect(addresses.locator("summary", has_text="SUMMER")).to_have_count(0)
    assert ok(crm.client.get(f"/v1/contacts/{no}"))["alternative_addresses"] == []


def test_who_changed_a_list_meanwhile_is_not_overwritten(visit: Visit, crm: Crm) -> None:
    bank = crm.record("business-relations", description="Bank")
    no = crm.contact()["no"]
    reader = visit()
    reader.go(f"/contacts/{no}")
    ok(crm.client.patch(f"/v1/contacts/{no}", json={"city": "Breda"}))
    relations = part(reader, "business_relations")
    relations.locator("[name=code]").select_option(bank)
    button(relations, reader, "add").click()
    expect(reader.page.locator("#messages")).to_contain_text("Somebody else changed this meanwhile.")
    assert ok(crm.client.get(f"/v1/contacts/{no}"))["business_relations"] == []
    reader.page.get_by_role("link", name=reader.t("load_again")).click()
    relations.locator("[name=code]").select_option(bank)
    button(relations, reader, "add").click()
    expect(relations.locator("summary")).to_contain_text(bank)


def test_who_may_not_write_only_sees_the_lists(visit: Visit, crm: Crm) -> None:
    no = crm.contact(mailing_groups=["NEWS"], alternative_addresses=[{"code": "SUMMER"}])["no"]
    reader = visit(role="auditor")
    reader.go(f"/contacts/{no}")
    expect(part(reader, "mailing_groups")).to_contain_text("Newsletter")
    expect(reader.page.locator("#lists button")).to_have_count(0)
    assert reader.page.locator("#lists").locator("input:enabled:visible, select:enabled:visible").count() == 0
