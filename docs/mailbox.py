"""`make mailbox`: a mail server on this machine that shows the mails it takes, and passes none on."""

from __future__ import annotations

import asyncio
import email
import email.policy
import sys
from contextlib import suppress
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP

PORT = 1025
SHOWN = ("From", "To", "Subject", "Message-ID", "List-Unsubscribe")


class Shown:
    """What is done with a mail."""

    count = 0

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:  # noqa: N802
        """Take it, and write what somebody who gets it would read."""
        self.count += 1
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(mail, EmailMessage)
        say(f"--- Mail {self.count} ---\n{in_words(mail)}")
        return "250 taken"


def in_words(mail: EmailMessage) -> str:
    """Its head, its text, and which files come with it."""
    lines = [f"{name}: {mail[name]}" for name in SHOWN if mail[name]]
    body = mail.get_body(("plain", "html"))
    lines += ["", body.get_content().strip() if body else "", ""]
    lines += [
        f"With it: {part.get_filename()} ({len(part.get_content()):,} bytes)"
        for part in mail.iter_attachments()
    ]
    return "\n".join(lines)


def say(text: str) -> None:
    """Write it at once, also into a file."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


async def listen(port: int) -> None:
    """Take mails until told to stop."""
    shown, loop = Shown(), asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(shown, loop=loop), "127.0.0.1", port)
    say(f"Mails to 127.0.0.1:{port} are shown here, and go no further. Stop it with Ctrl-C.")
    await server.serve_forever()


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        asyncio.run(listen(int(sys.argv[1]) if len(sys.argv) > 1 else PORT))
