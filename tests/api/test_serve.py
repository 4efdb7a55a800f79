"""The whole service as processes: started twice, killed, stopped, and shared with the other commands."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from threading import Event
from typing import Any

import httpx
import psutil
import psycopg
import pytest

from api.child_service import ChildService, child_service
from api.sample.contacts import write_csv
from api.serve import database
from api.settings import Settings

KEY = "the key of this test"
COMMAND = ("-m", "api.command_line")
OURS = ("DATABASE_URL", "SEGMENTLOG_ADMIN_KEY")


@pytest.fixture
def directory() -> Iterator[Path]:
    # Not in pytest's own temporary directory: as root, the database's account could not reach it.
    with tempfile.TemporaryDirectory(prefix="segmentlog-serve-") as made:
        Path(made).chmod(0o755)
        yield Path(made)


def command(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *COMMAND, *arguments],
        env={name: v for name, v in os.environ.items() if name not in OURS} | environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def processes_of(directory: Path) -> list[psutil.Process]:
    """Everything that runs from a data directory: the server, its worker, the database."""
    found = []
    for process in psutil.process_iter(["cmdline"]):
        words = " ".join(process.info["cmdline"] or [])
        if str(directory) in words:
            with suppress(psutil.NoSuchProcess):
                found += [process, *process.children(recursive=True)]
    return found


def ended(process: psutil.Process) -> bool:
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def until(condition: Callable[[], bool], seconds: float = 120) -> bool:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def register(client: httpx.Client, name: str) -> dict[str, Any]:
    response = client.post("/v1/contacts", json={"name": name})
    assert response.status_code == 201, response.text
    contact: dict[str, Any] = response.json()
    return contact


def listed(client: httpx.Client, name: str) -> int:
    page = client.get("/v1/contacts", params={"name": name, "count": True}).json()
    return int(page["total"])


def worker_of(service: ChildService) -> psutil.Process:
    (worker,) = [
        process
        for process in psutil.process_iter(["ppid", "cmdline"])
        if process.info["ppid"] == service.process.pid and "worker" in (process.info["cmdline"] or [])
    ]
    return worker


def test_nothing_is_lost_when_everything_is_killed(directory: Path) -> None:
    with child_service(directory, key=KEY) as service, service.client() as client:
        segment = client.post("/v1/segments", json={"description": "Before"}).json()["no"]
        numbers = [register(client, f"Alder {n}")["no"] for n in range(20)]
        for no in numbers:
            assert client.post(f"/v1/segments/{segment}/lines", json={"contact_no": no}).is_success
        victims = processes_of(directory)
        assert len(victims) > 3
        for victim in victims:
            with suppress(psutil.NoSuchProcess):  # ended with one that was killed before
                victim.kill()
    with child_service(directory, key=KEY) as service, service.client() as client:
        assert listed(client, "Alder *") == 20
        lines = client.get(f"/v1/segments/{segment}/lines").json()["items"]
        assert [line["contact_no"] for line in lines] == numbers
        assert register(client, "Birch")["no"] not in numbers


def test_a_second_server_on_one_directory_is_refused_with_a_clear_word(directory: Path) -> None:
    with child_service(directory, key=KEY) as service:
        refused = command("serve", "--port", "0", "--data", str(directory))
        assert refused.returncode == 1
        assert str(service.process.pid) in refused.stderr
        assert "Traceback" not in refused.stderr
        with service.client() as client:
            assert client.get("/health/ready").status_code == 200


def test_a_port_in_use_is_said_in_one_sentence(directory: Path) -> None:
    with child_service(directory, key=KEY) as service, tempfile.TemporaryDirectory() as other:
        Path(other).chmod(0o755)
        port = service.address.rpartition(":")[2]
        refused = command("serve", "--port", port, "--data", other)
        assert refused.returncode == 1
        assert port in refused.stderr
        assert "Traceback" not in refused.stderr


def test_stopping_leaves_no_process_behind(directory: Path) -> None:
    with child_service(directory, key=KEY) as service:
        running = processes_of(directory)
        assert running
        service.process.send_signal(signal.SIGTERM)
        assert service.process.wait(60) == 0
    assert until(lambda: all(map(ended, running)))


def test_the_worker_ends_when_its_server_was_killed(directory: Path) -> None:
    with child_service(directory, key=KEY) as service:
        worker = worker_of(service)
        service.process.kill()
        assert until(lambda: ended(worker))


def test_a_killed_worker_is_started_again_and_catches_up(directory: Path) -> None:
    with child_service(directory, key=KEY) as service, service.client() as client:
        register(client, "Alder")
        worker_of(service).kill()
        register(client, "Birch")
        assert until(lambda: listed(client, "Birch") == 1)


def test_other_commands_share_the_running_server(directory: Path) -> None:
    with child_service(directory, key=KEY) as service, service.client() as client:
        file = directory / "contacts.csv"
        file.write_text("no,type,name\nAB1,company,Alder\nAB2,club,Birch\n")
        brought = command("import", "contacts", str(file), "--json", "--data", str(directory))
        assert brought.returncode == 1, "a row was rejected"
        answer = json.loads(brought.stdout)
        assert (answer["registered"], answer["rejected_total"]) == (1, 1)
        assert answer["rejected"][0]["line"] == 3
        assert until(lambda: listed(client, "Alder") == 1)

        sold = directory / "sold.ndjson"
        sold.write_text('{"source_type": "customer", "source_no": "C1"}\n{"source_type": "bank"}\n')
        brought = command("import", "value-entries", str(sold), "--json", "--data", str(directory))
        assert (brought.returncode, json.loads(brought.stdout)["registered"]) == (1, 1)
        assert until(lambda: len(client.get("/v1/value-entries").json()["items"]) == 1)

        rebuilt = command("rebuild", "--json", "--data", str(directory))
        assert rebuilt.returncode == 0, rebuilt.stderr
        assert set(json.loads(rebuilt.stdout)) == {"contacts", "worksheets", "setup"}
        register(client, "Cedar")
        assert until(lambda: listed(client, "*") == 2)

        verified = command("verify", "--json", "--data", str(directory))
        assert json.loads(verified.stdout)["ok"] is True
        assert verified.returncode == 0
        assert client.get("/health/ready").json()["ready"] is True


def test_commands_work_without_a_running_server(directory: Path) -> None:
    file = directory / "contacts.csv"
    write_csv(file, 50)
    brought = command("import", "contacts", str(file), "--data", str(directory))
    assert "rejected" in brought.stdout
    people = directory / "people.csv"
    for company in ("CO1", "CO2"):
        rows = "CO1,company,One,\nCO2,company,Two,\nBO,person,Bo"
        people.write_text(f"no,type,name,company_no\n{rows},{company}\n")
        moved = command("import", "contacts", str(people), "--data", str(directory))
        assert moved.returncode == 0, moved.stderr
    sold = directory / "sold.csv"
    sold.write_text("source_type,source_no,item_no\ncustomer,C1,A\nvendor,V1,A\n")
    for expected in ("2 registered, 0 unchanged", "0 registered, 2 unchanged"):
        brought = command("import", "value-entries", str(sold), "--data", str(directory))
        assert brought.returncode == 0, brought.stderr
        assert brought.stdout.startswith(expected)
    assert command("verify", "--data", str(directory)).returncode == 0
    unknown = command("rebuild", "everything", "--data", str(directory))
    assert unknown.returncode == 2
    assert "contacts, worksheets, setup" in unknown.stderr
    assert command("import", "contacts", str(directory / "none.csv")).returncode == 2


def test_database_url_is_used_instead_of_the_embedded_server(directory: Path, empty_database: str) -> None:
    environment = {"DATABASE_URL": empty_database}
    with child_service(directory, key=KEY, environment=environment) as service, service.client() as client:
        register(client, "Alder")
        assert until(lambda: listed(client, "Alder") == 1)
    assert not (directory / "postgres").exists()
    assert command("verify", **environment).stdout.startswith("All 1 events")


@pytest.mark.parametrize(
    ("address", "exit_code", "said"),
    [
        ("postgresql://ann:secret@127.0.0.1:1/crm", 1, "The database cannot be used: connection failed"),
        ("mysql://ann:secret@127.0.0.1/crm", 2, "DATABASE_URL: must be postgresql://"),
        ("", 2, "DATABASE_URL: must be postgresql://"),
    ],
)
def test_a_database_that_cannot_be_reached_is_said_at_once_and_why(
    address: str, exit_code: int, said: str
) -> None:
    refused = command("rebuild", DATABASE_URL=address)
    assert (refused.returncode, refused.stdout) == (exit_code, "")
    assert refused.stderr.startswith(said)
    assert "secret" not in refused.stderr


def test_who_waits_for_a_database_can_be_stopped(directory: Path) -> None:
    stop = Event()
    stop.set()
    settings = Settings(database_url="postgresql://ann@127.0.0.1:1/crm")
    with (
        pytest.raises(psycopg.OperationalError),
        database(settings, directory, patience=3_600, stop=stop),
    ):
        pass


def test_the_first_start_makes_an_admin_key_and_shows_it_once(directory: Path) -> None:
    said = []
    for _ in range(2):
        process = subprocess.Popen(
            [sys.executable, "-u", *COMMAND, "serve", "--port", "0", "--data", str(directory)],
            env={name: v for name, v in os.environ.items() if name not in OURS},
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        with process.stdout as output:
            lines = [output.readline()]
            while "serves " not in lines[-1]:
                lines.append(output.readline())
            said.append("".join(lines))
            process.terminate()
            assert process.wait(60) == 0
    assert "admin key, shown this once: sl_" in said[0]
    assert "key" not in said[1]
