"""The values of one letter: what contact, line, salesperson and own company come to in its fields (B12)."""

from __future__ import annotations

from datetime import date

import msgspec

from correspondence.countries import country_name
from correspondence.fields import MergeData
from correspondence.formatting import language_of
from correspondence.salutations import salutation_text
from domain.code_tables import Salesperson, Salutation
from domain.contact import AlternativeAddress, Contact, active_address
from domain.setup import OwnCompany
from domain.vocabulary import CorrespondenceType


class Company(msgspec.Struct, frozen=True):
    """The company of a contact that is a person: its number and its values."""

    no: str
    value: Contact


class LetterLine(msgspec.Struct, frozen=True):
    """What a line, or the entry it became, says about its letter; in a preview `entry_no` is the line's."""

    entry_no: int | None = None
    date: date | None = None
    description: str | None = None
    subject: str | None = None
    campaign_no: str | None = None
    segment_no: str | None = None
    language_code: str | None = None
    correspondence_type: CorrespondenceType | None = None
    alternative_address_code: str | None = None
    salesperson_code: str | None = None
    remarks: str | None = None


class MailAddress(msgspec.Struct, frozen=True):
    """Where a letter goes, by the rule of B18.3."""

    company_name: str | None
    name: str | None
    name_2: str | None
    address: str | None
    address_2: str | None
    post_code: str | None
    city: str | None
    county: str | None
    country_code: str | None

    def lines(self, language: str, own_country: str | None) -> list[str]:
        """The lines of the address as they are printed; the country only when it is another one than ours."""
        town = " ".join(part for part in (self.post_code, self.city) if part)
        country = self.country_code if self.country_code != own_country else None
        lines = (self.company_name, self.name, self.name_2, self.address, self.address_2, town, self.county)
        return [line for line in (*lines, country_name(country, language)) if line]


_ADDRESS_FIELDS = ("address", "address_2", "post_code", "city", "county", "country_code")


def mail_address(
    contact: Contact,
    company: Contact | None,
    alternative_address_code: str | None,
    on: date | None,
) -> MailAddress:
    """Where a contact is written to on a date (domain B18.3).

    The given alternative address; else, for a person at its company's own address, the company's alternative
    address in force; else the company's name, the person's name and the own address. Where the one that is
    chosen says nothing but, say, an e-mail address, the next one counts.
    """
    shared = company if company is not None and _shares_address(contact, company) else None
    chosen = _named(contact.alternative_addresses, alternative_address_code)
    if chosen is None and shared is not None:
        code = active_address(shared.alternative_addresses, on)
        chosen = _named(shared.alternative_addresses, code)
    places: tuple[AlternativeAddress | Contact | None, ...] = (chosen, contact, shared)
    where = next((place for place in places if place is not None and any(_address(place))), contact)
    company_name = (company.name if company else contact.company_name) if contact.type == "person" else None
    company_name = (chosen.company_name if chosen else None) or company_name
    # A company whose alternative address has another name for it is written to under that one.
    name = contact.name if contact.type == "person" or company_name is None else None
    name_2 = contact.name_2 if name else None
    return MailAddress(company_name, name, name_2, *_address(where))


def _named(addresses: tuple[AlternativeAddress, ...], code: str | None) -> AlternativeAddress | None:
    return next((address for address in addresses if address.code == code), None) if code else None


def _address(place: Contact | AlternativeAddress) -> list[str | None]:
    return [getattr(place, name) for name in _ADDRESS_FIELDS]


def _shares_address(contact: Contact, company: Contact) -> bool:
    """A person is where its company is when the address is the same, or when it has none of its own."""
    own = _address(contact)
    return contact.type == "person" and (not any(own) or own == _address(company))


def merge_data(
    contact_no: str,
    contact: Contact,
    line: LetterLine,
    *,
    company: Company | None = None,
    salesperson: Salesperson | None = None,
    own_company: OwnCompany | None = None,
    salutation: Salutation | None = None,
    default_language_code: str | None = None,
) -> MergeData:
    """The values of the letter that a line asks for; `salutation` is the contact's, by its code.

    The language is the line's, else the one of the set-up.
    """
    language_code = line.language_code or default_language_code
    language = language_of(language_code)
    own = own_company or OwnCompany()
    at_company = company.value if company else None
    company_name = at_company.name if at_company else contact.company_name
    if contact.type == "company":
        company_name = contact.name
    address = mail_address(contact, at_company, line.alternative_address_code, line.date)
    return MergeData(
        language_code=language_code,
        entry_no=line.entry_no,
        contact_mail_address="\n".join(address.lines(language, own.country_code)) or None,
        contact_no=contact_no,
        contact_company_name=company_name,
        contact_name=contact.name,
        contact_name_2=contact.name_2,
        contact_address=contact.address,
        contact_address_2=contact.address_2,
        contact_post_code=contact.post_code,
        contact_city=contact.city,
        contact_county=contact.county,
        contact_country_name=country_name(contact.country_code, language),
        contact_job_title=contact.job_title,
        contact_phone_no=contact.phone_no,
        contact_fax_no=contact.fax_no,
        contact_e_mail=contact.email,
        contact_mobile_phone_no=contact.mobile_phone_no,
        contact_home_page=contact.home_page,
        formal_salutation=salutation_text(salutation, "formal", language_code, contact, company_name),
        informal_salutation=salutation_text(salutation, "informal", language_code, contact, company_name),
        salesperson_code=line.salesperson_code,
        salesperson_name=salesperson.name if salesperson else None,
        salesperson_job_title=salesperson.job_title if salesperson else None,
        salesperson_phone_no=salesperson.phone_no if salesperson else None,
        salesperson_e_mail=salesperson.email if salesperson else None,
        document_date=line.date,
        document_campaign_no=line.campaign_no,
        document_segment_no=line.segment_no,
        document_description=line.description,
        document_subject=line.subject,
        company_name=own.name,
        company_name_2=own.name_2,
        company_address=own.address,
        company_address_2=own.address_2,
        company_post_code=own.post_code,
        company_city=own.city,
        company_county=own.county,
        company_country_name=country_name(own.country_code, language),
        company_vat_registration_no=own.vat_registration_no,
        company_registration_no=own.registration_no,
        company_phone_no=own.phone_no,
        company_fax_no=own.fax_no,
        company_bank_branch_no=own.bank_branch_no,
        company_bank_name=own.bank_name,
        company_bank_account_no=own.bank_account_no,
        company_giro_no=own.giro_no,
        fax_mail_to=target_address(contact, line),
        remarks=line.remarks,
    )


def target_address(contact: Contact, line: LetterLine) -> str | None:
    """The e-mail address or fax number a letter goes to: the alternative address's first (domain B11)."""
    alternative = _named(contact.alternative_addresses, line.alternative_address_code)
    match line.correspondence_type:
        case "email":
            return (alternative.email if alternative else None) or contact.email
        case "fax":
            return (alternative.fax_no if alternative else None) or contact.fax_no
        case _:
            return None
