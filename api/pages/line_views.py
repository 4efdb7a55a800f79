"""Any part of a worksheet's lines at once, sorted and filtered, however many there are."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from api.service import Service
from domain.segment.lines import NO_CHANGES, Line, LineColumns
from domain.segment.state import Segment
from projections.line_order import line_order
from projections.listing import Query

KEPT = 8
"""So many orders of lines are kept, 4 bytes a line each; the one that was longest unused goes."""
KEPT_SECONDS = 60.0
"""Contacts may change meanwhile, and with them who meets a filter."""

Key = tuple[str, int, str | None, tuple[tuple[str, str], ...], date]


@dataclass(frozen=True)
class Window:
    """Some lines of a view, from the one at `start` (counted from 0) on, and how many there are in all."""

    lines: Sequence[Line]
    start: int
    total: int


@dataclass(frozen=True)
class _View:
    columns: LineColumns
    places: NDArray[np.int32] | None
    until: float


class LineViews:
    """Orders of lines that are being looked at, so that scrolling does not sort again."""

    def __init__(self) -> None:
        self._views: OrderedDict[Key, _View] = OrderedDict()
        self._lock = Lock()

    def window(
        self, service: Service, segment: Segment, query: Query, work_date: date, start: int, count: int
    ) -> Window:
        """The lines of a part of a view. Raises InvalidFilter."""
        if not query.filters and query.sort in (None, "line_no") and start == 0:
            # The beginning needs no view: it comes at once, however many lines follow.
            return Window(segment.lines(0, count), 0, segment.number_of_lines)
        view = self._view(service, segment, query, work_date)
        total = len(view.columns) if view.places is None else len(view.places)
        chosen = range(start, min(start + count, total))
        places = chosen if view.places is None else [int(view.places[place]) for place in chosen]
        return Window([_line(segment, view.columns, place) for place in places], start, total)

    def _view(self, service: Service, segment: Segment, query: Query, work_date: date) -> _View:
        key = (segment.no, segment.version, query.sort, tuple(sorted(query.filters.items())), work_date)
        now = time.monotonic()
        with self._lock:
            known = self._views.get(key)
            if known is not None and known.until > now:
                self._views.move_to_end(key)
                return known
        columns, places = segment.line_columns(), None
        if query.filters or query.sort not in (None, "line_no"):
            with service.read_models.cursor() as cursor:
                places = line_order(cursor, columns, segment.blocks, segment.own_lines(), query, work_date)
        view = _View(columns, places, now + KEPT_SECONDS)
        with self._lock:
            self._views[key] = view
            while len(self._views) > KEPT:
                self._views.popitem(last=False)
        return view


def _line(segment: Segment, columns: LineColumns, place: int) -> Line:
    block, key = segment.blocks[int(columns.block[place])], int(columns.contact_key[place])
    return Line(int(columns.line_no[place]), key, block, segment.own.get((block.id, key), NO_CHANGES))
