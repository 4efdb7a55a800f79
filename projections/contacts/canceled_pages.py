"""Which entries are canceled: bits by entry number, page by page (domain B14).

The view `interaction_log_entry` reads them; nothing else does.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from psycopg import Cursor

PAGE_BITS = 13
"""2^13 entries share a page, a kilobyte; the view has the same number."""

_PAGE = 1 << PAGE_BITS


def cancel(cursor: Cursor[Any], numbers: NDArray[np.int64]) -> int:
    """Cancel these entries; how many were not canceled before."""
    return _change(cursor, numbers, canceled=True)


def uncancel(cursor: Cursor[Any], numbers: NDArray[np.int64]) -> int:
    """Let these entries count again, or be gone; how many were canceled before."""
    return _change(cursor, numbers, canceled=False)


def _change(cursor: Cursor[Any], numbers: NDArray[np.int64], *, canceled: bool) -> int:
    pages, places = np.unique(numbers >> PAGE_BITS, return_inverse=True)
    if len(pages) == 0:
        return 0
    chosen = np.zeros((len(pages), _PAGE), dtype=bool)
    chosen[places, numbers & (_PAGE - 1)] = True
    known = {page: index for index, page in enumerate(pages.tolist())}
    before = np.zeros_like(chosen)
    cursor.execute("SELECT page, bits FROM canceled_page WHERE page = ANY(%s)", (list(known),))
    for page, bits in cursor.fetchall():
        before[known[page]] = np.unpackbits(np.frombuffer(bits, dtype=np.uint8), bitorder="little")
    after = before | chosen if canceled else before & ~chosen
    kept = after.any(axis=1)
    cursor.execute("DELETE FROM canceled_page WHERE page = ANY(%s)", (pages[~kept].tolist(),))
    packed = np.packbits(after, axis=1, bitorder="little")
    cursor.execute(
        "INSERT INTO canceled_page (page, bits) SELECT * FROM unnest(%s::bigint[], %s::bytea[])"
        " ON CONFLICT (page) DO UPDATE SET bits = excluded.bits",
        (pages[kept].tolist(), [row.tobytes() for row in packed[kept]]),
    )
    return int((before ^ after).sum())
