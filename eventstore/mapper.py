"""Events to JSON and back. An auditor can read what is stored with any tool that reads JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import cached_property
from typing import Any, Generic, TypeVar

import msgspec
from eventsourcing.persistence import JSONTranscoder, Mapper, StoredEvent

from eventstore.event import Envelope, Event, UnknownEventError

T = TypeVar("T")


class _Stored(msgspec.Struct, Generic[T]):
    at: datetime
    user_id: str
    command_id: str
    work_date: date
    data: T


class EventMapper(Mapper[str]):
    """Knows the kinds of events by their topics, never by a Python path.

    `encode` and `decode` turn values that JSON does not know into ones that it does, and back.
    """

    def __init__(
        self,
        types: Mapping[str, type[msgspec.Struct]],
        encode: Callable[[Any], Any],
        decode: Callable[[type, Any], Any],
    ) -> None:
        super().__init__(JSONTranscoder())
        self._decode_hook = decode
        self._encoder = msgspec.json.Encoder(enc_hook=encode)
        self._types = types

    @cached_property
    def _decoders(self) -> dict[str, msgspec.json.Decoder[Any]]:
        return {
            topic: msgspec.json.Decoder(_Stored[kind], dec_hook=self._decode_hook)  # type: ignore[valid-type]
            for topic, kind in self._types.items()
        }

    def knows(self, topic: str) -> bool:
        """Whether this program knows such events."""
        return topic in self._types

    def to_stored_event(self, domain_event: Any) -> StoredEvent:
        """The row that is stored for an event."""
        event: Event = domain_event
        envelope = event.envelope
        return StoredEvent(
            originator_id=event.originator_id,
            originator_version=event.originator_version,
            topic=event.data.topic,
            state=self._encoder.encode(
                {
                    "at": envelope.at,
                    "user_id": envelope.user_id,
                    "command_id": envelope.command_id,
                    "work_date": envelope.work_date,
                    "data": event.data,
                }
            ),
        )

    def to_domain_event(self, stored_event: StoredEvent) -> Any:
        """The event of a stored row. Raises UnknownEventError."""
        decoder = self._decoders.get(stored_event.topic)
        if decoder is None:
            raise UnknownEventError(stored_event.topic)
        stored: _Stored[Any] = decoder.decode(stored_event.state)
        return Event(
            str(stored_event.originator_id),
            stored_event.originator_version,
            Envelope(stored.at, stored.user_id, stored.command_id, stored.work_date),
            stored.data,
        )
