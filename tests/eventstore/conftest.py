from collections.abc import Iterator
from contextlib import closing

import pytest

from eventstore.log import EventLog
from eventstore.recorder import Datastore, LogRecorder
from tests.eventstore.examples import SCHEMA, opened_log


@pytest.fixture
def database(empty_database: str) -> str:
    """One with the tables of a log."""
    EventLog.set_up(empty_database, SCHEMA)
    return empty_database


@pytest.fixture
def log(empty_database: str) -> Iterator[EventLog]:
    with opened_log(empty_database) as log:
        yield log


@pytest.fixture
def recorder(database: str) -> Iterator[LogRecorder]:
    with closing(Datastore(database, SCHEMA)) as datastore:
        yield LogRecorder(datastore)
