"""Every event there can be: its topic, and its way through JSON."""

import re
from datetime import date, time
from decimal import Decimal
from typing import Any, get_args

import msgspec
import pytest

from domain.amendments import Amendment, CampaignEntryDeleted
from domain.catalogue import EVENT_TYPES
from domain.contact import ContactChanges, ContactEvent
from domain.contact_set import ContactSet
from domain.delivery import InteractionsLoggedAgain
from domain.interaction import InteractionEvent, InteractionValues
from domain.records import RECORD_KINDS
from domain.segment.events import SegmentEvent
from domain.segment.header import HeaderChanges
from domain.segment.lines import LineChanges
from domain.task import TaskChanges, TaskEvent
from domain.value_entry import ValueEntriesImported
from domain.vocabulary import given
from tests.domain.worksheet import JsonMapper

KINDS = [
    *get_args(SegmentEvent),
    *get_args(ContactEvent),
    *get_args(InteractionEvent),
    *get_args(Amendment),
    InteractionsLoggedAgain,
    ValueEntriesImported,
    CampaignEntryDeleted,
    *get_args(TaskEvent),
    *(event for kind in RECORD_KINDS for event in kind.events()),
]
LARGE = ContactSet(range(2**20 - 200, 2**20 + 200))


def test_every_kind_of_event_has_a_topic_that_no_other_has() -> None:
    assert len(EVENT_TYPES) == len(KINDS)
    assert list(EVENT_TYPES.values()) == KINDS


@pytest.mark.parametrize("topic", EVENT_TYPES)
def test_a_topic_is_a_word_what_happened_and_a_version(topic: str) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*\.[a-z]+(-[a-z]+)*\.[1-9][0-9]*", topic)


@pytest.mark.parametrize("topic", EVENT_TYPES)
def test_no_event_can_be_changed_once_it_is_made(topic: str) -> None:
    assert EVENT_TYPES[topic].__struct_config__.frozen


# --- There and back -----------------------------------------------------------------------------------------


def example(kind: Any, *, full: bool) -> Any:
    """A value of a type: with everything given and filled, or with as little as can be."""
    return _value(msgspec.inspect.type_info(kind), full=full)


def _value(info: msgspec.inspect.Type, *, full: bool) -> Any:
    match info:
        case msgspec.inspect.StructType(cls=struct, fields=fields):
            wanted = [field for field in fields if full or field.required]
            return struct(**{field.name: _value(field.type, full=full) for field in wanted})
        case msgspec.inspect.UnionType(types=types):
            something = [one for one in types if not isinstance(one, msgspec.inspect.NoneType)]
            return _value(something[0], full=True) if full else None
        case msgspec.inspect.VarTupleType(item_type=item):
            return (_value(item, full=True), _value(item, full=False)) if full else ()
        case msgspec.inspect.DictType():
            return {"any": [{"contact": {"no": "A*|B"}}, 1, None, True]} if full else {}
        case msgspec.inspect.LiteralType(values=values):
            return values[0]
        case msgspec.inspect.CustomType():
            assert info.cls is ContactSet
            return LARGE if full else ContactSet()
        case _:
            return PLAIN[type(info)]


PLAIN: dict[type, Any] = {
    msgspec.inspect.StrType: 'Ann\'s "ë" \U0001f600 \\n',
    msgspec.inspect.IntType: 2**40,
    msgspec.inspect.BoolType: True,
    msgspec.inspect.DecimalType: Decimal("12345678901234567890.10"),
    msgspec.inspect.DateType: date(2026, 11, 24),
    msgspec.inspect.TimeType: time(9, 30, 15),
}


@pytest.mark.parametrize("full", [True, False], ids=["everything given", "nothing given"])
@pytest.mark.parametrize("topic", EVENT_TYPES)
def test_an_event_comes_back_from_json_as_it_was(topic: str, full: bool) -> None:
    mapper = JsonMapper()
    event = example(EVENT_TYPES[topic], full=full)
    again = mapper.there_and_back(event)
    assert again == event
    assert type(again) is type(event)
    assert mapper.there_and_back(again) == event


@pytest.mark.parametrize(
    "changes", [HeaderChanges, LineChanges, ContactChanges, InteractionValues, TaskChanges]
)
def test_in_changes_a_value_that_is_cleared_is_not_one_that_stays(changes: type[msgspec.Struct]) -> None:
    fields = msgspec.structs.fields(changes)
    cleared = changes(**{field.name: None for field in fields if type(None) in get_args(field.type)})
    assert len(given(cleared)) > 5
    decoded = msgspec.json.decode(msgspec.json.encode(cleared), type=changes)
    assert decoded == cleared
    assert given(decoded) == given(cleared)
    assert given(msgspec.json.decode(b"{}", type=changes)) == {}
