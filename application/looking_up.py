"""Looking something up for a command, in read models that may be a moment behind what was recorded."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from psycopg import Cursor
from psycopg.rows import DictRow

from application.journal import Journal
from domain.errors import NotYetProjected
from projections.read_models import ReadModels

CATCH_UP_SECONDS = 5.0
"""How long a command waits at most until the read models that it looks at hold what was recorded."""

Found = TypeVar("Found")


def wait_for_them(journal: Journal, read_models: ReadModels, *names: str) -> bool:
    """Wait until these read models hold what was recorded; whether they do."""
    return read_models.wait(journal.log.position(), CATCH_UP_SECONDS, names)


def catch_up(journal: Journal, read_models: ReadModels, *names: str) -> None:
    """Wait for them before what must not be decided on less. Raises NotYetProjected."""
    if not wait_for_them(journal, read_models, *names):
        raise NotYetProjected(
            "What was recorded a moment ago is not listed yet, and this depends on it; try again in a moment."
        )


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
