"""Contacts, and the interactions with them: one read model, so that both are always of one position."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from psycopg import Cursor

from domain.contact import ContactChanged, ContactDeleted, ContactRegistered
from domain.segment.events import SegmentLogged
from eventstore.event import Event
from projections.contacts import contact_rows, interaction_rows
from projections.read_model import ReadModel, Recorded


class Contacts(ReadModel):
    """The tables `contact` and its children, `logged_segment`, `campaign_entry`, `interaction_log_entry`."""

    name = "contacts"
    version = 1
    topics = frozenset(
        event.topic for event in (ContactRegistered, ContactChanged, ContactDeleted, SegmentLogged)
    )

    def apply(self, cursor: Cursor[Any], page: Sequence[Recorded]) -> None:
        # Deletions between changes are rare; runs of the same kind are written together.
        for deletions, run in groupby(page, lambda r: isinstance(r.event.data, ContactDeleted)):
            if deletions:
                contact_rows.delete(cursor, [recorded.event.data for recorded in run])
            else:
                contact_rows.write(cursor, [recorded.event for recorded in run])

    def is_long(self, event: Event) -> bool:
        return isinstance(event.data, SegmentLogged)

    def apply_part(self, cursor: Cursor[Any], recorded: Recorded, done: int) -> int | None:
        return interaction_rows.write_part(cursor, recorded.event, done)
