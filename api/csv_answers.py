"""Rows as a file of CSV, row by row."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from fastapi.responses import StreamingResponse

CSV: dict[int | str, dict[str, Any]] = {200: {"content": {"text/csv": {"schema": {"type": "string"}}}}}


def csv_answer(rows: Iterator[list[str]], file_name: str) -> StreamingResponse:
    """An answer that comes while the rows are made."""
    return StreamingResponse(
        _csv(rows),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": attachment(file_name)},
    )


def attachment(file_name: str) -> str:
    """A file to be saved under a name, whatever letters are in it."""
    return f"attachment; filename*=UTF-8''{quote(file_name, safe='')}"


def _csv(rows: Iterator[list[str]]) -> Iterator[str]:
    """Rows as text; a byte order mark tells spreadsheets that it is UTF-8."""
    yield "\ufeff"
    for row in rows:
        line = io.StringIO()
        csv.writer(line).writerow(row)
        yield line.getvalue()
