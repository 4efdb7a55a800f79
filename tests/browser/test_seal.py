"""The seal: green only when everything was checked and is as recorded, red when it is not, else neither."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from threading import Event

import psycopg
import pytest
from playwright.sync_api import expect

from api.pages.browser import SESSION_COOKIE
from api.pages.sessions import sign_in
from application.field_words import Language
from application.verifying import Verifying
from domain.errors import Conflict
from eventstore.verify import Progress, Verification
from tests.api.crm import Crm, ok
from tests.api.running import RunningService
from tests.browser.conftest import Visit

both_languages = pytest.mark.parametrize("language", ["en", "nl"])


@both_languages
def test_an_auditor_checks_everything_and_sees_what_it_means(
    visit: Visit, running: RunningService, crm: Crm, letter: str, language: Language
) -> None:
    ok(crm.client.post("/v1/audit/checkpoints"))
    reader = visit(language, "auditor")
    for path in ("/segments", f"/segments/{letter}/history"):
        reader.go(path)
        with reader.page.expect_response("**/seal"):
            reader.press("check_now")
        # Until then the page may show what the check before found.
        running.service.verifying.wait(60)
        seal = reader.page.locator("#seal")
        expect(seal.get_by_role("status")).to_have_text(reader.t("seal_right"))
        expect(seal).to_contain_text("a auditor")
        expect(seal.locator("circle")).to_be_visible()
    crm.segment()
    reader.go("/segments")
    expect(reader.page.locator("#seal")).to_contain_text(reader.t("seal_unchecked", n=1))


@both_languages
def test_a_changed_event_makes_it_red(
    visit: Visit, running: RunningService, crm: Crm, language: Language
) -> None:
    position = int(crm.client.get("/health/ready").json()["event_position"])
    change = "UPDATE segmentlog.log_events SET state = %s WHERE notification_id = %s"
    with psycopg.connect(running.service.conninfo) as connection:
        found = connection.execute(
            "SELECT state FROM segmentlog.log_events WHERE notification_id = %s", (position,)
        ).fetchone()
        assert found is not None
    reader = visit(language, "auditor")
    reader.go("/segments")
    try:
        with psycopg.connect(running.service.conninfo) as connection:
            connection.execute("SET session_replication_role = replica")
            connection.execute(change, (found[0] + b" ", position))
        reader.press("check_now")
        seal = reader.page.locator("#seal")
        expect(seal.get_by_role("status")).to_have_text(reader.t("seal_wrong"))
        expect(seal).to_contain_text(reader.t("seal_wrong_meaning", position=position))
        expect(seal.locator("polygon")).to_be_visible()
    finally:
        with psycopg.connect(running.service.conninfo) as connection:
            connection.execute("SET session_replication_role = replica")
            connection.execute(change, (found[0], position))
    # What was found stays until a check finds otherwise.
    reader.go("/segments")
    expect(reader.page.locator("#seal").get_by_role("status")).to_have_text(reader.t("seal_wrong"))
    reader.press("check_now")
    expect(reader.page.locator("#seal").get_by_role("status")).to_have_text(reader.t("seal_right"))


def test_a_marketer_sees_the_seal_on_a_history_and_cannot_check(
    visit: Visit, running: RunningService, letter: str
) -> None:
    reader = visit()
    reader.go(f"/segments/{letter}/history")
    expect(reader.page.locator("#seal")).to_be_visible()
    expect(reader.page.get_by_role("button", name=reader.t("check_now"))).to_have_count(0)
    reader.go("/segments")
    expect(reader.page.locator("#seal")).to_have_count(0)


@pytest.mark.parametrize(("role", "status"), [("reporter", 403), ("marketer", 200)])
def test_who_may_not_look_back_sees_no_seal(
    running: RunningService, keys: object, role: str, status: int
) -> None:
    token = sign_in(running.service, keys(role))  # type: ignore[operator]
    with running.anybody(cookies={SESSION_COOKIE: token or ""}) as client:
        assert client.get("/seal").status_code == status
        assert client.post("/seal").status_code == 403


class TestTheVerdict:
    def test_is_not_green_while_a_check_runs_nor_after_it_failed(self) -> None:
        go_on, fails = Event(), False

        def verify(progress: Progress) -> Verification:
            progress(3, 7)
            go_on.wait(10)
            if fails:
                raise Conflict("there is no key")
            return Verification(True, 7)

        verifying = Verifying(verify, lambda: 9)
        assert verifying.verdict().state == "never"
        go_on.set()
        assert verifying.start("ANN")
        verifying.wait(10)
        assert (verifying.verdict().state, verifying.verdict().unchecked) == ("right", 2)
        go_on.clear()
        fails = True
        assert verifying.start("ANN")
        assert not verifying.start("BEN")
        assert verifying.verdict().state == "running"
        go_on.set()
        verifying.wait(10)
        assert (verifying.verdict().state, verifying.verdict().why_not) == ("failed", "there is no key")

    def test_is_not_green_for_ever(self) -> None:
        verifying = Verifying(lambda progress: Verification(True, 7), lambda: 7)
        verifying.start("ANN")
        verifying.wait(10)
        assert verifying.verdict(datetime.now(UTC) + timedelta(hours=23)).state == "right"
        assert verifying.verdict(datetime.now(UTC) + timedelta(hours=25)).state == "old"

    def test_stays_red_however_old_it_is(self) -> None:
        verifying = Verifying(lambda progress: Verification(False, 6, 7, "changed"), lambda: 7)
        verifying.start("ANN")
        verifying.wait(10)
        assert verifying.verdict(datetime.now(UTC) + timedelta(days=9)).state == "wrong"

    def test_is_no_result_when_the_check_breaks(self) -> None:
        def verify(progress: Progress) -> Verification:
            raise OSError

        verifying = Verifying(verify, lambda: 7)
        verifying.start("ANN")
        verifying.wait(10)
        assert verifying.verdict().state == "failed"
