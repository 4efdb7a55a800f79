"""Documents as answers."""

from __future__ import annotations

from api.schemas.values import Answer


class DocumentAnswer(Answer):
    """A document of a template, a segment or a line: `size` in bytes, `sha256` their digest."""

    language_code: str | None = None
    subject: str | None = None
    file_name: str | None = None
    content_type: str
    size: int
    sha256: str


class StoredDocumentAnswer(DocumentAnswer):
    """A document that was stored, with its merge fields; `warnings` name those that nothing will fill."""

    merge_fields: list[str] = []
    warnings: list[str] = []
