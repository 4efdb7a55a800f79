"""Looking something up for a command, in read models that may be a moment behind what was recorded."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

import msgspec
from psycopg import Cursor
from psycopg.rows import DictRow

from application.journal import Journal
from domain.errors import NotYetProjected
from domain.segment.state import Segment
from eventstore.log import StaleVersionError
from eventstore.recorder import Alongside
from projections.read_models import ReadModels

CATCH_UP_SECONDS = 5.0
"""How long a command waits at most until the read models that it looks at hold what was recorded."""

Found = TypeVar("Found")


def wait_for_them(journal: Journal, read_models: ReadModels, *names: str) -> bool:
    """Wait until these read models hold what was recorded; whether they do."""
    return read_models.wait(journal.log.position(), CATCH_UP_SECONDS, names)


def catch_up(journal: Journal, read_models: ReadModels, *names: str) -> int:
    """Wait for them before what must not be decided on less; what they hold then. Raises NotYetProjected."""
    position = journal.log.position()
    if not read_models.wait(position, CATCH_UP_SECONDS, names):
        raise NotYetProjected(
            "What was recorded a moment ago is not listed yet, and this depends on it; try again in a moment."
        )
    return position


def unnamed_since(position: int, names: Iterable[str], topics: Iterable[str] = ()) -> Alongside:
    """What is deleted or moved must not have been given to anybody since it was looked for.

    If anything was recorded since that names it, or has one of these topics, it is decided again; so what
    only looks like its name does no harm.
    """
    fragments = [msgspec.json.encode(name) for name in names]

    def check(cursor: Cursor[DictRow]) -> None:
        cursor.execute(
            "SELECT FROM log_events WHERE notification_id > %s AND (topic = ANY(%s) OR EXISTS"
            " (SELECT FROM unnest(%b::bytea[]) AS named (it) WHERE position(it IN state) > 0)) LIMIT 1",
            (position, list(topics), fragments),
        )
        if cursor.fetchone() is not None:
            raise StaleVersionError("this may have been given to somebody meanwhile")

    return check


def open_segments(journal: Journal, read_models: ReadModels) -> Iterator[Segment]:
    """The segments that are on the worksheet now, in the order of their numbers."""
    with read_models.cursor() as cursor:
        numbers = [row["no"] for row in cursor.execute("SELECT no FROM segment ORDER BY no")]
    for no in numbers:
        segment = journal.load(f"segment-{no}", Segment)
        if segment is not None and segment.status == "open":
            yield segment


def look_up(
    journal: Journal,
    read_models: ReadModels,
    look: Callable[[Cursor[DictRow]], Found],
    *,
    enough: Callable[[Found], bool] = lambda found: found is not None,
) -> Found:
    """What is found among contacts and interactions; one more look, caught up, where that is not enough.

    Raises NotYetProjected.
    """
    with read_models.cursor() as cursor:
        found = look(cursor)
    if not enough(found):
        catch_up(journal, read_models, "contacts")
        with read_models.cursor() as cursor:
            found = look(cursor)
    return found
