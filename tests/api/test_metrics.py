"""`/metrics`: what it counts, who may read it, and that it knows routes by their template."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from api.entry import EntrySettings
from tests.api.conftest import ClientFor
from tests.api.crm import Crm, ok, refused
from tests.api.running import RunningService, running_service

Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


def scraped(client: httpx.Client) -> Samples:
    response = client.get("/metrics")
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/plain; version=0.0.4")
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(response.text)
        for sample in family.samples
    }


def value(samples: Samples, name: str, /, **labels: str) -> float:
    return samples.get((name, frozenset(labels.items())), 0.0)


@pytest.mark.parametrize("role", ["marketer", "auditor", "reporter", "admin"])
def test_can_be_read_with_any_key(client_for: ClientFor, role: str) -> None:
    assert client_for(role).get("/metrics").status_code == 200  # type: ignore[arg-type]


def test_needs_a_key(anonymous: httpx.Client) -> None:
    refused(anonymous.get("/metrics"), "unauthorized")


def test_counts_requests_by_template_method_and_status(client: httpx.Client, crm: Crm, rnd: str) -> None:
    def counted(samples: Samples, status: str) -> float:
        labels = {"method": "GET", "route": "/v1/segments/{no}", "status": status}
        return value(samples, "segmentlog_http_requests_total", **labels)

    no = crm.segment()["no"]
    before = scraped(client)
    ok(client.get(f"/v1/segments/{no}"))
    refused(client.get(f"/v1/segments/{rnd}X"), "not-found")
    after = scraped(client)

    assert counted(after, "200") == counted(before, "200") + 1
    assert counted(after, "404") == counted(before, "404") + 1
    assert rnd not in client.get("/metrics").text
    timed = value(after, "segmentlog_http_request_seconds_count", method="GET", route="/v1/segments/{no}")
    assert timed >= 2


def test_an_address_that_is_none_makes_no_series_of_its_own(client: httpx.Client, rnd: str) -> None:
    client.get(f"/{rnd}")
    client.request("BREW", f"/{rnd}")
    samples = scraped(client)
    assert value(samples, "segmentlog_http_requests_total", method="GET", route="none", status="404") >= 1
    assert all(rnd not in str(labels) and "BREW" not in str(labels) for _, labels in samples)


def test_says_where_the_log_and_its_read_models_are(client: httpx.Client, crm: Crm) -> None:
    before = scraped(client)
    crm.segment()
    after = scraped(client)
    ready = ok(client.get("/health/ready"))

    appended = "segmentlog_events_appended_total"
    assert value(after, appended) > value(before, appended)
    assert value(after, "segmentlog_database_up") == 1
    assert value(after, "segmentlog_log_position") == ready["event_position"]
    for name, model in ready["read_models"].items():
        assert value(after, "segmentlog_read_model_position", name=name) <= model["position"]
        assert value(after, "segmentlog_read_model_fed", name=name) == 1
        assert value(after, "segmentlog_read_model_stuck", name=name) == 0


def test_says_how_saves_are_committed(client: httpx.Client, crm: Crm, running: RunningService) -> None:
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: crm.segment(), range(24)))
    samples = scraped(client)
    saves = value(samples, "segmentlog_commit_saves_sum")
    commits = value(samples, "segmentlog_commit_saves_count")
    assert 0 < commits <= saves
    assert value(samples, "segmentlog_commit_saves_bucket", le="64.0") == commits
    assert value(samples, "segmentlog_commit_saves_bucket", le="+Inf") == commits


def test_says_how_connections_are_used(client: httpx.Client) -> None:
    samples = scraped(client)
    for pool in ("events", "read_models", "keys"):
        most = value(samples, "segmentlog_pool_connections_max", pool=pool)
        assert 0 < value(samples, "segmentlog_pool_connections", pool=pool) <= most


def test_says_up_to_where_events_are_sealed(client: httpx.Client, crm: Crm) -> None:
    crm.segment()
    sealed = ok(client.post("/v1/audit/checkpoints"))["tree_size"]
    samples = scraped(client)
    assert value(samples, "segmentlog_checkpoint_position") == sealed
    assert value(samples, "segmentlog_checkpoint_timestamp_seconds") > 1_700_000_000


def test_need_no_key_where_they_are_open_and_all_else_does(postgres_url: str) -> None:
    with (
        running_service(postgres_url, EntrySettings(open_metrics=True)) as opened,
        opened.anybody() as nobody,
    ):
        assert "segmentlog_log_position 0.0" in nobody.get("/metrics").text
        refused(nobody.get("/v1/segments"), "unauthorized")
