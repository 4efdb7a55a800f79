"""What waits to be sent: a queue in PostgreSQL that any number of workers on any machines share.

It knows numbers in batches, not what they are. A batch is claimed under a token; everything that is done
with it names the token, so that a worker that was taken for dead can do no harm when it wakes up.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Literal
from zlib import crc32

import msgspec
import psycopg
from psycopg import Connection, Cursor
from psycopg.rows import DictRow, dict_row
from psycopg.sql import SQL, Identifier
from psycopg_pool import ConnectionPool

from correspondence.outbox_figures import Figures, count_outcomes, read_figures
from eventstore.migrate import migrate

POOL_SIZE = 10

Channel = Literal["mail", "print", "fax"]
Settling = Callable[[Cursor[DictRow]], None]


class ClaimLostError(Exception):
    """The batch belongs to another worker by now."""


class NewBatch(msgspec.Struct, frozen=True):
    """Numbers to send, the stream that their outcome belongs to, and the one whose pauses count."""

    stream: str
    held_by: str
    position: int
    channel: Channel
    numbers: list[int]


class Batch(msgspec.Struct, frozen=True):
    """A batch that was claimed."""

    id: int
    token: uuid.UUID
    stream: str
    position: int
    channel: Channel
    numbers: list[int]
    created_at: datetime
    tries: int


class Attempt(msgspec.Struct, frozen=True):
    """What is known of one number: begun and no more, or how it came out."""

    number: int
    state: Literal["begun", "sent", "failed"]
    sha256: str | None = None
    reason: str | None = None
    detail: str | None = None

    @property
    def outcome(self) -> str:
        """How it came out, in a word: sent, or why not."""
        return self.reason or self.state


class Waiting(msgspec.Struct, frozen=True):
    """What of a stream waits: by which channel, and what kept it the last time."""

    channel: Channel
    said: str | None


_CLAIM = (
    "UPDATE batch SET token = gen_random_uuid(), worker = %(worker)s,"
    " lease_until = now() + make_interval(secs => %(lease)s)"
    " WHERE id = (SELECT b.id FROM batch b WHERE b.channel = %(channel)s"
    " AND b.ready_at <= now() AND b.created_at <= now() - make_interval(secs => %(age)s)"
    " AND NOT EXISTS (SELECT FROM held h WHERE h.stream = b.held_by)"
    " AND (b.token IS NULL OR b.lease_until < now() OR NOT EXISTS (SELECT FROM pg_locks l"
    " WHERE l.locktype = 'advisory' AND l.classid = %(presence)s AND l.objid = b.worker AND l.objsubid = 2"
    " AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())))"
    " ORDER BY b.ready_at, b.id LIMIT 1 FOR UPDATE SKIP LOCKED)"
    " RETURNING id, token, stream, position, channel, numbers, created_at, tries"
)
_BEGIN = (
    "WITH mine AS (UPDATE batch b SET lease_until = now() + make_interval(secs => %(lease)s)"
    " WHERE b.id = %(id)s AND b.token = %(token)s"
    " AND NOT EXISTS (SELECT FROM held h WHERE h.stream = b.held_by) RETURNING b.id)"
    " INSERT INTO attempt (batch_id, number, state) SELECT id, %(number)s, 'begun' FROM mine"
    " ON CONFLICT DO NOTHING RETURNING number"
)
_PACE = (
    "INSERT INTO pace AS p (server, next_at) VALUES (%(server)s, now() + make_interval(secs => %(every)s))"
    " ON CONFLICT (server) DO UPDATE SET"
    " next_at = greatest(p.next_at, now()) + make_interval(secs => %(every)s)"
    " RETURNING extract(epoch FROM next_at - now())::float8 - %(every)s AS wait"
)


class Outbox:
    """The queue beside one event log, in a schema of its own in the same database."""

    def __init__(self, conninfo: str, log_schema: str) -> None:
        self._conninfo = conninfo
        self.schema = f"{log_schema}_delivery"
        # The class of the session locks by which workers show that they are alive. Workers are counted in
        # each schema, so companies that share a database must not share the class.
        self._presence = crc32(self.schema.encode()) >> 1
        self._pool = self._made_pool()
        # For what is safe to lose when the database crashes: a mail that was begun is uncertain then.
        self._hasty_pool = self._made_pool(hasty=True)

    def _made_pool(self, *, hasty: bool = False) -> ConnectionPool[Connection[DictRow]]:
        def configure(connection: Connection[DictRow]) -> None:
            connection.autocommit = True
            connection.execute(SQL("SET search_path = {}").format(Identifier(self.schema)))
            if hasty:
                connection.execute("SET synchronous_commit = off")

        return ConnectionPool(
            self._conninfo,
            connection_class=Connection[DictRow],
            kwargs={"row_factory": dict_row},
            min_size=0,
            max_size=POOL_SIZE,
            open=False,
            configure=configure,
        )

    def set_up(self) -> None:
        """Make the tables."""
        migrate(self._conninfo, self.schema, Path(__file__).parent / "migrations")

    def open(self) -> None:
        """Connect."""
        self._pool.open()
        self._hasty_pool.open()

    def close(self) -> None:
        """Give the connections back."""
        self._pool.close()
        self._hasty_pool.close()

    # Planning

    def position(self) -> int:
        """Up to which position of the log everything that is to be sent stands here."""
        with self._pool.connection() as connection:
            row = connection.execute("SELECT position FROM outbox_position").fetchone()
        assert row is not None
        return int(row["position"])

    def plan(
        self, after: int, until: int, batches: Sequence[NewBatch] = (), held: dict[str, bool] | None = None
    ) -> bool:
        """Take in what the log says between two positions; False if another worker did it already.

        Numbers that wait already are left out.
        """
        with self._pool.connection() as connection, connection.transaction():
            moved = connection.execute(
                "UPDATE outbox_position SET position = %s WHERE position = %s", (until, after)
            )
            if moved.rowcount == 0:
                return False
            for stream, is_held in (held or {}).items():
                with connection.cursor() as cursor:
                    self.holding(stream, is_held=is_held)(cursor)
            known = self._known(connection, {batch.stream for batch in batches})
            with connection.cursor() as cursor:
                cursor.executemany(
                    "INSERT INTO batch (stream, held_by, position, channel, numbers)"
                    " VALUES (%s, %s, %s, %s, %s)",
                    [
                        (batch.stream, batch.held_by, batch.position, batch.channel, fresh)
                        for batch in batches
                        if (fresh := [n for n in batch.numbers if n not in known])
                    ],
                )
        return True

    def holding(self, stream: str, *, is_held: bool) -> Settling:
        """What holds a stream up or lets it go on, in the transaction that records that: at once."""
        statement = SQL(
            "INSERT INTO {}.held (stream) VALUES (%s) ON CONFLICT DO NOTHING"
            if is_held
            else "DELETE FROM {}.held WHERE stream = %s"
        ).format(Identifier(self.schema))

        def hold(cursor: Cursor[DictRow]) -> None:
            cursor.execute(statement, (stream,))

        return hold

    @staticmethod
    def _known(connection: Connection[DictRow], streams: set[str]) -> set[int]:
        if not streams:
            return set()
        rows = connection.execute(
            "SELECT DISTINCT unnest(numbers) AS number FROM batch WHERE stream = ANY(%s)", (sorted(streams),)
        )
        return {int(row["number"]) for row in rows}

    # Working

    def show_presence(self) -> tuple[Connection[DictRow], int]:
        """A session whose life is the worker's, and the worker's number. Keep it open while working."""
        connection = psycopg.connect(self._conninfo, autocommit=True, row_factory=dict_row)
        connection.execute(SQL("SET search_path = {}").format(Identifier(self.schema)))
        row = connection.execute("SELECT nextval('outbox_worker')::integer AS worker").fetchone()
        assert row is not None
        connection.execute("SELECT pg_advisory_lock(%s, %s)", (self._presence, row["worker"]))
        return connection, int(row["worker"])

    def claim(self, worker: int, channel: Channel, *, lease: float, age: float = 0.0) -> Batch | None:
        """A batch that nobody works on and that has waited for `age` seconds at least."""
        with self._pool.connection() as connection:
            row = connection.execute(
                _CLAIM,
                {
                    "worker": worker,
                    "channel": channel,
                    "lease": lease,
                    "age": age,
                    "presence": self._presence,
                },
            ).fetchone()
        return None if row is None else Batch(**row)

    def keep(self, batch: Batch, *, lease: float) -> None:
        """Hold a batch for so much longer."""
        with self._pool.connection() as connection:
            connection.execute(
                "UPDATE batch SET lease_until = now() + make_interval(secs => %s)"
                " WHERE id = %s AND token = %s",
                (lease, batch.id, batch.token),
            )

    def attempts(self, batch: Batch) -> list[Attempt]:
        """What is known of the batch's numbers, from this worker and those before it."""
        with self._pool.connection() as connection:
            rows = connection.execute(
                "SELECT number, state, sha256, reason, detail FROM attempt WHERE batch_id = %s"
                " ORDER BY number",
                (batch.id,),
            ).fetchall()
        return [Attempt(**row) for row in rows]

    def begin(self, batch: Batch, number: int, *, lease: float) -> bool:
        """Note that a mail is about to go; False if it must not: it went before, or the batch was stopped."""
        values = {"id": batch.id, "token": batch.token, "number": number, "lease": lease}
        with self._pool.connection() as connection:
            return connection.execute(_BEGIN, values, prepare=True).fetchone() is not None

    def end(self, batch: Batch, attempt: Attempt) -> None:
        """Note how a mail came out."""
        with self._hasty_pool.connection() as connection:
            connection.execute(
                "INSERT INTO attempt (batch_id, number, state, sha256, reason, detail)"
                " SELECT id, %s, %s, %s, %s, %s FROM batch WHERE id = %s AND token = %s"
                " ON CONFLICT (batch_id, number) DO UPDATE SET state = excluded.state,"
                " sha256 = excluded.sha256, reason = excluded.reason, detail = excluded.detail",
                (
                    *(attempt.number, attempt.state, attempt.sha256, attempt.reason, attempt.detail),
                    *(batch.id, batch.token),
                ),
                prepare=True,
            )

    def forget(self, batch: Batch, number: int) -> None:
        """The mail server has said that it did not take the mail: it may go again."""
        with self._hasty_pool.connection() as connection:
            connection.execute(
                "DELETE FROM attempt a USING batch b WHERE a.batch_id = b.id AND b.id = %s AND b.token = %s"
                " AND a.number = %s",
                (batch.id, batch.token, number),
            )

    def settling(self, batch: Batch, attempts: Sequence[Attempt]) -> Settling:
        """What takes numbers out of the queue, in the transaction that records their outcome.

        Raises ClaimLostError there.
        """
        numbers = [attempt.number for attempt in attempts]
        outcomes = Counter(attempt.outcome for attempt in attempts)
        return self._taking_out(batch, numbers, outcomes)

    def _taking_out(self, batch: Batch, numbers: list[int], outcomes: Mapping[str, int]) -> Settling:
        schema = Identifier(self.schema)

        def settle(cursor: Cursor[DictRow]) -> None:
            row = cursor.execute(
                SQL(
                    "UPDATE {}.batch SET numbers = ARRAY(SELECT n FROM unnest(numbers) n"
                    " WHERE n <> ALL(%s::bigint[])) WHERE id = %s AND token = %s"
                    " RETURNING cardinality(numbers) AS remaining"
                ).format(schema),
                (numbers, batch.id, batch.token),
            ).fetchone()
            if row is None:
                raise ClaimLostError
            cursor.execute(
                SQL("DELETE FROM {}.attempt WHERE batch_id = %s AND number = ANY(%s)").format(schema),
                (batch.id, numbers),
            )
            if row["remaining"] == 0:
                cursor.execute(SQL("DELETE FROM {}.batch WHERE id = %s").format(schema), (batch.id,))
            count_outcomes(cursor, schema, batch.channel, outcomes)

        return settle

    def drop(self, batch: Batch, numbers: list[int]) -> None:
        """Take numbers out of the queue that there is nothing to record of. Raises ClaimLostError."""
        with (
            self._pool.connection() as connection,
            connection.transaction(),
            connection.cursor() as cursor,
        ):
            self._taking_out(batch, numbers, {})(cursor)

    def release(self, batch: Batch, *, after: float, said: str | None = None, counts: bool = False) -> None:
        """Let what is left of a batch go on later; `counts` if this was a try."""
        with self._pool.connection() as connection:
            connection.execute(
                "UPDATE batch SET token = NULL, worker = NULL, lease_until = NULL, said = %s,"
                " said_at = now(), ready_at = now() + make_interval(secs => %s), tries = tries + %s"
                " WHERE id = %s AND token = %s",
                (said, after, int(counts), batch.id, batch.token),
            )

    def turn(self, server: str, every: float) -> float:
        """Take the next turn at a mail server, of one turn every so many seconds; how long to wait for it."""
        with self._hasty_pool.connection() as connection:
            row = connection.execute(_PACE, {"server": server, "every": every}, prepare=True).fetchone()
        assert row is not None
        return max(0.0, float(row["wait"]))

    # Telling

    def waiting(self, held_by: str | None = None) -> list[Waiting]:
        """What waits, of one stream or of all, each channel and reason once, the latest first."""
        with self._pool.connection() as connection:
            rows = connection.execute(
                "SELECT channel, said FROM batch WHERE %(stream)s::text IS NULL OR held_by = %(stream)s"
                " GROUP BY channel, said ORDER BY max(said_at) DESC NULLS LAST",
                {"stream": held_by},
            ).fetchall()
        return [Waiting(**row) for row in rows]

    def figures(self, *, patience: float | None = None) -> Figures:
        """What waits and how the rest came out; raises PoolTimeout if there is no connection in that time."""
        with self._pool.connection(timeout=patience) as connection:
            return read_figures(connection)

    def opt_out_secret(self) -> bytes:
        """The secret that signs links to opt out."""
        with self._pool.connection() as connection:
            row = connection.execute("SELECT secret FROM opt_out_secret").fetchone()
        assert row is not None
        return str(row["secret"]).encode()
