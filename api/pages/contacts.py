"""Contacts: find, show, register, change, import."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response
from starlette.datastructures import UploadFile
from starlette.responses import HTMLResponse, RedirectResponse

from api.contact_files import COLUMNS as COLUMNS_OF_FILES
from api.contact_files import rows
from api.context import ServiceOf
from api.pages.browser import PageRoute, Reader, Sent, Writer, go_to, settle
from api.pages.contact_lists import lists_of
from api.pages.forms import CONTACT, OF_PERSONS, changed_values, choices
from api.pages.grid import plain_words
from api.pages.lists import AskedOf, shown_list
from api.pages.rendering import quoted
from api.routes.contacts import shown
from api.schemas.contacts import ContactValues, NewContact
from api.schemas.values import NO_UTF_8, Code
from api.service import Service
from api.table_files import ENDINGS
from api.uploads import chunks
from application.contact_import import ContactImport
from domain.errors import InvalidRequest
from projections.contact_queries import CONTACTS
from projections.listing import Query as ListQuery

router = APIRouter(route_class=PageRoute, include_in_schema=False)
COLUMNS = (
    "no",
    "name",
    "company_name",
    "type",
    "city",
    "email",
    "phone_no",
    "salesperson_code",
    "language_code",
)
STATISTICS = (
    "number_of_interactions",
    "cost",
    "duration_minutes",
    "date_of_last_interaction",
    "last_date_attempted",
)
IMPORT = "/contacts/import"
IMPORTED = ("no", *(name for name in NewContact.model_fields if name in COLUMNS_OF_FILES - {"no"}))


@router.get("/contacts")
def list_contacts(
    service: ServiceOf, visitor: Reader, query: AskedOf, q: Annotated[str, Query(max_length=100)] = ""
) -> Response:
    """All contacts, or those that are looked for; what is looked for becomes a filter that one can change."""
    if words := plain_words(q):
        by_no, by_name = {"no": f"{words}*"}, {"name": f"@*{words}*"}
        looks_like_no = any(sign.isdigit() for sign in words) or not _any(service, by_name)
        ((name, filter_),) = (by_no if looks_like_no and _any(service, by_no) else by_name).items()
        return RedirectResponse(f"/contacts?{urlencode({f'f-{name}': filter_})}", 303)
    return visitor.page(
        "contacts.html", list=shown_list(service, CONTACTS, query, COLUMNS, "/contacts", "no")
    )


def _any(service: Service, filters: dict[str, str]) -> bool:
    return bool(service.read_models.page(CONTACTS, ListQuery(filters, limit=1), date.today()).items)


@router.get(IMPORT)
def show_import(visitor: Reader) -> HTMLResponse:
    """The form that takes a file of contacts."""
    return visitor.page("import.html", result=None, columns=IMPORTED)


@router.post(IMPORT)
def take_file(service: ServiceOf, visitor: Writer, form: Sent) -> HTMLResponse:
    """Take over a file, and say which rows were rejected."""
    file = form.get("file")
    if not isinstance(file, UploadFile) or not file.filename:
        raise InvalidRequest.at("file", "choose a file")
    ending = next((ending for ending in ENDINGS if file.filename.lower().endswith(ending)), None)
    if ending is None:
        raise InvalidRequest.at("file", f"its name must end in one of: {', '.join(ENDINGS)}")
    run = ContactImport(service.journal, service.contacts, visitor.caller)
    result = run.run(rows(chunks(file.file), ENDINGS[ending]))
    settle(service, result.position or service.log.position(), "contacts")
    # Said once: in such a file it is wrong with every row that has a letter beyond English.
    others = [row for row in result.rejected if any(said != NO_UTF_8 for _, said in row.problems)]
    return visitor.page(
        "import.html",
        result=result,
        rejected=others,
        not_utf8=len(others) < len(result.rejected),
        columns=IMPORTED,
    )


@router.get("/contacts/new")
def show_new(service: ServiceOf, visitor: Reader) -> HTMLResponse:
    """The form for a new contact."""
    blank: dict[str, Any] = dict.fromkeys((field.name for field in CONTACT), None)
    return visitor.page(
        "contact_new.html",
        contact=blank,
        fields=CONTACT,
        of_persons=OF_PERSONS,
        choices=choices(service, CONTACT, visitor.language),
    )


@router.post("/contacts")
def register(request: Request, service: ServiceOf, visitor: Writer, form: Sent) -> Response:
    """A new contact."""
    values = changed_values(form, CONTACT, visitor.language) | {"type": str(form.get("type") or "company")}
    body = NewContact.model_validate(values)
    contact, position = service.contacts.register(visitor.caller, None, body.changes())
    settle(service, position, "contacts")
    return go_to(request, f"/contacts/{quoted(contact.no)}")


@router.get("/contacts/{no}")
def show_contact(no: Code, service: ServiceOf, visitor: Reader) -> HTMLResponse:
    """One contact, with what it has had from us and the worksheets that it is on."""
    contact = service.contacts.get(no)
    is_person, company_no = contact.value.type == "person", contact.value.company_no
    return visitor.page(
        "contact.html",
        contact=shown(service, contact),
        erased=service.erasing.of(no) if contact.erased else None,
        company=service.contacts.find(company_no) if company_no and company_no != no else None,
        segments=service.contacts.open_segments_with(contact.key),
        fields=[field for field in CONTACT if is_person or field.name not in OF_PERSONS],
        statistics=STATISTICS,
        choices=choices(service, CONTACT, visitor.language),
        **lists_of(service, contact),
    )


@router.post("/contacts/{no}")
def change_contact(no: Code, request: Request, service: ServiceOf, visitor: Writer, form: Sent) -> Response:
    """Change what was changed in the form."""
    body = ContactValues.model_validate(changed_values(form, CONTACT, visitor.language))
    _, position = service.contacts.change(visitor.caller, no, body.changes())
    settle(service, position, "contacts")
    return go_to(request, f"/contacts/{quoted(no)}")
