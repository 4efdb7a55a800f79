"""Value entries as rows of files and as answers."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

import msgspec
from pydantic import BeforeValidator, Field

from api.schemas.contacts import RejectedRowAnswer
from api.schemas.values import Answer, Body, Code, Day, OptionalCode, Total
from domain.value_entry import SourceType, ValueEntry


def _word(value: Any) -> Any:
    return value.strip().lower() if isinstance(value, str) else value


def _unpadded(value: Any) -> Any:
    return (value.strip() or None) if isinstance(value, str) else value


class ValueEntryValues(Body):
    """A posted line of a sale or purchase."""

    source_type: Annotated[SourceType, BeforeValidator(_word)]
    source_no: Code
    item_no: OptionalCode = None
    variant_code: OptionalCode = None
    posting_date: Annotated[Day | None, BeforeValidator(_unpadded)] = None
    inventory_posting_group: OptionalCode = None
    contact_no: OptionalCode = None

    def entry(self) -> ValueEntry:
        """The entry as the domain knows it."""
        return msgspec.convert(self.model_dump(), ValueEntry)


class ValueEntryAnswer(Answer):
    """A value entry: what was sold to a customer or bought from a vendor."""

    entry_no: int
    source_type: SourceType
    source_no: str
    item_no: str | None
    variant_code: str | None
    posting_date: date | None
    inventory_posting_group: str | None
    contact_no: str | None = Field(description="The person that the posted document names.")


class ValueEntryPage(Answer):
    """A page of value entries."""

    items: list[ValueEntryAnswer]
    next_cursor: str | None = None
    total: Total = None


class ValueEntryImportAnswer(Answer):
    """What became of the rows of a file; `unchanged` are entries that were known already."""

    registered: int
    unchanged: int
    rejected: list[RejectedRowAnswer]
    rejected_total: int
