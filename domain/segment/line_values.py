"""What a line says: its own values, else its block's, else its contact's (domain B3.1 to B3.5).

`projections.line_sql` has the same rules in SQL, for many lines at once.
"""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal
from typing import Any, Literal

import msgspec

from domain.contact import AlternativeAddress, active_address
from domain.document import Document, Documents, document_in, languages
from domain.segment.lines import Line
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


class LineDocument(msgspec.Struct, frozen=True):
    """The language of a line, its document if there is one in it, and the subject."""

    language_code: str | None
    subject: str | None
    document: Document | None
    kind: Literal["inherited", "unique"] | None


def line_document(line: Line, language_of_contact: str | None) -> LineDocument:
    """Which document a line uses (domain B3.5, B4): its contact's language if there is a document in it."""
    start, own = line.block.start, given(line.own)
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


def segment_line(line: Line, contact: LineFacts | None) -> SegmentLine:
    """The line as it is shown; a contact that is gone leaves blanks."""
    facts = contact or GONE
    start = line.block.start
    own = given(line.own)
    values: dict[str, Any] = {
        "time_of_interaction": None,
        "evaluation": None,
        "attempt_failed": False,
        "contact_via": None,
        "remarks": None,
    }
    values |= {name: getattr(start, name) for name in start.__struct_fields__} | own
    if "salesperson_code" not in own:
        values["salesperson_code"] = start.salesperson_code or facts.salesperson_code
    if not values.pop("correspondence_type_fixed"):
        values["correspondence_type"] = facts.correspondence_type or values["correspondence_type"]
    values.setdefault(
        "contact_alternative_address_code", active_address(facts.alternative_addresses, values["date"])
    )
    chosen = line_document(line, facts.language_code)
    values |= {"language_code": chosen.language_code, "subject": chosen.subject, "document": chosen.kind}
    for name in ("documents", "personal_documents", "language_fixed"):
        values.pop(name, None)
    return SegmentLine(
        line_no=line.line_no,
        contact_no=facts.no or None,
        contact_name=facts.name if facts.type == "person" else None,
        contact_company_no=facts.company_no,
        contact_company_name=facts.company_name if facts.company_no else None,
        contact_email=facts.email,
        **values,
    )
