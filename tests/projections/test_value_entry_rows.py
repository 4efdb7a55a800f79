"""Value entries in the read model of contacts: whatever the events hold, each entry is there once."""

from __future__ import annotations

from datetime import date

import pytest

from application.journal import Changes
from application.value_entry_import import ValueEntryImport, ValueEntryRow
from domain.value_entry import ValueEntriesImported, ValueEntry
from projections import runner
from tests.projections.conftest import ANN, Desk

ENTRIES = tuple(
    ValueEntry("customer", f"C{number}", "1896-S", posting_date=date(2026, 11, 24)) for number in range(3)
)


def stored(service: Desk) -> list[tuple[int, str]]:
    rows = service.rows("SELECT entry_no, source_no FROM value_entry ORDER BY entry_no")
    return [(row["entry_no"], row["source_no"]) for row in rows]


def happened(service: Desk, first: int, *entries: ValueEntry) -> None:
    event = ValueEntriesImported(first, entries)
    service.journal.record(ANN, Changes(f"value-entries-{first}", 0, [event]))


def test_what_two_imports_found_to_be_new_at_the_same_time_is_there_once(service: Desk) -> None:
    happened(service, 1, *ENTRIES[:2])
    happened(service, 3, ENTRIES[1], ENTRIES[2])
    service.catch_up()
    assert stored(service) == [(1, "C0"), (2, "C1"), (4, "C2")]


def test_what_is_known_is_not_recorded_again(service: Desk) -> None:
    happened(service, 1, ENTRIES[0])
    position = service.catch_up()
    rows = [ValueEntryRow(line, entry) for line, entry in enumerate((ENTRIES[0], ENTRIES[0]))]
    result = ValueEntryImport(service.journal, service.read_models, ANN).run(rows)
    assert (result.registered, result.unchanged, result.position) == (0, 2, 0)
    assert service.log.position() == position


def test_entries_that_differ_in_any_value_are_several() -> None:
    first = ENTRIES[0]
    others = [
        ValueEntry("vendor", "C0", "1896-S", posting_date=date(2026, 11, 24)),
        ValueEntry("customer", "C0", "1896-S"),
        ValueEntry("customer", "C0", None, "1896-S", posting_date=date(2026, 11, 24)),
        ValueEntry("customer", "C0", "1896-S", posting_date=date(2026, 11, 24), contact_no="CT1"),
    ]
    assert len({entry.identity for entry in (first, *others)}) == 5


def test_large_events_come_in_small_pages(service: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "PAGE_BYTES", 1)
    for number in range(3):
        happened(service, number + 1, ENTRIES[number])
        service.contact()
    service.catch_up()
    assert [number for number, _ in stored(service)] == [1, 2, 3]
    assert len(service.rows("SELECT no FROM contact")) == 3
