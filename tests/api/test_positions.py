"""Anything can be seen as it stood when the log was at a position, as by version or instant."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.api.crm import Crm, ok, places, refused


def position_of(client: httpx.Client, stream: str, version: int) -> int:
    """Where this version of a stream is in the log."""
    events = ok(client.get("/v1/events", params={"stream": stream, "limit": 1000}))["items"]
    return int(events[version - 1]["position"])


@pytest.fixture
def deleted(client: httpx.Client, crm: Crm) -> str:
    """A segment with a line whose description changed, that was deleted."""
    crm.contact(no=f"{crm.prefix}A", name="Alder")
    no: str = crm.segment(description="One")["no"]
    criteria = {"action": "add_contacts", "filters": {"contact": {"no": f"{crm.prefix}A"}}}
    ok(client.post(f"/v1/segments/{no}/criteria-actions", json=criteria))
    ok(client.patch(f"/v1/segments/{no}/lines/10000", json={"description": "Changed"}))
    ok(client.patch(f"/v1/segments/{no}", json={"description": "Two"}))
    ok(client.delete(f"/v1/segments/{no}"))
    return no


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/lines",
        "/lines/10000",
        "/lines/10000/explanation",
        "/criteria-actions",
        "/criteria-actions/1",
        "/criteria-actions/1/skipped",
    ],
)
def test_every_view_of_a_segment_is_the_one_of_the_version_at_that_position(
    client: httpx.Client, deleted: str, path: str
) -> None:
    address, stream = f"/v1/segments/{deleted}{path}", f"segment-{deleted}"
    seen = []
    for version in (2, 3, 4):
        at = position_of(client, stream, version)
        by_version = ok(client.get(address, params={"version": version}))
        assert ok(client.get(address, params={"position": at})) == by_version
        seen.append(by_version)
    if path in ("", "/lines", "/lines/10000"):
        assert any(one != seen[0] for one in seen)
    first = position_of(client, stream, 1)
    refused(client.get(address, params={"position": first - 1}), "not-found")


def test_positions_between_two_versions_show_the_earlier(client: httpx.Client, crm: Crm) -> None:
    no = crm.contact(name="Alder")["no"]
    ok(client.patch(f"/v1/contacts/{crm.contact(name='Other')['no']}", json={"name": "Another"}))
    ok(client.patch(f"/v1/contacts/{no}", json={"name": "Birch"}))
    changed = position_of(client, f"contact-{no}", 2)

    def name(at: int) -> Any:
        return ok(client.get(f"/v1/contacts/{no}", params={"position": at}))["name"]

    assert (name(changed - 1), name(changed), name(changed + 1_000_000)) == ("Alder", "Birch", "Birch")
    refused(client.get(f"/v1/contacts/{no}", params={"position": 0}), "invalid-request")
    reads = ok(client.get("/v1/audit/reads", params={"limit": 4}))["items"]
    assert [read["path"] for read in reads[1:]] == [f"/v1/contacts/{no}"] * 3, "and that is recorded"


def test_so_are_records(client: httpx.Client, crm: Crm) -> None:
    group = crm.record("interaction-groups")
    code = crm.template(interaction_group_code=group, unit_cost="1.50")
    position = position_of(client, f"interaction-template-{code}", 1)
    crm.record("interaction-templates", code, interaction_group_code=group, unit_cost="2.50")
    path = f"/v1/interaction-templates/{code}"
    assert ok(client.get(path, params={"position": position}))["unit_cost"] == "1.50"
    assert ok(client.get(path))["unit_cost"] == "2.50"


def test_lines_show_their_contacts_as_they_were_also_those_deleted_since(
    client: httpx.Client, crm: Crm
) -> None:
    company = crm.contact(name="Alder Works")["no"]
    values = {"company_no": company, "email": "ann@example.org", "correspondence_type": "email"}
    no = crm.contact(type="person", name="Ann Berg", language_code="NLD", **values)["no"]
    segment = crm.segment()["no"]
    for one in (no, company):
        crm.line(segment, one)
    path, stream = f"/v1/segments/{segment}/lines", f"segment-{segment}"
    then = ok(client.get(path))["items"]
    seen_at = ok(client.get("/v1/events", params={"stream": stream}))["items"][-1]["at"]
    ok(client.patch(f"/v1/contacts/{no}", json={"name": "Ann Birch", "email": None}))
    ok(client.patch(f"/v1/contacts/{company}", json={"name": "Birch Works"}))
    ok(client.delete(f"/v1/segments/{segment}"))
    ok(client.delete(f"/v1/contacts/{no}"))
    for moment in ({"version": 3}, {"position": position_of(client, stream, 3)}, {"as_of": seen_at}):
        assert ok(client.get(path, params=moment))["items"] == then
        assert ok(client.get(f"{path}/10000", params=moment)) == then[0]
    assert then[0]["contact_company_name"] == "Alder Works"


@pytest.mark.parametrize(
    ("asked", "place"),
    [
        ("as_of=2026-03-01T12:00:00Z&position=1", "position"),
        ("version=1&as_of=2026-03-01T12:00:00Z", "as_of"),
        ("version=1&position=1", "position"),
    ],
)
def test_one_moment_is_asked_for(client: httpx.Client, deleted: str, asked: str, place: str) -> None:
    problem = refused(client.get(f"/v1/segments/{deleted}?{asked}"), "invalid-request")
    assert places(problem) == [[place]]
