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


class InParts(ABC):
    """The rows that a long event makes, in an order of their own."""

    size: int
    """So many rows."""

    @abstractmethod
    def begin(self, cursor: Cursor[Any]) -> None:
        """Make what must be there before any row; after an interruption it is asked for again."""

    @abstractmethod
    def write(self, cursor: Cursor[Any], first: int, last: int) -> None:
        """Write the rows from `first` up to `last`, counted from 0, beside others who write other rows."""

    @abstractmethod
    def show(self, cursor: Cursor[Any], first: int, last: int) -> None:
        """Say that these rows can be read, now that all before them are committed; in their transaction."""


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

    def in_parts(self, event: Event) -> InParts | None:
        """The rows of an event that makes so many of them that they are written in parts; None otherwise."""
        return None
