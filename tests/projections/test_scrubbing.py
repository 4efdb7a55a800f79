"""When what is left of erased contacts is removed from the files, and what is said where it cannot be."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator

import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from psycopg.sql import SQL, Identifier
from typer.testing import CliRunner

from api.command_line import app
from application.documents import HTML, File
from application.event_log import read_models
from application.scrubbing import Scrubber
from eventstore.contents import MissingContentError
from eventstore.grants import grant
from projections.replay import replay
from projections.tracking import lead
from tests.projections.conftest import ANN, Desk


def test_the_worker_does_it_some_time_after_an_erasure_and_once(service: Desk) -> None:
    scrubber = Scrubber(service.scrubbing, 3600)
    contact = service.contact(name="Zenobia")
    service.catch_up()
    assert Scrubber(service.scrubbing, 0).step() is None, "nobody was erased"
    service.erasing.erase(ANN, contact.no, "asked")
    assert scrubber.step() is None, "that is not long ago"
    done = Scrubber(service.scrubbing, 0).step()
    assert done is not None
    assert (done.contacts, list(done.left)) == (1, [])
    assert Scrubber(service.scrubbing, 0).step() is None


def test_an_older_version_that_is_still_fed_is_left_and_said(service: Desk) -> None:
    with psycopg.connect(service.conninfo, autocommit=True) as other:
        other.execute("CREATE SCHEMA segmentlog_contacts_1")
        assert lead(other, "segmentlog_contacts_1")
        contact = service.contact(name="Zenobia")
        service.erasing.erase(ANN, contact.no, "asked")
        scrubber = Scrubber(service.scrubbing, 0)
        done = scrubber.step()
        assert done is not None
        assert done.left == ["An earlier version of segmentlog still keeps segmentlog_contacts_1 up."]
        assert service.scrubbing.waiting(), "so it is not done"
        assert scrubber.step() is None, "and not tried over and over"
    assert service.scrubbing.scrub().left == []


def test_a_document_that_an_erasure_of_before_left_goes_too(service: Desk) -> None:
    service.codes()
    contact = service.contact()
    line = service.put(service.segment("SM1"), contact)
    service.catch_up()
    page = File(b"<p>Dear Zenobia</p>", HTML)
    stored = service.documents.put_on_line(ANN, "SM1", line, page)
    service.erasing.erase(ANN, contact.no, "asked")
    kept = {stored.read.document.sha256: page.data}
    with service.log.datastore.get_connection() as connection, connection.cursor() as cursor:
        service.log.contents.saving(kept)(cursor)
    service.scrubbing.scrub()
    service.log.forget()
    with pytest.raises(MissingContentError):
        service.log.contents.load(list(kept))


@pytest.fixture
def guest(empty_database: str) -> Iterator[Desk]:
    """A service whose role does not own the database."""
    role = f"service_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(empty_database, autocommit=True) as connection:
        connection.execute(SQL("CREATE ROLE {} LOGIN").format(Identifier(role)))
        name = Identifier(connection.info.dbname)
        connection.execute(SQL("GRANT CREATE ON DATABASE {} TO {}").format(name, Identifier(role)))
        grant(empty_database, "segmentlog", role)
        desk = Desk(make_conninfo(empty_database, user=role))
        try:
            desk.set_up()
            desk.read_models.open()
            desk.erasing.erase(ANN, desk.contact(name="Zenobia").no, "asked")
            yield desk
        finally:
            desk.close()
            connection.execute(SQL("DROP OWNED BY {} CASCADE").format(Identifier(role)))
            connection.execute(SQL("DROP ROLE {}").format(Identifier(role)))


def test_a_role_that_may_not_is_told_what_it_may_not(guest: Desk) -> None:
    samples, log = guest.scrubbing.scrub().left
    assert "vacuum" in samples
    assert "pg_statistic" in samples
    assert log.startswith("The write-ahead log is not ours to renew: permission denied")


def test_a_superuser_may_do_it_for_a_service_which_goes_on(empty_database: str, guest: Desk) -> None:
    owner = Desk(empty_database)
    try:
        assert owner.scrubbing.scrub().left == []
    finally:
        owner.close()
    no = guest.contact(name="Yolanda").no
    guest.catch_up()
    with guest.read_models.cursor() as cursor:
        assert cursor.execute("SELECT no FROM contact WHERE name = 'Yolanda'").fetchall() == [{"no": no}]
        assert cursor.execute("SELECT FROM interaction_log_entry").rowcount == 0, "a view is ours too"
    assert guest.scrubbing.scrub().contacts == 0, "and makes its tables anew by itself"


def test_a_superuser_may_replay_for_a_service_which_erases_there_too(
    empty_database: str, guest: Desk
) -> None:
    contact = guest.contact(name="Yolanda")
    owner = Desk(empty_database)
    try:
        made = replay(owner.log, read_models(owner.log), owner.log.position())
    finally:
        owner.close()
    guest.erasing.erase(ANN, contact.no, "asked")
    with psycopg.connect(guest.conninfo) as connection:
        named = SQL("SELECT name FROM {} WHERE no = %s").format(Identifier(made.schema, "contact"))
        assert connection.execute(named, (contact.no,)).fetchall() == [(None,)]


def test_what_another_role_left_behind_stops_nobody_from_starting_and_is_said(
    empty_database: str, guest: Desk
) -> None:
    with psycopg.connect(empty_database, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA segmentlog_past_contacts_1")
        connection.execute("CREATE SCHEMA segmentlog_contacts_1")
    guest.set_up()
    left = guest.scrubbing.scrub().left
    assert "The schema segmentlog_past_contacts_1 was made by another role, which must drop it." in left
    assert "must be owner of schema segmentlog_contacts_1." in left


def test_the_command_does_it_now(service: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", service.conninfo)
    service.erasing.erase(ANN, service.contact(name="Zenobia").no, "asked")
    done = CliRunner().invoke(app, ["scrub", "--json"])
    assert (done.exit_code, json.loads(done.stdout)) == (0, {"contacts": 1, "left": []})
    again = CliRunner().invoke(app, ["scrub"])
    assert again.stdout == "Nothing is left of 0 erased contacts in the files of the database.\n"
