"""What stands on a worksheet, added up; a line more is added to it, however many there are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal

import msgspec

from domain.segment.events import (
    ActionRedone,
    ActionUndone,
    CriteriaApplied,
    LineAdded,
    LineRemoved,
    LoggedSegmentReused,
)
from domain.segment.lines import LineBlock, LineChanges, LineStart
from domain.vocabulary import given

OwnOnSegment = Sequence[tuple[LineBlock, int, LineChanges]]
"""Lines that have values of their own: block, contact key, values."""


class Totals(msgspec.Struct, frozen=True):
    """The sums over the lines; cost in local currency (domain A1, V12)."""

    cost: Decimal
    duration_minutes: int

    @classmethod
    def of(cls, blocks: Sequence[LineBlock], own: OwnOnSegment) -> Totals:
        """Those of the lines of some blocks."""
        minutes = _total(blocks, own, lambda start: start.duration_minutes, lambda own: own.duration_minutes)
        return cls(
            _total(blocks, own, lambda start: start.cost, lambda own: own.cost),
            int(minutes),
        )

    def with_line(self, event: LineAdded) -> Totals:
        """Those with one more line, which was put on by hand."""
        start, own = event.start, given(event.changes)
        return Totals(
            # As in the whole sum, so that it has as many decimals.
            self.cost + start.cost + (own.get("cost", start.cost) - start.cost),
            self.duration_minutes + own.get("duration_minutes", start.duration_minutes),
        )


def more_lines(event: object) -> int | None:
    """How many lines more there are after an event; None where that is told by the lines alone."""
    match event:
        case LineAdded():
            return 1
        case LineRemoved():
            return -1
        case CriteriaApplied(lines_added=added, lines_removed=gone):
            return added - gone
        case LoggedSegmentReused(lines=lines):
            return sum(len(one.contacts) for one in lines)
        case ActionUndone() | ActionRedone():
            return None
    return 0


def _total(
    blocks: Sequence[LineBlock],
    own: OwnOnSegment,
    of_block: Callable[[LineStart], Decimal | int],
    of_line: Callable[[LineChanges], object],
) -> Decimal:
    total = sum((of_block(b.start) * Decimal(len(b.alive)) for b in blocks), Decimal(0))
    for block, _, changes in own:
        value = of_line(changes)
        if isinstance(value, (Decimal, int)):
            total += value - of_block(block.start)
    return total
