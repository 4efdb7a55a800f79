"""Events to JSON and back. An auditor can read what is stored with any tool that reads JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import cached_property
from typing import Any, Generic, TypeVar

import msgspec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from eventsourcing.persistence import JSONTranscoder, Mapper, StoredEvent

from eventstore.event import Envelope, Event, UnknownEventError
from eventstore.personal_keys import PersonalKeys
from eventstore.sealing import MARK, Box, Personal, closed, opened, put_back, take_out

T = TypeVar("T")
Finder = Callable[[Any, int | None], Iterable[Personal]]
"""What is personal in a fact, which may concern somebody whom it does not name."""


class _Stored(msgspec.Struct, Generic[T]):
    at: datetime
    user_id: str
    command_id: str
    work_date: date
    data: T


class _Boxes(msgspec.Struct):
    sealed: tuple[Box, ...]


class EventMapper(Mapper[str]):
    """Knows the kinds of events by their topics, never by a Python path.

    `encode` and `decode` turn values that JSON does not know into ones that it does, and back. `personal`
    finds what is to be sealed, by topic; `keys` close and open it.
    """

    def __init__(
        self,
        types: Mapping[str, type[msgspec.Struct]],
        encode: Callable[[Any], Any],
        decode: Callable[[type, Any], Any],
        *,
        personal: Mapping[str, Finder] | None = None,
        keys: PersonalKeys | None = None,
    ) -> None:
        super().__init__(JSONTranscoder())
        self._encode_hook, self._decode_hook = encode, decode
        self._encoder = msgspec.json.Encoder(enc_hook=encode)
        self._types = types
        self._personal = personal or {}
        self._keys = keys
        self._boxes = msgspec.json.Decoder(_Boxes)

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
        return self.to_stored_events([domain_event])[0]

    def to_stored_events(self, events: Sequence[Event]) -> list[StoredEvent]:
        """The rows that are stored for events. Raises DestroyedKeyError."""
        found = [list(self._find(event)) for event in events]
        subjects = dict.fromkeys(personal.subject for parts in found for personal in parts)
        ciphers = self._keys.closing(subjects) if subjects and self._keys is not None else {}
        return [
            StoredEvent(
                originator_id=event.originator_id,
                originator_version=event.originator_version,
                topic=event.data.topic,
                state=self._sealed(event, parts, ciphers) if parts else self._plain(event, event.data, None),
            )
            for event, parts in zip(events, found, strict=True)
        ]

    def to_domain_event(self, stored_event: StoredEvent) -> Any:
        """The event of a stored row. Raises UnknownEventError, PersonalKeyError."""
        return self.to_domain_events([stored_event])[0]

    def to_domain_events(self, rows: Sequence[StoredEvent]) -> list[Event]:
        """The events of stored rows. Raises UnknownEventError, PersonalKeyError."""
        for row in rows:
            if row.topic not in self._types:
                raise UnknownEventError(row.topic)
        boxes = [self._boxes_of(row) for row in rows]
        ciphers = self._opening(boxes)
        return [
            self._decoded(row, *(self._unsealed(row, sealed, ciphers) if sealed else (None, False)))
            for row, sealed in zip(rows, boxes, strict=True)
        ]

    def readable(self, rows: Sequence[StoredEvent]) -> list[tuple[dict[str, Any], bool]]:
        """What is stored, as plain values, with what is sealed in its place; and whether some of it is gone."""
        boxes = [self._boxes_of(row) for row in rows]
        ciphers = self._opening(boxes)
        read = []
        for row, sealed in zip(rows, boxes, strict=True):
            state, erased = self._unsealed(row, sealed, ciphers)
            state.pop("sealed", None)
            read.append((state, erased))
        return read

    def subjects_in(self, row: StoredEvent) -> set[int]:
        """Whose personal values are sealed in a stored row."""
        return {box.of for box in self._boxes_of(row)}

    def _find(self, event: Event) -> Iterable[Personal]:
        finder = self._personal.get(event.data.topic)
        return () if finder is None else finder(event.data, event.about)

    def _plain(self, event: Event, data: Any, sealed: list[Box] | None) -> bytes:
        envelope = event.envelope
        state = {
            "at": envelope.at,
            "user_id": envelope.user_id,
            "command_id": envelope.command_id,
            "work_date": envelope.work_date,
            "data": data,
        }
        return self._encoder.encode(state if sealed is None else {"sealed": sealed} | state)

    def _sealed(self, event: Event, parts: list[Personal], ciphers: Mapping[int, AESGCM]) -> bytes:
        data = msgspec.to_builtins(event.data, enc_hook=self._encode_hook)
        stream, version = event.originator_id, event.originator_version
        boxes = [
            closed(ciphers[personal.subject], personal, stream, version, values)
            for personal in parts
            if (values := take_out(data, personal)) or personal.always
        ]
        return self._plain(event, data, boxes or None)

    def _boxes_of(self, row: StoredEvent) -> tuple[Box, ...]:
        return self._boxes.decode(row.state).sealed if row.state.startswith(MARK) else ()

    def _opening(self, boxes: Iterable[tuple[Box, ...]]) -> Mapping[int, AESGCM | None]:
        subjects = {box.of for sealed in boxes for box in sealed}
        return self._keys.opening(subjects) if subjects and self._keys is not None else {}

    def _unsealed(
        self, row: StoredEvent, boxes: tuple[Box, ...], ciphers: Mapping[int, AESGCM | None]
    ) -> tuple[dict[str, Any], bool]:
        state: dict[str, Any] = msgspec.json.decode(row.state)
        erased = False
        for box in boxes:
            cipher = ciphers.get(box.of)
            if cipher is None:
                erased = True
            else:
                values = opened(cipher, box, str(row.originator_id), row.originator_version)
                put_back(state["data"], box.at, values)
        return state, erased

    def _decoded(self, row: StoredEvent, state: dict[str, Any] | None, erased: bool) -> Event:
        decoder = self._decoders[row.topic]
        if state is None:
            stored: _Stored[Any] = decoder.decode(row.state)
        else:
            stored = msgspec.convert(state, decoder.type, dec_hook=self._decode_hook)
        return Event(
            str(row.originator_id),
            row.originator_version,
            Envelope(stored.at, stored.user_id, stored.command_id, stored.work_date),
            stored.data,
            erased=erased,
        )
