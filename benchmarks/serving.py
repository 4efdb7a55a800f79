"""Figures of small commands over HTTP: put a contact on a line, by one client and by sixteen.

The service is a `segmentlog serve` with its worker, as users start it, on the base of contacts. A command is
answered when it can be read, as without `Prefer: respond-async`.
"""

from __future__ import annotations

import json
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from threading import Barrier
from typing import ClassVar
from urllib.parse import urlsplit
from uuid import UUID

import httpx
from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
from psycopg.conninfo import conninfo_to_dict
from psycopg.sql import SQL, Identifier

from api.child_service import child_service
from benchmarks.data import COUNTRIES, Base
from benchmarks.figures import Figure
from benchmarks.http_client import Clients, Order
from benchmarks.limits import EmptyTables
from benchmarks.measure import Work

FEW = 10
"""The lines of a small segment."""


class Serving:
    """A service in processes of its own, with whom the benchmark speaks by HTTP only."""

    def __init__(self, base: Base) -> None:
        self.base = base
        self._opened = ExitStack()
        directory = self._opened.enter_context(tempfile.TemporaryDirectory(prefix="segmentlog-serving-"))
        self._service = self._opened.enter_context(
            child_service(Path(directory), environment=base.installation.environment)
        )
        self._client: httpx.Client = self._opened.enter_context(self._service.client())

    def new_segment(self, lines: int) -> str:
        """A worksheet with so many lines."""
        no = str(self._posted("/v1/segments", {"description": "Invitation to the fair"})["no"])
        numbers = f"{self.base.eligible[0]}..{self.base.eligible[lines - 1]}"
        filters = {"contact": {"country_code": COUNTRIES, "no": numbers}}
        action = self._posted(
            f"/v1/segments/{no}/criteria-actions", {"action": "add_contacts", "filters": filters}
        )
        assert action["lines_added"] == lines
        return no

    def additions(self, no: str, count: int) -> list[str]:
        """So many requests that put a contact on a line each, as they go over the wire."""
        address = urlsplit(self._service.address)
        requests = []
        for place in range(count):
            body = json.dumps({"contact_no": self.base.eligible[-1 - place % len(self.base.eligible)]})
            head = (
                f"POST /v1/segments/{no}/lines HTTP/1.1\r\nHost: {address.netloc}\r\n"
                f"Authorization: Bearer {self._service.key}\r\nContent-Type: application/json\r\n"
                f"Content-Length: {len(body)}\r\n\r\n"
            )
            requests.append(head + body)
        return requests

    def clients(self, requests: list[list[str]]) -> Clients:
        """A client for each of these lists, connected."""
        address = urlsplit(self._service.address)
        assert address.hostname is not None
        assert address.port is not None
        return Clients(Order(address.hostname, address.port, 201, requests))

    def _posted(self, path: str, body: object) -> dict[str, object]:
        answer = self._client.post(path, json=body)
        answer.raise_for_status()
        found: dict[str, object] = answer.json()
        return found

    def close(self) -> None:
        """Stop it."""
        self._opened.close()


class StockSegment(Aggregate):
    """A worksheet as the library's own aggregates are made, with an event as small as ours."""

    @event("LineAdded")
    def add_line(self, line_no: int, contact_no: str) -> None:
        self.last = (line_no, contact_no)


class Stock:
    """The library's application as it comes, on PostgreSQL."""

    def __init__(
        self, conninfo: str, tables: EmptyTables, schema: str = "benchmark_stock_application"
    ) -> None:
        self._tables, self._schema = tables, schema
        tables.connection.execute(SQL("CREATE SCHEMA {}").format(Identifier(schema)))
        found = {name: str(value) for name, value in conninfo_to_dict(conninfo).items()}
        self._application: Application[UUID] = Application(
            {
                "PERSISTENCE_MODULE": "eventsourcing.postgres",
                "POSTGRES_DBNAME": found["dbname"],
                "POSTGRES_HOST": found.get("host", ""),
                "POSTGRES_PORT": found.get("port", "5432"),
                "POSTGRES_USER": found.get("user", ""),
                "POSTGRES_PASSWORD": found.get("password", ""),
                "POSTGRES_SCHEMA": schema,
                "POSTGRES_POOL_SIZE": "16",
            }
        )

    def by_threads(self, writers: int, saves: int) -> Work:
        """So many threads that save one event after the other, each of a segment of its own."""
        segments = [StockSegment() for _ in range(writers)]
        self._application.save(*segments)
        start, pool = Barrier(writers), ThreadPoolExecutor(writers)

        def write(segment: StockSegment) -> int:
            start.wait()
            for number in range(1, saves // writers + 1):
                segment.add_line(10_000 * number, "CT000012")
                self._application.save(segment)
            return saves // writers

        def work() -> int:
            with pool:
                return sum(pool.map(write, segments))

        return work

    def close(self) -> None:
        """Give the connections back, and remove the tables."""
        self._application.close()
        self._tables.connection.execute(SQL("DROP SCHEMA {} CASCADE").format(Identifier(self._schema)))


class _Http(Figure):
    """Lines put on segments of one size, each client on a segment of its own."""

    clients: ClassVar[int]
    commands: ClassVar[int]

    def __init__(self, serving: Serving, tables: EmptyTables) -> None:
        self.size = serving.base.selected
        self._latencies: list[float] = []
        self.latencies = self._latencies
        self._serving = serving
        self._segments: dict[int, list[str]] = {}

    def subject(self, run: int) -> Work:
        return self._adding(self.size, self._latencies if run else None)

    def _adding(self, lines: int, latencies: list[float] | None = None) -> Work:
        if lines not in self._segments:
            self._segments[lines] = [self._serving.new_segment(lines) for _ in range(self.clients)]
        each = self.commands // self.clients
        clients = self._serving.clients([self._serving.additions(no, each) for no in self._segments[lines]])

        def work() -> int:
            seconds = clients.run()
            if latencies is not None:
                latencies.extend(seconds)
            return len(seconds)

        return work

    def close(self) -> None:
        """The service is left for the next figure."""


class _HttpAgainstStock(_Http):
    against = "the stock application of the eventsourcing library saving one small event, in-process"

    def __init__(self, serving: Serving, tables: EmptyTables) -> None:
        super().__init__(serving, tables)
        self._stock = Stock(serving.base.installation.conninfo, tables)

    def limit(self, run: int) -> Work:
        return self._stock.by_threads(self.clients, self.commands)

    def close(self) -> None:
        self._stock.close()


class HttpByOne(_HttpAgainstStock):
    key = "http-1"
    name = "Put a contact on a line over HTTP, 1 client"
    clients, commands = 1, 100


class HttpBySixteen(_HttpAgainstStock):
    key = "http-16"
    name = "Put a contact on a line over HTTP, 16 clients"
    reach = 1 / 3
    clients, commands = 16, 400


class HttpFlat(_Http):
    key = "http-flat"
    name = HttpByOne.name
    against = f"the same on a segment of {FEW} lines"
    reach = 1.2
    clients, commands = 1, 100

    def limit(self, run: int) -> Work:
        return self._adding(FEW)
