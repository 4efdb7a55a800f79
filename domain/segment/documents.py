"""Commands on the documents of a segment: its own, which lines inherit, and personal ones (domain B4)."""

from __future__ import annotations

from msgspec.structs import replace as replaced

from domain.document import Document, Documents, document_in
from domain.errors import NotFound
from domain.segment.events import DocumentAttached, DocumentRemoved, SegmentEvent
from domain.segment.line_values import LineDocument
from domain.segment.state import Segment
from domain.vocabulary import given


def attach(segment: Segment, document: Document, *, names_subject: bool) -> tuple[SegmentEvent, ...]:
    """Keep a document in its language for the whole segment.

    Unless a subject is named, that of the document in its place stays, or the header's for the first one.
    """
    header = segment.header
    before = document_in(header.documents, document.language_code)
    if not names_subject:
        present = before.subject if before else None if header.documents else header.subject
        document = replaced(document, subject=present)
    return () if document == before else (DocumentAttached(document),)


def remove(segment: Segment, language_code: str | None) -> tuple[SegmentEvent, ...]:
    """Take the segment's document in a language away. Raises NotFound."""
    if document_in(segment.header.documents, language_code) is None:
        raise NotFound.named("document in language", language_code or "(none)")
    return (DocumentRemoved(language_code),)


def personalise(
    segment: Segment,
    line_no: int,
    contact_no: str,
    now: LineDocument,
    document: Document,
    *,
    names_subject: bool,
) -> tuple[SegmentEvent, ...]:
    """Give one line a document of its own, in the language that it has now. Raises NotFound."""
    if segment.line(line_no) is None:
        raise NotFound.named("line", line_no)
    subject = document.subject if names_subject else now.subject
    personal = replaced(document, language_code=now.language_code, subject=subject)
    if now.kind == "unique" and personal == now.document:
        return ()
    return (DocumentAttached(personal, line_no, contact_no),)


def depersonalise(
    segment: Segment, line_no: int, contact_no: str, now: LineDocument
) -> tuple[SegmentEvent, ...]:
    """Take a line's own document away: it inherits again (domain B4). Raises NotFound.

    A line whose language none of its own documents is in loses all of them: they are in its way.
    """
    line = segment.line(line_no)
    if line is None:
        raise NotFound.named("line", line_no)
    own: Documents = given(line.own).get("personal_documents", ())
    if not own:
        raise NotFound(f"Line {line_no} has no document of its own.")
    gone = [now.language_code] if now.document is not None else [document.language_code for document in own]
    return tuple(DocumentRemoved(language, line_no, contact_no) for language in gone)
