"""Commands on the worksheet's header and lines: each answers with the events to record."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import msgspec
from msgspec.structs import replace as replaced

from domain.errors import NoDocument, NotFound
from domain.interaction_template import InteractionTemplate
from domain.segment.events import (
    HeaderChanged,
    LineAdded,
    LineChanged,
    LineRemoved,
    SegmentCreated,
    SegmentEvent,
)
from domain.segment.header import (
    LINE_FIELD_OF,
    Header,
    HeaderChanges,
    TemplateDefaults,
    correspondence,
    line_start,
)
from domain.segment.lines import LineChanges, LineStart
from domain.segment.state import Segment
from domain.vocabulary import CorrespondenceType, given

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
)
"""The header values that choosing a template sets, and clearing it resets (domain B2.3)."""

NO_TEMPLATE = InteractionTemplate()


class LineContact(msgspec.Struct, frozen=True):
    """What a command on a line must know of its contact."""

    key: int
    no: str
    correspondence_type: CorrespondenceType | None = None


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
) -> tuple[SegmentEvent, ...]:
    """Change the header and, unless told not to, the lines that follow it (domain B2.1 to B2.3).

    `template` is the one that `values` names, if it names one. Raises NoDocument.
    """
    header = segment.header
    changes = {
        name: value
        for name, value in _header_changes(header, values, template).items()
        if value != getattr(header, name)
    }
    if not changes:
        return ()
    new = replaced(header, **changes)
    lines = {LINE_FIELD_OF[name]: value for name, value in changes.items() if name in LINE_FIELD_OF}
    if template_changed := "interaction_template_code" in changes:
        # The lines get the template's code and its correspondence, not its cost, flow and so on (B2.3).
        lines = {name: value for name, value in lines.items() if name in _named_or_kept(values)}
        correspondence_type, fixed = correspondence(new)
        lines |= {
            "interaction_template_code": new.interaction_template_code,
            "language_code": new.language_code,
            "correspondence_type": correspondence_type,
            "correspondence_type_fixed": fixed,
        }
    scope = "none" if not update_lines or not lines else "all" if template_changed else "same_template"
    return (
        HeaderChanged(
            HeaderChanges(**changes),
            LineChanges(**lines) if scope != "none" else LineChanges(),
            scope,  # type: ignore[arg-type]
        ),
    )


def _named_or_kept(values: HeaderChanges) -> set[str]:
    """The line values that follow when a template is chosen: those named besides, campaign and subject."""
    return {LINE_FIELD_OF.get(name, name) for name in given(values)} | {"campaign_no", "subject"}


def _header_changes(
    header: Header, values: HeaderChanges, template: InteractionTemplate | None
) -> dict[str, Any]:
    """The header values after choosing a template, clearing a campaign, and what was named besides."""
    named = given(values)
    changes: dict[str, Any] = {}
    if named.get("interaction_template_code", header.interaction_template_code) != (
        header.interaction_template_code
    ):
        changes = _chosen(template)
    changes |= named
    if named.get("language_code") is not None:
        raise NoDocument("A language can be chosen once the segment has a document in it.", [_LANGUAGE])
    if "campaign_no" in changes and changes["campaign_no"] is None:
        changes |= {"campaign_target": False, "campaign_response": False}
    return changes


_LANGUAGE = (("language_code",), "there is no document in this language")


def _chosen(template: InteractionTemplate | None) -> dict[str, Any]:
    source = template or NO_TEMPLATE
    changes: dict[str, Any] = {name: getattr(source, name) for name in FROM_TEMPLATE}
    changes["subject"] = None
    if template is None:
        return changes | {"template": None, "campaign_no": None}
    if template.campaign_no is not None:
        changes["campaign_no"] = template.campaign_no
    changes["template"] = TemplateDefaults(
        template.correspondence_type, template.ignore_contact_correspondence_type
    )
    return changes


def add_line(
    segment: Segment,
    contact: LineContact,
    values: LineChanges,
    template: InteractionTemplate | None,
    *,
    line_no: int | None = None,
) -> tuple[SegmentEvent, ...]:
    """Put a contact on a line by hand, at the end or in the place of `line_no` (domain B3.1, B3.6)."""
    start = line_start(segment.header)
    changes = _line_changes(segment.header, start, LineChanges(), values, contact, template)
    return (
        LineAdded(
            segment.next_action_no, line_no or segment.next_line_no, contact.key, contact.no, start, changes
        ),
    )


def change_line(
    segment: Segment,
    line_no: int,
    contact: LineContact,
    values: LineChanges,
    template: InteractionTemplate | None,
) -> tuple[SegmentEvent, ...]:
    """Give one line values of its own (domain B3.2, B3.3). Raises NotFound, NoDocument."""
    line = segment.line(line_no)
    if line is None:
        raise NotFound.named("line", line_no)
    changes = _line_changes(segment.header, line.block.start, line.own, values, contact, template)
    unchanged = replaced(line.own, **given(changes)) == line.own
    return () if unchanged else (LineChanged(line_no, contact.no, changes),)


def replace_contact(
    segment: Segment,
    line_no: int,
    contact: LineContact,
    replaced_no: str,
    values: LineChanges,
    template: InteractionTemplate | None,
) -> tuple[SegmentEvent, ...]:
    """Another contact takes the line over, which counts as two criteria actions (domain B3.6)."""
    removed = remove_line(segment, line_no, replaced_no)
    (added,) = add_line(segment, contact, values, template, line_no=line_no)
    assert isinstance(added, LineAdded)
    return (*removed, replaced(added, action_no=segment.next_action_no + 1))


def remove_line(segment: Segment, line_no: int, contact_no: str) -> tuple[SegmentEvent, ...]:
    """Delete a line by hand (domain B3.6, B3.7). Raises NotFound."""
    if segment.line(line_no) is None:
        raise NotFound.named("line", line_no)
    return (LineRemoved(segment.next_action_no, line_no, contact_no),)


def _line_changes(
    header: Header,
    start: LineStart,
    own: LineChanges,
    values: LineChanges,
    contact: LineContact,
    template: InteractionTemplate | None,
) -> LineChanges:
    named = given(values)
    before = _values(start, own)
    changes: dict[str, Any] = {}
    if named.get("language_code") is not None:
        raise NoDocument("A language can be chosen once there is a document in it.", [_LANGUAGE])
    code = named.get("interaction_template_code", before["interaction_template_code"])
    if code != before["interaction_template_code"]:
        changes = _of_template(header, before, contact, template)
    changes |= named
    if "correspondence_type" in changes:
        changes["correspondence_type_fixed"] = True
    return LineChanges(**changes)


def _values(start: LineStart, own: LineChanges) -> Mapping[str, Any]:
    return {name: getattr(start, name) for name in start.__struct_fields__} | given(own)


def _of_template(
    header: Header, before: Mapping[str, Any], contact: LineContact, template: InteractionTemplate | None
) -> dict[str, Any]:
    """What a line takes from a template of its own (domain B3.2)."""
    source = template or NO_TEMPLATE
    changes: dict[str, Any] = {
        "interaction_group_code": source.interaction_group_code,
        "cost": source.unit_cost,
        "duration_minutes": source.unit_duration_minutes,
        "information_flow": source.information_flow,
        "initiated_by": source.initiated_by,
        "campaign_target": source.campaign_target,
        "campaign_response": source.campaign_response,
        "language_code": None,
        "subject": None,
        "correspondence_type": None,
    }
    if template is None:
        return changes
    switched = before["interaction_template_code"] is not None
    if template.description is not None and (before["description"] is None or switched):
        changes["description"] = template.description
    changes["campaign_no"] = header.campaign_no or template.campaign_no
    changes["correspondence_type"] = _line_correspondence(header, before, contact, template)
    return changes


def _line_correspondence(
    header: Header, before: Mapping[str, Any], contact: LineContact, template: InteractionTemplate
) -> CorrespondenceType | None:
    """Domain rule B3.4, column "on assigning template to a line": the first that applies."""
    if header.ignore_contact_correspondence_type and header.correspondence_type is not None:
        return header.correspondence_type
    if template.ignore_contact_correspondence_type:
        return template.correspondence_type
    if contact.correspondence_type is not None:
        return contact.correspondence_type
    previous: CorrespondenceType | None = before["correspondence_type"]
    return template.correspondence_type or previous
