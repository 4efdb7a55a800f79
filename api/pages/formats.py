"""Dates and numbers as people write them, in English and Dutch."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from application.field_words import Language

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DUTCH_MONTHS = ("jan", "feb", "mrt", "apr", "mei", "jun", "jul", "aug", "sep", "okt", "nov", "dec")


def day_text(day: date | None, language: Language) -> str:
    """A date; the month as a word where its place would differ from country to country."""
    if day is None:
        return ""
    if language == "nl":
        return f"{day.day:02}-{day.month:02}-{day.year}"
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def instant_text(at: datetime, language: Language) -> str:
    """An instant in its own time zone; the page shows it in that of the browser."""
    return f"{day_text(at.date(), language)} {at:%H:%M} UTC"


def number_text(number: int | Decimal | None, language: Language, least: int = 0) -> str:
    """A number with separators: cents where it has any; `least` places behind the point in any case."""
    if number is None:
        return ""
    if isinstance(number, Decimal):
        plain = number.normalize()
        exponent = plain.as_tuple().exponent
        places = -exponent if isinstance(exponent, int) and exponent < 0 else 0
        text = f"{number:,.{max(places, 2 if places else least)}f}"
    else:
        text = f"{number:,}"
    return text.translate(str.maketrans(",.", ".,")) if language == "nl" else text


def amount_text(amount: Decimal, language: Language) -> str:
    """An amount of money: always with cents, so that those below each other stand by their points."""
    return number_text(amount, language, least=2)


def plain_number(number: int | Decimal | None, language: Language, least: int = 0) -> str:
    """A number as it stands in a field to be changed: no separators between thousands."""
    if number is None:
        return ""
    text = str(number)
    if isinstance(number, Decimal):
        _, _, places = f"{number.normalize():f}".partition(".")
        text = f"{number:.{max(len(places), least)}f}"
    return text.replace(".", ",") if language == "nl" else text


def date_in(text: str, language: Language) -> str:
    """What somebody typed as a date, as a filter has it; what is none stays as it is."""
    found = re.fullmatch(r"(\d{1,2})[-/ ](\d{1,2}|[a-z]{3})[-/ ](\d{4})", text.strip().lower())
    if found is None or (language == "en" and found[2].isdigit()):
        # In English, 3/4 is a day of March or of April.
        return text
    months = [name.lower() for name in (_DUTCH_MONTHS if language == "nl" else _MONTHS)]
    try:
        month = int(found[2]) if found[2].isdigit() else months.index(found[2]) + 1
        return date(int(found[3]), month, int(found[1])).isoformat()
    except ValueError:
        return text


def number_in(text: str, language: Language) -> str:
    """What somebody typed as a number, as JSON has it; what is no number stays as it is."""
    compact = text.strip().replace(" ", "").replace("\u00a0", "")
    thousands, point = (".", ",") if language == "nl" else (",", ".")
    whole, _, _ = compact.partition(point)
    if re.fullmatch(rf"[+-]?[1-9]\d{{0,2}}(\{thousands}\d{{3}})+", whole):
        compact = compact.replace(whole, whole.replace(thousands, ""), 1)
    elif point not in compact and compact.count(thousands) == 1:
        # "2.50" typed by a Dutch user means two and a half; "1.250" means more than a thousand, "0.125" less.
        compact = compact.replace(thousands, point)
    if thousands in compact:
        return text
    plain = compact.replace(point, ".")
    try:
        Decimal(plain)
    except InvalidOperation:
        return text
    return plain


def month_text(month: str, language: Language) -> str:
    """A month such as 2026-03 as it is read."""
    year, number = month.split("-")
    names = _DUTCH_MONTHS if language == "nl" else _MONTHS
    return f"{names[int(number) - 1]} {year}"


def percent_text(rate: Decimal, language: Language) -> str:
    """A rate such as 0.125 in percent."""
    text = f"{rate * 100:.1f}%"
    return text.replace(".", ",") if language == "nl" else text


def share_text(part: int, whole: int) -> str:
    """So many of all, in whole percents: never nothing or all before it is, and two parts make a hundred."""
    percent = part * 100 / (whole or 1)
    if 0 < percent < 1:
        return "< 1%"
    return "> 99%" if 99 < percent < 100 else f"{percent:.0f}%"
