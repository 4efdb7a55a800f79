"""Contacts: every value can be written and read in every way, and people inherit (domain A11)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from api.schemas.contacts import ContactValues
from tests.api.crm import Crm, ok, places, refused

CODES = {
    "salesperson_code": "salespeople",
    "territory_code": "territories",
    "salutation_code": "salutations",
    "organizational_level_code": "organizational-levels",
}
VALUES: dict[str, Any] = {
    "name_2": "Second",
    "first_name": "Anna",
    "middle_name": "van den",
    "surname": "Berg",
    "initials": "A.",
    "job_title": "Director",
    "language_code": "NLD",
    "currency_code": "EUR",
    "country_code": "NL",
    "address": "Dorpsstraat 1",
    "address_2": "Achter",
    "post_code": "8011 AA",
    "city": "Zwolle",
    "county": "Overijssel",
    "phone_no": "038 1",
    "mobile_phone_no": "06 1",
    "fax_no": "038 2",
    "email": "anna@alder.example",
    "email_2": "berg@alder.example",
    "home_page": "https://alder.example",
    "correspondence_type": "hard_copy",
    "exclude_from_segment": True,
    "privacy_blocked": True,
    "external_id": "X1",
}
COMPOUND: dict[str, Any] = {
    "alternative_addresses": [
        {
            "code": "HOME",
            "city": "Assen",
            "email": "home@alder.example",
            "date_ranges": [{"starting_date": "2026-01-01", "ending_date": "2026-06-30"}],
        }
    ],
}
DERIVED = {"type", "name", "company_no", "company_name"}
"""They say what the contact is, or follow from that."""
LISTS = {"mailing_groups", "industry_groups", "job_responsibilities", "business_relations", "profile_answers"}


@pytest.fixture
def values(crm: Crm) -> dict[str, Any]:
    """Every value that a person can have."""
    answer = {"questionnaire_code": crm.record("profile-questionnaires"), "line_no": 10_000}
    return {
        **VALUES,
        **COMPOUND,
        **{name: crm.record(table) for name, table in CODES.items()},
        "mailing_groups": [crm.record("mailing-groups")],
        "job_responsibilities": [crm.record("job-responsibilities")],
        "profile_answers": [answer],
    }


def shown(contact: Any, values: dict[str, Any]) -> dict[str, Any]:
    """These values as the contact has them; of an address those that it was given."""
    found = {name: contact[name] for name in values}
    if "alternative_addresses" in found:
        given = COMPOUND["alternative_addresses"][0]
        found["alternative_addresses"] = [
            {name: address[name] for name in given} for address in contact["alternative_addresses"]
        ]
    return found


class TestEveryValue:
    def test_is_in_this_test(self, values: dict[str, Any]) -> None:
        assert values.keys() | DERIVED | LISTS == ContactValues.model_fields.keys()

    def test_can_be_given_when_registering_and_changed(
        self, client: httpx.Client, crm: Crm, values: dict[str, Any]
    ) -> None:
        made = crm.contact(type="person", **values)
        assert shown(made, values) == values
        blank = ok(client.patch(f"/v1/contacts/{made['no']}", json=blanks(values) | {"name": "Bo"}))
        assert shown(blank, values) == blanks(values)
        again = ok(client.patch(f"/v1/contacts/{made['no']}", json=values))
        assert shown(again, values) == values
        assert again["name"] == "Anna van den Berg"

    def test_can_be_imported(self, client: httpx.Client, crm: Crm, values: dict[str, Any]) -> None:
        row = {"no": crm.code(), "type": "person", **values}
        headers = {"Content-Type": "application/x-ndjson"}
        ok(client.post("/v1/contacts/import", content=json.dumps(row).encode(), headers=headers))
        assert shown(ok(client.get(f"/v1/contacts/{row['no']}")), values) == values

    def test_can_be_imported_from_csv(self, client: httpx.Client, crm: Crm, values: dict[str, Any]) -> None:
        cells = {"no": crm.code(), "type": "person"}
        for name, value in values.items():
            if name == "profile_answers":
                value = [f"{answer['questionnaire_code']}:{answer['line_no']}" for answer in value]
            if name != "alternative_addresses":
                cells[name] = ";".join(value) if isinstance(value, list) else str(value)
        content = ",".join(cells) + "\n" + ",".join(f'"{cell}"' for cell in cells.values()) + "\n"
        headers = {"Content-Type": "text/csv"}
        answer = ok(client.post("/v1/contacts/import", content=content.encode(), headers=headers))
        assert answer["rejected"] == []
        flat = {name: value for name, value in values.items() if name != "alternative_addresses"}
        assert shown(ok(client.get(f"/v1/contacts/{cells['no']}")), flat) == flat

    def test_can_be_filtered_on(self, client: httpx.Client, crm: Crm, values: dict[str, Any]) -> None:
        made = crm.contact(type="person", **values)
        crm.contact(name="Another")
        for name, value in values.items():
            (text,) = [str(member) for member in members(value)] if isinstance(value, list) else [str(value)]
            text = text.lower() if isinstance(value, bool) else text
            filters = {"no": f"{crm.prefix}*", name: text}
            found = ok(client.get("/v1/contacts", params=filters))["items"]
            assert [contact["no"] for contact in found] == [made["no"]], name


def blanks(values: dict[str, Any]) -> dict[str, Any]:
    kinds = {list: [], bool: False}
    return {name: kinds.get(type(value)) for name, value in values.items()}


def members(value: list[Any]) -> list[Any]:
    """What a list is filtered by: its codes."""
    return [m if isinstance(m, str) else m.get("code") or m["questionnaire_code"] for m in value]


INHERIT = ("salesperson", "territory", "country", "language", "address", "communication")


def test_in_a_new_installation_people_inherit_nothing(client: httpx.Client, crm: Crm) -> None:
    assert ok(client.get("/v1/setup"))["inherit"] == dict.fromkeys(INHERIT, False)
    company = crm.contact(city="Arnhem")["no"]
    assert crm.contact(type="person", name="Bo", company_no=company)["city"] is None


class TestInheriting:
    @pytest.fixture(autouse=True)
    def inherit(self, client: httpx.Client) -> Iterator[None]:
        ok(client.patch("/v1/setup", json={"inherit": dict.fromkeys(INHERIT, True)}))
        yield
        ok(client.patch("/v1/setup", json={"inherit": dict.fromkeys(INHERIT, False)}))

    @pytest.fixture
    def company(self, crm: Crm) -> dict[str, Any]:
        values = {
            "salesperson_code": crm.record("salespeople"),
            "territory_code": crm.record("territories"),
            **{name: VALUES[name] for name in ("language_code", "country_code", "address", "city")},
            **{name: VALUES[name] for name in ("phone_no", "mobile_phone_no", "email")},
        }
        no: str = crm.contact(name="Alder", **values)["no"]
        return {"no": no, "values": values}

    def person(self, crm: Crm, company: dict[str, Any], **values: Any) -> Any:
        return crm.contact(type="person", name="Bo", company_no=company["no"], **values)

    def test_a_person_takes_from_its_company_what_is_not_said(
        self, crm: Crm, company: dict[str, Any]
    ) -> None:
        made = self.person(crm, company, city="Assen", territory_code=None)
        expected = company["values"] | {"city": "Assen", "address": None, "territory_code": None}
        assert shown(made, expected) == expected | {"mobile_phone_no": None, "email": None}

    def test_what_the_company_has_comes_before_the_defaults_of_the_set_up(
        self, client: httpx.Client, crm: Crm, company: dict[str, Any]
    ) -> None:
        setup = {"default_salesperson_code": crm.record("salespeople"), "default_language_code": "DEU"}
        ok(client.patch("/v1/setup", json=setup))
        try:
            person = self.person(crm, company)
        finally:
            ok(client.patch("/v1/setup", json=dict.fromkeys(setup)))
        assert person["salesperson_code"] == company["values"]["salesperson_code"]
        assert person["language_code"] == "NLD"

    def test_a_change_of_the_company_reaches_those_who_had_the_same(
        self, client: httpx.Client, crm: Crm, company: dict[str, Any]
    ) -> None:
        same = self.person(crm, company)["no"]
        own = self.person(crm, company, address="Thuis 3", city="Assen")["no"]
        before = crm.position()
        changed = {"address": "Markt 9", "city": "Kampen", "language_code": "FRA"}
        ok(client.patch(f"/v1/contacts/{company['no']}", json=changed))
        assert crm.position() == before + 3
        assert shown(ok(client.get(f"/v1/contacts/{same}")), changed) == changed
        expected = {"address": "Thuis 3", "city": "Assen", "language_code": "FRA"}
        assert shown(ok(client.get(f"/v1/contacts/{own}")), expected) == expected
        found = ok(client.get("/v1/contacts", params={"no": f"{crm.prefix}*", "city": "Kampen"}))["items"]
        assert {contact["no"] for contact in found} == {company["no"], same}

    def test_whoever_goes_to_another_company_takes_what_is_there(
        self, client: httpx.Client, crm: Crm, company: dict[str, Any]
    ) -> None:
        other = crm.contact(name="Birch", address="Berg 2", city="Davos", country_code="CH")["no"]
        person = self.person(crm, company, territory_code=None)["no"]
        moved = ok(client.patch(f"/v1/contacts/{person}", json={"company_no": other, "language_code": "DEU"}))
        expected = {"address": "Berg 2", "city": "Davos", "country_code": "CH", "language_code": "DEU"}
        assert shown(moved, expected) == expected

    def test_nothing_is_inherited_that_the_set_up_turns_off(
        self, client: httpx.Client, crm: Crm, company: dict[str, Any]
    ) -> None:
        ok(client.patch("/v1/setup", json={"inherit": {"address": False}}))
        try:
            person = self.person(crm, company)
            ok(client.patch(f"/v1/contacts/{company['no']}", json={"city": "Kampen", "country_code": "BE"}))
            person = ok(client.get(f"/v1/contacts/{person['no']}"))
        finally:
            ok(client.patch("/v1/setup", json={"inherit": {"address": True}}))
        assert (person["city"], person["country_code"]) == (None, "BE")

    def test_a_file_passes_on_what_it_changes_in_whatever_order(
        self, client: httpx.Client, crm: Crm, company: dict[str, Any]
    ) -> None:
        before = self.person(crm, company)["no"]
        during, after = crm.code(), crm.code()
        new = {"type": "person", "name": "Cy", "company_no": company["no"]}
        rows = [
            {"no": during, **new},
            {"no": company["no"], "city": "Kampen"},
            {"no": after, **new},
            {"no": before, "job_title": "Baker"},
        ]
        content = "\n".join(map(json.dumps, rows)).encode()
        headers = {"Content-Type": "application/x-ndjson"}
        answer = ok(client.post("/v1/contacts/import", content=content, headers=headers))
        assert (answer["registered"], answer["changed"]) == (2, 2)
        for no in (before, during, after):
            person = ok(client.get(f"/v1/contacts/{no}"))
            assert (person["address"], person["city"]) == ("Dorpsstraat 1", "Kampen")
        again = ok(client.post("/v1/contacts/import", content=content, headers=headers))
        assert again["unchanged"] == 4


class TestCompanies:
    def test_a11_with_people_stay_companies(self, client: httpx.Client, crm: Crm) -> None:
        company = crm.contact()["no"]
        person = crm.contact(type="person", surname="Berg", company_no=company)["no"]
        path = f"/v1/contacts/{company}"
        problem = refused(client.patch(path, json={"type": "person"}), "conflict")
        assert person in problem["detail"]
        assert places(problem) == [["type"]]
        ok(client.patch(f"/v1/contacts/{person}", json={"company_no": None}))
        assert ok(client.patch(path, json={"type": "person"}))["company_no"] is None

    def test_a11_are_their_own_company_and_no_person_is(self, client: httpx.Client, crm: Crm) -> None:
        company, person = crm.code(), crm.code()
        itself = {"type": "company", "name": "Alder", "no": company, "company_no": company}
        assert ok(client.post("/v1/contacts", json=itself))["company_no"] == company
        private = {"type": "person", "name": "Bo", "no": person}
        wrong = client.post("/v1/contacts", json=private | {"company_no": person})
        assert places(refused(wrong, "invalid-request")) == [["company_no"]]
        crm.contact(**private | {"company_no": company})
        wrong = client.patch(f"/v1/contacts/{person}", json={"company_no": person})
        assert places(refused(wrong, "invalid-request")) == [["company_no"]]
        assert ok(client.get(f"/v1/contacts/{person}"))["company_no"] == company

    def test_a11_whose_people_come_in_the_same_file_stay_companies(
        self, client: httpx.Client, crm: Crm
    ) -> None:
        company, person = crm.contact()["no"], crm.code()
        rows = f"no,type,name,company_no\n{person},person,Bo,{company}\n{company},person,Alder,\n"
        answer = client.post("/v1/contacts/import", content=rows, headers={"Content-Type": "text/csv"})
        assert [row["line"] for row in ok(answer)["rejected"]] == [3]
        assert ok(client.get(f"/v1/contacts/{company}"))["type"] == "company"


class TestSalutations:
    def put(self, client: httpx.Client, crm: Crm, *formulas: dict[str, Any]) -> httpx.Response:
        body = {"description": "Mrs", "formulas": list(formulas)}
        return client.put(f"/v1/salutations/{crm.code()}", json=body)

    def test_have_a_formal_and_an_informal_formula_in_each_language(
        self, client: httpx.Client, crm: Crm
    ) -> None:
        formulas = [
            {"language_code": language, "type": kind, "text": "%1 %5", "names": ["job_title"] * 5}
            for language in (None, "NLD", "ENG")
            for kind in ("formal", "informal")
        ]
        code = crm.record("salutations", formulas=formulas)
        assert ok(client.get(f"/v1/salutations/{code}"))["formulas"] == formulas

    @pytest.mark.parametrize(
        ("formula", "place"),
        [
            ({"text": "Dear %2,", "names": ["surname"]}, ["formulas", 0, "names"]),
            ({"text": "Dear %1,"}, ["formulas", 0, "names"]),
            ({"text": "Dear %6,", "names": ["surname"] * 5}, ["formulas", 0, "text"]),
            ({"text": "x" * 51}, ["formulas", 0, "text"]),
            ({"text": "x", "names": ["surname"] * 6}, ["formulas", 0, "names"]),
            ({"text": "x", "names": ["shoe"]}, ["formulas", 0, "names", 0]),
            ({"text": "x", "type": "rude"}, ["formulas", 0, "type"]),
        ],
    )
    def test_name_what_is_wrong_with_a_formula(
        self, client: httpx.Client, crm: Crm, formula: dict[str, Any], place: list[str | int]
    ) -> None:
        assert places(refused(self.put(client, crm, formula), "invalid-request")) == [place]

    def test_have_no_two_formulas_of_one_kind_in_a_language(self, client: httpx.Client, crm: Crm) -> None:
        answer = self.put(client, crm, {"text": "Dear"}, {"text": "Hi", "type": "informal"}, {"text": "Sir"})
        assert places(refused(answer, "invalid-request")) == [["formulas", 2]]
