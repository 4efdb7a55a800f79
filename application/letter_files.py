"""Letters as files: one of an entry, a zip or one PDF of a logged segment, streamed (domain B12).

They are made again when they are asked for; what was recorded when they were sent says whether they are the
same.
"""

from __future__ import annotations

import csv
import hashlib
import io
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import PurePath
from typing import Literal

import msgspec
import pikepdf

from application.documents import WORD
from application.entry_letters import EntryLetters
from application.letters import PDF, Erased, Letter, as_pdf, one_as_pdf
from correspondence.mail import plain_name
from domain.errors import NoDocument, NotFound
from projections.delivery_queries import FiledEntry, filed_entries, filed_entry
from projections.read_models import ReadModels

AT_ONCE = 100
PIECE = 256 * 1024
FIRST_DAY = (1980, 1, 1, 0, 0, 0)
"""The first day that a zip file can name: the same letters are the same file."""
INDEX = (
    *("file", "entry_no", "contact_no", "company", "name", "correspondence_type", "delivery_status"),
    *("sha256", "as_sent"),
)

Format = Literal["pdf", "docx"]
Made = list[tuple[FiledEntry, Letter, bytes, str]]
"""Entries with their letter, their file and its ending."""


class LetterFile(msgspec.Struct, frozen=True):
    """A letter as a file; `as_sent` says whether it is what was sent, if that is known."""

    data: bytes
    content_type: str
    name: str
    sha256: str
    as_sent: bool | None


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
        digest = digest_of(letter)
        same = as_sent(entry, digest)
        name = plain_name(letter.name) or f"{entry_no}"
        if as_pdf:
            return LetterFile(one_as_pdf(letter), PDF, f"{name}.pdf", digest, same)
        return LetterFile(letter.data, letter.content_type, f"{name}{_ending(entry, letter)}", digest, same)

    def zipped(self, logged_segment: int, kind: Format, correspondence_type: str | None) -> Iterator[bytes]:
        """A zip with a file for each letter of a logged segment, and an index where there are several.

        Raises NotFound, NoDocument, OfficeMissing before the first piece.
        """
        entries = self._entries(logged_segment, correspondence_type)
        erased: list[FiledEntry] = []
        batches = self._made(entries, kind, erased)
        first = next(batches)
        if len(erased) == len(entries):
            raise NoDocument(
                f"The contacts of logged segment {logged_segment} were erased, and their letters."
            )
        return _zip(first, batches, erased, alone=len(entries) == 1)

    def combined(self, logged_segment: int, correspondence_type: str | None) -> Iterator[bytes]:
        """One PDF of all letters of a logged segment, for the printer; those that cannot be one are left out.

        Raises NotFound, NoDocument, OfficeMissing.
        """
        entries = self._entries(logged_segment, correspondence_type)
        made = self._made(entries, "pdf", [])
        parts = [pdf for batch in made if (pdf := _joined(_pdfs(batch))) is not None]
        whole = _joined(parts)
        if whole is None:
            raise NoDocument(f"No letter of logged segment {logged_segment} can be made into PDF.")
        return (whole[start : start + PIECE] for start in range(0, len(whole), PIECE))

    def _entries(self, logged_segment: int, correspondence_type: str | None) -> list[FiledEntry]:
        with self.read_models.cursor() as cursor:
            known = cursor.execute(
                "SELECT FROM logged_segment WHERE entry_no = %s", (logged_segment,)
            ).fetchone()
            entries = filed_entries(cursor, logged_segment, correspondence_type)
        if known is None:
            raise NotFound.named("logged segment", logged_segment)
        if not entries:
            raise NoDocument(f"Logged segment {logged_segment} has no such documents.")
        return entries

    def _made(self, entries: Sequence[FiledEntry], kind: Format, erased: list[FiledEntry]) -> Iterator[Made]:
        """The letters, some at a time; one that cannot be PDF comes as it is.

        Entries whose letters were erased with their contact are put into `erased`.
        """
        for start in range(0, len(entries), AT_ONCE):
            part = entries[start : start + AT_ONCE]
            letters = self._letters(part)
            erased += [entry for entry in part if isinstance(letters.get(entry.entry_no), Erased)]
            found = [
                (entry, letter) for entry in part if isinstance(letter := letters.get(entry.entry_no), Letter)
            ]
            pdfs = as_pdf([letter for _, letter in found]) if kind == "pdf" else [None] * len(found)
            yield [
                (entry, letter, letter.data, _ending(entry, letter))
                if pdf is None
                else (entry, letter, pdf, ".pdf")
                for (entry, letter), pdf in zip(found, pdfs, strict=True)
            ]

    def _letters(self, entries: Sequence[FiledEntry]) -> dict[int, Letter | Erased | None]:
        by_stream: dict[str, list[int]] = {}
        for entry in entries:
            by_stream.setdefault(stream_of(entry), []).append(entry.entry_no)
        found: dict[int, Letter | Erased | None] = {}
        for stream, numbers in by_stream.items():
            found |= self.letters.of(stream, numbers)
        return found


def digest_of(letter: Letter) -> str:
    """What tells a letter from all others."""
    return hashlib.sha256(letter.data).hexdigest()


def as_sent(entry: FiledEntry, digest: str) -> bool | None:
    """Whether a letter is, byte for byte, what was recorded when it was sent; None if nothing was."""
    return None if entry.letter_sha256 is None else entry.letter_sha256 == digest


def stream_of(entry: FiledEntry) -> str:
    """The stream that the entry's events are in."""
    if entry.resend_no is not None:
        return f"resend-{entry.resend_no}"
    if entry.segment_no is not None:
        return f"segment-{entry.segment_no}"
    return f"interaction-{entry.entry_no}"


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
        name = f"{stem}{ending}"
        if name.casefold() in self._used:
            name = f"{stem} ({entry_no}){ending}"
        self._used.add(name.casefold())
        return name


def _zip(
    first: Made, others: Iterator[Made], erased: Sequence[FiledEntry], *, alone: bool
) -> Iterator[bytes]:
    sink = _Sink()
    names = _Names()
    index = io.StringIO()
    rows = csv.writer(index)
    rows.writerow(INDEX)
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for batch in _chained(first, others):
            for entry, letter, data, ending in batch:
                wanted = letter.subject or "default" if alone else letter.name
                name = names.name(wanted, ending, entry.entry_no)
                _add(archive, name, data)
                rows.writerow(_row(name, entry, letter))
                yield sink.taken()
        for entry in erased:
            rows.writerow(_row("", entry, None))
        if not alone:
            _add(archive, "index.csv", ("\ufeff" + index.getvalue()).encode())
    yield sink.taken()


def _row(name: str, entry: FiledEntry, letter: Letter | None) -> list[object]:
    """A row of the index; without a letter, of an entry whose letter was erased."""
    if letter is None:
        digest, same = entry.letter_sha256, "erased"
    else:
        digest = digest_of(letter)
        same = {None: "", True: "yes", False: "no"}[as_sent(entry, digest)]
    values = (
        *(name, entry.entry_no, entry.contact_no, entry.company_name, entry.contact_name),
        *(entry.correspondence_type, entry.delivery_status, digest, same),
    )
    return [_harmless(value) for value in values]


def _harmless(value: object) -> object:
    """A text that no spreadsheet takes for a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t")) else value


def _add(archive: zipfile.ZipFile, name: str, data: bytes) -> None:
    about = zipfile.ZipInfo(name, FIRST_DAY)
    about.compress_type = zipfile.ZIP_DEFLATED
    about.external_attr = 0o644 << 16
    archive.writestr(about, data)


def _chained(first: Made, others: Iterator[Made]) -> Iterator[Made]:
    yield first
    yield from others


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


def _pdfs(batch: Made) -> list[bytes]:
    return [data for _, _, data, ending in batch if ending == ".pdf"]


def _joined(pdfs: Sequence[bytes]) -> bytes | None:
    """One PDF of several; None of none."""
    if not pdfs:
        return None
    made = io.BytesIO()
    with ExitStack() as opened, pikepdf.new() as whole:
        for pdf in pdfs:
            whole.pages.extend(opened.enter_context(pikepdf.open(io.BytesIO(pdf))).pages)
        whole.save(made, deterministic_id=True)
    return made.getvalue()
