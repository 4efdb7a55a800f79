"""The set-up in the browser: what segments and contacts refer to is made, changed and deleted."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from playwright.sync_api import expect

from api.pages.rendering import told
from application.field_words import Language
from tests.api.crm import Crm, ok
from tests.browser.conftest import Reader, Visit

both_languages = pytest.mark.parametrize("language", ["en", "nl"])


def show_form(reader: Reader) -> None:
    """Open the form for another one; where there is none yet, it is open already."""
    if reader.page.locator("#s-description").is_hidden():
        reader.page.locator("details.card summary").click()


@both_languages
def test_a_code_is_made_changed_and_deleted(visit: Visit, crm: Crm, language: Language) -> None:
    code = crm.code()
    reader = visit(language)
    reader.go("/setup")
    reader.page.get_by_role("link", name=reader.t("all_mailing-groups")).click()
    reader.page.locator("#s-code").fill(code.lower())
    reader.page.locator("#s-description").fill("Festive letters")
    with reader.page.expect_navigation():
        reader.press("create")
    assert ok(crm.client.get(f"/v1/mailing-groups/{code}"))["description"] == "Festive letters"
    reader.page.locator("#s-code").fill(code)
    reader.press("create")
    # One that is there is not written over.
    expect(reader.page.locator("#messages")).to_contain_text(code)
    reader.page.get_by_role("link", name=code, exact=True).click()
    reader.page.locator("#s-description").fill("Festive cards")
    reader.press("save")
    reader.arrives("/setup/mailing-groups")
    assert ok(crm.client.get(f"/v1/mailing-groups/{code}"))["description"] == "Festive cards"
    used_by = crm.contact(mailing_groups=[code])["no"]
    reader.page.get_by_role("link", name=code, exact=True).click()
    reader.page.locator("summary", has_text=reader.t("delete")).click()
    reader.press("delete")
    expect(reader.page.locator("#messages .problem")).to_be_visible()
    ok(crm.client.patch(f"/v1/contacts/{used_by}", json={"mailing_groups": []}))
    reader.press("delete")
    reader.arrives("/setup/mailing-groups")
    assert crm.client.get(f"/v1/mailing-groups/{code}").status_code == 404


@both_languages
def test_a_code_of_dots_only_is_refused(visit: Visit, crm: Crm, language: Language) -> None:
    reader = visit(language)
    reader.go("/setup/mailing-groups")
    show_form(reader)
    reader.page.locator("#s-code").fill("..")
    reader.press("create")
    expect(reader.page.locator("#messages")).to_contain_text(str(told("must not be dots only", language)))


@both_languages
def test_a_template_is_made_with_what_it_costs(visit: Visit, crm: Crm, language: Language) -> None:
    code = crm.code()
    reader = visit(language)
    reader.go("/setup/interaction-templates")
    show_form(reader)
    reader.page.locator("#s-code").fill(code)
    reader.page.locator("#s-interaction_group_code").select_option("LETTERS")
    reader.page.locator("#s-unit_cost").fill({"en": "1.75", "nl": "1,75"}[language])
    reader.page.locator("#s-unit_duration_minutes").fill("a few")
    reader.press("create")
    expect(reader.page.locator("#s-unit_duration_minutes")).to_be_focused()
    reader.page.locator("#s-unit_duration_minutes").fill("4")
    reader.press("create")
    reader.arrives(f"/setup/interaction-templates/{code}")
    made = ok(crm.client.get(f"/v1/interaction-templates/{code}"))
    assert (made["unit_cost"], made["unit_duration_minutes"]) == ("1.75", 4)
    content, kind = b"<p>Dear {{ Contact_Name }}</p>", {"Content-Type": "text/html"}
    path = f"/v1/interaction-templates/{code}"
    ok(crm.client.put(f"{path}/documents/ENG", content=content, headers=kind))
    ok(crm.client.put(path, json={"interaction_group_code": "LETTERS", "language_code": "ENG"}))
    reader.go(f"/setup/interaction-templates/{code}")
    reader.page.locator("#s-description").fill("Spring")
    reader.press("save")
    reader.arrives("/setup/interaction-templates")
    made = ok(crm.client.get(path))
    # What belongs to its documents stays as it is.
    assert (made["description"], made["language_code"], len(made["documents"])) == ("Spring", "ENG", 1)


@both_languages
def test_questions_get_answers_that_keep_their_numbers(visit: Visit, crm: Crm, language: Language) -> None:
    code = crm.code()
    reader = visit(language)
    reader.go("/setup/profile-questionnaires")
    show_form(reader)
    reader.page.locator("#s-code").fill(code)
    reader.page.locator("#s-description").fill("Size")
    texts = reader.page.locator('[name="lines.description"]')
    kinds = reader.page.locator('[name="lines.type"]')
    numbers = reader.page.locator('[name="lines.line_no"]')
    for place, (kind, words) in enumerate((("question", "How many?"), ("answer", "Few"), ("answer", "Many"))):
        kinds.nth(place).select_option(kind)
        texts.nth(place).fill(words)
    numbers.nth(2).fill("last")
    reader.press("create")
    # Told at the row that it stands in, though lines are sorted by their numbers.
    expect(numbers.nth(2)).to_be_focused()
    numbers.nth(2).fill("")
    reader.press("create")
    reader.arrives(f"/setup/profile-questionnaires/{code}")
    # One between the others, and the first answer goes.
    texts.nth(1).fill("")
    kinds.nth(3).select_option("answer")
    numbers.nth(3).fill("25000")
    texts.nth(3).fill("Some")
    reader.press("save")
    reader.arrives("/setup/profile-questionnaires")
    made = ok(crm.client.get(f"/v1/profile-questionnaires/{code}"))
    assert [(line["line_no"], line["description"]) for line in made["lines"]] == [
        (10_000, "How many?"),
        (25_000, "Some"),
        (30_000, "Many"),
    ]


@both_languages
def test_a_campaign_takes_the_next_number_and_a_salutation_its_formulas(
    visit: Visit, crm: Crm, language: Language
) -> None:
    reader = visit(language)
    reader.go("/setup/campaigns")
    show_form(reader)
    reader.page.locator("#s-description").fill("Open days")
    reader.page.locator("#s-starting_date").fill("2026-06-01")
    reader.page.locator("#s-ending_date").fill("2026-05-01")
    reader.press("create")
    expect(reader.page.locator("#s-ending_date")).to_be_focused()
    reader.page.locator("#s-ending_date").fill("2026-07-01")
    with reader.page.expect_navigation():
        reader.press("create")
    made = ok(crm.client.get("/v1/campaigns?description=Open+days"))["items"][-1]
    assert (made["starting_date"], made["ending_date"]) == ("2026-06-01", "2026-07-01")
    code = crm.record("salutations")
    reader.go(f"/setup/salutations/{code}")
    texts = reader.page.locator('[name="formulas.text"]')
    texts.first.fill("Dear %1 %2,")
    names = reader.page.locator('[name="formulas.names"]').first
    first, last = {"en": ("first name", "surname"), "nl": ("voornaam", "achternaam")}[language]
    names.fill(first)
    reader.press("save")
    # There is no second name for %2.
    expect(names).to_be_focused()
    names.fill(f"{first}, {last}")
    reader.press("save")
    reader.arrives("/setup/salutations")
    (formula,) = ok(crm.client.get(f"/v1/salutations/{code}"))["formulas"]
    assert (formula["text"], formula["names"]) == ("Dear %1 %2,", ["first_name", "surname"])
    dutch = visit("nl", width=390)
    dutch.go(f"/setup/salutations/{code}")
    names = dutch.page.locator('[name="formulas.names"]').first
    expect(names).to_have_value("voornaam, achternaam")
    # On a phone there is room to type.
    box = names.bounding_box()
    assert box is not None
    assert box["width"] > 120


@pytest.mark.parametrize("typed", ["łódź", "r&d?", "100%", "a#b"])
def test_a_code_can_hold_any_sign_that_an_address_can(visit: Visit, crm: Crm, typed: str) -> None:
    reader = visit()
    reader.go("/setup/salutations")
    show_form(reader)
    reader.page.locator("#s-code").fill(typed)
    reader.page.locator("#s-description").fill("Signs")
    with reader.page.expect_navigation():
        reader.press("create")
    expect(reader.page.locator("h1")).to_contain_text(typed.upper())
    reader.page.locator("#s-description").fill("More signs")
    reader.press("save")
    reader.arrives("/setup/salutations")
    expect(reader.page.locator("tbody tr", has_text=typed.upper())).to_contain_text("More signs")
    reader.page.get_by_role("link", name=typed.upper(), exact=True).click()
    reader.page.locator("summary", has_text=reader.t("delete")).click()
    reader.press("delete")
    reader.arrives("/setup/salutations")
    assert crm.client.get(f"/v1/salutations/{quote(typed.upper())}").status_code == 404


@both_languages
@pytest.mark.parametrize("typed", ["a/b", "x" * 21])
def test_a_code_that_no_address_could_hold_is_refused_at_its_field(
    visit: Visit, crm: Crm, language: Language, typed: str
) -> None:
    reader = visit(language)
    for table, field in (("salutations", "#s-code"), ("campaigns", "#s-no")):
        reader.go(f"/setup/{table}")
        show_form(reader)
        code = reader.page.locator(field)
        code.evaluate("field => field.removeAttribute('maxlength')")
        code.fill(typed)
        reader.page.locator("#s-description").fill("Nowhere")
        reader.press("create")
        expect(code).to_be_focused()
        expect(reader.page.locator("small.wrong")).to_be_visible()
        assert ok(crm.client.get(f"/v1/{table}?description=Nowhere"))["items"] == []


def test_who_may_not_write_only_looks(visit: Visit, crm: Crm) -> None:
    reader = visit(role="auditor")
    for path in ("/setup", "/setup/mailing-groups", "/setup/mailing-groups/NEWS"):
        reader.go(path)
        expect(reader.page.locator("main button.main")).to_have_count(0)
    reader.go("/setup/setup")
    expect(reader.page.locator(".problem")).to_be_visible()
