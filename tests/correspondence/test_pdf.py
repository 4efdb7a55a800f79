"""Letters as PDF, made by a real LibreOffice."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import psutil
import pypdfium2
import pytest

from correspondence import office as office_module
from correspondence import pdf as pdf_module
from correspondence.binding import apart
from correspondence.combining import letter_of
from correspondence.merging import merge
from correspondence.office import Office, find_office, runs_without_network
from correspondence.pdf import letters_to_pdf, sheaves
from correspondence.reading import read_template
from domain.errors import OfficeMissing
from tests.correspondence.word import OFFICE, W, document, field, relations

needs_office = pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")

LETTER = document(
    f"<w:p>{field('Contact_Mail_Address')}</w:p><w:p>{field('Remarks')}</w:p>"
    f"<w:tbl><w:tblPr/><w:tr><w:tc><w:p>{field('Contact_Name')}</w:p></w:tc></w:tr></w:tbl>"
    f"<w:p><w:r><w:t xml:space='preserve'>Page </w:t></w:r>{field('1', code=' PAGE ')}</w:p>"
)


def letters(count: int) -> list[bytes]:
    template = read_template(LETTER)
    return [
        merge(
            template,
            {
                "Contact_Mail_Address": f"Contact {number}\nStreet {number}",
                "Contact_Name": f"«{number}»",
                "Remarks": "\n".join(["long"] * 150 if number % 4 == 1 else []),
            },
        )
        for number in range(count)
    ]


def pages(pdf: bytes | None) -> list[tuple[str, bytes]]:
    """The text and the picture of each page."""
    assert pdf is not None
    return [
        (page.get_textpage().get_text_range(), bytes(page.render().buffer))
        for page in pypdfium2.PdfDocument(pdf)
    ]


@pytest.fixture
def office() -> Iterator[Office]:
    made = Office()
    yield made
    made.close()


@needs_office
def test_every_letter_becomes_a_pdf_of_its_own_in_the_same_order() -> None:
    made = [pages(pdf) for pdf in letters_to_pdf(letters(9))]
    assert [f"Contact {n}\r\nStreet {n}" in made[n][0][0] for n in range(9)] == [True] * 9
    assert [len(pages) for pages in made] == [4 if n % 4 == 1 else 1 for n in range(9)]
    assert all(f"Page {len(pages)}" in pages[-1][0] for pages in made)


@needs_office
def test_letters_made_together_look_the_same_to_the_dot_as_letters_made_one_by_one(office: Office) -> None:
    each = letters(6)
    read = [letter for data in each if (letter := letter_of(data))]
    assert len(read) == 6
    assert len({letter.frame for letter in read}) == 1
    (sheaf,) = sheaves(dict(enumerate(each)))
    together = apart(sheaf)
    alone = office.convert({str(number): letter for number, letter in enumerate(each)})
    assert [pages(together[number]) for number in range(6)] == [
        pages(alone[str(number)]) for number in range(6)
    ]


@pytest.mark.parametrize(
    "inside",
    [
        field("1", code=" NUMPAGES "),
        field("1", "simple", code=" SEQ Figure "),
        "<w:pPr><w:numPr><w:numId w:val='1'/></w:numPr></w:pPr>",
        "<w:r><w:footnoteReference w:id='1'/></w:r>",
        "<w:pPr><w:sectPr/></w:pPr>",
    ],
)
def test_a_letter_that_counts_something_is_not_combined_with_others(inside: str) -> None:
    assert letter_of(document(f"<w:p>{inside}</w:p><w:p/>")) is None


def test_letters_with_different_headers_are_not_combined() -> None:
    headers = [
        f'<w:hdr xmlns:w="{W}"><w:p><w:r><w:t>{n}</w:t></w:r></w:p></w:hdr>'.encode() for n in (1, 1, 2)
    ]
    read = [letter_of(document("<w:p/><w:p/>", {"word/header1.xml": header})) for header in headers]
    frames = [letter.frame for letter in read if letter]
    assert frames[0] == frames[1] != frames[2]


@needs_office
def test_a_letter_that_cannot_be_converted_takes_no_other_down() -> None:
    good = letters(2)
    made = letters_to_pdf([good[0], b"no document", good[1], b""])
    assert [pdf is not None for pdf in made] == [True, False, True, False]


@needs_office
def test_a_conversion_that_takes_too_long_is_stopped_with_everything_it_started(office: Office) -> None:
    begun = time.monotonic()
    assert office.convert({"x": letters(1)[0]}, patience_s=0.1) == {}
    assert time.monotonic() - begun < office_module.PATIENCE_S / 2
    place = str(office.place)
    assert not [
        process
        for process in psutil.process_iter(["cmdline"])
        if place in " ".join(process.info["cmdline"] or [])
    ]
    assert set(office.convert({"x": letters(1)[0]})) == {"x"}


@needs_office
def test_a_document_fetches_nothing_from_the_network(office: Office) -> None:
    if not runs_without_network():
        pytest.skip("no network can be taken away here")
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}/pixel.png"
    link = f'<Relationship Id="rLink" Type="{OFFICE}/image" Target="{address}" TargetMode="External"/>'
    picture = (
        '<w:r><w:pict><v:shape xmlns:v="urn:schemas-microsoft-com:vml" style="width:9pt;height:9pt">'
        f'<v:imagedata xmlns:r="{OFFICE}" r:id="rLink"/></v:shape></w:pict></w:r>'
    )
    data = document(f"<w:p>{picture}</w:p>", {"word/_rels/document.xml.rels": relations(link)})
    assert set(office.convert({"x": data})) == {"x"}
    server.shutdown()
    server.server_close()
    assert asked == []


def test_without_libreoffice_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setattr(office_module, "_PLACES", ())
    with pytest.raises(OfficeMissing, match="LibreOffice is not installed"):
        find_office()


def test_without_letters_to_convert_nobody_asks_for_libreoffice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("correspondence.pdf._OFFICES", None)
    assert letters_to_pdf([]) == []


@needs_office
def test_nothing_is_left_behind(office: Office) -> None:
    office.convert({"x": letters(1)[0]})
    place = office.place
    assert [path.name for path in place.iterdir() if path.is_dir() and path.name.startswith("tmp")] == []
    office.close()
    assert not place.exists()


CRASHING = """#!{python}
import os, signal, subprocess, sys
options = [word for word in sys.argv[1:] if not word.endswith(".docx")]
for name in (word for word in sys.argv[1:] if word.endswith(".docx")):
    if b"this crashes it" in open(name, "rb").read():
        os.kill(os.getpid(), signal.SIGSEGV)
    subprocess.run([{soffice!r}, *options, name], check=True)
"""


@needs_office
def test_a_letter_at_which_libreoffice_crashes_takes_no_other_down(monkeypatch: pytest.MonkeyPatch) -> None:
    template = read_template(
        document(f"<w:p>{field('Remarks')}</w:p><w:p>{field('1', code=' NUMPAGES ')}</w:p>")
    )
    remarks = ["a", "this crashes it", "b", "this crashes it", "c"]
    with tempfile.TemporaryDirectory() as directory:
        place = Path(directory)
        place.chmod(0o755)
        program = place / "soffice"
        program.write_text(CRASHING.format(python="/usr/bin/env python3", soffice=shutil.which("soffice")))
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{place}:{os.environ['PATH']}")
        monkeypatch.setattr(pdf_module, "_OFFICES", pdf_module._Offices())
        made = letters_to_pdf([merge(template, {"Remarks": text}) for text in remarks])
    assert [pdf and pages(pdf)[0][0][0] for pdf in made] == ["a", None, "b", None, "c"]


@needs_office
def test_letters_that_a_killed_process_left_are_removed_by_the_next() -> None:
    code = (
        "import time; from correspondence.office import Office; office = Office()\n"
        "(office.place / 'letter.docx').write_bytes(b'Dear Zenobia'); print(office.place, flush=True)\n"
        "time.sleep(600)"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        left = Path(process.stdout.readline().strip())
        Office().close()
        assert (left / "letter.docx").exists(), "that process lives"
        process.kill()
    Office().close()
    assert not left.exists()
