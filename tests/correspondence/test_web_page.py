"""A letter as the content of a mail (domain B11)."""

from __future__ import annotations

import re

from correspondence.mail import as_text
from correspondence.web_page import letter_page
from tests.correspondence.word import document, relation, relations


def body(html: str) -> str:
    """What is between the first and the last line of a page, without looks of paragraphs."""
    found = re.search(r"<body[^>]*>(.*)</body>", html, re.DOTALL)
    assert found is not None
    return re.sub(r' style="margin:0 0 0.6em 0"', "", found[1])


def test_text_keeps_its_looks() -> None:
    page = letter_page(
        document(
            '<w:p><w:pPr><w:pStyle w:val="Heading1"/></w:pPr><w:r><w:t>Spring</w:t></w:r></w:p>'
            '<w:p><w:r><w:t xml:space="preserve">Dear </w:t></w:r>'
            "<w:r><w:rPr><w:b/><w:i w:val='0'/></w:rPr><w:t>Ann</w:t></w:r>"
            "<w:r><w:br/><w:t>a &lt; b</w:t></w:r></w:p>"
        )
    )
    bold = '<span style="font-weight:bold">Ann</span>'
    assert body(page.html) == f"<h1>Spring</h1><p>Dear {bold}<br>a &lt; b</p>"
    assert as_text(page.html) == "Spring\nDear Ann\na < b"


def test_tables_lists_and_links_come_along() -> None:
    links = {
        "word/_rels/document.xml.rels": relations(
            relation("hyperlink", "https://example.com/?a=1&b=2", "External"),
            relation("hyperlink", "javascript:alert(1)", "External"),
        )
    }
    known = {
        target: re.search(rf'Id="(\w+)"[^>]*Target="{re.escape(target.replace("&", "&amp;"))}"', text)
        for text in [links["word/_rels/document.xml.rels"].decode()]
        for target in ("https://example.com/?a=1&b=2", "javascript:alert(1)")
    }
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    linked = "".join(
        f'<w:hyperlink xmlns:r="{office}" r:id="{found[1]}"><w:r><w:t>here</w:t></w:r></w:hyperlink>'
        for found in known.values()
        if found is not None
    )
    page = letter_page(
        document(
            "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>Price</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"
            "<w:p><w:pPr><w:numPr/></w:pPr><w:r><w:t>one</w:t></w:r></w:p>"
            f"<w:p>{linked}</w:p>",
            links,
        )
    )
    assert "<td" in page.html
    assert "<p>• one</p>" in body(page.html)
    assert body(page.html).endswith('<p><a href="https://example.com/?a=1&amp;b=2">here</a>here</p>')


def test_pictures_are_named_and_come_along() -> None:
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    rels = relations(relation("image", "media/logo.png"))
    found = re.search(r'Id="(\w+)"', rels.decode())
    assert found is not None
    picture = f'<a:blip xmlns:a="urn:a" xmlns:r="{office}" r:embed="{found[1]}"/>'
    page = letter_page(
        document(
            f"<w:p><w:r><w:drawing>{picture}</w:drawing></w:r></w:p>",
            {"word/_rels/document.xml.rels": rels, "word/media/logo.png": b"\x89PNG"},
        )
    )
    assert '<img src="cid:logo.png"' in page.html
    assert [(one.name, one.data) for one in page.pictures] == [("logo.png", b"\x89PNG")]


def test_what_is_hidden_or_struck_out_by_tracked_changes_is_not_shown() -> None:
    page = letter_page(
        document(
            "<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>hidden</w:t></w:r>"
            "<w:del><w:r><w:delText>deleted</w:delText></w:r></w:del>"
            "<w:ins><w:r><w:t>inserted</w:t></w:r></w:ins></w:p>"
        )
    )
    assert body(page.html) == "<p>inserted</p>"
