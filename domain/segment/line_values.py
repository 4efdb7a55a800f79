"""What a line says: its own values, else its block's, else its contact's (domain B3.1 to B3.5).

`projections.line_sql` has the same rules in SQL, for many lines at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, time
from decimal import Decimal
from typing import Any, Literal

import msgspec

from domain.contact import AlternativeAddress, active_address
from domain.document import Document, Documents, document_in, languages
from domain.segment.lines import Line, LineChanges, LineStart
from domain.vocabulary import ContactType, CorrespondenceType, Evaluation, InformationFlow, InitiatedBy, given


class LineFacts(msgspec.Struct, frozen=True):
    """What a line shows of its contact, and what it takes from it."""

    no: str
    type: ContactType
    name: str | None = None
    company_no: str | None = None
    company_name: str | None = None
    email: str | None = None
    salesperson_code: str | None = None
    language_code: str | None = None
    correspondence_type: CorrespondenceType | None = None
    alternative_addresses: tuple[AlternativeAddress, ...] = ()


class SegmentLine(msgspec.Struct, frozen=True):
    """A line as it is shown. Cost in local currency, duration in minutes."""

    line_no: int
    contact_no: str | None
    contact_name: str | None
    contact_company_no: str | None
    contact_company_name: str | None
    contact_email: str | None
    description: str | None
    interaction_template_code: str | None
    interaction_group_code: str | None
    correspondence_type: CorrespondenceType | None
    language_code: str | None
    subject: str | None
    cost: Decimal
    duration_minutes: int
    date: date | None
    time_of_interaction: time | None
    information_flow: InformationFlow | None
    initiated_by: InitiatedBy | None
    salesperson_code: str | None
    campaign_no: str | None
    campaign_target: bool
    campaign_response: bool
    evaluation: Evaluation | None
    attempt_failed: bool
    contact_via: str | None
    contact_alternative_address_code: str | None
    send_word_documents_as_attachment: bool
    document: Literal["inherited", "unique"] | None
    remarks: str | None


GONE = LineFacts(no="", type="company")
_BLANK: Mapping[str, Any] = dict.fromkeys(SegmentLine.__struct_fields__) | {
    "line_no": 0,
    "attempt_failed": False,
}


class LineDocument(msgspec.Struct, frozen=True):
    """The language of a line, its document if there is one in it, and the subject."""

    language_code: str | None
    subject: str | None
    document: Document | None
    kind: Literal["inherited", "unique"] | None


def line_document(line: Line, language_of_contact: str | None) -> LineDocument:
    """Which document a line uses (domain B3.5, B4): its contact's language if there is a document in it."""
    return document_of(line.block.start, given(line.own), language_of_contact)


def document_of(start: LineStart, own: Mapping[str, Any], language_of_contact: str | None) -> LineDocument:
    """The same of a line that starts from this and has that of its own."""
    personal: Documents = own.get("personal_documents", ())
    documents: Documents = personal or own.get("documents", start.documents)
    language = own.get("language_code", start.language_code)
    asks_contact = language_of_contact is not None and not own.get("language_fixed", False)
    if asks_contact and language_of_contact in languages(documents):
        language = language_of_contact
    document = document_in(documents, language)
    subject = document.subject if document else None if documents else start.subject
    kind: Literal["inherited", "unique"] = "unique" if personal else "inherited"
    return LineDocument(language, own.get("subject", subject), document, kind if document else None)


def of_its_contact(start: LineStart, own: LineChanges) -> set[str]:
    """The values of a line that its contact has a say in, because the line does not say them itself."""
    said = given(own)
    found = {"contact_alternative_address_code"}
    if start.salesperson_code is None:
        found.add("salesperson_code")
    by_language = said.get("documents", start.documents) and not said.get("language_fixed", False)
    if by_language:
        found.add("subject")
    found -= said.keys()
    if by_language:
        found.add("language_code")
    if not said.get("correspondence_type_fixed", start.correspondence_type_fixed):
        found.add("correspondence_type")
    return found


def segment_line(line: Line, contact: LineFacts | None) -> SegmentLine:
    """The line as it is shown; a contact that is gone leaves blanks."""
    return _LinesAlike(line).shown(line.line_no, contact)


def segment_lines(lines: Sequence[Line], contacts: Mapping[int, LineFacts]) -> list[SegmentLine]:
    """Lines as they are shown, with their contacts by key: what many have in common is worked out once."""
    kinds: dict[tuple[int, int], _LinesAlike] = {}
    shown = []
    for line in lines:
        kind = (id(line.block.start), id(line.own))  # by value would take longer; `lines` keeps both alive
        if (alike := kinds.get(kind)) is None:
            alike = kinds[kind] = _LinesAlike(line)
        shown.append(alike.shown(line.line_no, contacts.get(line.contact_key)))
    return shown


class _LinesAlike:
    """Lines that start from the same, with the same of their own: they differ by their contacts only."""

    def __init__(self, one: Line) -> None:
        self._start, self._own = one.block.start, given(one.own)
        values = msgspec.structs.asdict(self._start) | self._own
        self._fixed_correspondence_type = values["correspondence_type_fixed"]
        self._documents: dict[str | None, LineDocument] = {}
        self._common = SegmentLine(**{name: values.get(name, none) for name, none in _BLANK.items()})

    def shown(self, line_no: int, contact: LineFacts | None) -> SegmentLine:
        facts, common, own = contact or GONE, self._common, self._own
        salesperson, correspondence = common.salesperson_code, common.correspondence_type
        if "salesperson_code" not in own:
            salesperson = salesperson or facts.salesperson_code
        if not self._fixed_correspondence_type:
            correspondence = facts.correspondence_type or correspondence
        address = common.contact_alternative_address_code
        if "contact_alternative_address_code" not in own:
            address = active_address(facts.alternative_addresses, common.date)
        if (document := self._documents.get(facts.language_code)) is None:
            document = document_of(self._start, own, facts.language_code)
            self._documents[facts.language_code] = document
        return msgspec.structs.replace(
            common,
            line_no=line_no,
            contact_no=facts.no or None,
            contact_name=facts.name if facts.type == "person" else None,
            contact_company_no=facts.company_no,
            contact_company_name=facts.company_name if facts.company_no else None,
            contact_email=facts.email,
            correspondence_type=correspondence,
            language_code=document.language_code,
            subject=document.subject,
            salesperson_code=salesperson,
            contact_alternative_address_code=address,
            document=document.kind,
        )
