"""Links in mails by which people opt out: they name a number, and cannot be made by others."""

from __future__ import annotations

import hashlib
import hmac
import re

_TOKEN = re.compile(r"([0-9]{1,15})-([0-9a-f]{32})")


def token(secret: bytes, number: int) -> str:
    """The end of the link of the person with this number."""
    return f"{number}-{_sign(secret, number)}"


def number_of(secret: bytes, text: str) -> int | None:
    """Whose link it is; None if it is not one of ours."""
    found = _TOKEN.fullmatch(text)
    if found is None:
        return None
    number = int(found[1])
    return number if hmac.compare_digest(_sign(secret, number), found[2]) else None


def _sign(secret: bytes, number: int) -> str:
    return hmac.new(secret, b"opt out %d" % number, hashlib.sha256).hexdigest()[:32]
