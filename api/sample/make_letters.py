"""Makes the sample letters, as Word documents with merge fields: `python -m api.sample.make_letters`.

It needs python-docx, which is among the packages for development; the letters themselves come along.
"""

from pathlib import Path
from typing import Any

from docx import Document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn

FOLDER = Path(__file__).parent
LETTERS: dict[str, tuple[str, ...]] = {
    "letter-nld.docx": (
        "«Contact_Postadres»",
        "«Document_Datum»",
        "Betreft: «Document_Onderwerp»",
        "Beste «Contact_Naam»,",
        "Het voorjaar begint, en daarmee ons nieuwe programma. Wij nodigen u van harte uit om te komen zien.",
        "«Opmerkingen»",
        "Met vriendelijke groet,",
        "«Verkoper_Naam»",
        "«Verkoper_Functie»",
    ),
    "letter-eng.docx": (
        "«Contact_Mail_Address»",
        "«Document_Date»",
        "Subject: «Document_Subject»",
        "Dear «Contact_Name»,",
        "Spring begins, and with it our new programme. We would be glad if you came to see it.",
        "«Remarks»",
        "Kind regards,",
        "«Salesperson_Name»",
        "«Salesperson_Job_Title»",
    ),
}


def _add_field(paragraph: Any, name: str) -> None:
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), f" MERGEFIELD {name} ")
    run, text = OxmlElement("w:r"), OxmlElement("w:t")
    text.text = f"«{name}»"
    run.append(text)
    field.append(run)
    paragraph._p.append(field)


def make(name: str, paragraphs: tuple[str, ...]) -> None:
    """Write one letter."""
    document = Document()
    for written in paragraphs:
        paragraph = document.add_paragraph()
        before, opened, rest = written.partition("«")
        paragraph.add_run(before)
        if opened:
            field, _, after = rest.partition("»")
            _add_field(paragraph, field)
            paragraph.add_run(after)
    document.save(str(FOLDER / name))


if __name__ == "__main__":
    for letter, lines in LETTERS.items():
        make(letter, lines)
