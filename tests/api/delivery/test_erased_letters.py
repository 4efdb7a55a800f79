"""Letters of a contact that was erased: they cannot be made any more, which is said and holds nobody up."""

from __future__ import annotations

import csv
import hashlib
import io
import zipfile
from typing import Any

import httpx
import pytest

from correspondence.mail_server import _answer
from eventstore.contents import MissingContentError
from tests.api.crm import Crm, ok, refused
from tests.api.delivery.mailing import PAGE, Mailing, until
from tests.api.running import RunningService
from tests.mailbox import Mailbox

pytestmark = pytest.mark.usefixtures("friendly")


def erase(crm: Crm, no: str) -> None:
    ok(crm.client.post(f"/v1/contacts/{no}/erase", json={"reason": "Asked to be forgotten"}))


def of(mailing: Mailing, no: str) -> Any:
    return next(entry for entry in mailing.entries() if entry["contact_no"] == no)


def test_one_cannot_be_had_and_the_others_can(crm: Crm, box: Mailbox) -> None:
    mailing = Mailing(crm)
    gone, stays = mailing.put(email="ann@example.org"), mailing.put(first_name="Bo", email="bo@example.org")
    mailing.log()
    mailing.done()
    address = f"/v1/interaction-log-entries/{of(mailing, gone)['entry_no']}/document"
    assert ok_bytes(crm.client.get(address))
    erase(crm, gone)
    answer = crm.client.get(address)
    refused(answer, "no-document")
    assert "erased" in answer.json()["detail"]
    files = crm.client.get(f"/v1/logged-segments/{mailing.entry_no}/documents.zip", params={"format": "docx"})
    with zipfile.ZipFile(io.BytesIO(ok_bytes(files))) as archive:
        rows = list(csv.DictReader(io.StringIO(archive.read("index.csv").decode("utf-8-sig"))))
        assert len(archive.namelist()) == 2
    assert {row["contact_no"]: row["as_sent"] for row in rows} == {gone: "erased", stays: "yes"}
    erase(crm, stays)
    refused(crm.client.get(f"/v1/logged-segments/{mailing.entry_no}/documents.zip"), "no-document")


def test_a_personal_document_goes_even_if_it_went_out_as_it_was(
    crm: Crm, box: Mailbox, running: RunningService
) -> None:
    mailing = Mailing(crm, PAGE)
    no = mailing.put(email="ann@example.org")
    (line,) = ok(crm.client.get(f"/v1/segments/{mailing.segment}/lines"))["items"]
    document = f"/v1/segments/{mailing.segment}/lines/{line['line_no']}/document"
    personal = b"<html><body><p>Ann, the kestrels miss you</p></body></html>"
    ok(crm.client.put(document, content=personal, headers={"Content-Type": "text/html"}))
    mailing.log()
    (entry,) = mailing.done()
    assert entry["delivery_status"] == "sent"
    kept = [hashlib.sha256(personal).hexdigest()]
    assert running.service.log.contents.load(kept)
    erase(crm, no)
    with pytest.raises(MissingContentError):
        running.service.log.contents.load(kept)
    assert ok(crm.client.post("/v1/audit/verify"))["ok"]


def ok_bytes(response: httpx.Response) -> bytes:
    assert response.status_code == 200, response.text
    return response.content


def test_on_a_worksheet_there_is_none_to_preview(crm: Crm) -> None:
    mailing = Mailing(crm)
    no = mailing.put(email="ann@example.org")
    (line,) = ok(crm.client.get(f"/v1/segments/{mailing.segment}/lines"))["items"]
    path = f"/v1/segments/{mailing.segment}/lines/{line['line_no']}/preview"
    assert ok_bytes(crm.client.get(path))
    erase(crm, no)
    answer = crm.client.get(path)
    refused(answer, "no-document")
    assert "erased" in answer.json()["detail"]


def test_what_was_not_sent_yet_is_not_sent_and_others_are(crm: Crm, box: Mailbox) -> None:
    mailing = Mailing(crm)
    gone, stays = mailing.put(email="ann@example.org"), mailing.put(first_name="Bo", email="bo@example.org")
    mailing.log()
    mailing.done()
    box.taken.clear()
    erase(crm, gone)
    ok(mailing.post("resend"))
    by_contact = {entry["contact_no"]: entry for entry in mailing.done()}
    assert by_contact[gone]["delivery_error"] == "contact_erased"
    assert by_contact[stays]["delivery_status"] == "sent"
    assert box.recipients() == ["bo@example.org"]


def test_people_of_an_erased_company_get_fresh_letters_only(crm: Crm, box: Mailbox) -> None:
    company = crm.contact(name="Alder Works")["no"]
    mailing = Mailing(crm)
    no = mailing.put(email="ann@example.org", company_no=company)
    mailing.log()
    mailing.done()
    erase(crm, company)
    refused(
        crm.client.get(f"/v1/interaction-log-entries/{of(mailing, no)['entry_no']}/document"), "no-document"
    )
    first = ok(mailing.post("resend", update_merge_fields=True))["first_entry_no"]
    until(box.recipients, lambda found: len(found) == 2)
    mailing.done()
    assert ok_bytes(crm.client.get(f"/v1/interaction-log-entries/{first}/document"))


def test_what_was_noted_goes_from_what_was_logged_again_too(
    crm: Crm, box: Mailbox, running: RunningService
) -> None:
    mailing = Mailing(crm)
    no = mailing.put(email="ann@example.org")
    (line,) = ok(crm.client.get(f"/v1/segments/{mailing.segment}/lines"))["items"]
    path = f"/v1/segments/{mailing.segment}/lines/{line['line_no']}"
    ok(crm.client.patch(path, json={"remarks": "Likes jasmine", "contact_via": "0900 1"}))
    mailing.log()
    mailing.done()
    again = ok(mailing.post("resend", update_merge_fields=True))["first_entry_no"]
    until(box.recipients, lambda found: len(found) == 2)
    mailing.done()
    entry = f"/v1/interaction-log-entries/{again}"
    ok(crm.client.post(f"{entry}/comments", json={"comment": "Her sister is Philomena"}))
    assert ok(crm.client.get(entry))["remarks"] == "Likes jasmine"
    erase(crm, no)
    left = ok(crm.client.get(entry))
    assert (left["remarks"], left["contact_via"]) == (None, None)
    assert "Philomena" not in crm.client.get(f"{entry}/comments").text
    events = crm.client.get("/v1/events", params={"stream": f"resend-{again}"})
    assert "Philomena" not in events.text


def test_a_link_to_opt_out_of_an_erased_contact_still_answers(crm: Crm, running: RunningService) -> None:
    contact = crm.contact()
    erase(crm, contact["no"])
    resending = running.service.resending
    with running.service.read_models.cursor() as cursor:
        row = cursor.execute("SELECT key FROM contact WHERE no = %s", (contact["no"],)).fetchone()
    assert row is not None
    assert resending.opt_out(row["key"]) is None


def test_what_the_mail_server_said_is_kept_without_addresses() -> None:
    said = b"<ann.berg+x@example.org>: 'bo@example.org' is no mailbox here"
    assert _answer(550, said) == "550 <(address)>: '(address)' is no mailbox here"
