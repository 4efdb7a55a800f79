"""A criteria action of a segment: what was done to choose its contacts (domain A5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from domain.contact_set import ContactSet
from domain.filter_expression import exactly
from domain.segment.events import CriteriaOptions, Exclusion, Skipped
from domain.vocabulary import CriteriaActionKind


@dataclass(frozen=True, slots=True)
class CriteriaAction:
    """One step of the criteria history, with what it did to which block (domain A5)."""

    action_no: int
    action: CriteriaActionKind
    filters: dict[str, Any]
    options: CriteriaOptions
    lines_added: int
    lines_removed: int
    skipped: Skipped
    user_id: str
    at: datetime
    added_blocks: tuple[int, ...] = ()
    removed: tuple[tuple[int, ContactSet], ...] = ()
    no_longer_known: int = 0
    exclude: Exclusion | None = None


def only_contact(no: str) -> dict[str, Any]:
    """The filters of an action by hand, which must mean the same when they are saved (domain B3.6, B8)."""
    return {"contact": {"no": exactly(no)}}
