"""What every test may ask for: a real PostgreSQL, and an empty database in it."""

import os
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from hypothesis import settings
from psycopg import sql
from psycopg.conninfo import make_conninfo

from eventstore.embedded_postgres import EmbeddedPostgres

# How quick a machine is says nothing against the program; tests that are about time measure it themselves.
settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")

# Nothing a test writes has to survive the machine.
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A server for the whole session: TEST_DATABASE_URL, else one made for the occasion."""
    if given := os.environ.get("TEST_DATABASE_URL"):
        yield given
        return
    # Not in pytest's own temporary directory: as root, the server's account could not reach it.
    with tempfile.TemporaryDirectory(prefix="segmentlog-tests-") as directory:
        Path(directory).chmod(0o755)
        with EmbeddedPostgres(Path(directory), options=FAST) as server:
            yield server.conninfo()


@pytest.fixture
def empty_database(postgres_url: str) -> Iterator[str]:
    name = f"test_{uuid.uuid4().hex}"
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        yield make_conninfo(postgres_url, dbname=name)
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
