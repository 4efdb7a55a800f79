"""That the benchmarks measure what they say. How long anything takes is for them to say, not for a test."""

import json
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import msgspec
import pytest

from benchmarks import report
from benchmarks.measure import DifferentWorkError, Measured, Side, measure, spread
from benchmarks.plot import plot
from benchmarks.report import MARKER, FigureResult, Machine, Results, SpreadOfRuns, table, with_table, write
from benchmarks.run import HTTP, KEYS, SINGLES, run

RUN = 5


class Clock:
    """Time that passes only when work says so."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def side(self, name: str, seconds: Iterator[float], order: list[str], rows: int = 1) -> Side:
        def prepare(number: int) -> Callable[[], int]:
            self.now += 100  # preparing is not timed

            def work() -> int:
                self.now += next(seconds)
                order.append(f"{name} {number}")
                return rows

            return work

        return prepare


class TestMeasure:
    def test_takes_the_medians_after_a_warm_up(self) -> None:
        clock = Clock()
        subject = clock.side("subject", iter([50, 4, 6, 20, 5, 6]), [])
        limit = clock.side("limit", iter([50, 2, 2, 2, 4, 1]), [])

        measured = measure(subject, limit, RUN, clock=clock)

        assert measured == Measured([4, 6, 20, 5, 6], [2, 2, 2, 4, 1])
        assert measured.ratio == 3
        assert measured.ratios == [2, 3, 10, 1.25, 6]
        assert spread(measured.ratios) == (1.25, 10)

    def test_alternates_which_goes_first(self) -> None:
        clock, order = Clock(), list[str]()
        ones = iter([1.0] * 20)

        measure(clock.side("s", ones, order), clock.side("l", ones, order), 3, clock=clock)

        assert order == ["s 0", "l 0", "s 1", "l 1", "l 2", "s 2", "s 3", "l 3"]

    def test_leaves_out_the_warm_up_where_it_would_take_too_long(self) -> None:
        clock, order = Clock(), list[str]()
        ones = iter([1.0] * 20)

        measure(clock.side("s", ones, order), clock.side("l", ones, order), 1, clock=clock, warm_up=False)

        assert order == ["s 1", "l 1"]

    def test_refuses_to_compare_different_amounts_of_work(self) -> None:
        clock = Clock()
        subject = clock.side("subject", iter([1.0]), [], rows=100_000)
        limit = clock.side("limit", iter([1.0]), [], rows=99_999)

        with pytest.raises(DifferentWorkError, match=r"100,000 rows, its limit 99,999"):
            measure(subject, limit, RUN, clock=clock)


def figure(key: str, *, ratio: float, reach: float | None, holds: bool | None) -> FigureResult:
    shown = SpreadOfRuns((0.1, 0.3), (0.05, 0.2), (1.5, 2.5))
    return FigureResult(key, f"Do {key}", 1_000, RUN, ratio, reach, holds, 0.2, 1.5, shown, "bare SQL")


@pytest.fixture
def results() -> Results:
    settings = dict.fromkeys(report.SETTINGS, "on")
    return Results(
        Machine(2, "Some processor", 16, "Linux", "3.11.9", "18.1", settings, date(2026, 11, 24)),
        (
            figure("this", ratio=2.0, reach=3.0, holds=True),
            figure("that", ratio=4.0, reach=3.0, holds=False),
            figure("more", ratio=9.0, reach=None, holds=None),
        ),
        (1_000,),
    )


SVG = "{http://www.w3.org/2000/svg}"


class TestReport:
    def test_shows_a_row_for_each_figure_and_what_it_was_measured_on(self, results: Results) -> None:
        assert table(results).splitlines() == [
            "| Figure | Size | Time | Limit | Ratio (pairs) | Reach | Against |",
            "|---|---:|---:|---:|---:|---:|---|",
            "| Do this | 1,000 | 200.0 ms | 1.50 s | **2.00** (1.50 to 2.50) | 3: holds | bare SQL |",
            "| Do that | 1,000 | 200.0 ms | 1.50 s | **4.00** (1.50 to 2.50) | 3: missed | bare SQL |",
            "| Do more | 1,000 | 200.0 ms | 1.50 s | **9.00** (1.50 to 2.50) | shown | bare SQL |",
            "",
            "Medians of 5 paired runs on 1.2 times as many sample contacts, 2026-11-24:"
            " 2 cores (Some processor), 16 GiB, Python 3.11.9, PostgreSQL 18.1 with fsync on.",
        ]

    def test_what_was_written_can_be_read_again(self, results: Results, tmp_path: Path) -> None:
        write(results, tmp_path)

        assert report.read(tmp_path) == results
        assert table(results) in (tmp_path / "latest.md").read_text(encoding="utf-8")

    def test_the_command_puts_the_table_between_the_markers(self, results: Results, tmp_path: Path) -> None:
        write(results, tmp_path)
        readme = tmp_path / "README.md"
        readme.write_text(f"# Title\n\n{MARKER}\nold\n{MARKER}\n\nMore é.\n", encoding="utf-8")
        for _ in range(2):
            report.main(["--readme", str(readme), "--results", str(tmp_path)])

            text = readme.read_text(encoding="utf-8")
            assert text == f"# Title\n\n{MARKER}\n{table(results)}\n{MARKER}\n\nMore é.\n"

    def test_a_file_shows_each_figure_once_for_the_largest_size(self, results: Results) -> None:
        larger = msgspec.structs.replace(results.figures[0], size=10_000)
        several = msgspec.structs.replace(results, figures=(larger, *results.figures))

        shown = with_table(f"{MARKER}\n{MARKER}", several)

        assert shown.count("| Do this | 10,000 |") == shown.count("| Do this |") == 1
        assert shown.count("| Do that | 1,000 |") == 1

    @pytest.mark.parametrize("text", ["no markers", f"one {MARKER}", MARKER * 3])
    def test_markers_that_are_no_pair_are_refused(self, results: Results, text: str) -> None:
        with pytest.raises(ValueError, match="there must be two markers"):
            with_table(text, results)


def test_a_small_run_writes_a_complete_result(
    empty_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    for figure in HTTP:
        monkeypatch.setattr(figure, "commands", 32)

    # One figure shows that there may be several sizes, one that it may have another; more would take long.
    special = {key: [600] for key in KEYS if key != "count"} | {"import": [500]}
    write(run(empty_database, [500, 600], 1, special=special, progress=said.append), tmp_path)

    written = json.loads((tmp_path / "latest.json").read_bytes())
    assert written["sizes"] == [500, 600]
    assert written["machine"].keys() == set(Machine.__struct_fields__)
    assert written["machine"]["postgres_settings"].keys() == set(report.SETTINGS)
    singles, sized = KEYS[: len(SINGLES)], KEYS[len(SINGLES) :]
    assert [(figure["key"], figure["size"]) for figure in written["figures"]] == [
        *((figure.key, figure.saves) for figure in SINGLES),
        *((key, 500) for key in sized if 500 in special.get(key, [500])),
        *((key, 600) for key in sized if 600 in special.get(key, [600])),
    ]
    assert singles == tuple(figure.key for figure in SINGLES)
    plotted = (tmp_path / "latest.svg").read_text(encoding="utf-8")
    for figure in written["figures"]:
        assert figure.keys() == set(FigureResult.__struct_fields__)
        assert figure["runs"] == 1
        assert (figure["each"] is not None) == figure["key"].startswith("http-")
        assert figure["ratio"] > 0
        assert figure["holds"] in ([True, False] if figure["reach"] else [None])
        assert f"| {figure['name']} |" in (tmp_path / "latest.md").read_text(encoding="utf-8")
        assert f">{figure['ratio']:.2f}</text>" in plotted
    assert "registering 600 contacts" in said


class TestPlot:
    def test_is_a_picture_with_a_bar_for_each_figure(self, results: Results) -> None:
        picture = ElementTree.fromstring(plot(results.figures))

        bars = [bar for bar in picture.iter(f"{SVG}rect") if bar.get("x")]
        assert [bar.get("fill") for bar in bars] == ["#2e8b57", "#c0392b", "#7f8c8d"]
        assert not list(picture.iter(f"{SVG}circle"))

    def test_shows_how_what_was_measured_for_several_sizes_grows(self, results: Results) -> None:
        larger = msgspec.structs.replace(results.figures[0], size=10_000, median_s=2.0)
        picture = ElementTree.fromstring(plot([*results.figures, larger]))

        first, second = picture.iter(f"{SVG}circle")
        assert float(first.get("cx", "")) < float(second.get("cx", ""))
        assert float(first.get("cy", "")) > float(second.get("cy", ""))
