"""The event log of one company: streams of events, saved together and read back as aggregates."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any, LiteralString, Protocol, Self, TypeVar, cast

from eventsourcing.application import AggregateNotFoundError, Application, LRUCache, Repository
from eventsourcing.persistence import (
    ApplicationRecorder,
    EventStore,
    IntegrityError,
    Mapper,
    PersistenceError,
    StoredEvent,
)

from eventstore.contents import ContentStore
from eventstore.counters import Counters
from eventstore.event import Envelope, Event
from eventstore.mapper import EventMapper
from eventstore.migrate import migrate, require
from eventstore.notices import Notices
from eventstore.personal_keys import OF_THIS_PROCESS, MasterKey, PersonalKeyError, PersonalKeys
from eventstore.recorder import RELYING_ON_NOTHING, Alongside, Datastore, LogRecorder, head_position

MIGRATIONS = Path(__file__).parent / "migrations"
CACHED_AGGREGATES = 2_000

At = datetime | int
"""An instant, or a position of the log."""


class StaleVersionError(Exception):
    """Somebody else appended to the stream first."""


class Foldable(Protocol):
    """An aggregate that is made by applying its events."""

    version: int

    def copy(self) -> Self:
        """One that can be changed without changing this one."""
        ...

    def apply(self, event: object, user_id: str, at: datetime) -> None:
        """Take over one event."""
        ...


A = TypeVar("A", bound=Foldable)
B = TypeVar("B", bound=Foldable)


class _CachingRepository(Repository[str]):
    """Keeps what it brought up to date; the stock one brings immutable aggregates up to date every time.

    A version that is at hand is not asked for: it never changes.
    """

    cache: LRUCache[str, Any]

    def get(self, aggregate_id: str, *, version: int | None = None, **kwargs: Any) -> Any:
        before, kept = self.cache, self.kept(aggregate_id)
        if version is not None:
            # First as it is now: from a version before that, `advance` would go on to what was erased since.
            kept = kept or self.get(aggregate_id, **kwargs)
            if kept.version == version:
                return kept
        aggregate: Any = super().get(aggregate_id, version=version, **kwargs)
        if version is None or kept.version < aggregate.version:
            self.keep(aggregate_id, aggregate, before)
        return aggregate

    def kept(self, aggregate_id: str) -> Any:
        """The aggregate as it was last seen, which may be some time ago; None if it is not kept."""
        try:
            return self.cache.get(aggregate_id)
        except KeyError:
            return None

    def keep(self, aggregate_id: str, aggregate: Any, before: LRUCache[str, Any]) -> None:
        """Keep an aggregate, unless all was forgotten since what it was made of was read."""
        before.put(aggregate_id, aggregate)
        if self.cache is not before:
            with suppress(KeyError):
                self.cache.get(aggregate_id, evict=True)

    def advance(self, aggregate_id: str, events: Sequence[Event]) -> None:
        """Bring what is kept up to date by events of the stream that are stored, without asking for them."""
        before, kept = self.cache, self.kept(aggregate_id)
        if kept is None:
            return
        new = [event for event in events if event.originator_version > kept.version]
        if new and new[0].originator_version == kept.version + 1:
            self.keep(aggregate_id, _fold(kept.copy(), new), before)

    def forget(self) -> None:
        """Keep nothing of what was read so far."""
        self.cache = LRUCache(CACHED_AGGREGATES)


class _EventStore(EventStore[str]):
    """Reads the events of a stream together, so that the keys they need are fetched once."""

    mapper: EventMapper

    def get(self, originator_id: str, **kwargs: Any) -> Iterator[Any]:
        stored = self.recorder.select_events(originator_id, **kwargs)
        return iter(self.mapper.to_domain_events(stored))


class EventLog(Application[str]):
    """Saves events and folds them into aggregates, on the tables of one schema."""

    name = "segmentlog"

    def __init__(
        self,
        conninfo: str,
        schema: str,
        mapper: Callable[[ContentStore, PersonalKeys], EventMapper],
        *,
        pool_size: int = 10,
        master: MasterKey | None = None,
    ) -> None:
        self.conninfo, self.schema = conninfo, schema
        self.datastore = Datastore(conninfo, schema, size=pool_size)
        self.contents = ContentStore(self.datastore)
        self.counters = Counters(self.datastore)
        self.notices = Notices(conninfo)
        """What this process hears of others, and of itself."""
        self._recorder = LogRecorder(self.datastore)
        self.saved = self._recorder.counts
        self.forgetting: list[Callable[[], None]] = []
        """What else drops what it keeps of events in memory, when something was erased."""
        self.personal_keys = PersonalKeys(self.datastore, master or OF_THIS_PROCESS)
        self._mapper = mapper(self.contents, self.personal_keys)
        self.topics = self._mapper.topics
        self.stored_as = self._mapper.upcasting.stored_as
        super().__init__()

    @staticmethod
    def set_up(conninfo: str, schema: str) -> None:
        """Make the tables, or bring them up to date. Raises MigrationError."""
        migrate(conninfo, schema, MIGRATIONS)

    @staticmethod
    def require(conninfo: str, schema: str) -> None:
        """Make sure that the tables are there, as this program reads them. Raises MigrationError."""
        require(conninfo, schema, MIGRATIONS)

    @property
    def events_mapper(self) -> EventMapper:
        """Reads and writes what is stored."""
        return self._mapper

    def construct_mapper(self) -> Mapper[str]:
        return self._mapper

    def construct_event_store(self) -> EventStore[str]:
        return _EventStore(self._mapper, self._recorder)

    def construct_recorder(self) -> ApplicationRecorder:
        return self._recorder

    def construct_repository(self) -> Repository[str]:
        self._aggregates = _CachingRepository(
            self.events, cache_maxsize=CACHED_AGGREGATES, fastforward=True, deepcopy_from_cache=False
        )
        return self._aggregates

    def load(self, stream: str, blank: Callable[[], A], version: int | None = None) -> A | None:
        """The aggregate of a stream, now or as of a version; None if it had no events. Not to be changed."""

        def fold(aggregate: A | None, events: Iterable[Event]) -> A | None:
            new = list(events)
            if not new:
                return aggregate
            return _fold(blank() if aggregate is None else aggregate.copy(), new)

        try:
            found: A | None = self._aggregates.get(stream, version=version, projector_func=fold)
        except AggregateNotFoundError:
            return None
        return found

    def load_both(
        self, stream: str, blank: Callable[[], A], other: str, other_blank: Callable[[], B]
    ) -> tuple[A | None, B | None]:
        """The aggregates of two streams as they are now, as `load` finds them, with one question for both."""
        before = self._aggregates.cache
        found: dict[str, Any] = {name: self._aggregates.kept(name) for name in (stream, other)}
        seen = {name: 0 if kept is None else kept.version for name, kept in found.items()}
        stored = self._recorder.select_events_of(seen)
        for name, events in _by_stream(self._mapper.to_domain_events(stored)).items():
            fresh: Foldable = blank() if name == stream else other_blank()
            found[name] = _fold(fresh if found[name] is None else found[name].copy(), events)
            self._aggregates.keep(name, found[name], before)
        return found[stream], found[other]

    def advance(self, events: Sequence[Event]) -> None:
        """Bring the aggregates that are kept up to date by events that are stored, in their order."""
        for stream, new in _by_stream(events).items():
            self._aggregates.advance(stream, new)

    def load_many(
        self, streams: Sequence[str], blank: Callable[[], A], *, position: int | None = None
    ) -> dict[str, A]:
        """The aggregates of many streams, those that have events, with one query; as of a position or now."""
        found: dict[str, A] = {}
        for _, event in self.placed(streams, position):
            _fold(found.setdefault(event.originator_id, blank()), [event])
        return found

    def placed(self, streams: Sequence[str], position: int | None = None) -> Iterator[tuple[int, Event]]:
        """The events of streams with their positions, stream by stream; up to a position, or all."""
        return self.events_where(
            "originator_id = ANY(%b::text[]) AND (%s::bigint IS NULL OR notification_id <= %s)"
            " ORDER BY originator_id, originator_version",
            *(list(streams), position, position),
        )

    def events_where(self, condition: LiteralString, *parameters: object) -> Iterator[tuple[int, Event]]:
        """The events that meet a condition of SQL, with their positions."""
        with self.datastore.get_connection() as connection, connection.cursor(binary=True) as cursor:
            cursor.execute(
                "SELECT originator_id, originator_version, topic, state, notification_id FROM log_events"
                f" WHERE {condition}",
                parameters,
            )
            rows = cursor.fetchall()
        positions = [row.pop("notification_id") for row in rows]
        stored = [StoredEvent(**row) for row in rows]
        yield from zip(positions, self._mapper.to_domain_events(stored), strict=True)

    def append(
        self,
        events: Sequence[Event],
        *,
        before: Sequence[Alongside] = (),
        under_lock: Sequence[Alongside] = (),
        relying_on: Mapping[str, int] = RELYING_ON_NOTHING,
    ) -> int:
        """Save the events in one transaction; returns the position of the last.

        Raises StaleVersionError, also if a stream that is relied on has gone on since its version there;
        MissingHeadError.
        """
        if not events:
            raise ValueError("there is nothing to append")
        # Not by the library's `save`: that looks into each event for what none of ours has, and makes two
        # objects of each for whoever it notifies, which is nobody.
        stored = self._mapper.to_stored_events(events)
        try:
            positions = self._recorder.insert_events(
                stored, before=before, under_lock=under_lock, relying_on=relying_on
            )
        except IntegrityError as error:
            if "log_events_pkey" in str(error):
                raise StaleVersionError(str(error)) from error
            self.position()  # a log without a head takes nothing: then that is what is said
            raise
        assert positions is not None
        # As they are stored, and not as they were given, so that it is the same as for who reads them.
        kept = [row for row in stored if self._aggregates.kept(str(row.originator_id)) is not None]
        # It is saved. If this fails, whoever loads it next reads the events, and is told why if he cannot.
        with suppress(PersistenceError, PersonalKeyError):
            self.advance(self._mapper.to_domain_events(kept))
        return positions[-1]

    def position(self) -> int:
        """The position of the last event; 0 when there is none. Raises MissingHeadError."""
        with self.datastore.get_connection() as connection, connection.cursor() as cursor:
            return head_position(cursor)

    def position_of(self, stream: str, version: int) -> int | None:
        """The position of a version of a stream; None if there is no such."""
        with self.datastore.get_connection() as connection:
            row = connection.execute(
                "SELECT notification_id FROM log_events WHERE originator_id = %s AND originator_version = %s",
                (stream, version),
            ).fetchone()
        return None if row is None else int(row["notification_id"])

    def version_at(self, stream: str, at: At) -> int | None:
        """The version of a stream at an instant or position; None before its first event."""
        if isinstance(at, int):
            with self.datastore.get_connection() as connection:
                row = connection.execute(
                    "SELECT max(originator_version) AS version FROM log_events"
                    " WHERE originator_id = %s AND notification_id <= %s",
                    (stream, at),
                ).fetchone()
            return None if row is None else row["version"]
        versions = [
            event.originator_version
            for event in cast(Iterable[Event], self.events.get(stream))
            if event.envelope.at <= at
        ]
        return versions[-1] if versions else None

    def forget(self) -> None:
        """Drop what is kept in memory: aggregates, contents and the like may hold what was erased since."""
        self._aggregates.forget()
        self.contents.forget()
        for forget in self.forgetting:
            forget()

    def close(self) -> None:
        """Give the connections back."""
        self.notices.close()
        self.datastore.close()
        super().close()


def _by_stream(events: Iterable[Event]) -> dict[str, list[Event]]:
    found: dict[str, list[Event]] = {}
    for event in events:
        found.setdefault(event.originator_id, []).append(event)
    return found


def _fold(aggregate: A, events: Iterable[Event]) -> A:
    """The same aggregate after these events, which it takes over."""
    for event in events:
        aggregate.apply(event.data, event.envelope.user_id, event.envelope.at)
        aggregate.version = event.originator_version
    return aggregate


def events_of(
    stream: str, version: int, envelope: Envelope, facts: Sequence[Any], about: int | None = None
) -> list[Event]:
    """The facts as the events that follow `version` in a stream."""
    return [Event(stream, number, envelope, fact, about) for number, fact in enumerate(facts, version + 1)]
