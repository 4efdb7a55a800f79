"""That the benchmark of letters measures what it says."""

import json
import shutil
from pathlib import Path

import pytest

from benchmarks.letter_makers import Least, docxtpl, letter_template, letter_values, mailmerge, ours
from benchmarks.letters import LetterResults, main
from benchmarks.report import FigureResult
from tests.correspondence.word import text_of

SMALL = ["--letters", "20", "--others", "2", "--apart", "2", "--runs", "1", "--pdf-runs", "1"]
MERGED = ["merge", "mailmerge", "docxtpl"]
PRINTED = [
    *("pdf-combined", "pdf-combined-processor", "pdf-apart", "pdf-apart-processor"),
    *("pdf", "pdf-processor"),
]


@pytest.mark.parametrize(
    "letters",
    [
        pytest.param(
            4,
            marks=pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed"),
        ),
        0,
    ],
)
def test_a_small_run_writes_a_complete_result(tmp_path: Path, letters: int) -> None:
    main([*SMALL, "--pdf", str(letters), "--memory", "10", "20", "--results", str(tmp_path)])

    written = json.loads((tmp_path / "letters.json").read_bytes())
    assert written.keys() == set(LetterResults.__struct_fields__)
    assert (written["office"] is not None) == (letters > 0)
    assert [figure["key"] for figure in written["figures"]] == MERGED + PRINTED * (letters > 0)
    page = (tmp_path / "letters.md").read_text(encoding="utf-8")
    for figure in written["figures"]:
        assert figure.keys() == set(FigureResult.__struct_fields__)
        assert figure["ratio"] > 0
        assert figure["holds"] in (True, False)
        assert f"| {figure['name']} | {figure['size']} |" in page
        assert figure["against"] in page
    assert [peak["letters"] for peak in written["peaks"]] == [10, 20]
    assert all(20 < peak["megabytes"] < 500 for peak in written["peaks"])


def test_all_sides_make_the_same_letter() -> None:
    (values,) = letter_values(1)
    values |= {"Contact_Mail_Address": "Ann <Berg> & Zn", "Document_Date": "24 March"}
    letter = text_of(ours(letter_template())(values))
    assert "Contact_Mail_Address: Ann <Berg> & Zn" in letter
    for make in (Least(letter_template()), mailmerge(letter_template()), docxtpl(letter_template(True))):
        assert text_of(make(values)) == letter
