"""Workers, service, mail server are killed during a mailing: nothing is lost or goes twice (domain B11)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from benchmarks.delivery_run import compared, run

CONTACTS = 400
KILLS = 6


def test_whoever_is_killed_every_mail_goes_once_and_what_is_uncertain_is_shown() -> None:
    outcome = run(CONTACTS, KILLS, seed=3)
    assert outcome.faults == []
    assert sum(outcome.kills.values()) == KILLS
    assert outcome.sent + outcome.uncertain == CONTACTS
    assert outcome.other_errors == 0
    assert outcome.received == outcome.sent + outcome.uncertain_but_received
    # Each kill leaves one mail of each connection in doubt at most, of four.
    assert outcome.uncertain <= 4 * KILLS


def entry(no: int, status: str = "sent", error: str | None = None) -> dict[str, Any]:
    return {"contact_no": f"C{no}", "delivery_status": status, "delivery_error": error}


def mail(no: int, name: str | None = None) -> tuple[str, str]:
    return f"c{no}@example.org", name or f"<{no}>"


def faults(
    entries: list[dict[str, Any]], taken: list[tuple[str, str]], counts: Mapping[str, int] | None = None
) -> list[str]:
    said = counts or {"in_progress": 0, "sent": 2, "error": 0}
    return compared(2, {}, 1.0, {"delivery": said}, entries, taken, verified=True).faults


@pytest.mark.parametrize(
    ("entries", "taken", "fault"),
    [
        ([entry(1), entry(2)], [mail(1), mail(2), mail(2)], "1 contacts got more than one mail"),
        ([entry(1), entry(2)], [mail(1), mail(2, "<1>")], "two mails have the same name"),
        ([entry(1), entry(2)], [mail(1)], "1 are said to be sent and never arrived"),
        ([entry(1)], [mail(1), mail(2)], "not every contact has one entry"),
        ([entry(1), entry(2, "in_progress")], [mail(1)], "an entry is neither sent nor an error"),
        (
            [entry(1), entry(2, "error", "no_address")],
            [mail(1), mail(2)],
            "a mail arrived whose entry is neither sent nor uncertain",
        ),
    ],
)
def test_the_comparison_finds_what_must_not_be(
    entries: list[dict[str, Any]], taken: list[tuple[str, str]], fault: str
) -> None:
    assert fault in faults(entries, taken)


def test_the_comparison_finds_nothing_where_all_agrees() -> None:
    assert faults([entry(1), entry(2)], [mail(1), mail(2)]) == []
    unsure = [entry(1), entry(2, "error", "uncertain")]
    counts = {"in_progress": 0, "sent": 1, "error": 1}
    assert faults(unsure, [mail(1), mail(2)], counts) == faults(unsure, [mail(1)], counts) == []
