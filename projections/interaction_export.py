"""The interaction log as CSV, in runs of entry numbers: each is read in a transaction of its own.

So an export of any length holds up no rebuild, needs no memory for what it has written, and can be taken up
again after the last number that it wrote.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, LiteralString, NamedTuple

from psycopg import Cursor
from psycopg.sql import SQL, Literal

from projections.read_models import ReadModels
from projections.segment_listings import INTERACTION_LOG_ENTRIES

RUN = 50_000
"""So many entries at most are in memory at once."""

COLUMNS: dict[str, LiteralString] = {
    "entry_no": "integer",
    "contact_no": "text",
    "contact_name": "text",
    "contact_company_no": "text",
    "contact_company_name": "text",
    "date": "date",
    "time_of_interaction": "time",
    "description": "text",
    "information_flow": "text",
    "initiated_by": "text",
    "cost": "decimal",
    "duration_minutes": "integer",
    "user_id": "text",
    "interaction_group_code": "text",
    "interaction_template_code": "text",
    "interaction_language_code": "text",
    "subject": "text",
    "campaign_no": "text",
    "campaign_entry_no": "integer",
    "campaign_response": "boolean",
    "campaign_target": "boolean",
    "segment_no": "text",
    "logged_segment_entry_no": "integer",
    "evaluation": "text",
    "attempt_failed": "boolean",
    "salesperson_code": "text",
    "correspondence_type": "text",
    "contact_alternative_address_code": "text",
    "contact_via": "text",
    "send_word_documents_as_attachment": "boolean",
    "remarks": "text",
    "document": "text",
    "delivery_status": "text",
    "delivery_error": "text",
    "delivery_detail": "text",
    "document_type": "text",
    "document_no": "text",
    "version_no": "integer",
    "document_no_occurrence": "integer",
    "opportunity_no": "text",
    "task_no": "integer",
    "title": "text",
    "canceled": "boolean",
    "postponed": "boolean",
    "comments": "text",
}
"""The fields of an entry and the types of their values; names are those that the contacts have now."""

_RUN: LiteralString = (
    "SELECT {columns} FROM {source} WHERE e.entry_no > {after} AND e.entry_no <= {upto} ORDER BY e.entry_no"
)
# A line for each: who opens the file in a spreadsheet reads them as they are.
_COMMENTS: LiteralString = (
    "(SELECT string_agg(m.comment, E'\\n' ORDER BY m.line_no) FROM interaction_comment m"
    " WHERE m.entry_no = e.entry_no)"
)


class Run(NamedTuple):
    """Entries as lines of CSV without a heading, how many they are, and up to which number they go."""

    lines: bytes
    entries: int
    upto: int


def last_entry(read_models: ReadModels) -> int:
    """The highest number of an entry; 0 when there is none."""
    with read_models.cursor() as cursor:
        return _highest(cursor)


def runs(read_models: ReadModels, after: int, last: int) -> Iterator[Run]:
    """The entries after a number up to another, run by run."""
    while after < last:
        with read_models.cursor() as cursor:
            upto = _end_of_run(cursor, after, last)
            if upto is None:
                return
            lines, entries = _copy(cursor, after, upto)
        yield Run(lines, entries, upto)
        after = upto


def _highest(cursor: Cursor[Any]) -> int:
    row = cursor.execute(
        "SELECT entry_no FROM interaction_log_entry ORDER BY entry_no DESC LIMIT 1"
    ).fetchone()
    return int(row["entry_no"]) if row is not None else 0


def _end_of_run(cursor: Cursor[Any], after: int, last: int) -> int | None:
    """The last number of the next run, found in the index; numbers may have gaps of any width."""
    row = cursor.execute(
        "SELECT max(entry_no) AS upto FROM (SELECT entry_no FROM interaction_log_entry"
        " WHERE entry_no > %s AND entry_no <= %s ORDER BY entry_no LIMIT %s) AS run",
        (after, last, RUN),
    ).fetchone()
    return int(row["upto"]) if row is not None and row["upto"] is not None else None


def _copy(cursor: Cursor[Any], after: int, upto: int) -> tuple[bytes, int]:
    columns = SQL(", ").join(SQL(_column(name, kind)) for name, kind in COLUMNS.items())
    source = SQL(INTERACTION_LOG_ENTRIES.named_source)
    query = SQL(_RUN).format(columns=columns, source=source, after=Literal(after), upto=Literal(upto))
    with cursor.copy(SQL("COPY ({}) TO STDOUT (FORMAT csv)").format(query)) as copy:
        lines = b"".join(copy)
    return lines, cursor.rowcount


def _column(name: str, kind: LiteralString) -> LiteralString:
    if name == "comments":
        return _COMMENTS
    expression = INTERACTION_LOG_ENTRIES.fields[name].expression
    # A boolean is `t` in COPY; `true` is what others read.
    return f"({expression})::text" if kind == "boolean" else expression
