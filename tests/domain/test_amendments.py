"""Cancelling and its like, on sets of entries (domain B14, B15)."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from domain.amendments import (
    Amendment,
    InteractionsCanceled,
    InteractionsEvaluated,
    InteractionsRedated,
    InteractionsUncanceled,
    LoggedSegmentDeleted,
    RecordedInteractions,
)
from domain.contact_set import ContactSet
from domain.errors import Conflict, NotCanceled, ParentCanceled

CAMPAIGN_ENTRIES = {7: frozenset({0, 1, 2}), 8: frozenset({3, 4})}


def logged(count: int = 6) -> RecordedInteractions:
    return RecordedInteractions(first=101, count=count, logged_segment=5)


def after(recorded: RecordedInteractions, *events: Amendment) -> RecordedInteractions:
    for event in events:
        recorded = recorded.after(event)
    return recorded


class TestCorrections:
    def test_a_date_is_corrected_for_several_with_a_reason(self) -> None:
        (event,) = logged().redate(ContactSet([1, 3]), date(2026, 3, 2), "Posted late")
        assert event == InteractionsRedated(101, ContactSet([1, 3]), date(2026, 3, 2), "Posted late")
        assert after(logged(), event) == logged()

    def test_a_date_is_corrected_though_the_entry_is_canceled(self) -> None:
        canceled = after(logged(), *logged().cancel(1))
        assert canceled.redate(ContactSet([1]), date(2026, 3, 2), "Posted late")

    def test_what_is_postponed_has_no_date_to_correct(self) -> None:
        with pytest.raises(Conflict, match="postponed"):
            RecordedInteractions(0, 0).redate(ContactSet([7]), date(2026, 3, 2), "Posted late")

    def test_an_evaluation_may_have_a_reason(self) -> None:
        (event,) = logged().evaluate(ContactSet([1]), "positive", "Said so by phone")
        assert event == InteractionsEvaluated(101, ContactSet([1]), "positive", "Said so by phone")


class TestLoggedSegment:
    def test_is_canceled_with_all_its_entries(self) -> None:
        (event,) = logged(3).cancel_all()
        assert event == InteractionsCanceled(101, ContactSet([0, 1, 2]), "logged_segment", 5)
        assert after(logged(3), event).is_canceled

    def test_is_canceled_once(self) -> None:
        canceled = after(logged(), *logged().cancel_all())
        assert canceled.cancel_all() == ()
        assert logged().uncancel_all() == ()

    def test_comes_back_with_what_was_canceled_with_it(self) -> None:
        canceled = after(logged(3), *logged(3).cancel_all())
        (event,) = canceled.uncancel_all()
        assert event == InteractionsUncanceled(101, ContactSet([0, 1, 2]), "logged_segment", 5)
        assert after(canceled, event) == logged(3)

    def test_leaves_what_was_canceled_by_itself_as_it_is(self) -> None:
        one = after(logged(3), *logged(3).cancel(1))
        whole = after(one, *one.cancel_all())
        assert after(whole, *whole.uncancel_all()).canceled == ContactSet([1])

    def test_is_deleted_only_when_canceled(self) -> None:
        with pytest.raises(NotCanceled):
            logged().delete_logged_segment()
        canceled = after(logged(), *logged().cancel_all())
        assert canceled.delete_logged_segment() == (LoggedSegmentDeleted(5),)


class TestEntry:
    def test_is_canceled_once_and_comes_back(self) -> None:
        canceled = after(logged(), *logged().cancel(2))
        assert canceled.canceled == ContactSet([2])
        assert canceled.cancel(2) == ()
        assert after(canceled, *canceled.uncancel(2, None)) == logged()

    def test_does_not_come_back_under_a_canceled_logged_segment(self) -> None:
        canceled = after(logged(), *logged().cancel_all())
        with pytest.raises(ParentCanceled, match="Logged segment 5"):
            canceled.uncancel(2, None)

    def test_does_not_come_back_under_a_canceled_campaign_entry(self) -> None:
        canceled = after(logged(), *logged().cancel_campaign_entry(7, ContactSet([0, 1])))
        with pytest.raises(ParentCanceled, match="Campaign entry 7"):
            canceled.uncancel(0, 7)

    def test_is_deleted_only_when_canceled(self) -> None:
        canceled = after(logged(), *logged().cancel(2))
        (event,) = canceled.delete_canceled(ContactSet([1, 2]))
        gone = after(canceled, event)
        assert gone.deleted == ContactSet([2])
        assert gone.delete_canceled(ContactSet([2])) == ()


class TestCampaignEntry:
    def test_takes_its_own_interactions_along(self) -> None:
        canceled = after(logged(), *logged().cancel_campaign_entry(7, ContactSet([0, 1, 2])))
        assert canceled.canceled == ContactSet([0, 1, 2])
        assert after(canceled, *canceled.uncancel_campaign_entry(7, ContactSet([0, 1, 2]))) == logged()

    def test_does_not_come_back_under_a_canceled_logged_segment(self) -> None:
        canceled = after(logged(), *logged().cancel_campaign_entry(7, ContactSet([0])))
        canceled = after(canceled, *canceled.cancel_all())
        with pytest.raises(ParentCanceled):
            canceled.uncancel_campaign_entry(7, ContactSet([0]))

    def test_comes_back_when_the_logged_segment_was_deleted(self) -> None:
        own = ContactSet([0, 1])
        canceled = after(logged(4), *logged(4).cancel_all())
        left = after(canceled, *canceled.delete_logged_segment())
        assert not left.is_canceled
        (event,) = left.uncancel_campaign_entry(7, own)
        assert event == InteractionsUncanceled(101, own, "campaign_entry", 7)
        back = after(left, event)
        assert back.canceled == ContactSet([2, 3])
        assert back.uncancel_campaign_entry(7, own) == ()
        assert after(back, *back.uncancel(3, None)).canceled == ContactSet([2])


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["all", "not all", "campaign", "not campaign", "entry", "not entry"]),
        st.integers(0, 5),
        st.sampled_from(sorted(CAMPAIGN_ENTRIES)),
    ),
    max_size=25,
)


@settings(max_examples=200)
@for_all(STEPS)
def test_any_history_cancels_what_a_list_of_reasons_says(steps: list[tuple[str, int, int]]) -> None:
    recorded = logged()
    canceled: set[int] = set()
    because: dict[str | int, set[int]] = {}
    for step, entry, campaign in steps:
        of_campaign = set(CAMPAIGN_ENTRIES[campaign])
        mine = next((number for number, entries in CAMPAIGN_ENTRIES.items() if entry in entries), None)
        try:
            match step:
                case "all":
                    events = recorded.cancel_all()
                case "not all":
                    events = recorded.uncancel_all()
                case "campaign":
                    events = recorded.cancel_campaign_entry(campaign, ContactSet(of_campaign))
                case "not campaign":
                    events = recorded.uncancel_campaign_entry(campaign, ContactSet(of_campaign))
                case "entry":
                    events = recorded.cancel(entry)
                case _:
                    events = recorded.uncancel(entry, mine)
        except ParentCanceled:
            assert "whole" in because or mine in because or campaign in because
            continue
        if step == "all" and "whole" not in because:
            because["whole"] = set(range(6)) - canceled
            canceled |= because["whole"]
        elif step == "not all" and "whole" in because:
            canceled -= because.pop("whole")
        elif step == "campaign" and "whole" not in because and campaign not in because:
            because[campaign] = of_campaign - canceled
            canceled |= because[campaign]
        elif step == "not campaign" and campaign in because:
            canceled -= because.pop(campaign)
        elif step == "entry":
            canceled.add(entry)
        elif step == "not entry":
            canceled.discard(entry)
        recorded = after(recorded, *events)
        assert set(recorded.canceled) == canceled
        assert recorded.is_canceled == ("whole" in because)
