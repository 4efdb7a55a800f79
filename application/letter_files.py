"""Letters as files: one of an entry, a zip or one PDF of a logged segment, streamed (domain B12).

They are made again when they are asked for; what was recorded when they were sent says whether they are the
same.
"""

from __future__ import annotations

import csv
import io
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import PurePath
from typing import Literal

import msgspec

from application.documents import WORD
from application.entry_letters import EntryLetters
from application.interactions import interaction_stream, resend_stream
from application.letters import PDF, Erased, Letter, as_one_pdf, as_pdf, one_as_pdf
from application.segments import stream_of as segment_stream
from correspondence.binding import one_after_another
from correspondence.combining import MOST_COMBINED
from correspondence.mail import plain_name
from domain.errors import NoDocument, NotFound
from projections.delivery_queries import FiledEntry, filed_entries, filed_entry, filed_numbers
from projections.read_models import ReadModels

FIRST_DAY = (1980, 1, 1, 0, 0, 0)
"""The first day that a zip file can name: the same letters are the same file."""
PIECE = 256 * 1024
ZIP = "application/zip"
INDEX = (
    *("file", "entry_no", "contact_no", "company", "name", "correspondence_type", "delivery_status"),
    *("sha256", "as_sent"),
)

Format = Literal["pdf", "docx"]
Batch = list[tuple[FiledEntry, Letter | Erased]]
Made = list[tuple[FiledEntry, Letter | None, bytes, str]]
"""Entries with their letter, their file and its ending; without a letter those whose contact was erased."""


class LetterFile(msgspec.Struct, frozen=True):
    """A letter as a file; `as_sent` says whether it is what was sent, if that is known."""

    data: bytes
    content_type: str
    name: str
    sha256: str
    as_sent: bool | None


class StreamedFile(msgspec.Struct, frozen=True):
    """All letters of a logged segment in one file, which is called after the segment (domain B12)."""

    name: str
    content_type: str
    pieces: Iterator[bytes]


class LetterFiles:
    """Makes files of letters."""

    def __init__(self, read_models: ReadModels, letters: EntryLetters) -> None:
        self.read_models = read_models
        self.letters = letters

    def of_entry(self, entry_no: int) -> tuple[FiledEntry | None, Letter | Erased | None]:
        """An entry, if it has a document, and its letter. Raises NotFound."""
        with self.read_models.cursor() as cursor:
            entry = filed_entry(cursor, entry_no)
            known = cursor.execute(
                "SELECT FROM interaction_log_entry WHERE entry_no = %s", (entry_no,)
            ).fetchone()
        if known is None:
            raise NotFound.named("interaction log entry", entry_no)
        return entry, self.letters.of(stream_of(entry), [entry_no])[entry_no] if entry else None

    def one(self, entry_no: int, *, as_pdf: bool) -> LetterFile:
        """The document of an entry, as it was or as PDF. Raises NotFound, NoDocument, OfficeMissing."""
        entry, letter = self.of_entry(entry_no)
        if isinstance(letter, Erased):
            raise NoDocument(
                f"The contact of interaction log entry {entry_no} was erased, and its letter too."
            )
        if entry is None or letter is None:
            raise NoDocument(f"Interaction log entry {entry_no} has no document.")
        digest = letter.sha256
        same = as_sent(entry, digest)
        name = plain_name(letter.name) or f"{entry_no}"
        if as_pdf:
            return LetterFile(one_as_pdf(letter), PDF, f"{name}.pdf", digest, same)
        return LetterFile(letter.data, letter.content_type, f"{name}{_ending(entry, letter)}", digest, same)

    def zipped(self, logged_segment: int, kind: Format, correspondence_type: str | None) -> StreamedFile:
        """A zip with a file for each letter of a logged segment, and an index where there are several.

        Raises NotFound, NoDocument, OfficeMissing before the first piece.
        """
        segment_no, numbers = self._numbers(logged_segment, correspondence_type)
        batches = (_made(batch, kind) for batch in self._batches(numbers))
        first: list[Made] = []
        while not any(letter for batch in first for _, letter, _, _ in batch):
            batch = next(batches, None)
            if batch is None:
                raise NoDocument(
                    f"The contacts of logged segment {logged_segment} were erased, and their letters."
                )
            first.append(batch)
        pieces = _zip(chain(first, batches), alone=len(numbers) == 1)
        return StreamedFile(f"Segment {segment_no}.zip", ZIP, pieces)

    def combined(self, logged_segment: int, correspondence_type: str | None) -> StreamedFile:
        """One PDF of all letters of a logged segment, for the printer; those that cannot be one are left out.

        Raises NotFound, NoDocument, OfficeMissing before the first piece.
        """
        segment_no, numbers = self._numbers(logged_segment, correspondence_type)
        batches = (
            as_one_pdf([letter for _, letter in batch if isinstance(letter, Letter)])
            for batch in self._batches(numbers)
        )
        pdfs = (pdf for pdf in batches if pdf is not None)
        first = next(pdfs, None)
        if first is None:
            raise NoDocument(f"No letter of logged segment {logged_segment} can be made into PDF.")
        return StreamedFile(f"Segment {segment_no}.pdf", PDF, one_after_another(chain([first], pdfs)))

    def _numbers(self, logged_segment: int, correspondence_type: str | None) -> tuple[str, Sequence[int]]:
        """The number that the segment had, and the entries with a document. Raises NotFound, NoDocument."""
        with self.read_models.cursor() as cursor:
            known = cursor.execute(
                "SELECT segment_no FROM logged_segment WHERE entry_no = %s", (logged_segment,)
            ).fetchone()
            numbers = filed_numbers(cursor, logged_segment, correspondence_type)
        if known is None:
            raise NotFound.named("logged segment", logged_segment)
        if not numbers:
            raise NoDocument(f"Logged segment {logged_segment} has no such documents.")
        return known["segment_no"], numbers

    def _batches(self, numbers: Sequence[int]) -> Iterator[Batch]:
        """The entries with their letters, as many at a time as LibreOffice is given in one document."""
        for start in range(0, len(numbers), MOST_COMBINED):
            with self.read_models.cursor() as cursor:
                entries = filed_entries(cursor, numbers[start : start + MOST_COMBINED])
            letters = self._letters(entries)
            yield [(entry, letter) for entry in entries if (letter := letters.get(entry.entry_no))]

    def _letters(self, entries: Sequence[FiledEntry]) -> dict[int, Letter | Erased | None]:
        by_stream: dict[str, list[int]] = {}
        for entry in entries:
            by_stream.setdefault(stream_of(entry), []).append(entry.entry_no)
        found: dict[int, Letter | Erased | None] = {}
        for stream, numbers in by_stream.items():
            found |= self.letters.of(stream, numbers)
        return found


def as_sent(entry: FiledEntry, digest: str) -> bool | None:
    """Whether a letter is, byte for byte, what was recorded when it was sent; None if nothing was."""
    return None if entry.letter_sha256 is None else entry.letter_sha256 == digest


def stream_of(entry: FiledEntry) -> str:
    """The stream that the entry's events are in."""
    if entry.resend_no is not None:
        return resend_stream(entry.resend_no)
    if entry.segment_no is not None:
        return segment_stream(entry.segment_no)
    return interaction_stream(entry.entry_no)


def _ending(entry: FiledEntry, letter: Letter) -> str:
    """How the name of a letter's own file ends."""
    known = {WORD: ".docx", PDF: ".pdf", "text/html": ".html", "text/plain": ".txt"}
    return known.get(letter.content_type) or PurePath(entry.file_name or "").suffix


class _Names:
    """Gives each file a name of its own; the second one with a name has its number behind it."""

    def __init__(self) -> None:
        self._used: set[str] = {"index.csv"}

    def name(self, wanted: str, ending: str, entry_no: int) -> str:
        """The name of a file."""
        stem = plain_name(wanted) or str(entry_no)
        while f"{stem}{ending}".casefold() in self._used:
            stem = f"{stem} ({entry_no})"
        name = f"{stem}{ending}"
        self._used.add(name.casefold())
        return name


def _made(batch: Batch, kind: Format) -> Made:
    """The files of a batch; a letter that cannot be PDF comes as it is."""
    letters = [letter for _, letter in batch if isinstance(letter, Letter)]
    pdfs = iter(as_pdf(letters) if kind == "pdf" else [None] * len(letters))
    made: Made = []
    for entry, letter in batch:
        if isinstance(letter, Erased):
            made.append((entry, None, b"", ""))
        elif (pdf := next(pdfs)) is None:
            made.append((entry, letter, letter.data, _ending(entry, letter)))
        else:
            made.append((entry, letter, pdf, ".pdf"))
    return made


def _zip(batches: Iterable[Made], *, alone: bool) -> Iterator[bytes]:
    sink = _Sink()
    names = _Names()
    with (
        tempfile.TemporaryFile() as file,
        io.TextIOWrapper(file, encoding="utf-8-sig", newline="") as index,
        zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        rows = csv.writer(index)
        rows.writerow(INDEX)
        for batch in batches:
            for entry, letter, data, ending in batch:
                name = ""
                if letter is not None:
                    wanted = letter.subject or "default" if alone else letter.name
                    name = names.name(wanted, ending, entry.entry_no)
                    archive.writestr(_about(name), data)
                    yield sink.taken()
                rows.writerow(_row(name, entry, letter))
        if not alone:
            index.flush()
            with archive.open(_about("index.csv"), "w", force_zip64=True) as member:
                file.seek(0)
                while piece := file.read(PIECE):
                    member.write(piece)
                    yield sink.taken()
    yield sink.taken()


def _row(name: str, entry: FiledEntry, letter: Letter | None) -> list[object]:
    """A row of the index; without a letter, of an entry whose letter was erased."""
    if letter is None:
        digest, same = entry.letter_sha256, "erased"
    else:
        digest = letter.sha256
        same = {None: "", True: "yes", False: "no"}[as_sent(entry, digest)]
    values = (
        *(name, entry.entry_no, entry.contact_no, entry.company_name, entry.contact_name),
        *(entry.correspondence_type, entry.delivery_status, digest, same),
    )
    return [_harmless(value) for value in values]


def _harmless(value: object) -> object:
    """A text that no spreadsheet takes for a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t")) else value


def _about(name: str) -> zipfile.ZipInfo:
    about = zipfile.ZipInfo(name, FIRST_DAY)
    about.compress_type = zipfile.ZIP_DEFLATED
    about.external_attr = 0o644 << 16
    return about


class _Sink(io.RawIOBase):
    """Something to write to that hands on what was written."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        piece = bytes(data)  # type: ignore[call-overload]
        self._pieces.append(piece)
        return len(piece)

    def taken(self) -> bytes:
        """What was written since the last time."""
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)
