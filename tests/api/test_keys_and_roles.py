"""Keys: who may come in, what each role may do, and that a key is shown once."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import httpx
import pytest
from psycopg.conninfo import make_conninfo

from api.keys import ApiKeys
from application.journal import Role
from tests.api.conftest import ClientFor
from tests.api.crm import Crm, ok, refused
from tests.api.running import RunningService

KEYS = "/v1/api-keys"


class Call(NamedTuple):
    """A call, and the roles besides admin that may make it; what is called need not exist."""

    method: str
    path: str
    roles: tuple[Role, ...]


READERS: tuple[Role, ...] = ("marketer", "auditor", "reporter")
WRITERS: tuple[Role, ...] = ("marketer",)
NO = "NOT-THERE"
ENTRY_CALLS = ("resume", "cancel", "uncancel", "comments")
DELETE = "interaction-log-entries/delete-canceled"
CALLS = (
    *(
        Call("GET", f"/v1/{path}", READERS)
        for path in (
            f"segments/{NO}/contacts.csv",
            *("contacts", f"contacts/{NO}", "segments", f"segments/{NO}", f"segments/{NO}/lines", "setup"),
            *(f"segments/{NO}/lines/1", f"segments/{NO}/criteria-actions", "saved-segment-criteria"),
            *("saved-segment-criteria/NONE", "logged-segments", "logged-segments/999999"),
            *("interaction-log-entries", "interaction-log-entries/999999", "campaign-entries"),
            *("campaign-entries/999999", "interaction-templates", f"interaction-templates/{NO}"),
            *("campaigns", f"campaigns/{NO}", "mailing-groups", f"mailing-groups/{NO}", "salespeople"),
        )
    ),
    *(
        Call(method, f"/v1/{path}", WRITERS)
        for method, path in (
            *(("POST", "contacts"), ("PATCH", f"contacts/{NO}"), ("DELETE", f"contacts/{NO}")),
            *(("POST", "contacts/import"), ("POST", "segments"), ("PATCH", f"segments/{NO}")),
            *(("DELETE", f"segments/{NO}"), ("POST", f"segments/{NO}/lines")),
            *(("PATCH", f"segments/{NO}/lines/1"), ("DELETE", f"segments/{NO}/lines/1")),
            *(("POST", f"segments/{NO}/criteria-actions"), ("POST", f"segments/{NO}/go-back")),
            *(("POST", f"segments/{NO}/redo"), ("POST", f"segments/{NO}/reset-criteria")),
            *(("POST", f"segments/{NO}/save-criteria"), ("POST", f"segments/{NO}/reuse-criteria")),
            ("POST", f"segments/{NO}/apply-mailing-group"),
            *(("POST", f"segments/{NO}/reuse-logged-segment"), ("POST", f"segments/{NO}/log")),
            *(("POST", "logged-segments/999999/follow-up"), ("DELETE", "saved-segment-criteria/NONE")),
            *(("POST", "logged-segments/999999/cancel"), ("POST", "logged-segments/999999/uncancel")),
            *(("DELETE", "logged-segments/999999"), ("POST", "interaction-log-entries")),
            *(("POST", f"interaction-log-entries/999999/{call}") for call in ENTRY_CALLS),
            *(("POST", "interaction-log-entries/evaluate"), ("POST", "campaign-entries/999999/cancel")),
            *(("POST", f"{DELETE}?nothing_like_it=1"), ("POST", "campaign-entries/999999/uncancel")),
            *(("POST", "campaigns"), ("PUT", f"campaigns/{NO}"), ("DELETE", f"campaigns/{NO}")),
            *(("PUT", f"interaction-templates/{NO}"), ("DELETE", f"interaction-templates/{NO}")),
            *(("PUT", f"mailing-groups/{NO}"), ("DELETE", f"mailing-groups/{NO}"), ("PATCH", "setup")),
        )
    ),
    Call("GET", f"/v1/segments/{NO}/history", ("marketer", "auditor")),
    Call("GET", "/v1/events", ("auditor",)),
    Call("GET", KEYS, ()),
    Call("POST", KEYS, ()),
    Call("DELETE", f"{KEYS}/999999", ()),
)


def body_of(method: str) -> dict[str, Any] | None:
    """A body that no call can use, so that nothing is done by those who may call."""
    return {"nothing_like_it": 1} if method in ("POST", "PUT", "PATCH") else None


@pytest.mark.parametrize("call", CALLS, ids=lambda call: f"{call.method} {call.path}")
class TestEveryCall:
    def test_asks_for_a_key(self, anonymous: httpx.Client, call: Call) -> None:
        response = anonymous.request(call.method, call.path, json=body_of(call.method))

        refused(response, "unauthorized")
        assert response.headers["www-authenticate"] == "Bearer"

    @pytest.mark.parametrize("role", ["marketer", "auditor", "reporter", "admin"])
    def test_is_for_its_roles_and_admins(self, client_for: ClientFor, call: Call, role: Role) -> None:
        response = client_for(role).request(call.method, call.path, json=body_of(call.method))

        if role == "admin" or role in call.roles:
            assert response.status_code in (200, 404, 422), response.text
        else:
            refused(response, "forbidden")


class TestAnAuditor:
    """Every call that there is, whichever is added later."""

    RECORD_NOTHING = frozenset((f"/v1/segments/{NO}/what-if", "/v1/audit/checkpoints", "/v1/audit/verify"))
    """A question, a seal on what there is, and a check of it."""

    def test_changes_nothing(self, anonymous: httpx.Client, client_for: ClientFor) -> None:
        changing = [call for call in calls(anonymous) if call[0] != "GET"]
        assert len(changing) > 80
        for method, path in changing:
            answer = client_for("auditor").request(method, path, json=body_of(method))
            assert (answer.status_code == 403) != (path in self.RECORD_NOTHING), (method, path)

    def test_sees_everything_but_keys(self, anonymous: httpx.Client, client_for: ClientFor) -> None:
        for method, path in calls(anonymous):
            if method == "GET":
                answer = client_for("auditor").get(path)
                assert (answer.status_code == 403) == (path == KEYS), (method, path, answer.text)


def calls(anonymous: httpx.Client) -> list[tuple[str, str]]:
    """All calls under /v1 by their description, on things that there are not."""
    found = []
    for path, methods in ok(anonymous.get("/openapi.json"))["paths"].items():
        if path.startswith("/v1/"):
            found += [(method.upper(), re.sub(r"\{\w+\}", NO, path)) for method in methods]
    return found


class TestWithoutAKey:
    @pytest.mark.parametrize("path", ["/health/live", "/health/ready", "/openapi.json"])
    def test_health_and_the_description_can_be_read(self, anonymous: httpx.Client, path: str) -> None:
        assert ok(anonymous.get(path))

    def test_health_says_how_far_each_read_model_is(self, anonymous: httpx.Client) -> None:
        ready = ok(anonymous.get("/health/ready"))

        assert ready["ready"]
        assert ready["read_models"].keys() >= {"contacts", "worksheets", "setup"}
        assert all(
            model["position"] + model["behind"] >= ready["event_position"]
            for model in ready["read_models"].values()
        )

    @pytest.mark.parametrize(
        "header",
        ["", "Bearer", "Bearer nonsense", "Basic YTpi", "the key of the tests", "Bearer \xff\xfe"],
    )
    def test_nothing_else_can(self, anonymous: httpx.Client, header: str) -> None:
        response = anonymous.get("/v1/contacts", headers={b"Authorization": header.encode("latin-1")})
        refused(response, "unauthorized")


class TestKeys:
    def test_are_shown_once(self, client: httpx.Client, rnd: str) -> None:
        made = client.post(KEYS, json={"description": rnd, "role": "auditor", "user_id": rnd})
        key = ok(made)["key"]

        listed = client.get(KEYS, params={"description": rnd})
        (row,) = ok(listed)["items"]
        assert made.status_code == 201
        assert made.headers["location"] == f"{KEYS}/{row['id']}"
        assert key not in listed.text
        assert row == {name: value for name, value in ok(made).items() if name != "key"}

    def test_are_kept_as_digests(self, running: RunningService, client: httpx.Client, rnd: str) -> None:
        key = ok(client.post(KEYS, json={"role": "auditor", "user_id": rnd}))["key"]

        with running.service.log.datastore.get_connection() as connection:
            rows = connection.execute("SELECT * FROM segmentlog_api.api_key").fetchall()
        assert rows
        assert all(key not in str(row) and key.encode() not in row.values() for row in rows)

    def test_say_in_utc_when_they_were_made_whatever_the_clock_of_the_database(
        self, empty_database: str
    ) -> None:
        keys = ApiKeys(make_conninfo(empty_database, options="-c timezone=Asia/Tokyo"), "segmentlog")
        keys.set_up()
        keys.open()
        made, _ = keys.create("of a test", "auditor", "ANN")
        keys.close()

        assert made.created_at.endswith("Z")
        assert abs(datetime.now(UTC) - datetime.fromisoformat(made.created_at)) < timedelta(minutes=1)

    def test_say_who_did_it(self, running: RunningService, client: httpx.Client, rnd: str) -> None:
        key = ok(client.post(KEYS, json={"role": "marketer", "user_id": f"user {rnd}"}))["key"]
        with running.client(key) as user:
            no = ok(user.post("/v1/segments", json={}))["no"]

        (step,) = ok(client.get(f"/v1/segments/{no}/history"))["items"]
        assert step["user_id"] == f"user {rnd}"

    def test_let_nobody_in_once_they_are_deleted(
        self, running: RunningService, client: httpx.Client, rnd: str
    ) -> None:
        made = ok(client.post(KEYS, json={"role": "admin", "user_id": rnd}))
        with running.client(made["key"]) as user:
            ok(user.get("/v1/contacts"))
            assert ok(client.delete(f"{KEYS}/{made['id']}")) == {"deleted": made["id"]}
            refused(user.get("/v1/contacts"), "unauthorized")
            refused(user.post("/v1/segments", json={}), "unauthorized")

        refused(client.delete(f"{KEYS}/{made['id']}"), "not-found")

    def test_are_for_a_user_who_is_named_as_a_salesperson(
        self, running: RunningService, client: httpx.Client, crm: Crm, rnd: str
    ) -> None:
        salesperson = crm.record("salespeople", user_id=f"user {rnd}")
        key = ok(client.post(KEYS, json={"role": "marketer", "user_id": f"user {rnd}"}))["key"]

        with running.client(key) as user:
            assert ok(user.post("/v1/segments", json={}))["salesperson_code"] == salesperson

    def test_need_a_user(self, client: httpx.Client) -> None:
        refused(client.post(KEYS, json={"role": "marketer"}), "invalid-request")
