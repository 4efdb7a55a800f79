"""Campaigns: activating them, and whom they are aimed at."""

from __future__ import annotations

from typing import Any, Literal

from fastapi import APIRouter

from api.context import READERS, Listed, Marketer, ServiceOf, Settled, WorkDate, answered, at_least
from api.idempotency import RepeatableRoute
from api.routes.records import CampaignAnswer, shown
from api.schemas.values import Answer, Code, Total
from domain import records

router = APIRouter(prefix="/v1/campaigns", tags=["set-up"], route_class=RepeatableRoute)
READS = [READERS, at_least("contacts", "worksheets")]


class TargetAnswer(Answer):
    """Whom a campaign is aimed at: a customer, or a contact that is none."""

    type: Literal["customer", "contact"]
    no: str
    name: str | None


class TargetPage(Answer):
    """A page of a target group."""

    items: list[TargetAnswer]
    next_cursor: str | None = None
    total: Total = None


@router.post("/{no}/activate", response_model=CampaignAnswer)
def activate_campaign(no: Code, service: ServiceOf, caller: Marketer, settle: Settled) -> Any:
    """Give a campaign its target group, if any line or interaction is aimed at somebody for it."""
    record, position = service.campaigns.activate(caller, no)
    settle(position, ["setup"], version=record.version)
    return shown(service, records.CAMPAIGN, no, record.version, record.value)


@router.post("/{no}/deactivate", response_model=CampaignAnswer)
def deactivate_campaign(no: Code, service: ServiceOf, caller: Marketer, settle: Settled) -> Any:
    """Take a campaign's target group away."""
    record, position = service.campaigns.deactivate(caller, no)
    settle(position, ["setup"], version=record.version)
    return shown(service, records.CAMPAIGN, no, record.version, record.value)


@router.get("/{no}/target-group", response_model=TargetPage, dependencies=READS)
def list_target_group(no: Code, service: ServiceOf, query: Listed, on: WorkDate) -> Any:
    """A page of the customers and contacts that an activated campaign is aimed at."""
    return answered(service.campaigns.target_group(no, query, on))
