"""A service whose role does not own the events can add to them, and not even by itself do anything else."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from psycopg.sql import SQL, Identifier

from api.service import Service
from eventstore.grants import ONLY_ADDED_TO, grant
from eventstore.log import EventLog
from tests.eventstore.examples import SCHEMA, noted, opened_log

CHANGES = {
    "UPDATE": "UPDATE {} SET {} = {}",
    "DELETE": "DELETE FROM {}",
    "TRUNCATE": "TRUNCATE {}",
}
COLUMNS = {
    "log_events": "state",
    "tree_tile": "root",
    "checkpoint": "note",
    "checkpoint_anchored": "place",
    "history_read": "path",
}


@pytest.fixture
def role(empty_database: str) -> Iterator[str]:
    """A role that may make schemas of its own in the database, and nothing else."""
    name = f"service_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(empty_database, autocommit=True) as connection:
        connection.execute(SQL("CREATE ROLE {} LOGIN").format(Identifier(name)))
        database = Identifier(connection.info.dbname)
        connection.execute(SQL("GRANT CREATE ON DATABASE {} TO {}").format(database, Identifier(name)))
        yield name
        connection.execute(SQL("DROP OWNED BY {} CASCADE").format(Identifier(name)))
        connection.execute(SQL("DROP ROLE {}").format(Identifier(name)))


def change(conninfo: str, table: str, kind: str) -> None:
    with psycopg.connect(conninfo) as connection:
        connection.execute(SQL("SET search_path = {}").format(Identifier(SCHEMA)))
        connection.execute(CHANGES[kind].format(table, COLUMNS[table], COLUMNS[table]).encode())


@pytest.mark.parametrize("table", ONLY_ADDED_TO)
@pytest.mark.parametrize("kind", CHANGES)
def test_the_trigger_refuses_even_a_superuser(database: str, table: str, kind: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="never changed or removed"):
        change(database, table, kind)


@pytest.mark.parametrize("kind", CHANGES)
def test_the_grants_refuse_a_service_that_does_not_own_the_events(
    empty_database: str, role: str, kind: str
) -> None:
    grant(empty_database, SCHEMA, role)
    restricted = make_conninfo(empty_database, user=role)
    for table in ONLY_ADDED_TO:
        with pytest.raises(
            psycopg.errors.InsufficientPrivilege, match=f"permission denied for table {table}"
        ):
            change(restricted, table, kind)


@pytest.mark.parametrize("kind", CHANGES)
def test_the_grants_refuse_an_owner_that_is_no_superuser(empty_database: str, role: str, kind: str) -> None:
    owner = make_conninfo(empty_database, user=role)
    EventLog.set_up(owner, SCHEMA)
    for table in ONLY_ADDED_TO:
        with pytest.raises(
            psycopg.errors.InsufficientPrivilege, match=f"permission denied for table {table}"
        ):
            change(owner, table, kind)


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE log_events DISABLE TRIGGER append_only",
        "DROP TRIGGER append_only ON log_events",
        "DROP TABLE log_events",
        "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN END'",
        "CREATE TABLE other (n int)",
        "UPDATE schema_migration SET sha256 = ''",
    ],
)
def test_a_restricted_service_cannot_get_round_it(empty_database: str, role: str, statement: str) -> None:
    grant(empty_database, SCHEMA, role)
    with psycopg.connect(make_conninfo(empty_database, user=role)) as connection:
        connection.execute(SQL("SET search_path = {}").format(Identifier(SCHEMA)))
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(statement.encode())


def test_a_restricted_service_cannot_give_itself_rights(empty_database: str, role: str) -> None:
    grant(empty_database, SCHEMA, role)
    restricted = make_conninfo(empty_database, user=role)
    with psycopg.connect(restricted) as connection:
        # Without the right to grant this is a warning, and does nothing.
        connection.execute(f'GRANT UPDATE ON {SCHEMA}.log_events TO "{role}"'.encode())
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="permission denied"):
        change(restricted, "log_events", "UPDATE")


def test_a_restricted_service_can_do_its_work(empty_database: str, role: str) -> None:
    grant(empty_database, SCHEMA, role)
    grant(empty_database, SCHEMA, role)  # as after an update
    service = Service(make_conninfo(empty_database, user=role), SCHEMA)
    service.set_up()
    service.set_up()
    service.open()
    try:
        with opened_log(make_conninfo(empty_database, user=role)) as log:
            log.append(noted("a", "1", "2"))
            log.append(noted("a", *map(str, range(400)), after=2))
        assert service.auditing.seal()[0].tree_size == 402
        service.auditing.reads.record("jan", "auditor", "GET", "/", "")
        assert service.auditing.verify().ok
    finally:
        service.close()
