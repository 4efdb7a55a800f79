"""What a contact has several of: groups, relations, answers to questionnaires, other addresses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any

import msgspec
from fastapi import APIRouter, Request, Response
from starlette.datastructures import FormData

from api.context import ServiceOf
from api.pages.browser import (
    PageRoute,
    Sent,
    Visitor,
    Writer,
    given_number,
    given_text,
    go_to,
    having_seen,
    settle,
)
from api.pages.forms import Choice, FormField, record_choices
from api.pages.rendering import quoted
from api.routes.contacts import shown
from api.schemas.contacts import ContactValues
from api.schemas.values import Code
from api.service import Service
from application.contacts import CODE_LISTS
from domain import records
from domain.contact import KnownContact
from domain.errors import InvalidRequest

router = APIRouter(prefix="/contacts/{no}/lists", route_class=PageRoute, include_in_schema=False)
ADDRESS = (
    *(FormField("code", length=10), FormField("company_name"), FormField("address")),
    *(FormField("address_2", length=50), FormField("post_code", length=20), FormField("city", length=30)),
    *(FormField("county", length=30), FormField("country_code", length=20)),
    *(FormField(name, length=30) for name in ("phone_no", "mobile_phone_no", "fax_no")),
    *(FormField("email", length=80), FormField("home_page", length=255)),
)
LINKED = ("customer", "vendor", "bank_account", "employee")
OF_COMPANIES = ("industry_groups", "business_relations")
OF_PERSONS = ("job_responsibilities",)

Item = dict[str, Any]


class Answer(msgspec.Struct, frozen=True):
    """An answer that can be given or was: its question and itself in words."""

    questionnaire_code: str
    line_no: int
    question: str
    words: str

    @property
    def place(self) -> tuple[str, int]:
        return self.questionnaire_code, self.line_no


def lists_of(service: Service, contact: KnownContact) -> dict[str, Any]:
    """The lists of a contact as its page shows them, with what can be chosen."""
    answers = {answer.place: answer for answer in known_answers(service)}
    given = sorted((one.questionnaire_code, one.line_no) for one in contact.value.profile_answers)
    not_its = OF_PERSONS if contact.value.type == "company" else OF_COMPANIES
    known = {name: record_choices(service, kind) for name, kind in CODE_LISTS.items() if name not in not_its}
    return {
        "code_lists": known,
        "relation_codes": record_choices(service, records.BUSINESS_RELATION),
        "linked": LINKED,
        "has_relations": "business_relations" not in not_its,
        "address_fields": ADDRESS,
        "answers": [answers.get(place) or Answer(*place, place[0], str(place[1])) for place in given],
        "more_answers": [answer for place, answer in answers.items() if place not in given],
    }


def known_answers(service: Service) -> list[Answer]:
    """Every answer of every questionnaire, under the question that it belongs to."""
    found: list[Answer] = []
    codes: list[Choice] = record_choices(service, records.PROFILE_QUESTIONNAIRE)
    for code, _ in codes:
        question = code
        for line in service.records.get(records.PROFILE_QUESTIONNAIRE, code).value.lines:
            words = line.description or str(line.line_no)
            if line.type == "question":
                question = words
            else:
                found.append(Answer(code, line.line_no, question, words))
    return found


def _relation(form: FormData) -> Item:
    return {name: given_text(form, name) for name in ("code", "link_to_table", "no")}


def _answer(form: FormData) -> Item:
    code, _, line_no = given_text(form, "profile_answers").rpartition(" ")
    return {"questionnaire_code": code, "line_no": line_no}


def _address(form: FormData) -> Item:
    address: Item = {field.name: given_text(form, field.name) for field in ADDRESS}
    days = zip(form.getlist("starting_date"), form.getlist("ending_date"), strict=False)
    address["date_ranges"] = [
        {"starting_date": str(start), "ending_date": str(end) or None} for start, end in days if start or end
    ]
    return address


MADE: Mapping[str, Callable[[FormData], Any]] = MappingProxyType(
    {
        **{name: partial(given_text, name=name) for name in CODE_LISTS},
        "business_relations": _relation,
        "profile_answers": _answer,
        "alternative_addresses": _address,
    }
)
"""One of each list, as its form tells."""


class _Edit:
    """A list of a contact that is being changed: written as a whole, unless somebody else was faster."""

    def __init__(self, service: Service, visitor: Visitor, no: str, name: str, form: FormData) -> None:
        if name not in MADE:
            raise InvalidRequest.at("name", "there is no such field")
        contact = service.contacts.get(no)
        self.service, self.visitor, self.no, self.name, self.form = service, visitor, no, name, form
        self.caller = having_seen(visitor, form, contact.version)
        self.items: list[Any] = shown(service, contact)[name]

    def place(self) -> int:
        """Which of them the form is about; behind the last where it is a new one. Raises InvalidRequest."""
        place = given_number(self.form, "place")
        if place is not None and place >= len(self.items):
            raise InvalidRequest.at("place", "this is not there any more")
        return len(self.items) if place is None else place

    def keep(self, request: Request) -> Response:
        """Write the list, and show all of them anew. Raises Refused, ValidationError."""
        body = ContactValues.model_validate({self.name: self.items})
        contact, position = self.service.contacts.change(self.caller, self.no, body.changes())
        settle(self.service, position, "contacts")
        if "hx-request" not in request.headers:
            return go_to(request, f"/contacts/{quoted(self.no)}#{self.name}")
        return self.visitor.page(
            "part_contact_lists.html",
            headers={"HX-Retarget": "#lists", "HX-Reswap": "outerHTML"},
            contact=shown(self.service, contact),
            changed=self.name,
            **lists_of(self.service, contact),
        )


@router.post("/{name}")
def keep_one(
    no: Code, name: str, request: Request, service: ServiceOf, visitor: Writer, form: Sent
) -> Response:
    """One more of a list, or another in the place of one."""
    edit = _Edit(service, visitor, no, name, form)
    place = edit.place()
    edit.items[place : place + 1] = [MADE[name](form)]
    return edit.keep(request)


@router.post("/{name}/remove")
def remove_one(
    no: Code, name: str, request: Request, service: ServiceOf, visitor: Writer, form: Sent
) -> Response:
    """Take one of a list away."""
    edit = _Edit(service, visitor, no, name, form)
    del edit.items[edit.place() : edit.place() + 1]
    return edit.keep(request)
