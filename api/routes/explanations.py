"""Why a contact is on a segment or not, whom an action left out, and what two versions differ in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

import msgspec
from fastapi import APIRouter, Query

from api.context import HISTORIANS, InLanguage, ServiceOf, at_least
from api.idempotency import RepeatableRoute
from api.moments import Asked, Version
from api.routes.criteria import ActionNo, shown_action
from api.routes.history import shown_step
from api.routes.logging import Entry
from api.routes.segments import READS, LineNo
from api.schemas.explanations import (
    ComparisonAnswer,
    ContactExplanationAnswer,
    DifferenceAnswer,
    LineExplanationAnswer,
    SkippedPage,
)
from api.schemas.values import Code
from api.service import Service
from api.short_lists import number_in
from application.explanation_words import NOTES
from application.explanations import LineExplanation
from application.field_words import Language
from application.hindsight import BroughtIn, Held
from application.history import ComparedSegment
from domain.contact_set import ContactSet
from domain.explanation import Condition, is_fully_known
from domain.segment.difference import difference, lines_of
from domain.segment.lineage import Action, Lineage
from domain.segment.state import Segment

router = APIRouter(prefix="/v1", tags=["explanations"], route_class=RepeatableRoute)
MOST = 1_000
"""So many contacts, line changes and events are named in a difference."""


@router.get(
    "/segments/{no}/lines/{line_no}/explanation",
    response_model=LineExplanationAnswer,
    dependencies=READS,
)
def explain_line(
    no: Code,
    line_no: LineNo,
    service: ServiceOf,
    language: InLanguage,
    moment: Asked,
) -> Any:
    """Which action put a contact on a line, and its filters with the contact's values at that moment."""
    found = service.explanations.line(no, line_no, language, **moment.where())
    return _line(found, language)


@router.get(
    "/interaction-log-entries/{entry_no}/explanation",
    response_model=LineExplanationAnswer,
    dependencies=READS,
)
def explain_entry(entry_no: Entry, service: ServiceOf, language: InLanguage) -> Any:
    """Why a contact was on the segment that was logged: the explanation of the line of an entry."""
    return _line(service.explanations.entry(entry_no, language), language)


@router.get(
    "/segments/{no}/explanation",
    response_model=ContactExplanationAnswer,
    dependencies=READS,
)
def explain_contact(
    no: Code,
    contact_no: Annotated[Code, Query(examples=["CT00001"])],
    service: ServiceOf,
    language: InLanguage,
    moment: Asked,
) -> Any:
    """Why a contact is not on a segment, or is: what each action did with it, and why."""
    found = service.explanations.contact(no, contact_no, language, **moment.where())
    return {
        "segment_no": found.segment_no,
        "version": found.version,
        "contact_no": found.contact_no,
        "on_segment": bool(found.line_nos),
        "line_nos": list(found.line_nos),
        "reason": found.reason,
        "actions": [
            {
                "action": _action(one.action),
                "outcome": one.outcome,
                "text": one.text,
                "conditions": _conditions(one.held.conditions),
                "failed": None if one.failed is None else msgspec.to_builtins(one.failed),
                "brought_in_by": _brought_in(one.held.brought_in_by),
            }
            for one in found.actions
        ],
        "notes": _notes(
            [one.held for one in found.actions],
            [one.held for one in found.actions if one.outcome == "added"],
            language,
        ),
    }


@router.get(
    "/segments/{no}/criteria-actions/{action_no}/skipped",
    response_model=SkippedPage,
    dependencies=READS,
)
def list_skipped(
    no: Code,
    action_no: ActionNo,
    service: ServiceOf,
    moment: Asked,
    reason: Annotated[
        Literal["already_on_segment", "excluded", "privacy_blocked", "elsewhere", "no_longer_known"] | None,
        Query(description="Only those who were left out for this reason."),
    ] = None,
    limit: Annotated[int, Query(ge=1, le=MOST)] = 100,
    cursor: Annotated[str | None, Query(max_length=20)] = None,
    count: Annotated[bool, Query(description="Whether to say how many there are in all.")] = False,
) -> Any:
    """A page of the contacts that an action left out, each with the reason."""
    after = number_in(cursor)
    page = service.explanations.skipped(
        no, action_no, reason=reason, after=after, limit=limit, **moment.where()
    )
    keys = [key for key, _ in page.contacts]
    numbers, names = service.explanations.past.numbers(keys), service.explanations.past.names(keys)
    return {
        "items": [
            {"contact_no": numbers.get(key), "contact_name": names.get(key), "reason": why}
            for key, why in page.contacts
        ],
        "next_cursor": str(keys[-1]) if page.more else None,
        "total": page.total if count else None,
    }


@router.get(
    "/segments/{no}/diff",
    response_model=DifferenceAnswer,
    dependencies=[HISTORIANS, at_least("contacts")],
)
def compare_versions(
    no: Code,
    service: ServiceOf,
    language: InLanguage,
    from_: Annotated[int, Query(alias="from", ge=1, le=2**31 - 1)],
    to: Annotated[int, Query(ge=1, le=2**31 - 1)],
) -> Any:
    """What two versions of a segment differ in; backwards if the later is named first."""
    found = service.history.compare(no, from_, to, language)
    return {"no": no, "from": from_, "to": to} | _difference(service, found)


@router.get(
    "/segments/{no}/compare/{other}",
    response_model=ComparisonAnswer,
    dependencies=[HISTORIANS, at_least("contacts")],
)
def compare_segments(
    no: Code, other: Code, service: ServiceOf, version: Version = None, other_version: Version = None
) -> Any:
    """What another segment has that this one has not, and the other way round: a follow-up, for one."""
    one = service.segments.standing(no, version)
    another = service.segments.standing(other, other_version)
    differ = difference(one, another)
    return {
        "no": no,
        "version": one.version,
        "other": other,
        "other_version": another.version,
        "header": [_plain(change) for change in differ.header],
        "contacts_in_both": len(one.contacts & another.contacts),
        "contacts_entered": _moved(service, another, differ.entered),
        "contacts_left": _moved(service, one, differ.left),
    }


def _line(found: LineExplanation, language: Language) -> dict[str, Any]:
    action = _action(found.action)
    return {
        "segment_no": found.segment_no,
        "version": found.version,
        "line_no": found.line_no,
        "contact_no": found.contact_no,
        "action": action,
        "by_hand": found.action.by_hand,
        "reason": found.reason,
        "conditions": _conditions(found.held.conditions),
        "brought_in_by": _brought_in(found.held.brought_in_by),
        "passed": [
            {
                "action": _action(later.action),
                "conditions": _conditions(later.held.conditions),
                "brought_in_by": _brought_in(later.held.brought_in_by),
            }
            for later in found.passed
        ],
        "saved_criteria": action["saved_criteria"],
        "logged_segment": action["logged_segment"],
        "notes": _notes(
            [found.held, *(later.held for later in found.passed)],
            [found.held, *(later.held for later in found.passed if later.action.kind == "refine")],
            language,
        ),
    }


def _action(action: Action) -> dict[str, Any]:
    shown: dict[str, Any] = msgspec.to_builtins(
        {
            **msgspec.structs.asdict(action.options),
            "version": action.step.version,
            "action_no": action.event.action_no,
            "action": "add_contacts" if action.kind == "reuse_logged_segment" else action.kind,
            "by_hand": action.by_hand,
            "user_id": action.step.user_id,
            "at": action.step.at,
            "filters": action.filters,
            "exclude": action.exclude,
            "saved_criteria": action.saved_criteria,
            "logged_segment": action.logged_segment,
            "contacts_position": action.contacts_position,
            "in_force": action.in_force,
        }
    )
    return shown


def _conditions(conditions: Sequence[Condition]) -> list[Any]:
    found: list[Any] = msgspec.to_builtins(conditions)
    return found


def _brought_in(through: BroughtIn | None) -> dict[str, str] | None:
    return None if through is None else msgspec.structs.asdict(through)


def _notes(held: Sequence[Held], meant: Sequence[Held], language: Language) -> list[str]:
    """What cannot be said for sure; `meant` are the actions that meant the contact, one way or another."""
    names = []
    if any(not is_fully_known(one.conditions) for one in held):
        names.append("unknown")
    if any(one.matched is False and one.brought_in_by is None for one in meant):
        names.append("nobody_left")
    return [NOTES[name][language] for name in names]


# What two versions differ in


def _difference(service: Service, found: ComparedSegment) -> dict[str, Any]:
    before, after, differ = found.before.segment, found.after.segment, found.difference
    changes = differ.line_changes[:MOST]
    numbers = service.explanations.past.numbers({change.contact_key for change in changes})
    status = {"field": "status", "old": before.status, "new": after.status}
    return {
        "status": status if before.status != after.status else None,
        "header": [_plain(change) for change in differ.header],
        "contacts_entered": _moved(service, after, differ.entered),
        "contacts_left": _moved(service, before, differ.left),
        "lines_added": differ.lines_added,
        "lines_removed": differ.lines_removed,
        "lines_changed": {
            "count": len(differ.line_changes),
            "first": [
                {"line_no": change.line_no, "contact_no": numbers.get(change.contact_key)}
                | _plain(change, "field", "old", "new")
                for change in changes
            ],
        },
        "block_changes": [_plain(change) for change in differ.block_changes],
        "criteria_actions": {
            "added": _actions_of_one(found.after, found.before),
            "undone": _actions_of_one(found.before, found.after, forgotten=False),
            "forgotten": _actions_of_one(found.before, found.after, forgotten=True),
        },
        "number_of_events": len(found.steps),
        "events": [shown_step(step) for step in found.steps[:MOST]],
    }


def _plain(change: msgspec.Struct, *names: str) -> dict[str, Any]:
    plain: dict[str, Any] = msgspec.to_builtins(change, enc_hook=str)
    return {name: plain[name] for name in names} if names else plain


def _moved(service: Service, segment: Segment, contacts: ContactSet) -> dict[str, Any]:
    lines = lines_of(segment, contacts, MOST)
    numbers = service.explanations.past.numbers({key for _, key in lines})
    first = [{"contact_no": numbers.get(key), "line_no": line_no} for line_no, key in lines]
    return {"count": len(contacts), "first": first}


def _actions_of_one(one: Lineage, other: Lineage, *, forgotten: bool | None = None) -> list[dict[str, Any]]:
    """The actions that only one of two versions can go back over; only those the other forgot, or not."""
    others = {action.step.version for action in other.current_actions()}
    reset = {action.step.version for action in other.actions if action.forgotten}
    return [
        shown_action(shown)
        for shown, action in zip(one.segment.actions, one.current_actions(), strict=True)
        if action.step.version not in others and forgotten in (None, action.step.version in reset)
    ]
