"""What this service writes about itself."""

from __future__ import annotations

import sys

import structlog
from structlog.dev import ConsoleRenderer, plain_traceback


def log_no_values() -> None:
    """Tracebacks name the lines, not what the variables held: those are people's values, and passwords."""
    *before, _ = structlog.get_config()["processors"]
    last = ConsoleRenderer(colors=sys.stdout.isatty(), exception_formatter=plain_traceback)
    structlog.configure(processors=[*before, last])
