"""`python -m benchmarks.browser`: how soon the lines of a large worksheet are on the screen, in Chromium.

The measure is the same lines asked from the HTTP interface by a program: the first rows, and rows anywhere,
are to be there within two such calls. What the browser itself takes to draw is counted in.
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
from playwright.sync_api import Page, sync_playwright

from api.child_service import ChildService, child_service
from api.sample.setup import SETUP
from benchmarks.data import contact_file
from benchmarks.report import RESULTS

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
ROWS = 50
CALLS = 2
"""So many calls are the time that is allowed."""

WATCH = """
window.firstRows = null;
new MutationObserver((_, watcher) => {
  if (!document.querySelector("#grid tr[data-line]")) return;
  watcher.disconnect();
  window.firstRows = performance.now();
}).observe(document, { childList: true, subtree: true });
"""
ANSWERED_ROWS = """
Math.max(0, ...performance.getEntriesByType("resource").filter((one) => one.name.includes("/rows?"))
  .map((one) => one.responseEnd - one.startTime))
"""
ANSWERED = f"""
performance.getEntriesByType("navigation")[0].responseEnd + {ANSWERED_ROWS.strip()}
"""
JUMP = """
(share) => new Promise((resolve) => {
  const grid = document.getElementById("grid");
  const range = grid.scrollHeight - grid.clientHeight;
  const seen = grid.querySelector("tbody tr")?.dataset.place;
  const begun = performance.now();
  new MutationObserver((_, watcher) => {
    const row = grid.querySelector("tbody tr");
    if (!row?.dataset.line || row.dataset.place === seen) return;
    watcher.disconnect();
    resolve(performance.now() - begun);
  }).observe(grid, { childList: true, subtree: true });
  grid.scrollTop = Math.round(share * range);
})
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


def calls(client: httpx.Client, no: str, runs: int) -> list[float]:
    """What a program waits for the first lines, in milliseconds."""

    def call() -> float:
        begun = time.perf_counter()
        client.get(f"/v1/segments/{no}/lines", params={"limit": ROWS}).raise_for_status()
        return (time.perf_counter() - begun) * 1_000

    return [call() for _ in range(runs)]


def openings(page: Page, address: str, runs: int) -> list[tuple[float, float]]:
    """From asking for the page to its first rows, and to the end of the answers that hold them.

    In milliseconds; scripts and styles are known already.
    """

    def opened() -> tuple[float, float]:
        page.goto(address)
        page.locator("#grid tr[data-line]").first.wait_for()
        return float(page.evaluate("window.firstRows")), float(page.evaluate(ANSWERED))

    opened()
    return [opened() for _ in range(runs)]


def jumps(page: Page, runs: int) -> list[tuple[float, float]]:
    """From dragging the bar somewhere to the rows there, and what their answer took, in milliseconds."""
    somewhere = random.Random(7)
    found = []
    for _ in range(runs):
        page.evaluate("performance.clearResourceTimings()")
        seconds = float(page.evaluate(JUMP, somewhere.uniform(0.02, 0.98)))
        found.append((seconds, float(page.evaluate(ANSWERED_ROWS))))
    return found


def measure(service: ChildService, contacts: int, runs: int, say: Callable[[str], None]) -> dict[str, Any]:
    """The figures of one worksheet."""
    with service.client() as client, sync_playwright() as playwright:
        say(f"importing {contacts:,} contacts")
        no = worksheet(client, contacts)
        lines = client.get(f"/v1/segments/{no}").json()["number_of_lines"]
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.add_init_script(WATCH)
        page.goto(f"{service.address}/sign-in")
        page.fill("#key", service.key)
        page.keyboard.press("Enter")
        page.wait_for_url("**/segments")
        say(f"measuring {lines:,} lines")
        calls(client, no, runs)
        asked = calls(client, no, runs)
        opened = openings(page, f"{service.address}/segments/{no}", runs)
        jumped = jumps(page, runs)
        asked += calls(client, no, runs)
        found = {
            "lines": lines,
            "runs": runs,
            "call_ms": _figures(asked),
            "first_rows_ms": _figures([shown for shown, _ in opened]),
            "first_answers_ms": _figures([answered for _, answered in opened]),
            "jump_ms": _figures([shown for shown, _ in jumped]),
            "jump_answer_ms": _figures([answered for _, answered in jumped]),
            "chromium": browser.version,
        }
        browser.close()
        return found


def _figures(values: Sequence[float]) -> dict[str, float]:
    ordered = sorted(values)
    return {
        "median": round(median(ordered), 1),
        "p90": round(ordered[int(len(ordered) * 0.9)], 1),
        "most": round(ordered[-1], 1),
    }


def written(found: dict[str, Any]) -> str:
    """The figures as a page."""
    allowed = CALLS * found["call_ms"]["median"]
    rows = [
        " | ".join(
            [
                f"| {what}",
                *(f"{found[name][which]:.0f} ms" for which in ("median", "p90", "most")),
                f"{found[name]['median'] / allowed:.2f} |",
            ]
        )
        for what, name in (
            (f"one call for {ROWS} lines by a program", "call_ms"),
            ("answers that hold the first rows, as the browser waits for them", "first_answers_ms"),
            ("first rows on the screen", "first_rows_ms"),
            ("answer that holds the rows anywhere", "jump_answer_ms"),
            ("rows after a jump to anywhere", "jump_ms"),
        )
    ]
    return "\n".join(
        [
            "# The worksheet in the browser",
            "",
            f"{found['lines']:,} lines, {found['runs']} times each, in Chromium {found['chromium']}, with",
            f"whatever else the machine did. Allowed are {CALLS} calls: {allowed:.0f} ms.",
            "`make bench-browser` measures it.",
            "",
            "| | median | 9 in 10 within | longest | of what is allowed |",
            "|---|---|---|---|---|",
            *rows,
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
