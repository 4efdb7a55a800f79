"""A running service for all HTTP tests, and clients that may do this or that on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import count

import httpx
import pytest

from application.journal import Role
from tests.api.crm import Crm
from tests.api.running import RunningService, running_service

ClientFor = Callable[[Role], httpx.Client]
_numbers = count(10_000)


@pytest.fixture(scope="session")
def running(postgres_url: str) -> Iterator[RunningService]:
    with running_service(postgres_url) as service:
        yield service


@pytest.fixture(scope="session")
def client(running: RunningService) -> Iterator[httpx.Client]:
    """An admin."""
    with running.client() as admin:
        yield admin


@pytest.fixture(scope="session")
def client_for(running: RunningService, client: httpx.Client) -> Iterator[ClientFor]:
    """Somebody in a role, the same one every time."""
    clients: dict[Role, httpx.Client] = {}
    with ExitStack() as stack:

        def somebody(role: Role) -> httpx.Client:
            if role not in clients:
                made = client.post("/v1/api-keys", json={"role": role, "user_id": f"a {role}"})
                clients[role] = stack.enter_context(running.client(made.json()["key"]))
            return clients[role]

        yield somebody


@pytest.fixture(scope="session")
def anonymous(running: RunningService) -> Iterator[httpx.Client]:
    with running.anybody() as nobody:
        yield nobody


@pytest.fixture
def rnd() -> str:
    """A code that no other test uses, short enough to put something behind it."""
    return f"T{next(_numbers)}"


@pytest.fixture
def crm(client: httpx.Client, rnd: str) -> Crm:
    """Makes what a test needs, under numbers that begin with `rnd`."""
    return Crm(client, rnd)
