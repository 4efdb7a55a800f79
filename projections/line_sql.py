"""The lines of a segment as a relation in SQL, for everything that concerns many of them at once.

The same rules as `domain.segment.line_values`, in SQL; a property test holds the two against each other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
from psycopg import sql
from psycopg.types.json import Jsonb

from domain.document import Documents
from domain.segment.lines import LineBlock, LineColumns, OwnLine
from domain.vocabulary import given
from projections.arrays import Int4Array, Int8Array
from projections.criteria_sql import Parameters

VALUES: dict[str, str] = {
    "description": "text",
    "campaign_no": "text",
    "interaction_template_code": "text",
    "interaction_group_code": "text",
    "cost": "numeric",
    "duration_minutes": "integer",
    "date": "date",
    "information_flow": "text",
    "initiated_by": "text",
    "campaign_target": "boolean",
    "campaign_response": "boolean",
    "send_word_documents_as_attachment": "boolean",
}
"""What a line takes from its block unless it has it of its own."""

OWN_VALUES: dict[str, str] = {
    "time_of_interaction": "time",
    "evaluation": "text",
    "attempt_failed": "boolean",
    "contact_via": "text",
    "remarks": "text",
}
"""What a line only has of its own."""

# The salesperson and the correspondence type come from the contact where the line does not say (B3.1, B3.4).
_SALESPERSON = "coalesce(s.salesperson_code, c.salesperson_code)"
_CORRESPONDENCE = "CASE WHEN {fixed} THEN {value} ELSE coalesce(c.correspondence_type, {value}) END"
# The address in force on the date of the line: the latest start wins (A11).
_ADDRESS = (
    "CASE WHEN c.has_alternative_address THEN (SELECT r.code FROM contact_alternative_address_range r"
    " WHERE r.contact_key = c.key AND r.starting_date <= {date}"
    " AND (r.ending_date IS NULL OR r.ending_date >= {date}) ORDER BY r.starting_date DESC LIMIT 1) END"
)
_TEXT = ' COLLATE "C"'


@dataclass
class _DocumentSets:
    """The different sets of documents that lines choose from, by number."""

    known: dict[Documents, int] = field(default_factory=dict)

    def number(self, documents: Documents) -> int | None:
        """The number of a set; no documents are no set."""
        return self.known.setdefault(documents, len(self.known) + 1) if documents else None

    def of_own(self, own: Mapping[str, Any]) -> int | None:
        """The set that a line has of its own; 0 where it has none while its block may have one."""
        if personal := own.get("personal_documents"):
            return self.number(personal)
        return (self.number(own["documents"]) or 0) if "documents" in own else None

    def rows(self) -> list[dict[str, Any]]:
        """Every document with the number of its set."""
        return [
            {"document_set": number, **msgspec.structs.asdict(document)}
            for documents, number in self.known.items()
            for document in documents
        ]


def lines_relation(
    columns: LineColumns, blocks: Sequence[LineBlock], own: Sequence[OwnLine], parameters: Parameters
) -> sql.Composed:
    """`WITH` clauses that end in `line`: one row per line, with its number, contact, and effective values.

    `ordinal` counts the lines from 1 in the order of `columns`. A contact that is gone leaves blanks.
    """
    keys = columns.contact_key
    sets = _DocumentSets()
    starts = [
        {"block": index, "document_set": sets.number(block.start.documents)}
        | {name: getattr(block.start, name) for name in block.start.__struct_fields__ if name != "documents"}
        for index, block in enumerate(blocks)
    ]
    owned = [_own_row(line, sets) for line in own]
    documents = sets.rows()
    return sql.SQL(
        "WITH start AS MATERIALIZED (SELECT * FROM jsonb_to_recordset({starts}) AS s(block integer,"
        " document_set integer, language_code text, subject text,"
        " salesperson_code text, correspondence_type text, correspondence_type_fixed boolean, {fields})),"
        " own AS MATERIALIZED (SELECT * FROM jsonb_to_recordset({own})"
        " AS o(line_no bigint, document_set integer, personal boolean, changes jsonb)),{documents}"
        " line AS (SELECT l.line_no, l.ordinal, l.contact_key, {values}"
        " FROM unnest({numbers}, {keys}, {blocks}) WITH ORDINALITY"
        " AS l(line_no, contact_key, block, ordinal)"
        " JOIN start s ON s.block = l.block LEFT JOIN contact c ON c.key = l.contact_key"
        " AND c.key BETWEEN {lowest} AND {highest}{own_join}{chosen})"
    ).format(
        starts=parameters.add(_json(starts)),
        own=parameters.add(_json(owned)),
        fields=sql.SQL(", ".join(f"{name} {kind}" for name, kind in VALUES.items())),
        documents=_documents(documents, parameters),
        values=sql.SQL(", ".join(_values(has_own=bool(own), has_documents=bool(documents)))),
        numbers=parameters.add(Int8Array(columns.line_no)),
        keys=parameters.add(Int4Array(keys)),
        blocks=parameters.add(Int4Array(columns.block)),
        # Said once more, so that part of a segment does not read the contacts of all of it.
        lowest=parameters.add(int(keys.min()) if len(keys) else 0),
        highest=parameters.add(int(keys.max()) if len(keys) else 0),
        own_join=sql.SQL(" LEFT JOIN own o ON o.line_no = l.line_no" if own else ""),
        chosen=sql.SQL(_chosen(has_own=bool(own)) if documents else ""),
    )


def _own_row(line: OwnLine, sets: _DocumentSets) -> dict[str, Any]:
    changes = given(line.changes)
    return {
        "line_no": line.line_no,
        "document_set": sets.of_own(changes),
        "personal": bool(changes.get("personal_documents")),
        "changes": {
            name: value for name, value in changes.items() if name not in ("documents", "personal_documents")
        },
    }


def _documents(documents: Sequence[Mapping[str, Any]], parameters: Parameters) -> sql.Composable:
    if not documents:
        return sql.SQL("")
    return sql.SQL(
        " choice AS MATERIALIZED (SELECT * FROM jsonb_to_recordset({})"
        " AS d(document_set integer, language_code text, subject text, sha256 text)),"
    ).format(parameters.add(_json(documents)))


def _own_or(name: str, kind: str, otherwise: str, *, has_own: bool) -> str:
    """A value that a line may have of its own; without such lines, nothing looks for them."""
    if not has_own:
        return otherwise
    return f"CASE WHEN o.changes ? '{name}' THEN (o.changes ->> '{name}')::{kind} ELSE {otherwise} END"


def _document_set(*, has_own: bool) -> str:
    return "coalesce(o.document_set, s.document_set)" if has_own else "s.document_set"


def _language(*, has_own: bool, has_documents: bool) -> str:
    """The contact's own language if there is a document in it, unless the line's is fixed (domain B3.5)."""
    value = _own_or("language_code", "text", "s.language_code", has_own=has_own)
    if not has_documents:
        return value
    fixed = _own_or("language_fixed", "boolean", "false", has_own=has_own)
    return f"CASE WHEN {fixed} OR spoken.language_code IS NULL THEN {value} ELSE spoken.language_code END"


def _chosen(*, has_own: bool) -> str:
    """Joins to the document in the contact's language, and to the one that the line uses."""
    chosen = _document_set(has_own=has_own)
    language = _language(has_own=has_own, has_documents=True)
    return (
        f" LEFT JOIN choice spoken ON spoken.document_set = {chosen}"
        " AND spoken.language_code = c.language_code"
        f" LEFT JOIN choice used ON used.document_set = {chosen}"
        f" AND coalesce(used.language_code, '') = coalesce({language}, '')"
    )


def _document_values(*, has_own: bool, has_documents: bool) -> dict[str, tuple[str, str]]:
    """Language, subject and document of a line, as `domain.segment.line_values.line_document` has them."""
    subject, kind, sha256 = "s.subject", "NULL::text", "NULL::text"
    if has_documents:
        chosen = _document_set(has_own=has_own)
        subject = f"CASE WHEN coalesce({chosen}, 0) = 0 THEN s.subject ELSE used.subject END"
        personal = "CASE WHEN o.personal THEN 'unique' ELSE 'inherited' END" if has_own else "'inherited'"
        kind = f"CASE WHEN used.document_set IS NOT NULL THEN {personal} END"
        sha256 = "used.sha256"
    return {
        "language_code": ("text", _language(has_own=has_own, has_documents=has_documents)),
        "subject": ("text", _own_or("subject", "text", subject, has_own=has_own)),
        "document": ("text", kind),
        "document_sha256": ("text", sha256),
    }


def _values(*, has_own: bool, has_documents: bool) -> list[str]:
    """The columns of `line`."""

    def own_or(name: str, kind: str, otherwise: str) -> str:
        return _own_or(name, kind, otherwise, has_own=has_own)

    fixed = own_or("correspondence_type_fixed", "boolean", "s.correspondence_type_fixed")
    correspondence = own_or("correspondence_type", "text", "s.correspondence_type")
    date = own_or("date", "date", "s.date")
    named = _document_values(has_own=has_own, has_documents=has_documents)
    named |= {
        "contact_no": ("text", "c.no"),
        "contact_type": ("text", "c.type"),
        "contact_name": ("text", "CASE WHEN c.type = 'person' THEN c.name END"),
        "contact_company_no": ("text", "c.company_no"),
        "contact_company_name": ("text", "CASE WHEN c.company_key IS NOT NULL THEN c.company_name END"),
        "contact_email": ("text", "c.email"),
        "contact_any_name": ("text", "c.name"),
        "contact_privacy_blocked": ("boolean", "c.privacy_blocked"),
        "salesperson_code": ("text", own_or("salesperson_code", "text", _SALESPERSON)),
        "correspondence_type": ("text", _CORRESPONDENCE.format(fixed=fixed, value=correspondence)),
        "contact_alternative_address_code": (
            "text",
            own_or("contact_alternative_address_code", "text", _ADDRESS.format(date=date)),
        ),
    }
    for name, kind in VALUES.items():
        named[name] = (kind, own_or(name, kind, f"s.{name}"))
    for name, kind in OWN_VALUES.items():
        named[name] = (kind, own_or(name, kind, "false" if kind == "boolean" else f"NULL::{kind}"))
    return [
        f"({expression}){_TEXT if kind == 'text' else ''} AS {name}"
        for name, (kind, expression) in named.items()
    ]


def _json(value: object) -> Jsonb:
    return Jsonb(value, dumps=msgspec.json.encode)
