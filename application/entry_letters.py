"""The letters of interaction log entries, however the entries came to be (domain B12, B13)."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from threading import Lock

from msgspec.structs import replace as replaced

from application.journal import Journal
from application.letters import Erased, Letter, Letters
from application.segments import stream_of
from domain.delivery import InteractionsLoggedAgain
from domain.interaction import Interaction, InteractionLogged, InteractionResumed
from domain.segment.events import SegmentLogged
from domain.segment.lines import NO_CHANGES, Line, LineChanges, after, find_line, line_columns
from eventstore.event import Event
from projections.delivery_queries import again_entries
from projections.read_models import ReadModels

REMEMBERED = 16
MAKING = (
    *(SegmentLogged.topic, InteractionLogged.topic, InteractionResumed.topic),
    InteractionsLoggedAgain.topic,
)
"""Events that make entries with letters; a stream has one of them, or the last one counts."""


class EntryLetters:
    """Makes letters again from the event that made the entries, and what was known then."""

    def __init__(self, journal: Journal, read_models: ReadModels, letters: Letters) -> None:
        self.journal = journal
        self.read_models = read_models
        self.letters = letters
        self._made: OrderedDict[str, tuple[int, Event]] = OrderedDict()
        self._lock = Lock()
        journal.log.forgetting.append(self._forget)

    def _forget(self) -> None:
        """Remarks are in the events."""
        with self._lock:
            self._made = OrderedDict()

    def of(self, stream: str, entry_nos: Sequence[int]) -> dict[int, Letter | Erased | None]:
        """The letters of entries of one stream by number; None for one without a document."""
        position, made = self._making(stream)
        event = made.data
        if isinstance(event, SegmentLogged):
            return dict(zip(entry_nos, self.letters.of_entries(event, position, entry_nos), strict=True))
        if isinstance(event, InteractionsLoggedAgain):
            return self._again(event, position, entry_nos)
        value: Interaction = event.value
        return {number: self.letters.of_interaction(value, number, position) for number in entry_nos}

    def origin(self, stream: str) -> tuple[int, str]:
        """Where the entries of a stream were made: the position, and a name that nothing else has."""
        position, made = self._making(stream)
        return position, f"{stream} {made.envelope.command_id}"

    def _again(
        self, event: InteractionsLoggedAgain, position: int, entry_nos: Sequence[int]
    ) -> dict[int, Letter | Erased | None]:
        """Fresh letters: contact and date of the day they were logged again, the rest as the entry says."""
        logged: SegmentLogged = self._making(stream_of(event.segment_no))[1].data
        numbers = line_columns(logged.blocks).line_no
        own = {line.line_no: line.changes for line in logged.own_lines}
        with self.read_models.cursor() as cursor:
            said = {entry.entry_no: entry for entry in again_entries(cursor, entry_nos)}
        lines: list[tuple[int, Line]] = []
        for entry_no in entry_nos:
            if entry_no not in said:
                continue
            line_no = int(numbers[event.source_of(entry_no) - logged.first_interaction_no])
            line = find_line(logged.blocks, {}, line_no)
            assert line is not None, f"entry {entry_no} was made of line {line_no}"
            entry = said[entry_no]
            changes = LineChanges(
                date=event.date,
                description=entry.description,
                language_code=entry.interaction_language_code,
                language_fixed=True,
                subject=entry.subject,
                contact_alternative_address_code=entry.contact_alternative_address_code,
                salesperson_code=entry.salesperson_code,
            )
            if event.correspondence_type is not None:
                changes = replaced(
                    changes, correspondence_type=event.correspondence_type, correspondence_type_fixed=True
                )
            changed = after(own.get(line_no, NO_CHANGES), changes)
            lines.append((entry_no, Line(line_no, line.contact_key, line.block, changed)))
        made = self.letters.of_lines(lines, logged.segment_no, position - 1)
        found: dict[int, Letter | Erased | None] = dict.fromkeys(entry_nos)
        return found | {number: letter for (number, _), letter in zip(lines, made, strict=True)}

    def _making(self, stream: str) -> tuple[int, Event]:
        """The event that made the entries of a stream, with its position."""
        with self._lock:
            kept = self._made
            if stream in kept:
                kept.move_to_end(stream)
                return kept[stream]
        made = next(
            self.journal.log.events_where(
                "originator_id = %s AND topic = ANY(%s) ORDER BY originator_version DESC LIMIT 1",
                *(stream, list(MAKING)),
            ),
            None,
        )
        assert made is not None, f"{stream} made no entries"
        with self._lock:
            # Into what was there before it was read: if that was forgotten meanwhile, so is this.
            kept[stream] = made
            while len(kept) > REMEMBERED:
                kept.popitem(last=False)
        return made
