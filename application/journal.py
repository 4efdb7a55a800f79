"""Recording what was decided: who asked, under which conditions, and one transaction for all of it."""

from __future__ import annotations

import functools
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from types import MappingProxyType
from typing import Any, Literal, ParamSpec, TypeVar

import msgspec
from eventsourcing.persistence import IntegrityError
from psycopg import Cursor
from psycopg.rows import DictRow

from domain.contact_set import contact_sets
from domain.errors import Conflict, VersionConflict
from eventstore.counters import NumberTakenError
from eventstore.event import Envelope
from eventstore.log import At, EventLog, Foldable, StaleVersionError, events_of
from eventstore.personal_keys import DestroyedKeyError
from eventstore.recorder import Alongside

Role = Literal["marketer", "auditor", "reporter", "admin"]
ATTEMPTS = 20
NO_CONTENTS: Mapping[str, bytes] = MappingProxyType({})
NOTHING: Mapping[str, Foldable] = MappingProxyType({})

P = ParamSpec("P")
R = TypeVar("R")
A = TypeVar("A", bound=Foldable)


class RequestKey(msgspec.Struct, frozen=True):
    """The idempotency key of a request, with the digest of what was asked."""

    key: str
    request_sha256: bytes


class Caller(msgspec.Struct, frozen=True):
    """Who gives a command, on which work date, and what must hold for it to be carried out.

    `seen` are the versions of the thing that the caller may have seen; any version will do where None.
    With `must_exist` nothing is made that is not there yet.
    """

    user_id: str
    role: Role
    work_date: date
    seen: frozenset[int] | None = None
    request: RequestKey | None = None
    must_exist: bool = False


class RepeatedRequestError(Exception):
    """The same request, by its idempotency key, was carried out meanwhile."""


class Changes(msgspec.Struct, frozen=True, gc=False):
    """What happened to one stream, after the version that was seen.

    `about` is the key of the contact whom personal texts concern, where the facts do not say so themselves.
    """

    stream: str
    version: int
    facts: Sequence[Any]
    about: int | None = None


class Journal:
    """Loads aggregates and records events, for all use cases."""

    def __init__(self, log: EventLog) -> None:
        self.log = log

    def load(self, stream: str, blank: Callable[[], A], version: int | None = None) -> A | None:
        """The aggregate of a stream; None if it has no events. Not to be changed."""
        return self.log.load(stream, blank, version)

    def as_of(
        self,
        stream: str,
        blank: Callable[[], A],
        *,
        version: int | None = None,
        at: At | None = None,
    ) -> A | None:
        """The aggregate as it stood at an instant or a version; None if there was none then."""
        if at is not None:
            version = self.log.version_at(stream, at)
        found = None if version is None else self.load(stream, blank, version)
        return found if found is not None and found.version == version else None

    def record(
        self,
        caller: Caller,
        *changes: Changes,
        under_lock: Sequence[Alongside] = (),
        contents: Mapping[str, bytes] = NO_CONTENTS,
        besides: Sequence[Alongside] = (),
        relying_on: Mapping[str, Foldable] = NOTHING,
    ) -> int:
        """Save all of it in one transaction, with the contact sets and contents that it names.

        Returns the position. `besides` is done in the same transaction. `relying_on` is what it was decided
        on besides what changes, by stream: if that is not as it was seen any more, nothing is saved.

        Raises Conflict, RepeatedRequestError; StaleVersionError and NumberTakenError, which `retried` takes
        care of.
        """
        now = datetime.now(UTC)
        envelope = Envelope(now, caller.user_id, str(uuid.uuid4()), caller.work_date)
        events = [
            event for c in changes for event in events_of(c.stream, c.version, envelope, c.facts, c.about)
        ]
        if not events:
            return self.log.position()
        named = dict(contents)
        for event in events:
            for found in contact_sets(event.data):
                named |= found.contents()
        before: list[Alongside] = [self.log.contents.saving(named)] if named else []
        before += besides
        if caller.request is not None:
            before.append(_claiming(caller.user_id, caller.request))
        try:
            with _repeated():
                return self.log.append(
                    events,
                    before=before,
                    under_lock=under_lock,
                    relying_on={stream: seen.version for stream, seen in relying_on.items()},
                )
        except DestroyedKeyError as error:
            self.log.forget()  # it may have been decided on what was read before
            raise Conflict("The contact was erased; nothing personal of it is recorded any more.") from error


def check_version(caller: Caller, version: int) -> None:
    """Refuse a command on a version that the caller has not seen. Raises VersionConflict."""
    if caller.seen is None or version in caller.seen:
        return
    if len(caller.seen) == 1:
        raise VersionConflict(f"This is version {version} now; you have seen version {min(caller.seen)}.")
    raise VersionConflict(f'This is version {version} now, and If-Match does not name it, as "{version}".')


def check_exists(caller: Caller, *, exists: bool) -> None:
    """Refuse to make what the caller wants to write over only. Raises VersionConflict."""
    if caller.must_exist and not exists:
        raise VersionConflict("There is nothing here yet to write over.")


def retried(command: Callable[P, R]) -> Callable[P, R]:
    """Decide a command again on the new state when somebody else was faster."""

    @functools.wraps(command)
    def again(*args: P.args, **kwargs: P.kwargs) -> R:
        for _ in range(ATTEMPTS):
            try:
                return command(*args, **kwargs)
            except (StaleVersionError, NumberTakenError):
                continue
        raise Conflict("Too many others are changing this at the same time; try again.")

    return again


def _claiming(user_id: str, request: RequestKey) -> Alongside:
    def claim(cursor: Cursor[DictRow]) -> None:
        cursor.execute(
            "INSERT INTO idempotency_key (user_id, key, request_sha256) VALUES (%s, %s, %s)",
            (user_id, request.key, request.request_sha256),
        )

    return claim


@contextmanager
def _repeated() -> Iterator[None]:
    try:
        yield
    except IntegrityError as error:
        if "idempotency_key_pkey" in str(error):
            raise RepeatedRequestError(str(error)) from error
        raise
