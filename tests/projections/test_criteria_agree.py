"""The same criteria in SQL and in Python, on 10,000 contacts with rows of every table, in the real tables.

And the same action, in numbers and as it is carried out.
"""

from __future__ import annotations

import json
import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import psycopg
import pytest
from psycopg import sql
from psycopg.rows import dict_row, tuple_row

from application.selecting import Preview
from domain.contact_set import ContactSet
from domain.criteria import TABLES, ContactFacts, criteria_match, parse_criteria
from domain.field_type import Enumeration, FieldType
from domain.segment.events import CriteriaApplied, CriteriaOptions, Exclusion
from domain.segment.selection import Criteria
from projections.contacts import Contacts
from projections.contacts.canceled_pages import cancel
from projections.criteria_sql import Parameters, compile_criteria
from projections.selection import SAMPLE
from tests.projections.conftest import ANN, Desk
from tests.projections.filter_terms import WORK_DATE, terms_on, values_of

CONTACTS, COMPANIES, TRADERS = 10_000, 2_500, 300
CRITERIA, PREVIEWS = 500, 300
SEED = 20261124

Row = dict[str, Any]

OF_CONTACT = ("mailing_group", "job_responsibility", "profile_answer")
OF_COMPANY = ("industry_group", "business_relation")
LINKS = ["Customer", "VENDOR", "customer", "vendor", "Bank Account", None]
WHOLE = {"duration_minutes": [0, 5, 90], "line_no": [-1, 0, 1, 10_000]}
"""Fields whose columns hold whole numbers that are not as large as the filters on them may be."""


class World:
    """Random contacts and what belongs to them, as rows of the tables and as facts for Python."""

    def __init__(self, seed: int, mandatory: Mapping[str, set[str]]) -> None:
        self.random = random.Random(seed)
        self.mandatory = mandatory
        self.rows: dict[str, list[Row]] = defaultdict(list)
        self.facts: dict[int, ContactFacts] = {}
        contacts = [self._contact(key) for key in range(1, CONTACTS + 1)]
        self.rows["contact"] = contacts
        for contact in contacts:
            self._belongings(contact)
        for number in range(CONTACTS):
            self._interaction(number + 1, contacts)
        for number in range(CONTACTS // 2):
            self._value_entry(number + 1, contacts)
        self._gather()

    def _values(self, table: str) -> Row:
        """A row with a random value in every field, blank where it may be."""
        return {
            name: self._value(name, field_type, name not in self.mandatory[table])
            for name, field_type in TABLES[table].items()
        }

    def _value(self, name: str, field_type: FieldType, may_be_blank: bool) -> Any:
        if may_be_blank and self.random.random() < 0.3:
            return None
        return self.random.choice(WHOLE.get(name) or values_of(field_type))

    def _contact(self, key: int) -> Row:
        person = key > COMPANIES
        company = key if not person else self.random.choice([None, *[self.random.randint(1, COMPANIES)] * 4])
        return self._values("contact") | {
            "key": key,
            "no": number_of(key),
            "type": "person" if person else "company",
            "company_key": company,
            "company_no": None if company is None else number_of(company),
            "version": 1,
            "has_alternative_address": False,
        }

    def _belongings(self, contact: Row) -> None:
        tables = OF_CONTACT if contact["type"] == "person" else ("mailing_group", *OF_COMPANY)
        for table in tables:
            found = {tuple(row.values()): row for row in (self._values(table) for _ in range(2))}
            for row in list(found.values())[: self.random.randint(0, 2)]:
                if table == "business_relation":
                    row |= {"link_to_table": self.random.choice(LINKS), "no": self._trader()}
                self.rows[table].append(row | {"contact_key": contact["key"]})

    def _trader(self) -> str:
        return f"T{self.random.randint(1, TRADERS)}"

    def _interaction(self, number: int, contacts: list[Row]) -> None:
        contact = self.random.choice(contacts)
        moved = self.random.random() < 0.1  # the person was at another company, or at none, by then
        company = self.random.choice([*contacts[:5], None]) if moved else contact
        self.rows["interaction_log_entry"].append(
            self._values("interaction_log_entry")
            | {
                "entry_no": number,
                "contact_no": contact["no"],
                "contact_company_no": company and company["company_no"],
                "postponed": self.random.random() < 0.2,
            }
        )

    def _value_entry(self, number: int, contacts: list[Row]) -> None:
        self.rows["value_entry"].append(
            self._values("value_entry")
            | {
                "entry_no": number,
                "identity": number.to_bytes(16, "big"),
                "position": 1,
                "source_type": self.random.choice(["customer", "vendor"]),
                "source_no": self._trader(),
                "contact_no": None,
            }
        )

    def _gather(self) -> None:
        """The facts of each contact, found without the joins that are tested."""
        owned: dict[str, dict[Any, list[Row]]] = {
            table: grouped(self.rows[table], "contact_key") for table in OF_CONTACT + OF_COMPANY
        }
        interactions = grouped(self.rows["interaction_log_entry"], "contact_no", "contact_company_no")
        sold = grouped(self.rows["value_entry"], "source_type", "source_no")
        people = grouped(self.rows["contact"], "company_key")
        for contact in self.rows["contact"]:
            key, company = contact["key"], contact["company_key"]
            relations = owned["business_relation"].get(company, [])
            entries = [
                entry
                for relation in relations
                for entry in sold.get(((relation["link_to_table"] or "").lower(), relation["no"]), [])
            ]
            if contact["type"] == "company" and key == company:
                for entry in entries:  # documents name somebody of the company, mostly
                    entry["contact_no"] = self.random.choice([None, *(p["no"] for p in people[company])])
            self.facts[key] = {
                "contact": [contact],
                "interaction_log_entry": interactions.get((contact["no"], contact["company_no"]), []),
                "value_entry": entries,
                **{table: owned[table].get(key, []) for table in OF_CONTACT},
                **{table: owned[table].get(company, []) for table in OF_COMPANY},
            }


def number_of(key: int) -> str:
    return f"CT{key:05}"


def grouped(rows: Iterable[Row], *names: str) -> dict[Any, list[Row]]:
    found: dict[Any, list[Row]] = defaultdict(list)
    for row in rows:
        found[row[names[0]] if len(names) == 1 else tuple(row[name] for name in names)].append(row)
    return found


class Questions:
    """Random criteria on a world: every table and field, every form of the language, any, all and not."""

    def __init__(self, world: World) -> None:
        self.random = world.random
        self.asked: set[tuple[str, str]] = set()
        self._terms = {
            (table, name): terms_on(field_type, self._some_of(world.rows[table], name, field_type))
            for table, fields in TABLES.items()
            for name, field_type in fields.items()
        }

    def _some_of(self, rows: list[Row], name: str, field_type: FieldType) -> list[Any]:
        """Numbers and other values that only this column has."""
        if isinstance(field_type, Enumeration) or field_type == FieldType.BOOLEAN:
            return []
        others = sorted({row[name] for row in rows} - {None} - set(values_of(field_type)))
        return self.random.sample(others, min(4, len(others)))

    def filters(self, depth: int = 0) -> dict[str, Any]:
        choice = self.random.random()
        if depth == 2 or choice < 0.45:
            return self._table()
        several = [self.filters(depth + 1) for _ in range(self.random.randint(1, 3))]
        if choice < 0.6:
            return {"any": several}
        if choice < 0.7:
            return {"all": several}
        if choice < 0.85:
            return {"not": several[0]}
        return self._table() | several[0]

    def _table(self) -> dict[str, Any]:
        table = self.random.choice(list(TABLES))
        fields = list(TABLES[table])
        names = self.random.sample(fields, min(len(fields), self.random.choice([1, 1, 1, 2, 3])))
        self.asked.update((table, name) for name in names)
        return {table: {name: self._expression(table, name) for name in names}}

    def _expression(self, table: str, name: str) -> str:
        terms = self._terms[table, name]
        return "|".join(
            "&".join(self.random.choices(terms, k=self.random.choice([1, 1, 1, 2, 3])))
            for _ in range(self.random.choice([1, 1, 2, 4]))
        )


def load(connection: psycopg.Connection[Row], world: World) -> None:
    """The world in the tables."""
    connection.execute("CREATE TABLE others PARTITION OF recorded_interaction DEFAULT")
    entries = world.rows["interaction_log_entry"]
    with connection.cursor(row_factory=tuple_row) as plain:
        cancel(plain, np.array([row["entry_no"] for row in entries if row["canceled"]], dtype=np.int64))
    for table, rows in world.rows.items():
        columns = [name for name in rows[0] if (table, name) != ("interaction_log_entry", "canceled")]
        statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
            sql.Identifier(written_in_sql(table)), sql.SQL(", ").join(map(sql.Identifier, columns))
        )
        with connection.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row([row[name] for name in columns])
    connection.execute("ANALYZE")
    connection.commit()


def table_in_sql(table: str) -> str:
    """The name of the table in the database."""
    return table if table in ("contact", "interaction_log_entry", "value_entry") else f"contact_{table}"


def written_in_sql(table: str) -> str:
    """The table that rows are put into."""
    return "recorded_interaction" if table == "interaction_log_entry" else table_in_sql(table)


def mandatory_columns(connection: psycopg.Connection[Row]) -> dict[str, set[str]]:
    """The columns of each table that cannot be blank."""
    found: dict[str, set[str]] = {}
    for table in TABLES:
        rows = connection.execute(
            "SELECT column_name FROM information_schema.columns"
            " WHERE table_schema = current_schema AND table_name = %s AND is_nullable = 'NO'",
            (written_in_sql(table),),
        )
        found[table] = {row["column_name"] for row in rows}
    found["interaction_log_entry"].add("canceled")
    return found


@pytest.fixture
def tables(service: Desk) -> Iterator[psycopg.Connection[Row]]:
    """A connection that sees the tables of contacts, which are empty."""
    schema = Contacts().schema(service.schema)
    with psycopg.connect(service.conninfo, row_factory=dict_row) as connection:
        connection.execute(sql.SQL("SET search_path = {}").format(sql.Identifier(schema)))
        yield connection


def test_sql_and_python_mean_the_same_contacts(tables: psycopg.Connection[Row]) -> None:
    world = World(SEED, mandatory_columns(tables))
    load(tables, world)
    questions = Questions(world)
    telling = 0
    for number in range(CRITERIA):
        filters, adding = questions.filters(), number % 2 == 0
        criteria = parse_criteria(filters, work_date=WORK_DATE)
        parameters = Parameters()
        condition = compile_criteria(criteria, parameters, adding=adding)
        statement = sql.SQL("SELECT c.key FROM contact AS c WHERE {}").format(condition)
        in_sql = ContactSet(row["key"] for row in tables.execute(statement, parameters.values))
        in_python = ContactSet(
            key for key, facts in world.facts.items() if criteria_match(criteria, facts, adding=adding)
        )
        assert in_sql == in_python, said(world, filters, adding, in_sql, in_python)
        telling += 0 < len(in_sql) < CONTACTS
    assert questions.asked == {(table, name) for table, fields in TABLES.items() for name in fields}
    assert telling > CRITERIA / 2


def said(world: World, filters: object, adding: bool, in_sql: ContactSet, in_python: ContactSet) -> str:
    """The criteria, and one contact that they are not agreed on."""
    key = next(iter((in_sql | in_python) - (in_sql & in_python)))
    who = "SQL" if key in in_sql else "Python"
    kind = "Add Contacts" if adding else "Reduce or Refine"
    text = json.dumps(filters, ensure_ascii=False)
    facts = json.dumps(world.facts[key], ensure_ascii=False, default=str, indent=1)
    return f"{kind} {text}: only {who} selects {number_of(key)}:\n{facts}"


# --- Previews -----------------------------------------------------------------------------------------------

EMPTY, WITH_LINES = "SM1", "SM2"
SHOWN = ("no", "name", "type", "company_name", "city")


def test_a_preview_says_in_numbers_what_the_action_does(
    service: Desk, tables: psycopg.Connection[Row]
) -> None:
    world = World(SEED, mandatory_columns(tables))
    load(tables, world)
    service.codes()
    for no in (EMPTY, WITH_LINES):
        service.segment(no)
    service.add(WITH_LINES, {"contact": {"type": "person"}}, ignore_exclusion=True)
    questions = Questions(world)
    long, outcomes = 0, set()
    for _ in range(PREVIEWS):
        no = world.random.choice([EMPTY, WITH_LINES])
        criteria = any_action(world.random, questions.filters())
        (event,), _ = service.selecting.run(ANN, service.segments.get(no), [criteria])
        assert service.selecting.preview(ANN, no, criteria) == in_numbers(world, criteria, event), (
            no,
            criteria,
        )
        long += event.lines_added > SAMPLE
        outcomes |= {reason for reason, number in event.skipped.counts().items() if number}
    assert long > PREVIEWS / 4
    assert outcomes == {"already_on_segment", "excluded", "privacy_blocked", "elsewhere"}


def any_action(choose: random.Random, filters: dict[str, Any]) -> Criteria:
    """Mostly one that the database can count."""
    if choose.random() < 0.2:
        return Criteria(choose.choice(["reduce", "refine"]), filters)
    options = CriteriaOptions(
        allow_existing_contacts=choose.random() < 0.5,
        ignore_exclusion=choose.random() < 0.5,
        expand_companies=choose.random() < 0.1,
        allow_related_companies=choose.random() < 0.1,
    )
    exclude = Exclusion(segments=(WITH_LINES,)) if choose.random() < 0.1 else None
    return Criteria("add_contacts", filters, options, exclude)


def in_numbers(world: World, criteria: Criteria, event: CriteriaApplied) -> Preview:
    """What the event says, with the first contacts by key."""
    contacts = world.rows["contact"]
    return Preview(
        event.action_no,
        criteria,
        event.contacts_position,
        event.lines_added,
        event.lines_removed,
        event.skipped.counts(),
        [
            {name: contacts[key - 1][name] for name in SHOWN}
            for key in [*event.added, *event.removed][:SAMPLE]
        ],
    )
