"""Looking something up for a command, in read models that may be a moment behind what was recorded."""

from __future__ import annotations

from application.journal import Journal
from projections.read_models import ReadModels

CATCH_UP_SECONDS = 5.0
"""How long a command waits at most until the read models that it looks at hold what was recorded."""


def catch_up(journal: Journal, read_models: ReadModels, *names: str) -> None:
    """Wait until these read models hold what was recorded: before what must not be decided on less."""
    read_models.wait(journal.log.position(), CATCH_UP_SECONDS, names)
