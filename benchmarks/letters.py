"""`python -m benchmarks.letters`: how fast letters are merged and made into PDF, and in how much memory.

Merging is held against the least that a program does that knows the XML already: it joins it with the values,
packs it, and puts it into a zip file with parts that are packed already; and against docx-mailmerge2 and
docxtpl. PDF is held against LibreOffice alone. One process, one core; values are made before time is taken.
"""

from __future__ import annotations

import argparse
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

import msgspec

from benchmarks.letter_makers import Least, Maker, Values, docxtpl, letter_template, letter_values, mailmerge
from benchmarks.letter_makers import ours as our_own
from benchmarks.measure import Measured, Side, Work, measure
from benchmarks.report import RESULTS, FigureResult, cores, figure_result, figure_rows, processor
from correspondence.combining import MOST_COMBINED, combine, letter_of
from correspondence.office import find_office
from correspondence.pdf import letters_to_pdf
from domain.errors import OfficeMissing

AT_ONCE = 100
"""Documents on one command line of LibreOffice; of 250 it leaves one out."""
FLAT = 1.1
"""So many times the memory of few letters is what many may take."""

Progress = Callable[[str], None]


class Peak(msgspec.Struct, frozen=True):
    """The most memory that a process used which made so many letters and did nothing else."""

    letters: int
    megabytes: float


class LetterResults(msgspec.Struct, frozen=True):
    """A whole run."""

    date: date
    cores: int
    processor: str
    python: str
    office: str | None
    bytes_of_template: int
    bytes_of_letter: int
    bytes_of_least: int
    figures: tuple[FigureResult, ...]
    peaks: tuple[Peak, ...]

    @property
    def growth(self) -> float:
        """How many times the memory of the fewest letters the most take."""
        return round(self.peaks[-1].megabytes / self.peaks[0].megabytes, 2)


class Told(NamedTuple):
    """What is told of a figure besides what was measured."""

    key: str
    name: str
    size: int
    reach: float | None
    against: str


# --- Merging ------------------------------------------------------------------------------------------------


def merging(maker: Maker, values: Sequence[Values]) -> Side:
    """A side that makes a letter of each of these values."""

    def work() -> int:
        return sum(1 for one in values if maker(one))

    return lambda _: work


def merge_figures(letters: int, others: int, runs: int, progress: Progress) -> list[FigureResult]:
    """Merging, against the least and against other libraries."""
    template, values = letter_template(), letter_values(letters)
    ours = our_own(template)
    compared: tuple[tuple[Told, Maker], ...] = (
        (
            Told("merge", "Merge letters, processor time", letters, 2, "known XML joined, packed and zipped"),
            Least(template),
        ),
        (
            Told("mailmerge", "Merge letters, processor time", others, 0.1, "docx-mailmerge2"),
            mailmerge(template),
        ),
        (
            Told("docxtpl", "Merge letters, processor time", others, 0.1, "docxtpl"),
            docxtpl(letter_template(True)),
        ),
    )
    found = []
    for told, maker in compared:
        progress(f"{told.name}, {told.size:,}, against {told.against}")
        some = values[: told.size]
        measured = measure(
            merging(ours, some), merging(maker, some), runs, clock=time.process_time, progress=progress
        )
        found.append(figure_result(told, measured))
    return found


# --- PDF ----------------------------------------------------------------------------------------------------


class Alone:
    """LibreOffice as anybody starts it, with many documents on its command line."""

    def __init__(self, place: Path) -> None:
        self.place = place

    def side(self, documents: Sequence[bytes], letters: int) -> Side:
        """A side that converts these documents, which together are so many letters."""

        def prepare(number: int) -> Work:
            work = self.place / f"run{number}"
            shutil.rmtree(work, ignore_errors=True)
            work.mkdir()
            for place, document in enumerate(documents):
                (work / f"{place}.docx").write_bytes(document)
            names = [f"{place}.docx" for place in range(len(documents))]
            return lambda: letters - len(documents) + self.convert(work, names)

        return prepare

    def convert(self, work: Path, names: Sequence[str]) -> int:
        """How many became PDF."""
        profile = f"-env:UserInstallation={(self.place / 'profile').as_uri()}"
        command = [find_office(), profile, "--headless", "--convert-to", "pdf"]
        for start in range(0, len(names), AT_ONCE):
            subprocess.run(
                [*command, *names[start : start + AT_ONCE]], cwd=work, check=True, capture_output=True
            )
        return sum(1 for _ in work.glob("*.pdf"))


def through_us(letters: Sequence[bytes]) -> Side:
    """A side that makes letters into PDF as the service does."""
    return lambda _: lambda: sum(1 for pdf in letters_to_pdf(letters) if pdf)


def processor_seconds() -> float:
    """What this process and those that it waited for have used."""
    waited = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + waited.ru_utime + waited.ru_stime


def clocked(side: Side, spent: list[float]) -> Side:
    """The same side, which also notes the processor time of its runs."""

    def prepare(number: int) -> Work:
        inner = side(number)

        def work() -> int:
            begun = processor_seconds()
            rows = inner()
            spent.append(processor_seconds() - begun)
            return rows

        return work

    return prepare


def combined(letters: Sequence[bytes]) -> list[bytes]:
    """The same letters as the documents that the service makes of them for LibreOffice."""
    read = [letter for data in letters if (letter := letter_of(data))]
    return [combine(read[start : start + MOST_COMBINED]) for start in range(0, len(read), MOST_COMBINED)]


def pdf_figures(letters: int, apart: int, runs: int, progress: Progress) -> list[FigureResult]:
    """PDF, against LibreOffice with each letter, and with as many letters in one document as we give it."""
    values = letter_values(letters)
    together = [*map(our_own(letter_template()), values)]
    counting = [*map(our_own(letter_template(counting=True)), values[:apart])]
    each, same = (
        "LibreOffice alone, each letter a document",
        "LibreOffice alone, the documents that we give it",
    )
    with tempfile.TemporaryDirectory(prefix="segmentlog-letters-") as directory:
        alone = Alone(Path(directory))
        compared = (
            ("pdf-combined", "Letters to PDF", together, combined(together), same, runs),
            ("pdf-apart", "Letters that count pages to PDF", counting, counting, each, runs),
            ("pdf", "Letters to PDF", together, together, each, 1),  # which takes minutes
        )
        for side in (through_us(together[:1]), alone.side(together[:1], 1)):
            side(0)()  # makes the profile, once
        found = []
        for key, name, subject, limit, against, times in compared:
            size = len(subject)
            progress(f"{name}, {size:,}, against {against}")
            spent: tuple[list[float], list[float]] = ([], [])
            sides = clocked(through_us(subject), spent[0]), clocked(alone.side(limit, size), spent[1])
            measured = measure(*sides, times, progress=progress, warm_up=False)
            for clock, seconds in (("", measured), ("processor", Measured(*spent))):
                told = Told(
                    f"{key}-{clock}".rstrip("-"), f"{name}{clock and ', processor time'}", size, 1.2, against
                )
                found.append(figure_result(told, seconds))
    return found


# --- Memory -------------------------------------------------------------------------------------------------


def make_letters(count: int) -> float:
    """Make so many letters, one after the other; the most memory that this process ever had, in megabytes."""
    maker, values = our_own(letter_template()), letter_values(1_000)
    for number in range(count):
        maker({**values[number % len(values)], "Remarks": f"Letter {number}"})
    status = Path("/proc/self/status")
    if status.exists():  # what the system tells otherwise counts whoever started this process
        return int(status.read_text().split("VmHWM:")[1].split()[0]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (
        1024**2 if sys.platform == "darwin" else 1024
    )


def peak(count: int) -> Peak:
    """The memory of a process of its own."""
    command = [sys.executable, "-m", "benchmarks.letters", "--only-make", str(count)]
    ran = subprocess.run(command, check=True, capture_output=True, text=True)
    return Peak(count, round(float(ran.stdout), 1))


# --- The run ------------------------------------------------------------------------------------------------


def office_version() -> str | None:
    """Name and version of LibreOffice, if it is here."""
    try:
        command = [find_office(), "--version"]
    except OfficeMissing:
        return None
    asked = subprocess.run(command, capture_output=True, text=True, check=True)
    return " ".join(asked.stdout.split()[:2])


def run(options: argparse.Namespace, progress: Progress) -> LetterResults:
    """Measure everything."""
    template = letter_template()
    (one,) = letter_values(1)
    figures = merge_figures(options.letters, options.others, options.runs, progress)
    office = office_version() if options.pdf else None
    if office is not None:
        figures += pdf_figures(options.pdf, options.apart, options.pdf_runs, progress)
    peaks = []
    for count in options.memory:
        progress(f"memory of {count:,} letters")
        peaks.append(peak(count))
    return LetterResults(
        date=date.today(),
        cores=cores(),
        processor=processor(),
        python=sys.version.split()[0],
        office=office,
        bytes_of_template=len(template),
        bytes_of_letter=len(our_own(template)(one)),
        bytes_of_least=len(Least(template)(one)),
        figures=tuple(figures),
        peaks=tuple(peaks),
    )


def described(results: LetterResults) -> str:
    """The results for people."""
    speeds = [
        f"| {figure.name} | {figure.against} | {figure.size / figure.median_s:,.0f} |"
        f" {figure.size / figure.limit_median_s:,.0f} |"
        for figure in results.figures
    ]
    peaks = [f"| {one.letters:,} | {one.megabytes:.1f} MB |" for one in results.peaks]
    runs = " or ".join(str(number) for number in sorted({figure.runs for figure in results.figures}))
    office = results.office or "without LibreOffice, so without PDF"
    return "\n".join(
        [
            "# Letters",
            "",
            *figure_rows(results.figures),
            "",
            f"Medians of {runs} paired runs, {results.date}: {results.cores} cores ({results.processor}),",
            f"Python {results.python}, {office}; with whatever else the machine did.",
            "`make bench-letters` measures it.",
            "",
            f"Bytes: the template {results.bytes_of_template:,}, a letter {results.bytes_of_letter:,},"
            f" the least one {results.bytes_of_least:,}.",
            "",
            "| | Against | Letters a second | Theirs |",
            "|---|---|---:|---:|",
            *speeds,
            "",
            "| Letters made by a process | Its most memory |",
            "|---:|---:|",
            *peaks,
            "",
            f"That is {results.growth:.2f} times as much; {FLAT} is the reach: "
            f"{'holds' if results.growth <= FLAT else 'missed'}.",
            "",
        ]
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, write letters.json and letters.md, and print the page."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.letters", description="Measure letters.")
    parser.add_argument("--letters", type=int, default=1_000, help="letters in a run of merging")
    parser.add_argument("--others", type=int, default=50, help="letters in a run of another library")
    parser.add_argument("--pdf", type=int, default=1_000, help="letters that become PDF; 0 leaves it out")
    parser.add_argument("--apart", type=int, default=100, help="letters that become PDF one by one")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--pdf-runs", type=int, default=3)
    parser.add_argument("--memory", type=int, nargs="+", default=[1_000, 10_000, 100_000], metavar="LETTERS")
    parser.add_argument(
        "--results", type=Path, default=RESULTS, help="folder for letters.json and letters.md"
    )
    parser.add_argument("--only-make", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.only_make is not None:
        print(make_letters(options.only_make))
        return 0
    started = time.monotonic()

    def progress(text: str) -> None:
        print(f"{time.monotonic() - started:7.1f} s  {text}", file=sys.stderr, flush=True)

    results = run(options, progress)
    options.results.mkdir(parents=True, exist_ok=True)
    written = msgspec.json.format(msgspec.json.encode(results), indent=2)
    (options.results / "letters.json").write_bytes(written + b"\n")
    (options.results / "letters.md").write_text(described(results), encoding="utf-8")
    print(described(results))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
