"""Verifying skips the search for contents only in events that cannot name any."""

from __future__ import annotations

import psycopg
import pytest

from application.event_log import topics_without_contents
from domain.catalogue import EVENT_TYPES
from domain.segment.events import CriteriaApplied, LineChanged, SegmentLogged
from tests.projections.conftest import Desk


def test_every_event_with_a_contact_set_is_searched() -> None:
    nameless = topics_without_contents()
    assert {CriteriaApplied.topic, SegmentLogged.topic} <= EVENT_TYPES.keys() - nameless
    assert {LineChanged.topic, "contact.registered.1"} <= nameless


@pytest.mark.parametrize(
    ("statement", "what"),
    [
        ("DELETE FROM segmentlog.content", "is missing"),
        ("UPDATE segmentlog.content SET data = set_byte(data, 0, 255 - get_byte(data, 0))", "was changed"),
    ],
)
def test_a_contact_set_that_was_changed_or_lost_is_found(service: Desk, statement: str, what: str) -> None:
    service.codes()
    service.many_contacts(300)
    service.catch_up()
    service.put(service.segment("SM1"), service.contact("CT1"))
    service.add("SM1")
    position = service.log.position()
    assert service.auditing.verify().ok
    with psycopg.connect(service.conninfo) as connection:
        connection.execute(statement.encode())
    found = service.auditing.verify()
    assert (found.ok, found.first_bad_position) == (False, position)
    assert found.problem is not None
    assert what in found.problem
