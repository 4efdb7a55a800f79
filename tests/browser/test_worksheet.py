"""The worksheet: header, and lines in a grid that is fetched where one looks."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, expect

from api.pages.grid import COLUMNS
from api.pages.rendering import told
from api.pages.words import field_label
from application.field_words import Language
from tests.api.crm import Crm, ok
from tests.browser.conftest import Reader, Visit

both_languages = pytest.mark.parametrize("language", ["en", "nl"])


def cell(reader: Reader, place: int, field: str) -> Locator:
    """A value of the line at a place of the view, counted from 0."""
    return reader.page.locator(f"#grid tr[data-place='{place}'] td.c-{field}")


@both_languages
def test_a_segment_is_created_filled_in_and_deleted(visit: Visit, crm: Crm, language: Language) -> None:
    reader = visit(language)
    reader.go("/")
    reader.page.get_by_label(field_label("description", language), exact=True).fill("Autumn letter")
    reader.press("create")
    reader.page.wait_for_url(re.compile(r"/segments/SM\d+$"))
    no = reader.page.url.rsplit("/", 1)[1]
    reader.page.locator("#h-interaction_template_code").select_option("LETTER")
    reader.page.locator("#h-subject").fill("Leaves are falling")
    reader.press("save_header")
    # The template filled in what it says: values that nobody touched were not sent.
    expect(reader.page.locator("#h-unit_cost")).to_have_value("2,50" if language == "nl" else "2.50")
    header = ok(crm.client.get(f"/v1/segments/{no}"))
    assert (header["subject"], header["unit_duration_minutes"]) == ("Leaves are falling", 5)
    reader.page.get_by_text(reader.t("delete_segment"), exact=True).click()
    reader.press("delete")
    reader.arrives("/segments")
    assert crm.client.get(f"/v1/segments/{no}").status_code == 404


@pytest.mark.parametrize(("follow", "subject"), [(True, "New"), (False, None)])
def test_header_changes_reach_the_lines_only_if_that_is_asked_for(
    visit: Visit, crm: Crm, letter: str, follow: bool, subject: str | None
) -> None:
    reader = visit()
    reader.go(f"/segments/{letter}")
    reader.page.get_by_role("heading", name=reader.t("header")).click()
    reader.page.locator("#h-subject").fill("New")
    reader.page.locator("[name=update_lines]").set_checked(follow)
    with reader.page.expect_navigation():
        reader.press("save_header")
    expect(cell(reader, 0, "subject")).to_have_text(subject or "")
    assert ok(crm.client.get(f"/v1/segments/{letter}/lines?limit=1"))["items"][0]["subject"] == subject


def test_the_grid_is_walked_by_keyboard(visit: Visit, letter: str) -> None:
    reader = visit()
    reader.go(f"/segments/{letter}")
    cell(reader, 0, "contact_company_name").click()
    press = reader.page.keyboard.press
    press("ArrowDown")
    expect(cell(reader, 1, "contact_company_name")).to_be_focused()
    press("Control+End")
    expect(cell(reader, 247, "actions")).to_be_focused()
    press("Home")
    expect(cell(reader, 247, "contact_no")).to_be_focused()
    press("PageUp")
    press("Control+Home")
    expect(cell(reader, 0, "contact_no")).to_be_focused()
    expect(cell(reader, 0, "contact_no")).to_have_text("C0001")


@both_languages
def test_a_value_is_changed_in_place_and_told_apart(
    visit: Visit, crm: Crm, letter: str, language: Language
) -> None:
    reader = visit(language)
    reader.go(f"/segments/{letter}")
    cost = cell(reader, 1, "cost")
    cost.dblclick()
    cost.locator("input").fill("1.250,75" if language == "nl" else "1,250.75")
    reader.page.keyboard.press("Enter")
    expect(cost).to_have_class(re.compile(r"\bown\b"))
    expect(cost).to_contain_text("1.250,75" if language == "nl" else "1,250.75")
    expect(cost).to_be_focused()
    expect(cell(reader, 0, "cost")).not_to_have_class(re.compile(r"\bown\b"))
    assert ok(crm.client.get(f"/v1/segments/{letter}/lines/20000"))["cost"] == "1250.75"
    # 247 lines at 2.50 and this one.
    expect(reader.page.locator("#totals")).to_contain_text("1.868,25" if language == "nl" else "1,868.25")


def test_escape_leaves_a_value_and_a_wrong_one_is_explained(visit: Visit, crm: Crm, letter: str) -> None:
    reader = visit()
    reader.go(f"/segments/{letter}")
    minutes = cell(reader, 0, "duration_minutes")
    minutes.click()
    reader.page.keyboard.press("Enter")
    minutes.locator("input").fill("many")
    reader.page.keyboard.press("Enter")
    expect(reader.page.locator("#messages")).to_contain_text("Minutes: must be a whole number")
    expect(minutes.locator("input")).to_be_focused()
    reader.page.keyboard.press("Escape")
    expect(minutes).to_have_text("5")
    assert ok(crm.client.get(f"/v1/segments/{letter}/lines/10000"))["duration_minutes"] == 5


def test_lines_are_sorted_and_filtered(visit: Visit, letter: str) -> None:
    reader = visit()
    reader.go(f"/segments/{letter}")
    heading = reader.page.locator("[data-sort=contact_company_name]")
    heading.click()
    expect(cell(reader, 0, "contact_company_name")).to_have_text("Alder 030")
    heading.click()
    expect(cell(reader, 0, "contact_company_name")).to_have_text("Juniper 249")
    expect(reader.page.locator("th[aria-sort]")).to_have_attribute("aria-sort", "descending")
    reader.page.locator("[data-filter=contact_company_name]").fill("Birch*")
    expect(reader.page.locator("#grid table")).to_have_attribute("aria-rowcount", "27")
    expect(cell(reader, 0, "contact_company_name")).to_have_text("Birch 241")
    reader.page.locator("[data-filter=contact_company_name]").fill("a..b..c")
    expect(reader.page.locator("#messages")).to_contain_text("Company: at character 5")
    reader.page.locator("[data-filter=contact_company_name]").fill("Nobody")
    expect(reader.page.locator("#grid tbody")).to_have_text(reader.t("no_such_lines"))


def test_a_value_that_is_saved_late_stands_where_its_line_is_by_then(visit: Visit, letter: str) -> None:
    reader = visit()
    reader.go(f"/segments/{letter}")
    reader.page.evaluate(
        "() => { const now = window.fetch; window.fetch = (url, how) => how?.method === 'POST'"
        " ? new Promise((done) => setTimeout(() => done(now(url, how)), 700)) : now(url, how); }"
    )
    cost = cell(reader, 3, "cost")
    cost.dblclick()
    cost.locator("input").fill("99")
    reader.page.locator("[data-sort=cost]").click()
    reader.page.locator("[data-sort=cost]").click()
    expect(cell(reader, 0, "cost")).to_contain_text("99")
    expect(cell(reader, 3, "cost")).to_contain_text("2.50")
    numbers = reader.page.locator("#grid tr[data-line]").evaluate_all(
        "rows => rows.map((r) => r.dataset.line)"
    )
    assert len(set(numbers)) == len(numbers)


def test_the_first_click_after_the_rows_came_anew_changes_nothing(visit: Visit, letter: str) -> None:
    reader = visit()
    reader.go(f"/segments/{letter}")
    subject = cell(reader, 0, "subject")
    subject.click()
    reader.page.locator("[data-filter=contact_company_name]").fill("Birch*")
    expect(cell(reader, 0, "contact_no")).to_have_text("C0001")
    reader.page.locator("[data-filter=contact_company_name]").fill("Cedar*")
    expect(cell(reader, 0, "contact_no")).to_have_text("C0002")
    subject.click()
    expect(subject).to_be_focused()
    # It would have been asked for by now.
    reader.page.wait_for_load_state("networkidle")
    expect(subject.locator("input")).to_have_count(0)
    subject.click()
    expect(subject.locator("input")).to_be_focused()


def test_the_cell_with_the_focus_is_never_behind_a_column_that_stays(visit: Visit, letter: str) -> None:
    reader = visit()
    reader.go(f"/segments/{letter}")
    cell(reader, 1, "contact_company_name").click()
    columns = len(COLUMNS)
    seen = """() => {
        const box = document.activeElement.getBoundingClientRect(), middle = box.top + box.height / 2;
        return [box.left + 4, box.right - 4].every(
            (across) => document.activeElement.contains(document.elementFromPoint(across, middle)))
    }"""
    for key in [*["ArrowRight"] * (columns - 1), *["ArrowLeft"] * columns]:
        reader.page.keyboard.press(key)
        assert reader.page.evaluate(seen), reader.page.evaluate("document.activeElement.className")
    for field in ("subject", "interaction_template_code", "campaign_no", "remarks"):
        reader.page.keyboard.press("Home")
        for _ in range(COLUMNS.index(field)):
            reader.page.keyboard.press("ArrowRight")
        reader.page.keyboard.press("Enter")
        expect(cell(reader, 1, field).locator("[name]")).to_be_focused()
        assert reader.page.evaluate(seen), field
        reader.page.keyboard.press("Escape")


def test_remarks_of_several_paragraphs_keep_them(visit: Visit, crm: Crm, letter: str) -> None:
    address = f"/v1/segments/{letter}/lines/10000"
    ok(crm.client.patch(address, json={"remarks": "One.\n\nTwo."}))
    reader = visit()
    reader.go(f"/segments/{letter}")
    remarks = cell(reader, 0, "remarks")
    remarks.click()
    reader.page.keyboard.press("Enter")
    expect(remarks.locator("textarea")).to_have_value("One.\n\nTwo.")
    reader.page.keyboard.press("Control+End")
    reader.page.keyboard.press("Enter")
    reader.page.keyboard.type("Three.")
    reader.page.keyboard.press("Control+Enter")
    expect(remarks).to_be_focused()
    expect(remarks).to_contain_text("Three.")
    assert ok(crm.client.get(address))["remarks"] == "One.\n\nTwo.\nThree."
    reader.page.keyboard.press("Enter")
    remarks.locator("textarea").fill("Nothing")
    reader.page.keyboard.press("Escape")
    assert ok(crm.client.get(address))["remarks"] == "One.\n\nTwo.\nThree."


def test_holding_delete_removes_one_line_which_undo_brings_back(visit: Visit, crm: Crm, letter: str) -> None:
    reader = visit()
    reader.go(f"/segments/{letter}")
    cell(reader, 0, "contact_company_name").click()
    # A key that is held down says so from its second press on.
    for _ in range(4):
        reader.page.keyboard.down("Delete")
    reader.page.keyboard.up("Delete")
    expect(cell(reader, 0, "contact_no")).to_have_text("C0002")
    expect(reader.page.locator("#messages .problem")).to_have_count(0)
    assert ok(crm.client.get(f"/v1/segments/{letter}"))["number_of_lines"] == 247
    reader.page.get_by_role("button", name=reader.t("undo_remove")).click()
    expect(cell(reader, 0, "contact_no")).to_have_text("C0001")
    reader.arrives(f"/segments/{letter}")
    assert ok(crm.client.get(f"/v1/segments/{letter}"))["number_of_lines"] == 248


@both_languages
def test_undoing_a_removal_undoes_nothing_that_somebody_else_did_since(
    visit: Visit, crm: Crm, letter: str, language: Language
) -> None:
    actions = f"/v1/segments/{letter}/criteria-actions"
    reader = visit(language)
    reader.go(f"/segments/{letter}")
    cell(reader, 0, "contact_company_name").click()
    reader.page.keyboard.press("Delete")
    expect(cell(reader, 0, "contact_no")).to_have_text("C0002")
    # A colleague undoes the removal and does something else, which gets its number.
    ok(crm.client.post(f"/v1/segments/{letter}/go-back"))
    ok(crm.client.post(actions, json={"action": "reduce", "filters": {"contact": {"no": "C0001..C0009"}}}))
    reader.page.get_by_role("button", name=reader.t("undo_remove")).click()
    said = told("Something else was done on this worksheet since; nothing was undone.", language)
    expect(reader.page.locator("#messages")).to_contain_text(str(said))
    assert ok(crm.client.get(f"/v1/segments/{letter}"))["number_of_lines"] == 239


def test_a_line_is_removed_with_the_mouse_and_by_keyboard(visit: Visit, crm: Crm, letter: str) -> None:
    reader = visit()
    reader.go(f"/segments/{letter}")
    reader.page.get_by_role("button", name=f"{reader.t('remove')} C0002").click()
    expect(cell(reader, 1, "contact_no")).to_have_text("C0003")
    cell(reader, 0, "contact_company_name").click()
    reader.page.keyboard.press("Delete")
    expect(cell(reader, 0, "contact_no")).to_have_text("C0003")
    expect(reader.page.locator("#totals")).to_contain_text("246 lines")
    assert ok(crm.client.get(f"/v1/segments/{letter}"))["number_of_lines"] == 246


@pytest.mark.parametrize("typed", ["C0042", "cedar 042", "EDAR 042"])
def test_a_contact_is_found_by_number_or_name_and_added(visit: Visit, crm: Crm, typed: str) -> None:
    no = crm.segment()["no"]
    reader = visit()
    reader.go(f"/segments/{no}")
    reader.page.get_by_label(reader.t("add_contact")).fill(typed)
    reader.page.locator("#found button").first.click()
    expect(cell(reader, 0, "contact_no")).to_have_text("C0042")


@both_languages
def test_lines_are_filtered_by_what_the_cells_show(
    visit: Visit, crm: Crm, letter: str, language: Language
) -> None:
    ok(crm.client.patch(f"/v1/segments/{letter}", json={"date": "2026-11-30"}))
    values = {"correspondence_type": "hard_copy", "attempt_failed": True, "cost": "1250.75"}
    ok(crm.client.patch(f"/v1/segments/{letter}/lines/20000", json=values))
    reader = visit(language)
    reader.go(f"/segments/{letter}")
    for column in ("date", "correspondence_type", "attempt_failed", "cost"):
        words = cell(reader, 1, column).inner_text().replace("(" + reader.t("own") + ")", "").strip()
        field = reader.page.locator(f"[data-filter={column}]")
        asked = re.compile(rf"/rows\?.*\bf-{column}=")
        with reader.page.expect_response(asked) as got:
            field.fill(words)
        assert got.value.ok
        assert got.value.headers["x-total"] == ("248" if column == "date" else "1")
        expect(cell(reader, 0, "contact_no")).to_have_text("C0001" if column == "date" else "C0002")
        expect(reader.page.locator("#messages .problem")).to_have_count(0)
        field.fill("")
        expect(cell(reader, 0, "contact_no")).to_have_text("C0001")


@both_languages
def test_what_was_saved_is_said_and_the_focus_comes_back(
    visit: Visit, crm: Crm, letter: str, language: Language
) -> None:
    reader = visit(language)
    reader.go(f"/segments/{letter}")
    saved = reader.page.locator("#done").filter(has_text=reader.t("saved"))
    reader.page.locator("summary h2").first.click()
    reader.page.locator("#h-subject").fill("A word for you")
    with reader.page.expect_navigation():
        reader.page.keyboard.press("Enter")
    expect(saved).to_be_visible()
    expect(reader.page.locator("#h-subject")).to_be_focused()
    reader.page.reload()
    expect(reader.page.locator("#done")).to_be_empty()
    reader.page.get_by_label(reader.t("add_contact")).fill("C0042")
    expect(reader.page.locator("#found button")).to_contain_text(reader.t("on_segment"))
    with reader.page.expect_navigation():
        reader.page.locator("#found button").click()
    expect(saved).to_be_visible()
    expect(reader.page.locator("#finder")).to_be_focused()


def test_from_above_the_grid_one_step_leads_to_its_first_line(visit: Visit, letter: str) -> None:
    reader = visit()
    reader.go(f"/segments/{letter}")
    reader.page.locator("#finder").focus()
    reader.page.keyboard.press("Tab")
    reader.page.keyboard.press("Enter")
    expect(cell(reader, 0, "contact_no")).to_be_focused()


def test_from_above_the_grid_one_step_leads_to_the_line_one_was_at_wherever_the_grid_is(
    visit: Visit, letter: str
) -> None:
    reader = visit()
    reader.go(f"/segments/{letter}")
    reader.page.locator("#grid").evaluate("grid => { grid.scrollTop = grid.scrollHeight }")
    expect(cell(reader, 247, "contact_no")).to_be_visible()
    reader.page.locator("#to-lines").focus()
    reader.page.keyboard.press("Enter")
    expect(cell(reader, 0, "contact_no")).to_be_focused()


def test_on_a_phone_lines_keep_their_names_and_what_can_be_done_with_them(visit: Visit, letter: str) -> None:
    reader = visit("nl", width=390)
    reader.go(f"/segments/{letter}")
    subject = cell(reader, 1, "subject")
    subject.click()
    expect(subject).to_be_focused()
    expect(subject.locator("input")).to_have_count(0)
    subject.click()
    expect(subject.locator("input")).to_be_focused()
    reader.page.keyboard.press("Escape")
    for column in ("contact_no", "actions"):
        expect(cell(reader, 1, column)).to_be_in_viewport(ratio=0.9)
    why = cell(reader, 1, "actions").locator("[data-do=why]")
    expect(why).to_be_hidden()
    cell(reader, 1, "actions").click()
    expect(why).to_be_visible()


def test_whoever_may_only_read_finds_nothing_to_change(visit: Visit, letter: str) -> None:
    reader = visit(role="reporter")
    reader.go(f"/segments/{letter}")
    expect(cell(reader, 0, "contact_no")).to_have_text("C0001")
    for button in ("save_header", "remove", "why"):
        expect(reader.page.get_by_role("button", name=reader.t(button))).to_have_count(0)
    cell(reader, 0, "subject").dblclick()
    expect(cell(reader, 0, "subject").locator("input")).to_have_count(0)
