"""Makes checkpoints by itself: after so many events or so much time, and brings them outside."""

from __future__ import annotations

from datetime import UTC, datetime
from threading import Event as Flag
from threading import Thread

import structlog

from eventstore.anchors import AnchorError, Anchors
from eventstore.checkpoints import Checkpoints

POLL_SECONDS = 1.0
RETRY_SECONDS = 30.0

logger = structlog.get_logger()


class Sealer:
    """A thread beside the read models. Any number may run: one at a time makes a checkpoint."""

    def __init__(self, checkpoints: Checkpoints, anchors: Anchors, *, events: int, seconds: float) -> None:
        self._checkpoints, self._anchors = checkpoints, anchors
        self._events, self._seconds = events, seconds
        self._stop = Flag()
        self._began = datetime.now(UTC)
        self._thread = Thread(target=self._run, name="checkpoints", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self, timeout: float = 10.0) -> None:
        """Stop after what is being done."""
        self._stop.set()
        self._thread.join(timeout)

    def step(self) -> bool:
        """Make a checkpoint if it is time, and write it outside; whether all went well."""
        try:
            if self._checkpoints.due(self._events, self._seconds, self._began):
                self._checkpoints.make()
        except Exception as error:
            logger.error("no checkpoint could be made", error=str(error))
            return False
        try:
            if self._anchors.places:
                self._anchors.catch_up(self._checkpoints.trusted)
        except AnchorError as error:
            logger.warning("a checkpoint could not be written outside", error=str(error))
            return False
        except Exception as error:
            logger.error("checkpoints cannot be written outside", error=str(error))
            return False
        return True

    def _run(self) -> None:
        while not self._stop.is_set():
            self._stop.wait(POLL_SECONDS if self.step() else RETRY_SECONDS)
