"""Our letters held against other programs: python-docx reads them, docx-mailmerge2 makes the same ones."""

from __future__ import annotations

import io
import random
from collections.abc import Sequence

import docx
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mailmerge import MailMerge

from api.sample.contacts import sample_contacts
from correspondence.fields import FIELDS
from correspondence.letter import LetterLine, merge_data
from correspondence.merging import merge
from correspondence.reading import read_template
from domain.contact import Contact
from tests.correspondence.word import MAIN, TYPES, W, document, field

STYLES = ("simple", "complex", "split")
TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc", "Co", "Cn"]), min_size=1, max_size=30)
SETTINGS = {
    "word/settings.xml": f'<w:settings xmlns:w="{W}"/>'.encode(),
    "[Content_Types].xml": (TYPES % MAIN)
    .replace("</Types>", f'<Override PartName="/word/settings.xml" ContentType="{MAIN}"/></Types>')
    .replace('document.main+xml"/></Types>', 'settings+xml"/></Types>')
    .encode(),
}
"""The other program wants a part for settings."""
Piece = tuple[str, str | None]


def paragraph(pieces: Sequence[Piece]) -> str:
    """Texts and fields; a piece with a style is the name of a field."""
    return "<w:p>" + "".join(field(name, style) if style else run(name) for name, style in pieces) + "</w:p>"


def run(text: str) -> str:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;")
    return f'<w:r><w:t xml:space="preserve">{escaped}</w:t></w:r>'


def paragraphs_of(letter: bytes) -> list[str]:
    """What python-docx reads."""
    return [paragraph.text for paragraph in docx.Document(io.BytesIO(letter)).paragraphs]


PIECES = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["Contact_Name", "Contact_City", "Remarks"]), st.sampled_from(STYLES)),
        st.tuples(TEXT.filter(lambda text: not set(text) & set("{}«»")), st.none()),
    ),
    min_size=1,
    max_size=8,
)


@settings(max_examples=150)
@given(
    st.lists(PIECES, min_size=1, max_size=4),
    st.fixed_dictionaries(
        {
            "Contact_Name": TEXT,
            "Contact_City": TEXT,
            "Remarks": TEXT,
        }
    ),
)
def test_another_program_reads_and_makes_the_same_letter(
    paragraphs: list[list[Piece]], values: dict[str, str]
) -> None:
    data = document("".join(paragraph(pieces) for pieces in paragraphs), SETTINGS)
    ours = paragraphs_of(merge(read_template(data), values))
    assert ours == [
        "".join(values[text] if style else text for text, style in pieces) for pieces in paragraphs
    ]
    theirs = io.BytesIO()
    with MailMerge(io.BytesIO(data)) as merged:
        merged.merge(**values)
        merged.write(theirs)
    assert ours == paragraphs_of(theirs.getvalue())


@pytest.fixture(scope="module")
def contacts() -> list[Contact]:
    rows = random.Random(7).sample(list(sample_contacts(2_000, seed=7)), 100)
    return [msgspec.convert(row, Contact) for row in rows]


def test_100_random_letters_say_what_the_data_say(contacts: list[Contact]) -> None:
    names = [name for name in FIELDS if name not in ("Document_Date", "Entry_No")]
    chosen = random.Random(8)
    for number, contact in enumerate(contacts):
        fields = chosen.sample(names, 12)
        data = document(
            "".join(paragraph([(f"{name}: ", None), (name, chosen.choice(STYLES))]) for name in fields)
        )
        line = LetterLine(entry_no=number, language_code=contact.language_code, remarks=f"line\none {number}")
        values = merge_data(f"CT{number}", contact, line).values()
        assert paragraphs_of(merge(read_template(data), values)) == [
            f"{name}: {values[name] or ''}" for name in fields
        ]
