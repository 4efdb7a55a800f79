"""Cover sheets: a page that goes with other papers, with who it is from and for (domain B18.4)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Literal, get_args

import msgspec

from correspondence.countries import country_name
from correspondence.formatting import usual_date
from correspondence.paper import WIDTH, Paper
from domain.setup import OwnCompany

Remark = Literal[
    "for_your_information",
    "as_agreed",
    "for_your_comments",
    "for_your_approval",
    "for_your_signature",
    "please_return",
    "please_contact_us",
]
MOST_TEXTS = 5

_WORDS: dict[str, dict[str, str]] = {
    "en": {
        "title": "Cover sheet",
        "phone": "Phone",
        "fax": "Fax",
        "remarks": "Remarks",
        "for_your_information": "For your information",
        "as_agreed": "As agreed",
        "for_your_comments": "For your comments",
        "for_your_approval": "For your approval",
        "for_your_signature": "For your signature",
        "please_return": "Please return",
        "please_contact_us": "Please contact us",
    },
    "nl": {
        "title": "Begeleidend schrijven",
        "phone": "Telefoon",
        "fax": "Fax",
        "remarks": "Opmerkingen",
        "for_your_information": "Ter informatie",
        "as_agreed": "Volgens afspraak",
        "for_your_comments": "Graag uw commentaar",
        "for_your_approval": "Ter goedkeuring",
        "for_your_signature": "Ter ondertekening",
        "please_return": "Graag retour",
        "please_contact_us": "Neem alstublieft contact met ons op",
    },
    "de": {
        "title": "Begleitschreiben",
        "phone": "Telefon",
        "fax": "Fax",
        "remarks": "Bemerkungen",
        "for_your_information": "Zur Kenntnisnahme",
        "as_agreed": "Wie besprochen",
        "for_your_comments": "Zur Stellungnahme",
        "for_your_approval": "Zur Genehmigung",
        "for_your_signature": "Zur Unterschrift",
        "please_return": "Bitte zurücksenden",
        "please_contact_us": "Bitte um Rücksprache",
    },
    "fr": {
        "title": "Bordereau d'envoi",
        "phone": "Téléphone",
        "fax": "Fax",
        "remarks": "Remarques",
        "for_your_information": "Pour information",
        "as_agreed": "Comme convenu",
        "for_your_comments": "Pour commentaires",
        "for_your_approval": "Pour approbation",
        "for_your_signature": "Pour signature",
        "please_return": "À retourner",
        "please_contact_us": "Merci de nous contacter",
    },
}
REMARKS: tuple[Remark, ...] = get_args(Remark)

LEFT, ROOM = 25.0, 165.0
OWN_LEFT = 120.0
STEP = 5.0


class CoverSheet(msgspec.Struct, frozen=True):
    """One page: the lines of the address, and the language it is in (`en`, `nl`, `de`, `fr`)."""

    address: Sequence[str]
    language: str = "en"


def cover_sheets_pdf(
    sheets: Iterable[CoverSheet], own: OwnCompany, on: date, texts: Sequence[str], remarks: Sequence[Remark]
) -> bytes:
    """One page for each contact, with the same texts and remarks on all of them."""
    paper = Paper("Cover sheets")
    empty = True
    for sheet in sheets:
        empty = False
        paper.page()
        _sheet(paper, sheet, own, on, texts, remarks)
    if empty:
        paper.page()
    return paper.pdf()


def _sheet(
    paper: Paper,
    sheet: CoverSheet,
    own: OwnCompany,
    on: date,
    texts: Sequence[str],
    remarks: Sequence[Remark],
) -> None:
    words = _WORDS[sheet.language]
    _column(paper, OWN_LEFT, 20, _own_lines(own, words, sheet.language), 9, WIDTH - OWN_LEFT - 15)
    _column(paper, LEFT, 52, sheet.address, 11, 85)  # where envelopes have their window
    paper.line(LEFT, 106, words["title"], size=16, width=80)
    paper.line(OWN_LEFT, 108, usual_date(on, sheet.language), size=11, width=WIDTH - OWN_LEFT - 15)
    paper.rule(LEFT, 115, ROOM)
    below = _column(paper, LEFT, 121, texts, 11, ROOM)
    paper.line(LEFT, below + 8, words["remarks"], size=11, width=ROOM)
    boxes = [f"{'☒' if remark in remarks else '☐'}  {words[remark]}" for remark in REMARKS]
    _column(paper, LEFT, below + 16, boxes, 11, ROOM, step=7)


def _column(
    paper: Paper, x: float, y: float, lines: Sequence[str], size: float, width: float, step: float = STEP
) -> float:
    """Lines below each other; where they end."""
    for number, line in enumerate(lines):
        paper.line(x, y + number * step, line, size=size, width=width)
    return y + len(lines) * step


def _own_lines(own: OwnCompany, words: dict[str, str], language: str) -> list[str]:
    town = " ".join(part for part in (own.post_code, own.city) if part)
    lines = [own.name, own.name_2, own.address, own.address_2, town, own.county]
    lines += [country_name(own.country_code, language)]
    lines += [f"{words['phone']} {own.phone_no}" if own.phone_no else None]
    lines += [f"{words['fax']} {own.fax_no}" if own.fax_no else None]
    return [line for line in (*lines, own.email, own.home_page) if line]
