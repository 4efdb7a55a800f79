"""The service that the scenarios run against: the real one, started as a newcomer would start it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.child_service import ChildService, child_service


@pytest.fixture(scope="session")
def service() -> Iterator[ChildService]:
    with tempfile.TemporaryDirectory(prefix="segmentlog-acceptance-") as directory:
        Path(directory).chmod(0o755)
        with child_service(Path(directory)) as running:
            yield running
