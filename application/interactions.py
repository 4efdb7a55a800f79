"""Use cases of recorded interactions: cancel, evaluate, comment, delete (domain B14, B15)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date

from msgspec.structs import replace as replaced

from application.journal import Caller, Changes, Journal, retried
from application.looking_up import catch_up, look_up
from application.segments import logged_segment, stream_of
from domain.amendments import (
    Amendment,
    CampaignEntry,
    CampaignEntryDeleted,
    InteractionCommentChanged,
    InteractionCommentDeleted,
    InteractionCommented,
    InteractionsCanceled,
    InteractionsUncanceled,
    LoggedAgain,
    RecordedInteractions,
)
from domain.contact_set import ContactSet
from domain.errors import NotFound, ParentCanceled
from domain.interaction import SingleInteraction
from domain.segment.logging import entries_of_campaign
from domain.segment.state import Segment
from domain.vocabulary import Evaluation
from projections.interaction_streams import (
    CampaignEntryPlace,
    EntryPlace,
    campaign_entries,
    canceled_campaign_entries,
    entries_to_delete,
    place_of,
    places_of,
    resends_of,
)
from projections.read_models import ReadModels

Amend = Callable[[RecordedInteractions], tuple[Amendment, ...]]
AmendSome = Callable[[RecordedInteractions, ContactSet], tuple[Amendment, ...]]


def interaction_stream(entry_no: int) -> str:
    """The name of the stream of events of a single interaction."""
    return f"interaction-{entry_no}"


def resend_stream(first_no: int) -> str:
    """The name of the stream of events of entries that were logged again."""
    return f"resend-{first_no}"


def campaign_entry_stream(entry_no: int) -> str:
    """The name of the stream of events of a campaign entry itself."""
    return f"campaign-entry-{entry_no}"


Recorder = Segment | SingleInteraction | LoggedAgain


def loaded(journal: Journal, stream: str) -> tuple[Recorder, RecordedInteractions]:
    """What keeps the interactions of a stream, and what is known of them."""
    aggregate: Recorder | None
    if stream.startswith("segment-"):
        segment = journal.load(stream, Segment)
        assert segment is not None
        assert segment.recorded is not None
        return segment, segment.recorded
    if stream.startswith("resend-"):
        aggregate = journal.load(stream, LoggedAgain)
    else:
        aggregate = journal.load(stream, SingleInteraction)
    assert aggregate is not None
    return aggregate, aggregate.recorded


class Interactions:
    """Interactions after they were recorded."""

    def __init__(self, journal: Journal, read_models: ReadModels) -> None:
        self.journal = journal
        self.read_models = read_models

    # Logged segments and campaign entries

    @retried
    def cancel_logged_segment(
        self, caller: Caller, entry_no: int, *, canceled: bool, reason: str | None = None
    ) -> int:
        """Cancel a logged segment with all its entries, or take that back. Raises NotFound."""
        segment = self._logged(entry_no)
        assert segment.recorded is not None
        recorded = segment.recorded

        def amend(recorded: RecordedInteractions) -> tuple[Amendment, ...]:
            return recorded.cancel_all(reason) if canceled else recorded.uncancel_all(reason)

        with self.read_models.cursor() as cursor:
            again = [self._resent(resend.first_no, amend) for resend in resends_of(cursor, segment.no)]
        changes = Changes(stream_of(segment.no), segment.version, amend(recorded))
        return self.journal.record(caller, changes, *again)

    @retried
    def delete_logged_segment(self, caller: Caller, entry_no: int) -> int:
        """Take a canceled logged segment off the list. Raises NotFound, NotCanceled."""
        segment = self._logged(entry_no)
        assert segment.recorded is not None
        events = segment.recorded.delete_logged_segment()
        with self.read_models.cursor() as cursor:
            again = [
                self._resent(resend.first_no, RecordedInteractions.delete_logged_segment)
                for resend in resends_of(cursor, segment.no)
            ]
        changes = Changes(stream_of(segment.no), segment.version, events)
        return self.journal.record(caller, changes, *again)

    @retried
    def cancel_campaign_entry(
        self, caller: Caller, entry_no: int, *, canceled: bool, reason: str | None = None
    ) -> int:
        """Cancel a campaign entry with its interactions, or take that back. Raises Refused."""
        self._catch_up()
        with self.read_models.cursor() as cursor:
            entries = campaign_entries(cursor, [entry_no])
        if not entries:
            raise NotFound.named("campaign entry", entry_no)

        def amend(recorded: RecordedInteractions, entries: ContactSet) -> tuple[Amendment, ...]:
            if canceled:
                return recorded.cancel_campaign_entry(entry_no, entries, reason)
            return recorded.uncancel_campaign_entry(entry_no, entries, reason)

        changes = self._of_campaign_entry(entries[0], amend)
        own = self._own(entry_no)
        if own.deleted:
            raise NotFound.named("campaign entry", entry_no)
        if entries[0].canceled != canceled and not any(change.facts for change in changes):
            # No interaction is left that could say it, so it says it itself.
            event = InteractionsCanceled if canceled else InteractionsUncanceled
            facts = [event(0, ContactSet(), "campaign_entry", entry_no, reason)]
            changes = [Changes(campaign_entry_stream(entry_no), own.version, facts)]
        return self.journal.record(caller, *changes)

    @retried
    def delete_canceled_campaign_entries(self, caller: Caller, filters: Mapping[str, str]) -> tuple[int, int]:
        """Delete the canceled campaign entries that meet filters, with their interactions (domain B14).

        Returns how many, and the position. Raises InvalidFilter.
        """
        self._catch_up()
        with self.read_models.cursor() as cursor:
            entries = canceled_campaign_entries(cursor, filters, caller.work_date)
        count, changes = 0, list[Changes]()
        for entry in entries:
            own = self._own(entry.entry_no)
            if own.deleted:
                continue  # and still listed for a moment
            count += 1
            changes += self._of_campaign_entry(entry, RecordedInteractions.delete_canceled)
            gone = CampaignEntryDeleted(entry.entry_no, entry.campaign_no)
            changes.append(Changes(campaign_entry_stream(entry.entry_no), own.version, [gone]))
        return count, self.journal.record(caller, *_in_sequence(changes))

    def _own(self, entry_no: int) -> CampaignEntry:
        return self.journal.load(campaign_entry_stream(entry_no), CampaignEntry) or CampaignEntry()

    def _of_campaign_entry(self, entry: CampaignEntryPlace, amend: AmendSome) -> list[Changes]:
        """What happens to the interactions of a campaign entry, wherever their events are kept."""
        if entry.segment_no is None:
            return [self._single(no, lambda r: amend(r, ContactSet([0]))) for no in entry.singles]
        segment = self.journal.load(stream_of(entry.segment_no), Segment)
        assert segment is not None
        assert segment.logged is not None
        assert segment.recorded is not None
        events = amend(segment.recorded, entries_of_campaign(segment.logged, entry.campaign_no))
        changes = [Changes(stream_of(segment.no), segment.version, events)]
        with self.read_models.cursor() as cursor:
            resends = resends_of(cursor, segment.no, entry.entry_no)
        changes += [self._resent(one.first_no, _on(one.entries, amend)) for one in resends if one.entries]
        return changes

    # Entries

    @retried
    def cancel(self, caller: Caller, entry_no: int, *, canceled: bool, reason: str | None = None) -> int:
        """Cancel one entry, or take that back. Raises NotFound, ParentCanceled."""
        if not canceled:
            self._catch_up()  # to what its campaign entry is
        place = self._place(entry_no)

        def amend(recorded: RecordedInteractions) -> tuple[Amendment, ...]:
            offset = entry_no - recorded.first
            if canceled:
                return recorded.cancel(offset, reason)
            if place.campaign_entry_canceled and not recorded.is_canceled:
                raise ParentCanceled(
                    f"Campaign entry {place.campaign_entry_no} is canceled; uncancel that first."
                )
            return recorded.uncancel(offset, place.campaign_entry_no, reason)

        return self.journal.record(caller, self._amended(place, amend))

    @retried
    def evaluate(
        self,
        caller: Caller,
        entry_nos: Sequence[int],
        evaluation: Evaluation | None,
        reason: str | None = None,
    ) -> int:
        """Set one evaluation on all of these entries. Raises NotFound."""
        return self._amend_all(
            caller, entry_nos, lambda recorded, entries: recorded.evaluate(entries, evaluation, reason)
        )

    @retried
    def redate(self, caller: Caller, entry_nos: Sequence[int], day: date, reason: str) -> int:
        """Correct the date of all of these entries. Raises NotFound, Conflict."""
        return self._amend_all(
            caller, entry_nos, lambda recorded, entries: recorded.redate(entries, day, reason)
        )

    def _amend_all(self, caller: Caller, entry_nos: Sequence[int], amend: AmendSome) -> int:
        """The same for all of these entries, in one save."""
        wanted = set(entry_nos)
        places = look_up(
            *(self.journal, self.read_models),
            lambda cursor: places_of(cursor, entry_nos),
            enough=lambda found: len(found) == len(wanted),
        )
        if missing := wanted - {place.entry_no for place in places}:
            raise NotFound.named("interaction log entry", min(missing), "entry_nos")
        return self.journal.record(caller, *self._all_amended(places, amend))

    @retried
    def comment(self, caller: Caller, entry_no: int, comment: str) -> int:
        """Say something about an entry. Raises NotFound."""
        place = self._place(entry_no)
        return self.journal.record(
            caller, self._amended(place, lambda _: (InteractionCommented(entry_no, comment),))
        )

    @retried
    def change_comment(self, caller: Caller, entry_no: int, line_no: int, comment: str | None) -> int:
        """Give a comment another text, or take it away (domain B15). Raises NotFound."""
        place = self._place(entry_no)
        self._catch_up()
        with self.read_models.cursor() as cursor:
            known = cursor.execute(
                "SELECT comment FROM interaction_comment WHERE entry_no = %s AND line_no = %s",
                (entry_no, line_no),
            ).fetchone()
        if known is None:
            raise NotFound(f"Interaction log entry {entry_no} has no comment {line_no}.")
        facts: tuple[Amendment, ...] = (InteractionCommentDeleted(entry_no, line_no),)
        if comment is not None:
            same = known["comment"] == comment
            facts = () if same else (InteractionCommentChanged(entry_no, line_no, comment),)
        return self.journal.record(caller, self._amended(place, lambda _: facts))

    @retried
    def delete_canceled(self, caller: Caller, filters: Mapping[str, str]) -> tuple[int, int]:
        """Delete the canceled entries that meet filters; how many, and the position. Raises InvalidFilter."""
        self._catch_up()
        with self.read_models.cursor() as cursor:
            places = entries_to_delete(cursor, filters, caller.work_date)
        changes = self._all_amended(places, RecordedInteractions.delete_canceled)
        return len(places), self.journal.record(caller, *changes)

    # What they share

    def _catch_up(self) -> None:
        """What is chosen next must hold what was recorded before. Raises NotYetProjected."""
        catch_up(self.journal, self.read_models, "contacts")

    def _logged(self, entry_no: int) -> Segment:
        """The segment; what was logged again of it is found after this."""
        self._catch_up()
        return logged_segment(self.journal, self.read_models, entry_no)

    def _place(self, entry_no: int) -> EntryPlace:
        place = look_up(self.journal, self.read_models, lambda cursor: place_of(cursor, entry_no))
        if place is None:
            raise NotFound.named("interaction log entry", entry_no)
        return place

    def _all_amended(self, places: Iterable[EntryPlace], amend: AmendSome) -> list[Changes]:
        """The same for many entries: those whose events are kept together are amended together."""
        return [
            self._amended(members[0], _on([place.entry_no for place in members], amend))
            for members in _by_stream(places).values()
        ]

    def _amended(self, place: EntryPlace, amend: Amend) -> Changes:
        if place.segment_no is None:
            return self._single(place.entry_no, amend)
        if place.resend_no is not None:
            return self._resent(place.resend_no, amend, of=place.entry_no)
        segment = self.journal.load(stream_of(place.segment_no), Segment)
        assert segment is not None
        assert segment.recorded is not None
        facts = amend(segment.recorded)
        return _about_its_contact(stream_of(segment.no), segment, facts, segment, place.entry_no)

    def _resent(self, first_no: int, amend: Amend, *, of: int | None = None) -> Changes:
        """Amendments of what was logged again, of one entry or more."""
        again = self.journal.load(resend_stream(first_no), LoggedAgain)
        assert again is not None
        if of is None:
            return Changes(resend_stream(first_no), again.version, amend(again.recorded))
        made = again.event
        assert made is not None
        segment = self.journal.load(stream_of(made.segment_no), Segment)
        assert segment is not None
        source = made.source_of(of)
        return _about_its_contact(resend_stream(first_no), again, amend(again.recorded), segment, source)

    def _single(self, entry_no: int, amend: Amend) -> Changes:
        single = self.journal.load(interaction_stream(entry_no), SingleInteraction)
        assert single is not None
        facts = amend(single.recorded)
        return Changes(interaction_stream(entry_no), single.version, facts, single.value.contact_key)


def _about_its_contact(
    stream: str, aggregate: Segment | LoggedAgain, facts: Sequence[Amendment], segment: Segment, entry_no: int
) -> Changes:
    """Comments are personal to the contact whom the entry was logged with, also if that was deleted since."""
    is_personal = any(isinstance(fact, InteractionCommented | InteractionCommentChanged) for fact in facts)
    about = _contact_of_entry(segment, entry_no) if is_personal else None
    return Changes(stream, aggregate.version, facts, about)


def _contact_of_entry(segment: Segment, entry_no: int) -> int:
    """The key of the contact whom an entry of a logged segment is with."""
    assert segment.recorded is not None
    return int(segment.line_columns().contact_key[entry_no - segment.recorded.first])


def _on(entry_nos: Sequence[int], amend: AmendSome) -> Amend:
    """An amendment of these entries, which are counted from the first of their stream there."""
    return lambda recorded: amend(recorded, ContactSet(number - recorded.first for number in entry_nos))


def _by_stream(places: Iterable[EntryPlace]) -> dict[object, list[EntryPlace]]:
    found: dict[object, list[EntryPlace]] = {}
    for place in places:
        found.setdefault(place.resend_no or place.segment_no or -place.entry_no, []).append(place)
    return found


def _in_sequence(changes: Iterable[Changes]) -> list[Changes]:
    """Changes of one stream, each decided on the same version, one behind the other."""
    ahead: dict[str, int] = {}
    found: list[Changes] = []
    for change in changes:
        before = ahead.get(change.stream, 0)
        found.append(replaced(change, version=change.version + before))
        ahead[change.stream] = before + len(change.facts)
    return found
