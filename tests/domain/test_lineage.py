"""How lines came about: the action that added each, and what every action did with one contact."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.contact_set import ContactSet
from domain.segment.line_values import LineFacts
from domain.segment.lineage import Lineage, Step, lineage
from tests.domain.worksheet import AT, WORK_DATE, Worksheet


def story(sheet: Worksheet, key: int | None = None, upto: int | None = None) -> Lineage:
    """The lineage of a worksheet: one event a minute, by ANN."""
    steps = [
        Step(version, 100 + version, "ANN", AT + timedelta(minutes=version), WORK_DATE, event)
        for version, event in enumerate(sheet.events, 1)
    ]
    return lineage(steps[:upto], key)


def origin(sheet: Worksheet, line_no: int) -> int:
    """The version at which a line was added."""
    found = story(sheet)
    line = found.segment.line(line_no)
    assert line is not None
    return found.origin(line).step.version


def outcomes(sheet: Worksheet, key: int) -> list[tuple[str, bool]]:
    return [(outcome, action.in_force) for action, outcome in story(sheet, key).outcomes]


@pytest.fixture
def sheet() -> Worksheet:
    return Worksheet(description="Spring")


def test_a_line_comes_from_the_action_that_added_it(sheet: Worksheet) -> None:
    sheet.add(1, 2)  # version 2: lines 1 and 2
    sheet.put(3)  # version 3: line 3
    sheet.reuse((None, [4]), known=[4])  # version 4: line 4

    assert [origin(sheet, line_no) for line_no in (10_000, 20_000, 30_000, 40_000)] == [2, 2, 3, 4]
    kinds = [(action.kind, action.by_hand, action.logged_segment) for action in story(sheet).actions]
    assert kinds == [
        ("add_contacts", False, None),
        ("add_contacts", True, None),
        ("reuse_logged_segment", False, 12),
    ]


def test_an_action_by_hand_has_the_filter_that_is_saved_with_it() -> None:
    sheet = Worksheet(facts={1: LineFacts("R&D1", "company")})
    sheet.put(1)
    sheet.put(2)
    sheet.remove(10_000)
    told = [action.filters for action in story(sheet).actions]
    assert told == [action.filters for action in sheet.segment.actions]
    assert told == [{"contact": {"no": number}} for number in ("'R&D1'", "CT2", "'R&D1'")]


def test_a_line_that_came_back_comes_from_the_same_action(sheet: Worksheet) -> None:
    sheet.add(1, 2)
    sheet.reduce(1)
    sheet.go_back()
    sheet.redo()
    sheet.go_back()
    assert origin(sheet, 10_000) == 2

    sheet.go_back()
    sheet.redo()
    assert origin(sheet, 20_000) == 2


def test_a_line_whose_values_changed_comes_from_the_same_action(sheet: Worksheet) -> None:
    sheet.add(1, 2)
    sheet.change_line(10_000, remarks="Bring clubs")
    sheet.reduce(2)
    sheet.change(unit_duration_minutes=5)
    sheet.go_back()
    assert (origin(sheet, 10_000), origin(sheet, 20_000)) == (2, 2)


def test_a_contact_that_took_a_line_over_was_put_there_by_hand(sheet: Worksheet) -> None:
    sheet.add(1, 2)
    sheet.replace(10_000, 7)
    assert origin(sheet, 10_000) == 4


def test_actions_that_could_have_removed_a_line_and_are_in_force_were_passed(sheet: Worksheet) -> None:
    sheet.add(1, 2, 3)
    sheet.reduce(2)
    sheet.refine(1, 3)
    sheet.reduce(3)
    sheet.go_back()
    found = story(sheet)
    line = found.segment.line(10_000)
    assert line is not None
    assert [action.step.version for action in found.passed(line)] == [3, 4]


def test_actions_remain_when_the_criteria_are_forgotten(sheet: Worksheet) -> None:
    sheet.add(1, 2)
    sheet.refine(1)
    sheet.reset()
    found = story(sheet)
    line = found.segment.line(10_000)
    assert line is not None
    assert found.origin(line).forgotten
    assert [action.in_force for action in found.passed(line)] == [True]
    assert found.current_actions() == []


def test_numbers_stand_for_the_actions_that_can_be_gone_back_over(sheet: Worksheet) -> None:
    sheet.add(1)
    sheet.add(2)
    sheet.go_back()
    sheet.add(3)
    found = story(sheet)
    current = found.current(2)
    assert current is not None
    assert current.step.version == 5
    assert [found.current(number) for number in (0, 3)] == [None, None]
    assert [action.action_no for action in found.segment.actions] == [
        action.event.action_no for action in found.current_actions()
    ]


class TestWhatActionsDidWithAContact:
    def test_added_then_removed(self, sheet: Worksheet) -> None:
        sheet.add(1, 2)
        sheet.reduce(1)
        assert outcomes(sheet, 1) == [("added", True), ("removed", True)]
        assert outcomes(sheet, 2) == [("added", True), ("kept", True)]

    def test_never_meant(self, sheet: Worksheet) -> None:
        sheet.add(1)
        sheet.refine(1)
        sheet.reuse((None, [2]), known=[2])
        assert outcomes(sheet, 9) == [
            ("not_selected", True),
            ("not_on_segment", True),
            ("not_selected", True),
        ]

    def test_left_out_for_a_reason(self, sheet: Worksheet) -> None:
        sheet.add(1)
        sheet.add(1, 2, 3, excluded=[2], blocked=[3])
        assert outcomes(sheet, 1)[-1] == ("already_on_segment", True)
        assert outcomes(sheet, 2)[-1] == ("excluded", True)
        assert outcomes(sheet, 3)[-1] == ("privacy_blocked", True)
        assert {name: list(those) for name, those in story(sheet).actions[-1].skipped.items()} == {
            "already_on_segment": [1],
            "excluded": [2],
            "privacy_blocked": [3],
            "elsewhere": [],
        }

    def test_deleted_since_it_was_logged(self, sheet: Worksheet) -> None:
        sheet.reuse((None, [1, 2]), known=[2])
        assert outcomes(sheet, 1) == [("no_longer_known", True)]
        assert story(sheet).actions[-1].skipped["no_longer_known"] == ContactSet([1])

    def test_gone_back_over(self, sheet: Worksheet) -> None:
        sheet.add(1)
        sheet.go_back()
        assert outcomes(sheet, 1) == [("added", False)]
        sheet.redo()
        assert outcomes(sheet, 1) == [("added", True)]

    def test_by_hand_and_nothing_of_what_was_done_by_hand_with_others(self, sheet: Worksheet) -> None:
        sheet.put(1)
        sheet.put(2)
        sheet.remove(10_000)
        assert outcomes(sheet, 1) == [("added", True), ("removed", True)]
        assert outcomes(sheet, 2) == [("added", True)]
