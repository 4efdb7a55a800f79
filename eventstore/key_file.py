"""Secrets of 32 bytes: from a setting, or from a file that is made when it is not there."""

from __future__ import annotations

import base64
import binascii
import os
import secrets
from pathlib import Path

BYTES = 32


class KeyFileError(Exception):
    """A secret that is no 32 bytes in base64, or that is not there."""


def load_secret(given: str | None, setting: str, file: Path, *, make: bool = True) -> bytes:
    """The secret in the setting, else the one in the file. Raises KeyFileError, OSError."""
    if given:
        return secret_of(given, setting)
    if not file.exists():
        if not make:
            raise KeyFileError(f"{file} is not there, and {setting} is not set.")
        _make(file)
    return secret_of(file.read_text(), str(file))


def secret_of(text: str, place: str) -> bytes:
    """The 32 bytes that a text stands for. Raises KeyFileError."""
    try:
        secret = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        secret = b""
    if len(secret) != BYTES:
        raise KeyFileError(
            f"{place} must hold {BYTES} bytes in base64, as `openssl rand -base64 32` makes them."
        )
    return secret


def replace_secret(file: Path, secret: bytes) -> None:
    """Put another secret in a file, so that there is always a whole one."""
    os.replace(_written(file, secret), file)


def _make(file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    new = _written(file, secrets.token_bytes(BYTES))
    try:
        os.link(new, file)  # of two processes that start at once, the first one's key counts
    except FileExistsError:
        pass
    finally:
        new.unlink()


def _written(file: Path, secret: bytes) -> Path:
    new = file.with_name(f"{file.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as made:
        made.write(base64.b64encode(secret).decode() + "\n")
        made.flush()
        os.fsync(made.fileno())
    return new
