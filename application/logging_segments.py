"""Use cases of logging: check, log with or without a follow-up, follow up later (domain B10)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime

import msgspec
from psycopg import Cursor
from psycopg.rows import DictRow

from application.journal import Caller, Changes, Journal, retried
from application.looking_up import catch_up, wait_for_them
from application.records import Found, Records
from application.segments import Segments, stream_of
from application.selecting import Selecting
from domain import records
from domain.contact_set import ContactSet
from domain.segment import logging
from domain.segment.events import SegmentCreated, SegmentEvent, SegmentLogged
from domain.segment.header import Header
from domain.segment.logging import CheckedLines, Numbers, logged_contacts, only_campaign
from domain.segment.selection import LoggedContacts
from domain.segment.state import Segment
from domain.setup import series_for
from eventstore.log import StaleVersionError
from eventstore.recorder import Alongside
from projections.logged_contacts import entries_like, standing_campaign_entries
from projections.logging_checks import check_lines
from projections.read_models import ReadModels

LOGGED_SEGMENT, INTERACTION, CAMPAIGN_ENTRY = "logged segment", "interaction log entry", "campaign entry"


class OnlyEntries(msgspec.Struct, frozen=True):
    """Which entries of a logged segment a follow-up takes; None means either way (domain B10.7)."""

    evaluation: str | None = None
    canceled: bool | None = None
    attempt_failed: bool | None = None
    delivery_status: str | None = None

    def filters(self) -> dict[str, str]:
        """The same as filters on interactions."""
        asked = msgspec.structs.asdict(self).items()
        return {name: str(value).lower() for name, value in asked if value is not None}


class LoggingSegments:
    """Turning worksheets into interactions."""

    def __init__(
        self,
        journal: Journal,
        read_models: ReadModels,
        known: Records,
        segments: Segments,
        selecting: Selecting,
    ) -> None:
        self.journal = journal
        self.read_models = read_models
        self.records = known
        self.segments = segments
        self.selecting = selecting

    def check(
        self, caller: Caller, no: str, *, send_attachments: bool, create_follow_up: bool = False
    ) -> tuple[int, int]:
        """Whether a segment can be logged: how many lines would be, and how many would be left out.

        Nothing is recorded. Raises Refused.
        """
        before = self.segments.for_command(caller, no)
        logging.check_header(before)
        segment, _, checked = self._checked(caller, before, send_attachments)
        logging.check_lines(checked)
        if create_follow_up:
            series_for(self.records.setup(), "segment", None)  # it would need a number
        return segment.number_of_lines, before.number_of_lines - segment.number_of_lines

    @retried
    def log(
        self, caller: Caller, no: str, *, send_attachments: bool, create_follow_up: bool
    ) -> tuple[SegmentLogged, int, int]:
        """Log a segment, all or nothing; the event, the position, and how many lines were left out because
        their contacts are blocked for privacy (domain B10). Raises Refused.
        """
        before = self.segments.for_command(caller, no)
        logging.check_header(before)
        segment, left_out, checked = self._checked(caller, before, send_attachments)
        logging.check_lines(checked)
        follow_up_no = self.records.draw_number("segment", None) if create_follow_up else None
        (event,) = logging.log(
            segment,
            checked,
            self._numbers(),
            today=date.today(),
            follow_up_segment_no=follow_up_no,
            deliver=send_attachments,
        )
        assert isinstance(event, SegmentLogged)
        changes = [Changes(stream_of(no), before.version, [*left_out, event])]
        if follow_up_no is not None:
            created = logging.follow_up(
                follow_up_no,
                event,
                work_date=caller.work_date,
                campaign_no=segment.header.campaign_no,
                salesperson_code=self.records.salesperson_of(caller.user_id),
            )
            changes.append(self._following(created, event, logged_contacts(event), respect_exclusion=False))
        position = self.journal.record(caller, *changes, under_lock=self._conditions(event))
        return event, position, before.number_of_lines - segment.number_of_lines

    def follow_up(
        self,
        caller: Caller,
        entry_no: int,
        *,
        description: str | None,
        only: OnlyEntries | None,
        keep_template: bool,
        respect_exclusion: bool,
    ) -> tuple[Segment, int]:
        """A new segment with the contacts of a logged one, now or years later (domain B10.7)."""
        logged, entries = self.selecting.logged(entry_no)
        if only is not None:
            catch_up(self.journal, self.read_models, "contacts")
            with self.read_models.cursor() as cursor:
                entries &= entries_like(cursor, logged, msgspec.structs.asdict(only))
        contacts = logged_contacts(logged, entries)
        with self.read_models.cursor() as cursor:
            standing = standing_campaign_entries(cursor, logged)
        while True:
            like, named = self._kept(logged.segment_no) if keep_template else (None, {})
            no = self.records.draw_number("segment", None)
            created = logging.follow_up(
                no,
                logged,
                work_date=caller.work_date,
                campaign_no=only_campaign(logged, standing),
                salesperson_code=self.records.salesperson_of(caller.user_id),
                description=description,
                like=like,
            )
            change = self._following(
                *(created, logged, contacts),
                respect_exclusion=respect_exclusion,
                only=only.filters() if only is not None else None,
            )
            try:
                position = self.journal.record(caller, change, relying_on=named)
            except StaleVersionError:
                continue  # somebody typed the number that the series came to, or changed the template
            return self.segments.get(no), position

    def _kept(self, segment_no: str) -> tuple[Header | None, Found]:
        """The header that was logged, and its template; no header if that template was deleted since."""
        header = self.segments.standing(segment_no).header
        code, kind = header.interaction_template_code, records.INTERACTION_TEMPLATE
        if code is None:
            return header, {}
        template = self.records.find(kind, code)
        return (None, {}) if template is None else (header, {kind.stream(code): template})

    def _checked(
        self, caller: Caller, segment: Segment, deliver: bool
    ) -> tuple[Segment, list[SegmentEvent], CheckedLines]:
        """The segment without contacts that are blocked for privacy, how they left, and its checked lines.

        Raises SegmentEmpty.
        """
        # Who is far behind holds nobody up: the append sees to it that the contacts are those checked here.
        wait_for_them(self.journal, self.read_models, "contacts", "setup")
        left_out: list[SegmentEvent] = []
        while True:
            checked = check_lines(
                self.read_models,
                segment.line_columns(),
                segment.blocks,
                segment.own_lines(),
                deliver=deliver,
            )
            if not checked.privacy_blocked:
                return segment, left_out, checked
            segment = segment.copy()
            for event in logging.leave_out(segment, checked):
                segment.apply(event, caller.user_id, datetime.now(UTC))
                left_out.append(event)
            logging.check_header(segment)

    def _numbers(self) -> Numbers:
        next_of = self.journal.log.counters.next_of
        return Numbers(next_of(LOGGED_SEGMENT), next_of(INTERACTION), next_of(CAMPAIGN_ENTRY))

    def _conditions(self, event: SegmentLogged) -> list[Alongside]:
        """What must still hold when the event is appended: the numbers are free, the contacts unchanged."""
        claiming = self.journal.log.counters.claiming
        conditions = [
            claiming(LOGGED_SEGMENT, event.entry_no, 1),
            claiming(INTERACTION, event.first_interaction_no, event.number_of_interactions),
        ]
        if event.campaign_entries:
            first = event.campaign_entries[0].entry_no
            conditions.append(claiming(CAMPAIGN_ENTRY, first, len(event.campaign_entries)))
        return [*conditions, _contacts_unchanged(event)]

    def _following(
        self,
        created: SegmentCreated,
        logged: SegmentLogged,
        contacts: Sequence[LoggedContacts],
        *,
        respect_exclusion: bool,
        only: Mapping[str, str] | None = None,
    ) -> Changes:
        segment = Segment(no=created.no, header=created.header)
        facts = self.selecting.reusing(
            segment, logged, contacts, respect_exclusion=respect_exclusion, only=only
        )
        return Changes(stream_of(created.no), 0, [created, *facts])


def _contacts_unchanged(event: SegmentLogged) -> Alongside:
    """The entries take their contacts' values as of this event: they must be those that were checked."""

    def check(cursor: Cursor[DictRow]) -> None:
        rows = cursor.execute(
            "SELECT state FROM log_events WHERE notification_id > %s AND topic LIKE 'contact.%%'",
            (event.contacts_position,),
        ).fetchall()
        if not rows:
            return
        changed = ContactSet(msgspec.json.decode(row["state"])["data"]["key"] for row in rows)
        if any(block.alive & changed for block in event.blocks):
            raise StaleVersionError("a contact of the segment has changed since its lines were checked")

    return check
