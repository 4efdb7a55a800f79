"""From the XML of a document to pieces: what is the same in every letter, and places that are filled in.

Three ways to write a place are known: fields as Word makes them, simple or of several parts over many
runs; `«Contact_Name»` typed as text; and `{{ contact_name }}`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from lxml import etree

from correspondence.field_codes import FieldCode, fetches, read_code
from correspondence.package import serialized
from domain.errors import DocumentUnreadable

DEEPEST_FIELDS = 20
"""Fields within fields; Word itself allows as many."""
MOST_PLACES = 5_000
"""Fields in one part; a long letter has a hundred, and each costs time in every letter."""

_MARK = "place"
_MARKS = re.compile(rb"<\?place (\d+|line|end)\?>")
_TYPED = re.compile(r"«\s*([^«»]{1,80}?)\s*»|\{\{\s*([^{}]{1,80}?)\s*\}\}")
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_UNSEEN = frozenset({"rPr", "lastRenderedPageBreak", "proofErr"})


@dataclass(frozen=True)
class Place:
    """Where a value goes, how it is shown, and what a new line looks like there."""

    code: FieldCode
    line_break: bytes
    tab: bytes


@dataclass
class _Field:
    """A field of several parts, while it is read: its marks, its code and what it showed."""

    begin: etree._Element
    code: list[str] = field(default_factory=list)
    inner: list[etree._Element] = field(default_factory=list)
    showing: bool = False
    has_field_in_code: bool = False


@dataclass
class _Found:
    """What a walk through a part finds."""

    fields: list[tuple[_Field, etree._Element]] = field(default_factory=list)
    simple: list[etree._Element] = field(default_factory=list)
    texts: list[list[etree._Element]] = field(default_factory=list)


class _Story:
    """The fields that are open, and the text so far, in one stream of text: a body, a text box, a note."""

    def __init__(self, found: _Found) -> None:
        self.found = found
        self.open: list[_Field] = []
        self.text: list[etree._Element] = []

    def break_text(self) -> None:
        """What comes next does not stand directly behind what came before."""
        if self.text:
            self.found.texts.append(self.text)
            self.text = []

    def run(self, run: etree._Element) -> None:
        """Take in the next run."""
        for child in run:
            name = etree.QName(child).localname
            if name in _UNSEEN:
                continue
            if name == "fldChar":
                self.break_text()
                self._mark(child)
                continue
            for open_field in self.open:
                open_field.inner.append(child)
            if name == "instrText" and self.open and not self.open[-1].showing:
                self.open[-1].code.append(child.text or "")
            if name == "t":
                self.text.append(child)
            else:
                self.break_text()

    def simple(self, element: etree._Element) -> None:
        """Take in a simple field; the runs in it come next."""
        self.break_text()
        if self.open and not self.open[-1].showing:
            self.open[-1].has_field_in_code = True
        self.found.simple.append(element)

    def _mark(self, mark: etree._Element) -> None:
        kind = next((value for key, value in mark.attrib.items() if str(key).endswith("fldCharType")), None)
        for outer in self.open:
            outer.inner.append(mark)
        if kind == "begin":
            if self.open and not self.open[-1].showing:
                self.open[-1].has_field_in_code = True
            if len(self.open) >= DEEPEST_FIELDS:
                raise DocumentUnreadable("The document has too many fields within fields.")
            self.open.append(_Field(mark))
        elif not self.open:
            raise DocumentUnreadable("The document has a field that ends without having begun.")
        elif kind == "separate":
            self.open[-1].showing = True
        elif kind == "end":
            done = self.open.pop()
            done.inner = done.inner[:-1] if done.inner and done.inner[-1] is mark else done.inner
            self.found.fields.append((done, mark))

    def close(self) -> None:
        """The stream of text is over. Raises DocumentUnreadable."""
        self.break_text()
        if self.open:
            raise DocumentUnreadable("The document has a field without an end.")


Piece = bytes | Place | tuple[bytes | Place, ...]
"""The same in every letter; a value; or a paragraph that is left out when all values in it are blank."""


def compile_part(root: etree._Element, known: Callable[[str], bool], keep_blank_lines: bool) -> list[Piece]:
    """The pieces of a part, whose tree is changed. `known` says which typed names are those of fields.

    Raises DocumentUnreadable.
    """
    _check_deleted(root)
    found = _walk(root)
    writer = _Writer(root)
    for simple in found.simple:
        writer.replace_simple(simple)
    for complex_field, end in found.fields:
        writer.replace_complex(complex_field, end)
    for texts in found.texts:
        writer.replace_typed(texts, known)
    if not keep_blank_lines:
        writer.mark_lines(root)
    return _pieces(serialized(root), writer.places)


def _pieces(xml: bytes, places: list[Place]) -> list[Piece]:
    pieces: list[Piece] = []
    line: list[bytes | Place] | None = None
    for number, piece in enumerate(_MARKS.split(xml)):
        if number % 2 == 0:
            (pieces if line is None else line).append(piece)
        elif piece == b"line":
            line = []
        elif piece == b"end":
            pieces.append(tuple(line or ()))
            line = None
        else:
            (pieces if line is None else line).append(places[int(piece)])
    return pieces


def _check_deleted(root: etree._Element) -> None:
    """Fields that a writer has deleted, but that can come back when the change is refused in Word."""
    code = "".join(
        element.text or "" for element in root.iter(f"{{{etree.QName(root).namespace}}}delInstrText")
    )
    if fetches(code):
        raise DocumentUnreadable("The document has a deleted field that fetches something from elsewhere.")


def _walk(root: etree._Element) -> _Found:
    """All fields and typed text, each text box and note as a stream of its own."""
    space = etree.QName(root).namespace
    tags = [f"{{{space}}}{name}" for name in ("p", "r", "fldSimple", "del", "moveFrom", *_STREAMS)]
    short = {tag: tag.rpartition("}")[2] for tag in tags}
    found = _Found()
    stories = [_Story(found)]
    deleted = 0
    for event, element in etree.iterwalk(root, events=("start", "end"), tag=tags):
        name = short[str(element.tag)]
        if name in ("del", "moveFrom"):
            deleted += 1 if event == "start" else -1
        elif name in _STREAMS:
            if event == "start":
                stories.append(_Story(found))
            else:
                stories.pop().close()
        elif name == "p":
            stories[-1].break_text()
        elif event == "start" and not deleted:
            if name == "r":
                stories[-1].run(element)
            else:
                stories[-1].simple(element)
    stories.pop().close()
    return found


_STREAMS = ("txbxContent", "footnote", "endnote", "comment", "docPartBody")


def _typed_text(text: etree._Element) -> str:
    """What stands around the places in a text."""
    return "".join([text.text or "", *(mark.tail or "" for mark in text)])


class _Writer:
    """Puts marks for places into the tree of a part."""

    def __init__(self, root: etree._Element) -> None:
        self.space = etree.QName(root).namespace
        self.places: list[Place] = []

    def replace_complex(self, done: _Field, end: etree._Element) -> None:
        """Make a merge field of several parts a place, no other. Raises DocumentUnreadable."""
        code = read_code("".join(done.code))
        if code is None:
            if done.has_field_in_code and not "".join(done.code).strip():
                raise DocumentUnreadable("The document has a field whose kind another field decides.")
            if done.has_field_in_code and any(self._is_place(element) for element in done.inner):
                raise DocumentUnreadable("The document has a merge field inside the code of another field.")
            return
        if done.has_field_in_code:
            raise DocumentUnreadable("The document has a merge field whose name another field decides.")
        shown = next((element for element in done.inner if self._tag(element) == "t"), None)
        host = done.begin if shown is None else shown
        self._put(host, code)
        for element in (done.begin, *done.inner, end):
            if element is not host:
                self._remove(element)

    def replace_simple(self, simple: etree._Element) -> None:
        """Make a simple merge field a place; leave other fields alone."""
        instruction = next((value for key, value in simple.attrib.items() if str(key).endswith("}instr")), "")
        code = read_code(str(instruction))
        if code is None:
            return
        contents = [child for run in simple.iter(self._name("r")) for child in run]
        contents = [child for child in contents if self._tag(child) != "rPr"]
        host = next((child for child in contents if self._tag(child) == "t"), None)
        if host is None:
            run = etree.SubElement(simple, self._name("r"))
            host = etree.SubElement(run, self._name("t"))
        self._put(host, code)
        for child in contents:
            if child is not host:
                self._remove(child)
        for child in list(simple):
            if self._tag(child) != "fldData":
                simple.addprevious(child)
        self._remove(simple)

    def replace_typed(self, texts: list[etree._Element], known: Callable[[str], bool]) -> None:
        """Make what was typed as `«Name»` or `{{ name }}` places, over any number of runs."""
        texts = [text for text in texts if text.getparent() is not None and not len(text)]
        whole = "".join(text.text or "" for text in texts)
        if "«" not in whole and "{{" not in whole:
            return
        found: list[tuple[int, int, FieldCode]] = []
        for match in _TYPED.finditer(whole):
            if match[1] is None or known(match[1]):  # else they are words in quotation marks
                found.append((match.start(), match.end(), FieldCode(match[1] or match[2])))
            if len(found) > MOST_PLACES:
                break  # it is refused when they are put in
        if found:
            self._cut(texts, found)

    def _cut(self, texts: list[etree._Element], found: list[tuple[int, int, FieldCode]]) -> None:
        """Replace what was found, from one character to another of all texts, by places.

        A place stands in the text that it begins in. One pass, so that any number of them takes little time.
        """
        start = number = 0
        for text in texts:
            own = text.text or ""
            end, cursor = start + len(own), start
            kept: list[str] = []
            marks: list[etree._Element] = []
            while number < len(found) and found[number][0] < end:
                first, last, code = found[number]
                if first >= start:
                    kept.append(own[cursor - start : first - start])
                    marks.append(self._mark(code, text))
                cursor = min(last, end)
                if last > end:
                    break  # it goes on in the next text
                number += 1
            if cursor > start:
                text.text, *behind = [*kept, own[cursor - start :]]
                text.set(_SPACE, "preserve")
                for mark, tail in zip(marks, behind, strict=bool(marks)):
                    text.append(mark)
                    mark.tail = tail
            start = end

    def mark_lines(self, root: etree._Element) -> None:
        """Mark the paragraphs that are left out when all their values are blank, as Word's own merge does.

        Only one that another paragraph follows, so that no table cell is left without.
        """
        marks = root.iter(etree.ProcessingInstruction)
        holding = dict.fromkeys(next(mark.iterancestors(self._name("p")), None) for mark in marks)
        for paragraph in [paragraph for paragraph in holding if self._can_go(paragraph)]:
            if paragraph is not None:
                paragraph.addprevious(etree.ProcessingInstruction(_MARK, "line"))
                paragraph.addnext(etree.ProcessingInstruction(_MARK, "end"))

    def _can_go(self, paragraph: etree._Element | None) -> bool:
        following = None if paragraph is None else paragraph.getnext()
        return (
            paragraph is not None
            and following is not None
            and self._tag(following) == "p"
            and self._has_only_places(paragraph)
        )

    def _has_only_places(self, paragraph: etree._Element) -> bool:
        if next(paragraph.iter(self._name("sectPr")), None) is not None:
            return False
        for run in paragraph.iter(self._name("r")):
            for child in run:
                if self._tag(child) == "t":
                    if _typed_text(child).strip():
                        return False
                elif self._tag(child) not in _UNSEEN:
                    return False
        return True

    def _put(self, host: etree._Element, code: FieldCode) -> None:
        """Make the element a text that is a place."""
        host.tag = self._name("t")
        for key in list(host.attrib):
            del host.attrib[key]
        for child in list(host):
            host.remove(child)
        host.text = None
        host.set(_SPACE, "preserve")
        host.append(self._mark(code, host))

    def _mark(self, code: FieldCode, text: etree._Element) -> etree._Element:
        if len(self.places) >= MOST_PLACES:
            raise DocumentUnreadable(f"The document has more than {MOST_PLACES:,} fields.")
        prefix = f"{text.prefix}:" if text.prefix else ""

        def between(tag: str) -> bytes:
            return f'</{prefix}t><{prefix}{tag}/><{prefix}t xml:space="preserve">'.encode()

        self.places.append(Place(code, between("br"), between("tab")))
        mark: etree._Element = etree.ProcessingInstruction(_MARK, str(len(self.places) - 1))
        return mark

    def _is_place(self, element: etree._Element) -> bool:
        return self._tag(element) == "t" and len(element) > 0

    def _remove(self, element: etree._Element) -> None:
        parent = element.getparent()
        if parent is not None:
            parent.remove(element)

    def _name(self, tag: str) -> str:
        return f"{{{self.space}}}{tag}"

    def _tag(self, element: etree._Element) -> str:
        name = etree.QName(element)
        return name.localname if name.namespace == self.space else ""
