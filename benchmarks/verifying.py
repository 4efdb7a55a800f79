"""`python -m benchmarks.verifying`: verify a sealed log against reading and hashing its events plainly.

Verifying does more than that: it checks the chain, computes the tree, and holds both against what is stored.
The events are registrations of sample contacts, from a file through the import.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import psycopg
from eventsourcing.persistence import StoredEvent
from psycopg.sql import SQL, Identifier

from benchmarks.measure import Work, measure
from eventstore.recorder import event_digest, link

if TYPE_CHECKING:
    from benchmarks.data import Installation

PAGE = 2_000
EVENTS = SQL(
    "SELECT notification_id, originator_id, originator_version, topic, state FROM {}.log_events"
    " ORDER BY notification_id"
)


def verifying(installation: Installation) -> Work:
    """What is timed: `Auditing.verify`, as the command and the call do it."""

    def work() -> int:
        found = installation.service.auditing.verify()
        if not found.ok:
            raise ValueError(found.problem)
        return found.events

    return work


def hashing_plainly(installation: Installation, *, chained: bool) -> Work:
    """The limit: every event read, and its digest computed; and, if asked, the chain over them."""

    def work() -> int:
        count, chain = 0, hashlib.sha256().digest()
        query = EVENTS.format(Identifier(installation.log_schema))
        with psycopg.connect(installation.conninfo) as connection, connection.cursor("events") as cursor:
            cursor.execute(query, binary=True)
            while page := cursor.fetchmany(PAGE):
                for position, *event in page:
                    digest = event_digest(position, StoredEvent(*event))
                    chain = link(chain, digest) if chained else digest
                count += len(page)
        return count

    return work


def main(arguments: Sequence[str] | None = None) -> None:
    # Not above: the processes that help to verify read this module too, and need nothing of the service.
    from benchmarks.data import Installation, contact_file, fresh_postgres

    parser = argparse.ArgumentParser(prog="python -m benchmarks.verifying", description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000, help="contacts to register, an event each")
    parser.add_argument("--runs", type=int, default=5, help="timed pairs")
    options = parser.parse_args(arguments)

    def progress(text: str) -> None:
        print(text, file=sys.stderr, flush=True)

    with fresh_postgres() as conninfo:
        installation = Installation(conninfo, "verifying")
        installation.import_contacts(contact_file(options.events))
        sealed, _ = installation.service.auditing.seal()
        limits: dict[str, Callable[[], Work]] = {
            "reading and hashing each event": lambda: hashing_plainly(installation, chained=False),
            "reading, hashing and chaining each event": lambda: hashing_plainly(installation, chained=True),
        }
        for name, limit in limits.items():
            progress(f"against {name}:")
            measured = measure(
                lambda _: verifying(installation),
                lambda _, limit=limit: limit(),  # type: ignore[misc]
                options.runs,
                progress=progress,
            )
            print(f"{sealed.tree_size:,} events: {measured.ratio:.2f} times {name}")
        installation.close()


if __name__ == "__main__":
    main()
