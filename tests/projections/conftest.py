"""The use cases on an empty database, whose read models are fed when a test says so."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from threading import Lock
from typing import Any, LiteralString

import pytest

from api.service import Service
from application.contacts import KEYS
from application.contacts import stream_of as contact_stream
from application.journal import Caller, Changes
from domain import records
from domain.contact import (
    AlternativeAddress,
    Contact,
    ContactChanges,
    ContactDeleted,
    ContactRegistered,
    DateRange,
    KnownContact,
)
from domain.records import RecordKind
from domain.segment.events import CriteriaOptions, SegmentLogged
from domain.segment.header import HeaderChanges
from domain.segment.lines import LineChanges
from domain.segment.selection import Criteria
from domain.segment.state import Segment
from eventstore import notices

SCHEMA = "segmentlog"
WORK_DATE = date(2026, 11, 24)
ANN = Caller("ANN", "marketer", WORK_DATE)
PATIENCE_SECONDS = 120.0


class Desk(Service):
    """A service at hand, and short words for what tests do with it."""

    def __init__(self, conninfo: str) -> None:
        super().__init__(conninfo, SCHEMA)
        self._feeding = self.runners()
        self._hand = Lock()
        self._wait = self.read_models.wait
        # Whoever waits is fed, as by a worker; nobody need wait in vain for a test to do it.
        self.read_models.wait = self._fed  # type: ignore[method-assign]

    def _fed(self, position: int, timeout: float, names: Sequence[str] | None = None) -> bool:
        self._feed()
        return self._wait(position, timeout, names)

    def _feed(self) -> None:
        with self._hand:
            for runner in self._feeding:
                runner.catch_up()

    def catch_up(self) -> int:
        """Feed the read models until they hold what there is now; the position."""
        position = self.log.position()
        assert self.read_models.wait(position, PATIENCE_SECONDS)
        return position

    def close(self) -> None:
        for runner in self._feeding:
            runner.close()
        super().close()

    def rows(self, query: LiteralString, *parameters: object) -> list[dict[str, Any]]:
        """What the read models say."""
        with self.read_models.cursor() as cursor:
            return cursor.execute(query, parameters).fetchall()

    # Given

    def contact(self, no: str | None = None, **values: Any) -> KnownContact:
        """A contact; a company unless told otherwise."""
        values = {"name": "Alder"} | values
        return self.contacts.register(ANN, no, ContactChanges(**values))[0]

    def many_contacts(self, count: int, **values: Any) -> range:
        """So many companies, recorded at once; their keys."""
        first = self.log.counters.draw(KEYS, count)
        keys = range(first, first + count)
        self.journal.record(
            ANN,
            *(
                Changes(
                    contact_stream(f"M{key}"), 0, [ContactRegistered(f"M{key}", key, company(key, values))]
                )
                for key in keys
            ),
        )
        return keys

    def vanish(self, contact: KnownContact) -> None:
        """Delete a contact even while it is on a segment, as a command does that ran at the same time."""
        gone = ContactDeleted(contact.no, contact.key)
        self.journal.record(ANN, Changes(contact_stream(contact.no), contact.version, [gone]))

    def record(self, kind: RecordKind, code: str, **values: Any) -> str:
        """A record; its code."""
        self.records.put(ANN, kind, code, kind.value_type(**values))
        return code

    def codes(self) -> None:
        """Salesperson JR, group LETTER, template MAIL, campaigns CP1 and CP2."""
        self.record(records.SALESPERSON, "JR", name="John Roberts")
        self.record(records.INTERACTION_GROUP, "LETTER")
        self.record(records.INTERACTION_TEMPLATE, "MAIL", interaction_group_code="LETTER")
        for no in ("CP1", "CP2"):
            self.record(records.CAMPAIGN, no, description=no)

    def segment(self, no: str = "SM1", **header: Any) -> str:
        """A segment that can be logged once it has lines; its number."""
        header = {
            "description": "Spring letter",
            "salesperson_code": "JR",
            "interaction_template_code": "MAIL",
        } | header
        self.segments.create(ANN, no, HeaderChanges(**header))
        return no

    def segment_with(self, filters: dict[str, Any]) -> str:
        """A segment of those who meet filters, excluded or not."""
        self.codes()
        no = self.segment()
        self.add(no, filters, ignore_exclusion=True)
        return no

    # When

    def put(self, no: str, contact: KnownContact, **values: Any) -> int:
        """A line by hand; its number."""
        return self.segments.add_line(ANN, no, contact.no, LineChanges(**values))[2]

    def add(self, no: str, filters: dict[str, Any] | None = None, **options: bool) -> Segment:
        """Add Contacts."""
        criteria = Criteria("add_contacts", filters or {}, CriteriaOptions(**options))
        return self.selecting.apply(ANN, no, criteria)[1]

    def log_segment(self, no: str, *, create_follow_up: bool = False) -> SegmentLogged:
        """Log on read models that hold everything."""
        self.catch_up()
        return self.logging.log(ANN, no, send_attachments=False, create_follow_up=create_follow_up)[0]


def company(key: int, values: dict[str, Any]) -> Contact:
    """A company, by its values."""
    return Contact(company_no=f"M{key}", company_key=key, **({"name": f"Company {key}"} | values))


def until(holds: Callable[[], object], what: str) -> None:
    """Look again and again; there is nothing to be told by."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < deadline, f"waited in vain: {what}"
        time.sleep(0.005)


def alternative(email: str | None) -> dict[str, Any]:
    """The value of a contact that is away all the time, at this address; nothing for "no address"."""
    if email == "no address":
        return {}
    periods = (DateRange(date(2000, 1, 1)),)
    return {"alternative_addresses": (AlternativeAddress("AWAY", email=email, date_ranges=periods),)}


@pytest.fixture
def service(empty_database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    # Closing waits for the listener to look up, half a minute over all tests.
    monkeypatch.setattr(notices, "LOOK_SECONDS", 0.05)
    service = Desk(empty_database)
    service.set_up()
    service.read_models.open()
    try:
        yield service
    finally:
        service.close()
