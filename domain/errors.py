"""Everything that can be refused, one class per problem slug of the HTTP contract.

Refused
├── NotFound                 nothing has this number or code
├── InvalidRequest           a value that cannot be used, with the place of each
├── InvalidFilter            a filter expression, table or field that is wrong
├── MandatoryField           a rule needs a value that is blank
├── VersionConflict          somebody else wrote first
├── Conflict                 the state of the thing does not allow it
├── AlreadyExists            the number or code is taken, now or in history
├── InUse                    others refer to it
├── SegmentLogged            the segment has left the worksheet
├── SegmentEmpty             no line to log
├── NothingToUndo            no criteria action to go back from, or forward to
├── NoCriteria               no criteria action to save
├── NoEmail                  a contact that should get an e-mail has no address
├── NoDocument               something should be sent and there is no document
├── ParentCanceled           what it belongs to is canceled, and comes back first
├── PrivacyBlocked           the contact may not be contacted at all
├── NotCanceled              only canceled ones may be deleted
├── ContactOnSegment         the contact stands on an open segment
├── NumberSeries             no number can be drawn, or a typed one is not allowed
├── NotYetProjected          what was recorded is not listed yet, and this cannot be decided without it
├── OfficeMissing            a PDF is asked for, and there is no LibreOffice to make it
├── DocumentUnreadable       a file that is no Word document, or one that could do harm
└── TooLarge                 more than is accepted
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar, Self

Location = tuple[str | int, ...]
Problem = tuple[Location, str]

SHOWN_PROBLEMS = 1_000


class Refused(Exception):
    """A command or query that is refused; nothing was changed.

    `detail` is a sentence for people; `problems` names each wrong place, the first 1,000 of them;
    `facts` are members that the answer has besides.
    """

    slug: ClassVar[str]
    title: ClassVar[str]

    def __init__(
        self, detail: str, problems: Sequence[Problem] = (), facts: Mapping[str, object] | None = None
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.problems = tuple(problems[:SHOWN_PROBLEMS])
        self.facts = dict(facts or {})

    @classmethod
    def of(cls, problems: Sequence[Problem]) -> Self:
        """What is wrong at these places; the sentence is about the first of them."""
        place, message = problems[0]
        return cls(f"{'.'.join(map(str, place))}: {message}", problems)


class NotFound(Refused):
    slug = "not-found"
    title = "Not found"

    @classmethod
    def named(cls, what: str, number: object, field: str | None = None) -> NotFound:
        """`what` with this number or code does not exist; `field` is where a body named it."""
        detail = f"There is no {what} {number}."
        return cls(detail, [((field,), detail)] if field else ())


class InvalidRequest(Refused):
    slug = "invalid-request"
    title = "The request cannot be used"

    @classmethod
    def at(cls, location: Location | str, message: str) -> InvalidRequest:
        """One wrong place."""
        return cls.of([((location,) if isinstance(location, str) else location, message)])


class InvalidFilter(Refused):
    slug = "invalid-filter"
    title = "The filter cannot be used"


class MandatoryField(Refused):
    slug = "mandatory-field"
    title = "A value is missing"

    @classmethod
    def named(cls, field: str, detail: str) -> MandatoryField:
        """`field` must not be blank."""
        return cls(detail, [((field,), detail)])


class VersionConflict(Refused):
    slug = "version-conflict"
    title = "Somebody else wrote first"


class Conflict(Refused):
    slug = "conflict"
    title = "Not possible as things stand"


class AlreadyExists(Refused):
    slug = "already-exists"
    title = "The number or code is taken"


class InUse(Refused):
    slug = "in-use"
    title = "Still in use"


class SegmentLogged(Refused):
    slug = "segment-logged"
    title = "The segment has been logged"

    @classmethod
    def as_entry(cls, segment_no: str, logged_segment: int | None) -> SegmentLogged:
        """The segment is now the logged segment with this entry number; None if that was deleted since."""
        if logged_segment is None:
            detail = f"Segment {segment_no} has been logged; its logged segment was deleted since."
        else:
            detail = f"Segment {segment_no} has been logged; see logged segment {logged_segment}."
        return cls(detail, facts={"logged_segment": logged_segment})


class SegmentEmpty(Refused):
    slug = "segment-empty"
    title = "The segment has no lines"


class NothingToUndo(Refused):
    slug = "nothing-to-undo"
    title = "Nothing to go back from"


class NoCriteria(Refused):
    slug = "no-criteria"
    title = "No criteria to save"


class NoEmail(Refused):
    slug = "no-email"
    title = "No e-mail address"


class NoDocument(Refused):
    slug = "no-document"
    title = "No document"


class ParentCanceled(Refused):
    slug = "parent-canceled"
    title = "What it belongs to is canceled"


class PrivacyBlocked(Refused):
    slug = "privacy-blocked"
    title = "Blocked for privacy"


class NotCanceled(Refused):
    slug = "not-canceled"
    title = "Not canceled"


class ContactOnSegment(Refused):
    slug = "contact-on-segment"
    title = "The contact is on an open segment"


class NumberSeries(Refused):
    slug = "number-series"
    title = "No number"


class NotYetProjected(Refused):
    slug = "not-yet-projected"
    title = "Not there yet"


class OfficeMissing(Refused):
    slug = "unavailable"
    title = "Not available here"


class DocumentUnreadable(Refused):
    slug = "document-unreadable"
    title = "The document cannot be used"


class TooLarge(Refused):
    slug = "too-large"
    title = "Too large"
