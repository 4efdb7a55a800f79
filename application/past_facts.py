"""What criteria saw of contacts at a position of the log: what was theirs, and their colleagues."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec

from application.contacts import stream_of
from domain.contact import PERSONAL, Contact, KnownContact
from eventstore.event import Event
from eventstore.log import EventLog
from projections.contacts.value_entry_rows import of_sources
from projections.read_models import ReadModels

COLLEAGUES = 1_000
"""So many people of one company are looked at to say through whom a contact came."""

STREAMS_WITH_DELETIONS: Final = (
    "SELECT DISTINCT originator_id AS stream FROM log_events"
    " WHERE topic = 'interactions.deleted.1' AND notification_id > %s"
)
DELETED_NAMING: Final = (
    "SELECT DISTINCT originator_id AS stream FROM log_events gone JOIN log_events named USING (originator_id)"
    " WHERE gone.topic = 'contact.deleted.1' AND position(%s::bytea IN named.state) > 0"
)

Placed = list[tuple[int, Event]]


class PastFacts:
    """Looks contacts up for one question, which may be about thousands of positions; deleted ones too.

    Each stream is read once and kept, so one that was asked long ago knows nothing of what came since.
    """

    def __init__(self, log: EventLog, read_models: ReadModels) -> None:
        self.log = log
        self.read_models = read_models
        self._contacts: dict[str, tuple[list[int], list[KnownContact]]] = {}
        self._events: dict[str, Placed] = {}
        self._people: dict[int, list[str]] = {}
        self._lost: dict[str, list[str]] = {}
        self._streams: dict[str, tuple[int, list[str]]] = {}

    # Contacts as they were

    def _read(self, numbers: Iterable[str]) -> None:
        """Read the contacts that were not read yet: as each of their events left them."""
        missing = {stream_of(no): no for no in numbers if no not in self._contacts}
        if not missing:
            return
        self._contacts |= {no: ([], []) for no in missing.values()}
        for position, event in self.log.placed(list(missing)):
            positions, states = self._contacts[missing[event.originator_id]]
            state = states[-1].copy() if states else KnownContact()
            state.apply(event.data, event.envelope.user_id, event.envelope.at)
            positions.append(position)
            states.append(state)

    def _known(self, no: str, position: int | None = None) -> KnownContact | None:
        """A contact at a position or now, deleted or not."""
        self._read([no])
        positions, states = self._contacts[no]
        count = len(positions) if position is None else bisect_right(positions, position)
        return states[count - 1] if count else None

    def at(self, no: str, position: int) -> KnownContact | None:
        """A contact as it was, if there was one."""
        known = self._known(no, position)
        return None if known is None or known.deleted else known

    def is_erased(self, no: str) -> bool:
        """Whether the personal values of a contact were erased: what they were then, nobody knows."""
        known = self._known(no)
        return known is not None and known.erased

    def deleted_at(self, no: str | None, position: int) -> bool:
        """Whether a contact had been deleted by then."""
        known = None if no is None else self._known(no, position)
        return known is not None and known.deleted

    def company_left(self, no: str, position: int) -> str | None:
        """The company of somebody who had been deleted by then: interactions went to it (domain B19)."""
        person = self._known(no, position)
        if person is None or not person.deleted or person.value.company_no in (None, no):
            return None
        return person.value.company_no

    def colleagues(self, company_key: int, position: int) -> Iterator[KnownContact]:
        """Who belonged to a company then, of those who still do: nothing says who has left since."""
        if company_key not in self._people:
            with self.read_models.cursor() as cursor:
                rows = cursor.execute(
                    "SELECT no FROM contact WHERE company_key = %s ORDER BY key LIMIT %s",
                    (company_key, COLLEAGUES),
                ).fetchall()
            self._people[company_key] = [row["no"] for row in rows]
            self._read(self._people[company_key])
        for no in self._people[company_key]:
            contact = self.at(no, position)
            if contact is not None and contact.value.company_key == company_key:
                yield contact

    def people_lost(self, company_no: str, position: int) -> dict[int, str]:
        """Key and number of the people of a company who had been deleted by then."""
        if company_no not in self._lost:
            with self.log.datastore.get_connection() as connection:
                named = b'"company_no":' + msgspec.json.encode(company_no)
                rows = connection.execute(DELETED_NAMING, (named,)).fetchall()
            self._lost[company_no] = [row["stream"].removeprefix(stream_of("")) for row in rows]
            self._read(self._lost[company_no])
        gone = [self._known(no, position) for no in self._lost[company_no] if no != company_no]
        return {
            person.key: person.no
            for person in gone
            if person is not None and person.deleted and person.value.company_no == company_no
        }

    # What belongs to them

    def rows(self, contact: KnownContact, position: int) -> dict[str, list[Mapping[str, Any]]]:
        """What criteria see of a contact but its interactions and value entries: rows by table, as the read
        model had them.
        """
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
        }

    def value_entries(self, contact: KnownContact, position: int) -> list[Mapping[str, Any]]:
        """What was sold to and bought from a contact's company by then: entries never change (domain B5)."""
        company = self._company(contact, position)
        sources = [
            (relation.link_to_table.lower(), relation.no)
            for relation in (company.value.business_relations if company else ())
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

    # The events of interactions with them

    def placed(self, streams: Sequence[str], position: int) -> Placed:
        """The events of streams up to a position, with their positions, in order."""
        missing = [stream for stream in streams if stream not in self._events]
        if missing:
            self._events |= {stream: [] for stream in missing}
            for at, event in self.log.placed(missing):
                self._events[event.originator_id].append((at, event))
        found = [one for stream in streams for one in self._events[stream] if one[0] <= position]
        return sorted(found, key=lambda one: one[0])

    def streams_of_interactions(self, contact: KnownContact, position: int) -> list[str]:
        """The streams that may hold its entries: of those there are now, and of those deleted after that."""
        known = self._streams.get(contact.no)
        if known is None or position < known[0]:
            known = (position, sorted(self._with_entries(contact) | self._with_deletions(position)))
            self._streams[contact.no] = known
        return known[1]

    def _with_entries(self, contact: KnownContact) -> set[str]:
        numbers, orphans = [contact.no], False
        now = self._known(contact.no)
        if now is not None and now.deleted:
            # Its entries went to its company, or to nobody (domain B19).
            numbers += [now.value.company_no] if now.value.company_no is not None else []
            orphans = True
        with self.read_models.cursor() as cursor:
            found = cursor.execute(
                "SELECT DISTINCT segment_no, resend_no,"
                " CASE WHEN segment_no IS NULL THEN entry_no END AS entry_no"
                " FROM interaction_log_entry WHERE contact_no = ANY(%s) OR (%s AND contact_no IS NULL)",
                (numbers, orphans),
            ).fetchall()
        streams = {
            f"interaction-{row['entry_no']}" if row["segment_no"] is None else f"segment-{row['segment_no']}"
            for row in found
        }
        return streams | {f"resend-{row['resend_no']}" for row in found if row["resend_no"] is not None}

    def _with_deletions(self, position: int) -> set[str]:
        with self.log.datastore.get_connection() as connection:
            rows = connection.execute(STREAMS_WITH_DELETIONS, (position,)).fetchall()
        return {row["stream"] for row in rows}
