"""What is personal in events of contacts and segments is sealed, and read again as it was recorded."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace as replaced

from application.event_log import open_log
from application.personal_data import PERSONAL_IN
from domain.amendments import InteractionCommented
from domain.catalogue import EVENT_TYPES
from domain.contact import (
    PERSONAL,
    PERSONAL_IN_ADDRESS,
    AlternativeAddress,
    Contact,
    ContactChanged,
    ContactChanges,
    ContactRegistered,
    DateRange,
    ProfileAnswer,
    erased,
)
from domain.contact_set import ContactSet
from domain.document import Document
from domain.interaction import Interaction, InteractionLogged, InteractionPostponed, InteractionValues
from domain.segment.events import DocumentAttached, LineChanged, SegmentLogged
from domain.segment.lines import LineBlock, LineChanges, LineStart, OwnLine
from eventstore.event import Envelope, Event
from eventstore.log import EventLog

ENVELOPE = Envelope(datetime(2026, 3, 2, 9, 30, tzinfo=UTC), "jan", "command-1", date(2026, 3, 2))
KEY = 4_711
MARK = "Zenobia"
OTHER_KEYS = count(KEY + 1)

words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=20)
private = words.map(lambda word: f"{MARK} {word}")
addresses = st.builds(
    AlternativeAddress,
    code=st.sampled_from(["SUMMER", "WINTER"]),
    date_ranges=st.lists(st.builds(DateRange, st.dates(), st.none() | st.dates()), max_size=2).map(tuple),
    **{name: st.none() | private for name in PERSONAL_IN_ADDRESS},
)
values: dict[str, Any] = {
    **{name: st.none() | private for name in PERSONAL},
    "type": st.sampled_from(["company", "person"]),
    "territory_code": st.none() | words,
    "mailing_groups": st.lists(words, max_size=2).map(tuple),
    "profile_answers": st.lists(st.builds(ProfileAnswer, words, st.integers(0, 99)), max_size=2).map(tuple),
    "alternative_addresses": st.lists(addresses, max_size=2).map(tuple),
    "exclude_from_segment": st.booleans(),
}
registered = st.builds(Contact, **values).map(lambda value: ContactRegistered("CT1", KEY, value))
changed = st.fixed_dictionaries({}, optional=values).map(
    lambda some: ContactChanged("CT1", KEY, ContactChanges(**some))
)


@pytest.fixture
def log(empty_database: str) -> Iterator[EventLog]:
    EventLog.set_up(empty_database, "segmentlog")
    with closing(open_log(empty_database, "segmentlog")) as one:
        yield one


def again(log: EventLog, fact: Any, about: int | None = None) -> tuple[bytes, Event]:
    """What is stored of a fact, and what is read of that."""
    stored = log.events_mapper.to_stored_events([Event("stream", 1, ENVELOPE, fact, about)])[0]
    return stored.state, log.events_mapper.to_domain_events([stored])[0]


@given(fact=registered | changed)
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_event_of_a_contact_is_read_as_it_was_recorded_and_stored_without_what_is_personal(
    log: EventLog, fact: Any
) -> None:
    state, event = again(log, fact)
    assert event == Event("stream", 1, ENVELOPE, fact)
    assert MARK.encode() not in state


@given(fact=registered)
@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_without_its_key_it_is_read_as_what_erasing_leaves(log: EventLog, fact: ContactRegistered) -> None:
    fact = replaced(fact, key=next(OTHER_KEYS))
    stored = log.events_mapper.to_stored_events([Event("stream", 1, ENVELOPE, fact)])
    with log.datastore.get_connection() as connection, connection.cursor() as cursor:
        log.personal_keys.destroying(fact.key)(cursor)
    left = log.events_mapper.to_domain_events(stored)[0].data.value
    assert replaced(left, exclude_from_segment=True, privacy_blocked=True) == erased(fact.value)


def own_line(**own: Any) -> SegmentLogged:
    contacts = ContactSet([3, KEY])
    block = LineBlock(1, 10_000, contacts, contacts, contacts, LineStart())
    lines = (OwnLine(20_000, LineChanges(**own)),)
    return SegmentLogged(1, "SM1", "Letter", date(2026, 3, 2), 1, 1, 2, (block,), lines)


LETTER = Document("0" * 64, 5, "text/html", file_name=f"{MARK}.html")


@pytest.mark.parametrize(
    ("fact", "about"),
    [
        (LineChanged(20_000, "CT1", LineChanges(remarks=f"{MARK} note", contact_via=MARK)), KEY),
        (own_line(remarks=f"{MARK} note", personal_documents=(LETTER,)), None),
        (DocumentAttached(LETTER, 20_000, "CT1"), KEY),
        (InteractionCommented(1, f"{MARK} comment"), KEY),
        (InteractionLogged(1, Interaction(contact_key=KEY, contact_via=MARK), False, (MARK, "")), None),
        (
            InteractionPostponed(
                1, Interaction(contact_key=KEY), InteractionValues(contact_via=MARK), (MARK,)
            ),
            None,
        ),
    ],
    ids=lambda fact: type(fact).__name__,
)
def test_what_was_noted_about_a_contact_is_sealed_under_its_key(
    log: EventLog, fact: Any, about: int | None
) -> None:
    state, event = again(log, fact, about)
    assert event.data == fact
    assert MARK.encode() not in state
    assert b'"of":%d,' % KEY in state


def test_every_topic_with_something_personal_is_one_that_there_is() -> None:
    assert PERSONAL_IN.keys() <= EVENT_TYPES.keys()
