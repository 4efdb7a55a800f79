"""Interaction log entries and campaign entries: list, record, cancel, evaluate, comment, delete."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends

from api.context import READERS, Filters, Listed, Marketer, ServiceOf, Settled, WorkDate, at_least
from api.idempotency import RepeatableRoute
from api.routes.logging import Entry, one, page
from api.schemas.interactions import (
    CampaignEntryAnswer,
    CampaignEntryPage,
    CancelBody,
    CommentBody,
    DeletedAnswer,
    EvaluateBody,
    InteractionAnswer,
    InteractionBody,
    InteractionPage,
    NewInteraction,
    RedateBody,
)
from api.schemas.segments import LoggedSegmentAnswer
from api.service import Service
from application.journal import Caller
from domain import records
from domain.errors import NotFound
from domain.interaction import Interaction, entry_title
from projections.segment_listings import CAMPAIGN_ENTRIES, INTERACTION_LOG_ENTRIES, LOGGED_SEGMENTS

router = APIRouter(prefix="/v1", tags=["interactions"], route_class=RepeatableRoute)
READS = [READERS, at_least("contacts", "setup")]
LOG = "/interaction-log-entries"


async def _reason(body: CancelBody | None = None) -> str | None:
    return body.reason if body else None


Reason = Annotated[str | None, Depends(_reason)]


@router.get(LOG, response_model=InteractionPage, dependencies=READS)
def list_interactions(service: ServiceOf, query: Listed, on: WorkDate) -> Any:
    """A page of interaction log entries; postponed ones only with `postponed=true`."""
    return page(service, INTERACTION_LOG_ENTRIES, query, on)


@router.get(f"{LOG}/{{entry_no}}", response_model=InteractionAnswer, dependencies=READS)
def read_interaction(entry_no: Entry, service: ServiceOf, on: WorkDate) -> Any:
    """One interaction log entry, with its comments."""
    return one(service, INTERACTION_LOG_ENTRIES, entry_no, on)


@router.post(LOG, response_model=InteractionAnswer, status_code=201)
def record_interaction(body: NewInteraction, service: ServiceOf, caller: Marketer, settle: Settled) -> Any:
    """Record an interaction with one contact, or begin one that is finished later."""
    entry_no, value, position = service.single_interactions.create(
        caller,
        body.values(),
        postponed=body.postponed,
        deliver=body.send_attachments,
        comments=tuple(body.comments or ()),
    )
    settle(position, ["contacts"])
    settle.created(f"/v1{LOG}/{entry_no}")
    return shown(service, entry_no, value, caller, postponed=body.postponed, comments=body.comments or ())


@router.post(f"{LOG}/{{entry_no}}/resume", response_model=InteractionAnswer)
def resume_interaction(
    entry_no: Entry,
    service: ServiceOf,
    caller: Marketer,
    settle: Settled,
    body: InteractionBody | None = None,
) -> Any:
    """Finish a postponed interaction, under the same number, with what was missing."""
    body = body or InteractionBody()
    value, position = service.single_interactions.resume(
        caller,
        entry_no,
        body.values(),
        deliver=body.send_attachments,
        comments=None if body.comments is None else tuple(body.comments),
    )
    settle(position, ["contacts"])
    return shown(service, entry_no, value, caller, postponed=False, comments=body.comments)


@router.post(f"{LOG}/evaluate", response_model=InteractionPage)
def evaluate_interactions(
    body: EvaluateBody, service: ServiceOf, caller: Marketer, settle: Settled, on: WorkDate
) -> Any:
    """Set one evaluation on several entries; answers with the first 100 of them."""
    position = service.interactions.evaluate(caller, body.entry_nos, body.evaluation, body.reason)
    settle(position, ["contacts"])
    items = [one(service, INTERACTION_LOG_ENTRIES, number, on) for number in body.entry_nos[:100]]
    return {"items": [item | {"evaluation": body.evaluation} for item in items]}


@router.post(f"{LOG}/redate", response_model=InteractionPage)
def redate_interactions(
    body: RedateBody, service: ServiceOf, caller: Marketer, settle: Settled, on: WorkDate
) -> Any:
    """Correct the date of several entries; the history keeps the old one. Answers with the first 100."""
    settle(service.interactions.redate(caller, body.entry_nos, body.date, body.reason), ["contacts"])
    items = [one(service, INTERACTION_LOG_ENTRIES, number, on) for number in body.entry_nos[:100]]
    return {"items": [item | {"date": body.date} for item in items]}


@router.post(f"{LOG}/delete-canceled", response_model=DeletedAnswer)
def delete_canceled(service: ServiceOf, filters: Filters, caller: Marketer, settle: Settled) -> Any:
    """Delete the canceled entries that meet the filters, which are query parameters as in the list."""
    deleted, position = service.interactions.delete_canceled(caller, filters)
    settle(position, ["contacts"])
    return {"deleted": deleted}


@router.post(f"{LOG}/{{entry_no}}/cancel", response_model=InteractionAnswer)
def cancel_interaction(
    entry_no: Entry, reason: Reason, service: ServiceOf, caller: Marketer, settle: Settled, on: WorkDate
) -> Any:
    """Cancel an entry: it stays listed, and does not count any more."""
    position = service.interactions.cancel(caller, entry_no, canceled=True, reason=reason)
    settle(position, ["contacts"])
    return one(service, INTERACTION_LOG_ENTRIES, entry_no, on) | {"canceled": True}


@router.post(f"{LOG}/{{entry_no}}/uncancel", response_model=InteractionAnswer)
def uncancel_interaction(
    entry_no: Entry, reason: Reason, service: ServiceOf, caller: Marketer, settle: Settled, on: WorkDate
) -> Any:
    """An entry counts again, unless its logged segment or campaign entry is canceled."""
    position = service.interactions.cancel(caller, entry_no, canceled=False, reason=reason)
    settle(position, ["contacts"])
    return one(service, INTERACTION_LOG_ENTRIES, entry_no, on) | {"canceled": False}


@router.post(f"{LOG}/{{entry_no}}/comments", response_model=InteractionAnswer, status_code=201)
def comment_interaction(
    entry_no: Entry,
    body: CommentBody,
    service: ServiceOf,
    caller: Marketer,
    settle: Settled,
    on: WorkDate,
) -> Any:
    """Say something about an entry."""
    position = service.interactions.comment(caller, entry_no, body.comment)
    is_there = settle(position, ["contacts"])
    settle.created(f"/v1{LOG}/{entry_no}")
    entry = one(service, INTERACTION_LOG_ENTRIES, entry_no, on)
    if is_there:
        return entry
    with service.read_models.cursor() as cursor:
        came_meanwhile = service.read_models.position(cursor, "contacts") >= position
    if came_meanwhile:
        return one(service, INTERACTION_LOG_ENTRIES, entry_no, on)
    last = max((known["line_no"] for known in entry["comments"]), default=0)
    said = {"date": str(caller.work_date), "comment": body.comment, "user_id": caller.user_id}
    return entry | {"comments": [*entry["comments"], {"line_no": last + 1, **said}]}


@router.patch(f"{LOG}/{{entry_no}}/comments/{{line_no}}", response_model=InteractionAnswer)
def change_comment(
    entry_no: Entry,
    line_no: Entry,
    body: CommentBody,
    service: ServiceOf,
    caller: Marketer,
    settle: Settled,
    on: WorkDate,
) -> Any:
    """Give a comment another text."""
    settle(service.interactions.change_comment(caller, entry_no, line_no, body.comment), ["contacts"])
    entry = one(service, INTERACTION_LOG_ENTRIES, entry_no, on)
    for known in entry["comments"]:
        if known["line_no"] == line_no and known["comment"] != body.comment:
            known |= {"comment": body.comment, "user_id": caller.user_id}
    return entry


@router.delete(f"{LOG}/{{entry_no}}/comments/{{line_no}}", response_model=InteractionAnswer)
def delete_comment(
    entry_no: Entry, line_no: Entry, service: ServiceOf, caller: Marketer, settle: Settled, on: WorkDate
) -> Any:
    """Take a comment away."""
    settle(service.interactions.change_comment(caller, entry_no, line_no, None), ["contacts"])
    entry = one(service, INTERACTION_LOG_ENTRIES, entry_no, on)
    return entry | {"comments": [known for known in entry["comments"] if known["line_no"] != line_no]}


@router.get("/campaign-entries", response_model=CampaignEntryPage, dependencies=READS)
def list_campaign_entries(service: ServiceOf, query: Listed, on: WorkDate) -> Any:
    """A page of campaign entries."""
    return page(service, CAMPAIGN_ENTRIES, query, on)


@router.get("/campaign-entries/{entry_no}", response_model=CampaignEntryAnswer, dependencies=READS)
def read_campaign_entry(entry_no: Entry, service: ServiceOf, on: WorkDate) -> Any:
    """One campaign entry."""
    return one(service, CAMPAIGN_ENTRIES, entry_no, on)


@router.post("/campaign-entries/delete-canceled", response_model=DeletedAnswer)
def delete_canceled_campaign_entries(
    service: ServiceOf, filters: Filters, caller: Marketer, settle: Settled
) -> Any:
    """Delete the canceled campaign entries that meet the filters, with their interactions."""
    deleted, position = service.interactions.delete_canceled_campaign_entries(caller, filters)
    settle(position, ["contacts"])
    return {"deleted": deleted}


@router.post("/campaign-entries/{entry_no}/cancel", response_model=CampaignEntryAnswer)
def cancel_campaign_entry(
    entry_no: Entry, reason: Reason, service: ServiceOf, caller: Marketer, settle: Settled, on: WorkDate
) -> Any:
    """Cancel a campaign entry with its interactions."""
    position = service.interactions.cancel_campaign_entry(caller, entry_no, canceled=True, reason=reason)
    settle(position, ["contacts"])
    return one(service, CAMPAIGN_ENTRIES, entry_no, on) | {"canceled": True}


@router.post("/campaign-entries/{entry_no}/uncancel", response_model=CampaignEntryAnswer)
def uncancel_campaign_entry(
    entry_no: Entry, reason: Reason, service: ServiceOf, caller: Marketer, settle: Settled, on: WorkDate
) -> Any:
    """What was canceled with a campaign entry counts again."""
    position = service.interactions.cancel_campaign_entry(caller, entry_no, canceled=False, reason=reason)
    settle(position, ["contacts"])
    return one(service, CAMPAIGN_ENTRIES, entry_no, on) | {"canceled": False}


@router.post("/logged-segments/{entry_no}/cancel", response_model=LoggedSegmentAnswer)
def cancel_logged_segment(
    entry_no: Entry, reason: Reason, service: ServiceOf, caller: Marketer, settle: Settled, on: WorkDate
) -> Any:
    """Cancel a logged segment with all its entries. Mail is not called back."""
    position = service.interactions.cancel_logged_segment(caller, entry_no, canceled=True, reason=reason)
    settle(position, ["contacts"])
    return one(service, LOGGED_SEGMENTS, entry_no, on) | {"canceled": True}


@router.post("/logged-segments/{entry_no}/uncancel", response_model=LoggedSegmentAnswer)
def uncancel_logged_segment(
    entry_no: Entry, reason: Reason, service: ServiceOf, caller: Marketer, settle: Settled, on: WorkDate
) -> Any:
    """What was canceled with a logged segment counts again."""
    position = service.interactions.cancel_logged_segment(caller, entry_no, canceled=False, reason=reason)
    settle(position, ["contacts"])
    return one(service, LOGGED_SEGMENTS, entry_no, on) | {"canceled": False}


@router.delete("/logged-segments/{entry_no}")
def delete_logged_segment(
    entry_no: Entry, service: ServiceOf, caller: Marketer, settle: Settled
) -> dict[str, Any]:
    """Take a canceled logged segment off the list; its entries stay."""
    settle(service.interactions.delete_logged_segment(caller, entry_no), ["contacts"])
    return {"deleted": entry_no}


def shown(
    service: Service,
    entry_no: int,
    value: Interaction,
    caller: Caller,
    *,
    postponed: bool,
    comments: Sequence[str] | None = (),
) -> dict[str, Any]:
    """An interaction that was recorded as it can be read, or as it will be while the read model lags.

    `comments` are those that it has now; None if it kept those that it had.
    """
    had: list[Any] = []
    try:
        found = one(service, INTERACTION_LOG_ENTRIES, entry_no, caller.work_date)
        if found["postponed"] == postponed:
            return found
        had = found["comments"]
    except NotFound:
        pass
    said = [
        {"line_no": number, "date": caller.work_date, "comment": comment, "user_id": caller.user_id}
        for number, comment in enumerate(comments or (), 1)
    ]
    values = msgspec.structs.asdict(value)
    del values["contact_key"]
    contact = service.contacts.find(value.contact_no) if value.contact_no else None
    company = service.contacts.find(value.contact_company_no) if value.contact_company_no else None
    template = service.records.find(records.INTERACTION_TEMPLATE, value.interaction_template_code or "")
    salesperson = service.records.find(records.SALESPERSON, value.salesperson_code or "")
    return values | {
        "title": entry_title(
            template.value.description if template else None,
            value.information_flow,
            by=salesperson.value.name if salesperson else caller.user_id,
            contact_name=contact.value.name if contact else None,
        ),
        "entry_no": entry_no,
        "contact_name": contact.value.name if contact else None,
        "contact_company_name": company.value.name if company else None,
        "user_id": caller.user_id,
        "segment_no": None,
        "logged_segment_entry_no": None,
        "send_word_documents_as_attachment": False,
        "remarks": None,
        "document": "inherited" if value.document else None,
        "delivery_status": None,
        "canceled": False,
        "postponed": postponed,
        "comments": had if comments is None else said,
    }
