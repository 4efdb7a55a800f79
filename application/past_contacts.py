"""Contacts as they were at a position of the log: themselves, what belongs to them, and their colleagues."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from application.contacts import stream_of
from application.journal import Journal
from domain.contact import PERSONAL, Contact, KnownContact
from domain.segment.line_values import LineFacts
from eventstore.log import EventLog
from projections.contacts.value_entry_rows import of_sources
from projections.read_models import ReadModels

COLLEAGUES = 1_000
"""So many people of one company are looked at to say through whom a contact came."""


class PastContacts:
    """Looks contacts up by number or key, at any position; deleted ones too."""

    def __init__(self, journal: Journal, read_models: ReadModels) -> None:
        self.log: EventLog = journal.log
        self.read_models = read_models
        self._amended: tuple[tuple[int, int], frozenset[str]] | None = None

    def streams_with_deletions(self, position: int) -> frozenset[str]:
        """The streams whose interactions were taken out of the log after a position.

        Kept for the next question about the same position: colleagues are asked about one by one.
        """
        place = (position, self.log.position())
        known = self._amended
        if known is None or known[0] != place:
            with self.log.datastore.get_connection() as connection:
                rows = connection.execute(
                    "SELECT DISTINCT originator_id AS stream FROM log_events"
                    " WHERE notification_id > %s AND topic = 'interactions.deleted.1'",
                    (position,),
                ).fetchall()
            known = self._amended = (place, frozenset(row["stream"] for row in rows))
        return known[1]

    def numbers(self, keys: Iterable[int], after: int = 0) -> dict[int, str]:
        """The numbers of contacts by key, also of those that were deleted, if it was after a position."""
        wanted = [int(key) for key in keys]
        with self.read_models.cursor() as cursor:
            rows = cursor.execute("SELECT key, no FROM contact WHERE key = ANY(%s)", (wanted,)).fetchall()
        found = {row["key"]: row["no"] for row in rows}
        missing = [key for key in wanted if key not in found]
        return found | (self._deleted(missing, after) if missing else {})

    def _deleted(self, keys: list[int], after: int) -> dict[int, str]:
        """No table keeps the key of a contact that is gone: its last event does, and is looked for."""
        with self.log.datastore.get_connection() as connection:
            rows = connection.execute(
                "SELECT data ->> 'no' AS no, (data ->> 'key')::integer AS key"
                " FROM (SELECT convert_from(state, 'UTF8')::jsonb -> 'data' AS data FROM log_events"
                " WHERE notification_id > %s AND topic = 'contact.deleted.1') AS gone"
                " WHERE (data ->> 'key')::integer = ANY(%s)",
                (after, keys),
            ).fetchall()
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

    def is_erased(self, no: str) -> bool:
        """Whether the personal values of a contact were erased: what they were then, nobody knows."""
        known = self.log.load(stream_of(no), KnownContact)
        return known is not None and known.erased

    def at(self, no: str, position: int) -> KnownContact | None:
        """A contact as it was, if there was one."""
        return self.many([no], position).get(no)

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

    def deleted_at(self, no: str | None, position: int) -> bool:
        """Whether a contact had been deleted by then."""
        if no is None:
            return False
        found = self.log.load_many([stream_of(no)], KnownContact, position=position)
        return any(contact.deleted for contact in found.values())

    def company_left(self, no: str, position: int) -> str | None:
        """The company of somebody who had been deleted by then: interactions went to it (domain B19)."""
        found = self.log.load_many([stream_of(no)], KnownContact, position=position)
        person = next(iter(found.values()), None)
        if person is None or not person.deleted or person.value.company_no in (None, no):
            return None
        return person.value.company_no

    def people_lost(self, company_no: str, position: int) -> dict[int, str]:
        """Key and number of the people of a company who had been deleted by then."""
        with self.log.datastore.get_connection() as connection:
            rows = connection.execute(
                "SELECT DISTINCT originator_id AS stream FROM log_events gone"
                " JOIN log_events named USING (originator_id)"
                " WHERE gone.topic = 'contact.deleted.1' AND gone.notification_id <= %s"
                " AND position(%s::bytea IN named.state) > 0",
                (position, b'"company_no":' + msgspec.json.encode(company_no)),
            ).fetchall()
        gone = self.log.load_many([row["stream"] for row in rows], KnownContact, position=position)
        return {
            person.key: person.no
            for person in gone.values()
            if person.value.company_no == company_no and person.no != company_no
        }

    def rows(self, contact: KnownContact, position: int) -> dict[str, list[Mapping[str, Any]]]:
        """What criteria see of a contact but its interactions: rows by table, as the read model had them."""
        value, company = contact.value, self._company(contact, position)
        own = msgspec.structs.asdict(value) | {"no": contact.no}
        if value.company_key is not None:
            own["company_name"] = company.value.name if company else None
        if self.is_erased(contact.no):
            own = {name: known for name, known in own.items() if name not in PERSONAL}
        if company is not None and self.is_erased(company.no):
            own.pop("company_name", None)
        of_company = company.value if company else Contact()
        return {
            "contact": [own],
            "mailing_group": [{"code": code} for code in value.mailing_groups],
            "job_responsibility": [{"code": code} for code in value.job_responsibilities],
            "profile_answer": [msgspec.structs.asdict(answer) for answer in value.profile_answers],
            "industry_group": [{"code": code} for code in of_company.industry_groups],
            "business_relation": [
                msgspec.structs.asdict(relation) for relation in of_company.business_relations
            ],
            "value_entry": self._value_entries(of_company, position),
        }

    def _value_entries(self, company: Contact, position: int) -> list[Mapping[str, Any]]:
        """What was sold to and bought from a company by then: entries never change (domain B5)."""
        sources = [
            (relation.link_to_table.lower(), relation.no)
            for relation in company.business_relations
            if relation.link_to_table is not None and relation.no is not None
        ]
        if not sources:
            return []
        with self.read_models.cursor() as cursor:
            return list(of_sources(cursor, sources, position))

    def _company(self, contact: KnownContact, position: int) -> KnownContact | None:
        company_no = contact.value.company_no
        if company_no is None or company_no == contact.no:
            return contact if company_no == contact.no else None
        return self.at(company_no, position)

    def colleagues(self, company_key: int, position: int) -> Iterator[KnownContact]:
        """Who belonged to a company then, of those who still do: nothing says who has left since."""
        with self.read_models.cursor() as cursor:
            rows = cursor.execute(
                "SELECT no FROM contact WHERE company_key = %s ORDER BY key LIMIT %s",
                (company_key, COLLEAGUES),
            ).fetchall()
        found = self.many([row["no"] for row in rows], position)
        for contact in sorted(found.values(), key=lambda contact: contact.key):
            if contact.value.company_key == company_key:
                yield contact


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
