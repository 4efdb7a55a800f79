"""Use cases of history: the feed of events, and the story of a segment in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import msgspec
from eventsourcing.persistence import StoredEvent
from psycopg.sql import SQL

from application.field_words import Language
from application.history_words import ERASED, tell
from application.journal import Journal
from application.segments import Segments, stream_of
from application.story import steps_of
from domain.errors import NotFound
from domain.segment.difference import Difference, LineChange, difference
from domain.segment.line_values import SegmentLine
from domain.segment.lineage import Lineage, Step, lineage
from domain.segment.state import Segment

MOST_SHOWN = 1_000
"""So many changes of lines are told as they were shown: for each the contact is read as it was."""


class FedEvent(msgspec.Struct, frozen=True):
    """An event as it is given to readers of the feed.

    `data` is as it was recorded; what is personal in it is blank if its contact was `erased`.
    """

    position: int
    stream: str
    version: int
    type: str
    at: str
    user_id: str
    data: Any
    erased: bool = False


class ToldStep(msgspec.Struct, frozen=True):
    """One step of a segment's story."""

    position: int
    stream: str
    version: int
    type: str
    at: datetime
    user_id: str
    text: str
    number_of_lines: int


class Story(msgspec.Struct, frozen=True):
    """Some steps of a segment's story, and how many there are in all."""

    steps: list[ToldStep]
    versions: int


class FeedPage(msgspec.Struct, frozen=True):
    """Events in order, and where to go on; all events up to there have been looked at."""

    events: list[FedEvent]
    next_after: int


class ComparedSegment(msgspec.Struct, frozen=True):
    """What two versions of a segment differ in, and what happened between them."""

    before: Lineage
    after: Lineage
    difference: Difference
    steps: list[ToldStep]


class History:
    """Looking back."""

    def __init__(self, journal: Journal, segments: Segments) -> None:
        self.journal = journal
        self.segments = segments

    def events(
        self, *, after: int, limit: int, stream: str | None = None, type_: str | None = None
    ) -> FeedPage:
        """Events after a position, in order, of one stream or type only if asked."""
        log = self.journal.log
        conditions = [SQL("notification_id > %(after)s AND notification_id <= %(head)s")]
        conditions += [SQL("originator_id = %(stream)s")] if stream is not None else []
        conditions += [SQL("topic = %(type)s")] if type_ is not None else []
        # Whoever has read up to the head will never find a new event before it: commits come in its order.
        head = log.position()
        if after >= head:
            return FeedPage([], after)
        with log.datastore.get_connection() as connection:
            rows = connection.execute(
                SQL(
                    "SELECT notification_id, originator_id, originator_version, topic, state FROM log_events"
                    " WHERE {} ORDER BY notification_id LIMIT %(limit)s"
                ).format(SQL(" AND ").join(conditions)),
                {"after": after, "head": head, "stream": stream, "type": type_, "limit": limit},
            ).fetchall()
        stored = [
            StoredEvent(row["originator_id"], row["originator_version"], row["topic"], bytes(row["state"]))
            for row in rows
        ]
        found = [
            FedEvent(
                row["notification_id"],
                row["originator_id"],
                row["originator_version"],
                row["topic"],
                state["at"],
                state["user_id"],
                state["data"],
                erased,
            )
            for row, (state, erased) in zip(rows, log.events_mapper.readable(stored), strict=True)
        ]
        return FeedPage(found, found[-1].position if len(found) == limit else head)

    def segment(self, no: str, language: Language, *, after: int, limit: int) -> Story:
        """The story of a segment after a version, whatever became of it. Raises NotFound."""
        steps = steps_of(self.journal, no)
        return Story(told(steps, language, after=after, limit=limit), len(steps))

    def compare(self, no: str, before: int, after: int, language: Language) -> ComparedSegment:
        """What two versions of a segment differ in. Raises NotFound.

        The later may come first: then all is told backwards, as what it takes to become the earlier.
        """
        steps = steps_of(self.journal, no, version=max(before, after))
        if min(before, after) < 1:
            raise NotFound(f"Segment {no} has no such version.")
        one, other = lineage(steps[:before]), lineage(steps[:after])
        between = told(steps, language, after=min(before, after))
        differ = difference(one.segment, other.segment)
        changes = self._as_shown(
            differ.line_changes,
            (one.segment, steps[before - 1].position),
            (other.segment, steps[after - 1].position),
        )
        return ComparedSegment(
            one,
            other,
            replace(differ, line_changes=changes),
            between if before <= after else between[::-1],
        )

    def _as_shown(
        self, changes: Sequence[LineChange], was: tuple[Segment, int], is_now: tuple[Segment, int]
    ) -> tuple[LineChange, ...]:
        """Changes with what lines showed of their contacts at the two moments, of the first lines."""
        numbers = {change.line_no for change in changes[:MOST_SHOWN] if change.of_contact}
        if not numbers:
            return tuple(changes)
        old, new = (self._lines(numbers, *side) for side in (was, is_now))
        found = []
        for change in changes:
            if not change.of_contact or change.line_no not in numbers:
                found.append(change)
                continue
            values = [getattr(side[change.line_no], change.field) for side in (old, new)]
            if values[0] != values[1]:
                found.append(msgspec.structs.replace(change, old=values[0], new=values[1]))
        return tuple(found)

    def _lines(self, numbers: Iterable[int], segment: Segment, position: int) -> dict[int, SegmentLine]:
        lines = [line for number in numbers if (line := segment.line(number)) is not None]
        return {line.line_no: line for line in self.segments.show(lines, position)}


def told(
    steps: Sequence[Step], language: Language, *, after: int = 0, limit: int | None = None
) -> list[ToldStep]:
    """Steps in words: those after a version, and so many of them at most."""
    found: list[ToldStep] = []
    segment = Segment()
    for step in steps:
        if limit is not None and len(found) == limit:
            break
        text = tell(step.event, segment, language) if step.version > after else ""
        if step.erased and text:
            text += f" {ERASED[language]}"
        segment.apply(step.event, step.user_id, step.at)
        if step.version > after:
            found.append(
                ToldStep(
                    position=step.position,
                    stream=stream_of(segment.no),
                    version=step.version,
                    type=str(getattr(step.event, "topic", "")),
                    at=step.at,
                    user_id=step.user_id,
                    text=_with_one_stop(text),
                    number_of_lines=segment.number_of_lines,
                )
            )
    return found


def _with_one_stop(sentence: str) -> str:
    """A sentence that ends with a value which ends with a full stop itself; a range stays open."""
    return sentence[:-1] if sentence.endswith("..") and not sentence.endswith("...") else sentence
