"""Contacts: register, read, list, change, delete, import."""

from __future__ import annotations

from datetime import date
from operator import itemgetter
from typing import Any

import msgspec
from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool

from api.contact_files import rows
from api.context import (
    READERS,
    Admin,
    Listed,
    Marketer,
    ServiceOf,
    Settled,
    WorkDate,
    answered,
    at_least,
    etag,
    without_request_key,
)
from api.idempotency import RepeatableRoute
from api.moments import Asked
from api.schemas.contacts import (
    ContactAnswer,
    ContactPage,
    ContactSegmentPage,
    ContactValues,
    ErasureBody,
    ImportAnswer,
    NewContact,
)
from api.schemas.values import Code
from api.service import Service
from api.short_lists import PartAsked
from api.uploads import described, rejected_answer, uploaded
from application.contact_import import ContactImport, ImportResult
from domain.contact import KnownContact
from projections.contact_queries import CONTACTS, with_children
from projections.listing import Query, list_page
from projections.read_models import ReadModels

router = APIRouter(prefix="/v1/contacts", tags=["contacts"], route_class=RepeatableRoute)
READS = [READERS, at_least("contacts")]
READS_LINES = [READERS, at_least("contacts", "worksheets")]


def shown(service: Service, contact: KnownContact) -> dict[str, Any]:
    """A contact as it is answered."""
    company_no = contact.value.company_no
    return shown_with(service, contact, service.contacts.find(company_no) if company_no else None)


def shown_with(service: Service, contact: KnownContact, company: KnownContact | None) -> dict[str, Any]:
    """A contact with its company as it is answered. Statistics are always those of now."""
    values = {
        name: _ordered(getattr(contact.value, name))
        for name in contact.value.__struct_fields__
        if name != "company_key"
    }
    if contact.value.company_no is not None:
        values["company_name"] = company.value.name if company is not None else None
    plain: dict[str, Any] = msgspec.to_builtins(values)
    for address in plain["alternative_addresses"]:
        address["date_ranges"] = sorted(address.get("date_ranges", ()), key=itemgetter("starting_date"))
    return plain | {
        "no": contact.no,
        "version": contact.version,
        "statistics": service.contacts.statistics(contact),
    }


def _ordered(value: Any) -> Any:
    """A list in the order in which pages of contacts show it: by its values, blanks last."""

    def place(member: Any) -> Any:
        if isinstance(member, str):
            return member
        return [(part is None, part) for part in msgspec.structs.astuple(member)]

    return sorted(value, key=place) if isinstance(value, tuple) else value


@router.post("", response_model=ContactAnswer, status_code=201)
def register_contact(values: NewContact, service: ServiceOf, caller: Marketer, settle: Settled) -> Any:
    """Register a contact, with the next number of the series unless one is given."""
    contact, position = service.contacts.register(caller, values.no, values.changes())
    settle(position, ["contacts"], version=contact.version)
    settle.created(f"/v1/contacts/{contact.no}")
    return shown(service, contact)


@router.get("", response_model=ContactPage, dependencies=READS)
def list_contacts(service: ServiceOf, query: Listed, on: WorkDate) -> Any:
    """A page of contacts, filtered by any field."""
    return contacts_page(service.read_models, query, on)


def contacts_page(read_models: ReadModels, query: Query, on: date) -> dict[str, Any]:
    """A page of contacts with their statistics, as these read models have them."""
    with read_models.cursor() as cursor:
        page = list_page(cursor, CONTACTS, query, work_date=on)
        items = with_children(cursor, page.items)
    for item in items:
        del item["key"]
    return answered(page, items)


@router.get("/{no}", response_model=ContactAnswer, dependencies=READS)
def read_contact(no: Code, service: ServiceOf, response: Response, moment: Asked) -> Any:
    """One contact, as it is or as it was; its statistics are always those of now."""
    if moment.is_now:
        contact = service.contacts.get(no)
        etag(response, contact.version)
        return shown(service, contact)
    contact, company = service.contacts.as_of(no, **moment.where())
    etag(response, contact.version)
    return shown_with(service, contact, company)


@router.get("/{no}/segments", response_model=ContactSegmentPage, dependencies=READS_LINES)
def list_segments_of_contact(no: Code, service: ServiceOf, part: PartAsked) -> Any:
    """The open segments that a contact is on, with the numbers of its lines."""
    found = service.contacts.open_segments_with(service.contacts.get(no).key)
    items = [
        {
            "segment_no": segment.no,
            "description": segment.header.description,
            "campaign_no": segment.header.campaign_no,
            "date": segment.header.date,
            "line_nos": line_nos,
        }
        for segment, line_nos in found
    ]
    return part.of(items)


@router.patch("/{no}", response_model=ContactAnswer)
def change_contact(
    no: Code, values: ContactValues, service: ServiceOf, caller: Marketer, settle: Settled
) -> Any:
    """Change the values that are sent."""
    contact, position = service.contacts.change(caller, no, values.changes())
    settle(position, ["contacts"], version=contact.version)
    return shown(service, contact)


@router.delete("/{no}")
def delete_contact(no: Code, service: ServiceOf, caller: Marketer, settle: Settled) -> dict[str, Any]:
    """Delete a contact that is on no open segment; a company goes with its people."""
    settle(service.contacts.delete(caller, no), ["contacts"])
    return {"deleted": no}


@router.post("/{no}/erase", response_model=ContactAnswer)
def erase_contact(no: Code, body: ErasureBody, service: ServiceOf, caller: Admin, settle: Settled) -> Any:
    """Destroy everything personal of a contact, for good; its number, codes and counts stay. Again: the same.

    Works for deleted contacts, and for those on an open segment, whose line stays without a name.
    """
    contact, position = service.erasing.erase(caller, no, body.reason)
    settle(position, ["contacts"], version=contact.version)
    return shown(service, contact)


@router.post(
    "/import",
    response_model=ImportAnswer,
    openapi_extra=described(
        "no,type,name\nCT1,company,Alder\n", '{"no": "CT1", "type": "company", "name": "Alder"}\n'
    ),
)
async def import_contacts(request: Request, service: ServiceOf, caller: Marketer, settle: Settled) -> Any:
    """Take over a file of contacts. A known number changes that contact, any other registers one."""
    async with uploaded(request) as (pieces, kind):
        run = ContactImport(service.journal, service.contacts, without_request_key(caller))
        result = await run_in_threadpool(run.run, rows(pieces, kind))
    await run_in_threadpool(settle, result.position or service.log.position(), ["contacts"])
    return import_answer(result)


def import_answer(result: ImportResult) -> dict[str, Any]:
    """What became of the rows, as it is answered."""
    return {
        "registered": result.registered,
        "changed": result.changed,
        "unchanged": result.unchanged,
        "rejected": rejected_answer(result.rejected),
        "rejected_total": result.rejected_total,
    }
