import multiprocessing
import os
import pwd
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from subprocess import PIPE

import psycopg
import pytest

from eventstore.embedded_postgres import EmbeddedPostgres, find_postgres_binaries
from eventstore.file_locks import AlreadyServedError, EmbeddedPostgresError, ServeLock

REPOSITORY = Path(__file__).parents[2]
PATIENCE_SECONDS = 120

USE_THE_SERVER = """
import sys
from pathlib import Path
from eventstore.embedded_postgres import EmbeddedPostgres
with EmbeddedPostgres(Path(sys.argv[1])):
    print("ready", flush=True)
    sys.stdin.readline()
"""
HOLD_THE_SERVE_LOCK = """
import sys
from pathlib import Path
from eventstore.file_locks import ServeLock
with ServeLock(Path(sys.argv[1])):
    print("ready", flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def new_root() -> Iterator[Path]:
    """An empty directory for one server; whatever a test leaves running in it is killed."""
    with directory_for_a_server() as directory:
        yield directory


@pytest.fixture(scope="module")
def shared_root() -> Iterator[Path]:
    with directory_for_a_server() as directory, EmbeddedPostgres(directory) as server:
        server.stop()
        yield directory


@pytest.fixture
def root(shared_root: Path) -> Iterator[Path]:
    """The directory of a server that ran before and is stopped; shared, because making one takes a second."""
    yield shared_root
    kill_all_that_work_in(shared_root / "pgdata")


def test_rows_survive_a_restart(new_root: Path) -> None:
    with EmbeddedPostgres(new_root) as server:
        keep_rows(server, 1000)
    assert not answers(server)
    with EmbeddedPostgres(new_root) as server:
        assert rows_kept(server) == 1000


def test_the_server_is_durable_private_and_checks_its_pages(root: Path) -> None:
    expected = {
        "fsync": "on",
        "synchronous_commit": "on",
        "data_checksums": "on",
        "listen_addresses": "",
        "server_encoding": "UTF8",
        "lc_collate": "C.UTF-8",
        "wal_compression": "pglz",
        "jit": "off",
        "max_connections": "100",
        "shared_buffers": "256MB",
        "max_wal_size": "4GB",
        "checkpoint_timeout": "15min",
    }
    with EmbeddedPostgres(root) as server, psycopg.connect(server.conninfo()) as connection:
        actual = {name: setting(connection, name) for name in expected if name != "lc_collate"}
        collation = connection.execute("SELECT datcollate FROM pg_database WHERE datname = 'segmentlog'")
        assert {**actual, "lc_collate": str(one(collation.fetchone()))} == expected
        assert (root / "run").stat().st_mode & 0o777 == 0o700


def test_options_come_on_top_of_the_settings(root: Path) -> None:
    with (
        EmbeddedPostgres(root, options={"fsync": "off", "jit": "on"}) as server,
        psycopg.connect(server.conninfo()) as connection,
    ):
        assert [setting(connection, name) for name in ("fsync", "jit")] == ["off", "on"]


def test_the_environment_of_this_process_stays_out_of_the_server(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("A_MASTER_KEY", "for nobody else")
    with EmbeddedPostgres(root):
        environment = Path(f"/proc/{postmaster(root)}/environ").read_bytes()
        assert b"A_MASTER_KEY" not in environment


def test_nothing_committed_is_lost_when_all_of_the_server_is_killed(root: Path) -> None:
    with EmbeddedPostgres(root) as server:
        keep_rows(server, 1000)
        kill_all_that_work_in(root / "pgdata")
        # At once, while the killed server may still be a zombie.
        with EmbeddedPostgres(root) as again:
            assert rows_kept(again) == 1000


def test_nothing_committed_is_lost_when_only_the_postmaster_is_killed(root: Path) -> None:
    with EmbeddedPostgres(root) as server:
        keep_rows(server, 1000)
        os.kill(postmaster(root), signal.SIGKILL)
        with EmbeddedPostgres(root) as again:
            assert rows_kept(again) == 1000


def test_a_stale_pid_file_naming_process_1_does_not_stop_a_start(root: Path) -> None:
    with EmbeddedPostgres(root):
        kill_all_that_work_in(root / "pgdata")
        name_in_pid_files(root, 1)
        with EmbeddedPostgres(root) as again:
            assert answers(again)


def test_a_stale_pid_file_naming_a_process_of_the_same_account_does_not_stop_a_start(root: Path) -> None:
    with EmbeddedPostgres(root), innocent_process_of_the_account(root) as innocent:
        kill_all_that_work_in(root / "pgdata")
        name_in_pid_files(root, innocent.pid)
        with EmbeddedPostgres(root) as again:
            assert answers(again)


def test_stopping_a_dead_server_signals_no_innocent_process(root: Path) -> None:
    with EmbeddedPostgres(root) as server, innocent_process_of_the_account(root) as innocent:
        kill_all_that_work_in(root / "pgdata")
        name_in_pid_files(root, innocent.pid)
        server.stop()


def test_an_empty_pid_file_does_not_stop_a_start(root: Path) -> None:
    (root / "pgdata" / "postmaster.pid").touch()
    with EmbeddedPostgres(root) as server:
        assert answers(server)


def test_two_processes_share_the_server_and_the_last_one_out_stops_it(root: Path) -> None:
    with EmbeddedPostgres(root) as server:
        first_postmaster = postmaster(root)
        with another_process(USE_THE_SERVER, root) as other:
            assert postmaster(root) == first_postmaster
            server.stop()
            assert answers(server)
            leave(other)
        assert not answers(server)


def test_a_killed_user_does_not_keep_the_server_up_for_ever(root: Path) -> None:
    with EmbeddedPostgres(root) as server, another_process(USE_THE_SERVER, root) as other:
        other.kill()
        other.wait()
        assert answers(server)
        server.stop()
        assert not answers(server)


def test_a_forked_child_neither_keeps_the_server_up_nor_stops_it(root: Path) -> None:
    fork = multiprocessing.get_context("fork")
    with EmbeddedPostgres(root) as server:
        leaving = fork.Process(target=server.stop)
        leaving.start()
        leaving.join()
        assert leaving.exitcode == 0
        assert answers(server)

        staying = fork.Process(target=signal.pause)
        staying.start()
        server.stop()
        assert not answers(server)
        staying.kill()
        staying.join()


def test_a_second_serve_is_refused_and_told_the_process_that_serves(new_root: Path) -> None:
    with another_process(HOLD_THE_SERVE_LOCK, new_root) as holder:
        with pytest.raises(
            AlreadyServedError, match=rf"Process {holder.pid} is already serving .*, since 20"
        ):
            ServeLock(new_root).__enter__()
        leave(holder)
    with ServeLock(new_root):
        pass


def test_a_killed_serve_leaves_its_directory_free(new_root: Path) -> None:
    with another_process(HOLD_THE_SERVE_LOCK, new_root) as holder:
        holder.kill()
        holder.wait()
        with ServeLock(new_root):
            assert (new_root / "serve.lock").read_text().startswith(f"{os.getpid()} ")


def test_a_path_too_long_for_a_socket_works(new_root: Path) -> None:
    long = new_root / "of/many/words" / ("long " * 20)
    with EmbeddedPostgres(long) as server:
        keep_rows(server, 10)
        socket_dir = Path(str(psycopg.conninfo.conninfo_to_dict(server.conninfo())["host"]))
    assert len(str(socket_dir)) < 100
    socket_dir.rmdir()


def test_a_directory_of_sockets_made_by_someone_else_is_refused(new_root: Path) -> None:
    (new_root / "elsewhere").mkdir()
    (new_root / "run").symlink_to(new_root / "elsewhere")
    with pytest.raises(EmbeddedPostgresError, match="belongs to someone else"):
        EmbeddedPostgres(new_root).start()


def test_a_killed_initdb_leaves_a_usable_directory(new_root: Path) -> None:
    with another_process(USE_THE_SERVER, new_root, wait=False) as creator:
        wait_until(lambda: any(new_root.glob("pgdata.new-*/PG_VERSION")))
        creator.kill()
    assert not (new_root / "pgdata").exists()
    with EmbeddedPostgres(new_root) as server:
        keep_rows(server, 10)
        assert rows_kept(server) == 10


def test_data_of_another_major_version_is_refused_in_plain_words(new_root: Path) -> None:
    (new_root / "pgdata").mkdir()
    (new_root / "pgdata" / "PG_VERSION").write_text("9\n")
    with pytest.raises(EmbeddedPostgresError, match="was made by PostgreSQL 9, but the programs in"):
        EmbeddedPostgres(new_root).start()


def test_a_setting_the_server_refuses_is_told_with_its_own_words(root: Path) -> None:
    with pytest.raises(EmbeddedPostgresError, match=r"does not start. It says:(.|\n)*no_such_setting"):
        EmbeddedPostgres(root, options={"no_such_setting": "1"}).start()


def test_binaries_named_in_the_environment_come_first(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    found = find_postgres_binaries()
    (tmp_path / "bin").symlink_to(found)
    monkeypatch.setenv("SEGMENTLOG_PG_BIN", str(tmp_path / "bin"))
    assert find_postgres_binaries() == tmp_path / "bin"


def test_binaries_named_in_the_environment_must_exist(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SEGMENTLOG_PG_BIN", str(tmp_path))
    with pytest.raises(EmbeddedPostgresError, match=f"SEGMENTLOG_PG_BIN says {tmp_path}"):
        find_postgres_binaries()


def test_binaries_are_found_without_importing_their_package() -> None:
    find_postgres_binaries()
    assert "embedded_postgres" not in sys.modules


if os.geteuid() == 0:
    # Anyone else shows the same as himself in the tests above.

    def test_an_ordinary_user_can_run_it(new_root: Path) -> None:
        nobody = pwd.getpwnam("nobody")
        own = new_root / "own"
        own.mkdir(mode=0o700)
        os.chown(own, nobody.pw_uid, nobody.pw_gid)
        # Forked rather than started anew: the interpreter itself may be where only root can reach it.
        child = multiprocessing.get_context("fork").Process(target=keep_rows_as, args=(nobody, own))
        child.start()
        child.join()
        assert child.exitcode == 0
        assert (own / "pgdata").stat().st_uid == nobody.pw_uid

        # Root finding data of an ordinary user leaves it his.
        with EmbeddedPostgres(own) as server:
            assert rows_kept(server) == 1000
        assert (own / "pgdata").stat().st_uid == nobody.pw_uid

    def test_a_directory_the_servers_account_cannot_reach_is_named_in_plain_words(new_root: Path) -> None:
        new_root.chmod(0o700)
        with pytest.raises(EmbeddedPostgresError, match=f"cannot reach {new_root}"):
            EmbeddedPostgres(new_root).start()
        assert new_root.stat().st_mode & 0o777 == 0o700

    def test_the_account_to_run_as_can_be_named(new_root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("SEGMENTLOG_PG_USER", "nobody")
        with EmbeddedPostgres(new_root):
            assert (new_root / "pgdata").stat().st_uid == pwd.getpwnam("nobody").pw_uid


@contextmanager
def directory_for_a_server() -> Iterator[Path]:
    # Not in pytest's own temporary directory: as root, the server's account could not reach it.
    with tempfile.TemporaryDirectory(prefix="segmentlog-tests-") as directory:
        Path(directory).chmod(0o755)
        yield Path(directory)
        for data in Path(directory).rglob("pgdata"):
            kill_all_that_work_in(data)


@contextmanager
def another_process(script: str, root: Path, *, wait: bool = True) -> Iterator[subprocess.Popen[str]]:
    """A process that runs `script`, which says a line when ready and ends when told one."""
    command = [sys.executable, "-c", script, str(root)]
    with subprocess.Popen(command, stdin=PIPE, stdout=PIPE, text=True, cwd=REPOSITORY) as process:
        if wait:
            assert process.stdout
            assert process.stdout.readline() == "ready\n"
        try:
            yield process
        finally:
            process.kill()


def leave(process: subprocess.Popen[str]) -> None:
    process.communicate("\n", timeout=PATIENCE_SECONDS)
    assert process.returncode == 0


def keep_rows_as(account: pwd.struct_passwd, root: Path) -> None:
    os.setgroups([])
    os.setgid(account.pw_gid)
    os.setuid(account.pw_uid)
    with EmbeddedPostgres(root) as server:
        keep_rows(server, 1000)


def keep_rows(server: EmbeddedPostgres, count: int) -> None:
    with psycopg.connect(server.conninfo()) as connection:
        connection.execute("DROP TABLE IF EXISTS kept")
        connection.execute("CREATE TABLE kept (number int PRIMARY KEY)")
        connection.execute("INSERT INTO kept SELECT generate_series(1, %s)", (count,))


def rows_kept(server: EmbeddedPostgres) -> object:
    with psycopg.connect(server.conninfo()) as connection:
        return one(connection.execute("SELECT count(*) FROM kept").fetchone())


def setting(connection: psycopg.Connection, name: str) -> object:
    return one(connection.execute("SELECT current_setting(%s)", (name,)).fetchone())


def one(row: tuple[object, ...] | None) -> object:
    assert row is not None
    return row[0]


def answers(server: EmbeddedPostgres) -> bool:
    try:
        psycopg.connect(server.conninfo()).close()
    except psycopg.OperationalError:
        return False
    return True


def postmaster(root: Path) -> int:
    return int((root / "pgdata" / "postmaster.pid").read_text().split()[0])


def name_in_pid_files(root: Path, pid: int) -> None:
    for file in (root / "pgdata" / "postmaster.pid", root / "run" / ".s.PGSQL.5432.lock"):
        _, _, rest = file.read_text().partition("\n")
        file.write_text(f"{pid}\n{rest}")


@contextmanager
def innocent_process_of_the_account(root: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process under the server's account that has nothing to do with it, and must be left alone."""
    user = (root / "pgdata").stat().st_uid if os.geteuid() == 0 else None
    with subprocess.Popen(["sleep", "600"], cwd="/", user=user) as process:
        try:
            yield process
            assert process.poll() is None
        finally:
            process.kill()


def kill_all_that_work_in(data: Path) -> None:
    # Each process of a server leads a process group of its own, so they are found by where they work.
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # ended meanwhile, or someone else's
            if (process / "cwd").readlink() == data:
                os.kill(int(process.name), signal.SIGKILL)


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)
