"""Makes samples of topics that have none yet: `python -m tests.replay.make_samples`.

Samples that there are stay as they are, whatever the program would write today. With new topics comes a new
log of random commands, which must hold them: who adds an event adds the command to
`tests/projections/history.py`.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
from eventsourcing.persistence import StoredEvent

from application.journal import Changes
from domain.catalogue import EVENT_TYPES
from domain.records import RECORD_KINDS
from eventstore.embedded_postgres import EmbeddedPostgres
from eventstore.event import Event
from tests.domain.test_catalogue import example
from tests.domain.worksheet import ENVELOPE
from tests.projections.conftest import ANN, Desk
from tests.projections.history import History
from tests.replay.later_fields import without_later_fields
from tests.replay.samples import (
    DIGESTS,
    Row,
    Sample,
    contents_of,
    digests_now,
    encoded,
    log_names,
    samples_of,
    write_log,
    write_samples,
)

SEED = 7
STEPS = 40
RECORD_CODE = "SAMPLE"


def main() -> None:
    """Make what is missing."""
    missing = [topic for topic in EVENT_TYPES if not samples_of(topic)]
    if missing:
        rows = random_log()
        write_log(f"log-{len(log_names()) + 1}", rows)
        for topic in missing:
            write_samples(topic, list(_samples(topic, rows)))
    kept = DIGESTS.read_text().splitlines() if DIGESTS.exists() else []
    new = [line for line in digests_now() if line not in kept]
    DIGESTS.write_text("".join(f"{line}\n" for line in (*kept, *new)))


def random_log() -> tuple[Row, ...]:
    """What random commands write into an empty database; every command is among them."""
    with tempfile.TemporaryDirectory(prefix="segmentlog-samples-") as directory:
        Path(directory).chmod(0o755)
        with EmbeddedPostgres(Path(directory)) as server:
            service = Desk(server.conninfo())
            service.set_up()
            service.read_models.open()
            try:
                _records(service)
                history = History(service, SEED)
                history.run(STEPS, history.commands)
                history.run(STEPS, history.amendments)
                history.run(STEPS // 10, history.erasures)
                return _rows(service)
            finally:
                service.close()


def _records(service: Desk) -> None:
    """A record of every kind that nothing refers to: made, changed and deleted."""
    for kind in RECORD_KINDS:
        code = RECORD_CODE[: kind.code_length]
        full, bare = (example(kind.value_type, full=full) for full in (True, False))
        facts = [kind.created(code, full), *(event(code, bare) for event in (kind.changed, *kind.others))]
        service.journal.record(ANN, Changes(kind.stream(code), 0, [*facts, kind.deleted(code)]))


def _rows(service: Desk) -> tuple[Row, ...]:
    """All events with what is sealed in its place: a sample must be readable without anybody's key."""
    with service.log.datastore.get_connection() as connection, connection.cursor(binary=True) as cursor:
        cursor.execute(
            "SELECT originator_id, originator_version, topic, state FROM log_events ORDER BY notification_id"
        )
        found = [StoredEvent(**row) for row in cursor.fetchall()]
    return tuple(
        Row(
            str(row.originator_id),
            row.originator_version,
            row.topic,
            msgspec.json.encode(state).decode(),
        )
        for row, (state, _) in zip(found, service.log.events_mapper.readable(found), strict=True)
    )


def _samples(topic: str, rows: tuple[Row, ...]) -> Iterator[Sample]:
    """The longest and the shortest that happened, one without later fields, and two made from the type."""
    happened = sorted((row for row in rows if row.topic == topic), key=lambda row: len(row.state))
    if happened:
        for row in {happened[0]: 0, happened[-1]: 0}:
            yield Sample("happened", row)
        if (earlier := as_written_earlier(happened[-1])) != happened[-1]:
            yield Sample("happened, as written earlier", earlier)
    for full in (True, False):
        event = Event("stream-1", 1, ENVELOPE, example(EVENT_TYPES[topic], full=full))
        kind: Any = "everything given" if full else "nothing optional given"
        yield Sample(kind, encoded(event), contents_of(event))


def as_written_earlier(row: Row) -> Row:
    """The row as it was written before there were later fields."""
    state = msgspec.json.decode(row.state)
    state["data"] = without_later_fields(row.topic, state["data"])
    return msgspec.structs.replace(row, state=msgspec.json.encode(state).decode())


if __name__ == "__main__":
    main()
