"""`python -m benchmarks.letters`: how fast letters are merged, and how fast they become PDF.

Against the least that a program does that knows the XML already: it joins it with the values, packs it as
Word does, and puts it into a zip file with parts that are packed already. And against docx-mailmerge2, and
docxtpl where that is installed. One process, one core. The values are made before the time is taken.
"""

from __future__ import annotations

import argparse
import importlib.util
import io
import resource
import statistics
import struct
import time
import zlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

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

FIELDS = (
    *("Contact_Mail_Address", "Document_Date", "Document_Subject", "Formal_Salutation", "Contact_Name"),
    *("Contact_City", "Salesperson_Name", "Salesperson_Phone_No", "Remarks", "Company_Name"),
)
SENTENCE = "Your spring offer is here, with prices that hold until the end of May. "
NAMESPACE = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def letter_template(expressions: bool = False) -> bytes:
    """A letter of one page with ten fields, a header and the styles of Word; or the same for docxtpl."""
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

    def __call__(self, values: Mapping[str, Value]) -> bytes:
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


def mailmerge(template: bytes) -> Callable[[Mapping[str, Value]], bytes]:
    """docx-mailmerge2."""
    from mailmerge import MailMerge

    def one(values: Mapping[str, Value]) -> bytes:
        file = io.BytesIO()
        with MailMerge(io.BytesIO(template)) as document:
            document.merge(**{name: str(values[name] or "") for name in FIELDS})
            document.write(file)
        return file.getvalue()

    return one


def docxtpl(template: bytes) -> Callable[[Mapping[str, Value]], bytes]:
    """docxtpl, whose templates are programs: never to be used with documents of others."""
    module: Any = importlib.import_module("docxtpl")

    def one(values: Mapping[str, Value]) -> bytes:
        file = io.BytesIO()
        document = module.DocxTemplate(io.BytesIO(template))
        document.render({name: values[name] or "" for name in FIELDS}, autoescape=True)
        document.save(file)
        return file.getvalue()

    return one


def letters_a_second(
    make: Callable[[Mapping[str, Value]], bytes], values: Sequence[Mapping[str, Value]]
) -> float:
    """How many letters of these values are made in a second of processor time."""
    begun = time.process_time()
    for letter in values:
        make(letter)
    return len(values) / (time.process_time() - begun)


def memory_mb() -> float:
    """The most memory that the process has used."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.letters", description="Measure letters.")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--pdf", type=int, default=0, help="make so many letters into PDF too")
    options = parser.parse_args()
    data, values = letter_template(), letter_values(1_000)
    template, least = read_template(data), Least(data)

    def ours(one: Mapping[str, Value]) -> bytes:
        return merge(template, one)

    sizes = [len(data), len(ours(values[0])), len(least(values[0]))]
    print("bytes: template {:,}, letter {:,}, the least {:,}".format(*sizes))
    for make in (ours, least):
        letters_a_second(make, values)
    pairs = [(letters_a_second(ours, values), letters_a_second(least, values)) for _ in range(options.runs)]
    speed, bare = (statistics.median(side) for side in zip(*pairs, strict=True))
    ratios = sorted(bare_one / our_one for our_one, bare_one in pairs)
    print(f"merge           {speed:10,.0f} letters/s and core")
    print(f"the least       {bare:10,.0f}   ratio {bare / speed:.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})")
    print(f"docx-mailmerge2 {letters_a_second(mailmerge(data), values[:100]):10,.0f}")
    if importlib.util.find_spec("docxtpl"):
        print(f"docxtpl         {letters_a_second(docxtpl(letter_template(True)), values[:50]):10,.0f}")
    begun = time.process_time()
    for _ in range(200):
        read_template(data)
    print(f"read a template {(time.process_time() - begun) / 200 * 1e3:10.2f} ms")
    letter_values(10_000)
    for count in (1_000, 100_000):
        for number in range(count):
            ours(values[number % len(values)])
        print(f"memory after {count:,} letters: {memory_mb():.1f} MB")
    if options.pdf:
        from correspondence.pdf import letters_to_pdf

        letters = [ours(values[number % len(values)]) for number in range(options.pdf)]
        wall = time.monotonic()
        made = letters_to_pdf(letters)
        assert all(made)
        print(f"PDF             {len(letters) / (time.monotonic() - wall):10,.1f} letters/s")


if __name__ == "__main__":
    main()
