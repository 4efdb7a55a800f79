"""The threads of a worker that send: one follows the log, one makes PDF, some talk to the mail server."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from threading import Event as Flag
from threading import Lock, Thread
from typing import Any

import psycopg
import structlog
from psycopg import Connection

from application.delivering import LEASE_SECONDS, PRINT_LEASE_SECONDS, Delivering
from application.letters import can_make_pdf
from application.planning_deliveries import Planner
from correspondence.mail_server import MailServer
from correspondence.outbox import Batch, ClaimLostError, Outbox
from projections.runner import PASSING

POLL_SECONDS = 0.5
RETRY_SECONDS = 2.0
MOST_RETRY_SECONDS = 30.0
NO_OFFICE_SECONDS = 15.0
"""A worker without LibreOffice leaves letters to others for so long, then it says that there is none."""
PRESENCE_SECONDS = 5.0

logger = structlog.get_logger()


class DeliveryWorker:
    """Any number may run, in one process or many: what is sent is shared through the outbox."""

    def __init__(self, planner: Planner, delivering: Delivering) -> None:
        self._planner, self._delivering = planner, delivering
        self._outbox = delivering.outbox
        self._presence = _Presence(self._outbox)
        self._stop = Flag()
        self._threads = [
            Thread(target=self._repeat, args=(self._plan,), name="deliveries", daemon=True),
            Thread(target=self._repeat, args=(self._print,), name="letters", daemon=True),
        ]
        settings = delivering.settings
        if settings is not None:
            self._threads += [
                Thread(target=self._send, args=(MailServer(settings),), name=f"mail {number}", daemon=True)
                for number in range(settings.connections)
            ]

    def start(self) -> None:
        """Begin to send."""
        for thread in self._threads:
            thread.start()

    def stop(self, timeout: float = 10.0) -> None:
        """Stop after the mails and letters that are under way."""
        self._stop.set()
        deadline = time.monotonic() + timeout
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        self._presence.close()

    def _repeat(self, step: Callable[[], bool]) -> None:
        """Do a step again and again; wait where it had nothing to do, or failed."""
        while not self._stop.is_set():
            try:
                wait = 0.0 if step() else POLL_SECONDS
            except PASSING as error:
                logger.warning("deliveries wait for the database", error=str(error))
                wait = RETRY_SECONDS
            except ClaimLostError:
                logger.warning("another worker took a delivery over")
                wait = 0.0
            except Exception:
                logger.exception("a delivery failed and is tried again")
                wait = RETRY_SECONDS
            self._stop.wait(wait)

    def _plan(self) -> bool:
        return self._planner.step()

    def _print(self) -> bool:
        worker = self._presence.number()
        batch = self._outbox.claim(worker, "fax", lease=LEASE_SECONDS)
        if batch is None:
            age = 0.0 if can_make_pdf() else NO_OFFICE_SECONDS
            batch = self._outbox.claim(worker, "print", lease=PRINT_LEASE_SECONDS, age=age)
        if batch is None:
            return False
        with self._giving_back(batch):
            self._delivering.print(batch)
        return True

    @contextmanager
    def _giving_back(self, batch: Batch) -> Iterator[None]:
        """Let a batch that could not be worked on be tried again, by whoever can."""
        try:
            yield
        except (ClaimLostError, *PASSING):
            raise
        except Exception as error:
            said = type(error).__name__
            if not isinstance(error, psycopg.Error):  # those may quote what was written
                said = f"{said}: {error}"[:300]
            self._outbox.release(batch, after=MOST_RETRY_SECONDS, said=said)
            raise

    def _send(self, server: MailServer) -> None:
        failures = 0

        def step() -> bool:
            nonlocal failures
            if not server.settings.is_open(datetime.now().time()):
                return False
            batch = self._outbox.claim(self._presence.number(), "mail", lease=LEASE_SECONDS)
            if batch is None:
                server.close()
                return False
            with self._giving_back(batch):
                said = self._delivering.mail(batch, server, self._stop)
            if said is None:
                failures = 0
                return True
            failures += 1
            logger.warning("the mail server takes no mail", server=server.settings.server, said=said)
            self._stop.wait(min(2.0 ** (failures - 1), MOST_RETRY_SECONDS))
            return True

        self._repeat(step)
        server.close()


class _Presence:
    """Shows that this worker lives, so that others can take over at once when it does not."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox
        self._lock = Lock()
        self._shown: tuple[Connection[Any], int] | None = None
        self._looked = 0.0

    def number(self) -> int:
        """The number of this worker; another one after the connection was lost."""
        with self._lock:
            if self._shown is not None and time.monotonic() - self._looked > PRESENCE_SECONDS:
                try:
                    self._shown[0].execute("SELECT 1")
                except psycopg.Error:
                    self._shown[0].close()
                    self._shown = None
            if self._shown is None:
                self._shown = self._outbox.show_presence()
            self._looked = time.monotonic()
            return self._shown[1]

    def close(self) -> None:
        """Show it no more."""
        with self._lock:
            if self._shown is not None:
                self._shown[0].close()
                self._shown = None
