"""Explaining criteria: each filter with what the contact has, in agreement with the criteria themselves."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.criteria import criteria_match, parse_criteria
from domain.explanation import Condition, explain, first_failing, is_fully_known, tables_of, verdict

TODAY = date(2026, 3, 1)
ALDER: dict[str, list[dict[str, Any]]] = {
    "contact": [{"city": "Arnhem", "type": "company", "post_code": None}],
    "mailing_group": [{"code": "NEWS"}, {"code": "TRADE"}],
    "interaction_log_entry": [
        {"date": date(2026, 2, 1), "cost": Decimal(5), "evaluation": None},
        {"date": date(2025, 2, 1), "cost": Decimal(9), "evaluation": "positive"},
    ],
    "industry_group": [],
}


def explained(filters: dict[str, Any]) -> tuple[Condition, ...]:
    return explain(filters, ALDER, work_date=TODAY)


def test_a_filter_is_told_with_the_value_that_it_was_held_against() -> None:
    assert explained({"contact": {"city": "A*", "post_code": "''"}}) == (
        Condition(True, "contact", "city", "A*", ("Arnhem",)),
        Condition(True, "contact", "post_code", "''", (None,)),
    )


def test_of_a_related_table_all_values_are_told() -> None:
    (condition,) = explained({"mailing_group": {"code": "NEWS"}})
    assert condition == Condition(True, "mailing_group", "code", "NEWS", ("NEWS", "TRADE"))


def test_where_there_is_no_row_nothing_is_met() -> None:
    assert explained({"industry_group": {"code": "<>X"}}) == (
        Condition(False, "industry_group", "code", "<>X", ()),
    )


def test_one_row_must_meet_all_filters_on_its_table() -> None:
    """Each is met by a row, but not both by one: the row that comes closest decides what is told."""
    conditions = explained({"interaction_log_entry": {"date": "-90D..", "cost": "9"}})
    assert sorted(condition.matched is True for condition in conditions) == [False, True]
    assert verdict(conditions) is False


def test_any_all_and_not_are_told_with_their_parts() -> None:
    arnhem, breda = {"contact": {"city": "Arnhem"}}, {"contact": {"city": "Breda"}}
    (either,) = explained({"any": [breda, arnhem]})
    (other,) = explained({"not": breda})
    (both,) = explained({"all": [breda, arnhem]})

    assert (either.operator, either.matched, [part.matched for part in either.parts]) == (
        *("any", True),
        [False, True],
    )
    assert (other.operator, other.matched, other.parts[0].matched) == ("not", True, False)
    assert (both.operator, both.matched) == ("all", False)


def test_several_filters_within_any_belong_together() -> None:
    (either,) = explained({"any": [{"contact": {"city": "Arnhem", "type": "person"}}]})
    assert either.matched is False
    assert either.parts[0].operator == "all"


def test_the_first_condition_that_is_not_met_is_found() -> None:
    conditions = explained({"contact": {"city": "Arnhem", "type": "person"}, "mailing_group": {"code": "X"}})
    failing = first_failing(conditions)
    assert failing is not None
    assert failing.field == "type"


def test_no_filters_mean_everybody() -> None:
    assert explained({}) == ()
    assert explained({"contact": {}}) == ()
    assert verdict(()) is True
    assert verdict(explained({"not": {}})) is False


class TestWhatIsNotKnown:
    def test_of_a_table_is_neither_met_nor_not(self) -> None:
        conditions = explain({"mailing_group": {"code": "X"}}, {"contact": []}, work_date=TODAY)
        assert conditions == (Condition(None, "mailing_group", "code", "X", None),)
        assert verdict(conditions) is None
        assert not is_fully_known(conditions)

    def test_of_a_field_leaves_the_other_filters_known(self) -> None:
        filters = {"interaction_log_entry": {"date": "2026-02-01", "delivery_status": "sent"}}
        assert [condition.matched for condition in explained(filters)] == [True, None]

    def test_does_not_matter_where_something_else_decides(self) -> None:
        unknown = {"interaction_log_entry": {"delivery_status": "sent"}}
        assert verdict(explained({"contact": {"city": "Breda"}} | unknown)) is False
        assert verdict(explained({"any": [{"contact": {"city": "Arnhem"}}, unknown]})) is True
        assert verdict(explained({"not": unknown})) is None


FIELDS = st.dictionaries(
    st.sampled_from(["city", "name"]), st.sampled_from(["A", "B", "<>A", "''", "A|B"]), max_size=2
)
TABLES = st.one_of(
    st.builds(lambda fields: {"contact": fields}, FIELDS),
    st.builds(lambda code: {"mailing_group": {"code": code}}, st.sampled_from(["X", "Y", "<>X"])),
    st.builds(
        lambda description, cost: {"interaction_log_entry": {"description": description, "cost": cost}},
        st.sampled_from(["A", "<>A", "''"]),
        st.sampled_from(["1", "2", ">1"]),
    ),
)
FILTERS: st.SearchStrategy[dict[str, Any]] = st.recursive(
    TABLES,
    lambda inner: st.one_of(
        st.builds(lambda parts: {"any": parts}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda parts: {"all": parts}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda part: {"not": part}, inner),
        st.builds(lambda one, other: one | other, inner, inner),
    ),
    max_leaves=6,
)
FACTS = st.fixed_dictionaries(
    {
        "contact": st.lists(
            st.fixed_dictionaries(
                {"city": st.sampled_from(["A", "B", None]), "name": st.sampled_from(["A", None])}
            ),
            min_size=1,
            max_size=1,
        ),
        "mailing_group": st.lists(st.builds(lambda code: {"code": code}, st.sampled_from("XY")), max_size=2),
        "interaction_log_entry": st.lists(
            st.fixed_dictionaries(
                {
                    "description": st.sampled_from(["A", "B", None]),
                    "cost": st.sampled_from([Decimal(1), Decimal(2)]),
                }
            ),
            max_size=3,
        ),
    }
)


@given(filters=FILTERS, facts=FACTS)
def test_an_explanation_says_what_the_criteria_say(filters: dict[str, Any], facts: Any) -> None:
    meant = criteria_match(parse_criteria(filters, work_date=TODAY), facts)
    conditions = explain(filters, facts, work_date=TODAY)
    assert verdict(conditions) is meant
    assert (first_failing(conditions) is None) == meant
    assert is_fully_known(conditions)


@pytest.mark.parametrize(
    ("filters", "tables"),
    [
        ({}, set()),
        ({"contact": {"city": "A"}}, {"contact"}),
        (
            {"any": [{"not": {"mailing_group": {"code": "A"}}}, {"all": [{"contact": {}}]}]},
            {"mailing_group", "contact"},
        ),
    ],
)
def test_the_tables_that_filters_ask_about_are_known(filters: dict[str, Any], tables: set[str]) -> None:
    assert tables_of(filters) == tables
