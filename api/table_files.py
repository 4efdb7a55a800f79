"""Files of rows: CSV and NDJSON as streams of records. Whatever is wrong with a row stays with that row."""

from __future__ import annotations

import csv
import json
from collections.abc import Collection, Iterable, Iterator
from itertools import chain
from typing import Any, Literal, NamedTuple

import msgspec

from api.schemas.values import is_undecoded
from domain.errors import InvalidRequest, Problem

Format = Literal["csv", "ndjson"]

FORMATS: dict[str, Format] = {"text/csv": "csv", "application/x-ndjson": "ndjson"}
"""By content type."""
ENDINGS: dict[str, Format] = {".csv": "csv", ".ndjson": "ndjson", ".jsonl": "ndjson"}
"""By the end of the file's name."""

LONGEST_LINE = 1_000_000
"""Bytes; a longer line is skipped and named, never held in memory."""

SEPARATORS = ",;\t"
"""What may stand between the cells of a row; the header tells which."""

_TOO_LONG = "\x00too long"
_LONG: Problem = ((), f"the line is longer than {LONGEST_LINE:,} bytes")


class Record(msgspec.Struct, frozen=True, gc=False):
    """A row of a file: the line it starts on, and its values by column, or what is wrong with it."""

    line: int
    values: dict[str, Any] = {}
    problem: Problem | None = None


class Line(NamedTuple):
    """A row of a CSV file: the line it starts on, and its cells, or what is wrong with them."""

    line: int
    cells: list[str]
    problem: Problem | None = None


def records(chunks: Iterable[bytes], kind: Format, columns: Collection[str]) -> Iterator[Record]:
    """The rows of a file that comes in pieces. Raises InvalidRequest for a header that cannot be used.

    Values of a CSV row are the texts of its cells; a file of JSON may hold other columns than these.
    """
    if kind == "ndjson":
        return ndjson_records(chunks)
    header, lines = table(chunks, columns)
    return (Record(line, dict(zip(header, cells, strict=False)), problem) for line, cells, problem in lines)


def table(chunks: Iterable[bytes], columns: Collection[str]) -> tuple[list[str], Iterator[Line]]:
    """The header of a CSV file, and its rows. Raises InvalidRequest for a header that cannot be used."""
    lines = _lines(chunks)
    begin = list(_through_header(lines))
    header_line = begin[-1] if begin else ""
    # Spreadsheets of countries with decimal commas write semicolons; what stands most often is it.
    reader = csv.reader(chain(begin, lines), strict=True, delimiter=max(SEPARATORS, key=header_line.count))
    header = _header(reader, columns)
    return header, _csv_body(reader, len(header))


def _through_header(lines: Iterator[str]) -> Iterator[str]:
    for line in lines:
        yield line
        if line.strip():
            return


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


def _header(reader: Any, columns: Collection[str]) -> list[str]:
    try:
        header = [name.strip() for name in next(cells for cells in reader if cells)]
    except StopIteration:
        raise InvalidRequest("The file is empty; its first row must name the columns.") from None
    except csv.Error as error:
        raise InvalidRequest(f"The first row cannot be read: {error}.") from error
    if any(is_undecoded(character) for name in header for character in name):
        raise InvalidRequest("The file is not in UTF-8, or no CSV file; save it as CSV in UTF-8.")
    problems: list[Problem] = [((name,), "there is no such column") for name in header if name not in columns]
    problems += [((name,), "the column is given twice") for name in set(header) if header.count(name) > 1]
    if problems:
        raise InvalidRequest(f"Column {problems[0][0][0]!r}: {problems[0][1]}.", problems)
    return header


def _csv_body(reader: Any, width: int) -> Iterator[Line]:
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield Line(line, [], ((), f"the row cannot be read: {error}"))
            continue
        if not cells:
            continue
        if cells[0].startswith(_TOO_LONG):
            yield Line(line, [], _LONG)
        elif len(cells) != width:
            message = f"the row has {len(cells)} columns, the header {width}"
            yield Line(line, [], ((), message))
        else:
            yield Line(line, cells)


def ndjson_records(chunks: Iterable[bytes]) -> Iterator[Record]:
    """The rows of a file with an object a line."""
    for number, line in enumerate(_lines(chunks), 1):
        if line == _TOO_LONG:
            yield Record(number, problem=_LONG)
        elif line.strip():
            try:
                value = _from_json(line)
            except (ValueError, RecursionError):
                yield Record(number, problem=((), "the line is no JSON"))
                continue
            if isinstance(value, dict):
                yield Record(number, value)
            else:
                yield Record(number, problem=((), "the line is no JSON object"))


def _from_json(line: str) -> Any:
    """What a line says. Raises ValueError, RecursionError."""
    try:
        # Faster, and stricter: it gives what the other would give, or leaves the line to it.
        return msgspec.json.decode(line)
    except (msgspec.DecodeError, ValueError, RecursionError):
        return json.loads(line)
