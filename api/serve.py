"""Running everything: the database, the read models in a process of their own, and the HTTP door."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Event as Flag
from threading import Thread
from time import monotonic
from types import FrameType

import psycopg
import structlog

from api.http_server import HttpServer
from api.logs import log_no_values
from api.service import Service
from api.settings import Settings
from application.scrubbing import Scrubber
from eventstore.embedded_postgres import EmbeddedPostgres
from eventstore.file_locks import ServeLock
from projections.runner import Runners

RESTART_SECONDS = 1.0
PATIENCE_SECONDS = 30.0
"""How long a server waits at its start for a database that may be starting too."""

logger = structlog.get_logger()


@contextmanager
def database(
    settings: Settings, data: Path, patience: float = 0.0, stop: Flag | None = None
) -> Iterator[str]:
    """The database that DATABASE_URL names, else a real PostgreSQL in the data directory, shared and left."""
    if settings.database_url is not None:
        _reach(settings.database_url, patience, stop or Flag())
        yield settings.database_url
        return
    with embedded(data) as server:
        yield server.conninfo()


def embedded(data: Path) -> EmbeddedPostgres:
    """The PostgreSQL in a data directory, whether it is there yet or not."""
    return EmbeddedPostgres(data / "postgres")


def _reach(conninfo: str, patience: float, stop: Flag) -> None:
    """A pool would only say that it waited in vain, and not why."""
    until = monotonic() + patience
    while True:
        try:
            return psycopg.connect(conninfo, connect_timeout=10).close()
        except psycopg.OperationalError:
            if monotonic() >= until or stop.wait(0.5):
                raise


def serve(
    settings: Settings,
    *,
    host: str,
    port: int,
    data: Path,
    say: Callable[[str], None],
    ready: Callable[[str], None] | None = None,
) -> None:
    """Serve until told to stop. Raises AlreadyServedError, EmbeddedPostgresError, OSError."""
    log_no_values()
    signal.signal(signal.SIGTERM, _stop)
    with ExitStack() as stack:
        # Another server of the same directory is refused before anything is touched.
        if settings.database_url is None:
            stack.enter_context(ServeLock(data))
        listener = _listen(host, port)
        stack.enter_context(listener)
        conninfo = stack.enter_context(database(settings, data, PATIENCE_SECONDS))
        service = Service(
            *(conninfo, settings.segmentlog_schema, settings.proving(data)),
            entry=settings.entry(),
            mail=settings.mail(),
            master=settings.master(data),
        )
        service.set_up()
        key = service.keys.first_key(settings.segmentlog_admin_key)
        if key is not None:
            say(f"Your admin key, shown this once: {key}")
        stack.enter_context(_worker(conninfo, settings.segmentlog_schema, data))
        address = _address(host, listener.getsockname()[1])
        say(f"segmentlog serves {address} (documentation: {address}/docs). Stop it with Ctrl-C.")
        if ready is not None:
            ready(address)
        HttpServer(service).run(sockets=[listener])


def work(conninfo: str, settings: Settings, data: Path, stop: Flag) -> None:
    """Keep the read models up with the log and the log sealed, and send letters, until told to stop."""
    log_no_values()
    service = Service(
        *(conninfo, settings.segmentlog_schema, settings.proving(data), settings.master(data)),
        mail=settings.mail(),
    )
    service.set_up()
    runners = Runners(service.runners())
    sealer = service.auditing.sealer(
        events=settings.segmentlog_checkpoint_events, seconds=settings.segmentlog_checkpoint_seconds
    )
    service.read_models.open()
    service.outbox.open()
    parts = (
        *(runners, sealer, Scrubber(service.scrubbing, settings.segmentlog_scrub_seconds)),
        service.delivery_worker(),
    )
    with service.hearing_of_erasures():
        for part in parts:
            part.start()
        stop.wait()
        for part in reversed(parts):
            part.stop()
    service.outbox.close()
    service.read_models.close()
    service.log.close()


def _listen(host: str, port: int) -> socket.socket:
    """The socket to serve on; made first, so that a port in use is said at once."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise OSError(f"Cannot serve on {_address(host, port)}: {error.strerror}.") from error
    return listener


def _address(host: str, port: int) -> str:
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _stop(signum: int, frame: FrameType | None) -> None:
    raise SystemExit(0)


@contextmanager
def _worker(conninfo: str, schema: str, data: Path) -> Iterator[None]:
    """A process for the read models, so that they do not compete with requests; begun again if it dies."""
    over = Flag()
    processes: list[subprocess.Popen[bytes]] = [_start_worker(conninfo, schema, data)]

    def watch() -> None:
        while not over.is_set():
            processes[-1].wait()
            if not over.wait(RESTART_SECONDS):
                logger.warning("the worker died and is started again")
                processes.append(_start_worker(conninfo, schema, data))

    watcher = Thread(target=watch, name="worker watch", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        _end(processes[-1])
        watcher.join(5)


def _start_worker(conninfo: str, schema: str, data: Path) -> subprocess.Popen[bytes]:
    ours = {"DATABASE_URL": conninfo, "SEGMENTLOG_SCHEMA": schema, "SEGMENTLOG_DATA": str(data)}
    environment = os.environ | ours
    environment.pop("SEGMENTLOG_ADMIN_KEY", None)
    # Its standard input is a pipe from us: it ends with us, however we end.
    command = [sys.executable, "-m", "api.command_line", "worker", "--until-input-ends"]
    return subprocess.Popen(command, stdin=subprocess.PIPE, env=environment)


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.stdin is not None:
        process.stdin.close()
    try:
        process.wait(15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def wait_for_input_to_end(stop: Flag) -> None:
    """Set the flag when whoever started this process is gone."""

    def wait() -> None:
        while sys.stdin.buffer.read(1024):
            pass
        stop.set()

    Thread(target=wait, name="parent watch", daemon=True).start()
