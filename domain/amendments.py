"""What can still happen to interactions after they were recorded (domain B14, B15): sets of entries.

The entries of one stream are counted from 0; `first` is the entry number of the first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import ClassVar, Literal

import msgspec

from domain.contact_set import ContactSet
from domain.delivery import (
    DeliveryContinued,
    DeliveryFailed,
    DeliveryPaused,
    InteractionsDelivered,
    InteractionsLoggedAgain,
    InteractionsSentAgain,
)
from domain.errors import Conflict, NotCanceled, ParentCanceled
from domain.vocabulary import Evaluation

Cause = Literal["logged_segment", "campaign_entry", "entry"]


class InteractionsCanceled(msgspec.Struct, frozen=True, omit_defaults=True):
    """Entries were canceled, because their logged segment, their campaign entry or they themselves were."""

    topic: ClassVar[str] = "interactions.canceled.1"
    first: int
    entries: ContactSet
    cause: Cause = "entry"
    cause_no: int | None = None
    """The number of the logged segment or campaign entry."""
    reason: str | None = None


class InteractionsUncanceled(msgspec.Struct, frozen=True, omit_defaults=True):
    """Canceled entries count again."""

    topic: ClassVar[str] = "interactions.uncanceled.1"
    first: int
    entries: ContactSet
    cause: Cause = "entry"
    cause_no: int | None = None
    reason: str | None = None


class InteractionsEvaluated(msgspec.Struct, frozen=True):
    topic: ClassVar[str] = "interactions.evaluated.1"
    first: int
    entries: ContactSet
    evaluation: Evaluation | None
    reason: str | None = None


class InteractionsRedated(msgspec.Struct, frozen=True):
    """Entries got another date, because the one they had was wrong; the events before keep the old one."""

    topic: ClassVar[str] = "interactions.redated.1"
    first: int
    entries: ContactSet
    date: date
    reason: str


class InteractionCommented(msgspec.Struct, frozen=True):
    topic: ClassVar[str] = "interactions.commented.1"
    entry_no: int
    comment: str


class InteractionCommentChanged(msgspec.Struct, frozen=True):
    """A comment on an entry got another text."""

    topic: ClassVar[str] = "interactions.comment-changed.1"
    entry_no: int
    line_no: int
    comment: str


class InteractionCommentDeleted(msgspec.Struct, frozen=True):
    """A comment on an entry was taken away."""

    topic: ClassVar[str] = "interactions.comment-deleted.1"
    entry_no: int
    line_no: int


class InteractionsDeleted(msgspec.Struct, frozen=True):
    """Canceled entries were taken out of the interaction log; their events stay."""

    topic: ClassVar[str] = "interactions.deleted.1"
    first: int
    entries: ContactSet


class LoggedSegmentDeleted(msgspec.Struct, frozen=True):
    """A canceled logged segment was taken off the list; its entries stay (domain B14)."""

    topic: ClassVar[str] = "segment.logged-segment-deleted.1"
    entry_no: int


Amendment = (
    InteractionsCanceled
    | InteractionsUncanceled
    | InteractionsEvaluated
    | InteractionsRedated
    | InteractionCommented
    | InteractionCommentChanged
    | InteractionCommentDeleted
    | InteractionsDeleted
    | LoggedSegmentDeleted
    | InteractionsDelivered
    | DeliveryFailed
    | DeliveryPaused
    | DeliveryContinued
    | InteractionsSentAgain
)


class CampaignEntryDeleted(msgspec.Struct, frozen=True):
    """A canceled campaign entry was taken off the list, its interactions before it (domain B14)."""

    topic: ClassVar[str] = "campaign-entry.deleted.1"
    entry_no: int
    campaign_no: str


@dataclass
class CampaignEntry:
    """A campaign entry by its own stream: what no interaction is left to say, and whether it is gone."""

    version: int = 0
    deleted: bool = False

    def copy(self) -> CampaignEntry:
        """One that can be changed without changing this one."""
        return replace(self)

    def apply(self, event: object, user_id: str, at: datetime) -> None:
        """Take over one event."""
        self.deleted = isinstance(event, CampaignEntryDeleted)


@dataclass(frozen=True)
class RecordedInteractions:
    """The interactions of one stream, and which of them count.

    What was canceled together comes back together: an entry that was canceled by itself before stays so.
    """

    first: int
    count: int
    logged_segment: int | None = None
    canceled: ContactSet = field(default_factory=ContactSet)
    deleted: ContactSet = field(default_factory=ContactSet)
    with_segment: ContactSet | None = None
    """What was canceled with the logged segment, while that is canceled."""
    with_campaign_entry: Mapping[int, ContactSet] = field(default_factory=dict)
    """What was canceled with each campaign entry that is canceled."""
    is_listed: bool = True
    """Whether the logged segment was not deleted; its entries stay."""
    left: ContactSet = field(default_factory=ContactSet)
    """What was canceled with the logged segment when that was deleted."""
    paused: bool = False
    """Whether what is still to be sent waits."""

    @property
    def is_canceled(self) -> bool:
        """Whether the logged segment itself is canceled."""
        return self.with_segment is not None

    @property
    def standing(self) -> ContactSet:
        """The entries that were not deleted."""
        return ContactSet(range(self.count)) - self.deleted

    def after(self, event: Amendment) -> RecordedInteractions:
        """The same once this has happened."""
        match event:
            case InteractionsCanceled(entries=entries, cause=cause, cause_no=number):
                after = replace(self, canceled=self.canceled | entries)
                if cause == "logged_segment":
                    return replace(after, with_segment=entries)
                if cause == "campaign_entry" and number is not None:
                    return replace(after, with_campaign_entry={**self.with_campaign_entry, number: entries})
                return after
            case InteractionsUncanceled(entries=entries, cause=cause, cause_no=number):
                after = replace(self, canceled=self.canceled - entries, left=self.left - entries)
                if cause == "logged_segment":
                    return replace(after, with_segment=None)
                others = {n: those for n, those in self.with_campaign_entry.items() if n != number}
                return replace(after, with_campaign_entry=others) if cause == "campaign_entry" else after
            case InteractionsDeleted(entries=entries):
                return replace(self, deleted=self.deleted | entries)
            case LoggedSegmentDeleted():
                left = self.with_segment or ContactSet()
                return replace(self, with_segment=None, is_listed=False, left=left)
            case DeliveryPaused() | DeliveryContinued():
                return replace(self, paused=isinstance(event, DeliveryPaused))
        return self

    # Commands

    def cancel_all(self, reason: str | None = None) -> tuple[Amendment, ...]:
        """Cancel the logged segment with all its entries (domain B14)."""
        if self.is_canceled:
            return ()
        entries = ContactSet(range(self.count)) - self.canceled
        return (InteractionsCanceled(self.first, entries, "logged_segment", self.logged_segment, reason),)

    def uncancel_all(self, reason: str | None = None) -> tuple[Amendment, ...]:
        """What was canceled with the logged segment counts again (domain B14, V9)."""
        if self.with_segment is None:
            return ()
        entries = self.with_segment - self.deleted
        return (InteractionsUncanceled(self.first, entries, "logged_segment", self.logged_segment, reason),)

    def cancel_campaign_entry(
        self, number: int, entries: ContactSet, reason: str | None = None
    ) -> tuple[Amendment, ...]:
        """Cancel a campaign entry with its interactions (domain B14)."""
        if self.is_canceled or number in self.with_campaign_entry:
            return ()
        return (InteractionsCanceled(self.first, entries - self.canceled, "campaign_entry", number, reason),)

    def uncancel_campaign_entry(
        self, number: int, entries: ContactSet, reason: str | None = None
    ) -> tuple[Amendment, ...]:
        """What was canceled with the campaign entry, or with a logged segment that is deleted now, counts
        again; `entries` are those of the campaign entry. Raises ParentCanceled (domain B14).
        """
        self._refuse_under_canceled_segment()
        left = self.left & entries & self.canceled
        if number not in self.with_campaign_entry and not left:
            return ()
        entries = (self.with_campaign_entry.get(number, ContactSet()) | left) - self.deleted
        return (InteractionsUncanceled(self.first, entries, "campaign_entry", number, reason),)

    def cancel(self, entry: int, reason: str | None = None) -> tuple[Amendment, ...]:
        """Cancel one entry."""
        if entry in self.canceled:
            return ()
        return (InteractionsCanceled(self.first, ContactSet([entry]), reason=reason),)

    def uncancel(
        self, entry: int, campaign_entry: int | None, reason: str | None = None
    ) -> tuple[Amendment, ...]:
        """One entry counts again, unless what it belongs to is canceled. Raises ParentCanceled."""
        self._refuse_under_canceled_segment()
        if campaign_entry in self.with_campaign_entry:
            raise ParentCanceled(f"Campaign entry {campaign_entry} is canceled; uncancel that first.")
        if entry not in self.canceled:
            return ()
        return (InteractionsUncanceled(self.first, ContactSet([entry]), reason=reason),)

    def evaluate(
        self, entries: ContactSet, evaluation: Evaluation | None, reason: str | None = None
    ) -> tuple[Amendment, ...]:
        """Set one evaluation on all of them (domain B15)."""
        return (InteractionsEvaluated(self.first, entries, evaluation, reason),)

    def redate(self, entries: ContactSet, day: date, reason: str) -> tuple[Amendment, ...]:
        """Correct the date of all of them (domain B15). Raises Conflict while one is postponed."""
        if self.count == 0:
            raise Conflict("A postponed interaction has no date to correct; it gets one when it is resumed.")
        return (InteractionsRedated(self.first, entries, day, reason),)

    def delete_canceled(self, entries: ContactSet) -> tuple[Amendment, ...]:
        """Take those of the entries that are canceled out of the log (domain B14)."""
        chosen = (entries & self.canceled) - self.deleted
        return (InteractionsDeleted(self.first, chosen),) if chosen else ()

    def delete_logged_segment(self) -> tuple[Amendment, ...]:
        """Take the logged segment off the list. Raises NotCanceled (domain B14)."""
        if not self.is_canceled or self.logged_segment is None:
            raise NotCanceled(f"Logged segment {self.logged_segment} is not canceled.")
        return (LoggedSegmentDeleted(self.logged_segment),)

    def pause(self, *, paused: bool) -> tuple[Amendment, ...]:
        """Hold up what is still to be sent, or let it go on."""
        if self.paused == paused:
            return ()
        return (DeliveryPaused(self.first) if paused else DeliveryContinued(self.first),)

    def _refuse_under_canceled_segment(self) -> None:
        if self.is_canceled:
            raise ParentCanceled(f"Logged segment {self.logged_segment} is canceled; uncancel that first.")


@dataclass
class LoggedAgain:
    """Interactions that were logged again, and what became of them (domain B13)."""

    version: int = 0
    event: InteractionsLoggedAgain | None = None
    recorded: RecordedInteractions = RecordedInteractions(0, 0)

    def copy(self) -> LoggedAgain:
        """One that can be changed without changing this one."""
        return replace(self)

    def apply(self, event: object, user_id: str, at: datetime) -> None:
        """Take over one event."""
        if isinstance(event, InteractionsLoggedAgain):
            self.event = event
            self.recorded = RecordedInteractions(
                event.first_interaction_no, len(event.sources), event.logged_segment_entry_no
            )
        else:
            amendment: Amendment = event  # type: ignore[assignment]
            self.recorded = self.recorded.after(amendment)
