"""Letters as packed bytes: what is the same in every letter is packed once, what differs is put in between.

The packed form (deflate) is a row of blocks. A block that refers to nothing before it can stand anywhere; so
the text between two values is packed by itself, and a value is a block that is not packed at all. A letter is
then made by joining bytes.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

SHORTEST_PACKED = 128
"""Shorter text gains nothing from being packed by itself."""
_LONGEST_STORED = 0xFFFF
END = b"\3\0"
"""An empty last block."""


@dataclass(frozen=True, slots=True)
class Same:
    """Text that is the same in every letter: as it is, and packed."""

    text: bytes
    packed: bytes


@dataclass(frozen=True, slots=True)
class Filled:
    """Short text and values in turn; a number stands for a value."""

    items: tuple[bytes | int, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """What is left out when all these values are blank."""

    values: tuple[int, ...]
    blocks: tuple[Same | Filled, ...]


Block = Same | Filled | Line


def blocks_of(items: Iterable[bytes | int]) -> tuple[Same | Filled, ...]:
    """Text and values as blocks."""
    blocks: list[Same | Filled] = []
    near: list[bytes | int] = []
    for item in items:
        if isinstance(item, bytes) and len(item) >= SHORTEST_PACKED:
            if near:
                blocks.append(Filled(tuple(near)))
                near = []
            blocks.append(Same(item, _packed(item)))
        else:
            near.append(item)
    if near:
        blocks.append(Filled(tuple(near)))
    return tuple(blocks)


def _packed(text: bytes) -> bytes:
    """The text as blocks that end on a whole byte, so that any block can follow."""
    deflate = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return deflate.compress(text) + deflate.flush(zlib.Z_SYNC_FLUSH)


def stored(text: bytes) -> bytes:
    """The text as blocks that are not packed."""
    if len(text) <= _LONGEST_STORED:
        length = len(text)
        return struct.pack("<BHH", 0, length, length ^ 0xFFFF) + text
    pieces = (text[at : at + _LONGEST_STORED] for at in range(0, len(text), _LONGEST_STORED))
    return b"".join(stored(piece) for piece in pieces)


def fill(blocks: Sequence[Block], values: Sequence[bytes], texts: list[bytes], packed: list[bytes]) -> None:
    """Add the text with these values to `texts`, and the same as blocks to `packed`."""
    for block in blocks:
        if type(block) is Same:
            texts.append(block.text)
            packed.append(block.packed)
        elif type(block) is Filled:
            text = b"".join([values[item] if type(item) is int else item for item in block.items])  # type: ignore[misc]
            texts.append(text)
            packed.append(stored(text))
        elif any(values[value] for value in block.values):  # type: ignore[union-attr]
            fill(block.blocks, values, texts, packed)  # type: ignore[union-attr]
