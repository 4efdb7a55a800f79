"""What two states of a segment differ in.

Sets are held against sets, never line by line: only lines that somebody changed by hand are looked at singly.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from domain.contact_set import EMPTY, ContactSet, union
from domain.segment.header import Header
from domain.segment.line_values import document_of, of_its_contact
from domain.segment.lines import NO_CHANGES, LineBlock, LineChanges, LineStart
from domain.segment.state import Segment
from domain.vocabulary import given

NOT_SHOWN = frozenset({"template", "correspondence_type_fixed", "language_fixed"})
"""Values that follow from others; nobody chooses them."""

UNLESS_GIVEN: Mapping[str, Any] = {"attempt_failed": False}
"""What a line says where neither it nor its block says anything, if that is not blank."""


class FieldChange(msgspec.Struct, frozen=True):
    """A header value that differs."""

    field: str
    old: Any
    new: Any


class BlockChange(msgspec.Struct, frozen=True):
    """A value that so many lines took over, all alike, from the header."""

    field: str
    old: Any
    new: Any
    lines: int


class LineChange(msgspec.Struct, frozen=True):
    """A value of one line that has values of its own, or had."""

    line_no: int
    contact_key: int
    field: str
    old: Any
    new: Any
    of_contact: bool = False
    """Whether its contact has a say in one of the two, which is then what the line says without it."""


@dataclass(frozen=True)
class Difference:
    """From `before` to `after`."""

    header: tuple[FieldChange, ...]
    entered: ContactSet
    left: ContactSet
    lines_added: int
    lines_removed: int
    block_changes: tuple[BlockChange, ...]
    line_changes: tuple[LineChange, ...]
    """Of lines on both, in line order."""


def difference(before: Segment, after: Segment) -> Difference:
    """What has to change for `before` to become `after`."""
    was, now = before.contacts, after.contacts
    alive, alive_then = _alive(after), _alive(before)
    return Difference(
        header=_header(before.header, after.header),
        entered=now - was,
        left=was - now,
        lines_added=_more(alive, alive_then),
        lines_removed=_more(alive_then, alive),
        block_changes=_block_changes(before, after),
        line_changes=tuple(sorted(_line_changes(before, after), key=lambda c: (c.line_no, c.field))),
    )


def lines_of(segment: Segment, contacts: ContactSet, limit: int) -> list[tuple[int, int]]:
    """Line number and contact of the first lines that these contacts have on a segment, in line order."""
    found: list[tuple[int, int]] = []
    for block in segment.blocks:
        chosen = block.alive & contacts
        found += [(block.line_no(chosen[index]), chosen[index]) for index in range(min(limit, len(chosen)))]
    return sorted(found)[:limit]


def _header(before: Header, after: Header) -> tuple[FieldChange, ...]:
    return tuple(
        FieldChange(name, old, new)
        for name in after.__struct_fields__
        if name not in NOT_SHOWN and (old := getattr(before, name)) != (new := getattr(after, name))
    )


def _parts(segment: Segment) -> dict[int, list[LineBlock]]:
    parts: dict[int, list[LineBlock]] = {}
    for block in segment.blocks:
        parts.setdefault(block.id, []).append(block)
    return parts


def _alive(segment: Segment) -> dict[int, ContactSet]:
    return {number: union(part.alive for part in parts) for number, parts in _parts(segment).items()}


def _more(one: Mapping[int, ContactSet], other: Mapping[int, ContactSet]) -> int:
    """How many lines there are on one that are not on the other."""
    return sum(len(contacts - other.get(number, EMPTY)) for number, contacts in one.items())


def _own_keys(before: Segment, after: Segment) -> dict[int, ContactSet]:
    """Who has a line with values of its own on one of the two, by block."""
    keys: dict[int, set[int]] = {}
    for block_id, key in (*before.own, *after.own):
        keys.setdefault(block_id, set()).add(key)
    return {block_id: ContactSet(members) for block_id, members in keys.items()}


def _block_changes(before: Segment, after: Segment) -> tuple[BlockChange, ...]:
    own, then = _own_keys(before, after), _parts(before)
    counted: dict[tuple[str, str, str], BlockChange] = {}
    for number, parts in _parts(after).items():
        for new in parts:
            for old in then.get(number, ()):
                if new.start == old.start:
                    continue
                lines = len((new.alive & old.alive) - own.get(number, EMPTY))
                for change in _starts(old.start, new.start) if lines else ():
                    known = counted.get(place := (change.field, repr(change.old), repr(change.new)))
                    lines_so_far = known.lines if known else 0
                    counted[place] = BlockChange(change.field, change.old, change.new, lines_so_far + lines)
    return tuple(counted[place] for place in sorted(counted))


def _starts(before: LineStart, after: LineStart) -> Iterator[FieldChange]:
    for name in after.__struct_fields__:
        old, new = getattr(before, name), getattr(after, name)
        if old != new and name not in NOT_SHOWN:
            yield FieldChange(name, old, new)


def _line_changes(before: Segment, after: Segment) -> Iterator[LineChange]:
    then, now = _parts(before), _parts(after)
    for number, key in dict.fromkeys((*before.own, *after.own)):
        old_part, new_part = _part_with(then.get(number), key), _part_with(now.get(number), key)
        if old_part is None or new_part is None:
            continue
        old_own, new_own = (side.own.get((number, key), NO_CHANGES) for side in (before, after))
        old, new = _says(old_part, old_own), _says(new_part, new_own)
        asked, asks = of_its_contact(old_part.start, old_own), of_its_contact(new_part.start, new_own)
        for name in dict.fromkeys((*old, *new)):
            usual = UNLESS_GIVEN.get(name)
            was, is_now = old.get(name, usual), new.get(name, usual)
            if (was != is_now or name in asked ^ asks) and name not in NOT_SHOWN:
                yield LineChange(new_part.line_no(key), key, name, was, is_now, name in asked | asks)


def _part_with(parts: list[LineBlock] | None, key: int) -> LineBlock | None:
    return next((part for part in parts or () if key in part.alive), None)


def _says(block: LineBlock, own: LineChanges) -> dict[str, Any]:
    said = {name: getattr(block.start, name) for name in block.start.__struct_fields__} | given(own)
    return said | {"subject": document_of(block.start, given(own), None).subject}
