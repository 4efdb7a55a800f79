"""Passes on what the database gives notice of: one connection for all who follow, if there are any."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event as Flag
from threading import Lock, Thread
from typing import Any, NamedTuple

import psycopg
import structlog
from psycopg import Connection
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.sql import SQL, Identifier

logger = structlog.get_logger()

HEAD = "log_events"
"""The channel of the log, where the position of the last event is said."""
LOOK_SECONDS = 0.5
"""How often it is looked whether to end or to listen to more, and how long to wait to connect again."""
KEEPALIVE = "keepalives_idle=10 keepalives_interval=5 keepalives_count=3"
"""Seconds and tries: who only listens would not notice for hours that a server is gone without a word."""

Told = Callable[[str | None], None]
"""Is called from another thread with what was said; with None when something may not have been heard."""


class _Follower(NamedTuple):
    channel: str
    told: Told


class Notices:
    """Tells its followers what is said on their channels, and all of them when it ends.

    The server wakes each connection that listens for whatever is said, so a process has one.
    """

    def __init__(self, conninfo: str) -> None:
        self._conninfo = conninfo
        self._followers: dict[object, _Follower] = {}
        self._lock = Lock()
        self._over = Flag()
        self._thread: Thread | None = None

    @property
    def is_over(self) -> bool:
        """Whether followers are to stop."""
        return self._over.is_set()

    @contextmanager
    def following(self, channel: str, told: Told) -> Iterator[None]:
        """`told` is called with what is said; it must not take long, since others wait."""
        me = object()
        with self._lock:
            self._followers[me] = _Follower(channel, told)
            if self._thread is None and not self.is_over:
                self._thread = Thread(target=self._listen, name="notices", daemon=True)
                self._thread.start()
        try:
            yield
        finally:
            with self._lock:
                del self._followers[me]

    @property
    def followers(self) -> int:
        """How many follow."""
        return len(self._all())

    def end(self) -> None:
        """Tell all followers to stop; returns at once."""
        self._over.set()
        for follower in self._all().values():
            follower.told(None)

    def close(self) -> None:
        """End, and give the connection back."""
        self.end()
        with self._lock:
            thread = self._thread
        if thread is not None:
            thread.join(5)

    def _all(self) -> dict[object, _Follower]:
        with self._lock:
            return dict(self._followers)

    def _listen(self) -> None:
        conninfo = make_conninfo(KEEPALIVE, **conninfo_to_dict(self._conninfo))
        while not self.is_over:
            try:
                with psycopg.connect(conninfo, autocommit=True) as connection:
                    heard: set[object] = set()
                    while not self.is_over:
                        heard = self._listen_for_all(connection, heard)
                        for notice in connection.notifies(timeout=LOOK_SECONDS, stop_after=1):
                            for follower in self._all().values():
                                if follower.channel == notice.channel:
                                    follower.told(notice.payload)
            except psycopg.Error:
                self._over.wait(LOOK_SECONDS)
            except Exception:
                # A follower's fault: the others, and everything that waits for them, must go on hearing.
                logger.exception("a notice could not be passed on")
                self._over.wait(LOOK_SECONDS)

    def _listen_for_all(self, connection: Connection[Any], heard: set[object]) -> set[object]:
        """Listen for those that came since, who did not hear what was said before; all that there are."""
        followers = self._all()
        for me in followers.keys() - heard:
            connection.execute(SQL("LISTEN {}").format(Identifier(followers[me].channel)))
            followers[me].told(None)
        return set(followers)
