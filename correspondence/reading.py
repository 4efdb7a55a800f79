"""Reading the Word document that letters are made from: once, so that each letter is only filling in."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from correspondence.archive import Packed
from correspondence.blocks import Block, Filled, Line, Same, blocks_of
from correspondence.compiling import Piece, Place, compile_part
from correspondence.fields import canonical
from correspondence.formatting import Value, formatter
from correspondence.package import read_package

CACHED_BYTES = 64_000_000
"""Of templates that are kept ready; a letter of a page takes some 50 KB."""


@dataclass(frozen=True)
class Slot:
    """A value in the letter: its field (None: unknown, blank), how it is shown, how its lines break."""

    field: str | None
    show: Callable[[Value, str], str]
    line_break: bytes
    tab: bytes


@dataclass(frozen=True)
class FixedPart:
    """A part that is the same in every letter."""

    name: bytes
    method: int
    crc: int
    size: int
    packed: bytes


@dataclass(frozen=True)
class FilledPart:
    """A part with values in it."""

    name: bytes
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Template:
    """A Word document, ready to be merged. `fields` in order of appearance, `unknown_fields` as written."""

    sha256: str
    fields: tuple[str, ...]
    unknown_fields: tuple[str, ...]
    parts: tuple[FixedPart | FilledPart, ...]
    slots: tuple[Slot, ...]

    @property
    def weight(self) -> int:
        """Roughly how many bytes of memory it takes."""
        total = 2_000 + 500 * len(self.slots)
        for part in self.parts:
            total += 500 + (len(part.packed) if isinstance(part, FixedPart) else _weight(part.blocks))
        return total


def _weight(blocks: tuple[Block, ...]) -> int:
    total = 0
    for block in blocks:
        match block:
            case Same(text, packed):
                total += 200 + len(text) + len(packed)
            case Filled(items):
                total += 100 + sum(50 + len(item) for item in items if isinstance(item, bytes))
            case Line(_, inner):
                total += 100 + _weight(inner)
    return total


def read_template(data: bytes) -> Template:
    """Read a Word document (.docx). Raises DocumentUnreadable for what is none, or could do harm."""
    package = read_package(data)
    slots = _Slots()
    parts: list[FixedPart | FilledPart] = []
    for part in sorted(package.parts, key=lambda part: part.name != "[Content_Types].xml"):
        root = package.stories.get(part.name)
        if root is None:
            parts.append(_fixed(part))
            continue
        pieces = compile_part(root, lambda name: canonical(name) is not None, package.keep_blank_lines)
        parts.append(
            _fixed(part) if len(pieces) == 1 else FilledPart(part.name.encode(), slots.blocks(pieces))
        )
    fields, unknown = slots.names()
    return Template(hashlib.sha256(data).hexdigest(), fields, unknown, tuple(parts), slots.slots())


def _fixed(part: Packed) -> FixedPart:
    return FixedPart(part.name.encode(), part.method, part.crc, len(part.content), part.packed)


class _Slots:
    """Gives places that show the same the same number."""

    def __init__(self) -> None:
        self.numbers: dict[Place, int] = {}

    def blocks(self, pieces: list[Piece]) -> tuple[Block, ...]:
        """The pieces of a part as blocks."""
        blocks: list[Block] = []
        near: list[bytes | int] = []
        for piece in pieces:
            if isinstance(piece, tuple):
                blocks += blocks_of(near)
                near = []
                items = [self._item(inner) for inner in piece]
                values = tuple(dict.fromkeys(item for item in items if isinstance(item, int)))
                blocks.append(Line(values, blocks_of(items)))
            else:
                near.append(self._item(piece))
        return (*blocks, *blocks_of(near))

    def _item(self, piece: bytes | Place) -> bytes | int:
        return piece if isinstance(piece, bytes) else self.numbers.setdefault(piece, len(self.numbers))

    def names(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The fields that are known, and the names that are not."""
        written = dict.fromkeys(place.code.name for place in self.numbers)
        known = dict.fromkeys(name for name in map(canonical, written) if name is not None)
        return tuple(known), tuple(name for name in written if canonical(name) is None)

    def slots(self) -> tuple[Slot, ...]:
        """What each number stands for."""
        return tuple(
            Slot(canonical(place.code.name), formatter(place.code), place.line_break, place.tab)
            for place in self.numbers
        )


class TemplateCache:
    """Templates that were read, by the digest of their bytes; the one longest unused is forgotten first."""

    def __init__(self, most_bytes: int = CACHED_BYTES) -> None:
        self._most_bytes = most_bytes
        self._templates: OrderedDict[str, Template] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    @property
    def bytes_held(self) -> int:
        """Roughly how much memory it takes."""
        return self._bytes

    def get(self, sha256: str, load: Callable[[], bytes]) -> Template:
        """The template with this digest, read from what `load` gives if new. Raises DocumentUnreadable."""
        with self._lock:
            known = self._templates.get(sha256)
            if known is not None:
                self._templates.move_to_end(sha256)
                return known
        template = read_template(load())
        with self._lock:
            if sha256 not in self._templates:
                self._templates[sha256] = template
                self._bytes += template.weight
            while self._bytes > self._most_bytes and self._templates:
                _, forgotten = self._templates.popitem(last=False)
                self._bytes -= forgotten.weight
        return template
