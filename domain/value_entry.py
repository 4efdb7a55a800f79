"""Value entries: what was sold to customers and bought from vendors, for criteria to look at (domain B5).

They are made elsewhere and only taken over here. An entry has no number of its own outside, so it is what its
values are: the same values again are the same entry.
"""

from __future__ import annotations

from datetime import date
from hashlib import blake2b
from typing import ClassVar, Literal

import msgspec

SourceType = Literal["customer", "vendor"]


class ValueEntry(msgspec.Struct, frozen=True, omit_defaults=True):
    """One posted line of a sale or purchase; `contact_no` is the person named on its document."""

    source_type: SourceType
    source_no: str
    item_no: str | None = None
    variant_code: str | None = None
    posting_date: date | None = None
    inventory_posting_group: str | None = None
    contact_no: str | None = None

    @property
    def identity(self) -> bytes:
        """Stands for all its values."""
        return blake2b(msgspec.json.encode(self), digest_size=16).digest()


class ValueEntriesImported(msgspec.Struct, frozen=True):
    """Rows of a file were taken over that were not known; they are numbered on from `first_entry_no`."""

    topic: ClassVar[str] = "value-entries.imported.1"
    first_entry_no: int
    entries: tuple[ValueEntry, ...]
