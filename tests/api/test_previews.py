"""The letter of a line before it is sent (domain B4, B12, B18.3)."""

from __future__ import annotations

import shutil
from typing import Any

import httpx
import pytest

from tests.api.crm import Crm, ok, refused
from tests.correspondence import word

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
FIELDS = (
    *("Contact_Mail_Address", "Formal_Salutation", "Salesperson_Name", "Document_Date"),
    *("Document_Subject", "Company_Name", "Remarks"),
)
LETTER = word.document("".join(f"<w:p>{word.field(name)}</w:p>" for name in FIELDS))


@pytest.fixture
def segment(client: httpx.Client, crm: Crm) -> str:
    """A segment of Anna Berg of Alder, who is written to in Dutch by Sara Lind."""
    salutation = crm.code()
    formula = {"language_code": "NLD", "text": "Geachte mevrouw %1,", "names": ["surname"]}
    body = {"description": "Mrs", "formulas": [formula]}
    ok(client.put(f"/v1/salutations/{salutation}", json=body))
    ok(client.patch("/v1/setup", json={"company": {"name": "Golf & Co"}}))
    company = crm.contact(name="Alder", address="Weg 1", post_code="1234 AB", city="Arnhem")
    anna = crm.contact(
        type="person",
        name=None,
        first_name="Anna",
        surname="Berg",
        company_no=company["no"],
        salutation_code=salutation,
        language_code="NLD",
    )
    header = {"salesperson_code": crm.record("salespeople", name="Sara Lind"), "date": "2026-03-01"}
    no: str = ok(client.post("/v1/segments", json=header))["no"]
    line = {"contact_no": anna["no"], "remarks": "Tot snel\n& groet"}
    ok(client.post(f"/v1/segments/{no}/lines", json=line))
    return no


def put(client: httpx.Client, path: str, data: bytes, kind: str) -> Any:
    return ok(client.put(path, content=data, headers={"Content-Type": kind}, params={"subject": "Lente"}))


def test_every_field_has_the_value_of_the_line_its_contact_and_the_set_up(
    client: httpx.Client, segment: str
) -> None:
    put(client, f"/v1/segments/{segment}/documents/NLD", LETTER, WORD)
    letter = client.get(f"/v1/segments/{segment}/lines/10000/preview")
    assert letter.headers["content-type"] == WORD
    assert word.text_of(letter.content).split("\n") == [
        *("Alder", "Anna Berg", "Weg 1", "1234 AB Arnhem"),
        *("Geachte mevrouw Berg,", "Sara Lind", "1 maart 2026", "Lente", "Golf & Co", "Tot snel", "& groet"),
    ]
    assert "Alder%20-%20Anna%20Berg.docx" in letter.headers["content-disposition"]


def test_the_same_letter_is_the_same_bytes(client: httpx.Client, segment: str) -> None:
    put(client, f"/v1/segments/{segment}/documents/NLD", LETTER, WORD)
    first, second = (client.get(f"/v1/segments/{segment}/lines/10000/preview") for _ in range(2))
    assert first.content == second.content


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed here")
def test_it_comes_as_pdf_to_who_accepts_only_that(client: httpx.Client, segment: str) -> None:
    put(client, f"/v1/segments/{segment}/documents/NLD", LETTER, WORD)
    path = f"/v1/segments/{segment}/lines/10000/preview"
    letter = client.get(path, headers={"Accept": "application/pdf"})
    assert letter.headers["content-type"] == "application/pdf"
    assert letter.content.startswith(b"%PDF-")


def test_a_page_of_html_has_fields_too_and_their_values_are_only_text(
    client: httpx.Client, segment: str
) -> None:
    page = "<p>{{ Contact_Name }} «Opmerkingen» {{ shoe size }}</p>".encode()
    stored = put(client, f"/v1/segments/{segment}/documents/NLD", page, "text/html")
    assert stored["merge_fields"] == ["Contact_Name", "Remarks"]
    assert ["shoe size" in warning for warning in stored["warnings"]] == [True]
    letter = client.get(f"/v1/segments/{segment}/lines/10000/preview")
    assert letter.text == "<p>Anna Berg Tot snel<br>&amp; groet </p>"
    refused(
        client.get(f"/v1/segments/{segment}/lines/10000/preview", headers={"Accept": "application/pdf"}),
        "no-document",
    )


def test_a_line_without_a_document_has_no_letter(client: httpx.Client, segment: str) -> None:
    refused(client.get(f"/v1/segments/{segment}/lines/10000/preview"), "no-document")
    refused(client.get(f"/v1/segments/{segment}/lines/20000/preview"), "not-found")
