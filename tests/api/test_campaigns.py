"""Campaigns over HTTP: whom they are aimed at, their figures, their entries (domain A12, B14, B16, B17)."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.api.conftest import ClientFor
from tests.api.crm import Crm, ok, refused

LOG = "/v1/interaction-log-entries"


def targets(client: httpx.Client, campaign: str, **query: Any) -> list[tuple[str, str]]:
    items = ok(client.get(f"/v1/campaigns/{campaign}/target-group", params=query))["items"]
    return [(item["type"], item["no"]) for item in items]


def activate(client: httpx.Client, campaign: str) -> Any:
    return ok(client.post(f"/v1/campaigns/{campaign}/activate"))


def single(crm: Crm, campaign: str) -> Any:
    """A single interaction that is part of a campaign."""
    body = {
        "contact_no": crm.contact()["no"],
        "interaction_template_code": crm.template(),
        "salesperson_code": crm.record("salespeople"),
        "description": "Called",
        "campaign_no": campaign,
    }
    return ok(crm.client.post(LOG, json=body))


@pytest.fixture
def spring(crm: Crm) -> str:
    return crm.record("campaigns")


@pytest.fixture
def customer(client: httpx.Client, crm: Crm) -> dict[str, Any]:
    """A company that is a customer."""
    relation = crm.record("business-relations")
    relations = [{"code": relation, "link_to_table": "customer", "no": crm.code()}]
    made: dict[str, Any] = crm.contact(name="Oak", business_relations=relations)
    return made


class TestActivate:
    def test_needs_somebody_whom_it_is_aimed_at(self, client: httpx.Client, crm: Crm, spring: str) -> None:
        refused(client.post(f"/v1/campaigns/{spring}/activate"), "conflict")
        crm.loggable(campaign_no=spring)
        refused(client.post(f"/v1/campaigns/{spring}/activate"), "conflict")
        segment = crm.loggable(campaign_no=spring, campaign_target=True)
        assert activate(client, spring)["activated"] is True
        assert ok(client.get(f"/v1/campaigns/{spring}"))["activated"] is True
        assert ok(client.get("/v1/campaigns", params={"no": spring, "activated": "true"}))["items"]
        assert len(targets(client, spring)) == segment["number_of_lines"]

    def test_counts_no_interaction_that_is_canceled_or_postponed(
        self, client: httpx.Client, crm: Crm, spring: str
    ) -> None:
        logged = crm.logged(campaign_no=spring, campaign_target=True)
        ok(client.post(f"/v1/logged-segments/{logged['entry_no']}/cancel"))
        body = {"contact_no": crm.contact()["no"], "campaign_no": spring, "campaign_target": True}
        ok(client.post(LOG, json=body | {"postponed": True}))
        refused(client.post(f"/v1/campaigns/{spring}/activate"), "conflict")
        ok(client.post(f"/v1/logged-segments/{logged['entry_no']}/uncancel"))
        assert activate(client, spring)["activated"] is True

    def test_twice_changes_nothing_the_second_time(self, client: httpx.Client, crm: Crm, spring: str) -> None:
        crm.loggable(campaign_no=spring, campaign_target=True)
        version = activate(client, spring)["version"]
        assert activate(client, spring)["version"] == version

    def test_stays_when_the_campaign_gets_other_values(
        self, client: httpx.Client, crm: Crm, spring: str
    ) -> None:
        crm.loggable(campaign_no=spring, campaign_target=True)
        activate(client, spring)
        changed = ok(client.put(f"/v1/campaigns/{spring}", json={"description": "Spring again"}))
        assert (changed["description"], changed["activated"]) == ("Spring again", True)
        ok(client.post(f"/v1/campaigns/{spring}/deactivate"))
        assert targets(client, spring) == []

    def test_can_be_said_with_the_other_values(self, client: httpx.Client, crm: Crm, spring: str) -> None:
        """The contract lists `activated` among the fields; the rule of B17 holds wherever it is said."""
        path = f"/v1/campaigns/{spring}"
        refused(client.put(path, json={"description": "Aimed", "activated": True}), "conflict")
        assert ok(client.get(path))["description"] != "Aimed"
        crm.loggable(campaign_no=spring, campaign_target=True)

        for activated in (True, True, False, False):
            changed = ok(client.put(path, json={"description": "Aimed", "activated": activated}))
            assert (changed["description"], changed["activated"]) == ("Aimed", activated)
        events = ok(client.get("/v1/events", params={"stream": f"campaign-{spring}"}))["items"]
        kinds = [event["type"] for event in events]
        assert kinds[1:] == ["campaign.changed.1", "campaign.activated.1", "campaign.deactivated.1"]

    def test_is_nothing_for_a_campaign_that_is_new(self, client: httpx.Client, crm: Crm) -> None:
        no = crm.code()
        refused(client.post("/v1/campaigns", json={"no": no, "activated": True}), "conflict")
        refused(client.put(f"/v1/campaigns/{no}", json={"activated": True}), "conflict")
        refused(client.get(f"/v1/campaigns/{no}"), "not-found")
        assert ok(client.post("/v1/campaigns", json={"no": no, "activated": False}))["activated"] is False

    @pytest.mark.parametrize("path", ["activate", "deactivate"])
    def test_is_for_marketers_and_for_campaigns_that_exist(
        self, client: httpx.Client, client_for: ClientFor, path: str
    ) -> None:
        refused(client_for("auditor").post(f"/v1/campaigns/NONE/{path}"), "forbidden")
        refused(client.post(f"/v1/campaigns/NONE/{path}"), "not-found")


class TestTargetGroup:
    def test_is_the_customer_of_the_company_else_the_company_else_the_person(
        self, client: httpx.Client, crm: Crm, spring: str, customer: dict[str, Any]
    ) -> None:
        company = crm.contact(name="Alder")["no"]
        people = [
            crm.contact(type="person", name=name, company_no=of)["no"]
            for name, of in (
                ("Ann", customer["no"]),
                ("Ben", customer["no"]),
                ("Cas", company),
                ("Dot", None),
            )
        ]
        segment = crm.segment(campaign_no=spring, campaign_target=True)
        for number in (*people, company):
            crm.line(segment["no"], number)
        activate(client, spring)
        number = customer["business_relations"][0]["no"]
        assert targets(client, spring) == [
            ("contact", company),
            ("contact", people[3]),
            ("customer", number),
        ]
        assert targets(client, spring, type="customer") == [("customer", number)]
        (page,) = (
            ok(client.get(f"/v1/campaigns/{spring}/target-group", params={"no": number, "count": True})),
        )
        assert (page["total"], page["items"][0]["name"]) == (1, "Oak")
        first = ok(client.get(f"/v1/campaigns/{spring}/target-group", params={"limit": 2}))
        rest = targets(client, spring, limit=2, cursor=first["next_cursor"])
        assert rest == [("customer", number)]

    def test_follows_the_lines(self, client: httpx.Client, crm: Crm, spring: str) -> None:
        first, second = crm.contact()["no"], crm.contact()["no"]
        segment = crm.segment(campaign_no=spring, campaign_target=True)["no"]
        crm.line(segment, first)
        activate(client, spring)
        crm.line(segment, second)
        assert targets(client, spring) == [("contact", first), ("contact", second)]
        ok(client.patch(f"/v1/segments/{segment}/lines/10000", json={"campaign_target": False}))
        assert targets(client, spring) == [("contact", second)]
        ok(client.delete(f"/v1/segments/{segment}/lines/20000"))
        assert targets(client, spring) == []
        ok(client.post(f"/v1/segments/{segment}/go-back"))
        assert targets(client, spring) == [("contact", second)]

    def test_keeps_whom_a_line_and_an_interaction_are_aimed_at_until_neither_is(
        self, client: httpx.Client, crm: Crm, spring: str
    ) -> None:
        segment = crm.loggable(campaign_no=spring, campaign_target=True)["no"]
        (line,) = ok(client.get(f"/v1/segments/{segment}/lines"))["items"]
        target = [("contact", line["contact_no"])]
        activate(client, spring)
        logged = ok(client.post(f"/v1/segments/{segment}/log"))["logged_segment"]["entry_no"]
        again = crm.segment(campaign_no=spring, campaign_target=True)["no"]
        crm.line(again, line["contact_no"])
        ok(client.delete(f"/v1/segments/{again}"))
        assert targets(client, spring) == target
        ok(client.post(f"/v1/logged-segments/{logged}/cancel"))
        assert targets(client, spring) == []
        ok(client.post(f"/v1/logged-segments/{logged}/uncancel"))
        assert targets(client, spring) == target


class TestFigures:
    def test_of_a_campaign_tell_how_many_responded(self, client: httpx.Client, crm: Crm, spring: str) -> None:
        assert ok(client.get(f"/v1/campaigns/{spring}"))["response_rate"] is None
        logged = crm.logged(3, campaign_no=spring, campaign_target=True)
        body = {
            "contact_no": crm.contact()["no"],
            "interaction_template_code": crm.template(),
            "salesperson_code": crm.record("salespeople"),
            "description": "Called back",
            "campaign_no": spring,
            "campaign_response": True,
        }
        entry = ok(client.post(LOG, json=body))["entry_no"]
        shown = ok(client.get(f"/v1/campaigns/{spring}"))
        assert (shown["target_contacts_contacted"], shown["contacts_responded"]) == (3, 1)
        assert shown["response_rate"] == "0.3333"
        half = crm.record("campaigns")
        crm.logged(2, campaign_no=half, campaign_target=True)
        ok(client.post(LOG, json=body | {"campaign_no": half}))
        assert ok(client.get(f"/v1/campaigns/{half}"))["response_rate"] == "0.5"
        (listed,) = ok(client.get("/v1/campaigns", params={"no": spring}))["items"]
        assert listed == shown
        ok(client.post(f"{LOG}/{entry}/cancel"))
        ok(client.post(f"/v1/logged-segments/{logged['entry_no']}/cancel"))
        (listed,) = ok(client.get("/v1/campaigns", params={"no": spring}))["items"]
        assert (listed["target_contacts_contacted"], listed["response_rate"]) == (0, None)

    def test_are_filters_like_other_values(self, client: httpx.Client, crm: Crm, spring: str) -> None:
        empty = crm.record("campaigns")
        crm.logged(2, campaign_no=spring, campaign_target=True, unit_cost="1.50")
        shown = ok(client.get(f"/v1/campaigns/{spring}"))
        assert (shown["target_contacts_contacted"], shown["cost"]) == (2, "3.00")

        def found(**filters: str) -> list[str]:
            listed = client.get("/v1/campaigns", params={"no": f"{spring}|{empty}"} | filters)
            return [one["no"] for one in ok(listed)["items"]]

        for name in ("target_contacts_contacted", "contacts_responded", "response_rate", "cost"):
            value = shown[name] if shown[name] is not None else "''"
            assert spring in found(**{name: str(value)})
        assert found(cost=">2.5") == found(target_contacts_contacted="2..") == [spring]
        assert found(cost="0", duration_minutes="0", response_rate="''") == [empty]


class TestDeleteCanceledEntries:
    def test_takes_their_interactions_and_comments_along(
        self, client: httpx.Client, crm: Crm, spring: str
    ) -> None:
        logged = crm.logged(2, campaign_no=spring)
        (entry,) = ok(client.get("/v1/campaign-entries", params={"campaign_no": spring}))["items"]
        (first, _) = ok(client.get(LOG, params={"campaign_no": spring}))["items"]
        ok(client.post(f"{LOG}/{first['entry_no']}/comments", json={"comment": "Nice"}))
        path = "/v1/campaign-entries/delete-canceled"
        assert ok(client.post(path, params={"campaign_no": spring})) == {"deleted": 0}
        ok(client.post(f"/v1/campaign-entries/{entry['entry_no']}/cancel"))
        assert ok(client.post(path, params={"campaign_no": spring})) == {"deleted": 1}
        assert ok(client.get("/v1/campaign-entries", params={"campaign_no": spring}))["items"] == []
        assert ok(client.get(LOG, params={"campaign_no": spring}))["items"] == []
        shown = ok(client.get(f"/v1/logged-segments/{logged['entry_no']}"))
        assert (shown["number_of_interactions"], shown["number_of_campaign_entries"]) == (0, 0)
        ok(client.delete(f"/v1/campaigns/{spring}"))

    def test_concerns_single_interactions_too(self, client: httpx.Client, crm: Crm, spring: str) -> None:
        numbers = [single(crm, spring)["campaign_entry_no"] for _ in range(2)]
        ok(client.post(f"/v1/campaign-entries/{numbers[0]}/cancel", json={"reason": "By mistake"}))
        path = "/v1/campaign-entries/delete-canceled"
        assert ok(client.post(path, params={"entry_no": numbers[0]})) == {"deleted": 1}
        assert ok(client.get(LOG, params={"campaign_no": spring}))["items"] == []
        refused(client.post(f"/v1/campaign-entries/{numbers[0]}/uncancel"), "not-found")


class TestCampaignEntryWithoutInteractions:
    """None of its interactions is left, so that their events cannot say what becomes of it."""

    def test_is_canceled_comes_back_and_is_deleted(self, client: httpx.Client, crm: Crm, spring: str) -> None:
        made = single(crm, spring)
        ok(client.post(f"{LOG}/{made['entry_no']}/cancel"))
        assert ok(client.post(f"{LOG}/delete-canceled", params={"campaign_no": spring}))["deleted"] == 1

        path = f"/v1/campaign-entries/{made['campaign_entry_no']}"
        for call, is_canceled in (("cancel", True), ("uncancel", False), ("cancel", True)):
            assert ok(client.post(f"{path}/{call}"))["canceled"] is is_canceled
            assert ok(client.get(path))["canceled"] is is_canceled
        before = crm.position()
        assert ok(client.post(f"{path}/cancel"))["canceled"] is True
        assert crm.position() == before
        stream = {"stream": f"campaign-entry-{made['campaign_entry_no']}"}
        assert len(ok(client.get("/v1/events", params=stream))["items"]) == 3

        deleted = client.post("/v1/campaign-entries/delete-canceled", params={"campaign_no": spring})
        assert ok(deleted) == {"deleted": 1}
        refused(client.get(path), "not-found")
        refused(client.post(f"{path}/uncancel"), "not-found")

    def test_that_was_canceled_with_the_last_of_them_comes_back(
        self, client: httpx.Client, crm: Crm, spring: str
    ) -> None:
        made = single(crm, spring)
        path = f"/v1/campaign-entries/{made['campaign_entry_no']}"
        ok(client.post(f"{path}/cancel"))
        ok(client.post(f"{LOG}/delete-canceled", params={"campaign_no": spring}))
        ok(client.post(f"{path}/uncancel"))
        assert ok(client.get(path))["canceled"] is False
        assert single(crm, spring)["campaign_entry_no"] == made["campaign_entry_no"]

    def test_comes_back_when_the_logged_segment_it_was_canceled_with_is_deleted(
        self, client: httpx.Client, crm: Crm, spring: str
    ) -> None:
        logged = crm.logged(1, campaign_no=spring)["entry_no"]
        (interaction,) = ok(client.get(LOG, params={"campaign_no": spring}))["items"]
        (entry,) = ok(client.get("/v1/campaign-entries", params={"campaign_no": spring}))["items"]
        ok(client.post(f"{LOG}/{interaction['entry_no']}/cancel"))
        ok(client.post(f"/v1/logged-segments/{logged}/cancel"))
        ok(client.delete(f"/v1/logged-segments/{logged}"))
        path = f"/v1/campaign-entries/{entry['entry_no']}"
        ok(client.post(f"{path}/uncancel"))
        assert ok(client.get(path))["canceled"] is False


def test_what_a_deleted_logged_segment_left_can_count_again(
    client: httpx.Client, crm: Crm, spring: str
) -> None:
    logged = crm.logged(2, campaign_no=spring)["entry_no"]
    (campaign_entry,) = ok(client.get("/v1/campaign-entries", params={"campaign_no": spring}))["items"]
    ok(client.post(f"/v1/logged-segments/{logged}/cancel"))
    ok(client.delete(f"/v1/logged-segments/{logged}"))
    (entry, _) = ok(client.get(LOG, params={"campaign_no": spring}))["items"]
    refused(client.post(f"{LOG}/{entry['entry_no']}/uncancel"), "parent-canceled")
    ok(client.post(f"/v1/campaign-entries/{campaign_entry['entry_no']}/uncancel"))
    entries = ok(client.get(LOG, params={"campaign_no": spring}))["items"]
    assert [entry["canceled"] for entry in entries] == [False, False]
    (listed,) = ok(client.get("/v1/campaign-entries", params={"campaign_no": spring}))["items"]
    assert (listed["canceled"], listed["number_of_interactions"]) == (False, 2)


def test_b14_what_was_canceled_by_itself_stays_so_under_a_canceled_campaign_entry(
    client: httpx.Client, crm: Crm, spring: str
) -> None:
    logged = crm.logged(2, campaign_no=spring)["entry_no"]
    (entry, _) = ok(client.get(LOG, params={"campaign_no": spring}))["items"]
    ok(client.post(f"{LOG}/{entry['entry_no']}/cancel"))
    ok(client.post(f"/v1/logged-segments/{logged}/cancel"))
    problem = refused(client.post(f"{LOG}/{entry['entry_no']}/uncancel"), "parent-canceled")
    assert problem["detail"].startswith(f"Logged segment {logged} is canceled")
    ok(client.delete(f"/v1/logged-segments/{logged}"))
    problem = refused(client.post(f"{LOG}/{entry['entry_no']}/uncancel"), "parent-canceled")
    assert problem["detail"].startswith(f"Campaign entry {entry['campaign_entry_no']} is canceled")
    ok(client.post(f"/v1/campaign-entries/{entry['campaign_entry_no']}/uncancel"))
    assert ok(client.post(f"{LOG}/{entry['entry_no']}/uncancel"))["canceled"] is False


def test_a_campaign_that_a_line_has_stays(client: httpx.Client, crm: Crm, spring: str) -> None:
    segment = crm.loggable()["no"]
    ok(client.patch(f"/v1/segments/{segment}/lines/10000", json={"campaign_no": spring}))
    refused(client.delete(f"/v1/campaigns/{spring}"), "in-use")
    ok(client.patch(f"/v1/segments/{segment}/lines/10000", json={"campaign_no": None}))
    ok(client.delete(f"/v1/campaigns/{spring}"))
    refused(client.delete(f"/v1/campaigns/{spring}"), "not-found")
