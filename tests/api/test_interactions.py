"""What was recorded, over HTTP: cancel, evaluate, comment, delete, and single interactions (B14 to B16)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from tests.api.conftest import ClientFor
from tests.api.crm import Crm, ok, places, refused

LOG = "/v1/interaction-log-entries"


def entries(client: httpx.Client, **filters: Any) -> list[Any]:
    items: list[Any] = ok(client.get(LOG, params=filters))["items"]
    return items


def count(client: httpx.Client, path: str) -> int:
    return int(ok(client.get(path))["statistics"]["number_of_interactions"])


@pytest.fixture
def call(crm: Crm) -> dict[str, Any]:
    """What recording a call needs."""
    contact = crm.contact(type="person", first_name="Anna", surname="Berg")["no"]
    return {
        "contact_no": contact,
        "interaction_template_code": crm.template(description="Call", unit_cost="3.00"),
        "salesperson_code": crm.record("salespeople"),
        "description": "Called",
    }


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", LOG),
        ("POST", f"{LOG}/1/cancel"),
        ("POST", f"{LOG}/1/comments"),
        ("POST", f"{LOG}/evaluate"),
        ("POST", f"{LOG}/redate"),
        ("POST", f"{LOG}/delete-canceled"),
        ("POST", "/v1/logged-segments/1/cancel"),
        ("DELETE", "/v1/logged-segments/1"),
        ("POST", "/v1/campaign-entries/1/uncancel"),
    ],
)
def test_only_marketers_may(anonymous: httpx.Client, client_for: ClientFor, method: str, path: str) -> None:
    refused(anonymous.request(method, path, json={}), "unauthorized")
    refused(client_for("auditor").request(method, path, json={}), "forbidden")
    refused(client_for("reporter").request(method, path, json={}), "forbidden")


class TestLoggedSegment:
    def test_canceled_entries_stay_listed_and_do_not_count(self, client: httpx.Client, crm: Crm) -> None:
        logged = crm.logged(2)["entry_no"]
        (first, second) = entries(client, logged_segment_entry_no=logged)
        template = f"/v1/interaction-templates/{first['interaction_template_code']}"
        group = f"/v1/interaction-groups/{first['interaction_group_code']}"
        assert count(client, f"/v1/contacts/{first['contact_no']}") == 1
        canceled = ok(client.post(f"/v1/logged-segments/{logged}/cancel"))
        assert (canceled["canceled"], canceled["number_of_interactions"]) == (True, 2)
        assert [entry["canceled"] for entry in entries(client, logged_segment_entry_no=logged)] == [True] * 2
        assert count(client, f"/v1/contacts/{second['contact_no']}") == 0
        assert (count(client, template), count(client, group)) == (0, 0)
        ok(client.post(f"/v1/logged-segments/{logged}/uncancel"))
        assert (count(client, template), count(client, group)) == (2, 2)

    def test_an_entry_that_was_canceled_by_itself_stays_so(self, client: httpx.Client, crm: Crm) -> None:
        logged = crm.logged(2)["entry_no"]
        (first, second) = entries(client, logged_segment_entry_no=logged)
        ok(client.post(f"{LOG}/{first['entry_no']}/cancel"))
        assert ok(client.get(f"/v1/logged-segments/{logged}"))["number_of_interactions"] == 1
        ok(client.post(f"/v1/logged-segments/{logged}/cancel"))
        refused(client.post(f"{LOG}/{second['entry_no']}/uncancel"), "parent-canceled")
        ok(client.post(f"/v1/logged-segments/{logged}/uncancel"))
        found = {
            entry["entry_no"]: entry["canceled"] for entry in entries(client, logged_segment_entry_no=logged)
        }
        assert found == {first["entry_no"]: True, second["entry_no"]: False}

    def test_is_deleted_when_canceled_and_its_entries_stay(self, client: httpx.Client, crm: Crm) -> None:
        made = crm.logged()
        logged = made["entry_no"]
        refused(client.delete(f"/v1/logged-segments/{logged}"), "not-canceled")
        ok(client.post(f"/v1/logged-segments/{logged}/cancel"))
        ok(client.delete(f"/v1/logged-segments/{logged}"))
        refused(client.get(f"/v1/logged-segments/{logged}"), "not-found")
        refused(client.post(f"/v1/logged-segments/{logged}/follow-up"), "not-found")
        (entry,) = entries(client, segment_no=made["segment_no"])
        assert (entry["canceled"], entry["logged_segment_entry_no"]) == (True, None)
        gone = refused(client.get(f"/v1/segments/{made['segment_no']}"), "segment-logged")
        assert (gone["logged_segment"], "deleted since" in gone["detail"]) == (None, True)

    def test_tells_its_story_in_both_languages(self, client: httpx.Client, crm: Crm) -> None:
        made = crm.logged()
        (entry,) = entries(client, segment_no=made["segment_no"])
        ok(client.post(f"{LOG}/{entry['entry_no']}/comments", json={"comment": "Nice"}))
        ok(client.post(f"{LOG}/evaluate", json={"entry_nos": [entry["entry_no"]], "evaluation": "positive"}))
        ok(client.post(f"/v1/logged-segments/{made['entry_no']}/cancel"))
        story = f"/v1/segments/{made['segment_no']}/history"
        for language, words in (("en", ["Commented", "Evaluated", "Canceled 1"]), ("nl", ["Opmerking"])):
            texts = [s["text"] for s in ok(client.get(story, headers={"Accept-Language": language}))["items"]]
            assert all(any(word in text for text in texts) for word in words)


class TestCampaignEntry:
    def test_takes_only_its_own_interactions_along(self, client: httpx.Client, crm: Crm) -> None:
        spring, summer = crm.record("campaigns"), crm.record("campaigns")
        segment = crm.loggable(2, campaign_no=spring)
        ok(client.patch(f"/v1/segments/{segment['no']}/lines/20000", json={"campaign_no": summer}))
        ok(client.post(f"/v1/segments/{segment['no']}/log"))
        (entry,) = ok(client.get("/v1/campaign-entries", params={"campaign_no": summer}))["items"]
        canceled = ok(client.post(f"/v1/campaign-entries/{entry['entry_no']}/cancel"))
        assert (canceled["canceled"], canceled["number_of_interactions"]) == (True, 0)
        by_campaign = {e["campaign_no"]: e["canceled"] for e in entries(client, segment_no=segment["no"])}
        assert by_campaign == {spring: False, summer: True}
        (mine,) = entries(client, campaign_no=summer)
        refused(client.post(f"{LOG}/{mine['entry_no']}/uncancel"), "parent-canceled")
        ok(client.post(f"/v1/campaign-entries/{entry['entry_no']}/uncancel"))
        assert not entries(client, campaign_no=summer)[0]["canceled"]

    def test_does_not_come_back_under_a_canceled_logged_segment(self, client: httpx.Client, crm: Crm) -> None:
        campaign = crm.record("campaigns")
        logged = crm.logged(campaign_no=campaign)["entry_no"]
        (entry,) = ok(client.get("/v1/campaign-entries", params={"campaign_no": campaign}))["items"]
        ok(client.post(f"/v1/logged-segments/{logged}/cancel"))
        refused(client.post(f"/v1/campaign-entries/{entry['entry_no']}/uncancel"), "parent-canceled")


class TestEntries:
    def test_several_are_evaluated_at_once(
        self, client: httpx.Client, crm: Crm, call: dict[str, Any]
    ) -> None:
        (of_segment,) = entries(client, logged_segment_entry_no=crm.logged()["entry_no"])
        single = ok(client.post(LOG, json=call))
        numbers = [of_segment["entry_no"], single["entry_no"]]
        ok(client.post(f"{LOG}/evaluate", json={"entry_nos": numbers, "evaluation": "negative"}))
        for number in numbers:
            assert ok(client.get(f"{LOG}/{number}"))["evaluation"] == "negative"
        body = {"entry_nos": [*numbers, 999_999_999], "evaluation": None}
        refused(client.post(f"{LOG}/evaluate", json=body), "not-found")

    def test_a_wrong_date_is_corrected_with_a_reason_and_the_history_keeps_the_old_one(
        self, client: httpx.Client, crm: Crm, call: dict[str, Any]
    ) -> None:
        (of_segment,) = entries(client, logged_segment_entry_no=crm.logged()["entry_no"])
        single = ok(client.post(LOG, json=call))
        numbers = [of_segment["entry_no"], single["entry_no"]]
        body = {"entry_nos": numbers, "date": "2026-01-02", "reason": "Posted late"}
        answered = ok(client.post(f"{LOG}/redate", json=body))["items"]
        assert [item["date"] for item in answered] == ["2026-01-02"] * 2
        for number in numbers:
            assert ok(client.get(f"{LOG}/{number}"))["date"] == "2026-01-02"
        segment = f"segment-{of_segment['segment_no']}"
        events = ok(client.get("/v1/events", params={"stream": segment}))["items"]
        assert events[-1]["type"] == "interactions.redated.1"
        assert events[-1]["data"]["reason"] == "Posted late"

    def test_a_correction_needs_a_reason_a_date_and_an_entry_that_is_finished(
        self, client: httpx.Client, call: dict[str, Any]
    ) -> None:
        begun = ok(client.post(LOG, json={"contact_no": call["contact_no"], "postponed": True}))
        good = {"entry_nos": [begun["entry_no"]], "date": "2026-01-02", "reason": "Posted late"}
        refused(client.post(f"{LOG}/redate", json=good), "conflict")
        wrong: dict[str, Any]
        for wrong in ({"reason": " "}, {"date": None}, {"date": "02-01-2026"}, {"entry_nos": []}):
            refused(client.post(f"{LOG}/redate", json=good | wrong), "invalid-request")
        refused(client.post(f"{LOG}/redate", json=good | {"entry_nos": [999_999_999]}), "not-found")

    def test_comments_show_in_order_with_the_work_date(
        self, client: httpx.Client, call: dict[str, Any]
    ) -> None:
        entry = ok(client.post(LOG, json=call))["entry_no"]
        for comment in ("First", "Second"):
            headers = {"Work-Date": "2026-03-09"}
            path = f"{LOG}/{entry}/comments"
            assert client.post(path, json={"comment": comment}, headers=headers).status_code == 201
        comments = ok(client.get(f"{LOG}/{entry}"))["comments"]
        assert [(c["line_no"], c["comment"], c["date"]) for c in comments] == [
            (1, "First", "2026-03-09"),
            (2, "Second", "2026-03-09"),
        ]

    def test_only_canceled_ones_are_deleted(self, client: httpx.Client, call: dict[str, Any]) -> None:
        kept, gone = (ok(client.post(LOG, json=call))["entry_no"] for _ in range(2))
        ok(client.post(f"{LOG}/{gone}/cancel"))
        filters = {"contact_no": call["contact_no"]}
        assert ok(client.post(f"{LOG}/delete-canceled", params=filters)) == {"deleted": 1}
        assert [entry["entry_no"] for entry in entries(client, **filters)] == [kept]
        refused(client.get(f"{LOG}/{gone}"), "not-found")
        refused(client.post(f"{LOG}/delete-canceled", params={"shoe_size": "43"}), "invalid-filter")

    @pytest.mark.parametrize("path", [LOG, "/v1/campaign-entries"])
    def test_filters_that_cannot_be_meant_delete_nothing(
        self, client: httpx.Client, crm: Crm, call: dict[str, Any], path: str
    ) -> None:
        call["campaign_no"] = crm.record("campaigns")
        entry = ok(client.post(LOG, json=call))
        ok(client.post(f"/v1/campaign-entries/{entry['campaign_entry_no']}/cancel"))
        for name, value in {"limit": "10", "cursor": "x", "sort": "date", "count": "true"}.items():
            problem = refused(client.post(f"{path}/delete-canceled", params={name: value}), "invalid-filter")
            assert [place[-1] for place in places(problem)] == [name]
        refused(client.post(f"{path}/delete-canceled", json={"campaign_no": "CP1"}), "invalid-request")
        assert ok(client.get(f"{LOG}/{entry['entry_no']}"))["canceled"]


class TestSingleInteraction:
    def test_counts_for_the_company_too(self, client: httpx.Client, crm: Crm, call: dict[str, Any]) -> None:
        company = crm.contact()["no"]
        ok(client.patch(f"/v1/contacts/{call['contact_no']}", json={"company_no": company}))
        made = client.post(LOG, json=call)
        entry = ok(made)
        assert made.headers["location"] == f"{LOG}/{entry['entry_no']}"
        assert count(client, f"/v1/contacts/{company}") == 1
        read = ok(client.get(f"{LOG}/{entry['entry_no']}"))
        assert read == entry

    def test_shares_a_campaign_entry_until_that_is_canceled(
        self, client: httpx.Client, crm: Crm, call: dict[str, Any]
    ) -> None:
        call["campaign_no"] = crm.record("campaigns")
        first, second = (ok(client.post(LOG, json=call))["campaign_entry_no"] for _ in range(2))
        assert first == second
        entry = ok(client.post(f"/v1/campaign-entries/{first}/cancel"))
        assert entry["description"] == "Interactions"
        assert all(e["canceled"] for e in entries(client, campaign_no=call["campaign_no"]))
        assert ok(client.post(LOG, json=call))["campaign_entry_no"] != first

    def test_a_postponed_one_that_was_canceled_is_not_finished_until_that_is_taken_back(
        self, client: httpx.Client, call: dict[str, Any]
    ) -> None:
        begun = ok(client.post(LOG, json={"contact_no": call["contact_no"], "postponed": True}))
        path = f"{LOG}/{begun['entry_no']}"
        assert ok(client.post(f"{path}/cancel"))["canceled"] is True
        assert client.post(f"{path}/resume", json=call).status_code == 409
        ok(client.post(f"{path}/uncancel"))
        assert ok(client.post(f"{path}/resume", json=call))["canceled"] is False

    def test_a_postponed_one_that_was_deleted_is_not_finished(
        self, client: httpx.Client, call: dict[str, Any]
    ) -> None:
        begun = ok(client.post(LOG, json={"contact_no": call["contact_no"], "postponed": True}))
        path = f"{LOG}/{begun['entry_no']}"
        ok(client.post(f"{path}/cancel"))
        wanted = {"entry_no": str(begun["entry_no"]), "postponed": "true"}
        assert ok(client.post(f"{LOG}/delete-canceled", params=wanted))["deleted"] == 1
        assert client.post(f"{path}/resume", json=call).status_code == 404

    def test_a_postponed_one_is_finished_under_its_number(
        self, client: httpx.Client, call: dict[str, Any]
    ) -> None:
        begun = {"contact_no": call["contact_no"], "postponed": True}
        entry = ok(client.post(LOG, json=begun, headers={"Work-Date": "2026-01-05"}))["entry_no"]
        assert entries(client, contact_no=call["contact_no"]) == []
        (listed,) = entries(client, contact_no=call["contact_no"], postponed="true")
        assert listed["postponed"] is True
        assert count(client, f"/v1/contacts/{call['contact_no']}") == 0
        refused(client.post(f"{LOG}/{entry}/resume"), "mandatory-field")
        del call["contact_no"]
        resumed = client.post(f"{LOG}/{entry}/resume", json=call, headers={"Work-Date": "2026-03-09"})
        assert (ok(resumed)["date"], ok(resumed)["postponed"]) == ("2026-03-09", False)
        assert ok(client.get(f"{LOG}/{entry}")) == ok(resumed)
        refused(client.post(f"{LOG}/{entry}/resume"), "conflict")

    def test_b19_a_postponed_one_of_a_deleted_person_is_finished_with_the_company(
        self, client: httpx.Client, crm: Crm, call: dict[str, Any]
    ) -> None:
        company = crm.contact()["no"]
        person = crm.contact(type="person", company_no=company)["no"]
        del call["contact_no"]
        begun = {"contact_no": person, "contact_via": "+31 6 1", "postponed": True}
        first, second = (ok(client.post(LOG, json=begun))["entry_no"] for _ in range(2))
        ok(client.delete(f"/v1/contacts/{person}"))
        assert ok(client.get(f"{LOG}/{first}"))["contact_no"] == company
        resumed = ok(client.post(f"{LOG}/{first}/resume", json=call))
        assert (resumed["contact_no"], resumed["contact_company_no"]) == (company, company)
        assert resumed["contact_via"] is None
        assert count(client, f"/v1/contacts/{company}") == 1
        ok(client.delete(f"/v1/contacts/{company}"))
        problem = refused(client.post(f"{LOG}/{second}/resume", json=call), "mandatory-field")
        assert problem["errors"][0]["loc"] == ["contact_no"]

    def test_is_recorded_once_for_one_idempotency_key(
        self, client: httpx.Client, call: dict[str, Any], rnd: str
    ) -> None:
        headers = {"Idempotency-Key": f"{rnd}-call"}
        first, again = (ok(client.post(LOG, json=call, headers=headers)) for _ in range(2))
        assert first == again
        assert len(entries(client, contact_no=call["contact_no"])) == 1

    def test_several_at_the_same_moment_get_numbers_of_their_own(
        self, client: httpx.Client, call: dict[str, Any]
    ) -> None:
        with ThreadPoolExecutor(4) as pool:
            made = list(pool.map(lambda _: ok(client.post(LOG, json=call))["entry_no"], range(8)))
        assert sorted(made) == list(range(min(made), min(made) + 8))

    @pytest.mark.parametrize(
        ("change", "slug"),
        [
            ({"contact_no": "NONE"}, "not-found"),
            ({"interaction_template_code": "NONE"}, "invalid-request"),
            ({"campaign_no": "NONE"}, "invalid-request"),
            ({"salesperson_code": "NONE"}, "invalid-request"),
            ({"cost": "-1"}, "invalid-request"),
            ({"shoe_size": 43}, "invalid-request"),
            ({"evaluation": "so so"}, "invalid-request"),
            ({"contact_alternative_address_code": "NONE"}, "invalid-request"),
            ({"correspondence_type": "hard_copy", "send_attachments": True}, "no-document"),
            ({"correspondence_type": "email"}, "no-document"),
        ],
    )
    def test_a_wrong_one_is_refused_and_changes_nothing(
        self, client: httpx.Client, crm: Crm, call: dict[str, Any], change: dict[str, Any], slug: str
    ) -> None:
        ok(client.patch(f"/v1/contacts/{call['contact_no']}", json={"email": "ann@example.org"}))
        before = crm.position()
        refused(client.post(LOG, json=call | change), slug)
        assert crm.position() == before

    def test_a_contact_that_is_blocked_for_privacy_is_left_alone(
        self, client: httpx.Client, call: dict[str, Any]
    ) -> None:
        ok(client.patch(f"/v1/contacts/{call['contact_no']}", json={"privacy_blocked": True}))
        refused(client.post(LOG, json=call), "privacy-blocked")

    def test_b15_a_call_with_a_contact_that_prefers_mail_needs_no_document(
        self, client: httpx.Client, call: dict[str, Any]
    ) -> None:
        prefers = {"correspondence_type": "email", "email": "ann@example.org"}
        ok(client.patch(f"/v1/contacts/{call['contact_no']}", json=prefers))
        entry = ok(client.post(LOG, json=call))
        assert (entry["correspondence_type"], entry["subject"]) == ("email", "Called")


@pytest.mark.parametrize(
    "path",
    [
        f"{LOG}/999999999/cancel",
        f"{LOG}/999999999/resume",
        "/v1/logged-segments/999999999/cancel",
        "/v1/campaign-entries/999999999/cancel",
    ],
)
def test_what_does_not_exist_is_not_found(client: httpx.Client, path: str) -> None:
    refused(client.post(path), "not-found")
