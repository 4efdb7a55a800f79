"""The grid of a worksheet as it is seen, left and come back to, and while others work on the same lines."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from application.field_words import Language
from tests.api.crm import Crm, ok
from tests.browser.conftest import Visit
from tests.browser.test_worksheet import both_languages, cell


@pytest.mark.parametrize("width", [1280, 700])
@both_languages
def test_every_action_of_a_line_is_seen_whole(
    visit: Visit, letter: str, language: Language, width: int
) -> None:
    reader = visit(language, width=width)
    reader.go(f"/segments/{letter}")
    expect(cell(reader, 0, "actions")).to_be_visible()
    room, needed = cell(reader, 0, "actions").evaluate("cell => [cell.clientWidth, cell.scrollWidth]")
    assert needed <= room


def test_the_order_of_the_lines_is_said_by_a_sign_not_by_a_colour_alone(visit: Visit, letter: str) -> None:
    reader = visit()
    reader.go(f"/segments/{letter}")
    heading = reader.page.locator("[data-sort=contact_name]")
    sign = "button => getComputedStyle(button, '::after').content"
    assert heading.evaluate(sign) == "none"
    for expected in ('" ▲"', '" ▼"'):
        heading.click()
        assert heading.evaluate(sign) == expected


def test_removing_a_line_leaves_the_columns_where_they_are(visit: Visit, letter: str) -> None:
    reader = visit()
    reader.go(f"/segments/{letter}")
    cell(reader, 1, "actions").locator("[data-do=remove]").click()
    expect(reader.page.locator("#totals")).to_contain_text("247")
    expect(cell(reader, 1, "actions")).to_be_focused()
    assert reader.page.locator("#grid").evaluate("grid => grid.scrollLeft") == 0


def test_a_line_that_somebody_else_removed_goes_when_one_would_change_it(
    visit: Visit, crm: Crm, letter: str
) -> None:
    reader = visit()
    reader.go(f"/segments/{letter}")
    ok(crm.client.delete(f"/v1/segments/{letter}/lines/20000"))
    cell(reader, 1, "subject").dblclick()
    expect(reader.page.locator("#messages")).to_contain_text("20000")
    expect(cell(reader, 1, "contact_no")).to_have_text("C0003")
    expect(reader.page.locator("#totals")).to_contain_text("247")
    expect(reader.page.locator("#messages")).to_contain_text("20000")


def test_a_filter_that_cannot_be_read_is_marked_until_it_can_be(visit: Visit, letter: str) -> None:
    reader = visit()
    reader.go(f"/segments/{letter}")
    cost = reader.page.locator("[data-filter=cost]")
    cost.fill("abc")
    expect(cost).to_have_attribute("aria-invalid", "true")
    expect(cell(reader, 0, "contact_no")).to_have_text("C0001")
    cost.fill("2.5")
    expect(cost).not_to_have_attribute("aria-invalid", "true")
    expect(reader.page.locator("#messages")).to_be_empty()


def test_what_was_found_lies_over_the_lines_while_one_looks(visit: Visit, letter: str) -> None:
    reader = visit()
    reader.go(f"/segments/{letter}")
    reader.page.wait_for_load_state("networkidle")
    before = reader.page.locator("#grid").bounding_box()
    reader.page.locator("#finder").fill("Alder")
    expect(reader.page.locator("#found button").first).to_be_visible()
    assert reader.page.locator("#grid").bounding_box() == before
    cell(reader, 9, "subject").click()
    expect(reader.page.locator("#found button").first).to_be_hidden()


@pytest.mark.parametrize("by", ["back", "reload", "saving"])
def test_back_reload_and_saving_lead_to_the_order_the_filters_and_the_place_one_was_at(
    visit: Visit, letter: str, by: str
) -> None:
    reader = visit()
    reader.go(f"/segments/{letter}")
    reader.page.locator("[data-filter=contact_company_name]").fill("*e*")
    expect(reader.page.locator("#grid table")).to_have_attribute("aria-rowcount", "125")
    reader.page.locator("[data-sort=contact_company_name]").click()
    heading = reader.page.locator("th[data-column=contact_company_name]")
    expect(heading).to_have_attribute("aria-sort", "ascending")
    expect(cell(reader, 0, "contact_company_name")).to_have_text("Alder 030")
    reader.page.locator("#grid").evaluate("grid => { grid.scrollTop = grid.scrollHeight }")
    last = cell(reader, 122, "contact_company_name")
    expect(last).to_have_text("Juniper 249")
    if by == "back":
        cell(reader, 122, "actions").locator("[data-do=letter]").dispatch_event("click")
        expect(reader.page.get_by_role("heading", name=reader.t("personal"))).to_be_visible()
        reader.page.go_back()
    elif by == "reload":
        reader.page.reload()
    else:
        reader.page.locator("summary h2").first.click()
        reader.page.locator("#h-subject").fill("A word for you")
        with reader.page.expect_navigation():
            reader.press("save_header")
    expect(last).to_have_text("Juniper 249")
    expect(heading).to_have_attribute("aria-sort", "ascending")
    expect(reader.page.locator("[data-filter=contact_company_name]")).to_have_value("*e*")
    # Who comes anew begins at the beginning.
    reader.go("/segments")
    reader.go(f"/segments/{letter}")
    expect(cell(reader, 0, "contact_no")).to_have_text("C0001")
    expect(reader.page.locator("[data-filter=contact_company_name]")).to_have_value("")


def test_filters_that_were_typed_in_one_language_are_not_read_in_the_other(visit: Visit, letter: str) -> None:
    reader = visit("nl")
    reader.go(f"/segments/{letter}")
    # Two and a half thousand, which is two and a half in English.
    reader.page.locator("[data-filter=cost]").fill("2.500")
    expect(reader.page.locator("#grid .nothing")).to_be_visible()
    reader.page.get_by_role("link", name=reader.t("history"), exact=True).click()
    reader.page.get_by_role("button", name="English").click()
    expect(reader.page.locator("html")).to_have_attribute("lang", "en")
    reader.page.evaluate("history.go(-2)")
    reader.arrives(f"/segments/{letter}")
    expect(reader.page.locator("html")).to_have_attribute("lang", "en")
    expect(cell(reader, 0, "contact_no")).to_have_text("C0001")
    expect(reader.page.locator("[data-filter=cost]")).to_have_value("")


def test_rows_of_the_past_that_a_page_comes_with_are_not_read_twice(visit: Visit, letter: str) -> None:
    reader = visit(role="auditor")
    reader.go(f"/segments/{letter}?version=2")
    asked: list[str] = []
    reader.page.on("request", lambda request: asked.append(request.url) if "/rows?" in request.url else None)
    reader.page.reload()
    reader.page.wait_for_load_state("networkidle")
    expect(cell(reader, 0, "contact_no")).to_have_text("C0001")
    assert asked == []


def test_the_line_one_is_at_is_one_that_is_there(visit: Visit, crm: Crm, letter: str) -> None:
    reader = visit()
    reader.go(f"/segments/{letter}")
    cell(reader, 0, "contact_company_name").click()
    reader.page.keyboard.press("Control+End")
    reader.page.keyboard.press("Control+ArrowLeft")
    place, last = reader.page.locator("#grid-place"), reader.page.locator("#grid tr[data-place='247']")
    expect(place).to_have_text("Line 248 of 248")
    expect(last).to_have_attribute("data-line", re.compile(r"\d+"))
    ok(crm.client.delete(f"/v1/segments/{letter}/lines/{last.get_attribute('data-line')}"))
    reader.page.keyboard.press("Enter")
    expect(place).to_have_text("Line 247 of 247")
    expect(reader.page.locator("#grid tr[data-place='246'] td:focus")).to_be_visible()
    action = {"action": "reduce", "filters": {"contact": {"no": "C001*"}}}
    assert ok(crm.client.post(f"/v1/segments/{letter}/criteria-actions", json=action))["lines_removed"] == 9
    reader.page.reload()
    expect(place).to_have_text("Line 238 of 238")


def test_rows_that_a_lost_connection_kept_away_come_with_it(visit: Visit, letter: str) -> None:
    reader = visit()
    reader.go(f"/segments/{letter}")
    reader.page.wait_for_load_state("networkidle")
    reader.page.context.set_offline(True)
    reader.page.locator("#grid").evaluate("grid => { grid.scrollTop = grid.scrollHeight }")
    expect(reader.page.locator("#messages")).to_have_text(reader.t("network"))
    reader.page.context.set_offline(False)
    expect(cell(reader, 247, "contact_no")).to_have_text("C0250")
    expect(reader.page.locator("#messages")).to_be_empty()


def test_a_value_that_was_not_taken_is_spoken_of_no_more_once_it_was_left(visit: Visit, letter: str) -> None:
    reader = visit()
    reader.go(f"/segments/{letter}")
    cost = cell(reader, 0, "cost")
    cost.dblclick()
    cost.locator("input").fill("many")
    reader.page.keyboard.press("Enter")
    expect(reader.page.locator("#messages .problem")).to_be_visible()
    reader.page.keyboard.press("Escape")
    expect(cost).to_have_text("2.50")
    expect(reader.page.locator("#messages")).to_be_empty()


def test_a_value_that_is_cut_off_is_read_whole_where_the_pointer_rests(
    visit: Visit, crm: Crm, letter: str
) -> None:
    words = "A subject that is far longer than any column of the worksheet is wide"
    ok(crm.client.patch(f"/v1/segments/{letter}/lines/10000", json={"subject": words}))
    reader = visit()
    reader.go(f"/segments/{letter}")
    cell(reader, 0, "subject").hover()
    expect(cell(reader, 0, "subject")).to_have_attribute("title", re.compile(words))
    cell(reader, 0, "cost").hover()
    expect(cell(reader, 0, "cost")).not_to_have_attribute("title", re.compile(".*"))


@both_languages
def test_who_works_on_a_segment_that_was_logged_meanwhile_is_led_to_it(
    visit: Visit, crm: Crm, letter: str, language: Language
) -> None:
    reader = visit(language)
    reader.go(f"/segments/{letter}")
    logged = ok(crm.client.post(f"/v1/segments/{letter}/log"))["logged_segment"]["entry_no"]
    cell(reader, 0, "subject").dblclick()
    reader.page.locator("#messages").get_by_role("link", name=reader.t("logged_segment", no=logged)).click()
    reader.arrives(f"/logged-segments/{logged}")
