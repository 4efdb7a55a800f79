"""The set-up of an installation: defaults for new contacts, number series, the own company (domain A11)."""

from __future__ import annotations

from typing import Literal

import msgspec

from domain.errors import InvalidRequest, NumberSeries
from domain.inheritance import Inherit
from domain.vocabulary import CorrespondenceType

MOST_DIGITS = 15
SeriesName = Literal["segment", "contact", "campaign"]


class Series(msgspec.Struct, frozen=True):
    """How numbers look: a prefix and at least so many digits. `manual` allows typed numbers."""

    prefix: str
    digits: int = 5
    manual: bool = True

    def number(self, n: int) -> str:
        """The n-th number of the series."""
        return f"{self.prefix}{n:0{self.digits}d}"

    def place_of(self, no: str) -> int | None:
        """Which number of the series this is, if it looks like one."""
        digits = no.removeprefix(self.prefix)
        if not (digits.isascii() and digits.isdigit() and len(digits) <= MOST_DIGITS):
            return None
        return int(digits) if self.number(int(digits)) == no else None


class SeriesByKind(msgspec.Struct, frozen=True):
    """The number series; one that is null is not set up, and numbers must then be given."""

    segment: Series | None = Series("SM")
    contact: Series | None = Series("CT")
    campaign: Series | None = Series("CP")


class OwnCompany(msgspec.Struct, frozen=True, omit_defaults=True):
    """The company that sends letters."""

    name: str | None = None
    name_2: str | None = None
    address: str | None = None
    address_2: str | None = None
    post_code: str | None = None
    city: str | None = None
    county: str | None = None
    country_code: str | None = None
    phone_no: str | None = None
    fax_no: str | None = None
    email: str | None = None
    home_page: str | None = None
    vat_registration_no: str | None = None
    registration_no: str | None = None
    bank_name: str | None = None
    bank_branch_no: str | None = None
    bank_account_no: str | None = None
    giro_no: str | None = None


class Setup(msgspec.Struct, frozen=True):
    """The whole set-up; the values here are those of a new installation."""

    default_correspondence_type: CorrespondenceType | None = None
    default_salesperson_code: str | None = None
    default_language_code: str | None = None
    number_series: SeriesByKind = SeriesByKind()
    company: OwnCompany = OwnCompany()
    inherit: Inherit = Inherit()
    """What people take over from their company."""


def series_for(setup: Setup, kind: SeriesName, typed: str | None) -> Series | None:
    """The series to draw from; none when the number was typed (domain B1).

    Raises NumberSeries, InvalidRequest.
    """
    series: Series | None = getattr(setup.number_series, kind)
    if typed is not None:
        if series is not None and not series.manual:
            raise NumberSeries(
                f"Numbers of {kind}s come from the series; leave the number out.",
                [(("no",), "typed numbers are not allowed")],
            )
        check_addressable("no", typed)
        return None
    if series is None:
        raise NumberSeries(
            f"There is no number series for {kind}s; give a number, or set the series up.",
            [(("no",), "a number is needed")],
        )
    return series


def check_addressable(field: str, typed: str) -> None:
    """A code or number becomes a part of addresses, where a slash or dots alone mean something else.

    Raises InvalidRequest.
    """
    if "/" in typed:
        raise InvalidRequest.at(field, "must not hold a slash")
    if typed in (".", ".."):
        raise InvalidRequest.at(field, "must not be dots only")
