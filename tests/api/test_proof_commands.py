"""The commands for auditors, on a service that seals by itself, and after its database was tampered with."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from api.child_service import ChildService, child_service
from eventstore.notes import read_checkpoint
from tests.api.forging import rewrite_everything_inside
from tests.api.test_serve import command, register, until

KEY = "the key of this test"
DOCS = Path(__file__).parents[2] / "docs"
CHECKER, PAGE = DOCS / "check_proof.py", DOCS / "auditors.md"


@pytest.fixture
def directory() -> Iterator[Path]:
    # Not in pytest's own temporary directory: as root, the database's account could not reach it.
    with tempfile.TemporaryDirectory(prefix="segmentlog-proof-") as made:
        Path(made).chmod(0o755)
        yield Path(made)


def verifier_of(service: ChildService) -> str:
    with service.client() as client:
        key: str = client.get("/v1/audit/key").json()["key"]
        return key


def test_a_service_seals_by_itself_and_tells_a_place_outside(directory: Path) -> None:
    anchor = directory / "anchors.ndjson"
    environment = {"SEGMENTLOG_CHECKPOINT_EVENTS": "2", "SEGMENTLOG_ANCHOR_FILE": str(anchor)}
    with child_service(directory, key=KEY, environment=environment) as service, service.client() as client:
        for name in ("Alder", "Birch", "Cedar"):
            register(client, name)
        assert until(lambda: bool(client.get("/v1/audit/checkpoints").json()["items"]))
        assert until(lambda: anchor.exists() and anchor.read_text().endswith("\n"))
        assert client.get("/v1/audit/checkpoints").json()["items"][0]["note"] in [
            json.loads(line)["note"] for line in anchor.read_text().splitlines()
        ]


def test_what_was_kept_convicts_and_an_export_is_checked_elsewhere(directory: Path) -> None:
    data = ("--data", str(directory))
    kept, bundle = directory / "kept.txt", directory / "bundle.json"
    with child_service(directory, key=KEY) as service, service.client() as client:
        for name in ("Alder", "Birch", "Cedar"):
            register(client, name)
        made = command("checkpoint", *data)
        assert made.returncode == 0, made.stderr
        kept.write_text(made.stdout)
        assert read_checkpoint(made.stdout).size == 3
        verifier = verifier_of(service)

        exported = command("export", "proof", "--position", "2", "--last", "3", str(bundle), "--json", *data)
        assert exported.returncode == 0, exported.stderr
        said = {"file": str(bundle), "first": 2, "last": 3, "key": verifier}
        assert json.loads(exported.stdout) == said
        words = [sys.executable, "-I", str(CHECKER), str(bundle), verifier, str(kept)]
        assert (
            "Proven: 2 of the 3 events"
            in subprocess.run(words, capture_output=True, text=True, check=True).stderr
        )

        right = command("verify", "--key", verifier, "--anchor", str(kept), "--json", *data)
        assert json.loads(right.stdout) == {
            "ok": True,
            "events": 3,
            "checkpoints": 1,
            "first_bad_position": None,
            "problem": None,
        }
        beyond = command("export", "proof", "--position", "4", str(directory / "none"), *data)
        assert (beyond.returncode, beyond.stderr) == (1, "There is no event at position 4.\n")

        rewrite_everything_inside(directory)
        assert command("verify", *data).stdout == "All 2 events are what was recorded.\n"
        wrong = command("verify", "--anchor", str(kept), *data)
        assert wrong.returncode == 1
        assert "The events from position 3 to 3, which were sealed, are missing." in wrong.stdout


def test_verifying_where_there_is_no_key_asks_for_one(directory: Path, empty_database: str) -> None:
    environment = {"DATABASE_URL": empty_database}
    data = ("--data", str(directory))
    with child_service(directory, key=KEY, environment=environment) as service, service.client() as client:
        register(client, "Alder")
        assert command("checkpoint", *data, **environment).returncode == 0
        verifier = verifier_of(service)
    elsewhere = ("--data", str(directory / "elsewhere"))
    asked = command("verify", *elsewhere, **environment)
    assert (asked.returncode, asked.stdout) == (2, "")
    assert "Name the verifier key with --key" in asked.stderr
    assert command("verify", "--key", verifier, *elsewhere, **environment).returncode == 0
    assert not (directory / "elsewhere").exists()
    assert command("verify", "--key", "no key", *elsewhere, **environment).returncode == 2


def test_verifying_a_directory_without_a_log_says_so_and_makes_none(tmp_path: Path) -> None:
    nothing = tmp_path / "nothing"
    asked = command("verify", "--data", str(nothing))
    assert (asked.returncode, asked.stdout) == (2, "")
    assert asked.stderr.startswith(f"There is no event log in {nothing}")
    assert not nothing.exists()


def test_the_role_of_the_page_for_auditors_can_do_what_is_said_there_and_change_nothing(
    directory: Path, empty_database: str
) -> None:
    environment = {"DATABASE_URL": empty_database}
    with child_service(directory, key=KEY, environment=environment) as service, service.client() as client:
        for name in ("Alder", "Birch"):
            register(client, name)
        erased = client.get("/v1/contacts", params={"name": "Birch"}).json()["items"][0]["no"]
        assert client.post(f"/v1/contacts/{erased}/erase", json={"reason": "asked"}).status_code == 200
        assert command("checkpoint", "--data", str(directory), **environment).returncode == 0
        verifier = verifier_of(service)
        (today := directory / "today.json").write_text(client.post("/v1/audit/checkpoints").text)
        register(client, "Cedar")

    role = f"auditor_{uuid.uuid4().hex[:12]}"
    statements = PAGE.read_text().split("```sql\n")
    made = next(text for text in statements if text.startswith("CREATE ROLE")).split("```")[0]
    auditor = {
        "DATABASE_URL": make_conninfo(empty_database, user=role),
        "SEGMENTLOG_EARLIER_KEYS": verifier,
    }
    elsewhere = ("--data", str(directory / "elsewhere"))
    with psycopg.connect(empty_database, autocommit=True) as connection:
        connection.execute(re.sub(r"\bauditor\b", role, made).encode())
        try:
            kept = ("--key", verifier, "--checkpoint", str(today))
            right = command("verify", *kept, *elsewhere, **auditor)
            assert (right.returncode, right.stderr) == (0, "")
            assert right.stdout == "All 4 events are what was recorded, under 1 checkpoint.\n"
            bundle = str(directory / "bundle.json")
            exported = command("export", "proof", "--position", "1", bundle, *elsewhere, **auditor)
            assert (exported.returncode, exported.stderr) == (0, "")
            unsealed = command("export", "proof", "--position", "4", bundle, *elsewhere, **auditor)
            assert unsealed.returncode == 1
            assert "not in the checkpoint, which seals the events up to 3." in unsealed.stderr

            with psycopg.connect(auditor["DATABASE_URL"], autocommit=True) as reading:
                queries = re.findall(r"SELECT[^;`]*\sFROM\s+segmentlog\.[^;`]*", PAGE.read_text())
                assert len(queries) >= 4
                for query in queries:
                    reading.execute(query.encode())
                for change in ("DELETE FROM segmentlog.log_events", "CREATE TABLE segmentlog.other (n int)"):
                    with pytest.raises(psycopg.errors.InsufficientPrivilege):
                        reading.execute(change.encode())
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    reading.execute("SELECT wrapped FROM segmentlog.personal_key")

            nothing = command("verify", *kept, *elsewhere, **auditor, SEGMENTLOG_SCHEMA="other")
            assert (nothing.returncode, nothing.stdout) == (2, "")
            assert nothing.stderr == "There is no event log in the schema other.\n"
        finally:
            connection.execute(f"DROP OWNED BY {role} CASCADE".encode())
            connection.execute(f"DROP ROLE {role}".encode())
    assert not (directory / "elsewhere").exists()


def test_a_file_that_is_no_checkpoint_says_nothing_against_the_log(directory: Path) -> None:
    data = ("--data", str(directory))
    with child_service(directory, key=KEY) as service, service.client() as client:
        register(client, "Alder")
        (wrong := directory / "letter.txt").write_text("Dear reader")
        for file, why in (
            (wrong, "holds no checkpoint."),
            (directory / "none", "cannot be read: No such file"),
        ):
            asked = command("verify", "--checkpoint", str(file), *data)
            assert (asked.returncode, asked.stdout) == (2, "")
            assert why in asked.stderr


def test_rights_are_given_on_a_server_only() -> None:
    refused = command("grant", "somebody")
    assert refused.returncode == 2
    assert "DATABASE_URL must name a server" in refused.stderr


def test_rights_that_were_given_are_said_to_programs_too(empty_database: str) -> None:
    with psycopg.connect(empty_database, autocommit=True) as connection:
        connection.execute("CREATE ROLE auditing_test")
        try:
            given = command("grant", "auditing_test", "--json", DATABASE_URL=empty_database)
            expected = {"role": "auditing_test", "schema": "segmentlog", "may": "read and add"}
            assert json.loads(given.stdout) == expected
        finally:
            connection.execute("DROP OWNED BY auditing_test CASCADE")
            connection.execute("DROP ROLE auditing_test")


def test_a_signing_key_that_is_none_is_said_in_one_sentence(empty_database: str) -> None:
    refused = command("checkpoint", DATABASE_URL=empty_database, SEGMENTLOG_SIGNING_KEY="not a key")
    assert refused.returncode == 1
    assert refused.stderr.startswith("SEGMENTLOG_SIGNING_KEY must hold 32 bytes in base64")
    assert "Traceback" not in refused.stderr
