"""The HTTP server, which lets go of those who follow the feed when it stops."""

from __future__ import annotations

import socket

import uvicorn

from api.app import create_app
from api.service import Service

GRACE_SECONDS = 5


class HttpServer(uvicorn.Server):
    """Serves one service. It waits for answers under way; the live feed never ends by itself."""

    def __init__(self, service: Service) -> None:
        self._service = service
        super().__init__(
            uvicorn.Config(
                create_app(service),
                log_level="warning",
                access_log=False,
                ws="none",
                timeout_graceful_shutdown=GRACE_SECONDS,
            )
        )

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop serving."""
        self._service.watch.end()
        await super().shutdown(sockets)
