"""Every event there can be, by topic. A topic names its version and is never used for anything else."""

from __future__ import annotations

from typing import get_args

import msgspec

from domain.amendments import Amendment
from domain.contact import ContactEvent
from domain.interaction import InteractionEvent
from domain.records import RECORD_KINDS
from domain.segment.events import SegmentEvent
from domain.value_entry import ValueEntriesImported

EVENT_TYPES: dict[str, type[msgspec.Struct]] = {
    event.topic: event
    for event in (
        *get_args(SegmentEvent),
        *get_args(ContactEvent),
        *get_args(InteractionEvent),
        *get_args(Amendment),
        ValueEntriesImported,
        *(event for kind in RECORD_KINDS for event in kind.events()),
    )
}
