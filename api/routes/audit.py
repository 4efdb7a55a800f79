"""Proof for auditors: checkpoints, proofs that can be checked without this service, verification, reads."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Path, Query, Response
from pydantic import Field

from api.context import AUDITORS, ServiceOf
from api.idempotency import RepeatableRoute
from api.schemas.values import Answer, Text255, Total, utc
from api.service import Service
from application.auditing import b64
from domain.errors import InvalidRequest
from eventstore.checkpoints import Sealed
from projections.listing import MOST, USUAL

router = APIRouter(prefix="/v1/audit", tags=["audit"], route_class=RepeatableRoute, dependencies=[AUDITORS])

Position = Annotated[int, Path(ge=1, le=2**62)]
Size = Annotated[
    int | None, Query(ge=1, le=2**62, description="The size of a checkpoint; the last unless given.")
]
Base64 = Annotated[str, Field(description="Bytes in base64.")]


class KeyAnswer(Answer):
    """The public key that checkpoints are signed with; `key` is what tools for signed notes read."""

    key: str = Field(examples=["segmentlog/segmentlog+3f2a1b4c+AQ0Z..."])
    name: str
    key_id: str
    public_key: Base64
    earlier_keys: list[str]


class CheckpointAnswer(Answer):
    """A seal of the events from position 1 to `tree_size`; `anchored` names the places that have it."""

    tree_size: int
    root: Base64
    note: str
    made_at: datetime
    anchored: list[str]


class CheckpointList(Answer):
    """Checkpoints, in the order in which they were made."""

    items: list[CheckpointAnswer]
    next_cursor: str | None
    total: Total = None


class ProofAnswer(Answer):
    """That an event is in a checkpoint: hashing `leaf`, then along `path`, gives the root in `checkpoint`."""

    position: int
    leaf_index: int
    leaf: Base64
    tree_size: int
    root: Base64
    path: list[Base64]
    checkpoint: str
    key: str


class ConsistencyAnswer(Answer):
    """That one checkpoint extends another: nothing that the first one sealed was changed."""

    from_size: int
    to_size: int
    path: list[Base64]
    from_checkpoint: str
    to_checkpoint: str


class ProvenEvent(Answer):
    """An event of a bundle."""

    position: int
    leaf: Base64
    path: list[Base64]


class Since(Answer):
    """The proof that the bundle's checkpoint extends an earlier one."""

    checkpoint: str
    path: list[Base64]


class Bundle(Answer):
    """Events with all that is needed to check them; docs/check_proof.py does."""

    format: str
    key: str
    checkpoint: str
    first: int
    last: int
    events: list[ProvenEvent]
    since: Since | None = None


class VerificationAnswer(Answer):
    """Whether the log is what was recorded and sealed; if not, what is wrong and from where on."""

    ok: bool
    events: int
    checkpoints: int
    first_bad_position: int | None
    problem: str | None


class ReadAnswer(Answer):
    """A request that looked into the history."""

    id: int
    at: datetime
    user_id: str
    role: str
    method: str
    path: str
    query: str


class ReadList(Answer):
    """Reads of the history, the latest first."""

    items: list[ReadAnswer]
    next_cursor: str | None


@router.get("/key", response_model=KeyAnswer)
def read_key(service: ServiceOf) -> Any:
    """The public key of this log, to be noted down: whoever has it can check what this service proves."""
    verifier, *earlier = service.auditing.checkpoints.trusted
    return {
        "key": str(verifier),
        "name": verifier.name,
        "key_id": verifier.key_id.hex(),
        "public_key": b64(verifier.public),
        "earlier_keys": [str(one) for one in earlier],
    }


@router.get("/checkpoints", response_model=CheckpointList)
def list_checkpoints(
    service: ServiceOf,
    limit: Annotated[int, Query(ge=1, le=MOST)] = USUAL,
    cursor: Annotated[str | None, Query(max_length=30)] = None,
    count: Annotated[bool, Query(description="Whether to say how many there are in all.")] = False,
) -> Any:
    """All checkpoints, the first one first."""
    checkpoints = service.auditing.checkpoints
    page = checkpoints.all(after=_place(cursor) or 0, limit=limit)
    return {
        "items": _answers(service, page),
        "next_cursor": str(page[-1].tree_size) if len(page) == limit else None,
        "total": checkpoints.count() if count else None,
    }


@router.post(
    "/checkpoints",
    response_model=CheckpointAnswer,
    status_code=201,
    responses={200: {"model": CheckpointAnswer, "description": "The last one: nothing came after it"}},
)
def create_checkpoint(service: ServiceOf, response: Response) -> Any:
    """Seal all events up to now. 201, or 200 with the last checkpoint when nothing came after it."""
    sealed, is_new = service.auditing.seal()
    response.status_code = 201 if is_new else 200
    if is_new:
        response.headers["Location"] = f"/v1/audit/checkpoints/{sealed.tree_size}"
    return _answers(service, [sealed])[0]


@router.get("/checkpoints/{tree_size}", response_model=CheckpointAnswer)
def read_checkpoint(tree_size: Position, service: ServiceOf) -> Any:
    """One checkpoint, by how many events it seals."""
    return _answers(service, [service.auditing.checkpoint(tree_size)])[0]


@router.get("/proofs/{position}", response_model=ProofAnswer)
def read_proof(position: Position, service: ServiceOf, checkpoint: Size = None) -> Any:
    """The proof that an event is in a checkpoint (RFC 6962)."""
    sealed, (proof,) = service.auditing.inclusion(position, position, checkpoint)
    return {
        "position": position,
        "leaf_index": position - 1,
        "leaf": b64(proof.leaf),
        "tree_size": sealed.tree_size,
        "root": b64(sealed.root),
        "path": [b64(step) for step in proof.path],
        "checkpoint": sealed.note,
        "key": service.auditing.key_of(sealed),
    }


@router.get("/consistency", response_model=ConsistencyAnswer)
def read_consistency(
    service: ServiceOf,
    from_: Annotated[int, Query(alias="from", ge=1, le=2**62, description="The size of a checkpoint.")],
    to: Size = None,
) -> Any:
    """The proof that a checkpoint extends an earlier one (RFC 6962)."""
    old, new, path = service.auditing.consistency(from_, to)
    return {
        "from_size": old.tree_size,
        "to_size": new.tree_size,
        "path": [b64(step) for step in path],
        "from_checkpoint": old.note,
        "to_checkpoint": new.note,
    }


@router.get("/bundle", response_model=Bundle, response_model_exclude_none=True)
def read_bundle(
    service: ServiceOf,
    first: Annotated[int, Query(ge=1, le=2**62, description="The first position.")],
    last: Annotated[int | None, Query(ge=1, le=2**62, description="The last; `first` unless given.")] = None,
    checkpoint: Size = None,
    since: Annotated[
        int | None, Query(ge=1, le=2**62, description="A checkpoint that the reader has already.")
    ] = None,
) -> Any:
    """Up to 1,000 events with their proofs, checkpoint and key: to be checked without this service."""
    return service.auditing.bundle(first, first if last is None else last, checkpoint, since)


@router.post("/verify", response_model=VerificationAnswer)
def verify_log(service: ServiceOf) -> Any:
    """Recompute the whole log, and hold it against its checkpoints. Takes seconds per million events."""
    return msgspec.structs.asdict(service.auditing.verify())


@router.get("/reads", response_model=ReadList)
def list_reads(
    service: ServiceOf,
    limit: Annotated[int, Query(ge=1, le=MOST)] = USUAL,
    cursor: Annotated[str | None, Query(max_length=30)] = None,
    user_id: Text255 = None,
) -> Any:
    """Who read the history, what and when; the latest first, and this request among them."""
    page = service.auditing.reads.all(before=_place(cursor), limit=limit, user_id=user_id)
    return {
        "items": [msgspec.structs.asdict(read) | {"at": utc(read.at)} for read in page],
        "next_cursor": str(page[-1].id) if len(page) == limit else None,
    }


def _answers(service: Service, page: list[Sealed]) -> list[dict[str, Any]]:
    places = service.auditing.anchors.where(sealed.tree_size for sealed in page)
    return [
        {
            "tree_size": sealed.tree_size,
            "root": b64(sealed.root),
            "note": sealed.note,
            "made_at": utc(sealed.made_at),
            "anchored": places.get(sealed.tree_size, []),
        }
        for sealed in page
    ]


def _place(cursor: str | None) -> int | None:
    if cursor is None:
        return None
    if not cursor.isascii() or not cursor.isdecimal() or len(cursor) > 18:
        raise InvalidRequest.at("cursor", "this is no cursor of this list")
    return int(cursor)
