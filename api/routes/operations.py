"""Keys and health."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

import msgspec
from fastapi import APIRouter, Depends, Path, Request, Response

from api.context import ADMINS, Listed, ServiceOf, WorkDate, answered, may_measure
from api.idempotency import RepeatableRoute
from api.metrics import MEDIA_TYPE, Metrics
from api.schemas.deliveries import OutboxAnswer
from api.schemas.values import Answer, Body, Text100, Total
from application.journal import Role

router = APIRouter(tags=["operations"], route_class=RepeatableRoute)


class NewKey(Body):
    """A key to make."""

    example: ClassVar = {"description": "Sara's phone", "role": "marketer", "user_id": "sara"}

    description: Text100 = None
    role: Role
    user_id: Text100


class KeyAnswer(Answer):
    """A key, without what it is."""

    id: int
    description: str | None
    role: Role
    user_id: str
    created_at: str


class NewKeyAnswer(KeyAnswer):
    """A key that was just made; it is shown this once, and is null to who sends the same request again."""

    key: str | None


class KeyList(Answer):
    """A page of keys."""

    items: list[KeyAnswer]
    next_cursor: str | None = None
    total: Total = None


class ReadModelAnswer(Answer):
    """How far a read model is."""

    position: int
    behind: int
    fed: bool
    error: str | None = None


class ReadyAnswer(Answer):
    """Whether the service can be used."""

    ready: bool
    event_position: int
    read_models: dict[str, ReadModelAnswer]
    outbox: OutboxAnswer


@router.post("/v1/api-keys", response_model=NewKeyAnswer, status_code=201, dependencies=[ADMINS])
def create_key(body: NewKey, service: ServiceOf, response: Response) -> Any:
    """Make a key; it is shown this once."""
    row, key = service.keys.create(body.description, body.role, body.user_id or body.role)
    response.headers["Location"] = f"/v1/api-keys/{row.id}"
    return msgspec.structs.asdict(row) | {"key": key}


@router.get("/v1/api-keys", response_model=KeyList, dependencies=[ADMINS])
def list_keys(service: ServiceOf, query: Listed, on: WorkDate) -> Any:
    """A page of keys, filtered by any field."""
    return answered(service.keys.page(query, on))


@router.delete("/v1/api-keys/{key_id}", dependencies=[ADMINS])
def delete_key(key_id: Annotated[int, Path(ge=1, le=2**62)], service: ServiceOf) -> dict[str, Any]:
    """Let nobody in with this key any more."""
    service.keys.delete(key_id)
    return {"deleted": key_id}


@router.get("/health/live")
def live() -> dict[str, bool]:
    """The process answers."""
    return {"live": True}


@router.get("/health/ready", response_model=ReadyAnswer, responses={503: {"model": ReadyAnswer}})
def ready(service: ServiceOf, response: Response) -> Any:
    """Whether the database answers, and every read model is kept up with the events."""
    position = service.log.position()
    status = service.read_models.status(position)
    is_ready = all(one.fed and one.error is None for one in status.values())
    response.status_code = 200 if is_ready else 503
    return {
        "ready": is_ready,
        "event_position": position,
        "read_models": {name: msgspec.structs.asdict(one) for name, one in status.items()},
        "outbox": service.outbox.figures().sizes() | {"mail_waits_for": service.resending.mail_waits_for()},
    }


@router.get(
    "/metrics",
    response_class=Response,
    dependencies=[Depends(may_measure)],
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
def metrics(request: Request) -> Response:
    """How the service is doing, in Prometheus' text format."""
    measured: Metrics = request.app.state.metrics
    return Response(measured.text(), media_type=MEDIA_TYPE)
