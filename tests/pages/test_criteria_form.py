"""What a form of conditions and groups means as criteria."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from starlette.datastructures import FormData

from api.pages.criteria_form import filters_in
from domain.criteria import parse_criteria
from domain.errors import InvalidRequest

CITY, NEWS = ("contact.city", "yes", "Ede"), ("mailing_group.code", "yes", "NEWS")


def form(
    *rows: tuple[str, ...], joins: str = "all", groups: tuple[tuple[str, str, str], ...] = ()
) -> FormData:
    """A form as a browser sends it: rows are field, holds, filter and perhaps the group that they are in."""
    sent: list[tuple[str, Any]] = [("joins", joins)]
    for name, parent, how in groups:
        sent += [("group", name), ("group-in", parent), ("group-joins", how)]
    for field, holds, text, *within in rows:
        sent += [("in", (within or [""])[0]), ("field", field), ("holds", holds), ("filter", text)]
    return FormData(sent)


@pytest.mark.parametrize(
    ("sent", "filters"),
    [
        (form(), {}),
        (form(("contact.city", "yes", "  ")), {}),
        (form(CITY, NEWS), {"contact": {"city": "Ede"}, "mailing_group": {"code": "NEWS"}}),
        (
            form(CITY, ("contact.name", "yes", "A*"), ("mailing_group.code", "not", "NEWS")),
            {
                "all": [
                    {"contact": {"city": "Ede", "name": "A*"}},
                    {"not": {"mailing_group": {"code": "NEWS"}}},
                ]
            },
        ),
        (
            form(CITY, ("contact.city", "yes", "Epe"), joins="any"),
            {"any": [{"contact": {"city": "Ede"}}, {"contact": {"city": "Epe"}}]},
        ),
        (
            form(CITY, NEWS, joins="none"),
            {"not": {"any": [{"contact": {"city": "Ede"}}, {"mailing_group": {"code": "NEWS"}}]}},
        ),
        (
            form(
                (*CITY, "g1"), (*NEWS, "g1"), ("contact.type", "yes", "person"), groups=(("g1", "", "any"),)
            ),
            {
                "all": [
                    {"contact": {"type": "person"}},
                    {"any": [{"contact": {"city": "Ede"}}, {"mailing_group": {"code": "NEWS"}}]},
                ]
            },
        ),
        (
            form(
                *((*CITY, "g1"), (*NEWS, "g2"), ("contact.type", "yes", "person", "g2")),
                groups=(("g1", "", "any"), ("g2", "g1", "all"), ("g3", "g1", "none")),
            ),
            {
                "any": [
                    {"contact": {"city": "Ede"}},
                    {"mailing_group": {"code": "NEWS"}, "contact": {"type": "person"}},
                ]
            },
        ),
    ],
)
def test_a_form_means(sent: FormData, filters: dict[str, Any]) -> None:
    assert filters_in(sent, "en") == filters
    parse_criteria(filters, work_date=date(2026, 3, 1))


def test_a_field_that_must_be_two_things_at_once_is_refused() -> None:
    with pytest.raises(InvalidRequest, match="condition 2"):
        filters_in(form(CITY, ("contact.city", "yes", "Epe")), "en")


@pytest.mark.parametrize(
    "sent",
    [
        form(("contact.no_such", "yes", "x")),
        form((*CITY, "nowhere")),
        form(groups=(("g1", "g1", "any"),)),
        form(groups=(("g1", "", "any"), ("g1", "", "any"))),
    ],
)
def test_a_form_that_was_not_made_here_is_refused(sent: FormData) -> None:
    with pytest.raises(InvalidRequest):
        filters_in(sent, "en")


@pytest.mark.parametrize("missing", ["holds", "filter", "in", "group-in"])
def test_a_form_with_a_field_that_is_missing_is_refused(missing: str) -> None:
    whole = form((*CITY, "g"), groups=(("g", "", "any"),))
    with pytest.raises(InvalidRequest):
        filters_in(FormData([(name, text) for name, text in whole.multi_items() if name != missing]), "en")
