"""What makes letters in the benchmark: our own way, the least there could be, and other libraries.

All of them fill in the same ten fields of the same letter with the same values.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable, Mapping, Sequence

import docx
import msgspec
from docx.oxml import parse_xml

from api.sample.contacts import sample_contacts
from correspondence.archive import Packed, read_archive
from correspondence.formatting import Value
from correspondence.letter import LetterLine, merge_data
from correspondence.merging import merge
from correspondence.reading import read_template
from domain.contact import Contact

Values = Mapping[str, Value]
Maker = Callable[[Values], bytes]
FIELDS = (
    *("Contact_Mail_Address", "Document_Date", "Document_Subject", "Formal_Salutation", "Contact_Name"),
    *("Contact_City", "Salesperson_Name", "Salesperson_Phone_No", "Remarks", "Company_Name"),
)
SENTENCE = "Your spring offer is here, with prices that hold until the end of May. "
NAMESPACE = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def letter_template(expressions: bool = False, counting: bool = False) -> bytes:
    """A letter of two pages with ten fields, a header and the styles of Word; or the same for docxtpl.

    With `counting` it says how many pages it has, so that it cannot be converted together with others.
    """
    document = docx.Document()
    document.sections[0].header.paragraphs[0].text = "Alder B.V., Dorpsstraat 1, Zwolle"
    for name in FIELDS:
        paragraph = document.add_paragraph(f"{name}: ")
        if expressions:
            paragraph.add_run(f"{{{{ {name} }}}}")
        else:
            paragraph._p.append(
                parse_xml(
                    f'<w:fldSimple {NAMESPACE} w:instr=" MERGEFIELD {name} ">'
                    f"<w:r><w:t>«{name}»</w:t></w:r></w:fldSimple>"
                )
            )
        document.add_paragraph(SENTENCE * 3)
    if counting:
        paragraph = document.sections[0].footer.paragraphs[0]
        paragraph._p.append(parse_xml(f'<w:fldSimple {NAMESPACE} w:instr=" NUMPAGES "/>'))
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def letter_values(count: int) -> list[dict[str, Value]]:
    """The values of so many letters to sample contacts."""
    line = LetterLine(subject="Spring offer", remarks="See you at the fair.")
    return [
        merge_data(f"CT{number}", msgspec.convert(row, Contact), line).values()
        for number, row in enumerate(sample_contacts(count))
    ]


class Least:
    """The least: known text and values joined and packed, between parts that stay as they are."""

    def __init__(self, template: bytes) -> None:
        text = next(
            part for part in read_archive(template) if part.name == "word/document.xml"
        ).content.decode()
        self.pieces: list[str] = []
        for name in FIELDS:
            before, _, text = text.partition(f"«{name}»")
            self.pieces += [before, name]
        self.pieces.append(text)
        self.parts = [part for part in read_archive(template) if part.name != "word/document.xml"]

    def __call__(self, values: Values) -> bytes:
        text = "".join(
            str(values[piece] or "").replace("&", "&amp;").replace("<", "&lt;") if number % 2 else piece
            for number, piece in enumerate(self.pieces)
        ).encode()
        deflate = zlib.compressobj(6, zlib.DEFLATED, -15)
        packed = deflate.compress(text) + deflate.flush()
        return archive([*self.parts, Packed("word/document.xml", 8, zlib.crc32(text), packed, text)])


def archive(parts: Sequence[Packed]) -> bytes:
    """A zip file of packed parts."""
    pieces, table, at = [], [], 0
    for part in parts:
        name = part.name.encode()
        about = struct.pack(
            "<5H3L2H", 20, 0, part.method, 0, 33, part.crc, len(part.packed), len(part.content), len(name), 0
        )
        pieces += [b"PK\3\4", about, name, part.packed]
        table += [b"PK\1\2\x14\0", about, struct.pack("<3H2L", 0, 0, 0, 0, at), name]
        at += 30 + len(name) + len(part.packed)
    listed = b"".join(table)
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, len(parts), len(parts), len(listed), at, 0)
    return b"".join([*pieces, listed, end])


def ours(template: bytes) -> Maker:
    """What the service does."""
    read = read_template(template)
    return lambda values: merge(read, values)


def mailmerge(template: bytes) -> Maker:
    """docx-mailmerge2."""
    from mailmerge import MailMerge

    def one(values: Values) -> bytes:
        file = io.BytesIO()
        with MailMerge(io.BytesIO(template)) as document:
            document.merge(**{name: str(values[name] or "") for name in FIELDS})
            document.write(file)
        return file.getvalue()

    return one


def docxtpl(template: bytes) -> Maker:
    """docxtpl, whose templates are programs: never to be used with documents of others."""
    from docxtpl import DocxTemplate  # type: ignore[import-untyped]

    def one(values: Values) -> bytes:
        file = io.BytesIO()
        document = DocxTemplate(io.BytesIO(template))
        document.render({name: values[name] or "" for name in FIELDS}, autoescape=True)
        document.save(file)
        return file.getvalue()

    return one
