"""Where something is wrong, in the words of the page."""

from __future__ import annotations

import pytest

from api.pages.rendering import placed
from application.field_words import Language


@pytest.mark.parametrize(
    ("place", "language", "words"),
    [
        ((10000, "date"), "en", "Line 10000 › Date"),
        ((10000, "date"), "nl", "Regel 10000 › Datum"),
        # A place in a list is counted from one.
        (("formulas", 0, "text"), "en", "Formulas › 1 › Text"),
        ((), "en", ""),
    ],
)
def test_a_line_is_named_by_its_number_and_a_part_of_a_list_by_its_place(
    place: tuple[str | int, ...], language: Language, words: str
) -> None:
    assert placed(place, language) == words
