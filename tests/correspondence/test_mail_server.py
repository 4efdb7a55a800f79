"""What a mail server makes of a mail, and what we make of that, with a real one on loopback (domain B11)."""

from __future__ import annotations

import smtplib
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import time
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from correspondence.mail_server import (
    Deferred,
    MailServer,
    MailSettings,
    Outcome,
    Refused,
    Stopped,
    Taken,
    Tls,
    Unknown,
    Unreachable,
    is_this_machine,
)
from tests.certificates import Authority, authority
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


@contextmanager
def answering(*connections: dict[str, str]) -> Iterator[MailServer]:
    """A mail server that says what it is told to, word for word, to commands; else that all is well.

    It takes so many connections, one after the other.
    """
    usual = {"DATA": "354 go on"}
    with ExitStack() as stack:
        listening = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        listening.settimeout(10)

        def converse() -> None:
            for answers in connections:
                connection, _ = listening.accept()
                with connection, connection.makefile("rwb", buffering=0) as lines:
                    lines.write(b"220 here\r\n")
                    in_mail = False
                    while line := lines.readline():
                        if in_mail and line != b".\r\n":
                            continue
                        word = "END" if in_mail else line.split()[0].decode().upper()
                        in_mail = word == "DATA"
                        lines.write((answers.get(word) or usual.get(word, "250 OK")).encode() + b"\r\n")

        talking = Thread(target=converse)
        talking.start()
        stack.callback(talking.join)
        server = MailServer(settings(listening.getsockname()[1]))
        stack.callback(server.close)
        yield server


def test_only_a_plain_no_after_the_last_line_says_that_a_mail_was_not_taken() -> None:
    for said, outcome in {
        "250 taken": Taken(),
        "252 taken, after all": Taken(),
        "452 full": Deferred("452 full"),
        "554 no": Refused("554 no"),
        "999 what": Unknown("999 what"),
    }.items():
        with answering({"END": said}) as server:
            assert send(server) == outcome
    with answering({"END": "hm"}) as server:
        assert isinstance(send(server), Unknown)


def test_a_connection_that_the_server_is_tired_of_is_made_again() -> None:
    tired: dict[str, str] = {}
    with answering(tired, {}) as server:
        assert send(server) == Taken()
        tired["MAIL"] = "421 idle for too long"
        assert send(server) == Taken()
    with answering({"MAIL": "421 too busy"}) as server:
        assert send(server) == Unreachable("421 too busy")


@pytest.mark.parametrize("where", ["MAIL", "RCPT", "DATA", "END"])
def test_who_is_not_logged_in_blames_no_single_mail(where: str) -> None:
    with answering({where: "530 5.7.0 Authentication required"}) as server:
        assert send(server) == Unreachable("530 5.7.0 Authentication required")


def test_a_server_that_relays_nothing_for_us_blames_no_single_mail_until_it_took_one(
    box: Mailbox, server: MailServer
) -> None:
    box.rcpt = lambda _: "554 5.7.1 Relay access denied"
    assert send(server) == Unreachable("554 5.7.1 Relay access denied")
    box.rcpt = lambda _: None
    assert send(server) == Taken()
    box.rcpt = lambda _: "554 5.7.1 Relay access denied"
    assert send(server) == Refused("554 5.7.1 Relay access denied")


# --- Encrypted, and logged in -------------------------------------------------------------------------------

USERS = {"alder": "a long password"}
ENCRYPTED: list[Tls] = ["starttls", "tls"]
encrypted = pytest.mark.parametrize("tls", ENCRYPTED)


@pytest.fixture(scope="module")
def trusted(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return authority(tmp_path_factory.mktemp("trusted"), "Our own authority")


@pytest.fixture(scope="module")
def unknown(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return authority(tmp_path_factory.mktemp("unknown"), "Somebody else")


def logged_in(box: Mailbox, tls: Tls, authorities: Path | None, **changes: Any) -> MailServer:
    """How we come to a server that wants encryption and a login."""
    ours = replace(settings(box.port), tls=tls, authorities=authorities, user="alder")
    return MailServer(replace(ours, **{"password": USERS["alder"]} | changes))


def refused_for(server: MailServer, box: Mailbox) -> str:
    """Why no mail can go to this server at all; it must not have heard of any."""
    outcome = send(server)
    assert isinstance(outcome, Unreachable)
    assert box.taken == []
    return outcome.said


@encrypted
def test_mails_go_encrypted_after_a_login(trusted: Authority, tls: Tls) -> None:
    certificate = trusted.server("127.0.0.1")
    with mailbox(certificate=certificate, tls=tls, users=USERS) as box:
        server = logged_in(box, tls, trusted.file)
        assert send(server) == Taken()
        assert send(server) == Taken()
        server.close()
        assert box.taken == [("ann@example.org", MAIL)] * 2
        assert box.heard == ["alder", "news@example.com", "news@example.com"]


def test_such_a_server_takes_no_mail_without_either(trusted: Authority) -> None:
    """So that the test before this one proves something."""
    with mailbox(certificate=trusted.server("127.0.0.1"), tls="starttls", users=USERS) as box:
        with smtplib.SMTP("127.0.0.1", box.port) as bare:
            assert bare.docmd("MAIL", "FROM:<news@example.com>")[0] == 530
        assert "530" in refused_for(logged_in(box, "starttls", trusted.file, user=None), box)


@encrypted
@pytest.mark.parametrize("whom", ["the system's", "others"])
def test_a_certificate_of_an_unknown_authority_is_refused(
    trusted: Authority, unknown: Authority, tls: Tls, whom: str
) -> None:
    with mailbox(certificate=unknown.server("127.0.0.1"), tls=tls, users=USERS) as box:
        server = logged_in(box, tls, None if whom == "the system's" else trusted.file)
        assert refused_for(server, box).startswith("The mail server's certificate is not trusted: ")
        assert box.heard == []


@encrypted
def test_a_certificate_with_another_name_is_refused(trusted: Authority, tls: Tls) -> None:
    with mailbox(certificate=trusted.server("mail.example.com"), tls=tls, users=USERS) as box:
        said = refused_for(logged_in(box, tls, trusted.file), box)
        assert "certificate is not valid for '127.0.0.1'" in said
        assert box.heard == []


@encrypted
def test_a_wrong_password_blames_no_single_mail(trusted: Authority, tls: Tls) -> None:
    with mailbox(certificate=trusted.server("127.0.0.1"), tls=tls, users=USERS) as box:
        server = logged_in(box, tls, trusted.file, password="not that")
        assert refused_for(server, box).startswith("535 ")
        assert set(box.heard) == {"alder"}


def test_a_server_that_does_not_encrypt_hears_neither_password_nor_mail(trusted: Authority) -> None:
    with mailbox(users=USERS) as box:
        assert "STARTTLS" in refused_for(logged_in(box, "starttls", trusted.file), box)
        assert refused_for(logged_in(box, "tls", trusted.file), box)
        assert box.heard == []


def test_the_password_is_not_shown_with_the_settings() -> None:
    assert "a long password" not in repr(replace(settings(25), user="alder", password="a long password"))


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
