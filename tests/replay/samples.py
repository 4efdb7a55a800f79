"""Events as they stand in databases: samples of every topic, and whole logs, as files that never change.

A sample is a row of `log_events` with the contact sets that it names. The logs are what random commands left;
they hold each topic among others, so that what the events make together can be replayed as well.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Literal

import msgspec
from eventsourcing.persistence import StoredEvent

from domain.contact_set import contact_sets
from eventstore.event import Event
from tests.domain.worksheet import JsonMapper

FOLDER = Path(__file__).parent / "samples"
DIGESTS = FOLDER / "digests.txt"

Kind = Literal["happened", "happened, as written earlier", "everything given", "nothing optional given"]


class Row(msgspec.Struct, frozen=True):
    """An event as it is stored; `state` is the text that stands in the column of that name."""

    stream: str
    version: int
    topic: str
    state: str

    @property
    def stored(self) -> StoredEvent:
        """What the event store reads."""
        return StoredEvent(self.stream, self.version, self.topic, self.state.encode())

    @property
    def data(self) -> Any:
        """The fields of the event, as JSON has them."""
        return msgspec.json.decode(self.state)["data"]


class Sample(msgspec.Struct, frozen=True):
    """A stored event of one topic, and where it came from."""

    kind: Kind
    row: Row
    contents: dict[str, str] = {}
    """What the event names by digest, in base64."""

    @property
    def digest(self) -> str:
        """Stands for all of it."""
        return hashlib.sha256(msgspec.json.encode(self, order="sorted")).hexdigest()


def topics() -> list[str]:
    """The topics that there are samples of, also those that are out of use."""
    return sorted(path.stem for path in FOLDER.glob("*.json"))


def samples_of(topic: str) -> tuple[Sample, ...]:
    """The samples of one topic, none if there is no file."""
    path = FOLDER / f"{topic}.json"
    return msgspec.json.decode(path.read_bytes(), type=tuple[Sample, ...]) if path.exists() else ()


def log_names() -> list[str]:
    """The whole logs that there are."""
    return sorted(path.stem for path in FOLDER.glob("log-*.jsonl"))


def log_named(name: str) -> list[Row]:
    """All events of one database, in order of position."""
    return msgspec.json.Decoder(Row).decode_lines((FOLDER / f"{name}.jsonl").read_bytes())


def write_samples(topic: str, samples: Sequence[Sample]) -> None:
    """The samples of one topic, one line for every value."""
    text = msgspec.json.format(msgspec.json.encode(samples), indent=1)
    (FOLDER / f"{topic}.json").write_bytes(text + b"\n")


def write_log(name: str, rows: Sequence[Row]) -> None:
    """A whole log, one line for every event."""
    (FOLDER / f"{name}.jsonl").write_bytes(msgspec.json.Encoder().encode_lines(rows))


def digests_now() -> Iterator[str]:
    """One line for every sample and log that there is."""
    for topic in topics():
        for number, sample in enumerate(samples_of(topic), 1):
            yield f"{sample.digest}  {topic} {number}"
    for name in log_names():
        yield f"{hashlib.sha256((FOLDER / f'{name}.jsonl').read_bytes()).hexdigest()}  {name}"


def decoded(rows: Iterable[Row], contents: dict[str, str] | None = None) -> Iterator[Event]:
    """The events of rows, as the present program reads them."""
    mapper = JsonMapper()
    mapper.parts |= {digest: base64.b64decode(data) for digest, data in (contents or {}).items()}
    for row in rows:
        event: Event = mapper.to_domain_event(row.stored)
        yield event


def encoded(event: Event) -> Row:
    """The row that the present program would write."""
    mapper = JsonMapper()
    stored = mapper.to_stored_event(event)
    return Row(str(stored.originator_id), stored.originator_version, stored.topic, stored.state.decode())


def contents_of(event: Event) -> dict[str, str]:
    """The parts of the contact sets in an event."""
    found: dict[str, bytes] = {}
    for contacts in contact_sets(event.data):
        found |= contacts.contents()
    return {digest: base64.b64encode(data).decode() for digest, data in found.items()}
