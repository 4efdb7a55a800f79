"""Group commit: saves that arrive while one is being committed are gathered, and committed together.

One by one they would queue for the head of the log, each waiting for the disk; together they wait once. Who
comes first leads: it commits its own save with all that wait, and then whoever has waited longest leads the
next group. So no thread of its own is needed, and a save that is alone is committed at once by its caller.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Event as Flag
from threading import Lock
from typing import NamedTuple

from eventsourcing.persistence import OperationalError, StoredEvent

Events = Sequence[StoredEvent]

Outcome = Sequence[int] | Exception
"""The positions of a save, or why it was not taken."""


class Limits(NamedTuple):
    """What a group may hold; a save that is larger by itself makes a group of one."""

    saves: int
    events: int
    state_bytes: int


class _Save:
    __slots__ = ("events", "outcome", "state_bytes", "turn")

    def __init__(self, events: Events) -> None:
        self.events = events
        self.state_bytes = sum(len(event.state) for event in events)
        self.outcome: Outcome | None = None
        self.turn: Flag | None = None
        """What it waits for while another one leads: that it was committed, or that it is to lead."""


class GroupCommit:
    """Gathers the saves of one process; `commit` takes a group in one transaction, an outcome for each."""

    def __init__(self, commit: Callable[[Sequence[Events]], Sequence[Outcome]], limits: Limits) -> None:
        self._commit = commit
        self._limits = limits
        self._lock = Lock()
        self._waiting: list[_Save] = []
        self._is_led = False

    def save(self, events: Events) -> Sequence[int]:
        """Append the events, with whoever else waits; returns their positions, or raises why it cannot be."""
        mine = _Save(events)
        with self._lock:
            if self._is_led:
                mine.turn = Flag()
                self._waiting.append(mine)
            self._is_led = True
        if mine.turn is not None:
            mine.turn.wait()
        if mine.outcome is None:  # it is this one's turn to lead, and nobody committed it yet
            self._lead(mine)
        assert mine.outcome is not None
        if isinstance(mine.outcome, Exception):
            raise mine.outcome
        return mine.outcome

    def _lead(self, mine: _Save) -> None:
        group = self._gather(mine)
        try:
            outcomes = self._commit([save.events for save in group])
            for save, outcome in zip(group, outcomes, strict=True):
                save.outcome = outcome
        finally:
            self._hand_over()
            for save in group:
                if save.outcome is None:
                    save.outcome = OperationalError("the thread that was committing was interrupted")
                _wake(save)

    def _gather(self, mine: _Save) -> list[_Save]:
        """Its own save, and of those that wait as many, in their order, as go together."""
        group, events, state_bytes = [mine], len(mine.events), mine.state_bytes
        with self._lock:
            for save in self._waiting[: self._limits.saves - 1]:
                events += len(save.events)
                state_bytes += save.state_bytes
                if events >= self._limits.events or state_bytes >= self._limits.state_bytes:
                    break
                group.append(save)
            del self._waiting[: len(group) - 1]
        return group

    def _hand_over(self) -> None:
        with self._lock:
            self._is_led = bool(self._waiting)
            if self._waiting:
                _wake(self._waiting.pop(0))


def _wake(save: _Save) -> None:
    if save.turn is not None:
        save.turn.set()
