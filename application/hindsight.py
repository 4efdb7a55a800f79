"""The filters of actions held against one contact, as it was when each was carried out (domain B5, B6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import msgspec

from application.past_facts import PastFacts
from application.past_interactions import interactions_at
from application.personal_data import OF_A_LINE
from domain.contact import KnownContact
from domain.explanation import Condition, explain, tables_of, verdict
from domain.segment.events import CriteriaApplied, LineAdded, LineRemoved, LoggedSegmentReused
from domain.segment.lineage import Action

Way = Literal["expand_companies", "allow_related_companies", "entire_companies"]


class BroughtIn(msgspec.Struct, frozen=True):
    """The option by which a contact was taken along, and the contact that met the filters."""

    option: Way
    contact_no: str


class Held(msgspec.Struct, frozen=True):
    """The filters of an action held against one contact, as it was when the action was carried out."""

    conditions: tuple[Condition, ...] = ()
    brought_in_by: BroughtIn | None = None
    known: bool = True
    """Whether there was such a contact then."""

    @property
    def matched(self) -> bool | None:
        """Whether the contact itself met them."""
        return verdict(self.conditions) if self.known else False


class Hindsight:
    """Holds the filters of actions against contacts, for one question; see `PastFacts`."""

    def __init__(self, past: PastFacts) -> None:
        self.past = past

    def held(self, action: Action, contact_no: str | None) -> Held:
        """How the filters of an action turned out for a contact."""
        event = action.event
        match event:
            case LineAdded(contact_no=no) | LineRemoved(contact_no=no):
                return Held((Condition(True, "contact", "no", no, (no,)),))
            case LoggedSegmentReused():
                return Held()
        position = event.contacts_position
        contact = self.past.at(contact_no, position) if contact_no is not None else None
        if contact is None:
            return Held(known=False)
        conditions = self._conditions(action, event, contact)
        if verdict(conditions) is not False:
            return Held(conditions)
        return Held(conditions, self._brought_in_by(action, event, contact))

    def _conditions(
        self, action: Action, event: CriteriaApplied, contact: KnownContact
    ) -> tuple[Condition, ...]:
        filters, position = event.filters, event.contacts_position
        adding = event.action == "add_contacts"
        rows, asked = self.past.rows(contact, position), tables_of(filters)
        if "value_entry" in asked:
            rows["value_entry"] = self.past.value_entries(contact, position)
        if "interaction_log_entry" in asked:
            rows["interaction_log_entry"] = self._interactions(contact, position)
        return explain(filters, rows, work_date=action.step.work_date, adding=adding)

    def _interactions(self, contact: KnownContact, position: int) -> list[Mapping[str, Any]]:
        rows: list[Mapping[str, Any]] = list(interactions_at(self.past, contact, position))
        if not self.past.is_erased(contact.no):
            return rows
        return [{name: known for name, known in row.items() if name not in OF_A_LINE} for row in rows]

    def _brought_in_by(
        self, action: Action, event: CriteriaApplied, contact: KnownContact
    ) -> BroughtIn | None:
        """Through whom a contact was meant that does not meet the filters itself (domain B5, B6)."""
        ways = _ways(event, contact)
        company_key = contact.value.company_key
        if not ways or company_key is None:
            return None
        for other in self.past.colleagues(company_key, event.contacts_position):
            if other.key == contact.key:
                continue
            if verdict(self._conditions(action, event, other)):
                return BroughtIn(ways[0], other.no)
        return None


def _ways(event: CriteriaApplied, contact: KnownContact) -> Sequence[Way]:
    """The options of an action by which colleagues take this contact along, in the order of domain B5."""
    options = event.options
    if event.action != "add_contacts":
        return ("entire_companies",) if options.entire_companies else ()
    found: list[Way] = ["expand_companies"] if options.expand_companies else []
    if options.allow_related_companies and contact.key == contact.value.company_key:
        found.append("allow_related_companies")
    return found
