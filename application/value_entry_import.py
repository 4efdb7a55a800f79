"""Importing value entries as a stream: one event for each batch of rows; a bad row never stops the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import islice

import msgspec

from application.contact_import import RejectedRow
from application.journal import Caller, Changes, Journal
from application.looking_up import wait_for_them
from domain.errors import SHOWN_PROBLEMS, Problem
from domain.value_entry import ValueEntriesImported, ValueEntry
from projections.contacts.value_entry_rows import known
from projections.read_models import ReadModels

BATCH = 2_000
NUMBERS = "value entry"


class ValueEntryRow(msgspec.Struct, frozen=True):
    """A row of a file: the line it starts on, and either an entry or what is wrong with it."""

    line: int
    entry: ValueEntry | None = None
    problems: tuple[Problem, ...] = ()


@dataclass
class ValueEntryResult:
    """What became of the rows; `rejected` names the first 1,000 rejected ones."""

    registered: int = 0
    unchanged: int = 0
    rejected: list[RejectedRow] = field(default_factory=list)
    rejected_total: int = 0
    position: int = 0


class ValueEntryImport:
    """One import, which is one stream of events. An entry that is known already adds nothing."""

    def __init__(self, journal: Journal, read_models: ReadModels, caller: Caller) -> None:
        self._journal = journal
        self._read_models = read_models
        self._caller = caller
        self._stream = ""
        self._version = 0
        self._taken_over: set[bytes] = set()
        """What the read model may not hold yet."""
        self.result = ValueEntryResult()

    def run(
        self, rows: Iterable[ValueEntryRow], progress: Callable[[ValueEntryResult], None] | None = None
    ) -> ValueEntryResult:
        """Take over all rows; `progress` is told after every batch."""
        wait_for_them(self._journal, self._read_models, "contacts")
        iterator = iter(rows)
        while batch := list(islice(iterator, BATCH)):
            self.take_over(batch)
            if progress is not None:
                progress(self.result)
        return self.result

    def take_over(self, batch: list[ValueEntryRow]) -> None:
        """Take over some rows, by what the read model holds now."""
        for row in batch:
            if row.entry is None:
                self._reject(row)
        entries = [row.entry for row in batch if row.entry is not None]
        fresh = self._fresh(entries)
        self.result.registered += len(fresh)
        self.result.unchanged += len(entries) - len(fresh)
        if not fresh:
            return
        first = self._journal.log.counters.draw(NUMBERS, len(fresh))
        self._stream = self._stream or f"value-entries-{first}"
        event = ValueEntriesImported(first, tuple(fresh.values()))
        changes = Changes(self._stream, self._version, [event])
        self.result.position = self._journal.record(self._caller, changes)
        self._version += 1
        self._taken_over |= fresh.keys()

    def _fresh(self, entries: list[ValueEntry]) -> dict[bytes, ValueEntry]:
        """Those that nothing knows yet, each once, by identity."""
        found = {entry.identity: entry for entry in entries}
        with self._read_models.cursor() as cursor:
            present = known(cursor, found)
        return {
            identity: entry
            for identity, entry in found.items()
            if identity not in present and identity not in self._taken_over
        }

    def _reject(self, row: ValueEntryRow) -> None:
        self.result.rejected_total += 1
        if len(self.result.rejected) < SHOWN_PROBLEMS:
            self.result.rejected.append(RejectedRow(row.line, row.problems))
