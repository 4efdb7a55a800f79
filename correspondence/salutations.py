"""How a contact is addressed: a formula with %1 to %5, filled from parts of the name (domain A11)."""

from __future__ import annotations

import re
from typing import Literal

from domain.code_tables import Salutation, SalutationFormula
from domain.contact import Contact

_PLACE = re.compile(r"%([1-5])")
_EMPTY = "\0"


def salutation_text(
    salutation: Salutation | None,
    kind: Literal["formal", "informal"],
    language_code: str | None,
    contact: Contact,
    company_name: str | None,
) -> str | None:
    """The salutation of a contact in a language; the formula without language helps out where there is none.

    Blank when there is no formula at all: the preview shows it, so it can be mended before letters are sent.
    """
    formula = _formula(salutation, kind, language_code)
    if formula is None:
        return None
    parts = [_part(name, contact, company_name) for name in formula.names]

    def fill(found: re.Match[str]) -> str:
        place = int(found[1]) - 1
        return (parts[place] if place < len(parts) else "") or _EMPTY

    # The blank behind an empty part goes with it; where none is behind it, the one before it does.
    text = _PLACE.sub(fill, formula.text.replace(_EMPTY, ""))
    return text.replace(f"{_EMPTY} ", "").replace(f" {_EMPTY}", "").replace(_EMPTY, "").strip()


def _formula(
    salutation: Salutation | None, kind: Literal["formal", "informal"], language_code: str | None
) -> SalutationFormula | None:
    of_kind = {
        formula.language_code or None: formula
        for formula in (salutation.formulas if salutation else ())
        if formula.type == kind
    }
    return of_kind.get(language_code or None) or of_kind.get(None)


def _part(name: str, contact: Contact, company_name: str | None) -> str:
    """A part of the name; blank for what a contact does not have."""
    if name == "company_name":
        return company_name or ""
    return str(getattr(contact, name, None) or "").replace(_EMPTY, "").strip()
