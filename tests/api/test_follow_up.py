"""Follow-ups and reuse once entries were deleted, or logged again (domain B9, B10.7, V13)."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.api.crm import Crm, ok

LOG = "/v1/interaction-log-entries"


def entries(client: httpx.Client, logged: int) -> list[Any]:
    items: list[Any] = ok(client.get(LOG, params={"logged_segment_entry_no": logged}))["items"]
    return items


def contacts(client: httpx.Client, segment: str) -> list[str]:
    lines = ok(client.get(f"/v1/segments/{segment}/lines"))["items"]
    return [line["contact_no"] for line in lines]


@pytest.fixture(params=[None, {}, {"canceled": False}], ids=str)
def only(request: pytest.FixtureRequest) -> Any:
    """Ways to ask for everybody."""
    return request.param


def test_b10_7_entries_that_were_deleted_are_not_followed_up(
    client: httpx.Client, crm: Crm, only: Any
) -> None:
    logged = crm.logged(2)["entry_no"]
    gone, stays = entries(client, logged)
    ok(client.post(f"{LOG}/{gone['entry_no']}/cancel"))
    ok(client.post(f"{LOG}/delete-canceled", params={"entry_no": gone["entry_no"]}))

    made = ok(client.post(f"/v1/logged-segments/{logged}/follow-up", json={"only": only}))

    assert contacts(client, made["no"]) == [stays["contact_no"]]


def test_v6_saved_criteria_of_a_follow_up_of_some_bring_the_same_people(
    client: httpx.Client, crm: Crm
) -> None:
    logged = crm.logged(4)["entry_no"]
    first, *_ = numbers = [entry["entry_no"] for entry in entries(client, logged)]
    ok(client.post(f"{LOG}/evaluate", json={"entry_nos": numbers[:3], "evaluation": "positive"}))
    ok(client.post(f"{LOG}/{first}/cancel"))
    only = {"evaluation": "positive", "canceled": False}
    made = ok(client.post(f"/v1/logged-segments/{logged}/follow-up", json={"only": only}))["no"]

    (action,) = ok(client.get(f"/v1/segments/{made}/criteria-actions"))["items"]
    wanted = {"logged_segment_entry_no": str(logged), "evaluation": "positive", "canceled": "false"}
    assert action["filters"] == {"interaction_log_entry": wanted}
    told = ok(client.get(f"/v1/segments/{made}/history"))["items"][1]["text"]
    assert "evaluation is positive" in told
    code, again = crm.code(), crm.segment()["no"]
    ok(client.post(f"/v1/segments/{made}/save-criteria", json={"code": code}))
    ok(client.post(f"/v1/segments/{again}/reuse-criteria", json={"code": code}))
    assert contacts(client, again) == contacts(client, made)
    assert len(contacts(client, again)) == 2


def test_b10_7_a_campaign_whose_entry_was_deleted_is_not_that_of_the_follow_up(
    client: httpx.Client, crm: Crm
) -> None:
    campaign = crm.record("campaigns")
    segment = crm.loggable(2)["no"]
    ok(client.patch(f"/v1/segments/{segment}/lines/10000", json={"campaign_no": campaign}))
    logged = ok(client.post(f"/v1/segments/{segment}/log"))["logged_segment"]["entry_no"]
    path = f"/v1/logged-segments/{logged}/follow-up"
    assert ok(client.post(path))["campaign_no"] == campaign
    (entry,) = ok(client.get("/v1/campaign-entries", params={"segment_no": segment}))["items"]
    ok(client.post(f"/v1/campaign-entries/{entry['entry_no']}/cancel"))
    ok(client.post("/v1/campaign-entries/delete-canceled", params={"segment_no": segment}))

    made = ok(client.post(path))

    assert (made["campaign_no"], made["number_of_lines"]) == (None, 1)


def test_b10_7_a_template_that_was_deleted_is_not_kept(client: httpx.Client, crm: Crm) -> None:
    template = crm.template()
    path = f"/v1/logged-segments/{crm.logged(interaction_template_code=template)['entry_no']}/follow-up"
    assert ok(client.post(path, json={"keep_template": True}))["interaction_template_code"] == template
    for made in ok(client.get("/v1/segments", params={"interaction_template_code": template}))["items"]:
        ok(client.delete(f"/v1/segments/{made['no']}"))
    ok(client.delete(f"/v1/interaction-templates/{template}"))

    made = ok(client.post(path, json={"keep_template": True}))

    assert (made["interaction_template_code"], made["number_of_lines"]) == (None, 1)


def test_b9_entries_that_were_deleted_are_not_reused(client: httpx.Client, crm: Crm) -> None:
    logged = crm.logged(2)["entry_no"]
    stays, gone = entries(client, logged)
    for entry in (stays, gone):
        ok(client.post(f"{LOG}/{entry['entry_no']}/cancel"))
    ok(client.post(f"{LOG}/delete-canceled", params={"entry_no": gone["entry_no"]}))
    segment = crm.segment()["no"]

    ok(client.post(f"/v1/segments/{segment}/reuse-logged-segment", json={"entry_no": logged}))

    assert contacts(client, segment) == [stays["contact_no"]]


def test_v13_entries_that_were_logged_again_bring_nobody_twice(
    client: httpx.Client, crm: Crm, only: Any
) -> None:
    template = crm.template()
    ok(
        client.put(
            f"/v1/interaction-templates/{template}/documents/-",
            params={"file_name": "letter.html", "subject": "Spring"},
            content=b"<p>Hello</p>",
            headers={"Content-Type": "text/html"},
        )
    )
    logged = crm.logged(2, interaction_template_code=template)["entry_no"]
    again = {"correspondence_type": "hard_copy", "update_merge_fields": True}
    ok(client.post(f"/v1/logged-segments/{logged}/resend", json=again))
    assert len(entries(client, logged)) == 4

    made = ok(client.post(f"/v1/logged-segments/{logged}/follow-up", json={"only": only}))

    assert made["number_of_lines"] == 2


def test_v13_a_person_who_was_deleted_is_not_followed_up_by_its_company(
    client: httpx.Client, crm: Crm, only: Any
) -> None:
    company = crm.contact()["no"]
    person = crm.contact(type="person", surname="Berg", company_no=company)["no"]
    segment = crm.loggable(1)["no"]
    crm.line(segment, person)
    logged = ok(client.post(f"/v1/segments/{segment}/log"))["logged_segment"]["entry_no"]
    stays, gone = entries(client, logged)
    assert gone["contact_no"] == person
    ok(client.delete(f"/v1/contacts/{person}"))

    made = ok(client.post(f"/v1/logged-segments/{logged}/follow-up", json={"only": only}))

    assert contacts(client, made["no"]) == [stays["contact_no"]]
    (action,) = ok(client.get(f"/v1/segments/{made['no']}/criteria-actions"))["items"]
    assert (action["lines_added"], action["skipped"]["no_longer_known"]) == (1, 1)
