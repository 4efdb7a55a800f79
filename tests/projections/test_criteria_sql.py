"""Criteria in SQL against the same criteria in Python, on a real PostgreSQL."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import sql
from psycopg.rows import dict_row

from domain.criteria import TABLES, ContactFacts, criteria_match, parse_criteria
from domain.field_type import FieldType
from domain.filter_expression import matches, parse
from projections.criteria_sql import Parameters, compile_criteria, compile_expression
from tests.projections.filter_terms import VALUES, WORK_DATE, as_filter, terms_on, values_of

NAMES_IN_SQL = {
    "contact": "contact",
    "interaction_log_entry": "interaction_log_entry",
    "value_entry": "value_entry",
    **{
        table: f"contact_{table}"
        for table in (
            "mailing_group",
            "industry_group",
            "job_responsibility",
            "business_relation",
            "profile_answer",
        )
    },
}
COLUMN_TYPES = {
    "code": 'text COLLATE "C"',
    "text": 'text COLLATE "C"',
    "enumeration": 'text COLLATE "C"',
    "integer": "bigint",
    "decimal": "numeric",
    "date": "date",
    "time": "time",
    "instant": "timestamptz",
    "boolean": "boolean",
}
JOIN_COLUMNS = {
    "contact": {"key": "int PRIMARY KEY", "company_key": "int"},
    "interaction_log_entry": {},
    "value_entry": {},
}

Row = dict[str, Any]
Connection = psycopg.Connection[Row]


@pytest.fixture
def connection(empty_database: str) -> Iterator[Connection]:
    with psycopg.connect(empty_database, row_factory=dict_row) as connection:
        for table, fields in TABLES.items():
            columns = JOIN_COLUMNS.get(table, {"contact_key": "int"}) | {
                name: COLUMN_TYPES[field_type.name] for name, field_type in fields.items()
            }
            connection.execute(
                sql.SQL("CREATE TABLE {} ({})").format(
                    sql.Identifier(NAMES_IN_SQL[table]),
                    sql.SQL(", ").join(
                        sql.SQL("{} {}").format(sql.Identifier(name), sql.SQL(column_type))
                        for name, column_type in columns.items()
                    ),
                )
            )
        connection.commit()
        yield connection


def insert(connection: Connection, table: str, row: Mapping[str, object]) -> None:
    connection.execute(
        sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
            sql.Identifier(NAMES_IN_SQL[table]),
            sql.SQL(", ").join(map(sql.Identifier, row)),
            sql.SQL(", ").join(map(sql.Placeholder, row)),
        ),
        row,
    )


def selected(connection: Connection, filters: object) -> list[str]:
    """The numbers of the contacts that the compiled criteria select."""
    parameters = Parameters()
    condition = compile_criteria(parse_criteria(filters, work_date=WORK_DATE), parameters)
    statement = sql.SQL("SELECT c.no FROM contact AS c WHERE {} ORDER BY c.key").format(condition)
    return [row["no"] for row in connection.execute(statement, parameters.values)]


# --- Random contacts and criteria ---------------------------------------------------------------------------

# Few fields, so that filters and values meet.
FIELDS = {
    **TABLES,
    "contact": {
        name: TABLES["contact"][name]
        for name in ("type", "city", "salesperson_code", "exclude_from_segment", "correspondence_type")
    },
    "interaction_log_entry": {
        name: TABLES["interaction_log_entry"][name]
        for name in (
            "date",
            "time_of_interaction",
            "subject",
            "cost",
            "evaluation",
            "canceled",
            "campaign_entry_no",
        )
    },
}
OF_CONTACT = ("mailing_group", "job_responsibility", "profile_answer")
OF_COMPANY = ("industry_group", "business_relation")


def rows_of(table: str) -> st.SearchStrategy[Row]:
    return st.fixed_dictionaries(
        {
            name: st.none() | st.sampled_from(values_of(field_type))
            for name, field_type in FIELDS[table].items()
        }
    )


@dataclass
class Person:
    """A contact with what belongs to it; `company` is the place of its company in the world."""

    row: Row
    company: int | None
    children: dict[str, list[Row]]
    interactions: list[tuple[Row, int | None]] = field(default_factory=list)


COMPANIES = st.none() | st.integers(0, 3)
PEOPLE = st.builds(
    Person,
    rows_of("contact"),
    COMPANIES,
    st.fixed_dictionaries({table: st.lists(rows_of(table), max_size=2) for table in OF_CONTACT + OF_COMPANY}),
    st.lists(st.tuples(rows_of("interaction_log_entry"), COMPANIES), max_size=2),
)


def number(place: int | None) -> str | None:
    return None if place is None else f"CT{place}"


def facts_of(person: Person, world: list[Person]) -> ContactFacts:
    company = person.company
    at_company = world[company].children if company is not None and company < len(world) else {}
    return {
        "contact": [person.row],
        "interaction_log_entry": [row for row, at in person.interactions if at == company],
        **{table: person.children[table] for table in OF_CONTACT},
        **{table: at_company.get(table, []) for table in OF_COMPANY},
    }


def store(connection: Connection, world: list[Person]) -> None:
    for key, person in enumerate(world):
        place = {"key": key, "company_key": person.company}
        numbers = {"no": number(key), "company_no": number(person.company)}
        insert(connection, "contact", person.row | place | numbers)
        for table, rows in person.children.items():
            for row in rows:
                insert(connection, table, row | {"contact_key": key})
        for row, at in person.interactions:
            numbers = {"contact_no": number(key), "contact_company_no": number(at)}
            insert(connection, "interaction_log_entry", row | numbers)


def expressions(field_type: FieldType) -> st.SearchStrategy[str]:
    terms = st.sampled_from(terms_on(field_type))
    conjunctions = st.lists(terms, min_size=1, max_size=3).map("&".join)
    return st.lists(conjunctions, min_size=1, max_size=4).map("|".join)


def table_filters(table: str) -> st.SearchStrategy[dict[str, object]]:
    texts = {name: expressions(field_type) for name, field_type in FIELDS[table].items()}
    fields = st.sampled_from(list(texts)).flatmap(lambda name: st.fixed_dictionaries({name: texts[name]}))
    two = st.builds(lambda one, other: one | other, fields, fields)
    return (fields | two).map(lambda fields: {table: fields})


def combined(inner: st.SearchStrategy[dict[str, object]]) -> st.SearchStrategy[dict[str, object]]:
    several = st.lists(inner, min_size=1, max_size=3)
    return (
        st.builds(lambda parts: {"any": parts}, several)
        | st.builds(lambda parts: {"all": parts}, several)
        | st.builds(lambda part: {"not": part}, inner)
        | st.builds(lambda one, other: one | other, inner, inner)
    )


FILTERS = st.recursive(st.one_of([table_filters(table) for table in FIELDS]), combined, max_leaves=5)


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(world=st.lists(PEOPLE, min_size=1, max_size=4), filters=FILTERS)
def test_sql_and_python_select_the_same_contacts(
    connection: Connection, world: list[Person], filters: dict[str, object]
) -> None:
    criteria = parse_criteria(filters, work_date=WORK_DATE)
    expected = [
        number(key) for key, person in enumerate(world) if criteria_match(criteria, facts_of(person, world))
    ]
    with connection.transaction(force_rollback=True):
        store(connection, world)
        assert selected(connection, filters) == expected


# --- What the property does not show ------------------------------------------------------------------------


def add_contact(connection: Connection, key: int, **row: object) -> None:
    insert(connection, "contact", {"key": key, "no": number(key), **row})


def compiled(text: str, field_type: FieldType, column: str) -> tuple[sql.Composed, Parameters]:
    parameters = Parameters()
    expression = parse(text, field_type, work_date=WORK_DATE)
    return compile_expression(expression, sql.Identifier(column), parameters), parameters


def plan(connection: Connection, text: str) -> str:
    """How PostgreSQL finds contacts by a filter on their city, when it would rather not read them all."""
    condition, parameters = compiled(text, FieldType.TEXT, "city")
    connection.execute("SET LOCAL enable_seqscan = off")
    statement = sql.SQL("EXPLAIN SELECT no FROM contact WHERE {}").format(condition)
    return "\n".join(row["QUERY PLAN"] for row in connection.execute(statement, parameters.values))


@pytest.mark.parametrize(
    "text",
    [
        "@A|@ÄB|x",
        "<>A&<>ab",
        "<>A|<>ab",
        "<>@A&<>@ÄB",
        "<>a*&<>*b",
        "<>@a*&<>@*Ä*",
        "|".join([f"x{place}*" for place in range(20)] + ["a*", "?"]),
        "|".join([f"@x{place}*" for place in range(20)] + ["@A*", "@?B"]),
    ],
)
def test_a_list_of_values_or_patterns_selects_as_python_does(connection: Connection, text: str) -> None:
    values = [*VALUES["text"], None]
    for key, value in enumerate(values):
        add_contact(connection, key, city=value)
    expression = parse(text, FieldType.TEXT, work_date=WORK_DATE)
    expected = [number(key) for key, value in enumerate(values) if matches(expression, value)]
    assert 0 < len(expected) < len(values) or text == "<>A|<>ab"
    assert selected(connection, {"contact": {"city": text}}) == expected


def test_no_filters_are_every_contact(connection: Connection) -> None:
    add_contact(connection, 0)
    assert selected(connection, {}) == ["CT0"]
    assert selected(connection, {"not": {}}) == []


def test_values_never_stand_in_the_statement(connection: Connection) -> None:
    hostile = "x'); DROP TABLE contact; --%s%(p1)s"
    add_contact(connection, 0, city=hostile)
    condition, parameters = compiled(as_filter(hostile), FieldType.TEXT, "city")
    assert parameters.values == {"p1": hostile}
    assert condition.as_string(connection) == '"city" = %(p1)s::text'
    assert selected(connection, {"contact": {"city": as_filter(hostile)}}) == ["CT0"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("|".join(f"C{place}" for place in range(5_000)), '"city" = ANY(%(p1)s::text[])'),
        (
            "&".join(f"<>C{place}" for place in range(5_000)),
            '("city" <> ALL(%(p1)s::text[]) OR "city" IS NULL)',
        ),
        ("|".join(f"C{place}*" for place in range(5_000)), '"city" LIKE ANY(%(p1)s::text[])'),
    ],
)
def test_thousands_of_values_are_one_parameter(connection: Connection, text: str, expected: str) -> None:
    add_contact(connection, 0, city="C4999")
    condition, parameters = compiled(text, FieldType.TEXT, "city")
    assert condition.as_string(connection) == expected
    assert len(parameters.values) == 1
    assert selected(connection, {"contact": {"city": text}}) == ([] if "<>" in text else ["CT0"])


@pytest.mark.parametrize("text", ["Arnhem", "Arnhem|Breda", "A*", "A*|B*", "A..B", ">A"])
def test_an_index_on_the_column_serves_the_filter(connection: Connection, text: str) -> None:
    connection.execute("CREATE INDEX contact_city ON contact (city)")
    found = plan(connection, text)
    assert "contact_city" in found
    assert "Index Cond" in found


@pytest.mark.parametrize("text", ["@Arnhem", "@Arnhem|@Breda", "@A*", "@A..B"])
def test_an_index_on_the_folded_column_serves_a_filter_that_ignores_case(
    connection: Connection, text: str
) -> None:
    connection.execute(
        """CREATE INDEX contact_city_folded ON contact ((lower(city COLLATE "default") COLLATE "C"))"""
    )
    found = plan(connection, text)
    assert "contact_city_folded" in found
    assert "Index Cond" in found


def test_not_contacted_becomes_an_anti_join(connection: Connection) -> None:
    parameters = Parameters()
    criteria = parse_criteria({"not": {"mailing_group": {"code": "NEWS"}}}, work_date=WORK_DATE)
    condition = compile_criteria(criteria, parameters)
    statement = sql.SQL("EXPLAIN SELECT no FROM contact AS c WHERE {}").format(condition)
    found = [row["QUERY PLAN"] for row in connection.execute(statement, parameters.values)]
    assert "Anti Join" in "\n".join(found)


def test_a_list_endpoint_can_filter_on_instants(connection: Connection) -> None:
    condition, parameters = compiled("2026-11-24T09:30+01:00..", FieldType.INSTANT, "at")
    statement = sql.SQL("SELECT at::text FROM (VALUES (timestamptz '2026-11-24 08:30Z')) AS v(at) WHERE {}")
    assert connection.execute(statement.format(condition), parameters.values).fetchone() is not None


def test_the_largest_criteria_that_are_accepted_can_be_executed(connection: Connection) -> None:
    add_contact(connection, 0, city="M")
    ranges = "|".join(f"a{place}..b{place}" for place in range(1_000))
    filters = {"any": [{"contact": {"city": ranges}}] * 5 + [{"mailing_group": {"code": "A"}}] * 495}
    assert selected(connection, filters) == []
