"""What can become of letters and mails: sent, not sent and why, held up, sent again (domain B11, B13).

As for other amendments, the entries of one stream are counted from 0; `first` is the number of the first.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time
from typing import ClassVar, Literal

import msgspec

from domain.contact_set import ContactSet
from domain.errors import Conflict, NoDocument
from domain.vocabulary import CorrespondenceType

DeliveryError = Literal[
    "canceled",
    "contact_gone",
    "contact_erased",
    "privacy_blocked",
    "opted_out",
    "no_address",
    "no_document",
    "not_printable",
    "unreadable",
    "no_office",
    "fax",
    "refused",
    "not_accepted",
    "uncertain",
]
"""Why an entry could not be delivered; see docs/operations.md for what each means."""

RESEND_PREFIX = "Resend:"
DESCRIPTION_LENGTH = 100


class InteractionsDelivered(msgspec.Struct, frozen=True):
    """Letters were made ready for the printer, or mails accepted by the mail server (domain B11).

    `sha256s` are the digests of the documents that went out, in the order of the entries.
    """

    topic: ClassVar[str] = "interactions.delivered.1"
    first: int
    entries: ContactSet
    sha256s: tuple[str, ...] = ()


class DeliveryFailed(msgspec.Struct, frozen=True, omit_defaults=True):
    """Entries could not be delivered, all for the same reason; `detail` is what the mail server said."""

    topic: ClassVar[str] = "interactions.delivery-failed.1"
    first: int
    entries: ContactSet
    reason: DeliveryError
    detail: str | None = None


class DeliveryPaused(msgspec.Struct, frozen=True):
    """Nothing more is sent of these interactions until somebody lets it go on."""

    topic: ClassVar[str] = "interactions.delivery-paused.1"
    first: int


class DeliveryContinued(msgspec.Struct, frozen=True):
    """What was held up is sent after all."""

    topic: ClassVar[str] = "interactions.delivery-continued.1"
    first: int


class InteractionsSentAgain(msgspec.Struct, frozen=True, omit_defaults=True):
    """The same letters are to be sent once more, perhaps in another way than before (domain B13)."""

    topic: ClassVar[str] = "interactions.sent-again.1"
    first: int
    entries: ContactSet
    correspondence_type: CorrespondenceType | None = None
    """None: as each entry says."""


class InteractionsLoggedAgain(msgspec.Struct, frozen=True, omit_defaults=True):
    """Entries of a logged segment were logged once more, with fresh letters (domain B13).

    The n-th of `sources`, which are counted from `source_first`, becomes the n-th new entry.
    """

    topic: ClassVar[str] = "interactions.logged-again.1"
    first_interaction_no: int
    segment_no: str
    logged_segment_entry_no: int
    source_first: int
    sources: ContactSet
    date: date
    time_of_interaction: time
    correspondence_type: CorrespondenceType | None = None
    """None: as each entry says."""

    def source_of(self, entry_no: int) -> int:
        """The entry that this one was made of."""
        return self.source_first + self.sources[entry_no - self.first_interaction_no]


def outcomes(
    first: int, sent: Mapping[int, str], failed: Mapping[int, tuple[DeliveryError, str | None]]
) -> tuple[InteractionsDelivered | DeliveryFailed, ...]:
    """What came of entries, by number: the digests of those sent, why the others were not (domain B11)."""
    events: list[InteractionsDelivered | DeliveryFailed] = []
    if sent:
        numbers = sorted(sent)
        entries = ContactSet(number - first for number in numbers)
        events.append(InteractionsDelivered(first, entries, tuple(sent[number] for number in numbers)))
    by_reason: dict[tuple[DeliveryError, str | None], list[int]] = {}
    for number, why in sorted(failed.items()):
        by_reason.setdefault(why, []).append(number - first)
    events += [
        DeliveryFailed(first, ContactSet(entries), reason, detail)
        for (reason, detail), entries in by_reason.items()
    ]
    return tuple(events)


class Sendable(msgspec.Struct, frozen=True):
    """An entry of a logged segment that has a document, as it stands."""

    entry_no: int
    correspondence_type: CorrespondenceType | None
    in_progress: bool


def choose_again(entries: list[Sendable], correspondence_type: CorrespondenceType | None) -> list[int]:
    """The entries that can be sent again: with a way to go, and not on their way (domain B13).

    Raises NoDocument, Conflict.
    """
    able = [entry for entry in entries if correspondence_type or entry.correspondence_type]
    if not able:
        raise NoDocument(
            "Nothing can be sent again: no interaction that is wanted has both a document and a type."
        )
    idle = [entry.entry_no for entry in able if not entry.in_progress]
    if not idle:
        raise Conflict("Everything that could be sent again is on its way already.")
    return idle


def resend_description(description: str | None) -> str:
    """The description of an entry that is logged again: 'Resend:' before it, once (domain B13)."""
    text = description or ""
    if text.startswith(RESEND_PREFIX):
        return text
    return f"{RESEND_PREFIX} {text}".rstrip()[:DESCRIPTION_LENGTH]
