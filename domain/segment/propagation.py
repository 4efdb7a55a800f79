"""How a change of the header reaches the lines (domain B2.1, B2.2): blocks start anew, or are cut in two."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from msgspec.structs import replace as replaced

from domain.contact_set import EMPTY, ContactSet, union
from domain.segment.events import HeaderChanged
from domain.segment.header import Header
from domain.segment.lines import LineBlock, LineChanges
from domain.vocabulary import given

Values = dict[str, object]


def steps(header: Header, event: HeaderChanged) -> Iterator[tuple[Values, Values]]:
    """What the lines take over from a change of this header, and which lines: those that say all of it."""
    values = given(event.lines)
    if event.scope == "all":
        yield values, {}
        return
    subject = {name: values.pop(name) for name in ("subject",) if name in values}
    follows: Values = {"interaction_template_code": header.interaction_template_code}
    yield values, follows
    # A line that speaks another language, or already says something else, keeps its subject (B2.4).
    yield subject, follows | {"language_code": header.language_code, "subject": header.subject}


def lines_in_scope(
    header: Header,
    event: HeaderChanged,
    blocks: Sequence[LineBlock],
    own: Mapping[tuple[int, int], LineChanges],
) -> int:
    """How many lines on the segment take something over from a change of this header."""
    own_of = _by_block(own)
    wheres = [where for values, where in steps(header, event) if values]
    return sum(
        len(union(_lines_that_say(where, block, own_of.get(block.id, {})) for where in wheres))
        for block in blocks
    )


def overwritten(
    blocks: Sequence[LineBlock], own: dict[tuple[int, int], LineChanges], values: Values, where: Values
) -> list[LineBlock]:
    """The blocks once the lines that say all of `where` start from new values.

    What those lines have of their own there is taken out of `own`.
    """
    if not values:
        return list(blocks)
    own_of = _by_block(own)
    parts: list[LineBlock] = []
    for block in blocks:
        of_block = own_of.get(block.id, {})
        chosen = _lines_that_say(where, block, of_block)
        parts += _restarted(block, chosen, values)
        for key in chosen & ContactSet(of_block):
            kept = {name: value for name, value in of_block[key].items() if name not in values}
            own[block.id, key] = LineChanges(**kept)  # type: ignore[arg-type]
    return parts


def _by_block(own: Mapping[tuple[int, int], LineChanges]) -> dict[int, dict[int, Values]]:
    """What lines have of their own, by block and contact."""
    own_of: dict[int, dict[int, Values]] = {}
    for (block_id, key), changes in own.items():
        own_of.setdefault(block_id, {})[key] = given(changes)
    return own_of


def _lines_that_say(where: Values, block: LineBlock, own: dict[int, Values]) -> ContactSet:
    """The lines of a block on the segment that have all of these values, from the block or of their own."""
    says = {name: getattr(block.start, name) for name in where}
    apart = {key: values for key, values in own.items() if values.keys() & where.keys()}
    alike = ContactSet(key for key, values in apart.items() if where.items() <= (says | values).items())
    from_block = block.alive - ContactSet(apart) if says == where else EMPTY
    return from_block | (block.alive & alike)


def _restarted(block: LineBlock, chosen: ContactSet, values: Values) -> tuple[LineBlock, ...]:
    """The block with new values for the chosen lines; others keep the old ones, in a part of their own."""
    if not chosen:
        return (block,)
    others = block.members - chosen
    part = replaced(block, members=chosen, alive=chosen, start=replaced(block.start, **values))
    return (part, replaced(block, members=others, alive=block.alive - chosen)) if others else (part,)
