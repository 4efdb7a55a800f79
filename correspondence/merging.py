"""Filling a template in: one letter, always the same bytes for the same values."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Mapping

from correspondence.archive import DEFLATED
from correspondence.blocks import END, fill
from correspondence.formatting import Value, language_of
from correspondence.reading import FixedPart, Template

_MIDNIGHT_1980 = (1 << 5 | 1) << 16
"""The first moment that a zip file can name: day and month in the upper half, no time in the lower."""
_UTF_8_NAME = 0x800
_SPECIAL = re.compile("[&<>\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")
_LOCAL = struct.Struct("<4sHHHLLLLHH")
_ENTRY = struct.Struct("<4sHHHHLLLLHHHHHLL")
_END = struct.Struct("<4s4H2LH")


def merge(template: Template, values: Mapping[str, Value], language: str | None = None) -> bytes:
    """The letter (.docx) with these values by field name; what is not named is blank.

    `language` is a language code; it decides how dates and numbers look.
    """
    spoken = language_of(language)
    shown = [
        escaped(slot.show(values.get(slot.field), spoken), slot.line_break, slot.tab) if slot.field else b""
        for slot in template.slots
    ]
    pieces: list[bytes] = []
    table: list[bytes] = []
    at = 0
    for part in template.parts:
        if isinstance(part, FixedPart):
            method, crc, size, packed = part.method, part.crc, part.size, part.packed
        else:
            texts: list[bytes] = []
            blocks: list[bytes] = []
            fill(part.blocks, shown, texts, blocks)
            blocks.append(END)
            text = b"".join(texts)
            method, crc, size, packed = DEFLATED, zlib.crc32(text), len(text), b"".join(blocks)
        name = part.name
        about = (20, _UTF_8_NAME, method, _MIDNIGHT_1980, crc, len(packed), size, len(name), 0)
        pieces += (_LOCAL.pack(b"PK\3\4", *about), name, packed)
        table += (_ENTRY.pack(b"PK\1\2", 20, *about, 0, 0, 0, 0, at), name)
        at += _LOCAL.size + len(name) + len(packed)
    listed = b"".join(table)
    count = len(template.parts)
    pieces += (listed, _END.pack(b"PK\5\6", 0, 0, count, count, len(listed), at, 0))
    return b"".join(pieces)


def escaped(text: str, line_break: bytes, tab: bytes) -> bytes:
    """The text as XML that is only text: without what XML cannot hold, lines and tabs as Word has them."""
    if _SPECIAL.search(text) is None:
        return text.encode()
    breaks = {"\n": line_break.decode(), "\t": tab.decode(), "&": "&amp;", "<": "&lt;", ">": "&gt;"}
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    return _SPECIAL.sub(lambda found: breaks.get(found[0], ""), text).encode()
