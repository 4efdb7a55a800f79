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
    reader.go(f"/segments/{no}/choose")
    labels = reader.page.locator(".choices label")
    expect(labels).to_have_count(3)
    beneath = """labels => labels.filter((label) => {
        const words = document.createRange();
        words.selectNodeContents(label.querySelector("span"));
        const end = label.querySelector("input").getBoundingClientRect().right;
        return [...words.getClientRects()].some((line) => line.left < end);
    }).length"""
    assert labels.evaluate_all(beneath) == 0


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
