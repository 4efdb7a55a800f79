"""Statistics: what was done per template, group, campaign and month, as charts, tables and files."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Response
from markupsafe import Markup
from starlette.responses import HTMLResponse

from api.context import ServiceOf
from api.csv_answers import csv_answer
from api.pages.browser import PageRoute, Reader
from api.pages.charts import Bar, bar_chart
from api.pages.formats import amount_text, day_text, month_text, number_text, percent_text
from api.pages.forms import record_choices
from api.pages.words import field_label, text
from api.service import Service
from application.field_words import Language
from domain import records
from domain.errors import InvalidRequest
from domain.records import RecordKind
from projections.statistics import BREAKDOWNS, By, Figures, Period, statistics_by

router = APIRouter(route_class=PageRoute, include_in_schema=False)
Figure = Literal["number_of_interactions", "cost", "duration_minutes", "response_rate"]
FIGURES: tuple[Figure, ...] = ("number_of_interactions", "cost", "duration_minutes", "response_rate")
TABLE = (
    *("number_of_interactions", "cost", "duration_minutes"),
    *("target_contacts_contacted", "contacts_responded", "response_rate"),
)
MOST_BARS = 15
"""More cannot be read; the table beside the chart has them all."""
NAMES: dict[By, RecordKind] = {
    "template": records.INTERACTION_TEMPLATE,
    "group": records.INTERACTION_GROUP,
    "campaign": records.CAMPAIGN,
}


def asked_period(
    first: Annotated[str, Query(alias="from", max_length=10)] = "",
    last: Annotated[str, Query(alias="to", max_length=10)] = "",
) -> Period:
    """The days that are asked for. Raises InvalidRequest."""
    return Period(_day("from", first), _day("to", last))


def _day(name: str, given: str) -> date | None:
    if not given.strip():
        return None
    try:
        return date.fromisoformat(given.strip())
    except ValueError:
        raise InvalidRequest.at(name, f"'{given}' is not a date (write 2026-11-24)") from None


Asked = Annotated[Period, Depends(asked_period)]


@router.get("/statistics")
def show_statistics(
    service: ServiceOf, visitor: Reader, period: Asked, figure: Figure = "number_of_interactions"
) -> HTMLResponse:
    """A chart and a table for each breakdown."""
    with service.read_models.cursor() as cursor:
        found = statistics_by(cursor, BREAKDOWNS, period)
    days = {"from": _iso(period.first), "to": _iso(period.last)}
    given = {name: day for name, day in days.items() if day}
    cards = [_card(service, by, found[by], figure, visitor.language, given) for by in BREAKDOWNS]
    return visitor.page(
        "statistics.html",
        cards=cards,
        days=days,
        figure=figure,
        figures=[(name, f"/statistics?{urlencode(given | {'figure': name})}") for name in FIGURES],
        table=TABLE,
        period=_period_words(period, visitor.language),
    )


@router.get("/statistics/{by}.csv")
def download(by: By, service: ServiceOf, visitor: Reader, period: Asked) -> Response:
    """One breakdown as a file: headings in the reader's language, numbers as programs write them."""
    with service.read_models.cursor() as cursor:
        found = statistics_by(cursor, [by], period)[by]
    names = _names(service, by)
    headings = [text(f"by_{by}", visitor.language), field_label("description", visitor.language)]
    headings += [field_label(name, visitor.language) for name in TABLE]
    if by == "month":
        del headings[1]
    rows = [headings]
    for one in found:
        shown = [one.code or ""] if by == "month" else [one.code or "", names.get(one.code or "", "")]
        rows.append(shown + [_plain(getattr(one, name)) for name in TABLE])
    return csv_answer(iter(rows), f"{text('statistics_page', visitor.language)} {by}.csv".lower())


def _plain(value: int | Decimal | None) -> str:
    return "" if value is None else f"{value:f}" if isinstance(value, Decimal) else str(value)


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""


def _names(service: Service, by: By) -> dict[str, str]:
    return dict(record_choices(service, NAMES[by])) if by in NAMES else {}


def _card(
    service: Service,
    by: By,
    found: Sequence[Figures],
    figure: Figure,
    language: Language,
    days: dict[str, str],
) -> dict[str, Any]:
    """What the template shows of a breakdown."""
    names = _names(service, by)
    rows = [(_named(by, one.code, names, language), one) for one in found]
    return {
        "by": by,
        "rows": [
            (label, [figure_text(name, getattr(one, name), language) for name in TABLE])
            for label, one in rows
        ],
        "chart": _chart(by, rows, figure, language),
        "more": max(0, len(rows) - MOST_BARS),
        "csv": f"/statistics/{by}.csv" + (f"?{urlencode(days)}" if days else ""),
    }


def _named(by: By, code: str | None, names: dict[str, str], language: Language) -> str:
    if code is None:
        return text("without_one", language)
    if by == "month":
        return month_text(code, language)
    return f"{code} · {names[code]}" if names.get(code) else code


def _chart(by: By, rows: Sequence[tuple[str, Figures]], figure: Figure, language: Language) -> Markup:
    """The largest of a breakdown as bars; of months, the last."""
    values = [(label, getattr(one, figure)) for label, one in rows]
    shown = values[-MOST_BARS:]
    if by != "month":
        shown = sorted(values, key=lambda pair: -(pair[1] if pair[1] is not None else -1))[:MOST_BARS]
    bars = [Bar(label, float(value or 0), figure_text(figure, value, language)) for label, value in shown]
    title = text("chart_title", language, figure=field_label(figure, language), by=text(f"by_{by}", language))
    told = "; ".join(f"{bar.label}: {bar.words}" for bar in bars)
    return bar_chart(f"chart-{by}", title, told, bars)


def figure_text(name: str, value: int | Decimal | None, language: Language) -> str:
    """A figure as it is read: rates in percent."""
    if value is None:
        return "–"
    if name == "response_rate":
        return percent_text(Decimal(value), language)
    return amount_text(Decimal(value), language) if name == "cost" else number_text(value, language)


def _period_words(period: Period, language: Language) -> str:
    if period.first and period.last:
        return text(
            *("period_both", language),
            first=day_text(period.first, language),
            last=day_text(period.last, language),
        )
    if period.first:
        return text("period_from", language, first=day_text(period.first, language))
    if period.last:
        return text("period_to", language, last=day_text(period.last, language))
    return text("period_all", language)
