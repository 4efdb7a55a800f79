"""The lines of a segment in SQL against the same lines in Python, on a real PostgreSQL."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import sql
from psycopg.rows import dict_row

import projections.contacts
from domain import vocabulary
from domain.contact import AlternativeAddress, DateRange, active_address
from domain.contact_set import ContactSet
from domain.document import Document
from domain.segment.line_values import LineFacts, line_document, segment_line
from domain.segment.lines import (
    NO_CHANGES,
    Line,
    LineBlock,
    LineChanges,
    LineStart,
    OwnLine,
    line_columns,
    lines_after,
)
from domain.vocabulary import members
from projections.criteria_sql import Parameters
from projections.line_sql import lines_relation

MIGRATION = Path(projections.contacts.__file__).parent / "migrations" / "001_contacts.sql"
DAY = date(2026, 11, 24)

Row = dict[str, Any]
Connection = psycopg.Connection[Row]


@pytest.fixture
def connection(empty_database: str) -> Iterator[Connection]:
    with psycopg.connect(empty_database, row_factory=dict_row) as connection:
        connection.execute("CREATE SCHEMA read_model")
        connection.execute("SET search_path TO read_model")
        connection.execute(MIGRATION.read_bytes())
        connection.commit()
        yield connection


# --- Contacts as they are kept, and as a line knows them ----------------------------------------------------


@dataclass(frozen=True)
class Known:
    """A contact; `company` is the key of the company of a person."""

    values: Row
    company: int | None
    addresses: tuple[AlternativeAddress, ...] = ()


World = Mapping[int, Known]
"""Contacts by key. One that is on a line and not here is gone."""


def store(connection: Connection, world: World) -> None:
    for key, contact in world.items():
        facts = facts_of(key, world)
        row = contact.values | {
            "key": key,
            "no": facts.no,
            "version": 1,
            "company_no": facts.company_no,
            "company_key": company_of(key, world),
            "company_name": facts.company_name,
            "exclude_from_segment": False,
            "privacy_blocked": False,
            "has_alternative_address": bool(contact.addresses),
        }
        insert(connection, "contact", row)
        for address in contact.addresses:
            insert(connection, "contact_alternative_address", {"contact_key": key, "code": address.code})
            for period in address.date_ranges:
                period_row = {"starting_date": period.starting_date, "ending_date": period.ending_date}
                row = {"contact_key": key, "code": address.code, **period_row}
                insert(connection, "contact_alternative_address_range", row)


def insert(connection: Connection, table: str, row: Row) -> None:
    connection.execute(
        sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
            sql.Identifier(table),
            sql.SQL(", ").join(map(sql.Identifier, row)),
            sql.SQL(", ").join(map(sql.Placeholder, row)),
        ),
        row,
    )


def company_of(key: int, world: World) -> int | None:
    """A company is its own company."""
    if world[key].values["type"] == "company":
        return key
    company = world[key].company
    if company is None or company not in world or world[company].values["type"] != "company":
        return None
    return company


def facts_of(key: int, world: World) -> LineFacts:
    company = company_of(key, world)
    return LineFacts(
        no=f"CT{key}",
        company_no=None if company is None else f"CT{company}",
        company_name=None if company is None else world[company].values["name"],
        alternative_addresses=world[key].addresses,
        **world[key].values,
    )


def rows_in_sql(connection: Connection, blocks: list[LineBlock], own: list[OwnLine]) -> list[Row]:
    parameters = Parameters()
    lines = lines_relation(line_columns(blocks), blocks, own, parameters)
    statement = sql.SQL("{} SELECT line.* FROM line ORDER BY line.ordinal").format(lines)
    return connection.execute(statement, parameters.values).fetchall()


def rows_in_python(blocks: list[LineBlock], own: list[OwnLine], world: World) -> list[Row]:
    changes = {line.line_no: line.changes for line in own}
    found = []
    for ordinal, line in enumerate(lines_after(blocks, {}, 0, 1_000_000), 1):
        line = Line(line.line_no, line.contact_key, line.block, changes.get(line.line_no, NO_CHANGES))
        facts = facts_of(line.contact_key, world) if line.contact_key in world else None
        shown = segment_line(line, facts)
        row = {name: getattr(shown, name) for name in shown.__struct_fields__}
        document = line_document(line, facts.language_code if facts else None).document
        row |= {"contact_type": facts and facts.type, "contact_any_name": facts and facts.name}
        row |= {"contact_privacy_blocked": facts and False}
        row["document_sha256"] = document and document.sha256
        found.append(row | {"ordinal": ordinal, "contact_key": line.contact_key})
    return found


# --- Random contacts and lines ------------------------------------------------------------------------------

TEXTS = st.none() | st.sampled_from(["A", "O'Brien", '{"a": 1}', "ë%s\\n", "\U0001f600"])
DATES = st.sampled_from([DAY + timedelta(days=days) for days in range(-2, 3)])
CORRESPONDENCE = st.none() | st.sampled_from(members(vocabulary.CorrespondenceType))


@st.composite
def address_books(draw: st.DrawFn) -> tuple[AlternativeAddress, ...]:
    """Addresses whose periods begin on days of their own, and may overlap."""
    codes = ["HOME", "WORK"]
    periods: dict[str, list[DateRange]] = {code: [] for code in codes}
    for start in draw(st.lists(DATES, unique=True, max_size=4)):
        days = draw(st.none() | st.integers(0, 3))
        end = None if days is None else start + timedelta(days=days)
        periods[draw(st.sampled_from(codes))].append(DateRange(start, end))
    known = draw(st.lists(st.sampled_from(codes), unique=True))
    return tuple(AlternativeAddress(code, date_ranges=tuple(periods[code])) for code in known)


LANGUAGES = st.none() | st.sampled_from(["DEU", "ENG", "NLD"])
CONTACTS = st.builds(
    Known,
    st.fixed_dictionaries(
        {
            "type": st.sampled_from(members(vocabulary.ContactType)),
            "name": st.sampled_from(["Ann", "Bo"]),
            "email": TEXTS,
            "salesperson_code": st.none() | st.just("JR"),
            "language_code": LANGUAGES,
            "correspondence_type": CORRESPONDENCE,
        }
    ),
    st.none() | st.integers(1, 3),
    address_books(),
)
KEYS = st.integers(1, 5)
DOCUMENTS = st.lists(
    st.builds(
        Document,
        sha256=st.sampled_from(["1a", "2b", "3c"]),
        size=st.just(10),
        content_type=st.just("text/html"),
        language_code=LANGUAGES,
        subject=TEXTS,
    ),
    max_size=3,
    unique_by=lambda document: document.language_code,
).map(tuple)
WORLDS = st.dictionaries(KEYS, CONTACTS)

SHARED: dict[str, st.SearchStrategy[Any]] = {
    **dict.fromkeys(
        [
            *("description", "campaign_no", "salesperson_code", "interaction_template_code"),
            *("interaction_group_code", "subject"),
        ],
        TEXTS,
    ),
    **dict.fromkeys(["campaign_target", "campaign_response", "correspondence_type_fixed"], st.booleans()),
    "send_word_documents_as_attachment": st.booleans(),
    "language_code": LANGUAGES,
    "documents": DOCUMENTS,
    "correspondence_type": CORRESPONDENCE,
    "cost": st.sampled_from([Decimal(text) for text in ("0", "0.10", "12345678901234567890.123456789")]),
    "duration_minutes": st.sampled_from([0, 1, 2**31 - 1]),
    "date": st.none() | DATES,
    "information_flow": st.none() | st.sampled_from(members(vocabulary.InformationFlow)),
    "initiated_by": st.none() | st.sampled_from(members(vocabulary.InitiatedBy)),
}
OWN: dict[str, st.SearchStrategy[Any]] = SHARED | {
    "time_of_interaction": st.none() | st.sampled_from([time(0), time(9, 30, 15)]),
    "evaluation": st.none() | st.sampled_from(members(vocabulary.Evaluation)),
    "attempt_failed": st.booleans(),
    "contact_via": TEXTS,
    "contact_alternative_address_code": st.none() | st.just("HOME"),
    "remarks": TEXTS,
    "language_fixed": st.booleans(),
    "personal_documents": DOCUMENTS,
}
STARTS = st.builds(LineStart, **SHARED)
CHANGES = st.fixed_dictionaries({}, optional=OWN).map(lambda values: LineChanges(**values))


@st.composite
def worksheets(draw: st.DrawFn) -> tuple[list[LineBlock], list[OwnLine]]:
    """Blocks one after the other, a part of one cut off, and some lines with values of their own."""
    blocks: list[LineBlock] = []
    first = 10_000
    for number in range(draw(st.integers(1, 3))):
        contacts = ContactSet(draw(st.sets(KEYS, min_size=1)))
        cut = contacts & ContactSet(draw(st.sets(KEYS)))
        for part in (cut, contacts - cut):
            alive = part - ContactSet(draw(st.sets(KEYS, max_size=2)))
            blocks.append(LineBlock(number, first, contacts, part, alive, draw(STARTS)))
        first += 10_000 * len(contacts)
    numbers = [block.line_no(key) for block in blocks for key in block.alive]
    own = draw(st.dictionaries(st.sampled_from(numbers), CHANGES, max_size=4)) if numbers else {}
    return blocks, [OwnLine(number, changes) for number, changes in sorted(own.items())]


@settings(
    max_examples=250,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(world=WORLDS, worksheet=worksheets())
def test_sql_and_python_say_the_same_of_every_line(
    connection: Connection, world: World, worksheet: tuple[list[LineBlock], list[OwnLine]]
) -> None:
    blocks, own = worksheet
    with connection.transaction(force_rollback=True):
        store(connection, world)
        assert rows_in_sql(connection, blocks, own) == rows_in_python(blocks, own, world)


# --- What the property rests on -----------------------------------------------------------------------------


def test_every_value_of_a_line_can_come_from_its_block_or_be_its_own() -> None:
    assert set(SHARED) == set(LineStart.__struct_fields__)
    assert set(OWN) == set(LineChanges.__struct_fields__)


def test_of_the_addresses_in_force_the_one_with_the_latest_start_is_taken(connection: Connection) -> None:
    world = {
        1: Known(
            {"type": "company", "name": "A"},
            None,
            (
                AlternativeAddress("ZZ", date_ranges=(DateRange(DAY - timedelta(days=9)),)),
                AlternativeAddress("AA", date_ranges=(DateRange(DAY, DAY),)),
            ),
        )
    }
    contact = ContactSet([1])
    blocks = [
        LineBlock(number, 10_000 * number, contact, contact, contact, LineStart(date=day))
        for number, day in enumerate([DAY, DAY + timedelta(days=1), DAY - timedelta(days=10), None], 1)
    ]
    store(connection, world)
    codes = [row["contact_alternative_address_code"] for row in rows_in_sql(connection, blocks, [])]
    assert codes == ["AA", "ZZ", None, None]
    assert codes == [active_address(world[1].addresses, block.start.date) for block in blocks]


def test_no_lines_are_no_rows(connection: Connection) -> None:
    nobody = ContactSet()
    assert rows_in_sql(connection, [], []) == []
    assert rows_in_sql(connection, [LineBlock(1, 10_000, nobody, nobody, nobody, LineStart())], []) == []


def test_of_many_lines_a_part_can_be_asked_for(connection: Connection) -> None:
    contacts = ContactSet(range(1, 1_001))
    block = LineBlock(1, 10_000, contacts, contacts, contacts, LineStart(description="All"))
    own = [OwnLine(9_000_000, LineChanges(description="Mine")), OwnLine(20_000, LineChanges(remarks="Out"))]
    parameters = Parameters()
    part = line_columns([block]).slice(899, 901)
    lines = lines_relation(part, [block], own, parameters)
    statement = sql.SQL("{} SELECT line_no, ordinal, contact_key, description FROM line ORDER BY 1")
    found = connection.execute(statement.format(lines), parameters.values).fetchall()
    assert [tuple(row.values()) for row in found] == [(9_000_000, 1, 900, "Mine"), (9_010_000, 2, 901, "All")]
