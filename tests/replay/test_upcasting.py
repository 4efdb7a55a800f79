"""An event of an earlier version is read as one of today; one of a later version stops whoever reads it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import httpx
import msgspec
import pytest
from eventsourcing.persistence import StoredEvent

from application.segments import stream_of
from domain.catalogue import EARLIER_EVENTS
from domain.segment.state import Segment
from eventstore.event import UnknownEventError
from eventstore.upcasting import Upcast, Upcasting
from eventstore.verify import verify
from projections.rebuild import rebuild
from tests.api.running import ADMIN_KEY, RunningService, running_service
from tests.projections.checksums import checksums
from tests.projections.conftest import SCHEMA, Desk

TITLED, RENAMED, CHANGED = "segment.titled.1", "segment.renamed.1", "segment.header-changed.1"


@pytest.fixture(autouse=True)
def _earlier(monkeypatch: pytest.MonkeyPatch) -> None:
    """Segments had a title once, which became a description, which became one of many values."""
    monkeypatch.setitem(EARLIER_EVENTS, TITLED, (RENAMED, lambda data: {"description": data["title"]}))
    monkeypatch.setitem(EARLIER_EVENTS, RENAMED, (CHANGED, lambda data: {"changes": data}))


def stored(no: str, version: int, topic: str, **data: Any) -> StoredEvent:
    """An event as an earlier program wrote it."""
    envelope = {
        "at": "2026-01-05T09:30:00Z",
        "user_id": "ANN",
        "command_id": "1",
        "work_date": date(2026, 1, 5),
    }
    return StoredEvent(stream_of(no), version, topic, msgspec.json.encode(envelope | {"data": data}))


@pytest.fixture
def old(service: Desk) -> Desk:
    """A log in which segment SM1 got a title, then a description."""
    service.codes()
    service.segment("SM1", description="First")
    service.catch_up()
    earlier = [stored("SM1", 2, TITLED, title="Second"), stored("SM1", 3, RENAMED, description="Third")]
    service.log.recorder.insert_events(earlier)
    return service


# --- Earlier versions ---------------------------------------------------------------------------------------


def test_the_aggregate_takes_it_over_in_every_version(old: Desk) -> None:
    names = []
    for version in (1, 2, 3):
        segment = old.journal.load(stream_of("SM1"), Segment, version)
        assert segment is not None
        names.append(segment.header.description)
    assert names == ["First", "Second", "Third"]


def test_read_models_take_it_over_and_are_the_same_when_made_anew(old: Desk) -> None:
    old.catch_up()
    assert old.rows("SELECT description FROM segment WHERE no = 'SM1'") == [{"description": "Third"}]
    for runner in old.runners():
        schema = runner.schema
        before = checksums(old.conninfo, schema)
        rebuild(old.log, runner.model)
        assert checksums(old.conninfo, schema) == before


def test_the_feed_shows_it_as_it_is_stored_and_the_history_in_words(old: Desk) -> None:
    fed = old.history.events(after=0, limit=100, stream="segment-SM1").events
    assert [(event.type, event.data) for event in fed[1:]] == [
        (TITLED, {"title": "Second"}),
        (RENAMED, {"description": "Third"}),
    ]
    told = old.history.segment("SM1", "en", after=1, limit=10).steps
    assert [step.text for step in told] == [
        "Changed the header: description First → Second.",
        "Changed the header: description Second → Third.",
    ]


def test_what_is_stored_stays_as_it_is(old: Desk) -> None:
    old.segments.get("SM1")
    old.catch_up()
    found = verify(old.conninfo, SCHEMA)
    assert (found.ok, found.events) == (True, old.log.position())


def test_commands_go_on_after_it(old: Desk) -> None:
    old.catch_up()
    old.add("SM1")
    assert old.segments.get("SM1").version == 4


def test_a_chain_must_lead_to_an_event_in_use() -> None:
    def same(data: dict[str, Any]) -> dict[str, Any]:
        return data

    with pytest.raises(ValueError, match=r"'a.1' does not lead to an event that is in use"):
        Upcasting({"a.1": Upcast("a.2", same)}, ["a.3"])
    with pytest.raises(ValueError, match=r"'a.1' leads back to itself"):
        Upcasting({"a.1": Upcast("a.2", same), "a.2": Upcast("a.1", same)}, ["a.3"])
    with pytest.raises(ValueError, match=r"'a.1' is both in use and out of use"):
        Upcasting({"a.1": Upcast("a.2", same)}, ["a.1", "a.2"])


# --- Later versions -----------------------------------------------------------------------------------------

LATER = "segment.header-changed.2"
WORD = rf"'{LATER}', which this version of segmentlog does not know. A newer version has written here"


@pytest.fixture
def ahead(old: Desk) -> Desk:
    """The same, and then a later program wrote something, and this one something else."""
    old.catch_up()
    old.log.recorder.insert_events([stored("SM1", 4, LATER, changes={"title": "Fourth"})])
    old.contact("CT1")
    return old


def test_neither_the_aggregate_nor_its_history_can_be_had(ahead: Desk) -> None:
    with pytest.raises(UnknownEventError, match=WORD):
        ahead.segments.get("SM1")
    with pytest.raises(UnknownEventError, match=WORD):
        ahead.history.segment("SM1", "en", after=0, limit=10)
    before = ahead.journal.load(stream_of("SM1"), Segment, 3)
    assert before is not None
    assert before.header.description == "Third"


def test_no_read_model_goes_past_it(ahead: Desk) -> None:
    """Also those that it does not concern: nobody knows whether it does."""
    for runner in ahead.runners():
        with pytest.raises(UnknownEventError, match=WORD):
            runner.catch_up()
        runner.close()
    assert ahead.rows("SELECT no FROM contact") == []


def test_making_a_read_model_anew_fails_and_leaves_the_one_that_serves(ahead: Desk) -> None:
    for runner in ahead.runners():
        before = checksums(ahead.conninfo, runner.schema)
        with pytest.raises(UnknownEventError, match=WORD):
            rebuild(ahead.log, runner.model)
        assert checksums(ahead.conninfo, runner.schema) == before


def test_the_feed_passes_it_on_and_verify_checks_it(ahead: Desk) -> None:
    """Neither needs to know what it means: both give and check what is stored."""
    assert LATER in [event.type for event in ahead.history.events(after=0, limit=1_000).events]
    found = verify(ahead.conninfo, SCHEMA)
    assert (found.ok, found.events) == (True, ahead.log.position())


@pytest.fixture(scope="module")
def running(postgres_url: str) -> Iterator[RunningService]:
    with running_service(postgres_url) as service:
        yield service


def test_over_http_it_is_said_what_to_do(running: RunningService) -> None:
    with running.client(ADMIN_KEY) as client:
        no = client.post("/v1/segments", json={}).json()["no"]
        running.service.log.recorder.insert_events([stored(no, 2, LATER)])
        for answer in (client.get(f"/v1/segments/{no}"), client.get(f"/v1/segments/{no}/history")):
            assert isinstance(answer, httpx.Response)
            assert answer.status_code == 503
            assert answer.json()["type"] == "/problems/unavailable"
            assert LATER in answer.json()["detail"]
            assert "update this one" in answer.json()["detail"]
