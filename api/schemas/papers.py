"""What is said of cover sheets."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from api.schemas.values import Body, Number, Text100
from application.papers import Part, Printed
from correspondence.cover_sheets import MOST_TEXTS, Remark

Texts = Annotated[list[Text100], Field(max_length=MOST_TEXTS)]
First = Annotated[Number, Field(ge=1, le=2**31 - 1)]


def printed(texts: list[str | None], remarks: list[Remark]) -> Printed:
    """What all sheets say; a blank text leaves its line free."""
    return Printed(tuple(text or "" for text in texts), tuple(remarks))


class CoverSheetsBody(Body):
    """What is on all cover sheets, which of them are printed, and whether that is recorded."""

    example = {"texts": ["The spring catalogue, as promised."], "remarks": ["for_your_information"]}

    texts: Texts = []
    remarks: list[Remark] = []
    log_interaction: bool = True
    first: First = 1
    count: First | None = None

    def printed(self) -> Printed:
        """What all sheets say."""
        return printed(self.texts, self.remarks)

    def part(self) -> Part:
        """Which of them."""
        return Part(self.first, self.count)
