"""Applying a mailing group to everybody on a segment (domain B18.1)."""

from __future__ import annotations

from application.contacts import stream_of
from application.journal import Caller, Changes, Journal, retried
from application.looking_up import catch_up
from application.records import Records
from application.segments import Segments
from domain import records
from domain.contact import ContactChanged, ContactChanges, KnownContact, change
from domain.errors import NotFound
from projections.arrays import Int4Array
from projections.read_models import ReadModels


class MailingGroups:
    """Giving many contacts a mailing group at once, in one transaction."""

    def __init__(self, journal: Journal, read_models: ReadModels, known: Records, segments: Segments) -> None:
        self.journal = journal
        self.read_models = read_models
        self.records = known
        self.segments = segments

    @retried
    def apply(self, caller: Caller, segment_no: str, code: str, *, delete_old: bool) -> tuple[int, int, int]:
        """Give the group to everybody on the segment; with `delete_old`, to nobody else.

        Returns how many were added, how many removed, and the position. Raises NotFound, VersionConflict.
        """
        segment = self.segments.for_command(caller, segment_no)
        group = self.records.find(records.MAILING_GROUP, code)
        if group is None:
            raise NotFound.named("mailing group", code, "code")
        wanted = segment.contacts
        catch_up(self.journal, self.read_models, "contacts")
        with self.read_models.cursor() as cursor:
            rows = cursor.execute(
                "SELECT no, key FROM contact c WHERE key = ANY(%(keys)s) OR (%(old)s AND EXISTS (SELECT FROM"
                " contact_mailing_group g WHERE g.contact_key = c.key AND g.code = %(code)s))",
                {"keys": Int4Array(wanted.to_array()), "old": delete_old, "code": code},
            ).fetchall()
        known = self.journal.log.load_many([stream_of(row["no"]) for row in rows], KnownContact)
        changes = [
            Changes(stream_of(contact.no), contact.version, facts)
            for contact in known.values()
            if not (contact.deleted or contact.erased)
            and (facts := _with_group(contact, code, given=contact.key in wanted))
        ]
        added = sum(change.facts[0].key in wanted for change in changes)
        relying_on = {records.MAILING_GROUP.stream(code): group}
        return added, len(changes) - added, self.journal.record(caller, *changes, relying_on=relying_on)


def _with_group(contact: KnownContact, code: str, *, given: bool) -> tuple[ContactChanged, ...]:
    groups = [group for group in contact.value.mailing_groups if given or group != code]
    if given and code not in groups:
        groups.append(code)
    return change(contact, ContactChanges(mailing_groups=tuple(groups)), None)
