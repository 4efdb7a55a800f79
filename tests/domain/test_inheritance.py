"""What people take over from their company (domain A11)."""

from __future__ import annotations

from typing import Any

import pytest

from domain.contact import Contact
from domain.inheritance import FIELDS, Inherit, inherited, passed_on

ALL = Inherit()
ALDER = Contact(
    name="Alder",
    salesperson_code="SARA",
    territory_code="NORTH",
    country_code="NL",
    language_code="NLD",
    address="Dorpsstraat 1",
    post_code="8011 AA",
    city="Zwolle",
    phone_no="038 1",
    mobile_phone_no="06 1",
    email="info@alder.example",
)


def person(**values: Any) -> Contact:
    return Contact(type="person", name="Bo", company_no="CT1", company_key=1, **values)


class TestRegistered:
    def test_a_person_takes_what_was_not_said_but_no_email_address_and_no_mobile_phone(self) -> None:
        assert inherited(ALDER, {"name"}, ALL) == {
            "salesperson_code": "SARA",
            "territory_code": "NORTH",
            "country_code": "NL",
            "language_code": "NLD",
            "address": "Dorpsstraat 1",
            "post_code": "8011 AA",
            "city": "Zwolle",
            "phone_no": "038 1",
        }

    def test_what_was_said_stays_and_half_an_address_is_not_made_whole_with_another(self) -> None:
        taken = inherited(ALDER, {"salesperson_code", "city"}, ALL)
        assert taken.keys().isdisjoint({"salesperson_code", "address", "post_code", "city"})
        assert taken["language_code"] == "NLD"

    @pytest.mark.parametrize("flag", Inherit.__struct_fields__)
    def test_nothing_is_taken_of_what_the_set_up_turns_off(self, flag: str) -> None:
        without = inherited(ALDER, set(), Inherit(**{flag: False}))
        assert without.keys() < inherited(ALDER, set(), ALL).keys()

    def test_every_field_is_one_of_a_contact(self) -> None:
        assert set(Contact.__struct_fields__) >= FIELDS


class TestTheCompanyChanges:
    MOVED = Contact(name="Alder", salesperson_code="BEN", address="Markt 9", city="Zwolle")

    def test_whoever_had_the_same_goes_along(self) -> None:
        before = Contact(name="Alder", salesperson_code="SARA", address="Dorpsstraat 1", city="Zwolle")
        same = person(salesperson_code="SARA", address="Dorpsstraat 1", city="Zwolle")
        taken = passed_on(same, before, self.MOVED, ALL)
        assert taken["salesperson_code"] == "BEN"
        assert (taken["address"], taken["city"]) == ("Markt 9", "Zwolle")

    def test_what_is_a_persons_own_or_blank_stays(self) -> None:
        before = Contact(name="Alder", salesperson_code="SARA", address="Dorpsstraat 1", city="Zwolle")
        own = person(salesperson_code=None, address="Thuis 3", city="Zwolle")
        assert passed_on(own, before, self.MOVED, ALL) == {}

    def test_what_neither_had_is_taken(self) -> None:
        assert passed_on(person(), Contact(), Contact(territory_code="N"), ALL) == {"territory_code": "N"}

    def test_what_the_company_gives_up_goes_from_its_people(self) -> None:
        before = Contact(phone_no="1")
        assert passed_on(person(phone_no="1"), before, Contact(), ALL) == {"phone_no": None}

    def test_nothing_is_passed_on_that_did_not_change_or_is_turned_off(self) -> None:
        assert passed_on(person(), ALDER, ALDER, ALL) == {}
        off = Inherit(salesperson=False)
        assert passed_on(person(), Contact(), Contact(salesperson_code="BEN"), off) == {}
