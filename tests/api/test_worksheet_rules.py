"""Rules of the worksheet as clients meet them: several writers at once, addresses of what is new, blanks."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from tests.api.crm import Crm, ok, places, refused

WRITERS = 6


def at_once(client: httpx.Client, method: str, path: str, bodies: list[Any]) -> Counter[int]:
    """The statuses of these requests, sent together."""
    with ThreadPoolExecutor(len(bodies)) as pool:
        answers = list(pool.map(lambda body: client.request(method, path, json=body), bodies))
    return Counter(answer.status_code for answer in answers)


# Who is responsible


def test_a1_a_salesperson_who_was_blocked_since_may_be_sent_back_as_it_was(
    client: httpx.Client, crm: Crm
) -> None:
    code, of_contact = crm.record("salespeople"), crm.record("salespeople")
    contact = crm.contact(salesperson_code=of_contact)["no"]
    with_one, without = crm.segment(salesperson_code=code)["no"], crm.segment()["no"]
    for no in (with_one, without):
        crm.line(no, contact)
    task = {"contact_no": contact, "description": "Call"}
    tasks = [
        ok(client.post("/v1/tasks", json=task | {"salesperson_code": named}))["no"] for named in (code, None)
    ]
    for blocked in (code, of_contact):
        crm.record("salespeople", blocked, blocked=True)
    for path, stays, other in (
        (f"/v1/segments/{with_one}", code, of_contact),
        (f"/v1/segments/{with_one}/lines/10000", code, of_contact),
        (f"/v1/segments/{without}/lines/10000", of_contact, code),
        (f"/v1/tasks/{tasks[0]}", code, of_contact),
        (f"/v1/tasks/{tasks[1]}", of_contact, code),
    ):
        read = ok(client.get(path))
        assert read["salesperson_code"] == stays
        again = {name: read[name] for name in ("salesperson_code", "date", "campaign_no")}
        assert ok(client.patch(path, json=again | {"description": "Spring"}))["salesperson_code"] == stays
        problem = refused(client.patch(path, json={"salesperson_code": other}), "invalid-request")
        assert places(problem) == [["salesperson_code"]]


def test_a13_a_closed_task_may_be_sent_back_with_codes_that_nothing_has_any_more(
    client: httpx.Client, crm: Crm
) -> None:
    codes = {
        "salesperson_code": crm.record("salespeople"),
        "interaction_template_code": crm.template(),
    }
    body = {"contact_no": crm.contact()["no"], "description": "Call", "closed": True} | codes
    path = f"/v1/tasks/{ok(client.post('/v1/tasks', json=body))['no']}"
    ok(client.delete(f"/v1/salespeople/{codes['salesperson_code']}"))
    ok(client.delete(f"/v1/interaction-templates/{codes['interaction_template_code']}"))
    assert ok(client.patch(path, json=codes | {"description": "Called"}))["description"] == "Called"


def test_a1_an_address_that_is_gone_since_may_be_sent_back_as_it_was(client: httpx.Client, crm: Crm) -> None:
    contact, no = crm.contact(alternative_addresses=[{"code": "HOME"}])["no"], crm.segment()["no"]
    crm.line(no, contact, contact_alternative_address_code="HOME")
    ok(client.patch(f"/v1/contacts/{contact}", json={"alternative_addresses": []}))
    path = f"/v1/segments/{no}/lines/10000"
    body = {"contact_alternative_address_code": "HOME", "description": "Spring"}
    assert ok(client.patch(path, json=body))["description"] == "Spring"
    refused(client.patch(path, json={"contact_alternative_address_code": "WORK"}), "invalid-request")


def test_a1_a_salesperson_who_was_blocked_since_is_not_pushed_to_lines(
    client: httpx.Client, crm: Crm
) -> None:
    code = crm.record("salespeople")
    segment = crm.segment(salesperson_code=code)["no"]
    crm.line(segment, crm.contact()["no"], salesperson_code=crm.record("salespeople"))
    crm.record("salespeople", code, blocked=True)
    body = {"salesperson_code": code, "update_lines": True}
    refused(client.patch(f"/v1/segments/{segment}", json=body), "invalid-request")


# Several writers


def test_b8_of_several_who_save_criteria_under_one_code_one_does(client: httpx.Client, crm: Crm) -> None:
    segment = crm.segment()["no"]
    crm.line(segment, crm.contact()["no"])
    for _ in range(5):
        code = crm.code()
        bodies = [{"code": code, "description": f"of writer {writer}"} for writer in range(WRITERS)]
        found = at_once(client, "POST", f"/v1/segments/{segment}/save-criteria", bodies)
        assert found == {201: 1, 409: WRITERS - 1}
        assert ok(client.get(f"/v1/saved-segment-criteria/{code}"))["version"] == 1


def test_a12_of_several_who_give_one_number_to_a_campaign_one_does(client: httpx.Client, crm: Crm) -> None:
    for _ in range(5):
        no = crm.code()
        bodies = [{"no": no, "description": f"of writer {writer}"} for writer in range(WRITERS)]
        assert at_once(client, "POST", "/v1/campaigns", bodies) == {201: 1, 409: WRITERS - 1}
        assert ok(client.get(f"/v1/campaigns/{no}"))["version"] == 1


def test_b3_lines_of_several_writers_are_numbered_without_gaps(client: httpx.Client, crm: Crm) -> None:
    segment = crm.segment()["no"]
    bodies = [{"contact_no": contact["no"]} for contact in crm.contacts(["Alder"] * WRITERS)]
    assert at_once(client, "POST", f"/v1/segments/{segment}/lines", bodies) == {201: WRITERS}
    lines = ok(client.get(f"/v1/segments/{segment}/lines"))["items"]
    assert [line["line_no"] for line in lines] == [10_000 * place for place in range(1, WRITERS + 1)]
    assert sorted(line["contact_no"] for line in lines) == sorted(body["contact_no"] for body in bodies)


def test_v1_of_several_who_log_a_segment_one_does(client: httpx.Client, crm: Crm) -> None:
    segment = crm.loggable(contacts=2)["no"]
    found = at_once(client, "POST", f"/v1/segments/{segment}/log", [{}] * WRITERS)
    assert found == {201: 1, 410: WRITERS - 1}
    logged = ok(client.get("/v1/logged-segments", params={"segment_no": segment}))["items"]
    assert [one["number_of_interactions"] for one in logged] == [2]


# Addresses, blanks, moments


def test_a_criteria_action_has_an_address(client: httpx.Client, crm: Crm) -> None:
    segment, contact = crm.segment()["no"], crm.contact()["no"]
    body = {"action": "add_contacts", "filters": {"contact": {"no": contact}}}
    made = client.post(f"/v1/segments/{segment}/criteria-actions", json=body)
    assert made.headers["location"] == f"/v1/segments/{segment}/criteria-actions/1"
    assert ok(client.get(made.headers["location"])) == ok(made)


def test_v6_who_was_picked_by_hand_although_excluded_is_picked_again(client: httpx.Client, crm: Crm) -> None:
    segment, other = crm.segment()["no"], crm.segment()["no"]
    contact, code = crm.contact(exclude_from_segment=True)["no"], crm.code()
    crm.line(segment, contact)
    ok(client.post(f"/v1/segments/{segment}/save-criteria", json={"code": code}))
    ok(client.post(f"/v1/segments/{other}/reuse-criteria", json={"code": code}))
    lines = ok(client.get(f"/v1/segments/{other}/lines"))["items"]
    assert [(line["line_no"], line["contact_no"]) for line in lines] == [(10_000, contact)]


def test_v6_who_came_with_a_logged_segment_although_excluded_comes_again(
    client: httpx.Client, crm: Crm
) -> None:
    logged, segment, other, code = (
        crm.logged(2)["entry_no"],
        crm.segment()["no"],
        crm.segment()["no"],
        crm.code(),
    )
    of_it = {"logged_segment_entry_no": logged}
    contact = ok(client.get("/v1/interaction-log-entries", params=of_it))["items"][0]["contact_no"]
    ok(client.patch(f"/v1/contacts/{contact}", json={"exclude_from_segment": True}))
    reused = client.post(f"/v1/segments/{segment}/reuse-logged-segment", json={"entry_no": logged})
    assert ok(reused)["number_of_lines"] == 2
    ok(client.post(f"/v1/segments/{segment}/save-criteria", json={"code": code}))
    again = client.post(f"/v1/segments/{other}/reuse-criteria", json={"code": code})
    assert ok(again)["number_of_lines"] == 2


def test_b2_2_only_who_says_so_pushes_what_the_header_has_already(client: httpx.Client, crm: Crm) -> None:
    segment = crm.segment()["no"]
    crm.line(segment, crm.contact()["no"])
    path = f"/v1/segments/{segment}"
    for body, expected in (
        ({"update_lines": False}, None),
        ({}, None),
        ({"update_lines": True}, "Spring"),
    ):
        ok(client.patch(path, json={"description": "Spring"} | body))
        assert ok(client.get(f"{path}/lines/10000"))["description"] == expected


@pytest.mark.parametrize("instead", [False, True], ids=["removed", "replaced"])
def test_b3_6_a_line_whose_contact_was_deleted_leaves_by_its_number(
    client: httpx.Client, crm: Crm, instead: bool
) -> None:
    segment, contact, code = crm.segment()["no"], crm.contact()["no"], crm.code()
    crm.line(segment, contact)
    ok(client.post(f"/v1/segments/{segment}/criteria-actions", json={"action": "reduce"}))
    ok(client.delete(f"/v1/contacts/{contact}"))
    ok(client.post(f"/v1/segments/{segment}/go-back"))
    line = f"/v1/segments/{segment}/lines/10000"

    if instead:
        ok(client.patch(line, json={"contact_no": crm.contact()["no"]}))
    else:
        assert client.delete(line).status_code == 200

    actions = ok(client.get(f"/v1/segments/{segment}/criteria-actions"))["items"]
    assert contact in actions[1]["filters"]["contact"]["no"]
    ok(client.post(f"/v1/segments/{segment}/save-criteria", json={"code": code}))
    reused = client.post(f"/v1/segments/{crm.segment()['no']}/reuse-criteria", json={"code": code})
    assert ok(reused)["number_of_lines"] == instead


@pytest.mark.parametrize("body", [{}, {"code": None}, {"code": "  "}])
def test_b8_saved_criteria_need_a_code(client: httpx.Client, crm: Crm, body: dict[str, Any]) -> None:
    segment = crm.segment()["no"]
    crm.line(segment, crm.contact()["no"])
    problem = refused(client.post(f"/v1/segments/{segment}/save-criteria", json=body), "mandatory-field")
    assert places(problem) == [["code"]]


def test_b3_a_line_keeps_a_contact(client: httpx.Client, crm: Crm) -> None:
    segment, contact = crm.segment()["no"], crm.contact()["no"]
    crm.line(segment, contact)
    path = f"/v1/segments/{segment}/lines/10000"
    problem = refused(client.patch(path, json={"contact_no": None, "cost": "9"}), "invalid-request")
    assert places(problem) == [["contact_no"]]
    line = ok(client.get(path))
    assert (line["contact_no"], line["cost"]) == (contact, "0")


def test_before_its_creation_there_is_no_segment(client: httpx.Client, crm: Crm) -> None:
    segment = crm.segment()["no"]
    refused(client.get(f"/v1/segments/{segment}", params={"version": 0}), "not-found")
    refused(client.get(f"/v1/segments/{segment}", params={"as_of": "2020-01-01T00:00:00Z"}), "not-found")


@pytest.mark.parametrize(
    ("values", "place", "message"),
    [
        ({"email": "x" * 81}, ["email"], "must not be longer than 80 characters"),
        (
            {"alternative_addresses": [{"code": " "}]},
            ["alternative_addresses", 0, "code"],
            "must not be blank",
        ),
        (
            {
                "alternative_addresses": [
                    {"code": code, "date_ranges": [{"starting_date": "2026-02-01"}]} for code in "AB"
                ]
            },
            ["alternative_addresses", 1, "date_ranges", 0, "starting_date"],
            "another period starts on the same day",
        ),
    ],
)
def test_a11_what_is_wrong_with_a_contact_is_said_of_its_field(
    client: httpx.Client, values: dict[str, Any], place: list[str], message: str
) -> None:
    answer = client.post("/v1/contacts", json={"type": "company", "name": "Alder"} | values)
    assert refused(answer, "invalid-request")["errors"] == [{"loc": place, "message": message}]
