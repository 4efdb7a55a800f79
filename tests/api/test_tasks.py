"""Tasks over HTTP: for everybody on a segment, and for one contact (domain A13, B18.6, B3.7, B19)."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.api.conftest import ClientFor
from tests.api.crm import Crm, ok, refused

CALL = {"description": "Call them", "type": "phone_call", "date": "2026-04-01"}


def tasks(client: httpx.Client, **filters: Any) -> list[Any]:
    items: list[Any] = ok(client.get("/v1/tasks", params=filters))["items"]
    return items


class TestForASegment:
    def test_there_is_one_for_every_contact(self, client: httpx.Client, crm: Crm) -> None:
        campaign = crm.record("campaigns")
        segment = crm.loggable(2, campaign_no=campaign)
        (first, second) = ok(client.get(f"/v1/segments/{segment['no']}/lines"))["items"]
        ok(client.post(f"/v1/segments/{segment['no']}/lines", json={"contact_no": first["contact_no"]}))
        made = client.post(f"/v1/segments/{segment['no']}/tasks", json=CALL)
        assert made.status_code == 201
        number = ok(made)["first_no"]
        assert ok(made) == {"first_no": number, "number_of_tasks": 2, "segment_no": segment["no"]}
        assert made.headers["location"] == f"/v1/tasks/{number}"
        mine = tasks(client, segment_no=segment["no"])
        assert [task["contact_no"] for task in mine] == [first["contact_no"], second["contact_no"]]
        assert [task["no"] for task in mine] == [number, number + 1]
        assert mine[0] == ok(client.get(f"/v1/tasks/{number}"))
        assert {**mine[0], **CALL} == mine[0]
        assert (mine[0]["campaign_no"], mine[0]["status"]) == (campaign, "not_started")
        assert mine[0]["salesperson_code"] == segment["salesperson_code"]
        assert mine[0]["closed"] is False

    def test_what_is_not_said_comes_from_the_header_and_the_contact(
        self, client: httpx.Client, crm: Crm
    ) -> None:
        salesperson = crm.record("salespeople")
        segment = crm.segment(description="Spring letter")["no"]
        crm.line(segment, crm.contact(salesperson_code=salesperson)["no"])
        path = f"/v1/segments/{segment}/tasks"
        ok(client.post(path, headers={"Work-Date": "2026-03-02"}))
        (task,) = tasks(client, segment_no=segment)
        assert (task["description"], task["date"]) == ("Spring letter", "2026-03-02")
        assert task["salesperson_code"] == salesperson

    def test_the_segment_is_forgotten_when_the_contact_leaves_it(
        self, client: httpx.Client, crm: Crm
    ) -> None:
        segment = crm.loggable(2)["no"]
        ok(client.post(f"/v1/segments/{segment}/tasks", json=CALL))
        first, second = (task["no"] for task in tasks(client, segment_no=segment))
        ok(client.delete(f"/v1/segments/{segment}/lines/10000"))
        assert [task["no"] for task in tasks(client, segment_no=segment)] == [second]
        assert ok(client.get(f"/v1/tasks/{first}"))["segment_no"] is None
        ok(client.post(f"/v1/segments/{segment}/go-back"))
        assert ok(client.get(f"/v1/tasks/{first}"))["segment_no"] == segment
        ok(client.post(f"/v1/segments/{segment}/log"))
        assert ok(client.get(f"/v1/tasks/{first}"))["segment_no"] is None
        assert tasks(client, segment_no=segment) == []

    def test_b18_6_there_is_none_for_a_contact_that_was_deleted(self, client: httpx.Client, crm: Crm) -> None:
        segment = crm.loggable(2)["no"]
        gone = ok(client.get(f"/v1/segments/{segment}/lines/20000"))["contact_no"]
        ok(client.delete(f"/v1/segments/{segment}/lines/20000"))
        ok(client.delete(f"/v1/contacts/{gone}"))
        ok(client.post(f"/v1/segments/{segment}/go-back"))
        assert ok(client.post(f"/v1/segments/{segment}/tasks", json=CALL))["number_of_tasks"] == 1
        ok(client.delete(f"/v1/segments/{segment}/lines/10000"))
        refused(client.post(f"/v1/segments/{segment}/tasks", json=CALL), "segment-empty")

    def test_a_deleted_segment_is_forgotten(self, client: httpx.Client, crm: Crm) -> None:
        segment = crm.loggable()["no"]
        number = ok(client.post(f"/v1/segments/{segment}/tasks", json=CALL))["first_no"]
        ok(client.delete(f"/v1/segments/{segment}"))
        assert ok(client.get(f"/v1/tasks/{number}"))["segment_no"] is None

    def test_a_segment_must_be_open_and_have_lines(self, client: httpx.Client, crm: Crm) -> None:
        empty = crm.segment(description="Nobody")["no"]
        refused(client.post(f"/v1/segments/{empty}/tasks", json=CALL), "segment-empty")
        refused(client.post("/v1/segments/NONE/tasks", json=CALL), "not-found")
        logged = crm.logged()["segment_no"]
        refused(client.post(f"/v1/segments/{logged}/tasks", json=CALL), "segment-logged")
        untold = crm.segment()["no"]
        crm.line(untold, crm.contact()["no"])
        refused(client.post(f"/v1/segments/{untold}/tasks"), "mandatory-field")


class TestOneTask:
    @pytest.fixture
    def task(self, client: httpx.Client, crm: Crm) -> dict[str, Any]:
        made = client.post("/v1/tasks", json=CALL | {"contact_no": crm.contact()["no"]})
        assert made.status_code == 201
        task: dict[str, Any] = ok(made)
        assert ok(client.get(f"/v1/tasks/{task['no']}")) == task
        return task

    @pytest.mark.parametrize(
        ("change", "status", "closed"),
        [
            ({"status": "completed"}, "completed", True),
            ({"closed": True}, "completed", True),
            ({"status": "waiting"}, "waiting", False),
            ({"status": "postponed", "closed": False}, "postponed", False),
        ],
    )
    def test_is_closed_when_it_is_completed(
        self, client: httpx.Client, task: dict[str, Any], change: Any, status: str, closed: bool
    ) -> None:
        changed = ok(client.patch(f"/v1/tasks/{task['no']}", json=change))
        assert (changed["status"], changed["closed"]) == (status, closed)
        assert (changed["date_closed"] is not None) == closed
        reopened = ok(client.patch(f"/v1/tasks/{task['no']}", json={"closed": False}))
        assert (reopened["closed"], reopened["date_closed"]) == (False, None)

    def test_a_wrong_value_is_refused(self, client: httpx.Client, task: dict[str, Any]) -> None:
        path = f"/v1/tasks/{task['no']}"
        for wrong in (
            {"status": "completed", "closed": False},
            {"status": "half done"},
            {"campaign_no": "NONE"},
            {"salesperson_code": "NONE"},
            {"interaction_template_code": "NONE"},
            {"shoe_size": 43},
        ):
            refused(client.patch(path, json=wrong), "invalid-request")
        refused(client.patch(path, json={"description": " "}), "mandatory-field")
        refused(client.post("/v1/tasks", json={"contact_no": "NONE", "description": "Call"}), "not-found")
        assert ok(client.get(path)) == task

    def test_has_versions(self, client: httpx.Client, task: dict[str, Any]) -> None:
        path = f"/v1/tasks/{task['no']}"
        assert client.get(path).headers["etag"] == '"1"'
        changed = client.patch(path, json={"priority": "high"}, headers={"If-Match": '"1"'})
        assert (changed.headers["etag"], ok(changed)["priority"]) == ('"2"', "high")
        stale = client.patch(path, json={"priority": "low"}, headers={"If-Match": '"1"'})
        refused(stale, "version-conflict")

    def test_can_be_deleted(self, client: httpx.Client, task: dict[str, Any]) -> None:
        path = f"/v1/tasks/{task['no']}"
        ok(client.delete(path))
        refused(client.get(path), "not-found")
        refused(client.delete(path), "not-found")
        refused(client.patch(path, json={"priority": "low"}), "not-found")

    def test_only_marketers_change_them(self, client_for: ClientFor, task: dict[str, Any], crm: Crm) -> None:
        for role in ("auditor", "reporter"):
            other = client_for(role)
            assert ok(other.get(f"/v1/tasks/{task['no']}")) == task
            refused(other.delete(f"/v1/tasks/{task['no']}"), "forbidden")
            refused(other.post("/v1/tasks", json={"contact_no": "X"}), "forbidden")


class TestContacts:
    def test_with_a_task_to_be_done_stay(self, client: httpx.Client, crm: Crm) -> None:
        company = crm.contact()["no"]
        person = crm.contact(type="person", name="Ann", company_no=company)["no"]
        task = ok(client.post("/v1/tasks", json=CALL | {"contact_no": person}))["no"]
        refused(client.delete(f"/v1/contacts/{person}"), "in-use")
        refused(client.delete(f"/v1/contacts/{company}"), "in-use")
        refused(client.patch(f"/v1/contacts/{person}", json={"type": "company"}), "conflict")
        ok(client.patch(f"/v1/tasks/{task}", json={"status": "completed"}))
        ok(client.delete(f"/v1/contacts/{person}"))
        assert ok(client.get(f"/v1/tasks/{task}"))["contact_no"] == company

    def test_know_the_date_of_their_next_task(self, client: httpx.Client, crm: Crm) -> None:
        company = crm.contact()["no"]
        person = crm.contact(type="person", name="Ann", company_no=company)["no"]
        made = [
            ok(client.post("/v1/tasks", json=CALL | {"contact_no": person, "date": date}))["no"]
            for date in ("2026-05-01", "2026-04-01")
        ]
        for number in (person, company):
            shown = ok(client.get(f"/v1/contacts/{number}"))
            assert shown["statistics"]["next_task_date"] == "2026-04-01"
            assert ok(client.get("/v1/contacts", params={"no": number}))["items"] == [shown]
        ok(client.patch(f"/v1/tasks/{made[1]}", json={"closed": True}))
        shown = ok(client.get(f"/v1/contacts/{person}"))
        assert shown["statistics"]["next_task_date"] == "2026-05-01"
