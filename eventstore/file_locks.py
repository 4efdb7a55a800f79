"""Lock files of a data directory that several processes use, and what can be wrong with such a directory."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Self

if sys.platform != "win32":
    import fcntl


class EmbeddedPostgresError(Exception):
    """The embedded PostgreSQL cannot be used; the message says why, and what to do, in plain words."""


class AlreadyServedError(EmbeddedPostgresError):
    """Another process is serving the same directory."""


class LockFile:
    """A lock of the kernel's on a file, which ends with the process that took it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: IO[str] | None = None
        # A forked child inherits the lock with the open file, and would keep it after its parent is killed.
        os.register_at_fork(after_in_child=self.release)

    @property
    def held(self) -> bool:
        return self._file is not None

    @contextmanager
    def alone(self) -> Iterator[None]:
        fcntl.flock(self._open(), fcntl.LOCK_EX)
        try:
            yield
        finally:
            self.release()

    def share(self) -> None:
        fcntl.flock(self._open(), fcntl.LOCK_SH)

    def try_alone(self) -> bool:
        try:
            fcntl.flock(self._open(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def release(self) -> None:
        if self._file:
            self._file.close()
            self._file = None

    def read(self) -> str:
        self._open().seek(0)
        return self._open().read()

    def write(self, text: str) -> None:
        self._open().truncate(0)
        self._open().write(text)
        self._open().flush()

    def _open(self) -> IO[str]:
        if self._file is None:
            with in_plain_words(self._path):
                self._file = self._path.open("a+")
        return self._file


class ServeLock:
    """Held by the one process that serves a directory; it vanishes with that process, however that ends."""

    def __init__(self, root: Path) -> None:
        refuse_windows()
        self.root = Path(root).resolve()
        self._lock = LockFile(self.root / "serve.lock")

    def __enter__(self) -> Self:
        make_root(self.root)
        if not self._lock.try_alone():
            pid, _, since = self._lock.read().partition(" ")
            self._lock.release()
            raise AlreadyServedError(
                f"Process {pid or '(unknown)'} is already serving {self.root}, since {since or 'just now'}. "
                f"Stop it first, or choose another data directory."
            )
        self._lock.write(f"{os.getpid()} {datetime.now(UTC).isoformat(timespec='seconds')}")
        return self

    def __exit__(self, *_: object) -> None:
        if self._lock.held:
            self._lock.write("")
            self._lock.release()


@contextmanager
def in_plain_words(path: Path) -> Iterator[None]:
    """Turn what the system refuses to do with `path` into a message that says what to do about it.

    Raises EmbeddedPostgresError.
    """
    try:
        yield
    except OSError as error:
        raise EmbeddedPostgresError(
            f"{error.filename or path} cannot be used: {error.strerror}. Check that it belongs to the "
            f"account that runs this and that the disk has room, or choose another data directory."
        ) from error


def refuse_windows() -> None:
    if sys.platform == "win32":
        raise EmbeddedPostgresError(
            "The embedded PostgreSQL does not run on Windows: use DATABASE_URL to name a PostgreSQL server."
        )


def make_root(root: Path) -> None:
    """Make the data directory, unless it is there already."""
    with in_plain_words(root):
        if not root.exists():
            root.mkdir(parents=True, exist_ok=True)
            # Ours to open, since we made it; made by anyone else, it keeps the permissions it was given.
            root.chmod(0o755 if os.geteuid() == 0 else 0o700)
