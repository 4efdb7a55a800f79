"""The short cut for rows that are plainly right gives what the model gives, or leaves it to the model."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from api.contact_cells import LISTS as LISTS_IN_CELLS
from api.contact_cells import from_cells
from api.contact_files import COLUMNS, rows
from api.plain_rows import PlainRow, plain_row
from api.sample.contacts import sample_contacts
from api.schemas.contacts import NewContact
from api.table_files import records
from application.contact_import import Row
from domain.vocabulary import given as named_in


def by_model(values: dict[str, Any]) -> PlainRow | None:
    try:
        contact = NewContact.model_validate(values)
    except ValidationError:
        return None
    return PlainRow(contact.no, named_in(contact.changes()))


TEXTS = st.one_of(
    st.sampled_from(
        ["", " ", "A", "a", " A", "A\t", "É", "ß", "\x00", "A\ud800", "x\u2028", "\u00a0A", "1", "true"]
    ),
    st.integers(0, 260).map(lambda length: "X" * length),
    st.text(max_size=22),
)
CODES = st.sampled_from(["A", "B", "a", " A", "", "X" * 10, "X" * 11, "\x00", None, 1])
LINE_NOS = st.sampled_from([1, 0, 2**31 - 1, 2**31, "1", "01", 1.0, True, None])
RELATION = st.fixed_dictionaries({"code": CODES}, optional={"link_to_table": TEXTS, "no": CODES, "x": CODES})
ANSWER = st.fixed_dictionaries({"questionnaire_code": CODES}, optional={"line_no": LINE_NOS})
ANYTHING = st.one_of(TEXTS, CODES, LINE_NOS, st.booleans(), st.lists(CODES, max_size=3))
LISTS = {"mailing_groups", "industry_groups", "job_responsibilities"}
SPECIAL: dict[str, st.SearchStrategy[Any]] = {
    **dict.fromkeys(LISTS, st.lists(CODES, max_size=3)),
    "business_relations": st.lists(RELATION, max_size=3),
    "profile_answers": st.lists(ANSWER, max_size=3),
    "alternative_addresses": st.sampled_from([[], [{"code": "A"}]]),
    "type": st.sampled_from(["company", "person", "Person", None]),
    "correspondence_type": st.sampled_from(["email", "hard_copy", "Email", "", None]),
    "exclude_from_segment": st.sampled_from([True, False, "true", "false", "yes", 1, None]),
    "privacy_blocked": st.sampled_from([True, False, "no", 0, None]),
}
FIELDS = {name: SPECIAL.get(name, TEXTS) for name in NewContact.model_fields}


def contacts(most_fields: int) -> st.SearchStrategy[dict[str, Any]]:
    names = st.lists(st.sampled_from([*FIELDS, "shoe_size"]), max_size=most_fields, unique=True)
    return names.flatmap(
        lambda chosen: st.fixed_dictionaries(
            {name: st.one_of(FIELDS.get(name, TEXTS), FIELDS.get(name, TEXTS), ANYTHING) for name in chosen}
        )
    )


@settings(max_examples=1_500)
@given(contacts(2))
def test_a_row_taken_is_what_the_model_makes_of_it(values: dict[str, Any]) -> None:
    taken = plain_row(values)
    assert taken is None or taken == by_model(values)


def test_the_sample_is_taken_but_for_what_only_the_model_knows() -> None:
    for contact in sample_contacts(500):
        taken = plain_row(contact)
        assert taken == (None if contact["alternative_addresses"] else by_model(contact))


@pytest.mark.parametrize("name", sorted(NewContact.model_fields))
def test_every_field_has_a_short_cut(name: str) -> None:
    plain = {"type": "person", "correspondence_type": "fax"}
    flags = {"exclude_from_segment": True, "privacy_blocked": True}
    lists: dict[str, Any] = {listed: ["A", "B"] for listed in LISTS}
    lists["business_relations"] = [{"code": "A", "no": "B"}, {"code": "A", "link_to_table": "bank"}]
    lists["alternative_addresses"] = []
    lists["profile_answers"] = [{"questionnaire_code": "A", "line_no": 1}]
    values = {name: (plain | flags | lists).get(name, "A")}
    assert plain_row(values) == by_model(values) != None  # noqa: E711 - neither may leave it


@settings(max_examples=300)
@given(contacts(3), st.sampled_from(["", " ", "x", ",", "\\", "NaN", "\ud800"]), st.integers(0, 40))
def test_a_line_of_json_is_read_as_it_would_be_without_the_short_cut(
    values: dict[str, Any], noise: str, place: int
) -> None:
    line = json.dumps(values)
    line = line[:place] + noise + line[place:]
    [*found] = rows([line.encode("utf-8", "surrogatepass")], "ndjson")
    try:
        value = json.loads(line.encode("utf-8", "surrogatepass").decode("utf-8", "surrogateescape"))
        expected = by_model(value) if isinstance(value, dict) else None
    except (ValueError, RecursionError):
        expected = None
    assert found == [Row(1, *expected)] if expected else all(row.problems for row in found)


@pytest.mark.parametrize("truth", ["true", "false", "True", "yes", "0", "maybe", " true"])
@pytest.mark.parametrize("line_no", ["1", "10000", "01", "+1", " 1", "1.0", "0", "9" * 5_000, "²", "x", ""])
def test_cells_of_csv_are_read_as_they_would_be_without_the_short_cut(truth: str, line_no: str) -> None:
    [row] = rows([f"name,privacy_blocked,profile_answers\nAlder,{truth},A:{line_no}\n".encode()], "csv")
    answers = [{"questionnaire_code": "A", "line_no": line_no}]
    expected = by_model({"name": "Alder", "privacy_blocked": truth, "profile_answers": answers})
    assert row == Row(2, *expected) if expected else row.problems


CELLS: dict[str, st.SearchStrategy[str]] = {
    **dict.fromkeys(
        LISTS_IN_CELLS, st.sampled_from(["", "A", "A;B", "A;A", "a", " ; ", "A:1", "A:1;B:2", "A:b:c"])
    ),
    "type": st.sampled_from(["", "company", "person", "Person", " "]),
    "correspondence_type": st.sampled_from(["", "email", "fax", "Email"]),
    "exclude_from_segment": st.sampled_from(["", "true", "false", "yes"]),
}
SHEETS = st.lists(st.sampled_from(sorted(COLUMNS)), min_size=1, max_size=3, unique=True).flatmap(
    lambda names: st.lists(
        st.tuples(
            *(CELLS.get(name, st.one_of(TEXTS, st.sampled_from(["Alder", "ALDER"]))) for name in names)
        ),
        max_size=8,
    ).map(lambda table: [names, *table])
)


@settings(max_examples=500)
@given(SHEETS)
def test_a_table_is_read_column_by_column_as_it_would_be_row_by_row(sheet: list[list[str]]) -> None:
    file = io.StringIO(newline="")
    csv.writer(file).writerows(sheet)
    content = file.getvalue().encode("utf-8", "surrogatepass")
    expected = [
        (record.line, None if record.problem is not None else by_model(from_cells(record.values)))
        for record in records([content], "csv", COLUMNS)
    ]
    found = list(rows([content], "csv"))
    assert [
        (row.line, None if row.problems else PlainRow(row.no, dict(row.values))) for row in found
    ] == expected
