"""Add Contacts, Reduce, Refine, Go Back and reuse (domain B5 to B9)."""

from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace as replaced

from domain.contact_set import EMPTY, ContactSet
from domain.errors import Conflict, NoCriteria, NothingToUndo
from domain.interaction_template import InteractionTemplate
from domain.segment.events import (
    ActionRedone,
    ActionUndone,
    CriteriaApplied,
    CriteriaOptions,
    CriteriaReset,
    LoggedSegmentReused,
    ReusedLines,
    Skipped,
)
from domain.segment.header import line_start
from domain.segment.selection import Criteria, Selection, apply_criteria, criteria_to_save, go_back
from tests.domain.worksheet import AT, POSITION, Worksheet


def applied(sheet: Worksheet, action: Any, *, options: CriteriaOptions, **outcome: Any) -> CriteriaApplied:
    """The event that an action of the sheet should have been recorded with."""
    filters = {"contact": {"city": action}}
    return CriteriaApplied(len(sheet.segment.actions), action, filters, options, POSITION, **outcome)


NO_OPTIONS = CriteriaOptions()


class TestAddContacts:
    def test_lines_come_in_the_order_of_registration_at_the_end(self) -> None:
        sheet = Worksheet(description="Spring")
        sheet.put(9)
        start = line_start(sheet.segment.header)
        (event,) = sheet.add(5, 3, 4)
        assert event == applied(
            sheet,
            "add_contacts",
            options=NO_OPTIONS,
            lines_added=3,
            first_line_no=20_000,
            start=start,
            added=ContactSet([3, 4, 5]),
        )
        assert sheet.contacts() == [(1, 9), (2, 3), (3, 4), (4, 5)]

    def test_contacts_on_the_worksheet_are_skipped(self) -> None:
        sheet = Worksheet()
        sheet.add(1, 2)
        (event,) = sheet.add(2, 3)
        assert isinstance(event, CriteriaApplied)
        assert event.skipped == Skipped(already_on_segment=ContactSet([2]))
        assert sheet.contacts() == [(1, 1), (2, 2), (3, 3)]

    def test_contacts_on_the_worksheet_come_again_where_that_is_allowed(self) -> None:
        sheet = Worksheet()
        sheet.add(1, 2)
        sheet.add(2, 3, allow_existing_contacts=True)
        assert sheet.contacts() == [(1, 1), (2, 2), (3, 2), (4, 3)]
        assert sheet.segment.actions[-1].options == CriteriaOptions(allow_existing_contacts=True)

    def test_excluded_contacts_are_skipped_unless_that_is_ignored(self) -> None:
        sheet = Worksheet()
        (event,) = sheet.add(1, 2, excluded=[2, 3])
        assert isinstance(event, CriteriaApplied)
        assert event.skipped == Skipped(excluded=ContactSet([2]))
        sheet.add(1, 2, excluded=[2, 3], ignore_exclusion=True)
        assert sheet.contacts() == [(1, 1), (2, 2)]

    def test_nothing_lets_a_contact_in_whose_privacy_is_blocked(self) -> None:
        sheet = Worksheet()
        options = {"allow_existing_contacts": True, "ignore_exclusion": True}
        (event,) = sheet.add(1, 2, excluded=[2], blocked=[2, 3], **options)
        assert isinstance(event, CriteriaApplied)
        assert event.skipped == Skipped(privacy_blocked=ContactSet([2]))
        assert sheet.contacts() == [(1, 1)]

    def test_each_contact_is_skipped_for_one_reason_the_gravest(self) -> None:
        sheet = Worksheet()
        sheet.add(1, 2, 3)
        (event,) = sheet.add(1, 2, 3, 4, excluded=[2, 3], blocked=[3])
        assert isinstance(event, CriteriaApplied)
        assert event.skipped == Skipped(ContactSet([1]), ContactSet([2]), ContactSet([3]))

    def test_adding_nobody_counts_as_an_action_all_the_same(self) -> None:
        sheet = Worksheet()
        sheet.add(1)
        (event,) = sheet.add(1)
        assert isinstance(event, CriteriaApplied)
        assert (event.added, event.start, event.lines_added) == (EMPTY, None, 0)
        assert [action.action_no for action in sheet.segment.actions] == [1, 2]

    def test_adding_looks_at_no_line_that_is_there(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Else what many lines and actions take to be seen as they were grows with both."""
        sheet = Worksheet()
        sheet.put(1)
        monkeypatch.delattr(ContactSet, "__and__")
        sheet.segment.apply(applied(sheet, "add_contacts", options=NO_OPTIONS), "ANN", AT)
        assert len(sheet.segment.actions) == 2


class TestReduceAndRefine:
    def test_reduce_removes_who_matches_with_all_their_lines(self) -> None:
        sheet = Worksheet()
        sheet.add(1, 2, 3)
        sheet.add(1, allow_existing_contacts=True)
        (event,) = sheet.reduce(1, 2, 8)
        assert event == applied(
            sheet, "reduce", options=NO_OPTIONS, removed=ContactSet([1, 2]), lines_removed=3
        )
        assert sheet.contacts() == [(3, 3)]

    def test_refine_keeps_who_matches(self) -> None:
        sheet = Worksheet()
        sheet.add(1, 2, 3)
        (event,) = sheet.refine(1, 2, 8)
        assert event == applied(sheet, "refine", options=NO_OPTIONS, removed=ContactSet([3]), lines_removed=1)
        assert sheet.contacts() == [(1, 1), (2, 2)]

    def test_when_everybody_matches_reduce_removes_all_and_refine_nothing(self) -> None:
        sheet = Worksheet()
        sheet.add(1, 2)
        sheet.refine(1, 2, 3)
        assert sheet.contacts() == [(1, 1), (2, 2)]
        sheet.reduce(1, 2, 3)
        assert sheet.contacts() == []
        assert len(sheet.segment.actions) == 3

    def test_the_option_of_entire_companies_is_kept(self) -> None:
        sheet = Worksheet()
        sheet.criteria("refine", [], entire_companies=True)
        assert criteria_to_save(sheet.segment)[0].options == CriteriaOptions(entire_companies=True)


class TestGoBack:
    def test_the_contacts_that_came_leave_again(self) -> None:
        sheet = Worksheet()
        sheet.add(1)
        sheet.add(1, 2, allow_existing_contacts=True)
        assert sheet.go_back() == (ActionUndone(2),)
        assert sheet.contacts() == [(1, 1)]

    def test_if_one_action_is_meant_no_other_is_undone(self) -> None:
        sheet = Worksheet()
        sheet.add(1, 2)
        last = sheet.segment.actions[-1]
        for other in ((last.action_no + 1, last.user_id), (last.action_no, "somebody else")):
            with pytest.raises(Conflict):
                go_back(sheet.segment, other)
        assert go_back(sheet.segment, (last.action_no, last.user_id)) == (ActionUndone(1),)

    def test_lines_that_left_come_back_as_they_were_with_their_numbers(self) -> None:
        sheet = Worksheet()
        sheet.add(1, 2, 3)
        sheet.change_line(20_000, remarks="Bring clubs", cost=Decimal(3))
        before = sheet.lines()
        sheet.reduce(2, 3)
        sheet.go_back()
        assert sheet.lines() == before

    def test_it_goes_on_down_to_the_first_action_and_no_further(self) -> None:
        sheet = Worksheet()
        sheet.add(1, 2)
        sheet.put(3)
        sheet.remove(10_000)
        sheet.replace(20_000, 4)
        for contacts in ([(3, 3)], [(2, 2), (3, 3)], [(1, 1), (2, 2), (3, 3)], [(1, 1), (2, 2)], []):
            sheet.go_back()
            assert sheet.contacts() == contacts
        with pytest.raises(NothingToUndo):
            sheet.go_back()

    def test_lines_that_are_away_come_back_with_the_header_values_that_they_left_with(self) -> None:
        sheet = Worksheet(description="Spring")
        sheet.add(1, 2)
        sheet.reduce(1)
        sheet.change(description="Summer")
        sheet.go_back()
        assert [line.description for line in sheet.lines()] == ["Spring", "Summer"]

    def test_lines_on_the_worksheet_keep_their_later_changes(self) -> None:
        sheet = Worksheet()
        sheet.add(1, 2)
        sheet.reduce(1)
        sheet.change_line(20_000, remarks="Later")
        sheet.go_back()
        assert [line.remarks for line in sheet.lines()] == [None, "Later"]

    def test_a_line_that_comes_back_twice_keeps_what_happened_to_it_in_between(self) -> None:
        sheet = Worksheet(description="Spring")
        sheet.add(1, 2)
        sheet.reduce(1)
        sheet.go_back()
        sheet.change(description="Summer")
        sheet.reduce(1, 2)
        sheet.change(description="Autumn")
        sheet.go_back()
        assert [line.description for line in sheet.lines()] == ["Summer", "Summer"]


class TestRedo:
    def test_the_outcome_is_that_of_the_first_time(self) -> None:
        sheet = Worksheet()
        sheet.add(1, 2, 3)
        sheet.change_line(20_000, remarks="Bring clubs")
        sheet.reduce(1)
        before = sheet.lines()
        sheet.go_back()
        sheet.go_back()
        assert sheet.contacts() == []
        assert sheet.redo() == (ActionRedone(1),)
        assert sheet.redo() == (ActionRedone(2),)
        assert sheet.lines() == before
        with pytest.raises(NothingToUndo):
            sheet.redo()

    def test_lines_that_came_come_back_with_what_they_had_of_their_own(self) -> None:
        sheet = Worksheet(description="Spring")
        sheet.put(1, remarks="Bring clubs")
        sheet.change_line(10_000, evaluation="positive")
        before = sheet.lines()
        sheet.go_back()
        sheet.change(description="Summer")
        sheet.redo()
        assert sheet.lines() == before

    def test_lines_of_one_action_that_differ_by_now_all_come_back_as_they_were(self) -> None:
        sheet = Worksheet(description="Spring")
        sheet.add(1, 2, 3)
        sheet.reduce(2)
        sheet.change(description="Summer")
        sheet.go_back()
        before = sheet.lines()
        sheet.go_back()
        sheet.change(description="Autumn")
        sheet.redo()
        assert sheet.lines() == before
        assert [line.description for line in before] == ["Summer", "Spring", "Summer"]

    def test_changes_of_lines_and_header_leave_it_possible(self) -> None:
        sheet = Worksheet()
        sheet.add(1, 2)
        sheet.reduce(1)
        sheet.go_back()
        sheet.change_line(10_000, remarks="Later")
        sheet.change(description="Summer")
        sheet.redo()
        sheet.go_back()
        assert [(line.remarks, line.description) for line in sheet.lines()] == [
            ("Later", "Summer"),
            (None, "Summer"),
        ]

    def test_a_new_action_ends_it(self) -> None:
        sheet = Worksheet()
        sheet.add(1)
        sheet.go_back()
        sheet.put(2)
        with pytest.raises(NothingToUndo):
            sheet.redo()
        assert sheet.contacts() == [(2, 2)]


class TestReset:
    def test_the_actions_are_forgotten_and_the_lines_stay(self) -> None:
        sheet = Worksheet()
        sheet.add(1, 2)
        sheet.change_line(20_000, remarks="Bring clubs")
        sheet.reduce(1)
        before = sheet.lines()
        assert sheet.reset() == (CriteriaReset(),)
        assert sheet.lines() == before
        for command in (sheet.go_back, sheet.redo):
            with pytest.raises(NothingToUndo):
                command()

    def test_what_was_gone_back_from_is_forgotten_too(self) -> None:
        sheet = Worksheet()
        sheet.add(1)
        sheet.go_back()
        sheet.reset()
        with pytest.raises(NothingToUndo):
            sheet.redo()

    def test_without_actions_nothing_happens(self) -> None:
        assert Worksheet().reset() == ()


class TestSave:
    def test_the_actions_are_saved_in_their_order_manual_picks_included(self) -> None:
        sheet = Worksheet()
        sheet.add(1, 2, ignore_exclusion=True)
        sheet.put(3)
        sheet.put(3)
        sheet.remove(10_000)
        pick = {"contact": {"no": "CT3"}}
        assert criteria_to_save(sheet.segment) == (
            Criteria(
                "add_contacts", {"contact": {"city": "add_contacts"}}, CriteriaOptions(ignore_exclusion=True)
            ),
            Criteria("add_contacts", pick),
            Criteria("add_contacts", pick, CriteriaOptions(allow_existing_contacts=True)),
            Criteria("reduce", {"contact": {"no": "CT1"}}),
        )

    def test_what_was_gone_back_from_is_not_saved(self) -> None:
        sheet = Worksheet()
        sheet.add(1)
        sheet.put(2)
        sheet.go_back()
        assert len(criteria_to_save(sheet.segment)) == 1

    def test_without_actions_there_is_nothing_to_save(self) -> None:
        with pytest.raises(NoCriteria):
            criteria_to_save(Worksheet().segment)

    def test_run_again_the_actions_give_the_same_lines_and_name_where_they_came_from(self) -> None:
        sheet, again = Worksheet(), Worksheet()
        sheet.add(1, 2, 3)
        sheet.put(3)
        sheet.reduce(2)
        selected = {0: [1, 2, 3], 1: [3], 2: [2]}
        for index, criteria in enumerate(criteria_to_save(sheet.segment)):
            found = Selection(POSITION, ContactSet(selected[index]))
            (event,) = again.record(apply_criteria(again.segment, criteria, found, saved_criteria="GOLF"))
            assert isinstance(event, CriteriaApplied)
            assert event.saved_criteria == "GOLF"
        assert again.lines() == sheet.lines()
        assert criteria_to_save(again.segment) == criteria_to_save(sheet.segment)


class TestReuseLoggedSegment:
    def test_contacts_come_as_often_as_they_were_logged_each_with_the_campaign_of_its_entry(self) -> None:
        template = InteractionTemplate(unit_cost=Decimal(2))
        sheet = Worksheet(template, interaction_template_code="T", campaign_no="CP9", description="Again")
        sheet.put(7)
        sheet.reuse(("CP1", [1, 2]), (None, [2]), known=[1, 2])
        assert sheet.contacts() == [(1, 7), (2, 1), (3, 2), (4, 2)]
        assert [line.campaign_no for line in sheet.lines()] == ["CP9", "CP1", "CP1", None]
        assert {(line.description, line.cost) for line in sheet.lines()} == {("Again", Decimal(2))}

    def test_the_event_holds_the_lines_and_who_stayed_out_and_why(self) -> None:
        sheet = Worksheet()
        (event,) = sheet.reuse(
            *(("CP1", [1, 2, 3]), (None, [1, 4])), known=[1, 2, 3], excluded=[2, 3], blocked=[3]
        )
        start = line_start(sheet.segment.header)
        assert event == LoggedSegmentReused(
            1,
            12,
            POSITION,
            (
                ReusedLines(10_000, ContactSet([1]), replaced(start, campaign_no="CP1")),
                ReusedLines(20_000, ContactSet([1]), start),
            ),
            Skipped(excluded=ContactSet([2]), privacy_blocked=ContactSet([3])),
            ContactSet([4]),
        )

    def test_exclusion_need_not_be_respected_but_blocked_privacy_must(self) -> None:
        sheet = Worksheet()
        sheet.reuse((None, [1, 2, 3]), known=[1, 2, 3], excluded=[2], blocked=[3], respect_exclusion=False)
        assert sheet.contacts() == [(1, 1), (2, 2)]

    def test_it_is_one_action_that_allows_existing_contacts(self) -> None:
        sheet = Worksheet()
        sheet.reuse(("CP1", [1, 2]), (None, [2, 9]), known=[1, 2])
        (action,) = sheet.segment.actions
        assert action.filters == {"interaction_log_entry": {"logged_segment_entry_no": "12"}}
        assert action.options == CriteriaOptions(allow_existing_contacts=True)
        assert (action.lines_added, action.no_longer_known) == (3, 1)

    @pytest.mark.parametrize("respected", [True, False])
    def test_v6_whether_exclusion_was_respected_is_saved_with_the_criteria(self, respected: bool) -> None:
        sheet = Worksheet()
        sheet.reuse((None, [1, 2]), known=[1, 2], excluded=[2], respect_exclusion=respected)
        (saved,) = criteria_to_save(sheet.segment)
        assert saved.options.ignore_exclusion is not respected

    def test_going_back_takes_all_its_lines_and_redo_brings_them_again(self) -> None:
        sheet = Worksheet()
        sheet.put(1)
        sheet.reuse(("CP1", [1, 2]), (None, [2]), known=[1, 2])
        before = sheet.lines()
        sheet.go_back()
        assert sheet.contacts() == [(1, 1)]
        sheet.redo()
        assert sheet.lines() == before

    def test_when_nobody_is_left_it_counts_all_the_same(self) -> None:
        sheet = Worksheet()
        (event,) = sheet.reuse((None, [1]), known=[])
        assert isinstance(event, LoggedSegmentReused)
        assert (event.lines, len(sheet.segment.actions)) == ((), 1)
