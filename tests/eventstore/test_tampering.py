"""Every way to tamper with a sealed log, done directly in the database as its owner could: found, and where.

The log has 600 events, sealed at 300, 450 and 600; so the stored tree has two full pieces, of 512 events.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
import pytest
from eventsourcing.persistence import StoredEvent
from psycopg import Connection
from psycopg.sql import SQL, Identifier

from eventstore.anchors import AnchorError, Anchors, FilePlace
from eventstore.checkpoints import Checkpoints, SealError
from eventstore.kept_checkpoints import read_checkpoints
from eventstore.notes import Signer
from eventstore.recorder import Datastore, LogRecorder, event_digest, link
from eventstore.verify import Verification, verify
from tests.eventstore.examples import SCHEMA, digest, rows, stored

KEY = Signer("test/log", b"k" * 32)
OTHER_KEY = Signer("test/log", b"o" * 32)
CONTENT = b"a content"
NAMES_IT = b'{"parts":[{"sha256":"%s"}]}' % digest(CONTENT).encode()
OURS = ("log_events", "tree_tile", "checkpoint", "checkpoint_anchored")


class Victim(NamedTuple):
    """A sealed log, and the file outside that its checkpoints were written to."""

    conninfo: str
    datastore: Datastore
    anchor: Path

    def verify(self, *, outside: bool = False, keys: Sequence[Signer] = (KEY,)) -> Verification:
        return verify(
            self.conninfo,
            SCHEMA,
            keys=[key.verifier for key in keys],
            outside=read_checkpoints(self.anchor) if outside else (),
        )

    def tamper(self, *works: str | Callable[[Connection[Any]], None]) -> None:
        """As the owner of the tables, with the triggers switched off."""
        with psycopg.connect(self.conninfo) as connection:
            connection.execute(SQL("SET search_path = {}").format(Identifier(SCHEMA)))
            for table in OURS:
                connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER append_only".encode())
            for work in works:
                if isinstance(work, str):
                    connection.execute(work.encode())
                else:
                    work(connection)
            for table in OURS:
                connection.execute(f"ALTER TABLE {table} ENABLE TRIGGER append_only".encode())

    def seal(self, key: Signer = KEY) -> None:
        made = Checkpoints(self.datastore, SCHEMA, lambda: key).make()
        assert made is not None


@pytest.fixture
def victim(database: str, tmp_path: Path) -> Iterator[Victim]:
    with closing(Datastore(database, SCHEMA)) as datastore:
        victim = Victim(database, datastore, tmp_path / "anchors.ndjson")
        recorder = LogRecorder(datastore)
        with psycopg.connect(database) as connection:
            connection.execute(
                f"INSERT INTO {SCHEMA}.content VALUES (sha256(%s), %s)".encode(), [CONTENT] * 2
            )
        for stream, count in (("a", 300), ("b", 150), ("c", 150)):
            events = stored(stream, count - 1) + stored(stream, 1, first=count, state=NAMES_IT)
            recorder.insert_events(events)
            victim.seal()
        Anchors(datastore, SCHEMA, [FilePlace(victim.anchor)]).catch_up([KEY.verifier])
        yield victim


def rechain(connection: Connection[Any]) -> None:
    """Give every event the chain value that goes with what it is now, and the head the last one."""
    rows = connection.execute(
        "SELECT notification_id, originator_id, originator_version, topic, state FROM log_events"
        " ORDER BY notification_id"
    ).fetchall()
    position, chain = 0, link(b"", b"")
    for position, *event in rows:
        if position == 1:
            chain = bytes.fromhex(digest(b""))
        chain = link(chain, event_digest(position, StoredEvent(*event)))
        connection.execute("UPDATE log_events SET chain = %s WHERE notification_id = %s", (chain, position))
    connection.execute("UPDATE log_head SET position = %s, chain = %s", (position, chain))


REMOVED = (
    "DELETE FROM log_events WHERE notification_id = 257",
    "UPDATE log_events SET notification_id = -notification_id WHERE notification_id > 257",
    "UPDATE log_events SET notification_id = -notification_id - 1 WHERE notification_id < 0",
)
"""The gap is closed."""
INSERTED = (
    "UPDATE log_events SET notification_id = -notification_id WHERE notification_id >= 100",
    "UPDATE log_events SET notification_id = 1 - notification_id WHERE notification_id < 0",
    "INSERT INTO log_events VALUES ('x', 1, 'x', '{}', 100, '')",
)
REORDERED = (
    "UPDATE log_events SET notification_id = -notification_id WHERE notification_id IN (20, 30)",
    "UPDATE log_events SET notification_id = notification_id + 50 WHERE notification_id < 0",
)
REWRITTEN = "UPDATE log_events SET state = '{\"forged\":1}' WHERE notification_id >= 400 AND state = '{}'"
FORGET = "DELETE FROM tree_tile; DELETE FROM checkpoint"
CHANGED = "is not what was recorded there: it was changed, moved or inserted"


def test_a_log_that_nobody_touched_is_right(victim: Victim) -> None:
    expected = Verification(True, 600, checkpoints=3)
    assert victim.verify() == expected
    assert victim.verify(outside=True) == expected


@pytest.mark.parametrize(
    ("statements", "position", "words"),
    [
        pytest.param(
            ["UPDATE log_events SET state = '[]' WHERE notification_id = 5"], 5, CHANGED, id="changed data"
        ),
        pytest.param(
            ["UPDATE log_events SET topic = 'x' WHERE notification_id = 301"],
            301,
            CHANGED,
            id="a changed topic",
        ),
        pytest.param(
            ["UPDATE log_events SET originator_id = 'x' WHERE notification_id = 600"],
            *(600, CHANGED),
            id="a changed stream",
        ),
        pytest.param(
            ["UPDATE log_events SET originator_version = 999 WHERE notification_id = 77"],
            *(77, CHANGED),
            id="a changed version",
        ),
        pytest.param(
            ["DELETE FROM log_events WHERE notification_id = 450"],
            *(450, "The event at position 450 is missing"),
            id="a removed event",
        ),
        pytest.param(
            [*INSERTED, "UPDATE log_head SET position = 601"],
            *(100, CHANGED),
            id="an inserted event",
        ),
        pytest.param(
            [*REORDERED],
            *(20, CHANGED),
            id="two events that changed places",
        ),
        pytest.param(
            ["DELETE FROM log_events WHERE notification_id > 590"],
            *(591, "The events from position 591 to 600, the last, are missing"),
            id="an end that was cut off",
        ),
        pytest.param(
            ["UPDATE content SET data = 'other'"],
            *(300, "named by the event at position 300, was changed"),
            id="a changed content",
        ),
        pytest.param(
            ["DELETE FROM content"],
            *(300, "named by the event at position 300, is missing"),
            id="a missing content",
        ),
    ],
)
def test_what_was_done_by_hand_is_found(
    victim: Victim, statements: list[str], position: int, words: str
) -> None:
    victim.tamper(*statements)
    found = victim.verify()
    assert (found.ok, found.first_bad_position) == (False, position)
    assert words in str(found.problem)


@pytest.mark.parametrize(
    ("statements", "position"),
    [
        (("UPDATE log_events SET state = '[]' WHERE notification_id = 5",), 5),
        (("UPDATE log_events SET topic = 'x' WHERE notification_id = 512",), 512),
        (("UPDATE log_events SET originator_id = 'x' WHERE notification_id = 257",), 257),
        (("UPDATE log_events SET originator_version = 999 WHERE notification_id = 256",), 256),
        ((REWRITTEN,), 400),
        (REMOVED, 257),
        (INSERTED, 100),
        (REORDERED, 20),
    ],
    ids=["data", "topic", "stream", "version", "rewritten", "removed", "inserted", "reordered"],
)
def test_a_chain_that_was_computed_anew_does_not_help_against_the_stored_tree(
    victim: Victim, statements: tuple[str, ...], position: int
) -> None:
    victim.tamper(*statements, rechain)
    found = victim.verify()
    assert (found.ok, found.first_bad_position) == (False, position)
    assert "is not the one in the tree that was kept when it was sealed" in str(found.problem)


def test_nor_does_removing_the_tree_help_against_the_checkpoints(victim: Victim) -> None:
    victim.tamper(REWRITTEN, rechain, "DELETE FROM tree_tile")
    found = victim.verify()
    assert (found.ok, found.first_bad_position) == (False, 301)
    assert (
        found.problem == "The events from position 301 to 450 are not those that the checkpoint there sealed."
    )


def test_an_end_that_was_cut_off_with_its_head_is_found_by_the_checkpoints(victim: Victim) -> None:
    victim.tamper("DELETE FROM log_events WHERE notification_id > 590", rechain)
    found = victim.verify()
    assert (found.ok, found.first_bad_position) == (False, 591)
    assert found.problem == "The events from position 591 to 600, which were sealed, are missing."


@pytest.mark.parametrize(
    ("statement", "position", "words"),
    [
        (
            "UPDATE checkpoint SET root = sha256('x') WHERE tree_size = 450",
            301,
            "not what its signed note says",
        ),
        ("UPDATE checkpoint SET tree_size = 449 WHERE tree_size = 450", 301, "not what its signed note says"),
        ("UPDATE checkpoint SET note = 'x' WHERE tree_size = 300", 1, "cannot be read"),
        (
            "UPDATE checkpoint SET note = replace(note, 'test/log', 'best/log') WHERE tree_size = 600",
            *(451, "was not signed with a key of this log"),
        ),
        ("DELETE FROM checkpoint WHERE tree_size > 450", 451, "The checkpoint that sealed the events up to"),
        ("UPDATE tree_tile SET hashes = overlay(hashes PLACING sha256('') FROM 33)", 2, "one or the other"),
        ("UPDATE tree_tile SET root = sha256('') WHERE index = 1", 257, "The stored tree was changed"),
    ],
)
def test_tampering_with_the_seals_is_found(victim: Victim, statement: str, position: int, words: str) -> None:
    victim.tamper(statement)
    found = victim.verify()
    assert (found.ok, found.first_bad_position) == (False, position)
    assert words in str(found.problem)


class TestWhatWasKeptOutside:
    def test_convicts_somebody_who_rewrote_everything_with_the_right_key(self, victim: Victim) -> None:
        victim.tamper(REWRITTEN, rechain, FORGET)
        victim.seal()
        assert victim.verify().ok
        found = victim.verify(outside=True)
        assert (found.ok, found.first_bad_position) == (False, 301)
        assert (
            "The events from position 301 to 450 are not those of the checkpoint that was kept outside"
            in str(found.problem)
        )
        assert "line 2 of" in str(found.problem)

    def test_convicts_somebody_who_cut_off_the_end_and_everything_that_tells_of_it(
        self, victim: Victim
    ) -> None:
        victim.tamper("DELETE FROM log_events WHERE notification_id > 590", rechain, FORGET)
        victim.seal()
        assert victim.verify().ok
        found = victim.verify(outside=True)
        assert (found.ok, found.first_bad_position) == (False, 591)
        assert found.problem == "The events from position 591 to 600, which were sealed, are missing."

    def test_and_says_what_is_missing_where_only_the_end_was_forgotten(self, victim: Victim) -> None:
        victim.tamper(
            *("DELETE FROM log_events WHERE notification_id > 500", rechain),
            *("DELETE FROM tree_tile WHERE index = 1", "DELETE FROM checkpoint WHERE tree_size > 450"),
        )
        assert victim.verify().ok
        found = victim.verify(outside=True)
        assert (found.ok, found.first_bad_position) == (False, 501)
        assert found.problem == "The events from position 501 to 600, which were sealed, are missing."

    def test_convicts_somebody_who_replaced_the_key(self, victim: Victim) -> None:
        victim.tamper(REWRITTEN, rechain, FORGET)
        victim.seal(OTHER_KEY)
        assert victim.verify(keys=[OTHER_KEY]).ok
        found = victim.verify(keys=[OTHER_KEY], outside=True)
        assert (found.ok, found.first_bad_position) == (False, 1)
        assert "was not signed with a key of this log: it was forged, or the key was replaced" in str(
            found.problem
        )

    def test_convicts_somebody_who_removed_a_checkpoint(self, victim: Victim) -> None:
        victim.tamper("DELETE FROM checkpoint WHERE tree_size = 450")
        assert victim.verify().ok
        found = victim.verify(outside=True)
        assert (found.ok, found.first_bad_position) == (False, 301)
        assert "The checkpoint at 450, which was kept outside" in str(found.problem)

    def test_may_be_a_single_note(self, victim: Victim, tmp_path: Path) -> None:
        note = tmp_path / "kept.txt"
        with psycopg.connect(victim.conninfo) as connection:
            row = connection.execute(f"SELECT note FROM {SCHEMA}.checkpoint WHERE tree_size = 450".encode())
            note.write_text(row.fetchall()[0][0])
        victim.tamper(REWRITTEN, rechain, FORGET)
        victim.seal()
        found = victim._replace(anchor=note).verify(outside=True)
        assert (found.ok, found.first_bad_position) == (False, 1)

    @pytest.mark.parametrize("text", ["{}\n", '{"note":"x"}\n', "not a note", ""])
    def test_in_a_file_that_holds_none_is_an_error_and_nothing_against_the_log(
        self, victim: Victim, text: str
    ) -> None:
        victim.anchor.write_text(text)
        with pytest.raises(AnchorError, match=f"{victim.anchor.name} holds no checkpoint"):
            victim.verify(outside=True)

    def test_that_was_spoilt_among_others_is_said(self, victim: Victim) -> None:
        kept = victim.anchor.read_text().splitlines()
        victim.anchor.write_text("\n".join([kept[0], "{}", *kept[2:]]) + "\n")
        found = victim.verify(outside=True)
        assert (found.ok, found.first_bad_position) == (False, None)
        assert found.problem == f"line 2 of {victim.anchor} is no checkpoint."

    @pytest.mark.parametrize("indent", [None, 2])
    def test_may_be_an_answer_of_the_service_or_a_list_of_them(
        self, victim: Victim, tmp_path: Path, indent: int | None
    ) -> None:
        lines = [json.loads(line) for line in victim.anchor.read_text().splitlines()]
        answer, page = tmp_path / "today.json", tmp_path / "all.json"
        answer.write_text(json.dumps(lines[0] | {"root": "", "anchored": []}, indent=indent))
        page.write_text(json.dumps({"items": lines, "next_cursor": None}, indent=indent))
        assert [one.note for one in read_checkpoints(answer)] == [lines[0]["note"]]
        assert [one.note for one in read_checkpoints(page)] == [line["note"] for line in lines]
        victim.tamper(REWRITTEN, rechain, FORGET)
        victim.seal()
        for file in (answer, page):
            assert not victim._replace(anchor=file).verify(outside=True).ok


class TestTheKey:
    def test_that_signed_must_be_one_that_is_known(self, victim: Victim) -> None:
        found = victim.verify(keys=[OTHER_KEY])
        assert (found.ok, found.first_bad_position) == (False, 1)
        assert "the key was replaced" in str(found.problem)

    def test_that_was_used_earlier_may_be_known_as_well(self, victim: Victim) -> None:
        LogRecorder(victim.datastore).insert_events(stored("d", 1))
        changed = Checkpoints(victim.datastore, SCHEMA, lambda: OTHER_KEY, [KEY.verifier])
        assert changed.make() is not None
        assert victim.verify(keys=[OTHER_KEY, KEY]).ok
        found = victim.verify(keys=[KEY])
        assert (found.ok, found.first_bad_position) == (False, 601)

    def test_must_be_known_before_more_is_sealed(self, victim: Victim) -> None:
        LogRecorder(victim.datastore).insert_events(stored("d", 1))
        with pytest.raises(SealError, match="was signed with another key than this service has"):
            Checkpoints(victim.datastore, SCHEMA, lambda: OTHER_KEY).make()


def test_nothing_is_sealed_on_top_of_a_log_that_is_not_what_was_sealed(victim: Victim) -> None:
    victim.tamper("UPDATE log_events SET state = '[]' WHERE notification_id = 599", rechain)
    LogRecorder(victim.datastore).insert_events(stored("d", 1))
    with pytest.raises(SealError, match="The log is not what the checkpoint at 600 sealed"):
        victim.seal()


def test_pieces_that_are_checked_at_the_same_time_say_the_same(
    victim: Victim, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("eventstore.verify.MANY_EVENTS", 1)
    LogRecorder(victim.datastore).insert_events(stored("many", 12_000))
    victim.seal()
    one, two = (
        verify(victim.conninfo, SCHEMA, keys=[KEY.verifier], processes=processes) for processes in (1, 2)
    )
    assert one == two == Verification(True, 12_600, checkpoints=4)

    for position in (9_000, 4_097, 4_096, 1):
        victim.tamper(f"DELETE FROM log_events WHERE notification_id = {position}")
        one, two = (
            verify(victim.conninfo, SCHEMA, keys=[KEY.verifier], processes=processes) for processes in (1, 2)
        )
        assert one == two
        assert one.first_bad_position == position


def test_a_whole_piece_that_is_missing_is_found(victim: Victim) -> None:
    LogRecorder(victim.datastore).insert_events(stored("many", 12_000))
    victim.tamper("DELETE FROM log_events WHERE notification_id BETWEEN 4097 AND 8192")
    found = victim.verify()
    assert (found.ok, found.first_bad_position) == (False, 4097)


@pytest.mark.parametrize("index", [0, 1])
class TestAPieceOfTheTreeThatIsLost:
    def lose(self, victim: Victim, index: int) -> None:
        victim.tamper(f"DELETE FROM tree_tile WHERE level = 0 AND index = {index}")

    def test_is_found_though_no_event_is_wrong(self, victim: Victim, index: int) -> None:
        self.lose(victim, index)
        found = victim.verify(outside=True)
        assert (found.ok, found.events, found.first_bad_position) == (False, 600, None)
        assert f"A piece of the stored tree is missing (level 0, index {index}," in str(found.problem)

    def test_stops_no_proof(self, victim: Victim, index: int) -> None:
        checkpoints = Checkpoints(victim.datastore, SCHEMA, lambda: KEY)
        old, last = checkpoints.at(300), checkpoints.last()
        assert old is not None
        assert last is not None
        before = checkpoints.inclusion(200, 300, last), checkpoints.consistency(old, last)
        self.lose(victim, index)
        assert (checkpoints.inclusion(200, 300, last), checkpoints.consistency(old, last)) == before

    def test_is_made_anew_with_the_next_checkpoint(self, victim: Victim, index: int) -> None:
        tiles = "SELECT level, index, root, hashes FROM tree_tile ORDER BY level, index"
        before = rows(victim.conninfo, tiles)
        self.lose(victim, index)
        victim.seal()
        assert rows(victim.conninfo, tiles) == before
        LogRecorder(victim.datastore).insert_events(stored("d", 200))
        victim.seal()
        assert victim.verify(outside=True) == Verification(True, 800, checkpoints=4)

    def test_is_not_made_of_other_events(self, victim: Victim, index: int) -> None:
        self.lose(victim, index)
        victim.tamper("UPDATE log_events SET state = '[]' WHERE notification_id IN (5, 305)", rechain)
        with pytest.raises(SealError):
            victim.seal()
