"""What contact, line, salesperson and own company come to in a letter (domain B12, B18.3, A11)."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

import msgspec
import pytest
from msgspec.structs import replace

from correspondence.fields import FIELDS, MergeData, canonical
from correspondence.letter import Company, LetterLine, mail_address, merge_data
from correspondence.salutations import salutation_text
from domain.code_tables import Salesperson, Salutation, SalutationFormula
from domain.contact import AlternativeAddress, Contact, DateRange
from domain.setup import OwnCompany

MARCH = date(2026, 3, 1)
WINTER = AlternativeAddress(
    "WINTER", address="Bergweg 9", city="Davos", country_code="CH", email="w@example.org"
)
ALDER = Contact(
    type="company",
    name="Alder B.V.",
    address="Dorpsstraat 1",
    post_code="8011 AA",
    city="Zwolle",
    country_code="NL",
)
ANNA = Contact(
    type="person",
    name="Anna van den Berg",
    first_name="Anna",
    middle_name="van den",
    surname="Berg",
    job_title="Director",
    company_no="CT1",
    address="Dorpsstraat 1",
    post_code="8011 AA",
    city="Zwolle",
    country_code="NL",
    email="anna@example.org",
    fax_no="038-1",
)


def block(contact: Contact, company: Contact | None = None, code: str | None = None) -> list[str]:
    return mail_address(contact, company, code, MARCH).lines("nl", "NL")


def moved(contact: Contact, **values: Any) -> Contact:
    return replace(contact, alternative_addresses=(replace(WINTER, **values),))


def test_there_are_48_fields_and_the_remarks() -> None:
    assert len(FIELDS) == 49
    assert [field.lower() for field in FIELDS] == list(MergeData.__struct_fields__[1:])


@pytest.mark.parametrize(
    ("written", "field"),
    [
        *[(name, field) for field, names in FIELDS.items() for name in (field, *names)],
        ("contact name", "Contact_Name"),
        ("CONTACT_NAME", "Contact_Name"),
        ("Contact_No.", "Contact_No"),
        ("Contact_No_", "Contact_No"),
        ("FaxMailTo", "Fax_Mail_To"),
        ("Contact E-Mail", "Contact_E_Mail"),
        ("Contact_Email", "Contact_E_Mail"),
        ("Bedrijf Btw-nr.", "Company_VAT_Registration_No"),
        ("Shoe_Size", None),
        ("", None),
    ],
)
def test_a_field_is_found_by_its_english_and_dutch_names_however_they_are_written(
    written: str, field: str | None
) -> None:
    assert canonical(written) == field


def test_no_name_stands_for_two_fields() -> None:
    names = [name for field, others in FIELDS.items() for name in (field, *others)]
    assert [canonical(name) for name in names] == [
        field for field, others in FIELDS.items() for _ in (field, *others)
    ]


def test_a_person_is_written_to_at_its_company_by_name() -> None:
    assert block(ANNA, ALDER) == ["Alder B.V.", "Anna van den Berg", "Dorpsstraat 1", "8011 AA Zwolle"]


def test_a_company_is_written_to_by_its_name_alone() -> None:
    assert block(ALDER) == ["Alder B.V.", "Dorpsstraat 1", "8011 AA Zwolle"]


def test_the_given_alternative_address_comes_first() -> None:
    assert block(moved(ANNA), ALDER, "WINTER") == [
        "Alder B.V.",
        "Anna van den Berg",
        "Bergweg 9",
        "Davos",
        "Zwitserland",
    ]
    assert block(moved(ALDER, company_name="Alder Alp"), None, "WINTER")[0] == "Alder Alp"


def test_a_person_at_its_companys_address_goes_where_the_company_is_on_that_day() -> None:
    in_march = moved(ALDER, date_ranges=(DateRange(date(2026, 2, 1), date(2026, 4, 1)),))
    in_may = moved(ALDER, date_ranges=(DateRange(date(2026, 5, 1)),))
    elsewhere = replace(ANNA, address="Eigen weg 3")
    assert "Bergweg 9" in block(ANNA, in_march)
    assert "Dorpsstraat 1" in block(ANNA, in_may)
    assert "Eigen weg 3" in block(elsewhere, in_march)


def test_a_person_without_an_address_is_written_to_at_the_companys() -> None:
    homeless = replace(ANNA, address=None, post_code=None, city=None, country_code=None)
    assert block(homeless, ALDER) == ["Alder B.V.", "Anna van den Berg", "Dorpsstraat 1", "8011 AA Zwolle"]


def test_an_alternative_address_with_only_an_email_address_leaves_the_own_one() -> None:
    assert "Dorpsstraat 1" in block(moved(ANNA, address=None, city=None, country_code=None), ALDER, "WINTER")


def salutation(
    text: str, *names: str, language: str | None = None, kind: Literal["formal", "informal"] = "formal"
) -> Salutation:
    return Salutation(formulas=(SalutationFormula(text, kind, language, names),))


def said(formulas: Salutation, contact: Contact = ANNA, language: str | None = "NL") -> str | None:
    return salutation_text(formulas, "formal", language, contact, "Alder B.V.")


@pytest.mark.parametrize(
    ("text", "names", "contact", "expected"),
    [
        ("Dear %1 %2,", ("job_title", "surname"), ANNA, "Dear Director Berg,"),
        ("Dear %1 %2,", ("job_title", "surname"), replace(ANNA, job_title=None), "Dear Berg,"),
        ("Dear %1 %2,", ("job_title", "surname"), replace(ANNA, surname=None), "Dear Director,"),
        ("Dear %1 %2,", ("job_title", "surname"), replace(ANNA, surname=None, job_title=None), "Dear,"),
        ("%2 %1 of %3", ("first_name", "surname", "company_name"), ANNA, "Berg Anna of Alder B.V."),
        ("Dear %1 %5,", ("first_name",), ANNA, "Dear Anna,"),
        ("%1 %1", ("first_name",), ANNA, "Anna Anna"),
        ("%1 100 % sure, %9", ("first_name",), ANNA, "Anna 100 % sure, %9"),
        ("Dear %1", ("first_name",), replace(ANNA, first_name="%2"), "Dear %2"),
    ],
)
def test_an_empty_part_of_the_name_goes_with_the_blank_behind_it(
    text: str, names: tuple[str, ...], contact: Contact, expected: str
) -> None:
    assert said(salutation(text, *names), contact) == expected


def test_the_formula_without_language_helps_out() -> None:
    assert said(salutation("Beste", language="NL")) == "Beste"
    assert said(salutation("Dear"), language="NL") == "Dear"
    assert said(salutation("Dear", language="EN"), language="NL") is None
    assert said(salutation("Dear", kind="informal")) is None


def test_a_letter_has_the_values_of_contact_line_salesperson_and_own_company() -> None:
    both = Salutation(
        formulas=(
            SalutationFormula("Geachte mevrouw %1 %2,", "formal", "NL", ("middle_name", "surname")),
            SalutationFormula("Beste %1,", "informal", "NL", ("first_name",)),
        )
    )
    line = LetterLine(
        entry_no=7,
        date=MARCH,
        description="Spring letter",
        subject="Spring",
        campaign_no="CP1",
        segment_no="SM1",
        correspondence_type="email",
        salesperson_code="SL",
        remarks="See you",
    )
    data = merge_data(
        "CT2",
        ANNA,
        line,
        company=Company("CT1", ALDER),
        salesperson=Salesperson(name="Sara Lind", email="sara@example.org"),
        own_company=OwnCompany(name="Wij", country_code="NL", bank_name="Bank"),
        salutation=both,
        default_language_code="NL",
    )
    expected = {
        "Entry_No": 7,
        "Contact_No": "CT2",
        "Contact_Name": "Anna van den Berg",
        "Contact_Company_Name": "Alder B.V.",
        "Contact_Country_Name": "Nederland",
        "Contact_Mail_Address": "Alder B.V.\nAnna van den Berg\nDorpsstraat 1\n8011 AA Zwolle",
        "Formal_Salutation": "Geachte mevrouw van den Berg,",
        "Informal_Salutation": "Beste Anna,",
        "Salesperson_Code": "SL",
        "Salesperson_Name": "Sara Lind",
        "Document_Date": MARCH,
        "Document_Segment_No": "SM1",
        "Company_Name": "Wij",
        "Company_Bank_Name": "Bank",
        "Fax_Mail_To": "anna@example.org",
        "Remarks": "See you",
    }
    assert {name: data.values()[name] for name in expected} == expected
    assert data.language_code == "NL"
    assert msgspec.json.decode(msgspec.json.encode(data), type=MergeData) == data


@pytest.mark.parametrize(
    ("kind", "code", "target"),
    [
        ("email", None, "anna@example.org"),
        ("email", "WINTER", "w@example.org"),
        ("fax", None, "038-1"),
        ("fax", "WINTER", "038-1"),
        ("hard_copy", "WINTER", None),
    ],
)
def test_a_letter_goes_to_the_alternative_address_first(
    kind: Literal["email", "fax", "hard_copy"], code: str | None, target: str | None
) -> None:
    line = LetterLine(correspondence_type=kind, alternative_address_code=code)
    assert merge_data("CT2", moved(ANNA), line).fax_mail_to == target
