"""Many letters as one document, and its PDF as many again: LibreOffice is ten times as fast that way.

Only letters that look the same in company are combined: nothing in them may count on from one letter to the
next (numbered lists, notes, numbers of pages), and all their parts but the text itself must be the same. Each
letter is a section of its own that begins on a new page numbered 1, with a bookmark that the PDF knows.
"""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass

import pikepdf
from lxml import etree

from correspondence.archive import Packed
from correspondence.merging import write_archive
from correspondence.package import TRANSITIONAL, read_package, repacked, serialized
from correspondence.reading import fixed_part

MOST_COMBINED = 250
"""Letters in one document; LibreOffice slows down with the number of sections."""

_W = f"{{{TRANSITIONAL}}}"
_COUNTING = re.compile(
    rb"<w:(numPr|footnoteReference|endnoteReference|commentReference|lnNumType|altChunk)\b"
)
_HARMLESS_FIELDS = frozenset({"PAGE", "HYPERLINK", "DATE", "TIME"})
_MARK = "LetterOfSegment"


@dataclass(frozen=True)
class Letter:
    """A letter that can stand in one document with others that have the same frame."""

    frame: str
    main: str
    parts: tuple[Packed, ...]
    root: etree._Element


def letter_of(data: bytes) -> Letter | None:
    """The letter, if it looks the same in company. Raises DocumentUnreadable."""
    package = read_package(data)
    main = next(name for name, root in package.stories.items() if root.tag.rpartition("}")[2] == "document")
    root = package.stories[main]
    body = root.find(f"{_W}body")
    if body is None or len(body) < 2 or body[-1].tag != f"{_W}sectPr" or body[-2].tag != f"{_W}p":
        return None
    sections = sum(1 for _ in root.iter(f"{_W}sectPr"))
    if sections != 1 or body[0].tag not in (f"{_W}p", f"{_W}tbl"):
        return None
    if any(part.name.endswith(".xml") and _COUNTING.search(part.content) for part in package.parts):
        return None
    if any(not _harmless(story) for story in package.stories.values()):
        return None
    digest = hashlib.sha256(repr((root.attrib, root.nsmap)).encode() + etree.tostring(body[-1]))
    for part in package.parts:
        if part.name != main:
            digest.update(f"{part.name}:{len(part.content)}:".encode() + part.content)
    return Letter(digest.hexdigest(), main, package.parts, root)


def _harmless(story: etree._Element) -> bool:
    """Whether every field in it shows the same wherever the letter stands."""
    words = [element.get(f"{_W}instr") or "" for element in story.iter(f"{_W}fldSimple")]
    code = ""
    for element in story.iter(f"{_W}instrText", f"{_W}fldChar"):
        if element.tag == f"{_W}instrText":
            code += element.text or ""
        elif code:
            words.append(code)
            code = ""
    return all(
        word.split()[:1] and word.split()[0].upper() in _HARMLESS_FIELDS for word in [*words, code] if word
    )


def combine(letters: Sequence[Letter]) -> bytes:
    """One document of letters with the same frame."""
    root = deepcopy(letters[0].root)
    body = root[0] if root[0].tag == f"{_W}body" else root.find(f"{_W}body")
    assert body is not None
    last = body[-1]
    _begin_anew(last)
    for child in list(body):
        body.remove(child)
    for number, letter in enumerate(letters):
        own = letter.root.find(f"{_W}body")
        assert own is not None
        contents = [deepcopy(child) for child in list(own)[:-1]]
        _bookmark(contents, number)
        if number < len(letters) - 1:
            _end_section(contents[-1], last)
        body.extend(contents)
    body.append(last)
    content = serialized(root)
    parts = letters[0].parts
    main = letters[0].main
    return write_archive(fixed_part(repacked(part, content) if part.name == main else part) for part in parts)


def _begin_anew(section: etree._Element) -> None:
    """Let a section begin on a new page with the number 1."""
    for kind in section.findall(f"{_W}type"):
        section.remove(kind)
    numbers = section.find(f"{_W}pgNumType")
    if numbers is None:
        numbers = etree.Element(f"{_W}pgNumType")
        margins = section.find(f"{_W}pgMar")
        if margins is None:
            section.append(numbers)
        else:
            margins.addnext(numbers)
    if numbers.get(f"{_W}start") is None:
        numbers.set(f"{_W}start", "1")


def _end_section(paragraph: etree._Element, section: etree._Element) -> None:
    """Let the section end with this paragraph."""
    look = paragraph.find(f"{_W}pPr")
    if look is None:
        look = etree.Element(f"{_W}pPr")
        paragraph.insert(0, look)
    copied = deepcopy(section)
    copied.tail = None
    change = look.find(f"{_W}pPrChange")
    if change is None:
        look.append(copied)
    else:
        change.addprevious(copied)


def _bookmark(contents: Sequence[etree._Element], number: int) -> None:
    """Mark where a letter begins, in its first paragraph."""
    first = next(contents[0].iter(f"{_W}p"))
    start = etree.Element(f"{_W}bookmarkStart")
    start.set(f"{_W}id", str(1_000_000 + number))
    start.set(f"{_W}name", f"{_MARK}{number}")
    end = etree.Element(f"{_W}bookmarkEnd")
    end.set(f"{_W}id", str(1_000_000 + number))
    place = 1 if len(first) and first[0].tag == f"{_W}pPr" else 0
    first.insert(place, start)
    first.insert(place + 1, end)


def split(pdf: bytes, count: int) -> list[bytes] | None:
    """The letters of a combined PDF; None if it does not tell where each begins."""
    with pikepdf.open(io.BytesIO(pdf)) as whole:
        places: dict[object, int] = {page.objgen: number for number, page in enumerate(whole.pages)}
        named = whole.Root.get("/Dests")
        if named is None:
            return None
        starts = []
        for number in range(count):
            target = named.get(f"/{_MARK}{number}")
            if target is None:
                return None
            starts.append(places[target[0].objgen])
        if starts[0] != 0 or sorted(set(starts)) != starts:
            return None
        return [
            _pages(whole, start, end)
            for start, end in zip(starts, [*starts[1:], len(whole.pages)], strict=True)
        ]


def _pages(whole: pikepdf.Pdf, start: int, end: int) -> bytes:
    made = io.BytesIO()
    with pikepdf.new() as letter:
        letter.pages.extend(whole.pages[start:end])
        letter.remove_unreferenced_resources()
        letter.save(made, deterministic_id=True)
    return made.getvalue()
