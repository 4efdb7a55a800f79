"""Deleting what is known by code, unless it is still needed."""

from __future__ import annotations

from collections.abc import Mapping

from application.journal import Caller
from application.looking_up import open_segments
from application.records import Records
from domain import records
from domain.errors import InUse
from domain.records import RecordKind
from domain.segment.targets import CodeField, is_on_lines

ON_LINES: Mapping[RecordKind, CodeField] = {
    records.CAMPAIGN: "campaign_no",
    records.SALESPERSON: "salesperson_code",
    records.INTERACTION_TEMPLATE: "interaction_template_code",
    records.INTERACTION_GROUP: "interaction_group_code",
}
"""What lines name by its code."""


class Deleting:
    """Lines are not in a table, so the open segments themselves are asked."""

    def __init__(self, known: Records) -> None:
        self.records = known

    def delete(self, caller: Caller, kind: RecordKind, code: str) -> int:
        """Delete a record that nothing refers to, no line either. Raises NotFound, InUse, NotYetProjected."""
        return self.records.delete(caller, kind, code, unless=lambda: self._refuse_on_lines(kind, code))

    def _refuse_on_lines(self, kind: RecordKind, code: str) -> None:
        field = ON_LINES.get(kind)
        if field is None:
            return
        for segment in open_segments(self.records.journal, self.records.read_models):
            if is_on_lines(segment, field, code):
                raise InUse(
                    f"{kind.word.capitalize()} {code} is still used by lines of segment {segment.no}."
                )
