"""Contacts by key and number, as they are or were at a position of the log; deleted ones too."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from application.contacts import stream_of
from application.journal import Journal
from domain.contact import KnownContact
from domain.segment.line_values import LineFacts
from eventstore.log import EventLog
from projections.read_models import ReadModels

DELETED: Final = (
    "SELECT data ->> 'no' AS no, (data ->> 'key')::integer AS key"
    " FROM (SELECT convert_from(state, 'UTF8')::jsonb -> 'data' AS data FROM log_events"
    " WHERE topic = 'contact.deleted.1' AND notification_id > %s) AS gone"
    " WHERE (data ->> 'key')::integer = ANY(%s)"
)


class PastContacts:
    """Looks contacts up by number or key, at any position; deleted ones too."""

    def __init__(self, journal: Journal, read_models: ReadModels) -> None:
        self.log: EventLog = journal.log
        self.read_models = read_models

    def numbers(self, keys: Iterable[int], after: int = 0) -> dict[int, str]:
        """The numbers of contacts by key, also of those that were deleted, if it was after a position."""
        wanted = [int(key) for key in keys]
        with self.read_models.cursor() as cursor:
            rows = cursor.execute("SELECT key, no FROM contact WHERE key = ANY(%s)", (wanted,)).fetchall()
        found = {row["key"]: row["no"] for row in rows}
        missing = [key for key in wanted if key not in found]
        return found | (self._deleted(missing, after) if missing else {})

    def _deleted(self, keys: list[int], after: int) -> dict[int, str]:
        """No table keeps the key of a contact that is gone: its last event does."""
        with self.log.datastore.get_connection() as connection:
            rows = connection.execute(DELETED, (after, keys)).fetchall()
        return {row["key"]: row["no"] for row in rows}

    def names(self, keys: Iterable[int]) -> dict[int, str | None]:
        """The names of contacts by key, as they are now; those that there are."""
        with self.read_models.cursor() as cursor:
            rows = cursor.execute(
                "SELECT key, name FROM contact WHERE key = ANY(%s)", ([int(key) for key in keys],)
            ).fetchall()
        return {row["key"]: row["name"] for row in rows}

    def key_of(self, no: str) -> int | None:
        """The key of a contact, also of one that was deleted."""
        known = self.log.load(stream_of(no), KnownContact)
        return None if known is None else known.key

    def many(self, numbers: Sequence[str], position: int) -> dict[str, KnownContact]:
        """Contacts as they were, by number; those that there were."""
        found = self.log.load_many([stream_of(no) for no in numbers], KnownContact, position=position)
        return {contact.no: contact for contact in found.values() if not contact.deleted}

    def line_facts(self, keys: Sequence[int], position: int) -> dict[int, LineFacts]:
        """What lines showed of contacts, by key; of those that there were."""
        # Who had been deleted by then is not among them, so it need not be looked for in what came before.
        found = self.many(list(self.numbers(keys, after=position).values()), position)
        companies = {contact.value.company_no for contact in found.values()} - found.keys() - {None}
        known = found | self.many([no for no in companies if no is not None], position)
        return {
            contact.key: line_facts(contact, known.get(contact.value.company_no or ""))
            for contact in found.values()
        }


def line_facts(contact: KnownContact, company: KnownContact | None) -> LineFacts:
    """What a line shows of a contact, and takes from it."""
    value = contact.value
    return LineFacts(
        no=contact.no,
        type=value.type,
        name=value.name,
        company_no=value.company_no,
        company_name=company.value.name if company is not None else value.company_name,
        email=value.email,
        salesperson_code=value.salesperson_code,
        language_code=value.language_code,
        correspondence_type=value.correspondence_type,
        alternative_addresses=value.alternative_addresses,
    )
