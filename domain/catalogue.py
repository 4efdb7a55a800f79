"""Every event there can be, by topic. A topic names its version and is never used for anything else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, get_args

import msgspec

from domain.amendments import Amendment, CampaignEntryDeleted
from domain.contact import ContactEvent
from domain.interaction import InteractionEvent
from domain.records import RECORD_KINDS
from domain.segment.events import SegmentEvent
from domain.task import TaskEvent
from domain.value_entry import ValueEntriesImported

Earlier = tuple[str, Callable[[dict[str, Any]], dict[str, Any]]]

EVENT_TYPES: dict[str, type[msgspec.Struct]] = {
    event.topic: event
    for event in (
        *get_args(SegmentEvent),
        *get_args(ContactEvent),
        *get_args(InteractionEvent),
        *get_args(Amendment),
        ValueEntriesImported,
        CampaignEntryDeleted,
        *get_args(TaskEvent),
        *(event for kind in RECORD_KINDS for event in kind.events()),
    )
}

EARLIER_EVENTS: dict[str, Earlier] = {}
"""The topics that are out of use, for as long as a log may hold them, which is for ever: none yet.

An event that is written in another way from some version on gets a new topic. Its old one comes here, with
the new one and a function that makes the `data` of the new event from that of the old.
"""
