"""Saying that there is nothing with this name, and which name may have been meant."""

from __future__ import annotations

from collections.abc import Collection
from difflib import get_close_matches
from typing import Final

_SHOWN_LENGTH: Final = 50


def unknown(what: str, plural: str, name: str, known: Collection[str], *, guess: bool = True) -> str:
    """`unknown("field", "fields", "town", ...)`: there is no field 'town'; the fields are ..."""
    shown = name if len(name) <= _SHOWN_LENGTH else f"{name[:_SHOWN_LENGTH]}…"
    meant = get_close_matches(name[:_SHOWN_LENGTH].strip().lower(), known, n=1) if guess else []
    hint = f" (did you mean {meant[0]}?)" if meant else ""
    return f"there is no {what} '{shown}'{hint}; the {plural} are: {', '.join(known)}"
