"""What the lines of an open segment name: codes, and a campaign with whom they are aimed at (domain B17)."""

from __future__ import annotations

from typing import Literal

from msgspec import UNSET

from domain.contact_set import EMPTY, ContactSet, union
from domain.segment.lines import LineChanges, LineStart
from domain.segment.state import Segment

CodeField = Literal["campaign_no", "salesperson_code", "interaction_template_code", "interaction_group_code"]


def targets(segment: Segment, campaign_no: str) -> ContactSet:
    """The contacts with a line that has this campaign and is a campaign target."""
    chosen: dict[int, ContactSet] = {
        index: block.alive if _aims(block.start, LineChanges(), campaign_no) else EMPTY
        for index, block in enumerate(segment.blocks)
    }
    places = {id(block): index for index, block in enumerate(segment.blocks)}
    for block, key, own in segment.own_on_segment():
        index = places[id(block)]
        one = ContactSet([key])
        rest = chosen[index] - one
        chosen[index] = rest | one if _aims(block.start, own, campaign_no) else rest
    return union(chosen.values())


def is_on_lines(segment: Segment, field: CodeField, code: str) -> bool:
    """Whether any line of the segment has this code in a field, its own or its block's."""
    moved = {
        (id(block), key): value
        for block, key, own in segment.own_on_segment()
        if (value := getattr(own, field)) is not UNSET
    }
    if code in moved.values():
        return True
    away = {id(block): 0 for block in segment.blocks}
    for block_id, _ in moved:
        away[block_id] += 1
    return any(
        getattr(block.start, field) == code and len(block.alive) > away[id(block)] for block in segment.blocks
    )


def _aims(start: LineStart, own: LineChanges, campaign_no: str) -> bool:
    campaign = start.campaign_no if own.campaign_no is UNSET else own.campaign_no
    target = start.campaign_target if own.campaign_target is UNSET else own.campaign_target
    return bool(target) and campaign == campaign_no
