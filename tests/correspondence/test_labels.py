"""Labels and cover sheets as they come out of the printer: where every line is, and what it says."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import pypdfium2
import pytest

from correspondence import paper
from correspondence.cover_sheets import CoverSheet, cover_sheets_pdf
from correspondence.labels import FORMATS, LabelFormat, labels_pdf
from domain.setup import OwnCompany

POINT = 25.4 / 72
formats = pytest.mark.parametrize("form", FORMATS.values(), ids=lambda form: form.name)


def document(pdf: bytes) -> pypdfium2.PdfDocument:
    return pypdfium2.PdfDocument(pdf)


def words(page: Any) -> str:
    return str(page.get_textpage().get_text_range()).replace("\r\n", "\n")


def in_place(page: Any, form: LabelFormat, index: int) -> list[str]:
    """The lines of text within one label."""
    x, y = form.place(index)
    left, right = x / POINT, (x + form.width) / POINT
    top, bottom = (297 - y) / POINT, (297 - y - form.height) / POINT
    text = page.get_textpage().get_text_bounded(left, bottom, right, top)
    return [line for line in text.replace("\r\n", "\n").split("\n") if line.strip()]


def outside(page: Any, form: LabelFormat) -> list[tuple[float, float, float, float]]:
    """Letters that are not wholly within one label."""
    text = page.get_textpage()
    found = []
    for index in range(text.count_chars()):
        left, bottom, right, top = (value * POINT for value in text.get_charbox(index))
        if right <= left or bottom > 296:
            continue  # a blank, or the dot that sets the font of the page
        column, row = left // form.width, (297 - top - form.margin) // form.height
        same = right // form.width == column and (297 - bottom - form.margin) // form.height == row
        if not same:
            found.append((left, bottom, right, top))
    return found


def addresses(count: int) -> list[Sequence[str]]:
    return [(f"Company {number}", f"Street {number}") for number in range(count)]


class TestSheets:
    @formats
    def test_labels_fill_a_sheet_of_a4(self, form: LabelFormat) -> None:
        height, width = map(int, form.name.split("x"))
        assert (form.height, form.width) == (height, width)
        assert form.columns * form.width == 210
        assert form.per_sheet == {70: 24, 105: 16}[width]
        assert form.rows * form.height + 2 * form.margin == 297

    @formats
    def test_every_address_is_in_a_label_of_its_own_row_by_row(self, form: LabelFormat) -> None:
        count = form.per_sheet + 2
        pages = document(labels_pdf(addresses(count), form))
        assert len(pages) == 2
        for index in range(count):
            page = pages[index // form.per_sheet]
            assert in_place(page, form, index) == [f"Company {index}", f"Street {index}"]
        assert pages[0].get_size() == pytest.approx((210 / POINT, 297 / POINT), abs=0.1)

    def test_without_addresses_there_is_one_empty_sheet(self) -> None:
        pages = document(labels_pdf([], FORMATS["36x70"]))
        assert [words(page).strip() for page in pages] == [""]


class TestLines:
    LONG = "Koninklijke Vereniging van Verffabrikanten en Behangers in Noord- en Zuid-Holland, afdeling Gouda"

    @formats
    def test_nothing_reaches_into_another_label(self, form: LabelFormat) -> None:
        crowded = [self.LONG, "W" * 100, "i" * 100, *(f"line {n} gypq ÅÇ" for n in range(5))]
        pages = document(labels_pdf([crowded] * form.per_sheet, form))
        assert len(pages) == 1
        assert outside(pages[0], form) == []
        assert all(len(in_place(pages[0], form, index)) == 8 for index in range(form.per_sheet))

    def test_a_line_that_is_a_little_too_long_is_made_smaller(self) -> None:
        line = "Bakkerij Van der Meulen en Zonen Utrecht"
        (page,) = document(labels_pdf([[line]], FORMATS["36x70"]))
        assert words(page).strip() == line

    def test_a_line_that_is_much_too_long_is_cut_so_that_it_can_be_seen(self) -> None:
        (page,) = document(labels_pdf([[self.LONG]], FORMATS["36x70"]))
        shown = words(page).strip()
        assert shown.endswith("…")
        assert self.LONG.startswith(shown.removesuffix("…"))

    @pytest.mark.parametrize(
        "name", ["Bäckerei Großhaus", "Ångström Łódź Şişli", "Πέτρος Αθήνα", "Пётр Ильич", "Արամ", "გიორგი"]
    )
    def test_letters_of_europe_are_printed(self, name: str) -> None:
        (page,) = document(labels_pdf([[name]], FORMATS["37x105"]))
        assert words(page).strip() == name

    @pytest.mark.parametrize("name", ["שלום", "محمد"])
    def test_letters_from_right_to_left_are_printed(self, name: str) -> None:
        sheet = labels_pdf([["山" if paper.other_font() else "a", name, "Cairo"]], FORMATS["37x105"])
        (page,) = document(sheet)
        assert {*name} <= {*words(page)} or {*name[::-1]} <= {*words(page)}
        assert ink(page) > ink(document(labels_pdf([["", "", "Cairo"]], FORMATS["37x105"]))[0])

    @pytest.mark.skipif(paper.other_font() is None, reason="no font for Chinese is installed")
    def test_signs_of_another_font_are_printed_among_others(self) -> None:
        (page,) = document(labels_pdf([["山田 Yamada"]], FORMATS["36x70"]))
        assert words(page).strip() == "山田 Yamada"

    def test_what_no_font_has_is_a_box(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(paper, "other_font", lambda: None)
        (page,) = document(labels_pdf([["山 x"]], FORMATS["36x70"]))
        assert words(page).strip() == "□ x"

    def test_signs_that_are_no_letters_do_no_harm(self) -> None:
        (page,) = document(labels_pdf([["a\tb\nc\u200f\u2028d", "\u202e"]], FORMATS["36x70"]))
        assert words(page).strip() == "a b c d"


def ink(page: Any) -> int:
    """How much of a page is black."""
    return sum(value < 128 for value in bytes(page.render(scale=1, grayscale=True).buffer))


class TestCoverSheets:
    OWN = OwnCompany(name="Noorderlicht", post_code="8011 AB", city="Zwolle", phone_no="038 1")
    ADDRESS = ("Alder B.V.", "Anna Berg", "Zwolle")

    def sheets(self, *sheets: CoverSheet, texts: Sequence[str] = (), remarks: Sequence[Any] = ()) -> Any:
        return document(cover_sheets_pdf(sheets, self.OWN, date(2026, 3, 5), texts, remarks))

    def test_has_own_company_address_date_texts_and_seven_boxes(self) -> None:
        (page,) = self.sheets(
            CoverSheet(self.ADDRESS), texts=["The catalogue", "", "Thank you"], remarks=["as_agreed"]
        )
        text = words(page)
        for line in ("Noorderlicht", "8011 AB Zwolle", *self.ADDRESS, "5 March 2026", "The catalogue"):
            assert line in text
        assert [line for line in text.split("\n") if line[:1] in ("☐", "☒")] == [
            "☐ For your information",
            "☒ As agreed",
            "☐ For your comments",
            "☐ For your approval",
            "☐ For your signature",
            "☐ Please return",
            "☐ Please contact us",
        ]

    @pytest.mark.parametrize(
        ("language", "day", "box"),
        [
            ("nl", "5 maart 2026", "☒ Ter informatie"),
            ("de", "5. März 2026", "☒ Zur Kenntnisnahme"),
            ("fr", "5 mars 2026", "☒ Pour information"),
        ],
    )
    def test_speaks_the_language_of_the_contact(self, language: str, day: str, box: str) -> None:
        (page,) = self.sheets(CoverSheet(self.ADDRESS, language), remarks=["for_your_information"])
        assert day in words(page)
        assert box in words(page)

    def test_there_is_one_page_for_each_contact(self) -> None:
        pages = self.sheets(CoverSheet(("Alder",)), CoverSheet(("Birch",)))
        assert ["Alder" in words(page) for page in pages] == [True, False]
