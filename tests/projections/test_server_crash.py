"""Read models do not wait for the disk: what a crash of the server takes from them is applied again."""

import os
import signal
import tempfile
from contextlib import closing, suppress
from pathlib import Path

from eventstore.embedded_postgres import EmbeddedPostgres
from tests.projections.conftest import Desk, until

# Nobody else writes to the disk what a transaction did not wait for.
LAZY = {"wal_writer_delay": "10s", "wal_writer_flush_after": "1GB", "autovacuum": "off"}


def test_after_a_crash_of_the_server_the_rows_are_those_of_the_events() -> None:
    with tempfile.TemporaryDirectory(prefix="segmentlog-tests-") as directory:
        root = Path(directory)
        root.chmod(0o755)
        with EmbeddedPostgres(root, options=LAZY) as server:
            with closing(Desk(server.conninfo())) as desk:
                desk.set_up()
                desk.read_models.open()
                desk.catch_up()
                for name in ("Alder", "Birch", "Cedar"):
                    desk.contact(name=name)
                before = desk.catch_up()
                kill(root)
            with EmbeddedPostgres(root) as again, closing(Desk(again.conninfo())) as desk:
                desk.read_models.open()
                (behind,) = desk.rows("SELECT position FROM tracking")
                assert desk.log.position() == before
                # Less, but for the once in a thousand that the server wrote just before it was killed.
                assert behind["position"] <= before
                desk.catch_up()
                names = [row["name"] for row in desk.rows("SELECT name FROM contact ORDER BY key")]
                assert names == ["Alder", "Birch", "Cedar"]


def kill(root: Path) -> None:
    """All processes of the server at once, as when the power fails."""
    data = (root / "pgdata").resolve()
    for process in Path("/proc").glob("[0-9]*"):
        if works_in(process, data):
            with suppress(ProcessLookupError):  # it ended with one before it
                os.kill(int(process.name), signal.SIGKILL)
    until(
        lambda: not any(works_in(process, data) for process in Path("/proc").glob("[0-9]*")),
        "the server is gone",
    )


def works_in(process: Path, data: Path) -> bool:
    try:
        return (process / "cwd").readlink() == data
    except OSError:  # ended meanwhile, or someone else's
        return False
