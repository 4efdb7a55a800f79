"""Statistics: charts that say their values, a table beside each, files, and a period."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from playwright.sync_api import expect

from application.field_words import Language
from tests.api.crm import Crm, ok
from tests.browser.conftest import Visit

both_languages = pytest.mark.parametrize("language", ["en", "nl"])


@pytest.fixture(scope="module")
def counted(crm: Crm) -> str:
    """A template with three interactions of 1991 that count, and two that were canceled; its code."""
    code = crm.code()
    crm.record("campaigns", code, description="Fair")
    crm.record(
        *("interaction-templates", code),
        description="A call",
        interaction_group_code="LETTERS",
        unit_cost="1.50",
        unit_duration_minutes=4,
    )
    for month, lines in (("03", 3), ("04", 2)):
        values = {
            "description": "Fair",
            "interaction_template_code": code,
            "salesperson_code": "ANNA",
            "date": f"1991-{month}-15",
            "campaign_no": code,
            "campaign_target": True,
        }
        no = crm.segment(**values)["no"]
        action = {"action": "add_contacts", "filters": {"contact": {"no": f"C0001..C000{lines}"}}}
        ok(crm.client.post(f"/v1/segments/{no}/criteria-actions", json=action))
        if month == "03":
            changed = {"campaign_response": True}
            ok(crm.client.patch(f"/v1/segments/{no}/lines/10000", json=changed))
        logged = ok(crm.client.post(f"/v1/segments/{no}/log"))["logged_segment"]["entry_no"]
        if month == "04":
            ok(crm.client.post(f"/v1/logged-segments/{logged}/cancel"))
    return code


@both_languages
def test_charts_and_tables_show_what_counts_in_a_period(
    visit: Visit, counted: str, language: Language
) -> None:
    reader = visit(language, "reporter")
    reader.go("/statistics")
    reader.page.get_by_label(reader.t("day_from")).fill("1991-01-01")
    reader.page.get_by_label(reader.t("day_to")).fill("1991-12-31")
    reader.press("show")
    for by in ("template", "group", "campaign", "month"):
        card = reader.page.locator(f"section[aria-labelledby=title-{by}]")
        expect(card.locator("tbody tr")).to_have_count(1)
        numbers = card.locator("tbody td")
        comma = "," if language == "nl" else "."
        expected = ["3", f"4{comma}50", "12", "3", "1", f"33{comma}3%"]
        expect(numbers).to_have_text(expected)
        expect(card.locator(".chart-value")).to_have_text(["3"])
        expect(card.get_by_role("img")).to_be_visible()
    expect(reader.page.locator("#chart-template-desc")).to_have_text(f"{counted} · A call: 3")
    expect(reader.page.locator("#chart-month-desc")).to_contain_text(
        {"en": "Mar 1991: 3", "nl": "mrt 1991: 3"}[language]
    )
    reader.page.get_by_role("link", name={"en": "Response rate", "nl": "Respons"}[language]).click()
    expect(reader.page.locator("section[aria-labelledby=title-campaign] .chart-value")).to_have_text(
        [f"33{comma}3%"]
    )
    assert "1991-01-01" in reader.page.url


@both_languages
def test_each_chart_is_a_file_too(visit: Visit, counted: str, language: Language, tmp_path: Path) -> None:
    reader = visit(language)
    reader.go("/statistics?from=1991-01-01&to=1991-12-31")
    with reader.page.expect_download() as downloading:
        reader.page.get_by_role("link", name=reader.t("download_csv")).nth(0).click()
    file = tmp_path / "statistics.csv"
    downloading.value.save_as(file)
    with file.open(encoding="utf-8-sig", newline="") as opened:
        heading, *rows = csv.reader(opened)
    assert heading[0] == reader.t("by_template")
    assert rows == [[counted, "A call", "3", "4.50", "12", "3", "1", "0.3333"]]


def test_a_campaign_has_the_figures_that_it_has_elsewhere(visit: Visit, crm: Crm, counted: str) -> None:
    figures = ok(crm.client.get(f"/v1/campaigns/{counted}"))
    assert (figures["target_contacts_contacted"], figures["response_rate"]) == (3, "0.3333")
    reader = visit()
    reader.go("/statistics")
    expect(reader.page.locator("section[aria-labelledby=title-campaign]")).to_contain_text("33.3%")


def test_a_day_that_is_none_is_refused(visit: Visit) -> None:
    reader = visit()
    reader.go("/statistics?from=1991-02-30")
    expect(reader.page.locator(".problem")).to_contain_text("1991-02-30")
