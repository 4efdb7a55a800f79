"""A mail server that takes our mails, over SMTP: one conversation per mail, and what the server made of it.

The last line of a mail is sent apart from the rest. Until then the server has taken nothing; after it, only
its answer tells. So what cannot be known is one line and one answer long.
"""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import time
from ipaddress import ip_address
from pathlib import Path
from typing import Literal

TIMEOUT_S = 60.0
ANSWER_TIMEOUT_S = 180.0
"""How long the server may take to say whether it has a mail."""
ADDRESS = re.compile(r"[^\s<>\[\]()\"';:,]+@[^\s<>\[\]()\"';:,]+")
NOT_LOGGED_IN = frozenset((530, 534, 535, 538))
"""Answers about who we are and how we came (RFC 4954): they would be the same for every mail."""

Tls = Literal["starttls", "tls", "none"]


@dataclass(frozen=True)
class MailSettings:
    """How to reach the mail server, as whom, how fast, and when."""

    host: str
    sender: str
    port: int = 587
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    tls: Tls = "starttls"
    authorities: Path | None = None
    """The certificate authorities to trust, in PEM; None for those that the system trusts."""
    per_minute: int | None = None
    not_before: time | None = None
    not_after: time | None = None
    connections: int = 2
    public_url: str | None = None

    @property
    def server(self) -> str:
        """The name under which the pace is kept."""
        return f"{self.host}:{self.port}"

    def is_open(self, now: time) -> bool:
        """Whether mails may go at this time of the day; an evening may last until the morning."""
        first, last = self.not_before or time.min, self.not_after or time.max
        return first <= now <= last if first <= last else now >= first or now <= last


def is_this_machine(host: str) -> bool:
    """Whether nobody else can listen in between."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def trusting(authorities: Path | None) -> ssl.SSLContext:
    """How a server's certificate and its name are checked. Raises OSError if the file has no certificates."""
    return ssl.create_default_context(cafile=authorities)


@dataclass(frozen=True)
class Taken:
    """The server has the mail."""


@dataclass(frozen=True)
class Stopped:
    """We did not send it after all."""


@dataclass(frozen=True)
class Refused:
    """The server does not take this mail, and will not later."""

    said: str


@dataclass(frozen=True)
class Deferred:
    """The server does not take this mail now."""

    said: str


@dataclass(frozen=True)
class Unreachable:
    """The server takes no mail at all now: no connection, no login, no sender."""

    said: str


@dataclass(frozen=True)
class Unknown:
    """The server may have the mail: its answer never came."""

    said: str


Outcome = Taken | Stopped | Refused | Deferred | Unreachable | Unknown


class MailServer:
    """A connection to the mail server, made when it is needed and again when it was lost."""

    def __init__(self, settings: MailSettings) -> None:
        self.settings = settings
        self._smtp: smtplib.SMTP | None = None
        self._relays = False
        """Whether the server has ever let us name a recipient."""

    def close(self) -> None:
        """Say good-bye."""
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            try:
                smtp.quit()
            except (smtplib.SMTPException, OSError):
                smtp.close()

    def send(self, sender: str, recipient: str, mail: bytes, may_end: Callable[[], bool]) -> Outcome:
        """Send one mail. `may_end` is asked before the line that makes the server take it."""
        used = self._smtp is not None
        try:
            smtp = self._connected()
        except (smtplib.SMTPException, OSError) as error:
            self._drop()
            return Unreachable(_words(error))
        try:
            found = self._envelope(smtp, sender, recipient, used=used)
            if found is not None:
                return found
            smtp.send(_dotted(mail))
        except (smtplib.SMTPException, OSError) as error:
            self._drop()
            if used:
                return self.send(sender, recipient, mail, may_end)
            return Deferred(_words(error))
        if not may_end():
            self._drop()  # a mail without its last line is none
            return Stopped()
        return self._end(smtp)

    def _envelope(self, smtp: smtplib.SMTP, sender: str, recipient: str, *, used: bool) -> Outcome | None:
        """Up to where the server waits for the mail itself; None when it does."""
        code, said = smtp.mail(sender)
        if code == 421 and used:  # servers close connections that they find idle, and some say so
            raise smtplib.SMTPServerDisconnected
        if code != 250:
            self._drop()
            return Unreachable(_answer(code, said))
        code, said = smtp.rcpt(recipient)
        if not 200 <= code < 300:
            if code >= 500 and not self._relays and b"relay" in said.lower():
                self._drop()  # it is not this recipient: the server does not know us
                return Unreachable(_answer(code, said))
            return self._refusal(smtp, code, said)
        self._relays = True
        code, said = smtp.docmd("DATA")
        return None if code == 354 else self._refusal(smtp, code, said)

    def _end(self, smtp: smtplib.SMTP) -> Outcome:
        try:
            if smtp.sock is not None:
                smtp.sock.settimeout(ANSWER_TIMEOUT_S)
            smtp.send(b".\r\n")
            code, said = smtp.getreply()
            if smtp.sock is not None:
                smtp.sock.settimeout(TIMEOUT_S)
        except (smtplib.SMTPException, OSError) as error:
            self._drop()
            return Unknown(_words(error))
        if 200 <= code < 300:
            return Taken()
        if 400 <= code < 600:
            return self._refusal(smtp, code, said)
        self._drop()  # whatever this means, it does not say that the mail was not taken
        return Unknown(_answer(code, said))

    def _refusal(self, smtp: smtplib.SMTP, code: int, said: bytes) -> Outcome:
        if code in NOT_LOGGED_IN:
            self._drop()
            return Unreachable(_answer(code, said))
        if code == 421:
            self._drop()
        else:
            try:
                smtp.rset()
            except (smtplib.SMTPException, OSError):
                self._drop()
        kind = Refused if 500 <= code < 600 else Deferred
        return kind(_answer(code, said))

    def _connected(self) -> smtplib.SMTP:
        if self._smtp is not None:
            return self._smtp
        settings = self.settings
        context = trusting(settings.authorities) if settings.tls != "none" else None
        if settings.tls == "tls":
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(
                settings.host, settings.port, timeout=TIMEOUT_S, context=context
            )
        else:
            smtp = smtplib.SMTP(settings.host, settings.port, timeout=TIMEOUT_S)
        self._smtp = smtp
        if smtp.sock is not None:
            # The last line goes apart; it must not wait until the server has confirmed what came before.
            smtp.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        smtp.ehlo_or_helo_if_needed()
        if settings.tls == "starttls":
            smtp.starttls(context=context)
            smtp.ehlo()
        if settings.user is not None:
            smtp.login(settings.user, settings.password or "")
        return smtp

    def _drop(self) -> None:
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            smtp.close()


def _dotted(mail: bytes) -> bytes:
    """The mail with lines that end as SMTP wants it, and dots at their beginning doubled."""
    text = mail.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if text.startswith(b"."):
        text = b"." + text
    text = text.replace(b"\n.", b"\n..").replace(b"\n", b"\r\n")
    return text if text.endswith(b"\r\n") else text + b"\r\n"


def _answer(code: int, said: bytes) -> str:
    """Its words without addresses: they are kept with the entry for good, and say nothing new there."""
    text = ADDRESS.sub("(address)", " ".join(said.decode("utf-8", "replace").split()))
    return f"{code} {text}"[:300]


def _words(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_error
        return _answer(error.smtp_code, said if isinstance(said, bytes) else said.encode())
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"The mail server's certificate is not trusted: {error.verify_message}"
    said = (error.strerror if isinstance(error, OSError) else None) or str(error)
    return " ".join(said.split())[:300] or type(error).__name__
