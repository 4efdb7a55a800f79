"""Choosing contacts: criteria actions, Go Back, saved criteria, logged segments as a basis."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Path, Query, Response

from api.context import READERS, Listed, Marketer, ServiceOf, Settled, WorkDate, answered, at_least, etag
from api.idempotency import RepeatableRoute
from api.moments import Asked, segment_at
from api.routes.segments import READS, shown
from api.schemas.criteria import (
    CriteriaActionAnswer,
    CriteriaActionList,
    CriteriaBody,
    CriteriaPreviewAnswer,
    ReuseCriteriaBody,
    ReuseLoggedSegmentBody,
    SaveCriteriaBody,
    SavedCriteriaAnswer,
    SavedCriteriaPage,
)
from api.schemas.segments import SegmentAnswer
from api.schemas.values import Code, ShortCode
from api.short_lists import PartAsked
from application.selecting import Preview
from domain import records
from domain.errors import NotFound
from domain.saved_criteria import SavedCriteria
from domain.segment.criteria_action import CriteriaAction
from domain.segment.events import CriteriaApplied, Exclusion
from domain.segment.selection import Criteria
from projections.record_queries import listing

router = APIRouter(prefix="/v1", tags=["criteria"], route_class=RepeatableRoute)
SEGMENT = "/segments/{no}"
SAVED = "/saved-segment-criteria"
ActionNo = Annotated[int, Path(ge=1, le=2**31 - 1, examples=[1])]


def _exclusion(exclude: Exclusion | None) -> dict[str, Any] | None:
    return None if exclude is None else msgspec.structs.asdict(exclude)


def shown_action(action: CriteriaAction) -> dict[str, Any]:
    """A criteria action as it is answered."""
    skipped = action.skipped.counts() | {"no_longer_known": action.no_longer_known}
    return _asked(action) | _done(action, skipped, action.user_id, action.at)


def shown_trial(event: CriteriaApplied, user_id: str) -> dict[str, Any]:
    """A criteria action that was not carried out, as it is answered."""
    return _asked(event) | _done(event, event.skipped.counts(), user_id, None)


def _preview(preview: Preview, user_id: str) -> dict[str, Any]:
    return (
        _asked(preview.criteria)
        | _done(preview, preview.skipped, user_id, None)
        | {"sample": preview.contacts, "contacts_position": preview.contacts_position}
    )


def _asked(criteria: CriteriaAction | CriteriaApplied | Criteria) -> dict[str, Any]:
    return msgspec.structs.asdict(criteria.options) | {
        "action": criteria.action,
        "filters": criteria.filters,
        "exclude": _exclusion(criteria.exclude),
    }


def _done(
    outcome: CriteriaAction | CriteriaApplied | Preview,
    skipped: Mapping[str, int],
    user_id: str,
    at: datetime | None,
) -> dict[str, Any]:
    return {
        "action_no": outcome.action_no,
        "lines_added": outcome.lines_added,
        "lines_removed": outcome.lines_removed,
        "skipped": skipped,
        "user_id": user_id,
        "at": at,
    }


@router.get(f"{SEGMENT}/criteria-actions", response_model=CriteriaActionList, dependencies=READS)
def list_criteria_actions(no: Code, service: ServiceOf, moment: Asked, part: PartAsked) -> Any:
    """The actions that can be gone back over, first to last; manual picks are among them."""
    return part.of([shown_action(action) for action in segment_at(service, no, moment).actions])


@router.get(
    f"{SEGMENT}/criteria-actions/{{action_no}}", response_model=CriteriaActionAnswer, dependencies=READS
)
def read_criteria_action(no: Code, action_no: ActionNo, service: ServiceOf, moment: Asked) -> Any:
    """One action that can be gone back over."""
    actions = segment_at(service, no, moment).actions
    if action_no > len(actions):
        raise NotFound.named("criteria action", action_no)
    return shown_action(actions[action_no - 1])


@router.post(
    f"{SEGMENT}/criteria-actions",
    response_model=CriteriaPreviewAnswer | CriteriaActionAnswer,
    status_code=201,
    responses={200: {"model": CriteriaPreviewAnswer, "description": "A dry run; nothing was recorded"}},
)
def apply_criteria(
    no: Code,
    body: CriteriaBody,
    service: ServiceOf,
    caller: Marketer,
    settle: Settled,
    response: Response,
    dry_run: Annotated[bool, Query(description="Only say what the action would do.")] = False,
) -> Any:
    """Add Contacts, Reduce (remove who matches) or Refine (keep only who matches)."""
    if dry_run:
        response.status_code = 200
        return _preview(service.selecting.preview(caller, no, body.criteria()), caller.user_id)
    action, segment, position = service.selecting.apply(caller, no, body.criteria())
    settle(position, ["worksheets"], version=segment.version)
    settle.created(f"/v1/segments/{no}/criteria-actions/{action.action_no}")
    return shown_action(action)


@router.post(f"{SEGMENT}/go-back", response_model=SegmentAnswer)
def go_back(no: Code, service: ServiceOf, caller: Marketer, settle: Settled) -> Any:
    """Undo the last criteria action, exactly."""
    segment, position = service.selecting.go_back(caller, no)
    settle(position, ["worksheets"], version=segment.version)
    return shown(segment)


@router.post(f"{SEGMENT}/redo", response_model=SegmentAnswer)
def redo(no: Code, service: ServiceOf, caller: Marketer, settle: Settled) -> Any:
    """Do again what Go Back undid, with the same outcome."""
    segment, position = service.selecting.redo(caller, no)
    settle(position, ["worksheets"], version=segment.version)
    return shown(segment)


@router.post(f"{SEGMENT}/reset-criteria", response_model=SegmentAnswer)
def reset_criteria(no: Code, service: ServiceOf, caller: Marketer, settle: Settled) -> Any:
    """Forget the criteria actions and keep the lines."""
    segment, position = service.selecting.reset(caller, no)
    settle(position, ["worksheets"], version=segment.version)
    return shown(segment)


@router.post(f"{SEGMENT}/save-criteria", response_model=SavedCriteriaAnswer, status_code=201)
def save_criteria(
    no: Code, body: SaveCriteriaBody, service: ServiceOf, caller: Marketer, settle: Settled
) -> Any:
    """Save the segment's actions under a new code."""
    code, position = service.selecting.save_criteria(caller, no, body.code, body.description)
    settle(position, ["setup"])
    settle.created(f"/v1{SAVED}/{code}")
    record = service.records.get(records.SAVED_CRITERIA, code)
    return _saved(record.code, record.version, record.value)


@router.post(f"{SEGMENT}/reuse-criteria", response_model=SegmentAnswer)
def reuse_criteria(
    no: Code, body: ReuseCriteriaBody, service: ServiceOf, caller: Marketer, settle: Settled
) -> Any:
    """Run saved criteria again, on the contacts of today."""
    segment, position = service.selecting.reuse_criteria(caller, no, body.code)
    settle(position, ["worksheets"], version=segment.version)
    return shown(segment)


@router.post(f"{SEGMENT}/reuse-logged-segment", response_model=SegmentAnswer)
def reuse_logged_segment(
    no: Code, body: ReuseLoggedSegmentBody, service: ServiceOf, caller: Marketer, settle: Settled
) -> Any:
    """Put the contacts of a logged segment on the worksheet."""
    segment, position = service.selecting.reuse_logged_segment(
        caller, no, body.entry_no, respect_exclusion=body.respect_exclusion
    )
    settle(position, ["worksheets"], version=segment.version)
    return shown(segment)


@router.get(SAVED, response_model=SavedCriteriaPage, dependencies=[READERS, at_least("setup")])
def list_saved_criteria(service: ServiceOf, query: Listed, on: WorkDate) -> Any:
    """A page of saved criteria."""
    page = service.read_models.page(listing(records.SAVED_CRITERIA), query, on)
    items = [
        _saved(row["code"], row["version"], msgspec.convert(row["value"], SavedCriteria))
        for row in page.items
    ]
    return answered(page, items)


@router.get(f"{SAVED}/{{code}}", response_model=SavedCriteriaAnswer, dependencies=[READERS])
def read_saved_criteria(
    code: Annotated[ShortCode, Path()],
    service: ServiceOf,
    response: Response,
    moment: Asked,
) -> Any:
    """Saved criteria, action by action."""
    record = service.records.as_of(records.SAVED_CRITERIA, code, **moment.where())
    etag(response, record.version)
    return _saved(record.code, record.version, record.value)


@router.delete(f"{SAVED}/{{code}}")
def delete_saved_criteria(
    code: Annotated[ShortCode, Path()], service: ServiceOf, caller: Marketer, settle: Settled
) -> dict[str, Any]:
    """Delete saved criteria."""
    settle(service.records.delete(caller, records.SAVED_CRITERIA, code), ["setup"])
    return {"deleted": code}


def _saved(code: str, version: int, value: SavedCriteria) -> dict[str, Any]:
    return {
        "code": code,
        "description": value.description,
        "user_id": value.user_id,
        "version": version,
        "actions": [_asked(criteria) for criteria in value.actions],
    }
