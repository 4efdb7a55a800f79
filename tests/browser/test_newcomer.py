"""The whole job by somebody who knows nothing, from an empty service, with nothing but the pages."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from api.pages.words import text
from application.field_words import Language
from tests.api.running import ADMIN_KEY, running_service
from tests.browser.conftest import PATIENCE


@pytest.fixture(params=["en", "nl"])
def language(request: pytest.FixtureRequest) -> Language:
    return "nl" if request.param == "nl" else "en"


@pytest.fixture
def page(postgres_url: str, chromium: Browser, language: Language) -> Iterator[Page]:
    """Signed in to an empty service, by the form."""
    with running_service(postgres_url) as service:
        context = chromium.new_context(
            viewport={"width": 1280, "height": 800}, locale={"en": "en-GB", "nl": "nl-NL"}[language]
        )
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        page.goto(service.base_url)
        page.get_by_label(text("key", language)).fill(ADMIN_KEY)
        page.keyboard.press("Enter")
        page.wait_for_url("**/segments")
        yield page
        context.close()


def test_a_newcomer_follows_the_first_steps_to_a_logged_segment(page: Page, language: Language) -> None:
    def t(name: str, **values: object) -> str:
        return text(name, language, **values)

    def press(name: str, **values: object) -> None:
        page.get_by_role("button", name=t(name, **values), exact=True).click()

    def link(name: str, **values: object) -> None:
        page.get_by_role("link", name=t(name, **values), exact=True).click()

    # What the first page says is needed, one after the other.
    for step, fields in (
        ("first_salesperson", {"code": "JO", "name": "Jo Peters"}),
        ("first_interaction-group", {"code": "LETTERS", "description": "Letters"}),
        ("first_interaction-template", {"code": "LETTER", "description": "Letter", "unit_cost": "1"}),
    ):
        link(step)
        for name, value in fields.items():
            page.locator(f"#s-{name}").fill(value)
        if step == "first_interaction-template":
            page.locator("#s-interaction_group_code").select_option("LETTERS")
        with page.expect_navigation():
            press("create")
        link("segments")
    expect(page.locator(".steps .done")).to_have_count(3)
    link("first_contacts")
    names = ("Alder", "Birch", "Cedar", "Dogwood")
    rows = "".join(f"company,{name},{('Ede', 'Delft')[place % 2]},JO\n" for place, name in enumerate(names))
    content = f"type,name,city,salesperson_code\n{rows}ship,Elm,Ede,JO\n".encode()
    page.locator("#file").set_input_files({"name": "c.csv", "mimeType": "text/csv", "buffer": content})
    press("import")
    expect(page.get_by_role("status")).to_have_text(
        t("imported", registered=4, changed=0, unchanged=0, rejected=1)
    )
    link("segments")
    expect(page.locator("#first-steps")).to_have_count(0)
    # A worksheet, with contacts by criteria, after a look at who that would be.
    page.locator("#description").fill("Spring letter")
    press("create")
    page.wait_for_url("**/segments/SM00001")
    page.locator("#h-interaction_template_code").select_option("LETTER")
    with page.expect_navigation():
        press("save_header")
    page.get_by_role("navigation", name=t("segment", no="SM00001")).get_by_text(t("choose_contacts")).click()
    expect(page.locator("#preview .big")).to_have_text(t("would_add", n=4))
    page.locator("[name=field]").select_option("contact.city")
    page.locator("[name=filter]").fill("Ede")
    expect(page.locator("#preview .big")).to_have_text(t("would_add", n=2))
    expect(page.locator("#preview")).to_contain_text("Cedar")
    with page.expect_navigation():
        press("do_it")
    link("log")
    expect(page.get_by_text(t("log_ready"))).to_be_visible()
    press("log_now")
    page.wait_for_url(re.compile(r"/logged-segments/1$"))
    expect(page.locator("#progress")).to_contain_text(t("progress", n=2, of=2))
    link("its_interactions")
    expect(page.locator("tbody tr")).to_have_count(2)


def test_somebody_who_only_tries_it_out_fills_it_with_a_sample(page: Page, language: Language) -> None:
    page.get_by_role("button", name=text("sample", language)).click()
    expect(page.locator("#first-steps")).to_have_count(0)
    page.goto(re.sub(r"/segments$", "/contacts", page.url))
    expect(page.locator(".count")).to_contain_text({"en": "10,000", "nl": "10.000"}[language])
    page.goto(re.sub(r"/contacts$", "/setup/interaction-templates/BRIEF/letter", page.url))
    expect(page.locator(".documents > li")).to_have_count(2)
