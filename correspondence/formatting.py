"""How values are shown in a letter, by its language and the switches of a merge field."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache

from correspondence.field_codes import FieldCode

Value = str | date | Decimal | int | None

_MONTHS = {
    "en": "January February March April May June July August September October November December",
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
}
_DAYS = {
    "en": "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
    "nl": "maandag dinsdag woensdag donderdag vrijdag zaterdag zondag",
    "de": "Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag",
    "fr": "lundi mardi mercredi jeudi vendredi samedi dimanche",
}
_SHORT_MONTHS = {
    "en": "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
    "nl": "jan feb mrt apr mei jun jul aug sep okt nov dec",
    "de": "Jan Feb Mär Apr Mai Jun Jul Aug Sep Okt Nov Dez",
    "fr": "janv févr mars avr mai juin juil août sept oct nov déc",
}
_LENGTH_OF_SHORT_DAY = {"en": 3, "nl": 2, "de": 2, "fr": 3}
_USUAL_DATE = {"en": "d MMMM yyyy", "nl": "d MMMM yyyy", "de": "d. MMMM yyyy", "fr": "d MMMM yyyy"}
_LANGUAGES = {
    **dict.fromkeys(["NL", "NLD", "NLB", "DUT", "NED"], "nl"),
    **dict.fromkeys(["DE", "DEU", "DES", "DEA", "GER"], "de"),
    **dict.fromkeys(["FR", "FRA", "FRB", "FRC", "FRS", "FRE"], "fr"),
}
_DATE_PIECE = re.compile(r"'([^']*)'|d{1,4}|D{1,4}|M{1,4}|[yYjJ]+|.", re.DOTALL)
_NUMBER = re.compile(r"[-+]?[#0x.,]*[#0x][#0x.,]*")
LONGEST_NUMBER = 40
"""Digits; numbers beyond it are shown as they are."""


def language_of(code: str | None) -> str:
    """The language that a language code (`NL`, `NLB`, `nl-BE`) stands for, of those we know words in."""
    return _LANGUAGES.get(re.split(r"[-_ ]", (code or "").upper())[0], "en")


def formatter(field: FieldCode) -> Callable[[Value, str], str]:
    """What shows a value in a language, as the field asks."""

    def show(value: Value, language: str) -> str:
        text = _text(value, field, language)
        if not text:
            return ""
        if field.case:
            text = _CASES[field.case](text)
        return f"{field.before}{text}{field.after}"

    return show


def _text(value: Value, field: FieldCode, language: str) -> str:
    if value is None:
        return ""
    if isinstance(value, date):
        if field.date_picture is None:
            return usual_date(value, language)
        return date_text(value, field.date_picture, language)
    if field.number_picture is not None:
        number = _number(value)
        if number is not None:
            return number_text(number, field.number_picture)
    if isinstance(value, Decimal):
        shown = f"{value:f}"
        return shown if language == "en" else shown.replace(".", ",")
    return str(value)


def _number(value: str | Decimal | int) -> Decimal | None:
    try:
        number = Decimal(value)
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number.adjusted()) < LONGEST_NUMBER else None


def usual_date(value: date, language: str) -> str:
    """A date as it is usually written in a language."""
    return date_text(value, _USUAL_DATE[language], language)


def date_text(value: date, picture: str, language: str) -> str:
    """A date by a picture of Word: `d MMMM yyyy`."""
    return "".join(_date_piece(value, match, language) for match in _DATE_PIECE.finditer(picture))


def _date_piece(value: date, match: re.Match[str], language: str) -> str:
    piece = match[0]
    if match[1] is not None:
        return match[1]
    match piece[0], len(piece):
        case "d" | "D", 1:
            return str(value.day)
        case "d" | "D", 2:
            return f"{value.day:02}"
        case "d" | "D", length:
            name = _DAYS[language].split()[value.weekday()]
            return name if length == 4 else name[: _LENGTH_OF_SHORT_DAY[language]]
        case "M", 1:
            return str(value.month)
        case "M", 2:
            return f"{value.month:02}"
        case "M", length:
            return (_MONTHS if length == 4 else _SHORT_MONTHS)[language].split()[value.month - 1]
        case "y" | "Y" | "j" | "J", length:
            return f"{value.year % 100:02}" if length <= 2 else f"{value.year:04}"
        case _:
            return piece


@lru_cache(maxsize=256)
def _sections(picture: str) -> tuple[str, ...]:
    return tuple(picture[:200].split(";"))


def number_text(value: Decimal, picture: str) -> str:
    """A number by a picture of Word: `#.##0,00`, with sections for positive, negative and zero.

    Which of dot and comma is the decimal sign is seen from the picture itself.
    """
    sections = _sections(picture)
    section = sections[0]
    if value == 0 and len(sections) > 2:
        section = sections[2]
    elif value < 0 and len(sections) > 1:
        section, value = sections[1], -value
    match = _NUMBER.search(section)
    if match is None:
        return section.replace("'", "")
    shown = _digits(value, match[0])
    before, after = section[: match.start()].replace("'", ""), section[match.end() :].replace("'", "")
    return f"{before}{shown}{after}"


def _digits(value: Decimal, picture: str) -> str:
    decimal, thousands = _signs(picture)
    whole, _, fraction = picture.partition(decimal) if decimal else (picture, "", "")
    places = sum(letter in "#0x" for letter in fraction)
    rounded = value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    digits, _, decimals = f"{abs(rounded):f}".partition(".")
    kept = max((place + 1 for place, letter in enumerate(fraction) if letter == "0"), default=0)
    decimals = decimals[:kept] + decimals[kept:].rstrip("0")
    least = whole.count("0")
    digits = digits.lstrip("0").rjust(least, "0")
    if thousands and thousands in whole:
        digits = f"{int(digits or 0):,}".replace(",", thousands).rjust(least, "0") if digits else digits
    sign = "-" if rounded < 0 else "+" if picture.startswith("+") else ""
    return f"{sign}{digits}{decimal if decimals else ''}{decimals}"


def _signs(picture: str) -> tuple[str, str]:
    """The decimal sign and the sign between thousands, blank where the picture has none."""
    last = max(picture.rfind("."), picture.rfind(","))
    if last < 0:
        return "", ""
    sign = picture[last]
    other = "," if sign == "." else "."
    behind = picture[last + 1 :]
    grouping = picture.count(sign) > 1 or (
        other not in picture and len(behind) == 3 and picture[:last].endswith("#")
    )
    return ("", sign) if grouping else (sign, other)


_CASES: dict[str, Callable[[str], str]] = {
    "upper": str.upper,
    "lower": str.lower,
    "firstcap": lambda text: text[:1].upper() + text[1:],
    "caps": lambda text: re.sub(r"(^|\s)(\S)", lambda found: found[1] + found[2].upper(), text),
}
