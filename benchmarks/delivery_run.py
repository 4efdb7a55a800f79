"""`python -m benchmarks.delivery_run`: a segment is mailed while workers, service and mail server are killed.

Everything is real and a process of its own: the service with its worker, another worker, a mail server that
writes down what it takes. At random moments one of them gets a `kill -9` and is started again. In the end
what the service says is held against what the mail server has.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Literal, get_args

import httpx
import msgspec
import psutil

from api.child_service import ChildService, child_service
from benchmarks.report import RESULTS, processor

ROOT = Path(__file__).parent.parent
PATIENCE_SECONDS = 120.0
"""Without a further mail for so long, the run has failed."""
PAGE = "<html><body><p>Dear {{ Contact_Name }}</p></body></html>"

Victim = Literal["the service's worker", "another worker", "the mail server", "the service"]
VICTIMS: tuple[Victim, ...] = get_args(Victim)


class Outcome(msgspec.Struct, frozen=True):
    """What became of the run: as the service tells it, and as the mail server has it."""

    contacts: int
    kills: dict[str, int]
    seconds: float
    sent: int
    uncertain: int
    other_errors: int
    received: int
    twice: int
    """Contacts that got more than one mail."""
    uncertain_but_received: int
    faults: list[str]
    """What must not be; empty when everything agrees."""


class Actors:
    """The processes; each can be killed and started again."""

    def __init__(self, directory: Path, stack: ExitStack) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listening:
            self._port = listening.getsockname()[1]
        self.book = directory / "mails.txt"
        self.book.touch()
        self._data = directory / "data"
        self._data.mkdir(mode=0o755)
        self._environment = {
            "SEGMENTLOG_MAIL_HOST": "127.0.0.1",
            "SEGMENTLOG_MAIL_PORT": str(self._port),
            "SEGMENTLOG_MAIL_TLS": "none",
            "SEGMENTLOG_MAIL_FROM": "news@example.com",
        }
        self._serving = stack.enter_context(ExitStack())
        self._mail = self._start_mail()
        stack.callback(lambda: _kill(self._mail))
        self.service = self._serve()
        self._worker = self._start_worker()
        stack.callback(lambda: _kill(self._worker))

    def kill(self, victim: Victim) -> None:
        """End it at once, and start it again."""
        if victim == "the mail server":
            _kill(self._mail)
            self._mail = self._start_mail()
        elif victim == "another worker":
            _kill(self._worker)
            self._worker = self._start_worker()
        elif victim == "the service":
            _kill(self.service.process)
            self._serving.close()
            self.service = self._serve()
        else:
            # Whoever serves starts it again; it may be about to do so.
            _wait(self._workers_of_service, bool)[0].kill()

    def _workers_of_service(self) -> list[psutil.Process]:
        # What is known of all processes at once: each may end while one asks it.
        return [
            process
            for process in psutil.process_iter(["ppid", "status", "cmdline"])
            if process.info["ppid"] == self.service.process.pid
            and process.info["status"] != psutil.STATUS_ZOMBIE
            and "worker" in (process.info["cmdline"] or [])
        ]

    def taken(self) -> list[tuple[str, str]]:
        """Recipients and names of the mails that the mail server took, in order."""
        return [(line.split()[0], line.split()[1]) for line in self.book.read_text().splitlines()]

    def _serve(self) -> ChildService:
        return self._serving.enter_context(
            child_service(self._data, key="a key for the run of mails", environment=self._environment)
        )

    def _start_mail(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "benchmarks.mail_sink", str(self._port), str(self.book)]
        return subprocess.Popen(command, cwd=ROOT)

    def _start_worker(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "api.command_line", "worker", "--data", str(self._data)]
        variables = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        return subprocess.Popen(command, env=variables | self._environment)


def _kill(process: subprocess.Popen[Any]) -> None:
    process.kill()
    process.wait()


@contextmanager
def actors() -> Iterator[Actors]:
    """A service with a mail server, in a directory that goes away."""
    with tempfile.TemporaryDirectory(prefix="segmentlog-mails-") as name, ExitStack() as stack:
        directory = Path(name)
        directory.chmod(0o755)
        yield Actors(directory, stack)


def run(contacts: int, kills: int, seed: int, progress: Callable[[str], None] = lambda _: None) -> Outcome:
    """Mail a segment of so many contacts, kill so many processes meanwhile, and compare."""
    chance = random.Random(seed)
    with actors() as those:
        with those.service.client() as client:
            entry_no = logged_and_sending(client, contacts)
        began = time.monotonic()
        progress(f"{contacts:,} mails are on their way")
        moments = sorted(chance.randrange(contacts // 50, contacts - contacts // 20) for _ in range(kills))
        victims = list(VICTIMS) * (kills // len(VICTIMS) + 1)
        chance.shuffle(victims)
        killed: Counter[str] = Counter()
        for moment, victim in zip(moments, victims, strict=False):
            _reach(those, moment)
            time.sleep(chance.uniform(0, 0.05))
            those.kill(victim)
            killed[victim] += 1
            progress(f"{len(those.taken()):,} mails; killed: {victim}")
        with those.service.client() as client:
            logged = _finished(client, entry_no, contacts)
            seconds = time.monotonic() - began
            entries = list(_entries(client, entry_no))
            verified = _body(client.post("/v1/audit/verify"))
        return compared(contacts, dict(killed), seconds, logged, entries, those.taken(), verified["ok"])


def logged_and_sending(client: httpx.Client, contacts: int) -> int:
    """Log a segment of so many contacts with mails; its number."""
    rows = [
        {"no": f"C{n}", "name": f"Contact {n}", "email": f"c{n}@example.org", "correspondence_type": "email"}
        for n in range(contacts)
    ]
    kind = {"content-type": "application/x-ndjson"}
    _body(client.post("/v1/contacts/import", content="\n".join(map(json.dumps, rows)), headers=kind))
    _body(client.put("/v1/interaction-groups/LETTERS", json={"description": "Letters"}))
    _body(client.put("/v1/salespeople/JR", json={"name": "John Roberts"}))
    template = "/v1/interaction-templates/MAIL"
    _body(client.put(template, json={"description": "Mail", "interaction_group_code": "LETTERS"}))
    html = {"content-type": "text/html"}
    _body(client.put(f"{template}/documents/-", params={"subject": "Spring"}, content=PAGE, headers=html))
    header = {"no": "SM1", "description": "Spring", "interaction_template_code": "MAIL"}
    _body(client.post("/v1/segments", json=header | {"salesperson_code": "JR"}))
    _body(client.post("/v1/segments/SM1/criteria-actions", json={"action": "add_contacts"}))
    logged = _body(client.post("/v1/segments/SM1/log", json={"send_attachments": True}))
    return int(logged["logged_segment"]["entry_no"])


def _body(response: httpx.Response) -> Any:
    response.raise_for_status()
    return response.json()


def _reach(those: Actors, count: int) -> None:
    """Wait until the mail server has taken so many."""
    _wait(lambda: len(those.taken()), lambda taken: taken >= count)


def _finished(client: httpx.Client, entry_no: int, contacts: int) -> Any:
    """The logged segment once nothing of it is on its way."""

    def logged() -> Any:
        return _body(client.get(f"/v1/logged-segments/{entry_no}"))

    return _wait(
        logged, lambda one: one["interactions_visible"] == contacts and not one["delivery"]["in_progress"]
    )


def _wait(look: Callable[[], Any], reached: Callable[[Any], bool]) -> Any:
    """Look until it is reached. Raises TimeoutError when nothing moves any more."""
    seen, since = look(), time.monotonic()
    while not reached(seen):
        time.sleep(0.02)
        now = look()
        if now != seen:
            seen, since = now, time.monotonic()
        if time.monotonic() - since > PATIENCE_SECONDS:
            raise TimeoutError(f"Nothing moves any more: {seen}")
    return seen


def _entries(client: httpx.Client, logged: int) -> Iterator[Any]:
    asked: dict[str, Any] = {"logged_segment_entry_no": logged, "limit": 1_000}
    while True:
        page = _body(client.get("/v1/interaction-log-entries", params=asked))
        yield from page["items"]
        if page["next_cursor"] is None:
            return
        asked["cursor"] = page["next_cursor"]


def compared(
    contacts: int,
    kills: dict[str, int],
    seconds: float,
    logged: Mapping[str, Any],
    entries: Sequence[Mapping[str, Any]],
    taken: Sequence[tuple[str, str]],
    verified: bool,
) -> Outcome:
    """What the service says, against what the mail server has."""
    by_recipient = Counter(recipient for recipient, _ in taken)
    by_name = {name for _, name in taken}
    twice = sum(count > 1 for count in by_recipient.values())
    states = Counter(entry["delivery_status"] for entry in entries)
    sent = {_address(entry) for entry in entries if entry["delivery_status"] == "sent"}
    unsure = {_address(entry) for entry in entries if entry["delivery_error"] == "uncertain"}
    counts = {state: states.get(state, 0) for state in ("in_progress", "sent", "error")}
    received = set(by_recipient)
    checks = {
        "not every contact has one entry": len({_address(entry) for entry in entries}) == contacts,
        "there are more entries than contacts": len(entries) == contacts,
        f"the counts {logged['delivery']} are not those of the entries {counts}": (
            dict(logged["delivery"]) == counts
        ),
        "an entry is neither sent nor an error": states["sent"] + states["error"] == contacts,
        f"{twice} contacts got more than one mail": twice == 0,
        "two mails have the same name": len(by_name) == len(taken),
        f"{len(sent - received)} are said to be sent and never arrived": sent <= received,
        "a mail arrived whose entry is neither sent nor uncertain": received <= sent | unsure,
        "the log does not verify": verified,
    }
    return Outcome(
        contacts=contacts,
        kills=kills,
        seconds=round(seconds, 1),
        sent=len(sent),
        uncertain=len(unsure),
        other_errors=states["error"] - len(unsure),
        received=len(taken),
        twice=twice,
        uncertain_but_received=len(received & unsure),
        faults=[fault for fault, holds in checks.items() if not holds],
    )


def _address(entry: Mapping[str, Any]) -> str:
    return f"{str(entry['contact_no']).lower()}@example.org"


def described(outcome: Outcome) -> str:
    """The outcome for people."""
    killed = ", ".join(f"{name} {count} times" for name, count in sorted(outcome.kills.items()))
    rows = {
        "Contacts": outcome.contacts,
        "Mails that the mail server took": outcome.received,
        "Contacts that got more than one mail": outcome.twice,
        "Entries that are sent; each of these mails arrived": outcome.sent,
        "Entries that are uncertain": outcome.uncertain,
        "... of which the mail did arrive": outcome.uncertain_but_received,
        "Entries with another error": outcome.other_errors,
    }
    table = "\n".join(f"| {name} | {value:,} |" for name, value in rows.items())
    faults = "Wrong: " + "; ".join(outcome.faults) + "." if outcome.faults else "Everything agrees."
    return (
        f"# Mails while everything is killed\n\n| | |\n|---|---:|\n{table}\n\n"
        f"Killed with `kill -9` and started again: {killed}.\n"
        f"It took {outcome.seconds:,.0f} s on {os.cpu_count()} cores ({processor()}). {faults}\n"
    )


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.delivery_run", description=__doc__)
    parser.add_argument("--contacts", type=int, default=10_000)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder for delivery.json and .md")
    options = parser.parse_args(arguments)
    began = time.monotonic()

    def progress(text: str) -> None:
        print(f"{time.monotonic() - began:7.1f} s  {text}", file=sys.stderr, flush=True)

    outcome = run(options.contacts, options.kills, options.seed, progress)
    options.results.mkdir(parents=True, exist_ok=True)
    encoded = msgspec.json.format(msgspec.json.encode(outcome), indent=2)
    (options.results / "delivery.json").write_bytes(encoded + b"\n")
    (options.results / "delivery.md").write_text(described(outcome), encoding="utf-8")
    print(described(outcome))
    sys.exit(1 if outcome.faults else 0)


if __name__ == "__main__":
    main()
