"""Letters within a page: what may frame them, what they may do, and what is said when there is none."""

from __future__ import annotations

import html

import pytest

from api.pages.browser import Visitor
from api.pages.letter_views import FileOf, in_frame
from api.pages.words import text
from application.documents import HTML, WORD
from application.letters import PDF
from correspondence import office

VISITOR = Visitor("ANNA", "marketer", "a token", "nl", "/")


@pytest.mark.parametrize("content_type", [PDF, HTML])
def test_only_our_own_pages_frame_a_letter_and_it_loads_nothing(content_type: str) -> None:
    answered = in_frame(VISITOR, lambda: FileOf(b"a letter", content_type, "Alder"))
    policy = answered.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'self'" in policy
    assert "script-src" not in policy
    assert answered.headers["X-Content-Type-Options"] == "nosniff"
    assert answered.headers["Content-Disposition"].startswith("inline")


def test_a_page_that_somebody_stored_is_kept_apart_from_this_service() -> None:
    answered = in_frame(VISITOR, lambda: FileOf(b"a letter", HTML, "Alder"))
    assert answered.headers["Content-Security-Policy"].startswith("sandbox;")


def test_other_files_are_never_shown() -> None:
    answered = in_frame(VISITOR, lambda: FileOf(b"a letter", WORD, "Alder"))
    assert answered.status_code == 422
    assert b"a letter" not in answered.body
    assert "Alleen PDF en pagina's" in html.unescape(bytes(answered.body).decode())


def test_without_libreoffice_the_frame_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(office, "_PLACES", ())
    monkeypatch.setenv("PATH", "")
    answered = in_frame(VISITOR, lambda: FileOf(office.find_office().encode(), PDF, "Alder"))
    assert answered.status_code == 503
    assert text("no_office", "nl") in bytes(answered.body).decode()
