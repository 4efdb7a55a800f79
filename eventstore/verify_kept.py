"""Checking what is kept beside the events: contents that they name, and keys of what is sealed in them.

Erasing takes both away, rightly, and says so in an event. Which event that is, the domain knows.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, NamedTuple

from psycopg import Connection

from eventstore.sealing import MARK, sealed_of
from eventstore.verify_events import Problem

CONTENTS_AT_ONCE = 100


class Erasures(NamedTuple):
    """How to learn what was erased, in the transaction of the check.

    `subjects` gives whose keys were destroyed and the position of the event that says so, `contents` the
    digests of what is gone with them.
    """

    subjects: Callable[[Connection[Any]], Mapping[int, int]] = lambda _: {}
    contents: Callable[[Connection[Any]], Collection[str]] = lambda _: ()


NOTHING_ERASED = Erasures()


def problems_of_contents(
    connection: Connection[Any], named: Mapping[str, int], erasures: Erasures
) -> Iterator[Problem]:
    """The contents that are not what events name, or not there."""
    missing = dict(named)
    with connection.cursor("content") as cursor:
        cursor.execute("SELECT sha256, data FROM content", binary=True)
        while page := cursor.fetchmany(CONTENTS_AT_ONCE):
            for digest, data in page:
                position = missing.pop(digest.hex(), None)
                if hashlib.sha256(data).digest() != digest:
                    namer = f"the event at position {position}" if position else "no event"
                    yield Problem(position, f"The content {digest.hex()}, named by {namer}, was changed.")
    gone = erasures.contents(connection) if missing else ()
    for digest, position in missing.items():
        if digest not in gone:
            text = f"The content {digest}, named by the event at position {position}, is missing."
            yield Problem(position, text)


def problems_of_keys(connection: Connection[Any], erasures: Erasures) -> Iterator[Problem]:
    """The keys that were destroyed though nothing was erased, and the other way round."""
    erased = erasures.subjects(connection)
    rows = connection.execute("SELECT subject FROM personal_key WHERE destroyed_at IS NOT NULL")
    destroyed = {subject for (subject,) in rows.fetchall()}
    # Of those, one is told, as finding its event takes as long as reading all.
    for subject in sorted(destroyed - erased.keys())[:1]:
        row = connection.execute(
            "SELECT min(notification_id) FROM log_events WHERE position(%s::bytea IN state) > 0"
            " AND substr(state, 1, %s) = %s::bytea",
            (sealed_of(subject), len(MARK), MARK),
        ).fetchone()
        text = f"The key of subject {subject} was destroyed, and no event says that it was erased."
        yield Problem(row[0] if row else None, text)
    for subject in sorted(erased.keys() - destroyed):
        position = erased[subject]
        text = (
            f"Subject {subject} was erased by the event at position {position}, and its key is still there."
        )
        yield Problem(position, text)
