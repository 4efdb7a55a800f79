"""Read models as they were: the rows of then, in a schema of their own, while the present goes on."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from application.event_log import read_models
from projections.rebuild import rebuild
from projections.replay import ReplayError, drop, replay, replays
from projections.runner import Runners
from tests.projections.checksums import checksums
from tests.projections.conftest import ANN, PATIENCE_SECONDS, Desk
from tests.projections.history import History


def live_rows(service: Desk) -> dict[str, tuple[int, str]]:
    """The rows of all read models, by table."""
    found: dict[str, tuple[int, str]] = {}
    for schema in service.read_models.schemas.values():
        found |= checksums(service.conninfo, schema)
    return found


def replayed_rows(service: Desk, schema: str) -> dict[str, tuple[int, str]]:
    found = checksums(service.conninfo, schema)
    assert found.pop("replay")[0] == 1
    return found


def give(history: History, count: int) -> None:
    history.run(count, history.commands)


def test_rows_are_those_that_the_live_read_models_had_at_that_position(service: Desk) -> None:
    history = History(service, seed=11)
    seen: dict[int, dict[str, tuple[int, str]]] = {}
    for _ in range(4):
        give(history, 60)
        seen[service.catch_up()] = live_rows(service)
    give(history, 20)
    present, now = service.catch_up(), live_rows(service)

    for position, rows in seen.items():
        made = replay(service.log, read_models(service.log), position)
        assert (made.position, made.schema) == (position, f"segmentlog_at_{position}")
        assert replayed_rows(service, made.schema) == rows
    assert live_rows(service) == now
    assert [one.position for one in replays(service.log)] == sorted(seen)
    assert {status.position for status in service.read_models.status(present).values()} == {present}


def test_before_the_first_event_there_is_nothing(service: Desk) -> None:
    service.contact()
    made = replay(service.log, read_models(service.log), 0)
    assert {count for count, _ in replayed_rows(service, made.schema).values()} == {0}


def test_one_can_be_asked_for_all_tables_at_once(service: Desk) -> None:
    service.codes()
    contact = service.contact("CT1", name="Alder")
    no = service.segment()
    service.put(no, contact)
    position = service.log.position()
    service.log_segment(no)
    made = replay(service.log, read_models(service.log), position)
    with psycopg.connect(service.conninfo) as connection:
        connection.execute(SQL("SET search_path = {}").format(Identifier(made.schema)))
        row = connection.execute(
            "SELECT segment.no, salesperson.name, (SELECT count(*) FROM interaction_log_entry)"
            " FROM segment JOIN salesperson ON salesperson.code = segment.salesperson_code"
        ).fetchone()
    assert row == ("SM1", "John Roberts", 0)


def test_while_one_is_made_the_service_goes_on_and_so_does_a_rebuild(service: Desk) -> None:
    give(History(service, seed=12), 80)
    position, rows = service.catch_up(), live_rows(service)
    runners = Runners(service.runners())
    runners.start()
    added: list[str] = []

    def go_on(_done: int, _total: int) -> None:
        added.append(service.contact(f"NEW{len(added)}").no)
        assert service.read_models.wait(service.log.position(), PATIENCE_SECONDS)
        if len(added) == 1:
            rebuild(service.log, read_models(service.log)[0])

    try:
        made = replay(service.log, read_models(service.log), position, progress=go_on)
    finally:
        runners.stop()
    assert added
    assert replayed_rows(service, made.schema) == rows
    assert len(service.rows("SELECT no FROM contact WHERE no LIKE 'NEW%%'")) == len(added)


def test_progress_goes_up_to_the_whole(service: Desk) -> None:
    give(History(service, seed=13), 30)
    told: list[tuple[int, int]] = []
    replay(
        service.log, read_models(service.log), service.log.position(), progress=lambda *at: told.append(at)
    )
    assert told == sorted(told)
    assert told[-1][0] == told[-1][1]


def test_one_is_made_again_in_place_of_itself(service: Desk) -> None:
    service.contact()
    first = replay(service.log, read_models(service.log), 1)
    with psycopg.connect(service.conninfo) as connection:
        connection.execute(SQL("DELETE FROM {}").format(Identifier(first.schema, "contact")))
    replay(service.log, read_models(service.log), 1)
    assert replayed_rows(service, first.schema)["contact"][0] == 1


def test_one_can_be_dropped_and_leaves_nothing(service: Desk) -> None:
    def schemas() -> list[Any]:
        with psycopg.connect(service.conninfo) as connection:
            return connection.execute("SELECT nspname FROM pg_namespace ORDER BY 1").fetchall()

    service.contact()
    before = schemas()
    replay(service.log, read_models(service.log), 1)
    drop(service.log, 1)
    assert schemas() == before
    assert replays(service.log) == []
    with pytest.raises(ReplayError, match="no replay at 1"):
        drop(service.log, 1)


def test_there_is_none_of_what_has_not_happened(service: Desk) -> None:
    service.contact()
    with pytest.raises(ReplayError, match="no event 2 yet"):
        replay(service.log, read_models(service.log), 2)


def test_who_is_erased_later_is_blank_in_a_replay_as_if_it_were_made_again(service: Desk) -> None:
    history = History(service, seed=13)
    give(history, 80)
    contact = service.contact("CT-GONE", name="Zenobia", city="Marrowmere")
    position = service.catch_up()
    made = replay(service.log, read_models(service.log), position)
    with psycopg.connect(service.conninfo) as connection:
        named = SQL("SELECT name, exclude_from_segment FROM {} WHERE no = %s").format(
            Identifier(made.schema, "contact")
        )
        assert connection.execute(named, (contact.no,)).fetchone() == ("Zenobia", False)
        connection.commit()
        for no in (contact.no, *(history.any_contact() for _ in range(5))):
            service.erasing.erase(ANN, no, "Asked to be forgotten")
        assert connection.execute(named, (contact.no,)).fetchone() == (None, False)
    left = replayed_rows(service, made.schema)
    assert replayed_rows(service, replay(service.log, read_models(service.log), position).schema) == left
