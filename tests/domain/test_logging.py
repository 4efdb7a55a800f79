"""Logging: what is checked, the one event it makes, and what follows from it (domain B9, B10)."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from domain.contact_set import ContactSet
from domain.errors import MandatoryField, NoDocument, NoEmail, Refused, SegmentEmpty
from domain.segment.events import CampaignEntryMade, SegmentCreated, SegmentLogged
from domain.segment.header import Header
from domain.segment.lines import LineChanges, OwnLine
from domain.segment.logging import (
    CHECKS,
    MOST_STRETCHES,
    CheckedLines,
    FailingLine,
    Numbers,
    follow_up,
    log,
    logged_contacts,
    only_campaign,
)
from domain.segment.selection import LoggedContacts
from tests.domain.worksheet import POSITION, WORK_DATE, Worksheet

TODAY = date(2026, 11, 25)
NUMBERS = Numbers(entry_no=3, first_interaction_no=101, first_campaign_entry_no=11)


def checked(
    *failing: FailingLine, count: int | None = None, campaigns: Any = (), blanked: Any = ()
) -> CheckedLines:
    number = len(failing) if count is None else count
    return CheckedLines(POSITION, number, failing, tuple(campaigns), ContactSet(blanked))


def logged(sheet: Worksheet, lines: CheckedLines | None = None, **values: Any) -> SegmentLogged:
    (event,) = sheet.record(log(sheet.segment, lines or checked(), NUMBERS, today=TODAY, **values))
    assert isinstance(event, SegmentLogged)
    return event


def refusal(*failing: FailingLine, count: int | None = None) -> Refused:
    sheet = Worksheet(description="Spring")
    sheet.add(1, 2)
    with pytest.raises(Refused) as caught:
        logged(sheet, checked(*failing, count=count))
    assert sheet.segment.status == "open"
    return caught.value


class TestHeaderChecks:
    def test_a_segment_without_description_is_refused(self) -> None:
        sheet = Worksheet()
        sheet.add(1)
        with pytest.raises(MandatoryField) as caught:
            logged(sheet)
        assert [place for place, _ in caught.value.problems] == [("description",)]

    def test_a_segment_without_lines_is_refused(self) -> None:
        sheet = Worksheet(description="Spring")
        sheet.add(1)
        sheet.reduce(1)
        with pytest.raises(SegmentEmpty):
            logged(sheet)


class TestFailingLines:
    @pytest.mark.parametrize(
        ("check", "error"),
        [
            ("date", MandatoryField),
            ("contact", MandatoryField),
            ("salesperson", MandatoryField),
            ("unknown_salesperson", MandatoryField),
            ("template", MandatoryField),
            ("unknown_template", MandatoryField),
            ("unknown_campaign", MandatoryField),
            ("email", NoEmail),
            ("document", NoDocument),
        ],
    )
    def test_a_check_has_its_own_error_that_names_line_and_contact(
        self, check: str, error: type[Refused]
    ) -> None:
        refused = refusal(FailingLine(10_000, check, "CT1"))
        assert type(refused) is error
        (sentence,) = (sentence for name, _, sentence in CHECKS if name == check)
        message = f"line 10000 (CT1): {sentence}"
        assert refused.problems == (((10_000, check), message),)
        assert refused.detail == f"1 line cannot be logged; nothing was logged. First, {message}."
        assert refused.facts == {"failing_lines": 1}

    def test_the_first_failing_line_decides_on_the_error_and_all_are_named(self) -> None:
        refused = refusal(FailingLine(10_000, "email", "CT1"), FailingLine(20_000, "date", None))
        assert type(refused) is NoEmail
        assert refused.problems == (
            ((10_000, "email"), "line 10000 (CT1): the contact has no e-mail address"),
            ((20_000, "date"), "line 20000: the date is blank"),
        )

    def test_the_count_is_that_of_all_failing_lines_however_many_are_named(self) -> None:
        refused = refusal(FailingLine(10_000, "date", "CT1"), count=12_345)
        assert refused.detail.startswith("12,345 lines cannot be logged; nothing was logged.")
        assert refused.facts == {"failing_lines": 12_345}


class TestLogged:
    def test_the_event_holds_the_lines_as_they_were_and_what_was_decided(self) -> None:
        sheet = Worksheet(description="Spring")
        sheet.add(1, 2, 3)
        sheet.put(2, cost=Decimal(5))
        sheet.change_line(30_000, remarks="Bring clubs")
        sheet.reduce(1)
        blocks = tuple(sheet.segment.blocks)
        lines = checked(campaigns=[("CP1", WORK_DATE, "JR"), ("CP2", TODAY, "BO")], blanked=[0, 2])
        event = logged(sheet, lines, follow_up_segment_no="SM2")
        assert event == SegmentLogged(
            entry_no=3,
            segment_no="SM1",
            description="Spring",
            creation_date=TODAY,
            contacts_position=POSITION,
            first_interaction_no=101,
            number_of_interactions=3,
            blocks=blocks,
            own_lines=(
                OwnLine(30_000, LineChanges(remarks="Bring clubs")),
                OwnLine(40_000, LineChanges(cost=Decimal(5))),
            ),
            campaign_entries=(
                CampaignEntryMade(11, "CP1", WORK_DATE, "JR"),
                CampaignEntryMade(12, "CP2", TODAY, "BO"),
            ),
            type_blanked=ContactSet([0, 2]),
            follow_up_segment_no="SM2",
        )

    def test_the_segment_is_logged_then(self) -> None:
        sheet = Worksheet(description="Spring")
        sheet.add(1)
        event = logged(sheet)
        assert (sheet.segment.status, sheet.segment.logged) == ("logged", event)

    def test_lines_that_are_away_are_not_in_it(self) -> None:
        sheet = Worksheet(description="Spring")
        sheet.put(1, remarks="Away")
        sheet.put(2)
        sheet.remove(10_000)
        event = logged(sheet)
        assert [list(block.alive) for block in event.blocks] == [[2]]
        assert (event.own_lines, event.number_of_interactions) == ((), 1)


class TestFollowUp:
    def test_it_has_campaign_and_salesperson_and_no_template(self) -> None:
        sheet = Worksheet(description="Spring", correspondence_type="email", unit_cost=Decimal(3))
        sheet.add(1)
        event = logged(sheet)
        assert follow_up(
            "SM2", event, work_date=WORK_DATE, campaign_no="CP1", salesperson_code="JR"
        ) == SegmentCreated(
            "SM2",
            Header(
                description="Follow-up on segment SM1",
                campaign_no="CP1",
                salesperson_code="JR",
                date=WORK_DATE,
            ),
            follow_up_on=3,
        )

    def test_its_description_is_cut_to_fifty_characters_unless_it_is_given(self) -> None:
        sheet = Worksheet(description="Spring")
        sheet.segment.no = "S" * 60
        sheet.add(1)
        event = logged(sheet)

        def described(description: str | None) -> str | None:
            created = follow_up(
                *("SM2", event),
                work_date=WORK_DATE,
                campaign_no=None,
                salesperson_code=None,
                description=description,
            )
            return created.header.description

        assert described(None) == "Follow-up on segment " + "S" * 29
        assert described("D" * 80) == "D" * 80

    def test_it_can_have_the_header_that_was_logged(self) -> None:
        sheet = Worksheet(description="Spring", unit_cost=Decimal(3), campaign_no="CP9")
        sheet.add(1)
        event = logged(sheet)
        created = follow_up(
            *("SM2", event),
            work_date=TODAY,
            campaign_no=None,
            salesperson_code="JR",
            like=sheet.segment.header,
        )
        assert created.header == Header(
            description="Follow-up on segment SM1",
            unit_cost=Decimal(3),
            salesperson_code="JR",
            date=TODAY,
        )

    @pytest.mark.parametrize(
        ("campaigns", "expected"), [([], None), (["CP1"], "CP1"), (["CP1", "CP2"], None)]
    )
    def test_the_campaign_is_taken_where_there_is_only_one(
        self, campaigns: list[str], expected: str | None
    ) -> None:
        sheet = Worksheet(description="Spring")
        sheet.add(1)
        lines = checked(campaigns=[(campaign, WORK_DATE, "JR") for campaign in campaigns])
        made = logged(sheet, lines)
        standing = [entry.entry_no for entry in made.campaign_entries]
        assert only_campaign(made, standing) == expected
        assert only_campaign(made, standing[1:]) == (campaigns[1] if campaigns[1:] else None)


class TestLoggedContacts:
    def test_they_come_by_the_campaign_of_their_line(self) -> None:
        sheet = Worksheet(description="Spring", campaign_no="CP1")
        sheet.add(1, 2, 3)
        sheet.change_line(20_000, campaign_no="CP2")
        sheet.change_line(30_000, campaign_no=None)
        assert logged_contacts(logged(sheet)) == (
            LoggedContacts("CP1", ContactSet([1])),
            LoggedContacts("CP2", ContactSet([2])),
            LoggedContacts(None, ContactSet([3])),
        )

    def test_blocks_with_one_campaign_are_put_together(self) -> None:
        sheet = Worksheet(description="Spring", campaign_no="CP1")
        sheet.add(1)
        sheet.change(unit_cost=Decimal(5), update_lines=False)
        sheet.add(2)
        sheet.put(3)
        assert logged_contacts(logged(sheet)) == (LoggedContacts("CP1", ContactSet([1, 2, 3])),)

    def test_a_contact_that_was_logged_twice_comes_twice(self) -> None:
        sheet = Worksheet(description="Spring")
        sheet.add(1, 2)
        sheet.add(2, allow_existing_contacts=True)
        sheet.put(2)
        assert logged_contacts(logged(sheet)) == (
            LoggedContacts(None, ContactSet([1, 2])),
            LoggedContacts(None, ContactSet([2])),
            LoggedContacts(None, ContactSet([2])),
        )

    def test_a_line_whose_contact_was_replaced_counts_for_the_new_one(self) -> None:
        sheet = Worksheet(description="Spring", campaign_no="CP1")
        sheet.add(1, 2)
        sheet.replace(10_000, 3, campaign_no="CP2")
        assert logged_contacts(logged(sheet)) == (
            LoggedContacts("CP2", ContactSet([3])),
            LoggedContacts("CP1", ContactSet([2])),
        )

    def test_b9_they_come_in_the_order_of_their_entries_whatever_the_campaign(self) -> None:
        sheet = Worksheet(description="Spring", campaign_no="CP1")
        sheet.add(1, 2, 3, 4)
        sheet.change_line(20_000, campaign_no="CP2")
        assert logged_contacts(logged(sheet)) == (
            LoggedContacts("CP1", ContactSet([1])),
            LoggedContacts("CP2", ContactSet([2])),
            LoggedContacts("CP1", ContactSet([3, 4])),
        )

    def test_b9_they_come_in_the_order_of_their_entries_whoever_was_registered_first(self) -> None:
        sheet = Worksheet(description="Spring")
        for key in (3, 1, 2):
            sheet.put(key)
        sheet.add(4, 6)
        sheet.replace(30_000, 5)
        assert logged_contacts(logged(sheet)) == tuple(
            LoggedContacts(None, ContactSet(keys)) for keys in ([3], [1, 5], [4, 6])
        )

    def test_b9_where_campaigns_change_all_the_time_they_come_campaign_by_campaign(self) -> None:
        sheet = Worksheet(description="Spring", campaign_no="CP1")
        everybody = range(1, 2 * MOST_STRETCHES + 1)
        sheet.add(*everybody)
        for number in everybody[1::2]:
            sheet.change_line(number * 10_000, campaign_no="CP2")
        assert logged_contacts(logged(sheet)) == (
            LoggedContacts("CP1", ContactSet(everybody[::2])),
            LoggedContacts("CP2", ContactSet(everybody[1::2])),
        )

    def test_of_some_entries_only_their_contacts_come(self) -> None:
        sheet = Worksheet(description="Spring", campaign_no="CP1")
        sheet.add(1, 2, 3)
        sheet.change_line(20_000, campaign_no="CP2")
        sheet.put(3)
        sheet.reduce(1)
        assert logged_contacts(logged(sheet), ContactSet([0, 2])) == (
            LoggedContacts("CP2", ContactSet([2])),
            LoggedContacts("CP1", ContactSet([3])),
        )
