"""Makes the sample contacts: companies and persons from pools of names and a seed.

The same count and seed always give the same contacts, so a demonstration, a test and a benchmark can speak of
CT00042 and mean the same one. Nobody real is meant: names are combined at random, e-mail addresses and home
pages are at example.org, example.com and example.net, and telephone numbers lie where nobody has one. Street,
post code, city and territory are drawn independently and do not agree: no test of address checks for them.

`python -m api.sample.contacts --count 10000 --format csv FILE` writes a file for `POST /v1/contacts/import`;
the code tables that have to be there first are in `api.sample.setup`.
"""

import argparse
import csv
import json
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from random import Random
from typing import NamedTuple, TypeVar

from api.sample.pools import COUNTRIES, ROLES, Country, Surname, countries
from api.sample.setup import SETUP, Row

T = TypeVar("T")
Contact = dict[str, object]

DEFAULT_SEED = 2017
COMPANY_SHARE, PERSON_SHARE = 0.35, 0.55
# The demonstration logs a segment on this territory, which needs a salesperson on every contact.
STAFFED_TERRITORY = "NOORD"
SALESPERSON_ELSEWHERE = 0.53
COMPANIES_HIRING = 256
HABITS = 2_000

LIST_COLUMNS = ("mailing_groups", "industry_groups", "job_responsibilities")
CSV_COLUMNS = (
    *("no", "type", "name", "first_name", "middle_name", "surname", "initials", "job_title", "company_no"),
    *("salesperson_code", "language_code", "territory_code", "country_code", "address", "post_code", "city"),
    *("phone_no", "mobile_phone_no", "email", "home_page", "correspondence_type", "salutation_code"),
    *("organizational_level_code", "exclude_from_segment", "privacy_blocked", *LIST_COLUMNS),
    *("business_relations", "profile_answers"),
)
_BLANK: Contact = dict.fromkeys((*CSV_COLUMNS, "alternative_addresses"))


_DOMAINS = ("example.org", "example.com", "example.net")
# Repeated members are the likelier ones.
_MAILING_GROUPS: Sequence[list[str]] = (
    *([], [], [], ["NIEUWSBR"], ["NIEUWSBR"], ["KERST"], ["KERST", "NIEUWSBR"], ["CATALOGUS"]),
    *(["BEURS", "NIEUWSBR"], ["CATALOGUS", "KERST", "RELATIEDAG"], ["RELATIEDAG"]),
)
_INDUSTRY_GROUPS: Sequence[list[str]] = (
    *([], ["AGRARISCH"], ["BOUW"], ["BOUW"], ["HANDEL"], ["HANDEL"], ["ICT"], ["INDUSTRIE"], ["OVERHEID"]),
    *(["TRANSPORT"], ["ZORG"], ["HANDEL", "TRANSPORT"], ["AGRARISCH", "INDUSTRIE"]),
)
_BUSINESS_RELATIONS: Sequence[list[tuple[str, str]]] = (
    *([], [], [], [("KLANT", "customer")], [("KLANT", "customer")], [("LEVERANC", "vendor")]),
    *([("KLANT", "customer"), ("LEVERANC", "vendor")], [("BANK", "bank_account")]),
)
_COMPANY_ANSWERS = ((), (), (), (20_000,), (30_000,), (30_000, 80_000), (40_000, 70_000), (50_000, 70_000))
_PERSON_ANSWERS = ((), (), (), (20_000,), (30_000,), (40_000, 80_000), (20_000, 60_000), (70_000,))
_ALTERNATIVE_PERIODS = (
    ("ZOMER", (("2026-06-01", "2026-08-31"), ("2027-06-01", "2027-08-31"))),
    ("WINTER", (("2026-11-15", "2027-02-28"),)),
    ("VERHUIZING", (("2026-09-01", None),)),
)
_CORRESPONDENCE_TYPES = (None, "hard_copy", "email", "email")
# Most streets are short.
_HOUSE_NUMBERS = (*range(1, 41), *range(1, 41), *range(1, 41), *range(1, 161))
_TEAM_SIZES = (1, 1, 1, 1, 2, 2, 4, 12)


class _Habits(NamedTuple):
    """How a contact is reached, drawn beforehand: one draw then does for eight."""

    has_phone: bool
    has_mobile: bool
    domain: str | None
    correspondence_type: str | None
    exclude_from_segment: bool
    privacy_blocked: bool
    mailing_groups: list[str]
    moves: bool


def _drawing(random: Random, pool: Sequence[T]) -> Callable[[], T]:
    """Draws from the pool, by the block: that takes less than half the time of `Random.choice`."""

    def endless() -> Iterator[T]:
        while True:
            yield from random.choices(pool, k=512)

    return endless().__next__


class _Local:
    """What one run draws in one country."""

    def __init__(self, country: Country, random: Random) -> None:
        self.code, self.language, self.layout = country.code, country.language, country.address
        self.territory = _drawing(random, country.territories)
        self.given_name = _drawing(random, country.given_names)
        self.surname = _drawing(random, country.surnames)
        self.street = _drawing(random, country.streets)
        self.house_number = _drawing(random, _HOUSE_NUMBERS)
        self.city = _drawing(random, country.cities)
        self.post_code = _drawing(random, country.post_codes)
        self.company = _drawing(random, country.companies)
        self.phone = _drawing(random, country.phones)
        self.mobile = _drawing(random, country.mobiles)

    def place(self) -> Contact:
        return {
            "address": self.layout % {"street": self.street(), "number": self.house_number()},
            "post_code": self.post_code(),
            "city": self.city(),
        }


class _Employer(NamedTuple):
    no: str
    local: _Local
    settled: Contact


class _Sampler:
    """One run: the random numbers, and the companies that still take on people."""

    def __init__(self, seed: int) -> None:
        random = Random(seed)
        self.random = random.random
        self.hiring: deque[_Employer] = deque(maxlen=COMPANIES_HIRING)
        self.alternative_periods = _drawing(random, _ALTERNATIVE_PERIODS)
        self.business_relations = _drawing(random, _BUSINESS_RELATIONS)
        self.company_answers = _drawing(random, _COMPANY_ANSWERS)
        self.correspondence_type = _drawing(random, _CORRESPONDENCE_TYPES)
        self.domain = _drawing(random, _DOMAINS)
        self.industry_groups = _drawing(random, _INDUSTRY_GROUPS)
        self.mailing_groups = _drawing(random, _MAILING_GROUPS)
        self.person_answers = _drawing(random, _PERSON_ANSWERS)
        self.role = _drawing(random, ROLES)
        self.salesperson = _drawing(random, [row["code"] for row in SETUP["salespeople"]])
        self.team_size = _drawing(random, _TEAM_SIZES)
        locals_ = [_Local(country, random) for country in countries()]
        self.local = _drawing(random, [local for local in locals_ for _ in range(COUNTRIES[local.code][1])])
        self.company_habits = _drawing(random, [self.habits(phone=0.95, mobile=0.1) for _ in range(HABITS)])
        self.person_habits = _drawing(random, [self.habits(phone=0.7, mobile=0.6) for _ in range(HABITS)])

    def habits(self, phone: float, mobile: float) -> _Habits:
        domain = self.domain() if self.random() < 0.88 else None
        correspondence_type = self.correspondence_type()
        return _Habits(
            has_phone=self.random() < phone,
            has_mobile=self.random() < mobile,
            domain=domain,
            # Logging refuses a contact that wants e-mail and has no address.
            correspondence_type="hard_copy"
            if domain is None and correspondence_type
            else correspondence_type,
            exclude_from_segment=self.random() < 0.02,
            privacy_blocked=self.random() < 0.01,
            mailing_groups=self.mailing_groups(),
            moves=self.random() < 0.01,
        )

    def contact(self, index: int, no: str) -> Contact:
        share = self.random()
        if share < COMPANY_SHARE or not self.hiring:
            return self.company(index, no)
        if share < COMPANY_SHARE + PERSON_SHARE:
            employer = self.hiring[int(self.random() * len(self.hiring))]
            return self.person(index, no, employer.local, employer.settled, employer.no)
        local = self.local()
        return self.person(index, no, local, self.settled(local), None)

    def settled(self, local: _Local) -> Contact:
        """Where a contact is and who looks after it; people share this with their company."""
        territory = local.territory()
        staffed = territory == STAFFED_TERRITORY or self.random() < SALESPERSON_ELSEWHERE
        return {
            "salesperson_code": self.salesperson() if staffed else None,
            "language_code": local.language if self.random() < 0.97 else "ENG",
            "territory_code": territory,
            "country_code": local.code,
            **local.place(),
        }

    def reached(self, local: _Local, habits: _Habits, slug: str, index: int) -> Contact:
        return {
            "phone_no": self.number(*local.phone()) if habits.has_phone else None,
            "mobile_phone_no": self.number(*local.mobile()) if habits.has_mobile else None,
            # The index makes the address nobody else's.
            "email": f"{slug}.{index}@{habits.domain}" if habits.domain else None,
            "correspondence_type": habits.correspondence_type,
            "exclude_from_segment": habits.exclude_from_segment,
            "privacy_blocked": habits.privacy_blocked,
            "mailing_groups": habits.mailing_groups.copy(),
            "alternative_addresses": [self.alternative(local)] if habits.moves else [],
        }

    def number(self, head: str, scale: int) -> str:
        return f"{head}{int((1 + 9 * self.random()) * scale)}"

    def alternative(self, local: _Local) -> Row:
        code, periods = self.alternative_periods()
        ranges = [{"starting_date": start, "ending_date": end} for start, end in periods]
        return {"code": code, **local.place(), "country_code": local.code, "date_ranges": ranges}

    def company(self, index: int, no: str) -> Contact:
        local = self.local()
        settled = self.settled(local)
        name, slug = local.company()
        self.hiring.extend([_Employer(no, local, settled)] * self.team_size())
        return {
            **_BLANK,
            "no": no,
            "type": "company",
            "name": name,
            **settled,
            "home_page": f"https://www.{self.domain()}/{slug}" if self.random() < 0.6 else None,
            "salutation_code": "BEDRIJF",
            **self.reached(local, self.company_habits(), slug, index),
            "industry_groups": self.industry_groups().copy(),
            "job_responsibilities": [],
            "business_relations": [
                {"code": code, "link_to_table": table, "no": f"{code[0]}{index:05d}"}
                for code, table in self.business_relations()
            ],
            "profile_answers": _answers("BEDRIJF", self.company_answers()),
        }

    def person(self, index: int, no: str, local: _Local, settled: Contact, company_no: str | None) -> Contact:
        salutation, given = local.given_name()
        surname = local.surname()
        role = self.role() if company_no and self.random() < 0.9 else None
        return {
            **_BLANK,
            "no": no,
            "type": "person",
            "first_name": given.name,
            "middle_name": surname.particle,
            "surname": surname.name if self.random() > 0.04 else _married(surname, local.surname()),
            "initials": given.initials,
            "job_title": role.titles[local.language] if role else None,
            "company_no": company_no,
            **settled,
            "salutation_code": salutation if self.random() < 0.95 else "ONBEKEND",
            "organizational_level_code": role.level if role else None,
            **self.reached(local, self.person_habits(), f"{given.slug}.{surname.slug}", index),
            "industry_groups": [],
            "job_responsibilities": [role.responsibility] if role else [],
            "business_relations": [],
            "profile_answers": _answers("PERSOON", self.person_answers()),
        }


def _married(surname: Surname, other: Surname) -> str:
    """Some carry two names: "Jansen-de Vries"."""
    both = f"{surname.name}-{f'{other.particle} ' if other.particle else ''}{other.name}"
    return both if len(both) <= 30 else surname.name


def _answers(questionnaire: str, lines: Sequence[int]) -> list[Row]:
    return [{"questionnaire_code": questionnaire, "line_no": line_no} for line_no in lines]


def sample_contacts(count: int, seed: int = DEFAULT_SEED) -> Iterator[Contact]:
    """The fields of the contact resource, `company_no` always of a company yielded before.

    Numbers are as wide as the last one needs, five digits at least, so they sort in the order they are made.
    """
    width = max(5, len(str(count)))
    sampler = _Sampler(seed)
    for index in range(1, count + 1):
        yield sampler.contact(index, f"CT{index:0{width}d}")


# --- Files ----------------------------------------------------------------------------------------


def to_csv_row(contact: Contact) -> list[str]:
    """The cells of `CSV_COLUMNS`. Alternative addresses have no place in a row; NDJSON carries them."""
    return [_cell(contact[column]) for column in CSV_COLUMNS]


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ";".join(
            ":".join(map(str, item.values())) if isinstance(item, dict) else item for item in value
        )
    return str(value)


def write_csv(path: Path | str, count: int, seed: int = DEFAULT_SEED) -> None:
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(CSV_COLUMNS)
        writer.writerows(map(to_csv_row, sample_contacts(count, seed)))


def write_ndjson(path: Path | str, count: int, seed: int = DEFAULT_SEED) -> None:
    """One contact a line, without the fields it leaves blank."""
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        for contact in sample_contacts(count, seed):
            filled = {field: value for field, value in contact.items() if value is not None and value != []}
            file.write(json.dumps(filled, ensure_ascii=False) + "\n")


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="Write a file of sample contacts.")
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=DEFAULT_SEED)
    parser.add_argument("--format", choices=("csv", "ndjson"), default="csv")
    parser.add_argument("file", type=Path)
    options = parser.parse_args(arguments)
    write = write_csv if options.format == "csv" else write_ndjson
    write(options.file, options.count, options.seed)


if __name__ == "__main__":
    main()
