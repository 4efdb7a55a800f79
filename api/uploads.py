"""Files that come as the body of a request, however large."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager
from typing import IO, Any

from fastapi import Request
from fastapi.concurrency import run_in_threadpool

from api.table_files import FORMATS, Format
from application.contact_import import RejectedRow
from domain.errors import InvalidRequest

UPLOADS = ("/v1/contacts/import", "/v1/value-entries/import")
"""Where files come in that may be larger than memory."""
CHUNK = 256 * 1024


@asynccontextmanager
async def on_disk(request: Request, seen: Callable[[bytes], None] | None = None) -> AsyncIterator[IO[bytes]]:
    """The body as a file, read once, whoever asks for it again; `seen` is told of each piece as it comes."""
    if hasattr(request.state, "body"):
        yield request.state.body
        return
    with tempfile.TemporaryFile() as file:
        async for chunk in request.stream():
            await run_in_threadpool(file.write, chunk)
            if seen is not None:
                seen(chunk)
        file.seek(0)
        request.state.body = file
        yield file


@asynccontextmanager
async def uploaded(request: Request) -> AsyncIterator[tuple[Iterator[bytes], Format]]:
    """The pieces of the body, and what kind of file it is. Raises InvalidRequest."""
    content_type = request.headers.get("content-type", "")
    kind = FORMATS.get(content_type.partition(";")[0].strip().lower())
    if kind is None:
        raise InvalidRequest.at("Content-Type", f"must be one of: {', '.join(FORMATS)}")
    async with on_disk(request) as file:
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
