"""Waiting for read models: until all that were named hold a position, and no longer."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from eventstore import notices
from projections.contacts import Contacts
from projections.read_models import ReadModels
from projections.runner import Runner
from projections.setup import SetupRecords
from tests.projections.conftest import PATIENCE_SECONDS, Desk, until


@pytest.fixture
def models(service: Desk) -> Iterator[ReadModels]:
    """Read models that nobody feeds but the test."""
    log, fed = service.log, [Contacts(), SetupRecords()]
    with closing(ReadModels(log.conninfo, log.schema, fed, log.notices)) as models:
        models.open()
        yield models


def test_who_waits_goes_on_once_all_that_were_named_hold_the_position(
    service: Desk, models: ReadModels
) -> None:
    service.contact()
    last = service.log.position()
    with ThreadPoolExecutor() as pool:
        one = pool.submit(models.wait, last, PATIENCE_SECONDS, ["contacts"])
        both = pool.submit(models.wait, last, PATIENCE_SECONDS)
        with closing(Runner(service.log, Contacts())) as runner:
            runner.catch_up()
        assert one.result(PATIENCE_SECONDS)
        assert not both.done()
        with closing(Runner(service.log, SetupRecords())) as runner:
            runner.catch_up()
        assert both.result(PATIENCE_SECONDS)
    assert models.wait(last, 0)


def test_who_waits_hears_of_what_was_written_while_the_connection_was_lost(
    service: Desk, models: ReadModels, monkeypatch: pytest.MonkeyPatch
) -> None:
    service.contact()
    last = service.log.position()
    monkeypatch.setattr(notices, "LOOK_SECONDS", 1.0)  # before it connects again
    until(
        lambda: service.rows(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND query ~ '^LISTEN'"
        ),
        "it listened",
    )
    with closing(Runner(service.log, Contacts())) as runner:
        runner.catch_up()
    assert models.wait(last, PATIENCE_SECONDS, ["contacts"])


def test_who_waits_in_vain_is_told_so(service: Desk, models: ReadModels) -> None:
    service.contact()
    assert not models.wait(service.log.position(), 0, ["contacts"])
    assert not models.wait(service.log.position(), 0.05, ["contacts"])
