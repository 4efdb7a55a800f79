"""Turning templates into pages: texts, values and forms in the language of whoever looks."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.responses import HTMLResponse

from api.pages.filters import criteria_shown, filter_shown
from api.pages.formats import amount_text, day_text, instant_text, number_text, plain_number
from api.pages.words import (
    detail_in_dutch,
    detail_in_plain_words,
    field_label,
    member_label,
    refusal_text,
    text,
)
from application.field_words import Language, filter_words
from domain.criteria import TABLES
from domain.filter_expression import exactly

HERE = Path(__file__).parent
STATIC = HERE / "static"

SECURITY_HEADERS = {
    # No script or style but our own files, and nothing from elsewhere.
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self';"
        " font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_INSTANT = re.compile(r"(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}:\d{2}) UTC")


AMOUNTS = frozenset({"cost", "unit_cost"})


class Erased:
    """Stands where the name of a contact was that has been erased."""


ERASED = Erased()

_environment = Environment(
    loader=FileSystemLoader(HERE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@cache
def static_address(name: str) -> str:
    """The address of a static file, which changes with its content, so that browsers may keep it."""
    return f"/static/{name}?{hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]}"


def shown(name: str, value: Any, language: Language) -> str | Markup:
    """A value of a field as it is shown; a blank one as nothing."""
    match value:
        case None | () | []:
            return ""
        case Erased():
            return Markup('<i class="erased">{}</i>').format(text("erased", language))
        case bool():
            return text("yes" if value else "no", language)
        case datetime():
            words = instant_text(value, language)
            return Markup('<time datetime="{}">{}</time>').format(value.isoformat(), words)
        case date():
            return day_text(value, language)
        case time():
            return f"{value:%H:%M}"
        case Decimal() if name in AMOUNTS:
            return amount_text(value, language)
        case int() | Decimal() if not name.endswith(("_no", "no")):
            return number_text(value, language)
        case str():
            return member_label(name, value, language)
        case list() | tuple():
            return Markup(", ").join(escape(shown(name, part, language)) for part in value)
    return str(value)


def in_field(value: Any, language: Language) -> str:
    """A value as it stands in a field to be changed."""
    match value:
        case None:
            return ""
        case bool():
            return "on" if value else ""
        case date():
            return value.isoformat()
        case time():
            return f"{value:%H:%M:%S}" if value.second else f"{value:%H:%M}"
        case int():
            return plain_number(value, language)
        case Decimal():
            return plain_number(value, language, least=2)  # every one is an amount, with cents as in tables
    return str(value)


def told(english: str, language: Language) -> str | Markup:
    """What a use case says, in the language of the page; marked as English where that has no words for it."""
    if language == "en":
        return detail_in_plain_words(english)
    dutch = detail_in_dutch(english)
    return dutch if dutch is not None else Markup('<span lang="en">{}</span>').format(english)


def quoted(value: object) -> str:
    """A number or code as one part of an address, whatever signs it holds."""
    return quote(str(value), safe="")


_environment.filters["quoted"] = quoted


def timed(sentence: str) -> Markup:
    """A sentence whose instants the page shows as the reader's clock does."""
    marked = _INSTANT.sub(r'<time datetime="\1T\2Z">\1 \2 UTC</time>', str(escape(sentence)))
    return Markup(marked)


def placed(place: Sequence[str | int], language: Language) -> str:
    """Where something is wrong, in the words that stand beside it on the page."""
    named = [field_label(part, language) if isinstance(part, str) else str(part + 1) for part in place]
    if place and isinstance(place[0], int):
        # The number of a line, not its place in a list, which would have a name before it.
        named[0] = text("line_no", language, n=place[0])
    return " › ".join(named)


def rendered(template: str, language: Language, facts: Mapping[str, Any]) -> str:
    """A template with what it tells."""

    def t(name: str, /, **values: object) -> str:
        return text(name, language, **values)

    return _environment.get_template(template).render(
        t=t,
        language=language,
        refusal=lambda slug: refusal_text(slug, language),
        label=lambda name: field_label(name, language),
        shown=lambda name, value: shown(name, value, language),
        day=lambda written: day_text(date.fromisoformat(written), language) if written else "",
        number=lambda value: number_text(value, language),
        in_field=lambda value: in_field(value, language),
        in_words=lambda filters: filter_words(criteria_shown(filters, language), language),
        filter_shown=lambda table, name, text: filter_shown(text, TABLES[table][name], language),
        told=lambda english: told(english, language),
        timed=timed,
        exactly=exactly,
        placed=lambda place: placed(place, language),
        erased_mark=ERASED,
        static=static_address,
        **facts,
    )


def html(
    template: str,
    language: Language,
    facts: Mapping[str, Any],
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> HTMLResponse:
    """A template as an answer."""
    return HTMLResponse(rendered(template, language, facts), status, {**SECURITY_HEADERS, **(headers or {})})
