"""Every event that was ever written can still be read, means what it meant, and makes the same rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import pytest

from domain.amendments import CampaignEntry, LoggedAgain
from domain.catalogue import EARLIER_EVENTS, EVENT_TYPES
from domain.contact import KnownContact
from domain.interaction import SingleInteraction
from domain.records import RECORD_KINDS, KnownRecord
from domain.segment.state import Segment
from domain.task import OneTask, TaskRun
from eventstore.log import Foldable
from tests.projections.checksums import checksums
from tests.projections.conftest import Desk
from tests.replay.later_fields import LATER_FIELDS, without_later_fields
from tests.replay.make_samples import as_written_earlier
from tests.replay.samples import (
    DIGESTS,
    Row,
    decoded,
    digests_now,
    encoded,
    log_named,
    log_names,
    samples_of,
    topics,
)

SAMPLES = [(topic, number) for topic in topics() for number in range(len(samples_of(topic)))]
STREAMS: dict[str, Callable[[], Foldable] | None] = {
    "value-entries": None,
    "resend": LoggedAgain,
    "campaign-entry": CampaignEntry,
    "segment": Segment,
    "contact": KnownContact,
    "interaction": SingleInteraction,
    "tasks": TaskRun,
    "task": OneTask,
} | {kind.name: KnownRecord for kind in RECORD_KINDS}
"""The aggregate that a stream is folded into, by what its name begins with; one is facts by themselves."""


def test_every_topic_in_use_or_ever_used_has_samples() -> None:
    assert set(topics()) == EVENT_TYPES.keys() | EARLIER_EVENTS.keys(), (
        "give a new event a command in tests/projections/history.py, then run tests.replay.make_samples"
    )


@pytest.mark.parametrize("topic", topics())
def test_some_samples_happened_and_one_has_everything_given(topic: str) -> None:
    kinds = [sample.kind for sample in samples_of(topic)]
    assert "happened" in kinds
    assert "everything given" in kinds
    assert "nothing optional given" in kinds


@pytest.mark.parametrize("topic", LATER_FIELDS)
def test_of_a_topic_that_got_fields_later_there_is_an_event_without_them(topic: str) -> None:
    assert any(
        sample.row.data == without_later_fields(topic, sample.row.data)
        for sample in samples_of(topic)
        if sample.kind != "nothing optional given"
    )


def test_no_sample_was_ever_edited() -> None:
    assert sorted(digests_now()) == sorted(DIGESTS.read_text().splitlines())


@pytest.mark.parametrize(("topic", "number"), SAMPLES)
def test_a_sample_is_read_and_written_again_as_the_present_program_writes(topic: str, number: int) -> None:
    """The only difference is fields that came later, which have their default."""
    sample = samples_of(topic)[number]
    assert sample.row.topic == topic
    [event] = decoded([sample.row], sample.contents)
    again = encoded(event)
    assert again.topic == (topic if topic in EVENT_TYPES else EARLIER_EVENTS[topic][0])
    if topic in EVENT_TYPES:
        assert added(sample.row.data, again.data) <= optional(topic), sample.row.state
    [same] = decoded([again], sample.contents)
    assert same == event


def added(stored: Any, written: Any, path: str = "") -> set[str]:
    """Where the second has a field that the first has not; all else must be the same."""
    if isinstance(stored, dict) and isinstance(written, dict):
        assert stored.keys() <= written.keys(), f"{path}: {stored.keys() - written.keys()} got lost"
        found = {f"{path}{name}" for name in written.keys() - stored.keys()}
        return found.union(*(added(stored[name], written[name], f"{path}{name}.") for name in stored))
    if isinstance(stored, list) and isinstance(written, list):
        assert len(stored) == len(written), path
        pairs = zip(stored, written, strict=True)
        return set[str]().union(*(added(one, other, f"{path}*.") for one, other in pairs))
    assert stored == written, path
    return set()


def optional(topic: str) -> set[str]:
    """The fields of an event, at any depth, that need not be there."""
    found: set[str] = set()
    _optional(msgspec.inspect.type_info(EVENT_TYPES[topic]), "", found)
    return found


def _optional(info: msgspec.inspect.Type, path: str, found: set[str]) -> None:
    match info:
        case msgspec.inspect.StructType(fields=fields):
            for field in fields:
                if not field.required:
                    found.add(f"{path}{field.encode_name}")
                _optional(field.type, f"{path}{field.encode_name}.", found)
        case msgspec.inspect.UnionType(types=types):
            for one in types:
                _optional(one, path, found)
        case msgspec.inspect.VarTupleType(item_type=item):
            _optional(item, f"{path}*.", found)


# --- Whole logs ---------------------------------------------------------------------------------------------


def replayed(rows: Sequence[Row]) -> dict[str, Foldable]:
    """The aggregates that the rows make, each in its last version."""
    found: dict[str, Foldable] = {}
    for event in decoded(rows):
        prefix = max((name for name in STREAMS if event.originator_id.startswith(f"{name}-")), key=len)
        blank = STREAMS[prefix]
        if blank is not None:
            aggregate = found.setdefault(event.originator_id, blank())
            assert event.originator_version == aggregate.version + 1
            aggregate.apply(event.data, event.envelope.user_id, event.envelope.at)
            aggregate.version = event.originator_version
    return found


def store(service: Desk, rows: Sequence[Row]) -> None:
    """Put rows into the log as they are."""
    service.log.recorder.insert_events([row.stored for row in rows])


def feed(service: Desk) -> dict[str, dict[str, tuple[int, str]]]:
    """Make all read models, and say what is in each."""
    position = service.log.position()
    for runner in service.runners():
        runner.catch_up()
        runner.close()
    schemas = service.read_models.schemas
    with service.read_models.cursor() as cursor:
        assert {service.read_models.position(cursor, name) for name in schemas} == {position}
    return {name: checksums(service.conninfo, schema) for name, schema in schemas.items()}


@pytest.mark.parametrize("name", log_names())
def test_a_whole_log_folds_into_its_aggregates_and_its_read_models(service: Desk, name: str) -> None:
    rows = log_named(name)
    assert len(replayed(rows)) > 50
    store(service, rows)
    made = feed(service)
    for table in ("contact", "recorded_interaction", "logged_segment", "campaign_entry", "task"):
        assert made["contacts"][table][0] > 0, table
    assert all(count > 0 for tables in (made["worksheets"], made["setup"]) for count, _ in tables.values())


@pytest.mark.parametrize("name", log_names())
def test_a_log_from_before_the_later_fields_folds_as_well(service: Desk, name: str) -> None:
    rows = [as_written_earlier(row) for row in log_named(name)]
    assert len(replayed(rows)) > 50
    store(service, rows)
    assert feed(service)["contacts"]["recorded_interaction"][0] > 0
