"""What the service writes about its own failures: where, and nothing of what it held (domain B19)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import structlog

from api.logs import log_no_values


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    yield
    structlog.reset_defaults()


def test_a_failure_is_written_with_its_lines_and_without_values(capsys: pytest.CaptureFixture[str]) -> None:
    def fail() -> None:
        password = "nobody may see this"
        raise ValueError(len(password))

    log_no_values()
    try:
        fail()
    except ValueError:
        structlog.get_logger().exception("a delivery failed", server="mail.example.com")
    written = capsys.readouterr().out
    assert "nobody may see this" not in written
    assert "ValueError: 19" in written
    assert "in fail" in written
    assert "mail.example.com" in written
