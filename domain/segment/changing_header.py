"""Commands on the worksheet's header: each answers with the events to record (domain B1, B2)."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime
from typing import Any

from msgspec.structs import replace as replaced

from domain.document import Documents, document_in, with_document
from domain.errors import Conflict, NoDocument
from domain.interaction_template import NO_TEMPLATE, InteractionTemplate
from domain.segment.events import HeaderChanged, Scope, SegmentCreated, SegmentEvent
from domain.segment.header import LINE_FIELD_OF, Header, HeaderChanges, TemplateDefaults, correspondence
from domain.segment.lines import LineChanges
from domain.segment.state import Segment
from domain.vocabulary import given

FROM_TEMPLATE = (
    "interaction_group_code",
    "unit_cost",
    "unit_duration_minutes",
    "information_flow",
    "initiated_by",
    "campaign_target",
    "campaign_response",
    "correspondence_type",
    "ignore_contact_correspondence_type",
    "language_code",
    "documents",
)
"""The header values that choosing a template sets, and clearing it resets (domain B2.3)."""


def create(
    no: str,
    values: HeaderChanges,
    template: InteractionTemplate | None,
    *,
    work_date: date,
    salesperson_code: str | None = None,
) -> tuple[SegmentEvent, ...]:
    """A new worksheet; blank date and salesperson get their defaults (domain B1)."""
    header = replaced(Header(), **_header_changes(Header(), values, template))
    header = replaced(
        header,
        date=header.date or work_date,
        salesperson_code=header.salesperson_code or salesperson_code,
    )
    return (SegmentCreated(no, header),)


def change_header(
    segment: Segment,
    values: HeaderChanges,
    template: InteractionTemplate | None,
    *,
    update_lines: bool = True,
    push: bool = False,
) -> tuple[SegmentEvent, ...]:
    """Change the header and, unless told not to, the lines that follow it (domain B2.1 to B2.5).

    `template` is the one that `values` names, if it names one. With `push` lines take over what the header
    has already too, but for its template, language and subject. Raises NoDocument, Conflict.
    """
    named = given(values)
    if {"language_code", "subject"} <= named.keys() and "interaction_template_code" not in named:
        # The subject is that of the new language, so the language goes first (B2.4, B2.5).
        language = HeaderChanges(language_code=named.pop("language_code"))
        first = _header_changed(segment, language, None, update_lines, push)
        after = segment.copy()
        for event in first:
            after.header = replaced(after.header, **given(event.changes))
        return (*first, *_header_changed(after, HeaderChanges(**named), None, update_lines, push))
    return _header_changed(segment, values, template, update_lines, push)


def _header_changed(
    segment: Segment,
    values: HeaderChanges,
    template: InteractionTemplate | None,
    update_lines: bool,
    push: bool,
) -> tuple[HeaderChanged, ...]:
    header = segment.header
    changes = {
        name: value
        for name, value in _header_changes(header, values, template).items()
        if value != getattr(header, name)
    }
    followed = given(values) | changes if push and update_lines else changes
    if not followed:
        return ()
    new = replaced(header, **changes)
    template_changed = "interaction_template_code" in changes  # one that stays is not pushed over others
    if template_changed:
        lines = _lines_of_template(new, values, followed)
        if not update_lines and _inherits(segment):
            raise Conflict(
                "Lines have a document of the present template, so they must follow the new one.",
                [(("update_lines",), "lines with an inherited document follow the template")],
            )
    else:
        lines = _lines_that_follow(header, new, values, followed)
    if lines.get("campaign_no", "stays") is None:
        lines |= {name: name in lines and getattr(new, name) for name in _OF_A_CAMPAIGN}
    scope: Scope = "all" if template_changed else "same_template"
    lines_follow = update_lines and bool(lines)
    event = HeaderChanged(
        HeaderChanges(**changes),
        LineChanges(**lines) if lines_follow else LineChanges(),
        scope if lines_follow else "none",
    )
    return (event,) if changes or _reaches_lines(segment, event) else ()


def _reaches_lines(segment: Segment, event: HeaderChanged) -> bool:
    """Whether any line is different after it."""
    after = segment.copy()
    after.apply(event, "", datetime.min)
    return (after.blocks, after.own) != (segment.blocks, segment.own)


def _lines_that_follow(
    before: Header, new: Header, values: HeaderChanges, changes: dict[str, Any]
) -> dict[str, Any]:
    """What lines take over of a change that leaves the template as it is (domain B2.2, B2.4, B2.5)."""
    lines = {LINE_FIELD_OF[name]: value for name, value in changes.items() if name in LINE_FIELD_OF}
    if "language_code" in changes and before.document is None and new.document is not None:
        lines |= {"language_code": new.language_code, "subject": new.subject}
    elif "subject" not in given(values):
        lines.pop("subject", None)  # it came with another default language, which lines do not take over
    correspondence_type = changes.get("correspondence_type")
    if correspondence_type is not None and new.document is not None:
        lines |= {"correspondence_type": correspondence_type, "correspondence_type_fixed": True}
    return lines


def _lines_of_template(new: Header, values: HeaderChanges, changes: dict[str, Any]) -> dict[str, Any]:
    """What all lines take over of another template: not its cost, flow and so on (domain B2.3)."""
    follow = {LINE_FIELD_OF.get(name, name) for name in given(values)} | {"campaign_no", "subject"}
    lines = {LINE_FIELD_OF[name]: value for name, value in changes.items() if name in LINE_FIELD_OF}
    correspondence_type, fixed = correspondence(new)
    if (named := given(values).get("correspondence_type")) is not None and new.document is not None:
        correspondence_type, fixed = named, True  # as if it had been changed after the template (B2.2)
    return {name: value for name, value in lines.items() if name in follow} | {
        "interaction_template_code": new.interaction_template_code,
        "documents": new.documents,
        "language_code": new.language_code,
        "correspondence_type": correspondence_type,
        "correspondence_type_fixed": fixed,
        **({"subject": new.subject} if new.documents else {}),
    }


def _inherits(segment: Segment) -> bool:
    """Whether any line has a document of the header's (domain B2.2)."""
    lines: Counter[int] = Counter()
    for block in segment.blocks:
        if block.start.documents:
            lines[block.id] += len(block.alive)
    for block, _, changes in segment.own_on_segment():
        own = given(changes)
        if own.get("personal_documents") or own.get("documents") == ():
            lines[block.id] -= bool(block.start.documents)
        elif "documents" in own:
            return True
    return any(count > 0 for count in lines.values())


def _header_changes(
    header: Header, values: HeaderChanges, template: InteractionTemplate | None
) -> dict[str, Any]:
    """The header values after choosing a template, clearing a campaign, and what was named besides."""
    named = given(values)
    changes: dict[str, Any] = {}
    code = header.interaction_template_code
    if named.get("interaction_template_code", code) != code:
        changes = _chosen(template)
    campaigns = {header.campaign_no, changes.get("campaign_no")}
    documents: Documents = changes.get("documents", header.documents)
    if "language_code" in named:
        document = document_in(documents, named["language_code"])
        if document is None and named["language_code"] is not None:
            raise NoDocument("A language can be chosen once the segment has a document in it.", [_LANGUAGE])
        if changes or named["language_code"] != header.language_code:
            changes["subject"] = document.subject if document else None
    changes |= named
    if "subject" in named:
        default = document_in(documents, changes.get("language_code", header.language_code))
        if default is not None:
            changes["documents"] = with_document(documents, replaced(default, subject=named["subject"]))
    if campaigns != {None} and changes.get("campaign_no", "stays") is None:
        changes |= dict.fromkeys(_OF_A_CAMPAIGN, False)
    return changes


_OF_A_CAMPAIGN = ("campaign_target", "campaign_response")
_LANGUAGE = (("language_code",), "there is no document in this language")


def _chosen(template: InteractionTemplate | None) -> dict[str, Any]:
    source = template or NO_TEMPLATE
    changes: dict[str, Any] = {name: getattr(source, name) for name in FROM_TEMPLATE}
    document = document_in(source.documents, source.language_code)
    changes["subject"] = document.subject if document else None
    if template is None:
        return changes | {"template": None, "campaign_no": None}
    if template.campaign_no is not None:
        changes["campaign_no"] = template.campaign_no
    changes["template"] = TemplateDefaults(
        template.correspondence_type, template.ignore_contact_correspondence_type
    )
    return changes
