"""What was typed and not saved is not lost without a question."""

from __future__ import annotations

import pytest
from playwright.sync_api import Dialog, Locator, expect

from api.pages.words import field_label
from tests.api.crm import Crm, ok
from tests.browser.conftest import Reader, Visit
from tests.browser.test_worksheet import cell


def questions(reader: Reader, *, leave: bool) -> list[str]:
    """Which kinds of question the browser asks from now on; each is answered."""
    asked: list[str] = []

    def answer(dialog: Dialog) -> None:
        asked.append(dialog.type)
        if leave:
            dialog.accept()
        else:
            dialog.dismiss()

    reader.page.on("dialog", answer)
    return asked


def typing(visit: Visit, letter: str) -> tuple[Reader, Locator]:
    """Who typed a subject into the header of a segment and did not save it, and the field."""
    reader = visit()
    reader.go(f"/segments/{letter}")
    reader.page.locator("summary h2").first.click()
    subject = reader.page.locator("#h-subject")
    subject.fill("A word for you")
    return reader, subject


@pytest.mark.parametrize("by", ["link", "letter", "reload"])
def test_a_header_that_was_changed_and_not_saved_is_left_only_after_a_question(
    visit: Visit, letter: str, by: str
) -> None:
    reader, subject = typing(visit, letter)
    asked = questions(reader, leave=by == "reload")
    with reader.page.expect_event("dialog"):
        if by == "link":
            reader.page.get_by_role("link", name=reader.t("choose_contacts"), exact=True).click(
                no_wait_after=True
            )
        elif by == "letter":
            reader.page.locator("[data-do=letter]").first.click(no_wait_after=True)
        else:
            reader.page.reload()
    assert asked == ["beforeunload"]
    if by != "reload":
        assert reader.page.url.endswith(f"/segments/{letter}")
        expect(subject).to_have_value("A word for you")


def test_nobody_is_asked_who_saved_or_changed_nothing_after_all(visit: Visit, crm: Crm, letter: str) -> None:
    reader = visit()
    asked = questions(reader, leave=True)
    reader.go(f"/segments/{letter}")
    reader.page.locator("summary h2").first.click()
    reader.page.locator("#h-subject").fill("A word for you")
    reader.page.locator("#h-campaign_target").check()
    with reader.page.expect_navigation():
        reader.press("save_header")
    assert ok(crm.client.get(f"/v1/segments/{letter}"))["subject"] == "A word for you"
    reader.page.locator("#h-subject").fill("Another")
    reader.page.locator("#h-subject").fill("A word for you")
    reader.page.locator("[data-filter=contact_no]").fill("C0001")
    reader.page.get_by_role("link", name=reader.t("letter"), exact=True).click()
    reader.arrives(f"/segments/{letter}/letter")
    reader.go("/contacts/C0001")
    name = reader.page.get_by_label(field_label("name_2", "en"), exact=True)
    name.fill("of Alder")
    with reader.page.expect_navigation():
        name.press("Enter")
    reader.go("/segments")
    assert asked == []


def test_what_was_typed_is_not_lost_without_a_question_because_one_has_to_sign_in_again(
    visit: Visit, letter: str
) -> None:
    reader, subject = typing(visit, letter)
    asked = questions(reader, leave=False)
    reader.page.context.clear_cookies()
    with reader.page.expect_event("dialog"):
        reader.press("save_header")
    assert asked == ["beforeunload"]
    expect(subject).to_have_value("A word for you")
    assert reader.page.evaluate("sessionStorage.getItem('left')") is None


def test_a_line_break_in_a_field_of_one_line_is_no_change(visit: Visit, crm: Crm, letter: str) -> None:
    ok(crm.client.patch(f"/v1/segments/{letter}", json={"description": "Spring\nletter"}))
    reader = visit()
    asked = questions(reader, leave=True)
    reader.go(f"/segments/{letter}")
    reader.page.locator("[data-filter=contact_no]").fill("C0001")
    reader.page.locator("summary h2").first.click()
    expect(reader.page.locator("#h-description")).to_have_value("Spring letter")
    reader.page.locator("#h-subject").fill("A word for you")
    with reader.page.expect_navigation():
        reader.press("save_header")
    reader.page.locator("[data-filter=contact_no]").fill("C0001")
    reader.go("/segments")
    assert asked == []
    header = ok(crm.client.get(f"/v1/segments/{letter}"))
    assert (header["subject"], header["description"]) == ("A word for you", "Spring\nletter")


def test_what_is_typed_in_a_cell_is_left_only_after_a_question(visit: Visit, crm: Crm, letter: str) -> None:
    reader = visit()
    asked = questions(reader, leave=True)
    reader.go(f"/segments/{letter}")
    cost = cell(reader, 0, "cost")
    cost.dblclick()
    cost.locator("input").press("End")
    reader.page.reload()
    assert asked == []  # nothing was typed
    for action in ("reload", "sign in"):
        cost.dblclick()
        cost.locator("input").fill("3.75")
        if action == "sign in":
            reader.page.context.clear_cookies()
            with reader.page.expect_event("dialog"):
                reader.page.keyboard.press("Enter")
        else:
            reader.page.reload()
        assert asked.pop() == "beforeunload"
        assert asked == []
    assert ok(crm.client.get(f"/v1/segments/{letter}/lines/10000"))["cost"] == "2.50"


def test_a_cell_that_was_saved_or_is_as_it_was_is_left_without_a_question(
    visit: Visit, crm: Crm, letter: str
) -> None:
    reader = visit()
    asked = questions(reader, leave=True)
    reader.go(f"/segments/{letter}")
    cost = cell(reader, 0, "cost")
    cost.dblclick()
    expect(cost.locator("input")).to_have_value("2.50")
    cost.locator("input").fill("3.75")
    reader.page.keyboard.press("Enter")
    expect(cost).to_contain_text("3.75")
    subject = cell(reader, 0, "subject")
    subject.dblclick()
    subject.locator("input").fill("A word")
    subject.locator("input").fill("")
    reader.page.reload()
    assert asked == []
    assert ok(crm.client.get(f"/v1/segments/{letter}/lines/10000"))["cost"] == "3.75"
