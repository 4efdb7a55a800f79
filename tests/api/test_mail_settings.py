"""What of the settings for mail is refused at the start, in words that name the setting (domain B11)."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError
from typer.testing import CliRunner

from api.command_line import app
from api.settings import Settings
from tests.certificates import authority

PASSWORD = "a password that nobody may see"
WHOLE = {"HOST": "mail.example.com", "FROM": "Alder & Co <news@example.com>"}
LOGIN = {"USER": "alder", "PASSWORD": PASSWORD}


def settings(monkeypatch: pytest.MonkeyPatch, **given: str) -> Settings:
    for name, value in (WHOLE | given).items():
        monkeypatch.setenv(f"SEGMENTLOG_MAIL_{name}", value)
    return Settings()


def test_all_of_them_reach_the_mail_server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = authority(tmp_path, "ours").file
    mail = settings(monkeypatch, **LOGIN, TLS="tls", PORT="465", CA=str(file), NOT_BEFORE="18:00").mail()
    assert mail is not None
    assert (mail.host, mail.port, mail.tls, mail.authorities) == ("mail.example.com", 465, "tls", file)
    assert (mail.user, mail.password, mail.sender) == ("alder", PASSWORD, WHOLE["FROM"])


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
def test_to_this_machine_mails_and_login_may_go_as_they_are(
    monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    """A relay or a tunnel on the same machine: nobody else can listen in between."""
    mail = settings(monkeypatch, **LOGIN, HOST=host, TLS="none").mail()
    assert mail is not None
    assert mail.user == "alder"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (
            LOGIN | {"TLS": "none"},
            "SEGMENTLOG_MAIL_TLS: with none, others could read mails and SEGMENTLOG_MA",
        ),
        ({"TLS": "none"}, "SEGMENTLOG_MAIL_TLS: with none, others could read mails on their way"),
        ({"USER": "alder"}, "SEGMENTLOG_MAIL_USER and SEGMENTLOG_MAIL_PASSWORD: set both or neither"),
        ({"PASSWORD": PASSWORD}, "SEGMENTLOG_MAIL_USER and SEGMENTLOG_MAIL_PASSWORD: set both or neither"),
        ({"FROM": "Alder, Inc <news@example.com>"}, "SEGMENTLOG_MAIL_FROM: must be one address"),
        ({"NOT_BEFORE": "18:00Z"}, "SEGMENTLOG_MAIL_NOT_BEFORE: is a time of the worker's clock"),
        ({"CA": "/nowhere/ca.pem"}, "SEGMENTLOG_MAIL_CA: /nowhere/ca.pem cannot be read as certificates"),
        ({"CA": __file__}, f"SEGMENTLOG_MAIL_CA: {__file__} cannot be read as certificates"),
    ],
)
def test_what_cannot_work_or_is_not_safe_is_refused_at_the_start(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], said: str
) -> None:
    with pytest.raises(ValidationError):
        settings(monkeypatch, **given)
    started = CliRunner().invoke(app, ["serve"])
    assert started.exit_code == 2
    assert started.output.startswith(said)
    assert PASSWORD not in started.output
