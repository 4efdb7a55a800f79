"""The peer: Tryton with its modules for parties and marketing, behind gunicorn, asked by JSON-RPC.

It is installed into an environment of its own, at the versions pinned in `tryton-requirements.txt`;
nothing of ours imports it. Its nearest to logging a segment is the scenario of its marketing automation: a
record for each party that meets the scenario's criteria, made by a job of the server.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
import socket
import subprocess
import time
import venv
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg.sql import SQL, Identifier

REQUIREMENTS = Path(__file__).parent / "tryton-requirements.txt"
MODULES = ("ir", "res", "party", "marketing", "marketing_automation")
EMPTY = "tryton_empty"
"""A database with the modules in it and no party, of which each run takes a copy."""
USER = "admin"
BATCH = 1_000
START_SECONDS = 60

Row = Mapping[str, str]
"""A contact by the columns of the sample file."""


class Tryton:
    """A database of it, spoken to as a client does."""

    def __init__(self, address: str, password: str) -> None:
        self._client = httpx.Client(base_url=address, timeout=600, trust_env=False)
        user_id, token, *_ = self.call("common.db.login", USER, {"password": password})
        session = base64.b64encode(f"{USER}:{user_id}:{token}".encode()).decode()
        self._client.headers["Authorization"] = f"Session {session}"
        self._countries: dict[str, int] = {}

    def call(self, method: str, *parameters: Any) -> Any:
        """The result of a call. Raises RuntimeError when it is refused."""
        answer = self._client.post("", json={"id": 1, "method": method, "params": parameters})
        answer.raise_for_status()
        found = answer.json()
        if isinstance(found, dict):
            if "error" in found:
                raise RuntimeError(f"{method}: {found['error']}")
            return found["result"]
        return found

    def make_countries(self, codes: Sequence[str]) -> None:
        """The countries that addresses name."""
        values = [{"name": code, "code": code} for code in codes]
        made = self.call("model.country.country.create", values, {})
        self._countries = dict(zip(codes, made, strict=True))

    def parties(self, rows: Sequence[Row]) -> list[list[dict[str, Any]]]:
        """What is sent to create these, in batches."""
        parties = [self._party(row) for row in rows]
        return [parties[start : start + BATCH] for start in range(0, len(parties), BATCH)]

    def _party(self, row: Row) -> dict[str, Any]:
        ways = {"email": row["email"], "phone": row["phone_no"], "website": row["home_page"]}
        return {
            "code": row["no"],
            "name": row["name"],
            "addresses": [
                [
                    "create",
                    [
                        {
                            "street": row["address"],
                            "postal_code": row["post_code"],
                            "city": row["city"],
                            "country": self._countries.get(row["country_code"]),
                        }
                    ],
                ]
            ],
            "contact_mechanisms": [
                ["create", [{"type": kind, "value": value} for kind, value in ways.items() if value]]
            ],
        }

    def create(self, batches: Sequence[Sequence[Mapping[str, Any]]]) -> int:
        """Create parties, batch by batch; how many."""
        return sum(len(self.call("model.party.party.create", batch, {})) for batch in batches)

    def select(self, domain: Sequence[Any]) -> int:
        """The parties that meet a condition; how many."""
        return len(self.call("model.party.party.search", domain, 0, None, None, {}))

    def make_scenario(self, domain: Sequence[Any]) -> int:
        """A running scenario for those who meet a condition, and nobody in it yet."""
        values = {"name": "Invitation to the fair", "model": "party.party", "domain": json.dumps(domain)}
        (scenario,) = self.call("model.marketing.automation.scenario.create", [values], {})
        self.call("model.marketing.automation.scenario.run", [scenario], {})
        (self._job,) = self.call(
            "model.ir.cron.search",
            [["method", "=", "marketing.automation.scenario|trigger"]],
            0,
            None,
            None,
            {},
        )
        return int(scenario)

    def materialise(self, scenario: int) -> int:
        """Run the job that makes a record for each party of running scenarios; how many there are then."""
        self.call("model.ir.cron.run_once", [self._job], {})
        of_it = [["scenario", "=", scenario]]
        return int(self.call("model.marketing.automation.record.search_count", of_it, 0, None, {}))

    def close(self) -> None:
        """Close the connection."""
        self._client.close()


def install(environment: Path) -> None:
    """Make its environment, unless it is there already at these versions."""
    installed = environment / "installed.txt"
    if installed.exists() and installed.read_bytes() == REQUIREMENTS.read_bytes():
        return
    venv.create(environment, clear=True, with_pip=True)
    command = [str(environment / "bin" / "python"), "-m", "pip", "install", "--quiet", "--require-hashes"]
    subprocess.run([*command, "--disable-pip-version-check", "-r", str(REQUIREMENTS)], check=True)
    installed.write_bytes(REQUIREMENTS.read_bytes())


@contextmanager
def serving(
    conninfo: str, environment: Path, folder: Path, databases: Sequence[str]
) -> Iterator[Callable[[str], Tryton]]:
    """Serve these databases with nobody in them, on our PostgreSQL and a free port of this machine.

    Gives what connects to a database, until the end of the block.
    """
    install(environment)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = folder / "trytond.conf"
    settings.write_text(
        f"[database]\nuri = {_uri(conninfo)}\n[web]\nlisten = 127.0.0.1:{port}\n[request]\n"
        "max_size = 100000000\nmax_size_authenticated = 100000000\n",
        encoding="utf-8",
    )
    password = secrets.token_urlsafe(16)
    _make_databases(conninfo, environment, settings, password, databases)
    # Its own server says of itself that it is for development; one process serves one client best.
    command = [str(environment / "bin" / "gunicorn"), "trytond.application:app", "--threads", "4"]
    options = ["--bind", f"127.0.0.1:{port}", "--timeout", "600", "--log-level", "warning"]
    told = {"TRYTOND_CONFIG": str(settings), "TRYTOND_DATABASE_NAMES": ",".join(databases)}
    process = subprocess.Popen([*command, *options], env=os.environ | told)
    try:
        _wait_for(port, process)
        yield lambda name: Tryton(f"http://127.0.0.1:{port}/{name}/rpc/", password)
    finally:
        process.terminate()
        process.wait(START_SECONDS)


def _make_databases(
    conninfo: str, environment: Path, settings: Path, password: str, databases: Sequence[str]
) -> None:
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute(SQL("CREATE DATABASE {}").format(Identifier(EMPTY)))
    file = settings.with_name("password")
    file.write_text(password, encoding="utf-8")
    command = [str(environment / "bin" / "trytond-admin"), "-c", str(settings), "-d", EMPTY]
    options = ["-u", *MODULES, "--activate-dependencies", "--email", "admin@example.com"]
    subprocess.run([*command, *options], check=True, env=os.environ | {"TRYTONPASSFILE": str(file)})
    with psycopg.connect(conninfo, autocommit=True) as connection:
        for name in databases:
            statement = SQL("CREATE DATABASE {} TEMPLATE {}")
            connection.execute(statement.format(Identifier(name), Identifier(EMPTY)))


def _uri(conninfo: str) -> str:
    """Where our server is, as its settings have it; the name of the database comes later."""
    found = conninfo_to_dict(conninfo)
    return f"postgresql://{found['user']}@/?host={found['host']}&port={found.get('port', '5432')}"


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise OSError("Tryton did not start; its message is above.")
