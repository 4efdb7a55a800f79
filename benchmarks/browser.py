"""`python -m benchmarks.browser`: how soon the lines of a large worksheet are on the screen, in Chromium.

The measure is two calls of the HTTP interface, for the segment and for as many of its lines as are seen: made
from a page of the service, until their answers are read, and beside that made by a program. What is measured
begins with the click, the key or the scrolling, and ends when the frame has been drawn that holds the rows.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import httpx

from api.child_service import ChildService, child_service
from api.sample.setup import SETUP
from benchmarks.chromium import Window, chromium
from benchmarks.data import contact_file
from benchmarks.report import RESULTS

REST_SECONDS = 0.5
"""So long one looks at something before one goes on; by then nothing is under way any more."""

WATCH = """
window.drawn = (ready) => new Promise((resolve) => {
  const look = () => {
    if (!ready()) { requestAnimationFrame(look); return; }
    // The next task comes after the frame.
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => resolve(performance.timeOrigin + performance.now());
    port2.postMessage(null);
  };
  requestAnimationFrame(look);
});
window.firstRows = drawn(() => document.querySelector("#grid tr[data-line]"));
addEventListener("click", (event) => {
  localStorage.setItem("clicked", performance.timeOrigin + event.timeStamp);
}, true);
"""
CALLS = """
(async () => {
  const headers = { Authorization: "Bearer %(key)s" };
  const begun = performance.now();
  for (const path of ["", "/lines?limit=%(rows)s"]) {
    await (await fetch("/v1/segments/%(no)s" + path, { headers })).json();
  }
  return performance.now() - begun;
})()
"""
JUMP = """
(async () => {
  const grid = document.getElementById("grid"), range = grid.scrollHeight - grid.clientHeight;
  const row = () => grid.querySelector("tbody tr"), seen = row().dataset.place;
  performance.clearResourceTimings();
  let told = 0;
  grid.addEventListener("scroll", () => { told = performance.now(); }, { once: true, capture: true });
  const rows = drawn(() => row().dataset.line && row().dataset.place !== seen);
  grid.scrollTop = Math.round(%(share)s * range);
  const shown = await rows - performance.timeOrigin;
  const [answer] = performance.getEntriesByType("resource").filter((one) => one.name.includes("/rows?"));
  return [shown - told, answer.responseEnd - answer.startTime];
})()
"""
NOTHING_ASKED = """
(async () => {
  const begun = performance.timeOrigin + performance.now();
  document.getElementById("done").textContent += ".";
  return await drawn(() => true) - begun;
})()
"""
SCRIPT = """
performance.getEntriesByType("resource").filter((one) => one.initiatorType === "script")
  .reduce((sum, one) => sum + one.decodedBodySize, 0)
"""


def worksheet(client: httpx.Client, contacts: int) -> str:
    """A worksheet with a line for every contact; its number."""
    client.timeout = httpx.Timeout(3_600)
    for path, rows in SETUP.items():
        for row in rows:
            values = {name: value for name, value in row.items() if name != "code"}
            client.put(f"/v1/{path}/{row['code']}", json=values).raise_for_status()
    kind = {"Content-Type": "text/csv"}
    client.post("/v1/contacts/import", content=contact_file(contacts), headers=kind).raise_for_status()
    while True:
        state = client.get("/health/ready").json()
        if state["read_models"]["contacts"]["behind"] == 0:
            break
        time.sleep(1)
    no: str = client.post("/v1/segments", json={"description": "Everybody"}).json()["no"]
    everybody = {"action": "add_contacts", "ignore_exclusion": True}
    client.post(f"/v1/segments/{no}/criteria-actions", json=everybody).raise_for_status()
    return no


def calls_by_program(client: httpx.Client, no: str, rows: int) -> float:
    """What a program waits for the segment and its first lines, in milliseconds."""
    begun = time.perf_counter()
    client.get(f"/v1/segments/{no}").raise_for_status().json()
    client.get(f"/v1/segments/{no}/lines", params={"limit": rows}).raise_for_status().json()
    return (time.perf_counter() - begun) * 1_000


class Marketer:
    """Somebody with a browser, signed in, who goes to a worksheet again and again. All in milliseconds."""

    def __init__(self, window: Window, service: ChildService, no: str) -> None:
        self._window, self._service, self._no = window, service, no
        self._list = f"{service.address}/segments"
        self._worksheet = f"{self._list}/{no}"
        self._link = f"document.querySelector(\"main a[href='/segments/{no}']\")"
        window.open(f"{service.address}/sign-in")
        window.run(f"document.getElementById('key').value = '{service.key}'")
        window.run("document.getElementById('key').form.requestSubmit()")
        window.until("location.pathname === '/segments'")

    def address(self) -> float:
        """From going to the worksheet's address to its rows."""
        self._window.open(self._worksheet)
        return float(self._window.run("firstRows.then((shown) => shown - performance.timeOrigin)"))

    def pointer(self, rest: float = REST_SECONDS) -> float:
        """From a click on the worksheet's link, after resting on it, to its rows."""
        self._look_at_the_list()
        box = f"{self._link}.getBoundingClientRect()"
        x, y = self._window.run(f"(({{ x, y }}) => [x + 5, y + 5])({box})")
        self._window.move(0, 0)
        self._window.move(x, y)
        self._window.rest(rest)
        self._window.click(x, y)
        return self._since_click()

    def pointer_at_once(self) -> float:
        """The same without resting; the button is down for as long as people hold it."""
        return self.pointer(0)

    def keyboard(self) -> float:
        """From the Enter key on the worksheet's link, after resting on it, to its rows."""
        self._look_at_the_list()
        self._window.press("Tab")
        self._window.run(f"{self._link}.focus()")
        self._window.rest(REST_SECONDS)
        self._window.press("Enter")
        return self._since_click()

    def _look_at_the_list(self) -> None:
        self._window.open(self._list)
        self._window.rest(REST_SECONDS)

    def _since_click(self) -> float:
        self._window.until(f"location.href === '{self._worksheet}'")
        return float(self._window.run("firstRows.then((shown) => shown - localStorage.getItem('clicked'))"))

    def rows(self) -> int:
        """How many lines are seen on the worksheet."""
        height = "grid.clientHeight - grid.querySelector('thead').offsetHeight"
        return int(
            self._window.run(f"((grid) => Math.floor(({height}) / 32))(document.getElementById('grid'))")
        )

    def calls(self, rows: int) -> float:
        """What a page waits for the segment and its first lines from the HTTP interface."""
        named = {"key": self._service.key, "no": self._no, "rows": rows}
        return float(self._window.run(CALLS % named))

    def jump(self, share: float) -> tuple[float, float]:
        """From scrolling somewhere to the rows there, and what their answer took of it."""
        self._window.rest(REST_SECONDS)
        shown, answered = self._window.run(JUMP % {"share": share})
        return float(shown), float(answered)

    def word(self) -> float:
        """From a change on the page that needs nothing else until it is drawn."""
        self._window.rest(REST_SECONDS)
        return float(self._window.run(NOTHING_ASKED))


def measure(service: ChildService, contacts: int, runs: int, say: Callable[[str], None]) -> dict[str, Any]:
    """The figures of one worksheet."""
    with service.client() as client:
        say(f"importing {contacts:,} contacts")
        no = worksheet(client, contacts)
        lines = client.get(f"/v1/segments/{no}").json()["number_of_lines"]
        say(f"measuring {lines:,} lines")
        with chromium(shutil.which("chromium") or "chromium", WATCH) as window:
            marketer = Marketer(window, service, no)
            marketer.address()
            script = window.run(SCRIPT)
            found = _taken(marketer, client, no, runs)
            return {
                "lines": lines,
                "runs": runs,
                "rows": marketer.rows(),
                "script_bytes": script,
                "chromium": window.version,
                **{f"{name}_ms": _figures(values) for name, values in found.items()},
            }


def _taken(marketer: Marketer, client: httpx.Client, no: str, runs: int) -> dict[str, list[float]]:
    """What each of them takes, by turns: whatever else the machine does concerns all of them."""
    somewhere = random.Random(7)
    found: dict[str, list[float]] = {}
    for run in range(runs + 1):
        ways = (marketer.pointer, marketer.pointer_at_once, marketer.keyboard, marketer.address)
        taken = {way.__name__: way() for way in ways}
        taken["jump"], taken["jump_answer"] = marketer.jump(somewhere.uniform(0.02, 0.98))
        taken["word"] = marketer.word()
        taken["calls"] = marketer.calls(marketer.rows())
        taken["calls_by_program"] = calls_by_program(client, no, marketer.rows())
        # The first of each makes what the others find made.
        if run:
            for name, milliseconds in taken.items():
                found.setdefault(name, []).append(milliseconds)
    return found


def _figures(values: Sequence[float]) -> dict[str, float]:
    ordered = sorted(values)
    return {
        "median": round(median(ordered), 1),
        "p90": round(ordered[int(len(ordered) * 0.9)], 1),
        "most": round(ordered[-1], 1),
    }


WHAT = {
    "calls_by_program": "two calls by a program",
    "calls": "two calls by a page",
    "word": "a word that changes on a page, drawn",
    "pointer": "first rows after a click, the pointer having rested on the link",
    "keyboard": "first rows after Enter, the focus having rested on the link",
    "pointer_at_once": "first rows after a click at once",
    "address": "first rows after going to the address",
    "jump_answer": "answer that holds the rows anywhere",
    "jump": "rows after a jump to anywhere",
}


def written(found: dict[str, Any]) -> str:
    """The figures as a page."""
    by_page, by_program = (found[f"{name}_ms"]["median"] for name in ("calls", "calls_by_program"))

    def row(name: str, what: str) -> str:
        figures = found[f"{name}_ms"]
        times = [f"{figures[which]:.0f} ms" for which in ("median", "p90", "most")]
        ratios = [f"{figures['median'] / calls:.2f}" for calls in (by_page, by_program)]
        return f"| {' | '.join([what, *times, *ratios])} |"

    return "\n".join(
        [
            "# The worksheet in the browser",
            "",
            f"{found['lines']:,} lines, of which {found['rows']} are seen, in Chromium {found['chromium']};",
            f"{found['runs']} times each, by turns, with whatever else the machine did. A time ends when the",
            "frame has been drawn, that of a call when its answer has been read. Two calls are those for the",
            "segment and for as many of its lines as are seen.",
            f"The page has {found['script_bytes'] / 1_000:.0f} kB of script.",
            "`make bench-browser` measures it.",
            "",
            "| | median | 9 in 10 within | longest | of two calls by a page | of two by a program |",
            "|---|---|---|---|---|---|",
            *(row(name, what) for name, what in WHAT.items()),
            "",
        ]
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, write browser.json and browser.md, and print the page."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.browser", description="Measure the pages.")
    parser.add_argument("--contacts", type=int, default=1_000_000, help="contacts, each with a line")
    parser.add_argument("--runs", type=int, default=20, help="how often each is timed")
    parser.add_argument(
        "--results", type=Path, default=RESULTS, help="folder for browser.json and browser.md"
    )
    options = parser.parse_args(arguments)
    if shutil.which("chromium") is None:
        sys.stderr.write("Chromium is not here; 'make browser' installs it where it can.\n")
        return 1
    started = time.monotonic()

    def say(text: str) -> None:
        print(f"{time.monotonic() - started:7.1f} s  {text}", file=sys.stderr, flush=True)

    with tempfile.TemporaryDirectory(prefix="segmentlog-browser-") as directory:
        Path(directory).chmod(0o755)
        with child_service(Path(directory) / "data") as service:
            found = measure(service, options.contacts, options.runs, say)
    options.results.mkdir(parents=True, exist_ok=True)
    (options.results / "browser.json").write_text(json.dumps(found, indent=2) + "\n")
    (options.results / "browser.md").write_text(written(found))
    print(written(found))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
