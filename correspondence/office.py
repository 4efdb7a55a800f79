"""LibreOffice as a process of its own: without network where that can be had, with bounds on time and memory.

It reads documents that strangers wrote, and would fetch pictures from the network if it could. So it runs
where there is no network, without rights, and is stopped when it takes too long.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import subprocess
import tempfile
import time
import weakref
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import IO

from domain.errors import OfficeMissing

PATIENCE_S = 60.0
"""How long it may take until the next document is ready. A start takes 1 to 3 s, a letter 0.05 s."""
MOST_MEMORY = 4_000_000_000
"""Bytes of address space; a conversion needs 1.5 GB of it, and 0.3 GB of memory."""
MOST_OUTPUT = 1_000_000_000
NOBODY = 65_534
PREFIX, LOCK = "segmentlog-office-", "lock"

_PLACES = ("/usr/bin/soffice", "/usr/lib/libreoffice/program/soffice", "/opt/libreoffice/program/soffice")
_FILTER = 'pdf:writer_pdf_Export:{"ExportBookmarksToPDFDestination":{"type":"boolean","value":"true"}}'
_OPTIONS = ("--headless", "--norestore", "--nologo", "--nolockcheck", "--nodefault", "--nofirststartwizard")


def find_office() -> str:
    """The program of LibreOffice. Raises OfficeMissing."""
    for place in (shutil.which("soffice"), *_PLACES):
        if place and os.access(place, os.X_OK):
            return place
    raise OfficeMissing("LibreOffice is not installed here, so letters cannot be made into PDF.")


@cache
def _guards() -> tuple[str, ...]:
    """The commands in front of LibreOffice that take network, rights and memory away, as far as allowed."""
    limits = ("prlimit", f"--as={MOST_MEMORY}", f"--fsize={MOST_OUTPUT}", "--core=0", "--")
    rights = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--no-new-privs")
    without_network = (
        [("unshare", "--net", "--", *rights), rights]
        if os.geteuid() == 0
        else [("unshare", "--map-current-user", "--net", "--"), ("unshare", "--map-root-user", "--net", "--")]
    )
    guards = next((guard for guard in without_network if _works(guard)), ())
    return (*guards, *limits) if _works((*guards, *limits)) else guards


def _works(guard: Sequence[str]) -> bool:
    try:
        return subprocess.run([*guard, "true"], capture_output=True, timeout=10).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def runs_without_network() -> bool:
    """Whether LibreOffice has no network here."""
    return "unshare" in _guards()


class Office:
    """One LibreOffice with a profile of its own, for one conversion at a time."""

    def __init__(self) -> None:
        self._program = find_office()
        _remove_of_the_dead()
        self.place = Path(tempfile.mkdtemp(prefix=PREFIX))
        self._remove = weakref.finalize(self, _remove, self.place, _locked(self.place))
        self._hand_over(self.place)

    def close(self) -> None:
        """Remove its profile, which otherwise stays until the process ends."""
        self._remove()

    def convert(self, documents: Mapping[str, bytes], patience_s: float = PATIENCE_S) -> dict[str, bytes]:
        """The documents (.docx, by name) as PDF, as far as it could read them."""
        with tempfile.TemporaryDirectory(dir=self.place) as work:
            place = Path(work)
            self._hand_over(place)
            for name, content in documents.items():
                (place / f"{name}.docx").write_bytes(content)
            self._run(place, [f"{name}.docx" for name in documents], patience_s)
            made = {name: _whole(place / f"{name}.pdf") for name in documents}
            return {name: pdf for name, pdf in made.items() if pdf is not None}

    def _hand_over(self, place: Path) -> None:
        """Let who runs LibreOffice write here."""
        if os.geteuid() == 0 and "setpriv" in _guards():
            os.chown(place, NOBODY, NOBODY)

    def _run(self, place: Path, names: list[str], patience_s: float) -> None:
        profile = (self.place / "profile").as_uri()
        command = [
            *_guards(),
            *(self._program, f"-env:UserInstallation={profile}", *_OPTIONS),
            *("--convert-to", _FILTER, "--outdir", str(place), *names),
        ]
        process = subprocess.Popen(
            command,
            cwd=place,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={
                "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
                "HOME": str(self.place),
                "LANG": "C.UTF-8",
            },
            start_new_session=True,
        )
        try:
            _wait(process, place, patience_s)
        finally:
            _stop(process)


def _locked(place: Path) -> IO[bytes]:
    """A lock of the kernel's in a directory, which says that the process whose it is lives."""
    new = place / "lock.new"
    file = new.open("wb")
    fcntl.flock(file, fcntl.LOCK_EX)
    new.rename(place / LOCK)
    return file


def _remove(place: Path, lock: IO[bytes]) -> None:
    shutil.rmtree(place, ignore_errors=True)
    lock.close()


def _remove_of_the_dead() -> None:
    """Remove the letters that processes left which were killed."""
    for lock in Path(tempfile.gettempdir()).glob(f"{PREFIX}*/{LOCK}"):
        try:
            # Everybody may put something there: neither a link nor a pipe is followed.
            with open(lock, "rb", opener=_plainly) as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(lock.parent, ignore_errors=True)
        except OSError:  # it lives, or it is somebody else's
            continue


def _plainly(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK)


def _wait(process: subprocess.Popen[bytes], place: Path, patience_s: float) -> None:
    """Until it ends, or until no further document was ready for too long."""
    ready, since = 0, time.monotonic()
    while time.monotonic() - since < patience_s:
        try:
            process.wait(0.5)
            return
        except subprocess.TimeoutExpired:
            now = sum(1 for _ in place.glob("*.pdf"))
            if now > ready:
                ready, since = now, time.monotonic()


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End it with everything that it started."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _whole(path: Path) -> bytes | None:
    """A PDF that was written to its end."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return None
    return content if content.startswith(b"%PDF-") and b"%%EOF" in content[-1024:] else None
