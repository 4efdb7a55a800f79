"""Contacts: what follows from their values, and what is refused (domain A11)."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.contact import (
    AlternativeAddress,
    BusinessRelation,
    Contact,
    ContactChanged,
    ContactChanges,
    ContactDeleted,
    ContactRegistered,
    DateRange,
    KnownContact,
    ProfileAnswer,
    active_address,
    change,
    register,
)
from domain.errors import Conflict, InvalidRequest, MandatoryField
from tests.domain.worksheet import AT


def known(no: str = "CT1", key: int = 1, company: KnownContact | None = None, **values: Any) -> KnownContact:
    contact = KnownContact()
    contact.apply(register(no, key, ContactChanges(**values), company), "ANN", AT)
    return contact


def changed(
    contact: KnownContact, company: KnownContact | None = None, **values: Any
) -> tuple[ContactChanged, ...]:
    """The events, which the contact takes over."""
    events = change(contact, ContactChanges(**values), company)
    for event in events:
        contact.apply(event, "ANN", AT)
    return events


HOME = AlternativeAddress("HOME")
COMPANY = known("CT9", 9, name="Berg Ltd")
BO: dict[str, Any] = {"type": "person", "name": "Bo Berg"}


class TestRegister:
    def test_a_company_is_its_own_company(self) -> None:
        event = register("CT1", 1, ContactChanges(name="Berg Ltd"), None)
        value = Contact(type="company", name="Berg Ltd", company_no="CT1", company_key=1)
        assert event == ContactRegistered("CT1", 1, value)

    def test_a_person_has_the_key_of_the_company_besides_its_number(self) -> None:
        value = known(company=COMPANY, company_no="CT9", **BO).value
        assert (value.company_no, value.company_key) == ("CT9", 9)

    def test_a_private_person_has_no_company(self) -> None:
        value = known(**BO).value
        assert (value.company_no, value.company_key) == (None, None)

    @pytest.mark.parametrize("values", [{}, {"type": "person"}, {"type": "person", "first_name": None}])
    def test_a_name_is_needed(self, values: dict[str, Any]) -> None:
        with pytest.raises(MandatoryField):
            known(**values)

    def test_the_name_of_a_person_is_put_together_from_its_parts(self) -> None:
        assert known(type="person", first_name="Bo", surname="Berg").value.name == "Bo Berg"
        named = known(type="person", name="X", first_name="Bo", middle_name="van", surname="Berg")
        assert named.value.name == "Bo van Berg"

    @pytest.mark.parametrize(
        "values",
        [
            {"name": "Berg Ltd", "company_no": "CT9"},
            {"name": "Berg Ltd", "job_responsibilities": ("CEO",)},
            {**BO, "industry_groups": ("RETAIL",)},
            {**BO, "business_relations": (BusinessRelation("CUST"),)},
        ],
    )
    def test_companies_and_persons_have_what_belongs_to_them(self, values: dict[str, Any]) -> None:
        with pytest.raises(Conflict):
            known(**values)

    def test_what_is_named_twice_in_a_list_is_there_once(self) -> None:
        answer = ProfileAnswer("SIZE", 1)
        value = known(
            name="Berg Ltd", mailing_groups=("NEWS", "GOLF", "NEWS"), profile_answers=(answer, answer)
        ).value
        assert (value.mailing_groups, value.profile_answers) == (("NEWS", "GOLF"), (answer,))


class TestAlternativeAddresses:
    JUNE, JULY = date(2026, 6, 1), date(2026, 7, 1)

    def test_a_code_stands_for_one_address(self) -> None:
        with pytest.raises(InvalidRequest) as caught:
            known(name="Berg Ltd", alternative_addresses=(HOME, HOME))
        assert [place for place, _ in caught.value.problems] == [("alternative_addresses", 1, "code")]

    def test_on_one_day_only_one_period_starts(self) -> None:
        addresses = tuple(
            AlternativeAddress(code, date_ranges=(DateRange(self.JUNE),)) for code in ("HOME", "WORK")
        )
        with pytest.raises(InvalidRequest) as caught:
            known(name="Berg Ltd", alternative_addresses=addresses)
        place = ("alternative_addresses", 1, "date_ranges", 0, "starting_date")
        assert [place for place, _ in caught.value.problems] == [place]

    def test_a_period_must_not_end_before_it_starts(self) -> None:
        address = AlternativeAddress("HOME", date_ranges=(DateRange(self.JULY, self.JUNE),))
        contact = known(name="Berg Ltd")
        with pytest.raises(InvalidRequest) as caught:
            changed(contact, alternative_addresses=(address,))
        place = ("alternative_addresses", 0, "date_ranges", 0, "ending_date")
        assert [place for place, _ in caught.value.problems] == [place]

    def test_the_latest_start_wins_among_those_in_force(self) -> None:
        addresses = (
            AlternativeAddress("HOME", date_ranges=(DateRange(self.JUNE),)),
            AlternativeAddress("WORK", date_ranges=(DateRange(self.JULY, self.JULY),)),
        )
        found = [
            active_address(addresses, day)
            for day in (date(2026, 5, 31), self.JUNE, self.JULY, date(2026, 7, 2), None)
        ]
        assert found == [None, "HOME", "WORK", "HOME", None]

    @given(
        starts=st.lists(st.integers(1, 20), unique=True, max_size=6),
        lengths=st.lists(st.none() | st.integers(0, 10), min_size=6, max_size=6),
        day=st.integers(1, 30),
    )
    def test_the_address_is_that_of_the_nearest_start_that_has_not_ended(
        self, starts: list[int], lengths: list[int | None], day: int
    ) -> None:
        ends = {start: length and start + length for start, length in zip(starts, lengths, strict=False)}
        ends |= {start: start for start, end in ends.items() if end == 0}
        addresses = tuple(
            AlternativeAddress(
                f"A{start}",
                date_ranges=(DateRange(date(2026, 6, start), date(2026, 6, end) if end else None),),
            )
            for start, end in ends.items()
        )
        nearest = [f"A{start}" for start in range(day, 0, -1) if start in ends and (ends[start] or 99) >= day]
        assert active_address(addresses, date(2026, 6, day)) == (nearest[0] if nearest else None)


class TestChange:
    def test_only_what_is_different_is_recorded(self) -> None:
        contact = known(name="Berg Ltd", city="Breda")
        assert changed(contact, name="Berg Ltd", city="Delft") == (
            ContactChanged("CT1", 1, ContactChanges(city="Delft")),
        )
        assert contact.value.city == "Delft"

    def test_the_values_it_has_already_are_no_change(self) -> None:
        assert changed(known(name="Berg Ltd"), name="Berg Ltd", company_no="CT1") == ()

    def test_a_part_of_the_name_changes_the_name(self) -> None:
        contact = known(type="person", first_name="Bo", surname="Berg")
        changed(contact, surname="Dahl")
        assert contact.value.name == "Bo Dahl"

    def test_a_name_given_alone_stands_for_itself(self) -> None:
        contact = known(type="person", first_name="Bo", surname="Berg")
        changed(contact, name="Dr Dahl")
        value = contact.value
        assert (value.name, value.first_name, value.surname) == ("Dr Dahl", None, None)

    def test_a_name_can_not_be_cleared(self) -> None:
        with pytest.raises(MandatoryField):
            changed(known(name="Berg Ltd"), name=None)

    def test_a_person_changes_company_with_its_key_and_may_leave_it(self) -> None:
        contact = known(**BO)
        changed(contact, COMPANY, company_no="CT9")
        assert (contact.value.company_no, contact.value.company_key) == ("CT9", 9)
        changed(contact, company_no=None)
        assert (contact.value.company_no, contact.value.company_key) == (None, None)

    def test_a_person_becomes_a_company_of_its_own(self) -> None:
        contact = known(company=COMPANY, company_no="CT9", **BO)
        with pytest.raises(Conflict):
            changed(contact, COMPANY, type="company")
        changed(contact, type="company", company_no=None)
        assert (contact.value.company_no, contact.value.company_key) == ("CT1", 1)

    def test_a_refused_change_leaves_the_contact_alone(self) -> None:
        contact = known(name="Berg Ltd")
        with pytest.raises(Conflict):
            changed(contact, job_responsibilities=("CEO",), city="Delft")
        assert contact.value == Contact(name="Berg Ltd", company_no="CT1", company_key=1)


class TestKnownContact:
    def test_a_deleted_contact_is_marked_as_such(self) -> None:
        contact = known(name="Berg Ltd")
        contact.apply(ContactDeleted("CT1", 1), "ANN", AT)
        assert contact.deleted

    def test_a_copy_changes_alone(self) -> None:
        contact = known(name="Berg Ltd")
        changed(contact.copy(), name="Dahl Ltd")
        assert contact.value.name == "Berg Ltd"

    def test_what_is_no_event_of_a_contact_is_refused(self) -> None:
        with pytest.raises(TypeError, match="str is no event of a contact"):
            KnownContact().apply("nonsense", "ANN", AT)

    def test_every_value_of_a_contact_can_be_changed(self) -> None:
        assert ContactChanges.__struct_fields__ == Contact.__struct_fields__
