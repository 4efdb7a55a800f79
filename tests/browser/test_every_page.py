"""What holds of every page: nothing that axe finds, in both languages, widths and colours; little script."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Response, expect

from application.field_words import Language
from tests.api.crm import Crm, ok
from tests.browser.conftest import Reader, Visit

AXE = (Path(__file__).parent / "vendor" / "axe-4.14.1.min.js").read_text()
MOST_SCRIPT = 500_000
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def violations(reader: Reader) -> list[str]:
    """What axe finds wrong with the page."""
    # Run by the browser's own tools, which the page's security policy does not concern.
    options = {"runOnly": RULES, "resultTypes": ["violations"]}
    found: Any = reader.page.evaluate(
        f"async (options) => {{ {AXE}; return (await axe.run(document, options)).violations }}", options
    )
    return [f"{one['id']}: {node['html'][:200]}" for one in found for node in one["nodes"]]


@pytest.fixture(scope="module")
def pages(crm: Crm) -> list[str]:
    """Every page there is."""
    logged = crm.logged(2)
    ready = crm.loggable(2)["no"]
    ok(crm.client.patch(f"/v1/segments/{ready}/lines/10000", json={"subject": "Its own"}))
    first = ok(crm.client.get("/v1/interaction-log-entries?limit=1"))["items"][0]["entry_no"]
    segment = crm.segment()["no"]
    relation = crm.record("business-relations")
    address = {"code": "SUMMER", "city": "Veere", "date_ranges": [{"starting_date": "2026-07-01"}]}
    several = {"business_relations": [{"code": relation}], "alternative_addresses": [address]}
    ok(crm.client.patch("/v1/contacts/C0002", json=several))
    questionnaire = crm.record(
        "profile-questionnaires", lines=[{"line_no": 10_000, "type": "question", "description": "How many?"}]
    )
    setup = (
        *("/setup/salespeople", "/setup/campaigns", "/setup/profile-questionnaires"),
        *(f"/setup/profile-questionnaires/{questionnaire}", "/setup/interaction-templates/LETTER"),
        *("/setup/interaction-templates/LETTER/letter", "/setup/mailing-groups/NEWS"),
    )
    sending = crm.loggable(1, correspondence_type="hard_copy")["no"]
    content, kind = b"<p>Dear {{ Contact_Name }}, {{ Shoe_Size }}</p>", {"Content-Type": "text/html"}
    ok(crm.client.put(f"/v1/segments/{ready}/documents/-", content=content, headers=kind))
    ok(crm.client.put(f"/v1/segments/{ready}/lines/20000/document", content=content, headers=kind))
    ok(crm.client.put(f"/v1/segments/{sending}/documents/-", content=content, headers=kind))
    # Nobody sends here: it stays on its way.
    sent = ok(crm.client.post(f"/v1/segments/{sending}/log", json={"send_attachments": True}))
    sent_no = sent["logged_segment"]["entry_no"]
    path = f"/v1/interaction-log-entries?logged_segment_entry_no={sent_no}"
    letter = ok(crm.client.get(path))["items"][0]["entry_no"]
    return [
        *(f"/logged-segments/{sent_no}", f"/interactions/{letter}", f"/interactions/{letter}/letter"),
        *("/segments", f"/segments/{ready}", f"/segments/{segment}", f"/segments/{ready}/choose"),
        *(f"/segments/{ready}/log", f"/segments/{segment}/log", f"/segments/{ready}/history"),
        *(f"/segments/{ready}/letter", f"/segments/{segment}/letter", "/setup", *setup),
        *(f"/segments/{ready}/lines/{line}/letter" for line in (10000, 20000)),
        *(f"/segments/{ready}?version=2", "/logged-segments", f"/logged-segments/{logged['entry_no']}"),
        *("/interactions", f"/interactions/{first}", "/contacts", "/contacts/C0002", "/contacts/new"),
        *("/contacts/import", "/contacts/NOBODY", "/statistics", "/statistics?figure=cost"),
    ]


@pytest.mark.parametrize(
    ("language", "width", "dark"), [("en", 1280, False), ("nl", 390, True)], ids=["wide", "narrow-dark"]
)
def test_axe_finds_nothing_and_no_page_is_wider_than_the_window(
    visit: Visit, pages: list[str], language: Language, width: int, dark: bool
) -> None:
    reader = visit(language, width=width, dark=dark)
    for path in pages:
        reader.go(path)
        # One of them asks again every second: there the network is never idle where an answer takes long.
        reader.page.wait_for_function(
            "() => !document.querySelector('.htmx-request') && !document.getAnimations().length"
        )
        assert violations(reader) == [], path
        wide = reader.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert wide <= 0, path


def test_sign_in_has_no_violations_either(visit: Visit) -> None:
    reader = visit()
    reader.page.context.clear_cookies()
    reader.go("/sign-in")
    assert violations(reader) == []


def test_an_open_dialog_and_an_open_field_have_no_violations(visit: Visit, crm: Crm) -> None:
    no = crm.loggable(1)["no"]
    reader = visit()
    reader.go(f"/segments/{no}")
    reader.page.locator("td.c-subject").dblclick()
    expect(reader.page.locator("td.c-subject input")).to_be_focused()
    assert violations(reader) == []
    reader.page.keyboard.press("Escape")
    reader.page.locator("[data-do=why]").click()
    expect(reader.page.get_by_role("dialog")).to_be_visible()
    assert violations(reader) == []


def test_a_seal_and_groups_of_conditions_have_no_violations(visit: Visit, crm: Crm) -> None:
    reader = visit("nl", "admin", width=390)
    reader.go("/segments")
    reader.press("check_now")
    expect(reader.page.locator(".seal-right")).to_be_visible()
    assert violations(reader) == []
    reader.go(f"/segments/{crm.segment()['no']}/choose")
    reader.press("more_groups")
    reader.press("group_in_group")
    expect(reader.page.locator("fieldset.group fieldset.group")).to_be_visible()
    assert violations(reader) == []
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert reader.page.evaluate(wide) <= 0


def test_no_page_needs_much_script_or_anything_from_elsewhere(visit: Visit, pages: list[str]) -> None:
    reader = visit()
    asked: list[str] = []
    scripts: list[Response] = []
    reader.page.on("request", lambda request: asked.append(request.url))
    reader.page.on("response", lambda answer: scripts.append(answer) if ".js" in answer.url else None)
    for path in pages:
        scripts.clear()
        # Scripts that were kept are counted too.
        reader.page.context.new_cdp_session(reader.page).send("Network.clearBrowserCache")
        reader.go(path)
        reader.until(lambda: scripts)
        assert 0 < sum(len(script.body()) for script in scripts) < MOST_SCRIPT, path
    assert all(url.startswith(reader.base_url) for url in asked)
