"""Logging: a check that shows what is wrong, then the log, and what becomes of what was logged."""

from __future__ import annotations

import re

import psycopg
import pytest
from eventsourcing.persistence import PersistenceError
from playwright.sync_api import Route, expect
from psycopg.sql import SQL, Identifier

from api.pages import logged
from api.pages.rendering import told
from application.field_words import Language
from application.interactions import Interactions
from tests.api.crm import Crm, ok
from tests.api.running import RunningService
from tests.browser.conftest import Visit

both_languages = pytest.mark.parametrize("language", ["en", "nl"])


@both_languages
def test_a_segment_is_logged_with_a_follow_up(
    visit: Visit, crm: Crm, letter: str, language: Language
) -> None:
    reader = visit(language)
    reader.go(f"/segments/{letter}")
    reader.page.get_by_role("link", name=reader.t("log")).click()
    expect(reader.page.get_by_text(reader.t("log_ready"))).to_be_visible()
    reader.page.locator("[name=create_follow_up]").check()
    reader.press("log_now")
    reader.page.wait_for_url(re.compile(r"/logged-segments/\d+$"))
    expect(reader.page.locator("#progress")).to_contain_text(reader.t("progress", n=248, of=248))
    logged = ok(crm.client.get(f"/v1{reader.page.url.removeprefix(reader.base_url)}"))
    assert (logged["segment_no"], logged["number_of_interactions"]) == (letter, 248)
    reader.page.get_by_role("link", name=reader.t("its_follow_up", no=logged["follow_up_segment_no"])).click()
    expect(reader.page.locator("#grid tr[data-line]").first).to_contain_text("C0001")
    # The address of the worksheet leads to what became of it.
    reader.go(f"/segments/{letter}")
    reader.arrives(f"/logged-segments/{logged['entry_no']}")


@both_languages
def test_everything_that_stands_in_the_way_is_shown_first(visit: Visit, crm: Crm, language: Language) -> None:
    no = crm.segment(description="Not ready")["no"]
    for contact in ("C0001", "C0002", "C0003"):
        crm.line(no, contact)
    reader = visit(language)
    reader.go(f"/segments/{no}/log")
    expect(reader.page.get_by_text(reader.t("log_not_ready"))).to_be_visible()
    expect(reader.page.locator(".problems li")).to_have_count(3)
    expect(reader.page.locator(".counts")).to_contain_text(reader.t("lines_with", n=3))
    expect(reader.page.locator(".counts")).to_contain_text({"en": "Template", "nl": "Sjabloon"}[language])
    expect(reader.page.get_by_role("button", name=reader.t("log_now"))).to_have_count(0)
    reader.page.get_by_role("link", name=reader.t("mend_there")).click()
    reader.arrives(f"/segments/{no}")


@both_languages
def test_a_logged_segment_is_canceled_and_counts_again(visit: Visit, crm: Crm, language: Language) -> None:
    logged = crm.logged(2)
    reader = visit(language)
    reader.go("/logged-segments")
    reader.page.get_by_role("link", name=str(logged["entry_no"]), exact=True).click()
    reader.page.locator("#reason").fill("Wrong region")
    reader.press("cancel")
    expect(reader.page.get_by_text(reader.t("is_canceled"))).to_be_visible()
    assert ok(crm.client.get(f"/v1/logged-segments/{logged['entry_no']}"))["canceled"] is True
    reader.press("uncancel")
    expect(reader.page.get_by_text(reader.t("is_canceled"))).to_have_count(0)
    assert ok(crm.client.get(f"/v1/logged-segments/{logged['entry_no']}"))["canceled"] is False


@both_languages
def test_interactions_are_found_evaluated_commented_and_followed_up(
    visit: Visit, crm: Crm, language: Language
) -> None:
    logged = crm.logged(3)
    reader = visit(language)
    reader.go(f"/logged-segments/{logged['entry_no']}")
    reader.page.get_by_role("link", name=reader.t("its_interactions")).click()
    ticks = reader.page.locator("tbody [name=entry_no]")
    expect(ticks).to_have_count(3)
    ticks.nth(0).check()
    ticks.nth(2).check()
    reader.page.locator("#evaluation").select_option("very_positive")
    with reader.page.expect_navigation():
        reader.press("evaluate")
    expect(ticks).to_have_count(3)
    path = f"/v1/interaction-log-entries?logged_segment_entry_no={logged['entry_no']}"
    entries = ok(crm.client.get(path))["items"]
    assert [entry["evaluation"] for entry in entries] == ["very_positive", None, "very_positive"]

    reader.go(f"/interactions/{entries[0]['entry_no']}")
    reader.page.locator("#comment").fill("Wants to hear more.")
    with reader.page.expect_navigation():
        reader.press("save")
    expect(reader.page.get_by_text("Wants to hear more.")).to_be_visible()
    reader.press("cancel")
    expect(reader.page.get_by_text(reader.t("is_canceled"))).to_be_visible()
    reader.press("uncancel")
    expect(reader.page.get_by_text(reader.t("is_canceled"))).to_have_count(0)

    reader.go(f"/logged-segments/{logged['entry_no']}")
    reader.page.locator("#evaluation").select_option("very_positive")
    reader.press("follow_up")
    reader.page.wait_for_url(re.compile(r"/segments/SM\d+$"))
    no = reader.page.url.rsplit("/", 1)[1]
    assert ok(crm.client.get(f"/v1/segments/{no}"))["number_of_lines"] == 2


def test_lists_are_filtered_sorted_and_paged_by_links(visit: Visit, crm: Crm) -> None:
    reader = visit()
    reader.go("/contacts?f-no=C*")
    rows = reader.page.locator("tbody tr")
    expect(rows).to_have_count(50)
    reader.page.get_by_role("link", name=reader.t("next_page")).click()
    expect(rows.first).to_contain_text("C0051")
    reader.page.get_by_label("Filter by Name").fill("Birch*")
    reader.page.keyboard.press("Enter")
    expect(rows).to_have_count(25)
    reader.page.get_by_role("columnheader", name="Name").get_by_role("link").click()
    reader.page.get_by_role("columnheader", name="Name").get_by_role("link").click()
    expect(rows.first).to_contain_text("Birch 241")
    expect(reader.page.locator("th[aria-sort=descending]")).to_have_count(1)


def test_an_address_with_filters_means_the_same_to_readers_of_both_languages(visit: Visit, crm: Crm) -> None:
    reader, other = visit("nl"), visit("en")
    rows = other.page.locator("tbody tr")
    reader.go("/contacts?f-no=C00*")
    reader.page.locator("[name=f-type]").fill("bedrijf")
    reader.page.keyboard.press("Enter")
    reader.page.wait_for_url("**f-type=bedrijf**")
    other.page.goto(reader.page.url)
    expect(rows).to_have_count(50)
    expect(other.page.locator("[name=f-type]")).to_have_value("company")
    other.page.get_by_role("link", name=other.t("next_page")).click()
    expect(rows.first).to_contain_text("C0051")
    reader.page.goto(other.page.url)
    expect(reader.page.locator("[name=f-type]")).to_have_value("bedrijf")
    expect(reader.page.locator("tbody tr").first).to_contain_text("C0051")

    reader.go("/setup/interaction-templates?f-code=LETTER")
    reader.page.locator("[name=f-unit_cost]").fill("2,500")
    reader.page.keyboard.press("Enter")
    reader.page.wait_for_url("**f-unit_cost=2**")
    reader.page.get_by_role("columnheader").get_by_role("link").first.click()
    reader.page.wait_for_url("**sort=-code**")
    other.page.goto(reader.page.url)
    expect(rows).to_have_count(1)
    expect(other.page.locator("[name=f-unit_cost]")).to_have_value("2.5")


def test_a_refusal_counts_characters_only_in_a_filter_that_was_read_as_it_was_written(visit: Visit) -> None:
    reader = visit()
    said = reader.page.locator(".problem li")
    reader.go("/interactions?f-date=1+Jun+2026..soon")
    expect(said).to_contain_text("soon")
    expect(said).not_to_contain_text("at character")
    reader.go("/interactions?f-date=2026-06-01..soon")
    expect(said).to_contain_text("at character 13")


@both_languages
def test_entries_that_are_ticked_are_followed_up_on_a_new_segment(
    visit: Visit, crm: Crm, language: Language
) -> None:
    entry = crm.logged(3)["entry_no"]
    reader = visit(language)
    reader.go(f"/interactions?f-logged_segment_entry_no={entry}")
    reader.press("follow_up_ticked")
    expect(reader.page.locator("#messages .problem")).to_be_visible()
    for place in (0, 2):
        reader.page.locator("tbody input[type=checkbox]").nth(place).check()
    contacts = reader.page.locator("tbody td:nth-child(4)")
    numbers = {contacts.nth(place).inner_text() for place in (0, 2)}
    reader.press("follow_up_ticked")
    reader.page.wait_for_url(re.compile(r"/segments/SM\d+$"))
    no = reader.page.url.rsplit("/", 1)[1]
    lines = ok(crm.client.get(f"/v1/segments/{no}/lines"))["items"]
    assert {line["contact_no"] for line in lines} == numbers


@both_languages
def test_entries_of_contacts_that_are_left_out_make_no_segment(
    visit: Visit, crm: Crm, language: Language
) -> None:
    entry = crm.logged(1)["entry_no"]
    (logged_entry,) = ok(crm.client.get(f"/v1/interaction-log-entries?logged_segment_entry_no={entry}"))[
        "items"
    ]
    ok(crm.client.patch(f"/v1/contacts/{logged_entry['contact_no']}", json={"exclude_from_segment": True}))
    segments = ok(crm.client.get("/v1/segments?count=true"))["total"]
    reader = visit(language)
    reader.go(f"/interactions?f-logged_segment_entry_no={entry}")
    reader.page.locator("tbody input[type=checkbox]").check()
    reader.press("follow_up_ticked")
    expect(reader.page.locator("#messages .problem")).to_contain_text(
        told("none of their contacts may be on a segment", language)
    )
    assert ok(crm.client.get("/v1/segments?count=true"))["total"] == segments


@both_languages
def test_a_large_segment_shows_that_it_is_being_checked_and_then_what_was_found(
    visit: Visit, crm: Crm, language: Language, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logged, "SOON_CHECKED", 2)
    no = crm.loggable(3)["no"]
    reader = visit(language)
    asked: list[str] = []
    reader.page.on("request", lambda request: asked.append(request.url))
    reader.go(f"/segments/{no}/log")
    expect(reader.page.get_by_text(reader.t("log_ready"))).to_be_visible()
    assert f"{reader.base_url}/segments/{no}/log?wait=no" in asked
    # The form that came later works like one that was there.
    reader.press("log_now")
    reader.page.wait_for_url(re.compile(r"/logged-segments/\d+$"))


def test_while_a_segment_is_being_logged_the_page_says_so(visit: Visit, crm: Crm) -> None:
    no = crm.loggable(2)["no"]
    reader = visit()
    reader.go(f"/segments/{no}/log")
    held: list[Route] = []
    reader.page.route("**/log", lambda route: held.append(route))
    reader.press("log_now")
    expect(reader.page.get_by_text(reader.t("logging_now", n=2))).to_be_visible()
    expect(reader.page.get_by_role("button", name=reader.t("log_now"))).to_be_disabled()
    reader.until(lambda: held)
    held[0].continue_()
    reader.page.wait_for_url(re.compile(r"/logged-segments/\d+$"))


@both_languages
def test_what_was_logged_and_is_still_to_be_written_shows_itself_when_it_is_there(
    visit: Visit, crm: Crm, running: RunningService, language: Language
) -> None:
    crm.logged(1)  # the first of all makes a partition, for which readers would wait as well
    no = crm.loggable(2)["no"]
    reader = visit(language)
    reader.go(f"/segments/{no}/log")
    entries = Identifier(running.service.read_models.schemas["contacts"], "logged_segment")
    with psycopg.connect(running.service.conninfo) as connection:
        # The read model waits, as it does while it writes a large segment.
        connection.execute(SQL("LOCK TABLE {} IN SHARE MODE").format(entries))
        reader.press("log_now")
        reader.page.wait_for_url(re.compile(r"/logged-segments/\d+$"))
        expect(reader.page.get_by_text(reader.t("being_written"))).to_be_visible()
        entry = running.service.log.counters.next_of("interaction log entry") - 1
        other = visit(language)
        other.go(f"/interactions/{entry}")
        expect(other.page.get_by_text(other.t("being_written"))).to_be_visible()
        other.go(f"/interactions/{entry + 1}")
        expect(other.page.locator(".problem")).to_be_visible()
        other.go(f"/interactions/{entry}")
    written = reader.page.locator("#progress")
    expect(written).to_contain_text(reader.t("progress", n=2, of=2))
    expect(other.page.get_by_text(other.t("being_written"))).to_have_count(0)
    expect(other.page.get_by_role("heading", name=other.t("comments"))).to_be_visible()


@both_languages
def test_who_only_looks_is_not_told_that_nothing_was_changed(visit: Visit, language: Language) -> None:
    reader = visit(language)
    reader.go("/logged-segments/999999")
    expect(reader.page.locator(".problem")).to_be_visible()
    expect(reader.page.get_by_text(reader.t("nothing_changed"))).to_have_count(0)


@both_languages
def test_when_the_answer_is_lost_nobody_is_told_that_nothing_was_changed(
    visit: Visit, crm: Crm, language: Language, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = crm.logged(1)["entry_no"]
    reader = visit(language)
    reader.go(f"/logged-segments/{entry}")

    def done_and_lost(route: Route) -> None:
        route.fetch()
        route.abort()

    reader.page.route("**/cancel", done_and_lost)
    reader.press("cancel")
    expect(reader.page.locator("#messages")).to_have_text(reader.t("network"))
    assert ok(crm.client.get(f"/v1/logged-segments/{entry}"))["canceled"] is True
    reader.page.unroute("**/cancel")

    # The same when the database has done it, and could not say so.
    def saved_and_lost(*_: object, **__: object) -> int:
        raise PersistenceError("the connection is gone")

    monkeypatch.setattr(Interactions, "cancel_logged_segment", saved_and_lost)
    reader.press("cancel")
    expect(reader.page.locator("#messages")).to_contain_text(reader.t("done_or_not"))
    reader.complaints.clear()


@both_languages
def test_a_segment_without_lines_leads_to_choosing_contacts_and_a_list_says_why_it_is_empty(
    visit: Visit, crm: Crm, language: Language
) -> None:
    no = crm.segment(interaction_template_code="LETTER", salesperson_code="ANNA")["no"]
    reader = visit(language)
    reader.go(f"/segments/{no}/log")
    reader.page.locator("section").get_by_role("link", name=reader.t("choose_contacts")).click()
    reader.arrives(f"/segments/{no}/choose")
    reader.go("/contacts?f-name=Nobody")
    expect(reader.page.locator(".list tbody")).to_have_text(reader.t("none_such"))
