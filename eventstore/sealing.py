"""What is personal in an event is stored sealed: blank at its place, and closed in a box beside the rest.

    {"sealed": [{"of": 17, "at": ["value"], "box": "..."}], "at": ..., "data": {"value": {"name": null}}}

`of` is the subject whose key opens the box, `at` the place in `data` where its values belong. A box is a
nonce and what AES-GCM makes of the JSON of the values; it opens only in the event, and at the place, that it
was made for. When the key was destroyed, what is left is the event with blanks.
"""

from __future__ import annotations

import re
from binascii import a2b_base64, b2a_base64
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from msgspec.structs import replace as replaced

from eventstore.personal_keys import NONCE_BYTES, PersonalKeyError

MARK = b'{"sealed":'
"""How the state of an event begins in which something is sealed."""

_SUBJECTS = re.compile(rb'\{"of":(\d+),"at":\[')
"""Quotes in texts are escaped, so nothing else looks like this."""

Place = tuple[str | int, ...]


class Personal(msgspec.Struct, frozen=True, gc=False):
    """Texts at a place of an event that are personal to a subject, each with what it is when blank.

    In a list, `*` stands for all members. `always` makes a box also where there is nothing to put in, so that
    the event can be found as the subject's. `begins` if the subject is most likely a new one, without a key.
    """

    subject: int
    at: Place
    blanks: Mapping[str, Any]
    always: bool = False
    begins: bool = False


class Box(msgspec.Struct, frozen=True, gc=False):
    """What is sealed at one place."""

    of: int
    at: Place
    box: str


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode


def subjects_in(state: bytes) -> list[int]:
    """Whose personal values are sealed in a stored state, of whatever kind it is."""
    return list(map(int, _SUBJECTS.findall(state))) if state.startswith(MARK) else []


def sealed_of(subject: int) -> bytes:
    """What is in a stored state in which something is sealed of this subject."""
    return b'{"of":%d,"at":[' % subject


def take_out(data: Any, personal: Personal) -> dict[str, Any]:
    """Blank what is personal in builtin data; the values that were there, if there were any."""
    there = container(data, personal.at)
    blanks = personal.blanks
    if isinstance(there, list | tuple):
        container(data, personal.at[:-1])[personal.at[-1]] = [blanks["*"]] * len(there)
        return {str(index): value for index, value in enumerate(there) if value}
    taken = {}
    for name in blanks:
        if value := there.get(name):
            taken[name] = value
            there[name] = blanks[name]
    return taken


def put_back(there: Any, at: Place, values: Mapping[Any, Any]) -> Any:
    """The opposite: the fact, or what JSON made of it, with the values at their place."""
    if at:
        inner = getattr(there, str(at[0])) if isinstance(there, msgspec.Struct) else there[at[0]]
        values = {at[0]: put_back(inner, at[1:], values)}
    if isinstance(there, msgspec.Struct):
        return replaced(there, **values)
    if isinstance(there, dict):
        return {**there, **values}
    members = {int(index): value for index, value in values.items()}
    return type(there)(members.get(index, value) for index, value in enumerate(there))


def container(data: Any, at: Place) -> Any:
    """The object or list at a place."""
    for step in at:
        data = data[step]
    return data


def closed(
    cipher: AESGCM, personal: Personal, stream: str, version: int, values: Mapping[str, Any], nonce: bytes
) -> Box:
    """Values in a box."""
    sealed = cipher.encrypt(nonce, _encode(values), _bound_to(personal.subject, personal.at, stream, version))
    return Box(personal.subject, personal.at, b2a_base64(nonce + sealed, newline=False).decode("ascii"))


def opened(cipher: AESGCM, box: Box, stream: str, version: int) -> dict[str, Any]:
    """The values in a box. Raises PersonalKeyError."""
    try:
        sealed = a2b_base64(box.box)
        values: dict[str, Any] = _decode(
            cipher.decrypt(
                sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], _bound_to(box.of, box.at, stream, version)
            )
        )
    except (InvalidTag, ValueError):
        raise PersonalKeyError(
            f"What is sealed in {stream}, version {version}, does not open with the key of subject {box.of}: "
            "one of the two was changed."
        ) from None
    return values


def _bound_to(subject: int, at: Place, stream: str, version: int) -> bytes:
    return f"{subject}/{stream}/{version}/{_path(at)}".encode()


@lru_cache(maxsize=1_000)
def _path(at: Place) -> str:
    return "/".join(map(str, at))
