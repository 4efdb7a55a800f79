"""What is printed for the contacts of a segment: labels (domain B18.3), cover sheets (B18.4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

import msgspec
import numpy as np
from msgspec.structs import replace as replaced

from application.contacts import stream_of
from application.interactions import interaction_stream
from application.journal import Caller, Changes, Journal, retried
from application.logging_segments import INTERACTION
from application.looking_up import catch_up
from application.records import Records
from application.segments import Segments
from application.single_interactions import SingleInteractions
from correspondence.cover_sheets import CoverSheet, Remark, cover_sheets_pdf
from correspondence.formatting import language_of
from correspondence.labels import LabelFormat, labels_pdf
from correspondence.letter import mail_address
from domain import records
from domain.contact import KnownContact
from domain.errors import Conflict, InvalidRequest, MandatoryField, SegmentEmpty, TooLarge
from domain.interaction import (
    Interaction,
    InteractionLogged,
    InteractionValues,
    Surroundings,
    check,
    complete,
)
from domain.interaction_template import InteractionTemplate
from domain.segment.lines import LineColumns
from domain.segment.state import Segment
from domain.setup import Setup
from eventstore.recorder import Alongside
from projections.addressees import Addressee, addressees
from projections.company_order import in_company_order
from projections.read_models import ReadModels

MOST_LABELS = 10_000
MOST_COVER_SHEETS = 1_000
"""So many are printed at once; they are made in the memory of the service, in a few seconds."""
COVER_SHEET = "Cover sheet"


class Part(msgspec.Struct, frozen=True):
    """Which of them are asked for, counted from 1 in company order; all that follow without a count."""

    first: int = 1
    count: int | None = None


class Printed(msgspec.Struct, frozen=True):
    """What all cover sheets say."""

    texts: tuple[str, ...] = ()
    remarks: tuple[Remark, ...] = ()


class Pages(msgspec.Struct, frozen=True):
    """What was printed; how many of the lines or contacts were left out, as theirs were erased."""

    pdf: bytes
    left_out: int


class Papers:
    """Printing for a segment, in company order. An erased contact has no address, and is left out (A11)."""

    def __init__(
        self,
        journal: Journal,
        read_models: ReadModels,
        known: Records,
        segments: Segments,
        single_interactions: SingleInteractions,
    ) -> None:
        self.journal = journal
        self.read_models = read_models
        self.records = known
        self.segments = segments
        self.single_interactions = single_interactions

    def labels(self, no: str, form: LabelFormat, part: Part) -> Pages:
        """One label for each line, with the address on the line's date (domain B18.3). Raises Refused."""
        setup = self.records.setup()
        with self.read_models.cursor() as cursor:
            segment = self.segments.get(no)
            columns, left_out = self._known(in_company_order(cursor, segment.line_columns()))
            found = addressees(cursor, segment, _chosen(columns, part, MOST_LABELS, "labels"))
        return Pages(labels_pdf((_address(one, setup) for one in found), form), left_out)

    def cover_sheets(self, no: str, printed: Printed, part: Part, on: date) -> Pages:
        """One page for each contact; nothing is recorded (domain B18.4). Raises Refused."""
        found, left_out = self._covered(self.segments.get(no), part)
        return Pages(self._sheets(found, printed, on), left_out)

    @retried
    def log_cover_sheets(self, caller: Caller, no: str, printed: Printed, part: Part) -> tuple[Pages, int]:
        """The cover sheets, and an interaction with each contact: all of them or none (domain B18.4).

        Returns the pages and the position. Raises Refused.
        """
        segment = self.segments.for_command(caller, no)
        template_code, template = self._template()
        catch_up(self.journal, self.read_models, "contacts")
        found, left_out = self._covered(segment, part)
        if not found:
            why = "but those of erased contacts" if left_out else ""
            raise SegmentEmpty(f"Segment {no} has no lines {why}".rstrip() + ".")
        streams = [stream_of(one.contact_no) for one in found if one.contact_no is not None]
        known = self.journal.log.load_many(streams, KnownContact)
        salesperson = self.records.salesperson_of(caller.user_id)
        values = [
            _interaction(
                one,
                template_code,
                Surroundings(
                    *(known.get(stream_of(one.contact_no or "")), template, caller.work_date),
                    *(datetime.now(), salesperson),
                ),
            )
            for one in found
        ]
        events, claims = self._numbered(values)
        position = self.journal.record(
            caller,
            *(Changes(interaction_stream(event.entry_no), 0, [event]) for event in events),
            under_lock=claims,
        )
        return Pages(self._sheets(found, printed, caller.work_date), left_out), position

    def _template(self) -> tuple[str, InteractionTemplate]:
        code = self.records.template_setup().cover_sheets
        if code is None:
            raise MandatoryField.named(
                "cover_sheets", "No interaction template is set up for cover sheets; choose one first."
            )
        template: InteractionTemplate = self.records.get(records.INTERACTION_TEMPLATE, code).value
        if template.documents:
            raise Conflict(f"Interaction template {code} has documents of its own; choose one without.")
        return code, template

    def _known(self, columns: LineColumns) -> tuple[LineColumns, int]:
        """The lines whose contact was not erased, and how many others there are."""
        erased = self.journal.log.personal_keys.destroyed_among(columns.contact_key.tolist())
        kept = ~np.isin(columns.contact_key, list(erased))
        known = LineColumns(columns.line_no[kept], columns.contact_key[kept], columns.block[kept])
        return known, len(columns) - len(known)

    def _covered(self, segment: Segment, part: Part) -> tuple[list[Addressee], int]:
        """The first line of each contact, in company order, and how many contacts are left out."""
        with self.read_models.cursor() as cursor:
            columns = in_company_order(cursor, segment.line_columns())
            _, firsts = np.unique(columns.contact_key, return_index=True)
            firsts.sort()
            once, left_out = self._known(
                LineColumns(columns.line_no[firsts], columns.contact_key[firsts], columns.block[firsts])
            )
            chosen = _chosen(once, part, MOST_COVER_SHEETS, "cover sheets")
            return addressees(cursor, segment, chosen), left_out

    def _sheets(self, found: Iterable[Addressee], printed: Printed, on: date) -> bytes:
        setup = self.records.setup()
        sheets = (CoverSheet(_address(one, setup), _language(one, setup)) for one in found)
        return cover_sheets_pdf(sheets, setup.company, on, printed.texts, printed.remarks)

    def _numbered(self, values: Sequence[Interaction]) -> tuple[list[InteractionLogged], list[Alongside]]:
        """The interactions under their numbers, one campaign entry for those of a campaign."""
        entries: dict[str | None, int | None] = {None: None}
        placed: list[tuple[Interaction, bool]] = []
        claims: list[Alongside] = []
        for value in values:
            makes = False
            if value.campaign_no not in entries:
                found, makes, more = self.single_interactions.with_campaign_entry(value, ahead=len(claims))
                entries[value.campaign_no] = found.campaign_entry_no
                claims += more
            placed.append((replaced(value, campaign_entry_no=entries[value.campaign_no]), makes))
        # The number comes last: that an entry may be waited for gives others no time to take it.
        counters = self.journal.log.counters
        first = counters.next_of(INTERACTION)
        events = [InteractionLogged(number, *one) for number, one in enumerate(placed, first)]
        return events, [counters.claiming(INTERACTION, first, len(events)), *claims]


def _chosen(columns: LineColumns, part: Part, most: int, what: str) -> LineColumns:
    """The lines that are asked for. Raises InvalidRequest, TooLarge."""
    total = len(columns)
    if part.first > max(total, 1):
        raise InvalidRequest.at("first", f"there are {total:,} {what}")
    chosen = columns.slice(part.first - 1, total if part.count is None else part.first - 1 + part.count)
    if len(chosen) > most:
        raise TooLarge(
            f"That would be {len(chosen):,} {what}; at most {most:,} are made at once."
            " Ask for them in parts, with first and count.",
            [(("count",), f"at most {most}")],
        )
    return chosen


def _address(one: Addressee, setup: Setup) -> list[str]:
    address = mail_address(one.contact, one.company, one.contact_alternative_address_code, one.date)
    return address.lines(_language(one, setup), setup.company.country_code)


def _language(one: Addressee, setup: Setup) -> str:
    return language_of(one.language_code or setup.default_language_code)


def _interaction(one: Addressee, template_code: str, around: Surroundings) -> Interaction:
    """What is recorded of a cover sheet: the line's salesperson and campaign, else as B15 completes it."""
    said: Mapping[str, object] = {
        "contact_no": one.contact_no,
        "interaction_template_code": template_code,
        "description": COVER_SHEET,
        "document_type": "cover_sheet",
        "contact_alternative_address_code": one.contact_alternative_address_code,
    }
    if one.campaign_no is not None:
        said = {**said, "campaign_no": one.campaign_no, "campaign_target": one.campaign_target}
        said = {**said, "campaign_response": one.campaign_response}
    if one.salesperson_code is not None:
        said = {**said, "salesperson_code": one.salesperson_code}
    value = complete(InteractionValues(**said), around)  # type: ignore[arg-type]
    return check(value, around.contact, deliver=False)
