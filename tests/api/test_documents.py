"""Documents over HTTP: templates, segments and lines, and what logging keeps of them (domain A9, B4, V10)."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.api.crm import Crm, ok, places, refused
from tests.correspondence import word

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
LETTER = word.document(f"<w:p><w:r><w:t>Dear </w:t></w:r>{word.field('Contact_Name')}</w:p>")
PAGE = b"<p>Dear reader</p>"


def put(client: httpx.Client, path: str, data: bytes = PAGE, kind: str = "text/html", **asked: str) -> Any:
    return ok(client.put(path, content=data, headers={"Content-Type": kind}, params=asked))


@pytest.fixture
def template(client: httpx.Client, crm: Crm) -> str:
    """A template with a letter in English and one in Dutch."""
    group = crm.record("interaction-groups")
    code = crm.code()
    values = {"description": "Spring", "interaction_group_code": group, "correspondence_type": "hard_copy"}
    ok(client.put(f"/v1/interaction-templates/{code}", json=values))
    at = f"/v1/interaction-templates/{code}/documents"
    put(client, f"{at}/eng", LETTER, WORD, file_name="spring.docx", subject="Spring")
    put(client, f"{at}/NLD", LETTER, WORD, file_name="lente.docx", subject="Lente")
    ok(client.put(f"/v1/interaction-templates/{code}", json=values | {"language_code": "ENG"}))
    return code


class TestTemplates:
    def test_tell_and_give_back_their_documents(self, client: httpx.Client, template: str) -> None:
        known = ok(client.get(f"/v1/interaction-templates/{template}"))
        listed = ok(client.get("/v1/interaction-templates", params={"code": template}))["items"]
        assert listed == [known]
        told = [(one["language_code"], one["subject"], one["file_name"]) for one in known["documents"]]
        assert told == [("ENG", "Spring", "spring.docx"), ("NLD", "Lente", "lente.docx")]
        given = client.get(f"/v1/interaction-templates/{template}/documents/ENG")
        assert (given.content, given.headers["content-type"]) == (LETTER, WORD)
        assert "spring.docx" in given.headers["content-disposition"]

    def test_keep_their_documents_when_they_are_written_again(
        self, client: httpx.Client, template: str
    ) -> None:
        path = f"/v1/interaction-templates/{template}"
        values = {
            "description": "Summer",
            "interaction_group_code": ok(client.get(path))["interaction_group_code"],
        }
        assert len(ok(client.put(path, json=values))["documents"]) == 2

    def test_answer_201_with_an_address_only_the_first_time(
        self, client: httpx.Client, template: str
    ) -> None:
        path = f"/v1/interaction-templates/{template}/documents/-"
        made = client.put(
            path, content=PAGE, headers={"Content-Type": "text/html"}, params={"subject": "Hello"}
        )
        assert (made.status_code, made.headers["location"]) == (201, path)
        again = client.put(path, content=b"<p>Bye</p>", headers={"Content-Type": "text/html"})
        assert (again.status_code, again.json()["subject"]) == (200, "Hello")
        assert again.headers["etag"] != made.headers["etag"]

    def test_give_the_document_of_an_earlier_moment(self, client: httpx.Client, template: str) -> None:
        path = f"/v1/interaction-templates/{template}"
        before = ok(client.get(path))["version"]
        put(client, f"{path}/documents/ENG", PAGE)
        ok(client.delete(f"{path}/documents/ENG"))
        given = client.get(f"{path}/documents/ENG", params={"version": before})
        assert (given.content, given.headers["etag"]) == (LETTER, f'"{before}"')
        assert client.get(f"{path}/documents/ENG", params={"version": before + 1}).content == PAGE
        refused(client.get(f"{path}/documents/ENG", params={"version": before + 2}), "not-found")

    def test_take_only_a_language_that_they_have_a_document_in(
        self, client: httpx.Client, template: str
    ) -> None:
        path = f"/v1/interaction-templates/{template}"
        group = ok(client.get(path))["interaction_group_code"]
        body = {"interaction_group_code": group, "language_code": "DEU"}
        assert places(refused(client.put(path, json=body), "no-document")) == [["language_code"]]

    def test_have_another_default_once_its_document_is_gone(
        self, client: httpx.Client, template: str
    ) -> None:
        path = f"/v1/interaction-templates/{template}"
        ok(client.delete(f"{path}/documents/ENG"))
        refused(client.get(f"{path}/documents/ENG"), "not-found")
        refused(client.delete(f"{path}/documents/ENG"), "not-found")
        assert ok(client.get(path))["language_code"] == "NLD"

    def test_refuse_what_is_no_document(self, client: httpx.Client, template: str) -> None:
        path = f"/v1/interaction-templates/{template}/documents/ENG"
        for data, kind, name in (
            (b"", "text/html", "a.html"),
            (b"this is no Word document", WORD, "a.docx"),
            (LETTER, WORD, "a.docm"),
            (b"\xd0\xcf\x11\xe0", "application/msword", "a.doc"),
        ):
            response = client.put(
                path, content=data, headers={"Content-Type": kind}, params={"file_name": name}
            )
            refused(response, "document-unreadable")
        assert client.get(path).content == LETTER

    @pytest.mark.parametrize(
        ("data", "name", "kind"), [(LETTER, {}, WORD), (PAGE, {"file_name": "Page.HTML"}, "text/html")]
    )
    def test_know_a_letter_and_a_page_whatever_type_was_sent_with_them(
        self, client: httpx.Client, template: str, data: bytes, name: dict[str, str], kind: str
    ) -> None:
        path = f"/v1/interaction-templates/{template}/documents/-"
        stored = put(client, path, data, "application/octet-stream", **name)
        assert stored["content_type"] == kind
        assert client.get(path).headers["content-type"].startswith(kind)

    def test_refuse_macros_whatever_type_was_sent_with_them(
        self, client: httpx.Client, template: str
    ) -> None:
        path = f"/v1/interaction-templates/{template}/documents/-"
        hostile = word.document("", {"word/vbaProject.bin": b"x"})
        refused(client.put(path, content=hostile), "document-unreadable")

    def test_that_do_not_exist_have_none(self, client: httpx.Client, crm: Crm) -> None:
        path = f"/v1/interaction-templates/{crm.code()}/documents/-"
        refused(client.put(path, content=PAGE, headers={"Content-Type": "text/html"}), "not-found")


@pytest.fixture
def segment(client: httpx.Client, crm: Crm, template: str) -> str:
    """A segment with that template, and contacts who speak Dutch, German, and nothing that we know."""
    seller = crm.record("salespeople")
    body = {"description": "Spring", "interaction_template_code": template, "salesperson_code": seller}
    no: str = ok(client.post("/v1/segments", json=body))["no"]
    for language in ("NLD", "DEU", None):
        contact = crm.contact(language_code=language)["no"]
        ok(client.post(f"/v1/segments/{no}/lines", json={"contact_no": contact}))
    return no


def lines(client: httpx.Client, segment: str) -> list[tuple[Any, ...]]:
    found = ok(client.get(f"/v1/segments/{segment}/lines"))["items"]
    return [(line["language_code"], line["subject"], line["document"]) for line in found]


class TestSegments:
    def test_have_copies_that_leave_the_template_alone(
        self, client: httpx.Client, segment: str, template: str
    ) -> None:
        path = f"/v1/segments/{segment}/documents/ENG"
        assert client.get(path).content == LETTER
        stored = put(client, path, PAGE, subject="Mine")
        assert (stored["subject"], stored["language_code"]) == ("Mine", "ENG")
        assert client.get(path).content == PAGE
        assert client.get(f"/v1/interaction-templates/{template}/documents/ENG").content == LETTER
        header = ok(client.get(f"/v1/segments/{segment}"))
        assert (header["subject"], len(header["documents"])) == ("Mine", 2)
        (listed,) = ok(client.get("/v1/segments", params={"no": segment}))["items"]
        assert listed == header

    def test_give_every_line_the_language_of_its_contact(self, client: httpx.Client, segment: str) -> None:
        assert lines(client, segment) == [
            ("NLD", "Lente", "inherited"),
            ("ENG", "Spring", "inherited"),
            ("ENG", "Spring", "inherited"),
        ]

    def test_list_the_same_lines_sorted_and_filtered(self, client: httpx.Client, segment: str) -> None:
        asked = {"language_code": "ENG", "document": "inherited", "sort": "-line_no"}
        found = ok(client.get(f"/v1/segments/{segment}/lines", params=asked))["items"]
        assert [(line["line_no"], line["subject"]) for line in found] == [
            (30_000, "Spring"),
            (20_000, "Spring"),
        ]

    def test_without_a_document_are_given_a_language_by_the_first(
        self, client: httpx.Client, crm: Crm
    ) -> None:
        no = ok(client.post("/v1/segments", json={}))["no"]
        ok(client.post(f"/v1/segments/{no}/lines", json={"contact_no": crm.contact()["no"]}))
        put(client, f"/v1/segments/{no}/documents/FRA", subject="Printemps")
        header = ok(client.get(f"/v1/segments/{no}"))
        assert (header["language_code"], header["subject"]) == ("FRA", "Printemps")
        assert lines(client, no) == [("FRA", "Printemps", "inherited")]
        ok(client.delete(f"/v1/segments/{no}/documents/FRA"))
        assert lines(client, no) == [(None, None, None)]

    def test_can_be_seen_as_they_stood_before(self, client: httpx.Client, segment: str) -> None:
        version = ok(client.get(f"/v1/segments/{segment}"))["version"]
        ok(client.delete(f"/v1/segments/{segment}/documents/NLD"))
        before = ok(client.get(f"/v1/segments/{segment}/lines", params={"version": version}))["items"]
        assert before[0]["subject"] == "Lente"

    def test_give_the_documents_of_an_earlier_moment_also_when_logged(
        self, client: httpx.Client, crm: Crm, segment: str
    ) -> None:
        path = f"/v1/segments/{segment}"
        own, personal = f"{path}/documents/ENG", f"{path}/lines/20000/document"
        before = ok(client.get(path))["version"]
        put(client, personal, b"<p>For you</p>")
        put(client, own, PAGE)
        position = crm.position()
        ok(client.delete(personal))
        ok(client.post(f"{path}/log"))
        refused(client.get(own), "segment-logged")
        assert client.get(own, params={"version": before}).content == LETTER
        assert client.get(own, params={"position": position}).content == PAGE
        assert client.get(personal, params={"position": position}).content == b"<p>For you</p>"
        refused(client.get(personal, params={"version": before}), "not-found")


class TestLines:
    def test_can_have_a_document_of_their_own(self, client: httpx.Client, segment: str) -> None:
        path = f"/v1/segments/{segment}/lines/20000/document"
        refused(client.get(path), "not-found")
        refused(client.delete(path), "not-found")
        put(client, path, subject="For you")
        assert client.get(path).content == PAGE
        assert lines(client, segment)[1] == ("ENG", "For you", "unique")
        ok(client.delete(path))
        assert lines(client, segment)[1] == ("ENG", "Spring", "inherited")

    def test_that_do_not_exist_have_none(self, client: httpx.Client, segment: str) -> None:
        path = f"/v1/segments/{segment}/lines/15000/document"
        refused(client.put(path, content=PAGE, headers={"Content-Type": "text/html"}), "not-found")


class TestLogging:
    def test_keeps_which_document_every_entry_has(self, client: httpx.Client, segment: str) -> None:
        put(client, f"/v1/segments/{segment}/lines/20000/document", subject="For you")
        ok(client.post(f"/v1/segments/{segment}/log"))
        asked = {"segment_no": segment, "sort": "entry_no"}
        found = ok(client.get("/v1/interaction-log-entries", params=asked))["items"]
        assert [(e["interaction_language_code"], e["subject"], e["document"]) for e in found] == [
            ("NLD", "Lente", "inherited"),
            ("ENG", "For you", "unique"),
            ("ENG", "Spring", "inherited"),
        ]

    def test_closes_the_documents_of_the_segment(self, client: httpx.Client, segment: str) -> None:
        ok(client.post(f"/v1/segments/{segment}/log"))
        for path in (f"/v1/segments/{segment}/documents/ENG", f"/v1/segments/{segment}/lines/10000/document"):
            refused(client.put(path, content=PAGE, headers={"Content-Type": "text/html"}), "segment-logged")

    def test_with_attachments_needs_a_document_on_every_line_that_is_sent(
        self, client: httpx.Client, segment: str
    ) -> None:
        ok(client.patch(f"/v1/segments/{segment}/lines/30000", json={"language_code": "DEU"}))
        body = {"send_attachments": True}
        problem = refused(client.post(f"/v1/segments/{segment}/log", json=body), "no-document")
        assert places(problem) == [[30_000, "document"]]
