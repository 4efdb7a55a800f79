from datetime import date, time
from decimal import Decimal
from typing import Any

import pytest

from domain.criteria import (
    MAX_DEPTH,
    MAX_TABLE_FILTERS,
    TABLES,
    AllOf,
    AnyOf,
    ContactFacts,
    CriteriaError,
    Not,
    TableFilter,
    criteria_match,
    parse_criteria,
)
from domain.filter_expression import Equal, Expression

WORK_DATE = date(2026, 11, 24)

BO: ContactFacts = {
    "contact": [
        {
            "no": "CT1",
            "type": "person",
            "name": "Bo Berg",
            "city": None,
            "company_no": "CT9",
            "exclude_from_segment": False,
        }
    ],
    "mailing_group": [{"code": "NEWS"}, {"code": "GOLF"}],
    "profile_answer": [
        {"questionnaire_code": "LEADS", "line_no": 10000},
        {"questionnaire_code": "SIZE", "line_no": 20000},
    ],
    "interaction_log_entry": [
        {
            "date": date(2026, 11, 1),
            "time_of_interaction": time(9, 30),
            "evaluation": "positive",
            "cost": Decimal("12.50"),
            "canceled": False,
        }
    ],
    "industry_group": [{"code": "RETAIL"}],
    "business_relation": [{"code": "CUST", "link_to_table": "Customer", "no": "C100"}],
}

PRIVATE: ContactFacts = {"contact": [{"no": "CT2", "type": "person", "company_no": None}]}


def match(filters: object, facts: ContactFacts = BO) -> bool:
    return criteria_match(parse_criteria(filters, work_date=WORK_DATE), facts)


def problems(filters: object) -> list[tuple[tuple[str | int, ...], str]]:
    with pytest.raises(CriteriaError) as caught:
        parse_criteria(filters, work_date=WORK_DATE)
    return caught.value.problems


def equal(table: str, field: str, value: str) -> TableFilter:
    return TableFilter(table, ((field, Expression(((Equal(value),),))),))


def nested(levels: int) -> dict[str, Any]:
    filters: dict[str, Any] = {"contact": {"no": "A"}}
    for _ in range(levels - 1):
        filters = {"not": filters}
    return filters


class TestParse:
    def test_a_table_filter_becomes_one_part(self) -> None:
        assert parse_criteria({"contact": {"no": "a"}}, work_date=WORK_DATE) == equal("contact", "no", "A")

    def test_what_stands_side_by_side_is_joined_by_and(self) -> None:
        filters = {
            "contact": {"no": "A"},
            "any": [{"mailing_group": {"code": "B"}}, {"industry_group": {"code": "C"}}],
            "not": {"contact": {"city": "Breda"}},
        }
        assert parse_criteria(filters, work_date=WORK_DATE) == AllOf(
            (
                equal("contact", "no", "A"),
                AnyOf((equal("mailing_group", "code", "B"), equal("industry_group", "code", "C"))),
                Not(equal("contact", "city", "Breda")),
            )
        )

    @pytest.mark.parametrize(
        "filters", [{}, {"contact": {}}, {"contact": {}, "mailing_group": {}}, {"all": [{}]}]
    )
    def test_no_filters_are_every_contact(self, filters: object) -> None:
        assert match(filters)
        assert match(filters, PRIVATE)

    @pytest.mark.parametrize(
        ("table", "field", "value"),
        [
            ("contact", "exclude_from_segment", False),
            ("profile_answer", "line_no", 10000),
            ("interaction_log_entry", "cost", 12.5),
        ],
    )
    def test_a_bare_number_or_boolean_is_taken_as_its_text(
        self, table: str, field: str, value: object
    ) -> None:
        assert match({table: {field: value}})

    def test_filters_may_be_nested_as_deep_as_the_limit(self) -> None:
        assert parse_criteria(nested(MAX_DEPTH), work_date=WORK_DATE)

    @pytest.mark.parametrize("table", TABLES)
    def test_every_field_of_every_table_can_be_filtered_for_blank(self, table: str) -> None:
        filters = {table: dict.fromkeys(TABLES[table], "''")}
        assert criteria_match(parse_criteria(filters, work_date=WORK_DATE), {table: [{}]})


class TestErrors:
    @pytest.mark.parametrize(
        ("filters", "place", "message"),
        [
            ([], (), "this must be an object of tables and their filters"),
            (None, (), "this must be an object of tables and their filters"),
            (
                {"customer": {}},
                ("customer",),
                "unknown table; one of: contact, profile_answer, mailing_group",
            ),
            ({"contact": "A"}, ("contact",), "this must be an object of fields and their filter expressions"),
            ({"mailing_group": {"no": "A"}}, ("mailing_group", "no"), "unknown field; one of: code"),
            (
                {"contact": {"city": None}},
                ("contact", "city"),
                "a filter must be a text (write \"''\" for blank)",
            ),
            ({"contact": {"city": ["A"]}}, ("contact", "city"), "a filter must be a text"),
            ({"contact": {"city": ""}}, ("contact", "city"), "the filter is empty"),
            ({"contact": {"city": "a|'b"}}, ("contact", "city"), "at character 3: the quote that opens here"),
            (
                {"interaction_log_entry": {"cost": float("nan")}},
                ("interaction_log_entry", "cost"),
                "not a number",
            ),
            ({"any": []}, ("any",), "this must be a list of at least one set of filters"),
            ({"all": []}, ("all",), "this must be a list of at least one set of filters"),
            ({"any": {"contact": {}}}, ("any",), "this must be a list"),
            ({"any": [{}, 5]}, ("any", 1), "this must be an object of tables"),
            ({"not": []}, ("not",), "this must be an object of tables"),
            (
                {"any": [{}, {"not": {"contact": {"type": "dog"}}}]},
                ("any", 1, "not", "contact", "type"),
                "unknown value 'dog'; one of: company, person",
            ),
            (nested(MAX_DEPTH + 1), ("not",) * MAX_DEPTH, "filters can not be nested deeper than 20 levels"),
        ],
    )
    def test_a_wrong_filter_is_named_with_its_place(
        self, filters: object, place: tuple[str | int, ...], message: str
    ) -> None:
        ((found_place, found_message),) = problems(filters)
        assert found_place == place
        assert message in found_message

    def test_all_problems_are_told_at_once(self) -> None:
        filters = {
            "contact": {"town": "A", "type": "dog", "city": "Breda"},
            "shop": {},
            "any": [{"interaction_log_entry": {"date": "Maybe"}}],
        }
        assert [place for place, _ in problems(filters)] == [
            ("contact", "town"),
            ("contact", "type"),
            ("shop",),
            ("any", 0, "interaction_log_entry", "date"),
        ]

    def test_the_message_names_every_place(self) -> None:
        with pytest.raises(CriteriaError, match=r"contact\.city: at character 1: .*; any\.0: this must be"):
            parse_criteria({"contact": {"city": "'"}, "any": [5]}, work_date=WORK_DATE)

    def test_a_flood_of_table_filters_is_refused_once(self) -> None:
        filters = {"any": [{"mailing_group": {"code": "A"}}] * (MAX_TABLE_FILTERS + 100)}
        assert problems(filters) == [
            (("any", MAX_TABLE_FILTERS, "mailing_group"), "more than 500 tables are filtered")
        ]

    def test_a_flood_of_ranges_is_refused_once(self) -> None:
        filters = {"any": [{"contact": {"city": "|".join(["a..b"] * 1_000)}}] * 7}
        ((place, message),) = problems(filters)
        assert place == ("any", 5, "contact", "city")
        assert message == "more than 5,000 ranges, comparisons and combinations in all"


class TestMatch:
    @pytest.mark.parametrize(
        "filters",
        [
            {"contact": {"no": "ct1", "name": "Bo*"}},
            {"contact": {"city": "<>Breda"}},
            {"contact": {"exclude_from_segment": "false"}},
            {"mailing_group": {"code": "NEWS"}},
            {"mailing_group": {"code": "<>NEWS"}},
            {"all": [{"mailing_group": {"code": "NEWS"}}, {"mailing_group": {"code": "GOLF"}}]},
            {"profile_answer": {"questionnaire_code": "LEADS", "line_no": "10000"}},
            {"interaction_log_entry": {"date": "-30D..", "evaluation": "..positive"}},
            {"industry_group": {"code": "RETAIL"}, "business_relation": {"link_to_table": "Customer"}},
            {"any": [{"contact": {"no": "X"}}, {"mailing_group": {"code": "GOLF"}}]},
            {"not": {"interaction_log_entry": {"date": "-20D.."}}},
            {"not": {"not": {"contact": {"no": "CT1"}}}},
            {"not": {"contact": {"city": "Breda"}}},
        ],
    )
    def test_the_contact_matches(self, filters: object) -> None:
        assert match(filters)

    @pytest.mark.parametrize(
        "filters",
        [
            {"contact": {"no": "CT2"}},
            {"contact": {"no": "CT1", "name": "Cleo*"}},
            {"contact": {"no": "CT1"}, "mailing_group": {"code": "TENNIS"}},
            {"mailing_group": {"code": "NEWS&GOLF"}},
            {"profile_answer": {"questionnaire_code": "LEADS", "line_no": "20000"}},
            {"job_responsibility": {"code": "<>CEO"}},
            {"interaction_log_entry": {"date": "-20D.."}},
            {"any": [{"contact": {"no": "X"}}, {"mailing_group": {"code": "X"}}]},
            {"not": {"mailing_group": {"code": "NEWS"}, "contact": {"no": "CT1"}}},
            {"not": {}},
        ],
    )
    def test_the_contact_does_not_match(self, filters: object) -> None:
        assert not match(filters)

    def test_a_postponed_interaction_does_not_count_unless_asked_for(self) -> None:
        begun: ContactFacts = {"interaction_log_entry": [{"date": WORK_DATE, "postponed": True}]}
        assert not match({"interaction_log_entry": {"date": "0D"}}, begun)
        assert match({"not": {"interaction_log_entry": {"date": "-90D.."}}}, begun)
        assert match({"interaction_log_entry": {"date": "0D", "postponed": "true"}}, begun)
        assert match({"interaction_log_entry": {"date": "0D", "postponed": "true|false"}}, begun)

    @pytest.mark.parametrize(
        ("contact", "adding", "otherwise"),
        [
            ({"no": "CT1", "type": "company"}, True, True),
            ({"no": "CT2", "type": "person"}, True, True),
            ({"no": "CT3", "type": "person"}, False, True),
            ({"no": None, "type": "person"}, False, True),
        ],
    )
    def test_a_value_entry_is_of_the_person_it_names_when_adding_and_of_all_its_company_otherwise(
        self, contact: dict[str, object], adding: bool, otherwise: bool
    ) -> None:
        entries: list[dict[str, object]] = [
            {"item_no": "A", "contact_no": "CT2"},
            {"item_no": "A", "contact_no": None},
        ]
        facts: ContactFacts = {"contact": [contact], "value_entry": entries}
        criteria = parse_criteria({"value_entry": {"item_no": "A"}}, work_date=WORK_DATE)
        assert criteria_match(criteria, facts, adding=True) is adding
        assert criteria_match(criteria, facts) is otherwise

    @pytest.mark.parametrize("table", ["industry_group", "business_relation"])
    def test_a_private_person_has_nothing_of_a_company(self, table: str) -> None:
        assert not match({table: {"code": "<>X"}}, PRIVATE)
        assert match({"not": {table: {"code": "*"}}}, PRIVATE)
