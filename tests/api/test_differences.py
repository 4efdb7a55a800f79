"""What two versions of a segment differ in; and contacts and records as they stood at a moment."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.api.conftest import ClientFor
from tests.api.crm import Crm, ok, refused


def diff(client: httpx.Client, no: str, one: int, other: int, **headers: str) -> Any:
    return ok(client.get(f"/v1/segments/{no}/diff", params={"from": one, "to": other}, headers=headers))


@pytest.fixture
def changed(client: httpx.Client, crm: Crm, rnd: str) -> str:
    """Version 2: A and B; 3: another description; 4: B goes; 5: A's line changes; 6: C by hand; 7: back."""
    for letter in "ABC":
        crm.contact(no=f"{rnd}{letter}")
    no: str = crm.loggable(0, no=f"{rnd}S", description="Spring")["no"]
    path = f"/v1/segments/{no}"
    either = {"contact": {"no": f"{rnd}A|{rnd}B"}}
    ok(client.post(f"{path}/criteria-actions", json={"action": "add_contacts", "filters": either}))
    ok(client.patch(path, json={"description": "Autumn", "unit_cost": "2.50"}))
    gone = {"contact": {"no": f"{rnd}B"}}
    ok(client.post(f"{path}/criteria-actions", json={"action": "reduce", "filters": gone}))
    ok(client.patch(f"{path}/lines/10000", json={"evaluation": "positive"}))
    crm.line(no, f"{rnd}C")
    ok(client.post(f"{path}/go-back"))
    return no


class TestADifference:
    def test_tells_everything_between_two_versions(
        self, client: httpx.Client, changed: str, rnd: str
    ) -> None:
        found = diff(client, changed, 2, 6)
        assert found["header"] == [
            {"field": "description", "old": "Spring", "new": "Autumn"},
            {"field": "unit_cost", "old": "0", "new": "2.50"},
        ]
        assert found["contacts_entered"] == {
            "count": 1,
            "first": [{"contact_no": f"{rnd}C", "line_no": 30_000}],
        }
        assert found["contacts_left"] == {"count": 1, "first": [{"contact_no": f"{rnd}B", "line_no": 20_000}]}
        assert (found["lines_added"], found["lines_removed"]) == (1, 1)
        line = {"line_no": 10_000, "contact_no": f"{rnd}A"}
        assert found["lines_changed"] == {
            "count": 3,
            "first": [
                line | {"field": "cost", "old": "0", "new": "2.50"},
                line | {"field": "description", "old": "Spring", "new": "Autumn"},
                line | {"field": "evaluation", "old": None, "new": "positive"},
            ],
        }
        assert found["block_changes"] == []
        actions = found["criteria_actions"]
        assert [action["action"] for action in actions["added"]] == ["reduce", "add_contacts"]
        assert (actions["undone"], actions["forgotten"], found["status"]) == ([], [], None)
        assert [event["version"] for event in found["events"]] == [3, 4, 5, 6]
        assert found["events"][0]["text"].startswith("Changed the header: description Spring → Autumn")

    def test_tells_lines_that_followed_the_header_together(self, client: httpx.Client, changed: str) -> None:
        found = diff(client, changed, 2, 3)
        assert found["block_changes"] == [
            {"field": "cost", "old": "0", "new": "2.50", "lines": 2},
            {"field": "description", "old": "Spring", "new": "Autumn", "lines": 2},
        ]
        assert found["lines_changed"]["count"] == 0

    def test_tells_what_a_line_took_from_its_contact_as_it_was_shown(
        self, client: httpx.Client, crm: Crm
    ) -> None:
        one, two = crm.record("salespeople"), crm.record("salespeople")
        contact = crm.contact(salesperson_code=one, correspondence_type="email")["no"]
        no = crm.segment()["no"]
        crm.line(no, contact)
        path = f"/v1/segments/{no}/lines/10000"
        ok(client.patch(path, json={"salesperson_code": None, "correspondence_type": "hard_copy"}))
        ok(client.patch(f"/v1/contacts/{contact}", json={"salesperson_code": two}))
        ok(client.patch(path, json={"salesperson_code": two}))

        def told(before: int, after: int) -> list[tuple[str, Any, Any]]:
            changes = diff(client, no, before, after)["lines_changed"]
            assert changes["count"] == len(changes["first"])
            return [(change["field"], change["old"], change["new"]) for change in changes["first"]]

        kind = ("correspondence_type", "email", "hard_copy")
        assert told(2, 3) == [kind, ("salesperson_code", one, None)]
        assert told(3, 2) == [("correspondence_type", "hard_copy", "email"), ("salesperson_code", None, one)]
        assert told(2, 4) == [kind, ("salesperson_code", one, two)]
        step = diff(client, no, 2, 3)["events"][0]["text"]
        assert "salesperson code by contact → blank" in step
        assert "correspondence type by contact → hard copy" in step
        assert diff(client, no, 3, 4)["events"][0]["text"].endswith(f"salesperson code blank → {two}.")

    def test_tells_which_document_a_line_got_and_its_subject(self, client: httpx.Client, crm: Crm) -> None:
        no = crm.loggable()["no"]
        version = ok(client.get(f"/v1/segments/{no}"))["version"]
        path = f"/v1/segments/{no}/lines/10000/document?file_name=own.html&subject=Hello"
        ok(client.put(path, content=b"<p>Hello</p>", headers={"Content-Type": "text/html"}))
        document, subject = diff(client, no, version, version + 1)["lines_changed"]["first"]
        assert (document["field"], document["new"][0]["file_name"]) == ("personal_documents", "own.html")
        assert (subject["field"], subject["old"], subject["new"]) == ("subject", None, "Hello")

    def test_reads_backwards_when_the_later_comes_first(
        self, client: httpx.Client, changed: str, rnd: str
    ) -> None:
        found = diff(client, changed, 6, 2)
        assert found["header"][0] == {"field": "description", "old": "Autumn", "new": "Spring"}
        assert found["contacts_entered"]["first"] == [{"contact_no": f"{rnd}B", "line_no": 20_000}]
        assert len(found["criteria_actions"]["undone"]) == 2
        assert [event["version"] for event in found["events"]] == [6, 5, 4, 3]

    def test_tells_what_was_gone_back_over_from_what_was_forgotten(
        self, client: httpx.Client, changed: str
    ) -> None:
        back = diff(client, changed, 6, 7)["criteria_actions"]
        assert [action["action_no"] for action in back["undone"]] == [3]
        ok(client.post(f"/v1/segments/{changed}/reset-criteria"))
        reset = diff(client, changed, 7, 8)["criteria_actions"]
        assert [action["action_no"] for action in reset["forgotten"]] == [1, 2]
        assert reset["undone"] == []

    def test_with_itself_is_nothing(self, client: httpx.Client, changed: str) -> None:
        found = diff(client, changed, 4, 4)
        assert (found["header"], found["events"], found["lines_added"]) == ([], [], 0)

    def test_goes_on_after_logging_and_deleting(self, client: httpx.Client, crm: Crm, changed: str) -> None:
        ok(client.post(f"/v1/segments/{changed}/log"))
        assert diff(client, changed, 7, 8)["status"] == {"field": "status", "old": "open", "new": "logged"}
        other = crm.segment()["no"]
        ok(client.delete(f"/v1/segments/{other}"))
        assert diff(client, other, 1, 2)["status"]["new"] == "deleted"

    def test_is_told_in_dutch(self, client: httpx.Client, changed: str) -> None:
        found = diff(client, changed, 2, 3, **{"Accept-Language": "nl"})
        assert found["events"][0]["text"].startswith("Kop gewijzigd: omschrijving Spring → Autumn")

    def test_of_versions_that_there_are_not_is_not_found(self, client: httpx.Client, changed: str) -> None:
        path = f"/v1/segments/{changed}/diff"
        refused(client.get(path, params={"from": 1, "to": 99}), "not-found")
        refused(client.get("/v1/segments/NOT-THERE/diff", params={"from": 1, "to": 1}), "not-found")
        refused(client.get(path, params={"from": 0, "to": 1}), "invalid-request")
        refused(client.get(path, params={"from": 1}), "invalid-request")

    def test_is_not_for_everybody(self, client_for: ClientFor, anonymous: httpx.Client, changed: str) -> None:
        query = {"from": 1, "to": 2}
        refused(client_for("reporter").get(f"/v1/segments/{changed}/diff", params=query), "forbidden")
        refused(anonymous.get(f"/v1/segments/{changed}/diff", params=query), "unauthorized")


class TestTheStory:
    def test_comes_in_pages(self, client: httpx.Client, changed: str) -> None:
        path = f"/v1/segments/{changed}/history"
        seen: list[int] = []
        query: dict[str, Any] = {"limit": 3, "count": "true"}
        while True:
            page = ok(client.get(path, params=query))
            seen += [step["version"] for step in page["items"]]
            assert page["total"] == 7
            if page["next_cursor"] is None:
                break
            query["cursor"] = page["next_cursor"]
        assert seen == list(range(1, 8))
        refused(client.get(path, params={"cursor": "x"}), "invalid-request")
        refused(client.get(path, params={"limit": 1_001}), "invalid-request")


class TestAMoment:
    def test_of_a_contact_has_its_values_and_its_company_of_then(
        self, client: httpx.Client, crm: Crm, rnd: str
    ) -> None:
        crm.contact(no=f"{rnd}C", name="Cedar")
        crm.contact(no=f"{rnd}P", type="person", name="Ann", company_no=f"{rnd}C", city="Arnhem")
        path = f"/v1/contacts/{rnd}P"
        ok(client.patch(f"/v1/contacts/{rnd}C", json={"name": "Cypress"}))
        ok(client.patch(path, json={"city": "Breda", "company_no": None}))

        then = client.get(path, params={"version": 1})
        assert (ok(then)["city"], ok(then)["company_name"]) == ("Arnhem", "Cedar")
        assert then.headers["etag"] == '"1"'
        assert ok(client.get(path, params={"as_of": "2100-01-01T00:00:00Z"})) == ok(client.get(path))
        refused(client.get(path, params={"version": 3}), "not-found")
        refused(client.get(path, params={"as_of": "2000-01-01T00:00:00Z"}), "not-found")

    def test_of_a_contact_can_be_seen_after_it_was_deleted(
        self, client: httpx.Client, crm: Crm, rnd: str
    ) -> None:
        path = f"/v1/contacts/{crm.contact(no=rnd, city='Arnhem')['no']}"
        ok(client.delete(path))
        assert ok(client.get(path, params={"version": 1}))["city"] == "Arnhem"
        refused(client.get(path, params={"version": 2}), "not-found")
        refused(client.get(path), "not-found")

    def test_of_an_interaction_template_has_its_values_of_then(
        self, client: httpx.Client, crm: Crm, rnd: str
    ) -> None:
        group = crm.record("interaction-groups")
        code = crm.template(interaction_group_code=group, unit_cost="1.50")
        crm.record("interaction-templates", code, interaction_group_code=group, unit_cost="2.50")
        path = f"/v1/interaction-templates/{code}"
        assert ok(client.get(path, params={"version": 1}))["unit_cost"] == "1.50"
        assert ok(client.get(path, params={"as_of": "2100-01-01T00:00:00"}))["unit_cost"] == "2.50"
        refused(client.get(path, params={"version": 3}), "not-found")
        ok(client.delete(path))
        refused(client.get(path, params={"version": 3}), "not-found")
        assert ok(client.get(path, params={"version": 2}))["unit_cost"] == "2.50"

    def test_of_saved_criteria_and_of_the_set_up(self, client: httpx.Client, crm: Crm, rnd: str) -> None:
        no = crm.segment()["no"]
        crm.line(no, crm.contact()["no"])
        ok(client.post(f"/v1/segments/{no}/save-criteria", json={"code": rnd}))
        ok(client.delete(f"/v1/saved-segment-criteria/{rnd}"))
        assert len(ok(client.get(f"/v1/saved-segment-criteria/{rnd}", params={"version": 1}))["actions"]) == 1

        ok(client.patch("/v1/setup", json={"company": {"name": rnd}}))
        now = ok(client.get("/v1/setup", params={"as_of": "2100-01-01T00:00:00Z"}))
        assert now["company"]["name"] == rnd
        refused(client.get("/v1/setup", params={"as_of": "2000-01-01T00:00:00Z"}), "not-found")

    def test_of_a_line_has_its_values_of_then(self, client: httpx.Client, changed: str) -> None:
        path = f"/v1/segments/{changed}/lines"
        assert ok(client.get(f"{path}/10000", params={"version": 2}))["description"] == "Spring"
        late = {"as_of": "2100-01-01T00:00:00Z"}
        assert ok(client.get(f"{path}/10000", params=late))["evaluation"] == "positive"
        refused(client.get(f"{path}/30000", params=late), "not-found")
        assert len(ok(client.get(path, params={"version": 6}))["items"]) == 2


class TestAnotherSegment:
    def test_a_follow_up_is_held_against_what_was_logged(self, client: httpx.Client, crm: Crm) -> None:
        logged = crm.logged(3)
        path = f"/v1/logged-segments/{logged['entry_no']}/follow-up"
        follow_up = ok(client.post(path, json={"description": "Once more"}))["no"]
        new = crm.contact()["no"]
        crm.line(follow_up, new)
        ok(client.delete(f"/v1/segments/{follow_up}/lines/20000"))
        found = ok(client.get(f"/v1/segments/{logged['segment_no']}/compare/{follow_up}"))
        assert found["contacts_in_both"] == 2
        assert found["contacts_entered"] == {"count": 1, "first": [{"contact_no": new, "line_no": 40_000}]}
        assert found["contacts_left"]["count"] == 1
        assert found["contacts_left"]["first"][0]["line_no"] == 20_000
        back = ok(client.get(f"/v1/segments/{follow_up}/compare/{logged['segment_no']}"))
        assert back["contacts_entered"]["count"] == back["contacts_left"]["count"] == 1

    def test_takes_versions_of_both(self, client: httpx.Client, crm: Crm, changed: str, rnd: str) -> None:
        other = crm.segment(description="Summer")["no"]
        found = ok(client.get(f"/v1/segments/{other}/compare/{changed}", params={"other_version": 2}))
        assert {"field": "description", "old": "Summer", "new": "Spring"} in found["header"]
        assert [one["contact_no"] for one in found["contacts_entered"]["first"]] == [f"{rnd}A", f"{rnd}B"]
        assert (found["version"], found["other_version"]) == (1, 2)
        refused(client.get(f"/v1/segments/{other}/compare/NOTHING"), "not-found")
        missing = client.get(f"/v1/segments/{other}/compare/{changed}", params={"version": 99})
        refused(missing, "not-found")
