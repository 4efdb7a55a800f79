"""What the figures are measured on: a fresh PostgreSQL with durable settings, and sample contacts in it.

Nothing is put into a table behind the service's back: contacts come from a file through the import, code
tables through their use cases, and the read models from the runners.
"""

from __future__ import annotations

import base64
import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import psycopg
from psycopg.sql import SQL, Identifier

from api.contact_files import rows
from api.sample.contacts import write_csv
from api.sample.setup import SETUP
from api.service import Service
from application.contact_import import ContactImport, ImportResult
from application.journal import Caller
from domain import records
from domain.campaign import Campaign
from domain.segment.header import HeaderChanges
from domain.segment.selection import Criteria
from domain.segment.state import Segment
from eventstore.embedded_postgres import EmbeddedPostgres
from eventstore.personal_keys import KEY_BYTES, MasterKey
from projections.runner import Runner

CALLER = Caller("benchmark", "admin", date(2026, 12, 1))
CHUNK = 256 * 1024
PATIENCE_SECONDS = 60
TEMPLATE = "BEURS"
COUNTRIES = "NL|DE|GB|FR"
"""Nine in ten of the sample contacts are there."""


@contextmanager
def fresh_postgres() -> Iterator[str]:
    """A server as `segmentlog serve` starts it, in a directory for the occasion."""
    with tempfile.TemporaryDirectory(prefix="segmentlog-benchmarks-") as directory:
        Path(directory).chmod(0o755)  # as root, the server runs under another account, which must get there
        with EmbeddedPostgres(Path(directory)) as server:
            yield server.conninfo()


def contact_file(count: int) -> bytes:
    """The sample contacts as the CSV file that an import takes."""
    with tempfile.NamedTemporaryFile() as file:
        write_csv(file.name, count)
        return file.read()


class Installation:
    """A service in a schema of its own, with the code tables of the sample and a campaign."""

    def __init__(self, conninfo: str, schema: str) -> None:
        self.conninfo = conninfo
        self._worker: subprocess.Popen[bytes] | None = None
        self._master_key = base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()
        self.service = Service(conninfo, schema, master=MasterKey(base64.b64decode(self._master_key)))
        self.service.set_up()
        self.service.open()
        self.runners = {runner.model.name: runner for runner in self.service.runners()}
        self._write_records()
        self.catch_up()

    @property
    def log_schema(self) -> str:
        """Where the events are."""
        return self.service.log.schema

    @property
    def environment(self) -> dict[str, str]:
        """The settings of other processes that work on the same data."""
        return {
            "DATABASE_URL": self.conninfo,
            "SEGMENTLOG_SCHEMA": self.log_schema,
            "SEGMENTLOG_MASTER_KEY": self._master_key,
        }

    @property
    def contacts(self) -> Runner:
        """What feeds the contacts and the interactions with them."""
        return self.runners["contacts"]

    def import_contacts(self, file: bytes) -> ImportResult:
        """Register the contacts of a file; the read models do not know them yet."""
        service = self.service
        chunks = (file[start : start + CHUNK] for start in range(0, len(file), CHUNK))
        result = ContactImport(service.journal, service.contacts, CALLER).run(rows(chunks, "csv"))
        if result.rejected_total:
            raise ValueError(f"{result.rejected_total:,} contacts were rejected, first {result.rejected[0]}")
        return result

    def catch_up(self) -> None:
        """Bring all read models up to date, and wait until the service knows."""
        for runner in self.runners.values():
            runner.catch_up()
        if not self.service.read_models.wait(self.service.log.position(), timeout=60):
            raise TimeoutError("the service did not hear of its read models")

    def wait_for_contacts(self, position: int) -> None:
        """Wait until the worker has written the contacts up to a position."""
        if not self.service.read_models.wait(position, timeout=3600, names=["contacts"]):
            raise TimeoutError("the contacts did not become readable")

    def start_worker(self) -> None:
        """Let a process of its own feed the read models, as in use; it ends with `close`."""
        command = [sys.executable, "-m", "api.command_line", "worker", "--until-input-ends"]
        self._worker = subprocess.Popen(command, stdin=subprocess.PIPE, env=os.environ | self.environment)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not self.service.read_models.status(0)["contacts"].fed:
            if time.monotonic() > deadline:
                raise TimeoutError("the worker did not start")
            time.sleep(0.02)

    def new_segment(self) -> Segment:
        """An empty worksheet for an invitation to a fair."""
        values = HeaderChanges(
            description="Invitation to the fair",
            campaign_no=self.campaign_no,
            salesperson_code="AVD",
            interaction_template_code=TEMPLATE,
        )
        return self.service.segments.create(CALLER, None, values)[0]

    def connect(self) -> psycopg.Connection[tuple[Any, ...]]:
        """A connection of one's own to the contacts' read model, with nothing of the service between."""
        connection = psycopg.connect(self.conninfo, autocommit=True)
        connection.execute(SQL("SET search_path = {}").format(Identifier(self.contacts.schema)))
        return connection

    def close(self) -> None:
        """Give all connections back."""
        if self._worker is not None:
            assert self._worker.stdin is not None
            self._worker.stdin.close()
            self._worker.wait(PATIENCE_SECONDS)
            self._worker = None
        for runner in self.runners.values():
            runner.close()
        self.service.close()

    def drop(self) -> None:
        """Close, and remove all tables."""
        self.close()
        with psycopg.connect(self.conninfo, autocommit=True) as connection:
            for schema in (self.log_schema, *(runner.schema for runner in self.runners.values())):
                connection.execute(SQL("DROP SCHEMA {} CASCADE").format(Identifier(schema)))

    def _write_records(self) -> None:
        kinds = {kind.path: kind for kind in records.RECORD_KINDS}
        for path, entries in SETUP.items():
            kind = kinds[path]
            for entry in entries:
                value = msgspec.convert(entry, kind.value_type)
                self.service.records.put(CALLER, kind, str(entry["code"]), value)
        self.campaign_no, _ = self.service.campaigns.create(CALLER, None, Campaign("Fair"))


class Base:
    """An installation with contacts, and criteria that select a stated number of them."""

    def __init__(
        self, installation: Installation, contacts: int, selected: int, *, entries: int | None = None
    ) -> None:
        self.installation = installation
        self.selected = selected
        self._entries = entries or selected
        installation.import_contacts(contact_file(contacts))
        installation.catch_up()
        with installation.connect() as connection:
            # What autovacuum would do at a time of its own choosing.
            connection.execute("VACUUM (ANALYZE)")
            connection.execute("CHECKPOINT")
            found = connection.execute(
                "SELECT no FROM contact WHERE country_code = ANY(%s) AND NOT exclude_from_segment"
                " AND NOT privacy_blocked ORDER BY no",
                (COUNTRIES.split("|"),),
            )
            self.eligible = [str(no) for (no,) in found]
            """The numbers of those that criteria may select, in order."""
        if len(self.eligible) < selected:
            raise ValueError(
                f"only {len(self.eligible):,} of {contacts:,} contacts can be selected, not {selected:,}"
            )

    def criteria(self, run: int) -> Criteria:
        """Criteria that add exactly `selected` contacts, in each run others.

        The same contacts again would be stored already, and PostgreSQL would be asked for less.
        """
        first = run % (len(self.eligible) - self.selected + 1)
        last = first + self.selected - 1
        numbers = f"{self.eligible[first]}..{self.eligible[last]}"
        return Criteria("add_contacts", {"contact": {"country_code": COUNTRIES, "no": numbers}})

    def empty_log(self) -> None:
        """Take all entries away, so that the next are written into an empty table as the limit's are."""
        with self.installation.connect() as connection:
            connection.execute("TRUNCATE recorded_interaction")

    def fill_log(self) -> tuple[int, int]:
        """Log the contacts until there are as many entries as wanted, or more; the first, and how many."""
        service = self.installation.service
        with self.installation.connect() as connection:
            while True:
                statement = "SELECT min(entry_no), count(*) FROM recorded_interaction"
                ((first, entries),) = connection.execute(statement).fetchall()
                if entries >= self._entries:
                    return first, self._entries
                no = self.installation.new_segment().no
                service.selecting.apply(CALLER, no, self.criteria(entries // self.selected))
                self.installation.catch_up()
                service.logging.log(CALLER, no, send_attachments=False, create_follow_up=False)
                self.installation.catch_up()
                connection.execute("VACUUM (ANALYZE) recorded_interaction")
