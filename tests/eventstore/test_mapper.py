from typing import Any, ClassVar

import msgspec
import pytest

from eventstore.event import Event, UnknownEventError
from eventstore.log import EventLog
from eventstore.mapper import EventMapper
from tests.eventstore.examples import ENVELOPE, noted, refuse, tamper


def test_an_event_of_a_kind_this_program_does_not_know_is_refused(log: EventLog) -> None:
    [event] = noted("a", "text")
    log.append([event])
    assert list(log.events.get("a")) == [event]
    assert "test.noted.2" not in log.topics
    tamper(log.conninfo, "UPDATE log_events SET topic = 'test.noted.2'")
    with pytest.raises(UnknownEventError, match=r"'test.noted.2'.*A newer version has written here"):
        list(log.events.get("a"))


class Spanned(msgspec.Struct, frozen=True):
    topic: ClassVar[str] = "test.spanned.1"
    span: range


def test_values_that_json_does_not_know_come_back_as_they_were() -> None:
    def encode(value: Any) -> Any:
        return [value.start, value.stop] if isinstance(value, range) else refuse()

    def decode(kind: type, value: Any) -> Any:
        return range(*value) if kind is range else refuse()

    mapper = EventMapper({Spanned.topic: Spanned}, encode, decode)
    event = Event("a", 1, ENVELOPE, Spanned(range(3, 9)))
    stored_event = mapper.to_stored_event(event)
    assert msgspec.json.decode(stored_event.state)["data"] == {"span": [3, 9]}
    assert mapper.to_domain_event(stored_event) == event
