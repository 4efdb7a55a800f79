"""Read models that are made for a while: one maker at a time, and nothing stays of one that was killed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest

from application.event_log import read_models
from domain.errors import Conflict
from eventstore import log
from eventstore.personal_keys import MasterKey
from projections import building
from projections.rebuild import rebuild
from projections.replay import replay
from tests.projections.checksums import checksums
from tests.projections.conftest import ANN, Desk, until

BEGIN = """
import sys, time
from eventstore import log
from eventstore.personal_keys import MasterKey
log.OF_THIS_PROCESS = MasterKey(bytes(32))

from application.event_log import read_models
from tests.projections.conftest import Desk

desk = Desk(sys.argv[1])
desk.read_models.open()

def stay(*_):
    print("building", flush=True)
    time.sleep(600)
"""
WORK = {
    "past": """
with desk.trying.as_of(desk.log.position()):
    stay()
""",
    "replay": """
from projections.replay import replay
replay(desk.log, read_models(desk.log), desk.log.position(), progress=stay)
""",
    "rebuild": """
from projections.rebuild import rebuild
rebuild(desk.log, read_models(desk.log)[0], progress=stay)
""",
}
LEFT = {
    "past": ["segmentlog_past_contacts_", "segmentlog_past_setup_"],
    "replay": ["segmentlog_at_1_contacts"],
    "rebuild": ["segmentlog_contacts_"],
}


@pytest.fixture(autouse=True)
def master_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that other processes know too."""
    monkeypatch.setattr(log, "OF_THIS_PROCESS", MasterKey(bytes(32)))


@contextmanager
def at_work(service: Desk, work: str) -> Iterator[subprocess.Popen[str]]:
    """Another process, in the middle of this work."""
    command = [sys.executable, "-c", BEGIN + WORK[work], service.conninfo]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "building\n"
            yield process
        finally:
            process.kill()


def schemas(service: Desk) -> set[str]:
    with psycopg.connect(service.conninfo) as connection:
        rows = connection.execute("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'segmentlog%'")
        return {str(name) for (name,) in rows}


def locks(service: Desk) -> int:
    """How many locks of this kind are held in this database."""
    with psycopg.connect(service.conninfo) as connection:
        return connection.execute(
            "SELECT FROM pg_locks WHERE locktype = 'advisory'"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        ).rowcount


@pytest.mark.parametrize("work", WORK)
def test_what_a_killed_process_left_is_gone_after_the_next_start(service: Desk, work: str) -> None:
    before = schemas(service)
    contact = service.contact("CT1", name="Zenobia")
    service.catch_up()
    with at_work(service, work) as process:
        beside = schemas(service) - before
        assert all(any(name.startswith(left) for left in LEFT[work]) for name in beside)
        assert beside
        service.set_up()
        assert schemas(service) == before | beside, "who is at work is left alone"
        process.kill()
    until(lambda: locks(service) == 0, "the server noticed")
    service.erasing.erase(ANN, contact.no, "Asked to be forgotten")
    service.set_up()
    assert schemas(service) == before


def test_a_replay_too_drops_what_another_left(service: Desk) -> None:
    service.contact("CT1")
    service.catch_up()
    before = schemas(service)
    with at_work(service, "past"):
        pass
    until(lambda: locks(service) == 0, "the server noticed")
    assert schemas(service) > before
    service.contact("CT2")
    made = replay(service.log, read_models(service.log), 2)
    assert schemas(service) == {*before, made.schema}


def test_schemas_of_another_company_are_left_alone(service: Desk) -> None:
    """Its name may begin as ours goes on, and its log is not to be lost for that."""
    with psycopg.connect(service.conninfo, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA segmentlog_past_contacts_1")
        connection.execute("CREATE TABLE segmentlog_past_contacts_1.log_events (position bigint)")
        connection.execute("CREATE SCHEMA segmentlog_past_matters")
    assert building.clear(service.conninfo, "segmentlog", read_models(service.log)) == []


def test_of_two_rebuilds_at_the_same_time_the_second_is_told(service: Desk) -> None:
    service.contact("CT1")
    service.catch_up()
    model = read_models(service.log)[0]
    rows = checksums(service.conninfo, model.schema("segmentlog"))
    with (
        at_work(service, "rebuild"),
        pytest.raises(Conflict, match="Somebody else is rebuilding contacts just now"),
    ):
        rebuild(service.log, model)
    until(lambda: locks(service) == 0, "the server noticed")
    rebuild(service.log, model)
    assert checksums(service.conninfo, model.schema("segmentlog")) == rows
