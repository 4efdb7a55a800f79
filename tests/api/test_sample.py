"""The sample contacts: the shipped file, and what every run of the script promises."""

import csv
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import api.sample
from api.sample.contacts import CSV_COLUMNS, Contact, main, sample_contacts, to_csv_row, write_ndjson
from api.sample.setup import SETUP

SHIPPED = Path(api.sample.__file__).with_name("contacts.csv")
COUNT = 10_000
LENGTHS = {
    "no": 20,
    "name": 100,
    "first_name": 30,
    "middle_name": 30,
    "surname": 30,
    "initials": 30,
    "job_title": 30,
    "phone_no": 30,
    "mobile_phone_no": 30,
    "email": 80,
    "home_page": 80,
    "address": 100,
    "city": 30,
    "post_code": 20,
}
REFERENCES = {
    "salesperson_code": "salespeople",
    "territory_code": "territories",
    "salutation_code": "salutations",
    "organizational_level_code": "organizational-levels",
    "mailing_groups": "mailing-groups",
    "industry_groups": "industry-groups",
    "job_responsibilities": "job-responsibilities",
}
PERSON_FIELDS = ("first_name", "middle_name", "surname", "initials", "job_title", "organizational_level_code")


@pytest.fixture(scope="module")
def contacts() -> list[Contact]:
    return list(sample_contacts(COUNT))


def rows(contact: Contact, field: str) -> list[dict[str, object]]:
    value = contact[field]
    assert isinstance(value, list)
    return value


def codes(table: str) -> set[object]:
    return {row["code"] for row in SETUP[table]}


def values(contacts: list[Contact], field: str) -> Iterator[object]:
    for contact in contacts:
        value = contact[field]
        yield from value if isinstance(value, list) else [value]


def share(contacts: list[Contact], **fields: object) -> float:
    return sum(all(contact[name] == value for name, value in fields.items()) for contact in contacts) / len(
        contacts
    )


class TestShippedFile:
    def test_is_what_the_script_writes(self, tmp_path: Path) -> None:
        main(["--count", str(COUNT), "--format", "csv", str(tmp_path / "contacts.csv")])

        assert (tmp_path / "contacts.csv").read_bytes() == SHIPPED.read_bytes()

    def test_has_a_header_of_field_names_and_unix_line_ends(self) -> None:
        content = SHIPPED.read_bytes()

        assert content.startswith(",".join(CSV_COLUMNS).encode() + b"\n")
        assert b"\r" not in content
        assert len(content) < 3_000_000

    def test_reads_back_as_the_contacts(self, contacts: list[Contact]) -> None:
        with SHIPPED.open(encoding="utf-8", newline="") as file:
            read = list(csv.reader(file))[1:]

        assert read == [to_csv_row(contact) for contact in contacts]


class TestSampleContacts:
    def test_same_seed_gives_the_same_contacts_and_another_seed_others(self) -> None:
        assert list(sample_contacts(50, seed=1)) == list(sample_contacts(50, seed=1))
        assert list(sample_contacts(50, seed=1)) != list(sample_contacts(50, seed=2))

    def test_fewer_contacts_are_the_first_of_more(self, contacts: list[Contact]) -> None:
        assert list(sample_contacts(1_000)) == contacts[:1_000]

    def test_numbers_are_unique_and_in_order(self, contacts: list[Contact]) -> None:
        numbers = [str(contact["no"]) for contact in contacts]

        assert numbers[0] == "CT00001"
        assert numbers == sorted(set(numbers))

    def test_numbers_grow_wider_with_the_count(self) -> None:
        assert next(sample_contacts(99_999))["no"] == "CT00001"
        assert next(sample_contacts(1_000_000))["no"] == "CT0000001"

    def test_a_company_comes_before_its_people(self, contacts: list[Contact]) -> None:
        companies: set[object] = {None}
        for contact in contacts:
            if contact["type"] == "company":
                companies.add(contact["no"])
            assert contact["company_no"] in companies

    def test_shares_are_about_as_promised(self, contacts: list[Contact]) -> None:
        assert share(contacts, type="company") == pytest.approx(0.35, abs=0.02)
        assert share(contacts, type="person", company_no=None) == pytest.approx(0.10, abs=0.02)
        assert share(contacts, salesperson_code=None) == pytest.approx(0.40, abs=0.03)
        assert share(contacts, exclude_from_segment=True) == pytest.approx(0.02, abs=0.01)
        assert share(contacts, privacy_blocked=True) == pytest.approx(0.01, abs=0.007)
        assert share(contacts, alternative_addresses=[]) == pytest.approx(0.99, abs=0.007)

    def test_everyone_in_the_north_has_a_salesperson(self, contacts: list[Contact]) -> None:
        north = [contact for contact in contacts if contact["territory_code"] == "NOORD"]

        assert len(north) > 500
        assert all(contact["salesperson_code"] for contact in north)

    def test_companies_and_persons_each_have_their_own_fields(self, contacts: list[Contact]) -> None:
        for contact in contacts:
            if contact["type"] == "company":
                assert contact["name"]
                assert not any(contact[field] for field in (*PERSON_FIELDS, "job_responsibilities"))
            else:
                assert contact["first_name"]
                assert contact["surname"]
                assert not any(contact[field] for field in ("name", "industry_groups", "business_relations"))

    def test_nobody_wants_e_mail_without_an_address(self, contacts: list[Contact]) -> None:
        assert {contact["correspondence_type"] for contact in contacts} == {None, "hard_copy", "email"}
        assert all(contact["email"] for contact in contacts if contact["correspondence_type"] == "email")

    def test_e_mail_addresses_are_unique_and_at_example_domains(self, contacts: list[Contact]) -> None:
        addresses = [str(email) for email in values(contacts, "email") if email]

        assert len(addresses) == len(set(addresses))
        assert all(
            re.fullmatch(r"[a-z0-9]+(\.[a-z0-9]+)+@example\.(org|com|net)", email) for email in addresses
        )

    @pytest.mark.parametrize(("field", "length"), LENGTHS.items())
    def test_texts_are_no_longer_than_their_fields(
        self, contacts: list[Contact], field: str, length: int
    ) -> None:
        for value in values(contacts, field):
            assert value is None or 0 < len(str(value)) <= length

    def test_alternative_addresses_start_before_they_end(self, contacts: list[Contact]) -> None:
        for contact in contacts:
            for address in rows(contact, "alternative_addresses"):
                ranges = address["date_ranges"]
                assert isinstance(ranges, list)
                assert ranges
                assert all(
                    period["ending_date"] is None or period["starting_date"] <= period["ending_date"]
                    for period in ranges
                )


class TestNames:
    @pytest.mark.parametrize("letter", "äëéïöüßåłńó")
    def test_have_letters_with_accents(self, contacts: list[Contact], letter: str) -> None:
        assert any(
            letter in f"{contact['name']} {contact['first_name']} {contact['surname']}"
            for contact in contacts
        )

    def test_have_apostrophes(self, contacts: list[Contact]) -> None:
        assert "O'Neill" in values(contacts, "surname")
        assert "'s-Hertogenbosch" in values(contacts, "city")

    def test_have_hyphens_and_particles(self, contacts: list[Contact]) -> None:
        assert {"van", "de", "van der", "van den", "van 't"} <= set(values(contacts, "middle_name"))
        assert any("-" in str(surname) for surname in values(contacts, "surname"))

    def test_have_long_companies(self, contacts: list[Contact]) -> None:
        assert sum(len(str(name)) > 80 for name in values(contacts, "name")) >= 20
        assert max(len(str(name)) for name in values(contacts, "name")) >= 95


class TestSetup:
    @pytest.mark.parametrize(("field", "table"), REFERENCES.items())
    def test_holds_every_code_in_use(self, contacts: list[Contact], field: str, table: str) -> None:
        assert set(values(contacts, field)) - {None} == codes(table)

    def test_holds_every_business_relation(self, contacts: list[Contact]) -> None:
        used = {row["code"] for contact in contacts for row in rows(contact, "business_relations")}

        assert used == codes("business-relations")

    def test_profile_answers_are_lines_that_are_answers(self, contacts: list[Contact]) -> None:
        answers = {
            (questionnaire["code"], line["line_no"])
            for questionnaire in SETUP["profile-questionnaires"]
            for line in rows(questionnaire, "lines")
            if line["type"] == "answer"
        }
        used = {tuple(row.values()) for contact in contacts for row in rows(contact, "profile_answers")}

        assert used == answers

    def test_salutations_have_both_formulas_in_every_language_of_a_contact(
        self, contacts: list[Contact]
    ) -> None:
        languages = set(values(contacts, "language_code"))
        for salutation in SETUP["salutations"]:
            formulas = rows(salutation, "formulas")
            assert {(formula["language_code"], formula["type"]) for formula in formulas} == {
                (language, kind) for language in languages for kind in ("formal", "informal")
            }
            for formula in formulas:
                names = formula["names"]
                assert isinstance(names, list)
                assert str(formula["text"]).count("%") == len(names)
                assert len(str(formula["text"])) <= 50

    def test_templates_are_of_groups_that_exist(self) -> None:
        used = {template["interaction_group_code"] for template in SETUP["interaction-templates"]}

        assert used == codes("interaction-groups")

    @pytest.mark.parametrize("table", SETUP)
    def test_codes_are_short_and_upper_case(self, table: str) -> None:
        assert all(re.fullmatch(r"[A-Z]{1,10}", str(code)) for code in codes(table))
        assert len(codes(table)) == len(SETUP[table])


class TestToCsvRow:
    def test_writes_lists_booleans_and_blanks(self) -> None:
        contact: Contact = {
            **dict.fromkeys(CSV_COLUMNS),
            "no": "CT1",
            "exclude_from_segment": True,
            "privacy_blocked": False,
            "mailing_groups": ["KERST", "NIEUWSBR"],
            "business_relations": [
                {"code": "KLANT", "link_to_table": "customer", "no": "K1"},
                {"code": "LEVERANC", "link_to_table": "vendor", "no": "L1"},
            ],
            "profile_answers": [{"questionnaire_code": "BEDRIJF", "line_no": 20_000}],
        }

        cells = dict(zip(CSV_COLUMNS, to_csv_row(contact), strict=True))

        assert {column: cell for column, cell in cells.items() if cell} == {
            "no": "CT1",
            "exclude_from_segment": "true",
            "privacy_blocked": "false",
            "mailing_groups": "KERST;NIEUWSBR",
            "business_relations": "KLANT:customer:K1;LEVERANC:vendor:L1",
            "profile_answers": "BEDRIJF:20000",
        }


class TestWriteNdjson:
    def test_writes_a_line_for_each_contact_without_blanks(self, tmp_path: Path) -> None:
        write_ndjson(tmp_path / "contacts.ndjson", 500)

        lines = (tmp_path / "contacts.ndjson").read_text(encoding="utf-8").splitlines()
        assert [json.loads(line) for line in lines] == [
            {field: value for field, value in contact.items() if value not in (None, [])}
            for contact in sample_contacts(500)
        ]
        assert any("alternative_addresses" in line for line in lines)

    def test_is_chosen_on_the_command_line(self, tmp_path: Path) -> None:
        main(["--count", "3", "--format", "ndjson", str(tmp_path / "contacts.ndjson")])

        assert (tmp_path / "contacts.ndjson").read_text(encoding="utf-8").count("\n") == 3
