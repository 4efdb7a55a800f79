"""The header of a segment, what its lines take from it, and lines by hand (domain B1 to B3)."""

from collections.abc import Iterable
from datetime import date, time
from decimal import Decimal
from typing import Any

import pytest

from domain.contact import AlternativeAddress, DateRange
from domain.contact_set import ContactSet, union
from domain.errors import NoDocument, NotFound
from domain.interaction_template import InteractionTemplate
from domain.segment.changing_header import create
from domain.segment.events import HeaderChanged, LineAdded, LineChanged, LineRemoved, SegmentCreated
from domain.segment.header import LINE_FIELD_OF, Header, HeaderChanges, TemplateDefaults, line_start
from domain.segment.line_values import LineFacts
from domain.segment.lines import LineChanges
from domain.segment.totals import Totals
from tests.domain.worksheet import WORK_DATE, Worksheet

GOLF = InteractionTemplate(
    description="Golf day",
    interaction_group_code="EVENT",
    unit_cost=Decimal("12.50"),
    unit_duration_minutes=10,
    information_flow="outbound",
    initiated_by="us",
    campaign_target=True,
    campaign_response=True,
    correspondence_type="email",
)
WITH_CAMPAIGN = InteractionTemplate(campaign_no="CP1")
PLAIN = InteractionTemplate()

ANOTHER: dict[str, Any] = {
    "description": "Spring",
    "campaign_no": "CP2",
    "salesperson_code": "BO",
    "unit_cost": Decimal("3.00"),
    "unit_duration_minutes": 20,
    "date": date(2026, 12, 1),
    "campaign_target": True,
    "campaign_response": True,
    "information_flow": "inbound",
    "initiated_by": "them",
    "interaction_group_code": "LETTER",
    "send_word_documents_as_attachment": True,
    "subject": "Hello",
}
"""For each header value that lines follow, one that it does not begin with."""

ANN = LineFacts(no="CT1", type="person", salesperson_code="ANNA", correspondence_type="fax")


class TestCreate:
    def test_a_new_worksheet_has_the_work_date_and_the_salesperson_of_the_user(self) -> None:
        events = create("SM1", HeaderChanges(), None, work_date=WORK_DATE, salesperson_code="JR")
        assert events == (SegmentCreated("SM1", Header(date=WORK_DATE, salesperson_code="JR")),)

    def test_a_blank_date_or_salesperson_gets_its_default_too(self) -> None:
        values = HeaderChanges(date=None, salesperson_code=None)
        (event,) = create("SM1", values, None, work_date=WORK_DATE, salesperson_code="JR")
        assert isinstance(event, SegmentCreated)
        assert (event.header.date, event.header.salesperson_code) == (WORK_DATE, "JR")

    def test_a_template_gives_its_defaults_and_what_is_named_besides_wins(self) -> None:
        sheet = Worksheet(GOLF, interaction_template_code="GOLF", unit_cost=Decimal(1))
        assert sheet.segment.header == Header(
            interaction_template_code="GOLF",
            interaction_group_code="EVENT",
            unit_cost=Decimal(1),
            unit_duration_minutes=10,
            date=WORK_DATE,
            information_flow="outbound",
            initiated_by="us",
            campaign_target=True,
            campaign_response=True,
            correspondence_type="email",
            template=TemplateDefaults("email"),
        )

    def test_a_language_without_a_document_in_it_is_refused(self) -> None:
        with pytest.raises(NoDocument):
            Worksheet(language_code="ENG")


class TestChangeHeader:
    def test_the_values_it_has_already_are_no_change(self) -> None:
        assert Worksheet(description="Spring").change(description="Spring") == ()

    @pytest.mark.parametrize("field", LINE_FIELD_OF)
    def test_lines_with_the_template_of_the_header_follow(self, field: str) -> None:
        sheet = Worksheet()
        sheet.put(1)
        (event,) = sheet.change(**{field: ANOTHER[field]})
        changes = {LINE_FIELD_OF[field]: ANOTHER[field]}
        assert event == HeaderChanged(
            HeaderChanges(**{field: ANOTHER[field]}), LineChanges(**changes), "same_template"
        )
        assert getattr(sheet.line(10_000), LINE_FIELD_OF[field]) == ANOTHER[field]

    def test_lines_with_another_template_stay(self) -> None:
        sheet = Worksheet()
        sheet.add(1, 2)
        sheet.change_line(10_000, PLAIN, interaction_template_code="PLAIN")
        sheet.change(description="Spring")
        assert [line.description for line in sheet.lines()] == [None, "Spring"]

    def test_a_line_that_was_given_the_template_of_the_header_follows(self) -> None:
        sheet = Worksheet()
        sheet.add(1, 2)
        sheet.change(PLAIN, interaction_template_code="PLAIN", update_lines=False)
        sheet.change_line(20_000, PLAIN, interaction_template_code="PLAIN", description="Mine")
        sheet.change(description="Spring")
        assert [line.description for line in sheet.lines()] == [None, "Spring"]

    def test_a_personal_value_is_overwritten_and_others_are_kept(self) -> None:
        sheet = Worksheet()
        sheet.put(1, description="Mine", remarks="Bring clubs")
        sheet.change(description="Spring")
        assert (sheet.line(10_000).description, sheet.line(10_000).remarks) == ("Spring", "Bring clubs")

    def test_lines_can_be_left_as_they_are_while_later_ones_begin_with_the_new_values(self) -> None:
        sheet = Worksheet()
        sheet.put(1)
        sheet.change(description="Spring", update_lines=False)
        sheet.put(2)
        assert [line.description for line in sheet.lines()] == [None, "Spring"]

    def test_b2_2_a_change_that_lines_were_spared_can_be_pushed_to_them_later(self) -> None:
        sheet = Worksheet()
        sheet.add(1, 2)
        sheet.change_line(10_000, PLAIN, interaction_template_code="PLAIN")
        sheet.change(description="Spring", unit_cost=Decimal(3), update_lines=False)
        assert sheet.change(description="Spring", update_lines=False, push=True) == ()
        (event,) = sheet.change(description="Spring", push=True)
        assert event == HeaderChanged(HeaderChanges(), LineChanges(description="Spring"), "same_template")
        assert [line.description for line in sheet.lines()] == [None, "Spring"]
        assert {line.cost for line in sheet.lines()} == {Decimal(0)}
        assert sheet.change(description="Spring", push=True) == ()

    def test_b2_1_a_template_that_stays_is_pushed_to_no_line_that_has_its_own(self) -> None:
        sheet = Worksheet()
        sheet.change(GOLF, interaction_template_code="GOLF")
        sheet.add(1, 2)
        sheet.change_line(10_000, PLAIN, interaction_template_code="PLAIN")
        (event,) = sheet.change(GOLF, interaction_template_code="GOLF", description="New", push=True)
        assert event == HeaderChanged(
            HeaderChanges(description="New"), LineChanges(description="New"), "same_template"
        )
        assert sheet.line(10_000).interaction_template_code == "PLAIN"
        assert [line.description for line in sheet.lines()][1] == "New"

    def test_a_line_with_another_template_keeps_the_salesperson_of_its_contact(self) -> None:
        sheet = Worksheet(facts={1: ANN})
        sheet.put(1)
        sheet.change_line(10_000, PLAIN, interaction_template_code="PLAIN")
        sheet.change(salesperson_code="BO")
        assert sheet.line(10_000).salesperson_code == "ANNA"

    def test_a_blank_salesperson_gives_every_line_that_of_its_contact_again(self) -> None:
        sheet = Worksheet(facts={1: ANN}, salesperson_code="BO")
        sheet.put(1)
        sheet.change(PLAIN, interaction_template_code="PLAIN", update_lines=False)
        sheet.change_line(10_000, PLAIN, interaction_template_code="PLAIN")
        sheet.change(salesperson_code=None)
        assert sheet.line(10_000).salesperson_code == "ANNA"

    def test_clearing_the_campaign_clears_target_and_response(self) -> None:
        sheet = Worksheet(campaign_no="CP1", campaign_target=True, campaign_response=True)
        sheet.put(1)
        sheet.change(campaign_no=None)
        for values in (sheet.segment.header, sheet.line(10_000)):
            assert (values.campaign_no, values.campaign_target, values.campaign_response) == (
                *(None, False, False),
            )

    @pytest.mark.parametrize("push", [False, True])
    def test_b2_no_campaign_said_again_clears_nothing(self, push: bool) -> None:
        sheet = Worksheet(campaign_response=True)
        sheet.add(1)
        sheet.change(campaign_no=None, campaign_response=True, push=push)
        assert (sheet.segment.header.campaign_response, sheet.line(10_000).campaign_response) == (True, True)

    def test_b2_3_no_line_without_a_campaign_is_its_target_because_it_was_so_by_hand(self) -> None:
        sheet = Worksheet(campaign_no="CP1")
        sheet.put(1, campaign_target=True, campaign_response=True)
        sheet.change(campaign_no=None)
        line = sheet.line(10_000)
        assert (line.campaign_no, line.campaign_target, line.campaign_response) == (None, False, False)

    def test_only_lines_with_the_old_subject_get_a_new_one(self) -> None:
        sheet = Worksheet(subject="Hello")
        sheet.add(1, 2)
        sheet.change_line(10_000, subject="Dear Ann")
        sheet.change(subject="Welcome", description="Spring")
        assert [line.subject for line in sheet.lines()] == ["Dear Ann", "Welcome"]
        assert [line.description for line in sheet.lines()] == ["Spring", "Spring"]

    def test_the_default_correspondence_type_changes_no_line_and_ignoring_contacts_only_later_ones(
        self,
    ) -> None:
        sheet = Worksheet(facts={1: ANN, 2: ANN})
        sheet.put(1)
        sheet.change(correspondence_type="email", ignore_contact_correspondence_type=True)
        sheet.put(2)
        assert [line.correspondence_type for line in sheet.lines()] == ["fax", "email"]

    def test_a_language_without_a_document_in_it_is_refused(self) -> None:
        with pytest.raises(NoDocument):
            Worksheet().change(language_code="ENG")


class TestChooseTemplate:
    def test_the_header_takes_its_values_and_loses_its_subject(self) -> None:
        sheet = Worksheet(subject="Hello", description="Spring", unit_cost=Decimal(9))
        sheet.change(GOLF, interaction_template_code="GOLF")
        header = sheet.segment.header
        assert (header.subject, header.description, header.unit_cost) == (None, "Spring", Decimal("12.50"))
        assert header.template == TemplateDefaults("email")

    def test_all_lines_take_its_code_and_correspondence_but_not_its_cost_and_flow(self) -> None:
        sheet = Worksheet(unit_cost=Decimal(9), subject="Hello")
        sheet.add(1, 2)
        sheet.change_line(10_000, PLAIN, interaction_template_code="PLAIN")
        sheet.change(GOLF, interaction_template_code="GOLF")
        for line, cost in zip(sheet.lines(), (0, 9), strict=True):
            assert (line.interaction_template_code, line.correspondence_type) == ("GOLF", "email")
            assert (line.cost, line.information_flow, line.subject) == (Decimal(cost), None, None)

    def test_what_is_named_besides_follows_to_the_lines(self) -> None:
        sheet = Worksheet()
        sheet.put(1)
        sheet.change(GOLF, interaction_template_code="GOLF", unit_cost=Decimal(4))
        assert sheet.line(10_000).cost == Decimal(4)

    @pytest.mark.parametrize(("template", "expected"), [(WITH_CAMPAIGN, "CP1"), (PLAIN, "CP9")])
    def test_its_campaign_wins_if_it_has_one(self, template: InteractionTemplate, expected: str) -> None:
        sheet = Worksheet(campaign_no="CP9")
        sheet.put(1)
        sheet.change(template, interaction_template_code="T")
        assert (sheet.segment.header.campaign_no, sheet.line(10_000).campaign_no) == (expected, expected)

    def test_b2_2_one_without_a_correspondence_type_leaves_lines_the_one_chosen_by_hand(self) -> None:
        sheet = Worksheet(GOLF, interaction_template_code="GOLF")
        sheet.add(1, 2)
        sheet.change_line(10_000, correspondence_type="fax")
        sheet.change(PLAIN, interaction_template_code="PLAIN")
        assert [line.correspondence_type for line in sheet.lines()] == ["fax", None]
        sheet.change(GOLF, interaction_template_code="GOLF")
        assert [line.correspondence_type for line in sheet.lines()] == ["email", "email"]

    def test_clearing_it_resets_what_it_gave_and_the_campaign(self) -> None:
        sheet = Worksheet(GOLF, interaction_template_code="GOLF", campaign_no="CP9", description="Spring")
        sheet.put(1)
        sheet.change(interaction_template_code=None)
        assert sheet.segment.header == Header(date=WORK_DATE, description="Spring")
        line = sheet.line(10_000)
        assert (line.interaction_template_code, line.campaign_no, line.correspondence_type) == (
            *(None, None, None),
        )
        assert (line.campaign_target, line.campaign_response) == (False, False)

    def test_lines_can_be_left_as_they_are(self) -> None:
        sheet = Worksheet()
        sheet.put(1)
        before = sheet.lines()
        sheet.change(GOLF, interaction_template_code="GOLF", update_lines=False)
        assert sheet.lines() == before


class TestLineByHand:
    def test_a_line_is_a_criteria_action_with_the_number_of_the_contact(self) -> None:
        sheet = Worksheet(description="Spring")
        start = line_start(sheet.segment.header)
        (event,) = sheet.put(1, remarks="Bring clubs")
        assert event == LineAdded(1, 10_000, 1, "CT1", start, LineChanges(remarks="Bring clubs"))
        (action,) = sheet.segment.actions
        assert (action.action, action.filters) == ("add_contacts", {"contact": {"no": "CT1"}})
        assert (action.lines_added, action.lines_removed) == (1, 0)

    def test_its_filter_means_that_contact_whatever_signs_the_number_holds(self) -> None:
        sheet = Worksheet(facts={1: LineFacts("R&D1", "company"), 2: LineFacts("'T1", "company")})
        sheet.put(1)
        sheet.put(2)
        sheet.remove(10_000)
        numbers = [action.filters["contact"]["no"] for action in sheet.segment.actions]
        assert numbers == ["'R&D1'", "'''T1'", "'R&D1'"]

    def test_the_same_contact_may_come_again_and_is_saved_as_such(self) -> None:
        sheet = Worksheet()
        sheet.put(1)
        sheet.put(1)
        assert sheet.contacts() == [(1, 1), (2, 1)]
        allowed = [action.options.allow_existing_contacts for action in sheet.segment.actions]
        assert allowed == [False, True]

    def test_one_more_is_added_to_what_is_known_of_the_others(self, monkeypatch: pytest.MonkeyPatch) -> None:
        sheet = Worksheet(unit_cost=Decimal(5), unit_duration_minutes=10)
        sheet.add(1, 2)
        assert (sheet.segment.cost, sorted(sheet.segment.contacts)) == (Decimal(10), [1, 2])
        monkeypatch.setattr(Totals, "of", None)  # nobody adds up all of them again
        monkeypatch.setattr("domain.segment.state.union", None)
        sheet.put(3, cost=Decimal(7))
        sheet.put(1)
        assert sorted(sheet.segment.contacts) == [1, 2, 3]
        assert (sheet.segment.cost, sheet.segment.duration_minutes) == (Decimal(22), 40)
        assert sheet.segment.number_of_lines == 4

    def test_however_many_lines_there_are_the_next_one_does_not_ask_them(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked: list[int] = []

        def counted(sets: Iterable[ContactSet]) -> ContactSet:
            found = list(sets)
            asked.append(len(found))
            return union(found)

        monkeypatch.setattr("domain.segment.state.union", counted)
        sheet = Worksheet()
        for key in range(1, 50, 2):
            sheet.put(key)
            sheet.add(key, key + 1)
            sheet.change(description=f"With {key}")
        sheet.reduce(1, 2)
        sheet.put(1)
        assert max(asked) <= 2
        assert (list(sheet.segment.contacts), sheet.segment.number_of_lines) == ([1, *range(3, 51)], 49)

    def test_a_line_has_values_of_its_own_where_they_were_given(self) -> None:
        sheet = Worksheet(description="Spring", unit_cost=Decimal(5))
        sheet.add(1, 2)
        changes: dict[str, Any] = {"description": None, "cost": Decimal(7), "time_of_interaction": time(9)}
        assert sheet.change_line(20_000, **changes) == (LineChanged(20_000, "CT2", LineChanges(**changes)),)
        changed = sheet.line(20_000)
        assert (changed.description, changed.cost) == (None, Decimal(7))
        assert changed.time_of_interaction == time(9)
        assert (sheet.segment.cost, sheet.segment.number_of_lines) == (Decimal(12), 2)

    def test_a_value_that_the_line_has_of_its_own_already_is_no_change(self) -> None:
        sheet = Worksheet()
        sheet.put(1, remarks="Bring clubs")
        assert sheet.change_line(10_000, remarks="Bring clubs") == ()

    def test_a_number_that_is_no_line_is_refused(self) -> None:
        sheet = Worksheet()
        sheet.put(1)
        for command in (sheet.change_line, sheet.remove, lambda number: sheet.replace(number, 2)):
            for number in (0, 9_999, 15_000, 20_000):
                with pytest.raises(NotFound):
                    command(number)

    @pytest.mark.parametrize(("of_header", "expected"), [("BO", "BO"), (None, "ANNA")])
    def test_the_salesperson_is_that_of_the_header_or_else_of_the_contact(
        self, of_header: str | None, expected: str
    ) -> None:
        sheet = Worksheet(facts={1: ANN}, salesperson_code=of_header)
        sheet.put(1)
        assert sheet.line(10_000).salesperson_code == expected

    def test_the_address_is_the_one_in_force_on_the_date_of_the_line_unless_picked_by_hand(self) -> None:
        home = AlternativeAddress("HOME", date_ranges=(DateRange(WORK_DATE, WORK_DATE),))
        sheet = Worksheet(facts={1: LineFacts("CT1", "company", alternative_addresses=(home,))})
        sheet.add(1)
        assert sheet.line(10_000).contact_alternative_address_code == "HOME"
        sheet.change(date=date(2026, 12, 1))
        assert sheet.line(10_000).contact_alternative_address_code is None
        sheet.change_line(10_000, contact_alternative_address_code="WORK")
        sheet.change_line(10_000, date=WORK_DATE)
        assert sheet.line(10_000).contact_alternative_address_code == "WORK"


class TestTemplateOfALine:
    def test_the_line_takes_its_values(self) -> None:
        sheet = Worksheet(subject="Hello", unit_cost=Decimal(1), campaign_no="CP9")
        sheet.put(1)
        sheet.change_line(10_000, GOLF, interaction_template_code="GOLF")
        line = sheet.line(10_000)
        assert (line.description, line.interaction_group_code, line.subject) == ("Golf day", "EVENT", None)
        assert (line.cost, line.duration_minutes) == (Decimal("12.50"), 10)
        assert (line.information_flow, line.initiated_by, line.campaign_no) == ("outbound", "us", "CP9")
        assert (line.campaign_target, line.campaign_response) == (True, True)

    @pytest.mark.parametrize(("of_header", "expected"), [(None, "CP1"), ("CP9", "CP9")])
    def test_the_campaign_is_that_of_the_header_or_else_of_the_template(
        self, of_header: str | None, expected: str
    ) -> None:
        sheet = Worksheet(campaign_no=of_header)
        sheet.put(1, WITH_CAMPAIGN, interaction_template_code="T")
        assert sheet.line(10_000).campaign_no == expected

    @pytest.mark.parametrize(
        ("description", "template", "expected"),
        [
            (None, None, "Golf day"),
            ("Spring", None, "Spring"),
            ("Spring", "PLAIN", "Golf day"),
        ],
    )
    def test_its_description_fills_a_blank_one_or_follows_a_switch_of_templates(
        self, description: str | None, template: str | None, expected: str
    ) -> None:
        sheet = Worksheet(PLAIN, description=description, interaction_template_code=template)
        sheet.put(1)
        sheet.change_line(10_000, GOLF, interaction_template_code="GOLF")
        assert sheet.line(10_000).description == expected

    def test_clearing_it_blanks_what_it_gave(self) -> None:
        sheet = Worksheet(GOLF, interaction_template_code="GOLF", description="Spring")
        sheet.put(1)
        sheet.change_line(10_000, interaction_template_code=None)
        line = sheet.line(10_000)
        assert (line.description, line.interaction_group_code, line.cost) == ("Spring", None, Decimal(0))
        assert (line.information_flow, line.correspondence_type) == (None, None)

    def test_values_named_besides_win(self) -> None:
        sheet = Worksheet()
        sheet.put(1, GOLF, interaction_template_code="GOLF", cost=Decimal(2), correspondence_type="fax")
        assert (sheet.line(10_000).cost, sheet.line(10_000).correspondence_type) == (Decimal(2), "fax")


class TestCorrespondenceType:
    """The precedence of domain B3.4; the first that applies."""

    @pytest.mark.parametrize(
        ("header", "template", "of_contact", "expected"),
        [
            ((True, "fax"), ("email", True), "hard_copy", "fax"),
            ((True, "fax"), None, "hard_copy", "fax"),
            ((True, None), ("email", True), "hard_copy", "email"),
            ((True, None), ("email", False), "hard_copy", "hard_copy"),
            ((True, None), None, "hard_copy", "hard_copy"),
            ((False, "fax"), ("email", True), "hard_copy", "email"),
            ((False, "fax"), (None, True), "hard_copy", None),
            ((False, "fax"), ("email", False), None, "email"),
            ((False, "fax"), ("email", False), "hard_copy", "hard_copy"),
            ((False, "fax"), (None, False), None, None),
            ((False, "fax"), None, "hard_copy", "hard_copy"),
            ((False, "fax"), None, None, None),
        ],
    )
    def test_of_a_contact_on_a_new_line(
        self,
        header: tuple[bool, str | None],
        template: tuple[Any, bool] | None,
        of_contact: Any,
        expected: str | None,
    ) -> None:
        sheet = Worksheet(
            with_correspondence(template),
            facts={1: LineFacts("CT1", "company", correspondence_type=of_contact)},
            interaction_template_code="T" if template else None,
            ignore_contact_correspondence_type=header[0],
            correspondence_type=header[1],
        )
        sheet.put(1)
        sheet.add(1, allow_existing_contacts=True)
        assert [line.correspondence_type for line in sheet.lines()] == [expected, expected]

    @pytest.mark.parametrize(
        ("header", "template", "of_contact", "expected"),
        [
            ((True, "fax"), ("email", True), "hard_copy", "fax"),
            ((True, None), ("email", True), "hard_copy", "email"),
            ((False, "fax"), ("email", True), "hard_copy", "email"),
            ((False, "fax"), (None, True), "hard_copy", None),
            ((False, "fax"), ("email", False), None, "email"),
            ((False, "fax"), ("email", False), "hard_copy", "hard_copy"),
            ((False, "fax"), (None, False), "hard_copy", "hard_copy"),
            ((False, "email"), (None, False), None, "fax"),
        ],
    )
    def test_of_a_template_on_a_line(
        self,
        header: tuple[bool, str | None],
        template: tuple[Any, bool],
        of_contact: Any,
        expected: str | None,
    ) -> None:
        sheet = Worksheet(facts={1: LineFacts("CT1", "company", correspondence_type=of_contact)})
        sheet.put(1, correspondence_type="fax")
        sheet.change(ignore_contact_correspondence_type=header[0], correspondence_type=header[1])
        sheet.change_line(10_000, with_correspondence(template), interaction_template_code="T")
        assert sheet.line(10_000).correspondence_type == expected

    def test_one_chosen_by_hand_wins_over_that_of_the_contact(self) -> None:
        sheet = Worksheet(facts={1: ANN})
        sheet.put(1, correspondence_type=None)
        assert sheet.line(10_000).correspondence_type is None


def with_correspondence(template: tuple[Any, bool] | None) -> InteractionTemplate | None:
    if template is None:
        return None
    return InteractionTemplate(
        correspondence_type=template[0], ignore_contact_correspondence_type=template[1]
    )


class TestReplaceAndRemove:
    def test_another_contact_on_a_line_counts_as_two_actions(self) -> None:
        sheet = Worksheet(description="Spring")
        sheet.add(1, 2)
        removed, added = sheet.replace(10_000, 3, remarks="New")
        assert removed == LineRemoved(2, 10_000, "CT1")
        start = line_start(sheet.segment.header)
        assert added == LineAdded(3, 10_000, 3, "CT3", start, LineChanges(remarks="New"))
        assert sheet.contacts() == [(1, 3), (2, 2)]

    def test_what_the_line_had_of_its_own_goes_with_its_contact(self) -> None:
        sheet = Worksheet()
        sheet.put(1, remarks="Bring clubs", evaluation="positive")
        sheet.replace(10_000, 2)
        assert (sheet.line(10_000).remarks, sheet.line(10_000).evaluation) == (None, None)

    def test_removing_a_line_is_a_reduction_by_the_number_of_the_contact(self) -> None:
        sheet = Worksheet()
        sheet.add(1, 2)
        assert sheet.remove(10_000) == (LineRemoved(2, 10_000, "CT1"),)
        action = sheet.segment.actions[-1]
        assert (action.action, action.filters) == ("reduce", {"contact": {"no": "CT1"}})
        assert (action.lines_removed, sheet.contacts()) == (1, [(2, 2)])

    def test_removing_one_line_of_a_contact_leaves_its_others(self) -> None:
        sheet = Worksheet()
        sheet.add(1, 2)
        sheet.put(1)
        sheet.remove(30_000)
        assert sheet.contacts() == [(1, 1), (2, 2)]

    def test_numbers_are_never_used_again(self) -> None:
        sheet = Worksheet()
        sheet.add(1, 2, 3)
        sheet.remove(30_000)
        sheet.put(4)
        sheet.go_back()
        sheet.add(5)
        sheet.reset()
        sheet.put(6)
        assert sheet.contacts() == [(1, 1), (2, 2), (5, 5), (6, 6)]
