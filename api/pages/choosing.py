"""Choosing contacts: criteria as rows of a form, what they would do, and the actions that were taken."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import ValidationError
from starlette.datastructures import FormData
from starlette.responses import HTMLResponse

from api.context import ServiceOf
from api.pages.browser import (
    PageRoute,
    Reader,
    Sent,
    Visitor,
    Writer,
    given_number,
    given_text,
    go_to,
    settle,
)
from api.pages.contact_lists import Answer, known_answers
from api.pages.criteria_form import FIELDS, JOINS, OUTERMOST, filters_in
from api.pages.filters import filter_shown, with_each_table, words_of
from api.pages.formats import number_text
from api.pages.forms import Choice, record_choices
from api.pages.rendering import quoted
from api.pages.words import field_label, text
from api.problems import validation_problems
from api.schemas.criteria import CriteriaBody, ReuseCriteriaBody, ReuseLoggedSegmentBody, SaveCriteriaBody
from api.schemas.values import Code
from api.service import Service
from application.field_words import Language
from domain import records
from domain.criteria import TABLES
from domain.errors import InvalidRequest, Problem, Refused
from domain.explanation import tables_of
from domain.field_type import FieldType
from domain.filter_expression import exactly
from domain.records import RecordKind
from domain.segment.criteria_action import CriteriaAction
from domain.segment.state import Segment
from domain.vocabulary import CriteriaActionKind, members
from projections.listing import Query as ListQuery
from projections.segment_listings import LOGGED_SEGMENTS

router = APIRouter(route_class=PageRoute, include_in_schema=False)
SEGMENT = "/segments/{no}"
GROUP_ID = r"^(group-[0-9a-f]{12})?$"
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
SHOWN_ACTIONS = 100
"""So many of the actions taken are shown, the latest; programs may take thousands."""
EXAMPLES = {
    FieldType.DATE: "-90D..",
    FieldType.TIME: "09:00..12:00",
    FieldType.INTEGER: "1..10",
    FieldType.DECIMAL: ">=2.5",
}


@router.get(f"{SEGMENT}/choose")
def show_choosing(no: Code, service: ServiceOf, visitor: Reader) -> HTMLResponse:
    """The criteria of a worksheet, and a form for the next action."""
    segment = service.segments.get(no)
    latest = segment.actions[-SHOWN_ACTIONS:]
    asked_of = {table for action in latest for table in tables_of(action.filters)}
    answers = known_answers(service) if "profile_answer" in asked_of else []
    return visitor.page(
        "choose.html",
        segment=segment,
        taken=[
            (action, _with_answers(action.filters, answers), _options(action, visitor.language))
            for action in latest
        ],
        saved=record_choices(service, records.SAVED_CRITERIA),
        row=_row(service, FIRST_FIELD, visitor.language),
        within=OUTERMOST,
        joins=JOINS,
        tables=TABLES,
        options=OPTIONS_OF_ADDING,
        logged=_latest_logged(service),
    )


def _options(action: CriteriaAction, language: Language) -> list[str]:
    """The options that an action was taken with, in words."""
    words = [
        field_label(name, language).lower()
        for name in (*OPTIONS_OF_ADDING, "entire_companies")
        if getattr(action.options, name)
    ]
    for name in ("segments", "logged_segments") if action.exclude else ():
        words += [text(f"without_{name[:-1]}", language, no=no) for no in getattr(action.exclude, name)]
    return words


def _with_answers(filters: Mapping[str, Any], answers: Sequence[Answer]) -> dict[str, Any]:
    """Criteria in which the lines of questionnaires have their words behind them."""

    def told(table: str, part: Mapping[str, Any]) -> Mapping[str, Any]:
        if table != "profile_answer" or "line_no" not in part:
            return part
        code, lines = str(part.get("questionnaire_code", "")), str(part["line_no"])
        words = [
            f"{one.question} {one.words}"
            for one in answers
            if one.questionnaire_code == code and str(one.line_no) in re.findall(r"\d+", lines)
        ]
        return {**part, "line_no": f"{lines} “{', '.join(words)}”"} if words else part

    return with_each_table(filters, told)


def _latest_logged(service: Service) -> list[Choice]:
    """The logged segments of late, to choose one from."""
    asked = ListQuery(sort="-entry_no", limit=50)
    page = service.read_models.page(LOGGED_SEGMENTS, asked, date.today())
    return [(str(row["entry_no"]), f"{row['segment_no']} {row['description'] or ''}") for row in page.items]


Within = Annotated[str, Query(alias="in", pattern=GROUP_ID)]


@router.get("/criteria/row")
def show_row(service: ServiceOf, visitor: Reader, within: Within = OUTERMOST) -> HTMLResponse:
    """One more condition for the form, or for a group in it."""
    row = _row(service, FIRST_FIELD, visitor.language)
    return visitor.page("part_condition.html", row=row, within=within, tables=TABLES)


@router.get("/criteria/group")
def show_group(service: ServiceOf, visitor: Reader, within: Within = OUTERMOST) -> HTMLResponse:
    """One more group, with a condition in it, for the form or for a group in it."""
    group = f"group-{secrets.token_hex(6)}"
    row = _row(service, FIRST_FIELD, visitor.language)
    facts: dict[str, Any] = {
        "row": row,
        "group": group,
        "group_in": within,
        "within": group,
        "tables": TABLES,
    }
    return visitor.page("part_group.html", **facts)


@router.get("/criteria/suggestions")
def show_suggestions(
    service: ServiceOf,
    visitor: Reader,
    field: Annotated[str, Query(max_length=100)],
    row: Annotated[str, Query(pattern=r"^row-[0-9a-f]{12}$")],
) -> HTMLResponse:
    """What a condition on a field could say; what was typed already stays."""
    return visitor.page("part_suggestions.html", row=_row(service, field, visitor.language, row))


def _row(service: Service, field: str, language: Language, row_id: str | None = None) -> dict[str, Any]:
    if field not in FIELDS:
        raise InvalidRequest.at("field", "there is no such field")
    table, name = FIELDS[field]
    found = suggestions(service, table, name, language)
    kind = TABLES[table][name]
    usual = "|".join(code for code, _ in found[: 1 if kind == FieldType.BOOLEAN else 2]) or "A*|B*"
    return {
        "id": row_id or f"row-{secrets.token_hex(6)}",
        "field": field,
        "suggestions": found,
        "example": filter_shown(EXAMPLES.get(kind, usual), kind, language),
    }


def suggestions(service: Service, table: str, name: str, language: Language) -> list[Choice]:
    """Filters for the codes and words that a field can have, each with what it stands for."""
    if found := CODES.get((table, name)):
        return [(exactly(code), words) for code, words in record_choices(service, found)]
    if (table, name) == ("profile_answer", "line_no"):
        return [
            (str(one.line_no), f"{one.questionnaire_code}: {one.question} {one.words}")
            for one in known_answers(service)
        ]
    return [(word, "") for word in words_of(TABLES[table][name], language)]


def criteria_in(form: FormData, action: str, language: Language) -> CriteriaBody:
    """The criteria that the form says. Raises InvalidRequest, ValidationError."""
    chosen: dict[str, Any] = {"action": action, "filters": filters_in(form, language)}
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


def _action(form: FormData) -> str:
    action = given_text(form, "action")
    return action if action in members(CriteriaActionKind) else "add_contacts"


@router.post(f"{SEGMENT}/preview")
def preview(no: Code, service: ServiceOf, visitor: Writer, form: Sent) -> HTMLResponse:
    """What the action would do: how many, who, and how many are left out and why.

    What cannot be read yet is said in its place: whoever is typing is not through.
    """
    try:
        found = service.selecting.preview(
            visitor.caller, no, criteria_in(form, _action(form), visitor.language).criteria()
        )
    except Refused as error:
        logged = error.facts.get("logged_segment")
        return _cannot_tell(visitor, error.slug, error.detail, error.problems, logged)
    except ValidationError as error:
        return _cannot_tell(visitor, InvalidRequest.slug, "", validation_problems(error.errors()))
    return visitor.page("part_preview.html", preview=found)


def _cannot_tell(
    visitor: Visitor, slug: str, detail: str, problems: Sequence[Problem], logged: object = None
) -> HTMLResponse:
    return visitor.page(
        "part_problem.html",
        slug=slug,
        detail=detail,
        problems=problems,
        outcome=None,
        logged_segment=logged,
    )


@router.post(f"{SEGMENT}/criteria")
def apply(no: Code, request: Request, service: ServiceOf, visitor: Writer, form: Sent) -> Response:
    """Add, reduce or refine."""
    body = criteria_in(form, _action(form), visitor.language)
    action, _, position = service.selecting.apply(visitor.caller, no, body.criteria())
    if action.action == "add_contacts":
        said = _so_many("were_added", action.lines_added, visitor)
    else:
        said = _so_many("were_taken_off", action.lines_removed, visitor)
    return _done(request, service, no, position, said=said)


def _done(
    request: Request, service: Service, no: str, position: int, page: str = "/choose", said: str = ""
) -> Response:
    settle(service, position, "worksheets", "setup")
    return go_to(request, f"/segments/{quoted(no)}{page}", said)


def _so_many(name: str, n: int, visitor: Visitor) -> str:
    return text(name, visitor.language, n=number_text(n, visitor.language))


def _changed(
    request: Request, service: Service, visitor: Visitor, changed: tuple[Segment, int], page: str = "/choose"
) -> Response:
    """After a change whose size the actions do not say: how many lines there are now."""
    segment, position = changed
    said = _so_many("has_lines_now", segment.number_of_lines, visitor)
    return _done(request, service, segment.no, position, page, said)


@router.post(f"{SEGMENT}/go-back")
def go_back(no: Code, request: Request, service: ServiceOf, visitor: Writer, form: Sent) -> Response:
    """Undo the last action, or on the worksheet the removal of a line if nothing was done since."""
    removal = given_number(form, "removal")
    changed = service.selecting.go_back(visitor.caller, no, removal)
    return _changed(request, service, visitor, changed, "/choose" if removal is None else "")


@router.post(f"{SEGMENT}/redo")
def redo(no: Code, request: Request, service: ServiceOf, visitor: Writer) -> Response:
    """Do again what was undone."""
    return _changed(request, service, visitor, service.selecting.redo(visitor.caller, no))


@router.post(f"{SEGMENT}/reset-criteria")
def reset(no: Code, request: Request, service: ServiceOf, visitor: Writer) -> Response:
    """Forget the actions and keep the lines."""
    return _changed(request, service, visitor, service.selecting.reset(visitor.caller, no))


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
    return _changed(
        request, service, visitor, service.selecting.reuse_criteria(visitor.caller, no, body.code)
    )


@router.post("/criteria/delete")
def delete_criteria(
    request: Request, service: ServiceOf, visitor: Writer, form: Sent, back: Annotated[Code, Query()]
) -> Response:
    """Forget saved criteria; the worksheets that they were used on stay as they are."""
    body = ReuseCriteriaBody.model_validate({"code": given_text(form, "code")})
    position = service.records.delete(visitor.caller, records.SAVED_CRITERIA, body.code)
    return _done(request, service, back, position)


@router.post(f"{SEGMENT}/reuse-logged-segment")
def reuse_logged(no: Code, request: Request, service: ServiceOf, visitor: Writer, form: Sent) -> Response:
    """Put the contacts of a logged segment on the worksheet."""
    body = ReuseLoggedSegmentBody.model_validate(
        {"entry_no": given_text(form, "entry_no"), "respect_exclusion": form.get("respect_exclusion") == "on"}
    )
    changed = service.selecting.reuse_logged_segment(
        visitor.caller, no, body.entry_no, respect_exclusion=body.respect_exclusion
    )
    return _changed(request, service, visitor, changed)
