"""The feed followed live: nothing is missing, nothing comes twice, and it ends when somebody goes."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any, NamedTuple

import httpx
import pytest

from api import event_stream
from tests.api.conftest import ClientFor
from tests.api.crm import Crm, ok, refused
from tests.api.running import RunningService, running_service

LIVE = {"Accept": "text/event-stream"}
PATIENCE_SECONDS = 120.0


class Sent(NamedTuple):
    """One message of a stream: its id, and its event if it has one."""

    id: int
    event: Any


@contextmanager
def following(client: httpx.Client, last: int | None = None, **query: Any) -> Iterator[Iterator[Sent]]:
    headers = LIVE | ({"Last-Event-ID": str(last)} if last is not None else {})
    with client.stream("GET", "/v1/events", params=query, headers=headers) as response:
        assert response.status_code == 200
        assert response.headers["content-type"].startswith("text/event-stream")
        yield messages(response.iter_lines())


def messages(lines: Iterator[str]) -> Iterator[Sent]:
    fields: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(": ")
        if line:
            fields[name] = value
        elif fields:
            if "id" in fields:
                yield Sent(int(fields["id"]), json.loads(fields["data"]) if "data" in fields else None)
            fields = {}


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_reader_gets_what_there_is_and_then_what_comes(
    client: httpx.Client, crm: Crm, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is told when there is something: nobody looks by the clock here."""
    monkeypatch.setattr(event_stream, "HEARTBEAT_SECONDS", 3_600.0)
    start = crm.position()
    crm.contact()
    with following(client, after=start) as stream:
        assert next(stream).id == start + 1
        contact = crm.contact()
        sent = next(stream)
    assert sent.id == sent.event["position"] == start + 2
    assert sent.event["stream"] == f"contact-{contact['no']}"
    assert sent.event == ok(client.get("/v1/events", params={"after": start + 1, "limit": 1}))["items"][0]


def test_a_reader_of_one_type_or_stream_gets_no_other(client: httpx.Client, crm: Crm) -> None:
    start = crm.position()
    crm.contact()
    with following(client, after=start, type="segment.created.1") as stream:
        no = crm.segment()["no"]
        assert next(stream).event["stream"] == f"segment-{no}"
    with following(client, after=start, stream=f"segment-{no}") as stream:
        crm.contact()
        ok(client.patch(f"/v1/segments/{no}", json={"description": "Spring"}))
        assert [next(stream).event["version"] for _ in range(2)] == [1, 2]


def test_a_reader_goes_on_where_it_stopped(client: httpx.Client, crm: Crm) -> None:
    start = crm.position()
    crm.contacts(["A", "B", "C"])
    with following(client, last=start + 1, after=0) as stream:
        assert [next(stream).id for _ in range(2)] == [start + 2, start + 3]


def test_while_nothing_happens_the_connection_is_kept_and_says_how_far_it_is(
    client: httpx.Client, crm: Crm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_stream, "HEARTBEAT_SECONDS", 0.05)
    position = crm.position()
    with following(client, after=0, type="nothing.is-this.1") as stream:
        assert next(stream) == Sent(position, None)


def test_who_may_not_read_the_feed_may_not_follow_it(
    client_for: ClientFor, anonymous: httpx.Client, client: httpx.Client
) -> None:
    refused(anonymous.get("/v1/events", headers=LIVE), "unauthorized")
    refused(client_for("marketer").get("/v1/events", headers=LIVE), "forbidden")
    refused(client.get("/v1/events", headers=LIVE | {"Last-Event-ID": "x"}), "invalid-request")
    refused(client.get("/v1/events", headers={"Last-Event-ID": "-1"}), "invalid-request")
    refused(client.get("/v1/events", params={"limit": 0}), "invalid-request")
    refused(client.get("/v1/events", params={"limit": 1_001}), "invalid-request")


def test_a_reader_of_pages_goes_on_behind_what_it_did_not_want(client: httpx.Client, crm: Crm) -> None:
    """Nothing of the type is left: next time it need not look at the same events again."""
    position = crm.position()
    page = ok(client.get("/v1/events", params={"type": "nothing.is-this.1"}))
    assert page == {"items": [], "next_after": position}
    later = ok(client.get("/v1/events", params={"after": position + 1_000}))
    assert later == {"items": [], "next_after": position + 1_000}


def test_a_reader_that_breaks_off_a_hundred_times_misses_nothing_and_sees_nothing_twice(
    running: RunningService, client: httpx.Client, crm: Crm
) -> None:
    start, breaks, choose = crm.position(), 100, random.Random(7)
    written = 0
    over = False

    def write() -> None:
        nonlocal written
        with running.client() as writer:
            while not over:
                count = choose.choice([1, 1, 2, 30])
                rows = "\n".join(f"company,Alder {written + n}" for n in range(count))
                answer = writer.post(
                    "/v1/contacts/import",
                    content=f"type,name\n{rows}\n",
                    headers={"Content-Type": "text/csv", "Prefer": "respond-async"},
                )
                assert ok(answer)["registered"] == count
                written += count

    writing = Thread(target=write)
    writing.start()
    seen: list[int] = []
    try:
        for _ in range(breaks):
            with following(client, last=seen[-1] if seen else start) as stream:
                for _ in range(choose.randint(1, 12)):
                    seen.append(next(stream).id)
    finally:
        over = True
        writing.join()
    with following(client, last=seen[-1]) as stream:
        while len(seen) < written:
            seen.append(next(stream).id)
    assert len(seen) >= breaks
    assert seen == list(range(start + 1, start + 1 + written))


def test_a_reader_that_goes_away_is_let_go(running: RunningService, client: httpx.Client) -> None:
    watch = running.service.watch
    until(lambda: watch.followers == 0)
    with following(client, after=0) as stream:
        next(stream)
        until(lambda: watch.followers == 1)
    until(lambda: watch.followers == 0)


def test_many_idle_readers_hold_no_connections_to_the_database(
    running: RunningService, client: httpx.Client, crm: Crm
) -> None:
    """More than the pool has: they would not all be served otherwise, and nobody else would be."""
    position = crm.position()
    readers = 30
    seen: list[int] = []

    def read() -> None:
        with running.client() as reader, following(reader, after=position) as stream:
            seen.append(next(stream).id)

    threads = [Thread(target=read) for _ in range(readers)]
    for thread in threads:
        thread.start()
    until(lambda: running.service.watch.followers == readers)
    crm.contact()
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
    assert seen == [position + 1] * readers


def test_readers_end_when_the_service_stops(postgres_url: str) -> None:
    ended: list[bool] = []

    def read(running: RunningService) -> None:
        with running.client() as reader, following(reader, after=0) as stream:
            for _ in stream:
                pass
        ended.append(True)

    with running_service(postgres_url) as running:
        reader = Thread(target=read, args=(running,))
        reader.start()
        until(lambda: running.service.watch.followers == 1)
        stopped = time.monotonic()
    reader.join(PATIENCE_SECONDS)
    assert ended == [True]
    assert time.monotonic() - stopped < PATIENCE_SECONDS


def test_a_reader_whose_key_is_taken_away_is_let_go(
    running: RunningService, client: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_stream, "HEARTBEAT_SECONDS", 0.05)
    made = ok(client.post("/v1/api-keys", json={"role": "auditor", "user_id": "an auditor"}))
    with running.client(made["key"]) as reader, following(reader, after=0) as stream:
        next(stream)
        ok(client.delete(f"/v1/api-keys/{made['id']}"))
        deadline = time.monotonic() + PATIENCE_SECONDS
        for _ in stream:
            assert time.monotonic() < deadline, "the stream goes on"
    until(lambda: running.service.watch.followers == 0)
