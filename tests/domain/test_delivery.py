"""What can become of letters and mails, and which can be sent again (domain B11, B13)."""

from __future__ import annotations

import pytest

from domain.amendments import RecordedInteractions
from domain.contact_set import ContactSet
from domain.delivery import (
    DeliveryContinued,
    DeliveryFailed,
    DeliveryPaused,
    InteractionsDelivered,
    Sendable,
    choose_again,
    outcomes,
    resend_description,
)
from domain.errors import Conflict, NoDocument


def test_what_came_of_a_batch_is_one_event_for_all_that_was_sent_and_one_for_each_reason() -> None:
    assert outcomes(
        11,
        {12: "bb", 11: "aa", 15: "ee"},
        {13: ("refused", "550 no"), 14: ("uncertain", None), 16: ("refused", "550 no")},
    ) == (
        InteractionsDelivered(11, ContactSet([0, 1, 4]), ("aa", "bb", "ee")),
        DeliveryFailed(11, ContactSet([2, 5]), "refused", "550 no"),
        DeliveryFailed(11, ContactSet([3]), "uncertain"),
    )


def test_nothing_came_of_nothing() -> None:
    assert outcomes(11, {}, {}) == ()


def test_a_delivery_is_held_up_once_and_let_go_on_once() -> None:
    recorded = RecordedInteractions(11, 3, 17)
    assert recorded.pause(paused=False) == ()
    (paused,) = recorded.pause(paused=True)
    assert paused == DeliveryPaused(11)
    held = recorded.after(paused)
    assert held.pause(paused=True) == ()
    (continued,) = held.pause(paused=False)
    assert continued == DeliveryContinued(11)
    assert held.after(continued) == recorded


ON_ITS_WAY, WITHOUT_TYPE = Sendable(1, "email", True), Sendable(2, None, False)
SENT = Sendable(3, "email", False)


def test_sent_again_is_what_has_a_way_to_go_and_is_not_on_its_way() -> None:
    assert choose_again([ON_ITS_WAY, WITHOUT_TYPE, SENT], None) == [3]
    assert choose_again([ON_ITS_WAY, WITHOUT_TYPE, SENT], "hard_copy") == [2, 3]


def test_where_nothing_can_be_sent_again_it_is_said_why() -> None:
    with pytest.raises(NoDocument):
        choose_again([WITHOUT_TYPE], None)
    with pytest.raises(NoDocument):
        choose_again([], "hard_copy")
    with pytest.raises(Conflict):
        choose_again([ON_ITS_WAY], None)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Spring letter", "Resend: Spring letter"),
        ("Resend: Spring letter", "Resend: Spring letter"),
        (None, "Resend:"),
        ("x" * 100, "Resend: " + "x" * 92),
    ],
)
def test_a_description_says_once_that_it_was_sent_again(before: str | None, after: str) -> None:
    assert resend_description(before) == after
