"""Workers and the server are killed while a segment is sent: nothing is lost or goes twice (domain B11)."""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import psutil

from api.child_service import ChildService, child_service
from tests.api.crm import ok
from tests.mailbox import Mailbox, mailbox

MAILS = 400
KILLED_WORKERS = 3
KILLED_SERVERS = 1
PATIENCE_SECONDS = 200
PAGE = "<html><body><p>Dear {{ Contact_Name }}</p></body></html>"


@contextmanager
def serving(directory: Path, box: Mailbox) -> Iterator[ChildService]:
    """The service, with this mail server."""
    environment = {
        "SEGMENTLOG_MAIL_HOST": "127.0.0.1",
        "SEGMENTLOG_MAIL_PORT": str(box.port),
        "SEGMENTLOG_MAIL_TLS": "none",
        "SEGMENTLOG_MAIL_FROM": "news@example.com",
    }
    with child_service(directory, key="a key for the test of kills", environment=environment) as service:
        yield service


def worker_of(service: ChildService) -> psutil.Process | None:
    """The worker that the service has started."""
    children = psutil.Process(service.process.pid).children()
    return next((child for child in children if "worker" in " ".join(child.cmdline())), None)


def logged_and_sending(client: httpx.Client) -> int:
    """A segment of many contacts whose mails are on their way; its number."""
    rows = [
        {"no": f"C{n}", "name": f"Contact {n}", "email": f"c{n}@example.org", "correspondence_type": "email"}
        for n in range(MAILS)
    ]
    imported = client.post(
        "/v1/contacts/import",
        content="\n".join(map(json.dumps, rows)),
        headers={"content-type": "application/x-ndjson"},
    )
    assert ok(imported)["registered"] == MAILS
    ok(client.put("/v1/interaction-groups/LETTERS", json={"description": "Letters"}))
    ok(client.put("/v1/salespeople/JR", json={"name": "John Roberts"}))
    template = "/v1/interaction-templates/MAIL"
    ok(client.put(template, json={"description": "Mail", "interaction_group_code": "LETTERS"}))
    html = {"content-type": "text/html"}
    ok(client.put(f"{template}/documents/-", params={"subject": "Spring"}, content=PAGE, headers=html))
    header = {
        "no": "SM1",
        "description": "Spring",
        "interaction_template_code": "MAIL",
        "salesperson_code": "JR",
    }
    ok(client.post("/v1/segments", json=header))
    ok(client.post("/v1/segments/SM1/criteria-actions", json={"action": "add_contacts"}))
    logged = ok(client.post("/v1/segments/SM1/log", json={"send_attachments": True}))
    return int(logged["logged_segment"]["entry_no"])


def reach(box: Mailbox, count: int) -> None:
    """Wait until so many mails were taken."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while len(box.taken) < count:
        assert time.monotonic() < deadline, f"{len(box.taken)} mails were taken, and no more"
        time.sleep(0.01)


def finished(client: httpx.Client, entry_no: int) -> Any:
    """The logged segment once nothing is on its way."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        logged = ok(client.get(f"/v1/logged-segments/{entry_no}"))
        if logged["delivery"]["in_progress"] == 0 and logged["interactions_visible"] == MAILS:
            return logged
        assert time.monotonic() < deadline, logged
        time.sleep(0.2)


def test_whoever_is_killed_every_mail_goes_once_and_what_is_uncertain_is_shown() -> None:
    kills = KILLED_WORKERS + KILLED_SERVERS
    with mailbox() as box, tempfile.TemporaryDirectory(prefix="segmentlog-kills-") as name:
        directory = Path(name)
        directory.chmod(0o755)
        box.data = lambda _: time.sleep(0.01)  # so that a kill may come while an answer is on its way

        entry_no, done = 0, 0
        for _ in range(KILLED_SERVERS + 1):
            with serving(directory, box) as service, service.client() as client:
                if entry_no == 0:
                    entry_no = logged_and_sending(client)
                for _ in range(2):
                    if done >= kills:
                        break
                    done += 1
                    reach(box, done * MAILS // (kills + 2))
                    worker = worker_of(service)
                    assert worker is not None
                    worker.kill()
                done += 1
                if done <= kills:
                    reach(box, done * MAILS // (kills + 2))
                    service.process.kill()
                    service.process.wait()
                else:
                    logged = finished(client, entry_no)
                    entries = [
                        entry
                        for status in ("sent", "error")
                        for entry in ok(
                            client.get(
                                "/v1/interaction-log-entries",
                                params={"delivery_status": status, "limit": "1000"},
                            )
                        )["items"]
                    ]
                    verified = ok(client.post("/v1/audit/verify"))
        assert done == kills + 1

    delivery = logged["delivery"]
    assert delivery["sent"] + delivery["error"] == len(entries) == MAILS
    wrong = [entry for entry in entries if entry["delivery_status"] == "error"]
    assert {entry["delivery_error"] for entry in wrong} <= {"uncertain"}
    assert len(wrong) <= 2 * kills  # one for each of two connections at most
    addresses = [f"{entry['contact_no'].lower()}@example.org" for entry in entries]
    assert len(set(addresses)) == MAILS
    received = box.recipients()
    assert len(received) == len(set(received)), "a mail went twice"
    names = [mail["Message-ID"] for mail in box.mails()]
    assert len(names) == len(set(names))
    sent = {f"{e['contact_no'].lower()}@example.org" for e in entries if e["delivery_status"] == "sent"}
    assert sent <= set(received)
    unsure = set(received) - sent
    assert unsure <= {f"{entry['contact_no'].lower()}@example.org" for entry in wrong}
    assert verified["ok"]
