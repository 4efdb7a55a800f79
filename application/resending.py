"""Use cases of deliveries under way and past: hold up, let go on, send again, opt out (domain B11, B13)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time

import msgspec
import numpy as np
from msgspec.structs import replace as replaced

from application.contacts import Contacts
from application.delivery_words import delivery_word
from application.field_words import Language
from application.interactions import interaction_stream, loaded, resend_stream
from application.journal import Caller, Changes, Journal, retried
from application.letter_files import stream_of as stream_of_entry
from application.logging_segments import INTERACTION
from application.looking_up import catch_up, look_up
from application.segments import logged_segment, stream_of
from correspondence import opt_out
from correspondence.mail_server import MailSettings
from correspondence.outbox import Outbox, Waiting
from domain.contact import ContactChanges
from domain.contact_set import ContactSet
from domain.delivery import (
    InteractionsLoggedAgain,
    InteractionsSentAgain,
    Sendable,
    choose_again,
    resend_description,
)
from domain.errors import Conflict, NoDocument, NotFound
from domain.interaction import InteractionLogged, SingleInteraction
from domain.segment.events import SegmentLogged
from domain.segment.lines import line_columns
from domain.segment.state import Segment
from domain.vocabulary import CorrespondenceType
from projections.delivery_queries import ALL, OnlyDelivered, filed_entry, sendable_entries
from projections.interaction_streams import place_of
from projections.read_models import ReadModels
from projections.selection import known_contacts

OUT_OF_REACH = "Nothing is logged again: every contact was deleted, or is blocked for privacy."
OPTED_OUT = "opt-out"
"""The user that an opt-out is recorded for: whoever has the link from the mail."""


class Resent(msgspec.Struct, frozen=True):
    """How many letters are on their way again, the first of new entries if there are any, the position."""

    count: int
    first_entry_no: int | None
    position: int


class Resending:
    """What can be done about deliveries."""

    def __init__(
        self,
        journal: Journal,
        read_models: ReadModels,
        contacts: Contacts,
        outbox: Outbox,
        settings: MailSettings | None,
    ) -> None:
        self.journal = journal
        self.read_models = read_models
        self.contacts = contacts
        self.outbox = outbox
        self.settings = settings

    @retried
    def pause(self, caller: Caller, entry_no: int, *, paused: bool) -> int:
        """Send no more of a logged segment, or go on; the position. Raises NotFound."""
        segment = logged_segment(self.journal, self.read_models, entry_no)
        assert segment.recorded is not None
        events = segment.recorded.pause(paused=paused)
        stream = stream_of(segment.no)
        return self.journal.record(
            caller,
            Changes(stream, segment.version, events),
            under_lock=[self.outbox.holding(stream, is_held=paused)],
        )

    @retried
    def resend_segment(
        self,
        caller: Caller,
        entry_no: int,
        correspondence_type: CorrespondenceType | None,
        *,
        update_merge_fields: bool,
        only: OnlyDelivered = ALL,
    ) -> Resent:
        """Send the letters of a logged segment once more (domain B13). Raises NotFound, NoDocument, Conflict.

        With `update_merge_fields` they are new entries with fresh letters, else the same ones again.
        """
        segment = logged_segment(self.journal, self.read_models, entry_no)
        chosen = choose_again(self._sendable(logged_segment=entry_no, only=only), correspondence_type)
        if update_merge_fields:
            return self._log_again(caller, segment, chosen, correspondence_type)
        assert segment.recorded is not None
        first = segment.recorded.first
        entries = ContactSet(number - first for number in chosen)
        event = InteractionsSentAgain(first, entries, correspondence_type)
        changes = Changes(stream_of(segment.no), segment.version, [event])
        return Resent(len(chosen), None, self.journal.record(caller, changes))

    @retried
    def resend_entry(
        self,
        caller: Caller,
        entry_no: int,
        correspondence_type: CorrespondenceType | None,
        *,
        update_merge_fields: bool,
    ) -> Resent:
        """Send the letter of one entry once more (domain B13). Raises NotFound, NoDocument, Conflict."""
        if look_up(self.journal, self.read_models, lambda cursor: place_of(cursor, entry_no)) is None:
            raise NotFound.named("interaction log entry", entry_no)
        with self.read_models.cursor() as cursor:
            entry = filed_entry(cursor, entry_no)
        if entry is None:
            raise NoDocument(f"Interaction log entry {entry_no} has no document.")
        stream = stream_of_entry(entry)
        aggregate, recorded = loaded(self.journal, stream)
        sendable = self._sendable(entry_no=entry_no)
        chosen = choose_again(sendable, correspondence_type)
        if not update_merge_fields:
            event = InteractionsSentAgain(
                recorded.first, ContactSet([entry_no - recorded.first]), correspondence_type
            )
            changes = Changes(stream, aggregate.version, [event])
            return Resent(1, None, self.journal.record(caller, changes))
        if isinstance(aggregate, Segment):
            return self._log_again(caller, aggregate, chosen, correspondence_type)
        # As the entry says by now: what it was made of may say something else.
        kind = correspondence_type or sendable[0].correspondence_type
        if isinstance(aggregate, SingleInteraction):
            return self._record_again(caller, aggregate, kind)
        assert aggregate.event is not None
        made, source = aggregate.event, aggregate.event.source_of(entry_no)
        segment = self.journal.load(stream_of(made.segment_no), Segment)
        assert segment is not None
        assert segment.recorded is not None
        if source - segment.recorded.first in segment.recorded.deleted:
            raise Conflict(f"Interaction log entry {source}, of which this one was made, was deleted.")
        return self._log_again(caller, segment, [source], kind)

    def _log_again(
        self,
        caller: Caller,
        segment: Segment,
        numbers: list[int],
        correspondence_type: CorrespondenceType | None,
    ) -> Resent:
        assert segment.logged is not None
        numbers = self._within_reach(segment.logged, numbers)
        counters = self.journal.log.counters
        first, source_first = counters.next_of(INTERACTION), segment.logged.first_interaction_no
        event = InteractionsLoggedAgain(
            first_interaction_no=first,
            segment_no=segment.no,
            logged_segment_entry_no=segment.logged.entry_no,
            source_first=source_first,
            sources=ContactSet(number - source_first for number in numbers),
            date=caller.work_date,
            time_of_interaction=_now(),
            correspondence_type=correspondence_type,
        )
        position = self.journal.record(
            caller,
            Changes(resend_stream(first), 0, [event]),
            under_lock=[counters.claiming(INTERACTION, first, len(numbers))],
            # The entries that are logged again must still be there when that is recorded.
            relying_on={stream_of(segment.no): segment},
        )
        return Resent(len(numbers), first, position)

    def _within_reach(self, logged: SegmentLogged, numbers: list[int]) -> list[int]:
        """The entries whose own contacts still exist and are not blocked: nobody else gets a new one.

        An entry of a deleted person is its company's by now, but no letter to the company. Raises Conflict.
        """
        entries = np.array(numbers)
        keys = line_columns(logged.blocks).contact_key[entries - logged.first_interaction_no]
        known = known_contacts(self.read_models, ContactSet.from_array(keys))
        within = np.isin(keys, (known.selected - known.privacy_blocked).to_array())
        if not within.any():
            raise Conflict(OUT_OF_REACH)
        found: list[int] = entries[within].tolist()
        return found

    def _record_again(
        self, caller: Caller, single: SingleInteraction, correspondence_type: CorrespondenceType | None
    ) -> Resent:
        contact_no = single.value.contact_no
        contact = None if contact_no is None else self.contacts.find(contact_no)
        if contact is None or contact.value.privacy_blocked:
            raise Conflict(OUT_OF_REACH)
        counters = self.journal.log.counters
        first = counters.next_of(INTERACTION)
        value = replaced(
            single.value,
            date=caller.work_date,
            time_of_interaction=_now(),
            description=resend_description(single.value.description),
            correspondence_type=correspondence_type,
        )
        position = self.journal.record(
            caller,
            Changes(interaction_stream(first), 0, [InteractionLogged(first, value, deliver=True)]),
            under_lock=[counters.claiming(INTERACTION, first, 1)],
        )
        return Resent(1, first, position)

    def _sendable(
        self, *, logged_segment: int | None = None, entry_no: int | None = None, only: OnlyDelivered = ALL
    ) -> list[Sendable]:
        """What could be sent again, as of now: a letter on its way must not be sent twice."""
        catch_up(self.journal, self.read_models, "contacts")
        with self.read_models.cursor() as cursor:
            return sendable_entries(cursor, logged_segment=logged_segment, entry_no=entry_no, only=only)

    # Why something waits

    def waits_for(self, segment_no: str, language: Language = "en", *, paused: bool) -> str | None:
        """What the letters of a logged segment wait for, in a sentence; None if they just take their time."""
        waiting = self.outbox.waiting(stream_of(segment_no))
        if not waiting:
            return None
        if paused:
            return delivery_word(language, "wait_paused")
        mails = any(one.channel == "mail" for one in waiting)
        return (self._mails_stop_for(language) if mails else None) or _last_said(waiting, language)

    def mail_waits_for(self) -> str | None:
        """What mails wait for, of any logged segment, in a sentence of English: for whoever runs this."""
        mails = [one for one in self.outbox.waiting() if one.channel == "mail"]
        return self._mails_stop_for("en") or _last_said(mails, "en")

    def _mails_stop_for(self, language: Language) -> str | None:
        if self.settings is None:
            return delivery_word(language, "wait_no_server")
        if not self.settings.is_open(datetime.now().time()):
            return delivery_word(language, "wait_until", at=self.settings.not_before or time.min)
        return None

    # Opting out

    def opt_out_key(self, token: str) -> int | None:
        """Whose link this is."""
        return opt_out.number_of(self.outbox.opt_out_secret(), token)

    def opt_out(self, key: int) -> int | None:
        """Leave a contact out of segments from now on; the position, None if there is no such contact."""
        with self.read_models.cursor() as cursor:
            row = cursor.execute("SELECT no FROM contact WHERE key = %s", (key,)).fetchone()
        contact = self.contacts.find(row["no"]) if row else None
        if contact is None or contact.erased or contact.value.exclude_from_segment:
            return None
        caller = Caller(OPTED_OUT, "marketer", date.today())
        return self.contacts.change(caller, contact.no, ContactChanges(exclude_from_segment=True))[1]


def _last_said(waiting: Iterable[Waiting], language: Language) -> str | None:
    said = next((one.said for one in waiting if one.said), None)
    return delivery_word(language, "wait_said", said=said) if said else None


def _now() -> time:
    return datetime.now().time().replace(second=0, microsecond=0)
