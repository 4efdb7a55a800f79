"""What is checked before a segment is logged: each check in its order, and what is said of failing lines."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest

from domain import records
from domain.contact import ContactChanges, KnownContact
from domain.errors import SHOWN_PROBLEMS, MandatoryField, NoDocument, NoEmail, Refused, SegmentEmpty
from domain.segment.header import HeaderChanges
from domain.segment.lines import LineChanges
from domain.segment.logging import CHECKS, CheckedLines
from projections.logging_checks import check_lines
from tests.projections.conftest import ANN, PATIENCE_SECONDS, WORK_DATE, Desk, alternative

# What makes a line fail a check; "contact" is that the contact is gone.
DEFECTS: dict[str, dict[str, Any]] = {
    "date": {"date": None},
    "contact": {},
    "salesperson": {"salesperson_code": None},
    "unknown_salesperson": {"salesperson_code": "GONE"},
    "template": {"interaction_template_code": None},
    "unknown_template": {"interaction_template_code": "GONE"},
    "unknown_campaign": {"campaign_no": "GONE"},
    "email": {"correspondence_type": "email"},
    "document": {"correspondence_type": "hard_copy"},
}
NAMES = [name for name, _, _ in CHECKS]
SENT = ("email", "document")


def checked(service: Desk, no: str, *, deliver: bool = False) -> CheckedLines:
    service.catch_up()
    segment = service.segments.get(no)
    return check_lines(
        service.read_models, segment.line_columns(), segment.blocks, segment.own_lines(), deliver=deliver
    )


def codes_that_go(service: Desk) -> None:
    service.record(records.SALESPERSON, "GONE", name="Gone")
    service.record(records.INTERACTION_TEMPLATE, "GONE", interaction_group_code="LETTER")
    service.record(records.CAMPAIGN, "GONE")


def let_codes_go(service: Desk) -> None:
    service.catch_up()
    for kind in (records.SALESPERSON, records.INTERACTION_TEMPLATE, records.CAMPAIGN):
        service.records.delete(ANN, kind, "GONE")


def line_failing(service: Desk, no: str, defects: Sequence[str]) -> KnownContact:
    """A line with these defects, the first of them before the others."""
    contact = service.contact()
    values: dict[str, Any] = {}
    for defect in reversed(defects):
        values |= DEFECTS[defect]
    service.put(no, contact, **values)
    return contact


@pytest.fixture
def segment(service: Desk) -> str:
    service.codes()
    codes_that_go(service)
    return service.segment()


class TestTheOrder:
    @pytest.mark.parametrize("deliver", [True, False])
    def test_a_line_fails_the_first_check_that_it_does_not_pass(
        self, service: Desk, segment: str, deliver: bool
    ) -> None:
        lines = []
        for place, name in enumerate(NAMES):
            contact = line_failing(service, segment, NAMES[place:])
            lines.append((10_000 * (place + 1), name, contact))
        let_codes_go(service)
        for _, name, contact in lines[:2]:
            service.vanish(contact)
            assert name in ("date", "contact")
        found = checked(service, segment, deliver=deliver)
        expected = [
            (line_no, name, None if name in ("date", "contact") else contact.no)
            for line_no, name, contact in lines
            if deliver or name not in SENT
        ]
        assert [(line.line_no, line.check, line.contact_no) for line in found.first_failing] == expected
        assert found.failing == len(expected)

    def test_each_defect_alone_fails_its_own_check(self, service: Desk, segment: str) -> None:
        contacts = {name: line_failing(service, segment, [name]) for name in NAMES}
        let_codes_go(service)
        service.vanish(contacts["contact"])
        found = checked(service, segment, deliver=True)
        assert [line.check for line in found.first_failing] == NAMES
        assert found.failing == len(NAMES)

    def test_a_line_without_defects_passes(self, service: Desk, segment: str) -> None:
        service.put(segment, service.contact())
        found = checked(service, segment, deliver=True)
        assert (found.failing, found.first_failing, found.campaigns) == (0, (), ())
        assert not found.type_blanked
        assert found.position == service.log.position()

    def test_the_contacts_salesperson_is_checked_like_the_lines_own(self, service: Desk) -> None:
        service.codes()
        no = service.segment(salesperson_code=None)
        for code in (None, "JR"):
            service.put(no, service.contact(salesperson_code=code))
        found = checked(service, no)
        assert [(line.line_no, line.check) for line in found.first_failing] == [(10_000, "salesperson")]

    def test_of_a_salesperson_who_was_cleared_on_the_line_nothing_is_said_of_the_contact(
        self, service: Desk, segment: str
    ) -> None:
        contact = service.contact(salesperson_code="JR")
        service.put(segment, contact, salesperson_code=None)
        (_, message) = refused(service, segment, MandatoryField).problems[0]
        assert message == f"line 10000 ({contact.no}): the salesperson is blank"


class TestEmail:
    """Domain B10.3: the alternative address on the line counts as well as the contact."""

    def test_the_matrix(self, service: Desk, segment: str) -> None:
        here, away = "info@example.org", "away@example.org"
        matrix: list[tuple[str | None, str | None, str | None]] = [
            # the alternative address, the contact's own, what fails when mails are to be sent
            ("no address", here, "document"),
            ("no address", None, "email"),
            (away, here, "document"),
            (away, None, "document"),
            (None, here, "document"),
            (None, None, None),
        ]
        for other, own, _ in matrix:
            contact = service.contact(email=own, **alternative(other))
            service.put(segment, contact, correspondence_type="email")
        found = checked(service, segment, deliver=True)
        assert {line.line_no // 10_000 - 1: line.check for line in found.first_failing} == {
            place: check for place, (_, _, check) in enumerate(matrix) if check is not None
        }
        assert list(found.type_blanked) == [5]
        found = checked(service, segment)
        assert found.failing == 0
        assert list(found.type_blanked) == [1, 5]

    def test_lines_whose_type_becomes_blank_are_counted_from_the_first(
        self, service: Desk, segment: str
    ) -> None:
        for email in ("info@example.org", None, "info@example.org", None):
            service.put(segment, service.contact(email=email), correspondence_type="email")
        service.put(segment, service.contact(), correspondence_type="fax")
        assert list(checked(service, segment).type_blanked) == [1, 3]


class TestCampaigns:
    def test_each_has_date_and_salesperson_of_its_earliest_line(self, service: Desk, segment: str) -> None:
        service.record(records.SALESPERSON, "BO", name="Bo")
        early = WORK_DATE - timedelta(days=3)
        for campaign, day, code in (
            ("CP2", WORK_DATE, "JR"),
            ("CP1", WORK_DATE, "JR"),
            (None, early, "BO"),
            ("CP1", early, "BO"),
            ("CP1", early, "JR"),
        ):
            service.put(segment, service.contact(), campaign_no=campaign, date=day, salesperson_code=code)
        found = checked(service, segment)
        assert found.campaigns == (("CP1", early, "BO"), ("CP2", WORK_DATE, "JR"))

    def test_among_many_lines_alike_those_changed_by_hand_count_for_themselves(self, service: Desk) -> None:
        service.codes()
        service.record(records.SALESPERSON, "BO", name="Bo")
        no = service.segment(salesperson_code=None, campaign_no="CP1")
        early = WORK_DATE - timedelta(days=3)
        for code in ("BO", "JR", "BO", "JR"):
            service.contact(salesperson_code=code)
        service.catch_up()
        service.add(no)
        assert checked(service, no).campaigns == (("CP1", WORK_DATE, "BO"),)
        service.segments.change_line(ANN, no, 10_000, None, LineChanges(campaign_no="CP2"))
        assert checked(service, no).campaigns == (("CP1", WORK_DATE, "JR"), ("CP2", WORK_DATE, "BO"))
        service.segments.change_line(ANN, no, 30_000, None, LineChanges(date=early))
        assert checked(service, no).campaigns == (("CP1", early, "BO"), ("CP2", WORK_DATE, "BO"))


class TestRefusal:
    def test_of_many_failing_lines_the_first_thousand_are_named(self, service: Desk, segment: str) -> None:
        many = 1_200
        service.many_contacts(many)
        service.catch_up()
        service.segments.change_header(
            ANN, segment, HeaderChanges(interaction_template_code=None), update_lines=True
        )
        service.add(segment)
        refusal = refused(service, segment, MandatoryField)
        assert refusal.facts == {"failing_lines": many}
        assert [place for place, _ in refusal.problems] == [
            (10_000 * number, "template") for number in range(1, SHOWN_PROBLEMS + 1)
        ]
        assert refusal.detail.startswith(
            "1,200 lines cannot be logged; nothing was logged. First, line 10000"
        )

    @pytest.mark.parametrize(("name", "kind"), [("salesperson", MandatoryField), ("date", MandatoryField)])
    def test_nothing_is_logged_and_the_segment_stays(
        self, service: Desk, segment: str, name: str, kind: type[Refused]
    ) -> None:
        service.put(segment, service.contact())
        line_failing(service, segment, [name])
        before = service.segments.get(segment)
        position = service.catch_up()
        refusal = refused(service, segment, kind)
        assert [place for place, _ in refusal.problems] == [(20_000, name)]
        assert service.log.position() == position
        assert service.segments.get(segment) == before
        assert service.log.counters.next_of("interaction log entry") == 1

    def test_letters_and_mails_need_an_address_and_a_document(self, service: Desk, segment: str) -> None:
        line_failing(service, segment, ["email"])
        refused(service, segment, NoEmail, send_attachments=True)
        service.log_segment(segment)
        other = service.segment("SM2")
        line_failing(service, other, ["document"])
        refused(service, other, NoDocument, send_attachments=True)

    def test_a_segment_without_lines_or_description_is_refused(self, service: Desk, segment: str) -> None:
        refused(service, segment, SegmentEmpty)
        nameless = service.segment("SM2", description=None)
        refused(service, nameless, MandatoryField)

    def test_it_waits_until_what_was_just_made_is_known(self, service: Desk) -> None:
        contact = service.contact()
        service.codes()
        no = service.segment()
        service.put(no, contact)
        (contacts,) = (runner for runner in service.runners() if runner.model.name == "contacts")
        with closing(contacts), ThreadPoolExecutor(1) as pool:
            assert service.read_models.wait(contacts.catch_up(), PATIENCE_SECONDS, ["contacts"])
            logging = pool.submit(
                service.logging.log, ANN, no, send_attachments=False, create_follow_up=False
            )
            service.catch_up()
            event, _, _ = logging.result()
        assert event.number_of_interactions == 1


class TestPrivacy:
    """Nobody who is blocked when a segment is logged gets an interaction, however it came there (B5)."""

    def test_who_is_blocked_by_now_is_left_out_and_counted(self, service: Desk, segment: str) -> None:
        first, blocked, last = (service.contact() for _ in range(3))
        for contact in (first, blocked, last):
            service.put(segment, contact)
        service.catch_up()
        service.add(segment, {"contact": {"no": blocked.no}}, allow_existing_contacts=True)
        service.selecting.go_back(ANN, segment)
        service.contacts.change(ANN, blocked.no, ContactChanges(privacy_blocked=True))
        service.selecting.redo(ANN, segment)
        service.catch_up()
        assert service.logging.check(ANN, segment, send_attachments=False) == (2, 2)

        event, _, left_out = service.logging.log(ANN, segment, send_attachments=False, create_follow_up=True)

        assert (event.number_of_interactions, left_out) == (2, 2)
        service.catch_up()
        entries = service.rows("SELECT contact_no FROM interaction_log_entry ORDER BY entry_no")
        assert [entry["contact_no"] for entry in entries] == [first.no, last.no]
        assert event.follow_up_segment_no is not None
        assert set(service.segments.get(event.follow_up_segment_no).contacts) == {first.key, last.key}

    def test_that_they_left_is_an_action_that_says_why(self, service: Desk, segment: str) -> None:
        stays, blocked = service.contact(), service.contact()
        service.put(segment, stays)
        service.put(segment, blocked)
        service.contacts.change(ANN, blocked.no, ContactChanges(privacy_blocked=True))

        service.log_segment(segment)

        action = service.segments.standing(segment).actions[-1]
        assert (action.action, action.filters) == ("reduce", {"contact": {"privacy_blocked": "true"}})
        assert action.lines_removed == 1

    def test_a_line_that_is_left_out_need_not_pass_the_checks(self, service: Desk, segment: str) -> None:
        service.put(segment, service.contact())
        failing = line_failing(service, segment, ["date"])
        refused(service, segment, MandatoryField)
        service.contacts.change(ANN, failing.no, ContactChanges(privacy_blocked=True))
        assert service.log_segment(segment).number_of_interactions == 1

    def test_a_segment_of_nobody_else_is_refused_and_stays(self, service: Desk, segment: str) -> None:
        blocked = service.contact()
        service.put(segment, blocked)
        service.contacts.change(ANN, blocked.no, ContactChanges(privacy_blocked=True))
        refused(service, segment, SegmentEmpty)
        assert service.segments.get(segment).number_of_lines == 1


def refused(service: Desk, no: str, kind: type[Refused], *, send_attachments: bool = False) -> Refused:
    """The refusal to log, which `check` tells as well."""
    service.catch_up()
    with pytest.raises(kind) as told:
        service.logging.check(ANN, no, send_attachments=send_attachments)
    with pytest.raises(kind) as found:
        service.logging.log(ANN, no, send_attachments=send_attachments, create_follow_up=False)
    assert str(found.value) == str(told.value)
    return found.value
