"""Requests that are sent again with the same Idempotency-Key."""

from __future__ import annotations

import socket
import time
import tracemalloc
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, ClassVar

import httpx
import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from api.idempotency import claim
from api.keys import ADMIN_USER
from api.service import Service
from tests.api.conftest import ClientFor
from tests.api.crm import Crm, ok, places, refused
from tests.api.running import RunningService

HEADERS = ("etag", "event-position", "location", "content-type")


def key(value: str) -> dict[str, str]:
    return {"Idempotency-Key": value}


@contextmanager
def nothing_can_be_saved(
    service: Service, schema: str = "segmentlog", table: str = "log_head"
) -> Iterator[Callable[[], None]]:
    """A writer so slow that whoever saves waits for it; gives what waits until somebody does."""
    waiting = (
        "SELECT FROM pg_stat_activity WHERE datname = current_database()"
        " AND cardinality(pg_blocking_pids(pid)) > 0"
    )
    with psycopg.connect(service.conninfo) as slow, psycopg.connect(service.conninfo) as looking:
        slow.execute(SQL("LOCK TABLE {} IN EXCLUSIVE MODE").format(Identifier(schema, table)))
        looking.autocommit = True

        def somebody_waits() -> None:
            deadline = time.monotonic() + 60
            while not looking.execute(waiting).rowcount:
                assert time.monotonic() < deadline, "nobody saves anything"

        yield somebody_waits


class TestTheSameRequestAgain:
    def test_needs_a_key_of_the_service_too(self, anonymous: httpx.Client, rnd: str) -> None:
        refused(anonymous.post("/v1/segments", json={}, headers=key(rnd)), "unauthorized")

    def test_is_not_for_a_role_that_may_not(self, client_for: ClientFor, rnd: str) -> None:
        refused(client_for("auditor").post("/v1/segments", json={}, headers=key(rnd)), "forbidden")

    @pytest.mark.parametrize(
        ("path", "body"),
        [
            ("/v1/segments", {"description": "Once"}),
            ("/v1/contacts", {"name": "Alder"}),
            ("/v1/campaigns", {"description": "Once"}),
        ],
    )
    def test_makes_one_thing_and_answers_alike(
        self, client: httpx.Client, crm: Crm, rnd: str, path: str, body: Any
    ) -> None:
        first = client.post(path, json=body, headers=key(rnd))
        before = crm.position()
        again = client.post(path, json=body, headers=key(rnd))

        assert ok(first) == ok(again)
        assert again.status_code == 201
        assert [first.headers.get(name) for name in HEADERS] == [again.headers.get(name) for name in HEADERS]
        assert crm.position() == before

    def test_does_not_do_it_again_to_a_thing_that_changed(
        self, client: httpx.Client, crm: Crm, rnd: str
    ) -> None:
        segment, contact = crm.segment()["no"], crm.contact()["no"]
        path = f"/v1/segments/{segment}/criteria-actions"
        body = {"action": "add_contacts", "filters": {"contact": {"no": contact}}}
        first = ok(client.post(path, json=body, headers=key(rnd)))
        ok(client.post(f"/v1/segments/{segment}/go-back"))

        assert ok(client.post(path, json=body, headers=key(rnd))) == first
        assert ok(client.get(f"/v1/segments/{segment}"))["number_of_lines"] == 0

    def test_logs_once(self, client: httpx.Client, crm: Crm, rnd: str) -> None:
        path = f"/v1/segments/{crm.loggable()['no']}/log"

        first = ok(client.post(path, json={"create_follow_up": True}, headers=key(rnd)))
        assert ok(client.post(path, json={"create_follow_up": True}, headers=key(rnd))) == first
        refused(client.post(path, json={"create_follow_up": True}), "segment-logged")

    def test_that_changes_nothing_answers_alike_too(self, client: httpx.Client, crm: Crm, rnd: str) -> None:
        segment = crm.segment()["no"]
        path = f"/v1/segments/{segment}/reset-criteria"
        first = ok(client.post(path, headers=key(rnd)))
        ok(client.patch(f"/v1/segments/{segment}", json={"description": "Changed"}))

        assert ok(client.post(path, headers=key(rnd))) == first

    def test_at_the_same_moment_makes_one_thing(
        self, running: RunningService, client: httpx.Client, crm: Crm, rnd: str
    ) -> None:
        def create(_: int) -> httpx.Response:
            return client.post("/v1/segments", json={"description": f"Once {rnd}"}, headers=key(rnd))

        with ThreadPoolExecutor(8) as threads:
            answers = list(threads.map(create, range(16)))

        assert {answer.status_code for answer in answers} == {201}
        assert len({ok(answer)["no"] for answer in answers}) == 1
        assert len({answer.headers["location"] for answer in answers}) == 1
        found = ok(client.get("/v1/segments", params={"description": f"Once {rnd}", "count": "true"}))
        assert found["total"] == 1

    @pytest.mark.parametrize("attempt", range(5))
    def test_logs_once_at_the_same_moment(
        self, client: httpx.Client, crm: Crm, rnd: str, attempt: int
    ) -> None:
        segment = crm.loggable(3)["no"]

        def log(_: int) -> httpx.Response:
            return client.post(f"/v1/segments/{segment}/log", headers=key(rnd))

        with ThreadPoolExecutor(6) as threads:
            answers = list(threads.map(log, range(6)))

        assert len({ok(answer)["logged_segment"]["entry_no"] for answer in answers}) == 1
        entries = ok(client.get("/v1/logged-segments", params={"segment_no": segment}))["items"]
        assert len(entries) == 1

    def test_under_a_typed_number_makes_one_thing_at_the_same_moment(
        self, client: httpx.Client, rnd: str
    ) -> None:
        def register(number: int) -> httpx.Response:
            no = f"{rnd}{number // 4}"
            return client.post("/v1/contacts", json={"no": no, "name": "Alder"}, headers=key(no))

        with ThreadPoolExecutor(8) as threads:
            answers = list(threads.map(register, range(40)))

        assert [answer.status_code for answer in answers] == [201] * 40
        assert [ok(answer)["no"] for answer in answers] == [f"{rnd}{number // 4}" for number in range(40)]


class TestAnImport:
    """It saves more than once, so its key is claimed for as long as it takes."""

    CSV: ClassVar = {"Content-Type": "text/csv"}

    def test_is_refused_to_a_role_that_may_not_before_it_has_come(
        self, running: RunningService, client: httpx.Client, rnd: str
    ) -> None:
        """A reporter's key must not be enough to fill memory or disk."""
        made = client.post("/v1/api-keys", json={"role": "reporter", "user_id": "a reporter"})
        bearer = f"Authorization: Bearer {ok(made)['key']}"
        address = httpx.URL(running.base_url)
        head = (
            *("POST /v1/contacts/import HTTP/1.1", f"Host: {address.host}", "Content-Length: 1000000000"),
            *(bearer, "Content-Type: text/csv", f"Idempotency-Key: {rnd}", "", "no,name\n"),
        )
        with socket.create_connection((address.host, address.port or 80), timeout=60) as connection:
            connection.sendall("\r\n".join(head).encode())
            assert connection.recv(1_000).startswith(b"HTTP/1.1 403")

    def test_is_kept_on_disk_and_not_in_memory(self, client: httpx.Client, rnd: str) -> None:
        """The contract: it streams. Most of this file is one line that is too long to be a row."""

        def file() -> Iterator[bytes]:
            yield f"no,name\n{rnd}1,Alder\n".encode()
            for _ in range(800):
                yield b"x" * 100_000
            yield f"\n{rnd}2,Birch\n".encode()

        tracemalloc.start()
        try:
            answer = ok(client.post("/v1/contacts/import", content=file(), headers=self.CSV | key(rnd)))
            _, most = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert (answer["registered"], answer["rejected_total"]) == (2, 1)
        assert most < 40_000_000

    @pytest.mark.parametrize(
        ("path", "rows"),
        [
            ("/v1/contacts/import", "name\nAlder {rnd}\n"),
            ("/v1/value-entries/import", "source_type,source_no\ncustomer,{rnd}\n"),
        ],
    )
    def test_that_is_sent_again_meanwhile_is_refused_and_done_once(
        self, running: RunningService, client: httpx.Client, rnd: str, path: str, rows: str
    ) -> None:
        def send() -> httpx.Response:
            content = rows.format(rnd=rnd)
            return client.post(path, content=content, headers=self.CSV | key(rnd))

        with ThreadPoolExecutor(1) as other, nothing_can_be_saved(running.service) as somebody_waits:
            first = other.submit(send)
            somebody_waits()
            again = send()

        problem = refused(again, "conflict")
        assert "Idempotency-Key" in problem["detail"]
        assert int(again.headers["retry-after"]) > 0
        assert ok(first.result())["registered"] == 1
        assert ok(send()) == ok(first.result())
        if path == "/v1/contacts/import":
            assert len(ok(client.get("/v1/contacts", params={"name": f"*{rnd}"}))["items"]) == 1

    def test_that_died_leaves_its_key_free(
        self, running: RunningService, client: httpx.Client, rnd: str
    ) -> None:
        def send() -> httpx.Response:
            headers = self.CSV | key(rnd)
            return client.post("/v1/contacts/import", content=f"no,name\n{rnd},Alder\n", headers=headers)

        held = claim(running.service, ADMIN_USER, rnd)
        assert held is not None
        refused(send(), "conflict")
        process = held.info.backend_pid
        with psycopg.connect(running.service.conninfo, autocommit=True) as connection:
            connection.execute("SELECT pg_terminate_backend(%s, 10000)", (process,))
        held.close()

        assert ok(send())["registered"] == 1

    def test_that_failed_leaves_its_key_free(self, client: httpx.Client, rnd: str) -> None:
        wrong, right = f"no,nickname\n{rnd},Alder\n", f"no,name\n{rnd},Alder\n"
        headers = self.CSV | key(rnd)
        refused(client.post("/v1/contacts/import", content=wrong, headers=headers), "invalid-request")

        assert ok(client.post("/v1/contacts/import", content=right, headers=headers))["registered"] == 1

    def test_of_another_file_with_the_same_key_is_refused(self, client: httpx.Client, rnd: str) -> None:
        headers = self.CSV | key(rnd)
        ok(client.post("/v1/contacts/import", content=f"no,name\n{rnd}1,Alder\n", headers=headers))

        other = client.post("/v1/contacts/import", content=f"no,name\n{rnd}2,Birch\n", headers=headers)
        refused(other, "idempotency-key-reused")


class TestAnotherRequest:
    @pytest.mark.parametrize(
        "body", [{"description": "Another"}, {}, {"description": "Once", "subject": "s"}]
    )
    def test_with_the_same_key_is_refused(self, client: httpx.Client, crm: Crm, rnd: str, body: Any) -> None:
        ok(client.post("/v1/segments", json={"description": "Once"}, headers=key(rnd)))
        before = crm.position()

        refused(client.post("/v1/segments", json=body, headers=key(rnd)), "idempotency-key-reused")
        assert crm.position() == before

    def test_to_another_address_is_refused(self, client: httpx.Client, crm: Crm, rnd: str) -> None:
        one, other = crm.segment()["no"], crm.segment()["no"]
        body = {"action": "add_contacts", "filters": {"contact": {"no": "NONE"}}}
        ok(client.post(f"/v1/segments/{one}/criteria-actions", json=body, headers=key(rnd)))

        path = f"/v1/segments/{other}/criteria-actions"
        refused(client.post(path, json=body, headers=key(rnd)), "idempotency-key-reused")

    def test_with_other_parameters_is_refused(self, client: httpx.Client, crm: Crm, rnd: str) -> None:
        path = f"/v1/segments/{crm.loggable()['no']}/log"
        ok(client.post(path, params={"dry_run": "true"}, headers=key(rnd)))

        refused(client.post(path, headers=key(rnd)), "idempotency-key-reused")

    def test_on_another_work_date_is_refused(self, client: httpx.Client, rnd: str) -> None:
        march, april = {"Work-Date": "2026-03-01"}, {"Work-Date": "2026-04-01"}
        first = ok(client.post("/v1/segments", json={}, headers=key(rnd) | march))
        assert first["date"] == "2026-03-01"

        for on in (april, {}):
            refused(client.post("/v1/segments", json={}, headers=key(rnd) | on), "idempotency-key-reused")
        assert ok(client.post("/v1/segments", json={}, headers=key(rnd) | march)) == first

    def test_of_another_user_with_the_same_key_is_separate(
        self, client: httpx.Client, client_for: ClientFor, rnd: str
    ) -> None:
        mine = ok(client.post("/v1/segments", json={"description": "Mine"}, headers=key(rnd)))
        theirs = client_for("marketer").post("/v1/segments", json={"description": "Theirs"}, headers=key(rnd))

        assert ok(theirs)["description"] == "Theirs"
        assert ok(theirs)["no"] != mine["no"]

    def test_at_the_same_moment_leaves_the_first_answer(
        self, running: RunningService, client: httpx.Client, rnd: str
    ) -> None:
        def make_key() -> httpx.Response:
            return client.post("/v1/api-keys", json={"role": "reporter", "user_id": rnd}, headers=key(rnd))

        def create() -> httpx.Response:
            return client.post("/v1/segments", json={"description": rnd}, headers=key(rnd))

        keys = nothing_can_be_saved(running.service, "segmentlog_api", "api_key")
        with ThreadPoolExecutor(1) as other, keys as somebody_waits:
            slow = other.submit(make_key)
            somebody_waits()
            first = ok(create())

        assert ok(slow.result())["user_id"] == rnd
        assert ok(create()) == first
        refused(make_key(), "idempotency-key-reused")


class TestAFailedRequest:
    def test_can_be_sent_again_once_it_is_possible(self, client: httpx.Client, crm: Crm, rnd: str) -> None:
        segment = crm.loggable(description=None)["no"]
        refused(client.post(f"/v1/segments/{segment}/log", headers=key(rnd)), "mandatory-field")
        ok(client.patch(f"/v1/segments/{segment}", json={"description": "Now"}))

        assert ok(client.post(f"/v1/segments/{segment}/log", headers=key(rnd)))["logged_segment"]

    def test_can_be_corrected_under_the_same_key(self, client: httpx.Client, rnd: str) -> None:
        refused(client.post("/v1/segments", json={"unit_cost": -1}, headers=key(rnd)), "invalid-request")

        assert ok(client.post("/v1/segments", json={"unit_cost": 1}, headers=key(rnd)))["unit_cost"] == "1"

    def test_does_not_use_up_the_key_of_a_thing_that_is_there_already(
        self, client: httpx.Client, crm: Crm, rnd: str
    ) -> None:
        contact = crm.contact()
        body = {"no": contact["no"], "name": "Alder"}
        refused(client.post("/v1/contacts", json=body, headers=key(rnd)), "already-exists")

        assert ok(client.post("/v1/contacts", json={"name": "Alder"}, headers=key(rnd)))


class TestTheKey:
    def test_may_have_200_characters(self, client: httpx.Client, rnd: str) -> None:
        assert ok(client.post("/v1/segments", json={}, headers=key(rnd.ljust(200, "x"))))

    @pytest.mark.parametrize("path", ["/v1/segments", "/v1/contacts", "/v1/api-keys"])
    def test_of_more_is_refused(self, client: httpx.Client, crm: Crm, path: str) -> None:
        before = crm.position()
        response = client.post(path, json={"name": "Alder"}, headers=key("x" * 201))

        assert places(refused(response, "invalid-request")) == [["Idempotency-Key"]]
        assert crm.position() == before

    def test_that_is_empty_is_none(self, client: httpx.Client) -> None:
        one, other = (ok(client.post("/v1/segments", json={}, headers=key(""))) for _ in range(2))

        assert one["no"] != other["no"]


def test_a_new_api_key_is_not_kept_for_the_repetition(client: httpx.Client, rnd: str) -> None:
    headers = {"Idempotency-Key": f"{rnd}-key"}
    body = {"role": "reporter", "user_id": "somebody"}
    first, again = (client.post("/v1/api-keys", json=body, headers=headers).json() for _ in range(2))
    assert first["key"] is not None
    assert again == first | {"key": None}


def test_an_api_key_is_made_once_at_the_same_moment(client: httpx.Client, rnd: str) -> None:
    def make(_: int) -> httpx.Response:
        body = {"role": "reporter", "user_id": "somebody", "description": rnd}
        return client.post("/v1/api-keys", json=body, headers=key(rnd))

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(make, range(16)))

    for answer in answers:
        if answer.status_code != 201:
            assert int(answer.headers["retry-after"]) > 0
            refused(answer, "conflict")
    assert sum(answer.status_code == 201 and answer.json()["key"] is not None for answer in answers) == 1
    assert len(ok(client.get("/v1/api-keys", params={"description": rnd}))["items"]) == 1
