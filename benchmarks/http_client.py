"""`python -m benchmarks.http_client`: clients that send one request after another, a process of their own.

Requests are bytes made beforehand and answers are hardly looked at, so that what is measured is the service.
The order comes as a line of JSON on standard input; after `ready`, any other line starts it, and what it took
comes back as a line of JSON.
"""

from __future__ import annotations

import re
import selectors
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from typing import cast

import msgspec

LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
RECEIVED = 65_536


class Order(msgspec.Struct, frozen=True):
    """The requests of each client; all go to one host and port, and are to be answered with one status."""

    host: str
    port: int
    status: int
    requests: Sequence[Sequence[str]]


class UnexpectedAnswerError(Exception):
    """A request was answered otherwise than it should be."""


class Client:
    """One connection, which has one request under way at most."""

    def __init__(self, order: Order, requests: Sequence[str]) -> None:
        self.socket = socket.create_connection((order.host, order.port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._expected = b"HTTP/1.1 %d " % order.status
        self._requests: Iterator[bytes] = iter([request.encode() for request in requests])
        self._answer = b""
        self._sent = 0.0
        self.seconds: list[float] = []

    def send(self) -> bool:
        """Send the next request; whether there was one."""
        request = next(self._requests, None)
        if request is None:
            return False
        self._answer = b""
        self._sent = time.perf_counter()
        self.socket.sendall(request)
        return True

    def receive(self) -> bool:
        """Take what has come; whether the answer is whole now. Raises UnexpectedAnswerError."""
        received = self.socket.recv(RECEIVED)
        self._answer += received
        head, end, body = self._answer.partition(b"\r\n\r\n")
        length = LENGTH.search(head) if end else None
        if received and (length is None or len(body) < int(length[1])):
            return False
        self.seconds.append(time.perf_counter() - self._sent)
        if not self._answer.startswith(self._expected):
            raise UnexpectedAnswerError(self._answer.decode(errors="replace"))
        return True


def run(clients: Sequence[Client]) -> None:
    """All clients at once, until each has the answers to all of its requests."""
    with selectors.DefaultSelector() as selector:
        for client in clients:
            selector.register(client.socket, selectors.EVENT_READ, client)
        under_way = sum(client.send() for client in clients)
        while under_way:
            for key, _ in selector.select():
                client = cast(Client, key.data)
                if client.receive() and not client.send():
                    under_way -= 1


class Clients:
    """The process, for whoever measures."""

    def __init__(self, order: Order) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.http_client"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self._write(msgspec.json.encode(order))
        assert self._read() == b"ready\n", "the clients did not start"

    def run(self) -> list[float]:
        """Send all requests; the seconds that each was under way."""
        self._write(b"go")
        answer = self._read()
        self._process.communicate()
        assert self._process.returncode == 0, "the clients came to grief; their message is above"
        return msgspec.json.decode(answer, type=list[float])

    def _write(self, line: bytes) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(line + b"\n")
        self._process.stdin.flush()

    def _read(self) -> bytes:
        assert self._process.stdout is not None
        return self._process.stdout.readline()


def main() -> None:
    order = msgspec.json.decode(sys.stdin.buffer.readline(), type=Order)
    clients = [Client(order, requests) for requests in order.requests]
    print("ready", flush=True)
    sys.stdin.buffer.readline()
    run(clients)
    seconds = [each for client in clients for each in client.seconds]
    print(msgspec.json.encode(seconds).decode(), flush=True)


if __name__ == "__main__":
    main()
