"""Checking checkpoints, in the database and kept outside, against the roots that were computed."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from psycopg import Connection

from eventstore.merkle import EMPTY, fold
from eventstore.notes import NoteError, Verifier, read_checkpoint, signer_of
from eventstore.tiles import TILE, TILE_LEVELS, hashes_in
from eventstore.verify_events import Problem


class Outside(NamedTuple):
    """A checkpoint that was kept outside the database; `place` says where it was found."""

    place: str
    note: str

    def size(self) -> int | None:
        """How many events it seals; None if it cannot be read."""
        try:
            return read_checkpoint(self.note).size
        except NoteError:
            return None


class Inside(NamedTuple):
    """A row of the table `checkpoint`."""

    tree_size: int
    root: bytes
    note: str


def stored_checkpoints(connection: Connection[Any]) -> list[Inside]:
    """All checkpoints in the database, in order."""
    rows = connection.execute("SELECT tree_size, root, note FROM checkpoint ORDER BY tree_size", binary=True)
    return [Inside(*row) for row in rows]


class Seals:
    """Holds checkpoints against the log: `roots` by size, up to `end`, where the log ends or goes wrong.

    A checkpoint that is wrong puts in doubt what it seals beyond the last one that is right; the first
    position of that is the one that is named, unless `wrong` is a position in there that is known to be.
    """

    def __init__(
        self, roots: Mapping[int, bytes], end: int, wrong: Problem | None, keys: Sequence[Verifier]
    ) -> None:
        self._roots, self._end, self._wrong, self._keys = roots, end, wrong, keys
        self._right = 0

    def problems(self, inside: Sequence[Inside], outside: Sequence[Outside]) -> Iterator[Problem]:
        """The first problem of the checkpoints, and those of what cannot be read or was removed."""
        known = {checkpoint.tree_size: checkpoint for checkpoint in inside}
        by_size: dict[int, list[Outside]] = {}
        for one in outside:
            size = one.size()
            if size is None:
                yield Problem(None, f"{one.place} is no checkpoint.")
            else:
                by_size.setdefault(size, []).append(one)
        removed = None
        for size in sorted(known.keys() | by_size.keys()):
            problem = self._wrong_with(size, known.get(size), by_size.get(size, []))
            if problem is not None:
                yield problem
                return
            if size not in known and removed is None:
                where = by_size[size][0].place
                text = f"The checkpoint at {size}, which was kept outside ({where}), was removed here."
                removed = Problem(self._right + 1, text)
            self._right = max(self._right, size)
        if removed is not None:
            yield removed

    def _wrong_with(self, size: int, inside: Inside | None, outside: Sequence[Outside]) -> Problem | None:
        first = min(self._right, self._end) + 1
        notes = [(f"The checkpoint at {size}", inside.note)] if inside is not None else []
        notes += [
            (f"The checkpoint at {size} that was kept outside ({one.place})", one.note) for one in outside
        ]
        for which, note in notes:
            if text := self._wrong_note(which, note):
                return Problem(first, text)
        if inside is not None and not _says(inside.note, size, inside.root):
            return Problem(first, f"The checkpoint at {size} is not what its signed note says.")
        if size > self._end:
            if self._wrong is not None:
                return None
            missing = self._end + 1
            text = f"The events from position {missing} to {size}, which were sealed, are missing."
            return Problem(missing, text)
        if self._wrong is not None and first <= (self._wrong.position or 0) <= size:
            return None
        return self._wrong_root(first, size, inside, outside)

    def _wrong_root(
        self, first: int, size: int, inside: Inside | None, outside: Sequence[Outside]
    ) -> Problem | None:
        root, events = (
            self._roots.get(size, EMPTY),
            f"The events from position {first} to {size} are not those",
        )
        if inside is not None and inside.root != root:
            return Problem(first, f"{events} that the checkpoint there sealed.")
        for one in outside:
            if not _says(one.note, size, root):
                kept = f"{events} of the checkpoint that was kept outside ({one.place})"
                return Problem(first, f"{kept}: history was rewritten somewhere in there.")
        return None

    def _wrong_note(self, which: str, note: str) -> str | None:
        try:
            checkpoint = read_checkpoint(note)
            signer = signer_of(note, self._keys)
        except NoteError as error:
            return f"{which} cannot be read: {error}."
        if signer is None or signer.name != checkpoint.origin:
            return f"{which} was not signed with a key of this log: it was forged, or the key was replaced."
        return None


def _says(note: str, size: int, root: bytes) -> bool:
    checkpoint = read_checkpoint(note)
    return (checkpoint.size, checkpoint.root) == (size, root)


def problems_of_tiles(
    connection: Connection[Any], roots: Sequence[bytes], inside: Sequence[Inside]
) -> Iterator[Problem]:
    """What is wrong with the stored tree above the events' own hashes; `roots` are those of its pieces."""
    rows = connection.execute(
        "SELECT level, index, root, hashes FROM tree_tile ORDER BY level, index", binary=True
    )
    levels, kept = [list(roots)], set()
    for level, index, root, hashes in rows:
        kept.add((level, index))
        below = hashes_in(hashes)
        while len(levels) <= level:
            full = len(levels[-1]) // TILE * TILE
            levels.append([fold(levels[-1][at : at + TILE]) for at in range(0, full, TILE)])
        if index >= len(levels[level]):
            continue  # what it covers is not there, or not right
        expected = levels[level - 1][index * TILE : (index + 1) * TILE] if level else below
        if len(below) != TILE or below != expected or root != levels[level][index]:
            first = ((index * TILE) << level * TILE_LEVELS) + 1
            yield Problem(first, f"The stored tree was changed, in the piece from position {first} on.")
    sealed = inside[-1].tree_size if inside else 0
    yield from _missing_tiles(kept, sealed)
    end = TILE * max((index + 1 for level, index in kept if level == 0), default=0)
    if end > sealed:
        yield Problem(sealed + 1, f"The checkpoint that sealed the events up to position {end} was removed.")


def _missing_tiles(kept: Collection[tuple[int, int]], sealed: int) -> Iterator[Problem]:
    """Without a position, as no event is wrong: what the checkpoints say about those comes first."""
    level, width = 0, TILE
    while sealed // width:
        for index in range(sealed // width):
            if (level, index) not in kept:
                first, last = index * width + 1, (index + 1) * width
                text = (
                    f"A piece of the stored tree is missing (level {level}, index {index}, the events from"
                    f" position {first} to {last}); making a checkpoint makes it anew."
                )
                yield Problem(None, text)
        level, width = level + 1, width * TILE
