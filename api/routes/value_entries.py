"""Value entries: import and list (domain B5)."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool

from api.context import (
    READERS,
    Listed,
    Marketer,
    ServiceOf,
    Settled,
    WorkDate,
    answered,
    at_least,
    without_request_key,
)
from api.idempotency import RepeatableRoute
from api.schemas.value_entries import ValueEntryImportAnswer, ValueEntryPage
from api.uploads import described, rejected_answer, uploaded
from api.value_entry_files import rows
from application.value_entry_import import ValueEntryImport, ValueEntryResult
from projections.contact_queries import VALUE_ENTRIES

router = APIRouter(prefix="/v1/value-entries", tags=["contacts"], route_class=RepeatableRoute)


@router.get("", response_model=ValueEntryPage, dependencies=[READERS, at_least("contacts")])
def list_value_entries(service: ServiceOf, query: Listed, on: WorkDate) -> Any:
    """A page of value entries, filtered by any field."""
    return answered(service.read_models.page(VALUE_ENTRIES, query, on))


@router.post(
    "/import",
    response_model=ValueEntryImportAnswer,
    openapi_extra=described(
        "source_type,source_no,item_no,posting_date,contact_no\ncustomer,10000,1896-S,2026-11-24,CT2\n",
        '{"source_type": "customer", "source_no": "10000", "item_no": "1896-S"}\n',
    ),
)
async def import_value_entries(
    request: Request, service: ServiceOf, caller: Marketer, settle: Settled
) -> Any:
    """Take over a file of value entries. One that is known already, by all its values, adds nothing."""
    async with uploaded(request) as (pieces, kind):
        run = ValueEntryImport(service.journal, service.read_models, without_request_key(caller))
        result = await run_in_threadpool(run.run, rows(pieces, kind))
    await run_in_threadpool(settle, result.position or service.log.position(), ["contacts"])
    return value_entry_answer(result)


def value_entry_answer(result: ValueEntryResult) -> dict[str, Any]:
    """What became of the rows, as it is answered."""
    return {
        "registered": result.registered,
        "unchanged": result.unchanged,
        "rejected": rejected_answer(result.rejected),
        "rejected_total": result.rejected_total,
    }
