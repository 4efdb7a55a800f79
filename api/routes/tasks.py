"""Tasks: one for every contact on a segment, or for one contact."""

from __future__ import annotations

from typing import Any

import msgspec
from fastapi import APIRouter, Response

from api.context import READERS, Listed, Marketer, ServiceOf, Settled, WorkDate, answered, at_least, etag
from api.idempotency import RepeatableRoute
from api.routes.logging import Entry
from api.schemas.tasks import NewTask, SegmentTasks, TaskAnswer, TaskPage, TasksAnswer, TaskValues
from api.schemas.values import Code
from api.service import Service
from domain.errors import NotFound
from domain.task import TasksCreated
from projections.listing import Query as ListQuery

router = APIRouter(prefix="/v1", tags=["tasks"], route_class=RepeatableRoute)
READS = [READERS, at_least("contacts", "worksheets")]


def _one(service: Service, no: int, on: WorkDate) -> dict[str, Any]:
    items = service.tasks.page(ListQuery({"no": str(no)}, limit=1), on).items
    if not items:
        raise NotFound.named("task", no)
    return items[0]


@router.post("/segments/{no}/tasks", response_model=TasksAnswer, status_code=201)
def create_tasks_for_segment(
    no: Code, service: ServiceOf, caller: Marketer, settle: Settled, body: SegmentTasks | None = None
) -> Any:
    """Make a task for every contact on a segment."""
    values = (body or SegmentTasks()).changes()
    created, position = service.tasks.create_for_segment(caller, no, values)
    settle(position, ["contacts"])
    settle.created(f"/v1/tasks/{created.first_no}")
    return {
        "first_no": created.first_no,
        "number_of_tasks": len(created.contacts),
        "segment_no": created.segment_no,
    }


@router.post("/tasks", response_model=TaskAnswer, status_code=201)
def create_task(body: NewTask, service: ServiceOf, caller: Marketer, settle: Settled, on: WorkDate) -> Any:
    """Make a task with one contact."""
    created, position = service.tasks.create(caller, body.contact_no, body.changes())
    settle(position, ["contacts"], version=1)
    settle.created(f"/v1/tasks/{created.first_no}")
    try:
        return _one(service, created.first_no, on)
    except NotFound:
        return _new(service, created, body.contact_no, caller.user_id)


def _new(service: Service, created: TasksCreated, contact_no: str, user_id: str) -> dict[str, Any]:
    """A task as it will be read, while the read model is on its way."""
    contact = service.contacts.get(contact_no)
    company = service.contacts.find(contact.value.company_no) if contact.value.company_no else None
    values = msgspec.structs.asdict(created.value)
    values["salesperson_code"] = values["salesperson_code"] or contact.value.salesperson_code
    return values | {
        "no": created.first_no,
        "segment_no": None,
        "contact_no": contact_no,
        "contact_name": contact.value.name,
        "contact_company_no": contact.value.company_no,
        "contact_company_name": company.value.name if company else None,
        "user_id": user_id,
        "version": 1,
    }


@router.get("/tasks", response_model=TaskPage, dependencies=READS)
def list_tasks(service: ServiceOf, query: Listed, on: WorkDate) -> Any:
    """A page of tasks, filtered by any field."""
    return answered(service.tasks.page(query, on))


@router.get("/tasks/{task_no}", response_model=TaskAnswer, dependencies=READS)
def read_task(task_no: Entry, service: ServiceOf, response: Response, on: WorkDate) -> Any:
    """One task."""
    found = _one(service, task_no, on)
    etag(response, found["version"])
    return found


@router.patch("/tasks/{task_no}", response_model=TaskAnswer)
def change_task(
    task_no: Entry, body: TaskValues, service: ServiceOf, caller: Marketer, settle: Settled, on: WorkDate
) -> Any:
    """Change the values that are sent. A task is closed when it is completed, and only then."""
    position = service.tasks.change(caller, task_no, body.changes())
    settle(position, ["contacts"])
    found = _one(service, task_no, on)
    settle(position, ["contacts"], version=found["version"])
    return found


@router.delete("/tasks/{task_no}")
def delete_task(task_no: Entry, service: ServiceOf, caller: Marketer, settle: Settled) -> dict[str, Any]:
    """Delete a task."""
    settle(service.tasks.delete(caller, task_no), ["contacts"])
    return {"deleted": task_no}
