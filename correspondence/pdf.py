"""Letters as PDF, by LibreOffice. A letter that it cannot read never takes others down."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from correspondence.combining import MOST_COMBINED, Letter, combine, letter_of, split
from correspondence.office import PATIENCE_S, Office
from domain.errors import DocumentUnreadable

MOST_AT_ONCE = 100
"""Documents on one command line."""
PATIENCE_FOR_EACH_S = 0.5
"""In a combined document, which is ready all at once."""


def letters_to_pdf(letters: Sequence[bytes]) -> list[bytes | None]:
    """Each letter (.docx) as PDF; None for one that cannot be converted. Raises OfficeMissing."""
    made: dict[int, bytes] = {}
    with _OFFICES.lent() as office:
        alone: list[int] = []
        for numbers, group in _groups(letters):
            if len(numbers) == len(group) > 1:
                made.update(zip(numbers, _combined(office, group), strict=False))
            alone += [number for number in numbers if number not in made]
        alone.sort()
        for start in range(0, len(alone), MOST_AT_ONCE):
            _apart(office, letters, alone[start : start + MOST_AT_ONCE], made)
    return [made.get(number) for number in range(len(letters))]


def _groups(letters: Sequence[bytes]) -> Iterator[tuple[list[int], list[Letter]]]:
    """The numbers of letters, and the letters themselves where they can stand in one document.

    A letter that is no Word document is left out: LibreOffice would take it for something else.
    """
    together: dict[str, tuple[list[int], list[Letter]]] = {}
    for number, data in enumerate(letters):
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


def _combined(office: Office, group: list[Letter]) -> list[bytes]:
    """The letters by way of one document; none at all when that does not work."""
    patience = PATIENCE_S + PATIENCE_FOR_EACH_S * len(group)
    pdf = office.convert({"letters": combine(group)}, patience).get("letters")
    return (split(pdf, len(group)) if pdf else None) or []


def _apart(office: Office, letters: Sequence[bytes], numbers: list[int], made: dict[int, bytes]) -> None:
    """Each letter as a document of its own. One at which LibreOffice stops is tried alone, then given up."""
    waiting = numbers
    while waiting:
        ready = office.convert({f"letter{number}": letters[number] for number in waiting})
        made.update({number: ready[name] for number in waiting if (name := f"letter{number}") in ready})
        missing = [number for number in waiting if number not in made]
        if not missing:
            return
        suspect = missing[0]
        if len(waiting) > 1:
            again = office.convert({"letter": letters[suspect]}).get("letter")
            if again is not None:
                made[suspect] = again
        waiting = missing[1:]


class _Offices:
    """Keeps a LibreOffice for each conversion that runs at the same time, so that profiles are used again."""

    def __init__(self) -> None:
        self._free: list[Office] = []
        self._lock = threading.Lock()

    @contextmanager
    def lent(self) -> Iterator[Office]:
        """One that nobody else uses."""
        with self._lock:
            office = self._free.pop() if self._free else None
        office = office or Office()
        try:
            yield office
        finally:
            with self._lock:
                self._free.append(office)


_OFFICES = _Offices()
