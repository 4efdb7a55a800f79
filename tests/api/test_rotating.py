"""Rotating the master key with its files: what was broken off is finished by doing it again."""

from __future__ import annotations

import shutil
from contextlib import closing
from pathlib import Path

import pytest

from api.rotating import rotate
from api.settings import Settings
from application.event_log import open_log
from eventstore.key_file import replace_secret
from eventstore.log import EventLog
from eventstore.personal_keys import PersonalKeyError

SCHEMA = "segmentlog"


@pytest.fixture
def conninfo(empty_database: str, tmp_path: Path) -> str:
    """A log with one key of a person, wrapped by a master key in the directory."""
    EventLog.set_up(empty_database, SCHEMA)
    with closing(open_log(empty_database, SCHEMA, pool_size=1, master=Settings().master(tmp_path))) as log:
        log.personal_keys.check()
        log.personal_keys.closing([1])
    return empty_database


def rotated(conninfo: str, directory: Path) -> int:
    return rotate(Settings(), conninfo, directory, lambda done, total: None)


def test_what_was_broken_off_before_its_last_step_is_finished(conninfo: str, tmp_path: Path) -> None:
    key, new = tmp_path / "master.key", tmp_path / "master.key.new"
    assert rotated(conninfo, tmp_path) == 1
    shutil.copy(key, new)  # as before the last step: the new key is in its place, and beside it still
    in_use = key.read_bytes()
    assert rotated(conninfo, tmp_path) == 0
    assert key.read_bytes() == in_use
    assert not new.exists()
    assert rotated(conninfo, tmp_path) == 1
    assert key.read_bytes() != in_use


def test_two_files_with_a_key_that_is_not_in_use_are_left_as_they_are(conninfo: str, tmp_path: Path) -> None:
    for name in ("master.key", "master.key.new"):
        replace_secret(tmp_path / name, b"x" * 32)
    with pytest.raises(PersonalKeyError, match="The master key is not the one"):
        rotated(conninfo, tmp_path)
    assert (tmp_path / "master.key.new").exists()
