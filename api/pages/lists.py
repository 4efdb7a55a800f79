"""Lists as pages: filters under the headings, sorting by a click on one, page by page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Annotated, Any
from urllib.parse import urlencode

import msgspec
from fastapi import Depends, Query, Request

from api.pages.browser import InPageLanguage
from api.pages.erased import names_or_erased
from api.pages.filters import filter_shown, filters_of_list, suggested
from api.service import Service
from application.field_words import Language
from domain.errors import InvalidFilter
from projections.listing import Listing
from projections.listing import Query as ListQuery

PAGE = 50
AT_CHARACTER = re.compile(r"^at character \d+: ")


class Asked(msgspec.Struct, frozen=True):
    """What is asked of a list: filters by field, the order, and where the page begins.

    An address means the same to whoever opens it: it says in which language its filters are written.
    """

    filters: dict[str, str]
    sort: str | None
    cursor: str | None
    language: Language
    written_in: Language

    def filters_on(self, listing: Listing) -> dict[str, str]:
        """The filters as those of the listing are, from how people write them."""
        return filters_of_list(self.filters, listing.kinds, self.written_in)

    @contextmanager
    def refusing_as_written(self, listing: Listing) -> Iterator[None]:
        """Refusals name the character that a filter fails at only where it was read as it was written."""
        try:
            yield
        except InvalidFilter as error:
            read = self.filters_on(listing)
            changed = {
                (listing.name, name) for name, written in self.filters.items() if read[name] != written
            }
            raise InvalidFilter(
                error.detail,
                [(at, AT_CHARACTER.sub("", said) if at in changed else said) for at, said in error.problems],
            ) from error

    def filters_shown(self, listing: Listing) -> dict[str, str]:
        """The filters as they were typed, or as the reader of another language would write them."""
        if self.written_in == self.language:
            return self.filters
        return {
            name: filter_shown(filter_, listing.kinds[name], self.language)
            if name in listing.kinds
            else filter_
            for name, filter_ in self.filters_on(listing).items()
        }


def asked(
    request: Request,
    language: InPageLanguage,
    sort: Annotated[str | None, Query(max_length=100)] = None,
    cursor: Annotated[str | None, Query(max_length=4_000)] = None,
    fl: Language | None = None,
) -> Asked:
    """Filters are the parameters that begin with `f-`; blank ones do not count."""
    filters = {
        name.removeprefix("f-"): text.strip()
        for name, text in request.query_params.items()
        if name.startswith("f-") and text.strip()
    }
    return Asked(filters, sort or None, cursor, language, fl or language)


AskedOf = Annotated[Asked, Depends(asked)]


class Shown(msgspec.Struct, frozen=True):
    """A page of a list as its template takes it."""

    items: list[dict[str, Any]]
    total: int
    columns: tuple[str, ...]
    filters: dict[str, str]
    language: Language
    sort: str | None
    path: str
    cursor: str | None
    next_cursor: str | None
    suggested: dict[str, list[str]]

    @property
    def next_page(self) -> str | None:
        """The address of the rows that follow."""
        return self._address(sort=self.sort, cursor=self.next_cursor) if self.next_cursor else None

    @property
    def first_page(self) -> str | None:
        """The address of where the list begins, from further on."""
        return self._address(sort=self.sort) if self.cursor else None

    def sorted_by(self, column: str) -> str:
        """The address of the same list in the order of a column, or the other way round."""
        return self._address(sort=f"-{column}" if self.sort == column else column)

    def direction(self, column: str) -> str | None:
        """How the list is sorted by a column, in the word that assistive programs know."""
        return {column: "ascending", f"-{column}": "descending"}.get(self.sort or "")

    def _address(self, **values: str | None) -> str:
        named: dict[str, str | None] = {f"f-{name}": text for name, text in self.filters.items()}
        named |= {"fl": self.language if self.filters else None} | values
        return f"{self.path}?{urlencode({name: value for name, value in named.items() if value})}"


def shown_list(
    service: Service,
    listing: Listing,
    query: Asked,
    columns: Iterable[str],
    path: str,
    usual: str,
) -> Shown:
    """A page of a list. Raises InvalidFilter, InvalidRequest."""
    sort = query.sort or usual
    asked = ListQuery(query.filters_on(listing), sort, PAGE, query.cursor, count=True)
    with query.refusing_as_written(listing):
        page = service.read_models.page(listing, asked, date.today())
    names_or_erased(service, page.items)
    return Shown(
        items=page.items,
        total=page.total or 0,
        columns=tuple(columns),
        filters=query.filters_shown(listing),
        language=query.language,
        sort=sort,
        path=path,
        cursor=query.cursor,
        next_cursor=page.next_cursor,
        suggested=suggested(columns, listing.kinds, query.language),
    )
