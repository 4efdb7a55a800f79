"""Files that come as the body of a request, however large."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager
from typing import IO, Any

from fastapi import Request
from fastapi.concurrency import run_in_threadpool

from api.table_files import FORMATS, Format
from application.contact_import import RejectedRow
from domain.errors import InvalidRequest

CHUNK = 256 * 1024


@asynccontextmanager
async def uploaded(request: Request) -> AsyncIterator[tuple[Iterator[bytes], Format]]:
    """The pieces of the body, kept on disk meanwhile, and what kind of file it is. Raises InvalidRequest."""
    content_type = request.headers.get("content-type", "")
    kind = FORMATS.get(content_type.partition(";")[0].strip().lower())
    if kind is None:
        raise InvalidRequest.at("Content-Type", f"must be one of: {', '.join(FORMATS)}")
    with tempfile.TemporaryFile() as file:
        async for chunk in request.stream():
            await run_in_threadpool(file.write, chunk)
        file.seek(0)
        yield chunks(file), kind


def chunks(file: IO[bytes]) -> Iterator[bytes]:
    """A file piece by piece."""
    while chunk := file.read(CHUNK):
        yield chunk


def described(csv: str, ndjson: str) -> dict[str, Any]:
    """How OpenAPI describes such a body, with an example of each kind."""
    text = {"type": "string"}
    return {
        "requestBody": {
            "required": True,
            "content": {
                "text/csv": {"schema": text, "example": csv},
                "application/x-ndjson": {"schema": text, "example": ndjson},
            },
        }
    }


def rejected_answer(rejected: Iterable[RejectedRow]) -> list[dict[str, Any]]:
    """Rejected rows as they are answered."""
    return [
        {
            "line": row.line,
            "errors": [{"loc": list(place), "message": message} for place, message in row.problems],
        }
        for row in rejected
    ]
