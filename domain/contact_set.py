"""A set of contacts by their dense integer keys: a roaring bitmap, cut into parts that are named by digest.

A million contacts out of ten million take 1.25 MB, a union or difference about a millisecond. An event
that names a set holds its size and digests only; the parts are kept once, whoever names them.
"""

from __future__ import annotations

import functools
import hashlib
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, get_args, get_type_hints

import msgspec
import numpy as np
from pyroaring import BitMap

if TYPE_CHECKING:
    from numpy.typing import NDArray

PART_BITS = 20
INLINE_LIMIT = 100
"""Sets up to this size are written out in the event itself, so that people can read them there."""

LoadParts = Callable[[list[str]], Mapping[str, bytes]]


class Part(msgspec.Struct, frozen=True):
    """The keys from `index` x 2^20 on, 2^20 of them at most, under the SHA-256 of their portable bitmap."""

    index: int
    sha256: str


class SetReference(msgspec.Struct, frozen=True, omit_defaults=True):
    """What an event says of a set: how many, and either the keys themselves or the digests of the parts."""

    count: int
    keys: tuple[int, ...] = ()
    sha256: str = ""
    parts: tuple[Part, ...] = ()


class ContactSet:
    """An immutable set of contact keys, in key order, which is the order of their registration.

    One that came out of an event loads its members when they are first asked for.
    """

    __slots__ = ("_bitmap", "_load", "_reference")

    def __init__(self, keys: Iterable[int] = ()) -> None:
        self._bitmap: BitMap | None = keys if isinstance(keys, BitMap) else BitMap(keys)
        self._reference: SetReference | None = None
        self._load: LoadParts | None = None

    @classmethod
    def from_array(cls, keys: NDArray[np.integer]) -> ContactSet:
        """The set of an array of keys, in any order, repetitions allowed."""
        # Of an array of Python's own they are taken as they lie there, of any other one by one.
        return cls(BitMap(array("I", np.ascontiguousarray(keys, dtype=np.uint32).tobytes())))

    @classmethod
    def from_reference(cls, reference: SetReference, load: LoadParts) -> ContactSet:
        """The set that an event names; `load` fetches parts by digest, when they are needed."""
        found = cls(reference.keys)
        found._reference = reference
        if reference.parts:
            found._bitmap, found._load = None, load
        return found

    @property
    def bitmap(self) -> BitMap:
        """The members; treat as read-only."""
        if self._bitmap is None:
            assert self._reference is not None
            assert self._load is not None
            contents = self._load([part.sha256 for part in self._reference.parts])
            pieces = [BitMap.deserialize(contents[part.sha256]) for part in self._reference.parts]
            self._bitmap = BitMap.union(*pieces) if len(pieces) > 1 else pieces[0]
        return self._bitmap

    def to_array(self) -> NDArray[np.uint32]:
        """The keys in order."""
        return np.frombuffer(self.bitmap.to_array(), dtype=np.uint32)

    def reference(self) -> SetReference:
        """What an event says of this set."""
        if self._reference is None:
            self._reference, _ = self._cut()
        return self._reference

    def contents(self) -> dict[str, bytes]:
        """The parts to be kept beside the event, by digest; none for a set that was read from there."""
        if self._load is not None:
            return {}
        self._reference, contents = self._cut()
        return contents

    def _cut(self) -> tuple[SetReference, dict[str, bytes]]:
        bitmap = self.bitmap
        if len(bitmap) <= INLINE_LIMIT:
            return SetReference(count=len(bitmap), keys=tuple(bitmap)), {}
        parts, contents = [], {}
        for index in range(bitmap.min() >> PART_BITS, (bitmap.max() >> PART_BITS) + 1):
            piece = bitmap & BitMap(range(index << PART_BITS, (index + 1) << PART_BITS))
            if piece:
                if piece.get_statistics()["n_run_containers"]:
                    # Made anew: runs that are as long as a list stay runs, and a list stays a list.
                    piece = BitMap(piece.to_array())
                piece.run_optimize()
                data = piece.serialize()
                digest = hashlib.sha256(data).hexdigest()
                parts.append(Part(index, digest))
                contents[digest] = data
        whole = hashlib.sha256("".join(f"{part.index}:{part.sha256}\n" for part in parts).encode())
        return SetReference(len(bitmap), sha256=whole.hexdigest(), parts=tuple(parts)), contents

    def rank(self, key: int) -> int:
        """How many members are smaller than `key`."""
        return self.bitmap.rank(key - 1) if key > 0 else 0

    def members_from(self, key: int) -> Iterator[int]:
        """The members that are not below `key`."""
        return self.bitmap.iter_equal_or_larger(key)

    def __getitem__(self, index: int) -> int:
        return self.bitmap[index]

    def __len__(self) -> int:
        return self._reference.count if self._reference is not None else len(self.bitmap)

    def __bool__(self) -> bool:
        return len(self) > 0

    def __contains__(self, key: int) -> bool:
        return key in self.bitmap

    def __iter__(self) -> Iterator[int]:
        return iter(self.bitmap)

    def __or__(self, other: ContactSet) -> ContactSet:
        if not self or not other:
            return self or other
        return ContactSet(self.bitmap | other.bitmap)

    def __and__(self, other: ContactSet) -> ContactSet:
        return ContactSet(self.bitmap & other.bitmap) if self and other else EMPTY

    def __sub__(self, other: ContactSet) -> ContactSet:
        return ContactSet(self.bitmap - other.bitmap) if self and other else self

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ContactSet) and self.bitmap == other.bitmap

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"ContactSet({list(self)})" if len(self) <= 10 else f"ContactSet(<{len(self)} contacts>)"


EMPTY = ContactSet()


def union(sets: Iterable[ContactSet]) -> ContactSet:
    """All members of all of them."""
    bitmaps = [one.bitmap for one in sets if one]
    return ContactSet(BitMap.union(*bitmaps)) if bitmaps else EMPTY


def contact_sets(value: object) -> Iterator[ContactSet]:
    """Every contact set within an event."""
    if isinstance(value, ContactSet):
        yield value
    elif isinstance(value, msgspec.Struct):
        for name in _fields_with(type(value), ContactSet):
            yield from contact_sets(getattr(value, name))
    elif isinstance(value, (tuple, list, dict)):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from contact_sets(inner)


def may_hold(event: type[msgspec.Struct], kind: type) -> bool:
    """Whether there can be one of this kind, such as a contact set, within events like this."""
    return bool(_fields_with(event, kind))


@functools.cache
def _fields_with(struct: type[msgspec.Struct], kind: type) -> tuple[str, ...]:
    """The fields that may hold one of this kind: most events have none, and need no search."""
    hints = get_type_hints(struct)
    return tuple(name for name in struct.__struct_fields__ if _may_hold(hints[name], kind))


def _may_hold(hint: Any, kind: type) -> bool:
    if hint in (kind, Any):
        return True
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return bool(_fields_with(hint, kind))
    return any(_may_hold(part, kind) for part in get_args(hint))
