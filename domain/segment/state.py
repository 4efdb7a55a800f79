"""A segment as its events have made it: how each event changes the worksheet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from functools import singledispatchmethod
from typing import Literal

from msgspec.structs import replace as replaced

from domain.amendments import Amendment, RecordedInteractions
from domain.contact_set import EMPTY, ContactSet, union
from domain.document import Document
from domain.segment.criteria_action import CriteriaAction, only_contact
from domain.segment.events import (
    ActionRedone,
    ActionUndone,
    CriteriaApplied,
    CriteriaOptions,
    CriteriaReset,
    DocumentAttached,
    DocumentRemoved,
    HeaderChanged,
    LineAdded,
    LineChanged,
    LineRemoved,
    LoggedSegmentReused,
    SegmentCreated,
    SegmentDeleted,
    SegmentLogged,
    Skipped,
)
from domain.segment.header import Header
from domain.segment.lines import (
    Line,
    LineBlock,
    LineChanges,
    LineColumns,
    LineStart,
    OwnLine,
    after,
    find_line,
    line_columns,
    lines_after,
    with_personal,
    without_personal,
)
from domain.segment.propagation import attached, overwritten, removed, steps
from domain.segment.totals import Totals, more_lines
from domain.vocabulary import LINE_STEP, given

Status = Literal["open", "logged", "deleted"]


@dataclass
class Segment:
    """The worksheet: header, lines, and the criteria actions that can be gone back over.

    Only `apply` changes it. Commands work on one that is not touched by others: see `copy`.
    """

    no: str = ""
    header: Header = field(default_factory=Header)
    status: Status = "open"
    version: int = 0
    blocks: list[LineBlock] = field(default_factory=list)
    own: dict[tuple[int, int], LineChanges] = field(default_factory=dict)
    actions: list[CriteriaAction] = field(default_factory=list)
    undone: list[CriteriaAction] = field(default_factory=list)
    last_line_no: int = 0
    last_block_id: int = 0
    logged: SegmentLogged | None = None
    follow_up_on: int | None = None
    recorded: RecordedInteractions | None = None
    """What became of its interactions, once it is logged."""
    _contacts: tuple[ContactSet, ...] | None = field(default=None, init=False, repr=False, compare=False)
    """Sets that together are all contacts on lines, once somebody asked; large ones are loaded only then."""
    _number: int | None = field(default=None, init=False, repr=False, compare=False)
    _totals: Totals | None = field(default=None, init=False, repr=False, compare=False)

    def copy(self) -> Segment:
        """One that can be changed without changing this one."""
        copied = replace(
            self,
            blocks=list(self.blocks),
            own=dict(self.own),
            actions=list(self.actions),
            undone=list(self.undone),
        )
        copied._contacts, copied._number, copied._totals = self._contacts, self._number, self._totals
        return copied

    # What stands on the worksheet

    @property
    def contacts(self) -> ContactSet:
        """All contacts on lines."""
        sets = self._contacts
        if sets is None or len(sets) != 1:
            sets = self._contacts = (union(sets or (block.alive for block in self.blocks)),)
        return sets[0]

    @property
    def totals(self) -> Totals:
        if self._totals is None:
            self._totals = Totals.of(self.blocks, list(self.own_on_segment()))
        return self._totals

    @property
    def number_of_lines(self) -> int:
        if self._number is None:
            self._number = sum(len(block.alive) for block in self.blocks)
        return self._number

    @property
    def next_line_no(self) -> int:
        return self.last_line_no + LINE_STEP

    @property
    def next_action_no(self) -> int:
        return len(self.actions) + 1

    @property
    def cost(self) -> Decimal:
        """The sum over the lines, in local currency (domain A1, V12)."""
        return self.totals.cost

    @property
    def duration_minutes(self) -> int:
        """The sum over the lines (domain A1, V12)."""
        return self.totals.duration_minutes

    def line(self, line_no: int) -> Line | None:
        """The line with this number, if it is on the segment."""
        return find_line(self.blocks, self.own, line_no)

    def lines(self, after: int = 0, limit: int = 100) -> list[Line]:
        """The first `limit` lines with a number above `after`, in order."""
        return lines_after(self.blocks, self.own, after, limit)

    def own_on_segment(self) -> Iterator[tuple[LineBlock, int, LineChanges]]:
        """The lines on the segment that have values of their own: block, contact key, values."""
        blocks: dict[int, list[LineBlock]] = {}
        if self.own:
            for block in self.blocks:
                blocks.setdefault(block.id, []).append(block)
        for (block_id, key), changes in self.own.items():
            for block in blocks.get(block_id, ()):
                if key in block.alive:
                    yield block, key, changes

    def own_lines(self) -> tuple[OwnLine, ...]:
        """The same by line number, in order."""
        found = ((block.line_no(key), changes) for block, key, changes in self.own_on_segment())
        return tuple(OwnLine(number, changes) for number, changes in sorted(found, key=lambda line: line[0]))

    def line_columns(self) -> LineColumns:
        """All lines on the segment as columns, in order."""
        return line_columns(self.blocks)

    # How events change it

    def apply(self, event: object, user_id: str, at: datetime) -> None:
        """Take over one event; `user_id` and `at` say who recorded it, and when."""
        # Programs put on one contact after the other: the last one is to take no longer than the first.
        contacts, totals = self._contacts_after(event), None
        more = None if self._number is None else more_lines(event)
        number = None if more is None else self.number_of_lines + more
        if isinstance(event, LineAdded) and not self.undone:
            totals = self._totals and self._totals.with_line(event)
        self._take_over(event, user_id, at)
        self._contacts, self._number, self._totals = contacts, number, totals

    def _contacts_after(self, event: object) -> tuple[ContactSet, ...] | None:
        """The contacts on lines as they will be; None where only the lines tell, or nobody has asked yet."""
        match event:
            case LineAdded(contact_key=key):
                return (self.contacts | ContactSet([key]),)
            case LineRemoved() | ActionUndone() | ActionRedone():
                return None
            case _ if self._contacts is None:
                return None
            case CriteriaApplied(removed=removed) if removed:
                return (self.contacts - removed,)
            case CriteriaApplied(added=added):
                return *self._contacts, added
            case LoggedSegmentReused(lines=lines):
                return *self._contacts, *(one.contacts for one in lines)
        return self._contacts

    @singledispatchmethod
    def _take_over(self, event: object, user_id: str, at: datetime) -> None:
        raise TypeError(f"{type(event).__name__} is no event of a segment")

    @_take_over.register
    def _(self, event: SegmentCreated, user_id: str, at: datetime) -> None:
        self.no, self.header, self.follow_up_on = event.no, event.header, event.follow_up_on

    @_take_over.register
    def _(self, event: HeaderChanged, user_id: str, at: datetime) -> None:
        if event.scope != "none" and given(event.lines):
            self._propagate(event)
        self.header = replaced(self.header, **given(event.changes))

    @_take_over.register
    def _(self, event: LineAdded, user_id: str, at: datetime) -> None:
        contact = ContactSet([event.contact_key])
        # Run again from saved criteria, a contact that was put on twice must come twice, and one that was
        # put on although it is excluded must come again (V6).
        again = event.contact_key in self.contacts
        block_id = self._add_block(event.line_no, contact, event.start)
        if given(event.changes):
            self.own[block_id, event.contact_key] = event.changes
        self._act(
            CriteriaAction(
                event.action_no,
                "add_contacts",
                only_contact(event.contact_no),
                CriteriaOptions(allow_existing_contacts=again, ignore_exclusion=event.excluded),
                *(1, 0, Skipped(), user_id, at),
                added_blocks=(block_id,),
            )
        )

    @_take_over.register
    def _(self, event: LineChanged, user_id: str, at: datetime) -> None:
        line = self.line(event.line_no)
        assert line is not None, f"line {event.line_no} is not on the segment"
        self.own[line.block.id, line.contact_key] = after(line.own, event.changes, event.dropped)

    @_take_over.register
    def _(self, event: LineRemoved, user_id: str, at: datetime) -> None:
        line = self.line(event.line_no)
        assert line is not None, f"line {event.line_no} is not on the segment"
        gone = ContactSet([line.contact_key])
        self.blocks = [
            replaced(block, alive=block.alive - gone) if block is line.block else block
            for block in self.blocks
        ]
        self._act(
            CriteriaAction(
                event.action_no,
                "reduce",
                only_contact(event.contact_no),
                CriteriaOptions(),
                *(0, 1, Skipped(), user_id, at),
                removed=((line.block.id, gone),),
            )
        )

    @_take_over.register
    def _(self, event: CriteriaApplied, user_id: str, at: datetime) -> None:
        removed = self._remove(event.removed)
        added: tuple[int, ...] = ()
        if event.start is not None and event.added:
            added = (self._add_block(event.first_line_no, event.added, event.start),)
        self._act(
            CriteriaAction(
                event.action_no,
                event.action,
                event.filters,
                event.options,
                *(event.lines_added, event.lines_removed, event.skipped, user_id, at),
                added_blocks=added,
                removed=removed,
                exclude=event.exclude,
            )
        )

    @_take_over.register
    def _(self, event: LoggedSegmentReused, user_id: str, at: datetime) -> None:
        self._act(
            CriteriaAction(
                event.action_no,
                "add_contacts",
                event.filters,
                # Run again from saved criteria, they must come as they came here (V6).
                CriteriaOptions(allow_existing_contacts=True, ignore_exclusion=event.ignore_exclusion),
                *(sum(len(lines.contacts) for lines in event.lines), 0, event.skipped, user_id, at),
                added_blocks=tuple(
                    self._add_block(lines.first_line_no, lines.contacts, lines.start) for lines in event.lines
                ),
                no_longer_known=len(event.no_longer_known),
            )
        )

    @_take_over.register
    def _(self, event: ActionUndone, user_id: str, at: datetime) -> None:
        action = self.actions.pop()
        self.undone.append(action)
        back = dict(action.removed)
        self.blocks = [
            replaced(block, alive=EMPTY)
            if block.id in action.added_blocks
            else replaced(block, alive=block.alive | (back[block.id] & block.members))
            if block.id in back
            else block
            for block in self.blocks
        ]

    @_take_over.register
    def _(self, event: ActionRedone, user_id: str, at: datetime) -> None:
        action = self.undone.pop()
        self.actions.append(action)
        away = dict(action.removed)
        self.blocks = [
            replaced(block, alive=block.members)
            if block.id in action.added_blocks
            else replaced(block, alive=block.alive - away[block.id])
            if block.id in away
            else block
            for block in self.blocks
        ]

    @_take_over.register
    def _(self, event: CriteriaReset, user_id: str, at: datetime) -> None:
        self.actions, self.undone = [], []
        self._forget_lines_that_cannot_come_back()

    @_take_over.register
    def _(self, event: DocumentAttached, user_id: str, at: datetime) -> None:
        if event.line_no is not None:
            self._personalise(event.line_no, event.document)
        else:
            self.blocks = attached(self.blocks, self.own, self.header, event.document)
            self.header = self.header.with_document(event.document)

    @_take_over.register
    def _(self, event: DocumentRemoved, user_id: str, at: datetime) -> None:
        if event.line_no is not None:
            self._take_away(event.line_no, event.language_code)
        else:
            self.blocks = removed(self.blocks, self.own, self.header, event.language_code)
            self.header = self.header.without_language(event.language_code)

    @_take_over.register
    def _(self, event: SegmentDeleted, user_id: str, at: datetime) -> None:
        self.status = "deleted"

    @_take_over.register
    def _(self, event: SegmentLogged, user_id: str, at: datetime) -> None:
        self.status, self.logged = "logged", event
        self.recorded = RecordedInteractions(
            event.first_interaction_no, event.number_of_interactions, event.entry_no
        )

    @_take_over.register
    def _(self, event: Amendment, user_id: str, at: datetime) -> None:
        assert self.recorded is not None, "only what is logged can be amended"
        self.recorded = self.recorded.after(event)

    # The steps they share

    def _act(self, action: CriteriaAction) -> None:
        self.actions.append(action)
        if self.undone:
            dropped = {block_id for undone in self.undone for block_id in undone.added_blocks}
            self.blocks = [block for block in self.blocks if block.id not in dropped]
            self.own = {line: changes for line, changes in self.own.items() if line[0] not in dropped}
            self.undone = []

    def _add_block(self, first_line_no: int, contacts: ContactSet, start: LineStart) -> int:
        self.last_block_id += 1
        self.blocks.append(LineBlock(self.last_block_id, first_line_no, contacts, contacts, contacts, start))
        self.last_line_no = max(self.last_line_no, first_line_no + LINE_STEP * (len(contacts) - 1))
        return self.last_block_id

    def _remove(self, contacts: ContactSet) -> tuple[tuple[int, ContactSet], ...]:
        """Take every line of these contacts off the segment; what went, by block."""
        removed: dict[int, ContactSet] = {}
        if not contacts:  # as of every action that adds; each line put on by hand is a block
            return ()
        for index, block in enumerate(self.blocks):
            if gone := block.alive & contacts:
                self.blocks[index] = replaced(block, alive=block.alive - gone)
                removed[block.id] = removed.get(block.id, EMPTY) | gone
        return tuple(removed.items())

    def _propagate(self, event: HeaderChanged) -> None:
        """Give the lines in scope the header's new values; personal values are overwritten (domain B2.2)."""
        for values, where in steps(self.header, event):
            self.blocks = overwritten(self.blocks, self.own, values, where)

    def _personalise(self, line_no: int, document: Document) -> None:
        line = self.line(line_no)
        assert line is not None, f"line {line_no} is not on the segment"
        self.own[line.block.id, line.contact_key] = with_personal(line.own, document)

    def _take_away(self, line_no: int, language_code: str | None) -> None:
        line = self.line(line_no)
        assert line is not None, f"line {line_no} is not on the segment"
        follows = line.template_code == self.header.interaction_template_code
        of_header = (self.header.documents, self.header.language_code) if follows else None
        self.own[line.block.id, line.contact_key] = without_personal(line.own, language_code, of_header)

    def _forget_lines_that_cannot_come_back(self) -> None:
        self.blocks = [replaced(block, members=block.alive) for block in self.blocks if block.alive]
        alive: dict[int, ContactSet] = {}
        for block in self.blocks:
            alive[block.id] = alive.get(block.id, EMPTY) | block.alive
        self.own = {
            (block_id, key): changes
            for (block_id, key), changes in self.own.items()
            if key in alive.get(block_id, EMPTY)
        }
