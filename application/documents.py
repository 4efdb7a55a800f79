"""Use cases of documents: those of templates, of segments, and personal ones (domain A9, B4)."""

from __future__ import annotations

import hashlib

import msgspec
from msgspec.structs import replace as replaced

from application.erasures import erased_documents
from application.journal import Caller, Changes, Journal, check_exists, check_version, retried
from application.records import Records
from application.segments import Segments, stream_of
from correspondence.pages import page_fields
from correspondence.reading import read_template
from domain import records
from domain.document import (
    Document,
    document_in,
    next_default,
    with_document,
    without_language,
)
from domain.errors import Conflict, DocumentUnreadable, NotFound
from domain.interaction_template import InteractionTemplate
from domain.records import KnownRecord
from domain.segment import documents
from domain.segment.events import DocumentAttached, SegmentEvent
from domain.segment.line_values import LineDocument, line_document
from domain.segment.lines import Line
from domain.segment.state import Segment
from eventstore.contents import ContentError, MissingContentError
from eventstore.log import At, EventLog

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
HTML = "text/html"
OLD_WORD = "application/msword"
UNKNOWN = "application/octet-stream"
MACROS = (".docm", ".dotm")
PAGES = (".html", ".htm")


class File(msgspec.Struct, frozen=True):
    """A file as it was sent in; a subject that is not named stays as it is."""

    data: bytes
    content_type: str | None = None
    file_name: str | None = None
    subject: str | None = None
    names_subject: bool = False


class ReadDocument(msgspec.Struct, frozen=True):
    """A file that can be kept, with the merge fields in it and those that mean nothing."""

    document: Document
    merge_fields: tuple[str, ...] = ()
    unknown_fields: tuple[str, ...] = ()


class Stored(msgspec.Struct, frozen=True):
    """What was stored, whether there was none in its language before, and the version and position."""

    read: ReadDocument
    new: bool
    version: int
    position: int


class Documents:
    """Files are read or refused here, and kept by the digest of their bytes beside the event naming them."""

    def __init__(self, journal: Journal, known: Records, segments: Segments) -> None:
        self.journal = journal
        self.records = known
        self.segments = segments

    def content(self, document: Document) -> bytes:
        """The bytes of a document. Raises NotFound, Conflict."""
        return content_of(self.journal.log, document)

    def fields_of(self, document: Document) -> ReadDocument:
        """A document that is kept, with its merge fields. Raises NotFound."""
        file = File(self.content(document), document.content_type, document.file_name)
        return replaced(read_file(file, document.language_code), document=document)

    # Templates

    def of_template(
        self, code: str, language_code: str | None, *, version: int | None = None, at: At | None = None
    ) -> tuple[Document, int]:
        """A template's document in a language, now or then, and the template's version. Raises NotFound."""
        record = self.records.as_of(records.INTERACTION_TEMPLATE, code, version=version, at=at)
        return _found(record.value.documents, language_code), record.version

    @retried
    def put_on_template(self, caller: Caller, code: str, language_code: str | None, file: File) -> Stored:
        """Store a template's document in a language. Raises NotFound, DocumentUnreadable."""
        record = self._template(caller, code)
        template: InteractionTemplate = record.value
        before = document_in(template.documents, language_code)
        check_exists(caller, exists=before is not None)
        read = read_file(file, language_code)
        if not file.names_subject and before is not None:
            read = replaced(read, document=replaced(read.document, subject=before.subject))
        changed = replaced(template, documents=with_document(template.documents, read.document))
        version, position = self._write(caller, record, changed, {read.document.sha256: file.data})
        return Stored(read, before is None, version, position)

    @retried
    def remove_from_template(self, caller: Caller, code: str, language_code: str | None) -> tuple[int, int]:
        """Take a template's document away; another language becomes its default if need be.

        The template's version and the position. Raises NotFound.
        """
        record = self._template(caller, code)
        template: InteractionTemplate = record.value
        _found(template.documents, language_code)
        left = without_language(template.documents, language_code)
        default = template.language_code
        if default == language_code:
            default = next_default(left, default)
        return self._write(caller, record, replaced(template, documents=left, language_code=default), {})

    def _template(self, caller: Caller, code: str) -> KnownRecord:
        record = self.records.get(records.INTERACTION_TEMPLATE, code)
        check_version(caller, record.version)
        return record

    def _write(
        self, caller: Caller, record: KnownRecord, value: InteractionTemplate, contents: dict[str, bytes]
    ) -> tuple[int, int]:
        kind = records.INTERACTION_TEMPLATE
        facts = records.write(kind, record, record.code, value)
        changes = Changes(kind.stream(record.code), record.version, facts)
        position = self.journal.record(caller, changes, contents=contents)
        return record.version + len(facts), position

    # Segments

    def of_segment(self, segment: Segment, language_code: str | None) -> tuple[Document, int]:
        """A segment's own document in a language, and the segment's version. Raises NotFound."""
        return _found(segment.header.documents, language_code), segment.version

    @retried
    def put_on_segment(self, caller: Caller, no: str, language_code: str | None, file: File) -> Stored:
        """Store the segment's own document, which its lines inherit (domain B4). Raises Refused."""
        segment = self.segments.for_command(caller, no)
        new = document_in(segment.header.documents, language_code) is None
        check_exists(caller, exists=not new)
        read = read_file(file, language_code)
        events = documents.attach(segment, read.document, names_subject=file.names_subject)
        return self._stored(caller, segment, events, read, file, new=new)

    @retried
    def remove_from_segment(self, caller: Caller, no: str, language_code: str | None) -> tuple[int, int]:
        """Take the segment's document away (domain B4); its version and the position. Raises Refused."""
        segment = self.segments.for_command(caller, no)
        return self._removed(caller, segment, documents.remove(segment, language_code))

    # Lines

    def used_on(self, segment: Segment, line_no: int) -> LineDocument:
        """The document that a line uses, and whether it is its own. Raises NotFound."""
        _, _, chosen = self._line(segment, line_no)
        return chosen

    def of_line(self, segment: Segment, line_no: int) -> tuple[Document, int]:
        """The personal document of a line, and the segment's version. Raises NotFound."""
        chosen = self.used_on(segment, line_no)
        if chosen.kind != "unique" or chosen.document is None:
            raise NotFound(f"Line {line_no} has no document of its own.")
        return chosen.document, segment.version

    @retried
    def put_on_line(self, caller: Caller, no: str, line_no: int, file: File) -> Stored:
        """Give one line a document of its own (domain B4). Raises Refused."""
        segment = self.segments.for_command(caller, no)
        line, contact_no, chosen = self._line(segment, line_no)
        new = chosen.kind != "unique"
        check_exists(caller, exists=not new)
        read = read_file(file, chosen.language_code)
        events = documents.personalise(
            *(segment, line_no, contact_no, chosen, read.document), names_subject=file.names_subject
        )
        return self._stored(caller, segment, events, read, file, new=new, about=line.contact_key)

    @retried
    def remove_from_line(self, caller: Caller, no: str, line_no: int) -> tuple[int, int]:
        """Let a line inherit again (domain B4); the segment's version and the position. Raises Refused."""
        segment = self.segments.for_command(caller, no)
        _, contact_no, chosen = self._line(segment, line_no)
        events = documents.depersonalise(segment, line_no, contact_no, chosen)
        return self._removed(caller, segment, events)

    def _line(self, segment: Segment, line_no: int) -> tuple[Line, str, LineDocument]:
        line = segment.line(line_no)
        if line is None:
            raise NotFound.named("line", line_no)
        facts = self.segments.facts_of(line)
        language = facts.language_code if facts else None
        return line, facts.no if facts else "", line_document(line, language)

    def _removed(self, caller: Caller, segment: Segment, events: tuple[SegmentEvent, ...]) -> tuple[int, int]:
        position = self.journal.record(caller, Changes(stream_of(segment.no), segment.version, events))
        return segment.version + len(events), position

    def _stored(
        self,
        caller: Caller,
        segment: Segment,
        events: tuple[SegmentEvent, ...],
        read: ReadDocument,
        file: File,
        *,
        new: bool,
        about: int | None = None,
    ) -> Stored:
        changes = Changes(stream_of(segment.no), segment.version, events, about)
        contents = {read.document.sha256: file.data}
        position = self.journal.record(caller, changes, contents=contents)
        for event in events:
            assert isinstance(event, DocumentAttached)
            read = replaced(read, document=event.document)
        return Stored(read, new, segment.version + len(events), position)


def content_of(log: EventLog, document: Document) -> bytes:
    """The bytes of a document. Raises NotFound if erased with its contact, Conflict if tampered with."""
    try:
        return log.contents.load([document.sha256])[document.sha256]
    except ContentError as error:
        if isinstance(error, MissingContentError):
            with log.datastore.get_connection() as connection:
                if document.sha256 in erased_documents(connection):
                    raise NotFound("The document was erased with its contact.") from error
        raise Conflict(
            "The document was changed or removed in the database, past this service. Whoever runs it "
            "learns more from `segmentlog verify`."
        ) from error


def read_file(file: File, language_code: str | None) -> ReadDocument:
    """A file as a document in a language. Raises DocumentUnreadable."""
    if not file.data:
        raise DocumentUnreadable("The file is empty.")
    name = (file.file_name or "").lower()
    content_type = (file.content_type or UNKNOWN).partition(";")[0].strip().lower()
    if name.endswith(MACROS) or "macroenabled" in content_type:
        raise DocumentUnreadable("The file may hold macros; save it as a Word document without them (.docx).")
    if name.endswith(".doc") or content_type == OLD_WORD:
        raise DocumentUnreadable("The file is in an old format of Word; save it as .docx.")
    fields: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    if content_type == WORD or name.endswith(".docx") or _holds_letter(file.data):
        content_type = WORD
        template = read_template(file.data)
        fields, unknown = template.fields, template.unknown_fields
    elif content_type == HTML or (content_type == UNKNOWN and name.endswith(PAGES)):
        content_type = HTML
        fields, unknown = page_fields(_text(file.data))
    document = Document(
        sha256=hashlib.sha256(file.data).hexdigest(),
        size=len(file.data),
        content_type=content_type,
        file_name=file.file_name,
        language_code=language_code,
        subject=file.subject,
    )
    return ReadDocument(document, fields, unknown)


def _holds_letter(data: bytes) -> bool:
    """Whether it is a Word document, whatever the sender calls it: many programs name no type and no file."""
    return data.startswith(b"PK\3\4") and b"word/document" in data


def _text(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise DocumentUnreadable("The page is not in UTF-8; save it with that encoding.") from error


def _found(known: tuple[Document, ...], language_code: str | None) -> Document:
    document = document_in(known, language_code)
    if document is None:
        raise NotFound.named("document in language", language_code or "(none)")
    return document
