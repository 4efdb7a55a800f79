"""A real mail server on loopback that keeps what it takes, and misbehaves when it is told to."""

from __future__ import annotations

import email
import email.policy
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from threading import Lock
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

from correspondence.mail_server import MailSettings, Tls

Answer = Callable[[str], str | None]
"""What the server says to a recipient; None is yes."""


def yes(_: str) -> str | None:
    """Everybody is welcome."""
    return None


@dataclass
class Mailbox:
    """What the server was sent; `port` is where it listens."""

    port: int = 0
    taken: list[tuple[str, bytes]] = field(default_factory=list)
    rcpt: Answer = yes
    """Asked when a recipient is named."""
    data: Answer = yes
    """Asked when the mail is there; 'hang up' takes the mail and never answers."""
    lock: Lock = field(default_factory=Lock)
    users: dict[str, str] = field(default_factory=dict)
    """Who may log in, with which password."""
    heard: list[str] = field(default_factory=list)
    """Users and senders that were named, also to no avail."""

    def settings(self) -> MailSettings:
        """What a service needs to send to it."""
        return MailSettings(
            host="127.0.0.1",
            sender="Alder <news@example.com>",
            port=self.port,
            tls="none",
            public_url="https://example.com/crm/",
        )

    def mails(self) -> list[EmailMessage]:
        """The mails, read by the standard library."""
        with self.lock:
            return [read(content) for _, content in self.taken]

    def recipients(self) -> list[str]:
        """To whom they went, in order."""
        with self.lock:
            return [recipient for recipient, _ in self.taken]

    def authenticate(
        self, server: SMTP, session: Any, envelope: Any, mechanism: str, given: LoginPassword
    ) -> AuthResult:
        """Whether somebody may log in."""
        user, password = given.login.decode(), given.password.decode()
        self.heard.append(user)
        return AuthResult(success=self.users.get(user) == password, handled=False)

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if self.users and not session.authenticated:
            return "530 5.7.0 Authentication required"
        self.heard.append(address)
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        said = self.rcpt(address)
        if said is None:
            envelope.rcpt_tos.append(address)
        return said or "250 OK"

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:  # noqa: N802
        (recipient,) = envelope.rcpt_tos
        said = self.data(recipient)
        if said in (None, "hang up"):
            with self.lock:
                self.taken.append((recipient, envelope.content))
        if said == "hang up":
            assert server.transport is not None
            server.transport.abort()  # type: ignore[attr-defined]
        return said or "250 taken"


def read(content: bytes) -> EmailMessage:
    """A mail as others read it."""
    found = email.message_from_bytes(content, policy=email.policy.default)
    assert isinstance(found, EmailMessage)
    return found


@contextmanager
def mailbox(
    port: int | None = None,
    *,
    certificate: ssl.SSLContext | None = None,
    tls: Tls = "none",
    users: dict[str, str] | None = None,
) -> Iterator[Mailbox]:
    """A mail server for the length of a block; with `users`, only those may send."""
    box = Mailbox(port or free_port(), users=users or {})
    controller = Controller(
        box,
        hostname="127.0.0.1",
        port=box.port,
        ssl_context=certificate if tls == "tls" else None,
        tls_context=certificate if tls == "starttls" else None,
        require_starttls=tls == "starttls",
        auth_require_tls=tls == "starttls",  # it does not see TLS that was there from the first byte
        authenticator=box.authenticate,
    )
    controller.start()
    try:
        yield box
    finally:
        controller.stop()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port
