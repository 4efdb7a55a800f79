"""The pools of names, streets and so on that sample contacts are drawn from, by country."""

import json
import unicodedata
from collections.abc import Sequence
from functools import cache
from itertools import cycle, product
from pathlib import Path
from typing import NamedTuple

from api.sample.setup import LANGUAGES


class GivenName(NamedTuple):
    name: str
    slug: str
    initials: str


class Surname(NamedTuple):
    particle: str | None
    name: str
    slug: str


class CompanyName(NamedTuple):
    name: str
    slug: str


class Country(NamedTuple):
    code: str
    language: str
    address: str
    territories: Sequence[str]
    given_names: Sequence[tuple[str, GivenName]]
    surnames: Sequence[Surname]
    streets: Sequence[str]
    cities: Sequence[str]
    post_codes: Sequence[str]
    companies: Sequence[CompanyName]
    phones: Sequence[tuple[str, int]]
    mobiles: Sequence[tuple[str, int]]


# Language, weight among the contacts, and how street and house number stand.
COUNTRIES = {
    "NL": ("NLD", 75, "%(street)s %(number)d"),
    "DE": ("DEU", 9, "%(street)s %(number)d"),
    "GB": ("ENG", 5, "%(number)d %(street)s"),
    "FR": ("FRA", 5, "%(number)d, %(street)s"),
    "SE": ("SWE", 3, "%(street)s %(number)d"),
    "PL": ("POL", 3, "ul. %(street)s %(number)d"),
}
_DUTCH_TERRITORIES = ("NOORD", "NOORD", "OOST", "OOST", "MIDDEN", "WEST", "WEST", "WEST", "ZUID", "ZUID")


class Role(NamedTuple):
    responsibility: str
    level: str
    titles: dict[str, str]


def _role(row: str) -> Role:
    responsibility, level, *titles = row.split("|")
    return Role(responsibility, level, dict(zip(LANGUAGES, titles, strict=True)))


# Job responsibility, organizational level, and the titles in the order of `LANGUAGES`.
ROLES = (
    _role(
        "DIRECTIE|DIRECTIE|Directeur|Geschäftsführer|Managing Director|Directeur général|VD|Prezes zarządu"
    ),
    _role(
        "FINANCIEN|MANAGER|Hoofd financiën|Finanzleiter|Finance Manager|Chef comptable|Ekonomichef|Księgowy"
    ),
    _role("INKOOP|UITVOEREND|Inkoper|Einkäufer|Buyer|Acheteur|Inköpare|Specjalista ds. zakupów"),
    _role("INKOOP|MANAGER|Hoofd inkoop|Einkaufsleiter|Chief Buyer|Chef des achats|Inköpschef|Kierownik"),
    _role("MARKETING|MANAGER|Marketingmanager|Marketingleiter|Marketing Manager|Chef marketing|CMO|Dyrektor"),
    _role("PERSONEEL|SPECIALIST|Personeelsadviseur|Personalreferent|HR Adviser|Conseil RH|HR-konsult|Kadry"),
    _role("ICT|SPECIALIST|Systeembeheerder|Systemverwalter|Engineer|Ingénieur|Systemtekniker|Informatyk"),
    _role("PRODUCTIE|UITVOEREND|Werkvoorbereider|Arbeitsplaner|Planner|Technicien|Planerare|Technolog"),
    _role("VERKOOP|UITVOEREND|Verkoper|Verkäufer|Sales Executive|Commercial|Säljare|Handlowiec"),
)
_SALUTATIONS = (("M", "men"), ("V", "women"))
_LETTERS_WITHOUT_PARTS = str.maketrans({"ł": "l", "ß": "ss", "ø": "o", "æ": "ae"})


def slug(text: str) -> str:
    """What is left of a name in an e-mail address: "Van 't Höft" is "vanthoft"."""
    folded = unicodedata.normalize("NFKD", text.lower().translate(_LETTERS_WITHOUT_PARTS))
    return "".join(letter for letter in folded if letter.isascii() and letter.isalnum())


def _given(name: str) -> GivenName:
    return GivenName(name, slug(name), "".join(f"{part[0]}." for part in name.replace("-", " ").split()))


def _surname(full_name: str) -> Surname:
    particle, _, name = full_name.rpartition(" ")
    return Surname(particle or None, name, slug(full_name))


def _company(name: str) -> CompanyName:
    return CompanyName(name, slug(name)[:40])


def _companies(pools: dict[str, list[str]]) -> list[CompanyName]:
    """The pool's own, and more: "Bakkerij Van den Berg B.V.", for a million contacts need many."""
    owners = [f"{surname[0].upper()}{surname[1:]}" for surname in pools["surnames"][::4]]
    forms = cycle(pools.get("legal_forms", []))
    trading = [f"{trade} {owner}" for trade, owner in product(pools.get("trades", []), owners)]
    long_names = (
        text.format(city=city)
        for text, city in product(pools.get("long_companies", []), pools["cities"][::20])
    )
    return [
        *[_company(name) for name in pools["companies"]] * 3,
        *(_company(f"{name} {form}") for name, form in zip(trading, forms, strict=False)),
        *(_company(name) for name in long_names if len(name) <= 100),
    ]


def _country(code: str, pools: dict[str, list[str]]) -> Country:
    language, _, address = COUNTRIES[code]
    phones, mobiles = (
        [(pattern.rstrip("#"), 10 ** (pattern.count("#") - 1)) for pattern in pools[pool]]
        for pool in ("phones", "mobiles")
    )
    return Country(
        code=code,
        language=language,
        address=address,
        territories=_DUTCH_TERRITORIES if code == "NL" else ("BUITENLAND",),
        given_names=[(code, _given(name)) for code, pool in _SALUTATIONS for name in pools[pool]],
        surnames=[_surname(name) for name in pools["surnames"]],
        streets=pools["streets"],
        cities=pools["cities"],
        post_codes=pools["post_codes"],
        companies=_companies(pools),
        phones=phones,
        mobiles=mobiles,
    )


@cache
def countries() -> Sequence[Country]:
    pools = json.loads(Path(__file__).with_name("pools.json").read_text(encoding="utf-8"))
    return [_country(code, pools[code]) for code in COUNTRIES]
