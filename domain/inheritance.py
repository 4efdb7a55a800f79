"""What people have in common with their company, and take over from it (domain A11)."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from typing import Any

import msgspec

from domain.contact import Contact

Together = tuple[str, ...]
"""Fields that are taken over together or not at all: half of one address and half of another is none."""


class Inherit(msgspec.Struct, frozen=True):
    """What a company's people take over from it, as far as the set-up says so.

    A new installation takes nothing over: who sends contacts from elsewhere sends them as they are, and a
    filter on the people of a city must not find those of whom nobody said where they are.
    Communication is phone, fax and home page. An e-mail address or a mobile phone is somebody's own: what is
    meant for a person must not go to everybody who reads the mail of the company.
    """

    salesperson: bool = False
    territory: bool = False
    country: bool = False
    language: bool = False
    address: bool = False
    communication: bool = False


_FIELDS: dict[str, tuple[Together, ...]] = {
    "salesperson": (("salesperson_code",),),
    "territory": (("territory_code",),),
    "country": (("country_code",),),
    "language": (("language_code",),),
    "address": (("address", "address_2", "post_code", "city", "county"),),
    "communication": (("phone_no",), ("fax_no",), ("home_page",)),
}
FIELDS = frozenset(name for parts in _FIELDS.values() for part in parts for name in part)


def inherited(company: Contact, named: Collection[str], flags: Inherit) -> dict[str, Any]:
    """What a person that is registered takes from its company: what was not `named`. Blank is said, too."""
    return {
        name: getattr(company, name)
        for part in _parts(flags)
        if not any(name in named for name in part)
        for name in part
        if getattr(company, name) is not None
    }


def passed_on(person: Contact, before: Contact, after: Contact, flags: Inherit) -> dict[str, Any]:
    """What a person takes over when its company changes, or it goes to another one.

    That is what it had in common with the company before; what is its own, or blank on purpose, stays.
    """
    taken: dict[str, Any] = {}
    for part in _parts(flags):
        old, new, own = _values(before, part), _values(after, part), _values(person, part)
        if new != old and own == old:
            taken |= new
    return taken


@cache
def _parts(flags: Inherit) -> tuple[Together, ...]:
    return tuple(part for flag, parts in _FIELDS.items() if getattr(flags, flag) for part in parts)


def _values(contact: Contact, part: Together) -> dict[str, Any]:
    return {name: getattr(contact, name) for name in part}
