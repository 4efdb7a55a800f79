"""An event as it is kept: a fact of the domain in its envelope, at its place in a stream."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import msgspec


class Envelope(msgspec.Struct, frozen=True, gc=False):
    """Who recorded an event, when (UTC), by which command, and on which work date."""

    at: datetime
    user_id: str
    command_id: str
    work_date: date


class Event(msgspec.Struct, frozen=True, gc=False):
    """A fact at version `originator_version` of the stream `originator_id`.

    `about` is whom personal texts in it concern, where the fact does not say so itself; it is not stored.
    `erased` if something in it can be read no more, because the key was destroyed.
    """

    originator_id: str
    originator_version: int
    envelope: Envelope
    data: Any
    about: int | None = None
    erased: bool = False


class UnknownEventError(Exception):
    """The log holds an event of a kind or version that this program does not know: a newer one wrote it."""

    def __init__(self, topic: str) -> None:
        super().__init__(
            f"The log holds an event '{topic}', which this version of segmentlog does not know. "
            "A newer version has written here; update this one."
        )
        self.topic = topic
