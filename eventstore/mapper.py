"""Events to JSON and back. An auditor can read what is stored with any tool that reads JSON."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import cached_property
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID

import msgspec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from eventsourcing.persistence import JSONTranscoder, Mapper, StoredEvent

from eventstore.event import Envelope, Event, UnknownEventError
from eventstore.personal_keys import NONCE_BYTES, PersonalKeys
from eventstore.sealing import MARK, Box, Personal, closed, opened, put_back, subjects_in, take_out
from eventstore.upcasting import Upcast, Upcasting

T = TypeVar("T")
Finder = Callable[[Any, int | None], Iterable[Personal]]
"""What is personal in a fact, which may concern somebody whom it does not name."""


class Row(Protocol):
    """What is stored of an event, as whoever reads the log has it; the library's `StoredEvent` is one."""

    @property
    def originator_id(self) -> UUID | str: ...
    @property
    def originator_version(self) -> int: ...
    @property
    def topic(self) -> str: ...
    @property
    def state(self) -> bytes: ...


class _Stored(msgspec.Struct, Generic[T], kw_only=True, omit_defaults=True, gc=False):
    sealed: tuple[Box, ...] = ()
    at: datetime
    user_id: str
    command_id: str
    work_date: date
    data: T


class EventMapper(Mapper[str]):
    """Knows the kinds of events by their topics, never by a Python path.

    `encode` and `decode` turn values that JSON does not know into ones that it does, and back. `earlier` are
    the topics that are out of use, and how their events are read. `personal` finds what is to be sealed, by
    topic; `keys` close and open it.
    """

    def __init__(
        self,
        types: Mapping[str, type[msgspec.Struct]],
        encode: Callable[[Any], Any],
        decode: Callable[[type, Any], Any],
        *,
        earlier: Mapping[str, Upcast] | None = None,
        personal: Mapping[str, Finder] | None = None,
        keys: PersonalKeys | None = None,
    ) -> None:
        super().__init__(JSONTranscoder())
        self._encode_hook, self._decode_hook = encode, decode
        self._encoder = msgspec.json.Encoder(enc_hook=encode)
        self._types = types
        self.upcasting = Upcasting(earlier or {}, types)
        self.topics = self.upcasting.stored_as(types)
        """Of all events that this program knows, also those that are out of use."""
        self._personal = personal or {}
        self._keys = keys

    @cached_property
    def _decoders(self) -> dict[str, msgspec.json.Decoder[Any]]:
        return {
            topic: msgspec.json.Decoder(_Stored[kind], dec_hook=self._decode_hook)  # type: ignore[valid-type]
            for topic, kind in self._types.items()
        }

    def to_stored_event(self, domain_event: Any) -> StoredEvent:
        """The row that is stored for an event."""
        return self.to_stored_events([domain_event])[0]

    def to_stored_events(self, events: Sequence[Event]) -> list[StoredEvent]:
        """The rows that are stored for events. Raises DestroyedKeyError."""
        found = [tuple(self._find(event)) for event in events]
        everything = [personal for parts in found for personal in parts]
        subjects = {personal.subject for personal in everything}
        fresh = {personal.subject for personal in everything if personal.begins}
        ciphers = self._keys.closing(subjects, fresh) if subjects and self._keys is not None else {}
        drawn = os.urandom(NONCE_BYTES * len(everything))
        nonces = (drawn[at : at + NONCE_BYTES] for at in range(0, len(drawn), NONCE_BYTES))
        return [
            StoredEvent(
                event.originator_id,
                event.originator_version,
                event.data.topic,
                self._state(event, parts, ciphers, nonces),
            )
            for event, parts in zip(events, found, strict=True)
        ]

    def to_domain_event(self, stored_event: StoredEvent) -> Any:
        """The event of a stored row. Raises UnknownEventError, PersonalKeyError."""
        return self.to_domain_events([stored_event])[0]

    def to_domain_events(self, rows: Sequence[Row]) -> list[Event]:
        """The events of stored rows. Raises UnknownEventError, PersonalKeyError."""
        for topic in dict.fromkeys(row.topic for row in rows):
            if topic not in self.topics:
                raise UnknownEventError(topic)
        ciphers = self._opening(subjects_in(row.state) for row in rows)
        # One row after the other: what was just made of it is still in the processor's own memory.
        return [_event(row, self._decoded(row, ciphers), ciphers) for row in rows]

    def readable(self, rows: Sequence[StoredEvent]) -> list[tuple[dict[str, Any], bool]]:
        """What is stored, as plain values with what is sealed in its place; whether some of it is gone."""
        ciphers = self._opening(subjects_in(row.state) for row in rows)
        states = [_unsealed(row, ciphers) for row in rows]
        return [(state, bool(state.pop("sealed", ()))) for state in states]

    def _find(self, event: Event) -> Iterable[Personal]:
        finder = self._personal.get(event.data.topic)
        return () if finder is None else finder(event.data, event.about)

    def _state(
        self,
        event: Event,
        parts: Sequence[Personal],
        ciphers: Mapping[int, AESGCM],
        nonces: Iterator[bytes],
    ) -> bytes:
        data, boxes = event.data, []
        if parts:
            data = msgspec.to_builtins(data, enc_hook=self._encode_hook)
        for personal in parts:
            values = take_out(data, personal)
            if values or personal.always:
                cipher = ciphers[personal.subject]
                place = event.originator_id, event.originator_version
                boxes.append(closed(cipher, personal, *place, values, next(nonces)))
        envelope = event.envelope
        return self._encoder.encode(
            _Stored(
                sealed=tuple(boxes),
                at=envelope.at,
                user_id=envelope.user_id,
                command_id=envelope.command_id,
                work_date=envelope.work_date,
                data=data,
            )
        )

    def _opening(self, subjects: Iterable[Iterable[int]]) -> Mapping[int, AESGCM | None]:
        all_of_them = {subject for some in subjects for subject in some}
        return self._keys.opening(all_of_them) if all_of_them and self._keys is not None else {}

    def _decoded(self, row: Row, ciphers: Mapping[int, AESGCM | None]) -> _Stored[Any]:
        if row.topic not in self._types:
            # What was sealed belongs to the event as it was stored: first opened, then brought up to date.
            state = msgspec.json.encode(_unsealed(row, ciphers))
            row = self.upcasting.read(
                StoredEvent(str(row.originator_id), row.originator_version, row.topic, state)
            )
        stored: _Stored[Any] = self._decoders[row.topic].decode(row.state)
        return stored


def _event(row: Row, stored: _Stored[Any], ciphers: Mapping[int, AESGCM | None]) -> Event:
    stream, version, data, erased = str(row.originator_id), row.originator_version, stored.data, False
    for box in stored.sealed:
        cipher = ciphers.get(box.of)
        if cipher is None:
            erased = True
        else:
            data = put_back(data, box.at, opened(cipher, box, stream, version))
    envelope = Envelope(stored.at, stored.user_id, stored.command_id, stored.work_date)
    return Event(stream, version, envelope, data, None, erased)


def _unsealed(row: Row, ciphers: Mapping[int, AESGCM | None]) -> dict[str, Any]:
    """What is stored, with what is sealed put in its place; `sealed` are the boxes that open no more."""
    state: dict[str, Any] = msgspec.json.decode(row.state)
    if not row.state.startswith(MARK):
        return state
    boxes = msgspec.convert(state["sealed"], list[Box])
    state["sealed"] = [box for box in boxes if ciphers.get(box.of) is None]
    for box in boxes:
        if (cipher := ciphers.get(box.of)) is not None:
            values = opened(cipher, box, str(row.originator_id), row.originator_version)
            state["data"] = put_back(state["data"], box.at, values)
    return state
