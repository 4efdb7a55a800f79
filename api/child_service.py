"""A service as a process of its own, on a free port: for the demo and for tests of the whole."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

START_SECONDS = 120
STOP_SECONDS = 60


@dataclass(frozen=True)
class ChildService:
    """A service that answers at `address` to its admin key."""

    address: str
    key: str
    process: subprocess.Popen[str]

    def client(self) -> httpx.Client:
        """A client with the admin key."""
        headers = {"Authorization": f"Bearer {self.key}"}
        return httpx.Client(base_url=self.address, headers=headers, timeout=120, trust_env=False)


@contextmanager
def child_service(
    directory: Path, *, key: str | None = None, environment: Mapping[str, str] | None = None
) -> Iterator[ChildService]:
    """Serve from a data directory until the end of the block. Raises OSError when it does not start."""
    key = key or f"sl_{secrets.token_urlsafe(24)}"
    command = [sys.executable, "-m", "api.command_line", "serve", "--port", "0", "--data", str(directory)]
    variables = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    variables |= {"SEGMENTLOG_ADMIN_KEY": key, "PYTHONUNBUFFERED": "1", **(environment or {})}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=variables)
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        if "serves " not in line:
            raise OSError("The service did not start; its message is above.")
        service = ChildService(line.split("serves ")[1].split()[0], key, process)
        _wait_until_ready(service)
        yield service
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        finally:
            process.kill()
            process.wait()
            process.stdout.close()


def _wait_until_ready(service: ChildService) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and service.process.poll() is None:
        try:
            if httpx.get(f"{service.address}/health/ready", trust_env=False).is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.05)
    raise OSError(f"The service at {service.address} did not get ready.")
