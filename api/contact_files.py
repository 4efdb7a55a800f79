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

CODE_LISTS = ("mailing_groups", "industry_groups", "job_responsibilities")
COMPOUNDS = {
    "business_relations": ("code", "link_to_table", "no"),
    "profile_answers": ("questionnaire_code", "line_no"),
}
FLAGS = ("exclude_from_segment", "privacy_blocked")
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
    values: dict[str, Any] = {}
    for name, cell in cells.items():
        if name in CODE_LISTS:
            values[name] = [part for part in cell.split(";") if part.strip()]
        elif name in COMPOUNDS:
            names = COMPOUNDS[name]
            parts = [part.split(":", len(names) - 1) for part in cell.split(";") if part.strip()]
            values[name] = [_member(dict(zip(names, part, strict=False))) for part in parts]
        elif cell.strip():
            values[name] = TRUTHS.get(cell, cell) if name in FLAGS else cell
        elif name != "type" and name not in FLAGS:
            values[name] = None
    return values


def _member(parts: dict[str, str]) -> dict[str, Any]:
    line_no = parts.get("line_no", "")
    return parts | {"line_no": int(line_no)} if _LINE_NO.fullmatch(line_no) else dict(parts)


def _row(line: int, values: dict[str, Any]) -> Row:
    if (found := plain_row(values)) is not None:
        return Row(line, *found)
    try:
        contact = NewContact.model_validate(values)
    except ValidationError as error:
        return Row(line, problems=tuple(validation_problems(error.errors(include_url=False))))
    return Row(line, contact.no, contact.changes())
