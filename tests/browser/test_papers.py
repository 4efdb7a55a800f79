"""Files, labels and cover sheets of a worksheet, and a mailing group for all on it."""

from __future__ import annotations

from pathlib import Path

import pypdfium2
import pytest
from playwright.sync_api import expect

from application.field_words import Language
from tests.api.crm import Crm, ok
from tests.browser.conftest import Visit

both_languages = pytest.mark.parametrize("language", ["en", "nl"])


@both_languages
def test_contacts_are_saved_as_files_and_printed(visit: Visit, crm: Crm, language: Language) -> None:
    no = crm.loggable(2)["no"]
    reader = visit(language)
    reader.go(f"/segments/{no}")
    reader.page.locator("summary", has_text=reader.t("papers")).click()
    for name, begins in (
        *(("export_contacts", "No."), ("report_contacts", "")),
        *(("labels", "%PDF"), ("cover_sheets", "%PDF")),
    ):
        with reader.page.expect_download() as saved:
            reader.page.get_by_text(reader.t(name), exact=True).click()
        content = Path(saved.value.path()).read_bytes()
        assert content.lstrip(b"\xef\xbb\xbf").startswith(begins.encode()), name
        assert len(content) > 100


def test_more_than_can_be_printed_at_once_is_printed_in_parts(
    visit: Visit, letter: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The service runs in this process: 248 lines are many then.
    monkeypatch.setattr("application.papers.MOST_COVER_SHEETS", 100)
    monkeypatch.setattr("api.pages.segments.MOST_COVER_SHEETS", 100)
    reader = visit()
    reader.go(f"/segments/{letter}")
    reader.page.locator("summary", has_text=reader.t("papers")).click()
    expect(reader.page.locator("#labels-first")).to_have_count(0)
    reader.page.locator("#sheets-first").fill("201")
    reader.page.locator("#sheets-count").fill("48")
    with reader.page.expect_download() as saved:
        reader.press("cover_sheets")
    assert len(pypdfium2.PdfDocument(Path(saved.value.path()).read_bytes())) == 48


@both_languages
def test_a_mailing_group_is_given_to_all_on_a_worksheet(visit: Visit, crm: Crm, language: Language) -> None:
    group = crm.record("mailing-groups")
    no = crm.loggable(3)["no"]
    reader = visit(language)
    reader.go(f"/segments/{no}")
    reader.page.locator("summary", has_text=reader.t("papers")).click()
    reader.page.locator("#group").select_option(group)
    reader.press("give")
    reader.page.wait_for_url(f"**/contacts?f-mailing_groups={group}")
    expect(reader.page.locator("tbody tr")).to_have_count(3)
    # The list says what it is filtered by, where no column does.
    expect(reader.page.locator("#filters .chip")).to_contain_text(group)
    assert ok(crm.client.get(f"/v1/contacts?mailing_groups={group}&count=true"))["total"] == 3


@pytest.mark.parametrize("code", ["R&D", "A|B", "IT'S"])
def test_a_group_is_shown_whatever_signs_its_code_holds(visit: Visit, crm: Crm, code: str) -> None:
    crm.record("mailing-groups", code)
    no = crm.loggable(2)["no"]
    reader = visit()
    reader.go(f"/segments/{no}")
    reader.page.locator("summary", has_text=reader.t("papers")).click()
    reader.page.locator("#group").select_option(code)
    reader.press("give")
    reader.page.wait_for_url("**/contacts?*")
    expect(reader.page.locator("tbody tr")).to_have_count(2)


@both_languages
def test_saved_criteria_are_deleted(visit: Visit, crm: Crm, letter: str, language: Language) -> None:
    code = crm.code()
    ok(crm.client.post(f"/v1/segments/{letter}/save-criteria", json={"code": code}))
    reader = visit(language)
    reader.go(f"/segments/{letter}/choose")
    reader.page.locator("summary", has_text=reader.t("reuse_criteria")).click()
    reader.page.locator("#saved-code").select_option(code)
    asked = reader.answers(yes=False)
    reader.press("delete")
    assert asked == [reader.t("sure")]
    assert crm.client.get(f"/v1/saved-segment-criteria/{code}").status_code == 200
    reader.answers(yes=True)
    with reader.page.expect_navigation():
        reader.press("delete")
    assert crm.client.get(f"/v1/saved-segment-criteria/{code}").status_code == 404
