"""The files for docker compose: their syntax, and that what they start exists. Its parts run elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from api.command_line import app
from api.settings import Settings

ROOT = Path(__file__).parent.parent
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
WITH_MAIL: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.mail.yml").read_text())
OURS = [name for name, service in COMPOSE["services"].items() if "build" in service]


def test_every_service_has_an_image_or_is_built_here() -> None:
    for name, service in COMPOSE["services"].items():
        assert ("image" in service) != ("build" in service), name


@pytest.mark.parametrize("name", OURS)
def test_a_service_of_ours_starts_a_command_that_exists(name: str) -> None:
    program, command, *options = COMPOSE["services"][name]["command"]
    known = typer.main.get_command(app)
    assert program == "segmentlog"
    names = {option for parameter in known.commands[command].params for option in parameter.opts}  # type: ignore[attr-defined]
    assert {option for option in options if option.startswith("--")} <= names


@pytest.mark.parametrize("name", OURS)
def test_a_service_of_ours_waits_for_a_database_that_is_checked(name: str) -> None:
    service = COMPOSE["services"][name]
    assert service["environment"]["DATABASE_URL"].startswith("postgresql://")
    for other, condition in service["depends_on"].items():
        assert condition == {"condition": "service_healthy"}
        assert "healthcheck" in COMPOSE["services"][other]


def test_volumes_that_are_used_are_named() -> None:
    used = {
        volume.partition(":")[0]
        for service in COMPOSE["services"].values()
        for volume in service.get("volumes", ())
    }
    assert used == set(COMPOSE["volumes"])


def test_what_is_copied_into_the_image_is_here() -> None:
    for line in (ROOT / "Dockerfile").read_text().splitlines():
        if line.startswith("COPY "):
            *sources, _ = line.split()[1:]
            assert all((ROOT / source).exists() for source in sources), line


@pytest.mark.parametrize("name", OURS)
def test_settings_of_ours_are_ones_that_there_are(name: str) -> None:
    named = {*COMPOSE["services"][name]["environment"], *WITH_MAIL["services"][name]["environment"]}
    assert {setting.lower() for setting in named} <= set(Settings.model_fields)


@pytest.mark.parametrize("name", OURS)
def test_mails_to_try_it_go_to_a_server_that_is_there_and_whose_certificate_is_trusted(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That such a certificate works is shown in the tests of the mail server."""
    monkeypatch.delenv("DATABASE_URL", raising=False)
    sends = WITH_MAIL["services"][name]
    given = {key: value for key, value in sends["environment"].items() if key != "SEGMENTLOG_MAIL_CA"}
    for key, value in given.items():
        monkeypatch.setenv(key, value)
    mail = Settings().mail()
    assert mail is not None
    assert mail.tls == "starttls"
    catching = WITH_MAIL["services"][mail.host]
    assert sends["depends_on"] == {mail.host: {"condition": "service_healthy"}}
    assert "healthcheck" in catching
    (made,) = catching["depends_on"]
    command = " ".join(WITH_MAIL["services"][made]["command"])
    assert f"subjectAltName=DNS:{mail.host}" in command
    shown = catching["environment"]
    assert f"-out {sends['environment']['SEGMENTLOG_MAIL_CA']}" in command
    assert f"-out {shown['MP_SMTP_TLS_CERT']}" in command
    assert f"-keyout {shown['MP_SMTP_TLS_KEY']}" in command
