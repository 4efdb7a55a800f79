"""What the values of a field are, and how one is read from the text of a filter (domain rule B5)."""

import calendar
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import ClassVar, Final, TypeAlias

Value: TypeAlias = str | int | bool | Decimal | date | time | datetime


@dataclass(frozen=True, slots=True)
class FieldType:
    """One of these constants, or an `Enumeration`. Codes are upper-cased when read, texts are left alone."""

    name: str

    CODE: ClassVar["FieldType"]
    TEXT: ClassVar["FieldType"]
    INTEGER: ClassVar["FieldType"]
    DECIMAL: ClassVar["FieldType"]
    DATE: ClassVar["FieldType"]
    TIME: ClassVar["FieldType"]
    INSTANT: ClassVar["FieldType"]
    BOOLEAN: ClassVar["FieldType"]

    @property
    def is_textual(self) -> bool:
        """Whether wildcards and `@` mean something."""
        return self in (FieldType.CODE, FieldType.TEXT)

    def read(self, text: str, work_date: date) -> Value:
        """The value that `text` names; a ValueError says in plain words why it names none."""
        return _READERS[self.name](text, work_date)


@dataclass(frozen=True, slots=True)
class Enumeration(FieldType):
    """A closed list of members, in their order (domain rule A0); blank is not listed."""

    name: str = field(default="enumeration", init=False)
    members: tuple[str, ...]

    def read(self, text: str, work_date: date) -> Value:
        if text not in self.members:
            raise ValueError(f"unknown value {_shown(text)}; one of: {', '.join(self.members)}")
        return text


FieldType.CODE = FieldType("code")
FieldType.TEXT = FieldType("text")
FieldType.INTEGER = FieldType("integer")
FieldType.DECIMAL = FieldType("decimal")
FieldType.DATE = FieldType("date")
FieldType.TIME = FieldType("time")
FieldType.INSTANT = FieldType("instant")
FieldType.BOOLEAN = FieldType("boolean")

# The type itself would take more: 1_000, ٣, 1e9, 20260101, 2026-W01-1.
_INTEGER: Final = re.compile(r"[+-]?[0-9]{1,30}")
_DECIMAL: Final = re.compile(r"[+-]?([0-9]{1,30}(\.[0-9]{0,30})?|\.[0-9]{1,30})")
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_RELATIVE: Final = re.compile(r"([+-]?[0-9]{1,7})([DWMY])", re.IGNORECASE)
_TIME: Final = re.compile(r"[0-9]{2}:[0-9]{2}(:[0-9]{2})?")
_INSTANT: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:[0-9]{2})"
)

_SHOWN_LENGTH: Final = 50


def _shown(text: str) -> str:
    return f"'{text}'" if len(text) <= _SHOWN_LENGTH else f"'{text[:_SHOWN_LENGTH]}…'"


def _read_code(text: str, _: date) -> str:
    return text.strip().upper()


def _read_text(text: str, _: date) -> str:
    return text


def _read_integer(text: str, _: date) -> int:
    if not _INTEGER.fullmatch(text):
        raise ValueError(f"{_shown(text)} is not a whole number")
    number = int(text)
    if not -(2**63) <= number < 2**63:
        raise ValueError(f"{_shown(text)} is too large a number (it must fit in 64 bits)")
    return number


def _read_decimal(text: str, _: date) -> Decimal:
    if not _DECIMAL.fullmatch(text):
        raise ValueError(f"{_shown(text)} is not a number (write 1250.75, with a point)")
    return Decimal(text)


def _read_date(text: str, work_date: date) -> date:
    try:
        if relative := _RELATIVE.fullmatch(text):
            return _moved(work_date, int(relative[1]), relative[2].upper())
        if _DATE.fullmatch(text):
            return date.fromisoformat(text)
    except OverflowError:
        raise ValueError(f"{_shown(text)} lies outside the calendar") from None
    except ValueError:
        pass
    raise ValueError(
        f"{_shown(text)} is not a date (write 2026-11-24, or count from the work date: -30D, -2W, -1M, 0D)"
    )


def _moved(start: date, count: int, unit: str) -> date:
    if unit in "DW":
        return start + timedelta(days=count * (7 if unit == "W" else 1))
    months = start.year * 12 + start.month - 1 + count * (12 if unit == "Y" else 1)
    year, month = divmod(months, 12)
    if not date.min.year <= year <= date.max.year:
        raise OverflowError
    return date(year, month + 1, min(start.day, calendar.monthrange(year, month + 1)[1]))


def _read_time(text: str, _: date) -> time:
    try:
        if _TIME.fullmatch(text):
            return time.fromisoformat(text)
    except ValueError:
        pass
    raise ValueError(f"{_shown(text)} is not a time (write 09:30 or 09:30:15)")


def _read_instant(text: str, _: date) -> datetime:
    try:
        if _INSTANT.fullmatch(text):
            return datetime.fromisoformat(text)
    except ValueError:
        pass
    raise ValueError(f"{_shown(text)} is not an instant (write 2026-11-24T09:30:00Z)")


def _read_boolean(text: str, _: date) -> bool:
    if text.lower() not in ("true", "false"):
        raise ValueError(f"unknown value {_shown(text)}; one of: true, false")
    return text.lower() == "true"


_READERS: Final[dict[str, Callable[[str, date], Value]]] = {
    "code": _read_code,
    "text": _read_text,
    "integer": _read_integer,
    "decimal": _read_decimal,
    "date": _read_date,
    "time": _read_time,
    "instant": _read_instant,
    "boolean": _read_boolean,
}
