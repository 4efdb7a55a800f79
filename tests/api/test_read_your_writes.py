"""Reading what was written: positions, waiting, and not waiting."""

from __future__ import annotations

from collections.abc import Iterator
from time import monotonic
from typing import Any

import httpx
import pytest

from api import context, conventions
from application import looking_up
from tests.api.conftest import ClientFor
from tests.api.crm import Crm, ok, places, refused
from tests.api.running import RunningService, running_service


class TestWhoMay:
    def test_not_without_a_key(self, anonymous: httpx.Client) -> None:
        refused(anonymous.get("/v1/contacts", headers={"Event-Position": "0"}), "unauthorized")

    def test_not_beyond_the_role(self, client_for: ClientFor) -> None:
        response = client_for("reporter").get("/v1/api-keys", headers={"Event-Position": "0"})
        refused(response, "forbidden")


class TestEventPosition:
    def test_of_every_write_is_that_of_its_last_event(self, client: httpx.Client, crm: Crm) -> None:
        no = crm.contact()["no"]
        calls: tuple[tuple[str, str, Any], ...] = (
            ("POST", "/v1/segments", {"no": f"{no}S"}),
            ("PATCH", f"/v1/segments/{no}S", {"subject": "Hello"}),
            ("POST", f"/v1/segments/{no}S/lines", {"contact_no": no}),
            ("PATCH", f"/v1/segments/{no}S/lines/10000", {"subject": "Dear"}),
            ("POST", f"/v1/segments/{no}S/criteria-actions", {"action": "add_contacts"}),
            ("POST", f"/v1/segments/{no}S/go-back", {}),
            ("DELETE", f"/v1/segments/{no}S/lines/10000", None),
            ("PUT", f"/v1/mailing-groups/{no}", {"description": "News"}),
            ("PATCH", f"/v1/contacts/{no}", {"mailing_groups": [no]}),
            ("DELETE", f"/v1/segments/{no}S", None),
            ("DELETE", f"/v1/contacts/{no}", None),
        )
        for method, path, body in calls:
            response = client.request(method, path, json=body)
            assert ok(response)
            assert int(response.headers["event-position"]) == crm.position()

    def test_of_a_read_is_seen_in_every_list(self, client: httpx.Client, crm: Crm, rnd: str) -> None:
        group = crm.record("interaction-groups")
        async_write = {"Prefer": "respond-async"}
        for number in range(20):
            no = f"{rnd}X{number}"
            for path, body in (
                ("/v1/contacts", {"no": no, "name": "Alder"}),
                ("/v1/segments", {"no": no}),
                ("/v1/campaigns", {"no": no, "description": "Spring"}),
            ):
                made = client.post(path, json=body, headers=async_write)
                position = {"Event-Position": made.headers["event-position"]}
                (item,) = ok(client.get(path, params={"no": no}, headers=position))["items"]
                assert item["no"] == no
        code = f"{rnd}T"
        path, values = f"/v1/interaction-templates/{code}", {"interaction_group_code": group}
        written = client.put(path, json=values, headers=async_write)
        position = {"Event-Position": written.headers["event-position"]}
        listed = client.get("/v1/interaction-templates", params={"code": code}, headers=position)
        assert ok(listed)["items"]

    def test_of_a_command_is_seen_by_it(self, client: httpx.Client, crm: Crm, rnd: str) -> None:
        segment = crm.segment()["no"]
        for number in range(20):
            no = f"{rnd}Y{number}"
            contact = {"no": no, "name": "Alder"}
            made = client.post("/v1/contacts", json=contact, headers={"Prefer": "respond-async"})
            position = {"Event-Position": made.headers["event-position"]}
            body = {"action": "add_contacts", "filters": {"contact": {"no": no}}}
            added = client.post(f"/v1/segments/{segment}/criteria-actions", json=body, headers=position)
            assert ok(added)["lines_added"] == 1

    def test_is_not_needed_by_who_waits_for_the_answer(self, client: httpx.Client, rnd: str) -> None:
        for number in range(20):
            ok(client.post("/v1/contacts", json={"no": f"{rnd}{number}", "name": "Alder"}))
            counted = client.get("/v1/contacts", params={"no": f"{rnd}*", "count": "true"})
            assert ok(counted)["total"] == number + 1

    def test_of_the_past_does_not_wait(self, client: httpx.Client, crm: Crm) -> None:
        assert ok(client.get("/v1/contacts", headers={"Event-Position": "0"}))

    @pytest.mark.parametrize("position", ["-1", "one", "1.5", "9" * 40])
    def test_must_be_one(self, client: httpx.Client, position: str) -> None:
        response = client.get("/v1/contacts", headers={"Event-Position": position})
        assert places(refused(response, "invalid-request")) == [["Event-Position"]]


@pytest.fixture(scope="module")
def still(postgres_url: str) -> Iterator[RunningService]:
    """A service whose read models have stopped, with interaction log entry 1 and a comment on it."""
    with running_service(postgres_url) as service:
        with service.client() as admin:
            Crm(admin, "BEFORE").logged()
            ok(admin.post("/v1/interaction-log-entries/1/comments", json={"comment": "Nice"}))
        service.runners.stop()
        yield service


@pytest.fixture(scope="module")
def admin(still: RunningService) -> Iterator[httpx.Client]:
    with still.client() as admin:
        yield admin


class TestAReadModelThatStandsStill:
    def test_does_not_stop_writes_and_they_wait_two_seconds_at_most(self, admin: httpx.Client) -> None:
        begin = monotonic()
        response = admin.post("/v1/segments", json={"no": "STILL1"})

        assert response.status_code == 201
        assert 1.9 < monotonic() - begin < context.READ_SECONDS - 1

    def test_does_not_hold_up_who_prefers_not_to_wait(self, admin: httpx.Client) -> None:
        begin = monotonic()
        response = admin.post("/v1/segments", json={"no": "STILL2"}, headers={"Prefer": "respond-async"})

        assert response.status_code == 201
        assert monotonic() - begin < 1.9

    def test_does_not_hide_what_is_read_from_the_events(self, admin: httpx.Client) -> None:
        made = admin.post("/v1/segments", json={"no": "STILL3"}, headers={"Prefer": "respond-async"})

        assert ok(admin.get("/v1/segments/STILL3")) == ok(made)
        assert ok(admin.get("/v1/segments"))["items"] == []

    def test_is_said_to_who_asks_for_more_than_it_holds(self, admin: httpx.Client) -> None:
        made = admin.post("/v1/segments", json={"no": "STILL4"}, headers={"Prefer": "respond-async"})
        position = {"Event-Position": made.headers["event-position"]}

        response = admin.get("/v1/segments", headers=position)
        refused(response, "not-yet-projected")
        assert int(response.headers["retry-after"]) >= 1

    def test_is_said_to_a_command_that_asks_for_more_before_it_is_done(
        self, admin: httpx.Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(conventions, "READ_SECONDS", 0.2)
        made = admin.post("/v1/segments", json={"no": "STILL5"}, headers={"Prefer": "respond-async"})
        position = {"Event-Position": made.headers["event-position"]}

        refused(
            admin.patch("/v1/segments/STILL5", json={"subject": "Hello"}, headers=position),
            "not-yet-projected",
        )
        assert ok(admin.get("/v1/segments/STILL5")) == ok(made)

    def test_is_said_to_a_command_that_must_not_be_decided_on_less(
        self, admin: httpx.Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(looking_up, "CATCH_UP_SECONDS", 0.2)
        ok(admin.post("/v1/segments", json={"no": "STILL6"}, headers={"Prefer": "respond-async"}))

        response = admin.post("/v1/logged-segments/1/cancel")
        refused(response, "not-yet-projected")
        assert int(response.headers["retry-after"]) >= 1

    def test_does_not_hide_a_comment_from_who_makes_it_again(self, admin: httpx.Client) -> None:
        path = "/v1/interaction-log-entries/1/comments"
        made = admin.post(path, json={"comment": "Nice"}, headers={"Prefer": "respond-async"})

        comments = [(said["line_no"], said["comment"], said["user_id"]) for said in ok(made)["comments"]]
        assert comments == [(1, "Nice", "admin"), (2, "Nice", "admin")]

    def test_is_said_to_who_asks_for_figures_of_more_interactions_than_it_holds(
        self, still: RunningService, admin: httpx.Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(context, "READ_SECONDS", 0.2)
        made = admin.put(
            "/v1/mailing-groups/STILL", json={"description": "News"}, headers={"Prefer": "respond-async"}
        )
        position = {"Event-Position": made.headers["event-position"]}
        (setup,) = (runner for runner in still.service.runners() if runner.model.name == "setup")
        setup.catch_up()
        setup.close()

        assert ok(admin.get("/v1/mailing-groups/STILL", headers=position))
        for path in ("campaigns", "interaction-templates", "interaction-groups"):
            refused(admin.get(f"/v1/{path}", headers=position), "not-yet-projected")

    def test_makes_the_service_not_ready_and_says_how_far_it_is_behind(self, admin: httpx.Client) -> None:
        response = admin.get("/health/ready")
        ready = response.json()

        assert (response.status_code, ready["ready"]) == (503, False)
        behind = ready["read_models"]["worksheets"]
        assert not behind["fed"]
        assert behind["position"] + behind["behind"] == ready["event_position"] > 0

    def test_says_what_stopped_it(self, still: RunningService, admin: httpx.Client) -> None:
        with still.service.log.datastore.get_connection() as connection:
            schema = still.service.read_models.schemas["worksheets"]
            connection.execute(f"UPDATE {schema}.tracking SET error = 'cannot go on'")

        models = admin.get("/health/ready").json()["read_models"]
        assert {name: model["error"] for name, model in models.items() if model["error"]} == {
            "worksheets": "cannot go on"
        }
