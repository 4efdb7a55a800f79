"""Commands on the worksheet's lines: each answers with the events to record (domain B3)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec.structs import replace as replaced

from domain.document import Documents, document_in
from domain.errors import MandatoryField, NotFound
from domain.interaction_template import NO_TEMPLATE, InteractionTemplate
from domain.segment.events import LineAdded, LineChanged, LineRemoved, SegmentEvent
from domain.segment.header import Header, line_start
from domain.segment.line_values import line_document
from domain.segment.lines import OF_ITS_DOCUMENT, Line, LineChanges, LineStart, after, line_on_block
from domain.segment.state import Segment
from domain.vocabulary import CorrespondenceType, given


class LineContact(msgspec.Struct, frozen=True):
    """What a command on a line must know of its contact."""

    key: int
    no: str
    correspondence_type: CorrespondenceType | None = None
    language_code: str | None = None
    excluded: bool = False


def add_line(
    segment: Segment,
    contact: LineContact,
    values: LineChanges,
    template: InteractionTemplate | None,
    *,
    line_no: int | None = None,
) -> tuple[SegmentEvent, ...]:
    """Put a contact on a line by hand, at the end or in the place of `line_no` (domain B3.1, B3.6)."""
    start = line_start(segment.header)
    number = line_no or segment.next_line_no
    line = line_on_block(number, contact.key, start)
    changes, _ = _line_changes(segment.header, line, values, contact, template)
    added = LineAdded(
        segment.next_action_no, number, contact.key, contact.no, start, changes, excluded=contact.excluded
    )
    return (added,)


def change_line(
    segment: Segment,
    line_no: int,
    contact: LineContact,
    values: LineChanges,
    template: InteractionTemplate | None,
) -> tuple[SegmentEvent, ...]:
    """Give one line values of its own (domain B3.2, B3.3). Raises NotFound, NoDocument."""
    line = segment.line(line_no)
    if line is None:
        raise NotFound.named("line", line_no)
    changes, dropped = _line_changes(segment.header, line, values, contact, template)
    unchanged = after(line.own, changes, dropped) == line.own
    return () if unchanged else (LineChanged(line_no, contact.no, changes, dropped),)


def replace_contact(
    segment: Segment,
    line_no: int,
    contact: LineContact,
    replaced_no: str,
    values: LineChanges,
    template: InteractionTemplate | None,
) -> tuple[SegmentEvent, ...]:
    """Another contact takes the line over, which counts as two criteria actions (domain B3.6)."""
    removed = remove_line(segment, line_no, replaced_no)
    (added,) = add_line(segment, contact, values, template, line_no=line_no)
    assert isinstance(added, LineAdded)
    return (*removed, replaced(added, action_no=segment.next_action_no + 1))


def remove_line(segment: Segment, line_no: int, contact_no: str) -> tuple[SegmentEvent, ...]:
    """Delete a line by hand (domain B3.6, B3.7). Raises NotFound."""
    if segment.line(line_no) is None:
        raise NotFound.named("line", line_no)
    return (LineRemoved(segment.next_action_no, line_no, contact_no),)


def _line_changes(
    header: Header,
    line: Line,
    values: LineChanges,
    contact: LineContact,
    template: InteractionTemplate | None,
) -> tuple[LineChanges, tuple[str, ...]]:
    """What the line has of its own from now on, and what it takes from its block again."""
    named = given(values)
    before = _values(line.block.start, line.own)
    changes: dict[str, Any] = {}
    dropped: tuple[str, ...] = ()
    code = named.get("interaction_template_code", before["interaction_template_code"])
    if code != before["interaction_template_code"]:
        changes = _of_template(header, before, contact, template)
        documents, dropped = _documents_of_template(header, line, code, contact, template)
        changes |= documents
    if "language_code" in named:
        now = line_document(line, contact.language_code).language_code
        if changes or named["language_code"] != now:  # one that it has already brings no subject
            changes |= _of_language(line, code, named["language_code"], changes)
        changes["language_fixed"] = True
    changes |= named
    if "correspondence_type" in changes:
        changes["correspondence_type_fixed"] = True
    return LineChanges(**changes), dropped


def _values(start: LineStart, own: LineChanges) -> Mapping[str, Any]:
    return {name: getattr(start, name) for name in start.__struct_fields__} | given(own)


def _of_language(
    line: Line, template_code: str | None, language_code: str | None, changes: Mapping[str, Any]
) -> dict[str, Any]:
    """A language by hand, with the subject of the document in it (domain B3.3). Raises MandatoryField."""
    if language_code is not None and template_code is None:
        raise MandatoryField.named(
            "interaction_template_code", "A line needs an interaction template before it has a language."
        )
    now = {**given(line.own), **changes}
    documents: Documents = now.get("personal_documents") or now.get("documents", line.block.start.documents)
    document = document_in(documents, language_code)
    return {"subject": document.subject if document else None}


def _documents_of_template(
    header: Header,
    line: Line,
    code: str | None,
    contact: LineContact,
    template: InteractionTemplate | None,
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """A line with the header's template inherits; one with another has its own copies (domain B3.2, B3.5)."""
    if code == header.interaction_template_code:
        inherited = ["documents", "language_code", *([] if header.documents else ["subject"])]
        different = {
            name: getattr(header, name)
            for name in inherited
            if getattr(header, name) != getattr(line.block.start, name)
        }
        if "documents" in different:  # with documents of its own, its language is not its block's either
            different["language_code"] = header.language_code
        return different, OF_ITS_DOCUMENT
    documents: Documents = template.documents if template else ()
    preferred = [contact.language_code, template.language_code if template else None]
    language = next((known for known in preferred if known and document_in(documents, known)), None)
    if documents and document_in(documents, language) is None:
        language = documents[0].language_code
    document = document_in(documents, language)
    changes: dict[str, Any] = {
        "personal_documents": documents,
        "language_code": language,
        "language_fixed": True,
        "subject": document.subject if document else None,
    }
    if line.block.start.documents:
        changes["documents"] = ()
    return changes, OF_ITS_DOCUMENT


def _of_template(
    header: Header, before: Mapping[str, Any], contact: LineContact, template: InteractionTemplate | None
) -> dict[str, Any]:
    """What a line takes from a template of its own (domain B3.2)."""
    source = template or NO_TEMPLATE
    changes: dict[str, Any] = {
        "interaction_group_code": source.interaction_group_code,
        "cost": source.unit_cost,
        "duration_minutes": source.unit_duration_minutes,
        "information_flow": source.information_flow,
        "initiated_by": source.initiated_by,
        "campaign_target": source.campaign_target,
        "campaign_response": source.campaign_response,
        "correspondence_type": None,
    }
    if template is None:
        return changes
    switched = before["interaction_template_code"] is not None
    if template.description is not None and (before["description"] is None or switched):
        changes["description"] = template.description
    changes["campaign_no"] = header.campaign_no or template.campaign_no
    changes["correspondence_type"] = _line_correspondence(header, before, contact, template)
    return changes


def _line_correspondence(
    header: Header, before: Mapping[str, Any], contact: LineContact, template: InteractionTemplate
) -> CorrespondenceType | None:
    """Domain rule B3.4, column "on assigning template to a line": the first that applies."""
    if header.ignore_contact_correspondence_type and header.correspondence_type is not None:
        return header.correspondence_type
    if template.ignore_contact_correspondence_type:
        return template.correspondence_type
    if contact.correspondence_type is not None:
        return contact.correspondence_type
    previous: CorrespondenceType | None = before["correspondence_type"]
    return template.correspondence_type or previous
