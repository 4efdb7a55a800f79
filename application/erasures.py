"""What the log says of erasures: whose keys were destroyed, and which documents went with their contacts."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Any

import msgspec
from psycopg import Connection
from psycopg.rows import tuple_row

from domain.catalogue import EVENT_TYPES
from domain.contact import ContactErased
from domain.contact_set import may_hold
from domain.document import Document
from domain.segment.events import SegmentLogged
from eventstore.sealing import subjects_in

GIVING = sorted(
    topic
    for topic, event in EVENT_TYPES.items()
    if may_hold(event, Document) and topic != SegmentLogged.topic
)
"""Events by which somebody has a document. Logging only takes over what was there."""

FEW = 20
"""So many digests are looked for in the database; for more, all events that name any are read."""

_DIGEST = re.compile(rb'"([0-9a-f]{64})"')


class _Erasure(msgspec.Struct):
    """What is stored of an erasure."""

    data: ContactErased


def erased_contacts(connection: Connection[Any]) -> dict[int, int]:
    """The keys of contacts that were erased, each with the position of the event that says so."""
    return {fact.key: position for position, fact in _erasures(connection)}


def erased_documents(connection: Connection[Any]) -> set[str]:
    """The documents of contacts that were erased, by digest, but for those that somebody else has as well."""
    listed = {digest for _, fact in _erasures(connection) for digest in fact.documents}
    return listed - in_use(connection, listed)


def in_use(
    connection: Connection[Any], documents: Collection[str], forgetting: int | None = None
) -> set[str]:
    """Those of the documents that a template or segment has, or a contact that is not erased.

    One that is being erased in this moment does not count.
    """
    if not documents:
        return set()
    named = [digest.encode() for digest in documents] if len(documents) <= FEW else [b'"sha256"']
    used: set[bytes] = set()
    with connection.cursor(binary=True, row_factory=tuple_row) as cursor:
        cursor.execute("SELECT subject FROM personal_key WHERE destroyed_at IS NOT NULL")
        gone = {subject for (subject,) in cursor} | {forgetting}
        having = cursor.stream(
            "SELECT state FROM log_events WHERE topic = ANY(%s)"
            " AND EXISTS (SELECT FROM unnest(%s::bytea[]) AS n(named) WHERE position(n.named IN state) > 0)",
            (GIVING, named),
        )
        for (state,) in having:
            subjects = subjects_in(state)
            if not subjects or not gone.issuperset(subjects):
                used.update(_DIGEST.findall(state))
    return {digest.decode() for digest in used}.intersection(documents)


def _erasures(connection: Connection[Any]) -> Iterator[tuple[int, ContactErased]]:
    with connection.cursor(binary=True, row_factory=tuple_row) as cursor:
        cursor.execute(
            "SELECT notification_id, state FROM log_events WHERE topic = %s", (ContactErased.topic,)
        )
        for position, state in cursor:
            try:
                fact = msgspec.json.decode(state, type=_Erasure).data
            except msgspec.MsgspecError:
                continue  # it was tampered with, and counts for nothing
            yield position, fact
