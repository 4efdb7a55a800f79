"""The contacts of a segment as rows for other programs (domain B18.2)."""

from __future__ import annotations

from collections.abc import Iterator

from psycopg import sql

from domain.segment.lines import LineColumns
from projections.arrays import Int4Array
from projections.company_order import in_company_order
from projections.read_models import ReadModels

COLUMNS: tuple[tuple[str, str | None], ...] = (
    *(("No.", "no"), ("External ID", "external_id"), ("Name", "name"), ("Name 2", "name_2")),
    *(("Address", "address"), ("Address 2", "address_2"), ("County", "county"), ("Post Code", "post_code")),
    *(("City", "city"), ("Country", "country_code"), ("Phone", "phone_no"), ("Telex", None)),
    *(("Fax", "fax_no"), ("Telex Answer Back", None), ("Territory", "territory_code")),
    *(("Currency", "currency_code"), ("Language", "language_code"), ("Salesperson", "salesperson_code")),
    *(("VAT No.", None), ("E-Mail", "email"), ("Home Page", "home_page"), ("Type", "type")),
    *(("Company Name", "company_name"), ("Company No.", "company_no"), ("First Name", "first_name")),
    *(("Middle Name", "middle_name"), ("Surname", "surname"), ("Job Title", "job_title")),
    *(("Initials", "initials"), ("Extension", None), ("Mobile", "mobile_phone_no"), ("Pager", None)),
    *(("Org. Level", "organizational_level_code"), ("Exclude from Segment", "exclude_from_segment")),
    *(("Correspondence Type", "correspondence_type"), ("Salutation Code", "salutation_code")),
)
"""The 36 columns in their order, each with the field it shows; there is no telex, pager and so on."""


def exported_contacts(read_models: ReadModels, lines: LineColumns) -> Iterator[list[str]]:
    """A header, then a row for each line, company by company as in domain B5, step 6."""
    yield [title for title, _ in COLUMNS]
    fields = [name for _, name in COLUMNS if name is not None]
    with read_models.cursor() as cursor:
        rows = cursor.execute(
            sql.SQL(
                "SELECT {} FROM unnest(%s) WITH ORDINALITY AS l(key, ordinal)"
                " JOIN contact c USING (key) ORDER BY l.ordinal"
            ).format(sql.SQL(", ").join(sql.Identifier("c", name) for name in fields)),
            (Int4Array(in_company_order(cursor, lines).contact_key),),
        )
        for row in rows:
            yield [_text(row[name]) if name is not None else "" for _, name in COLUMNS]


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)
