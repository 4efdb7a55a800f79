"""What sending asks of the interaction log: which entries are on their way, where each is to go."""

from __future__ import annotations

from array import array
from collections.abc import Sequence

import msgspec
from psycopg import Cursor
from psycopg.rows import DictRow

from domain.delivery import DeliveryError, Sendable
from domain.vocabulary import CorrespondenceType


class Outgoing(msgspec.Struct, frozen=True):
    """An entry that is to be sent, and its contact as it is now."""

    entry_no: int
    canceled: bool
    delivery_status: str | None
    correspondence_type: CorrespondenceType | None
    contact_no: str | None
    contact_key: int | None
    contact_name: str | None
    email: str | None
    alternative_email: str | None
    privacy_blocked: bool | None
    exclude_from_segment: bool | None
    file_name: str | None


class FiledEntry(msgspec.Struct, frozen=True):
    """An entry with a document, for an index of files."""

    entry_no: int
    segment_no: str | None
    resend_no: int | None
    contact_no: str | None
    company_name: str | None
    contact_name: str | None
    correspondence_type: CorrespondenceType | None
    delivery_status: str | None
    letter_sha256: str | None
    file_name: str | None


class OnlyDelivered(msgspec.Struct, frozen=True):
    """Entries of which this became; None does not matter."""

    delivery_status: str | None = None
    delivery_error: DeliveryError | None = None


ALL = OnlyDelivered()


class AgainEntry(msgspec.Struct, frozen=True):
    """What an entry that was logged again has of its own for its letter, and its place among them."""

    entry_no: int
    description: str | None
    interaction_language_code: str | None
    subject: str | None
    contact_alternative_address_code: str | None
    salesperson_code: str | None


def in_progress(cursor: Cursor[DictRow], numbers: Sequence[int] | range) -> list[DictRow]:
    """The entries among these that are on their way, by type: `correspondence_type` and `numbers`."""
    wanted = "entry_no >= %(first)s AND entry_no < %(last)s"
    if not isinstance(numbers, range):
        wanted = "entry_no = ANY(%(numbers)s)"
    return cursor.execute(
        "SELECT correspondence_type, array_agg(entry_no ORDER BY entry_no) AS numbers"
        " FROM interaction_log_entry WHERE delivery_status = 'in_progress' AND "
        + wanted
        + " GROUP BY correspondence_type ORDER BY correspondence_type",
        {"first": numbers.start, "last": numbers.stop}
        if isinstance(numbers, range)
        else {"numbers": list(numbers)},
    ).fetchall()


def outgoing(cursor: Cursor[DictRow], numbers: Sequence[int]) -> dict[int, Outgoing]:
    """These entries, by number; those that are gone are left out."""
    rows = cursor.execute(
        "SELECT e.entry_no, e.canceled, e.delivery_status, e.correspondence_type, e.contact_no,"
        " c.key AS contact_key, c.name AS contact_name, c.email, a.email AS alternative_email,"
        " c.privacy_blocked, c.exclude_from_segment, d.file_name"
        " FROM interaction_log_entry e LEFT JOIN contact c ON c.no = e.contact_no"
        " LEFT JOIN contact_alternative_address a"
        " ON a.contact_key = c.key AND a.code = e.contact_alternative_address_code"
        " LEFT JOIN interaction_document d ON d.sha256 = e.document_sha256"
        " WHERE e.entry_no = ANY(%s)",
        (list(numbers),),
    )
    return {row["entry_no"]: Outgoing(**row) for row in rows}


_FILED_OF = (
    " FROM interaction_log_entry e LEFT JOIN contact c ON c.no = e.contact_no"
    " LEFT JOIN contact k ON k.no = e.contact_company_no"
)
_FILED = (
    "SELECT e.entry_no, e.segment_no, e.resend_no, e.contact_no, k.name AS company_name,"
    " c.name AS contact_name, e.correspondence_type, e.delivery_status, e.letter_sha256, d.file_name"
    f"{_FILED_OF} LEFT JOIN interaction_document d ON d.sha256 = e.document_sha256"
)
_HAS_DOCUMENT = "e.document_sha256 IS NOT NULL AND NOT e.postponed"


def filed_numbers(
    cursor: Cursor[DictRow], logged_segment: int, correspondence_type: str | None
) -> Sequence[int]:
    """The entries of a logged segment that have a document, company by company (domain B5, step 6)."""
    row = cursor.execute(
        "SELECT array_agg(e.entry_no ORDER BY k.name NULLS FIRST, e.contact_company_no NULLS FIRST,"
        f" c.type NULLS FIRST, c.name NULLS FIRST, e.entry_no) AS numbers{_FILED_OF}"
        f" WHERE {_HAS_DOCUMENT} AND e.logged_segment_entry_no = %(logged)s"
        " AND (%(type)s::text IS NULL OR e.correspondence_type = %(type)s)",
        {"logged": logged_segment, "type": correspondence_type},
    ).fetchone()
    return array("q", row["numbers"] or () if row else ())


def filed_entries(cursor: Cursor[DictRow], numbers: Sequence[int]) -> list[FiledEntry]:
    """These entries, in this order, as far as they are still there."""
    rows = cursor.execute(f"{_FILED} WHERE {_HAS_DOCUMENT} AND e.entry_no = ANY(%s)", (list(numbers),))
    found = {row["entry_no"]: FiledEntry(**row) for row in rows}
    return [found[number] for number in numbers if number in found]


def filed_entry(cursor: Cursor[DictRow], entry_no: int) -> FiledEntry | None:
    """One entry, if it has a document."""
    return next(iter(filed_entries(cursor, [entry_no])), None)


def again_entries(cursor: Cursor[DictRow], numbers: Sequence[int]) -> list[AgainEntry]:
    """What entries that were logged again say."""
    rows = cursor.execute(
        "SELECT entry_no, description, interaction_language_code, subject,"
        " contact_alternative_address_code, salesperson_code"
        " FROM interaction_log_entry WHERE entry_no = ANY(%s)",
        (list(numbers),),
    )
    return [AgainEntry(**row) for row in rows]


def sendable_entries(
    cursor: Cursor[DictRow],
    *,
    logged_segment: int | None = None,
    entry_no: int | None = None,
    only: OnlyDelivered = ALL,
) -> list[Sendable]:
    """The entries that could be sent again: of a logged segment as it was logged, or a single one."""
    rows = cursor.execute(
        "SELECT entry_no, correspondence_type, delivery_status IS NOT DISTINCT FROM 'in_progress' AS way"
        " FROM interaction_log_entry WHERE document_sha256 IS NOT NULL AND NOT postponed AND NOT canceled"
        " AND (entry_no = %(entry_no)s OR logged_segment_entry_no = %(logged_segment)s AND resend_no IS NULL)"
        " AND (%(delivery_status)s::text IS NULL OR delivery_status = %(delivery_status)s)"
        " AND (%(delivery_error)s::text IS NULL OR delivery_error = %(delivery_error)s)"
        " ORDER BY entry_no",
        {"entry_no": entry_no, "logged_segment": logged_segment, **msgspec.structs.asdict(only)},
    )
    return [Sendable(row["entry_no"], row["correspondence_type"], row["way"]) for row in rows]


def failures(cursor: Cursor[DictRow], logged_segment: int) -> dict[DeliveryError, int]:
    """Why letters of a logged segment could not be sent, and how many for each reason; the most first."""
    rows = cursor.execute(
        "SELECT delivery_error, count(*) AS n FROM interaction_log_entry"
        " WHERE logged_segment_entry_no = %s AND delivery_status = 'error' AND delivery_error IS NOT NULL"
        " GROUP BY delivery_error ORDER BY n DESC, delivery_error",
        (logged_segment,),
    )
    return {row["delivery_error"]: row["n"] for row in rows}


def has_letters(cursor: Cursor[DictRow], logged_segment: int) -> bool:
    """Whether any entry of a logged segment has a document."""
    found = cursor.execute(
        "SELECT FROM interaction_log_entry WHERE logged_segment_entry_no = %s"
        " AND document_sha256 IS NOT NULL AND NOT postponed LIMIT 1",
        (logged_segment,),
    )
    return found.fetchone() is not None
