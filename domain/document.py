"""Documents of templates, segments and lines: one per language, named by the digest of its bytes (domain B4).

Who copies a document copies its name: the bytes are kept once and never change, so nothing that is done to a
segment can reach the document of its template, and a million entries share one copy (V10).
"""

from __future__ import annotations

import msgspec


class Document(msgspec.Struct, frozen=True, omit_defaults=True):
    """A file in one language, or in none. `size` is in bytes; `subject` is what a letter or mail is about."""

    sha256: str
    size: int
    content_type: str
    file_name: str | None = None
    language_code: str | None = None
    subject: str | None = None


Documents = tuple[Document, ...]


def document_in(documents: Documents, language_code: str | None) -> Document | None:
    """The document in this language, if there is one."""
    return next((document for document in documents if document.language_code == language_code), None)


def languages(documents: Documents) -> set[str | None]:
    """The languages that there is a document in."""
    return {document.language_code for document in documents}


def with_document(documents: Documents, document: Document) -> Documents:
    """The documents with this one in the place of the one in its language; blank first, then by code."""
    others = without_language(documents, document.language_code)
    return tuple(sorted((*others, document), key=lambda one: one.language_code or ""))


def without_language(documents: Documents, language_code: str | None) -> Documents:
    """The documents without the one in this language."""
    return tuple(document for document in documents if document.language_code != language_code)


def next_default(documents: Documents, language_code: str | None) -> str | None:
    """The default language once there are only these documents: another if its own is gone (domain B4)."""
    if document_in(documents, language_code) is not None or not documents:
        return language_code if documents else None
    return documents[0].language_code
