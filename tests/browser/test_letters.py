"""The letter: documents by language, how each contact's looks, remarks, a document of its own, and back."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, expect

from application.documents import HTML, WORD
from application.field_words import Language
from correspondence import office
from tests.api.crm import Crm, ok
from tests.browser.conftest import Reader, Visit
from tests.correspondence import word

both_languages = pytest.mark.parametrize("language", ["en", "nl"])
needs_office = pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed here")


def letter(text: str, *fields: str) -> bytes:
    """A Word document that says this, and then these fields."""
    written = "".join(f"<w:p>{word.field(name)}</w:p>" for name in fields)
    return word.document(f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>{written}")


def file(name: str, content: bytes) -> FilePayload:
    """A file to be uploaded."""
    return {"name": name, "mimeType": WORD if name.endswith(".docx") else HTML, "buffer": content}


def upload(reader: Reader, given: FilePayload, language: str | None = None) -> None:
    """Choose a file, say its language where that is asked, and send it."""
    reader.page.set_input_files("#file", given)
    if language is not None:
        reader.page.locator("#language_code").fill(language)
    with reader.page.expect_navigation():
        reader.press("upload")


@pytest.fixture
def sheet(crm: Crm) -> str:
    """A worksheet with two contacts, one of whom speaks Dutch; its number."""
    no: str = crm.segment(description="Spring letter", interaction_template_code="LETTER")["no"]
    crm.line(no, crm.contact(name="Alder", language_code="NLD")["no"])
    crm.line(no, crm.contact(name="Birch")["no"])
    return no


@both_languages
def test_a_template_gets_documents_and_segments_that_choose_it_get_copies(
    visit: Visit, crm: Crm, language: Language
) -> None:
    code = crm.template(description="Spring")
    reader = visit(language)
    reader.go("/setup/interaction-templates")
    reader.page.locator("[name=f-code]").fill(code)
    reader.page.keyboard.press("Enter")
    reader.page.get_by_role("link", name=code, exact=True).click()
    reader.page.get_by_role("link", name=reader.t("its_letter")).click()
    expect(reader.page.get_by_text(reader.t("no_documents"))).to_be_visible()
    upload(reader, file("spring.docx", letter("Dear", "Contact_Name", "Shoe_Size")), "ENG")
    documents = reader.page.locator(".documents li")
    expect(documents).to_have_count(1)
    expect(documents).to_contain_text("Contact_Name")
    expect(documents).to_contain_text(reader.t("unknown_fields", names="Shoe_Size"))
    # The first is the usual one, unless one decides otherwise.
    expect(documents).to_contain_text(reader.t("usual_one"))
    upload(reader, file("lente.docx", letter("Beste", "Contact_Naam")), "NLD")
    expect(documents).to_have_count(2)
    known = ok(crm.client.get(f"/v1/interaction-templates/{code}"))
    assert known["language_code"] == "ENG"
    assert [one["language_code"] for one in known["documents"]] == ["ENG", "NLD"]
    with reader.page.expect_navigation():
        documents.nth(1).get_by_role("button", name=reader.t("make_usual")).click()
    assert ok(crm.client.get(f"/v1/interaction-templates/{code}"))["language_code"] == "NLD"
    with reader.page.expect_download() as saved:
        documents.nth(1).get_by_role("link", name=reader.t("save_file")).click()
    assert saved.value.suggested_filename == "lente.docx"
    with reader.page.expect_navigation():
        reader.answers(yes=True)
        documents.nth(0).get_by_role("button", name=reader.t("remove")).click()
    expect(documents).to_have_count(1)
    no = crm.segment(interaction_template_code=code)["no"]
    reader.go(f"/segments/{no}/letter")
    expect(documents).to_contain_text("lente.docx")
    reader.page.get_by_role("link", name=reader.t("its_template", code=code)).click()
    reader.arrives(f"/setup/interaction-templates/{code}/letter")


@both_languages
def test_a_segment_gets_documents_of_its_own_and_each_contact_the_one_in_its_language(
    visit: Visit, crm: Crm, sheet: str, language: Language
) -> None:
    reader = visit(language)
    reader.go(f"/segments/{sheet}")
    reader.page.get_by_role("link", name=reader.t("letter"), exact=True).click()
    letters = reader.page.locator(".letters li")
    expect(letters.nth(0)).to_contain_text(reader.t("has_no_document"))
    upload(reader, file("spring.docx", letter("Dear", "Contact_Name")), "ENG")
    upload(reader, file("lente.docx", letter("Beste", "Contact_Name")), "NLD")
    expect(letters.nth(0)).to_contain_text("NLD")
    expect(letters.nth(1)).to_contain_text("ENG")
    assert ok(crm.client.get(f"/v1/segments/{sheet}"))["language_code"] == "ENG"
    # A contact's letter is one step from its line too.
    reader.go(f"/segments/{sheet}")
    reader.page.locator("#grid tr[data-place='1'] [data-do=letter]").click()
    reader.arrives(f"/segments/{sheet}/lines/20000/letter")
    expect(reader.page.get_by_text(reader.t("inherits_document"))).to_be_visible()


@needs_office
@both_languages
def test_a_letter_is_shown_as_pdf_within_the_page(
    visit: Visit, sheet: str, crm: Crm, language: Language
) -> None:
    put(crm, sheet, letter("Dear", "Contact_Name"))
    reader = visit(language)
    with reader.page.expect_response("**/letter/pdf") as answered:
        reader.go(f"/segments/{sheet}/lines/10000/letter")
    assert answered.value.headers["content-type"] == "application/pdf"
    assert answered.value.headers["content-disposition"].startswith("inline")
    # Only our own pages may show it, and it may load nothing.
    assert "frame-ancestors 'self'" in answered.value.headers["content-security-policy"]
    expect(reader.page.locator("iframe")).to_be_visible()
    reader.page.wait_for_function("window.frames.length === 1")
    # Beside it are the one before and after it, for who looks through them.
    reader.page.get_by_role("link", name=reader.t("next_letter")).click()
    reader.arrives(f"/segments/{sheet}/lines/20000/letter")
    reader.page.get_by_role("link", name=reader.t("previous_letter")).click()
    reader.arrives(f"/segments/{sheet}/lines/10000/letter")
    with reader.page.expect_download() as saved:
        reader.page.get_by_role("link", name=reader.t("save_letter", ending="docx")).click()
    assert saved.value.suggested_filename == "Alder.docx"
    assert word.text_of(Path(saved.value.path()).read_bytes()).startswith("Dear")


def put(crm: Crm, segment_no: str, content: bytes, kind: str = WORD, **asked: str) -> None:
    """Give a segment a document over HTTP."""
    path = f"/v1/segments/{segment_no}/documents/-"
    ok(crm.client.put(path, content=content, headers={"Content-Type": kind}, params=asked))


@both_languages
def test_one_contact_gets_remarks_and_a_document_of_its_own_and_goes_back_to_the_inherited_one(
    visit: Visit, crm: Crm, sheet: str, language: Language
) -> None:
    put(crm, sheet, letter("Dear", "Contact_Name"))
    reader = visit(language)
    reader.go(f"/segments/{sheet}/lines/20000/letter")
    # Remarks would not show: the document has no place for them.
    expect(reader.page.get_by_text(reader.t("remarks_not_shown"))).to_be_visible()
    reader.page.locator("#p-remarks").fill("See you at the fair.")
    with reader.page.expect_navigation():
        reader.press("save")
    expect(reader.page.locator(".mark .own")).to_have_text(reader.t("own"))
    upload(reader, file("birch.docx", letter("Dear Birch", "Remarks")))
    expect(reader.page.get_by_text(reader.t("has_own_document"))).to_be_visible()
    expect(reader.page.get_by_text(reader.t("remarks_not_shown"))).to_have_count(0)
    lines = ok(crm.client.get(f"/v1/segments/{sheet}/lines"))["items"]
    assert [line["document"] for line in lines] == ["inherited", "unique"]
    made = crm.client.get(f"/v1/segments/{sheet}/lines/20000/preview", headers={"Accept": WORD})
    assert "See you at the fair." in word.text_of(made.content)
    reader.go(f"/segments/{sheet}/letter")
    expect(reader.page.locator(".letters .unique")).to_have_count(1)
    reader.go(f"/segments/{sheet}/lines/20000/letter")
    with reader.page.expect_navigation():
        reader.press("inherit_again")
    expect(reader.page.get_by_text(reader.t("inherits_document"))).to_be_visible()
    assert ok(crm.client.get(f"/v1/segments/{sheet}/lines/20000"))["document"] == "inherited"


@both_languages
def test_a_file_that_is_no_letter_is_refused_in_words(visit: Visit, sheet: str, language: Language) -> None:
    reader = visit(language)
    reader.go(f"/segments/{sheet}/letter")
    reader.page.set_input_files("#file", file("old.docx", b"this is no Word document"))
    reader.press("upload")
    said = reader.page.locator("#messages")
    words = {"en": "The document cannot be used.", "nl": "Het document is niet te gebruiken."}
    expect(said).to_contain_text(words[language])
    expect(said).to_contain_text(reader.t("nothing_changed"))
    # The form stays as it was filled in, and the next file is taken.
    upload(reader, file("spring.docx", letter("Dear", "Contact_Name")))
    expect(reader.page.locator(".documents li")).to_have_count(1)


def test_a_page_is_shown_as_a_page_whose_scripts_are_still(visit: Visit, crm: Crm, sheet: str) -> None:
    page = b"<p>Dear {{ Contact_Name }}</p><p id=s>still</p><script>s.textContent = 'moved'</script>"
    put(crm, sheet, page, HTML)
    reader = visit()
    reader.go(f"/segments/{sheet}/lines/10000/letter")
    shown = reader.page.frame_locator("iframe")
    expect(shown.get_by_text("Dear Alder")).to_be_visible()
    expect(shown.get_by_text("still")).to_be_visible()
    # That the script was stopped is what the browser complains of, and nothing else.
    reader.until(lambda: reader.complaints)
    assert all("sandboxed" in one for one in reader.complaints)
    reader.complaints.clear()


@both_languages
def test_without_libreoffice_it_is_said_and_the_letter_can_be_saved(
    visit: Visit, crm: Crm, sheet: str, language: Language, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(office, "_PLACES", ())
    monkeypatch.setenv("PATH", "")
    put(crm, sheet, letter("Dear", "Contact_Name"))
    reader = visit(language)
    reader.go(f"/segments/{sheet}/lines/10000/letter")
    expect(reader.page.get_by_text(reader.t("no_office"))).to_be_visible()
    expect(reader.page.locator("iframe")).to_have_count(0)
    expect(reader.page.get_by_role("link", name=reader.t("save_letter", ending="docx"))).to_be_visible()


@both_languages
def test_who_only_reads_sees_letters_and_cannot_change_them(
    visit: Visit, crm: Crm, sheet: str, language: Language
) -> None:
    put(crm, sheet, letter("Dear", "Contact_Name"))
    reader = visit(language, role="auditor")
    reader.go(f"/segments/{sheet}/letter")
    expect(reader.page.locator("#file")).to_have_count(0)
    reader.page.locator(".letters a").first.click()
    expect(reader.page.locator("#p-remarks")).to_be_disabled()
    expect(reader.page.locator("#file")).to_have_count(0)
