"""Contacts: companies and persons, as far as segments and interactions need them (domain A11)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from operator import attrgetter
from types import MappingProxyType
from typing import Any, ClassVar

import msgspec
from msgspec import UNSET, UnsetType
from msgspec.structs import replace as replaced

from domain.errors import Conflict, InvalidRequest, Location, MandatoryField
from domain.vocabulary import ContactType, CorrespondenceType, given

# There are many of them at a time, and none can lead back to itself: hence gc=False.


class BusinessRelation(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """What a company is to us besides a contact: customer, vendor, bank, and its number there."""

    code: str
    link_to_table: str | None = None
    no: str | None = None


class ProfileAnswer(msgspec.Struct, frozen=True, gc=False):
    """The answer that a contact gave: a line of a questionnaire."""

    questionnaire_code: str
    line_no: int


class DateRange(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """From when to when an alternative address holds; open-ended without an ending date."""

    starting_date: date
    ending_date: date | None = None


class AlternativeAddress(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """Where a contact is for part of the time (domain A11)."""

    code: str
    company_name: str | None = None
    address: str | None = None
    address_2: str | None = None
    post_code: str | None = None
    city: str | None = None
    county: str | None = None
    country_code: str | None = None
    phone_no: str | None = None
    mobile_phone_no: str | None = None
    fax_no: str | None = None
    email: str | None = None
    home_page: str | None = None
    date_ranges: tuple[DateRange, ...] = ()


class Contact(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """The values of a contact. `company_key` is the key of the company in `company_no`."""

    type: ContactType = "company"
    name: str | None = None
    name_2: str | None = None
    first_name: str | None = None
    middle_name: str | None = None
    surname: str | None = None
    initials: str | None = None
    job_title: str | None = None
    company_no: str | None = None
    company_key: int | None = None
    company_name: str | None = None
    salesperson_code: str | None = None
    language_code: str | None = None
    territory_code: str | None = None
    currency_code: str | None = None
    country_code: str | None = None
    address: str | None = None
    address_2: str | None = None
    post_code: str | None = None
    city: str | None = None
    county: str | None = None
    phone_no: str | None = None
    mobile_phone_no: str | None = None
    fax_no: str | None = None
    email: str | None = None
    email_2: str | None = None
    home_page: str | None = None
    correspondence_type: CorrespondenceType | None = None
    salutation_code: str | None = None
    organizational_level_code: str | None = None
    exclude_from_segment: bool = False
    privacy_blocked: bool = False
    external_id: str | None = None
    mailing_groups: tuple[str, ...] = ()
    industry_groups: tuple[str, ...] = ()
    job_responsibilities: tuple[str, ...] = ()
    business_relations: tuple[BusinessRelation, ...] = ()
    profile_answers: tuple[ProfileAnswer, ...] = ()
    alternative_addresses: tuple[AlternativeAddress, ...] = ()


class ContactChanges(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """The contact values that change; what is not named stays."""

    type: ContactType | UnsetType = UNSET
    name: str | UnsetType | None = UNSET
    name_2: str | UnsetType | None = UNSET
    first_name: str | UnsetType | None = UNSET
    middle_name: str | UnsetType | None = UNSET
    surname: str | UnsetType | None = UNSET
    initials: str | UnsetType | None = UNSET
    job_title: str | UnsetType | None = UNSET
    company_no: str | UnsetType | None = UNSET
    company_key: int | UnsetType | None = UNSET
    company_name: str | UnsetType | None = UNSET
    salesperson_code: str | UnsetType | None = UNSET
    language_code: str | UnsetType | None = UNSET
    territory_code: str | UnsetType | None = UNSET
    currency_code: str | UnsetType | None = UNSET
    country_code: str | UnsetType | None = UNSET
    address: str | UnsetType | None = UNSET
    address_2: str | UnsetType | None = UNSET
    post_code: str | UnsetType | None = UNSET
    city: str | UnsetType | None = UNSET
    county: str | UnsetType | None = UNSET
    phone_no: str | UnsetType | None = UNSET
    mobile_phone_no: str | UnsetType | None = UNSET
    fax_no: str | UnsetType | None = UNSET
    email: str | UnsetType | None = UNSET
    email_2: str | UnsetType | None = UNSET
    home_page: str | UnsetType | None = UNSET
    correspondence_type: CorrespondenceType | UnsetType | None = UNSET
    salutation_code: str | UnsetType | None = UNSET
    organizational_level_code: str | UnsetType | None = UNSET
    exclude_from_segment: bool | UnsetType = UNSET
    privacy_blocked: bool | UnsetType = UNSET
    external_id: str | UnsetType | None = UNSET
    mailing_groups: tuple[str, ...] | UnsetType = UNSET
    industry_groups: tuple[str, ...] | UnsetType = UNSET
    job_responsibilities: tuple[str, ...] | UnsetType = UNSET
    business_relations: tuple[BusinessRelation, ...] | UnsetType = UNSET
    profile_answers: tuple[ProfileAnswer, ...] | UnsetType = UNSET
    alternative_addresses: tuple[AlternativeAddress, ...] | UnsetType = UNSET


class ContactRegistered(msgspec.Struct, frozen=True, gc=False):
    """A contact became known, under a number and a dense key that stands for it in every set."""

    topic: ClassVar[str] = "contact.registered.1"
    no: str
    key: int
    value: Contact


class ContactChanged(msgspec.Struct, frozen=True, gc=False):
    topic: ClassVar[str] = "contact.changed.1"
    no: str
    key: int
    changes: ContactChanges


class ContactDeleted(msgspec.Struct, frozen=True):
    topic: ClassVar[str] = "contact.deleted.1"
    no: str
    key: int


class ContactErased(msgspec.Struct, frozen=True, omit_defaults=True):
    """Everything personal of a contact was destroyed for good; its number, codes and counts stay.

    `entries` are the interaction log entries that lost their remarks, comments and the like, `documents` the
    digests of personal documents that are gone.
    """

    topic: ClassVar[str] = "contact.erased.1"
    no: str
    key: int
    reason: str
    entries: tuple[int, ...] = ()
    documents: tuple[str, ...] = ()


ContactEvent = ContactRegistered | ContactChanged | ContactDeleted | ContactErased

NOT_KNOWN = Contact()
_OF_AN_ADDRESS = (
    *("company_name", "address", "address_2", "post_code", "city", "county"),
    *("phone_no", "mobile_phone_no", "fax_no", "email", "home_page"),
)
_OF_A_CONTACT = (
    *("name", "name_2", "first_name", "middle_name", "surname", "initials", "job_title"),
    *(*_OF_AN_ADDRESS, "email_2", "external_id"),
)
PERSONAL: Mapping[str, None] = MappingProxyType(dict.fromkeys(_OF_A_CONTACT))
"""The values that tell who a contact is or where, each with what it is once they are erased (design 3)."""

PERSONAL_IN_ADDRESS: Mapping[str, None] = MappingProxyType(dict.fromkeys(_OF_AN_ADDRESS))
"""The same in an alternative address. Its code and dates stay: entries were recorded with that code."""

OF_THE_ERASED: Mapping[str, Any] = MappingProxyType(
    {**PERSONAL, "exclude_from_segment": True, "privacy_blocked": True}
)
"""What erasing sets; codes, groups and answers stay, so that nothing that was counted changes."""

NAME_PARTS = ("first_name", "middle_name", "surname")
SETS = ("mailing_groups", "industry_groups", "job_responsibilities", "profile_answers")
"""Lists in which naming something twice says no more than naming it once."""
_sets = attrgetter(*SETS)


@dataclass(slots=True)
class KnownContact:
    """A contact as its events have made it."""

    no: str = ""
    key: int = 0
    version: int = 0
    value: Contact = NOT_KNOWN
    deleted: bool = False
    erased: bool = False

    def copy(self) -> KnownContact:
        """One that can be changed without changing this one."""
        return KnownContact(self.no, self.key, self.version, self.value, self.deleted, self.erased)

    def apply(self, event: object, user_id: str, at: datetime) -> None:
        """Take over one event."""
        match event:
            case ContactRegistered(no=no, key=key, value=value):
                self.no, self.key, self.value = no, key, value
            case ContactChanged(changes=changes):
                self.value = replaced(self.value, **given(changes))
            case ContactDeleted():
                self.deleted = True
            case ContactErased():
                self.value = erased(self.value)
                self.erased = True
            case _:
                raise TypeError(f"{type(event).__name__} is no event of a contact")


def register(no: str, key: int, changes: ContactChanges, company: KnownContact | None) -> ContactRegistered:
    """A new contact. Raises MandatoryField, Conflict, InvalidRequest."""
    return register_named(no, key, given(changes), company)


def register_named(
    no: str, key: int, named: Mapping[str, Any], company: KnownContact | None
) -> ContactRegistered:
    """The same, of values that are given by name: many at a time need not be `ContactChanges` first."""
    # In half the time that `Contact(**named)` takes.
    value = msgspec.convert(named, Contact)
    return ContactRegistered(no, key, _consistent(no, key, value, named, company))


def change(
    contact: KnownContact, changes: ContactChanges, company: KnownContact | None
) -> tuple[ContactChanged, ...]:
    """New values for a contact; nothing if they are what they were. Raises what `register` raises."""
    if contact.erased:
        raise Conflict(f"Contact {contact.no} was erased; nothing is recorded of it any more.")
    named = given(changes)
    new = _consistent(contact.no, contact.key, replaced(contact.value, **named), named, company)
    different: dict[str, Any] = {
        name: getattr(new, name)
        for name in new.__struct_fields__
        if getattr(new, name) != getattr(contact.value, name)
    }
    if not different:
        return ()
    return (ContactChanged(contact.no, contact.key, ContactChanges(**different)),)


def erase(
    contact: KnownContact, reason: str, entries: Iterable[int], documents: Iterable[str]
) -> tuple[ContactErased, ...]:
    """Forget who a contact is, also one that was deleted; nothing if that was done already (design 3)."""
    if contact.erased:
        return ()
    gone = tuple(sorted(set(entries))), tuple(sorted(set(documents)))
    return (ContactErased(contact.no, contact.key, reason, *gone),)


def erased(value: Contact) -> Contact:
    """What is left of a contact's values."""
    addresses = tuple(replaced(address, **PERSONAL_IN_ADDRESS) for address in value.alternative_addresses)
    return replaced(value, **OF_THE_ERASED, alternative_addresses=addresses)


def _consistent(
    no: str, key: int, value: Contact, named: Mapping[str, Any], company: KnownContact | None
) -> Contact:
    """The values with what follows from them: the name of a person, the company of a company."""
    follows: dict[str, Any] = {}
    if value.type == "company":
        if value.company_no not in (None, no):
            raise Conflict(f"Contact {no} is a company; its company number is its own.")
        if value.job_responsibilities:
            raise Conflict(f"Contact {no} is a company; only persons have job responsibilities.")
        follows |= {"company_no": no, "company_key": key, "company_name": None}
    else:
        if value.industry_groups or value.business_relations:
            raise Conflict(f"Contact {no} is a person; its company has industry groups and relations.")
        if named.get("company_no") == no:
            raise InvalidRequest.at("company_no", f"contact {no} is a person; it is not its own company")
        if value.company_no == no:
            follows |= {"company_no": None, "company_key": None}  # it was a company until now
        else:
            if "company_no" in named:
                follows["company_key"] = company.key if company else None
            if value.company_no is not None:
                follows["company_name"] = None  # it is the company's own name
        follows |= _name_of_person(value, named)
    for name, members in zip(SETS, _sets(value), strict=True):
        if len(members) > 1:
            follows[name] = tuple(dict.fromkeys(members))
    value = replaced(value, **follows)
    _check_addresses(value.alternative_addresses)
    if value.name is None:
        raise MandatoryField.named("name", f"Contact {no} needs a name.")
    return value


def _name_of_person(value: Contact, named: Mapping[str, object]) -> dict[str, str | None]:
    """A person's name is put together from its parts; a name given alone stands for itself (A11)."""
    if not named.keys().isdisjoint(NAME_PARTS):
        parts = [part for part in (value.first_name, value.middle_name, value.surname) if part]
        return {"name": " ".join(parts) or value.name}
    if "name" in named:
        return {"first_name": None, "middle_name": None, "surname": None}
    return {}


def _check_addresses(addresses: tuple[AlternativeAddress, ...]) -> None:
    """A code stands for one address, and on one day only one period starts (A11). Raises InvalidRequest."""
    codes: set[str] = set()
    starts: set[date] = set()
    for index, address in enumerate(addresses):
        place: Location = ("alternative_addresses", index)
        if address.code in codes:
            raise InvalidRequest.at((*place, "code"), f"there is an address {address.code} already")
        codes.add(address.code)
        for number, period in enumerate(address.date_ranges):
            at = (*place, "date_ranges", number)
            if period.starting_date in starts:
                raise InvalidRequest.at((*at, "starting_date"), "another period starts on the same day")
            if period.ending_date is not None and period.ending_date < period.starting_date:
                raise InvalidRequest.at((*at, "ending_date"), "the period would end before it starts")
            starts.add(period.starting_date)


def active_address(addresses: tuple[AlternativeAddress, ...], on: date | None) -> str | None:
    """The code of the alternative address in force on a date: the latest start wins (domain A11)."""
    if on is None or not addresses:
        return None
    in_force = [
        (period.starting_date, address.code)
        for address in addresses
        for period in address.date_ranges
        if period.starting_date <= on and (period.ending_date is None or on <= period.ending_date)
    ]
    return max(in_force)[1] if in_force else None
