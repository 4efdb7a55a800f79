"""What verifying knows of the domain: which events name contents, and what erasing takes away."""

from __future__ import annotations

import psycopg
import pytest

from application import erasures
from application.documents import HTML, File
from application.event_log import topics_without_contents
from domain.catalogue import EVENT_TYPES
from domain.errors import Conflict, NotFound
from domain.segment.events import (
    CriteriaApplied,
    DocumentAttached,
    LineChanged,
    LineRemoved,
    SegmentLogged,
)
from tests.projections.conftest import ANN, Desk

LOST = [
    ("DELETE FROM segmentlog.content", "is missing"),
    ("UPDATE segmentlog.content SET data = set_byte(data, 0, 255 - get_byte(data, 0))", "was changed"),
]
PAGE = File(b"<p>Dear {{ Contact_Name }}</p>", HTML)


def tamper(conninfo: str, *statements: str) -> None:
    with psycopg.connect(conninfo) as connection:
        for statement in statements:
            connection.execute(statement.encode())


def test_every_event_with_a_contact_set_or_a_document_is_searched() -> None:
    nameless = topics_without_contents()
    naming = {CriteriaApplied.topic, SegmentLogged.topic, DocumentAttached.topic, LineChanged.topic}
    assert naming <= EVENT_TYPES.keys() - nameless
    assert {LineRemoved.topic, "contact.registered.1"} <= nameless


@pytest.mark.parametrize(
    ("statement", "what"),
    LOST,
)
def test_a_contact_set_that_was_changed_or_lost_is_found(service: Desk, statement: str, what: str) -> None:
    service.codes()
    service.many_contacts(300)
    service.catch_up()
    service.put(service.segment("SM1"), service.contact("CT1"))
    service.add("SM1")
    position = service.log.position()
    assert service.auditing.verify().ok
    tamper(service.conninfo, statement)
    found = service.auditing.verify()
    assert (found.ok, found.first_bad_position) == (False, position)
    assert found.problem is not None
    assert what in found.problem


@pytest.mark.parametrize(("statement", "what"), LOST)
def test_a_document_of_a_template_that_was_changed_or_lost_is_found(
    service: Desk, statement: str, what: str
) -> None:
    service.codes()
    stored = service.documents.put_on_template(ANN, "MAIL", None, PAGE)
    assert service.auditing.verify().ok
    line = service.put(service.segment("SM1"), service.contact())
    service.catch_up()
    tamper(service.conninfo, statement)
    found = service.auditing.verify()
    assert (found.ok, found.first_bad_position) == (False, stored.position)
    assert what in str(found.problem)
    service.log.forget()
    with pytest.raises(Conflict, match="changed or removed in the database"):
        service.documents.content(stored.read.document)
    with pytest.raises(Conflict, match="changed or removed in the database"):
        service.letters.of_line("SM1", line)


@pytest.mark.parametrize("few", [0, 20])
def test_a_personal_document_that_went_with_its_contact_is_not_missed(
    service: Desk, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr(erasures, "FEW", few)
    service.codes()
    contact = service.contact()
    line = service.put(service.segment("SM1"), contact)
    service.catch_up()
    stored = service.documents.put_on_line(ANN, "SM1", line, PAGE)
    service.erasing.erase(ANN, contact.no, "asked")
    assert service.auditing.verify().ok
    with pytest.raises(NotFound, match="erased with its contact"):
        service.documents.content(stored.read.document)


@pytest.mark.parametrize("few", [0, 20])
def test_one_that_a_template_has_too_is(service: Desk, monkeypatch: pytest.MonkeyPatch, few: int) -> None:
    monkeypatch.setattr(erasures, "FEW", few)
    service.codes()
    contact = service.contact()
    line = service.put(service.segment("SM1"), contact)
    service.catch_up()
    service.documents.put_on_line(ANN, "SM1", line, PAGE)
    service.documents.put_on_template(ANN, "MAIL", None, PAGE)
    service.erasing.erase(ANN, contact.no, "asked")
    assert service.auditing.verify().ok
    tamper(service.conninfo, "DELETE FROM segmentlog.content")
    assert "is missing" in str(service.auditing.verify().problem)


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        (
            "UPDATE segmentlog.personal_key SET wrapped = NULL, destroyed_at = now() WHERE subject = {}",
            "The key of subject {} was destroyed, and no event says that it was erased.",
        ),
        (
            "ALTER TABLE segmentlog.personal_key DISABLE TRIGGER kept;"
            " DELETE FROM segmentlog.personal_key WHERE subject = {}",
            "The key of subject {}, of the event at position 2, is gone.",
        ),
    ],
    ids=["destroyed", "removed"],
)
def test_a_key_that_went_without_an_erasure_is_found(service: Desk, statement: str, words: str) -> None:
    service.contact()
    key = service.contact(name="Birch").key
    service.erasing.erase(ANN, service.contact(name="Cedar").no, "asked")
    assert service.auditing.verify().ok
    tamper(service.conninfo, *statement.format(key).split(";"))
    found = service.auditing.verify()
    assert (found.ok, found.first_bad_position, found.problem) == (False, 2, words.format(key))


def test_a_key_that_an_erasure_left_is_found(service: Desk) -> None:
    contact = service.contact()
    kept = "CREATE TABLE kept AS TABLE segmentlog.personal_key"
    tamper(service.conninfo, kept)
    _, position = service.erasing.erase(ANN, contact.no, "asked")
    tamper(
        service.conninfo,
        "ALTER TABLE segmentlog.personal_key DISABLE TRIGGER destroyed_for_good",
        "UPDATE segmentlog.personal_key k SET wrapped = kept.wrapped, destroyed_at = NULL FROM kept",
    )
    found = service.auditing.verify()
    assert (found.ok, found.first_bad_position) == (False, position)
    assert "its key is still there" in str(found.problem)
