"""The texts of the pages: each in both languages, and none missing."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest

import api.pages
from api.pages.words import LABELS, MEMBERS, REFUSALS, SUBJECTS, TEXTS, field_label
from api.problems import STATUS
from domain.criteria import TABLES

HERE = Path(api.pages.__file__).parent
TEMPLATES = sorted((HERE / "templates").glob("*.html"))
ALL = TEXTS | LABELS | MEMBERS | {f"refusal {slug}": texts for slug, texts in REFUSALS.items()}


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("name", ALL)
def test_a_text_says_the_same_in_both_languages(name: str) -> None:
    english, dutch = ALL[name]
    assert english
    assert dutch
    assert placeholders(english) == placeholders(dutch)


def test_a_text_belongs_to_one_subject() -> None:
    assert len(TEXTS) == sum(len(subject.TEXTS) for subject in SUBJECTS)


def test_every_text_that_a_page_asks_for_is_there() -> None:
    for template in TEMPLATES:
        for name in re.findall(r"""\bt\(["'](\w+)["']\s*[,)]""", template.read_text()):
            assert name in TEXTS, f"{template.name} asks for {name}"


def test_every_refusal_has_words() -> None:
    unseen = {"idempotency-key-reused", "unauthorized"}
    assert STATUS.keys() - REFUSALS.keys() - unseen <= {"method-not-allowed", "office-missing"}


def test_every_field_that_one_can_filter_by_has_a_label() -> None:
    for names in TABLES.values():
        for name in names:
            for language in ("en", "nl"):
                label = field_label(name, "nl" if language == "nl" else "en")
                assert label[0].isupper() or label[0].isdigit()
                assert "_" not in label
