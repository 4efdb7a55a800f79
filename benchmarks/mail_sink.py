"""`python -m benchmarks.mail_sink PORT FILE`: a mail server that writes down what it takes before it says so.

Each line of the file is a recipient and the name of the mail. It answers a little late, before and after it
has written, so that whoever kills it or its clients finds mails in every state.
"""

from __future__ import annotations

import asyncio
import os
import random
import re
import sys
from typing import Any

from aiosmtpd.smtp import SMTP

MESSAGE_ID = re.compile(rb"^Message-ID:\s*(\S+)", re.IGNORECASE | re.MULTILINE)
MOST_DELAY_SECONDS = 0.004


class Sink:
    """Takes every mail; what it has taken survives its own end."""

    def __init__(self, file: str) -> None:
        self._file = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:  # noqa: N802
        """Write it down, then answer."""
        (recipient,) = envelope.rcpt_tos
        name = MESSAGE_ID.search(envelope.content)
        assert name is not None
        await asyncio.sleep(random.uniform(0, MOST_DELAY_SECONDS))
        os.write(self._file, f"{recipient} {name[1].decode()}\n".encode())
        await asyncio.sleep(random.uniform(0, MOST_DELAY_SECONDS))
        return "250 taken"


async def listen(port: int, file: str) -> None:
    """Take mails until killed."""
    sink, loop = Sink(file), asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(sink, loop=loop), "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(listen(int(sys.argv[1]), sys.argv[2]))
