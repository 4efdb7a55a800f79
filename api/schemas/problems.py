"""The shape of every refusal."""

from __future__ import annotations

from pydantic import BaseModel, Field


class ProblemPlace(BaseModel):
    """One wrong place."""

    loc: list[str | int] = Field(examples=[["unit_cost"]])
    message: str


class ProblemAnswer(BaseModel):
    """A refusal (RFC 9457); nothing was changed."""

    type: str = Field(examples=["/problems/invalid-request"])
    title: str
    status: int
    detail: str
    errors: list[ProblemPlace] | None = None
    logged_segment: int | None = Field(None, description="With `segment-logged`: what the segment is now.")
    failing_lines: int | None = Field(None, description="Where logging is refused: how many lines fail.")
