"""Filling in pages of text: HTML with `{{ name }}` or «name» where a value belongs. Values are only text."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping

from correspondence.field_codes import FieldCode
from correspondence.fields import canonical
from correspondence.formatting import Value, formatter, language_of

_PLACE = re.compile(r"\{\{\s*([^{}\n]{1,100}?)\s*\}\}|«([^«»\n]{1,100})»")


def page_fields(page: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The fields of a page by their own names, and the names that mean nothing, as written."""
    written = dict.fromkeys(html.unescape(found[1] or found[2]).strip() for found in _PLACE.finditer(page))
    known = dict.fromkeys(field for name in written if (field := canonical(name)) is not None)
    return tuple(known), tuple(name for name in written if canonical(name) is None)


def fill_page(page: str, values: Mapping[str, Value], language: str | None) -> str:
    """The page with these values by field name; what is not known is blank."""
    spoken = language_of(language)

    def fill(found: re.Match[str]) -> str:
        field = canonical(html.unescape(found[1] or found[2]).strip())
        if field is None:
            return ""
        text = formatter(FieldCode(field))(values.get(field), spoken)
        return html.escape(text).replace("\n", "<br>")

    return _PLACE.sub(fill, page)
