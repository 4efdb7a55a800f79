"""Files of value entries as streams of rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pydantic import ValidationError

from api.problems import validation_problems
from api.schemas.value_entries import ValueEntryValues
from api.table_files import Format, Record, records
from application.value_entry_import import ValueEntryRow


def rows(chunks: Iterable[bytes], kind: Format) -> Iterator[ValueEntryRow]:
    """The rows of a file that comes in pieces. Raises InvalidRequest for a header that cannot be used."""
    return map(_row, records(chunks, kind, ValueEntryValues.model_fields))


def _row(record: Record) -> ValueEntryRow:
    if record.problem is not None:
        return ValueEntryRow(record.line, problems=(record.problem,))
    try:
        return ValueEntryRow(record.line, ValueEntryValues.model_validate(record.values).entry())
    except ValidationError as error:
        problems = validation_problems(error.errors(include_url=False))
        return ValueEntryRow(record.line, problems=tuple(problems))
