"""Values as they come in and go out: codes, texts, amounts, and how blanks are written."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Annotated, Any, ClassVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    StringConstraints,
)
from pydantic.json_schema import SkipJsonSchema
from pydantic_core import CoreSchema

NUL = "\x00"
NO_UTF_8 = "is not in UTF-8: save the file as UTF-8"
"""Said of what is in a file."""


def _trimmed(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


def _code(value: Any) -> Any:
    return value.strip().upper() if isinstance(value, str) else value


def _blank_as_none(value: Any) -> Any:
    return None if isinstance(value, str) and not value.strip() else value


def is_undecoded(character: str) -> bool:
    """Whether this stands for a byte of a file that is no text in UTF-8."""
    return "\udc80" <= character <= "\udcff"


def _storable(value: str) -> str:
    if NUL in value:
        raise ValueError("must not hold the character NUL")
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise ValueError(
            NO_UTF_8 if is_undecoded(value[error.start]) else "holds half of a character"
        ) from None
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
Reason = Annotated[str, BeforeValidator(_trimmed), StringConstraints(min_length=1, max_length=255), _STORABLE]
Comment = Annotated[
    str, BeforeValidator(_trimmed), StringConstraints(min_length=1, max_length=1_000), _STORABLE
]


def _written(pattern: str, example: str) -> BeforeValidator:
    """Text that is written in one way only; pydantic would take numbers and other spellings as well."""

    def check(value: Any) -> Any:
        good = re.fullmatch(pattern, value, re.ASCII) if isinstance(value, str) else True
        if isinstance(value, int | float) or not good:
            raise ValueError(f"must be written as {example}")
        return value

    return BeforeValidator(check)


_DAY, _CLOCK = r"\d{4}-\d{2}-\d{2}", r"\d{2}:\d{2}(:\d{2})?"
Day = Annotated[date, _written(_DAY, "2026-11-24")]
Clock = Annotated[time, _written(_CLOCK, "09:30:00")]
Instant = Annotated[
    datetime,
    _written(rf"{_DAY}T{_CLOCK}(\.\d{{1,6}})?(Z|[+-]\d{{2}}:\d{{2}})?", "2026-11-24T09:30:00Z"),
]
"""In UTC where no offset is given."""


def _number(value: Any) -> Any:
    """The values of other languages that pydantic reads as numbers: true as 1, and 1_000."""
    if isinstance(value, bool) or (isinstance(value, str) and "_" in value):
        raise ValueError("must be a number")
    return value


_NUMBER = BeforeValidator(_number)
Number = Annotated[int, _NUMBER]


def _plain(amount: Decimal) -> Decimal:
    """The amount without an exponent or a sign, so that it is always answered as it would be written."""
    return abs(Decimal(f"{amount:f}"))


Amount = Annotated[
    Decimal,
    Field(ge=0, max_digits=20, decimal_places=5, examples=["2.50"]),
    AfterValidator(_plain),
    _NUMBER,
]
Minutes = Annotated[Number, Field(ge=0, le=1_000_000, examples=[5])]
EntryNo = Annotated[Number, Field(ge=1, le=2**62)]
Total = Annotated[
    int | SkipJsonSchema[None],
    Field(description="How many there are in all; with `count=true` only.", exclude_if=lambda n: n is None),
]
"""Left out of the answer where nobody asked for it."""


class Body(BaseModel):
    """What is sent in: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid")

    example: ClassVar[dict[str, Any] | None] = None
    """What the documentation shows; answers that have the same fields do not inherit it."""

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        schema = handler(core_schema)
        if example := cls.__dict__.get("example"):
            handler.resolve_ref_schema(schema)["examples"] = [example]
        return schema

    def given(self) -> dict[str, Any]:
        """The fields that were sent, by name."""
        return {name: getattr(self, name) for name in self.model_fields_set}


class Answer(BaseModel):
    """What is sent out."""

    model_config = ConfigDict(extra="forbid")


def utc(at: datetime) -> datetime:
    """The instant in UTC, so that it is written with a Z."""
    return at.astimezone(UTC)
