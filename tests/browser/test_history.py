"""Looking back: a segment's story, the worksheet as it stood, and why somebody is on it."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from application.field_words import Language
from tests.api.crm import Crm, ok
from tests.browser.conftest import Visit

both_languages = pytest.mark.parametrize("language", ["en", "nl"])


@both_languages
def test_a_step_of_the_story_shows_the_worksheet_as_it_stood(
    visit: Visit, crm: Crm, letter: str, language: Language
) -> None:
    reduce = {"action": "reduce", "filters": {"contact": {"no": "C0001..C0100"}}}
    ok(crm.client.post(f"/v1/segments/{letter}/criteria-actions", json=reduce))
    ok(crm.client.post(f"/v1/segments/{letter}/log"))
    reader = visit(language, "auditor")
    reader.go(f"/segments/{letter}/history")
    steps = reader.page.locator(".timeline li")
    expect(steps).to_have_count(4)
    expect(steps.nth(1)).to_contain_text(
        {"en": "Added 248 contacts", "nl": "248 contacten toegevoegd"}[language]
    )
    steps.nth(1).get_by_role("link").click()
    expect(reader.page.get_by_text(reader.t("at_version", n=2))).to_be_visible()
    expect(reader.page.locator("#grid tr[data-line]").first).to_contain_text("C0001")
    expect(reader.page.get_by_role("button", name=reader.t("save_header"))).to_have_count(0)
    reader.go(f"/segments/{letter}?version=3")
    changed = reader.page.locator(".changed")
    expect(changed).to_contain_text(reader.t("what_changed", n=3))
    expect(changed).to_contain_text(reader.t("left", n=98))
    expect(changed).to_contain_text("C0001, C0002")
    expect(changed).to_contain_text(reader.t("and_more", n=88))
    expect(reader.page.locator("#grid tr[data-line]").first).to_contain_text("C0101")


def test_a_segment_with_hundreds_of_steps_shows_some_at_a_time(visit: Visit, crm: Crm) -> None:
    no = crm.segment()["no"]
    for number in range(405):
        reduce = {"action": "reduce", "filters": {"contact": {"no": f"X{number}"}}}
        ok(crm.client.post(f"/v1/segments/{no}/criteria-actions", json=reduce))
    reader = visit()
    steps, versions = reader.page.locator(".timeline li"), reader.page.locator(".timeline li > a")

    def shows(first: int, last: int, *links: str) -> None:
        expect(steps).to_have_count(last - first + 1)
        expect(versions.first).to_have_text(reader.t("step", n=first))
        expect(versions.last).to_have_text(reader.t("step", n=last))
        expect(reader.page.locator(".timeline + p a")).to_have_text([reader.t(name) for name in links])

    reader.go(f"/segments/{no}/history")
    shows(1, 200, "more_steps", "last_steps")
    reader.page.get_by_role("link", name=reader.t("last_steps")).click()
    shows(207, 406, "earlier_steps")
    reader.page.get_by_role("link", name=reader.t("earlier_steps")).click()
    shows(7, 206, "earlier_steps", "more_steps")
    reader.go(f"/segments/{no}/choose")
    actions = reader.page.locator(".actions li")
    expect(actions).to_have_count(100)
    expect(actions.last).to_contain_text("X404")
    assert reader.page.locator("ol.actions").get_attribute("start") == "306"
    expect(reader.page.get_by_text(reader.t("earlier_actions", n=305))).to_be_visible()


@both_languages
def test_a_step_says_what_it_changed_in_header_and_lines(
    visit: Visit, crm: Crm, letter: str, language: Language
) -> None:
    lines = ok(crm.client.get(f"/v1/segments/{letter}/lines?limit=1"))["items"]
    address = f"/v1/segments/{letter}/lines/{lines[0]['line_no']}"
    ok(crm.client.patch(address, json={"subject": "A word for you"}))
    ok(crm.client.patch(f"/v1/segments/{letter}", json={"subject": "Spring", "update_lines": False}))
    reader = visit(language)
    reader.go(f"/segments/{letter}?version=3")
    changed = reader.page.locator(".changed")
    expect(changed.locator("li")).to_contain_text(
        [reader.t("one_line", n=lines[0]["line_no"], contact="C0001")]
    )
    expect(changed.locator("ins")).to_have_text("A word for you")
    reader.go(f"/segments/{letter}?version=4")
    expect(changed.locator("ins")).to_have_text(["Spring"])
    expect(changed.locator("del")).to_have_text([reader.t("blank")])


@both_languages
def test_a_step_tells_of_a_document_in_words_only(
    visit: Visit, crm: Crm, letter: str, language: Language
) -> None:
    content, kind = b"<p>Dear {{ Contact_Name }}</p>", {"Content-Type": "text/html"}
    for path in ("documents/-", "lines/10000/document"):
        ok(crm.client.put(f"/v1/segments/{letter}/{path}", content=content, headers=kind))
    reader = visit(language)
    for version in (3, 4):
        reader.go(f"/segments/{letter}?version={version}")
        changed = reader.page.locator(".changed")
        expect(changed.locator("p")).to_contain_text(re.compile("document", re.IGNORECASE))
        expect(changed).not_to_contain_text("sha256")
        expect(changed).not_to_contain_text("()")


@both_languages
def test_a_line_says_why_its_contact_is_here(visit: Visit, letter: str, language: Language) -> None:
    reader = visit(language)
    reader.go(f"/segments/{letter}")
    reader.page.get_by_role("button", name=f"{reader.t('why')} C0001").click()
    dialog = reader.page.get_by_role("dialog")
    expect(dialog).to_contain_text(reader.t("why_title"))
    expect(dialog).to_contain_text("C0001 · Birch 001")
    expect(dialog.locator(".answer")).to_contain_text(
        {"en": "Added by action 1", "nl": "Toegevoegd door actie 1"}[language]
    )
    expect(dialog).to_contain_text("C*")
    reader.page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ("of these must hold: at least one", "of these must hold: none", "company", "yes")),
        ("nl", ("hiervan moet gelden: minstens een", "hiervan moet gelden: niets", "bedrijf", "ja")),
    ],
)
def test_why_tells_groups_and_values_in_words(
    visit: Visit, crm: Crm, language: Language, words: tuple[str, ...]
) -> None:
    filters = {
        "any": [
            {"contact": {"type": "company", "exclude_from_segment": "true"}},
            {"not": {"any": [{"contact": {"city": "Breda"}}, {"contact": {"name": "Elm*"}}]}},
        ]
    }
    company = crm.contact(exclude_from_segment=True)["no"]
    no = crm.segment()["no"]
    both = {"all": [{"contact": {"no": company}}, filters]}
    action = {"action": "add_contacts", "filters": both, "ignore_exclusion": True}
    ok(crm.client.post(f"/v1/segments/{no}/criteria-actions", json=action))
    reader = visit(language)
    reader.go(f"/segments/{no}")
    reader.page.locator("[data-do=why]").click()
    held = reader.page.get_by_role("dialog").locator("ul").first
    for word in words:
        expect(held).to_contain_text(word)
    for sign in ("∨", "∧", "¬", "True"):
        expect(held).not_to_contain_text(sign)


def test_what_is_read_of_the_history_is_recorded(visit: Visit, crm: Crm, letter: str) -> None:
    reader = visit(role="auditor")
    reader.go(f"/segments/{letter}/history")
    reads = ok(crm.client.get("/v1/audit/reads", params={"limit": 10}))["items"]
    assert any(f"/segments/{letter}/history" in str(read) for read in reads)


def test_rows_of_a_worksheet_as_it_stood_are_recorded_too(visit: Visit, crm: Crm, letter: str) -> None:
    reader = visit(role="auditor")
    for query, is_recorded in (("start=0", False), ("version=2", True)):
        reader.go(f"/segments/{letter}/rows?{query}")
        reads = ok(crm.client.get("/v1/audit/reads", params={"limit": 10}))["items"]
        assert any(read["path"] == f"/segments/{letter}/rows" for read in reads) is is_recorded


def test_of_the_past_nothing_is_asked_and_recorded_that_nobody_looks_at(
    visit: Visit, crm: Crm, letter: str
) -> None:
    reader = visit(role="auditor")
    asked: list[str] = []
    reader.page.on("request", lambda request: asked.append(request.url) if "/rows?" in request.url else None)
    reader.go(f"/segments/{letter}?version=2")
    expect(reader.page.locator("#grid tr[data-line]").first).to_be_visible()
    reader.page.locator("#grid").evaluate("grid => { grid.scrollTop = grid.scrollHeight / 2 }")
    expect(reader.page.locator("#grid tr[data-line]").first).not_to_have_attribute("data-place", "0")
    # By then the rows around would have been asked for.
    reader.page.wait_for_timeout(500)
    assert len(asked) == 1
    fits = reader.page.locator("#grid tr[data-line]").count()
    reader.page.locator("#grid").evaluate("(grid, rows) => { grid.scrollTop += 32 * rows }", fits // 2)
    reader.until(lambda: len(asked) > 1)
    reader.page.wait_for_timeout(500)
    assert len(asked) == 2
    assert all(int(parse_qs(urlsplit(url).query)["count"][0]) <= fits for url in asked)


def test_the_history_of_a_deleted_segment_leads_to_what_there_is(visit: Visit, crm: Crm) -> None:
    no = crm.segment()["no"]
    reader = visit()
    reader.go(f"/segments/{no}/history")
    expect(reader.page.get_by_role("link", name=reader.t("to_now"))).to_be_visible()
    ok(crm.client.delete(f"/v1/segments/{no}"))
    reader.go(f"/segments/{no}/history")
    expect(reader.page.get_by_role("link", name=reader.t("to_now"))).to_have_count(0)
    reader.page.locator(".timeline a").first.click()
    expect(reader.page.get_by_text(reader.t("at_version", n=1))).to_be_visible()
