"""Criteria over HTTP: what they find, on which work date, and how a wrong one is refused (domain B5, B6)."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.api.crm import Crm, ok, places, refused

WORK_DATE = "2026-11-24"


class Desk:
    """Companies A to D under one prefix, and an interaction with some of them."""

    def __init__(self, crm: Crm) -> None:
        self.client, self.prefix = crm.client, crm.prefix
        salesperson, template = crm.record("salespeople"), crm.template()
        values: dict[str, dict[str, Any]] = {
            "A": {"city": "Arnhem", "correspondence_type": "hard_copy"},
            "B": {"city": "Breda", "correspondence_type": "email"},
            "C": {"city": "arnhem", "correspondence_type": "fax"},
            "D": {},
        }
        entries = {"A": ("2026-11-24", "5"), "B": ("2026-10-25", "1.50"), "C": ("2025-11-24", "0")}
        for letter, more in values.items():
            crm.contact(no=f"{crm.prefix}{letter}", name=letter, **more)
        for letter, (date, cost) in entries.items():
            entry = {
                "contact_no": f"{crm.prefix}{letter}",
                "interaction_template_code": template,
                "salesperson_code": salesperson,
                "description": "Call",
                "date": date,
                "cost": cost,
            }
            ok(self.client.post("/v1/interaction-log-entries", json=entry))
        self.segment = crm.segment()["no"]

    def tried(self, filters: dict[str, Any], work_date: str = WORK_DATE) -> httpx.Response:
        """A dry run of Add Contacts, among A to D."""
        body = {"action": "add_contacts", "filters": {"all": [self.all_four, filters]}}
        path, headers = f"/v1/segments/{self.segment}/criteria-actions", {"Work-Date": work_date}
        return self.client.post(path, params={"dry_run": True}, json=body, headers=headers)

    def found(self, filters: dict[str, Any], work_date: str = WORK_DATE) -> str:
        """The letters of those who would be added."""
        answer = ok(self.tried(filters, work_date))
        assert answer["lines_added"] == len(answer["sample"])
        return "".join(contact["no"][-1] for contact in answer["sample"])

    @property
    def all_four(self) -> dict[str, Any]:
        return {"contact": {"no": f"{self.prefix}A..{self.prefix}D"}}


@pytest.fixture
def desk(crm: Crm) -> Desk:
    return Desk(crm)


def test_filters_on_text_and_fixed_lists(desk: Desk) -> None:
    expected = {
        "city": {
            "Arnhem": "A",
            "@ARNHEM": "AC",
            "<>A*": "BCD",
            "<>@a*": "BD",
            "''": "D",
            "<>''": "ABC",
            "''|B*": "BD",
            "A*&<>Arnhem|Breda": "B",
        },
        "correspondence_type": {"email..fax": "BC", "<=email": "AB", ">email": "C", "<>email": "ACD"},
        "exclude_from_segment": {"false": "ABCD", "<>false": "", "True": ""},
    }
    for field, texts in expected.items():
        for text, letters in texts.items():
            assert desk.found({"contact": {field: text}}) == letters, (field, text)


def test_filters_on_dates_and_amounts(desk: Desk) -> None:
    expected = {
        "date": {
            "-30D": "B",
            "-30D..": "AB",
            "0D": "A",
            "-1Y": "C",
            "-1Y..-2W": "BC",
            "<-1M": "C",
            "2026-01-01..": "AB",
            "<>0D": "BC",
            "''": "",
        },
        "cost": {"1.5": "B", "0..2": "BC", ">=1.50&<5": "B", "5|0": "AC"},
    }
    for field, texts in expected.items():
        for text, letters in texts.items():
            assert desk.found({"interaction_log_entry": {field: text}}) == letters, (field, text)


def test_relative_dates_count_from_the_work_date(desk: Desk) -> None:
    today = {"interaction_log_entry": {"date": "0D"}}
    assert [desk.found(today, date) for date in ("2026-11-24", "2026-10-25", "2026-10-26")] == ["A", "B", ""]
    assert desk.found({"not": {"interaction_log_entry": {"date": "-90D.."}}}) == "CD"
    assert desk.found({"not": {"interaction_log_entry": {"date": "-90D.."}}}, "2027-06-01") == "ABCD"


def test_any_all_and_not_nest(desk: Desk) -> None:
    arnhem, contacted = {"contact": {"city": "@arnhem"}}, {"interaction_log_entry": {"date": "2026-01-01.."}}
    assert desk.found({"any": [arnhem, contacted]}) == "ABC"
    assert desk.found({"all": [arnhem, contacted]}) == "A"
    assert desk.found(arnhem | contacted) == "A"
    assert desk.found({"not": {"any": [arnhem, contacted]}}) == "D"
    assert desk.found({"not": arnhem, **contacted}) == "B"
    assert desk.found({"not": {}}) == ""


@pytest.mark.parametrize(
    ("filters", "place", "message"),
    [
        ({"contcat": {}}, ["contcat"], "there is no table 'contcat' (did you mean contact?)"),
        ({"value_entry": {"item": "A"}}, ["value_entry", "item"], "there is no field 'item'"),
        ({"contact": {"type": "dog"}}, ["contact", "type"], "at character 1: unknown value 'dog'"),
        ({"contact": {"city": "A|"}}, ["contact", "city"], "at character 3: a value is missing after |"),
        ({"contact": {"city": "A*..B"}}, ["contact", "city"], "at character 1: * and ? do not go with"),
        (
            {"value_entry": {"posting_date": "0D..May"}},
            ["value_entry", "posting_date"],
            "at character 5: 'May'",
        ),
        ({"contact": "A"}, ["contact"], "this must be fields and what is wanted of them"),
        ({"any": []}, ["any"], "this must be a list of filters"),
    ],
)
def test_a_wrong_filter_is_refused_with_table_field_and_place(
    desk: Desk, filters: dict[str, Any], place: list[str], message: str
) -> None:
    problem = refused(desk.tried(filters), "invalid-filter")
    assert places(problem) == [["all", 1, *place]]
    assert problem["errors"][0]["message"].startswith(message)
    assert problem["detail"].startswith(".".join(["all", "1", *place]))
