"""That the clients of the benchmark send every request, one after the other, and look at what comes back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from benchmarks.http_client import Client, Clients, Order, UnexpectedAnswerError, run


class Handler(BaseHTTPRequestHandler):
    """Answers 201, but to /bad; in two pieces, as networks do."""

    protocol_version = "HTTP/1.1"
    asked: list[str]

    def do_POST(self) -> None:
        self.asked.append(self.path)
        self.send_response(422 if self.path == "/bad" else 201)
        self.send_header("Content-Length", "4")
        self.end_headers()
        self.wfile.write(b"do")
        self.wfile.flush()
        self.wfile.write(b"ne")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def server() -> Iterator[tuple[int, list[str]]]:
    """Its port, and what it is asked."""
    asked: list[str] = []
    handler = type("Asked", (Handler,), {"asked": asked})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as served:
        thread = Thread(target=served.serve_forever)
        thread.start()
        try:
            yield served.server_address[1], asked
        finally:
            served.shutdown()
            thread.join()


def posts(*paths: str) -> list[str]:
    return [f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n" for path in paths]


def test_every_request_of_every_client_is_answered_and_timed() -> None:
    with server() as (port, asked):
        order = Order("127.0.0.1", port, 201, [posts("/a/1", "/a/2", "/a/3"), posts("/b/1"), posts()])

        seconds = Clients(order).run()

    assert len(seconds) == 4
    assert all(each > 0 for each in seconds)
    assert [path for path in asked if path.startswith("/a")] == ["/a/1", "/a/2", "/a/3"]
    assert "/b/1" in asked


def test_another_answer_than_expected_ends_it() -> None:
    with server() as (port, _):
        order = Order("127.0.0.1", port, 201, [posts("/good", "/bad", "/never")])
        client = Client(order, order.requests[0])
        with pytest.raises(UnexpectedAnswerError, match="422"):
            run([client])
        client.socket.close()
