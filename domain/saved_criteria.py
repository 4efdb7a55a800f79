"""Saved segment criteria: a recipe that is run again on the contacts of that day (domain A6, B8)."""

from __future__ import annotations

import msgspec

from domain.segment.selection import Criteria


class SavedCriteria(msgspec.Struct, frozen=True):
    """The actions in their order, and who saved them."""

    description: str | None
    user_id: str
    actions: tuple[Criteria, ...]
