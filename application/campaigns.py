"""Use cases of campaigns: their target group (domain B17)."""

from __future__ import annotations

from datetime import date

from application.journal import Caller, Changes, Journal, check_version, retried
from application.looking_up import catch_up
from application.records import Records
from application.segments import Segments
from domain import records
from domain.contact_set import union
from domain.errors import Conflict
from domain.records import KnownRecord
from domain.segment.targets import targets
from projections.listing import Page, Query
from projections.read_models import ReadModels
from projections.target_group import has_targeted_interactions, target_page


class Campaigns:
    """Whom campaigns are aimed at. Who belongs to a target group is found when it is read."""

    def __init__(self, journal: Journal, read_models: ReadModels, known: Records, segments: Segments) -> None:
        self.journal = journal
        self.read_models = read_models
        self.records = known
        self.segments = segments

    @retried
    def activate(self, caller: Caller, no: str) -> tuple[KnownRecord, int]:
        """Give a campaign its target group (domain B17). Raises NotFound, Conflict."""
        record = self.records.get(records.CAMPAIGN, no)
        check_version(caller, record)
        if not record.value.activated and not self._has_target(no):
            raise Conflict(
                f"Campaign {no} is aimed at nobody: no line of an open segment and no interaction that"
                " counts has this campaign and is a campaign target."
            )
        return self._record(caller, record, records.activate(record))

    @retried
    def deactivate(self, caller: Caller, no: str) -> tuple[KnownRecord, int]:
        """Take its target group away. Raises NotFound."""
        record = self.records.get(records.CAMPAIGN, no)
        check_version(caller, record)
        return self._record(caller, record, records.deactivate(record))

    def target_group(self, no: str, query: Query, work_date: date) -> Page:
        """A page of the target group; nobody while the campaign is not activated. Raises NotFound."""
        if not self.records.get(records.CAMPAIGN, no).value.activated:
            return Page([], None, 0 if query.count else None)
        on_lines = union(targets(segment, no) for segment in self.segments.all_open())
        with self.read_models.cursor() as cursor:
            return target_page(cursor, no, on_lines, query, work_date)

    def _has_target(self, no: str) -> bool:
        catch_up(self.journal, self.read_models, "contacts", "worksheets")
        if any(targets(segment, no) for segment in self.segments.all_open()):
            return True
        with self.read_models.cursor() as cursor:
            return has_targeted_interactions(cursor, no)

    def _record(
        self, caller: Caller, record: KnownRecord, facts: tuple[records.RecordEvent, ...]
    ) -> tuple[KnownRecord, int]:
        stream = records.CAMPAIGN.stream(record.code)
        position = self.journal.record(caller, Changes(stream, record.version, facts))
        return self.records.get(records.CAMPAIGN, record.code), position
