"""Checkpoints made in time, by one at a time, without reading again what is sealed; and brought outside."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import psycopg
import pytest

from eventstore.anchors import (
    Anchored,
    AnchorError,
    Anchors,
    FilePlace,
    HttpPlace,
    Place,
    places,
)
from eventstore.checkpoints import Checkpoints
from eventstore.kept_checkpoints import read_checkpoints
from eventstore.merkle import GrowingTree, proves_consistency, root_of
from eventstore.notes import Signer, read_checkpoint, signer_of
from eventstore.recorder import Datastore, LogRecorder, event_digest
from eventstore.sealer import Sealer
from tests.eventstore.examples import SCHEMA, rows, stored

KEY = Signer("test/log", b"k" * 32)


@pytest.fixture
def datastore(database: str) -> Iterator[Datastore]:
    with closing(Datastore(database, SCHEMA)) as datastore:
        yield datastore


@pytest.fixture
def checkpoints(datastore: Datastore) -> Checkpoints:
    return Checkpoints(datastore, SCHEMA, lambda: KEY)


def record(datastore: Datastore, stream: str, count: int, state: bytes = b"{}") -> None:
    LogRecorder(datastore).insert_events(stored(stream, count, state=state))


def plain_root(conninfo: str, size: int) -> bytes:
    """The root, with the hashes that the database's own function computes."""
    tree = GrowingTree()
    digests = rows(
        conninfo,
        "SELECT event_digest(notification_id, originator_id, originator_version, topic, state)"
        " FROM log_events WHERE notification_id <= %s ORDER BY notification_id",
        [size],
    )
    tree.extend([digest for (digest,) in digests])
    return root_of(tree.peaks())


def test_an_empty_log_has_nothing_to_seal(checkpoints: Checkpoints) -> None:
    assert checkpoints.make() is None
    assert checkpoints.last() is None


def test_each_checkpoint_seals_all_events_and_extends_the_one_before(
    database: str, datastore: Datastore, checkpoints: Checkpoints
) -> None:
    made = []
    for number, count in enumerate((1, 2, 253, 1, 300, 70_000)):
        record(datastore, f"s{number}", count)
        sealed = checkpoints.make()
        assert sealed is not None
        made.append(sealed[0])
        assert checkpoints.make() == (sealed[0], False)
    assert [one.tree_size for one in made] == [1, 3, 256, 257, 557, 70_557]
    for one in made:
        assert one.root == plain_root(database, one.tree_size)
        assert read_checkpoint(one.note) == ("test/log", one.tree_size, one.root)
        assert signer_of(one.note, [KEY.verifier]) == KEY.verifier
    for old in made:
        for new in made:
            if old.tree_size <= new.tree_size:
                path = checkpoints.consistency(old, new)
                assert proves_consistency(old.tree_size, new.tree_size, old.root, new.root, path)
    assert checkpoints.all() == made
    assert rows(database, "SELECT level, count(*) FROM tree_tile GROUP BY 1 ORDER BY 1") == [(0, 275), (1, 1)]


def test_what_is_sealed_is_not_read_again(
    database: str, datastore: Datastore, checkpoints: Checkpoints
) -> None:
    record(datastore, "a", 10_000)
    assert checkpoints.make() is not None
    with psycopg.connect(database) as connection:
        connection.execute(f"ALTER TABLE {SCHEMA}.log_events DISABLE TRIGGER append_only".encode())
        # Were any of them needed, it would be missing.
        connection.execute(f"DELETE FROM {SCHEMA}.log_events WHERE notification_id <= 9984".encode())
    record(datastore, "b", 3)
    sealed = checkpoints.make()
    assert sealed is not None
    assert sealed[0].tree_size == 10_003


def test_several_that_make_one_at_the_same_time_make_one(
    datastore: Datastore, checkpoints: Checkpoints
) -> None:
    record(datastore, "a", 5_000)
    with ThreadPoolExecutor(6) as pool:
        found = [pool.submit(checkpoints.make) for _ in range(6)]
    made = [one.result() for one in found]
    assert sorted(one[1] for one in made if one) == [False] * 5 + [True]
    assert checkpoints.count() == 1


def test_an_event_of_many_bytes_is_sealed_and_proven(datastore: Datastore, checkpoints: Checkpoints) -> None:
    record(datastore, "a", 1, b'{"text":"' + b"x" * 3_000_000 + b'"}')
    made = checkpoints.make()
    assert made is not None
    (proof,) = checkpoints.inclusion(1, 1, made[0])
    event = stored("a", 1, state=b'{"text":"' + b"x" * 3_000_000 + b'"}')[0]
    assert made[0].root == event_digest(1, event)
    assert len(proof.leaf) > 3_000_000


class TestWhenOneIsMade:
    def test_after_so_many_events(self, datastore: Datastore, checkpoints: Checkpoints) -> None:
        sealer = Sealer(checkpoints, Anchors(datastore, SCHEMA, []), events=5, seconds=3600)
        record(datastore, "a", 4)
        assert sealer.step()
        assert checkpoints.count() == 0
        record(datastore, "b", 1)
        assert sealer.step()
        assert checkpoints.count() == 1
        assert sealer.step()
        assert checkpoints.count() == 1

    def test_after_so_much_time_if_there_are_new_events(
        self, datastore: Datastore, checkpoints: Checkpoints
    ) -> None:
        before = datetime.now(UTC) - timedelta(seconds=10)
        assert not checkpoints.due(1000, 1, before)
        record(datastore, "a", 1)
        assert not checkpoints.due(1000, 60, before)
        assert checkpoints.due(1000, 1, before)

    def test_by_a_thread_that_ends_when_told_to(self, datastore: Datastore, checkpoints: Checkpoints) -> None:
        record(datastore, "a", 5)
        sealer = Sealer(checkpoints, Anchors(datastore, SCHEMA, []), events=1, seconds=1)
        sealer.start()
        deadline = time.monotonic() + 30
        while not checkpoints.count() and time.monotonic() < deadline:
            time.sleep(0.01)
        sealer.stop()
        assert checkpoints.count() == 1

    def test_not_with_a_strange_key_and_the_thread_goes_on(
        self, datastore: Datastore, checkpoints: Checkpoints
    ) -> None:
        record(datastore, "a", 5)
        checkpoints.make()
        record(datastore, "b", 5)
        strange = Checkpoints(datastore, SCHEMA, lambda: Signer("test/log", b"o" * 32))
        assert not Sealer(strange, Anchors(datastore, SCHEMA, []), events=1, seconds=1).step()
        assert checkpoints.count() == 1


class TestAnchors:
    def test_get_every_checkpoint_once_also_those_made_before(
        self, datastore: Datastore, checkpoints: Checkpoints, tmp_path: Path
    ) -> None:
        file = tmp_path / "anchors.ndjson"
        anchors = Anchors(datastore, SCHEMA, places(file, None))
        for stream in "abc":
            record(datastore, stream, 2)
            checkpoints.make()
            if stream != "a":
                anchors.catch_up(checkpoints.trusted)
        lines = [json.loads(line) for line in file.read_text().splitlines()]
        made = checkpoints.all()
        assert [(line["tree_size"], line["note"]) for line in lines] == [
            (one.tree_size, one.note) for one in made
        ]
        assert {line["key"] for line in lines} == {str(KEY.verifier)}
        assert [one.note for one in read_checkpoints(file)] == [one.note for one in made]
        assert anchors.where([2, 4, 5]) == {2: [f"file {file}"], 4: [f"file {file}"]}

    def test_are_tried_again_and_one_place_does_not_wait_for_another(
        self, datastore: Datastore, checkpoints: Checkpoints, tmp_path: Path
    ) -> None:
        missing, good = tmp_path / "missing" / "anchors", tmp_path / "anchors"
        both: list[Place] = [FilePlace(missing), FilePlace(good)]
        anchors = Anchors(datastore, SCHEMA, both)
        record(datastore, "a", 2)
        sealer = Sealer(checkpoints, anchors, events=1, seconds=1)
        assert not sealer.step()
        assert len(read_checkpoints(good)) == 1
        with pytest.raises(AnchorError, match="No such file or directory"):
            anchors.catch_up(checkpoints.trusted)
        missing.parent.mkdir()
        assert sealer.step()
        assert missing.read_bytes() == good.read_bytes()

    def test_can_be_an_address(self, datastore: Datastore, checkpoints: Checkpoints) -> None:
        with receiver() as (address, received, answers):
            anchors = Anchors(datastore, SCHEMA, places(None, f"{address}/keep?token=secret"))
            record(datastore, "a", 2)
            made = checkpoints.make()
            assert made is not None
            answers.append(500)
            with pytest.raises(AnchorError, match="answered 500"):
                anchors.catch_up(checkpoints.trusted)
            anchors.catch_up(checkpoints.trusted)
            anchors.catch_up(checkpoints.trusted)
        assert [one["note"] for one in received] == [made[0].note] * 2
        assert anchors.where([2]) == {2: [f"{address}/keep"]}
        with pytest.raises(AnchorError, match=r"http://127\.0\.0\.1"):
            HttpPlace(address).write(Anchored(2, "", "", made[0].note))


@contextmanager
def receiver() -> Iterator[tuple[str, list[Any], list[int]]]:
    """An address that keeps what is posted to it; answers 201 unless told otherwise."""
    received: list[Any] = []
    answers: list[int] = []

    class Keeper(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(answers.pop() if answers else 201)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Keeper) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}", received, answers
        server.shutdown()
        thread.join()
