"""Signed notes and checkpoints, in the text formats that the public tools for transparency logs read.

A checkpoint (C2SP tlog-checkpoint) is three lines: the log's name, how many events it holds, and the root of
the tree over them. A signed note (C2SP signed-note) is a text, a blank line, and lines of signatures.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from eventstore.key_file import load_secret

ED25519 = b"\x01"
"""The kind of signature, as the format numbers them."""
KEY_BYTES = 32
NAME = re.compile(r"[^\s+]+")


class NoteError(Exception):
    """A note or key that cannot be read."""


class Verifier(NamedTuple):
    """Who signs under which name, and the public key that shows it."""

    name: str
    public: bytes

    @property
    def key_id(self) -> bytes:
        """Four bytes that tell keys of one name apart."""
        return hashlib.sha256(self.name.encode() + b"\n" + ED25519 + self.public).digest()[:4]

    def __str__(self) -> str:
        """The verifier key as text, for people to keep and tools to read."""
        return f"{self.name}+{self.key_id.hex()}+{_text(ED25519 + self.public)}"

    @classmethod
    def read(cls, text: str) -> Verifier:
        """The key in a text. Raises NoteError."""
        name, _, rest = text.strip().partition("+")
        key_id, _, encoded = rest.partition("+")
        key = _bytes(encoded)
        if not NAME.fullmatch(name) or key[:1] != ED25519 or len(key) != 1 + KEY_BYTES:
            raise NoteError(f"'{text}' is no verifier key of the kind Ed25519")
        found = cls(name, key[1:])
        if found.key_id.hex() != key_id:
            raise NoteError(f"'{text}' is no verifier key: its parts do not belong together")
        return found


class Signer:
    """Signs notes with a private key."""

    def __init__(self, name: str, seed: bytes) -> None:
        if not NAME.fullmatch(name):
            raise NoteError(f"'{name}' cannot be the name of a log: blanks and + are not allowed")
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.verifier = Verifier(name, self._key.public_key().public_bytes_raw())

    def sign(self, text: str) -> str:
        """The text as a signed note; it ends with a line break."""
        signature = self.verifier.key_id + self._key.sign(text.encode())
        return f"{text}\n— {self.verifier.name} {_text(signature)}\n"


class Checkpoint(NamedTuple):
    """What a checkpoint says: of which log, how many events, and the root over them."""

    origin: str
    size: int
    root: bytes

    def __str__(self) -> str:
        return f"{self.origin}\n{self.size}\n{_text(self.root)}\n"


def read_checkpoint(note: str) -> Checkpoint:
    """What a note says, whoever signed it. Raises NoteError."""
    lines = _split(note)[0].split("\n")
    if len(lines) != 4 or lines[3] or not re.fullmatch(r"0|[1-9][0-9]{0,18}", lines[1]):
        raise NoteError("the note is no checkpoint")
    checkpoint = Checkpoint(lines[0], int(lines[1]), _bytes(lines[2]))
    if len(checkpoint.root) != 32 or not checkpoint.origin:
        raise NoteError("the note is no checkpoint")
    return checkpoint


def signer_of(note: str, known: Iterable[Verifier]) -> Verifier | None:
    """Which of the known keys has signed the note; None if none has. Raises NoteError."""
    text, lines = _split(note)
    for line in lines:
        name, _, encoded = line.removeprefix("— ").partition(" ")
        signature = _bytes(encoded)
        for verifier in known:
            if verifier.name == name and verifier.key_id == signature[:4]:
                try:
                    Ed25519PublicKey.from_public_bytes(verifier.public).verify(signature[4:], text.encode())
                except InvalidSignature:
                    continue
                return verifier
    return None


def load_signer(name: str, given: str | None, file: Path) -> Signer:
    """The key in the setting, else the one in the file, which is made when it is not there.

    Raises NoteError, KeyFileError, OSError.
    """
    return Signer(name, load_secret(given, "SEGMENTLOG_SIGNING_KEY", file))


def _split(note: str) -> tuple[str, list[str]]:
    """The text that is signed, and the lines of signatures."""
    text, blank, signatures = note.rpartition("\n\n")
    lines = signatures.split("\n")
    if not blank or lines.pop() or not lines or not all(line.startswith("— ") for line in lines):
        raise NoteError("the text is no signed note")
    return text + "\n", lines


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _bytes(text: str) -> bytes:
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise NoteError(f"'{text}' is not base64") from None
    if _text(data) != text:
        raise NoteError(f"'{text}' is not base64 as it is written here")
    return data
