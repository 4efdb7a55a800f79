"""Logging a segment, what was logged, and the interaction log."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any, Literal

import msgspec
from fastapi import APIRouter, Request, Response
from starlette.datastructures import FormData
from starlette.responses import HTMLResponse

from api.context import ServiceOf
from api.pages.browser import PageRoute, Reader, Sent, Visitor, Writer, given_text, go_to, settle
from api.pages.deliveries import delivery
from api.pages.erased import names_or_erased
from api.pages.lists import AskedOf, shown_list
from api.pages.rendering import quoted
from api.routes.logging import Entry, one
from api.schemas.interactions import CancelBody, CommentBody, EvaluateBody
from api.schemas.segments import FollowUpBody
from api.schemas.values import Code
from api.service import Service
from application.delivery_words import REASONS
from application.field_words import Language
from application.logging_segments import INTERACTION, LOGGED_SEGMENT, OnlyEntries
from domain.errors import InvalidRequest, NotFound, Problem, Refused
from domain.segment.header import HeaderChanges
from domain.segment.selection import Criteria
from domain.vocabulary import CorrespondenceType, Evaluation, members
from projections.delivery_queries import has_letters
from projections.listing import Listing
from projections.segment_listings import INTERACTION_LOG_ENTRIES, LOGGED_SEGMENTS

router = APIRouter(route_class=PageRoute, include_in_schema=False)
LOGGED_COLUMNS = (
    "entry_no",
    "segment_no",
    "description",
    "creation_date",
    "user_id",
    "number_of_interactions",
    "canceled",
)
ENTRY_COLUMNS = (
    *("entry_no", "date", "contact_no", "contact_company_name", "contact_name", "description"),
    *("interaction_template_code", "evaluation", "logged_segment_entry_no", "delivery_status"),
    *("cost", "canceled"),
)
FACTS = (
    *(
        "title",
        "date",
        "time_of_interaction",
        "description",
        "contact_no",
        "contact_name",
        "contact_company_name",
    ),
    *("interaction_template_code", "interaction_group_code", "interaction_language_code", "subject"),
    *("correspondence_type", "information_flow", "initiated_by", "salesperson_code", "campaign_no"),
    *("campaign_target", "campaign_response", "cost", "duration_minutes", "evaluation", "attempt_failed"),
    *("contact_via", "remarks", "user_id", "segment_no", "canceled"),
)
SHOWN_PROBLEMS = 50
SOON_CHECKED = 20_000
"""So many lines are checked in less time than it takes to look up."""


class Obstacles(msgspec.Struct, frozen=True):
    """What stands in the way: the first of the problems, and on how many lines each field has one."""

    refused: Refused
    problems: tuple[Problem, ...]
    counts: Counter[str]


@router.get("/segments/{no}/log")
def check(no: Code, service: ServiceOf, visitor: Reader, wait: Literal["yes", "no"] = "yes") -> HTMLResponse:
    """All that stands in the way of logging, or of sending besides, and the form that logs.

    A large segment takes a while: its page comes at once, and asks for what was found.
    """
    segment = service.segments.get(no)
    if wait == "yes" and segment.number_of_lines > SOON_CHECKED:
        return visitor.page("log.html", segment=segment, waits=True)
    to_send, left_out = _tried(service, visitor, no, send=True)
    to_log = None
    if to_send is not None:
        to_log, left_out = _tried(service, visitor, no, send=False)
    return visitor.page(
        "log.html",
        segment=segment,
        waits=False,
        left_out=left_out,
        to_log=to_log,
        to_send=to_send,
        sends_mail=service.mail is not None,
    )


def _tried(service: Service, visitor: Visitor, no: str, *, send: bool) -> tuple[Obstacles | None, int]:
    """What stands in the way, or how many lines would be left out."""
    try:
        _, left_out = service.logging.check(visitor.caller, no, send_attachments=send)
    except Refused as error:
        counts = Counter(str(place[1]) for place, _ in error.problems if len(place) > 1)
        return Obstacles(error, tuple(error.problems[:SHOWN_PROBLEMS]), counts), 0
    return None, left_out


@router.post("/segments/{no}/log")
def log(no: Code, request: Request, service: ServiceOf, visitor: Writer, form: Sent) -> Response:
    """Record one interaction for every line, and send the letters if that is asked for."""
    event, position, _ = service.logging.log(
        visitor.caller,
        no,
        send_attachments=form.get("send") == "on",
        create_follow_up=form.get("create_follow_up") == "on",
    )
    settle(service, position, "worksheets", "contacts")
    return go_to(request, f"/logged-segments/{event.entry_no}")


@router.get("/logged-segments")
def list_logged(service: ServiceOf, visitor: Reader, query: AskedOf) -> HTMLResponse:
    """What was logged, the latest first."""
    found = shown_list(service, LOGGED_SEGMENTS, query, LOGGED_COLUMNS, "/logged-segments", "-entry_no")
    return visitor.page("logged_segments.html", list=found)


@router.get("/logged-segments/{entry_no}")
def show_logged(entry_no: Entry, service: ServiceOf, visitor: Reader) -> HTMLResponse:
    """One logged segment, and what can be done with it."""
    logged = _written(service, LOGGED_SEGMENTS, LOGGED_SEGMENT, entry_no)
    if logged is None:
        return visitor.page("being_written.html", what="logged_segment", no=entry_no)
    with service.read_models.cursor() as cursor:
        letters = has_letters(cursor, entry_no)
    return visitor.page(
        "logged_segment.html",
        logged=logged,
        has_letters=letters,
        delivery=delivery(service, visitor, logged),
        evaluations=members(Evaluation),
        kinds=members(CorrespondenceType),
    )


def _written(service: Service, listing: Listing, counter: str, entry_no: int) -> dict[str, Any] | None:
    """One member of a listing; None if it has its number and is still to be written. Raises NotFound.

    What was logged a moment ago waits until a large segment before it has been written.
    """
    try:
        return one(service, listing, entry_no, date.today())
    except NotFound:
        if entry_no >= service.log.counters.next_of(counter):
            raise
    if service.read_models.wait(service.log.position(), 0, ["contacts"]):
        return one(service, listing, entry_no, date.today())
    return None


def _reason(form: FormData) -> str | None:
    reason: str | None = CancelBody.model_validate({"reason": given_text(form, "reason")}).reason
    return reason


@router.post("/logged-segments/{entry_no}/cancel")
def cancel_logged(
    entry_no: Entry, request: Request, service: ServiceOf, visitor: Writer, form: Sent
) -> Response:
    """Cancel a logged segment with all its entries, or take that back."""
    canceled = form.get("canceled") == "on"
    position = service.interactions.cancel_logged_segment(
        visitor.caller, entry_no, canceled=canceled, reason=_reason(form)
    )
    settle(service, position, "contacts")
    return go_to(request, f"/logged-segments/{entry_no}")


@router.post("/logged-segments/{entry_no}/follow-up")
def follow_up(entry_no: Entry, request: Request, service: ServiceOf, visitor: Writer, form: Sent) -> Response:
    """A new worksheet with the contacts of a logged segment, or some of them."""
    only = {name: given_text(form, name) or None for name in ("evaluation", "delivery_status")}
    body = FollowUpBody.model_validate(
        {
            "description": given_text(form, "description"),
            "only": only if any(only.values()) else None,
            "keep_template": form.get("keep_template") == "on",
            "respect_exclusion": form.get("respect_exclusion") == "on",
        }
    )
    segment, position = service.logging.follow_up(
        visitor.caller,
        entry_no,
        description=body.description,
        only=OnlyEntries(**body.only.model_dump()) if body.only is not None else None,
        keep_template=body.keep_template,
        respect_exclusion=body.respect_exclusion,
    )
    settle(service, position, "worksheets")
    return go_to(request, f"/segments/{quoted(segment.no)}")


@router.get("/interactions")
def list_interactions(service: ServiceOf, visitor: Reader, query: AskedOf) -> HTMLResponse:
    """The interaction log, the latest first."""
    found = shown_list(service, INTERACTION_LOG_ENTRIES, query, ENTRY_COLUMNS, "/interactions", "-entry_no")
    for row in found.items:
        _person_only(row)
    return visitor.page("interactions.html", list=found, evaluations=members(Evaluation))


@router.get("/interactions/{entry_no}")
def show_interaction(entry_no: Entry, service: ServiceOf, visitor: Reader) -> HTMLResponse:
    """One entry of the log, with its comments."""
    entry = _written(service, INTERACTION_LOG_ENTRIES, INTERACTION, entry_no)
    if entry is None:
        return visitor.page("being_written.html", what="interaction", no=entry_no)
    names_or_erased(service, [entry])
    _person_only(entry)
    entry["title"] = _title(entry["title"], visitor.language)
    reason = REASONS[entry["delivery_error"]][visitor.language] if entry["delivery_error"] else None
    return visitor.page(
        "interaction.html",
        entry=entry,
        facts=FACTS,
        reason=reason,
        evaluations=members(Evaluation),
        kinds=members(CorrespondenceType),
    )


def _person_only(entry: dict[str, Any]) -> None:
    """An entry with a company itself has no person, as on the worksheet."""
    if entry["contact_no"] == entry["contact_company_no"]:
        entry["contact_name"] = None


def _title(title: str | None, language: Language) -> str | None:
    """A title names whom it comes from behind a word of English (domain A8)."""
    if language == "en" or title is None:
        return title
    before, word, name = max(
        (title.rpartition(f" - {word} ") for word in ("by", "from")), key=lambda parts: len(parts[0])
    )
    return f"{before} - {'door' if 'by' in word else 'van'} {name}" if word else title


@router.post("/interactions/follow-up")
def follow_up_entries(request: Request, service: ServiceOf, visitor: Writer, form: Sent) -> Response:
    """A new worksheet with the contacts of the entries that are ticked, who are chosen by their numbers."""
    entries = EvaluateBody.model_validate({"entry_nos": _ticked(form), "evaluation": None}).entry_nos
    numbers = "|".join(str(number) for number in sorted(set(entries)))
    segment, _ = service.segments.create(visitor.caller, None, HeaderChanges())
    criteria = Criteria("add_contacts", {"interaction_log_entry": {"entry_no": numbers}})
    action, _, position = service.selecting.apply(visitor.caller, segment.no, criteria)
    if not action.lines_added:
        settle(service, service.segments.delete(visitor.caller, segment.no), "worksheets")
        raise InvalidRequest.at("entry_no", "none of their contacts may be on a segment")
    settle(service, position, "worksheets")
    return go_to(request, f"/segments/{quoted(segment.no)}")


def _ticked(form: FormData) -> list[str]:
    """The entries that are ticked. Raises InvalidRequest."""
    chosen = [str(number) for number in form.getlist("entry_no")]
    if not chosen:
        raise InvalidRequest.at("entry_no", "tick at least one entry")
    return chosen


@router.post("/interactions/evaluate")
def evaluate(request: Request, service: ServiceOf, visitor: Writer, form: Sent) -> Response:
    """Set one evaluation on the entries that are ticked."""
    evaluation = given_text(form, "evaluation") or None
    body = EvaluateBody.model_validate({"entry_nos": _ticked(form), "evaluation": evaluation})
    settle(
        service, service.interactions.evaluate(visitor.caller, body.entry_nos, body.evaluation), "contacts"
    )
    return go_to(request, _back(form, "/interactions"))


def _back(form: FormData, otherwise: str) -> str:
    """The list that the form was on, with its filters."""
    back = given_text(form, "next")
    return back if back.startswith("/interactions") else otherwise


@router.post("/interactions/{entry_no}/cancel")
def cancel_entry(
    entry_no: Entry, request: Request, service: ServiceOf, visitor: Writer, form: Sent
) -> Response:
    """Cancel an entry, or let it count again."""
    position = service.interactions.cancel(
        visitor.caller, entry_no, canceled=form.get("canceled") == "on", reason=_reason(form)
    )
    settle(service, position, "contacts")
    return go_to(request, f"/interactions/{entry_no}")


@router.post("/interactions/{entry_no}/comments")
def comment(entry_no: Entry, request: Request, service: ServiceOf, visitor: Writer, form: Sent) -> Response:
    """Say something about an entry."""
    body = CommentBody.model_validate({"comment": given_text(form, "comment")})
    settle(service, service.interactions.comment(visitor.caller, entry_no, body.comment), "contacts")
    return go_to(request, f"/interactions/{entry_no}")
