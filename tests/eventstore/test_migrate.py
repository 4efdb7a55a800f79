import multiprocessing
import uuid
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from eventstore.log import MIGRATIONS
from eventstore.migrate import MigrationError, migrate, require
from tests.eventstore.examples import SCHEMA, rows


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two files, of which the second needs the first."""
    (tmp_path / "001_table.sql").write_text("CREATE TABLE kept (number int); INSERT INTO kept VALUES (1)")
    (tmp_path / "002_row.sql").write_text("INSERT INTO kept VALUES (2); INSERT INTO kept VALUES (3)")
    (tmp_path / "notes.txt").write_text("not for the database")
    return tmp_path


def kept(conninfo: str) -> list[int]:
    return [number for (number,) in rows(conninfo, "SELECT number FROM kept ORDER BY number")]


def test_every_file_runs_once_in_the_order_of_their_names(empty_database: str, folder: Path) -> None:
    assert migrate(empty_database, SCHEMA, folder) == ["001_table.sql", "002_row.sql"]
    assert migrate(empty_database, SCHEMA, folder) == []
    assert kept(empty_database) == [1, 2, 3]


def test_a_new_file_runs_on_its_own(empty_database: str, folder: Path) -> None:
    migrate(empty_database, SCHEMA, folder)
    (folder / "003_row.sql").write_text("INSERT INTO kept VALUES (4)")
    assert migrate(empty_database, SCHEMA, folder) == ["003_row.sql"]
    assert kept(empty_database) == [1, 2, 3, 4]


def test_each_schema_is_brought_up_to_date_by_itself(empty_database: str, folder: Path) -> None:
    for schema in ("one", 'with "quotes" and spaces'):
        assert migrate(empty_database, schema, folder) == ["001_table.sql", "002_row.sql"]
    with pytest.raises(psycopg.errors.UndefinedTable):
        kept(empty_database)


def test_a_file_changed_after_it_ran_is_refused(empty_database: str, folder: Path) -> None:
    migrate(empty_database, SCHEMA, folder)
    (folder / "001_table.sql").write_text("CREATE TABLE kept (number bigint)")
    with pytest.raises(
        MigrationError, match=f"001_table.sql has changed since it was run on schema {SCHEMA}"
    ):
        migrate(empty_database, SCHEMA, folder)
    assert kept(empty_database) == [1, 2, 3]


def test_a_reader_is_told_when_the_tables_are_of_an_earlier_version_and_changes_nothing(
    empty_database: str, folder: Path
) -> None:
    with pytest.raises(MigrationError, match=f"There is no event log in the schema {SCHEMA}"):
        require(empty_database, SCHEMA, folder)
    migrate(empty_database, SCHEMA, folder)
    require(empty_database, SCHEMA, folder)
    (folder / "003_row.sql").write_text("INSERT INTO kept VALUES (4)")
    with pytest.raises(MigrationError, match="of an earlier version of segmentlog: 003_row"):
        require(empty_database, SCHEMA, folder)
    assert kept(empty_database) == [1, 2, 3]
    (folder / "001_table.sql").write_text("CREATE TABLE kept (number bigint)")
    with pytest.raises(MigrationError, match=r"001_table\.sql has changed"):
        require(empty_database, SCHEMA, folder)


def test_a_file_that_fails_leaves_nothing_and_runs_when_it_is_corrected(
    empty_database: str, folder: Path
) -> None:
    (folder / "002_row.sql").write_text("INSERT INTO kept VALUES (2); INSERT INTO nowhere VALUES (3)")
    with pytest.raises(psycopg.errors.UndefinedTable, match="nowhere"):
        migrate(empty_database, SCHEMA, folder)
    assert kept(empty_database) == [1]
    (folder / "002_row.sql").write_text("INSERT INTO kept VALUES (2)")
    assert migrate(empty_database, SCHEMA, folder) == ["002_row.sql"]
    assert kept(empty_database) == [1, 2]


def test_of_processes_that_start_at_once_one_makes_the_tables(empty_database: str) -> None:
    files = sorted(file.name for file in MIGRATIONS.glob("*.sql"))
    with ProcessPoolExecutor(4, mp_context=multiprocessing.get_context("fork")) as pool:
        started = [pool.submit(migrate, empty_database, SCHEMA, MIGRATIONS) for _ in range(4)]
        ran = [future.result() for future in started]
    assert sorted(ran) == [[], [], [], files]
    assert rows(empty_database, "SELECT position FROM log_head") == [(0,)]


def test_a_database_in_another_encoding_is_refused_with_a_clear_word(
    postgres_url: str, tmp_path: Path
) -> None:
    name = f"latin_{uuid.uuid4().hex}"
    make = sql.SQL("CREATE DATABASE {} ENCODING LATIN1 LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0")
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(make.format(sql.Identifier(name)))
        try:
            with pytest.raises(MigrationError, match="LATIN1"):
                migrate(make_conninfo(postgres_url, dbname=name), "any", tmp_path)
        finally:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
