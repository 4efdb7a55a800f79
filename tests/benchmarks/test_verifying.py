"""Verifying is measured on events that are sealed, against work on as many of them."""

from __future__ import annotations

import pytest

from benchmarks.verifying import main


def test_the_figures_say_against_what_they_were_measured(capsys: pytest.CaptureFixture[str]) -> None:
    main(["--events", "300", "--runs", "1"])
    first, second = capsys.readouterr().out.splitlines()
    assert first.endswith(" times reading and hashing each event")
    assert second.endswith(" times reading, hashing and chaining each event")
    assert int(first.split(" events")[0].replace(",", "")) >= 300
