"""Filters in the words of the page: each value that a page shows can be filtered by as it is shown."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from api.pages.filters import criteria_shown, filter_in, filter_shown
from api.pages.formats import day_text
from application.field_words import Language
from domain.field_type import Enumeration, FieldType

TYPES = Enumeration(("hard_copy", "email", "fax"))
languages = some.sampled_from(["en", "nl"])


@pytest.mark.parametrize(
    ("written", "kind", "language", "meant"),
    [
        ("papier|E-mail", TYPES, "nl", "hard_copy|email"),
        ("hard copy", TYPES, "en", "hard_copy"),
        ("<>hard_copy", TYPES, "nl", "<>hard_copy"),
        ("Ja", FieldType.BOOLEAN, "nl", "true"),
        ("no", FieldType.BOOLEAN, "en", "false"),
        ("1-6-2026..30-11-2026", FieldType.DATE, "nl", "2026-06-01..2026-11-30"),
        ("1 Jun 2026..", FieldType.DATE, "en", "2026-06-01.."),
        ("-90D..", FieldType.DATE, "nl", "-90D.."),
        ("31-11-2026", FieldType.DATE, "nl", "31-11-2026"),
        (">= 2,50&<1.250", FieldType.DECIMAL, "nl", ">= 2.50&<1250"),
        ("2.50", FieldType.DECIMAL, "en", "2.50"),
        ("ja", FieldType.TEXT, "nl", "ja"),
        ("''|'papier'", TYPES, "nl", "''|'papier'"),
    ],
)
def test_a_filter_is_read_in_the_language_of_the_page(
    written: str, kind: FieldType, language: Language, meant: str
) -> None:
    assert filter_in(written, kind, language) == meant


@given(some.dates(min_value=date(1000, 1, 1)), languages)
def test_a_date_is_read_as_it_is_shown(day: date, language: Language) -> None:
    assert filter_in(f"..{day_text(day, language)}", FieldType.DATE, language) == f"..{day.isoformat()}"


@given(some.decimals(0, 10**6, places=5), languages)
def test_a_filter_that_is_shown_is_read_again(number: Decimal, language: Language) -> None:
    shown = filter_shown(f">{number:f}", FieldType.DECIMAL, language)
    assert Decimal(filter_in(shown, FieldType.DECIMAL, language).removeprefix(">")) == number


def test_criteria_are_shown_in_words() -> None:
    criteria = {
        "any": [
            {"contact": {"type": "company", "exclude_from_segment": "true", "name": "true"}},
            {"not": {"interaction_log_entry": {"date": "2026-11-30..", "cost": "<2.5"}}},
        ]
    }
    assert criteria_shown(criteria, "nl") == {
        "any": [
            {"contact": {"type": "bedrijf", "exclude_from_segment": "ja", "name": "true"}},
            {"not": {"interaction_log_entry": {"date": "30-11-2026..", "cost": "<2,5"}}},
        ]
    }
