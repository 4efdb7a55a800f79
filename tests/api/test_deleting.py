"""What is known by code stays while something names it, so that whatever does can still be finished."""

from __future__ import annotations

import httpx
import pytest

from tests.api.crm import Crm, ok, refused

LOG = "/v1/interaction-log-entries"
FIELDS = {
    "salespeople": "salesperson_code",
    "interaction-templates": "interaction_template_code",
    "interaction-groups": "interaction_group_code",
    "campaigns": "campaign_no",
}


@pytest.fixture(params=FIELDS)
def table(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def code(crm: Crm, table: str) -> str:
    return crm.template() if table == "interaction-templates" else crm.record(table)


class TestOnLines:
    def test_a_code_that_a_line_was_given_stays(
        self, client: httpx.Client, crm: Crm, table: str, code: str
    ) -> None:
        segment = crm.loggable()["no"]
        line, field = f"/v1/segments/{segment}/lines/10000", FIELDS[table]
        before = ok(client.get(line))[field]
        ok(client.patch(line, json={field: code}))

        assert segment in refused(client.delete(f"/v1/{table}/{code}"), "in-use")["detail"]

        ok(client.patch(line, json={field: before}))
        ok(client.delete(f"/v1/{table}/{code}"))

    def test_a_code_that_lines_kept_when_the_header_changed_stays(
        self, client: httpx.Client, crm: Crm, table: str, code: str
    ) -> None:
        field = FIELDS[table]
        segment = crm.loggable(2, **{field: code})["no"]
        other = crm.loggable()[field]
        ok(client.patch(f"/v1/segments/{segment}", json={field: other, "update_lines": False}))

        refused(client.delete(f"/v1/{table}/{code}"), "in-use")

        ok(client.post(f"/v1/segments/{segment}/log"))


class TestElsewhere:
    def test_the_salesperson_of_the_set_up_stays(self, client: httpx.Client, crm: Crm) -> None:
        code = crm.record("salespeople")
        ok(client.patch("/v1/setup", json={"default_salesperson_code": code}))
        answer = client.delete(f"/v1/salespeople/{code}")
        ok(client.patch("/v1/setup", json={"default_salesperson_code": None}))

        refused(answer, "in-use")
        ok(client.delete(f"/v1/salespeople/{code}"))

    def test_what_a_task_names_stays_until_the_task_is_done(self, client: httpx.Client, crm: Crm) -> None:
        named = {"salespeople": crm.record("salespeople"), "interaction-templates": crm.template()}
        body = {FIELDS[table]: code for table, code in named.items()}
        body |= {"contact_no": crm.contact()["no"], "description": "Call"}
        task = ok(client.post("/v1/tasks", json=body))["no"]
        for table, code in named.items():
            refused(client.delete(f"/v1/{table}/{code}"), "in-use")

        ok(client.patch(f"/v1/tasks/{task}", json={"status": "completed"}))
        for table, code in named.items():
            ok(client.delete(f"/v1/{table}/{code}"))

    def test_what_a_postponed_interaction_names_stays_until_that_is_deleted(
        self, client: httpx.Client, crm: Crm
    ) -> None:
        named = {
            "salespeople": crm.record("salespeople"),
            "interaction-templates": crm.template(),
            "campaigns": crm.record("campaigns"),
        }
        body = {FIELDS[table]: code for table, code in named.items()} | {"contact_no": crm.contact()["no"]}
        entry = ok(client.post(LOG, json=body | {"postponed": True}))["entry_no"]
        for table, code in named.items():
            refused(client.delete(f"/v1/{table}/{code}"), "in-use")

        ok(client.post(f"{LOG}/{entry}/cancel"))
        wanted = {"entry_no": str(entry), "postponed": "true"}
        assert ok(client.post(f"{LOG}/delete-canceled", params=wanted)) == {"deleted": 1}
        for table, code in named.items():
            ok(client.delete(f"/v1/{table}/{code}"))
