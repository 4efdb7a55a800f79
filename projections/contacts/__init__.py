"""Contacts, and the interactions with them: one read model, so that both are always of one position."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any, Literal, get_args

from psycopg import Cursor

from domain.amendments import Amendment
from domain.contact import ContactDeleted, ContactEvent
from domain.interaction import InteractionEvent
from domain.segment.events import SegmentLogged
from domain.value_entry import ValueEntriesImported
from eventstore.event import Event
from projections.contacts import amendment_rows, contact_rows, interaction_rows, value_entry_rows
from projections.read_model import ReadModel, Recorded

CONTACT_EVENTS = get_args(ContactEvent)
INTERACTION_EVENTS = (*get_args(InteractionEvent), *get_args(Amendment))


class Contacts(ReadModel):
    """The tables `contact` and its children, `value_entry`, and those of what was logged."""

    name = "contacts"
    version = 2
    topics = frozenset(
        event.topic for event in (*CONTACT_EVENTS, ValueEntriesImported, SegmentLogged, *INTERACTION_EVENTS)
    )

    def apply(self, cursor: Cursor[Any], page: Sequence[Recorded]) -> None:
        # Runs of events of one kind are written together; contacts come in the largest ones.
        for kind, run in groupby((recorded.event for recorded in page), _kind_of):
            if kind == "contacts":
                contact_rows.write(cursor, list(run))
            elif kind == "deletions":
                contact_rows.delete(cursor, [event.data for event in run])
            elif kind == "value entries":
                value_entry_rows.write(cursor, [event.data for event in run])
            else:
                for event in run:
                    amendment_rows.write(cursor, event)

    def is_long(self, event: Event) -> bool:
        return isinstance(event.data, SegmentLogged)

    def apply_part(self, cursor: Cursor[Any], recorded: Recorded, done: int) -> int | None:
        return interaction_rows.write_part(cursor, recorded.event, done)


def _kind_of(event: Event) -> Literal["contacts", "deletions", "value entries", "interactions"]:
    if isinstance(event.data, ContactDeleted):
        return "deletions"
    if isinstance(event.data, ValueEntriesImported):
        return "value entries"
    return "contacts" if isinstance(event.data, CONTACT_EVENTS) else "interactions"
