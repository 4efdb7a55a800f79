"""Interactions that are recorded along with something else, and the templates that they get."""

from __future__ import annotations

from typing import Any

import msgspec
from fastapi import APIRouter, Response

from api.context import READERS, Marketer, ServiceOf, Settled
from api.idempotency import RepeatableRoute
from api.routes.interactions import LOG, shown
from api.routes.segments import LineNo
from api.schemas.interactions import InteractionAnswer
from api.schemas.recording import DocumentBody, PhoneCallBody, RecordedDocumentAnswer, TemplateSetupBody
from api.schemas.values import Code
from domain.interaction_template import InteractionTemplateSetup

router = APIRouter(prefix="/v1", tags=["interactions"], route_class=RepeatableRoute)


@router.get("/interaction-template-setup", response_model=TemplateSetupBody, dependencies=[READERS])
def read_template_setup(service: ServiceOf) -> Any:
    """Which interaction template each kind of document gets."""
    return msgspec.structs.asdict(service.records.template_setup())


@router.patch("/interaction-template-setup", response_model=TemplateSetupBody)
def change_template_setup(
    values: TemplateSetupBody,
    service: ServiceOf,
    caller: Marketer,
    settle: Settled,
) -> Any:
    """Change which templates they get; what is not sent stays."""
    now = msgspec.structs.asdict(service.records.template_setup())
    sent: Any = values
    setup = InteractionTemplateSetup(**(now | sent.given()))
    settle(service.records.put_template_setup(caller, setup), ["setup"])
    return msgspec.structs.asdict(service.records.template_setup())


@router.post(
    f"{LOG}/documents",
    response_model=RecordedDocumentAnswer,
    status_code=201,
    responses={200: {"model": RecordedDocumentAnswer, "description": "There was nothing to record"}},
)
def record_document(
    body: DocumentBody, service: ServiceOf, caller: Marketer, settle: Settled, response: Response
) -> Any:
    """Record that a document went to a contact, if the set-up has a template for it."""
    account = (body.account_type, body.account_no) if body.account_type and body.account_no else None
    made = service.recording.document(caller, body.document_type, body.values(), account)
    if isinstance(made, str):
        response.status_code = 200
        return {"entry": None, "reason": made}
    settle(made.position, ["contacts"])
    settle.created(f"/v1{LOG}/{made.entry_no}")
    return {"entry": shown(service, made.entry_no, made.value, caller, postponed=False)}


@router.post("/segments/{no}/lines/{line_no}/phone-call", response_model=InteractionAnswer, status_code=201)
def make_phone_call(
    no: Code,
    line_no: LineNo,
    service: ServiceOf,
    caller: Marketer,
    settle: Settled,
    body: PhoneCallBody | None = None,
) -> Any:
    """Record a phone call about a line; the segment stays open, and the line keeps the number called."""
    body = body or PhoneCallBody()
    made = service.recording.phone_call(caller, no, line_no, body.values(), tuple(body.comments))
    settle(made.position, ["contacts", "worksheets"])
    settle.created(f"/v1{LOG}/{made.entry_no}")
    return shown(service, made.entry_no, made.value, caller, postponed=False, comments=body.comments)
