"""`python -m benchmarks.peers`: the same job by us and by Tryton, both over HTTP, on one PostgreSQL.

Contacts are created from the same rows, selected by the same countries, and one record is written for each of
those who were selected. Each run has an installation of its own on either side.
"""

from __future__ import annotations

import argparse
import csv
import io
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import httpx

from api.child_service import child_service
from benchmarks.data import COUNTRIES, Installation, contact_file, fresh_postgres
from benchmarks.measure import DifferentWorkError, Measured, Timed, timed
from benchmarks.report import RESULTS, FigureResult, Named, Results, figure_result, machine, table, write
from benchmarks.run import BASE_SHARE
from benchmarks.tryton import Row, Tryton, serving

COLUMNS = ("no", "name", "address", "post_code", "city", "country_code", "phone_no", "email", "home_page")
"""What both sides have a place for."""

Pair = tuple[Sequence[Timed], Sequence[Timed]]
"""Our steps and theirs, of one run."""


class Compared(NamedTuple):
    """A row of the comparison."""

    key: str
    name: str
    against: str
    size: int
    reach: float | None = 1.0


class Ours:
    """This service, spoken to as a client does."""

    def __init__(self, client: httpx.Client, campaign_no: str) -> None:
        self._client, self._campaign_no = client, campaign_no

    def _call(self, method: str, path: str, **sent: Any) -> tuple[Any, str]:
        answer = self._client.request(method, path, **sent)
        answer.raise_for_status()
        return answer.json(), answer.headers.get("event-position", "")

    def _seen(self, path: str, position: str) -> Any:
        """A read that is not behind a write, however long the write takes to be readable."""
        while True:
            answer = self._client.get(path, headers={"Event-Position": position})
            if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE:
                return answer.raise_for_status().json()

    def create(self, file: bytes) -> int:
        """Import contacts until they can be read."""
        _, position = self._call(
            "POST", "/v1/contacts/import", content=file, headers={"Content-Type": "text/csv"}
        )
        return int(self._seen("/v1/contacts?limit=1&count=true", position)["total"])

    def new_segment(self) -> str:
        """A worksheet that can be logged."""
        values = {"description": "Invitation to the fair", "campaign_no": self._campaign_no}
        values |= {"salesperson_code": "AVD", "interaction_template_code": "BEURS"}
        return str(self._call("POST", "/v1/segments", json=values)[0]["no"])

    def select(self, segment_no: str, *, dry_run: bool = True) -> int:
        """Select contacts by their country; put them on the segment, or only say what that would do."""
        path = f"/v1/segments/{segment_no}/criteria-actions?dry_run={str(dry_run).lower()}"
        criteria = {"action": "add_contacts", "filters": {"contact": {"country_code": COUNTRIES}}}
        return int(self._call("POST", path, json=criteria)[0]["lines_added"])

    def materialise(self, segment_no: str) -> int:
        """Select them, and log an interaction for each, until all of those can be read."""
        self.select(segment_no, dry_run=False)
        _, position = self._call("POST", f"/v1/segments/{segment_no}/log", json={})
        return int(self._seen("/v1/interaction-log-entries?limit=1&count=true", position)["total"])


def our_steps(installation: Installation, rows: Sequence[Row]) -> list[Timed]:
    """Each step timed, on an installation without contacts."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    file = text.getvalue().encode()
    with (
        tempfile.TemporaryDirectory(prefix="segmentlog-peers-") as directory,
        child_service(Path(directory), environment=installation.environment) as service,
        service.client() as client,
    ):
        ours = Ours(client, installation.campaign_no)
        created = timed(lambda: ours.create(file))
        no = ours.new_segment()
        ours.select(no)
        return [created, timed(lambda: ours.select(no)), timed(lambda: ours.materialise(no))]


def their_steps(tryton: Tryton, rows: Sequence[Row]) -> list[Timed]:
    """The same steps, in a database without parties."""
    tryton.make_countries(sorted({row["country_code"] for row in rows if row["country_code"]}))
    batches = tryton.parties(rows)
    domain = [["addresses.country.code", "in", COUNTRIES.split("|")]]
    created = timed(lambda: tryton.create(batches))
    scenario = tryton.make_scenario(domain)
    tryton.select(domain)
    return [created, timed(lambda: tryton.select(domain)), timed(lambda: tryton.materialise(scenario))]


def compare(
    conninfo: str, environment: Path, size: int, runs: int, progress: Callable[[str], None]
) -> Results:
    """Run the job so many times on either side. Raises DifferentWorkError."""
    rows = sample_rows(size)
    names = [f"tryton_{run}" for run in range(1, runs + 1)]
    pairs: list[Pair] = []
    with (
        tempfile.TemporaryDirectory(prefix="segmentlog-peers-") as folder,
        serving(conninfo, environment, Path(folder), names) as connect,
    ):
        for run, name in enumerate(names, 1):
            with (
                closing(connect(name)) as tryton,
                closing(Installation(conninfo, f"peer_{run}")) as installation,
            ):
                if run % 2:
                    mine = our_steps(installation, rows)
                    theirs = their_steps(tryton, rows)
                else:
                    theirs = their_steps(tryton, rows)
                    mine = our_steps(installation, rows)
            pairs.append((mine, theirs))
            for ours, peers in zip(mine, theirs, strict=True):
                if ours.rows != peers.rows:
                    raise DifferentWorkError(f"we did {ours.rows:,} rows, they {peers.rows:,}")
                progress(f"run {run} of {runs}: {ours.seconds:.3f} s against {peers.seconds:.3f} s")
    return Results(machine(conninfo), tuple(_figures(pairs, len(rows), size)), (size,))


def sample_rows(selected: int) -> list[Row]:
    """Sample contacts of whom so many are in the countries; people by their whole name."""
    text = contact_file(round(selected * BASE_SHARE)).decode()
    rows: list[Row] = [
        row | {"name": row["name"] or " ".join(filter(None, (row["first_name"], row["surname"])))}
        for row in csv.DictReader(io.StringIO(text))
    ]
    inside = [row for row in rows if row["country_code"] in COUNTRIES.split("|")]
    outside = [row for row in rows if row["country_code"] not in COUNTRIES.split("|")]
    return [*inside[:selected], *outside]


def _figures(pairs: Sequence[Pair], created: int, selected: int) -> Iterator[FigureResult]:
    for number, step in enumerate(compared(created, selected)):
        mine = [ours[number].seconds for ours, _ in pairs]
        theirs = [peers[number].seconds for _, peers in pairs]
        yield figure_result(step, Measured(mine, theirs))


def compared(created: int, selected: int) -> Sequence[Named]:
    """The rows of the comparison."""
    return (
        Compared(
            "create",
            "Import contacts over HTTP, until they can be read",
            "Tryton: party.party.create with address, phone, e-mail and web site, by 1,000",
            created,
        ),
        Compared(
            "select",
            "Select contacts by criteria over HTTP: how many, and who",
            "Tryton: party.party.search by the countries of addresses, the numbers of all that it finds",
            selected,
        ),
        Compared(
            "materialise",
            "Add contacts by criteria and log them over HTTP, until all entries can be read",
            "Tryton: the job of marketing.automation.scenario, a record for each party that it selects",
            selected,
        ),
    )


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers", description="Compare with Tryton.")
    parser.add_argument(
        "--contacts", type=int, default=10_000, help="contacts to select and to write records for"
    )
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--environment", type=Path, default=Path(".peers"), help="where Tryton is installed")
    parser.add_argument("--results", type=Path, default=RESULTS)
    options = parser.parse_args(arguments)

    def progress(text: str) -> None:
        print(f"{time.strftime('%H:%M:%S')}  {text}", file=sys.stderr, flush=True)

    with fresh_postgres() as conninfo:
        environment = options.environment.resolve()
        results = compare(conninfo, environment, options.contacts, options.runs, progress)
    write(results, options.results, "peers", "Against peers")
    print(table(results))


if __name__ == "__main__":
    main()
