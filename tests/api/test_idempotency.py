"""Requests that are sent again with the same Idempotency-Key."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from tests.api.conftest import ClientFor
from tests.api.crm import Crm, ok, places, refused
from tests.api.running import RunningService

HEADERS = ("etag", "event-position", "location", "content-type")


def key(value: str) -> dict[str, str]:
    return {"Idempotency-Key": value}


class TestTheSameRequestAgain:
    def test_needs_a_key_of_the_service_too(self, anonymous: httpx.Client, rnd: str) -> None:
        refused(anonymous.post("/v1/segments", json={}, headers=key(rnd)), "unauthorized")

    def test_is_not_for_a_role_that_may_not(self, client_for: ClientFor, rnd: str) -> None:
        refused(client_for("auditor").post("/v1/segments", json={}, headers=key(rnd)), "forbidden")

    @pytest.mark.parametrize(
        ("path", "body"),
        [
            ("/v1/segments", {"description": "Once"}),
            ("/v1/contacts", {"name": "Alder"}),
            ("/v1/campaigns", {"description": "Once"}),
        ],
    )
    def test_makes_one_thing_and_answers_alike(
        self, client: httpx.Client, crm: Crm, rnd: str, path: str, body: Any
    ) -> None:
        first = client.post(path, json=body, headers=key(rnd))
        before = crm.position()
        again = client.post(path, json=body, headers=key(rnd))

        assert ok(first) == ok(again)
        assert again.status_code == 201
        assert [first.headers.get(name) for name in HEADERS] == [again.headers.get(name) for name in HEADERS]
        assert crm.position() == before

    def test_does_not_do_it_again_to_a_thing_that_changed(
        self, client: httpx.Client, crm: Crm, rnd: str
    ) -> None:
        segment, contact = crm.segment()["no"], crm.contact()["no"]
        path = f"/v1/segments/{segment}/criteria-actions"
        body = {"action": "add_contacts", "filters": {"contact": {"no": contact}}}
        first = ok(client.post(path, json=body, headers=key(rnd)))
        ok(client.post(f"/v1/segments/{segment}/go-back"))

        assert ok(client.post(path, json=body, headers=key(rnd))) == first
        assert ok(client.get(f"/v1/segments/{segment}"))["number_of_lines"] == 0

    def test_logs_once(self, client: httpx.Client, crm: Crm, rnd: str) -> None:
        path = f"/v1/segments/{crm.loggable()['no']}/log"

        first = ok(client.post(path, json={"create_follow_up": True}, headers=key(rnd)))
        assert ok(client.post(path, json={"create_follow_up": True}, headers=key(rnd))) == first
        refused(client.post(path, json={"create_follow_up": True}), "segment-logged")

    def test_that_changes_nothing_answers_alike_too(self, client: httpx.Client, crm: Crm, rnd: str) -> None:
        segment = crm.segment()["no"]
        path = f"/v1/segments/{segment}/reset-criteria"
        first = ok(client.post(path, headers=key(rnd)))
        ok(client.patch(f"/v1/segments/{segment}", json={"description": "Changed"}))

        assert ok(client.post(path, headers=key(rnd))) == first

    def test_at_the_same_moment_makes_one_thing(
        self, running: RunningService, client: httpx.Client, crm: Crm, rnd: str
    ) -> None:
        def create(_: int) -> httpx.Response:
            return client.post("/v1/segments", json={"description": f"Once {rnd}"}, headers=key(rnd))

        with ThreadPoolExecutor(8) as threads:
            answers = list(threads.map(create, range(16)))

        assert {answer.status_code for answer in answers} == {201}
        assert len({ok(answer)["no"] for answer in answers}) == 1
        assert len({answer.headers["location"] for answer in answers}) == 1
        found = ok(client.get("/v1/segments", params={"description": f"Once {rnd}", "count": "true"}))
        assert found["total"] == 1

    @pytest.mark.parametrize("attempt", range(5))
    def test_logs_once_at_the_same_moment(
        self, client: httpx.Client, crm: Crm, rnd: str, attempt: int
    ) -> None:
        segment = crm.loggable(3)["no"]

        def log(_: int) -> httpx.Response:
            return client.post(f"/v1/segments/{segment}/log", headers=key(rnd))

        with ThreadPoolExecutor(6) as threads:
            answers = list(threads.map(log, range(6)))

        assert len({ok(answer)["logged_segment"]["entry_no"] for answer in answers}) == 1
        entries = ok(client.get("/v1/logged-segments", params={"segment_no": segment}))["items"]
        assert len(entries) == 1

    def test_under_a_typed_number_makes_one_thing_at_the_same_moment(
        self, client: httpx.Client, rnd: str
    ) -> None:
        def register(number: int) -> httpx.Response:
            no = f"{rnd}{number // 4}"
            return client.post("/v1/contacts", json={"no": no, "name": "Alder"}, headers=key(no))

        with ThreadPoolExecutor(8) as threads:
            answers = list(threads.map(register, range(40)))

        assert [answer.status_code for answer in answers] == [201] * 40
        assert [ok(answer)["no"] for answer in answers] == [f"{rnd}{number // 4}" for number in range(40)]


class TestAnotherRequest:
    @pytest.mark.parametrize(
        "body", [{"description": "Another"}, {}, {"description": "Once", "subject": "s"}]
    )
    def test_with_the_same_key_is_refused(self, client: httpx.Client, crm: Crm, rnd: str, body: Any) -> None:
        ok(client.post("/v1/segments", json={"description": "Once"}, headers=key(rnd)))
        before = crm.position()

        refused(client.post("/v1/segments", json=body, headers=key(rnd)), "idempotency-key-reused")
        assert crm.position() == before

    def test_to_another_address_is_refused(self, client: httpx.Client, crm: Crm, rnd: str) -> None:
        one, other = crm.segment()["no"], crm.segment()["no"]
        body = {"action": "add_contacts", "filters": {"contact": {"no": "NONE"}}}
        ok(client.post(f"/v1/segments/{one}/criteria-actions", json=body, headers=key(rnd)))

        path = f"/v1/segments/{other}/criteria-actions"
        refused(client.post(path, json=body, headers=key(rnd)), "idempotency-key-reused")

    def test_with_other_parameters_is_refused(self, client: httpx.Client, crm: Crm, rnd: str) -> None:
        path = f"/v1/segments/{crm.loggable()['no']}/log"
        ok(client.post(path, params={"dry_run": "true"}, headers=key(rnd)))

        refused(client.post(path, headers=key(rnd)), "idempotency-key-reused")

    def test_of_another_user_with_the_same_key_is_separate(
        self, client: httpx.Client, client_for: ClientFor, rnd: str
    ) -> None:
        mine = ok(client.post("/v1/segments", json={"description": "Mine"}, headers=key(rnd)))
        theirs = client_for("marketer").post("/v1/segments", json={"description": "Theirs"}, headers=key(rnd))

        assert ok(theirs)["description"] == "Theirs"
        assert ok(theirs)["no"] != mine["no"]


class TestAFailedRequest:
    def test_can_be_sent_again_once_it_is_possible(self, client: httpx.Client, crm: Crm, rnd: str) -> None:
        segment = crm.loggable(description=None)["no"]
        refused(client.post(f"/v1/segments/{segment}/log", headers=key(rnd)), "mandatory-field")
        ok(client.patch(f"/v1/segments/{segment}", json={"description": "Now"}))

        assert ok(client.post(f"/v1/segments/{segment}/log", headers=key(rnd)))["logged_segment"]

    def test_can_be_corrected_under_the_same_key(self, client: httpx.Client, rnd: str) -> None:
        refused(client.post("/v1/segments", json={"unit_cost": -1}, headers=key(rnd)), "invalid-request")

        assert ok(client.post("/v1/segments", json={"unit_cost": 1}, headers=key(rnd)))["unit_cost"] == "1"

    def test_does_not_use_up_the_key_of_a_thing_that_is_there_already(
        self, client: httpx.Client, crm: Crm, rnd: str
    ) -> None:
        contact = crm.contact()
        body = {"no": contact["no"], "name": "Alder"}
        refused(client.post("/v1/contacts", json=body, headers=key(rnd)), "already-exists")

        assert ok(client.post("/v1/contacts", json={"name": "Alder"}, headers=key(rnd)))


class TestTheKey:
    def test_may_have_200_characters(self, client: httpx.Client, rnd: str) -> None:
        assert ok(client.post("/v1/segments", json={}, headers=key(rnd.ljust(200, "x"))))

    @pytest.mark.parametrize("path", ["/v1/segments", "/v1/contacts", "/v1/api-keys"])
    def test_of_more_is_refused(self, client: httpx.Client, crm: Crm, path: str) -> None:
        before = crm.position()
        response = client.post(path, json={"name": "Alder"}, headers=key("x" * 201))

        assert places(refused(response, "invalid-request")) == [["Idempotency-Key"]]
        assert crm.position() == before

    def test_that_is_empty_is_none(self, client: httpx.Client) -> None:
        one, other = (ok(client.post("/v1/segments", json={}, headers=key(""))) for _ in range(2))

        assert one["no"] != other["no"]


def test_a_new_api_key_is_not_kept_for_the_repetition(client: httpx.Client, rnd: str) -> None:
    headers = {"Idempotency-Key": f"{rnd}-key"}
    body = {"role": "reporter", "user_id": "somebody"}
    first, again = (client.post("/v1/api-keys", json=body, headers=headers).json() for _ in range(2))
    assert first["key"] is not None
    assert again == first | {"key": None}
