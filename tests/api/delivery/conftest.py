"""A service that sends, and the mailbox that it sends to."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from application import delivering, delivery_worker
from tests.api.running import RunningService, running_service
from tests.mailbox import Mailbox, mailbox


@pytest.fixture(scope="module")
def box() -> Iterator[Mailbox]:
    with mailbox() as box:
        yield box


@pytest.fixture(scope="module")
def running(postgres_url: str, box: Mailbox) -> Iterator[RunningService]:
    with running_service(postgres_url, delivers=True, mail=box.settings()) as service:
        yield service


@pytest.fixture(scope="module")
def client(running: RunningService) -> Iterator[httpx.Client]:
    with running.client() as admin:
        yield admin


@pytest.fixture
def friendly(box: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing has been sent yet, all is taken, and nobody waits for long."""
    monkeypatch.setattr(delivering, "RETRY_SECONDS", 0.2)
    monkeypatch.setattr(delivery_worker, "POLL_SECONDS", 0.05)
    box.taken.clear()
    box.rcpt = box.data = lambda _: None
