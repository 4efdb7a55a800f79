"""Segment lines without a row per line: blocks of lines, and the lines that someone changed by hand.

Line `n` of a block is its n-th contact in key order, so its number is found with rank and select and never
changes. Of a block's contacts, `alive` are those still on the segment; the others wait for Go Back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from heapq import merge
from itertools import count, islice, repeat
from typing import TYPE_CHECKING

import msgspec
import numpy as np
from msgspec import UNSET, UnsetType

from domain.contact_set import ContactSet
from domain.document import Document, Documents, with_document, without_language
from domain.vocabulary import (
    LINE_STEP,
    CorrespondenceType,
    Evaluation,
    InformationFlow,
    InitiatedBy,
    given,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray


class LineStart(msgspec.Struct, frozen=True, omit_defaults=True):
    """The values that a block's lines start from (domain B3.1). Cost in local currency, duration in minutes.

    A blank salesperson means the contact's. The correspondence type is the contact's own unless `fixed` or
    the contact has none. The language is the contact's own if one of `documents` is in it. The subject is
    that of the line's document, where there are documents.
    """

    description: str | None = None
    campaign_no: str | None = None
    salesperson_code: str | None = None
    interaction_template_code: str | None = None
    interaction_group_code: str | None = None
    correspondence_type: CorrespondenceType | None = None
    correspondence_type_fixed: bool = False
    language_code: str | None = None
    subject: str | None = None
    cost: Decimal = Decimal(0)
    duration_minutes: int = 0
    date: date | None = None
    information_flow: InformationFlow | None = None
    initiated_by: InitiatedBy | None = None
    campaign_target: bool = False
    campaign_response: bool = False
    send_word_documents_as_attachment: bool = False
    documents: Documents = ()
    """Those of the header, which the lines inherit (domain B4)."""


class LineChanges(msgspec.Struct, frozen=True, omit_defaults=True):
    """What one line has of its own; what is not named comes from the block.

    A line with personal documents has no others; one whose language is `fixed` does not ask its contact.
    """

    description: str | UnsetType | None = UNSET
    campaign_no: str | UnsetType | None = UNSET
    salesperson_code: str | UnsetType | None = UNSET
    interaction_template_code: str | UnsetType | None = UNSET
    interaction_group_code: str | UnsetType | None = UNSET
    correspondence_type: CorrespondenceType | UnsetType | None = UNSET
    correspondence_type_fixed: bool | UnsetType = UNSET
    language_code: str | UnsetType | None = UNSET
    subject: str | UnsetType | None = UNSET
    cost: Decimal | UnsetType = UNSET
    duration_minutes: int | UnsetType = UNSET
    date: date | UnsetType | None = UNSET
    time_of_interaction: time | UnsetType | None = UNSET
    information_flow: InformationFlow | UnsetType | None = UNSET
    initiated_by: InitiatedBy | UnsetType | None = UNSET
    campaign_target: bool | UnsetType = UNSET
    campaign_response: bool | UnsetType = UNSET
    evaluation: Evaluation | UnsetType | None = UNSET
    attempt_failed: bool | UnsetType = UNSET
    contact_via: str | UnsetType | None = UNSET
    contact_alternative_address_code: str | UnsetType | None = UNSET
    send_word_documents_as_attachment: bool | UnsetType = UNSET
    remarks: str | UnsetType | None = UNSET
    documents: Documents | UnsetType = UNSET
    language_fixed: bool | UnsetType = UNSET
    personal_documents: Documents | UnsetType = UNSET


NO_CHANGES = LineChanges()
OF_ITS_DOCUMENT = ("documents", "personal_documents", "language_code", "language_fixed", "subject")
"""What a line has of its own because of the document that it uses."""


def after(own: LineChanges, changes: LineChanges, dropped: Sequence[str] = ()) -> LineChanges:
    """What a line has of its own once it changed; what is dropped comes from the block again."""
    kept = {name: value for name, value in given(own).items() if name not in dropped}
    return LineChanges(**(kept | given(changes)))


class LineBlock(msgspec.Struct, frozen=True):
    """Lines that were added by one step.

    `contacts` give the numbers; `members` are those of them that share `start`. A block is cut in two, with
    one numbering, when the header changes while some of its lines are away (they come back as they were).
    """

    id: int
    first_line_no: int
    contacts: ContactSet
    members: ContactSet
    alive: ContactSet
    start: LineStart

    def line_no(self, key: int) -> int:
        """The number of this contact's line."""
        return self.first_line_no + LINE_STEP * self.contacts.rank(key)

    def contact_of(self, line_no: int) -> int | None:
        """The contact that this line number stands for, whether or not it is still on the segment."""
        index, rest = divmod(line_no - self.first_line_no, LINE_STEP)
        return self.contacts[index] if rest == 0 and 0 <= index < len(self.contacts) else None

    def lines_after(self, line_no: int) -> Iterator[tuple[int, int, LineBlock]]:
        """Line number, contact and block of the lines on the segment with a higher number, in order."""
        index = max(0, (line_no - self.first_line_no) // LINE_STEP + 1)
        if index >= len(self.contacts) or not self.alive:
            return iter(())
        keys = self.alive.members_from(self.contacts[index])
        if len(self.alive) == len(self.contacts):  # as a rule, and then numbers need not be looked up
            return zip(count(self.first_line_no + LINE_STEP * index, LINE_STEP), keys, repeat(self))
        return ((self.line_no(key), key, self) for key in keys)


def with_personal(own: LineChanges, document: Document) -> LineChanges:
    """What a line has of its own with a personal document, whose language and subject it takes (B4)."""
    documents = with_document(given(own).get("personal_documents", ()), document)
    return after(own, _personal(documents, document.language_code), ("subject",))


def without_personal(
    own: LineChanges, language_code: str | None, of_header: tuple[Documents, str | None] | None
) -> LineChanges:
    """The same without the personal document in a language: another one serves, else it inherits what the
    header has by now, documents and language, or has nothing where its template is another (None) (B4).
    """
    documents = without_language(given(own).get("personal_documents", ()), language_code)
    changes = NO_CHANGES
    if documents:
        changes = _personal(documents, documents[0].language_code)
    elif of_header is None:
        changes = LineChanges(documents=(), language_code=None, subject=None)
    elif "documents" in given(own):
        changes = LineChanges(documents=of_header[0], language_code=of_header[1])
    return after(own, changes, tuple(name for name in OF_ITS_DOCUMENT if name != "documents"))


def _personal(documents: Documents, language_code: str | None) -> LineChanges:
    return LineChanges(personal_documents=documents, language_code=language_code, language_fixed=True)


class Line(msgspec.Struct, frozen=True, gc=False):
    """One line on the segment: number, key of the contact, where it starts from, what it has of its own."""

    line_no: int
    contact_key: int
    block: LineBlock
    own: LineChanges

    @property
    def template_code(self) -> str | None:
        """The interaction template, its own or that of its block."""
        own = given(self.own)
        code: str | None = own.get("interaction_template_code", self.block.start.interaction_template_code)
        return code


def line_on_block(line_no: int, contact_key: int, start: LineStart) -> Line:
    """A line that begins a block of its own."""
    contact = ContactSet([contact_key])
    return Line(line_no, contact_key, LineBlock(0, line_no, contact, contact, contact, start), NO_CHANGES)


class OwnLine(msgspec.Struct, frozen=True):
    """A line that someone changed by hand, as it stands in the event of logging."""

    line_no: int
    changes: LineChanges


OwnLines = Mapping[tuple[int, int], LineChanges]
"""Changes by hand, by block id and contact key."""


def lines_after(blocks: Sequence[LineBlock], own: OwnLines, line_no: int, limit: int) -> list[Line]:
    """The first `limit` lines with a higher number, in the order of their numbers."""
    relevant = [b for b in blocks if b.alive and b.first_line_no + LINE_STEP * len(b.contacts) > line_no]
    in_order = merge(*(block.lines_after(line_no) for block in relevant))
    return [
        Line(number, key, block, own.get((block.id, key), NO_CHANGES))
        for number, key, block in islice(in_order, limit)
    ]


def find_line(blocks: Sequence[LineBlock], own: OwnLines, line_no: int) -> Line | None:
    """The line with this number, if it is on the segment; it is most often the last one, just put on."""
    for block in reversed(blocks):
        key = block.contact_of(line_no)
        if key is not None and key in block.alive:
            return Line(line_no, key, block, own.get((block.id, key), NO_CHANGES))
    return None


@dataclass(frozen=True, slots=True)
class LineColumns:
    """Many lines as columns, in the order of their numbers; `block` is an index into the list of blocks."""

    line_no: NDArray[np.int64]
    contact_key: NDArray[np.int32]
    block: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.line_no)

    def slice(self, start: int, stop: int) -> LineColumns:
        """The lines from `start` up to `stop`, counted from 0."""
        return LineColumns(self.line_no[start:stop], self.contact_key[start:stop], self.block[start:stop])

    def take(self, places: NDArray[np.int64]) -> LineColumns:
        """The lines at these places, counted from 0."""
        return LineColumns(self.line_no[places], self.contact_key[places], self.block[places])


def line_columns(blocks: Sequence[LineBlock]) -> LineColumns:
    """All lines on the segment."""
    numbers, keys, indexes = [], [], []
    for index, block in enumerate(blocks):
        if block.alive:
            alive = block.alive.to_array()
            ranks = np.searchsorted(block.contacts.to_array(), alive)
            numbers.append(block.first_line_no + LINE_STEP * ranks.astype(np.int64))
            keys.append(alive.astype(np.int32))
            indexes.append(np.full(len(alive), index, dtype=np.int32))
    if not numbers:
        nothing = np.empty(0, dtype=np.int32)
        return LineColumns(nothing.astype(np.int64), nothing, nothing)
    columns = LineColumns(np.concatenate(numbers), np.concatenate(keys), np.concatenate(indexes))
    order = np.argsort(columns.line_no, kind="stable")
    return columns.take(order)
