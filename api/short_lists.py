"""Lists that are whole in memory, such as the criteria actions of a segment; a page is a part of one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import msgspec
from fastapi import Depends, Query

from domain.errors import InvalidRequest
from projections.listing import MOST, USUAL


class Part(msgspec.Struct, frozen=True):
    """Which part of a list is asked for; `after` is how many come before it."""

    limit: int
    after: int
    count: bool

    def of(self, items: Sequence[Any]) -> dict[str, Any]:
        """The part as it is answered."""
        end = self.after + self.limit
        return {
            "items": items[self.after : end],
            "next_cursor": str(end) if end < len(items) else None,
            "total": len(items) if self.count else None,
        }


async def _part(
    limit: Annotated[int, Query(ge=1, le=MOST)] = USUAL,
    cursor: Annotated[str | None, Query(max_length=20)] = None,
    count: Annotated[bool, Query(description="Whether to say how many there are in all.")] = False,
) -> Part:
    return Part(limit, number_in(cursor), count)


PartAsked = Annotated[Part, Depends(_part)]


def number_in(cursor: str | None, *, most: int = 2**31 - 1) -> int:
    """The number that a cursor stands for; 0 without one. Raises InvalidRequest."""
    if cursor is None:
        return 0
    if not (cursor.isascii() and cursor.isdigit()):
        raise InvalidRequest.at("cursor", "this is no cursor of this list")
    return min(int(cursor), most)
