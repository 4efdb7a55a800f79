"""What a mail server makes of a mail, and what we make of that, with a real one on loopback (domain B11)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time

import pytest

from correspondence.mail_server import (
    Deferred,
    MailServer,
    MailSettings,
    Outcome,
    Refused,
    Stopped,
    Taken,
    Unknown,
    Unreachable,
    is_this_machine,
)
from tests.mailbox import Mailbox, free_port, mailbox

MAIL = b"Subject: Spring\r\n\r\nDear Ann,\r\n.a line that begins with a dot\r\n.\r\nand goes on\r\n"


@pytest.fixture(scope="module")
def listening() -> Iterator[Mailbox]:
    with mailbox() as box:
        yield box


@pytest.fixture
def box(listening: Mailbox) -> Mailbox:
    """Empty, and friendly."""
    listening.taken.clear()
    listening.rcpt = listening.data = lambda _: None
    return listening


@pytest.fixture
def server(box: Mailbox) -> Iterator[MailServer]:
    server = MailServer(settings(box.port))
    yield server
    server.close()


def settings(port: int) -> MailSettings:
    return MailSettings(host="127.0.0.1", sender="news@example.com", port=port, tls="none")


def send(server: MailServer, *, may_end: bool = True) -> Outcome:
    return server.send("news@example.com", "ann@example.org", MAIL, lambda: may_end)


def test_a_mail_is_taken_as_it_was(box: Mailbox, server: MailServer) -> None:
    assert send(server) == Taken()
    assert send(server) == Taken()
    assert box.taken == [("ann@example.org", MAIL)] * 2


@pytest.mark.parametrize("where", ["rcpt", "data"])
def test_what_is_refused_for_good_is_told_from_what_may_pass(
    box: Mailbox, server: MailServer, where: str
) -> None:
    setattr(box, where, lambda _: "550 no such mailbox")
    assert send(server) == Refused("550 no such mailbox")
    setattr(box, where, lambda _: "451 come back later")
    assert send(server) == Deferred("451 come back later")
    setattr(box, where, lambda _: None)
    assert send(server) == Taken()
    assert len(box.taken) == 1


def test_a_mail_whose_answer_never_came_may_have_been_taken(box: Mailbox, server: MailServer) -> None:
    box.data = lambda _: "hang up"
    assert isinstance(send(server), Unknown)
    assert len(box.taken) == 1


def test_a_mail_without_its_last_line_is_not_taken(box: Mailbox, server: MailServer) -> None:
    assert send(server, may_end=False) == Stopped()
    assert send(server) == Taken()
    assert len(box.taken) == 1


def test_a_server_that_is_not_there_takes_no_mail() -> None:
    assert isinstance(send(MailServer(settings(free_port()))), Unreachable)


def test_a_connection_that_was_closed_meanwhile_is_made_again() -> None:
    port = free_port()
    with mailbox(port):
        server = MailServer(settings(port))
        assert send(server) == Taken()
    with mailbox(port) as again:
        assert send(server) == Taken()
        assert len(again.taken) == 1
        server.close()


def test_without_encryption_we_speak_to_this_machine_only() -> None:
    assert all(map(is_this_machine, ("localhost", "127.0.0.1", "::1")))
    assert not any(map(is_this_machine, ("mail.example.com", "10.0.0.1", "localhost.example.com")))


@pytest.mark.parametrize(
    ("first", "last", "now", "is_open"),
    [
        (None, None, time(12), True),
        (time(18), None, time(17, 59), False),
        (time(18), None, time(18), True),
        (None, time(8), time(9), False),
        (time(18), time(8), time(3), True),
        (time(18), time(8), time(12), False),
    ],
)
def test_mails_go_within_the_window_which_may_last_until_the_morning(
    first: time | None, last: time | None, now: time, is_open: bool
) -> None:
    given = MailSettings(host="h", sender="a@b", not_before=first, not_after=last)
    assert given.is_open(now) is is_open
