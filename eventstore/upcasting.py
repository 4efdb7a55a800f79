"""Events written by an earlier program, read as the present one would have written them.

What is stored is never changed. An event whose topic is out of use is brought to the next version of it when
it is read, step by step, until it is one that the program knows. The feed shows it as it is stored.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

import msgspec
from eventsourcing.persistence import StoredEvent


class Upcast(NamedTuple):
    """The topic that took the place of an earlier one, and how its `data` becomes that of the new one."""

    into: str
    change: Callable[[dict[str, Any]], dict[str, Any]]


class Upcasting:
    """Knows the topics that are out of use. Raises ValueError if one of them leads nowhere."""

    def __init__(self, upcasts: Mapping[str, Upcast], known: Iterable[str]) -> None:
        self._upcasts = upcasts
        present = frozenset(known)
        for topic in upcasts:
            if topic in present:
                raise ValueError(f"'{topic}' is both in use and out of use.")
            if self.topic_now(topic) not in present:
                raise ValueError(f"'{topic}' does not lead to an event that is in use.")

    def topic_now(self, topic: str) -> str:
        """The topic that an event with this one is read as."""
        passed = {topic}
        while (upcast := self._upcasts.get(topic)) is not None:
            topic = upcast.into
            if topic in passed:
                raise ValueError(f"'{topic}' leads back to itself.")
            passed.add(topic)
        return topic

    def stored_as(self, topics: Iterable[str]) -> frozenset[str]:
        """These topics, with the earlier ones whose events are read as one of them."""
        wanted = frozenset(topics)
        return wanted | {topic for topic in self._upcasts if self.topic_now(topic) in wanted}

    def read(self, row: StoredEvent) -> StoredEvent:
        """A stored row as the present program would have written it; the envelope stays as it is."""
        if row.topic not in self._upcasts:
            return row
        topic, state = row.topic, msgspec.json.decode(row.state)
        while (upcast := self._upcasts.get(topic)) is not None:
            topic, state["data"] = upcast.into, upcast.change(state["data"])
        return StoredEvent(row.originator_id, row.originator_version, topic, msgspec.json.encode(state))
