"""Letters within a page: shown as PDF, or as the page that they are, or saved as a file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import msgspec
from starlette.responses import Response

from api.pages.browser import Visitor
from api.pages.rendering import SECURITY_HEADERS
from api.problems import STATUS
from api.routes.documents import ENDINGS, file_answer
from application.documents import HTML, WORD
from application.letters import PDF, can_make_pdf
from domain.errors import NoDocument, OfficeMissing, Refused

Kind = Literal["pdf", "page", "no_office", "file"]
OURS = SECURITY_HEADERS["Content-Security-Policy"]
AROUND_LETTER = {"Content-Security-Policy": f"{OURS}; frame-src 'self'"}
"""For the pages that show a letter: what they frame comes from this service too."""
_REFUSED = {"Content-Security-Policy": OURS.replace("frame-ancestors 'none'", "frame-ancestors 'self'")}
_POLICIES = {
    PDF: "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'",
    # What somebody stored is shown without any script, and as if it came from elsewhere.
    HTML: "sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'; frame-ancestors 'self'",
}


class LetterView(msgspec.Struct, frozen=True):
    """How a page shows a letter: `base` is where its parts are, `ending` that of its own kind of file."""

    kind: Kind
    base: str
    ending: str


class FileOf(msgspec.Struct, frozen=True):
    """A file and what it is called."""

    data: bytes
    content_type: str
    name: str


def letter_view(content_type: str, base: str) -> LetterView:
    """How a letter of this type is shown."""
    kind: Kind = "file"
    if content_type == PDF or (content_type == WORD and can_make_pdf()):
        kind = "pdf"
    elif content_type == WORD:
        kind = "no_office"
    elif content_type == HTML:
        kind = "page"
    return LetterView(kind, base, ENDINGS.get(content_type, "").removeprefix("."))


def in_frame(visitor: Visitor, make: Callable[[], FileOf]) -> Response:
    """A letter as it stands within a page; else why it cannot."""
    try:
        letter = make()
        if letter.content_type not in _POLICIES:
            raise NoDocument("Only PDF and pages can be shown here.")
    except Refused as error:
        told = {"slug": error.slug, "detail": error.detail, "no_office": isinstance(error, OfficeMissing)}
        return visitor.page("letter_refused.html", status=STATUS[error.slug], headers=_REFUSED, **told)
    answered = saved(letter)
    disposition = answered.headers["Content-Disposition"].replace("attachment", "inline", 1)
    answered.headers.update(SECURITY_HEADERS)
    answered.headers["Content-Disposition"] = disposition
    answered.headers["Content-Security-Policy"] = _POLICIES[letter.content_type]
    return answered


def saved(letter: FileOf) -> Response:
    """A letter as a file to be saved."""
    content_type = f"{HTML}; charset=utf-8" if letter.content_type == HTML else letter.content_type
    return file_answer(letter.data, content_type, letter.name)
