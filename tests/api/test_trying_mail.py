"""What the page on operations says for trying e-mail, done as written (domain B11)."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from api.child_service import child_service
from tests.api.crm import ok
from tests.api.test_auditors_question import block, run
from tests.mailbox import free_port

KEY = "choose-a-long-secret"


@pytest.fixture
def directory() -> Iterator[Path]:
    # Not in pytest's own temporary directory: as root, the database's account could not reach it.
    with tempfile.TemporaryDirectory(prefix="segmentlog-mail-") as made:
        Path(made).chmod(0o755)
        yield Path(made)


@contextmanager
def showing_mails(port: int, file: Path) -> Iterator[None]:
    """What `make mailbox` starts, on another port."""
    with file.open("w") as shown:
        command = [sys.executable, "-m", "docs.mailbox", str(port)]
        process = subprocess.Popen(command, stdout=shown, cwd=Path(__file__).parents[2])
        try:
            while "are shown here" not in file.read_text():
                assert process.poll() is None
                time.sleep(0.05)
            yield
        finally:
            process.terminate()
            process.wait()


def test_mails_arrive_and_the_metrics_agree(directory: Path) -> None:
    settings = dict(re.findall(r"(SEGMENTLOG_\w+)=('[^']*'|\S+)", block("operations.md", "<!-- try: serve")))
    assert settings.pop("SEGMENTLOG_ADMIN_KEY") == KEY
    assert settings["SEGMENTLOG_MAIL_PORT"] == "1025"
    mail = {name: value.strip("'") for name, value in settings.items()}
    mail["SEGMENTLOG_MAIL_PORT"] = str(free_port())
    shown = directory / "shown.txt"
    with (
        showing_mails(int(mail["SEGMENTLOG_MAIL_PORT"]), shown),
        child_service(directory, key=KEY, environment=mail) as service,
    ):
        done = run(block("operations.md", "<!-- try: send"), directory, SERVICE=service.address)
        assert done.returncode == 0, done.stderr
        assert '"delivery":{"in_progress":0,"sent":3,"error":0}' in done.stdout
        assert 'segmentlog_deliveries_total{channel="mail",outcome="sent"} 3.0' in done.stdout
        assert 'segmentlog_outbox_waiting{channel="mail",state="ready"} 0.0' in done.stdout
        mails = shown.read_text()
        for name in ("Ann Berg", "Bo Dahl", "Cas Ek"):
            assert f"Dear {name},\nCome and see us in May.\nJo Peters" in mails
        link = re.search(r"http://127.0.0.1:8000(/opt-out/1-\w+)", mails)
        assert link is not None
        with service.client() as client:
            assert client.post(link[1]).is_success
            assert ok(client.get("/v1/contacts/CT00001"))["exclude_from_segment"]
