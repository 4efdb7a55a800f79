"""What else can be done with the contacts of a segment: leave some out, export, give a mailing group."""

from __future__ import annotations

import csv
import io
from typing import Any

import httpx
import pytest

from tests.api.crm import Crm, ok, places, refused


@pytest.fixture
def family(client: httpx.Client, rnd: str) -> dict[str, str]:
    """A company with two people, and another company; by name."""
    made = {}
    for name, body in {
        "Birch": {"type": "company", "name": f"Birch {rnd}"},
        "Alder": {"type": "company", "name": f"Alder {rnd}", "external_id": "X1"},
    }.items():
        made[name] = client.post("/v1/contacts", json=body).json()["no"]
    for name in ("Yda", "Abe"):
        body = {"type": "person", "first_name": name, "surname": rnd, "company_no": made["Alder"]}
        made[name] = client.post("/v1/contacts", json=body).json()["no"]
    return made


def segment_with(client: httpx.Client, *contacts: str) -> str:
    no: str = client.post("/v1/segments", json={"description": "Some"}).json()["no"]
    for contact in contacts:
        assert client.post(f"/v1/segments/{no}/lines", json={"contact_no": contact}).status_code == 201
    return no


def add(client: httpx.Client, segment: str, contacts: dict[str, str], **others: Any) -> httpx.Response:
    filters = {"contact": {"no": "|".join(contacts.values())}}
    body = {"action": "add_contacts", "filters": filters, **others}
    return client.post(f"/v1/segments/{segment}/criteria-actions", json=body)


class TestLeavingOutOthers:
    def test_contacts_of_another_segment_stay_out_and_are_counted(
        self, client: httpx.Client, family: dict[str, str]
    ) -> None:
        other = segment_with(client, family["Yda"], family["Birch"])
        segment = segment_with(client)
        done = add(client, segment, family, exclude={"segments": [other]}).json()
        assert done["lines_added"] == 2
        assert done["skipped"]["elsewhere"] == 2
        assert done["exclude"] == {"segments": [other], "logged_segments": []}
        (action,) = client.get(f"/v1/segments/{segment}/criteria-actions").json()["items"]
        assert action["exclude"]["segments"] == [other]

    def test_contacts_of_a_logged_segment_stay_out(
        self, client: httpx.Client, family: dict[str, str], rnd: str
    ) -> None:
        client.put(f"/v1/salespeople/{rnd}S", json={"name": "Sara"})
        client.put(f"/v1/interaction-groups/{rnd}G", json={"description": "Letters"})
        template = {"description": "Letter", "interaction_group_code": f"{rnd}G"}
        client.put(f"/v1/interaction-templates/{rnd}T", json=template)
        header = {"interaction_template_code": f"{rnd}T", "salesperson_code": f"{rnd}S"}
        other = client.post("/v1/segments", json={"description": "Old", **header}).json()["no"]
        client.post(f"/v1/segments/{other}/lines", json={"contact_no": family["Abe"]})
        logged = client.post(f"/v1/segments/{other}/log").json()["logged_segment"]["entry_no"]
        segment = segment_with(client)
        done = add(client, segment, family, exclude={"logged_segments": [logged]}).json()
        assert (done["lines_added"], done["skipped"]["elsewhere"]) == (3, 1)

    def test_saved_criteria_leave_out_the_same(
        self, client: httpx.Client, family: dict[str, str], rnd: str
    ) -> None:
        other = segment_with(client, family["Yda"])
        segment = segment_with(client)
        add(client, segment, family, exclude={"segments": [other]})
        saved = client.post(f"/v1/segments/{segment}/save-criteria", json={"code": f"{rnd}C"}).json()
        assert saved["actions"][0]["exclude"]["segments"] == [other]
        again = segment_with(client)
        reused = client.post(f"/v1/segments/{again}/reuse-criteria", json={"code": f"{rnd}C"}).json()
        assert reused["number_of_lines"] == 3

    def test_saved_criteria_go_on_after_the_segment_they_leave_out_was_logged(
        self, client: httpx.Client, crm: Crm
    ) -> None:
        other = crm.loggable(contacts=2)["no"]
        filters = {"contact": {"no": f"{crm.prefix}*"}}
        body = {"action": "add_contacts", "filters": filters, "exclude": {"segments": [other]}}
        segment = segment_with(client)
        before = client.post(f"/v1/segments/{segment}/criteria-actions", json=body).json()
        assert before["skipped"]["elsewhere"] == 2
        newcomer = crm.contact()["no"]
        client.post(f"/v1/segments/{segment}/save-criteria", json={"code": crm.prefix})
        logged = client.post(f"/v1/segments/{other}/log").json()["logged_segment"]["entry_no"]
        again = segment_with(client)
        reused = client.post(f"/v1/segments/{again}/reuse-criteria", json={"code": crm.prefix})
        assert reused.json()["number_of_lines"] == 1
        (line,) = client.get(f"/v1/segments/{again}/lines").json()["items"]
        assert line["contact_no"] == newcomer
        # The one number and the other mean the same people.
        body["exclude"] = {"logged_segments": [logged]}
        address = f"/v1/segments/{segment_with(client)}/criteria-actions"
        assert client.post(address, params={"dry_run": True}, json=body).json()["lines_added"] == 1

    def test_b8_saved_criteria_go_on_after_what_they_leave_out_was_deleted(
        self, client: httpx.Client, crm: Crm
    ) -> None:
        other, logged, code = crm.segment()["no"], crm.logged()["entry_no"], crm.code()
        exclude = {"segments": [other], "logged_segments": [logged]}
        body = {
            "action": "add_contacts",
            "filters": {"contact": {"no": f"{crm.prefix}*"}},
            "exclude": exclude,
        }
        segment, again = crm.segment()["no"], crm.segment()["no"]
        assert ok(client.post(f"/v1/segments/{segment}/criteria-actions", json=body))["lines_added"] == 0
        ok(client.post(f"/v1/segments/{segment}/save-criteria", json={"code": code}))
        ok(client.delete(f"/v1/segments/{other}"))
        ok(client.post(f"/v1/logged-segments/{logged}/cancel"))
        ok(client.delete(f"/v1/logged-segments/{logged}"))

        reused = client.post(f"/v1/segments/{again}/reuse-criteria", json={"code": code})

        assert ok(reused)["number_of_lines"] == 1
        refused(client.post(f"/v1/segments/{again}/criteria-actions", json=body), "not-found")

    def test_a_segment_that_was_deleted_is_refused_at_its_place(
        self, client: httpx.Client, family: dict[str, str]
    ) -> None:
        other = segment_with(client, family["Yda"])
        client.delete(f"/v1/segments/{other}")
        answer = add(client, segment_with(client), family, exclude={"segments": [other]})
        assert places(refused(answer, "not-found")) == [["exclude", "segments", 0]]

    @pytest.mark.parametrize(
        ("exclude", "status"),
        [({"segments": ["NONE"]}, 404), ({"logged_segments": [999_999]}, 404), ({"others": []}, 422)],
    )
    def test_unknown_segments_are_refused(
        self, client: httpx.Client, family: dict[str, str], exclude: dict[str, Any], status: int
    ) -> None:
        assert add(client, segment_with(client), family, exclude=exclude).status_code == status

    def test_every_unknown_segment_is_named(self, client: httpx.Client, family: dict[str, str]) -> None:
        known = segment_with(client)
        exclude = {"segments": [known, "NONE", "NEITHER"], "logged_segments": [999_999]}
        answer = add(client, segment_with(client), family, exclude=exclude)
        wrong = [["segments", 1], ["segments", 2], ["logged_segments", 0]]
        assert places(refused(answer, "not-found")) == [["exclude", *place] for place in wrong]

    def test_it_goes_with_adding_only(self, client: httpx.Client) -> None:
        segment = segment_with(client)
        body = {"action": "reduce", "filters": {}, "exclude": {"segments": [segment]}}
        answer = client.post(f"/v1/segments/{segment}/criteria-actions", json=body)
        assert places(refused(answer, "invalid-request")) == [["exclude"]]


class TestExport:
    def test_has_36_columns_and_a_row_for_each_line_company_by_company(
        self, client: httpx.Client, family: dict[str, str]
    ) -> None:
        segment = segment_with(client, *family.values(), family["Abe"])
        answer = client.get(f"/v1/segments/{segment}/contacts.csv")
        assert answer.headers["content-type"].startswith("text/csv")
        header, *rows = csv.reader(io.StringIO(answer.text.lstrip("\ufeff")))
        assert len(header) == 36
        assert header[:2] == ["No.", "External ID"]
        assert header[-1] == "Salutation Code"
        numbers = [row[0] for row in rows]
        people = [family["Abe"], family["Abe"], family["Yda"]]
        assert numbers == [family["Alder"], *people, family["Birch"]]
        assert rows[0][1] == "X1"
        assert rows[1][header.index("Company No.")] == family["Alder"]

    def test_needs_a_key(self, anonymous: httpx.Client) -> None:
        assert anonymous.get("/v1/segments/NONE/contacts.csv").status_code == 401


class TestMailingGroup:
    def test_everybody_on_the_segment_gets_it_once(
        self, client: httpx.Client, family: dict[str, str], rnd: str
    ) -> None:
        client.put(f"/v1/mailing-groups/{rnd}M", json={"description": "News"})
        client.patch(f"/v1/contacts/{family['Abe']}", json={"mailing_groups": [f"{rnd}M"]})
        segment = segment_with(client, family["Abe"], family["Yda"])
        done = client.post(f"/v1/segments/{segment}/apply-mailing-group", json={"code": f"{rnd}m"})
        assert done.json() == {"added": 1, "removed": 0}
        for name in ("Abe", "Yda"):
            contact = client.get(f"/v1/contacts/{family[name]}").json()
            assert contact["mailing_groups"] == [f"{rnd}M"]
            assert contact["company_no"] == family["Alder"]

    def test_old_assignments_go_when_asked(
        self, client: httpx.Client, family: dict[str, str], rnd: str
    ) -> None:
        client.put(f"/v1/mailing-groups/{rnd}M", json={"description": "News"})
        client.patch(f"/v1/contacts/{family['Birch']}", json={"mailing_groups": [f"{rnd}M"]})
        segment = segment_with(client, family["Yda"])
        body = {"code": f"{rnd}M", "delete_old_assignments": True}
        done = client.post(f"/v1/segments/{segment}/apply-mailing-group", json=body)
        assert done.json() == {"added": 1, "removed": 1}
        assert client.get(f"/v1/contacts/{family['Birch']}").json()["mailing_groups"] == []

    def test_an_unknown_group_is_not_found(self, client: httpx.Client) -> None:
        answer = client.post(
            f"/v1/segments/{segment_with(client)}/apply-mailing-group", json={"code": "NONE"}
        )
        assert answer.status_code == 404

    def test_an_auditor_may_not(self, client: httpx.Client, client_for: Any) -> None:
        segment = segment_with(client)
        answer = client_for("auditor").post(f"/v1/segments/{segment}/apply-mailing-group", json={"code": "X"})
        assert answer.status_code == 403


class TestPrivacy:
    def test_a_blocked_contact_is_not_put_on_a_line_by_hand_either(
        self, client: httpx.Client, family: dict[str, str]
    ) -> None:
        segment = segment_with(client, family["Abe"])
        client.patch(f"/v1/contacts/{family['Yda']}", json={"privacy_blocked": True})
        line = {"contact_no": family["Yda"]}
        for answer in (
            client.post(f"/v1/segments/{segment}/lines", json=line),
            client.patch(f"/v1/segments/{segment}/lines/10000", json=line),
        ):
            assert (answer.status_code, answer.json()["type"]) == (409, "/problems/privacy-blocked")
        assert client.get(f"/v1/segments/{segment}").json()["number_of_lines"] == 1
