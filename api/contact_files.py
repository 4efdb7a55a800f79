"""Files of contacts as streams of rows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from pydantic import ValidationError

from api.plain_rows import plain_row
from api.problems import validation_problems
from api.schemas.contacts import NewContact
from api.table_files import Format, records
from application.contact_import import Row
from domain.vocabulary import given

CODE_LISTS = ("mailing_groups", "industry_groups", "job_responsibilities")
COMPOUNDS = {
    "business_relations": ("code", "link_to_table", "no"),
    "profile_answers": ("questionnaire_code", "line_no"),
}
LISTS = (*CODE_LISTS, *COMPOUNDS)
NEVER_BLANK = ("type", "exclude_from_segment", "privacy_blocked")
TRUTHS = {"true": True, "false": False}
IN_NDJSON_ONLY = {"alternative_addresses"}
COLUMNS = NewContact.model_fields.keys() - IN_NDJSON_ONLY

_LINE_NO = re.compile("[1-9][0-9]{0,8}")


def rows(chunks: Iterable[bytes], kind: Format) -> Iterator[Row]:
    """The rows of a file that comes in pieces. Raises InvalidRequest for a header that cannot be used."""
    found = records(chunks, kind, COLUMNS)
    return (
        Row(record.line, problems=(record.problem,))
        if record.problem is not None
        else _row(record.line, _from_cells(record.values) if kind == "csv" else record.values)
        for record in found
    )


def _from_cells(cells: dict[str, str]) -> dict[str, Any]:
    """The values of a CSV row; blank cells are blank values, lists are separated by semicolons."""
    values: dict[str, Any] = {
        name: cell if cell and not cell.isspace() else None for name, cell in cells.items()
    }
    for name in NEVER_BLANK:
        if (value := values.get(name)) is not None:
            values[name] = TRUTHS.get(value, value)
        else:
            values.pop(name, None)
    for name in LISTS:
        if name not in cells:
            continue
        parts = [part for part in cells[name].split(";") if part.strip()] if cells[name] else []
        values[name] = parts if name in CODE_LISTS else [_member(part, COMPOUNDS[name]) for part in parts]
    return values


def _member(cell: str, names: tuple[str, ...]) -> dict[str, Any]:
    parts = dict(zip(names, cell.split(":", len(names) - 1), strict=False))
    line_no = parts.get("line_no", "")
    return parts | {"line_no": int(line_no)} if _LINE_NO.fullmatch(line_no) else dict(parts)


def _row(line: int, values: dict[str, Any]) -> Row:
    if (found := plain_row(values)) is not None:
        return Row(line, *found)
    try:
        contact = NewContact.model_validate(values)
    except ValidationError as error:
        return Row(line, problems=tuple(validation_problems(error.errors(include_url=False))))
    return Row(line, contact.no, given(contact.changes()))
