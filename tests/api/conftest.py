"""A running service for all HTTP tests, and clients that may do this or that on it."""

from __future__ import annotations

import random
import string
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import httpx
import pytest

from application.journal import Role
from tests.api.crm import Crm
from tests.api.running import RunningService, running_service

ClientFor = Callable[[Role], httpx.Client]


@pytest.fixture(scope="session")
def running(postgres_url: str) -> Iterator[RunningService]:
    with running_service(postgres_url) as service:
        yield service


@pytest.fixture(scope="session")
def base_url(running: RunningService) -> str:
    return running.base_url


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
def anonymous(base_url: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=base_url) as nobody:
        yield nobody


@pytest.fixture
def rnd() -> str:
    """A code that no other test uses, short enough to put something behind it."""
    return "T" + "".join(random.choices(string.ascii_uppercase + string.digits, k=5))


@pytest.fixture
def crm(client: httpx.Client, rnd: str) -> Crm:
    """Makes what a test needs, under numbers that begin with `rnd`."""
    return Crm(client, rnd)
