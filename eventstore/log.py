"""The event log of one company: streams of events, saved together and read back as aggregates."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol, Self, TypeVar, cast

from eventsourcing.application import AggregateNotFoundError, Application, Repository
from eventsourcing.persistence import ApplicationRecorder, IntegrityError, Mapper, StoredEvent

from eventstore.contents import ContentStore
from eventstore.counters import Counters
from eventstore.event import Envelope, Event
from eventstore.mapper import EventMapper
from eventstore.migrate import migrate
from eventstore.recorder import Alongside, Datastore, LogRecorder

MIGRATIONS = Path(__file__).parent / "migrations"
CACHED_AGGREGATES = 2_000


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


class _CachingRepository(Repository[str]):
    """Keeps what it brought up to date; the stock one brings immutable aggregates up to date every time."""

    def get(self, aggregate_id: str, *, version: int | None = None, **kwargs: Any) -> Any:
        aggregate = super().get(aggregate_id, version=version, **kwargs)
        if version is None and self.cache is not None:
            self.cache.put(aggregate_id, aggregate)
        return aggregate


class EventLog(Application[str]):
    """Saves events and folds them into aggregates, on the tables of one schema."""

    name = "segmentlog"

    def __init__(
        self,
        conninfo: str,
        schema: str,
        mapper: Callable[[ContentStore], EventMapper],
        *,
        pool_size: int = 10,
    ) -> None:
        self.conninfo, self.schema = conninfo, schema
        self.datastore = Datastore(conninfo, schema, size=pool_size)
        self.contents = ContentStore(self.datastore)
        self.counters = Counters(self.datastore)
        self._recorder = LogRecorder(self.datastore)
        self._mapper = mapper(self.contents)
        self.knows = self._mapper.knows
        super().__init__()

    @staticmethod
    def set_up(conninfo: str, schema: str) -> None:
        """Make the tables, or bring them up to date. Raises MigrationError."""
        migrate(conninfo, schema, MIGRATIONS)

    def construct_mapper(self) -> Mapper[str]:
        return self._mapper

    def construct_recorder(self) -> ApplicationRecorder:
        return self._recorder

    def construct_repository(self) -> Repository[str]:
        return _CachingRepository(
            self.events, cache_maxsize=CACHED_AGGREGATES, fastforward=True, deepcopy_from_cache=False
        )

    def load(self, stream: str, blank: Callable[[], A], version: int | None = None) -> A | None:
        """The aggregate of a stream, now or as of a version; None if it had no events. Not to be changed."""

        def fold(aggregate: A | None, events: Iterable[Event]) -> A | None:
            folded, mine = aggregate, False
            for event in events:
                if not mine:
                    folded, mine = (blank() if folded is None else folded.copy()), True
                assert folded is not None
                folded.apply(event.data, event.envelope.user_id, event.envelope.at)
                folded.version = event.originator_version
            return folded

        try:
            found: A = cast(Any, self.repository).get(stream, version=version, projector_func=fold)
        except AggregateNotFoundError:
            return None
        return found

    def load_many(
        self, streams: Sequence[str], blank: Callable[[], A], *, position: int | None = None
    ) -> dict[str, A]:
        """The aggregates of many streams, those that have events, with one query; as of a position or now."""
        found: dict[str, A] = {}
        for _, event in self.placed(streams, position):
            aggregate = found.setdefault(event.originator_id, blank())
            aggregate.apply(event.data, event.envelope.user_id, event.envelope.at)
            aggregate.version = event.originator_version
        return found

    def placed(self, streams: Sequence[str], position: int | None = None) -> Iterator[tuple[int, Event]]:
        """The events of streams with their positions, stream by stream; up to a position, or all."""
        with self.datastore.get_connection() as connection, connection.cursor(binary=True) as cursor:
            cursor.execute(
                "SELECT originator_id, originator_version, topic, state, notification_id FROM log_events"
                " WHERE originator_id = ANY(%s) AND (%s::bigint IS NULL OR notification_id <= %s)"
                " ORDER BY originator_id, originator_version",
                (list(streams), position, position),
            )
            rows = cursor.fetchall()
        for row in rows:
            yield row.pop("notification_id"), self._mapper.to_domain_event(StoredEvent(**row))

    def append(
        self,
        events: Sequence[Event],
        *,
        before: Sequence[Alongside] = (),
        under_lock: Sequence[Alongside] = (),
    ) -> int:
        """Save the events in one transaction; returns the position of the last. Raises StaleVersionError."""
        if not events:
            raise ValueError("there is nothing to append")
        # Not by the library's `save`: that looks into each event for what none of ours has, and makes two
        # objects of each for whoever it notifies, which is nobody.
        stored = [self._mapper.to_stored_event(event) for event in events]
        try:
            positions = self._recorder.insert_events(stored, before=before, under_lock=under_lock)
        except IntegrityError as error:
            if "log_events_pkey" in str(error):
                raise StaleVersionError(str(error)) from error
            raise
        assert positions is not None
        return positions[-1]

    def position(self) -> int:
        """The position of the last event; 0 when there is none."""
        with self.datastore.get_connection() as connection:
            row = connection.execute("SELECT position FROM log_head").fetchone()
        assert row is not None
        return int(row["position"])

    def version_at(self, stream: str, at: datetime) -> int | None:
        """The version of a stream at an instant; None before its first event."""
        versions = [
            event.originator_version
            for event in cast(Iterable[Event], self.events.get(stream))
            if event.envelope.at <= at
        ]
        return versions[-1] if versions else None

    def close(self) -> None:
        """Give the connections back."""
        self.datastore.close()
        super().close()


def events_of(stream: str, version: int, envelope: Envelope, facts: Sequence[Any]) -> list[Event]:
    """The facts as the events that follow `version` in a stream."""
    return [Event(stream, number, envelope, fact) for number, fact in enumerate(facts, version + 1)]
