"""Files of contacts: CSV and NDJSON as streams of rows. Whatever is wrong with a row stays with that row."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, Literal

from pydantic import ValidationError

from api.plain_rows import plain_line, plain_row
from api.problems import validation_problems
from api.schemas.contacts import NewContact
from application.contact_import import Row
from domain.errors import InvalidRequest, Problem

Format = Literal["csv", "ndjson"]

LONGEST_LINE = 1_000_000
"""Bytes; a longer line is skipped and named, never held in memory."""

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
_TOO_LONG = "\x00too long"


def rows(chunks: Iterable[bytes], kind: Format) -> Iterator[Row]:
    """The rows of a file that comes in pieces. Raises InvalidRequest for a header that cannot be used."""
    lines = _lines(chunks)
    return _csv_rows(lines) if kind == "csv" else _ndjson_rows(lines)


def _lines(chunks: Iterable[bytes]) -> Iterator[str]:
    """Lines of text; what is no UTF-8 is kept as half characters, which no value may hold."""
    rest, skipping, first = b"", False, True
    for chunk in chunks:
        *whole, rest = (rest + chunk).split(b"\n")
        for line in whole:
            if first:
                line, first = line.removeprefix(b"\xef\xbb\xbf"), False
            too_long = skipping or len(line) > LONGEST_LINE
            yield _TOO_LONG if too_long else line.decode("utf-8", "surrogateescape") + "\n"
            skipping = False
        if len(rest) > LONGEST_LINE:
            rest, skipping = b"", True
    if rest or skipping:
        yield _TOO_LONG if skipping else rest.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "surrogateescape")


def _csv_rows(lines: Iterator[str]) -> Iterator[Row]:
    reader = csv.reader(lines, strict=True)
    header = _header(reader)
    return _csv_body(reader, header)


def _header(reader: Any) -> list[str]:
    try:
        header = [name.strip() for name in next(cells for cells in reader if cells)]
    except StopIteration:
        raise InvalidRequest("The file is empty; its first row must name the columns.") from None
    except csv.Error as error:
        raise InvalidRequest(f"The first row cannot be read: {error}.") from error
    problems: list[Problem] = [((name,), "there is no such column") for name in header if name not in COLUMNS]
    problems += [((name,), "the column is given twice") for name in set(header) if header.count(name) > 1]
    if problems:
        raise InvalidRequest(f"Column {problems[0][0][0]!r}: {problems[0][1]}.", problems)
    return header


def _csv_body(reader: Any, header: list[str]) -> Iterator[Row]:
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield Row(line, problems=(((), f"the row cannot be read: {error}"),))
            continue
        if not cells:
            continue
        if cells[0].startswith(_TOO_LONG):
            yield Row(line, problems=(_LONG,))
        elif len(cells) != len(header):
            message = f"the row has {len(cells)} columns, the header {len(header)}"
            yield Row(line, problems=(((), message),))
        else:
            yield _row(line, _from_cells(dict(zip(header, cells, strict=True))))


_LONG: Problem = ((), f"the line is longer than {LONGEST_LINE:,} bytes")


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


def _ndjson_rows(lines: Iterator[str]) -> Iterator[Row]:
    for number, line in enumerate(lines, 1):
        if line == _TOO_LONG:
            yield Row(number, problems=(_LONG,))
        elif line.strip():
            if (found := plain_line(line)) is not None:
                yield Row(number, *found)
                continue
            try:
                value = json.loads(line)
            except (ValueError, RecursionError):
                yield Row(number, problems=(((), "the line is no JSON"),))
                continue
            if isinstance(value, dict):
                yield _row(number, value)
            else:
                yield Row(number, problems=(((), "the line is no JSON object"),))


def _row(line: int, values: dict[str, Any]) -> Row:
    if (found := plain_row(values)) is not None:
        return Row(line, *found)
    try:
        contact = NewContact.model_validate(values)
    except ValidationError as error:
        return Row(line, problems=tuple(validation_problems(error.errors(include_url=False))))
    return Row(line, contact.no, contact.changes())
