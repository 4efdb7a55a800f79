"""Use cases of contacts: register, change, delete, and looking up what they refer to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from msgspec.structs import replace as replaced

from application.journal import Caller, Changes, Journal, check_version, retried
from application.looking_up import catch_up, open_segments, unnamed_since, wait_for_them
from application.records import Records
from domain import records
from domain.contact import (
    Contact,
    ContactChanged,
    ContactChanges,
    ContactDeleted,
    KnownContact,
    change,
    register,
)
from domain.contact_set import ContactSet, union
from domain.errors import (
    AlreadyExists,
    Conflict,
    ContactOnSegment,
    InUse,
    InvalidRequest,
    NotFound,
)
from domain.inheritance import FIELDS as INHERITED
from domain.inheritance import Inherit, inherited, passed_on
from domain.records import RecordKind
from domain.segment.events import CriteriaApplied, LoggedSegmentReused
from domain.segment.state import Segment
from domain.setup import Setup
from domain.task import TasksCreated
from domain.vocabulary import given
from eventstore.log import At, Foldable, StaleVersionError
from eventstore.recorder import Alongside
from projections.contact_queries import statistics
from projections.read_models import ReadModels
from projections.task_listings import has_interactions_or_tasks, has_open_tasks

KEYS = "contact key"

GIVEN_TO_MANY = (CriteriaApplied.topic, LoggedSegmentReused.topic, TasksCreated.topic)
"""What gives lines or tasks to contacts that it does not name."""

PeopleOf = Callable[[KnownContact], Sequence[KnownContact]]
"""The people of a company."""

SINGLE_CODES: Mapping[str, RecordKind] = {
    "salesperson_code": records.SALESPERSON,
    "territory_code": records.TERRITORY,
    "salutation_code": records.SALUTATION,
    "organizational_level_code": records.ORGANIZATIONAL_LEVEL,
}
CODE_LISTS: Mapping[str, RecordKind] = {
    "mailing_groups": records.MAILING_GROUP,
    "industry_groups": records.INDUSTRY_GROUP,
    "job_responsibilities": records.JOB_RESPONSIBILITY,
}


def stream_of(no: str) -> str:
    """The name of a contact's stream of events."""
    return f"contact-{no}"


def existing(no: str, contact: KnownContact | None, field: str | None = None) -> KnownContact:
    """A contact that was looked for, if it is there; `field` is where a body named it. Raises NotFound."""
    if contact is None or contact.deleted:
        raise NotFound.named("contact", no, field)
    return contact


class Contacts:
    """Contacts one at a time; see `contact_import` for many."""

    def __init__(self, journal: Journal, read_models: ReadModels, known: Records) -> None:
        self.journal = journal
        self.read_models = read_models
        self.records = known

    def get(self, no: str, field: str | None = None) -> KnownContact:
        """The contact with this number; `field` is where a body named it. Raises NotFound."""
        return existing(no, self.journal.load(stream_of(no), KnownContact), field)

    def as_of(
        self, no: str, *, version: int | None = None, at: At | None = None
    ) -> tuple[KnownContact, KnownContact | None]:
        """A contact at a version or an instant, and the company that it had then. Raises NotFound."""
        contact = self.journal.as_of(stream_of(no), KnownContact, version=version, at=at)
        if contact is None or contact.deleted:
            raise NotFound(f"There was no contact {no} then.")
        company_no = contact.value.company_no
        if company_no is None:
            return contact, None
        if at is not None:
            return contact, self.journal.as_of(stream_of(company_no), KnownContact, at=at)
        placed = self.journal.log.placed([stream_of(no)])
        position = next(place for place, event in placed if event.originator_version == contact.version)
        found = self.journal.log.load_many([stream_of(company_no)], KnownContact, position=position)
        return contact, next(iter(found.values()), None)

    def find(self, no: str) -> KnownContact | None:
        """The contact with this number, if there is one now."""
        contact = self.journal.load(stream_of(no), KnownContact)
        return None if contact is None or contact.deleted else contact

    @retried
    def register(self, caller: Caller, typed: str | None, values: ContactChanges) -> tuple[KnownContact, int]:
        """A new contact and the position. Raises Refused."""
        named = self.check_codes(values)
        company = None if values.company_no == typed else self.company(values.company_no)
        if company is not None:
            named[stream_of(company.no)] = company
        values = with_defaults(values, self.records.setup(), company)
        while True:
            no = self.records.draw_number("contact", typed)
            key = self.journal.log.counters.draw(KEYS)
            registered = register(no, key, values, company)
            try:
                position = self.journal.record(
                    caller, Changes(stream_of(no), 0, [registered]), relying_on=named
                )
            except StaleVersionError:
                if self.journal.load(stream_of(no), KnownContact) is None:
                    raise  # what it names has changed
                if typed is None:
                    continue  # somebody typed the number that the series came to
                raise AlreadyExists(f"Number {no} belongs to a contact, now or earlier.") from None
            return self.get(no), position

    @retried
    def change(self, caller: Caller, no: str, values: ContactChanges) -> tuple[KnownContact, int]:
        """New values for a contact, and for the people of a company that inherit them; the position.

        Raises Refused.
        """
        contact = self.get(no)
        check_version(caller, contact.version)
        named = self.check_codes(values)
        # One that is not named is not looked up: its company may be none any more, and it must still opt out.
        company = None if values.company_no == no else self.company(values.company_no)
        if company is not None:
            named[stream_of(company.no)] = company
        flags = self.records.setup().inherit
        facts = change(contact, with_company(contact, values, company, self.find, flags), company)
        conditions = self.check_move(contact, facts, self.people_of)
        changes = Changes(stream_of(no), contact.version, facts)
        people = [
            Changes(stream_of(person.no), person.version, taken)
            for person, taken in people_after(contact, facts, flags, self.people_of)
        ]
        position = self.journal.record(caller, changes, *people, under_lock=conditions, relying_on=named)
        return self.get(no), position

    @retried
    def delete(self, caller: Caller, no: str) -> int:
        """Delete a contact, and with a company its people (domain B19). Raises Refused."""
        contact = self.get(no)
        check_version(caller, contact.version)
        seen = catch_up(self.journal, self.read_models, "contacts", "worksheets")
        gone = [contact, *self.people_of(contact)]
        for one in gone:
            self._refuse_on_segment(one, "it cannot be deleted")
        self._refuse_open_tasks(gone)
        return self.journal.record(
            caller,
            *(Changes(stream_of(one.no), one.version, [ContactDeleted(one.no, one.key)]) for one in gone),
            under_lock=[unnamed_since(seen, [one.no for one in gone], GIVEN_TO_MANY)],
        )

    def company(self, no: object) -> KnownContact | None:
        """The company that a person names. Raises InvalidRequest."""
        if not isinstance(no, str):
            return None
        company = self.find(no)
        if company is None or company.value.type != "company":
            raise InvalidRequest.at("company_no", f"there is no company {no}")
        return company

    def check_codes(self, values: ContactChanges) -> dict[str, Foldable]:
        """Refuse codes that do not exist; what they name, by stream. Raises InvalidRequest."""
        return dict(self.records.check_places(codes_of(given(values))))

    def statistics(self, contact: KnownContact) -> dict[str, Any]:
        """The contact's statistics (domain B16)."""
        with self.read_models.cursor() as cursor:
            return statistics(cursor, {contact.no: contact.value.type})[contact.no]

    def open_segments_with(self, key: int) -> list[tuple[Segment, list[int]]]:
        """The open segments on which a contact stands, with the numbers of its lines (domain B18.7)."""
        return [
            (segment, sorted(block.line_no(key) for block in segment.blocks if key in block.alive))
            for segment in open_segments(self.journal, self.read_models)
            if any(key in block.alive for block in segment.blocks)
        ]

    def on_open_segments(self) -> ContactSet:
        """Everybody who stands on an open segment."""
        wait_for_them(self.journal, self.read_models, "worksheets")
        return union(
            block.alive
            for segment in open_segments(self.journal, self.read_models)
            for block in segment.blocks
        )

    def check_move(
        self, contact: KnownContact, facts: Sequence[ContactChanged], people_of: PeopleOf
    ) -> list[Alongside]:
        """Refuse another company or type while on an open segment, and another type of a company that has
        people, or once anything was recorded or planned with the contact (domain A11, B19).

        Returns what must still hold when it is recorded. Raises ContactOnSegment, Conflict.
        """
        if not moves(facts):
            return []
        seen = catch_up(self.journal, self.read_models, "worksheets")
        self._refuse_on_segment(contact, "its company or type cannot change")
        if changes_type(facts):
            catch_up(self.journal, self.read_models, "contacts")
            if contact.value.type == "company" and (people := people_of(contact)):
                raise Conflict(
                    f"Contact {contact.no} is the company of {people[0].no}; its type cannot change.",
                    [(("type",), "it is the company of other contacts")],
                )
            with self.read_models.cursor() as cursor:
                if has_interactions_or_tasks(cursor, contact.no, contact.key):
                    raise Conflict(
                        f"Contact {contact.no} has interactions or tasks; its type cannot change.",
                        [(("type",), "there are interactions or tasks")],
                    )
        return [unnamed_since(seen, [contact.no], GIVEN_TO_MANY)]

    def _refuse_on_segment(self, contact: KnownContact, consequence: str) -> None:
        if found := self.open_segments_with(contact.key):
            where = ", ".join(segment.no for segment, _ in found[:5])
            raise ContactOnSegment(f"Contact {contact.no} is on segment {where}; {consequence}.")

    def _refuse_open_tasks(self, gone: Sequence[KnownContact]) -> None:
        with self.read_models.cursor() as cursor:
            if no := has_open_tasks(cursor, [one.key for one in gone]):
                raise InUse(f"Contact {no} has a task to be done; close or delete it first.")

    def people_of(self, contact: KnownContact) -> list[KnownContact]:
        """The people of a company, in the order in which they were registered."""
        streams = [stream_of(no) for no in self.numbers_of_people([contact])]
        found = self.journal.log.load_many(streams, KnownContact)
        return [person for stream in streams if not (person := found[stream]).deleted]

    def numbers_of_people(self, contacts: Sequence[KnownContact]) -> list[str]:
        """The numbers of the people of those among these contacts that are companies."""
        keys = [contact.key for contact in contacts if contact.value.type == "company"]
        if not keys:
            return []
        wait_for_them(self.journal, self.read_models, "contacts")
        with self.read_models.cursor() as cursor:
            rows = cursor.execute(
                "SELECT no FROM contact WHERE company_key = ANY(%s) AND key <> company_key ORDER BY key",
                (keys,),
            )
            return [row["no"] for row in rows]


def moves(facts: Sequence[ContactChanged]) -> bool:
    """Whether a contact gets another company or type."""
    return any("company_no" in given(fact.changes) or "type" in given(fact.changes) for fact in facts)


def changes_type(facts: Sequence[ContactChanged]) -> bool:
    """Whether a company becomes a person, or a person a company."""
    return any("type" in given(fact.changes) for fact in facts)


def check_address(contact: KnownContact | None, code: str | None) -> None:
    """An alternative address that is named must be one of the contact's. Raises InvalidRequest."""
    if contact is not None and code not in (None, *(a.code for a in contact.value.alternative_addresses)):
        raise InvalidRequest.at(
            "contact_alternative_address_code", f"contact {contact.no} has no address {code}"
        )


def with_defaults(values: ContactChanges, setup: Setup, company: KnownContact | None) -> ContactChanges:
    """The values of a new contact with what it inherits from its company, else the defaults of the set-up
    (domain A11).
    """
    named = given(values)
    defaults: dict[str, Any] = {
        "correspondence_type": setup.default_correspondence_type,
        "salesperson_code": setup.default_salesperson_code,
        "language_code": setup.default_language_code,
    }
    from_company = inherited(company.value, named, setup.inherit) if company is not None else {}
    return ContactChanges(**(defaults | named | from_company))


def with_company(
    contact: KnownContact,
    values: ContactChanges,
    company: KnownContact | None,
    find: Callable[[str], KnownContact | None],
    flags: Inherit,
) -> ContactChanges:
    """New values of a person, with what it takes over from another company that it goes to (domain A11)."""
    if company is None or contact.value.company_no == company.no:
        return values
    left = find(contact.value.company_no) if contact.value.company_no not in (None, contact.no) else None
    before = left.value if left is not None else Contact()
    named = given(values)
    taken = passed_on(replaced(contact.value, **named), before, company.value, flags)
    return ContactChanges(**(taken | {name: value for name, value in named.items() if name not in taken}))


def people_after(
    company: KnownContact,
    facts: Sequence[ContactChanged],
    flags: Inherit,
    people_of: PeopleOf,
) -> list[tuple[KnownContact, tuple[ContactChanged, ...]]]:
    """What changes about the people of a company that changed: an event for each of them (domain A11)."""
    if company.value.type != "company" or not any(given(fact.changes).keys() & INHERITED for fact in facts):
        return []
    after = company.value
    for fact in facts:
        after = replaced(after, **given(fact.changes))
    if after.type != "company":
        return []
    found = []
    for person in people_of(company):
        if person.erased:
            continue
        taken = passed_on(person.value, company.value, after, flags)
        if changes := change(person, ContactChanges(**taken), company) if taken else ():
            found.append((person, changes))
    return found


def codes_of(named: Mapping[str, Any]) -> Iterator[tuple[tuple[str | int, ...], RecordKind, str]]:
    """Every code that a contact's values refer to, with its place and kind."""
    for field, kind in SINGLE_CODES.items():
        if (code := named.get(field)) is not None:
            yield (field,), kind, code
    for field, kind in CODE_LISTS.items():
        codes: Sequence[str] = named.get(field, ())
        for index, code in enumerate(codes):
            yield (field, index), kind, code
    for index, relation in enumerate(named.get("business_relations", ())):
        yield ("business_relations", index, "code"), records.BUSINESS_RELATION, relation.code
    for index, answer in enumerate(named.get("profile_answers", ())):
        place = ("profile_answers", index, "questionnaire_code")
        yield place, records.PROFILE_QUESTIONNAIRE, answer.questionnaire_code
