"""Values as they come in and go out: codes, texts, amounts, and how blanks are written."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

NUL = "\x00"


def _trimmed(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


def _code(value: Any) -> Any:
    return value.strip().upper() if isinstance(value, str) else value


def _blank_as_none(value: Any) -> Any:
    return None if isinstance(value, str) and not value.strip() else value


def _storable(value: str) -> str:
    if NUL in value:
        raise ValueError("must not hold the character NUL")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise ValueError("holds half of a character") from None
    return value


_STORABLE = AfterValidator(_storable)

Code = Annotated[str, BeforeValidator(_code), StringConstraints(min_length=1, max_length=20), _STORABLE]
ShortCode = Annotated[str, BeforeValidator(_code), StringConstraints(min_length=1, max_length=10), _STORABLE]
OptionalCode = Annotated[Code | None, BeforeValidator(_blank_as_none)]
OptionalShortCode = Annotated[ShortCode | None, BeforeValidator(_blank_as_none)]


def _text(length: int) -> Any:
    text = Annotated[str, BeforeValidator(_trimmed), StringConstraints(max_length=length), _STORABLE]
    return Annotated[text | None, BeforeValidator(_blank_as_none)]


Text20 = _text(20)
Text30 = _text(30)
Text50 = _text(50)
Text80 = _text(80)
Text100 = _text(100)
Text255 = _text(255)
Remarks = _text(4_000)

Amount = Annotated[Decimal, Field(ge=0, max_digits=20, decimal_places=5, examples=["2.50"])]
Minutes = Annotated[int, Field(ge=0, le=1_000_000, examples=[5])]
EntryNo = Annotated[int, Field(ge=1, le=2**62)]


class Body(BaseModel):
    """What is sent in: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid")

    def given(self) -> dict[str, Any]:
        """The fields that were sent, by name."""
        return {name: getattr(self, name) for name in self.model_fields_set}


class Answer(BaseModel):
    """What is sent out."""

    model_config = ConfigDict(extra="forbid")


def utc(at: datetime) -> datetime:
    """The instant in UTC, so that it is written with a Z."""
    return at.astimezone(UTC)
