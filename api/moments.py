"""Which moment is asked for: a version, or an instant."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import Query

from api.schemas.segments import SegmentVersion
from api.schemas.values import Instant
from api.service import Service
from domain.segment.state import Segment

Version = Annotated[SegmentVersion, Query(description="As it stood at this version.")]
AsOf = Annotated[Instant | None, Query(description="As it stood at this instant; in UTC without an offset.")]


def instant(as_of: datetime | None) -> datetime | None:
    """The instant with its offset, which is UTC where none is given."""
    return as_of.replace(tzinfo=UTC) if as_of is not None and as_of.tzinfo is None else as_of


def moment(version: int | None, as_of: datetime | None) -> dict[str, Any]:
    """The moment as use cases take it."""
    return {"version": version, "at": instant(as_of)}


def segment_at(service: Service, no: str, version: int | None, as_of: datetime | None) -> Segment:
    """The open segment, or a segment as it stood at a moment. Raises NotFound, SegmentLogged."""
    if version is None and as_of is None:
        return service.segments.get(no)
    return service.segments.as_of(no, version=version, at=instant(as_of))
