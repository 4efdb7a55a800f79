"""Letters as PDF, by LibreOffice. A letter that it cannot read never takes others down."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from correspondence.binding import WHOLE, Sheaf, apart
from correspondence.combining import MOST_COMBINED, Letter, combine, letter_of, places
from correspondence.office import PATIENCE_S, Office
from domain.errors import DocumentUnreadable

MOST_AT_ONCE = 100
"""Documents on one command line."""
PATIENCE_TOGETHER_S = PATIENCE_S + 0.5 * MOST_COMBINED
"""For a combined document, whose letters are ready all at once."""
MOST_OFFICES = max(4, os.cpu_count() or 1)
"""Conversions at the same time; each takes a core, and 0.3 GB of memory."""


def letters_to_pdf(letters: Sequence[bytes]) -> list[bytes | None]:
    """Each letter (.docx) as PDF; None for one that cannot be converted. Raises OfficeMissing."""
    made: dict[int, bytes] = {}
    for sheaf in sheaves(dict(enumerate(letters))):
        made |= apart(sheaf)
    return [made.get(number) for number in range(len(letters))]


def sheaves(letters: Mapping[int, bytes]) -> list[Sheaf]:
    """The letters (.docx, by number) as PDF, together in one where they were made together.

    Those that cannot be converted are missing. Raises OfficeMissing, unless there is nothing to convert.
    """
    found: list[Sheaf] = []
    if not letters:
        return found
    with _OFFICES.lent() as office:
        together: dict[str, list[int]] = {}
        documents: dict[str, bytes] = {}
        alone: list[int] = []
        for numbers, group in _groups(letters):
            if len(group) > 1:
                name = f"letters{numbers[0]}"
                together[name], documents[name] = numbers, combine(group)
            else:
                alone += numbers
        ready = _converted(office, documents, PATIENCE_TOGETHER_S)
        for name, numbers in together.items():
            pages = places(ready[name], len(numbers)) if name in ready else None
            if pages is None:
                alone += numbers
            else:
                found.append(Sheaf(ready[name], dict(zip(numbers, pages, strict=True))))
        each = _converted(
            office, {f"letter{number}": letters[number] for number in sorted(alone)}, PATIENCE_S
        )
        found += [Sheaf(pdf, {int(name.removeprefix("letter")): WHOLE}) for name, pdf in each.items()]
    return found


def _groups(letters: Mapping[int, bytes]) -> Iterator[tuple[list[int], list[Letter]]]:
    """The numbers of letters, and the letters themselves where they can stand in one document.

    A letter that is no Word document is left out: LibreOffice would take it for something else.
    """
    together: dict[str, tuple[list[int], list[Letter]]] = {}
    for number, data in letters.items():
        try:
            letter = letter_of(data)
        except DocumentUnreadable:
            continue
        if letter is None:
            yield [number], []
            continue
        numbers, group = together.setdefault(letter.frame, ([], []))
        numbers.append(number)
        group.append(letter)
        if len(group) == MOST_COMBINED:
            yield together.pop(letter.frame)
    yield from together.values()


def _converted(office: Office, documents: Mapping[str, bytes], patience_s: float) -> dict[str, bytes]:
    """The documents as PDF. One at which LibreOffice stops is tried alone, then given up."""
    made: dict[str, bytes] = {}
    waiting = list(documents)
    while waiting:
        now = waiting[:MOST_AT_ONCE]
        made |= office.convert({name: documents[name] for name in now}, patience_s)
        missing = [name for name in now if name not in made]
        if len(now) > 1 and missing:
            made |= office.convert({missing[0]: documents[missing[0]]}, patience_s)
        waiting = [*missing[1:], *waiting[MOST_AT_ONCE:]]
    return made


class _Offices:
    """Keeps a LibreOffice for each conversion that runs at the same time, so that profiles are used again."""

    def __init__(self) -> None:
        self._free: list[Office] = []
        self._lock = threading.Lock()
        self._room = threading.BoundedSemaphore(MOST_OFFICES)

    @contextmanager
    def lent(self) -> Iterator[Office]:
        """One that nobody else uses, once there is one."""
        with self._room:
            with self._lock:
                office = self._free.pop() if self._free else None
            office = office or Office()
            try:
                yield office
            finally:
                with self._lock:
                    self._free.append(office)


_OFFICES = _Offices()
