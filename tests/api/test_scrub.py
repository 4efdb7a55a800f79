"""What is left of erased contacts in the database's own files is removed: pages, samples, write-ahead log."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from api.child_service import child_service
from application.event_log import read_models
from application.scrubbing import Scrubbing
from eventstore.embedded_postgres import EmbeddedPostgres
from projections.replay import replay, replays
from tests.api.crm import Crm, ok
from tests.api.forgotten import Story, found_in, values
from tests.api.running import RunningService, running_service
from tests.api.test_serve import register, until

# As users have it, but for waiting for the disk; and nothing packed, so that a search finds what is there.
PLAIN = {"fsync": "off", "synchronous_commit": "off", "wal_compression": "off"}


class Place(NamedTuple):
    """A service on a server of its own, whose files can be searched."""

    root: Path
    running: RunningService

    @property
    def scrubbing(self) -> Scrubbing:
        return self.running.service.scrubbing

    def found(self) -> dict[str, set[str]]:
        """Which values are in which files: tables and indexes, the write-ahead log, what the server says."""
        found = {}
        for file in sorted(self.root.rglob("*")):
            if file.is_file() and (inside := found_in(file.read_bytes(), values())):
                found[str(file.relative_to(self.root))] = inside
        return found

    def ask(self, statement: Any) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.running.service.conninfo, autocommit=True) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    with tempfile.TemporaryDirectory(prefix="segmentlog-tests-") as directory:
        root = Path(directory)
        root.chmod(0o755)
        with (
            EmbeddedPostgres(root, options=PLAIN) as server,
            running_service(server.conninfo()) as running,
        ):
            yield Place(root, running)


@pytest.fixture(scope="module")
def erased(place: Place) -> Story:
    """A contact that was shown by all there is, in a replay and an older version too, and then erased."""
    service = place.running.service
    with place.running.client() as client:
        story = Story(Crm(client, "TS"))
        place.ask("CHECKPOINT")
        before = place.found()
        assert any(name.startswith("pgdata/base/") for name in before)
        assert any(name.startswith("pgdata/pg_wal/") for name in before)

        replay(service.log, read_models(service.log), service.log.position())
        for left in ("segmentlog_contacts_1", "segmentlog_contacts_99_rebuild"):
            place.ask(SQL("CREATE SCHEMA {}").format(Identifier(left)))
            schema = Identifier(service.read_models.schemas["contacts"])
            place.ask(SQL("CREATE TABLE {} AS TABLE {}.contact").format(Identifier(left, "contact"), schema))
        place.ask("ANALYZE")
        story.erase(client)
    return story


def test_after_erasing_the_files_still_hold_values_and_after_scrubbing_none_do(
    place: Place, erased: Story
) -> None:
    left = place.found()
    assert {name.split("/")[1] for name in left} == {"base", "pg_wal"}
    assert len(place.scrubbing.waiting()) == 2

    done = place.scrubbing.scrub()

    assert (done.contacts, done.left) == (2, [])
    assert place.found() == {}
    assert place.scrubbing.waiting() == []


def test_what_serves_is_as_it_was(place: Place, erased: Story) -> None:
    place.scrubbing.scrub()
    with place.running.client() as client:
        assert ok(client.post("/v1/audit/verify"))["ok"]
        assert ok(client.get(f"/v1/contacts/{erased.other['no']}"))["name"] == "Alder Stays"
        assert ok(client.get(f"/v1/contacts/{erased.no}"))["name"] is None
        assert ok(client.get("/health/ready"))["ready"]
    assert len(replays(place.running.service.log)) == 1
    schemas = {name for (name,) in place.ask("SELECT nspname FROM pg_namespace")}
    assert not schemas & {"segmentlog_contacts_1", "segmentlog_contacts_99_rebuild"}


def test_a_service_does_it_by_itself() -> None:
    with tempfile.TemporaryDirectory(prefix="segmentlog-tests-") as directory:
        Path(directory).chmod(0o755)
        environment = {"SEGMENTLOG_SCRUB_SECONDS": "0.5"}
        with child_service(Path(directory), environment=environment) as service, service.client() as client:
            no = register(client, "Zenobia")["no"]
            ok(client.post(f"/v1/contacts/{no}/erase", json={"reason": "Asked to be forgotten"}))
            socket = str(Path(directory) / "postgres" / "run")
            with psycopg.connect(host=socket, user="segmentlog", dbname="segmentlog", autocommit=True) as db:
                removed = "SELECT FROM segmentlog.traces_removed"
                assert until(lambda: db.execute(removed).rowcount == 1)
