"""Merkle trees as RFC 6962 has them: hashes, proofs, and checking proofs. Pure; knows nothing of events.

A complete subtree is named by its level and index: level 0 is the leaves, and subtree `(level, index)` covers
the `2 ** level` leaves from `index << level` on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from hashlib import sha256

EMPTY = sha256().digest()
"""The root of a tree without leaves."""

Node = Callable[[int, int], bytes]
"""Gives the hash of a complete subtree by its level and index."""


def leaf_hash(data: bytes) -> bytes:
    """The hash of a leaf."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of the subtree over two subtrees."""
    return sha256(b"\x01" + left + right).digest()


def parents(nodes: Sequence[bytes]) -> list[bytes]:
    """The hashes one level up; the last of an odd number is left out."""
    return [
        sha256(b"\x01" + left + right).digest() for left, right in zip(nodes[::2], nodes[1::2], strict=False)
    ]


def fold(nodes: Sequence[bytes]) -> bytes:
    """The root of a complete subtree, from a power of two of its nodes."""
    while len(nodes) > 1:
        nodes = parents(nodes)
    return nodes[0]


class GrowingTree:
    """A tree that nodes of one level are only added to; keeps one hash per level.

    Complete subtrees that are `watched` levels higher are kept in `arisen`.
    """

    def __init__(self, watched: int | None = None) -> None:
        self.arisen: list[bytes] = []
        self._waiting: list[bytes | None] = []
        self._watched = watched

    def extend(self, nodes: list[bytes]) -> None:
        """Add nodes by their hashes."""
        level = 0
        while nodes:
            if level == self._watched:
                self.arisen += nodes
            if level == len(self._waiting):
                self._waiting.append(None)
            waiting = self._waiting[level]
            if waiting is not None:
                nodes = [waiting, *nodes]
            self._waiting[level] = nodes[-1] if len(nodes) % 2 else None
            nodes, level = parents(nodes), level + 1

    def peaks(self) -> list[bytes]:
        """The largest complete subtrees, the smallest of them, which is the rightmost, first."""
        return [node for node in self._waiting if node is not None]


def root_of(peaks: Sequence[bytes]) -> bytes:
    """The root over complete subtrees, the smallest first."""
    return reduce(lambda right, left: node_hash(left, right), peaks) if peaks else EMPTY


def root(node: Node, size: int) -> bytes:
    """The root of the first `size` leaves."""
    return _subtree(node, 0, size) if size else EMPTY


def inclusion_path(node: Node, index: int, size: int) -> list[bytes]:
    """What proves that a leaf is the one at `index` of a tree of `size` (RFC 6962, 2.1.1).

    Raises IndexError.
    """
    if not 0 <= index < size:
        raise IndexError(f"a tree of {size} leaves has none at {index}")
    start, end, path = 0, size, []
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append(_subtree(node, middle, end))
            end = middle
        else:
            path.append(_subtree(node, start, middle))
            start = middle
    return path[::-1]


def consistency_path(node: Node, old: int, new: int) -> list[bytes]:
    """What proves that a tree of `new` leaves begins with that of `old` (RFC 6962, 2.1.2).

    Raises IndexError.
    """
    if not 0 < old <= new:
        raise IndexError(f"a tree of {new} leaves does not begin with one of {old}")
    start, end, path = 0, new, []
    whole = True  # whether the subtree in hand is all that the old tree was, whose root is known
    while end != old:
        middle = start + _split(end - start)
        if old <= middle:
            path.append(_subtree(node, middle, end))
            end = middle
        else:
            path.append(_subtree(node, start, middle))
            start, whole = middle, False
    if not whole:
        path.append(_subtree(node, start, end))
    return path[::-1]


def proves_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes], expected: bytes) -> bool:
    """Whether the path leads from the leaf's hash to the root (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    place, last, found = index, size - 1, leaf
    for step in path:
        if last == 0:
            return False
        if place % 2 or place == last:
            found = node_hash(step, found)
            while place % 2 == 0 and place:
                place, last = place >> 1, last >> 1
        else:
            found = node_hash(found, step)
        place, last = place >> 1, last >> 1
    return last == 0 and found == expected


def proves_consistency(old: int, new: int, old_root: bytes, new_root: bytes, path: Sequence[bytes]) -> bool:
    """Whether the path shows that the new tree begins with the old one (RFC 9162, 2.1.4.2)."""
    if not 0 < old <= new:
        return False
    if old == new:
        return not path and old_root == new_root
    steps = [old_root, *path] if old & (old - 1) == 0 else list(path)
    if not steps:
        return False
    place, last = old - 1, new - 1
    while place % 2:
        place, last = place >> 1, last >> 1
    found_old = found_new = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if place % 2 or place == last:
            found_old, found_new = node_hash(step, found_old), node_hash(step, found_new)
            while place % 2 == 0 and place:
                place, last = place >> 1, last >> 1
        else:
            found_new = node_hash(found_new, step)
        place, last = place >> 1, last >> 1
    return last == 0 and found_old == old_root and found_new == new_root


def _split(size: int) -> int:
    """The largest power of two below the size."""
    return 1 << ((size - 1).bit_length() - 1)


def _subtree(node: Node, start: int, end: int) -> bytes:
    size = end - start
    if size & (size - 1) == 0:
        level = size.bit_length() - 1
        return node(level, start >> level)
    middle = start + _split(size)
    return node_hash(_subtree(node, start, middle), _subtree(node, middle, end))
