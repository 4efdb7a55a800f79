"""The set-up in the browser: salespeople, templates, groups and the other codes that segments refer to."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from operator import itemgetter
from types import MappingProxyType
from typing import Annotated, Any, get_args

import msgspec
from fastapi import APIRouter, Depends, Request, Response
from msgspec.structs import replace as replaced
from starlette.datastructures import FormData
from starlette.responses import HTMLResponse

from api.context import ServiceOf
from api.pages.browser import Eraser, PageRoute, Reader, Sent, Writer, given_text, go_to, having_seen, settle
from api.pages.forms import (
    CAMPAIGN,
    CORRESPONDENCE,
    FLOW,
    GROUP,
    INITIATED,
    SALESPERSON,
    FormField,
    choices,
    sent_value,
)
from api.pages.lists import AskedOf, shown_list
from api.pages.rendering import quoted
from api.pages.words import field_label
from api.routes.records import BODIES
from api.sample.filling import fill
from api.schemas.records import NamePart
from api.schemas.values import Body, Code, OptionalCode
from api.service import Service
from application.field_words import Language
from domain import records
from domain.campaign import Campaign
from domain.errors import Conflict, InvalidRequest, NotFound
from domain.records import RecordKind
from domain.setup import check_addressable
from projections.contact_queries import any_contact
from projections.record_queries import how_many, listing

router = APIRouter(prefix="/setup", route_class=PageRoute, include_in_schema=False)
DESCRIPTION = FormField("description")
FIELDS: Mapping[RecordKind, tuple[FormField, ...]] = MappingProxyType(
    dict.fromkeys(records.CODE_TABLES, (DESCRIPTION,))
    | {
        records.SALESPERSON: (
            *(FormField("name", length=50), FormField("job_title", length=30)),
            *(FormField("phone_no", length=30), FormField("email", length=80)),
            *(FormField("user_id"), FormField("blocked", "flag")),
        ),
        records.INTERACTION_TEMPLATE: (
            *(DESCRIPTION, GROUP, FormField("unit_cost", "amount")),
            *(FormField("unit_duration_minutes", "minutes"), FLOW, INITIATED, CORRESPONDENCE),
            *(FormField("ignore_contact_correspondence_type", "flag"), CAMPAIGN),
            *(FormField("campaign_target", "flag"), FormField("campaign_response", "flag")),
        ),
        records.CAMPAIGN: (
            *(DESCRIPTION, FormField("starting_date", "day"), FormField("ending_date", "day"), SALESPERSON),
            FormField("status_code", "choice", records=records.CAMPAIGN_STATUS),
        ),
    }
)
FORMULA = (
    *(FormField("language_code", length=10), FormField("type", "choice", members=("formal", "informal"))),
    *(FormField("text", length=50), FormField("names")),
)
LINE = (
    *(FormField("line_no", "minutes"), FormField("type", "choice", members=("question", "answer"))),
    FormField("description", length=255),
)
PARTS: Mapping[RecordKind, tuple[str, tuple[FormField, ...]]] = MappingProxyType(
    {records.SALUTATION: ("formulas", FORMULA), records.PROFILE_QUESTIONNAIRE: ("lines", LINE)}
)
"""Records that have several of something: its name, and the fields of each."""

GROUPS: tuple[tuple[str, tuple[RecordKind, ...]], ...] = (
    ("for_segments", (records.SALESPERSON, records.INTERACTION_GROUP, records.INTERACTION_TEMPLATE)),
    ("for_campaigns", (records.CAMPAIGN, records.CAMPAIGN_STATUS)),
    (
        "for_contacts",
        (
            *(records.MAILING_GROUP, records.INDUSTRY_GROUP, records.BUSINESS_RELATION),
            *(records.JOB_RESPONSIBILITY, records.ORGANIZATIONAL_LEVEL, records.TERRITORY),
            *(records.PROFILE_QUESTIONNAIRE, records.SALUTATION),
        ),
    ),
)
KINDS: Mapping[str, RecordKind] = MappingProxyType({kind.path: kind for kind in FIELDS})
MORE_PARTS = 3
"""So many empty rows a form has for more."""
STEP = 10_000


def kind_named(path: str) -> RecordKind:
    """The kind of record at this place. Raises NotFound."""
    if path not in KINDS:
        raise NotFound("There is nothing at this address.")
    return KINDS[path]


KindOf = Annotated[RecordKind, Depends(kind_named)]


@router.get("")
def show_setup(service: ServiceOf, visitor: Reader) -> HTMLResponse:
    """Everything that can be set up, with how many there are."""
    return visitor.page("setup.html", groups=GROUPS, **first_steps(service))


def first_steps(service: Service) -> dict[str, Any]:
    """How many records there are of each kind that has any, and whether there are contacts."""
    with service.read_models.cursor() as cursor:
        return {"counts": how_many(cursor), "has_contacts": any_contact(cursor)}


@router.post("")
def fill_with_sample(request: Request, service: ServiceOf, visitor: Eraser) -> Response:
    """Register the sample contacts and what they refer to, to try the service out. Raises Conflict."""
    found = first_steps(service)
    if found["has_contacts"] or found["counts"]:
        raise Conflict("There is something already; the sample is for an empty service.")
    settle(service, fill(service, visitor.caller), "setup", "contacts")
    return go_to(request, "/segments")


@router.get("/{path}")
def list_kind(kind: KindOf, service: ServiceOf, visitor: Reader, query: AskedOf) -> HTMLResponse:
    """The records of one kind, and a form for another one."""
    key = _key(kind)
    columns = [key, *(field.name for field in FIELDS[kind] if field.kind != "flag")][:7]
    found = shown_list(service, listing(kind), query, columns, f"/setup/{kind.path}", key)
    return visitor.page(
        "setup_kind.html",
        list=found,
        kind=kind,
        key=key,
        value=msgspec.structs.asdict(kind.value_type()),
        parts=_parts(kind, [], visitor.language),
        fields=FIELDS[kind],
        choices=_choices(service, kind, visitor.language),
    )


def _key(kind: RecordKind) -> str:
    return "no" if kind is records.CAMPAIGN else "code"


def _parts(kind: RecordKind, known: Sequence[Any], language: Language) -> dict[str, Any] | None:
    if kind not in PARTS:
        return None
    name, fields = PARTS[kind]
    rows = [msgspec.structs.asdict(one) for one in known]
    for row in rows:
        if "names" in row:
            row["names"] = ", ".join(field_label(name, language).lower() for name in row["names"])
    return {"name": name, "fields": fields, "rows": rows + [{}] * MORE_PARTS}


def _choices(service: Service, kind: RecordKind, language: Language) -> dict[str, Any]:
    parts = PARTS[kind][1] if kind in PARTS else ()
    return choices(service, (*FIELDS[kind], *parts), language)


@router.get("/{path}/{code}")
def show_record(kind: KindOf, code: Code, service: ServiceOf, visitor: Reader) -> HTMLResponse:
    """One record, to be changed or deleted."""
    record = service.records.get(kind, code)
    name = PARTS[kind][0] if kind in PARTS else ""
    return visitor.page(
        "setup_record.html",
        kind=kind,
        key=_key(kind),
        record=record,
        value=msgspec.structs.asdict(record.value),
        parts=_parts(kind, getattr(record.value, name, ()), visitor.language),
        fields=FIELDS[kind],
        choices=_choices(service, kind, visitor.language),
    )


def _value(kind: RecordKind, form: FormData, language: Language) -> Any:
    """The whole record, as its form says. Raises ValidationError."""
    said: dict[str, Any] = {
        field.name: sent_value(field, given_text(form, field.name), language) for field in FIELDS[kind]
    }
    if kind in PARTS:
        name, fields = PARTS[kind]
        said[name] = _said_parts(form, name, fields, language)
    body = BODIES[kind].model_validate(said)
    whole = body.model_dump()
    if kind is records.PROFILE_QUESTIONNAIRE:
        whole["lines"].sort(key=itemgetter("line_no"))
    return msgspec.convert(whole, kind.value_type)


def _said_parts(
    form: FormData, name: str, fields: Sequence[FormField], language: Language
) -> list[dict[str, Any]]:
    """The rows with a text in them, as they stand; lines without a number get those behind the others."""
    columns = [form.getlist(f"{name}.{field.name}") for field in fields]
    kept = []
    for row in zip(*columns, strict=False):
        said = {
            field.name: sent_value(field, str(given), language)
            for field, given in zip(fields, row, strict=True)
        }
        if "names" in said:
            said["names"] = _names_in(said["names"] or "", language)
        if said.get("text") or said.get("description"):
            kept.append(said)
    return _numbered(kept) if "line_no" in {field.name for field in fields} else kept


def _names_in(text: str, language: Language) -> list[str]:
    """The parts of a name that were typed, with commas between; what is none stays as it is."""
    words = {field_label(name, language).lower(): name for name in get_args(NamePart)}
    return [words.get(part.strip().lower(), part.strip()) for part in text.split(",") if part.strip()]


def _numbered(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    def number(line: dict[str, Any]) -> int:
        return int(line["line_no"]) if re.fullmatch("[0-9]{1,9}", str(line["line_no"])) else 0

    last = max(map(number, lines), default=0)
    for line in lines:
        if not line["line_no"]:
            line["line_no"] = last = last + STEP
    return lines


class _NewRecord(Body):
    """What a new record is to be called."""

    code: OptionalCode = None
    no: OptionalCode = None


def _typed(kind: RecordKind, form: FormData) -> str | None:
    """The code or number that was typed, if one was. Raises ValidationError, InvalidRequest."""
    key = _key(kind)
    typed: str | None = getattr(_NewRecord.model_validate({key: given_text(form, key)}), key)
    if typed is None and key == "code":
        raise InvalidRequest.at(key, "must not be blank")
    if typed is not None and len(typed) > kind.code_length:
        raise InvalidRequest.at(key, f"must not be longer than {kind.code_length} characters")
    if typed is not None:
        check_addressable(key, typed)
    return typed


@router.post("/{path}")
def create_record(
    kind: KindOf, request: Request, service: ServiceOf, visitor: Writer, form: Sent
) -> Response:
    """One more of a kind. Raises AlreadyExists."""
    typed, value = _typed(kind, form), _value(kind, form, visitor.language)
    if isinstance(value, Campaign):
        code, position = service.campaigns.create(visitor.caller, typed, value)
    else:
        code = str(typed)
        position = service.records.put(visitor.caller, kind, code, value, only_new=True)[1]
    settle(service, position, "setup")
    further = kind is records.INTERACTION_TEMPLATE or kind in PARTS
    return go_to(request, f"/setup/{kind.path}" + (f"/{quoted(code)}" if further else ""))


@router.post("/{path}/{code}")
def change_record(
    kind: KindOf, code: Code, request: Request, service: ServiceOf, visitor: Writer, form: Sent
) -> Response:
    """Give a record new values, unless somebody else was faster."""
    record = service.records.get(kind, code)
    caller = having_seen(visitor, form, record.version)
    value = _value(kind, form, visitor.language)
    if kind is records.INTERACTION_TEMPLATE:
        value = replaced(value, language_code=record.value.language_code)  # it belongs to the documents
    settle(service, service.records.put(caller, kind, code, value)[1], "setup")
    return go_to(request, f"/setup/{kind.path}")


@router.post("/{path}/{code}/delete")
def delete_record(
    kind: KindOf, code: Code, request: Request, service: ServiceOf, visitor: Writer
) -> Response:
    """Delete a record that nothing refers to."""
    settle(service, service.deleting.delete(visitor.caller, kind, code), "setup")
    return go_to(request, f"/setup/{kind.path}")
