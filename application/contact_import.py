"""Importing contacts as a stream: batch by batch, one save each; a bad row never stops the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from itertools import islice
from typing import Any

import msgspec

from application.contacts import (
    CODE_LISTS,
    KEYS,
    SINGLE_CODES,
    Contacts,
    changes_type,
    codes_of,
    moves,
    people_after,
    stream_of,
    with_company,
    with_defaults,
)
from application.journal import Caller, Changes, Journal
from domain.contact import ContactChanges, KnownContact, change, register_named
from domain.contact_set import ContactSet
from domain.errors import SHOWN_PROBLEMS, AlreadyExists, Conflict, InvalidRequest, Problem, Refused
from domain.inheritance import inherited
from domain.records import BUSINESS_RELATION, PROFILE_QUESTIONNAIRE, KnownRecord, RecordKind
from domain.setup import series_for
from domain.vocabulary import given
from eventstore.log import Foldable, StaleVersionError

BATCH = 2_000
ATTEMPTS = 5
_UNTIMED = datetime.min
"""A contact's state does not depend on when it was recorded."""


class Row(msgspec.Struct, frozen=True, gc=False):
    """A row of a file: the line it starts on, and either the values it gives or what is wrong with them."""

    line: int
    no: str | None = None
    values: Mapping[str, Any] = {}
    problems: tuple[Problem, ...] = ()


class RejectedRow(msgspec.Struct, frozen=True):
    """A row that was not taken over, and why."""

    line: int
    problems: tuple[Problem, ...]


@dataclass
class ImportResult:
    """What became of the rows; `rejected` names the first 1,000 rejected ones."""

    registered: int = 0
    changed: int = 0
    unchanged: int = 0
    rejected: list[RejectedRow] = field(default_factory=list)
    rejected_total: int = 0
    position: int = 0

    @property
    def rows(self) -> int:
        """How many rows there were."""
        return self.registered + self.changed + self.unchanged + self.rejected_total

    def reject(self, row: Row, problems: Iterable[Problem]) -> None:
        """Count a row as rejected."""
        self.rejected_total += 1
        if len(self.rejected) < SHOWN_PROBLEMS:
            self.rejected.append(RejectedRow(row.line, tuple(problems)))


class ContactImport:
    """One import. Codes and companies that were found once are not looked up again."""

    def __init__(self, journal: Journal, contacts: Contacts, caller: Caller) -> None:
        self._journal = journal
        self._contacts = contacts
        self._caller = caller
        self._codes = _Codes(contacts)
        self.result = ImportResult()

    def run(
        self, rows: Iterable[Row], progress: Callable[[ImportResult], None] | None = None
    ) -> ImportResult:
        """Take over all rows; `progress` is told after every batch.

        While a batch is decided and saved, which is mostly waiting for the database, the next one is read.
        Raises Conflict; the batches before stay.
        """
        iterator = iter(rows)
        taking: Future[None] | None = None
        with ThreadPoolExecutor(1, "contact import") as pool:
            while batch := list(islice(iterator, BATCH)):
                self._finish(taking, progress)
                taking = pool.submit(self._take_over, batch)
            self._finish(taking, progress)
        return self.result

    def _finish(self, taking: Future[None] | None, progress: Callable[[ImportResult], None] | None) -> None:
        if taking is not None:
            taking.result()
            if progress is not None:
                progress(self.result)

    def _take_over(self, batch: list[Row]) -> None:
        for _ in range(ATTEMPTS):
            # Counted on a copy, so that a batch which has to be decided again counts once.
            result = replace(self.result, rejected=list(self.result.rejected))
            decided = _Batch(self._journal, self._contacts, self._codes, result)
            changes = decided.changes(batch)
            try:
                if changes:
                    relying_on: dict[str, Foldable] = {**self._codes.found, **decided.companies}
                    result.position = self._journal.record(self._caller, *changes, relying_on=relying_on)
                self.result = result
                return
            except StaleVersionError:
                self._codes.found.clear()
        raise Conflict(
            "Too many others are changing these contacts at the same time. The rows before line"
            f" {batch[0].line} were taken over; import the others again."
        )


class _Batch:
    """Deciding what a batch of rows changes, on contacts that are loaded once for all of them."""

    def __init__(
        self,
        journal: Journal,
        contacts: Contacts,
        codes: _Codes,
        result: ImportResult,
    ) -> None:
        self._journal = journal
        self._contacts = contacts
        self._codes = codes
        self._result = result
        self._setup = contacts.records.setup()
        defaults = given(with_defaults(ContactChanges(), self._setup, None))
        self._defaults = {name: value for name, value in defaults.items() if value is not None}
        self._loaded: dict[str, KnownContact] = {}
        self._facts: dict[str, list[Any]] = {}
        self._versions: dict[str, int] = {}
        self.companies: dict[str, KnownContact] = {}
        """Those that persons of this batch go to and that it leaves alone, by stream."""

    def changes(self, batch: list[Row]) -> list[Changes]:
        """What is to be recorded."""
        right = [row for row in batch if not row.problems]
        numbered = self._numbered(right)
        self._all_codes_exist = self._codes.all_exist([row.values for row in right])
        companies = (row.values.get("company_no") for row in batch)
        self._load([*numbered.values(), *(no for no in companies if isinstance(no, str))])
        fresh = [no for no in numbered.values() if no not in self._loaded]
        self._next_key = self._journal.log.counters.draw(KEYS, len(fresh)) if fresh else 0
        for row in batch:
            if row.problems:
                self._result.reject(row, row.problems)
                continue
            try:
                self._decide(row, numbered[row.line])
            except Refused as error:
                self._result.reject(row, error.problems or [((), error.detail)])
        return [Changes(stream_of(no), self._versions[no], facts) for no, facts in self._facts.items()]

    def _numbered(self, rows: list[Row]) -> dict[int, str]:
        """The number of each row by its line; rows without one draw it from the series."""
        self._contacts.records.pass_over("contact", (row.no for row in rows if row.no is not None))
        if self._setup.number_series.contact is None:
            return {row.line: row.no or "" for row in rows}
        drawn = iter(self._contacts.records.draw_numbers("contact", sum(row.no is None for row in rows)))
        return {row.line: row.no or next(drawn) for row in rows}

    def _load(self, numbers: Iterable[str]) -> None:
        missing = [no for no in dict.fromkeys(numbers) if no not in self._loaded]
        if missing:
            found = self._journal.log.load_many([stream_of(no) for no in missing], KnownContact)
            self._loaded |= {contact.no: contact for contact in found.values()}

    def _decide(self, row: Row, no: str) -> None:
        if not self._all_codes_exist:
            self._codes.check(row.values)
        contact = self._loaded.get(no)
        if contact is None:
            self._register(row, no)
        elif contact.deleted:
            raise AlreadyExists(f"Number {no} belongs to a contact that was deleted.")
        else:
            self._change(contact, row.values)

    def _register(self, row: Row, no: str) -> None:
        series_for(self._setup, "contact", row.no)
        values = {**self._defaults, **row.values} if self._defaults else row.values
        company = self._company(no, values.get("company_no"))
        if company is not None and (taken := inherited(company.value, row.values, self._setup.inherit)):
            values = {**values, **taken}
        fact = register_named(no, self._next_key, values, company)
        self._next_key += 1
        self._facts[no], self._versions[no] = [fact], 0
        self._know(KnownContact(no, fact.key, 0, fact.value))
        self._result.registered += 1

    def _change(self, contact: KnownContact, named: Mapping[str, Any]) -> None:
        company = self._company(contact.no, named.get("company_no"))
        flags = self._setup.inherit
        changes = with_company(contact, ContactChanges(**named), company, self._find, flags)
        facts = change(contact, changes, company)
        if changes_type(facts) or (moves(facts) and contact.key in self._on_open_segments):
            self._contacts.check_move(contact, facts, self._people_of)
        self._result.changed += bool(facts)
        self._result.unchanged += not facts
        for person, taken in people_after(contact, facts, flags, self._people_of):
            self._apply(person, taken)
        self._apply(contact, facts)

    def _apply(self, contact: KnownContact, facts: Sequence[Any]) -> None:
        if not facts:
            return
        if contact.no not in self._facts:
            self._facts[contact.no], self._versions[contact.no] = [], contact.version
        self._facts[contact.no] += facts
        now = contact.copy()
        for fact in facts:
            now.apply(fact, "", _UNTIMED)
        self._know(now)

    def _know(self, now: KnownContact) -> None:
        """What the rows after this one find."""
        self._loaded[now.no] = now
        if "_people_by_company" in self.__dict__ and now.value.company_no not in (None, now.no):
            self._people_by_company.setdefault(str(now.value.company_no), set()).add(now.no)

    def _find(self, no: str) -> KnownContact | None:
        if no not in self._loaded:
            self._load([no])
        found = self._loaded.get(no)
        return found if found is not None and not found.deleted else None

    def _people_of(self, company: KnownContact) -> list[KnownContact]:
        """The people of a company as this batch leaves them; those that it registered are among them."""
        people = (self._loaded[no] for no in self._people_by_company.get(company.no, ()))
        return [one for one in people if one.value.company_no == company.no and not one.deleted]

    @cached_property
    def _people_by_company(self) -> dict[str, set[str]]:
        """Who belongs to the companies of this batch, or did; read once, for all of them."""
        companies = [one for one in self._loaded.values() if one.value.type == "company"]
        self._load(self._contacts.numbers_of_people(companies))
        found: dict[str, set[str]] = {}
        for one in self._loaded.values():
            if one.value.type == "person" and one.value.company_no is not None:
                found.setdefault(one.value.company_no, set()).add(one.no)
        return found

    @cached_property
    def _on_open_segments(self) -> ContactSet:
        return self._contacts.on_open_segments()

    def _company(self, no: str, company_no: object) -> KnownContact | None:
        if not isinstance(company_no, str) or company_no == no:
            return None
        company = self._find(company_no)
        if company is None or company.value.type != "company":
            raise InvalidRequest.at("company_no", f"there is no company {company_no}")
        if company_no not in self._facts:
            self.companies[stream_of(company_no)] = company
        return company


class _Codes:
    """Looks up what contacts refer to; what was found once is not looked up again."""

    def __init__(self, contacts: Contacts) -> None:
        self._contacts = contacts
        self.found: dict[str, KnownRecord] = {}
        """By stream."""

    def all_exist(self, rows: Sequence[Mapping[str, Any]]) -> bool:
        """Whether there is everything that these rows refer to; they refer to the same again and again."""
        named: list[tuple[RecordKind, set[Any]]] = [
            *((kind, {row.get(name) for row in rows}) for name, kind in SINGLE_CODES.items()),
            *((kind, set().union(*{row.get(name, ()) for row in rows})) for name, kind in CODE_LISTS.items()),
            (BUSINESS_RELATION, {one.code for row in rows for one in row.get("business_relations", ())}),
            (
                PROFILE_QUESTIONNAIRE,
                {one.questionnaire_code for row in rows for one in row.get("profile_answers", ())},
            ),
        ]
        return all(self._exists(kind, code) for kind, codes in named for code in codes - {None})

    def check(self, named: Mapping[str, Any]) -> None:
        """Refuse codes that do not exist. Raises InvalidRequest."""
        problems = [
            (place, f"there is no {kind.word} {code}")
            for place, kind, code in codes_of(named)
            if not self._exists(kind, code)
        ]
        if problems:
            raise InvalidRequest(problems[0][1], problems)

    def _exists(self, kind: RecordKind, code: str) -> bool:
        stream = kind.stream(code)
        if stream not in self.found:
            if (record := self._contacts.records.find(kind, code)) is None:
                return False
            self.found[stream] = record
        return True
