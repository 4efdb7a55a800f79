"""Files of the interaction log: CSV as it comes from the database, and Parquet made of it."""

from __future__ import annotations

import csv
import io
import os
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from projections.interaction_export import COLUMNS, last_entry, runs
from projections.read_models import ReadModels

FORMATS = ("parquet", "csv")


class FormatError(Exception):
    """A format cannot be written here."""


class Exported(NamedTuple):
    """How many entries were written, up to which number, and whether that was all."""

    entries: int
    last: int
    whole: bool


class _Writer(ABC):
    def __init__(self, file: BinaryIO) -> None:
        self.file = file

    @abstractmethod
    def write(self, lines: bytes) -> None:
        """Add lines of CSV."""

    @abstractmethod
    def close(self) -> None:
        """Bring the file to its end."""


class _CsvWriter(_Writer):
    def __init__(self, file: BinaryIO) -> None:
        super().__init__(file)
        heading = io.StringIO()
        csv.writer(heading, lineterminator="\n").writerow(COLUMNS)
        file.write(heading.getvalue().encode())

    def write(self, lines: bytes) -> None:
        self.file.write(lines)

    def close(self) -> None:
        self.file.flush()


class _ParquetWriter(_Writer):
    """One row group for each run, compressed; the schema is the same whatever the rows are."""

    def __init__(self, file: BinaryIO) -> None:
        super().__init__(file)
        try:
            import pyarrow
            import pyarrow.csv
            import pyarrow.parquet
        except ImportError:
            wanted = "pip install 'segmentlog[parquet]'"
            raise FormatError(f"Parquet needs the package pyarrow: {wanted}. CSV needs nothing.") from None
        types: dict[str, Any] = {
            "integer": pyarrow.int64(),
            "text": pyarrow.string(),
            "date": pyarrow.date32(),
            "time": pyarrow.time32("ms"),
            "decimal": pyarrow.decimal128(20, 5),
            "boolean": pyarrow.bool_(),
        }
        self._schema = pyarrow.schema([(name, types[kind]) for name, kind in COLUMNS.items()])
        self._csv = pyarrow.csv
        self._parquet = pyarrow.parquet.ParquetWriter(file, self._schema, compression="zstd")

    def write(self, lines: bytes) -> None:
        # What is blank is written without quotes, and a text that looks like it with them.
        table = self._csv.read_csv(
            io.BytesIO(lines),
            read_options=self._csv.ReadOptions(column_names=self._schema.names, block_size=1 << 24),
            parse_options=self._csv.ParseOptions(newlines_in_values=True),
            convert_options=self._csv.ConvertOptions(
                column_types=self._schema,
                null_values=[""],
                strings_can_be_null=True,
                quoted_strings_can_be_null=False,
            ),
        )
        self._parquet.write_table(table)

    def close(self) -> None:
        self._parquet.close()


def export(
    read_models: ReadModels,
    path: Path,
    file_format: str,
    *,
    after: int,
    progress: Callable[[int, int], None],
) -> Exported:
    """Write the entries after a number that there are now. Raises FormatError, OSError.

    The file appears under its name when it is whole, or when somebody interrupts: it can be read either way.
    """
    unfinished = path.with_name(f"{path.name}.part")
    entries, last, whole = 0, after, False
    end = last_entry(read_models)
    try:
        with unfinished.open("wb") as file:
            writer = _ParquetWriter(file) if file_format == "parquet" else _CsvWriter(file)
            try:
                for run in runs(read_models, after, end):
                    writer.write(run.lines)
                    entries, last = entries + run.entries, run.upto
                    progress(last - after, max(end - after, 1))
                whole = True
            except KeyboardInterrupt:
                pass
            writer.close()
        os.replace(unfinished, path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
    return Exported(entries, last, whole)
