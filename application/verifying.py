"""Verification as one watches it: run beside everything else, with its progress, and the last result."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Lock, Thread
from typing import Literal

import msgspec
import structlog

from domain.errors import Refused
from eventstore.verify import Progress, Verification

FRESH = timedelta(hours=24)
"""What was found longer ago says nothing about now."""

State = Literal["running", "right", "wrong", "old", "failed", "never"]
logger = structlog.get_logger()


class Verdict(msgspec.Struct, frozen=True):
    """What is known of the log. It is `right` only after everything was checked, and not for ever."""

    state: State
    done: int = 0
    of: int = 0
    result: Verification | None = None
    at: datetime | None = None
    by: str | None = None
    why_not: str | None = None
    unchecked: int = 0
    """Events that came after the check."""


class Verifying:
    """Runs one verification at a time. What was found is in memory only, where nobody can forge it."""

    def __init__(self, verify: Callable[[Progress], Verification], position: Callable[[], int]) -> None:
        self._verify, self._position = verify, position
        self._lock = Lock()
        self._verdict = Verdict("never")
        self._running: Thread | None = None

    def start(self, user_id: str) -> bool:
        """Check everything from now on; whether that was not under way already."""
        with self._lock:
            if self._running is not None:
                return False
            # What was found before is gone from here on: a check that does not end must not leave it green.
            self._verdict = Verdict("running", by=user_id)
            self._running = Thread(target=self._run, args=(user_id,), name="verifying", daemon=True)
            self._running.start()
            return True

    def verdict(self, now: datetime | None = None) -> Verdict:
        """What is known at this moment."""
        with self._lock:
            found = self._verdict
        if found.result is None or found.at is None:
            return found
        newer = max(0, self._position() - found.result.events) if found.result.ok else 0
        old = found.state == "right" and (now or datetime.now(UTC)) - found.at > FRESH
        return msgspec.structs.replace(found, state="old" if old else found.state, unchecked=newer)

    def wait(self, seconds: float) -> None:
        """Wait until the check that is under way has ended."""
        if (running := self._running) is not None:
            running.join(seconds)

    def _run(self, user_id: str) -> None:
        def progress(done: int, of: int) -> None:
            self._set(Verdict("running", done, of, by=user_id))

        try:
            result = self._verify(progress)
            found = Verdict("right" if result.ok else "wrong", result=result, by=user_id)
        except Refused as error:
            found = Verdict("failed", by=user_id, why_not=error.detail)
        except Exception:
            logger.exception("the log could not be verified")
            found = Verdict("failed", by=user_id)
        with self._lock:
            self._verdict = msgspec.structs.replace(found, at=datetime.now(UTC))
            self._running = None

    def _set(self, verdict: Verdict) -> None:
        with self._lock:
            self._verdict = verdict
