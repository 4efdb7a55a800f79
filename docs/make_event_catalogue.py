"""Writes docs/event-catalogue.md: every event there can be, as the program itself describes it.

Run `python -m docs.make_event_catalogue` after an event was added; a test says when that was forgotten.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import msgspec
from msgspec import inspect as described

from domain.catalogue import EVENT_TYPES
from domain.contact_set import ContactSet, Part, SetReference
from domain.records import RECORD_KINDS, RecordEvent

PAGE = Path(__file__).parent / "event-catalogue.md"

SENTENCES = {
    "segment.created.1": "A worksheet began to exist, with the values that its header started from.",
    "segment.header-changed.1": "Header values changed, and with them the lines in `scope`.",
    "segment.line-changed.1": "One line got values of its own.",
    "segment.action-undone.1": "Go Back undid the last criteria action; its lines are as they were before.",
    "segment.action-redone.1": "The action that was undone last was done again, with its first outcome.",
    "segment.criteria-reset.1": "The criteria actions were forgotten; the lines stayed.",
    "segment.deleted.1": "The worksheet was deleted before it was logged.",
    "contact.changed.1": "Some values of a contact changed; what is not named stayed.",
    "interactions.evaluated.1": "Entries got an evaluation, or lost theirs.",
    "interactions.commented.1": "Somebody said something about one entry.",
    "contact.deleted.1": "A contact is gone; its number and key are not given to another.",
}
"""For events whose class has no docstring."""

FIRST_LINES = """\
# Event catalogue

Made by [make_event_catalogue.py](make_event_catalogue.py) from the program; do not edit it by hand.

Every event is one row of `log_events`. Its `topic` names what happened and the version of that description;
a topic is never given another meaning. Its `state` is JSON: an envelope with `at` (an instant in UTC),
`user_id`, `command_id` (the same for all events of one command) and `work_date`, and under `data` the fields
below. What is personal is blank there, and sealed beside it, under `sealed`: see
[decision 16](decisions/0016-personal-values-are-sealed-under-a-key-per-contact.md).

How values are written:

| Word below | In the JSON |
|---|---|
| text | a string |
| whole number | a number without a fraction |
| decimal | a string, such as `"12.50"`, so that no digit is lost |
| date, time, instant | `"2026-03-01"`, `"09:30:00"`, `"2026-03-01T09:30:00Z"` |
| yes or no | `true` or `false` |
| or blank | may be `null` |
| or absent | need not be there; a value that is absent did not change |
| default | need not be there when it has this value |
| contact set | see [Contact set](#contact-set) |
"""

STREAMS = {
    "segment": ("Segments", "Streams are named `segment-` and the segment's number."),
    "contact": ("Contacts", "Streams are named `contact-` and the contact's number."),
    "value-entries": (
        "Value entries",
        "Taken over from files. A stream is one import, one event for each batch of rows; it is named\n"
        "`value-entries-` and the number of its first entry.",
    ),
    "interaction": (
        "Single interactions",
        "They did not come from a segment. Streams are named `interaction-` and the entry number.",
    ),
    "tasks": (
        "Tasks",
        "Those that were made together are a stream named `tasks-` and the number of the first; what became\n"
        "of one of them is in `task-` and its number.",
    ),
    "task": ("Single tasks", ""),
    "campaign-entry": (
        "Campaign entries",
        "Other events make them; streams are named after their number. Cancelling is kept there when no\n"
        "interaction is left whose stream could say it.",
    ),
    "interactions": (
        "What became of interactions",
        "Kept in the stream of the segment that was logged, of the single interaction, or of what was\n"
        "logged again (`resend-` and the number of its first entry). `entries` is a\n"
        "set of the stream's entries, counted from 0 and written like a contact set; `first` is the number\n"
        "of the first entry.",
    ),
}

PLAIN: dict[type[described.Type], str] = {
    described.StrType: "text",
    described.IntType: "whole number",
    described.DecimalType: "decimal",
    described.BoolType: "yes or no",
    described.DateType: "date",
    described.TimeType: "time",
    described.DateTimeType: "instant",
    described.DictType: "object",
    described.AnyType: "anything",
    described.NoneType: "blank",
}


def catalogue() -> str:
    """The page as it should be."""
    events = [event for event in EVENT_TYPES.values() if not issubclass(event, RecordEvent)]
    sections = [FIRST_LINES]
    for stream, group in groupby(sorted(events, key=_place), _stream):
        title, sentence = STREAMS.get(stream, (stream.replace("-", " ").capitalize(), ""))
        sections.append(f"## {title}\n" + (f"\n{sentence}\n" if sentence else ""))
        sections += [_event(event) for event in group]
    sections.append(_records())
    sections.append("## Values\n\nWhat the fields above are made of.\n")
    sections += [_value(struct) for struct in _values(list(EVENT_TYPES.values()))]
    sections.append(_contact_set())
    return "\n".join(sections)


def _stream(event: type[msgspec.Struct]) -> str:
    return _topic(event).split(".")[0]


def _place(event: type[msgspec.Struct]) -> tuple[int, str]:
    """What the page is ordered by: the streams it knows in their order, then the others by name."""
    name = _stream(event)
    return (list(STREAMS).index(name), "") if name in STREAMS else (len(STREAMS), name)


def _topic(event: type[msgspec.Struct]) -> str:
    topic: str = event.topic  # type: ignore[attr-defined]
    return topic


def _event(event: type[msgspec.Struct]) -> str:
    return f"### {_topic(event)}\n\n{_sentence(event, _topic(event))}\n\n{_fields(event)}"


def _value(struct: type[msgspec.Struct]) -> str:
    return f"### {_title(struct)}\n\n{_sentence(struct, struct.__name__)}\n\n{_fields(struct)}"


def _sentence(struct: type[msgspec.Struct], name: str) -> str:
    text = struct.__dict__.get("__doc__") or SENTENCES.get(name)
    if not text:
        raise LookupError(f"{name} needs a docstring, or a sentence in SENTENCES")
    return re.sub(r"\(domain ([^)]*)\)", r"(rule [\1](rules.md))", inspect.cleandoc(text))


def _fields(struct: type[msgspec.Struct]) -> str:
    fields = _info(struct).fields
    if not fields:
        return "No fields.\n"
    rows = [f"| `{field.encode_name}` | {_type(field.type)}{_default(field)} |" for field in fields]
    return "\n".join(["| Field | Value |", "|---|---|", *rows]) + "\n"


def _info(struct: type[msgspec.Struct]) -> described.StructType:
    info = described.type_info(struct)
    assert isinstance(info, described.StructType)
    return info


def _type(info: described.Type) -> str:
    match info:
        case described.UnionType(types=types):
            some = [one for one in types if type(one).__name__ not in ("NoneType", "UnsetType")]
            blank = ", or blank" if info.includes_none else ""
            return " or ".join(map(_type, some)) + blank
        case described.LiteralType(values=values):
            return "one of " + ", ".join(f"`{value}`" for value in values)
        case described.StructType(cls=struct):
            return f"[{_title(struct)}](#{_title(struct).lower().replace(' ', '-')})"
        case described.CustomType(cls=kind) if kind is ContactSet:
            return "contact set"
        case described.VarTupleType(item_type=item) | described.ListType(item_type=item):
            return f"list of {'numbers' if isinstance(item, described.IntType) else _type(item)}"
        case described.TupleType(item_types=items):
            return "list of " + ", ".join(map(_type, items))
        case _:
            return PLAIN[type(info)]


def _default(field: described.Field) -> str:
    """What it means when the field is not there."""
    default: Any = field.default
    if default is msgspec.UNSET:
        return ", or absent"
    if default is msgspec.NODEFAULT or isinstance(default, (msgspec.Struct, ContactSet)):
        return ""
    if default is None or default == ():
        return ""
    return f"; default `{msgspec.json.encode(default).decode()}`"


def _title(struct: type[msgspec.Struct]) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", struct.__name__).capitalize()


def _values(structs: Sequence[type[msgspec.Struct]]) -> list[type[msgspec.Struct]]:
    """The structs that the fields of others hold, each once, in the order in which they come up."""
    found: dict[type[msgspec.Struct], None] = {}

    def look(info: described.Type) -> None:
        match info:
            case described.StructType(cls=struct):
                if struct not in found:
                    found[struct] = None
                    for field in _info(struct).fields:
                        look(field.type)
            case described.UnionType(types=types) | described.TupleType(item_types=types):
                for one in types:
                    look(one)
            case described.VarTupleType(item_type=item) | described.ListType(item_type=item):
                look(item)

    for struct in structs:
        for field in _info(struct).fields:
            look(field.type)
    return list(found)


def _records() -> str:
    return "\n".join(_lines_of_records()) + "\n"


def _lines_of_records() -> Iterator[str]:
    yield "## Records\n"
    yield "Things known by a code, written as a whole. Each kind has the same three events; a stream is named"
    yield "after the kind and the code, such as `mailing-group-NEWS`.\n"
    yield "| Happened | What it says | Fields |"
    yield "|---|---|---|"
    created, changed, deleted = RECORD_KINDS[0].events()[:3]
    for happened, event in (("created", created), ("changed", changed), ("deleted", deleted)):
        fields = ", ".join(f"`{field.encode_name}`" for field in _info(event).fields)
        yield f"| {happened} | {_sentence(event, happened)} | {fields} |"
    yield "\n| Topics | `value` |"
    yield "|---|---|"
    for kind in RECORD_KINDS:
        topics = ", ".join(f"`{_topic(event)}`" for event in kind.events())
        yield f"| {topics} | {_type(_info(kind.value_type))} |"
    yield "\n| More, with the fields of `changed` | What it says |"
    yield "|---|---|"
    for event in (event for kind in RECORD_KINDS for event in kind.others):
        yield f"| `{_topic(event)}` | {_sentence(event, _topic(event))} |"


def _contact_set() -> str:
    return (
        "### Contact set\n\n"
        "Contacts by their keys. A small set is written out; of a large one the event holds digests, and\n"
        "the parts are rows of the table `content`, each under the SHA-256 of its bytes: a roaring bitmap,\n"
        "in the portable format. See [decision 3](decisions/0003-contact-sets-are-kept-by-content.md).\n\n"
        + _fields(SetReference)
        + f"\n### Part\n\n{_sentence(Part, 'Part')}\n\n"
        + _fields(Part)
    )


if __name__ == "__main__":
    PAGE.write_text(catalogue(), encoding="utf-8")
