"""Aggregates that are kept in memory, and when the log asks for their events."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import cast

import pytest

from eventstore.event import Event
from eventstore.log import EventLog
from tests.eventstore.examples import Noted, noted, opened_log


@dataclass
class Notes:
    """What was noted in a stream."""

    version: int = 0
    texts: tuple[str, ...] = ()

    def copy(self) -> Notes:
        return replace(self)

    def apply(self, event: object, user_id: str, at: datetime) -> None:
        self.texts += (cast(Noted, event).text,)


@pytest.fixture
def asked(log: EventLog, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The streams whose events were asked for."""
    found: list[str] = []
    ask = log.events.recorder.select_events

    def noting(stream: str, **options: int | None) -> object:
        found.append(stream)
        return ask(stream, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(log.events.recorder, "select_events", noting)
    return found


def test_a_version_that_was_just_saved_is_not_asked_for(log: EventLog, asked: list[str]) -> None:
    log.append(noted("a", "one"))
    before = log.load("a", Notes)
    asked.clear()
    log.append(noted("a", "two", "three", after=1))
    assert log.load("a", Notes, 3) == Notes(3, ("one", "two", "three"))
    assert asked == []
    assert before == Notes(1, ("one",))


def test_what_others_saved_is_seen_by_who_asks_for_no_version(log: EventLog, asked: list[str]) -> None:
    log.append(noted("a", "one"))
    assert log.load("a", Notes) == Notes(1, ("one",))
    with opened_log(log.conninfo) as other:
        other.append(noted("a", "two", after=1))
    assert log.load("a", Notes) == Notes(2, ("one", "two"))
    assert log.load("a", Notes, 1) == Notes(1, ("one",))


def test_events_that_come_too_early_wait_for_those_between(log: EventLog) -> None:
    log.append(noted("a", "one"))
    log.load("a", Notes)
    with opened_log(log.conninfo) as other:
        other.append(noted("a", "two", after=1))
    log.append(noted("a", "three", after=2))
    assert log.load("a", Notes, 3) == Notes(3, ("one", "two", "three"))


def test_events_that_were_read_are_not_asked_for_again(log: EventLog, asked: list[str]) -> None:
    log.append(noted("a", "one"))
    log.load("a", Notes)
    with opened_log(log.conninfo) as other:
        other.append(noted("a", "two", after=1))
        read = cast("list[Event]", list(other.events.get("a")))
    asked.clear()
    log.advance(read)
    assert log.load("a", Notes, 2) == Notes(2, ("one", "two"))
    assert asked == []


def test_nothing_is_kept_of_what_was_to_be_forgotten(log: EventLog, asked: list[str]) -> None:
    log.append(noted("a", "one"))
    log.load("a", Notes)
    log.forget()
    asked.clear()
    log.append(noted("a", "two", after=1))
    assert log.load("a", Notes, 2) == Notes(2, ("one", "two"))
    assert asked == ["a"]


def test_what_was_read_before_it_was_forgotten_does_not_come_back(log: EventLog) -> None:
    log.append(noted("a", "one", "what is left"))
    read_before = noted("a", "a secret", after=1)
    log.forget()
    assert log.load("a", Notes, 1) == Notes(1, ("one",))
    log.advance(read_before)
    assert log.load("a", Notes, 2) == Notes(2, ("one", "what is left"))


def test_two_aggregates_are_asked_for_together(log: EventLog, asked: list[str]) -> None:
    log.append([*noted("a", "one"), *noted("b", "first")])
    assert log.load_both("a", Notes, "b", Notes) == (Notes(1, ("one",)), Notes(1, ("first",)))
    with opened_log(log.conninfo) as other:
        other.append([*noted("a", "two", after=1), *noted("b", "second", "third", after=1)])
    both = log.load_both("b", Notes, "a", Notes)
    assert both == (Notes(3, ("first", "second", "third")), Notes(2, ("one", "two")))
    assert (log.load("b", Notes, 3), log.load("a", Notes, 2)) == both, "they are kept"
    assert asked == []
    assert log.load_both("a", Notes, "none", Notes) == (Notes(2, ("one", "two")), None)
