"""What can happen to a segment. Each event holds its outcome, so that replaying asks no other system."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, ClassVar, Literal

import msgspec

from domain.contact_set import EMPTY, ContactSet
from domain.document import Document
from domain.segment.header import Header, HeaderChanges
from domain.segment.lines import LineBlock, LineChanges, LineStart, OwnLine
from domain.vocabulary import CriteriaActionKind, given


class CriteriaOptions(msgspec.Struct, frozen=True, omit_defaults=True):
    """The options of Add Contacts, and the one of Reduce and Refine (domain A5)."""

    allow_existing_contacts: bool = False
    expand_companies: bool = False
    allow_related_companies: bool = False
    ignore_exclusion: bool = False
    entire_companies: bool = False


class Exclusion(msgspec.Struct, frozen=True, omit_defaults=True):
    """Open segments and logged segments whose contacts Add Contacts leaves out."""

    segments: tuple[str, ...] = ()
    logged_segments: tuple[int, ...] = ()


class Skipped(msgspec.Struct, frozen=True):
    """The contacts that Add Contacts left out, by the reason (domain B5)."""

    already_on_segment: ContactSet = EMPTY
    excluded: ContactSet = EMPTY
    privacy_blocked: ContactSet = EMPTY
    elsewhere: ContactSet = EMPTY
    """Those of the segments that were to be left out."""

    def counts(self) -> dict[str, int]:
        """How many they are, by the reason."""
        return {name: len(getattr(self, name)) for name in self.__struct_fields__}


NOTHING_SKIPPED = Skipped()


class SegmentCreated(msgspec.Struct, frozen=True):
    topic: ClassVar[str] = "segment.created.1"
    no: str
    header: Header
    follow_up_on: int | None = None
    """The entry number of the logged segment that this one follows up."""


Scope = Literal["none", "same_template", "all"]


class HeaderChanged(msgspec.Struct, frozen=True, omit_defaults=True):
    topic: ClassVar[str] = "segment.header-changed.1"
    changes: HeaderChanges
    lines: LineChanges = LineChanges()
    """What the lines in `scope` take over, their personal values overwritten (domain B2.2)."""
    scope: Scope = "none"


class LineAdded(msgspec.Struct, frozen=True, omit_defaults=True):
    """A contact was put on a line by hand, which is criteria action `action_no` (domain B3.6)."""

    topic: ClassVar[str] = "segment.line-added.1"
    action_no: int
    line_no: int
    contact_key: int
    contact_no: str
    start: LineStart
    changes: LineChanges = LineChanges()
    excluded: bool = False
    """Whether the contact was excluded from segments then: who is picked by hand is meant (domain B3.6)."""


class LineChanged(msgspec.Struct, frozen=True, omit_defaults=True):
    topic: ClassVar[str] = "segment.line-changed.1"
    line_no: int
    contact_no: str
    changes: LineChanges
    dropped: tuple[str, ...] = ()
    """Values that the line had of its own and takes from its block again."""


class LineRemoved(msgspec.Struct, frozen=True):
    """A line was deleted by hand, which is criteria action `action_no` (domain B3.6)."""

    topic: ClassVar[str] = "segment.line-removed.1"
    action_no: int
    line_no: int
    contact_no: str


class CriteriaApplied(msgspec.Struct, frozen=True):
    """Contacts were selected by criteria, on the contacts as they were at `contacts_position`.

    `added` starts a block at `first_line_no`; every line of the contacts in `removed` left the segment.
    """

    topic: ClassVar[str] = "segment.criteria-applied.1"
    action_no: int
    action: CriteriaActionKind
    filters: dict[str, Any]
    options: CriteriaOptions
    contacts_position: int
    lines_added: int = 0
    lines_removed: int = 0
    first_line_no: int = 0
    start: LineStart | None = None
    added: ContactSet = EMPTY
    removed: ContactSet = EMPTY
    skipped: Skipped = NOTHING_SKIPPED
    exclude: Exclusion | None = None
    saved_criteria: str | None = None
    """The code of the saved criteria that this action came from."""


class ReusedLines(msgspec.Struct, frozen=True):
    """Contacts of a logged segment that share their campaign, as one block of new lines."""

    first_line_no: int
    contacts: ContactSet
    start: LineStart


class LoggedSegmentReused(msgspec.Struct, frozen=True):
    """The contacts of a logged segment were put on lines, duplicates included (domain B9)."""

    topic: ClassVar[str] = "segment.logged-segment-reused.1"
    action_no: int
    entry_no: int
    contacts_position: int
    lines: tuple[ReusedLines, ...]
    skipped: Skipped = NOTHING_SKIPPED
    no_longer_known: ContactSet = EMPTY
    """Contacts that were deleted meanwhile."""
    ignore_exclusion: bool = False
    """Whether excluded contacts came too; events of long ago do not say so."""
    only: dict[str, Any] = {}
    """The filters that the interactions were to meet, where a follow-up did not take all (domain B10.7)."""

    @property
    def filters(self) -> dict[str, Any]:
        """The same people as a criteria action would find them, so that it can be saved (domain B8)."""
        return {"interaction_log_entry": {"logged_segment_entry_no": str(self.entry_no)} | self.only}


class ActionUndone(msgspec.Struct, frozen=True):
    topic: ClassVar[str] = "segment.action-undone.1"
    action_no: int


class ActionRedone(msgspec.Struct, frozen=True):
    topic: ClassVar[str] = "segment.action-redone.1"
    action_no: int


class CriteriaReset(msgspec.Struct, frozen=True):
    topic: ClassVar[str] = "segment.criteria-reset.1"


class DocumentAttached(msgspec.Struct, frozen=True, omit_defaults=True):
    """The segment, or one line of it, has its own document in a language from now on (domain B4).

    The first one of a segment also gives it its language and subject; `line_no` makes it a personal one.
    """

    topic: ClassVar[str] = "segment.document-attached.1"
    document: Document
    line_no: int | None = None
    contact_no: str | None = None


class DocumentRemoved(msgspec.Struct, frozen=True, omit_defaults=True):
    """The segment, or a line, has no document of its own in this language any more (domain B4)."""

    topic: ClassVar[str] = "segment.document-removed.1"
    language_code: str | None
    line_no: int | None = None
    contact_no: str | None = None


class SegmentDeleted(msgspec.Struct, frozen=True):
    topic: ClassVar[str] = "segment.deleted.1"


class CampaignEntryMade(msgspec.Struct, frozen=True, omit_defaults=True):
    """One campaign entry for all lines of a campaign (domain B10.2)."""

    entry_no: int
    campaign_no: str
    date: date
    salesperson_code: str


class SegmentLogged(msgspec.Struct, frozen=True):
    """Every line became an interaction log entry, numbered from `first_interaction_no` in line order.

    Holds the lines as they were and every decision that logging took: `type_blanked` are the entries whose
    correspondence type became blank because there is no address (domain B10.3), counted from 0.
    """

    topic: ClassVar[str] = "segment.logged.1"
    entry_no: int
    segment_no: str
    description: str
    creation_date: date
    contacts_position: int
    first_interaction_no: int
    number_of_interactions: int
    blocks: tuple[LineBlock, ...]
    own_lines: tuple[OwnLine, ...] = ()
    campaign_entries: tuple[CampaignEntryMade, ...] = ()
    type_blanked: ContactSet = EMPTY
    follow_up_segment_no: str | None = None
    deliver: bool = False
    """Whether entries with a correspondence type are to be sent (domain B10.3)."""

    def documents(self) -> Iterator[Document]:
        """Every document that an entry may have."""
        for block in self.blocks:
            yield from block.start.documents
        for line in self.own_lines:
            own = given(line.changes)
            yield from own.get("documents", ())
            yield from own.get("personal_documents", ())


SegmentEvent = (
    SegmentCreated
    | HeaderChanged
    | LineAdded
    | LineChanged
    | LineRemoved
    | CriteriaApplied
    | LoggedSegmentReused
    | ActionUndone
    | ActionRedone
    | CriteriaReset
    | DocumentAttached
    | DocumentRemoved
    | SegmentDeleted
    | SegmentLogged
)
