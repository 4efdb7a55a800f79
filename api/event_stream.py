"""The feed followed live, as server-sent events: `id` is the position, so that a reader can go on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

import msgspec
import psycopg
import structlog
from eventsourcing.persistence import PersistenceError
from fastapi.concurrency import run_in_threadpool
from psycopg_pool import PoolTimeout

from api.service import Service
from application.history import FedEvent, FeedPage
from domain.errors import InvalidRequest
from eventstore.notices import HEAD

MEDIA_TYPE = "text/event-stream"
HEARTBEAT_SECONDS = 15.0
PAGE = 500
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
"""A proxy that gathers the answer before it passes it on would make it useless."""

logger = structlog.get_logger()


def is_wanted(accept: str | None) -> bool:
    """Whether a request asks to follow live."""
    return any(part.partition(";")[0].strip().lower() == MEDIA_TYPE for part in (accept or "").split(","))


def position_in(last_event_id: str | None, after: int) -> int:
    """The position after which to go on. Raises InvalidRequest."""
    if last_event_id is None or not last_event_id.strip():
        return after
    text = last_event_id.strip()
    if not (text.isascii() and text.isdigit() and int(text) <= 2**62):
        raise InvalidRequest.at("Last-Event-ID", "this is no position of the feed")
    return int(text)


async def follow(
    service: Service,
    may_read: Callable[[], bool],
    *,
    after: int,
    stream: str | None = None,
    type_: str | None = None,
) -> AsyncIterator[bytes]:
    """Every event after a position, now and as they come, until the reader or the service goes away.

    Ends too when the reader `may_read` no more, and when the database does not answer: readers come again.
    Holds no connection to the database while there is nothing to send.
    """

    def read() -> FeedPage | None:
        try:
            if may_read():
                return service.history.events(after=after, limit=PAGE, stream=stream, type_=type_)
        except (PersistenceError, PoolTimeout, psycopg.Error) as error:
            logger.warning("the live feed breaks off", error=str(error))
        return None

    loop, moved = asyncio.get_running_loop(), asyncio.Event()

    def wake(_: str | None) -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(moved.set)

    with service.watch.following(HEAD, wake):
        yield b"retry: 1000\n\n"
        while not service.watch.is_over:
            moved.clear()
            page = await run_in_threadpool(read)
            if page is None:
                return
            for event in page.events:
                yield _sent(event)
            after = page.next_after
            if len(page.events) == PAGE:
                continue
            try:
                await asyncio.wait_for(moved.wait(), HEARTBEAT_SECONDS)
            except TimeoutError:
                # Keeps the connection open, and says how far a reader of few events has got.
                yield b": nothing new\nid: %d\n\n" % after


def _sent(event: FedEvent) -> bytes:
    return b"id: %d\ndata: %s\n\n" % (event.position, msgspec.json.encode(event))
