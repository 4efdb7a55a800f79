"""What is to be sent, taken from the log into the outbox: by any worker, each event once (domain B11)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from application.journal import Journal
from application.segments import stream_of
from correspondence.outbox import Channel, NewBatch, Outbox
from domain.amendments import LoggedAgain
from domain.delivery import (
    DeliveryContinued,
    DeliveryPaused,
    InteractionsLoggedAgain,
    InteractionsSentAgain,
)
from domain.interaction import InteractionLogged, InteractionResumed
from domain.segment.events import SegmentLogged
from eventstore.event import Event
from projections.delivery_queries import in_progress
from projections.read_models import ReadModels

BATCH = 100
"""So many letters are claimed, made and recorded together."""
PAGE = 100
PATIENCE_SECONDS = 30.0
CHANNELS: dict[str, Channel] = {"email": "mail", "hard_copy": "print", "fax": "fax"}
ASKING = (
    *(SegmentLogged.topic, InteractionLogged.topic, InteractionResumed.topic),
    *(InteractionsSentAgain.topic, InteractionsLoggedAgain.topic),
    *(DeliveryPaused.topic, DeliveryContinued.topic),
)


class Planner:
    """Follows the log. It asks the read model which entries are on their way, once that is as far."""

    def __init__(self, journal: Journal, read_models: ReadModels, outbox: Outbox) -> None:
        self.journal = journal
        self.read_models = read_models
        self.outbox = outbox

    def step(self) -> bool:
        """Take in some events; whether any of them asked for something, so that more may.

        Others are passed over together, the next time: one by one, that would be a commit for each.
        """
        after, until = self.outbox.position(), self.journal.log.position()
        if after >= until:
            return False
        page = self._page(after, until)
        for position, event in page:
            planned = self._planned(position, event)
            if planned is None:
                return False
            batches, held = planned
            if not self.outbox.plan(after, position, batches, held):
                return True  # another worker was here
            after = position
        if len(page) < PAGE:
            self.outbox.plan(after, until)
        return bool(page)

    def _page(self, after: int, until: int) -> list[tuple[int, Event]]:
        return list(
            self.journal.log.events_where(
                "notification_id > %s AND notification_id <= %s AND topic = ANY(%s)"
                " ORDER BY notification_id LIMIT %s",
                *(after, until, list(ASKING), PAGE),
            )
        )

    def _planned(self, position: int, event: Event) -> tuple[list[NewBatch], dict[str, bool]] | None:
        """What an event asks for; None while the read model is not as far."""
        stream, fact = event.originator_id, event.data
        if isinstance(fact, DeliveryPaused | DeliveryContinued):
            return [], {stream: isinstance(fact, DeliveryPaused)}
        numbers = _numbers(fact)
        if not numbers:
            return [], {}
        if not self.read_models.wait(position, PATIENCE_SECONDS, ["contacts"]):
            return None
        with self.read_models.cursor() as cursor:
            groups = in_progress(cursor, numbers)
        held_by = self._held_by(stream)
        batches = [
            NewBatch(stream, held_by, position, CHANNELS[group["correspondence_type"]], part)
            for group in groups
            if group["correspondence_type"] in CHANNELS
            for part in _parts([int(number) for number in group["numbers"]])
        ]
        return batches, {}

    def _held_by(self, stream: str) -> str:
        """The stream whose pauses count: that of the segment, also for what was logged again."""
        if not stream.startswith("resend-"):
            return stream
        again = self.journal.load(stream, LoggedAgain)
        assert again is not None
        assert again.event is not None
        return stream_of(again.event.segment_no)


def _numbers(fact: object) -> Sequence[int]:
    """The entries that an event wants to be sent."""
    match fact:
        case SegmentLogged(deliver=True, first_interaction_no=first, number_of_interactions=count):
            return range(first, first + count)
        case InteractionLogged(deliver=True) | InteractionResumed(deliver=True):
            return [fact.entry_no]
        case InteractionsSentAgain(first=first, entries=entries):
            return [first + int(entry) for entry in entries]
        case InteractionsLoggedAgain(first_interaction_no=first, sources=sources):
            return range(first, first + len(sources))
    return []


def _parts(numbers: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(numbers), BATCH):
        yield numbers[start : start + BATCH]
