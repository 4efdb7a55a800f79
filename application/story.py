"""The events of a segment as steps, for whoever tells or explains them."""

from __future__ import annotations

from application.journal import Journal
from application.segments import stream_of
from domain.errors import NotFound
from domain.segment.lineage import Step
from eventstore.event import Event
from eventstore.log import At


def steps_of(journal: Journal, no: str, *, version: int | None = None, at: At | None = None) -> list[Step]:
    """The steps of a segment up to a version or a moment, or all. Raises NotFound."""
    steps = [step_of(position, event) for position, event in journal.log.placed([stream_of(no)])]
    if not steps:
        raise NotFound.named("segment", no)
    if at is not None:
        version = max((step.version for step in steps if step.is_until(at)), default=0)
    if version is None:
        return steps
    if not 1 <= version <= len(steps):
        raise NotFound(f"Segment {no} has no such version.")
    return steps[:version]


def step_of(position: int, event: Event) -> Step:
    """An event at its position, as a step."""
    envelope = event.envelope
    return Step(
        version=event.originator_version,
        position=position,
        user_id=envelope.user_id,
        at=envelope.at,
        work_date=envelope.work_date,
        event=event.data,
        erased=event.erased,
    )
