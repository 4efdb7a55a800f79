"""Words that the whole domain shares: enumerations (domain section A0) and how codes are written."""

from __future__ import annotations

from typing import Any, Literal, get_args

import msgspec

CorrespondenceType = Literal["hard_copy", "email", "fax"]
InformationFlow = Literal["outbound", "inbound"]
InitiatedBy = Literal["us", "them"]
Evaluation = Literal["very_positive", "positive", "neutral", "negative", "very_negative"]
ContactType = Literal["company", "person"]
CriteriaActionKind = Literal["add_contacts", "reduce", "refine"]

LINE_STEP = 10_000
"""Line numbers go in steps of this size."""


def members(enumeration: object) -> tuple[str, ...]:
    """The words of an enumeration."""
    return get_args(enumeration)


def given(changes: msgspec.Struct) -> dict[str, Any]:
    """The fields of a set of changes that were given, blank ones included."""
    unset = msgspec.UNSET
    return {name: value for name, value in msgspec.structs.asdict(changes).items() if value is not unset}
