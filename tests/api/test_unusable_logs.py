"""A log that somebody meddled with: who asks for what cannot be had is told why, in words."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from tests.api.crm import Crm, ok, refused
from tests.api.running import RunningService, running_service


@pytest.fixture
def meddled(postgres_url: str) -> Iterator[RunningService]:
    with running_service(postgres_url) as service:
        yield service


def meddle(running: RunningService, statement: str) -> None:
    """As somebody who may do anything, and stops the triggers."""
    with psycopg.connect(running.service.log.conninfo) as connection:
        connection.execute("SET search_path = segmentlog")
        connection.execute("SET session_replication_role = replica")
        connection.execute(statement.encode())


def test_a_key_that_was_exchanged_and_a_head_that_is_gone(meddled: RunningService) -> None:
    with meddled.client() as client:
        contacts = Crm(client, "MEDDLED").contacts(["Alder", "Birch"])
        meddle(
            meddled,
            "UPDATE personal_key k SET wrapped = o.wrapped FROM personal_key o WHERE o.subject <> k.subject",
        )
        meddled.service.log.forget()
        for contact in contacts:
            problem = refused(client.get(f"/v1/contacts/{contact['no']}"), "unavailable")
            assert "it was changed" in problem["detail"]
        ok(client.post("/v1/segments", json={}))
        meddle(meddled, "DELETE FROM log_head")
        for answer in (client.post("/v1/segments", json={}), client.get("/health/ready")):
            assert "The head of the event log is missing" in refused(answer, "unavailable")["detail"]
