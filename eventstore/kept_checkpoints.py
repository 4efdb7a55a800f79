"""Reading checkpoints that were kept outside: signed notes, anchor files, and mails as programs save them."""

from __future__ import annotations

import email.policy
import mailbox
import re
from collections.abc import Iterator
from email import message_from_bytes
from email.message import EmailMessage, Message
from pathlib import Path
from typing import cast

import msgspec

from eventstore.anchors import AnchorError
from eventstore.verify_seals import Outside

NOTE = re.compile(r"^[^\s+]+\n[0-9]+\n[A-Za-z0-9+/]+=*\n\n(?:— [^\n]+\n)+", re.MULTILINE)
"""A checkpoint in other text: name, size, root, a blank line, signatures."""
HEADER = re.compile(rb"[!-9;-~]+:[ \t]")
"""How a mail begins. The name of a log has no blank in it."""


class _Answer(msgspec.Struct):
    """What the service answers of a checkpoint, or writes of it to a place outside; or a list of those."""

    note: str = ""
    items: list[_Answer] = []


def read_checkpoints(file: Path) -> list[Outside]:
    """The checkpoints in a file: a note, an answer of the service or its anchors, a mail (.eml), an mbox.

    Raises AnchorError if it cannot be read, or holds none: that says nothing about the log.
    """
    try:
        data = file.read_bytes()
        found = list(_in_mbox(file) if data.startswith(b"From ") else _in_file(file, data))
    except OSError as error:
        raise AnchorError(f"{file} cannot be read: {error.strerror}") from error
    if all(one.size() is None for one in found):
        raise AnchorError(f"{file} holds no checkpoint.")
    return found


def _in_file(file: Path, data: bytes) -> Iterator[Outside]:
    if data.lstrip().startswith(b"{"):
        yield from _in_json(file, data)
    elif HEADER.match(data):
        yield Outside(str(file), _in_mail(message_from_bytes(data, policy=email.policy.default)))
    else:
        yield Outside(str(file), data.decode(errors="replace").replace("\r\n", "\n"))


def _in_json(file: Path, data: bytes) -> Iterator[Outside]:
    if (whole := _answer(data)) is not None:
        yield from (Outside(str(file), one.note) for one in whole.items or [whole])
        return
    for number, line in enumerate(data.splitlines(), 1):
        yield Outside(f"line {number} of {file}", (_answer(line) or _Answer()).note)


def _answer(data: bytes) -> _Answer | None:
    try:
        return msgspec.json.decode(data, type=_Answer)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None


def _in_mbox(file: Path) -> Iterator[Outside]:
    mails = mailbox.mbox(file, factory=None, create=False)
    try:
        for number, key in enumerate(mails.iterkeys(), 1):
            mail = message_from_bytes(mails.get_bytes(key), policy=email.policy.default)
            if note := _in_mail(mail):  # a mailbox has other mails, too
                yield Outside(f"mail {number} of {file}", note)
    finally:
        mails.close()


def _in_mail(mail: Message) -> str:
    """The note in a mail: in the file that came along, else in what is written in it; blank if in neither."""
    parts = [cast(EmailMessage, part) for part in mail.walk() if part.get_content_maintype() == "text"]
    for part in sorted(parts, key=lambda part: not part.is_attachment()):
        try:
            text = str(part.get_content())
        except (LookupError, KeyError):  # letters of a kind that nobody knows
            continue
        if found := NOTE.search(text.replace("\r\n", "\n")):
            return found[0]
    return ""
