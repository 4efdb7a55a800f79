"""Fields that came after events of their topic had been written already: those events do not have them.

Every new optional field of an event that was written before gets a line here; `*` stands for each of a list.
"""

from __future__ import annotations

from typing import Any

_DOCUMENT = (
    "document_type",
    "document_no",
    "version_no",
    "document_no_occurrence",
    "opportunity_no",
    "task_no",
)
_OF_INTERACTIONS = (*(f"value.{name}" for name in (*_DOCUMENT, "document")), "comments")
_OF_LINES = ("documents", "language_fixed", "personal_documents")

LATER_FIELDS: dict[str, tuple[str, ...]] = {
    "segment.created.1": ("header.documents",),
    "segment.header-changed.1": ("changes.documents", *(f"lines.{name}" for name in _OF_LINES)),
    "segment.line-added.1": ("start.documents", *(f"changes.{name}" for name in _OF_LINES)),
    "segment.line-changed.1": ("dropped", *(f"changes.{name}" for name in _OF_LINES)),
    "segment.criteria-applied.1": ("start.documents", "skipped.elsewhere", "exclude"),
    "segment.logged-segment-reused.1": (
        "lines.*.start.documents",
        "skipped.elsewhere",
        "ignore_exclusion",
        "only",
    ),
    "segment.logged.1": (
        "blocks.*.start.documents",
        *(f"own_lines.*.changes.{name}" for name in _OF_LINES),
        "deliver",
    ),
    "interaction.logged.1": _OF_INTERACTIONS,
    "interaction.postponed.1": (*_OF_INTERACTIONS, *(f"said.{name}" for name in _DOCUMENT)),
    "interaction.resumed.1": _OF_INTERACTIONS,
    "interactions.uncanceled.1": ("reason",),
    "interactions.evaluated.1": ("reason",),
    "interaction-template.created.1": ("value.documents",),
    "interaction-template.changed.1": ("value.documents",),
    "campaign.created.1": ("value.activated",),
    "campaign.changed.1": ("value.activated",),
    "saved-segment-criteria.created.1": ("value.actions.*.exclude",),
    "saved-segment-criteria.changed.1": ("value.actions.*.exclude",),
}


def without_later_fields(topic: str, data: Any) -> Any:
    """The fields of an event as they were written before there were later ones."""
    for path in LATER_FIELDS.get(topic, ()):
        data = _without(data, path.split("."))
    return data


def _without(value: Any, path: list[str]) -> Any:
    name, rest = path[0], path[1:]
    if name == "*":
        return [_without(one, rest) for one in value]
    if not isinstance(value, dict) or name not in value:
        return value
    if not rest:
        return {key: one for key, one in value.items() if key != name}
    return value | {name: _without(value[name], rest)}
