"""Commands that bring data out: the export of interactions, and replays."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pyarrow
import pyarrow.parquet
import pytest
from typer.testing import CliRunner, Result

from api import interaction_files
from api.command_line import app
from api.replay_command import Moment, ReplayDone
from domain.contact import ContactRegistered
from domain.interaction import InteractionValues
from eventstore.event import Envelope
from eventstore.log import events_of
from projections import interaction_export
from projections.interaction_export import COLUMNS
from tests.projections.conftest import ANN, Desk, company

TEXT = 'Called, "at last"\nand again'


@pytest.fixture
def desk(empty_database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """A service with five interactions: four of a segment, and one by itself with every kind of value."""
    monkeypatch.setenv("DATABASE_URL", empty_database)
    desk = Desk(empty_database)
    desk.set_up()
    desk.read_models.open()
    desk.codes()
    for number in range(4):
        desk.contact(f"CT{number}", name=f"Contact {number}")
    desk.catch_up()
    no = desk.segment()
    desk.add(no)
    desk.log_segment(no)
    single = InteractionValues(
        contact_no="CT1",
        interaction_template_code="MAIL",
        salesperson_code="JR",
        date=date(2026, 3, 1),
        time_of_interaction=time(9, 30),
        description=TEXT,
        cost=Decimal("12.5"),
        duration_minutes=7,
        evaluation="positive",
        attempt_failed=True,
    )
    desk.single_interactions.record(ANN, single, postponed=False, deliver=False)
    desk.catch_up()
    yield desk
    desk.close()


def run(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def exported(file: Path, *more: str) -> dict[str, Any]:
    done = run("export", "interactions", str(file), "--json", *more)
    assert done.exit_code == 0, done.output
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_parquet_holds_every_field_with_its_type(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "interactions.parquet"
    said = exported(file, "--format", "parquet")

    table = pyarrow.parquet.read_table(file)
    assert said == {"file": str(file), "entries": 5, "last_entry_no": 5, "complete": True}
    assert table.column_names == list(COLUMNS)
    types = {field.name: field.type for field in table.schema}
    assert types["cost"] == pyarrow.decimal128(20, 5)
    assert types["date"] == pyarrow.date32()
    assert types["time_of_interaction"] == pyarrow.time32("ms")
    assert types["canceled"] == pyarrow.bool_()
    rows = table.to_pylist()
    assert [row["entry_no"] for row in rows] == [1, 2, 3, 4, 5]
    last = {name: value for name, value in rows[-1].items() if value is not None}
    assert last["cost"] == Decimal("12.5")
    assert (last["date"], last["time_of_interaction"]) == (date(2026, 3, 1), time(9, 30))
    assert (last["description"], last["contact_name"], last["attempt_failed"]) == (TEXT, "Contact 1", True)
    assert rows[-1]["contact_via"] is None
    assert list(tmp_path.iterdir()) == [file]


def test_csv_holds_the_same(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "interactions.csv"
    exported(file)

    with file.open(newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert list(rows[0]) == list(COLUMNS)
    last = rows[-1]
    assert (last["entry_no"], last["description"], Decimal(last["cost"])) == ("5", TEXT, Decimal("12.5"))
    assert (last["date"], last["time_of_interaction"]) == ("2026-03-01", "09:30:00")
    assert (last["attempt_failed"], last["canceled"], last["contact_via"]) == ("true", "false", "")


def test_the_fields_are_those_of_the_interface(desk: Desk) -> None:
    from api.schemas.interactions import InteractionAnswer

    assert set(InteractionAnswer.model_fields) == COLUMNS.keys()


@pytest.mark.parametrize("file_format", ["csv", "parquet"])
def test_the_comments_of_an_entry_are_lines_of_one_text(desk: Desk, tmp_path: Path, file_format: str) -> None:
    for comment in ("Wants a brochure", TEXT):
        desk.interactions.comment(ANN, 5, comment)
    desk.catch_up()
    file = tmp_path / "interactions"
    exported(file, "--format", file_format)
    if file_format == "parquet":
        found = pyarrow.parquet.read_table(file).column("comments").to_pylist()
    else:
        with file.open(newline="") as lines:
            found = [row["comments"] or None for row in csv.DictReader(lines)]
    assert found == [None, None, None, None, f"Wants a brochure\n{TEXT}"]


@pytest.mark.parametrize("file_format", ["csv", "parquet"])
def test_an_export_goes_on_after_a_number_and_reads_in_runs(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file_format: str
) -> None:
    monkeypatch.setattr(interaction_export, "RUN", 2)
    whole, first, second = (tmp_path / name for name in ("whole", "first", "second"))
    exported(whole, "--format", file_format)
    assert exported(second, "--format", file_format, "--after", "3")["entries"] == 2
    assert exported(first, "--format", file_format, "--after", "9")["entries"] == 0

    def numbers(file: Path) -> list[int]:
        if file_format == "parquet":
            found: list[int] = pyarrow.parquet.read_table(file).column("entry_no").to_pylist()
            return found
        with file.open(newline="") as lines:
            return [int(row["entry_no"]) for row in csv.DictReader(lines)]

    assert (numbers(whole), numbers(second), numbers(first)) == ([1, 2, 3, 4, 5], [4, 5], [])


def test_an_interrupted_export_is_a_file_that_can_be_gone_on_from(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(interaction_export, "RUN", 2)

    def interrupt(*_: int) -> None:
        raise KeyboardInterrupt

    file = tmp_path / "some.parquet"
    done = interaction_files.export(desk.read_models, file, "parquet", after=0, progress=interrupt)
    assert (done.entries, done.last, done.whole) == (2, 2, False)
    assert pyarrow.parquet.read_table(file).num_rows == 2


def test_an_export_that_fails_leaves_no_file(desk: Desk, tmp_path: Path) -> None:
    def fail(*_: int) -> None:
        raise OSError("the disk is full")

    with pytest.raises(OSError, match="full"):
        interaction_files.export(desk.read_models, tmp_path / "x.csv", "csv", after=0, progress=fail)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_a_file_that_cannot_be_written_is_said_in_words(desk: Desk, tmp_path: Path, kind: str) -> None:
    done = run("export", "interactions", str(tmp_path / "none" / "x"), "--format", kind)
    assert done.exit_code == 1
    assert done.stderr.strip().endswith("x.part cannot be used: No such file or directory.")


def test_parquet_says_what_it_needs(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    done = run("export", "interactions", str(tmp_path / "x.parquet"), "--format", "parquet")
    assert done.exit_code == 1
    assert "segmentlog[parquet]" in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "words",
    [
        ("export", "interactions", "x", "--format", "xls"),
        ("export", "interactions", "x", "--after", "-1"),
        ("export", "interactions"),
        ("export", "proof", "x", "--position", "3", "--last", "2"),
        ("replay",),
        ("replay", "--until", "yesterday"),
        ("replay", "--until", "1", "--list"),
        ("replay", "--drop", "-1"),
    ],
    ids=" ".join,
)
def test_wrong_usage_is_exit_code_2(words: tuple[str, ...]) -> None:
    assert run(*words).exit_code == 2


def test_replay_builds_lists_and_drops(desk: Desk) -> None:
    made = run("replay", "--until", "3", "--json")
    assert made.exit_code == 0, made.output
    replay = json.loads(made.stdout)
    assert (replay["schema"], replay["position"]) == ("segmentlog_at_3", 3)
    assert json.loads(run("replay", "--list", "--json").stdout) == {"replays": [replay]}
    with psycopg.connect(desk.conninfo) as connection:
        assert connection.execute("SELECT code FROM segmentlog_at_3.salesperson").fetchall() == [("JR",)]
    assert "SET search_path = segmentlog_at_3;" in run("replay", "--until", "3").stdout
    assert json.loads(run("replay", "--drop", "3", "--json").stdout) == {"dropped": 3}
    again = run("replay", "--drop", "3")
    assert (again.exit_code, again.stderr) == (1, "There is no replay at 3.\n")


def test_replay_takes_an_instant(desk: Desk) -> None:
    (event,) = desk.history.events(after=3, limit=1).events
    made = run("replay", "--until", event.at, "--json")
    assert json.loads(made.stdout)["position"] == 4
    assert run("replay", "--until", "2001-01-01", "--json").exit_code == 0


def test_replay_takes_the_last_event_until_an_instant_also_where_two_saved_at_once(desk: Desk) -> None:
    """Who takes his instant first may get the later position."""
    first = datetime.now(UTC)
    for no, later in (("CT8", 2), ("CT9", 1)):
        envelope = Envelope(first + timedelta(seconds=later), "ann", no, first.date())
        fact = ContactRegistered(no, 1000 + later, company(1000 + later, {}))
        desk.log.append(events_of(f"contact-{no}", 0, envelope, [fact]))
    moment = Moment(None, first + timedelta(seconds=1))
    made = ReplayDone.run(desk.log, moment, None, lambda done, total: None).made
    assert made is not None
    assert made.position == desk.log.position()
