"""Any part of a worksheet's lines: the same as all of them, cut."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as some

from api.pages.line_views import LineViews
from api.service import Service
from domain.contact_set import ContactSet
from domain.segment.lines import LineBlock, LineChanges, LineStart
from domain.segment.state import Segment
from domain.vocabulary import LINE_STEP
from projections.listing import Query

keys = some.sets(some.integers(1, 60), min_size=1, max_size=20)
NO_SERVICE = Service.__new__(Service)
"""Lines in the order of their numbers need no database."""


@some.composite
def segments(draw: some.DrawFn) -> Segment:
    """A segment of a few blocks; some are cut in two that share one numbering."""
    segment = Segment(no=f"S{draw(some.integers(0, 10**9))}", version=draw(some.integers(1, 10**6)))
    first = LINE_STEP
    for number in range(draw(some.integers(0, 4))):
        contacts = ContactSet(draw(keys))
        alive = contacts & ContactSet(draw(keys))
        upper = ContactSet(draw(keys)) if draw(some.booleans()) else ContactSet([])
        for part in (alive - upper, alive & upper):
            segment.blocks.append(LineBlock(number + 1, first, contacts, contacts, part, LineStart()))
        first += LINE_STEP * len(contacts)
        for key in draw(some.lists(some.integers(1, 60), max_size=3)):
            segment.own[number + 1, key] = LineChanges(subject="own")
    return segment


@given(segments(), some.integers(0, 70), some.integers(1, 30))
def test_a_part_is_what_stands_there_among_all_lines(segment: Segment, start: int, count: int) -> None:
    everything = segment.lines(0, 1_000)
    window = LineViews().window(NO_SERVICE, segment, Query(), date(2026, 11, 25), start, count)
    assert window.total == len(everything)
    assert list(window.lines) == everything[start : start + count]
