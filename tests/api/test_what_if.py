"""What would be: other criteria, other moments, and what was known at one; nothing is recorded by asking."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from projections import past
from tests.api.conftest import ClientFor
from tests.api.crm import Crm, ok, places, refused


@pytest.fixture
def no(client: httpx.Client, crm: Crm, rnd: str) -> str:
    """A segment of those in Arnhem, A and B of four; then B moved to Breda, and E came to Arnhem."""
    for name, city in (("A", "Arnhem"), ("B", "Arnhem"), ("C", "Breda"), ("D", "Breda")):
        crm.contact(no=f"{rnd}{name}", name=name, city=city, exclude_from_segment=name == "D")
    segment: str = crm.segment()["no"]
    ok(client.post(f"/v1/segments/{segment}/criteria-actions", json=criteria(rnd, "Arnhem")))
    ok(client.patch(f"/v1/contacts/{rnd}B", json={"city": "Breda"}))
    crm.contact(no=f"{rnd}E", name="E", city="Arnhem")
    return segment


def criteria(rnd: str, city: str, action: str = "add_contacts", **more: Any) -> dict[str, Any]:
    return {"action": action, "filters": {"contact": {"no": f"{rnd}*", "city": city}}} | more


def asked(client: httpx.Client, no: str, **body: Any) -> Any:
    return ok(client.post(f"/v1/segments/{no}/what-if", json=body))


def names(group: Any) -> str:
    assert group["count"] == len(group["first"])
    return "".join(contact["name"] or "?" for contact in group["first"])


def position(client: httpx.Client) -> int:
    return int(ok(client.get("/health/ready"))["event_position"])


def before_the_move(client: httpx.Client, no: str) -> int:
    """The position of the action that chose the contacts."""
    steps = ok(client.get(f"/v1/segments/{no}/history"))["items"]
    return int(steps[-1]["position"])


def test_its_own_criteria_on_the_contacts_of_now(client: httpx.Client, no: str) -> None:
    found = asked(client, no)
    assert (names(found["entered"]), names(found["left"])) == ("E", "B")
    assert (found["contacts_before"], found["contacts_after"]) == (2, 2)
    assert [step["lines_added"] for step in found["steps"]] == [2]
    assert found["version"] == 2


def test_its_own_criteria_on_the_contacts_as_they_were(client: httpx.Client, no: str) -> None:
    found = asked(client, no, on={"position": before_the_move(client, no)})
    assert (names(found["entered"]), names(found["left"])) == ("", "")
    assert found["contacts_position"] == before_the_move(client, no)


def test_other_steps_are_tried_on_a_copy(client: httpx.Client, no: str, rnd: str) -> None:
    reduce = criteria(rnd, "Breda", "reduce")
    found = asked(client, no, steps=[criteria(rnd, "Breda"), reduce])
    assert [(step["lines_added"], step["lines_removed"]) for step in found["steps"]] == [(1, 0), (0, 2)]
    assert (names(found["entered"]), names(found["left"])) == ("", "B")
    assert names(found["suppressed"]["excluded"]) == "D"
    then = asked(client, no, steps=[reduce], on={"position": before_the_move(client, no)})
    assert names(then["left"]) == ""


def test_who_was_taken_in_is_not_suppressed(client: httpx.Client, no: str, rnd: str) -> None:
    steps = [criteria(rnd, "Breda"), criteria(rnd, "Breda", ignore_exclusion=True)]
    found = asked(client, no, steps=steps)
    assert names(found["entered"]) == "CD"
    assert found["suppressed"]["excluded"]["count"] == 0


def test_contacts_of_other_segments_are_those_of_that_moment(
    client: httpx.Client, crm: Crm, no: str, rnd: str
) -> None:
    other = crm.segment()["no"]
    before = position(client)
    crm.line(other, f"{rnd}C")
    step = criteria(rnd, "Breda", exclude={"segments": [other]})
    assert names(asked(client, no, steps=[step])["suppressed"]["elsewhere"]) == "C"
    assert names(asked(client, no, steps=[step], on={"position": before})["entered"]) == "C"
    unknown = client.post(
        f"/v1/segments/{no}/what-if", json={"steps": [step], "on": {"position": before_the_move(client, no)}}
    )
    refused(unknown, "not-found")


def test_one_who_is_gone_or_had_not_come_yet_has_a_number_and_no_name(
    client: httpx.Client, no: str, rnd: str
) -> None:
    then = before_the_move(client, no)
    ok(client.post(f"/v1/segments/{no}/criteria-actions", json=criteria(rnd, "Arnhem", "refine")))
    ok(client.post(f"/v1/segments/{no}/criteria-actions", json=criteria(rnd, "Arnhem")))
    found = asked(client, no, steps=[], at=None)
    assert (found["entered"]["count"], found["left"]["count"]) == (0, 0)
    found = asked(client, no, on={"position": then})
    assert (names(found["entered"]), names(found["left"])) == ("B", "?")
    assert found["left"]["first"][0]["no"] == f"{rnd}E"


def test_a_state_of_the_past_can_be_started_from(client: httpx.Client, no: str) -> None:
    then = before_the_move(client, no)
    ok(client.post(f"/v1/segments/{no}/go-back"))
    assert asked(client, no, steps=[])["contacts_before"] == 0
    found = asked(client, no, at={"position": then})
    assert (found["contacts_before"], names(found["entered"]), names(found["left"])) == (2, "E", "B")
    at = ok(client.get(f"/v1/segments/{no}/history"))["items"][1]["at"]
    assert asked(client, no, at={"instant": at}) == found
    refused(client.post(f"/v1/segments/{no}/what-if", json={"at": {"position": 0}}), "not-found")


def test_also_of_a_logged_segment(client: httpx.Client, crm: Crm) -> None:
    logged = crm.logged(2)
    found = asked(client, logged["segment_no"])
    assert (found["contacts_before"], found["contacts_after"]) == (2, 2)


def test_what_changed_between_a_preview_and_what_was_logged(client: httpx.Client, crm: Crm, rnd: str) -> None:
    crm.contact(no=f"{rnd}A", name="A", city="Arnhem")
    no = crm.loggable(0)["no"]
    path = f"/v1/segments/{no}"
    shown = ok(
        client.post(f"{path}/criteria-actions", params={"dry_run": True}, json=criteria(rnd, "Arnhem"))
    )
    crm.contact(no=f"{rnd}B", name="B", city="Arnhem")
    ok(client.patch(f"/v1/contacts/{rnd}A", json={"city": "Breda"}))
    ok(client.post(f"{path}/criteria-actions", json=criteria(rnd, "Arnhem")))
    ok(client.post(f"{path}/log"))
    found = asked(client, no, on={"position": shown["contacts_position"]})
    assert names(found["entered"]) == "A"
    assert [one["no"] for one in found["left"]["first"]] == [f"{rnd}B"]


def test_asking_records_nothing_but_that_somebody_asked(
    client: httpx.Client, client_for: ClientFor, no: str
) -> None:
    before = position(client)
    asked(client_for("auditor"), no, on={"position": before_the_move(client, no)})
    assert position(client) == before
    (read, *_) = ok(client.get("/v1/audit/reads", params={"user_id": "a auditor", "limit": 1}))["items"]
    assert read["path"] == f"/v1/segments/{no}/what-if"


def test_asking_again_with_the_same_key_is_answered_anew_and_recorded_anew(
    client: httpx.Client, client_for: ClientFor, no: str
) -> None:
    key = {"Idempotency-Key": f"what if {no}"}
    auditor = client_for("auditor")
    for _ in range(2):
        ok(auditor.post(f"/v1/segments/{no}/what-if", json={}, headers=key))
    reads = ok(client.get("/v1/audit/reads", params={"user_id": "a auditor", "limit": 2}))["items"]
    assert [read["path"] for read in reads] == [f"/v1/segments/{no}/what-if"] * 2
    verified = [ok(auditor.post("/v1/audit/verify", headers=key))["events"]]
    ok(client.patch(f"/v1/segments/{no}", json={"description": "Another"}))
    verified.append(ok(auditor.post("/v1/audit/verify", headers=key))["events"])
    assert verified[0] < verified[1]


def test_who_may_not(anonymous: httpx.Client, client_for: ClientFor, no: str) -> None:
    refused(anonymous.post(f"/v1/segments/{no}/what-if", json={}), "unauthorized")
    refused(client_for("reporter").post(f"/v1/segments/{no}/what-if", json={}), "forbidden")
    refused(client_for("reporter").get("/v1/as-known-at/1/logged-segments"), "forbidden")


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({"on": {}}, "on"),
        ({"on": "then"}, "on"),
        ({"on": {"position": 1, "instant": "2026-01-01T00:00:00Z"}}, "on"),
        ({"at": {"instant": "yesterday"}}, "at"),
        ({"on": {"position": 2**61}}, "position"),
        ({"steps": [{"action": "add"}]}, "steps"),
    ],
)
def test_a_wrong_question_names_the_place(client: httpx.Client, no: str, body: Any, place: str) -> None:
    problem = refused(client.post(f"/v1/segments/{no}/what-if", json=body), "invalid-request")
    assert place in {found[0] for found in places(problem)}


@pytest.mark.parametrize(
    ("on", "place", "message"),
    [
        ({}, ["on"], "takes a position or an instant"),
        ("then", ["on"], "must be an object with fields"),
        ({"position": "one"}, ["on", "position"], "input should be a valid integer"),
    ],
)
def test_a_wrong_moment_is_said_once_and_without_names_of_types(
    client: httpx.Client, no: str, on: Any, place: list[str], message: str
) -> None:
    problem = refused(client.post(f"/v1/segments/{no}/what-if", json={"on": on}), "invalid-request")
    (wrong,) = problem["errors"]
    assert wrong["loc"] == place
    assert wrong["message"].startswith(message)


def test_a_wrong_filter_is_refused(client: httpx.Client, no: str) -> None:
    wrong = {"steps": [{"action": "reduce", "filters": {"contact": {"town": "A*"}}}]}
    refused(client.post(f"/v1/segments/{no}/what-if", json=wrong), "invalid-filter")
    refused(client.post("/v1/segments/NOTHING/what-if", json={}), "not-found")


def test_too_long_a_history_is_refused_with_a_clear_word(
    client: httpx.Client, no: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(past, "MOST_EVENTS", 1)
    body = {"on": {"position": before_the_move(client, no)}}
    problem = refused(client.post(f"/v1/segments/{no}/what-if", json=body), "conflict")
    assert "events up to that moment" in problem["detail"]
    assert asked(client, no)["version"] == 2


def test_the_log_as_it_was_known_before_corrections(client: httpx.Client, crm: Crm) -> None:
    logged = crm.logged(2)
    known = position(client)
    of_it = {"logged_segment_entry_no": logged["entry_no"], "canceled": "true|false"}
    first, second = ok(client.get("/v1/interaction-log-entries", params=of_it))["items"]
    body = {"entry_nos": [first["entry_no"]], "date": "2026-01-02", "reason": "Posted late"}
    ok(client.post("/v1/interaction-log-entries/redate", json=body))
    ok(client.post(f"/v1/interaction-log-entries/{second['entry_no']}/cancel"))

    then = ok(client.get(f"/v1/as-known-at/{known}/interaction-log-entries", params=of_it))["items"]
    assert then == [first, second]
    now = ok(client.get(f"/v1/as-known-at/{position(client)}/interaction-log-entries", params=of_it))["items"]
    assert [(entry["date"], entry["canceled"]) for entry in now] == [
        ("2026-01-02", False),
        (second["date"], True),
    ]
    of_first = {"no": first["contact_no"]}
    dates = []
    for moment in (known, position(client)):
        (contact,) = ok(client.get(f"/v1/as-known-at/{moment}/contacts", params=of_first))["items"]
        dates.append(contact["statistics"]["date_of_last_interaction"])
    assert dates == [first["date"], "2026-01-02"]
    one = {"entry_no": logged["entry_no"]}
    counted = [
        ok(client.get(f"/v1/as-known-at/{moment}/logged-segments", params=one))["items"][0][
            "number_of_interactions"
        ]
        for moment in (known, position(client))
    ]
    assert counted == [2, 1]
    assert ok(client.get(f"/v1/as-known-at/{known - 1}/logged-segments", params=one))["items"] == []
    assert ok(client.get("/v1/as-known-at/2020-01-01T00:00:00Z/campaign-entries"))["items"] == []
    refused(client.get("/v1/as-known-at/then/campaign-entries"), "invalid-request")
