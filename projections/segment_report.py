"""The report Segment - Contacts: lines, their contacts and what happened with them (domain B18.5)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from domain.segment.state import Segment
from projections.addressees import Addressee, addressees
from projections.company_order import in_company_order
from projections.contact_queries import statistics
from projections.read_models import ReadModels

PAGE = 1_000

_LINE = (
    *(("Line No.", "line_no"), ("Description", "description"), ("Date", "date")),
    *(("Interaction Template", "interaction_template_code"), ("Language", "language_code")),
    *(("Correspondence Type", "correspondence_type"), ("Salesperson", "salesperson_code")),
    *(("Campaign", "campaign_no"), ("Cost of Line", "cost"), ("Duration of Line (Min.)", "duration_minutes")),
)
_CONTACT = (
    *(("Type", "type"), ("Company No.", "company_no"), ("Company Name", "company_name"), ("Name", "name")),
    *(("Address", "address"), ("Address 2", "address_2"), ("Post Code", "post_code"), ("City", "city")),
    *(("County", "county"), ("Country", "country_code"), ("Phone", "phone_no")),
    *(("Mobile", "mobile_phone_no"), ("E-Mail", "email")),
)
_STATISTICS = (
    *(("No. of Interactions", "number_of_interactions"), ("Cost", "cost")),
    *(("Duration (Min.)", "duration_minutes"), ("Date of Last Interaction", "date_of_last_interaction")),
    *(("Last Date Attempted", "last_date_attempted"), ("Next Task Date", "next_task_date")),
)
COLUMNS = tuple(title for title, _ in (*_LINE, ("Contact No.", ""), *_CONTACT, *_STATISTICS))


def segment_contacts(read_models: ReadModels, segment: Segment) -> Iterator[list[str]]:
    """A header, then a row for each line in company order."""
    yield list(COLUMNS)
    with read_models.cursor() as cursor:
        columns = in_company_order(cursor, segment.line_columns())
        for start in range(0, len(columns), PAGE):
            page = addressees(cursor, segment, columns.slice(start, start + PAGE))
            known = statistics(
                cursor, {one.contact_no: one.contact.type for one in page if one.contact_no is not None}
            )
            yield from (_row(one, known.get(one.contact_no or "", {})) for one in page)


def _row(one: Addressee, known: dict[str, Any]) -> list[str]:
    values = [getattr(one, name) for _, name in _LINE]
    values += [one.contact_no, *(getattr(one.contact, name) for _, name in _CONTACT)]
    values += [known.get(name) for _, name in _STATISTICS]
    return ["" if value is None else str(value) for value in values]
