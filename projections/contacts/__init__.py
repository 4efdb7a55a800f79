"""Contacts, and the interactions with them: one read model, so that both are always of one position."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Any, get_args

from psycopg import Cursor

from domain.amendments import Amendment, CampaignEntryDeleted
from domain.contact import ContactDeleted, ContactErased, ContactEvent
from domain.delivery import InteractionsLoggedAgain
from domain.interaction import InteractionEvent
from domain.segment.events import SegmentLogged
from domain.task import TaskEvent, TasksCreated
from domain.value_entry import ValueEntriesImported
from eventstore.event import Event
from projections.contacts import (
    amendment_rows,
    contact_rows,
    delivery_rows,
    erasure_rows,
    interaction_rows,
    task_rows,
    value_entry_rows,
)
from projections.read_model import InParts, ReadModel, Recorded

CONTACT_EVENTS = get_args(ContactEvent)
INTERACTION_EVENTS = (
    *(*get_args(InteractionEvent), *get_args(Amendment)),
    *(CampaignEntryDeleted, InteractionsLoggedAgain),
)


class Contacts(ReadModel):
    """Contacts, value entries, what was logged, comments on it, and tasks."""

    name = "contacts"
    version = 4
    topics = frozenset(
        event.topic
        for event in (
            *(*CONTACT_EVENTS, ValueEntriesImported, SegmentLogged, *INTERACTION_EVENTS),
            *get_args(TaskEvent),
        )
    )

    def apply(self, cursor: Cursor[Any], page: Sequence[Recorded]) -> None:
        # Runs of events of one kind are written together; contacts come in the largest ones.
        for kind, run in groupby(page, _kind_of):
            if kind == "value entries":
                value_entry_rows.write(cursor, list(run))
                continue
            events = [recorded.event for recorded in run]
            if kind == "contacts":
                erased = [event.data for event in events if isinstance(event.data, ContactErased)]
                shown = erasure_rows.are_shown(cursor, erased) if erased else False
                contact_rows.write(cursor, events)
                if erased:
                    erasure_rows.blank(cursor, erased)
                if shown:
                    erasure_rows.sample_again(cursor)
            elif kind == "deletions":
                contact_rows.delete(cursor, [event.data for event in events])
            else:
                for event in events:
                    amendment_rows.write(cursor, event)
                    task_rows.write(cursor, event)

    def in_parts(self, event: Event) -> InParts | None:
        make = _IN_PARTS.get(type(event.data))
        return None if make is None else make(event)


_IN_PARTS: dict[type, Callable[[Event], InParts]] = {
    SegmentLogged: interaction_rows.Entries,
    TasksCreated: task_rows.Tasks,
    InteractionsLoggedAgain: delivery_rows.EntriesAgain,
}
_KINDS = {
    **dict.fromkeys(CONTACT_EVENTS, "contacts"),
    ContactDeleted: "deletions",
    ValueEntriesImported: "value entries",
}


def _kind_of(recorded: Recorded) -> str:
    return _KINDS.get(type(recorded.event.data), "interactions")
