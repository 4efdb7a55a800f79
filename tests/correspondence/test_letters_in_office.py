"""100 letters from random templates to random contacts, opened by LibreOffice and by python-docx.

What both read in them must be what the data say, which is worked out here by other means than in the code.
"""

from __future__ import annotations

import calendar
import io
import random
import shutil
import subprocess
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from xml.sax.saxutils import escape

import docx
import pytest
from docx.table import Table
from lxml import etree

from correspondence.letter import Company, LetterLine, merge_data
from correspondence.merging import merge
from correspondence.office import find_office
from correspondence.reading import read_template
from domain.code_tables import Salesperson, Salutation, SalutationFormula
from domain.contact import Contact
from domain.setup import OwnCompany
from tests.correspondence.word import MAIN, OFFICE, PACKAGE, TYPES, W, packed
from tests.correspondence.word import field as word_field

needs_office = pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
LETTERS = 100
COUNTRY = "NL"

# --- Data ---------------------------------------------------------------------------------------------------

ODD = (
    *("Zoë Åkesson-Łątka", "Ænima Đurić ß", "שלום עולם", "محمد بن علي", "李小龍", "Ωμέγα Жук", "e\u0301tude"),
    *(
        "😀 Smile 👩‍👩‍👧",
        'A & B <C> "D"',
        "O'Brien ‘x’ “y”",
        "]]> &amp; <w:t>",
        "{{ Contact_City }}",
        "«Remarks»",
    ),
    *("two  blanks   three", "=1+1", "100 % \\ \\* Upper", "a\u00a0b", "x" * 300, "longer " * 200 + "end"),
)
MONTHS = {
    "ENU": list(calendar.month_name),
    "NLD": [
        *("", "januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus", "september"),
        *("oktober", "november", "december"),
    ],
}
DAYS = {
    "ENU": list(calendar.day_name),
    "NLD": ["maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag"],
}
SALUTATION = Salutation(
    formulas=(
        SalutationFormula("Dear %1 %2,", "formal", None, ("first_name", "surname")),
        SalutationFormula("Geachte %1,", "formal", "NLD", ("surname",)),
        SalutationFormula("Hi %1!", "informal", None, ("first_name",)),
    )
)


@dataclass
class Addressed:
    """A contact and its line, with what must be in its letter, by the name of the field."""

    contact: Contact
    company: Contact | None
    line: LetterLine
    on: date
    number: int

    @property
    def says(self) -> dict[str, str]:
        contact, language = self.contact, self.line.language_code or "ENU"
        dutch = language == "NLD"
        town = f"{contact.post_code} {contact.city}"
        block = [self.company.name if self.company else None, contact.name, contact.address, town]
        usual = f"{self.on.day} {MONTHS[language][self.on.month]} {self.on.year}"
        said = {
            "Contact_Name": contact.name,
            "Contact_City": contact.city,
            "Contact_Job_Title": contact.job_title,
            "Contact_E_Mail": contact.email,
            "Contact_Company_Name": self.company.name if self.company else None,
            "Contact_Mail_Address": "\n".join(line for line in block if line),
            "Formal_Salutation": f"Geachte {contact.surname},"
            if dutch
            else f"Dear {contact.first_name} {contact.surname},",
            "Informal_Salutation": f"Hi {contact.first_name}!",
            "Document_Subject": self.line.subject,
            "Document_Date": usual,
            "Remarks": self.line.remarks,
            "Salesperson_Name": "Bart & Zn <sales>",
            "Company_Name": "Alder “Works” B.V.",
            "Entry_No": str(self.number),
        }
        return {name: value or "" for name, value in said.items()}

    def written(self, name: str, switch: str) -> str:
        """What a field with a switch shows."""
        value, on = self.says[name], self.on
        language = self.line.language_code or "ENU"
        shown: dict[str, Callable[[], str]] = {
            "": lambda: value,
            "\\* MERGEFORMAT": lambda: value,
            "\\* Upper": value.upper,
            "\\* Lower": value.lower,
            "\\b '(' \\f ')'".replace("'", '"'): lambda: f"({value})" if value else "",
            '\\@ "dd-MM-yy"': lambda: on.strftime("%d-%m-%y"),
            '\\@ "yyyy/M/d"': lambda: f"{on.year}/{on.month}/{on.day}",
            '\\@ "dddd d MMMM"': lambda: (
                f"{DAYS[language][on.weekday()]} {on.day} {MONTHS[language][on.month]}"
            ),
            '\\# "#.##0"': lambda: f"{self.number:,}".replace(",", "."),
            '\\# "€ #,##0.00"': lambda: f"€ {self.number:,}.00",
            "\\# 00000000": lambda: f"{self.number:08}",
        }
        return shown[switch]()


TEXT_SWITCHES = ("", "", "", "\\* MERGEFORMAT", "\\* Upper", "\\* Lower", '\\b "(" \\f ")"')
SWITCHES = {
    "Document_Date": ("", '\\@ "dd-MM-yy"', '\\@ "yyyy/M/d"', '\\@ "dddd d MMMM"'),
    "Entry_No": ("", '\\# "#.##0"', '\\# "€ #,##0.00"', "\\# 00000000"),
}
ALSO = {
    "Contact_Name": ("contact name", "Contact_Naam", "CONTACT-NAME"),
    "Contact_City": ("Contact_Plaats", "contact.city"),
    "Remarks": ("Opmerkingen", "remarks"),
    "Document_Date": ("Document_Datum", "document date"),
    "Formal_Salutation": ("Formele_Aanhef",),
    "Contact_Mail_Address": ("Contact_Adresblok",),
}


def addressed(number: int, chance: random.Random) -> Addressed:
    """A random contact with its line."""

    def odd() -> str:
        return chance.choice(ODD)

    in_company = chance.random() < 0.5
    where = {"address": odd(), "post_code": f"{chance.randint(1000, 9999)} AB", "city": odd()}
    first, last = odd(), odd()
    contact = Contact(
        type="person",
        name=f"{first} {last}",
        first_name=first,
        surname=last,
        job_title=chance.choice([None, odd()]),
        email=chance.choice([None, "ann@example.org"]),
        country_code=COUNTRY,
        salutation_code="M",
        **where,  # type: ignore[arg-type]
    )
    on = date(2024, 1, 1 + chance.randint(0, 30)).replace(month=chance.choice([1, 3, 5, 7, 12]))
    line = LetterLine(
        entry_no=chance.choice([number, 10_000 + number, 1_234_567 + number]),
        date=on,
        subject=chance.choice([None, odd()]),
        language_code=chance.choice([None, "ENU", "NLD"]),
        remarks=chance.choice([None, odd(), f"{odd()}\nand\tthen\n\n{odd()}"]),
    )
    company = Contact(type="company", name=odd(), country_code=COUNTRY, **where) if in_company else None  # type: ignore[arg-type]
    return Addressed(contact, company, line, on, line.entry_no or 0)


# --- Templates ----------------------------------------------------------------------------------------------


@dataclass
class Made:
    """A template, and what is to be read in each place of its letter."""

    template: bytes = b""
    body: list[str] = field(default_factory=list)
    boxes: list[str] = field(default_factory=list)
    header: list[str] = field(default_factory=list)
    footer: list[str] = field(default_factory=list)


class Writer:
    """Writes a random template for one contact."""

    def __init__(self, to: Addressed, chance: random.Random) -> None:
        self.to, self.chance = to, chance
        self.made = Made()

    def field(self) -> tuple[str, str]:
        """A field in one of the ways to write one, and what it shows."""
        name = self.chance.choice(list(self.to.says))
        written = self.chance.choice([name, *ALSO.get(name, ())])
        style = self.chance.choice(["simple", "complex", "split", "typed", "braces"])
        if style in ("typed", "braces"):
            text = (
                f"«{written}»" if style == "typed" else self.chance.choice(["{{%s}}", "{{ %s }}"]) % written
            )
            return self.in_runs(text), self.to.written(name, "")
        switch = self.chance.choice(SWITCHES.get(name, TEXT_SWITCHES))
        quoted = f'"{written}"' if not written.isidentifier() or self.chance.random() < 0.3 else written
        return word_field(name, style, code=f" MERGEFIELD {quoted} {switch} "), self.to.written(name, switch)

    def in_runs(self, text: str) -> str:
        """A text that Word has cut into runs."""
        cuts = sorted(self.chance.sample(range(1, len(text)), self.chance.randint(0, 3)))
        pieces = [text[start:end] for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True)]
        return "".join(
            f"<w:r>{self.chance.choice(['', '<w:rPr><w:b/></w:rPr>'])}"
            f'<w:t xml:space="preserve">{escape(piece)}</w:t></w:r>'
            for piece in pieces
        )

    def paragraph(self) -> tuple[str, str]:
        """A paragraph of text and fields."""
        xml, text = "", ""
        for _ in range(self.chance.randint(1, 3)):
            words = self.chance.choice(["Dear ", "R&D <x>: ", "Ünïcode – ", "note: "])
            field_xml, shown = self.field()
            xml, text = f"{xml}{self.in_runs(words)}{field_xml}", f"{text}{words}{shown}"
        return f"<w:p>{xml}</w:p>", text

    def paragraphs(self, into: list[str], count: int = 1) -> str:
        """Paragraphs, whose text goes into a place of the letter."""
        xml = ""
        for _ in range(count):
            one, text = self.paragraph()
            xml += one
            into.append(text)
        return xml

    def alone(self) -> str:
        """A paragraph of one field, which goes when it is blank: another paragraph stands behind it."""
        xml, text = self.field()
        if text:
            self.made.body.append(text)
        return f"<w:p>{xml}</w:p>{self.paragraphs(self.made.body)}"

    def table(self) -> str:
        cells = "".join(f"<w:tc><w:tcPr/>{self.paragraphs(self.made.body)}</w:tc>" for _ in range(2))
        grid = "<w:tblGrid><w:gridCol w:w='3000'/><w:gridCol w:w='3000'/></w:tblGrid>"
        return f"<w:tbl><w:tblPr/>{grid}<w:tr>{cells}</w:tr></w:tbl>"

    def box(self) -> str:
        inside = self.paragraphs(self.made.boxes)
        self.made.body.append("")
        return (
            "<w:p><w:r><w:pict xmlns:v='urn:schemas-microsoft-com:vml'>"
            "<v:rect style='position:absolute;width:300pt;height:60pt'>"
            f"<v:textbox><w:txbxContent>{inside}</w:txbxContent></v:textbox></v:rect></w:pict></w:r></w:p>"
        )

    def write(self) -> Made:
        kinds: list[Callable[[], str]] = [self.table, self.box, self.alone]
        kinds.append(lambda: self.paragraphs(self.made.body, 2))
        self.chance.shuffle(kinds)
        body = "".join(kind() for kind in kinds) + self.paragraphs(self.made.body)
        self.made.template = package(
            body, self.paragraphs(self.made.header), self.paragraphs(self.made.footer)
        )
        return self.made


def package(body: str, header: str, footer: str) -> bytes:
    """A Word document with a header and a footer."""
    kinds, types, relations, references = ("header", "footer"), TYPES % MAIN, "", ""
    for kind in kinds:
        content_type = MAIN.replace("document.main", kind)
        override = f'<Override PartName="/word/{kind}1.xml" ContentType="{content_type}"/>'
        types = types.replace("</Types>", f"{override}</Types>")
        relations += f'<Relationship Id="{kind}" Type="{OFFICE}/{kind}" Target="{kind}1.xml"/>'
        references += f'<w:{kind}Reference w:type="default" r:id="{kind}"/>'
    main = f'<Relationship Id="main" Type="{OFFICE}/officeDocument" Target="word/document.xml"/>'

    def listed(each: str) -> bytes:
        return f'<Relationships xmlns="{PACKAGE}/relationships">{each}</Relationships>'.encode()

    section = f"<w:sectPr>{references}</w:sectPr>"
    root = f'<w:document xmlns:w="{W}" xmlns:r="{OFFICE}"><w:body>{body}{section}</w:body></w:document>'
    return packed(
        {
            "[Content_Types].xml": types.encode(),
            "_rels/.rels": listed(main),
            "word/document.xml": root.encode(),
            "word/_rels/document.xml.rels": listed(relations),
            "word/header1.xml": f'<w:hdr xmlns:w="{W}">{header}</w:hdr>'.encode(),
            "word/footer1.xml": f'<w:ftr xmlns:w="{W}">{footer}</w:ftr>'.encode(),
        }
    )


def letter(made: Made, to: Addressed) -> bytes:
    """The letter, as the service makes it."""
    template = read_template(made.template)
    assert template.unknown_fields == ()
    values = merge_data(
        "CT1",
        to.contact,
        to.line,
        company=Company("CT2", to.company) if to.company else None,
        salesperson=Salesperson(name="Bart & Zn <sales>"),
        own_company=OwnCompany(name="Alder “Works” B.V.", country_code=COUNTRY),
        salutation=SALUTATION,
    )
    return merge(template, values.values(), values.language_code)


# --- Read by others -----------------------------------------------------------------------------------------

TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
DRAW = "{urn:oasis:names:tc:opendocument:xmlns:drawing:1.0}"
STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
BODY = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}text"


def pieces(node: etree._Element) -> Iterator[str]:
    """The text of a paragraph of OpenDocument, without the boxes that are fixed to it."""
    yield node.text or ""
    for child in node:
        if child.tag == f"{TEXT}s":
            yield " " * int(child.get(f"{TEXT}c") or 1)
        elif child.tag in (f"{TEXT}tab", f"{TEXT}line-break"):
            yield "\t" if child.tag == f"{TEXT}tab" else "\n"
        elif not str(child.tag).startswith(DRAW):
            yield from pieces(child)
        yield child.tail or ""


def in_office(document: Path) -> Made:
    """What LibreOffice read, from the file that it wrote of it."""
    root = etree.parse(str(document)).getroot()
    found = Made()
    for paragraph in root.iter(f"{TEXT}p", f"{TEXT}h"):
        around = [str(one.tag) for one in paragraph.iterancestors()]
        text = "".join(pieces(paragraph))
        if any(tag.startswith(DRAW) for tag in around):
            found.boxes.append(text)
        elif f"{STYLE}header" in around or f"{STYLE}footer" in around:
            (found.header if f"{STYLE}header" in around else found.footer).append(text)
        elif BODY in around:
            found.body.append(text)
    return found


def in_python(document: bytes) -> Made:
    """What python-docx reads, which knows no text boxes."""
    read = docx.Document(io.BytesIO(document))
    found = Made()
    for part in read.iter_inner_content():
        cells = part.rows[0].cells if isinstance(part, Table) else [part]
        found.body += [paragraph.text for cell in cells for paragraph in getattr(cell, "paragraphs", [cell])]
    section = read.sections[0]
    found.header += [paragraph.text for paragraph in section.header.paragraphs]
    found.footer += [paragraph.text for paragraph in section.footer.paragraphs]
    return found


@pytest.fixture(scope="module")
def letters() -> list[tuple[Made, bytes]]:
    chance = random.Random(2026)
    made = []
    for number in range(LETTERS):
        to = addressed(number, chance)
        written = Writer(to, chance).write()
        made.append((written, letter(written, to)))
    return made


def places(made: Made) -> dict[str, list[str]]:
    return {"body": made.body, "boxes": made.boxes, "header": made.header, "footer": made.footer}


@needs_office
def test_libreoffice_reads_in_100_letters_what_the_data_say(
    letters: list[tuple[Made, bytes]], tmp_path: Path
) -> None:
    for number, (_, data) in enumerate(letters):
        (tmp_path / f"{number}.docx").write_bytes(data)
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    names = [f"{number}.docx" for number in range(LETTERS)]
    command = [find_office(), profile, "--headless", "--convert-to", "fodt", *names]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, timeout=300)
    for number, (said, _) in enumerate(letters):
        assert places(in_office(tmp_path / f"{number}.fodt")) == places(said), f"letter {number}"


def test_python_docx_reads_in_100_letters_what_the_data_say(letters: list[tuple[Made, bytes]]) -> None:
    for number, (said, data) in enumerate(letters):
        assert places(in_python(data)) == {**places(said), "boxes": []}, f"letter {number}"


def test_the_letters_have_everything_that_there_is(letters: list[tuple[Made, bytes]]) -> None:
    """That chance left nothing out, so that the two tests above say what they seem to say."""
    texts = "\n".join(text for made, _ in letters for place in places(made).values() for text in place)
    for odd in ODD:
        assert odd in texts
    templates = b"".join(packed_text(made.template) for made, _ in letters).decode()
    for switch in {*TEXT_SWITCHES, *SWITCHES["Document_Date"], *SWITCHES["Entry_No"]}:
        assert escape(switch) in templates or escape(switch, {'"': "&quot;"}) in templates


def packed_text(document: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(document)) as archive:
        return b"".join(archive.read(name) for name in archive.namelist())
