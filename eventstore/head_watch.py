"""Says when the log has grown, to whoever follows it: one connection for all of them, if there are any."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event as Flag
from threading import Lock, Thread

import psycopg
from psycopg.sql import SQL, Identifier

CHANNEL = "log_events"
LOOK_SECONDS = 0.5
"""How often the thread looks whether it is to end, and how long it waits to connect again."""


class HeadWatch:
    """Wakes its followers when events were appended, and when it ends; it may wake them for nothing."""

    def __init__(self, conninfo: str, channel: str = CHANNEL) -> None:
        self._conninfo = conninfo
        self._channel = channel
        self._followers: dict[object, Callable[[], None]] = {}
        self._lock = Lock()
        self._over = Flag()
        self._thread: Thread | None = None

    @property
    def is_over(self) -> bool:
        """Whether followers are to stop."""
        return self._over.is_set()

    @contextmanager
    def following(self, wake: Callable[[], None]) -> Iterator[None]:
        """`wake` is called, from another thread, whenever there may be something new."""
        me = object()
        with self._lock:
            self._followers[me] = wake
            if self._thread is None and not self.is_over:
                self._thread = Thread(target=self._listen, name="head of the log", daemon=True)
                self._thread.start()
        try:
            yield
        finally:
            with self._lock:
                del self._followers[me]

    @property
    def followers(self) -> int:
        """How many follow."""
        with self._lock:
            return len(self._followers)

    def end(self) -> None:
        """Tell all followers to stop; returns at once."""
        self._over.set()
        self._wake()

    def close(self) -> None:
        """End, and give the connection back."""
        self.end()
        with self._lock:
            thread = self._thread
        if thread is not None:
            thread.join(5)

    def _listen(self) -> None:
        while not self.is_over:
            try:
                with psycopg.connect(self._conninfo, autocommit=True) as connection:
                    connection.execute(SQL("LISTEN {}").format(Identifier(self._channel)))
                    # What was appended before this connection listened was not heard.
                    self._wake()
                    while not self.is_over:
                        for _ in connection.notifies(timeout=LOOK_SECONDS, stop_after=1):
                            self._wake()
            except psycopg.Error:
                self._over.wait(LOOK_SECONDS)

    def _wake(self) -> None:
        with self._lock:
            followers = list(self._followers.values())
        for wake in followers:
            wake()
