"""What `/metrics` says: counts of this process, and where the log and its read models are.

A scrape reads one row of the log's head, one of each read model and the last checkpoint. The only thing that
grows is the outbox, of which it reads one row for each hundred letters that wait.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import product
from typing import get_args

import psycopg
import structlog
from eventsourcing.persistence import PersistenceError
from prometheus_client import (
    CONTENT_TYPE_PLAIN_0_0_4,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector
from psycopg_pool import PoolTimeout
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.service import Service
from correspondence.outbox import Channel
from correspondence.outbox_figures import State
from eventstore.recorder import head_position

MEDIA_TYPE = CONTENT_TYPE_PLAIN_0_0_4
DATABASE_SECONDS = 2.0
"""How long a scrape waits for a connection; without one it says what the process knows by itself."""
LATENCIES = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
GROUPS = (1, 2, 4, 8, 16, 32, 64)
USUAL_OUTCOMES = {("mail", "sent"): 0, ("mail", "uncertain"): 0, ("print", "sent"): 0}
"""These are told before there are any, so that the first one is seen as a change."""
METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))

logger = structlog.get_logger()


class Metrics:
    """The metrics of one service. What belongs to them elsewhere is registered on `registry`."""

    def __init__(self, service: Service) -> None:
        self.registry = CollectorRegistry()
        labels = ("method", "route", "status")
        self.requests = Counter(
            "segmentlog_http_requests", "Requests answered.", labels, registry=self.registry
        )
        self.seconds = Histogram(
            "segmentlog_http_request_seconds",
            "Seconds until the answer to a request began.",
            ("method", "route"),
            buckets=LATENCIES,
            registry=self.registry,
        )
        self.under_way = Gauge(
            "segmentlog_http_requests_under_way", "Requests that are being answered.", registry=self.registry
        )
        self.registry.register(_ServiceCollector(service))
        ProcessCollector(registry=self.registry)

    def text(self) -> bytes:
        """All of them, in Prometheus' text format."""
        return generate_latest(self.registry)


class MeasuredRequests:
    """Counts and times requests, by the template of their route: never by their own address."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app, self.metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = time.perf_counter()
        status: int | None = None

        def answered(code: int) -> None:
            nonlocal status
            status = code
            method = scope["method"] if scope["method"] in METHODS else "other"
            route = getattr(scope.get("route"), "path", "none")
            self.metrics.seconds.labels(method, route).observe(time.perf_counter() - began)
            self.metrics.requests.labels(method, route, str(code)).inc()

        async def watched(message: Message) -> None:
            if message["type"] == "http.response.start" and status is None:
                answered(message["status"])
            await send(message)

        with self.metrics.under_way.track_inprogress():
            try:
                await self.app(scope, receive, watched)
            except Exception:
                # Somebody outside of this makes the answer.
                if status is None:
                    answered(500)
                raise


class _ServiceCollector(Collector):
    """Asks the service when it is scraped."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def collect(self) -> Iterator[Metric]:
        yield from _saved(self._service)
        yield from _pools(self._service)
        reached = GaugeMetricFamily("segmentlog_database_up", "Whether the database answers.")
        try:
            found = [*_places(self._service), *_deliveries(self._service)]
        except (psycopg.Error, PersistenceError, PoolTimeout) as error:
            logger.warning("the database does not answer a scrape", error=str(error))
            found = []
        reached.add_metric([], 1 if found else 0)
        yield reached
        yield from found


def _saved(service: Service) -> Iterator[Metric]:
    saved = service.log.saved.now()
    yield CounterMetricFamily(
        "segmentlog_events_appended", "Events that this process appended.", value=saved.events
    )
    groups = HistogramMetricFamily(
        "segmentlog_commit_saves", "Saves that were committed together, by this process."
    )
    buckets = [
        (str(float(size)), sum(n for saves, n in saved.groups.items() if saves <= size)) for size in GROUPS
    ]
    commits = sum(saved.groups.values())
    total = sum(saves * n for saves, n in saved.groups.items())
    groups.add_metric([], [*buckets, ("+Inf", commits)], total)
    yield groups


def _pools(service: Service) -> Iterator[Metric]:
    pools = {
        "events": service.log.datastore.pool.get_stats(),
        "read_models": service.read_models.pool_stats(),
        "keys": service.keys.pool_stats(),
    }
    gauges = {
        "pool_max": ("segmentlog_pool_connections_max", "Connections that a pool may have."),
        "pool_size": ("segmentlog_pool_connections", "Connections that a pool has."),
        "pool_available": ("segmentlog_pool_connections_idle", "Connections that nobody uses."),
        "requests_waiting": ("segmentlog_pool_waiting", "Who waits for a connection."),
    }
    for key, (name, text) in gauges.items():
        gauge = GaugeMetricFamily(name, text, labels=["pool"])
        for pool, stats in pools.items():
            gauge.add_metric([pool], stats.get(key, 0))
        yield gauge


def _places(service: Service) -> Iterator[Metric]:
    with service.log.datastore.pool.connection(timeout=DATABASE_SECONDS) as connection:
        position = head_position(connection.cursor())
        sealed = connection.execute(
            "SELECT tree_size, extract(epoch FROM made_at)::float AS made_at FROM checkpoint"
            " ORDER BY tree_size DESC LIMIT 1"
        ).fetchone()
    yield GaugeMetricFamily("segmentlog_log_position", "The position of the last event.", value=position)
    yield GaugeMetricFamily(
        "segmentlog_checkpoint_position",
        "The position up to which events are sealed; 0 before the first checkpoint.",
        value=sealed["tree_size"] if sealed else 0,
    )
    if sealed:
        yield GaugeMetricFamily(
            "segmentlog_checkpoint_timestamp_seconds",
            "When the last checkpoint was made.",
            value=sealed["made_at"],
        )
    at, behind, fed, stuck = (
        GaugeMetricFamily(f"segmentlog_read_model_{name}", text, labels=["name"])
        for name, text in (
            ("position", "The position that a read model holds."),
            ("behind_events", "How many events a read model is behind."),
            ("fed", "Whether a worker feeds the read model."),
            ("stuck", "Whether an error stopped the read model."),
        )
    )
    for name, status in service.read_models.status(position).items():
        at.add_metric([name], status.position)
        behind.add_metric([name], status.behind)
        fed.add_metric([name], status.fed)
        stuck.add_metric([name], status.error is not None)
    yield from (at, behind, fed, stuck)


def _deliveries(service: Service) -> Iterator[Metric]:
    figures = service.outbox.figures(patience=DATABASE_SECONDS)
    yield GaugeMetricFamily(
        "segmentlog_outbox_position",
        "The position up to which everything that is to be sent is in the outbox.",
        value=figures.position,
    )
    waiting = GaugeMetricFamily(
        "segmentlog_outbox_waiting", "Letters and mails that are to be sent.", labels=["channel", "state"]
    )
    oldest = GaugeMetricFamily(
        "segmentlog_outbox_oldest_seconds",
        "How long ago the first of them was asked for; 0 when there is none.",
        labels=["channel", "state"],
    )
    found = {(figure.channel, figure.state): figure for figure in figures.waiting}
    for labels in product(get_args(Channel), get_args(State)):
        figure = found.get(labels)
        waiting.add_metric(labels, figure.count if figure else 0)
        oldest.add_metric(labels, figure.oldest_seconds if figure else 0)
    deliveries = CounterMetricFamily(
        "segmentlog_deliveries",
        "Letters and mails that were settled: sent, or the reason why not.",
        labels=["channel", "outcome"],
    )
    for labels, count in sorted((USUAL_OUTCOMES | figures.outcomes).items()):
        deliveries.add_metric(labels, count)
    yield from (waiting, oldest, deliveries)
