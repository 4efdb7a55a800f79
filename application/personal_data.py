"""What is personal in each event, and to whom: it is stored under that contact's key (design 3).

Of a contact, who it is and where; of a line or an interaction, what was noted about the one contact that it
is with. Codes, numbers, dates, and texts that are written for many stay readable: descriptions, subjects,
criteria.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from domain.amendments import InteractionCommentChanged, InteractionCommented
from domain.contact import PERSONAL, PERSONAL_IN_ADDRESS, ContactChanged, ContactRegistered
from domain.interaction import InteractionLogged, InteractionPostponed, InteractionResumed
from domain.segment.events import DocumentAttached, LineAdded, LineChanged, SegmentLogged
from domain.segment.lines import LineChanges
from domain.vocabulary import given
from eventstore.mapper import Finder
from eventstore.sealing import Personal, Place

OF_A_LINE: Mapping[str, Any] = MappingProxyType({"remarks": None, "contact_via": None})
OF_AN_INTERACTION: Mapping[str, Any] = MappingProxyType({"contact_via": None})
OF_A_DOCUMENT: Mapping[str, Any] = MappingProxyType({"file_name": None})
OF_A_COMMENT: Mapping[str, Any] = MappingProxyType({"comment": ""})
OF_COMMENTS: Mapping[str, Any] = MappingProxyType({"*": ""})


def _registered(fact: ContactRegistered, about: int | None) -> Iterator[Personal]:
    yield Personal(fact.key, ("value",), PERSONAL, begins=True)
    for index, _ in enumerate(fact.value.alternative_addresses):
        yield Personal(fact.key, ("value", "alternative_addresses", index), PERSONAL_IN_ADDRESS)


def _changed(fact: ContactChanged, about: int | None) -> Iterator[Personal]:
    named = given(fact.changes)
    if any(named.get(field) for field in PERSONAL):
        yield Personal(fact.key, ("changes",), PERSONAL)
    for index, _ in enumerate(named.get("alternative_addresses", ())):
        yield Personal(fact.key, ("changes", "alternative_addresses", index), PERSONAL_IN_ADDRESS)


def _line_added(fact: LineAdded, about: int | None) -> Iterator[Personal]:
    yield from _of_line(fact.changes, fact.contact_key, ("changes",))


def _line_changed(fact: LineChanged, about: int | None) -> Iterator[Personal]:
    yield from _of_line(fact.changes, about, ("changes",))


def _attached(fact: DocumentAttached, about: int | None) -> Iterator[Personal]:
    if about is not None and fact.line_no is not None:
        yield Personal(about, ("document",), OF_A_DOCUMENT, always=True)


def _logged(fact: SegmentLogged, about: int | None) -> Iterator[Personal]:
    for index, line in enumerate(fact.own_lines):
        found = (block.contact_of(line.line_no) for block in fact.blocks)
        key = next((key for key in found if key is not None), None)
        yield from _of_line(line.changes, key, ("own_lines", index, "changes"))


def _of_line(changes: LineChanges, key: int | None, at: Place) -> Iterator[Personal]:
    if key is None:
        return
    named = given(changes)
    if any(named.get(field) for field in OF_A_LINE):
        yield Personal(key, at, OF_A_LINE)
    for index, _ in enumerate(named.get("personal_documents", ())):
        yield Personal(key, (*at, "personal_documents", index), OF_A_DOCUMENT)


def _commented(
    fact: InteractionCommented | InteractionCommentChanged, about: int | None
) -> Iterator[Personal]:
    if about is not None:
        yield Personal(about, (), OF_A_COMMENT)


def _interaction(
    fact: InteractionLogged | InteractionPostponed | InteractionResumed, about: int | None
) -> Iterator[Personal]:
    key = fact.value.contact_key
    if key is None:
        return
    if fact.value.contact_via:
        yield Personal(key, ("value",), OF_AN_INTERACTION)
    if isinstance(fact, InteractionPostponed) and given(fact.said).get("contact_via"):
        yield Personal(key, ("said",), OF_AN_INTERACTION)
    if fact.comments:
        yield Personal(key, ("comments",), OF_COMMENTS)


PERSONAL_IN: Mapping[str, Finder] = MappingProxyType(
    {
        ContactRegistered.topic: _registered,
        ContactChanged.topic: _changed,
        LineAdded.topic: _line_added,
        LineChanged.topic: _line_changed,
        DocumentAttached.topic: _attached,
        SegmentLogged.topic: _logged,
        InteractionCommented.topic: _commented,
        InteractionCommentChanged.topic: _commented,
        InteractionLogged.topic: _interaction,
        InteractionPostponed.topic: _interaction,
        InteractionResumed.topic: _interaction,
    }
)
"""What finds it, by topic of the event."""
