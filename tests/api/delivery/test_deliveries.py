"""Letters and mails of a logged segment, from logging to the mailbox and the printer (domain B11 to B13)."""

from __future__ import annotations

import csv
import hashlib
import io
import re
import time
import zipfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pikepdf
import pypdfium2
import pytest

from application import letter_files
from application.documents import WORD as CONTENT_TYPE
from correspondence.mail_server import MailSettings
from correspondence.paper import Paper
from tests.api.crm import Crm, ok, refused
from tests.api.delivery.mailing import PAGE, Mailing, until
from tests.api.running import RunningService, running_service
from tests.correspondence.word import text_of as text
from tests.mailbox import Mailbox

pytestmark = pytest.mark.usefixtures("friendly")

# --- E-mail -------------------------------------------------------------------------------------------------


def test_a_page_is_the_body_of_one_mail_per_entry(crm: Crm, box: Mailbox) -> None:
    mailing = Mailing(crm, PAGE)
    mailing.put(email="ann@example.org")
    mailing.put(first_name="Bo", email="bo@example.org")
    mailing.log()
    assert {entry["delivery_status"] for entry in mailing.done()} == {"sent"}
    assert mailing.logged()["delivery"] == {"in_progress": 0, "sent": 2, "error": 0}
    assert sorted(box.recipients()) == ["ann@example.org", "bo@example.org"]
    for mail in box.mails():
        page = mail.get_body(("html",))
        assert page is not None
        assert f"Dear {mail['To'].addresses[0].display_name}" in page.get_content()
        assert mail["Subject"] == "Spring offer"


def test_a_letter_is_the_content_of_the_mail_or_a_file_with_it(crm: Crm, box: Mailbox) -> None:
    for attach in (False, True):
        mailing = Mailing(crm, send_word_documents_as_attachment=attach)
        mailing.put(email="ann@example.org")
        mailing.log()
        (entry,) = mailing.done()
        assert entry["delivery_status"] == "sent"
    content, attached = box.mails()
    page = content.get_body(("html",))
    assert page is not None
    assert "Dear Ann Berg," in page.get_content()
    (file,) = attached.iter_attachments()
    assert file.get_filename() == "Spring offer.docx"
    assert "Dear Ann Berg," in text(file.get_content())


def test_a_mail_goes_to_the_alternative_address_first(crm: Crm, box: Mailbox) -> None:
    mailing = Mailing(crm)
    away = {"code": "AWAY", "email": "away@example.org", "date_ranges": [{"starting_date": "2000-01-01"}]}
    mailing.put(email="ann@example.org", alternative_addresses=[away])
    mailing.log()
    mailing.done()
    assert box.recipients() == ["away@example.org"]


def test_each_mail_has_a_name_of_its_own_and_a_way_to_opt_out(
    running: RunningService, crm: Crm, box: Mailbox
) -> None:
    mailing = Mailing(crm)
    no = mailing.put(email="ann@example.org")
    mailing.log()
    (entry,) = mailing.done()
    (mail,) = box.mails()
    assert mail["Message-ID"].startswith(f"<{entry['entry_no']}.")
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    url = mail["List-Unsubscribe"].split(">")[0].removeprefix("<")
    path = url.removeprefix("https://example.com/crm")

    with running.anybody() as anybody:
        assert anybody.get(path).status_code == 200
        assert not ok(crm.client.get(f"/v1/contacts/{no}"))["exclude_from_segment"]
        assert anybody.post(path, content="List-Unsubscribe=One-Click").status_code == 200
        assert anybody.post(path).status_code == 200
        assert anybody.post(path[:-1] + ("0" if path[-1] != "0" else "1")).status_code == 404
    assert ok(crm.client.get(f"/v1/contacts/{no}"))["exclude_from_segment"]
    told = ok(crm.client.get(f"/v1/contacts/{no}/history"))["items"]
    (opted_out,) = [one for one in told if one["user_id"] == "opt-out"]
    assert opted_out["type"] == "contact.changed.1"


def test_whoever_opts_out_after_logging_gets_no_mail(crm: Crm, box: Mailbox) -> None:
    mailing = Mailing(crm)
    no = mailing.put(email="ann@example.org")
    blocked = mailing.put(first_name="Bo", email="bo@example.org")
    box.rcpt = lambda _: "450 not now"
    mailing.log()
    mailing.hold_up()
    ok(crm.client.patch(f"/v1/contacts/{no}", json={"exclude_from_segment": True}))
    ok(crm.client.patch(f"/v1/contacts/{blocked}", json={"privacy_blocked": True}))
    box.rcpt = lambda _: None
    ok(mailing.post("continue-delivery"))
    entries = {entry["contact_no"]: entry["delivery_error"] for entry in mailing.done()}
    assert entries == {no: "opted_out", blocked: "privacy_blocked"}
    assert box.taken == []


def test_what_the_server_refuses_is_an_error_with_its_words_and_others_go_on(crm: Crm, box: Mailbox) -> None:
    mailing = Mailing(crm)
    no = mailing.put(email="gone@example.org")
    mailing.put(first_name="Bo", email="bo@example.org")
    box.rcpt = lambda address: "550 no such mailbox" if address.startswith("gone") else None
    mailing.log()
    by_contact = {entry["contact_no"]: entry for entry in mailing.done()}
    wrong = by_contact.pop(no)
    assert (wrong["delivery_status"], wrong["delivery_error"]) == ("error", "refused")
    assert wrong["delivery_detail"] == "550 no such mailbox"
    assert [entry["delivery_status"] for entry in by_contact.values()] == ["sent"]


def test_what_may_pass_is_tried_again_until_it_is_taken(crm: Crm, box: Mailbox) -> None:
    mailing = Mailing(crm)
    mailing.put(email="ann@example.org")
    asked: list[str] = []

    def busy(address: str) -> str | None:
        asked.append(address)
        return "451 come back" if len(asked) < 4 else None

    box.data = busy
    mailing.log()
    (entry,) = mailing.done()
    assert entry["delivery_status"] == "sent"
    assert len(asked) == 4
    assert len(box.taken) == 1


def test_a_mail_whose_answer_never_came_is_shown_and_not_sent_again(crm: Crm, box: Mailbox) -> None:
    mailing = Mailing(crm)
    mailing.put(email="ann@example.org")
    box.data = lambda _: "hang up"
    mailing.log()
    (entry,) = mailing.done()
    assert (entry["delivery_status"], entry["delivery_error"]) == ("error", "uncertain")
    assert len(box.taken) == 1


def test_a_value_of_a_contact_cannot_add_a_header(crm: Crm, box: Mailbox) -> None:
    mailing = Mailing(crm, PAGE)
    mailing.put(surname="Berg <x@example.org>, all", email="ann@example.org")
    mailing.log()
    mailing.done()
    (mail,) = box.mails()
    assert [one.addr_spec for one in mail["To"].addresses] == ["ann@example.org"]


# --- Paper --------------------------------------------------------------------------------------------------


def test_letters_for_the_printer_are_files_by_name_with_an_index(crm: Crm) -> None:
    mailing = Mailing(crm)
    company = crm.contact(name="Alder / Sons")["no"]
    mailing.put(surname="Dahl", company_no=company, correspondence_type="hard_copy")
    mailing.put(correspondence_type="hard_copy")
    mailing.put(correspondence_type="hard_copy")
    mailing.log()
    entries = mailing.done()
    assert {entry["delivery_status"] for entry in entries} == {"sent"}
    last = entries[-1]["entry_no"]
    address = f"/v1/logged-segments/{mailing.entry_no}/documents.zip"

    answered = crm.client.get(address, params={"format": "docx"})
    assert answered.headers["content-type"] == "application/zip"
    called = f"attachment; filename*=UTF-8''Segment%20{mailing.segment}"
    assert answered.headers["content-disposition"] == f"{called}.zip"
    files = zipfile.ZipFile(io.BytesIO(answered.content))
    wanted = {"Alder - Sons - Ann Dahl.docx", "Ann Berg.docx", f"Ann Berg ({last}).docx", "index.csv"}
    assert set(files.namelist()) == wanted
    rows = list(csv.DictReader(io.StringIO(files.read("index.csv").decode("utf-8-sig"))))
    assert {row["file"] for row in rows} == wanted - {"index.csv"}
    # Company by company as everywhere (B5): who has none comes first.
    assert [row["company"] for row in rows] == ["", "", "Alder / Sons"]
    for row in rows:
        assert row["sha256"] == hashlib.sha256(files.read(row["file"])).hexdigest()
        assert row["as_sent"] == "yes"
    assert crm.client.get(address, params={"format": "docx"}).content == answered.content

    pdfs = zipfile.ZipFile(io.BytesIO(crm.client.get(address).content))
    assert all(pdfs.read(name).startswith(b"%PDF") for name in pdfs.namelist() if name.endswith(".pdf"))
    assert len(pdfs.namelist()) == 4
    whole = crm.client.get(f"/v1/logged-segments/{mailing.entry_no}/documents.pdf")
    assert whole.headers["content-type"] == "application/pdf"
    assert whole.headers["content-disposition"] == f"{called}.pdf"
    with pikepdf.open(io.BytesIO(whole.content)) as pdf:
        assert len(pdf.pages) == 3


def test_files_have_names_of_their_own_even_if_somebody_is_called_like_one(crm: Crm) -> None:
    mailing = Mailing(crm)
    for _ in range(2):
        mailing.put(correspondence_type="hard_copy")
    entries = crm.client.get("/v1/interaction-log-entries", params={"limit": 1_000})
    second = max((entry["entry_no"] for entry in ok(entries)["items"]), default=0) + 2
    mailing.put(surname=f"Berg ({second})", correspondence_type="hard_copy")
    mailing.log()
    address = f"/v1/logged-segments/{mailing.entry_no}/documents.zip"
    answered = crm.client.get(address, params={"format": "docx"})
    assert zipfile.ZipFile(io.BytesIO(answered.content)).namelist() == [
        "Ann Berg.docx",
        f"Ann Berg ({second}).docx",
        f"Ann Berg ({second}) ({second + 1}).docx",
        "index.csv",
    ]


def test_one_letter_alone_is_called_after_its_subject(crm: Crm) -> None:
    mailing = Mailing(crm)
    mailing.put(correspondence_type="hard_copy")
    mailing.log()
    mailing.done()
    answered = crm.client.get(f"/v1/logged-segments/{mailing.entry_no}/documents.zip")
    assert zipfile.ZipFile(io.BytesIO(answered.content)).namelist() == ["Spring offer.pdf"]


def test_the_file_for_the_printer_has_in_order_whatever_can_be_printed(
    crm: Crm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(letter_files, "MOST_COMBINED", 2)
    mailing = Mailing(crm)
    own = Paper("Own")
    for page in (1, 2):
        own.page()
        own.line(20, 20, f"Own page {page}", size=10, width=100)
    personal = {
        "Bo": ("application/pdf", own.pdf()),
        "Cy": ("application/pdf", b"%PDF-1.7 broken"),
        "Di": ("text/html", b"<p>A page</p>"),
    }
    for place, name in enumerate(["Al", "Bo", "Cy", "Di", "Ed", "Flo", "Gus"], 1):
        no = mailing.put(first_name=name, correspondence_type="hard_copy")
        if name in personal:
            kind, data = personal[name]
            line = f"/v1/segments/{mailing.segment}/lines/{place}0000/document"
            asked = {"file_name": "own.pdf" if kind.endswith("pdf") else "own.html"}
            ok(crm.client.put(line, content=data, headers={"content-type": kind}, params=asked))
    logged = ok(crm.client.post(f"/v1/segments/{mailing.segment}/log", json={}))["logged_segment"]
    ok(crm.client.post(f"/v1/contacts/{no}/erase", json={"reason": "Asked to be forgotten"}))

    whole = crm.client.get(f"/v1/logged-segments/{logged['entry_no']}/documents.pdf")
    pages = [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(whole.content)]
    found = [re.search(r"Al|Own page \d|Ed|Flo", text) for text in pages]
    assert [match and match[0] for match in found] == ["Al", "Own page 1", "Own page 2", "Ed", "Flo"]


def test_a_page_cannot_be_printed(crm: Crm) -> None:
    mailing = Mailing(crm, PAGE)
    mailing.put(correspondence_type="hard_copy")
    mailing.log()
    (entry,) = mailing.done()
    assert (entry["delivery_status"], entry["delivery_error"]) == ("error", "not_printable")


def test_a_letter_can_be_made_again_byte_for_byte_whatever_changed_since(crm: Crm, box: Mailbox) -> None:
    mailing = Mailing(crm, send_word_documents_as_attachment=True)
    no = mailing.put(email="ann@example.org")
    mailing.log()
    (entry,) = mailing.done()
    ok(crm.client.patch(f"/v1/contacts/{no}", json={"surname": "Dahl"}))
    ok(crm.client.delete(f"/v1/interaction-templates/{mailing.template}/documents/-"))

    address = f"/v1/interaction-log-entries/{entry['entry_no']}/document"
    again = crm.client.get(address, headers={"accept": CONTENT_TYPE})
    (mail,) = box.mails()
    (file,) = mail.iter_attachments()
    assert again.content == file.get_content()
    assert again.headers["document-as-sent"] == "yes"
    assert again.headers["document-sha256"] == hashlib.sha256(again.content).hexdigest()
    assert crm.client.get(address, headers={"accept": "application/pdf"}).content.startswith(b"%PDF")


def test_without_a_document_there_is_none_to_give(crm: Crm) -> None:
    logged = crm.logged()
    refused(crm.client.get(f"/v1/logged-segments/{logged['entry_no']}/documents.zip"), "no-document")
    refused(crm.client.get("/v1/logged-segments/999999/documents.zip"), "not-found")
    refused(crm.client.get("/v1/interaction-log-entries/999999/document"), "not-found")


# --- Held up, and again -------------------------------------------------------------------------------------


def test_what_is_held_up_waits_until_it_is_continued(crm: Crm, box: Mailbox) -> None:
    mailing = Mailing(crm)
    mailing.put(email="ann@example.org")
    box.rcpt = lambda _: "450 not now"
    mailing.log()
    mailing.hold_up()
    time.sleep(0.5)
    box.rcpt = lambda _: None
    time.sleep(0.5)
    assert mailing.logged()["delivery"]["in_progress"] == 1
    assert box.taken == []
    assert not ok(mailing.post("continue-delivery"))["delivery_paused"]
    assert [entry["delivery_status"] for entry in mailing.done()] == ["sent"]


def test_what_is_canceled_before_it_was_sent_is_not_sent(crm: Crm, box: Mailbox) -> None:
    mailing = Mailing(crm)
    mailing.put(email="ann@example.org")
    box.rcpt = lambda _: "450 not now"
    mailing.log()
    mailing.hold_up()
    ok(mailing.post("cancel"))
    box.rcpt = lambda _: None
    ok(mailing.post("continue-delivery"))
    (entry,) = mailing.done()
    assert (entry["delivery_status"], entry["delivery_error"]) == ("error", "canceled")
    assert box.taken == []


def test_sent_again_are_the_same_entries_with_the_same_letters(crm: Crm, box: Mailbox) -> None:
    mailing = Mailing(crm, send_word_documents_as_attachment=True)
    no = mailing.put(email="old@example.org")
    mailing.log()
    before = mailing.done()
    ok(crm.client.patch(f"/v1/contacts/{no}", json={"email": "new@example.org", "surname": "Dahl"}))
    assert ok(mailing.post("resend")) == {"resent": 1, "first_entry_no": None}
    until(box.recipients, lambda found: len(found) == 2)
    assert [entry["entry_no"] for entry in mailing.done()] == [entry["entry_no"] for entry in before]
    assert box.recipients() == ["old@example.org", "new@example.org"]
    first, second = (next(mail.iter_attachments()).get_content() for mail in box.mails())
    assert first == second
    assert box.mails()[0]["Message-ID"] != box.mails()[1]["Message-ID"]


def test_sent_again_are_only_those_of_which_that_became_which_is_wanted(crm: Crm, box: Mailbox) -> None:
    mailing = Mailing(crm, PAGE)
    numbers = {name: mailing.put(email=f"{name}@example.org") for name in ("sent", "gone", "unsure")}
    box.rcpt = lambda address: "550 no such mailbox" if address.startswith("gone") else None
    box.data = lambda address: "hang up" if address.startswith("unsure") else None
    mailing.log()
    mailing.done()
    box.taken.clear()
    box.rcpt = box.data = lambda _: None
    assert ok(mailing.post("resend", only={"delivery_error": "uncertain"}))["resent"] == 1
    errors = {entry["contact_no"]: entry["delivery_error"] for entry in mailing.done()}
    assert errors == {numbers["sent"]: None, numbers["gone"]: "refused", numbers["unsure"]: None}
    assert ok(mailing.post("resend", only={"delivery_status": "error"}))["resent"] == 1
    assert {entry["delivery_status"] for entry in mailing.done()} == {"sent"}
    assert box.recipients() == ["unsure@example.org", "gone@example.org"]
    refused(mailing.post("resend", only={"delivery_status": "error"}), "no-document")
    refused(mailing.post("resend", only={"delivery_status": "lost"}), "invalid-request")


def test_sent_again_in_another_way_the_entry_has_that_type(crm: Crm) -> None:
    mailing = Mailing(crm)
    mailing.put(email="ann@example.org")
    mailing.log()
    mailing.done()
    ok(mailing.post("resend", correspondence_type="hard_copy"))
    (entry,) = mailing.done()
    assert (entry["correspondence_type"], entry["delivery_status"]) == ("hard_copy", "sent")


def test_with_fresh_letters_new_entries_are_logged(crm: Crm, box: Mailbox) -> None:
    mailing = Mailing(crm, send_word_documents_as_attachment=True)
    no = mailing.put(email="ann@example.org")
    mailing.log()
    mailing.done()
    ok(crm.client.patch(f"/v1/contacts/{no}", json={"surname": "Dahl"}))
    answer = mailing.post("resend", update_merge_fields=True)
    resent = ok(answer)
    assert (answer.status_code, resent["resent"]) == (201, 1)
    until(box.recipients, lambda found: len(found) == 2)
    old, new = mailing.done()
    assert new["entry_no"] == resent["first_entry_no"]
    assert ok(crm.client.get(answer.headers["location"])) == new
    assert (old["description"], new["description"]) == ("Spring", "Resend: Spring")
    assert new["delivery_status"] == "sent"
    letters = [text(next(mail.iter_attachments()).get_content()) for mail in box.mails()]
    assert "Ann Berg" in letters[0]
    assert "Ann Dahl" in letters[1]
    assert mailing.logged()["number_of_interactions"] == 2
    # What was logged again can be sent again too, canceled with the others, and made again as a file.
    again = f"/v1/interaction-log-entries/{new['entry_no']}"
    assert crm.client.get(f"{again}/document").headers["document-as-sent"] == "yes"
    same = crm.client.post(f"{again}/resend")
    assert (same.status_code, ok(same)) == (200, {"resent": 1, "first_entry_no": None})
    until(box.recipients, lambda found: len(found) == 3)
    mailing.done()
    third = ok(crm.client.post(f"{again}/resend", json={"update_merge_fields": True}))["first_entry_no"]
    mailing.done()
    assert ok(crm.client.get(f"/v1/interaction-log-entries/{third}"))["description"] == "Resend: Spring"
    ok(mailing.post("cancel"))
    assert all(entry["canceled"] for entry in mailing.entries())


def test_b13_what_was_sent_in_another_way_is_logged_again_in_that_way(crm: Crm) -> None:
    mailing = Mailing(crm)
    mailing.put(email="ann@example.org")
    mailing.log()
    mailing.done()
    on_paper = {"update_merge_fields": True, "correspondence_type": "hard_copy"}
    again = ok(mailing.post("resend", **on_paper))["first_entry_no"]
    mailing.done()
    address = "/v1/interaction-log-entries"
    third = ok(crm.client.post(f"{address}/{again}/resend", json={"update_merge_fields": True}))
    mailing.done()
    entry = ok(crm.client.get(f"{address}/{third['first_entry_no']}"))
    assert (entry["correspondence_type"], entry["delivery_status"]) == ("hard_copy", "sent")


def test_b13_of_an_entry_whose_source_was_deleted_none_is_logged_again(crm: Crm) -> None:
    mailing = Mailing(crm)
    mailing.put(email="ann@example.org")
    mailing.log()
    (first,) = mailing.done()
    again = ok(mailing.post("resend", update_merge_fields=True))["first_entry_no"]
    mailing.done()
    address = "/v1/interaction-log-entries"
    ok(crm.client.post(f"{address}/{first['entry_no']}/cancel"))
    gone = crm.client.post(f"{address}/delete-canceled", params={"entry_no": str(first["entry_no"])})
    assert ok(gone) == {"deleted": 1}
    refused(crm.client.post(f"{address}/{again}/resend", json={"update_merge_fields": True}), "conflict")
    assert ok(crm.client.post(f"{address}/{again}/resend"))["resent"] == 1
    mailing.done()
    assert mailing.logged()["number_of_interactions"] == len(mailing.entries()) == 1


def test_b13_whoever_was_deleted_or_is_blocked_for_privacy_is_not_logged_again(crm: Crm) -> None:
    mailing = Mailing(crm)
    company = crm.contact()["no"]
    blocked, gone, stays = (mailing.put(correspondence_type="hard_copy") for _ in range(3))
    of_company = mailing.put(correspondence_type="hard_copy", company_no=company)
    mailing.log()
    mailing.done()
    ok(crm.client.patch(f"/v1/contacts/{blocked}", json={"privacy_blocked": True}))
    for no in (gone, of_company):
        ok(crm.client.delete(f"/v1/contacts/{no}"))
    assert ok(mailing.post("resend", update_merge_fields=True))["resent"] == 1
    *_, again = mailing.done()
    assert (again["contact_no"], again["description"]) == (stays, "Resend: Spring")
    for no in (blocked, company):
        assert ok(crm.client.get(f"/v1/contacts/{no}"))["statistics"]["number_of_interactions"] == 1
    ok(crm.client.patch(f"/v1/contacts/{stays}", json={"privacy_blocked": True}))
    refused(mailing.post("resend", update_merge_fields=True), "conflict")
    address = f"/v1/interaction-log-entries/{again['entry_no']}"
    refused(crm.client.post(f"{address}/resend", json={"update_merge_fields": True}), "conflict")
    assert len(mailing.entries()) == 5


@pytest.mark.parametrize("way", ["deleted", "deleted from a company", "blocked"])
def test_b13_nor_is_a_single_interaction_with_them(crm: Crm, way: str) -> None:
    mailing = Mailing(crm)
    company_no = crm.contact()["no"] if way == "deleted from a company" else None
    no = crm.contact(type="person", company_no=company_no)["no"]
    body = {"contact_no": no, "interaction_template_code": mailing.template, "send_attachments": True}
    body |= {"correspondence_type": "hard_copy", "salesperson_code": crm.record("salespeople")}
    made = ok(crm.client.post("/v1/interaction-log-entries", json=body))
    address = f"/v1/interaction-log-entries/{made['entry_no']}"
    until(lambda: ok(crm.client.get(address)), lambda entry: entry["delivery_status"] == "sent")
    if way == "blocked":
        ok(crm.client.patch(f"/v1/contacts/{no}", json={"privacy_blocked": True}))
    else:
        ok(crm.client.delete(f"/v1/contacts/{no}"))
    refused(crm.client.post(f"{address}/resend", json={"update_merge_fields": True}), "conflict")


def test_what_has_no_document_or_is_on_its_way_cannot_be_sent_again(crm: Crm, box: Mailbox) -> None:
    logged = crm.logged()
    refused(crm.client.post(f"/v1/logged-segments/{logged['entry_no']}/resend"), "no-document")
    refused(crm.client.post("/v1/logged-segments/999999/resend"), "not-found")
    mailing = Mailing(crm)
    mailing.put(email="ann@example.org")
    box.rcpt = lambda _: "450 not now"
    mailing.log()
    refused(mailing.post("resend"), "conflict")
    box.rcpt = lambda _: None
    mailing.done()


# --- Single interactions ------------------------------------------------------------------------------------


def test_a_single_interaction_sends_its_templates_document(crm: Crm, box: Mailbox) -> None:
    mailing = Mailing(crm)
    no = crm.contact(type="person", first_name="Ann", surname="Berg", email="ann@example.org")["no"]
    values = {
        "contact_no": no,
        "interaction_template_code": mailing.template,
        "salesperson_code": crm.record("salespeople"),
        "description": "As asked for",
        "correspondence_type": "email",
        "send_attachments": True,
    }
    address = "/v1/interaction-log-entries"
    entry_no = ok(crm.client.post(address, json=values))["entry_no"]

    def entry() -> Any:
        return ok(crm.client.get(f"{address}/{entry_no}"))

    assert until(entry, lambda entry: entry["delivery_status"] != "in_progress")["delivery_status"] == "sent"
    (mail,) = box.mails()
    page = mail.get_body(("html",))
    assert page is not None
    assert "Dear Ann Berg," in page.get_content()
    assert crm.client.get(f"{address}/{entry_no}/document").headers["document-as-sent"] == "yes"
    again = ok(crm.client.post(f"{address}/{entry_no}/resend", json={"update_merge_fields": True}))
    until(box.recipients, lambda found: len(found) == 2)
    new = ok(crm.client.get(f"{address}/{again['first_entry_no']}"))
    assert new["description"] == "Resend: As asked for"
    # By now it is a letter on paper, and so is what is made of it; of nobody any more, nothing is.
    until(entry, lambda entry: entry["delivery_status"] == "sent")
    ok(crm.client.post(f"{address}/{entry_no}/resend", json={"correspondence_type": "hard_copy"}))
    until(entry, lambda entry: entry["delivery_status"] == "sent")
    fresh = {"update_merge_fields": True}
    printed = ok(crm.client.post(f"{address}/{entry_no}/resend", json=fresh))["first_entry_no"]
    assert ok(crm.client.get(f"{address}/{printed}"))["correspondence_type"] == "hard_copy"
    ok(crm.client.delete(f"/v1/contacts/{no}"))
    refused(crm.client.post(f"{address}/{entry_no}/resend", json=fresh), "conflict")


def test_a_single_interaction_without_document_or_address_cannot_be_sent(crm: Crm) -> None:
    values = {
        "contact_no": crm.contact(email="ann@example.org")["no"],
        "interaction_template_code": crm.template(),
        "salesperson_code": crm.record("salespeople"),
        "description": "As asked for",
        "correspondence_type": "email",
        "send_attachments": True,
    }
    refused(crm.client.post("/v1/interaction-log-entries", json=values), "no-document")
    values |= {"contact_no": crm.contact()["no"]}
    refused(crm.client.post("/v1/interaction-log-entries", json=values), "no-document")
    document = f"/v1/interaction-templates/{values['interaction_template_code']}/documents/-"
    ok(crm.client.put(document, content=PAGE.encode(), headers={"Content-Type": "text/html"}))
    refused(crm.client.post("/v1/interaction-log-entries", json=values), "no-email")


# --- Without a mail server, and at night --------------------------------------------------------------------


@pytest.fixture(scope="module")
def nowhere(postgres_url: str) -> Iterator[RunningService]:
    """A service without a mail server."""
    with running_service(postgres_url, delivers=True) as service:
        yield service


def test_without_a_mail_server_mails_wait_and_say_so_while_letters_go(nowhere: RunningService) -> None:
    with nowhere.client() as client:
        mailing = Mailing(Crm(client, "N"))
        mailing.put(email="ann@example.org")
        mailing.put(correspondence_type="hard_copy")
        mailing.log()
        logged = until(mailing.logged, lambda logged: logged["delivery"]["sent"] == 1)
        assert logged["delivery"] == {"in_progress": 1, "sent": 1, "error": 0}
        assert "no mail server is set up" in logged["delivery_waits_for"]
        health = ok(client.get("/health/ready"))
        assert health["ready"]
        assert health["outbox"]["mail"] == 1
        assert "no mail server is set up" in health["outbox"]["mail_waits_for"]


def test_mails_wait_for_their_time_of_the_day(postgres_url: str, box: Mailbox) -> None:
    soon = datetime.now() + timedelta(hours=2)
    mail = MailSettings(
        host="127.0.0.1",
        sender="news@example.com",
        port=box.port,
        tls="none",
        not_before=soon.time(),
        not_after=(soon + timedelta(hours=1)).time(),
    )
    with running_service(postgres_url, delivers=True, mail=mail) as service, service.client() as client:
        mailing = Mailing(Crm(client, "W"))
        mailing.put(email="ann@example.org")
        mailing.log()
        logged = until(mailing.logged, lambda logged: logged["delivery_waits_for"] is not None)
        assert logged["delivery_waits_for"] == f"E-mails wait until {soon:%H:%M}."
        assert box.taken == []
