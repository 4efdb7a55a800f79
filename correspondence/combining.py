"""Many letters as one document, and its PDF as many again: LibreOffice is ten times as fast that way.

Only letters that look the same in company are combined: nothing in them may count on from one letter to the
next (numbered lists, notes, numbers of pages), and all their parts but the text itself must be the same. Each
letter is a section of its own that begins on a new page numbered 1, with a bookmark that the PDF knows.
"""

from __future__ import annotations

import hashlib
import io
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass

import pikepdf
from lxml import etree

from correspondence.archive import Packed, list_archive, read_archive, unpack
from correspondence.merging import write_archive
from correspondence.package import (
    TRANSITIONAL,
    check_cost,
    check_part,
    parse,
    parsed,
    read_package,
    repacked,
    serialized,
)
from correspondence.reading import fixed_part

MOST_COMBINED = 250
"""Letters in one document; LibreOffice slows down with the number of sections."""

_W = f"{{{TRANSITIONAL}}}"
_ID, _VALUE = f"{_W}styleId", f"{_W}val"
_COUNTING = tuple(
    f"{_W}{name}"
    for name in ("numPr", "footnoteReference", "endnoteReference", "commentReference", "lnNumType")
)
MOST_STYLES_DEEP = 20
"""Styles that rest on styles; Word allows ten."""
_HARMLESS_FIELDS = frozenset({"PAGE", "HYPERLINK", "DATE", "TIME"})
_MARK = "LetterOfSegment"
_USUAL_MAIN = "word/document.xml"
MOST_FRAMES = 256
"""Verdicts on templates that are remembered."""


@dataclass(frozen=True)
class Letter:
    """A letter that can stand in one document with others that have the same frame."""

    frame: str
    main: str
    data: bytes
    root: etree._Element


@dataclass(frozen=True)
class _Frame:
    """What is known of the parts that letters of one template share."""

    main: str
    numbered: frozenset[str]


def letter_of(data: bytes) -> Letter | None:
    """The letter, if it looks the same in company. Raises DocumentUnreadable."""
    parts = list_archive(data)
    shared = hashlib.sha256()
    for part in parts:
        if part.name != _USUAL_MAIN:
            shared.update(f"{part.name}:{part.method}:{part.size}:{len(part.packed)}:".encode())
            shared.update(part.packed)
    frame = _FRAMES.get(shared.digest(), lambda: _frame_of(data))
    if frame is None:
        return None
    main = unpack(next(part for part in parts if part.name == frame.main))
    check_cost([main])
    root = parse(main)
    check_part(root)
    if not _stands_alone(root) or _counts(root, frame.numbered):
        return None
    body = root.find(f"{_W}body")
    assert body is not None
    shared.update(repr((sorted(root.attrib.items()), sorted(root.nsmap.items(), key=str))).encode())
    shared.update(etree.tostring(body[-1]))
    return Letter(shared.hexdigest(), frame.main, data, root)


def _frame_of(data: bytes) -> _Frame | None:
    """Whether letters of this template can be combined, as far as the text of each does not matter."""
    package = read_package(data)
    numbered = _numbered_styles(package.parts)
    others = [story for name, story in package.stories.items() if name != _USUAL_MAIN]
    if _USUAL_MAIN not in package.stories or numbered is None:
        return None
    return None if any(_counts(story, numbered) for story in others) else _Frame(_USUAL_MAIN, numbered)


class _Frames:
    """The frames seen last, by the digest of the parts that are shared."""

    def __init__(self) -> None:
        self._known: OrderedDict[bytes, _Frame | None] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, digest: bytes, find: Callable[[], _Frame | None]) -> _Frame | None:
        """The frame with this digest, found out if it is new."""
        with self._lock:
            if digest in self._known:
                self._known.move_to_end(digest)
                return self._known[digest]
        frame = find()
        with self._lock:
            self._known[digest] = frame
            while len(self._known) > MOST_FRAMES:
                self._known.popitem(last=False)
        return frame


_FRAMES = _Frames()


def _stands_alone(root: etree._Element) -> bool:
    """One section only, whose last paragraph can end it."""
    body = root.find(f"{_W}body")
    if body is None or len(body) < 2 or body[-1].tag != f"{_W}sectPr" or body[-2].tag != f"{_W}p":
        return False
    sections = sum(1 for _ in root.iter(f"{_W}sectPr"))
    return sections == 1 and body[0].tag in (f"{_W}p", f"{_W}tbl")


def _numbered_styles(parts: Sequence[Packed]) -> frozenset[str] | None:
    """The styles that number their paragraphs, or rest on one that does; None when the usual one does."""
    content = next((part.content for part in parts if part.name.endswith("/styles.xml")), None)
    if content is None:
        return frozenset()
    styles = parsed(content).findall(f"{_W}style")
    numbered = {style.get(_ID) for style in styles if next(style.iter(f"{_W}numPr"), None) is not None}
    for _ in range(MOST_STYLES_DEEP):
        numbered |= {
            style.get(_ID)
            for style in styles
            if (base := style.find(f"{_W}basedOn")) is not None and base.get(_VALUE) in numbered
        }
    usual = {style.get(_ID) for style in styles if style.get(f"{_W}default") in ("1", "true", "on")}
    return None if usual & numbered else frozenset(name for name in numbered if name)


def _counts(story: etree._Element, numbered: frozenset[str]) -> bool:
    """Whether something in it counts on from what stands before it, so that company would change it."""
    if next(story.iter(*_COUNTING), None) is not None:
        return True
    if any(style.get(_VALUE) in numbered for style in story.iter(f"{_W}pStyle")):
        return True
    codes = [element.get(f"{_W}instr") or "" for element in story.iter(f"{_W}fldSimple")]
    code = ""
    for element in story.iter(f"{_W}instrText", f"{_W}fldChar"):
        if element.tag == f"{_W}instrText":
            code += element.text or ""
        elif code:
            codes.append(code)
            code = ""
    words = [code.split(None, 1)[0].upper() for code in codes if code.strip()]
    return not _HARMLESS_FIELDS.issuperset(words)


def combine(letters: Sequence[Letter]) -> bytes:
    """One document of letters with the same frame, whose trees are used up."""
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
        contents = list(own)[:-1]
        _bookmark(contents, number)
        if number < len(letters) - 1:
            _end_section(contents[-1], last)
        body.extend(contents)
    body.append(last)
    content = serialized(root)
    parts = read_archive(letters[0].data)
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


def places(pdf: bytes, count: int) -> list[slice] | None:
    """The pages of each letter in a combined PDF; None if it does not tell where each begins."""
    with pikepdf.open(io.BytesIO(pdf)) as whole:
        numbers: dict[object, int] = {page.objgen: number for number, page in enumerate(whole.pages)}
        named = whole.Root.get("/Dests")
        if named is None:
            return None
        starts = []
        for number in range(count):
            target = named.get(f"/{_MARK}{number}")
            if target is None:
                return None
            starts.append(numbers[target[0].objgen])
        if starts[0] != 0 or sorted(set(starts)) != starts:
            return None
        return list(map(slice, starts, [*starts[1:], len(whole.pages)]))
