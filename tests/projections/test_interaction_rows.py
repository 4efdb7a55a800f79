"""What becomes of lines when they are logged: their entries, value by value (domain B10, B19)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import time, timedelta
from decimal import Decimal
from threading import Barrier
from typing import Any

import pytest

from domain import records
from domain.contact import AlternativeAddress, ContactChanges, DateRange
from domain.interaction import InteractionValues
from domain.segment.header import HeaderChanges
from domain.segment.lines import LineChanges
from projections.contacts import interaction_rows
from projections.contacts.interaction_rows import FROM_LINE
from tests.projections.conftest import ANN, PATIENCE_SECONDS, WORK_DATE, Desk, alternative

EARLIER = WORK_DATE - timedelta(days=10)
OWN: dict[str, Any] = {
    "description": "Golf day",
    "campaign_no": "CP2",
    "interaction_template_code": "CALL",
    "interaction_group_code": "GOLF",
    "subject": "Tee time",
    "cost": Decimal("12.50"),
    "duration_minutes": 45,
    "date": EARLIER,
    "time_of_interaction": time(9, 30, 15),
    "information_flow": "inbound",
    "initiated_by": "them",
    "campaign_target": True,
    "campaign_response": True,
    "evaluation": "very_positive",
    "attempt_failed": True,
    "contact_via": "+31 26 123 45 67",
    "contact_alternative_address_code": "AWAY",
    "send_word_documents_as_attachment": True,
    "salesperson_code": "BO",
    "correspondence_type": "fax",
    "remarks": "Bring clubs",
}


def entries(service: Desk) -> list[dict[str, Any]]:
    service.catch_up()
    return service.rows("SELECT * FROM interaction_log_entry ORDER BY entry_no")


def values(service: Desk, name: str) -> list[Any]:
    return [entry[name] for entry in entries(service)]


@pytest.fixture
def segment(service: Desk) -> str:
    service.codes()
    service.record(records.SALESPERSON, "BO", name="Bo")
    service.record(records.INTERACTION_GROUP, "GOLF")
    service.record(records.INTERACTION_TEMPLATE, "CALL", interaction_group_code="LETTER")
    return service.segment(
        campaign_no="CP1",
        unit_cost=Decimal("0.95"),
        unit_duration_minutes=5,
        subject="Hello",
        information_flow="outbound",
        initiated_by="us",
    )


class TestWhatIsCopied:
    def test_every_value_of_the_line(self, service: Desk, segment: str) -> None:
        company = service.contact(name="Alder", correspondence_type="hard_copy", salesperson_code="BO")
        person = service.contact(
            type="person",
            name="Ann",
            company_no=company.no,
            email="ann@example.org",
            **alternative("a@x.org"),
        )
        private = service.contact(type="person", name="Bo")
        for contact in (company, person, private):
            service.put(segment, contact)
        service.put(segment, person, **OWN)
        service.catch_up()
        changes = LineChanges(evaluation="negative", salesperson_code="BO")
        service.segments.change_line(ANN, segment, 30_000, None, changes)
        lines = service.segments.show(service.segments.get(segment).lines())
        event = service.log_segment(segment)
        made = entries(service)
        numbers = {entry.campaign_no: entry.entry_no for entry in event.campaign_entries}
        for number, (entry, line) in enumerate(zip(made, lines, strict=True), 1):
            assert {name: entry[name] for name in FROM_LINE} == {
                name: getattr(line, name) for name in FROM_LINE
            }
            assert entry["entry_no"] == number
            assert entry["interaction_language_code"] == line.language_code
            assert entry["correspondence_type"] == line.correspondence_type
            assert entry["campaign_entry_no"] == numbers[line.campaign_no or ""]
        for entry in made:
            assert {name: entry[name] for name in ("user_id", "segment_no", "logged_segment_entry_no")} == {
                "user_id": "ANN",
                "segment_no": segment,
                "logged_segment_entry_no": event.entry_no,
            }
            assert not entry["canceled"]
            assert not entry["postponed"]
            assert entry["delivery_status"] is None

    def test_own_values_are_in_the_entry_of_their_line_only(self, service: Desk, segment: str) -> None:
        contact = service.contact(**alternative("away@example.org"))
        other = service.contact()
        service.put(segment, other)
        service.put(segment, contact, **OWN)
        service.put(segment, other)
        service.log_segment(segment)
        first, own, last = entries(service)
        assert {name: own[name] for name in OWN} == OWN
        assert not any(
            first[name] == value for name, value in OWN.items() if name != "interaction_group_code"
        )
        assert {name: first[name] for name in FROM_LINE} == {name: last[name] for name in FROM_LINE}

    def test_an_entry_is_a_snapshot(self, service: Desk, segment: str) -> None:
        contact = service.contact(salesperson_code="BO", email="info@example.org")
        service.catch_up()
        service.add(segment)
        service.log_segment(segment)
        before = entries(service)
        service.contacts.change(ANN, contact.no, ContactChanges(salesperson_code="JR", name="Birch"))
        service.record(records.INTERACTION_TEMPLATE, "MAIL", interaction_group_code="LETTER", unit_cost=9)
        service.record(records.CAMPAIGN, "CP1", description="Other")
        assert entries(service) == before

    def test_the_logged_segment_says_what_was_logged(self, service: Desk, segment: str) -> None:
        service.put(segment, service.contact())
        event = service.log_segment(segment, create_follow_up=True)
        service.catch_up()
        (row,) = service.rows("SELECT * FROM logged_segment")
        assert row == {
            "entry_no": event.entry_no,
            "segment_no": segment,
            "description": "Spring letter",
            "creation_date": event.creation_date,
            "user_id": "ANN",
            "canceled": False,
            "first_interaction_no": 1,
            "number_of_interactions": 1,
            "number_of_campaign_entries": 1,
            "interactions_visible": 1,
            "follow_up_segment_no": event.follow_up_segment_no,
            "delivery_paused": False,
            "uncounted_interactions": 0,
        }
        assert service.rows("SELECT no FROM segment") == [{"no": event.follow_up_segment_no}]

    def test_lines_of_the_worksheet_keep_their_order(self, service: Desk, segment: str) -> None:
        contacts = [service.contact() for _ in range(4)]
        for place in (2, 0, 3, 1):
            service.put(segment, contacts[place])
        service.segments.change_line(ANN, segment, 20_000, contacts[1].no, LineChanges(remarks="New"))
        service.segments.remove_line(ANN, segment, 30_000)
        service.catch_up()
        service.log_segment(segment)
        assert values(service, "contact_no") == [contacts[place].no for place in (2, 1, 1)]
        assert values(service, "remarks") == [None, "New", None]

    def test_lines_on_both_sides_of_a_header_change(self, service: Desk, segment: str) -> None:
        contacts = [service.contact() for _ in range(3)]
        service.put(segment, contacts[0])
        service.put(segment, contacts[1], subject="Mine")
        changes = HeaderChanges(subject="Later", campaign_no=None, unit_cost=Decimal(3))
        service.segments.change_header(ANN, segment, changes, update_lines=True)
        service.segments.change_header(ANN, segment, HeaderChanges(subject="Last"), update_lines=False)
        service.put(segment, contacts[2])
        service.log_segment(segment)
        assert values(service, "subject") == ["Later", "Mine", "Last"]
        assert values(service, "cost") == [3, 3, 3]
        assert values(service, "campaign_entry_no") == [None, None, None]


class TestEmail:
    def test_the_type_becomes_blank_where_there_is_no_address(
        self, service: Desk, segment: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        # In several parts, so that places are counted over all of them.
        monkeypatch.setattr("projections.runner.PART", 4)
        here, away = "info@example.org", "away@example.org"
        matrix = [
            ("no address", here, "email"),
            ("no address", None, None),
            (away, here, "email"),
            (away, None, "email"),
            (None, here, "email"),
            (None, None, None),
        ]
        for other, own, _ in matrix:
            contact = service.contact(email=own, **alternative(other))
            service.put(segment, contact, correspondence_type="email")
        for kind in ("fax", "hard_copy", None):
            service.put(segment, service.contact(), correspondence_type=kind)
        service.log_segment(segment)
        expected = [result for _, _, result in matrix]
        assert values(service, "correspondence_type") == [*expected, "fax", "hard_copy", None]

    def test_the_address_is_the_one_in_force_on_the_date_of_the_line(
        self, service: Desk, segment: str
    ) -> None:
        period = DateRange(EARLIER, EARLIER)
        away = AlternativeAddress("AWAY", email="away@example.org", date_ranges=(period,))
        contact = service.contact(alternative_addresses=(away,), correspondence_type="email")
        for day in (EARLIER, WORK_DATE):
            service.put(segment, contact, date=day)
        service.log_segment(segment)
        assert values(service, "contact_alternative_address_code") == ["AWAY", None]
        assert values(service, "correspondence_type") == ["email", None]


class TestCampaignEntries:
    def test_one_for_each_campaign_in_order(self, service: Desk, segment: str) -> None:
        for campaign, day, code in (
            ("CP2", WORK_DATE, "JR"),
            ("CP1", WORK_DATE, "JR"),
            ("CP1", EARLIER, "BO"),
            (None, EARLIER, "BO"),
        ):
            service.put(segment, service.contact(), campaign_no=campaign, date=day, salesperson_code=code)
        event = service.log_segment(segment)
        assert values(service, "campaign_entry_no") == [2, 1, 1, None]
        common = {
            "segment_no": segment,
            "description": "Spring letter",
            "user_id": "ANN",
            "canceled": False,
            "canceled_with_segment": False,
            "logged_segment_entry_no": event.entry_no,
            "document_type": None,
        }
        assert service.rows("SELECT * FROM campaign_entry ORDER BY entry_no") == [
            {"entry_no": 1, "campaign_no": "CP1", "date": EARLIER, "salesperson_code": "BO"} | common,
            {"entry_no": 2, "campaign_no": "CP2", "date": WORK_DATE, "salesperson_code": "JR"} | common,
        ]

    def test_numbers_go_on_from_one_logged_segment_to_the_next(self, service: Desk, segment: str) -> None:
        other = service.segment("SM2", campaign_no="CP2")
        for no in (segment, other):
            service.put(no, service.contact())
            service.log_segment(no)
        assert values(service, "entry_no") == [1, 2]
        assert values(service, "campaign_entry_no") == [1, 2]
        assert values(service, "logged_segment_entry_no") == [1, 2]

    def test_one_for_all_single_interactions_of_a_campaign_though_nothing_shows_it_yet(
        self, service: Desk, segment: str
    ) -> None:
        for campaign in ("CP1", "CP1", "CP2", "CP1"):
            service.single_interactions.create(ANN, called(service, campaign), postponed=False, deliver=False)
        assert values(service, "campaign_entry_no") == [1, 1, 2, 1]

    def test_one_for_single_interactions_that_are_recorded_at_the_same_time(
        self, service: Desk, segment: str
    ) -> None:
        said = called(service, "CP1")
        together = Barrier(4)

        def record() -> None:
            together.wait(PATIENCE_SECONDS)
            service.single_interactions.create(ANN, said, postponed=False, deliver=False)

        with ThreadPoolExecutor(4) as pool:
            for made in [pool.submit(record) for _ in range(4)]:
                made.result()
        assert values(service, "campaign_entry_no") == [1, 1, 1, 1]


def called(service: Desk, campaign: str) -> InteractionValues:
    """What is said of a call to somebody for a campaign."""
    return InteractionValues(
        contact_no=service.contact().no,
        interaction_template_code="MAIL",
        salesperson_code="JR",
        description="Called",
        campaign_no=campaign,
    )


class TestPartitions:
    def test_entries_go_to_the_partition_of_their_number(
        self, service: Desk, segment: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(interaction_rows, "PARTITION", 100)
        monkeypatch.setattr("projections.runner.PART", 70)
        service.many_contacts(199)
        service.catch_up()
        service.add(segment)
        service.log_segment(segment)
        # The next begins with the first number of a partition.
        other = service.segment("SM2")
        service.add(other, {"contact": {"no": "M1|M2"}})
        service.log_segment(other)
        assert values(service, "entry_no") == list(range(1, 202))
        found = service.rows(
            "SELECT tableoid::regclass::text AS partition, min(entry_no) AS first, max(entry_no) AS last"
            " FROM recorded_interaction GROUP BY tableoid ORDER BY 2"
        )
        assert [tuple(row.values()) for row in found] == [
            ("recorded_interaction_0", 1, 99),
            ("recorded_interaction_1", 100, 199),
            ("recorded_interaction_2", 200, 201),
        ]


class TestDeletedContacts:
    """Domain B19: a person's entries go to the company, a company's to nobody."""

    def logged(self, service: Desk, segment: str) -> tuple[str, str]:
        """Entries of a company, of somebody there, and of a private person; the first two by number."""
        company = service.contact(name="Alder")
        person = service.contact(type="person", name="Ann", company_no=company.no)
        private = service.contact("PRIVATE", type="person", name="Bo")
        for contact in (company, person, private):
            service.put(segment, contact)
        service.log_segment(segment)
        service.catch_up()
        return company.no, person.no

    def numbers(self, service: Desk) -> list[tuple[str | None, str | None]]:
        return [(entry["contact_no"], entry["contact_company_no"]) for entry in entries(service)]

    def delete(self, service: Desk, no: str) -> None:
        service.contacts.delete(ANN, no)
        service.catch_up()

    def test_a_person(self, service: Desk, segment: str) -> None:
        company, person = self.logged(service, segment)
        self.delete(service, person)
        assert self.numbers(service) == [(company, company), (company, company), ("PRIVATE", None)]
        self.delete(service, company)
        assert self.numbers(service) == [(None, None), (None, None), ("PRIVATE", None)]

    def test_a_company_with_its_people(self, service: Desk, segment: str) -> None:
        company, _ = self.logged(service, segment)
        self.delete(service, company)
        assert self.numbers(service) == [(None, None), (None, None), ("PRIVATE", None)]
        assert service.rows("SELECT no FROM contact") == [{"no": "PRIVATE"}]

    def test_somebody_without_a_company(self, service: Desk, segment: str) -> None:
        company, person = self.logged(service, segment)
        self.delete(service, "PRIVATE")
        assert self.numbers(service) == [(company, company), (person, company), (None, None)]

    def test_nothing_else_of_the_entries_changes(self, service: Desk, segment: str) -> None:
        company, _ = self.logged(service, segment)
        before = entries(service)
        self.delete(service, company)
        nobody = {"contact_no": None, "contact_company_no": None}
        assert entries(service) == [before[0] | nobody, before[1] | nobody, before[2]]
