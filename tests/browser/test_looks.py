"""What has to be seen whatever the window and the colours are."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from application.field_words import Language
from tests.api.crm import Crm
from tests.browser.conftest import Visit
from tests.browser.test_worksheet import both_languages


@pytest.mark.parametrize("width", [1280, 390])
@both_languages
def test_words_beside_a_sign_to_tick_never_run_on_beneath_it(
    visit: Visit, crm: Crm, language: Language, width: int
) -> None:
    no = crm.segment()["no"]
    reader = visit(language, width=width)
    ticks = reader.page.locator("label:has([type=checkbox], [type=radio])")
    beneath = """labels => labels.filter((label) => {
        const words = document.createRange(), tick = label.querySelector("input");
        words.setStartAfter(tick);
        words.setEndAfter(label.lastChild);
        const end = tick.getBoundingClientRect().right;
        return [...words.getClientRects()].some((line) => line.left < end);
    }).map((label) => label.innerText)"""
    paths = ("/contacts/C0001", "/contacts/new", "/setup/interaction-templates/LETTER")
    for path in (f"/segments/{no}", f"/segments/{no}/choose", *paths):
        reader.go(path)
        reader.page.evaluate("for (const part of document.querySelectorAll('details')) part.open = true")
        expect(ticks).not_to_have_count(0)
        assert ticks.evaluate_all(beneath) == [], path


def test_with_colours_of_ones_own_steps_and_the_page_one_is_on_are_seen(visit: Visit, letter: str) -> None:
    reader = visit(role="admin")
    reader.page.emulate_media(forced_colors="active")
    reader.go(f"/segments/{letter}/history")
    dot = "li => parseFloat(getComputedStyle(li, '::before').borderTopWidth)"
    assert reader.page.locator(".timeline li").first.evaluate(dot) > 4
    here = "link => parseFloat(getComputedStyle(link).borderTopWidth)"
    assert reader.page.locator(".tabs [aria-current]").evaluate(here) == 1


@pytest.mark.parametrize("path", ["/interactions", "/contacts"])
def test_a_list_that_is_wider_than_the_window_throws_a_shadow_at_its_edge(
    visit: Visit, crm: Crm, path: str
) -> None:
    assert crm
    reader = visit(width=390)
    reader.go(path)
    drawn = reader.page.locator(".scroll").evaluate("list => getComputedStyle(list).backgroundAttachment")
    assert drawn == "local, local, scroll, scroll, scroll"
