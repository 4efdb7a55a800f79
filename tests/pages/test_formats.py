"""Dates and numbers as people write them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from api.pages.formats import (
    amount_text,
    day_text,
    number_in,
    number_text,
    percent_text,
    plain_number,
    share_text,
)
from api.pages.rendering import in_field, shown
from application.field_words import Language

languages = some.sampled_from(["en", "nl"])


def test_a_date_is_written_so_that_no_one_takes_the_month_for_the_day() -> None:
    assert day_text(date(2026, 3, 4), "en") == "4 Mar 2026"
    assert day_text(date(2026, 3, 4), "nl") == "04-03-2026"
    assert day_text(None, "en") == ""


@pytest.mark.parametrize(
    ("number", "english", "dutch"),
    [
        (1234567, "1,234,567", "1.234.567"),
        (Decimal("1234.5"), "1,234.50", "1.234,50"),
        (Decimal("1200"), "1,200", "1.200"),
        (Decimal("0.12345"), "0.12345", "0,12345"),
        (0, "0", "0"),
    ],
)
def test_numbers_have_separators(number: int | Decimal, english: str, dutch: str) -> None:
    assert (number_text(number, "en"), number_text(number, "nl")) == (english, dutch)


@pytest.mark.parametrize(
    ("amount", "english", "dutch"),
    [
        ("10", "10.00", "10,00"),
        ("1786.75", "1,786.75", "1.786,75"),
        ("0", "0.00", "0,00"),
        ("2.5", "2.50", "2,50"),
    ],
)
def test_amounts_of_money_have_cents(amount: str, english: str, dutch: str) -> None:
    assert (amount_text(Decimal(amount), "en"), amount_text(Decimal(amount), "nl")) == (english, dutch)
    assert (shown("cost", Decimal(amount), "en"), shown("unit_cost", Decimal(amount), "nl")) == (
        english,
        dutch,
    )


def test_an_amount_in_a_field_has_cents_as_in_a_table() -> None:
    assert [in_field(Decimal(amount), "nl") for amount in ("2.5", "0", "1200", "0.125")] == [
        *("2,50", "0,00", "1200,00", "0,125"),
    ]
    assert in_field(5, "nl") == "5"


def test_shares_are_rounded_and_never_nothing_or_all_before_they_are() -> None:
    of_1000 = {0: "0%", 1: "< 1%", 15: "2%", 335: "34%", 665: "66%", 985: "98%", 999: "> 99%", 1000: "100%"}
    assert {part: share_text(part, 1000) for part in of_1000} == of_1000
    assert (share_text(2, 3), share_text(1, 3), share_text(0, 0)) == ("67%", "33%", "0%")


@given(some.integers(1, 10_000), some.data())
def test_the_shares_of_two_parts_make_a_hundred(whole: int, data: some.DataObject) -> None:
    part = data.draw(some.integers(0, whole))
    numbers = [int(share_text(n, whole).strip("<> %")) for n in (part, whole - part)]
    assert sum(numbers) == 100


def test_rates_are_written_as_each_language_writes_percents() -> None:
    assert (percent_text(Decimal("0.0151"), "en"), percent_text(Decimal("0.01"), "nl")) == ("1.5%", "1,0%")


@pytest.mark.parametrize(
    ("typed", "language", "meant"),
    [
        ("2,50", "nl", "2.50"),
        ("2.50", "nl", "2.50"),
        ("1.250", "nl", "1250"),
        ("1.250,75", "nl", "1250.75"),
        ("1,250.75", "en", "1250.75"),
        ("2.5", "en", "2.5"),
        ("many", "en", "many"),
        # Less than one is never a thousand.
        ("0.125", "nl", "0.125"),
        ("0,125", "en", "0.125"),
        # Signs for thousands stand before the point, behind each three digits.
        (".125", "nl", ".125"),
        ("1250.750", "nl", "1250.750"),
        ("-1.250.000,5", "nl", "-1250000.5"),
        ("1.2.345", "nl", "1.2.345"),
        ("1,250.75", "nl", "1,250.75"),
        ("1.250,75", "en", "1.250,75"),
        ("1,250.7,5", "en", "1,250.7,5"),
    ],
)
def test_what_is_typed_is_read_as_it_was_meant(typed: str, language: Language, meant: str) -> None:
    assert number_in(typed, language) == meant


@given(
    some.decimals(min_value=0, max_value=10**9, places=5, allow_nan=False, allow_infinity=False), languages
)
def test_a_number_that_nobody_changed_comes_back_as_it_was(number: Decimal, language: Language) -> None:
    assert Decimal(number_in(plain_number(number, language), language)) == number
