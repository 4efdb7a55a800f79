"""Checkpoints to a mailbox: with whoever reads it, nobody who has the database can take them back."""

from __future__ import annotations

from email.message import EmailMessage
from email.policy import SMTP
from hashlib import sha256
from typing import NamedTuple

from correspondence.mail import address_of
from correspondence.mail_server import MailServer, MailSettings, Taken
from eventstore.anchors import Anchored, AnchorError

BODY = """\
This is a seal on the first {size:,} events of {origin}, made at {made_at}.
Keep this mail. Saved as a file, it is held against the log, years later, by

    segmentlog verify --checkpoint FILE --key '{key}'

{note}"""


class MailPlace(NamedTuple):
    """A mail address that each checkpoint is sent to, through the mail server that letters go through."""

    server: MailSettings
    address: str

    @property
    def name(self) -> str:
        return f"mail to {self.address}"

    def write(self, record: Anchored) -> None:
        """Send a checkpoint; twice, if it is not known whether it was taken. Raises AnchorError."""
        server = MailServer(self.server)
        try:
            sender = address_of(self.server.sender)
            outcome = server.send(sender, self.address, self._mail(record), lambda: True)
        finally:
            server.close()
        if not isinstance(outcome, Taken):
            said = getattr(outcome, "said", "")
            raise AnchorError(f"{self.name}: {said or type(outcome).__name__}")

    def _mail(self, record: Anchored) -> bytes:
        origin, _, _ = record.note.partition("\n")
        sender = address_of(self.server.sender)
        mail = EmailMessage(policy=SMTP)
        # Of the checkpoint alone: one that is sent twice is the same mail.
        digest = sha256(record.note.encode()).hexdigest()[:32]
        mail["Message-ID"] = f"<checkpoint.{digest}@{sender.partition('@')[2] or 'localhost'}>"
        mail["From"], mail["To"] = self.server.sender, self.address
        mail["Subject"] = f"Checkpoint {record.tree_size} of {origin}"
        mail["Auto-Submitted"] = "auto-generated"
        text = BODY.format(
            size=record.tree_size, origin=origin, made_at=record.made_at, key=record.key, note=record.note
        )
        mail.set_content(text, cte="quoted-printable")
        name = f"checkpoint-{record.tree_size}.txt"
        note = record.note.encode()
        mail.add_attachment(note, "text", "plain", filename=name, params={"charset": "utf-8"})
        return mail.as_bytes()
