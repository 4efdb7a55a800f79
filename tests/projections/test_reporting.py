"""Views for reports: readable by a role that sees nothing else, and the same through every rebuild."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from psycopg.sql import SQL, Identifier

from api.service import Service
from projections import reporting
from projections.rebuild import rebuild
from tests.projections.conftest import Desk

ROW = r"^\| `(\w+)` \|[^|]*\|([^|]*)\|$"
DOCUMENT = Path(__file__).parents[2] / "docs" / "reporting.md"


@pytest.fixture
def role(empty_database: str) -> Iterator[str]:
    """A role that may log in, and nothing else."""
    name = f"reports {uuid.uuid4().hex[:12]}"
    with psycopg.connect(empty_database, autocommit=True) as connection:
        connection.execute(SQL("CREATE ROLE {} LOGIN").format(Identifier(name)))
        yield name
        connection.execute(SQL("DROP OWNED BY {}").format(Identifier(name)))
        connection.execute(SQL("DROP ROLE {}").format(Identifier(name)))


def asked(conninfo: str, role: str, query: str) -> list[Any]:
    with psycopg.connect(make_conninfo(conninfo, user=role)) as connection:
        return connection.execute(query.encode()).fetchall()


def views(conninfo: str, schema: str = "reporting") -> dict[str, list[str]]:
    """Every view with its columns."""
    with psycopg.connect(conninfo) as connection:
        rows = connection.execute(
            "SELECT table_name, array_agg(column_name::text ORDER BY ordinal_position)"
            " FROM information_schema.columns WHERE table_schema = %s GROUP BY 1",
            (schema,),
        ).fetchall()
    return dict(rows)


def given_interactions(service: Desk) -> None:
    service.codes()
    contact = service.contact("CT1", name="Alder", city="Utrecht")
    no = service.segment()
    service.put(no, contact)
    service.log_segment(no)
    service.catch_up()


INTERACTIONS = "SELECT entry_no, contact_no, contact_name, salesperson_code FROM reporting.interaction"


def test_a_role_for_reports_sees_the_views_and_nothing_else(service: Desk, role: str) -> None:
    given_interactions(service)
    reporting.grant(service.conninfo, service.schema, role)

    assert asked(service.conninfo, role, INTERACTIONS) == [(1, "CT1", "Alder", "JR")]
    for name in views(service.conninfo):
        asked(service.conninfo, role, f"SELECT * FROM reporting.{name}")
    with psycopg.connect(service.conninfo) as connection:
        tables = connection.execute(
            "SELECT schemaname, tablename FROM pg_tables WHERE schemaname LIKE 'segmentlog%'"
        ).fetchall()
    assert len(tables) > 20
    for schema, table in tables:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            asked(service.conninfo, role, f"SELECT FROM {schema}.{table}")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        asked(service.conninfo, role, "CREATE TABLE reporting.mine ()")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        asked(service.conninfo, role, "DELETE FROM reporting.value_entry")


def test_views_their_grants_and_what_is_built_on_them_outlive_a_rebuild(service: Desk, role: str) -> None:
    given_interactions(service)
    reporting.grant(service.conninfo, service.schema, role)
    with psycopg.connect(service.conninfo) as connection:
        connection.execute("CREATE VIEW of_somebody AS SELECT count(*) AS n FROM reporting.interaction")
    before = views(service.conninfo)
    for _ in range(2):
        for runner in service.runners():
            rebuild(service.log, runner.model)

    assert views(service.conninfo) == before
    assert asked(service.conninfo, role, INTERACTIONS) == [(1, "CT1", "Alder", "JR")]
    with psycopg.connect(service.conninfo) as connection:
        assert connection.execute("SELECT n FROM of_somebody").fetchone() == (1,)
    service.contact("CT2", name="Birch")
    service.catch_up()
    assert asked(service.conninfo, role, "SELECT no FROM reporting.contact ORDER BY no") == [
        ("CT1",),
        ("CT2",),
    ]


def test_a_start_changes_no_view_that_is_as_it_should_be(service: Desk) -> None:
    with psycopg.connect(service.conninfo) as reader:
        # Whoever reads for long would be waited for.
        reader.execute("SELECT FROM reporting.contact")
        service.set_up()


def test_views_come_again_when_a_read_model_was_dropped(service: Desk, role: str) -> None:
    reporting.grant(service.conninfo, service.schema, role)
    before = views(service.conninfo)
    with psycopg.connect(service.conninfo) as connection:
        connection.execute(
            SQL("DROP SCHEMA {} CASCADE").format(Identifier(service.read_models.schemas["contacts"]))
        )
    assert views(service.conninfo) != before
    service.set_up()
    assert views(service.conninfo) == before
    assert asked(service.conninfo, role, "SELECT no FROM reporting.contact") == []


def test_a_column_of_another_type_makes_the_views_anew(service: Desk, role: str) -> None:
    reporting.grant(service.conninfo, service.schema, role)
    before = views(service.conninfo)
    tables = Identifier(service.read_models.schemas["contacts"])
    with psycopg.connect(service.conninfo) as connection:
        connection.execute("DROP VIEW reporting.interaction_comment")
        connection.execute("CREATE VIEW reporting.interaction_comment AS SELECT 'a' AS entry_no")
        connection.execute(SQL("COMMENT ON SCHEMA {} IS 'earlier ones'").format(tables))
    service.set_up()
    assert views(service.conninfo) == before
    assert asked(service.conninfo, role, "SELECT entry_no FROM reporting.interaction_comment") == []


def test_each_company_has_views_of_its_own(empty_database: str, role: str) -> None:
    for schema in ("segmentlog", "acme"):
        company = Service(empty_database, schema)
        company.set_up()
        company.close()
    reporting.grant(empty_database, "acme", role)

    assert views(empty_database, "acme_reporting") == views(empty_database)
    assert asked(empty_database, role, "SELECT no FROM acme_reporting.contact") == []
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        asked(empty_database, role, "SELECT no FROM reporting.contact")


def test_views_can_only_be_granted_when_they_are_there(empty_database: str, role: str) -> None:
    with pytest.raises(reporting.ReportingError, match="start the service"):
        reporting.grant(empty_database, "segmentlog", role)


def test_the_page_on_reports_lists_every_view_with_its_columns(service: Desk) -> None:
    listed = {
        name: re.findall(r"`(\w+)`", columns)
        for name, columns in re.findall(ROW, DOCUMENT.read_text(), re.MULTILINE)
    }
    assert listed == views(service.conninfo)
