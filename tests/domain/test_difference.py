"""What two states of a segment differ in, held against comparing them line by line."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.contact_set import ContactSet
from domain.segment.difference import NOT_SHOWN, BlockChange, FieldChange, LineChange, difference, lines_of
from domain.segment.state import Segment
from domain.vocabulary import given as named
from tests.domain.worksheet import Worksheet


@pytest.fixture
def sheet() -> Worksheet:
    return Worksheet(description="Spring")


def test_nothing_differs_from_itself(sheet: Worksheet) -> None:
    sheet.add(1, 2)
    found = difference(sheet.segment, sheet.segment)
    assert (found.header, found.block_changes, found.line_changes) == ((), (), ())
    assert not found.entered
    assert not found.left


def test_who_entered_and_left_is_told(sheet: Worksheet) -> None:
    sheet.add(1, 2)
    before = sheet.segment
    sheet.reduce(2)
    sheet.add(3, 4)
    found = difference(before, sheet.segment)
    assert (found.entered, found.left) == (ContactSet([3, 4]), ContactSet([2]))
    assert (found.lines_added, found.lines_removed) == (2, 1)
    assert lines_of(sheet.segment, found.entered, 1) == [(30_000, 3)]
    assert lines_of(before, found.left, 10) == [(20_000, 2)]


def test_who_is_on_a_second_line_did_not_enter(sheet: Worksheet) -> None:
    sheet.add(1)
    before = sheet.segment
    sheet.add(1, allow_existing_contacts=True)
    found = difference(before, sheet.segment)
    assert not found.entered
    assert found.lines_added == 1


def test_the_header_is_told_value_by_value_and_its_lines_together(sheet: Worksheet) -> None:
    sheet.add(1, 2, 3)
    sheet.change_line(20_000, remarks="Bring clubs")
    before = sheet.segment
    sheet.change(description="Autumn")
    found = difference(before, sheet.segment)
    assert found.header == (FieldChange("description", "Spring", "Autumn"),)
    assert found.block_changes == (BlockChange("description", "Spring", "Autumn", 2),)
    assert found.line_changes == (LineChange(20_000, 2, "description", "Spring", "Autumn"),)


def test_a_line_that_changed_is_told_by_itself(sheet: Worksheet) -> None:
    sheet.add(1, 2)
    before = sheet.segment
    sheet.change_line(20_000, attempt_failed=True, description="Spring")
    found = difference(before, sheet.segment)
    assert found.line_changes == (LineChange(20_000, 2, "attempt_failed", False, True),)
    assert found.block_changes == ()


def test_a_line_that_no_longer_asks_its_contact_is_told(sheet: Worksheet) -> None:
    sheet.add(1)
    before = sheet.segment
    sheet.change_line(10_000, salesperson_code=None)
    found = difference(before, sheet.segment)
    assert found.line_changes == (LineChange(10_000, 1, "salesperson_code", None, None, of_contact=True),)


def test_backwards_old_and_new_change_places(sheet: Worksheet) -> None:
    sheet.add(1)
    before = sheet.segment
    sheet.change(description="Autumn")
    sheet.add(2)
    back = difference(sheet.segment, before)
    assert back.header == (FieldChange("description", "Autumn", "Spring"),)
    assert back.left == ContactSet([2])
    assert (back.lines_added, back.lines_removed) == (0, 1)


# Against comparing line by line

KEYS = st.lists(st.integers(1, 6), min_size=1, max_size=4, unique=True)
COMMANDS = st.one_of(
    st.tuples(st.just("add"), KEYS),
    st.tuples(st.just("add again"), KEYS),
    st.tuples(st.just("reduce"), KEYS),
    st.tuples(st.just("refine"), KEYS),
    st.tuples(st.just("put"), st.integers(1, 6)),
    st.tuples(st.just("remove"), st.integers(1, 9)),
    st.tuples(st.just("line"), st.integers(1, 9), st.sampled_from(["A", "B", None])),
    st.tuples(st.just("header"), st.sampled_from(["A", "B", None]), st.booleans()),
    st.tuples(st.just("go back")),
    st.tuples(st.just("redo")),
    st.tuples(st.just("reset")),
)


def carry_out(sheet: Worksheet, command: tuple[Any, ...]) -> None:
    segment = sheet.segment
    match command:
        case ("add" | "reduce" | "refine" as name, keys):
            getattr(sheet, name)(*keys)
        case ("add again", keys):
            sheet.add(*keys, allow_existing_contacts=True)
        case ("put", key):
            sheet.put(key)
        case ("remove", n) if segment.line(n * 10_000):
            sheet.remove(n * 10_000)
        case ("line", n, text) if segment.line(n * 10_000):
            sheet.change_line(n * 10_000, description=text, attempt_failed=text == "A")
        case ("header", text, follow):
            sheet.change(description=text, unit_duration_minutes=len(text or ""), update_lines=follow)
        case ("go back",) if segment.actions:
            sheet.go_back()
        case ("redo",) if segment.undone:
            sheet.redo()
        case ("reset",):
            sheet.reset()


def said(segment: Segment) -> dict[tuple[int, int], dict[str, Any]]:
    """What every line says, by its number and contact."""
    found = {}
    for line in segment.lines(limit=1_000):
        start = {name: getattr(line.block.start, name) for name in line.block.start.__struct_fields__}
        found[line.line_no, line.contact_key] = {"attempt_failed": False} | start | named(line.own)
    return found


@settings(max_examples=200)
@given(commands=st.lists(COMMANDS, max_size=25), place=st.integers(0, 25))
def test_it_is_what_comparing_every_line_gives(commands: list[tuple[Any, ...]], place: int) -> None:
    sheet = Worksheet(description="Spring")
    before = sheet.segment
    for index, command in enumerate(commands):
        carry_out(sheet, command)
        if index == place:
            before = sheet.segment
    after = sheet.segment

    was, now, found = said(before), said(after), difference(before, after)
    assert found.entered == ContactSet({key for _, key in now} - {key for _, key in was})
    assert found.left == ContactSet({key for _, key in was} - {key for _, key in now})
    assert found.lines_added == len(now.keys() - was.keys())
    assert found.lines_removed == len(was.keys() - now.keys())
    expected = Counter(
        (name, repr(was[line][name]), repr(now[line][name]))
        for line in was.keys() & now.keys()
        for name in now[line].keys() - NOT_SHOWN
        if was[line].get(name) != now[line][name]
    )
    told = Counter(
        (change.field, repr(change.old), repr(change.new))
        for change in found.line_changes
        if change.old != change.new  # else the line began, or ceased, to ask its contact
    )
    for change in found.block_changes:
        told[change.field, repr(change.old), repr(change.new)] += change.lines
    assert told == expected
