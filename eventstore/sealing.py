"""What is personal in an event is stored sealed: blank at its place, and closed in a box beside the rest.

    {"sealed": [{"of": 17, "at": ["value"], "box": "..."}], "at": ..., "data": {"value": {"name": null}}}

`of` is the subject whose key opens the box, `at` the place in `data` where its values belong. A box is a
nonce and what AES-GCM makes of the JSON of the values; it opens only in the event, and at the place, that it
was made for. When the key was destroyed, what is left is the event with blanks.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from eventstore.personal_keys import NONCE_BYTES, PersonalKeyError

MARK = b'{"sealed":'
"""How the state of an event begins in which something is sealed."""

Place = tuple[str | int, ...]


class Personal(msgspec.Struct, frozen=True, gc=False):
    """Fields at a place of an event that are personal to a subject, each with what it is when blank.

    In a list, `*` stands for all members. `always` makes a box also where there is nothing to put in, so that
    the event can be found as the subject's.
    """

    subject: int
    at: Place
    blanks: Mapping[str, Any]
    always: bool = False


class Box(msgspec.Struct, frozen=True):
    """What is sealed at one place."""

    of: int
    at: Place
    box: str


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode


def take_out(data: Any, personal: Personal) -> dict[str, Any]:
    """Blank what is personal in builtin data; the values that were there, if there were any."""
    there = container(data, personal.at)
    blanks = personal.blanks
    if isinstance(there, list | tuple):
        container(data, personal.at[:-1])[personal.at[-1]] = [blanks["*"]] * len(there)
        return {str(index): value for index, value in enumerate(there) if value}
    taken = {name: value for name, value in there.items() if value and name in blanks}
    for name in taken:
        there[name] = blanks[name]
    return taken


def put_back(data: Any, at: Place, values: Mapping[str, Any]) -> None:
    """The opposite."""
    there = container(data, at)
    if isinstance(there, list):
        for index, value in values.items():
            there[int(index)] = value
    else:
        there.update(values)


def container(data: Any, at: Place) -> Any:
    """The object or list at a place."""
    for step in at:
        data = data[step]
    return data


def closed(cipher: AESGCM, personal: Personal, stream: str, version: int, values: Mapping[str, Any]) -> Box:
    """Values in a box."""
    nonce = os.urandom(NONCE_BYTES)
    sealed = cipher.encrypt(nonce, _encode(values), _bound_to(personal.subject, personal.at, stream, version))
    return Box(personal.subject, personal.at, base64.b64encode(nonce + sealed).decode("ascii"))


def opened(cipher: AESGCM, box: Box, stream: str, version: int) -> dict[str, Any]:
    """The values in a box. Raises PersonalKeyError."""
    try:
        sealed = base64.b64decode(box.box)
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


def _bound_to(subject: int, at: Sequence[str | int], stream: str, version: int) -> bytes:
    return f"{subject}/{stream}/{version}/{'/'.join(map(str, at))}".encode()
