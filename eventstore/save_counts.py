"""What this process has saved: how many events, and in how large groups they were committed."""

from __future__ import annotations

from collections import Counter
from threading import Lock
from typing import NamedTuple


class Saved(NamedTuple):
    """The counts at one moment. `groups` says how many commits held so many saves."""

    events: int
    groups: dict[int, int]


class SaveCounts:
    """Counts commits, from any thread."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._events = 0
        self._groups: Counter[int] = Counter()

    def add(self, saves: int, events: int) -> None:
        """One commit of so many saves, with so many events in all."""
        with self._lock:
            self._events += events
            self._groups[saves] += 1

    def now(self) -> Saved:
        """What was counted up to now."""
        with self._lock:
            return Saved(self._events, dict(self._groups))
