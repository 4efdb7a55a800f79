"""Use cases of campaigns: writing them, and their target group (domain A12, B17)."""

from __future__ import annotations

from datetime import date

from msgspec.structs import replace as replaced

from application.journal import Caller, Changes, Journal, check_version, retried
from application.looking_up import catch_up, open_segments
from application.records import Records
from domain import records
from domain.campaign import Campaign
from domain.contact_set import union
from domain.errors import AlreadyExists, Conflict
from domain.records import KnownRecord
from domain.segment.targets import targets
from projections.listing import Page, Query
from projections.read_models import ReadModels
from projections.target_group import has_targeted_interactions, target_page


class Campaigns:
    """Campaigns, and whom they are aimed at. Who belongs to a target group is found when it is read."""

    def __init__(self, journal: Journal, read_models: ReadModels, known: Records) -> None:
        self.journal = journal
        self.read_models = read_models
        self.records = known

    def create(
        self, caller: Caller, typed: str | None, value: Campaign, *, activated: bool | None = None
    ) -> tuple[str, int]:
        """A new campaign; its number and the position. Raises Refused."""
        while True:
            no = self.records.draw_number("campaign", typed)
            try:
                return no, self.put(caller, no, value, activated=activated, only_new=True)[1]
            except AlreadyExists:
                if typed is not None:
                    raise

    @retried
    def put(
        self, caller: Caller, no: str, value: Campaign, *, activated: bool | None, only_new: bool = False
    ) -> tuple[bool, int]:
        """Write a campaign as a whole, and activate or deactivate it where that is said.

        Returns whether it is new, and the position. Raises Refused.
        """
        record, facts, named = self.records.decided(caller, records.CAMPAIGN, no, value, only_new=only_new)
        if record.value is None and not only_new:
            self.records.draw_number("campaign", no)  # typed by hand, which the series must allow
        if activated is not None:
            was_activated = record.value is not None and record.value.activated
            written = replaced(value, activated=was_activated)
            facts += self._activation(KnownRecord(no, record.version, written), activated=activated)
        changes = Changes(records.CAMPAIGN.stream(no), record.version, facts)
        return record.value is None, self.journal.record(caller, changes, relying_on=named)

    def activate(self, caller: Caller, no: str) -> tuple[KnownRecord, int]:
        """Give a campaign its target group (domain B17). Raises NotFound, Conflict."""
        return self._change(caller, no, activated=True)

    def deactivate(self, caller: Caller, no: str) -> tuple[KnownRecord, int]:
        """Take its target group away. Raises NotFound."""
        return self._change(caller, no, activated=False)

    @retried
    def _change(self, caller: Caller, no: str, *, activated: bool) -> tuple[KnownRecord, int]:
        record = self.records.get(records.CAMPAIGN, no)
        check_version(caller, record.version)
        facts = self._activation(record, activated=activated)
        changes = Changes(records.CAMPAIGN.stream(no), record.version, facts)
        position = self.journal.record(caller, changes)
        return self.records.get(records.CAMPAIGN, no), position

    def _activation(self, record: KnownRecord, *, activated: bool) -> tuple[records.RecordEvent, ...]:
        if not activated:
            return records.deactivate(record)
        if not record.value.activated and not self._has_target(record.code):
            raise Conflict(
                f"Campaign {record.code} is aimed at nobody: no line of an open segment and no interaction"
                " that counts has this campaign and is a campaign target."
            )
        return records.activate(record)

    def target_group(self, no: str, query: Query, work_date: date) -> Page:
        """A page of the target group; nobody while the campaign is not activated. Raises NotFound."""
        if not self.records.get(records.CAMPAIGN, no).value.activated:
            return Page([], None, 0 if query.count else None)
        on_lines = union(targets(segment, no) for segment in open_segments(self.journal, self.read_models))
        with self.read_models.cursor() as cursor:
            return target_page(cursor, no, on_lines, query, work_date)

    def _has_target(self, no: str) -> bool:
        catch_up(self.journal, self.read_models, "contacts", "worksheets")
        if any(targets(segment, no) for segment in open_segments(self.journal, self.read_models)):
            return True
        with self.read_models.cursor() as cursor:
            return has_targeted_interactions(cursor, no)
