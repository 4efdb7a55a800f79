"""The question in the page for auditors, done as written on a service that did the main job of api.md."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from tests.api.crm import ok
from tests.api.running import ADMIN_KEY, running_service

DOCS = Path(__file__).parents[2] / "docs"


def block(page: str, after: str) -> str:
    """The first shell block after some text of a page."""
    text = (DOCS / page).read_text()
    found = re.search(r"```sh\n(.*?)```", text[text.index(after) :], re.DOTALL)
    assert found is not None
    return found[1]


def run(script: str, directory: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=directory,
        env=os.environ | environment | {"PATH": path},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_it_is_answered_and_proven(postgres_url: str, tmp_path: Path) -> None:
    shutil.copy(DOCS / "check_proof.py", tmp_path)
    with running_service(postgres_url) as running, running.client() as admin:
        main_job = block("api.md", "## The main job, with curl").replace(
            "choose-a-long-secret", f"'{ADMIN_KEY}'"
        )
        done = run(main_job, tmp_path, SERVICE=running.base_url)
        assert done.returncode == 0, done.stderr
        key = ok(admin.post("/v1/api-keys", json={"role": "auditor", "user_id": "audrey"}))["key"]

        done = run(block("auditors.md", "<!-- question -->"), tmp_path, SERVICE=running.base_url, KEY=key)

        assert done.returncode == 0, done.stderr
        assert "Proven: 1 of the " in done.stderr
        assert "admin: Added 3 contacts where contact city is Utrecht|Zwolle" in done.stdout
        assert "[(2, " in done.stdout
        assert '"city": "Utrecht|Zwolle"' in done.stdout
        assert '"user_id": "admin"' in done.stdout
        assert '"ok":true' in done.stdout
        today = json.loads((tmp_path / "today.json").read_text())
        assert (tmp_path / "kept.txt").read_text() == today["note"]

        # Later visits find the checkpoint that was kept extended, and a forged one not.
        ok(admin.post("/v1/contacts", json={"name": "Dogwood"}))
        later = "\n".join(block("auditors.md", "<!-- question -->").split("\n# 2.")[0].splitlines()[:2])
        forged = (tmp_path / "kept.txt").read_text()
        script = (
            f"{later}\nask /v1/audit/checkpoints POST > today.json\n"
            'ask "/v1/audit/bundle?first=1&since=$(sed -n 2p kept.txt)" > one.json\n'
            'python3 check_proof.py one.json "$(ask /v1/audit/key | pick \'answer["key"]\')" kept.txt'
        )
        assert run(script, tmp_path, SERVICE=running.base_url, KEY=key).returncode == 0
        size = forged.split("\n")[1]
        (tmp_path / "kept.txt").write_text(forged.replace(f"{size}\n", f"{size}\nx", 1))
        assert run(script, tmp_path, SERVICE=running.base_url, KEY=key).returncode == 1
