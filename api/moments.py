"""Which moment is asked for: a version, an instant, or a position of the log."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, NamedTuple

from fastapi import Depends, Query

from api.schemas.segments import SegmentVersion
from api.schemas.values import Instant
from api.service import Service
from domain.errors import InvalidRequest
from domain.segment.state import Segment

Version = Annotated[SegmentVersion, Query(description="As it stood at this version.")]
AsOf = Annotated[Instant | None, Query(description="As it stood at this instant; in UTC without an offset.")]
AtPosition = Annotated[
    int | None, Query(ge=1, le=2**62, description="As it stood when the log was at this position.")
]
FIELDS = frozenset(("version", "as_of", "position"))
"""The parameters that ask for a moment."""


class Moment(NamedTuple):
    """A version, or an instant or position; neither is now."""

    version: int | None
    at: datetime | int | None

    @property
    def is_now(self) -> bool:
        return self == (None, None)

    def where(self) -> dict[str, Any]:
        """The moment as use cases take it."""
        return self._asdict()


def instant(as_of: datetime | None) -> datetime | None:
    """The instant with its offset, which is UTC where none is given."""
    return as_of.replace(tzinfo=UTC) if as_of is not None and as_of.tzinfo is None else as_of


async def _asked(version: Version = None, as_of: AsOf = None, position: AtPosition = None) -> Moment:
    asked = {"version": version, "as_of": as_of, "position": position}
    named = [name for name, value in asked.items() if value is not None]
    if len(named) > 1:
        raise InvalidRequest.at(named[1], "give either a version, an instant (as_of) or a position")
    return Moment(version, position if as_of is None else instant(as_of))


Asked = Annotated[Moment, Depends(_asked)]
"""The moment that a request asks for."""


def segment_at(service: Service, no: str, moment: Moment) -> Segment:
    """The open segment, or a segment as it stood at a moment. Raises NotFound, SegmentLogged."""
    return service.segments.get(no) if moment.is_now else service.segments.as_of(no, **moment.where())
