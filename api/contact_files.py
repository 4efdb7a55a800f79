"""Files of contacts as streams of rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from pydantic import ValidationError

from api.contact_cells import PlainCells, from_cells
from api.plain_rows import plain_row
from api.problems import validation_problems
from api.schemas.contacts import NewContact
from api.table_files import Format, Line, Record, ndjson_records, table
from application.contact_import import Row
from domain.vocabulary import given

IN_NDJSON_ONLY = {"alternative_addresses"}
COLUMNS = NewContact.model_fields.keys() - IN_NDJSON_ONLY
TOGETHER = 500
"""So many rows of a CSV file are looked at together."""


def rows(chunks: Iterable[bytes], kind: Format) -> Iterator[Row]:
    """The rows of a file that comes in pieces. Raises InvalidRequest for a header that cannot be used."""
    return _csv_rows(*table(chunks, COLUMNS)) if kind == "csv" else map(_ndjson_row, ndjson_records(chunks))


def _csv_rows(header: list[str], lines: Iterator[Line]) -> Iterator[Row]:
    plain_cells = PlainCells(header)
    while batch := list(islice(lines, TOGETHER)):
        plain = iter(plain_cells.read([cells for _, cells, problem in batch if problem is None]))
        for line, cells, problem in batch:
            if problem is not None:
                yield Row(line, problems=(problem,))
            elif (values := next(plain)) is not None:
                yield Row(line, values.pop("no", None), values)
            else:
                yield _row(line, from_cells(dict(zip(header, cells, strict=True))))


def _ndjson_row(record: Record) -> Row:
    if record.problem is not None:
        return Row(record.line, problems=(record.problem,))
    return _row(record.line, record.values)


def _row(line: int, values: dict[str, Any]) -> Row:
    if (found := plain_row(values)) is not None:
        return Row(line, *found)
    try:
        contact = NewContact.model_validate(values)
    except ValidationError as error:
        return Row(line, problems=tuple(validation_problems(error.errors(include_url=False))))
    return Row(line, contact.no, given(contact.changes()))
