"""Words that the whole domain shares: enumerations (domain section A0) and how codes are written."""

from __future__ import annotations

from itertools import compress, repeat
from operator import is_not
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
    # An import asks twice for every row; written like this, it takes half the time of a comprehension.
    values = msgspec.structs.astuple(changes)
    named = map(is_not, values, repeat(msgspec.UNSET))
    return dict(compress(zip(changes.__struct_fields__, values, strict=True), named))
