"""Documents, phone calls, comments and titles over HTTP (domain A8, A9, B14, B15, B19)."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.api.conftest import ClientFor
from tests.api.crm import Crm, ok, refused

LOG = "/v1/interaction-log-entries"
DOCUMENTS = f"{LOG}/documents"
SETUP = "/v1/interaction-template-setup"


@pytest.fixture
def template(client: httpx.Client, crm: Crm) -> str:
    """The template that invoices and calls get."""
    code = crm.template(description="Invoice", unit_cost="2.50", information_flow="outbound")
    ok(client.patch(SETUP, json={"sales_invoice": code, "outgoing_calls": code, "emails": code}))
    return code


class TestTemplateSetup:
    def test_has_a_template_for_each_kind_of_document(self, client: httpx.Client, template: str) -> None:
        shown = ok(client.get(SETUP))
        assert len(shown) == 30
        assert (shown["sales_invoice"], shown["sales_draft_invoice"]) == (template, None)
        assert ok(client.patch(SETUP, json={"emails": None})) == shown | {"emails": None}
        refused(client.delete(f"/v1/interaction-templates/{template}"), "in-use")

    def test_names_templates_that_exist(self, client: httpx.Client, client_for: ClientFor) -> None:
        refused(client.patch(SETUP, json={"cover_sheets": "NONE"}), "invalid-request")
        refused(client.patch(SETUP, json={"postcards": None}), "invalid-request")
        refused(client_for("auditor").patch(SETUP, json={}), "forbidden")


class TestDocuments:
    def test_are_recorded_with_the_customer_that_got_them(
        self, client: httpx.Client, crm: Crm, template: str
    ) -> None:
        number = crm.code()
        relation = {"code": crm.record("business-relations"), "link_to_table": "customer", "no": number}
        contact = crm.contact(business_relations=[relation])["no"]
        body = {
            "document_type": "sales_invoice",
            "document_no": "103001",
            "version_no": 2,
            "document_no_occurrence": 1,
            "account_type": "customer",
            "account_no": number,
            "date": "2026-03-02",
        }
        made = client.post(DOCUMENTS, json=body)
        entry = ok(made)["entry"]
        assert (made.status_code, made.headers["location"]) == (201, f"{LOG}/{entry['entry_no']}")
        assert ok(client.get(f"{LOG}/{entry['entry_no']}")) == entry
        assert entry["contact_no"] == contact
        assert {name: entry[name] for name in body if name in entry} == {
            name: value for name, value in body.items() if name in entry
        }
        assert (entry["interaction_template_code"], entry["cost"]) == (template, "2.50")
        assert (entry["description"], entry["salesperson_code"]) == ("Sales invoice 103001", None)
        for filters in (
            {"document_no": "103001", "contact_no": contact},
            {"document_type": "sales_invoice", "version_no": "2..", "contact_no": contact},
        ):
            assert ok(client.get(LOG, params=filters))["items"] == [entry]

    def test_are_passed_over_without_template_or_contact(
        self, client: httpx.Client, crm: Crm, template: str
    ) -> None:
        before = crm.position()
        contact = crm.contact(privacy_blocked=True)["no"]
        for body in (
            {"document_type": "purchase_quote", "contact_no": crm.contact()["no"]},
            {"document_type": "sales_invoice", "contact_no": "NONE"},
            {"document_type": "sales_invoice", "account_type": "vendor", "account_no": "NONE"},
            {"document_type": "sales_invoice"},
            {"document_type": "sales_invoice", "contact_no": contact},
        ):
            made = client.post(DOCUMENTS, json=body)
            assert made.status_code == 200
            assert ok(made)["entry"] is None
            assert ok(made)["reason"]
        assert crm.position() == before + 2

    @pytest.mark.parametrize("language", ["-", "ENG"])
    def test_a9_are_not_recorded_with_a_template_that_has_documents(
        self, client: httpx.Client, crm: Crm, template: str, language: str
    ) -> None:
        path = f"/v1/interaction-templates/{template}/documents/{language}"
        html = {"Content-Type": "text/html"}
        ok(client.put(path, params={"file_name": "letter.html"}, content=b"<p>Hello</p>", headers=html))
        body = {"document_type": "sales_invoice", "contact_no": crm.contact()["no"]}
        refused(client.post(DOCUMENTS, json=body), "conflict")

    def test_share_a_campaign_entry_by_their_kind(
        self, client: httpx.Client, crm: Crm, template: str
    ) -> None:
        body = {"contact_no": crm.contact()["no"], "campaign_no": crm.record("campaigns")}
        invoices = [
            ok(client.post(DOCUMENTS, json=body | {"document_type": "sales_invoice"}))["entry"]
            for _ in range(2)
        ]
        refused(client.post(DOCUMENTS, json=body | {"document_type": "emails"}), "mandatory-field")
        body["salesperson_code"] = crm.record("salespeople")
        mail = ok(client.post(DOCUMENTS, json=body | {"document_type": "emails"}))["entry"]
        assert mail["document_type"] is None
        assert invoices[0]["campaign_entry_no"] == invoices[1]["campaign_entry_no"]
        assert mail["campaign_entry_no"] != invoices[0]["campaign_entry_no"]
        entries = ok(client.get("/v1/campaign-entries", params={"campaign_no": body["campaign_no"]}))["items"]
        assert [entry["document_type"] for entry in entries] == ["sales_invoice", None]

    def test_lose_the_type_email_where_there_is_no_address(
        self, client: httpx.Client, crm: Crm, template: str
    ) -> None:
        for email, kept in ((None, None), ("ann@example.org", "email")):
            contact = crm.contact(email=email)["no"]
            body = {"document_type": "sales_invoice", "contact_no": contact, "correspondence_type": "email"}
            assert ok(client.post(DOCUMENTS, json=body))["entry"]["correspondence_type"] == kept

    def test_a_wrong_one_is_refused(self, client: httpx.Client, crm: Crm, template: str) -> None:
        body = {"document_type": "sales_invoice", "contact_no": crm.contact()["no"]}
        for wrong in (
            {"document_type": "postcard"},
            {"account_type": "customer"},
            {"campaign_no": "NONE"},
            {"salesperson_code": "NONE"},
            {"task_no": 999_999_999},
        ):
            refused(client.post(DOCUMENTS, json=body | wrong), "invalid-request")


class TestPhoneCall:
    def test_takes_over_what_the_line_says(self, client: httpx.Client, crm: Crm, template: str) -> None:
        campaign = crm.record("campaigns")
        segment = crm.loggable(campaign_no=campaign, campaign_target=True)
        (line,) = ok(client.get(f"/v1/segments/{segment['no']}/lines"))["items"]
        ok(client.patch(f"/v1/contacts/{line['contact_no']}", json={"phone_no": "026 1234"}))
        path = f"/v1/segments/{segment['no']}/lines/10000/phone-call"
        body = {"evaluation": "positive", "attempt_failed": True, "comments": ["Not at home"]}
        made = client.post(path, json=body)
        entry = ok(made)
        assert (made.status_code, made.headers["location"]) == (201, f"{LOG}/{entry['entry_no']}")
        for name in ("contact_no", "salesperson_code", "campaign_no", "campaign_target", "description"):
            assert entry[name] == line[name]
        assert (entry["interaction_template_code"], entry["contact_via"]) == (template, "026 1234")
        assert (entry["evaluation"], entry["attempt_failed"]) == ("positive", True)
        assert (entry["segment_no"], entry["correspondence_type"]) == (None, None)
        assert [comment["comment"] for comment in entry["comments"]] == ["Not at home"]
        assert entry["campaign_entry_no"] is not None
        line = ok(client.get(f"/v1/segments/{segment['no']}/lines/10000"))
        assert (line["contact_via"], line["evaluation"]) == ("026 1234", None)
        again = ok(client.post(path, json={"contact_via": "06 5678"}))
        assert again["contact_via"] == "06 5678"
        assert ok(client.get(f"/v1/segments/{segment['no']}/lines/10000"))["contact_via"] == "06 5678"

    def test_needs_a_template_for_calls(self, client: httpx.Client, crm: Crm, template: str) -> None:
        segment = crm.loggable()["no"]
        path = f"/v1/segments/{segment}/lines/10000/phone-call"
        refused(client.post(f"/v1/segments/{segment}/lines/20000/phone-call"), "not-found")
        stale = client.post(path, headers={"If-Match": '"1"'})
        refused(stale, "version-conflict")
        ok(client.patch(SETUP, json={"outgoing_calls": None}))
        before = crm.position()
        refused(client.post(path), "mandatory-field")
        assert crm.position() == before


@pytest.fixture
def call(crm: Crm) -> dict[str, Any]:
    """What recording a call needs."""
    return {
        "contact_no": crm.contact(type="person", first_name="Anna", surname="Berg")["no"],
        "interaction_template_code": crm.template(description="Call"),
        "salesperson_code": crm.record("salespeople", name="Sara Lind"),
        "description": "Called",
    }


class TestTitle:
    @pytest.mark.parametrize(
        ("flow", "title"),
        [(None, "Call"), ("outbound", "Call - by Sara Lind"), ("inbound", "Call - from Anna Berg")],
    )
    @pytest.mark.parametrize("prefer", ["", "respond-async"])
    def test_is_the_template_and_who_it_came_from(
        self, client: httpx.Client, call: dict[str, Any], flow: str | None, title: str, prefer: str
    ) -> None:
        made = client.post(LOG, json=call | {"information_flow": flow}, headers={"Prefer": prefer})
        assert ok(made)["title"] == title
        position = {"Event-Position": made.headers["event-position"]}
        listed_with = {"contact_no": call["contact_no"]}
        (listed,) = ok(client.get(LOG, params=listed_with, headers=position))["items"]
        assert listed["title"] == title
        filters = {"contact_no": call["contact_no"], "title": f"{title[:6]}*"}
        assert ok(client.get(LOG, params=filters))["items"] == [listed]

    def test_names_the_user_where_there_is_no_salesperson(
        self, client: httpx.Client, crm: Crm, template: str
    ) -> None:
        body = {"document_type": "sales_invoice", "contact_no": crm.contact()["no"]}
        entry = ok(client.post(DOCUMENTS, json=body))["entry"]
        assert entry["title"] == f"Invoice - by {entry['user_id']}"


class TestComments:
    def test_can_be_changed_and_deleted(self, client: httpx.Client, call: dict[str, Any]) -> None:
        entry = ok(client.post(LOG, json=call | {"comments": ["First", "Second"]}))["entry_no"]
        path = f"{LOG}/{entry}/comments"
        changed = ok(client.patch(f"{path}/1", json={"comment": "First of all"}))
        assert [c["comment"] for c in changed["comments"]] == ["First of all", "Second"]
        left = ok(client.delete(f"{path}/1"))["comments"]
        assert [(c["line_no"], c["comment"]) for c in left] == [(2, "Second")]
        refused(client.delete(f"{path}/1"), "not-found")
        refused(client.patch(f"{path}/1", json={"comment": "Again"}), "not-found")
        refused(client.patch(f"{path}/2", json={"comment": " "}), "invalid-request")
        refused(client.patch(f"{LOG}/999999999/comments/1", json={"comment": "Again"}), "not-found")

    def test_of_a_logged_segment_are_told_in_its_history(self, client: httpx.Client, crm: Crm) -> None:
        segment = crm.logged()["segment_no"]
        (entry,) = ok(client.get(LOG, params={"segment_no": segment}))["items"]
        path = f"{LOG}/{entry['entry_no']}/comments"
        ok(client.post(path, json={"comment": "First"}))
        ok(client.patch(f"{path}/1", json={"comment": "Better"}))
        ok(client.delete(f"{path}/1"))
        texts = [step["text"] for step in ok(client.get(f"/v1/segments/{segment}/history"))["items"]]
        assert texts[-2:] == [
            f"Changed comment 1 on entry {entry['entry_no']}: Better",
            f"Deleted comment 1 on entry {entry['entry_no']}.",
        ]

    def test_are_answered_also_when_nobody_waits(self, client: httpx.Client, call: dict[str, Any]) -> None:
        body = call | {"comments": ["First", "Second"]}
        made = client.post(LOG, json=body, headers={"Prefer": "respond-async"})
        position = {"Event-Position": made.headers["event-position"]}
        assert ok(client.get(f"{LOG}/{ok(made)['entry_no']}", headers=position)) == ok(made)

    def test_are_replaced_on_resume_if_given(self, client: httpx.Client, call: dict[str, Any]) -> None:
        for given, kept in (({}, ["Begun"]), ({"comments": ["Done"]}, ["Done"]), ({"comments": []}, [])):
            begun = {"contact_no": call["contact_no"], "postponed": True, "comments": ["Begun"]}
            entry = ok(client.post(LOG, json=begun))["entry_no"]
            ok(client.post(f"{LOG}/{entry}/resume", json=call | given))
            comments = ok(client.get(f"{LOG}/{entry}"))["comments"]
            assert [comment["comment"] for comment in comments] == kept


def test_a_reason_to_cancel_is_kept_for_auditors(client: httpx.Client, call: dict[str, Any]) -> None:
    entry = ok(client.post(LOG, json=call))["entry_no"]
    ok(client.post(f"{LOG}/{entry}/cancel", json={"reason": "Wrong person"}))
    ok(client.post(f"{LOG}/{entry}/uncancel", json={"reason": "Right person"}))
    events = ok(client.get("/v1/events", params={"stream": f"interaction-{entry}"}))["items"]
    assert [event["data"].get("reason") for event in events] == [None, "Wrong person", "Right person"]
    refused(client.post(f"{LOG}/{entry}/cancel", json={"because": "Wrong"}), "invalid-request")


class TestContacts:
    def test_with_interactions_keep_their_type(self, client: httpx.Client, call: dict[str, Any]) -> None:
        path = f"/v1/contacts/{call['contact_no']}"
        ok(client.patch(path, json={"type": "company"}))
        ok(client.patch(path, json={"type": "person"}))
        entry = ok(client.post(LOG, json=call))["entry_no"]
        refused(client.patch(path, json={"type": "company"}), "conflict")
        rows = f"no,type\n{call['contact_no']},company\n"
        imported = client.post("/v1/contacts/import", content=rows, headers={"Content-Type": "text/csv"})
        assert ok(imported)["rejected_total"] == 1
        ok(client.post(f"{LOG}/{entry}/cancel"))
        ok(client.post(f"{LOG}/delete-canceled", params={"entry_no": entry}))
        ok(client.patch(path, json={"type": "company"}))

    def test_that_are_deleted_leave_their_interactions(
        self, client: httpx.Client, crm: Crm, call: dict[str, Any]
    ) -> None:
        company = crm.contact()["no"]
        person = call["contact_no"]
        ok(client.patch(f"/v1/contacts/{person}", json={"company_no": company}))
        entry = ok(client.post(LOG, json=call))["entry_no"]
        ok(client.delete(f"/v1/contacts/{person}"))
        shown = ok(client.get(f"{LOG}/{entry}"))
        assert (shown["contact_no"], shown["contact_company_no"]) == (company, company)
        ok(client.delete(f"/v1/contacts/{company}"))
        shown = ok(client.get(f"{LOG}/{entry}"))
        assert (shown["contact_no"], shown["contact_company_no"]) == (None, None)

    def test_know_the_open_segments_that_they_are_on(self, client: httpx.Client, crm: Crm) -> None:
        contact = crm.contact()["no"]
        first, second = (crm.segment(description=text)["no"] for text in ("Spring", "Summer"))
        crm.line(first, contact)
        crm.line(second, crm.contact()["no"])
        crm.line(second, contact)
        crm.line(second, contact)
        path = f"/v1/contacts/{contact}/segments"
        items = ok(client.get(path))["items"]
        assert [(item["segment_no"], item["description"], item["line_nos"]) for item in items] == [
            (first, "Spring", [10_000]),
            (second, "Summer", [20_000, 30_000]),
        ]
        ok(client.delete(f"/v1/segments/{first}"))
        assert [item["segment_no"] for item in ok(client.get(path))["items"]] == [second]
        refused(client.get("/v1/contacts/NONE/segments"), "not-found")


def test_a_logged_segment_says_how_far_its_letters_are(client: httpx.Client, crm: Crm) -> None:
    logged = crm.logged(2)
    nothing = {"in_progress": 0, "sent": 0, "error": 0}
    assert logged["delivery"] == nothing
    assert ok(client.get(f"/v1/logged-segments/{logged['entry_no']}"))["delivery"] == nothing
    listed = ok(client.get("/v1/logged-segments", params={"entry_no": logged["entry_no"]}))["items"]
    assert [item["delivery"] for item in listed] == [nothing]
