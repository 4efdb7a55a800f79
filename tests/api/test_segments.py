"""Segments over HTTP: pages of lines, versions, dry runs, logging and what follows, deleting."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from tests.api.conftest import ClientFor
from tests.api.crm import Crm, ok, places, refused


def add(client: httpx.Client, segment: str, numbers: str, **options: Any) -> Any:
    body = {"action": "add_contacts", "filters": {"contact": {"no": numbers}}} | options
    return ok(client.post(f"/v1/segments/{segment}/criteria-actions", json=body))


def lines(client: httpx.Client, segment: str, **query: Any) -> list[Any]:
    items: list[Any] = ok(client.get(f"/v1/segments/{segment}/lines", params=query))["items"]
    return items


def letters(client: httpx.Client, segment: str, **query: Any) -> str:
    """The last letter of each line's contact, in order."""
    return "".join(line["contact_no"][-1] for line in lines(client, segment, **query))


class TestWhoMay:
    def test_nobody_without_a_key(self, anonymous: httpx.Client, crm: Crm) -> None:
        segment = crm.segment()["no"]
        refused(anonymous.get(f"/v1/segments/{segment}"), "unauthorized")
        refused(anonymous.post(f"/v1/segments/{segment}/log"), "unauthorized")

    def test_nobody_who_only_reads(self, client_for: ClientFor, crm: Crm) -> None:
        segment = crm.loggable()["no"]
        auditor = client_for("auditor")
        assert ok(auditor.get(f"/v1/segments/{segment}"))
        refused(auditor.post(f"/v1/segments/{segment}/log"), "forbidden")
        refused(auditor.post(f"/v1/segments/{segment}/log?dry_run=true"), "forbidden")


class TestLines:
    @pytest.fixture
    def segment(self, client: httpx.Client, crm: Crm, rnd: str) -> str:
        """Two companies with a person each, and somebody on their own, in another order."""
        beta, alpha = crm.contact(no=f"{rnd}B", name="Beta"), crm.contact(no=f"{rnd}A", name="Alpha")
        for company, letter, name in ((beta, "X", "Zoe"), (alpha, "Y", "Ann"), (None, "Z", "Mia")):
            company_no = company and company["no"]
            crm.contact(no=f"{rnd}{letter}", type="person", name=name, company_no=company_no)
        no: str = crm.segment(description="Spring")["no"]
        assert add(client, no, f"{rnd}*")["lines_added"] == 5
        return no

    def test_come_in_the_order_of_their_numbers(self, client: httpx.Client, segment: str) -> None:
        listed = lines(client, segment)

        assert [line["line_no"] for line in listed] == [10_000, 20_000, 30_000, 40_000, 50_000]
        assert letters(client, segment) == "BAXYZ"
        # A line shows the name of a person; that of a company is its company name.
        assert [line["contact_name"] for line in listed] == [None, None, "Zoe", "Ann", "Mia"]
        assert [line["contact_company_name"] for line in listed] == ["Beta", "Alpha", "Beta", "Alpha", None]

    def test_come_company_by_company_on_demand(self, client: httpx.Client, segment: str) -> None:
        assert letters(client, segment, sort="company") == "ZAYBX"
        assert letters(client, segment, sort="-company") == "XBYAZ"

    @pytest.mark.parametrize("sort", [None, "company", "-contact_name"])
    def test_come_in_pages(self, client: httpx.Client, segment: str, sort: str | None) -> None:
        query: dict[str, Any] = {"limit": 2, "count": "true"} | ({"sort": sort} if sort else {})
        seen: list[int] = []
        for expected in (2, 2, 1):
            page = ok(client.get(f"/v1/segments/{segment}/lines", params=query))
            assert (len(page["items"]), page["total"]) == (expected, 5)
            seen += [line["line_no"] for line in page["items"]]
            query["cursor"] = page["next_cursor"]
        assert page["next_cursor"] is None
        assert sorted(seen) == [10_000, 20_000, 30_000, 40_000, 50_000]

    def test_can_be_filtered(self, client: httpx.Client, segment: str, rnd: str) -> None:
        assert letters(client, segment, contact_company_no=f"{rnd}b") == "BX"
        assert letters(client, segment, description="Spring", contact_name="A*|@m*") == "YZ"
        assert letters(client, segment, contact_name="''") == "BA"

    def test_can_be_seen_as_they_were(self, client: httpx.Client, segment: str) -> None:
        before = ok(client.get(f"/v1/segments/{segment}"))["version"]
        ok(client.patch(f"/v1/segments/{segment}/lines/10000", json={"subject": "Dear Beta"}))
        ok(client.delete(f"/v1/segments/{segment}/lines/20000"))

        assert len(lines(client, segment)) == 4
        assert len(lines(client, segment, version=before)) == 5
        assert len(lines(client, segment, version=before, sort="company")) == 5
        assert lines(client, segment, version=before + 1)[0]["subject"] == "Dear Beta"
        assert lines(client, segment, version=before)[0]["subject"] is None
        path = f"/v1/segments/{segment}/lines/20000"
        refused(client.get(path), "not-found")
        assert ok(client.get(path, params={"version": before}))["contact_company_name"] == "Alpha"

    def test_follow_the_header_and_keep_what_is_their_own(self, client: httpx.Client, segment: str) -> None:
        path = f"/v1/segments/{segment}"
        ok(client.patch(f"{path}/lines/10000", json={"subject": "Dear Beta"}))
        ok(client.patch(path, json={"unit_cost": "1.50"}))
        ok(client.patch(path, json={"unit_duration_minutes": 5, "update_lines": False}))

        listed = lines(client, segment)
        assert {line["cost"] for line in listed} == {"1.50"}
        assert {line["duration_minutes"] for line in listed} == {0}
        assert listed[0]["subject"] == "Dear Beta"
        header = ok(client.get(path))
        assert (header["cost"], header["duration_minutes"]) == ("7.50", 0)

    def test_keep_their_numbers_when_others_go(self, client: httpx.Client, segment: str, rnd: str) -> None:
        ok(client.delete(f"/v1/segments/{segment}/lines/50000"))
        added = ok(client.post(f"/v1/segments/{segment}/lines", json={"contact_no": f"{rnd}Z"}))

        assert added["line_no"] == 60_000

    def test_take_over_another_contact(self, client: httpx.Client, segment: str, rnd: str) -> None:
        path = f"/v1/segments/{segment}/lines/10000"
        changed = ok(client.patch(path, json={"contact_no": f"{rnd}Z", "subject": "Dear Mia"}))

        assert (changed["contact_name"], changed["subject"]) == ("Mia", "Dear Mia")
        assert ok(client.get(path)) == changed

    def test_refuse_a_language_without_a_document(self, client: httpx.Client, segment: str) -> None:
        path = f"/v1/segments/{segment}"
        problem = refused(client.patch(path, json={"language_code": "NLD"}), "no-document")
        assert places(problem) == [["language_code"]]

    def test_refuse_a_blocked_salesperson(self, client: httpx.Client, crm: Crm, segment: str) -> None:
        blocked = {"salesperson_code": crm.record("salespeople", blocked=True)}
        path = f"/v1/segments/{segment}"
        for at in (path, f"{path}/lines/10000"):
            problem = refused(client.patch(at, json=blocked), "invalid-request")
            assert places(problem) == [["salesperson_code"]]

    def test_a1_of_several_codes_that_nothing_has_each_is_named(
        self, client: httpx.Client, crm: Crm, segment: str
    ) -> None:
        blocked = crm.record("salespeople", blocked=True)
        wrong = {"salesperson_code": blocked} | dict.fromkeys(
            ["campaign_no", "interaction_group_code", "interaction_template_code"], "NOSUCH"
        )
        path, contact_no = f"/v1/segments/{segment}", crm.contact()["no"]
        for answer in (
            client.post("/v1/segments", json=wrong),
            client.patch(path, json=wrong),
            client.post(f"{path}/lines", json=wrong | {"contact_no": contact_no}),
            client.patch(f"{path}/lines/10000", json=wrong),
        ):
            assert places(refused(answer, "invalid-request")) == [[field] for field in wrong]


class TestVersions:
    def test_show_the_header_as_it_stood(self, client: httpx.Client, crm: Crm) -> None:
        segment = crm.segment(description="One")["no"]
        path = f"/v1/segments/{segment}"
        between = datetime.now(UTC).isoformat().replace("+00:00", "Z")
        ok(client.patch(path, json={"description": "Two"}))

        old = client.get(path, params={"version": 1})
        assert (ok(old)["description"], old.headers["etag"]) == ("One", '"1"')
        assert ok(client.get(path, params={"version": 2}))["description"] == "Two"
        assert ok(client.get(path, params={"as_of": between}))["description"] == "One"
        assert ok(client.get(path))["description"] == "Two"

    def test_that_never_were_are_not_found(self, client: httpx.Client, crm: Crm) -> None:
        path = f"/v1/segments/{crm.segment()['no']}"

        refused(client.get(path, params={"version": 2}), "not-found")
        refused(client.get(path, params={"as_of": "2001-01-01T00:00:00Z"}), "not-found")
        refused(client.get(f"{path}/lines", params={"as_of": "2001-01-01"}), "invalid-request")
        refused(client.get(f"{path}/lines", params={"as_of": "2001-01-01T00:00:00"}), "not-found")

    def test_remain_when_the_segment_is_deleted(self, client: httpx.Client, crm: Crm) -> None:
        segment, contact = crm.segment()["no"], crm.contact()["no"]
        crm.line(segment, contact)
        path = f"/v1/segments/{segment}"
        ok(client.delete(path))

        refused(client.get(path), "not-found")
        refused(client.patch(path, json={"subject": "x"}), "not-found")
        refused(client.delete(path), "not-found")
        refused(client.post("/v1/segments", json={"no": segment}), "already-exists")
        assert ok(client.get(path, params={"version": 2}))["number_of_lines"] == 1
        assert lines(client, segment, version=2)[0]["contact_no"] == contact

    def test_remain_when_the_segment_is_logged(self, client: httpx.Client, crm: Crm) -> None:
        segment = crm.loggable(2)
        path = f"/v1/segments/{segment['no']}"
        entry = ok(client.post(f"{path}/log"))["logged_segment"]["entry_no"]

        for method, at, body in (
            *(("GET", path, None), ("PATCH", path, {"subject": "x"}), ("DELETE", path, None)),
            *(("GET", f"{path}/lines", None), ("POST", f"{path}/log", {}), ("POST", f"{path}/go-back", None)),
            *(("GET", f"{path}/lines/10000", None), ("DELETE", f"{path}/lines/10000", None)),
            ("POST", f"{path}/criteria-actions", {"action": "add_contacts"}),
        ):
            problem = refused(client.request(method, at, json=body), "segment-logged")
            assert problem["logged_segment"] == entry
        refused(client.post("/v1/segments", json={"no": segment["no"]}), "already-exists")
        assert ok(client.get(path, params={"version": segment["version"]})) == segment
        assert len(lines(client, segment["no"], version=segment["version"])) == 2


class TestCriteria:
    def test_dry_run_says_what_would_happen_and_changes_nothing(
        self, client: httpx.Client, crm: Crm, rnd: str
    ) -> None:
        crm.contacts(["Alder", "Birch"])
        crm.contact(exclude_from_segment=True)
        crm.contact(privacy_blocked=True)
        segment, before = crm.segment()["no"], crm.position()
        path = f"/v1/segments/{segment}/criteria-actions"
        body = {"action": "add_contacts", "filters": {"contact": {"no": f"{rnd}*"}}}

        tried = client.post(path, json=body, params={"dry_run": "true"})
        assert tried.status_code == 200
        assert crm.position() == before
        assert ok(client.get(path))["items"] == []
        assert [contact["name"] for contact in ok(tried)["sample"]] == ["Alder", "Birch"]
        done = client.post(path, json=body)
        assert done.status_code == 201
        same = ("action_no", "action", "filters", "lines_added", "lines_removed", "skipped", "user_id")
        assert {name: ok(tried)[name] for name in same} == {name: ok(done)[name] for name in same}
        skipped = {"already_on_segment": 0, "excluded": 1, "privacy_blocked": 1, "elsewhere": 0}
        assert ok(done)["skipped"] == skipped | {"no_longer_known": 0}

    def test_add_reduce_refine_and_go_back_exactly(self, client: httpx.Client, crm: Crm, rnd: str) -> None:
        for city in ("Arnhem", "Breda", "Delft"):
            crm.contact(city=city)
        segment = crm.segment()["no"]
        path = f"/v1/segments/{segment}"
        add(client, segment, f"{rnd}*")
        ok(client.patch(f"{path}/lines/20000", json={"subject": "Dear Breda"}))
        before = lines(client, segment)
        reduce = {"action": "reduce", "filters": {"contact": {"city": "Breda"}}}
        assert ok(client.post(f"{path}/criteria-actions", json=reduce))["lines_removed"] == 1

        ok(client.post(f"{path}/go-back"))
        assert lines(client, segment) == before
        ok(client.post(f"{path}/redo"))
        assert [line["line_no"] for line in lines(client, segment)] == [10_000, 30_000]
        refused(client.post(f"{path}/redo"), "nothing-to-undo")
        refine = {"action": "refine", "filters": {"contact": {"city": "Delft"}}}
        assert ok(client.post(f"{path}/criteria-actions", json=refine))["lines_removed"] == 1
        assert [line["line_no"] for line in lines(client, segment)] == [30_000]

    def test_can_be_saved_and_run_on_another_segment(self, client: httpx.Client, crm: Crm, rnd: str) -> None:
        crm.contacts(["Alder", "Birch"])
        one, other = crm.segment()["no"], crm.segment()["no"]
        refused(client.post(f"/v1/segments/{one}/save-criteria", json={"code": rnd}), "no-criteria")
        add(client, one, f"{rnd}*")
        saved = client.post(f"/v1/segments/{one}/save-criteria", json={"code": rnd, "description": "Ours"})

        assert ok(client.get(saved.headers["location"])) == ok(saved)
        again = client.post(f"/v1/segments/{one}/save-criteria", json={"code": rnd})
        refused(again, "already-exists")
        reused = ok(client.post(f"/v1/segments/{other}/reuse-criteria", json={"code": rnd.lower()}))
        assert reused["number_of_lines"] == 2
        ok(client.delete(f"/v1/saved-segment-criteria/{rnd}"))
        refused(client.get(f"/v1/saved-segment-criteria/{rnd}"), "not-found")

    def test_of_contacts_put_on_by_hand_mean_those_whatever_signs_their_numbers_hold(
        self, client: httpx.Client, crm: Crm, rnd: str
    ) -> None:
        picked = [f"{rnd}R&D", f"{rnd}A*", f"@{rnd}", f"'{rnd}"]
        for number in (*picked, f"{rnd}AB", rnd):
            crm.contact(no=number)
        one, other = crm.segment()["no"], crm.segment()["no"]
        for number in picked:
            crm.line(one, number)
        ok(client.post(f"/v1/segments/{one}/save-criteria", json={"code": rnd}))

        ok(client.post(f"/v1/segments/{other}/reuse-criteria", json={"code": rnd}))
        assert [line["contact_no"] for line in lines(client, other)] == picked
        again = ok(client.post(f"/v1/segments/{one}/what-if", json={}))
        assert [again[group]["count"] for group in ("entered", "left")] == [0, 0]
        assert [step["lines_added"] for step in again["steps"]] == [1, 1, 1, 1]

    def test_see_what_was_written_a_moment_ago(self, client: httpx.Client, crm: Crm, rnd: str) -> None:
        segment = crm.segment()["no"]
        for number in range(10):
            crm.contact(no=f"{rnd}N{number}")
            assert add(client, segment, f"{rnd}N{number}")["lines_added"] == 1


class TestLogging:
    def test_dry_run_checks_and_changes_nothing(self, client: httpx.Client, crm: Crm) -> None:
        segment = crm.loggable(2)
        before = crm.position()
        tried = client.post(f"/v1/segments/{segment['no']}/log", params={"dry_run": "true"})

        checked = {"ok": True, "lines": 2, "skipped": {"privacy_blocked": 0}}
        assert (tried.status_code, ok(tried)) == (200, checked)
        assert crm.position() == before
        assert ok(client.get(f"/v1/segments/{segment['no']}")) == segment

    def test_b5_says_how_many_are_left_out_because_they_are_blocked_by_now(
        self, client: httpx.Client, crm: Crm
    ) -> None:
        segment = crm.loggable(1)["no"]
        contact = crm.contact()["no"]
        crm.line(segment, contact)
        ok(client.patch(f"/v1/contacts/{contact}", json={"privacy_blocked": True}))
        path = f"/v1/segments/{segment}/log"
        skipped = {"privacy_blocked": 1}

        tried = ok(client.post(path, params={"dry_run": "true"}))
        assert tried == {"ok": True, "lines": 1, "skipped": skipped}
        done = ok(client.post(path))
        assert (done["logged_segment"]["number_of_interactions"], done["skipped"]) == (1, skipped)

    @pytest.mark.parametrize("dry_run", ["true", "false"])
    def test_names_every_line_that_cannot_be_logged_and_logs_none(
        self, client: httpx.Client, crm: Crm, dry_run: str
    ) -> None:
        segment = crm.loggable(3)["no"]
        path = f"/v1/segments/{segment}"
        for line in (10_000, 30_000):
            ok(client.patch(f"{path}/lines/{line}", json={"date": None}))
        before = crm.position()

        problem = refused(client.post(f"{path}/log", params={"dry_run": dry_run}), "mandatory-field")
        assert places(problem) == [[10_000, "date"], [30_000, "date"]]
        assert crm.position() == before

    def test_needs_a_description_and_lines(self, client: httpx.Client, crm: Crm) -> None:
        nameless, empty = crm.loggable(1, description=None)["no"], crm.loggable(0)["no"]

        problem = refused(client.post(f"/v1/segments/{nameless}/log"), "mandatory-field")
        assert places(problem) == [["description"]]
        refused(client.post(f"/v1/segments/{empty}/log"), "segment-empty")

    def test_makes_one_entry_for_every_line(self, client: httpx.Client, crm: Crm) -> None:
        campaign = crm.record("campaigns")
        segment = crm.loggable(2, campaign_no=campaign, unit_cost="1.50")
        response = client.post(f"/v1/segments/{segment['no']}/log")
        logged = ok(response)["logged_segment"]

        assert response.headers["location"] == f"/v1/logged-segments/{logged['entry_no']}"
        assert ok(client.get(response.headers["location"])) == logged
        assert logged["number_of_interactions"] == logged["interactions_visible"] == 2
        of_this = {"logged_segment_entry_no": logged["entry_no"]}
        entries = ok(client.get("/v1/interaction-log-entries", params=of_this))["items"]
        assert [entry["cost"] for entry in entries] == ["1.50", "1.50"]
        assert {entry["campaign_no"] for entry in entries} == {campaign}
        assert ok(client.get(f"/v1/campaigns/{campaign}"))["cost"] == "3.00"

    def test_with_a_follow_up_makes_the_next_segment(self, client: httpx.Client, crm: Crm) -> None:
        segment = crm.loggable(2)["no"]
        answer = ok(client.post(f"/v1/segments/{segment}/log", json={"create_follow_up": True}))

        follow_up = ok(client.get(f"/v1/segments/{answer['follow_up_segment_no']}"))
        assert follow_up["description"] == f"Follow-up on segment {segment}"
        assert (follow_up["number_of_lines"], follow_up["interaction_template_code"]) == (2, None)


class TestFollowUp:
    @pytest.fixture
    def logged(self, client: httpx.Client, crm: Crm) -> Any:
        """Three entries, one of them positive and one of them an attempt that failed."""
        segment = crm.loggable(3)["no"]
        path = f"/v1/segments/{segment}/lines"
        ok(client.patch(f"{path}/10000", json={"evaluation": "positive"}))
        ok(client.patch(f"{path}/20000", json={"attempt_failed": True}))
        return ok(client.post(f"/v1/segments/{segment}/log"))["logged_segment"]

    @pytest.mark.parametrize(
        ("options", "expected"),
        [
            (None, 3),
            ({}, 3),
            ({"only": None}, 3),
            ({"only": {}}, 3),
            ({"only": {"evaluation": "positive"}}, 1),
            ({"only": {"evaluation": "negative"}}, 0),
            ({"only": {"attempt_failed": True}}, 1),
            ({"only": {"attempt_failed": False}}, 2),
            ({"only": {"canceled": True}}, 0),
            ({"only": {"delivery_status": "error"}}, 0),
        ],
        ids=str,
    )
    def test_takes_the_entries_that_are_wanted(
        self, client: httpx.Client, logged: Any, options: Any, expected: int
    ) -> None:
        response = client.post(f"/v1/logged-segments/{logged['entry_no']}/follow-up", json=options)

        assert ok(response)["number_of_lines"] == expected
        assert response.headers["location"] == f"/v1/segments/{ok(response)['no']}"

    def test_keeps_the_template_and_takes_a_description_on_demand(
        self, client: httpx.Client, logged: Any
    ) -> None:
        path = f"/v1/logged-segments/{logged['entry_no']}/follow-up"
        old = ok(client.get(f"/v1/segments/{logged['segment_no']}", params={"version": 1}))

        plain = ok(client.post(path, headers={"Work-Date": "2026-05-01"}))
        assert (plain["interaction_template_code"], plain["date"]) == (None, "2026-05-01")
        kept = ok(client.post(path, json={"keep_template": True, "description": "Call them"}))
        assert kept["interaction_template_code"] == old["interaction_template_code"]
        assert kept["description"] == "Call them"

    def test_leaves_out_who_is_excluded_by_now_unless_told_not_to(
        self, client: httpx.Client, logged: Any
    ) -> None:
        of_this = {"logged_segment_entry_no": logged["entry_no"]}
        entries = ok(client.get("/v1/interaction-log-entries", params=of_this))["items"]
        contact = entries[0]["contact_no"]
        ok(client.patch(f"/v1/contacts/{contact}", json={"exclude_from_segment": True}))

        path = f"/v1/logged-segments/{logged['entry_no']}/follow-up"
        assert ok(client.post(path))["number_of_lines"] == 2
        assert ok(client.post(path, json={"respect_exclusion": False}))["number_of_lines"] == 3

    def test_of_nothing_is_not_found(self, client: httpx.Client) -> None:
        refused(client.post("/v1/logged-segments/999999/follow-up"), "not-found")


class TestContactsOnSegments:
    def test_cannot_be_deleted_or_moved(self, client: httpx.Client, crm: Crm) -> None:
        here, there = crm.contacts(["Alder", "Birch"])
        person = crm.contact(type="person", company_no=here["no"])["no"]
        segment = crm.segment()["no"]
        line = crm.line(segment, person)["line_no"]

        problem = refused(client.delete(f"/v1/contacts/{person}"), "contact-on-segment")
        assert segment in problem["detail"]
        refused(client.delete(f"/v1/contacts/{here['no']}"), "contact-on-segment")
        moved = {"company_no": there["no"]}
        refused(client.patch(f"/v1/contacts/{person}", json=moved), "contact-on-segment")
        ok(client.delete(f"/v1/segments/{segment}/lines/{line}"))
        ok(client.patch(f"/v1/contacts/{person}", json=moved))
        assert ok(client.delete(f"/v1/contacts/{person}")) == {"deleted": person}

    def test_that_are_companies_take_their_people_with_them(self, client: httpx.Client, crm: Crm) -> None:
        company = crm.contact()["no"]
        people = [crm.contact(type="person", company_no=company)["no"] for _ in range(3)]
        stranger = crm.contact(type="person")["no"]

        ok(client.delete(f"/v1/contacts/{company}"))
        for no in (company, *people):
            refused(client.get(f"/v1/contacts/{no}"), "not-found")
            assert ok(client.get("/v1/contacts", params={"no": no}))["items"] == []
            refused(client.post("/v1/contacts", json={"no": no, "name": "x"}), "already-exists")
        assert ok(client.get(f"/v1/contacts/{stranger}"))

    def test_may_be_deleted_once_the_segment_is_logged(self, client: httpx.Client, crm: Crm) -> None:
        logged = crm.logged(1)
        of_this = {"logged_segment_entry_no": logged["entry_no"]}
        (entry,) = ok(client.get("/v1/interaction-log-entries", params=of_this))["items"]

        ok(client.delete(f"/v1/contacts/{entry['contact_no']}"))
        (after,) = ok(client.get("/v1/interaction-log-entries", params=of_this))["items"]
        assert after["contact_no"] is None
        assert after["entry_no"] == entry["entry_no"]
