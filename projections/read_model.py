"""What a read model is: tables in a schema of their own, and how a page of events changes them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

import msgspec
from psycopg import Cursor

from eventstore.event import Event

ROOM = Path(__file__).parent


class Recorded(msgspec.Struct, frozen=True, gc=False):
    """An event at its position in the log."""

    position: int
    event: Event


class ReadModel(ABC):
    """One read model. A change of its tables is a new `version`, built beside the old one."""

    name: ClassVar[str]
    version: ClassVar[int]
    topics: ClassVar[frozenset[str]]
    """The events that change it; it passes over all others."""

    @property
    def migrations(self) -> Path:
        """The folder with the SQL files that make its tables."""
        return ROOM / self.name / "migrations"

    def schema(self, log_schema: str) -> str:
        """The schema of its tables, beside the schema of the log that they are made from."""
        return f"{log_schema}_{self.name}_{self.version}"

    @abstractmethod
    def apply(self, cursor: Cursor[Any], page: Sequence[Recorded]) -> None:
        """Change the tables by a page of events, with a few statements for all of them."""

    def is_long(self, event: Event) -> bool:
        """Whether an event changes so many rows that it is applied in parts."""
        return False

    def apply_part(self, cursor: Cursor[Any], recorded: Recorded, done: int) -> int | None:
        """Apply the part of a long event after the first `done` rows; how far it got, or None at its end."""
        raise NotImplementedError(f"{self.name} has no long events")
