"""The event log of segments and interactions: its events, and the read models that are made from it."""

from __future__ import annotations

from typing import Any

import msgspec

from application.personal_data import PERSONAL_IN
from domain.catalogue import EARLIER_EVENTS, EVENT_TYPES
from domain.contact_set import ContactSet, SetReference, may_hold
from domain.document import Document
from eventstore.contents import ContentStore
from eventstore.log import EventLog
from eventstore.mapper import EventMapper
from eventstore.personal_keys import MasterKey, PersonalKeys
from eventstore.upcasting import Upcast
from projections.contacts import Contacts
from projections.read_model import ReadModel
from projections.setup import SetupRecords
from projections.worksheets import Worksheets


def open_log(conninfo: str, schema: str, *, pool_size: int = 10, master: MasterKey | None = None) -> EventLog:
    """The log in this schema, whose tables are made already.

    Without a master key, what is personal in it can be read by this process alone.
    """
    return EventLog(conninfo, schema, event_mapper, pool_size=pool_size, master=master)


def event_mapper(contents: ContentStore, keys: PersonalKeys) -> EventMapper:
    """Knows all events of the domain, and what is personal in them.

    Contact sets are stored by reference and loaded when needed.
    """

    def encode(value: Any) -> Any:
        if isinstance(value, ContactSet):
            return value.reference()
        raise TypeError(f"{type(value).__name__} cannot be part of an event")

    def decode(kind: type, value: Any) -> Any:
        if kind is ContactSet:
            return ContactSet.from_reference(msgspec.convert(value, SetReference), contents.load)
        raise TypeError(f"{kind.__name__} cannot be part of an event")

    earlier = {topic: Upcast(*one) for topic, one in EARLIER_EVENTS.items()}
    return EventMapper(EVENT_TYPES, encode, decode, earlier=earlier, personal=PERSONAL_IN, keys=keys)


def topics_without_contents() -> frozenset[str]:
    """The topics of events that never name a stored content: no contact set or document is within them."""
    return frozenset(
        topic
        for topic, event in EVENT_TYPES.items()
        if not may_hold(event, ContactSet) and not may_hold(event, Document)
    )


def read_models(log: EventLog) -> list[ReadModel]:
    """All read models of the service."""
    return [Contacts(), Worksheets(log), SetupRecords()]
