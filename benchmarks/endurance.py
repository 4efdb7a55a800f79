"""`python -m benchmarks.endurance`: a large import and a large segment on a real service, killed on the way.

The service is `segmentlog serve`, spoken to over HTTP only. It is killed in the middle of the import and of
logging, and started again; the same file is sent once more. Meanwhile somebody else adds lines elsewhere.
"""

from __future__ import annotations

import argparse
import os
import secrets
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from threading import Event, Thread
from typing import Any

import httpx
import msgspec

from api.child_service import ChildService, child_service
from api.sample.contacts import sample_contacts, write_csv
from api.sample.setup import SETUP
from benchmarks.data import COUNTRIES
from benchmarks.report import RESULTS

CHUNK = 256 * 1024
EVERY_SECONDS = 0.5
SAMPLED_SECONDS = 0.2
PATIENCE_SECONDS = 6 * 3600
LIMIT_BYTES = 2 * 2**30
CHOSEN_FROM = 1_200_000
"""Of so many contacts, those in four countries are chosen: about a million."""
BREAKS = (httpx.HTTPError, OSError)


class Large(msgspec.Struct):
    """What was measured. Latencies are in seconds, of those commands that were answered."""

    contacts: int
    selected: int = 0
    entries_at_kill: int = 0
    seconds: dict[str, float] = {}
    peak_bytes: int = 0
    holds_memory: bool = False
    other_user_commands: int = 0
    other_user_median_s: float = 0.0
    other_user_worst_s: float = 0.0
    other_user_refused: int = 0
    restarts: int = 0


class Service:
    """A service that can be killed and started again on the same data."""

    def __init__(self, directory: Path) -> None:
        self._directory, self._key = directory, f"sl_{secrets.token_urlsafe(24)}"
        self._stack = ExitStack()
        self.starts = 0
        self.child: ChildService
        self.start()

    def start(self) -> None:
        """Start it, and wait until it is ready."""
        self.child = self._stack.enter_context(child_service(self._directory, key=self._key))
        self.starts += 1

    def kill(self) -> None:
        """As a failure would: without a chance to tidy up."""
        self.child.process.send_signal(signal.SIGKILL)
        self.child.process.wait()
        self._stack.close()

    def close(self) -> None:
        self._stack.close()

    def call(self, method: str, path: str, body: Any = None, **options: Any) -> httpx.Response:
        """One request. Raises httpx.HTTPStatusError when it is refused."""
        with self.child.client() as client:
            client.timeout = httpx.Timeout(PATIENCE_SECONDS)
            return client.request(method, path, json=body, **options).raise_for_status()

    def wait_for(self, path: str, position: str) -> None:
        """Wait until this can be read as of a position."""
        while True:
            try:
                self.call("GET", path, headers={"Event-Position": position})
                return
            except httpx.HTTPStatusError as error:
                if error.response.status_code != 503:
                    raise


class Memory(Thread):
    """Samples what the service's own processes take together; PostgreSQL's are not among them."""

    def __init__(self, service: Service) -> None:
        super().__init__(daemon=True)
        self._service, self.peak, self.stopped = service, 0, Event()

    def run(self) -> None:
        while not self.stopped.wait(SAMPLED_SECONDS):
            self.peak = max(self.peak, sum(map(_resident, _own(self._service.child.process.pid))))


class OtherUser(Thread):
    """Adds a line to a small segment every half second; what it waits is what others notice."""

    def __init__(self, service: Service, contact_no: str) -> None:
        super().__init__(daemon=True)
        self._service, self._contact_no = service, contact_no
        self.stopped, self.latencies, self.refused, self.position = Event(), list[float](), 0, 0
        self._no = service.call("POST", "/v1/segments", {"description": "Small"}).json()["no"]

    def run(self) -> None:
        while not self.stopped.wait(EVERY_SECONDS):
            started, of_start = time.perf_counter(), self._service.starts
            try:
                path = f"/v1/segments/{self._no}/lines"
                answer = self._service.call("POST", path, {"contact_no": self._contact_no})
                self.latencies.append(time.perf_counter() - started)
                self.position = int(answer.headers["Event-Position"])
            except BREAKS:
                # Nobody answers while the service is down; those refusals are not its doing.
                up = self._service.child.process.poll() is None
                self.refused += up and of_start == self._service.starts


def _own(root: int) -> list[int]:
    """A process and those that it started, without PostgreSQL's."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit():
                name, rest = (entry / "stat").read_text().split("(", 1)[1].rsplit(")", 1)
                if not name.startswith("postgres"):
                    parents[int(entry.name)] = int(rest.split()[1])
        except OSError:
            continue
    found = [root]
    for pid in found:
        found += [child for child, parent in parents.items() if parent == pid]
    return found


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError):
        return 0


def _pieces(file: Path) -> Iterator[bytes]:
    with file.open("rb") as opened:
        while piece := opened.read(CHUNK):
            yield piece


class Endurance:
    """The whole way, step by step."""

    def __init__(self, service: Service, file: Path, contacts: int, say: Callable[[str], None]) -> None:
        self.service, self.file, self.say = service, file, say
        self.found = Large(contacts)

    def step(self, name: str, work: Callable[[], Any]) -> Any:
        """Do it, timed."""
        started = time.monotonic()
        result = work()
        self.found.seconds[name] = round(time.monotonic() - started, 2)
        self.say(f"{name}: {self.found.seconds[name]:,.2f} s")
        return result

    def run(self) -> Large:
        for path, rows in SETUP.items():
            for row in rows:
                values = {name: value for name, value in row.items() if name != "code"}
                self.service.call("PUT", f"/v1/{path}/{row['code']}", values)
        other_no = self.service.call("POST", "/v1/contacts", {"no": "OTHER", "name": "Other"}).json()["no"]
        memory, other = Memory(self.service), OtherUser(self.service, other_no)
        memory.start()
        other.start()
        try:
            self.step("import, until killed half-way", lambda: self.import_and_kill(other))
            self.step("start again", self.service.start)
            position = self.step("import, the same file again", self.import_file)
            self.step("until the contacts can be read", lambda: self.wait("/v1/contacts?limit=1", position))
            self.check("/v1/contacts?", self.found.contacts + 1)
            self.work_on_segment()
        finally:
            other.stopped.set()
            memory.stopped.set()
            other.join()
            memory.join()
        self.found.peak_bytes, self.found.holds_memory = memory.peak, memory.peak <= LIMIT_BYTES
        self.found.other_user_commands, self.found.other_user_refused = len(other.latencies), other.refused
        self.found.other_user_median_s = round(median(other.latencies), 3)
        self.found.other_user_worst_s = round(max(other.latencies), 3)
        self.found.restarts = self.service.starts - 1
        return self.found

    def wait(self, path: str, position: str) -> None:
        self.service.wait_for(path, position)

    def check(self, path: str, expected: int) -> None:
        """Nothing is there twice, and nothing is missing. Raises ValueError."""
        total = self.service.call("GET", f"{path}&limit=1&count=true").json()["total"]
        if total != expected:
            raise ValueError(f"{path} has {total:,}, not {expected:,}")

    def import_file(self) -> str:
        answer = self.service.call(
            "POST", "/v1/contacts/import", content=_pieces(self.file), headers={"Content-Type": "text/csv"}
        )
        result = answer.json()
        self.say(f"{result['registered']:,} registered, {result['unchanged']:,} were there")
        total = result["registered"] + result["unchanged"]
        if total != self.found.contacts or result["changed"] or result["rejected_total"]:
            raise ValueError(f"the import did not come to {self.found.contacts:,} contacts: {result}")
        return answer.headers["Event-Position"]

    def import_and_kill(self, other: OtherUser) -> None:
        def send() -> None:
            try:
                self.import_file()
            except BREAKS:
                return

        sending = Thread(target=send, daemon=True)
        sending.start()
        shown = 0
        # Each contact is an event, so the position that others see tells how far the import is.
        while sending.is_alive() and other.position < self.found.contacts // 2:
            if other.position - shown >= self.found.contacts // 20:
                shown = other.position
                self.say(f"position {shown:,}")
            time.sleep(0.05)
        if not sending.is_alive():
            raise ValueError("the import ended before the service was killed")
        self.service.kill()
        sending.join()

    def kill_while_entries_are_made(self, entry: str) -> int:
        """Kill the service once some entries can be read; how many. Raises ValueError if all could."""
        visible = 0
        while not visible:
            logged = self.service.call("GET", entry).json()
            visible, total = logged["interactions_visible"], logged["number_of_interactions"]
        self.service.kill()
        if visible == total:
            raise ValueError("all entries were made before the service was killed")
        return int(visible)

    def work_on_segment(self) -> None:
        values = {"description": "Large", "interaction_template_code": "BEURS", "salesperson_code": "AVD"}
        no = self.service.call("POST", "/v1/segments", values).json()["no"]
        path = f"/v1/segments/{no}"
        actions = f"{path}/criteria-actions"
        width = len(str(next(iter(sample_contacts(self.found.contacts)))["no"])) - 2
        last = f"CT{min(self.found.contacts, CHOSEN_FROM):0{width}d}"
        filters = {"contact": {"country_code": COUNTRIES, "no": f"CT..{last}"}}
        adding = {"action": "add_contacts", "filters": filters}
        refining = {"action": "refine", "filters": {"contact": {"email": "*@*"}}}
        added = self.step("add by criteria", lambda: self.service.call("POST", actions, adding).json())
        self.found.selected = added["lines_added"]
        self.step("refine", lambda: self.service.call("POST", actions, refining))
        self.step("go back", lambda: self.service.call("POST", f"{path}/go-back"))
        logged = self.step(
            "log", lambda: self.service.call("POST", f"{path}/log", {}, headers={"Prefer": "respond-async"})
        )
        entry = f"/v1/logged-segments/{logged.json()['logged_segment']['entry_no']}"
        self.found.entries_at_kill = self.kill_while_entries_are_made(entry)
        self.step("start again while entries are made", self.service.start)
        position = logged.headers["Event-Position"]
        self.step("until all entries can be read", lambda: self.wait(entry, position))
        logged_lines = logged.json()["logged_segment"]["number_of_interactions"]
        entries = f"/v1/interaction-log-entries?logged_segment_entry_no={entry.rsplit('/', 1)[1]}"
        self.check(entries, logged_lines)
        canceled = self.step("cancel", lambda: self.service.call("POST", f"{entry}/cancel", {}))
        self.step("until canceled", lambda: self.wait(entry, canceled.headers["Event-Position"]))
        self.step("follow up", lambda: self.service.call("POST", f"{entry}/follow-up", {}))


def table(found: Large) -> str:
    """For people."""
    steps = "\n".join(f"| {name} | {seconds:,.2f} |" for name, seconds in found.seconds.items())
    return (
        f"# {found.contacts:,} contacts\n\n| Step | Seconds |\n|---|---:|\n{steps}\n\n"
        f"{found.selected:,} lines; {found.entries_at_kill:,} entries could be read when logging was killed."
        f" The service's own processes took {found.peak_bytes / 2**20:,.0f} MiB at"
        f" most (limit {LIMIT_BYTES / 2**20:,.0f}), without PostgreSQL's."
        f" It was killed {found.restarts} times.\n\n"
        f"Somebody else's {found.other_user_commands:,} commands meanwhile took"
        f" {found.other_user_median_s:.3f} s (median), {found.other_user_worst_s:.3f} s at worst;"
        f" {found.other_user_refused:,} were not answered although the service ran.\n"
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.endurance", description=__doc__)
    parser.add_argument("--contacts", type=int, default=10_000_000)
    parser.add_argument("--results", type=Path, default=RESULTS)
    options = parser.parse_args()
    started = time.monotonic()

    def say(text: str) -> None:
        print(f"{time.monotonic() - started:8.1f} s  {text}", file=sys.stderr, flush=True)

    with tempfile.TemporaryDirectory(prefix="segmentlog-large-") as name:
        directory = Path(name)
        directory.chmod(0o755)  # as root, the database runs under another account, which must get there
        write_csv(directory / "contacts.csv", options.contacts)
        say("the file is written")
        service = Service(directory / "data")
        try:
            found = Endurance(service, directory / "contacts.csv", options.contacts, say).run()
        finally:
            service.close()
    options.results.mkdir(parents=True, exist_ok=True)
    plain = msgspec.json.format(msgspec.json.encode(found), indent=2)
    (options.results / "large.json").write_bytes(plain + b"\n")
    (options.results / "large.md").write_text(table(found), encoding="utf-8")
    print(table(found))


if __name__ == "__main__":
    main()
