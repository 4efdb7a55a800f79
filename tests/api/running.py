"""A real service for tests: its own database, read models that keep up, and HTTP on a free port."""

from __future__ import annotations

import socket
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Thread
from typing import Any

import httpx
import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from api.entry import EntrySettings
from api.http_server import HttpServer
from api.service import Service
from correspondence.mail_server import MailSettings
from projections.runner import Runners

ADMIN_KEY = "the key of the tests"
READY_SECONDS = 30.0
ANSWER_SECONDS = 60.0


@dataclass(frozen=True)
class RunningService:
    """A service that answers, and what feeds its read models."""

    base_url: str
    service: Service
    runners: Runners

    def client(self, key: str = ADMIN_KEY) -> httpx.Client:
        """Somebody who comes with this key."""
        return self.anybody(headers={"Authorization": f"Bearer {key}"})

    def anybody(self, **values: Any) -> httpx.Client:
        """Who comes without a key. A 500 is a failure of the service, whatever the test wants."""
        hooks = {"response": [_no_mistake]}
        return httpx.Client(base_url=self.base_url, timeout=ANSWER_SECONDS, event_hooks=hooks, **values)


def _no_mistake(response: httpx.Response) -> None:
    assert response.status_code != 500, f"{response.request.method} {response.request.url}"


@contextmanager
def running_service(
    postgres_url: str,
    entry: EntrySettings | None = None,
    *,
    delivers: bool = False,
    mail: MailSettings | None = None,
) -> Iterator[RunningService]:
    """A service on an empty database, from set-up to the end; it sends letters and mails if it `delivers`."""
    with _database(postgres_url) as conninfo:
        service = Service(conninfo, "segmentlog", entry=entry, mail=mail)
        service.set_up()
        service.keys.first_key(ADMIN_KEY)
        runners = Runners(service.runners())
        runners.start()
        try:
            with _served(service) as base_url:
                _await_ready(base_url)
                worker = service.delivery_worker()
                if delivers:
                    worker.start()
                yield RunningService(base_url, service, runners)
                if delivers:
                    worker.stop()
        finally:
            runners.stop()


def _await_ready(base_url: str) -> None:
    deadline = time.monotonic() + READY_SECONDS
    with httpx.Client(base_url=base_url, timeout=READY_SECONDS) as client:
        while client.get("/health/ready").status_code != 200:
            assert time.monotonic() < deadline, "the read models do not get ready"
            time.sleep(0.01)


@contextmanager
def _database(postgres_url: str) -> Iterator[str]:
    name = f"test_{uuid.uuid4().hex}"
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        yield make_conninfo(postgres_url, dbname=name)
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@contextmanager
def _served(service: Service) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = HttpServer(service)
        thread = Thread(target=server.run, args=([listening],), name="HTTP")
        thread.start()
        deadline = time.monotonic() + READY_SECONDS
        while not server.started:
            assert thread.is_alive(), "the service did not start"
            assert time.monotonic() < deadline, "the service does not get ready"
            time.sleep(0.01)
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(30)
