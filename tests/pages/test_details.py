"""What refusals say in Dutch: each sentence is one that the service really says."""

from __future__ import annotations

import re
import string
from datetime import date
from pathlib import Path

import pytest
from pydantic import ValidationError

from api.pages.rendering import placed, told
from api.pages.words.details import DETAILS, THINGS, detail_in_dutch
from api.problems import validation_problems
from api.schemas.segments import SegmentPatch
from domain import filter_expression, records
from domain.errors import NotFound
from domain.field_type import Enumeration, FieldType
from domain.filter_expression import FilterSyntaxError
from domain.records import RecordKind
from domain.segment.logging import CHECKS
from projections.record_queries import USES

ROOT = Path(__file__).parents[2]
ROOMS = ("domain", "application", "correspondence", "projections", "api")
MADE_ELSEWHERE = "input should|decimal input|list should|field required"
MADE_OF_PARTS = (
    "a value is missing|1 line cannot|.n. lines cannot|there is no (field|table) '.*rest"
    "|Segment .no. has no lines but|there is a .formula. formula for no"
    "|The interaction needs an?"
)
"""Tests here and in test_every_refusal.py make these."""


def plain_parts(english: str) -> list[str]:
    """What is fixed in a sentence, as it stands in the code."""
    return [
        text.strip(" '") for text, *_ in string.Formatter().parse(english) if len(text.strip(" '.;:")) > 3
    ]


def without_line_breaks(source: str) -> str:
    return re.sub(r'"\s*\n\s*f?"', "", source)


SOURCES = "\n".join(
    without_line_breaks(file.read_text())
    for room in ROOMS
    for file in (ROOT / room).rglob("*.py")
    if not file.name.endswith("details.py")
)


@pytest.mark.parametrize("english", [english for english, _ in DETAILS])
def test_the_service_says_this(english: str) -> None:
    assert re.match(f"{MADE_ELSEWHERE}|{MADE_OF_PARTS}", english) or all(
        part in SOURCES for part in plain_parts(english)
    )


@pytest.mark.parametrize(("english", "dutch"), DETAILS)
def test_nothing_is_made_up_in_dutch(english: str, dutch: str) -> None:
    def names(text: str) -> set[str]:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name} - {"rest"}

    assert names(english) == names(dutch)


@pytest.mark.parametrize(
    "what", [kind.word for kind in vars(records).values() if isinstance(kind, RecordKind)]
)
def test_every_kind_of_record_that_can_be_missing_has_a_word(what: str) -> None:
    assert what in THINGS or "setup" in what


def test_what_is_missing_is_named() -> None:
    assert told(NotFound.named("logged segment", 7).detail, "nl") == "Er is geen geregistreerd segment 7."
    assert told(NotFound.named("logged segment", 7).detail, "en") == "There is no logged segment 7."


@pytest.mark.parametrize("sentence", [sentence for _, _, sentence in CHECKS])
def test_all_that_stops_a_line_from_being_logged_is_told(sentence: str) -> None:
    dutch = detail_in_dutch(
        f"2 lines cannot be logged; nothing was logged. First, line 10000 (C1): {sentence}."
    )
    assert dutch is not None
    assert dutch.startswith("2 regels kunnen niet worden geregistreerd")
    assert "regel 10000 (C1): " in dutch


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        *(
            ("a..b..c", FieldType.TEXT),
            ("..", FieldType.TEXT),
            ("a|", FieldType.TEXT),
            ("|a", FieldType.TEXT),
        ),
        *(("'a", FieldType.TEXT), ("<''", FieldType.TEXT), (">a*", FieldType.TEXT), ("x", FieldType.INTEGER)),
        *(
            ("x", FieldType.DECIMAL),
            ("x", FieldType.DATE),
            ("x", FieldType.TIME),
            (">true", FieldType.BOOLEAN),
        ),
        ("x", Enumeration(("a", "b"))),
    ],
)
def test_a_filter_that_cannot_be_read_is_explained(text: str, kind: FieldType) -> None:
    with pytest.raises(FilterSyntaxError) as raised:
        filter_expression.parse(text, kind, work_date=date(2026, 3, 1))
    assert (detail_in_dutch(str(raised.value)) or "").startswith("bij teken ")


@pytest.mark.parametrize(
    "values",
    [
        *({"unit_cost": "x"}, {"unit_cost": "-1"}, {"date": "x"}, {"unit_duration_minutes": "x"}),
        *({"description": "x" * 101}, {"language_code": "x" * 11}, {"no_such_field": 1}),
    ],
)
def test_a_value_that_cannot_be_used_is_explained(values: dict[str, object]) -> None:
    with pytest.raises(ValidationError) as raised:
        SegmentPatch.model_validate(values)
    (problem,) = validation_problems(raised.value.errors())
    assert detail_in_dutch(problem[1]) is not None


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"unit_cost": "many"}, "must be a number"),
        ({"unit_cost": "1.123456"}, "must have no more than 5 decimal places"),
        ({"unit_duration_minutes": "many"}, "must be a whole number"),
        ({"date": "2026-02-30"}, "must be a date that exists"),
        ({"unit_duration_minutes": -1}, "must be greater than or equal to 0"),
        ({"campaign_target": "perhaps"}, "must be yes or no"),
    ],
)
def test_a_value_that_cannot_be_used_is_explained_in_english_without_words_of_programs(
    values: dict[str, object], words: str
) -> None:
    with pytest.raises(ValidationError) as error:
        SegmentPatch.model_validate(values)
    ((_, message),) = validation_problems(error.value.errors())
    assert told(message, "en") == words


def test_a_sentence_that_a_shorter_one_would_fit_keeps_no_english() -> None:
    with pytest.raises(FilterSyntaxError) as raised:
        filter_expression.parse("30/11/2026", FieldType.DATE, work_date=date(2026, 3, 1))
    assert told(str(raised.value), "nl") == (
        "bij teken 1: '30/11/2026' is geen datum"
        " (schrijf 24-11-2026, of tel vanaf vandaag: -30D, -2W, -1M, 0D)"
    )


def test_whoever_can_use_a_code_is_told_in_dutch() -> None:
    for uses in USES.values():
        for user, _ in uses:
            assert detail_in_dutch(f"Territory NORTH is still used by {user}.") is not None, user
    assert told("Interaction group LETTERS is still used by open segments.", "nl") == (
        "Interactiegroep LETTERS wordt nog gebruikt door open segmenten."
    )


def test_what_has_no_words_is_marked_as_english() -> None:
    assert told("A <new> thing.", "nl") == '<span lang="en">A &lt;new&gt; thing.</span>'


def test_places_are_told_as_fields_are() -> None:
    assert placed(("filters", "contact", "city"), "nl").endswith("Plaats")
    assert placed(("line", "date"), "nl") == "Regel › Datum"
    assert placed(("exclude", "segments", 0), "nl") == "Overslaan › Segmenten › 1"
