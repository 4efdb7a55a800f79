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

from eventstore.anchors import Anchored, AnchorError
from eventstore.verify_seals import Outside

NOTE = re.compile(r"^[^\s+]+\n[0-9]+\n[A-Za-z0-9+/]+=*\n\n(?:— [^\n]+\n)+", re.MULTILINE)
"""A checkpoint in other text: name, size, root, a blank line, signatures."""
HEADER = re.compile(rb"[!-9;-~]+:[ \t]")
"""How a mail begins. The name of a log has no blank in it."""


def read_checkpoints(file: Path) -> list[Outside]:
    """The checkpoints in a file: one note, lines that anchors were written as, a mail (.eml), or an mbox.

    Raises AnchorError.
    """
    try:
        data = file.read_bytes()
        if data.startswith(b"From "):
            return list(_in_mbox(file))
    except OSError as error:
        raise AnchorError(f"{file} cannot be read: {error.strerror}") from error
    if data.lstrip().startswith(b"{"):
        lines = data.splitlines()
        return [_in_line(f"line {number} of {file}", line) for number, line in enumerate(lines, 1)]
    if HEADER.match(data):
        return [_in_mail(str(file), message_from_bytes(data, policy=email.policy.default))]
    return [Outside(str(file), data.decode(errors="replace").replace("\r\n", "\n"))]


def _in_line(place: str, line: bytes) -> Outside:
    try:
        return Outside(place, msgspec.json.decode(line, type=Anchored).note)
    except msgspec.MsgspecError:
        return Outside(place, "")


def _in_mbox(file: Path) -> Iterator[Outside]:
    mails = mailbox.mbox(file, factory=None, create=False)
    try:
        for number, key in enumerate(mails.iterkeys(), 1):
            mail = message_from_bytes(mails.get_bytes(key), policy=email.policy.default)
            yield _in_mail(f"mail {number} of {file}", mail)
    finally:
        mails.close()


def _in_mail(place: str, mail: Message) -> Outside:
    """The checkpoint in a mail: in the file that came along, else in what is written in it."""
    parts = [cast(EmailMessage, part) for part in mail.walk() if part.get_content_maintype() == "text"]
    for part in sorted(parts, key=lambda part: not part.is_attachment()):
        try:
            text = str(part.get_content())
        except (LookupError, KeyError):  # letters of a kind that nobody knows
            continue
        if found := NOTE.search(text.replace("\r\n", "\n")):
            return Outside(place, found[0])
    return Outside(place, "")
