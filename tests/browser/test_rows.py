"""The rows of the grid: which of them are asked for, and what is seen meanwhile."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Request, Route, expect

from api.pages.grid import FIRST_ROWS
from tests.browser.conftest import Reader, Visit
from tests.browser.test_worksheet import cell


def rows(reader: Reader) -> Locator:
    """The lines that are shown."""
    return reader.page.locator("#grid tbody tr[data-line]")


def rows_asked(reader: Reader) -> list[tuple[int, int]]:
    """Which rows the page asks for from now on: where each answer begins and ends."""
    asked: list[tuple[int, int]] = []

    def note(request: Request) -> None:
        if found := re.search(r"/rows\?start=(\d+)&count=(\d+)", request.url):
            asked.append((int(found[1]), int(found[1]) + int(found[2])))

    reader.page.on("request", note)
    return asked


def opened(visit: Visit, letter: str) -> Reader:
    """Somebody at a worksheet, for whom the rows behind those that came with it are there too."""
    reader = visit()
    with reader.page.expect_event("requestfinished", lambda request: "/rows?" in request.url):
        reader.go(f"/segments/{letter}")
    return reader


def test_only_the_rows_that_fit_are_there_and_any_place_is_reached(visit: Visit, letter: str) -> None:
    reader = visit()
    asked = rows_asked(reader)
    reader.go(f"/segments/{letter}")
    expect(cell(reader, 0, "contact_no")).to_have_text("C0001")
    assert rows(reader).count() < 40
    reader.page.wait_for_load_state("networkidle")
    # The first rows come with the page.
    assert [start for start, _ in asked if start < FIRST_ROWS] == []
    reader.page.locator("#grid").evaluate("grid => { grid.scrollTop = grid.scrollHeight }")
    expect(cell(reader, 247, "contact_no")).to_have_text("C0250")
    assert rows(reader).count() < 40


def test_a_jump_asks_for_what_is_seen_and_a_rest_for_the_screenfuls_around(visit: Visit, letter: str) -> None:
    reader = opened(visit, letter)
    asked = rows_asked(reader)
    came: list[Request] = []
    reader.page.on("requestfinished", lambda request: came.append(request))
    reader.page.locator("#grid").evaluate("grid => { grid.scrollTop = grid.scrollHeight / 2 }")
    expect(rows(reader).first).not_to_have_attribute("data-place", "0")
    first, fit = int(rows(reader).first.get_attribute("data-place") or 0), rows(reader).count()
    reader.until(lambda: len(came) == 3)
    reader.page.wait_for_timeout(300)
    assert asked == [(first, first + fit), (first - fit, first), (first + fit, first + 2 * fit)]
    cell(reader, first, "contact_company_name").click()
    reader.page.keyboard.press("PageDown")
    # The next screenful is there, without a word that it is on its way.
    assert reader.page.locator("#grid tr.waiting").count() == 0
    expect(cell(reader, first + fit, "contact_no")).to_be_visible()


def test_rows_are_drawn_as_waiting_only_where_they_are_long_on_their_way(visit: Visit, letter: str) -> None:
    reader = opened(visit, letter)
    held: list[Route] = []
    reader.page.route("**/rows?*", lambda route: held.append(route))
    waiting = reader.page.locator("#grid tr.waiting")
    reader.page.locator("#grid").evaluate("grid => { grid.scrollTop = grid.scrollHeight }")
    expect(waiting.last).to_have_attribute("data-place", "247")
    reader.until(lambda: held)
    held[0].continue_()
    expect(cell(reader, 247, "contact_no")).to_have_text("C0250")
    expect(waiting).to_have_count(0)


def test_a_window_that_is_higher_than_most_is_filled_too(visit: Visit, letter: str) -> None:
    reader = visit()
    reader.page.set_viewport_size({"width": 1280, "height": 1800})
    reader.go(f"/segments/{letter}")
    expect(cell(reader, FIRST_ROWS + 15, "contact_no")).to_have_text(f"C{FIRST_ROWS + 18:04}")
    assert reader.page.locator("#grid tr.waiting").count() == 0


def test_rows_that_are_fetched_while_one_types_are_those_of_the_filters_in_force(
    visit: Visit, letter: str
) -> None:
    reader = opened(visit, letter)
    asked: list[str] = []
    reader.page.on("request", lambda request: asked.append(request.url) if "/rows?" in request.url else None)
    reader.page.evaluate(
        """() => {
            const filter = document.querySelector("[data-filter=contact_company_name]");
            filter.value = "Birch*";
            filter.dispatchEvent(new Event("input", { bubbles: true }));
            const grid = document.getElementById("grid");
            grid.scrollTop = grid.scrollHeight;
            // At once: by the next picture the filter might be in force.
            grid.dispatchEvent(new Event("scroll"));
        }"""
    )
    expect(reader.page.locator("#grid table")).to_have_attribute("aria-rowcount", "27")
    expect(cell(reader, 0, "contact_company_name")).to_have_text("Birch 001")
    assert "Birch" not in asked[0]
    assert "Birch" in asked[-1]
