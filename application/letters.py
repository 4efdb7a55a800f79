"""Use cases of letters: the document of a line or an entry, filled in for its contact (domain B4, B12).

A letter is made from what template, contact and set-up were at a position of the log, and so can be made
again, byte for byte, as often as wanted.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import msgspec

from application.documents import HTML, WORD, content_of
from application.journal import Journal
from application.past_contacts import PastContacts, line_facts
from application.records import SETUP_STREAM
from application.segments import Segments
from correspondence.binding import WHOLE, Sheaf, bound
from correspondence.fields import MergeData
from correspondence.letter import Company, LetterLine, merge_data
from correspondence.merging import merge
from correspondence.office import find_office
from correspondence.pages import fill_page
from correspondence.pdf import letters_to_pdf, sheaves
from correspondence.reading import TemplateCache
from domain import records
from domain.contact import KnownContact
from domain.document import Document
from domain.errors import DocumentUnreadable, NoDocument, NotFound, OfficeMissing
from domain.interaction import Interaction
from domain.records import KnownRecord, RecordKind
from domain.segment.events import SegmentLogged
from domain.segment.line_values import LineFacts, SegmentLine, line_document, segment_line
from domain.segment.lines import NO_CHANGES, Line, find_line, line_columns
from domain.setup import Setup
from projections.read_models import ReadModels

PDF = "application/pdf"


class Letter(msgspec.Struct, frozen=True):
    """A document filled in for one contact.

    `name` is what its file is called without ending: the company and name, or the name alone (domain B12).
    """

    data: bytes
    content_type: str
    name: str
    subject: str | None
    line: SegmentLine
    contact: KnownContact

    @property
    def sha256(self) -> str:
        """What tells it from all others."""
        return hashlib.sha256(self.data).hexdigest()


class Erased(msgspec.Struct, frozen=True):
    """Stands for a letter that cannot be made any more: its contact was erased, or since then its company."""


class Letters:
    """Fills documents in, for a preview or for what was logged."""

    def __init__(
        self, journal: Journal, read_models: ReadModels, segments: Segments, past: PastContacts
    ) -> None:
        self.journal = journal
        self.read_models = read_models
        self.segments = segments
        self.past = past
        self._templates = TemplateCache()
        journal.log.forgetting.append(self._forget)

    def _forget(self) -> None:
        """Personal documents are among the templates."""
        self._templates = TemplateCache()

    def of_line(self, no: str, line_no: int) -> Letter:
        """The letter that a line would get now. Raises NotFound, NoDocument."""
        segment = self.segments.get(no)
        line = segment.line(line_no)
        if line is None:
            raise NotFound.named("line", line_no)
        position = self.journal.log.position()
        (letter,) = self.of_lines([(line_no, line)], no, position)
        if isinstance(letter, Erased):
            raise NoDocument(f"The contact of line {line_no} was erased; it gets no letter.")
        if letter is None:
            raise NoDocument(f"Line {line_no} has no document to preview.")
        return letter

    def of_entries(
        self, logged: SegmentLogged, position: int, entry_nos: Sequence[int]
    ) -> Iterator[Letter | Erased | None]:
        """The letters of a logged segment's entries, as of the position of logging; None without a document.

        Entry numbers in any order; asked for in batches of some hundreds, they cost a few queries each.
        """
        numbers = line_columns(logged.blocks).line_no
        own = {line.line_no: line.changes for line in logged.own_lines}
        lines: list[tuple[int, Line]] = []
        for entry_no in entry_nos:
            line_no = int(numbers[entry_no - logged.first_interaction_no])
            line = find_line(logged.blocks, {}, line_no)
            assert line is not None, f"entry {entry_no} was made of line {line_no}"
            changed = own.get(line_no, NO_CHANGES)
            lines.append((entry_no, Line(line_no, line.contact_key, line.block, changed)))
        # The entries have the values that their contacts had before the event of logging (domain B10.4).
        return self.of_lines(lines, logged.segment_no, position - 1)

    def of_lines(
        self, lines: Sequence[tuple[int, Line]], segment_no: str, position: int
    ) -> Iterator[Letter | Erased | None]:
        """The letters of numbered lines, as of a position; None without a document."""
        known = _Known(self.journal, self.past, position, [line.contact_key for _, line in lines])
        for number, line in lines:
            yield self._of_line(number, line, segment_no, known)

    def of_interaction(self, value: Interaction, entry_no: int, position: int) -> Letter | Erased | None:
        """The letter of a single interaction, as of the position of its event; None without a document."""
        if value.contact_key is None or value.document is None:
            return None
        known = _Known(self.journal, self.past, position - 1, [value.contact_key])
        if known.is_erased(value.contact_key):
            return Erased()
        contact = known.contact(value.contact_key)
        if contact is None:
            return None
        company = known.company_of(contact)
        shown = _as_line(value, entry_no, line_facts(contact, company))
        values = known.merge_data(entry_no, shown, contact, company, None)
        return self._letter(value.document, values, shown, contact, company)

    def _of_line(self, number: int, line: Line, segment_no: str, known: _Known) -> Letter | Erased | None:
        if known.is_erased(line.contact_key):
            return Erased()
        contact = known.contact(line.contact_key)
        if contact is None:
            return None
        company = known.company_of(contact)
        facts = line_facts(contact, company)
        document = line_document(line, facts.language_code).document
        if document is None:
            return None
        shown = segment_line(line, facts)
        values = known.merge_data(number, shown, contact, company, segment_no)
        return self._letter(document, values, shown, contact, company)

    def _letter(
        self,
        document: Document,
        values: MergeData,
        shown: SegmentLine,
        contact: KnownContact,
        company: KnownContact | None,
    ) -> Letter:
        return Letter(
            data=self.filled(document, values),
            content_type=document.content_type,
            name=_file_name(contact, company),
            subject=shown.subject,
            line=shown,
            contact=contact,
        )

    def filled(self, document: Document, values: MergeData) -> bytes:
        """A document with these values in its fields; a kind that has no fields is given as it is."""

        def content() -> bytes:
            return content_of(self.journal.log, document)

        if document.content_type == WORD:
            template = self._templates.get(document.sha256, content)
            return merge(template, values.values(), values.language_code)
        if document.content_type == HTML:
            return fill_page(content().decode(), values.values(), values.language_code).encode()
        return content()


def _as_line(value: Interaction, entry_no: int, facts: LineFacts) -> SegmentLine:
    """A single interaction as the line of a segment that it would have been."""
    named = msgspec.structs.asdict(value)
    shared = {name: named[name] for name in SegmentLine.__struct_fields__ if name in named}
    return SegmentLine(
        **shared
        | {
            "line_no": entry_no,
            "contact_name": facts.name if facts.type == "person" else None,
            "contact_company_name": facts.company_name,
            "contact_email": facts.email,
            "language_code": value.interaction_language_code,
            "send_word_documents_as_attachment": False,
            "document": "inherited",
            "remarks": None,
        }
    )


def _file_name(contact: KnownContact, company: KnownContact | None) -> str:
    """What the file of a contact's letter is called: with the company of a person (domain B12)."""
    of_company = company.value.name if company and company.no != contact.no else None
    return " - ".join(name for name in (of_company, contact.value.name) if name)


def can_make_pdf() -> bool:
    """Whether Word letters can be made into PDF here."""
    try:
        find_office()
    except OfficeMissing:
        return False
    return True


def as_pdf(letters: Sequence[Letter]) -> list[bytes | None]:
    """Letters as PDF; None for one that cannot be converted, or is no Word document. Raises OfficeMissing."""
    made: list[bytes | None] = [letter.data if letter.content_type == PDF else None for letter in letters]
    word = [place for place, letter in enumerate(letters) if letter.content_type == WORD]
    for place, pdf in zip(word, letters_to_pdf([letters[place].data for place in word]), strict=True):
        made[place] = pdf
    return made


def as_one_pdf(letters: Sequence[Letter]) -> bytes | None:
    """One PDF of letters, without those that cannot be converted; None if none can. Raises OfficeMissing."""
    word = {place: letter.data for place, letter in enumerate(letters) if letter.content_type == WORD}
    ready = [
        Sheaf(letter.data, {place: WHOLE})
        for place, letter in enumerate(letters)
        if letter.content_type == PDF
    ]
    return bound([*ready, *sheaves(word)])


def one_as_pdf(letter: Letter) -> bytes:
    """A letter as PDF. Raises OfficeMissing, NoDocument, DocumentUnreadable."""
    if letter.content_type not in (WORD, PDF):
        raise NoDocument("Only Word documents can be made into PDF; this one is of another kind.")
    (pdf,) = as_pdf([letter])
    if pdf is None:
        raise DocumentUnreadable("The letter cannot be made into PDF.")
    return pdf


@dataclass
class _Known:
    """What letters need besides their lines, as it was at a position; looked up once for all of them."""

    journal: Journal
    past: PastContacts
    position: int
    keys: Sequence[int]

    def __post_init__(self) -> None:
        self._records: dict[str, Any] = {}
        numbers = self.past.numbers(self.keys, after=self.position)
        contacts = self.past.many(list(numbers.values()), self.position)
        self._contacts = {contact.key: contact for contact in contacts.values()}
        companies = {contact.value.company_no for contact in contacts.values()}
        self._by_no = contacts | self.past.many(
            sorted(no for no in companies - contacts.keys() if no is not None), self.position
        )

        companies_known = [contact.key for contact in self._by_no.values()]
        self._destroyed = self.journal.log.personal_keys.destroyed_among([*self.keys, *companies_known])

    def is_erased(self, key: int) -> bool:
        """Whether a contact was erased, or its company after this position: nobody knows the letter then."""
        if key in self._destroyed:
            return True
        contact = self.contact(key)
        company = self.company_of(contact) if contact is not None else None
        return company is not None and company.key in self._destroyed and not company.erased

    def contact(self, key: int) -> KnownContact | None:
        """A contact by its key."""
        return self._contacts.get(key)

    def company_of(self, contact: KnownContact) -> KnownContact | None:
        """The company that a contact is or belongs to."""
        return self._by_no.get(contact.value.company_no or "")

    @cached_property
    def _setup(self) -> Setup:
        value: Setup = self._stream(SETUP_STREAM) or Setup()
        return value

    def _record(self, kind: RecordKind, code: str | None) -> Any:
        return None if code is None else self._stream(kind.stream(code))

    def _stream(self, stream: str) -> Any:
        if stream not in self._records:
            found = self.journal.log.load_many([stream], KnownRecord, position=self.position)
            self._records[stream] = found[stream].value if stream in found else None
        return self._records[stream]

    def merge_data(
        self,
        number: int,
        line: SegmentLine,
        contact: KnownContact,
        company: KnownContact | None,
        segment_no: str | None,
    ) -> MergeData:
        """The values of all fields of one letter (domain B12)."""
        return merge_data(
            contact.no,
            contact.value,
            LetterLine(
                entry_no=number,
                date=line.date,
                description=line.description,
                subject=line.subject,
                campaign_no=line.campaign_no,
                segment_no=segment_no,
                language_code=line.language_code,
                correspondence_type=line.correspondence_type,
                alternative_address_code=line.contact_alternative_address_code,
                salesperson_code=line.salesperson_code,
                remarks=line.remarks,
            ),
            company=Company(company.no, company.value) if company and company.no != contact.no else None,
            salesperson=self._record(records.SALESPERSON, line.salesperson_code),
            own_company=self._setup.company,
            salutation=self._record(records.SALUTATION, contact.value.salutation_code),
            default_language_code=self._setup.default_language_code,
        )
