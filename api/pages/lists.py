"""Lists as pages: filters under the headings, sorting by a click on one, page by page."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any
from urllib.parse import urlencode

import msgspec
from fastapi import Depends, Query, Request

from api.pages.browser import InPageLanguage
from api.pages.erased import names_or_erased
from api.pages.filters import filters_of_list, suggested
from api.service import Service
from application.field_words import Language
from projections.listing import Listing
from projections.listing import Query as ListQuery

PAGE = 50


class Asked(msgspec.Struct, frozen=True):
    """What is asked of a list: filters by field, the order, and where the page begins."""

    filters: dict[str, str]
    sort: str | None
    cursor: str | None
    language: Language

    def filters_on(self, listing: Listing) -> dict[str, str]:
        """The filters as those of the listing are, from how people write them."""
        return filters_of_list(self.filters, listing.kinds, self.language)


def asked(
    request: Request,
    language: InPageLanguage,
    sort: Annotated[str | None, Query(max_length=100)] = None,
    cursor: Annotated[str | None, Query(max_length=4_000)] = None,
) -> Asked:
    """Filters are the parameters that begin with `f-`; blank ones do not count."""
    filters = {
        name.removeprefix("f-"): text.strip()
        for name, text in request.query_params.items()
        if name.startswith("f-") and text.strip()
    }
    return Asked(filters, sort or None, cursor, language)


AskedOf = Annotated[Asked, Depends(asked)]


class Shown(msgspec.Struct, frozen=True):
    """A page of a list as its template takes it."""

    items: list[dict[str, Any]]
    total: int
    columns: tuple[str, ...]
    filters: dict[str, str]
    sort: str | None
    path: str
    next_page: str | None
    first_page: str | None
    suggested: dict[str, list[str]] = {}

    def sorted_by(self, column: str) -> str:
        """The address of the same list in the order of a column, or the other way round."""
        return self._address(sort=f"-{column}" if self.sort == column else column)

    def direction(self, column: str) -> str | None:
        """How the list is sorted by a column, in the word that assistive programs know."""
        return {column: "ascending", f"-{column}": "descending"}.get(self.sort or "")

    def _address(self, **values: str) -> str:
        named = {f"f-{name}": text for name, text in self.filters.items()} | values
        return f"{self.path}?{urlencode(named)}"


def shown_list(
    service: Service,
    listing: Listing,
    query: Asked,
    columns: Iterable[str],
    path: str,
    usual: str | None = None,
) -> Shown:
    """A page of a list. Raises InvalidFilter, InvalidRequest."""
    sort = query.sort or usual
    asked = ListQuery(query.filters_on(listing), sort, PAGE, query.cursor, count=True)
    page = service.read_models.page(listing, asked, date.today())
    names_or_erased(service, page.items)
    named = {f"f-{name}": text for name, text in query.filters.items()} | ({"sort": sort} if sort else {})
    return Shown(
        items=page.items,
        total=page.total or 0,
        columns=tuple(columns),
        filters=query.filters,
        sort=sort,
        path=path,
        next_page=f"{path}?{urlencode(named | {'cursor': page.next_cursor})}" if page.next_cursor else None,
        first_page=f"{path}?{urlencode(named)}" if query.cursor else None,
        suggested=suggested(columns, listing.kinds, query.language),
    )
