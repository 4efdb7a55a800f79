"""Choosing contacts: criteria as rows of a form, what they would do, and the actions that were taken."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from starlette.datastructures import FormData
from starlette.responses import HTMLResponse

from api.context import ServiceOf
from api.pages.browser import PageRoute, Reader, Sent, Writer, given_text, go_to, settle
from api.pages.forms import Choice, record_choices
from api.pages.words import member_label
from api.schemas.criteria import CriteriaBody, ReuseCriteriaBody, ReuseLoggedSegmentBody, SaveCriteriaBody
from api.schemas.values import Code
from api.service import Service
from application.field_words import Language
from domain import records
from domain.criteria import TABLES
from domain.errors import InvalidRequest
from domain.field_type import Enumeration, FieldType
from domain.records import RecordKind
from domain.vocabulary import CriteriaActionKind, members

router = APIRouter(route_class=PageRoute, include_in_schema=False)
SEGMENT = "/segments/{no}"
OPTIONS_OF_ADDING = (
    "allow_existing_contacts",
    "expand_companies",
    "allow_related_companies",
    "ignore_exclusion",
)
CODES: dict[tuple[str, str], RecordKind] = {
    ("mailing_group", "code"): records.MAILING_GROUP,
    ("industry_group", "code"): records.INDUSTRY_GROUP,
    ("job_responsibility", "code"): records.JOB_RESPONSIBILITY,
    ("business_relation", "code"): records.BUSINESS_RELATION,
    ("profile_answer", "questionnaire_code"): records.PROFILE_QUESTIONNAIRE,
    ("contact", "salesperson_code"): records.SALESPERSON,
    ("contact", "territory_code"): records.TERRITORY,
    ("contact", "salutation_code"): records.SALUTATION,
    ("contact", "organizational_level_code"): records.ORGANIZATIONAL_LEVEL,
    ("interaction_log_entry", "interaction_template_code"): records.INTERACTION_TEMPLATE,
    ("interaction_log_entry", "interaction_group_code"): records.INTERACTION_GROUP,
    ("interaction_log_entry", "campaign_no"): records.CAMPAIGN,
    ("interaction_log_entry", "salesperson_code"): records.SALESPERSON,
}
FIRST_FIELD = "contact.city"
FIELDS = {f"{table}.{name}": (table, name) for table, names in TABLES.items() for name in names}
KINDS = {
    FieldType.DATE: "date",
    FieldType.BOOLEAN: "flag",
    FieldType.INTEGER: "number",
    FieldType.DECIMAL: "number",
}


@router.get(f"{SEGMENT}/choose")
def show_choosing(no: Code, service: ServiceOf, visitor: Reader) -> HTMLResponse:
    """The criteria of a worksheet, and a form for the next action."""
    return visitor.page(
        "choose.html",
        segment=service.segments.get(no),
        saved=record_choices(service, records.SAVED_CRITERIA),
        row=_row(service, FIRST_FIELD, visitor.language),
        tables=TABLES,
        options=OPTIONS_OF_ADDING,
    )


@router.get("/criteria/row")
def show_row(
    service: ServiceOf, visitor: Reader, field: Annotated[str, Query(max_length=100)] = FIRST_FIELD
) -> HTMLResponse:
    """One condition of the form, with suggestions for its field."""
    return visitor.page("part_condition.html", row=_row(service, field, visitor.language), tables=TABLES)


def _row(service: Service, field: str, language: Language) -> dict[str, Any]:
    if field not in FIELDS:
        raise InvalidRequest.at("field", "there is no such field")
    table, name = FIELDS[field]
    kind = TABLES[table][name]
    return {
        "field": field,
        "suggestions": suggestions(service, table, name, language),
        "kind": "word" if isinstance(kind, Enumeration) else KINDS.get(kind, "text"),
    }


def suggestions(service: Service, table: str, name: str, language: Language) -> list[Choice]:
    """Codes and words that a field can have, each with what it stands for."""
    if found := CODES.get((table, name)):
        return record_choices(service, found)
    kind = TABLES[table][name]
    if isinstance(kind, Enumeration):
        return [(word, member_label(name, word, language)) for word in kind.members]
    if kind == FieldType.BOOLEAN:
        return [("true", member_label("", "yes", language)), ("false", member_label("", "no", language))]
    return []


def criteria_in(form: FormData, action: str) -> CriteriaBody:
    """The criteria that the form says. Raises InvalidRequest, ValidationError."""
    filters = _filters(form)
    chosen: dict[str, Any] = {"action": action, "filters": filters}
    if action == "add_contacts":
        chosen |= {name: form.get(name) == "on" for name in OPTIONS_OF_ADDING}
        segments, logged = (_numbers(form, name) for name in ("without_segments", "without_logged_segments"))
        if segments or logged:
            chosen["exclude"] = {"segments": segments, "logged_segments": logged}
    else:
        chosen["entire_companies"] = form.get("entire_companies") == "on"
    return CriteriaBody.model_validate(chosen)


def _numbers(form: FormData, name: str) -> list[str]:
    return [part.strip() for part in given_text(form, name).replace(";", ",").split(",") if part.strip()]


def _filters(form: FormData) -> dict[str, Any]:
    """The rows of the form: those that must hold table by table, and what must not hold apart."""
    rows = zip(form.getlist("field"), form.getlist("holds"), form.getlist("filter"), strict=False)
    must: dict[str, dict[str, str]] = {}
    must_not: list[dict[str, Any]] = []
    for number, (field, holds, filter_) in enumerate(rows, start=1):
        text = str(filter_).strip()
        if not text:
            continue
        if field not in FIELDS:
            raise InvalidRequest.at("field", "there is no such field")
        table, name = FIELDS[str(field)]
        if holds == "not":
            must_not.append({"not": {table: {name: text}}})
        elif name in must.get(table, {}):
            place = ("filters", table, name)
            raise InvalidRequest.at(
                place, f"condition {number} is about this field again; use | for or, & for and"
            )
        else:
            must.setdefault(table, {})[name] = text
    if not must_not:
        return must
    parts: list[dict[str, Any]] = [must] if must else []
    return {"all": parts + must_not} if len(parts + must_not) > 1 else must_not[0]


def _action(form: FormData) -> str:
    action = given_text(form, "action")
    return action if action in members(CriteriaActionKind) else "add_contacts"


@router.post(f"{SEGMENT}/preview")
def preview(no: Code, service: ServiceOf, visitor: Writer, form: Sent) -> HTMLResponse:
    """What the action would do: how many, who, and how many are left out and why."""
    found = service.selecting.preview(visitor.caller, no, criteria_in(form, _action(form)).criteria())
    return visitor.page("part_preview.html", event=found.event, contacts=found.contacts)


@router.post(f"{SEGMENT}/criteria")
def apply(no: Code, request: Request, service: ServiceOf, visitor: Writer, form: Sent) -> Response:
    """Add, reduce or refine."""
    body = criteria_in(form, _action(form))
    _, _, position = service.selecting.apply(visitor.caller, no, body.criteria())
    return _done(request, service, no, position)


def _done(request: Request, service: Service, no: str, position: int) -> Response:
    settle(service, position, "worksheets", "setup")
    return go_to(request, f"/segments/{no}/choose")


@router.post(f"{SEGMENT}/go-back")
def go_back(no: Code, request: Request, service: ServiceOf, visitor: Writer) -> Response:
    """Undo the last action."""
    return _done(request, service, no, service.selecting.go_back(visitor.caller, no)[1])


@router.post(f"{SEGMENT}/redo")
def redo(no: Code, request: Request, service: ServiceOf, visitor: Writer) -> Response:
    """Do again what was undone."""
    return _done(request, service, no, service.selecting.redo(visitor.caller, no)[1])


@router.post(f"{SEGMENT}/reset-criteria")
def reset(no: Code, request: Request, service: ServiceOf, visitor: Writer) -> Response:
    """Forget the actions and keep the lines."""
    return _done(request, service, no, service.selecting.reset(visitor.caller, no)[1])


@router.post(f"{SEGMENT}/save-criteria")
def save(no: Code, request: Request, service: ServiceOf, visitor: Writer, form: Sent) -> Response:
    """Save the actions under a code."""
    named = {"code": given_text(form, "code"), "description": given_text(form, "description")}
    body = SaveCriteriaBody.model_validate(named)
    _, position = service.selecting.save_criteria(visitor.caller, no, body.code, body.description)
    return _done(request, service, no, position)


@router.post(f"{SEGMENT}/reuse-criteria")
def reuse(no: Code, request: Request, service: ServiceOf, visitor: Writer, form: Sent) -> Response:
    """Run saved criteria on the contacts of today."""
    body = ReuseCriteriaBody.model_validate({"code": given_text(form, "code")})
    return _done(request, service, no, service.selecting.reuse_criteria(visitor.caller, no, body.code)[1])


@router.post(f"{SEGMENT}/reuse-logged-segment")
def reuse_logged(no: Code, request: Request, service: ServiceOf, visitor: Writer, form: Sent) -> Response:
    """Put the contacts of a logged segment on the worksheet."""
    body = ReuseLoggedSegmentBody.model_validate(
        {"entry_no": given_text(form, "entry_no"), "respect_exclusion": form.get("respect_exclusion") == "on"}
    )
    _, position = service.selecting.reuse_logged_segment(
        visitor.caller, no, body.entry_no, respect_exclusion=body.respect_exclusion
    )
    return _done(request, service, no, position)
