"""What is printed for a segment: labels, cover sheets, the report (domain B18.3 to B18.5)."""

from __future__ import annotations

import csv
import io
from typing import Any

import httpx
import pypdfium2
import pytest

from tests.api.conftest import ClientFor
from tests.api.crm import Crm, ok, places, refused

HARBOUR = {"address": "Havenkade 1", "post_code": "8011 AA", "city": "Zwolle"}


@pytest.fixture
def segment(crm: Crm) -> dict[str, str]:
    """Two companies and two people of the second, in no good order: the numbers by name."""
    alder = crm.contact(name="Alder & Zn", **HARBOUR)["no"]
    birch = crm.contact(name="Birch", address="Berglaan 2", city="Arnhem")["no"]
    people = {
        name: crm.contact(type="person", name=name, company_no=alder)["no"] for name in ("Yda", "Abe Müller")
    }
    no = crm.segment(description="Spring", date="2026-03-09")["no"]
    for contact in (people["Yda"], birch, people["Abe Müller"], alder):
        crm.line(no, contact)
    return {"no": no, "Alder": alder, "Birch": birch, "Yda": people["Yda"], "Abe": people["Abe Müller"]}


def labels(client: httpx.Client, no: str, **asked: Any) -> list[str]:
    answer = client.get(f"/v1/segments/{no}/labels.pdf", params=asked)
    return pages(answer)


def pages(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 200, answer.text[:500]
    assert answer.headers["content-type"] == "application/pdf"
    found = pypdfium2.PdfDocument(answer.content)
    return [str(page.get_textpage().get_text_range()).replace("\r\n", "\n") for page in found]


def in_order(text: str, *words: str) -> bool:
    return sorted(words, key=text.index) == list(words)


class TestLabels:
    @pytest.mark.parametrize("form", ["36x70", "37x70", "36x105", "37x105"])
    def test_there_is_one_for_each_line_company_by_company(
        self, client: httpx.Client, segment: dict[str, str], form: str
    ) -> None:
        (sheet,) = labels(client, segment["no"], format=form)
        assert sheet.count("8011 AA Zwolle") == 3
        assert in_order(sheet, "Abe Müller", "Yda", "Birch")
        assert sheet.startswith("Alder & Zn\n")

    def test_a_contact_on_two_lines_has_two(
        self, client: httpx.Client, crm: Crm, segment: dict[str, str]
    ) -> None:
        crm.line(segment["no"], segment["Yda"])
        assert labels(client, segment["no"])[0].count("Yda") == 2

    def test_an_unknown_format_is_refused_with_those_that_there_are(
        self, client: httpx.Client, segment: dict[str, str]
    ) -> None:
        answer = client.get(f"/v1/segments/{segment['no']}/labels.pdf", params={"format": "38x90"})
        problem = refused(answer, "invalid-request")
        assert places(problem) == [["format"]]
        assert all(name in problem["detail"] for name in ("36x70", "37x70", "36x105", "37x105"))

    def test_the_address_is_that_of_the_line_on_its_date(
        self, client: httpx.Client, crm: Crm, segment: dict[str, str]
    ) -> None:
        summer = {
            "code": "SUMMER",
            "address": "Strand 7",
            "city": "Domburg",
            "date_ranges": [{"starting_date": "2026-06-01", "ending_date": "2026-08-31"}],
        }
        ok(client.patch(f"/v1/contacts/{segment['Alder']}", json={"alternative_addresses": [summer]}))
        assert "Domburg" not in labels(client, segment["no"])[0]
        ok(client.patch(f"/v1/segments/{segment['no']}", json={"date": "2026-07-01"}))
        # Its people are where the company is.
        assert labels(client, segment["no"])[0].count("Domburg") == 3

    def test_a_part_of_them_can_be_asked_for(self, client: httpx.Client, segment: dict[str, str]) -> None:
        (sheet,) = labels(client, segment["no"], first=2, count=1)
        assert "Abe Müller" in sheet
        assert "Yda" not in sheet
        assert "Birch" not in sheet

    def test_behind_the_last_one_there_are_none(self, client: httpx.Client, segment: dict[str, str]) -> None:
        answer = client.get(f"/v1/segments/{segment['no']}/labels.pdf", params={"first": 5})
        assert places(refused(answer, "invalid-request")) == [["first"]]

    def test_more_than_are_made_at_once_are_refused(
        self, client: httpx.Client, segment: dict[str, str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("application.papers.MOST_LABELS", 3)
        answer = client.get(f"/v1/segments/{segment['no']}/labels.pdf")
        assert "first and count" in refused(answer, "too-large")["detail"]
        assert labels(client, segment["no"], first=2)

    def test_a_segment_without_lines_has_an_empty_sheet(self, client: httpx.Client, crm: Crm) -> None:
        assert labels(client, crm.segment()["no"]) == [""]

    def test_there_are_none_of_what_is_not_there_or_was_logged(self, client: httpx.Client, crm: Crm) -> None:
        refused(client.get("/v1/segments/NONE/labels.pdf"), "not-found")
        logged = crm.logged()["segment_no"]
        refused(client.get(f"/v1/segments/{logged}/labels.pdf"), "segment-logged")


class TestCoverSheets:
    @pytest.fixture
    def template(self, client: httpx.Client, crm: Crm) -> str:
        code = crm.template(unit_cost="1.50", initiated_by="us")
        ok(client.patch("/v1/interaction-template-setup", json={"cover_sheets": code}))
        return code

    def preview(self, client: httpx.Client, no: str, **asked: Any) -> list[str]:
        headers = {"Work-Date": "2026-03-05"}
        return pages(client.get(f"/v1/segments/{no}/cover-sheets.pdf", params=asked, headers=headers))

    def test_there_is_one_for_each_contact_with_texts_boxes_and_the_own_company(
        self, client: httpx.Client, crm: Crm, segment: dict[str, str]
    ) -> None:
        ok(client.patch("/v1/setup", json={"company": {"name": "Noorderlicht", "city": "Assen"}}))
        crm.line(segment["no"], segment["Yda"])
        asked = {"text": ["The catalogue", "", "See you"], "remark": ["as_agreed"]}
        sheets = self.preview(client, segment["no"], **asked)
        assert len(sheets) == 4
        assert ["Yda" in sheet for sheet in sheets] == [False, False, True, False]
        for sheet in sheets:
            for words in ("Noorderlicht", "Assen", "5 March 2026", "The catalogue", "See you", "☒ As agreed"):
                assert words in sheet
            assert sheet.count("☐") == 6

    def test_the_preview_records_nothing(
        self, client: httpx.Client, crm: Crm, segment: dict[str, str], template: str
    ) -> None:
        before = crm.position()
        self.preview(client, segment["no"])
        assert crm.position() == before

    @pytest.mark.parametrize(
        ("asked", "field"), [({"text": ["a"] * 6}, "text"), ({"remark": ["urgent"]}, "remark")]
    )
    def test_a_sixth_text_and_an_unknown_box_are_refused(
        self, client: httpx.Client, segment: dict[str, str], asked: dict[str, Any], field: str
    ) -> None:
        answer = client.get(f"/v1/segments/{segment['no']}/cover-sheets.pdf", params=asked)
        assert places(refused(answer, "invalid-request"))[0][0] == field

    def test_logging_them_records_an_interaction_with_each_contact(
        self, client: httpx.Client, crm: Crm, segment: dict[str, str], template: str
    ) -> None:
        campaign = crm.record("campaigns")
        ok(client.patch(f"/v1/segments/{segment['no']}", json={"campaign_no": campaign}))
        other = crm.record("campaigns")
        ok(client.patch(f"/v1/segments/{segment['no']}/lines/20000", json={"campaign_no": other}))
        salesperson = crm.record("salespeople")
        ok(client.patch(f"/v1/contacts/{segment['Yda']}", json={"salesperson_code": salesperson}))
        before = crm.position()

        headers = {"Idempotency-Key": crm.code(), "Work-Date": "2026-03-05"}
        address, body = f"/v1/segments/{segment['no']}/cover-sheets", {"texts": ["The catalogue"]}
        answer = client.post(address, json=body, headers=headers)
        again = client.post(address, json=body, headers=headers)

        assert len(pages(answer)) == 4
        assert int(answer.headers["Event-Position"]) == crm.position() == before + 4
        assert again.content == answer.content
        filters = {"contact_no": f"{crm.prefix}*", "document_type": "cover_sheet"}
        entries = ok(client.get("/v1/interaction-log-entries", params=filters))["items"]
        assert [entry["contact_no"] for entry in entries] == [
            segment[name] for name in ("Alder", "Abe", "Yda", "Birch")
        ]
        assert {entry["interaction_template_code"] for entry in entries} == {template}
        assert {(entry["date"], entry["cost"]) for entry in entries} == {("2026-03-05", "1.50")}
        assert [entry["campaign_no"] for entry in entries] == [campaign, campaign, campaign, other]
        assert entries[2]["salesperson_code"] == salesperson
        numbers = [entry["campaign_entry_no"] for entry in entries]
        assert numbers[0] == numbers[1] == numbers[2] != numbers[3]
        counted = ok(client.get(f"/v1/campaign-entries/{numbers[0]}"))
        assert (counted["number_of_interactions"], counted["document_type"]) == (3, "cover_sheet")
        assert ok(client.get(f"/v1/segments/{segment['no']}"))["number_of_lines"] == 4

    def test_more_for_the_same_campaign_go_into_the_same_entry(
        self, client: httpx.Client, crm: Crm, segment: dict[str, str], template: str
    ) -> None:
        campaign = crm.record("campaigns")
        ok(client.patch(f"/v1/segments/{segment['no']}", json={"campaign_no": campaign}))
        for first in (1, 3):
            body = {"first": first, "count": 2}
            assert len(pages(client.post(f"/v1/segments/{segment['no']}/cover-sheets", json=body))) == 2
        (entry,) = ok(client.get("/v1/campaign-entries", params={"campaign_no": campaign}))["items"]
        assert entry["number_of_interactions"] == 4

    def test_all_are_recorded_or_none(
        self, client: httpx.Client, crm: Crm, segment: dict[str, str], template: str
    ) -> None:
        ok(client.patch(f"/v1/contacts/{segment['Birch']}", json={"privacy_blocked": True}))
        before = crm.position()
        answer = client.post(f"/v1/segments/{segment['no']}/cover-sheets", json={})
        assert segment["Birch"] in refused(answer, "privacy-blocked")["detail"]
        assert crm.position() == before

    def test_nothing_is_recorded_unless_wanted(
        self, client: httpx.Client, crm: Crm, segment: dict[str, str]
    ) -> None:
        before = crm.position()
        body = {"log_interaction": False}
        assert len(pages(client.post(f"/v1/segments/{segment['no']}/cover-sheets", json=body))) == 4
        assert crm.position() == before

    def test_needs_a_template_for_cover_sheets(self, client: httpx.Client, segment: dict[str, str]) -> None:
        ok(client.patch("/v1/interaction-template-setup", json={"cover_sheets": None}))
        answer = client.post(f"/v1/segments/{segment['no']}/cover-sheets", json={})
        assert places(refused(answer, "mandatory-field")) == [["cover_sheets"]]

    def test_needs_contacts(self, client: httpx.Client, crm: Crm, template: str) -> None:
        no = crm.segment()["no"]
        assert len(self.preview(client, no)) == 1
        refused(client.post(f"/v1/segments/{no}/cover-sheets", json={}), "segment-empty")


class TestErasedContacts:
    """They have no address any more (ADR 16)."""

    @pytest.fixture
    def erased(self, client: httpx.Client, crm: Crm, segment: dict[str, str]) -> dict[str, str]:
        crm.line(segment["no"], segment["Yda"])
        ok(client.post(f"/v1/contacts/{segment['Yda']}/erase", json={"reason": "Asked to be forgotten"}))
        return segment

    def test_have_no_label_and_the_answer_says_how_many(
        self, client: httpx.Client, erased: dict[str, str]
    ) -> None:
        answer = client.get(f"/v1/segments/{erased['no']}/labels.pdf")
        (sheet,) = pages(answer)
        assert answer.headers["left-out"] == "2"
        assert [sheet.count(text) for text in ("8011 AA Zwolle", "Birch", "Yda")] == [2, 1, 0]
        assert sheet.startswith("Alder & Zn\n")

    def test_are_not_counted_when_a_part_is_asked_for(
        self, client: httpx.Client, erased: dict[str, str]
    ) -> None:
        (sheet,) = labels(client, erased["no"], first=3)
        assert sheet.startswith("Birch\n")
        refused(client.get(f"/v1/segments/{erased['no']}/labels.pdf?first=4"), "invalid-request")

    def test_leave_others_their_labels(self, client: httpx.Client, crm: Crm, segment: dict[str, str]) -> None:
        answer = client.get(f"/v1/segments/{segment['no']}/labels.pdf")
        assert answer.headers["left-out"] == "0"

    def test_have_no_cover_sheet_and_no_interaction(
        self, client: httpx.Client, crm: Crm, erased: dict[str, str]
    ) -> None:
        ok(client.patch("/v1/interaction-template-setup", json={"cover_sheets": crm.template()}))
        address = f"/v1/segments/{erased['no']}/cover-sheets"
        preview = client.get(f"{address}.pdf")
        headers = {"Idempotency-Key": crm.code()}
        logged, again = (client.post(address, json={}, headers=headers) for _ in range(2))
        for answer in (preview, logged, again):
            assert len(pages(answer)) == 3
            assert answer.headers["left-out"] == "1"
        filters = {"contact_no": f"{crm.prefix}*", "document_type": "cover_sheet"}
        entries = ok(client.get("/v1/interaction-log-entries", params=filters))["items"]
        assert {entry["contact_no"] for entry in entries} == {
            erased[name] for name in ("Alder", "Abe", "Birch")
        }

    def test_alone_on_a_segment_leave_nothing_to_print(self, client: httpx.Client, crm: Crm) -> None:
        contact, no = crm.contact()["no"], crm.segment()["no"]
        crm.line(no, contact)
        ok(client.post(f"/v1/contacts/{contact}/erase", json={"reason": "Asked to be forgotten"}))
        ok(client.patch("/v1/interaction-template-setup", json={"cover_sheets": crm.template()}))
        assert labels(client, no) == [""]
        answer = client.post(f"/v1/segments/{no}/cover-sheets", json={})
        assert "erased" in refused(answer, "segment-empty")["detail"]


class TestReport:
    def test_has_the_lines_in_company_order_with_contacts_and_statistics(
        self, client: httpx.Client, crm: Crm, segment: dict[str, str]
    ) -> None:
        entry = {
            "contact_no": segment["Yda"],
            "interaction_template_code": crm.template(),
            "salesperson_code": crm.record("salespeople"),
            "date": "2026-02-01",
            "description": "Call",
            "cost": "3.00",
            "duration_minutes": 7,
        }
        ok(client.post("/v1/interaction-log-entries", json=entry))
        answer = client.get(f"/v1/segments/{segment['no']}/report.csv")
        assert answer.headers["content-type"].startswith("text/csv")
        rows = list(csv.DictReader(io.StringIO(answer.text.lstrip("\ufeff"))))
        assert [row["Contact No."] for row in rows] == [
            segment[name] for name in ("Alder", "Abe", "Yda", "Birch")
        ]
        assert [row["Line No."] for row in rows] == ["40000", "30000", "10000", "20000"]
        yda = rows[2]
        assert (yda["Description"], yda["Date"], yda["Company Name"]) == (
            "Spring",
            "2026-03-09",
            "Alder & Zn",
        )
        assert (yda["No. of Interactions"], yda["Cost"], yda["Duration (Min.)"]) == ("1", "3.00", "7")
        assert yda["Date of Last Interaction"] == "2026-02-01"
        # A company counts what happened with its people (domain B16).
        assert [row["No. of Interactions"] for row in rows] == ["1", "0", "1", "0"]


def test_everything_is_in_the_order_of_the_lines_company_by_company(
    client: httpx.Client, crm: Crm, segment: dict[str, str]
) -> None:
    """Whatever says the order says the same one (domain B5, step 6)."""
    alone = {"type": "person", "company_name": "Zwan"}
    for name in ("Zoë", "Åke", "abe", "Abe"):
        crm.line(segment["no"], crm.contact(name=name, **alone)["no"])
    crm.line(segment["no"], crm.contact(name="Birch")["no"])
    crm.line(segment["no"], segment["Abe"])
    lines = ok(client.get(f"/v1/segments/{segment['no']}/lines", params={"sort": "company"}))["items"]
    expected = [line["contact_no"] for line in lines]
    for file, column in (("report.csv", "Contact No."), ("contacts.csv", "No.")):
        text = client.get(f"/v1/segments/{segment['no']}/{file}").text.lstrip("\ufeff")
        assert [row[column] for row in csv.DictReader(io.StringIO(text))] == expected


class TestWhoMay:
    @pytest.mark.parametrize("path", ["labels.pdf", "cover-sheets.pdf", "report.csv"])
    def test_everybody_who_reads_may_print(
        self, client_for: ClientFor, anonymous: httpx.Client, segment: dict[str, str], path: str
    ) -> None:
        assert client_for("reporter").get(f"/v1/segments/{segment['no']}/{path}").status_code == 200
        refused(anonymous.get(f"/v1/segments/{segment['no']}/{path}"), "unauthorized")

    def test_only_marketers_may_log_cover_sheets(
        self, client_for: ClientFor, segment: dict[str, str]
    ) -> None:
        answer = client_for("auditor").post(f"/v1/segments/{segment['no']}/cover-sheets", json={})
        refused(answer, "forbidden")
