"""Mails through a server that wants encryption and a login, and one that does not let us in (domain B11)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from correspondence.mail_server import Tls
from tests.api.crm import Crm, ok
from tests.api.delivery.mailing import PAGE, Mailing, until
from tests.api.running import running_service
from tests.certificates import Authority, authority
from tests.mailbox import Mailbox, mailbox

USERS = {"alder": "a long password"}


@pytest.fixture(scope="module")
def trusted(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return authority(tmp_path_factory.mktemp("trusted"), "Our own authority")


@contextmanager
def sending(postgres_url: str, box: Mailbox, **changes: Any) -> Iterator[Mailing]:
    """A segment of two that is on its way, from a service with these settings for mail."""
    mail = replace(box.settings(), user="alder", password=USERS["alder"])
    with (
        running_service(postgres_url, delivers=True, mail=replace(mail, **changes)) as service,
        service.client() as client,
    ):
        mailing = Mailing(Crm(client, "S"), PAGE)
        mailing.put(email="ann@example.org")
        mailing.put(first_name="Bo", email="bo@example.org")
        mailing.log()
        yield mailing


@pytest.mark.parametrize("tls", ["starttls", "tls"])
def test_a_segment_is_sent_encrypted_after_a_login(postgres_url: str, trusted: Authority, tls: Tls) -> None:
    with (
        mailbox(certificate=trusted.server("127.0.0.1"), tls=tls, users=USERS) as box,
        sending(postgres_url, box, tls=tls, authorities=trusted.file) as mailing,
    ):
        assert {entry["delivery_status"] for entry in mailing.done()} == {"sent"}
        assert sorted(box.recipients()) == ["ann@example.org", "bo@example.org"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"password": "not that"}, "535 "),
        ({"authorities": None}, "The mail server's certificate is not trusted: "),
        ({"user": None}, "530 "),
    ],
)
def test_a_server_that_does_not_let_us_in_holds_mails_up_and_none_is_an_error(
    postgres_url: str, trusted: Authority, changes: dict[str, Any], said: str
) -> None:
    with (
        mailbox(certificate=trusted.server("127.0.0.1"), tls="starttls", users=USERS) as box,
        sending(postgres_url, box, **{"tls": "starttls", "authorities": trusted.file} | changes) as mailing,
    ):
        waiting = until(mailing.logged, lambda logged: logged["delivery_waits_for"] is not None)
        assert waiting["delivery_waits_for"].startswith(f"The last try ended with: {said}")
        assert waiting["delivery"] == {"in_progress": 2, "sent": 0, "error": 0}
        outbox = ok(mailing.client.get("/health/ready"))["outbox"]
        assert outbox["mail"] == 2
        assert outbox["mail_waits_for"] == waiting["delivery_waits_for"]
        assert box.taken == []
