"""Pages of PDF, taken apart and put together, in little memory however many there are."""

from __future__ import annotations

import hashlib
import io
import re
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from typing import NamedTuple

import numpy as np
import pikepdf

WHOLE = slice(None)
_UNPACKED = pikepdf.ObjectStreamMode.disable
_HEAD = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
_CATALOG, _TREE = 1, 2
_REFERENCE = re.compile(rb"\((?:[^\\()]|\\.)*\)|<[0-9a-fA-F]+>|(\d+) \d+ R\b", re.DOTALL)
"""What refers to an object; strings, whatever they say, refer to none."""


class Sheaf(NamedTuple):
    """A PDF, and the pages of it that each letter has, by the number of the letter."""

    pdf: bytes
    pages: Mapping[int, slice]


def apart(sheaf: Sheaf) -> dict[int, bytes]:
    """Each letter as a PDF of its own."""
    if list(sheaf.pages.values()) == [WHOLE]:
        return dict.fromkeys(sheaf.pages, sheaf.pdf)
    with pikepdf.open(io.BytesIO(sheaf.pdf)) as whole:
        return {number: _pages(whole, pages) for number, pages in sheaf.pages.items()}


def _pages(whole: pikepdf.Pdf, pages: slice) -> bytes:
    made = io.BytesIO()
    with pikepdf.new() as letter:
        letter.pages.extend(whole.pages[pages])
        if not all(_keep_used(page.obj) for page in letter.pages):
            letter.remove_unreferenced_resources()
        letter.save(made, deterministic_id=True)
    return made.getvalue()


def _keep_used(page: pikepdf.Object) -> bool:
    """Leave a page the fonts and pictures that its text names, of all that are shared with other letters.

    Looking for names is much quicker than reading what is drawn. False if that is not enough to know.
    """
    drawn, shared = page.get("/Contents"), page.get("/Resources", pikepdf.Dictionary())
    pictures = shared.get("/XObject", pikepdf.Dictionary())
    plain = all(picture.get("/Subtype") == "/Image" for _, picture in pictures.items())
    if not (isinstance(drawn, pikepdf.Stream) and plain):
        return False
    said = drawn.read_bytes()
    kept = pikepdf.Dictionary()
    for kind, named in shared.items():
        kept[kind] = named
        if isinstance(named, pikepdf.Dictionary):
            used = {name: value for name, value in named.items() if name.encode() in said}
            kept[kind] = pikepdf.Dictionary(used)
    page.Resources = kept
    return True


def bound(sheaves: Sequence[Sheaf]) -> bytes | None:
    """One PDF of all letters, in the order of their numbers, which share what they have in common.

    A PDF that cannot be read is left out; None if nothing is left.
    """
    made = io.BytesIO()
    with ExitStack() as opened, pikepdf.new() as whole:
        letters: dict[int, tuple[pikepdf.Pdf, slice]] = {}
        for sheaf in sheaves:
            with suppress(pikepdf.PdfError, pikepdf.PasswordError):
                source = opened.enter_context(pikepdf.open(io.BytesIO(sheaf.pdf)))
                letters |= {number: (source, pages) for number, pages in sheaf.pages.items()}
        for _, (source, pages) in sorted(letters.items()):
            whole.pages.extend(source.pages[pages])
        if not len(whole.pages):
            return None
        whole.save(made, deterministic_id=True, object_stream_mode=_UNPACKED)
    return made.getvalue()


def one_after_another(pdfs: Iterable[bytes]) -> Iterator[bytes]:
    """One PDF of several that `bound` made, piece by piece: what is written is not held any more.

    Each keeps its own tree of pages, which becomes a branch of the whole. Of an object that is written only
    its place is kept, for the table at the end.
    """
    writer = _Writer()
    yield writer.written(_HEAD)
    branches: list[tuple[int, int]] = []
    for pdf in pdfs:
        with pikepdf.open(io.BytesIO(pdf)) as part:
            objects, branch = _objects(part, writer.next)
            branches.append((branch, len(part.pages)))
            yield b"".join(map(writer.object, objects))
    kids = " ".join(f"{branch} 0 R" for branch, _ in branches)
    count = sum(pages for _, pages in branches)
    yield writer.object(f"<< /Type /Pages /Count {count} /Kids [ {kids} ] >>".encode(), _TREE)
    yield writer.object(f"<< /Type /Catalog /Pages {_TREE} 0 R >>".encode(), _CATALOG)
    yield writer.table()


def _objects(part: pikepdf.Pdf, first: int) -> tuple[Iterator[bytes], int]:
    """The objects of a PDF as they are written from a number on, and the number of its tree of pages."""
    catalog, tree = part.Root.objgen, part.Root.Pages.objgen
    kept = [each for each in part.objects if each.objgen != catalog]
    numbers = {each.objgen[0]: number for number, each in enumerate(kept, first)}

    def referring(found: re.Match[bytes]) -> bytes:
        return b"%d 0 R" % numbers[int(found[1])] if found[1] else found[0]

    def written(each: pikepdf.Object) -> bytes:
        if not isinstance(each, pikepdf.Stream):
            text = _REFERENCE.sub(referring, each.unparse(resolved=True))
            return text[:-2] + b"/Parent %d 0 R >>" % _TREE if each.objgen == tree else text
        about = _REFERENCE.sub(referring, each.stream_dict.unparse(resolved=True))
        return about + b"\nstream\n" + each.read_raw_bytes() + b"\nendstream"

    return map(written, kept), numbers[tree[0]]


class _Writer:
    """Where each object of a PDF is that is being written."""

    def __init__(self) -> None:
        self._places = array("Q", [0, 0, 0])
        self._at = 0
        self._digest = hashlib.sha256()

    @property
    def next(self) -> int:
        """The number of the next object."""
        return len(self._places)

    def written(self, piece: bytes) -> bytes:
        """Take note of a piece."""
        self._at += len(piece)
        self._digest.update(piece)
        return piece

    def object(self, content: bytes, number: int | None = None) -> bytes:
        """An object, under the next number unless it has one."""
        if number is None:
            number = len(self._places)
            self._places.append(0)
        self._places[number] = self._at
        return self.written(b"%d 0 obj\n%b\nendobj\n" % (number, content))

    def table(self) -> bytes:
        """What ends the file: where every object is, itself too."""
        start, number = self._at, len(self._places)
        self._places.append(start)
        rows = np.zeros(number + 1, np.dtype([("kind", "u1"), ("place", ">u8"), ("generation", "u1")]))
        rows["kind"][1:], rows["place"] = 1, self._places
        packed, name = rows.tobytes(), self._digest.hexdigest()[:32]
        about = (
            f"<< /Type /XRef /Size {number + 1} /W [ 1 8 1 ] /Root {_CATALOG} 0 R"
            f" /ID [ <{name}> <{name}> ] /Length {len(packed)} >>\nstream\n"
        )
        return b"%d 0 obj\n%b%b\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % (
            *(number, about.encode(), packed, start),
        )
