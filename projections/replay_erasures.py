"""Erasing contacts in replays too: those hold what was known when they were made."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from eventsourcing.persistence import StoredEvent
from psycopg import Cursor, sql
from psycopg.rows import dict_row

from domain.contact import PERSONAL, ContactErased
from eventstore.log import EventLog
from eventstore.recorder import Alongside
from projections.contacts import erasure_rows

_TURN = "SELECT pg_advisory_xact_lock(hashtextextended(%s || '_at_', 0))"
"""A replay that is being made either sees an erasure in the log, or is seen by it."""


def take_turn(cursor: Cursor[Any], log_schema: str) -> None:
    """Until the end of the transaction, no replay appears and no contact is erased elsewhere."""
    cursor.execute(_TURN, (log_schema,))


def blanking_replays(log_schema: str, facts: Sequence[ContactErased]) -> Alongside:
    """What blanks contacts in all replays in the transaction of a save."""

    def blank_all(cursor: Cursor[Any]) -> None:
        take_turn(cursor, log_schema)
        cursor.execute(
            "SELECT n.nspname::text AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE c.relname = 'replay' AND n.nspname ~ %s",
            (f"^{log_schema}_at_[0-9]+$",),
        )
        for row in cursor.fetchall():
            blank(cursor, row["name"], facts)

    return blank_all


def blank(cursor: Cursor[Any], schema: str, facts: Sequence[ContactErased]) -> None:
    """Blank contacts in one replay, as it would be if it were made after they were erased."""
    with _path(cursor, schema):
        cursor.execute(
            sql.SQL("UPDATE contact SET {} WHERE key = ANY(%s)").format(
                sql.SQL(", ").join(sql.SQL("{} = NULL").format(sql.Identifier(name)) for name in PERSONAL)
            ),
            ([fact.key for fact in facts],),
        )
        # The name of a company stands with its people too.
        cursor.execute(
            "UPDATE contact SET company_name = NULL WHERE company_key = ANY(%s)",
            ([fact.key for fact in facts],),
        )
        erasure_rows.blank(cursor, facts)
        erasure_rows.sample_again(cursor)


def blank_since(cursor: Cursor[Any], log: EventLog, schema: str, position: int) -> None:
    """Blank in one replay who was erased after its position: events may have been read before that."""
    with cursor.connection.cursor(row_factory=dict_row) as reading:
        reading.execute(
            sql.SQL(
                "SELECT originator_id, originator_version, topic, state FROM {}"
                " WHERE topic = %s AND notification_id > %s"
            ).format(sql.Identifier(log.schema, "log_events")),
            (ContactErased.topic, position),
        )
        rows = [StoredEvent(**row) for row in reading]
    if rows:
        blank(cursor, schema, [event.data for event in log.events_mapper.to_domain_events(rows)])


@contextmanager
def _path(cursor: Cursor[Any], schema: str) -> Iterator[None]:
    """The schema that names without one are looked for in, for a while."""
    with cursor.connection.cursor(row_factory=dict_row) as setting:
        before = setting.execute("SELECT current_setting('search_path') AS path").fetchone()
        assert before is not None
        setting.execute("SELECT set_config('search_path', quote_ident(%s), true)", (schema,))
        yield
        setting.execute("SELECT set_config('search_path', %s, true)", (before["path"],))
