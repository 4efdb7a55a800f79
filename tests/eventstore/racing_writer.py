"""A process of four threads that save as fast as they can, until they are told to stop or are killed.

`python -m tests.eventstore.racing_writer CONNINFO NAME ACKNOWLEDGED STOP`: each save that succeeded is a line
of the file ACKNOWLEDGED (stream, version, position of its last event); it ends when the file STOP is there.
"""

import random
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from threading import Lock, Thread

from eventsourcing.persistence import IntegrityError, PersistenceError
from psycopg import Cursor
from psycopg.rows import DictRow

from eventstore.recorder import COPY_FROM, Datastore, LogRecorder
from tests.eventstore.examples import SCHEMA, stored

THREADS = 4
SLOW, ABORTED = "slow", "aborted"
"""Streams that begin so are slow to commit, or abort when they commit: a trigger sees to it."""


WHAT = {"save": 800, SLOW: 60, ABORTED: 20, "late": 40, "raise": 40, "copy": 3}
"""What a writer does, and how often."""


def main(conninfo: str, name: str, acknowledged: Path, stop: Path) -> None:
    with (
        closing(Datastore(conninfo, SCHEMA, size=THREADS)) as datastore,
        acknowledged.open("a", buffering=1) as file,
    ):
        recorder, lock = LogRecorder(datastore), Lock()

        def acknowledge(stream: str, version: int, position: int) -> None:
            with lock:
                file.write(f"{stream} {version} {position}\n")

        threads = [
            Thread(target=_Writer(recorder, f"{name}-{number}", acknowledge, stop).run)
            for number in range(THREADS)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


class _Writer:
    def __init__(
        self, recorder: LogRecorder, name: str, acknowledge: Callable[[str, int, int], None], stop: Path
    ) -> None:
        self._recorder, self._name, self._acknowledge, self._stop = recorder, name, acknowledge, stop
        self._chance = random.Random(name)
        self._versions: dict[str, int] = {}

    def run(self) -> None:
        while not self._stop.exists():
            match self._chance.choices(("save", SLOW, ABORTED, "late", "raise", "copy"), (80, 8, 2, 4, 4, 1))[
                0
            ]:
                case "save":
                    self._save(self._name, self._chance.choice((1, 1, 1, 2, 5)))
                case "copy":
                    self._save(self._name, COPY_FROM)
                case "late":
                    self._refused(self._name, max(1, self._versions.get(self._name, 0)))
                case "raise":
                    self._raise(self._name)
                case kind if kind == SLOW:
                    self._save(f"{SLOW}-{self._name}", 2)
                case _:
                    self._refused(f"{ABORTED}-{self._name}", 1)

    def _save(self, stream: str, size: int) -> None:
        version = self._versions.get(stream, 0)
        positions = self._recorder.insert_events(stored(stream, size, first=version + 1))
        assert positions is not None
        self._versions[stream] = version + size
        self._acknowledge(stream, version + size, positions[-1])

    def _refused(self, stream: str, version: int) -> None:
        """A save of a version that is there, or one that the trigger aborts."""
        if not stream.startswith(ABORTED) and stream not in self._versions:
            return
        try:
            self._recorder.insert_events(stored(stream, 1, first=version))
        except (IntegrityError, PersistenceError):
            return
        raise AssertionError(f"{stream} {version} was taken")

    def _raise(self, stream: str) -> None:
        def fail(_: Cursor[DictRow]) -> None:
            raise RuntimeError

        try:
            self._recorder.insert_events(
                stored(stream, 1, first=self._versions.get(stream, 0) + 1), under_lock=[fail]
            )
        except RuntimeError:
            return
        raise AssertionError(f"{stream} was saved")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]), Path(sys.argv[4]))
