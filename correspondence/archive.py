"""Zip files from strangers, read so that no file can cost more than it should.

The table of contents is read here and not by `zipfile`, which trusts it: here no two entries share bytes or a
name, and what an entry unpacks to is bounded before it is unpacked.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from domain.errors import DocumentUnreadable

MOST_BYTES = 20_000_000
"""Of the file itself: a letter with a dozen photographs."""
MOST_ENTRIES = 2_000
"""A Word document has ten to a hundred; each costs work even when it is empty."""
MOST_UNPACKED = 50_000_000
"""Of all entries together: what is held in memory while a document is read."""
MOST_RATIO = 200
"""How many times smaller an entry may be packed. Word's XML packs 10 to 30 times, a bomb over 1,000."""
RATIO_COUNTS_FROM = 1_000_000
"""Entries that unpack to less than this may pack as well as they like."""
LONGEST_NAME = 255

STORED, DEFLATED = 0, 8
_END = struct.Struct("<4s4H2LH")
_ENTRY = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_FULL_32 = 0xFFFFFFFF
_STRANGE_IN_NAME = re.compile(r"[^\w\-.()\[\]{}~!@#$%&+,;=' /]")


@dataclass(frozen=True)
class Packed:
    """An entry: its name, and its content as it is packed and as it was."""

    name: str
    method: int
    crc: int
    packed: bytes
    content: bytes


@dataclass(frozen=True)
class Unread:
    """An entry that was not unpacked yet."""

    name: str
    method: int
    crc: int
    packed: bytes
    size: int


@dataclass(frozen=True)
class _Listed:
    """What the table of contents says of an entry."""

    name: str
    raw_name: bytes
    method: int
    crc: int
    packed_size: int
    size: int
    offset: int


def read_archive(data: bytes) -> tuple[Packed, ...]:
    """The entries of a zip file, in its order. Raises DocumentUnreadable."""
    return tuple(map(unpack, list_archive(data)))


def list_archive(data: bytes) -> tuple[Unread, ...]:
    """The entries of a zip file, in its order, none of them unpacked. Raises DocumentUnreadable."""
    if len(data) > MOST_BYTES:
        raise DocumentUnreadable(f"The document is larger than {MOST_BYTES:,} bytes.")
    listed = list(_listed(data))
    _check_names(listed)
    _check_sizes(listed)
    places = _places(data, listed)
    return tuple(
        Unread(entry.name, entry.method, entry.crc, data[place : place + entry.packed_size], entry.size)
        for entry, place in zip(listed, places, strict=True)
        if entry.name
    )


def _damaged(detail: str) -> DocumentUnreadable:
    return DocumentUnreadable(f"The document is damaged: {detail}.")


def _listed(data: bytes) -> Iterator[_Listed]:
    """The table of contents, which stands at the end of the file."""
    end = data.rfind(b"PK\5\6", max(0, len(data) - 65_557))
    if end < 0 or end + _END.size > len(data):
        raise DocumentUnreadable("The file is no Word document (.docx).")
    _, disk, first_disk, here, entries, size, start, comment = _END.unpack_from(data, end)
    if disk or first_disk or here != entries or end + _END.size + comment != len(data) or start + size > end:
        raise _damaged("its table of contents is wrong")
    if entries > MOST_ENTRIES:
        raise DocumentUnreadable(f"The document has more than {MOST_ENTRIES:,} parts.")
    at = start
    for _ in range(entries):
        if at + _ENTRY.size > start + size:
            raise _damaged("its table of contents is cut off")
        entry, length = _entry(data, at, start + size)
        at += length
        if entry.offset >= start:
            raise _damaged("an entry stands behind the table of contents")
        yield entry
    if at != start + size:
        raise _damaged("its table of contents says more than it should")


def _entry(data: bytes, at: int, end: int) -> tuple[_Listed, int]:
    """The line of the table at a place, and how long it is."""
    mark, _, _, flags, method, _, _, crc, packed, size, names, extras, comments, disk, _, _, offset = (
        _ENTRY.unpack_from(data, at)
    )
    length = _ENTRY.size + names + extras + comments
    if mark != b"PK\1\2" or at + length > end or disk:
        raise _damaged("its table of contents is wrong")
    if flags & 0x2041:
        raise DocumentUnreadable("The document is encrypted; save it without a password.")
    if method not in (STORED, DEFLATED):
        raise DocumentUnreadable("The document is packed in a way that Word does not use.")
    raw_name = data[at + _ENTRY.size : at + _ENTRY.size + names]
    extra = data[at + _ENTRY.size + names : at + _ENTRY.size + names + extras]
    size, packed, offset = _long_sizes(extra, size, packed, offset)
    return _Listed(_name(raw_name, flags), raw_name, method, crc, packed, size, offset), length


def _long_sizes(extra: bytes, size: int, packed: int, offset: int) -> tuple[int, int, int]:
    """The sizes from the extra field for long files, which some programs write for short ones too."""
    values = [size, packed, offset]
    if _FULL_32 not in values:
        return size, packed, offset
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, at)
        at += 4
        if kind == 1:
            wanted = [place for place in range(3) if values[place] == _FULL_32]
            if length < 8 * len(wanted) or at + length > len(extra):
                break
            for number, place in enumerate(wanted):
                (values[place],) = struct.unpack_from("<Q", extra, at + 8 * number)
            return values[0], values[1], values[2]
        at += length
    raise _damaged("its table of contents is wrong")


def _name(raw: bytes, flags: int) -> str:
    """The name of an entry; blank for a folder."""
    try:
        name = raw.decode("utf-8" if flags & 0x800 else "cp437")
    except UnicodeDecodeError:
        raise _damaged("a name in it cannot be read") from None
    pieces = name.split("/")
    if pieces[-1] == "" and len(pieces) > 1:
        pieces.pop()
        name = ""
    if (
        _STRANGE_IN_NAME.search("/".join(pieces))
        or len(raw) > LONGEST_NAME
        or any(piece in ("", ".", "..") for piece in pieces)
    ):
        raise DocumentUnreadable("The document has a part with a name that Word does not use.")
    return name


def _check_names(listed: list[_Listed]) -> None:
    """Word looks parts up whatever their case, so no two names may differ by it alone."""
    seen: set[str] = set()
    for entry in listed:
        name = entry.name.casefold()
        if name in seen:
            raise DocumentUnreadable(f"The document has two parts with the name {entry.name}.")
        if name:
            seen.add(name)


def _check_sizes(listed: list[_Listed]) -> None:
    if sum(entry.size for entry in listed) > MOST_UNPACKED:
        raise DocumentUnreadable(f"The document unpacks to more than {MOST_UNPACKED:,} bytes.")
    for entry in listed:
        if entry.size > RATIO_COUNTS_FROM and entry.size > MOST_RATIO * entry.packed_size:
            raise DocumentUnreadable(f"The document unpacks to more than {MOST_RATIO} times its size.")


def _places(data: bytes, listed: list[_Listed]) -> list[int]:
    """Where the content of each entry begins. No two entries may share bytes."""
    places = []
    for entry in listed:
        if entry.offset + _LOCAL.size > len(data):
            raise _damaged("an entry is cut off")
        mark, *_, names, extras = _LOCAL.unpack_from(data, entry.offset)
        start = entry.offset + _LOCAL.size + names + extras
        raw_name = data[entry.offset + _LOCAL.size : entry.offset + _LOCAL.size + names]
        if mark != b"PK\3\4" or raw_name != entry.raw_name or start + entry.packed_size > len(data):
            raise _damaged("an entry is not what the table of contents says")
        places.append(start)
    reached = 0
    for entry, start in sorted(zip(listed, places, strict=True), key=lambda pair: pair[0].offset):
        if entry.offset < reached:
            raise DocumentUnreadable("The document has parts that overlap.")
        reached = start + entry.packed_size
    return places


def unpack(entry: Unread) -> Packed:
    """The entry with its content. Raises DocumentUnreadable."""
    content = entry.packed
    if entry.method == DEFLATED:
        inflate = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            content = inflate.decompress(entry.packed, entry.size + 1)
        except zlib.error:
            raise _damaged("a part cannot be unpacked") from None
        if not inflate.eof or inflate.unused_data:
            raise _damaged("a part is longer or shorter than it says")
    if len(content) != entry.size or zlib.crc32(content) != entry.crc:
        raise _damaged("a part is not what it was when it was packed")
    return Packed(entry.name, entry.method, entry.crc, entry.packed, content)
