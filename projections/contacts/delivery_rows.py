"""How what became of letters and mails changes the rows of entries (domain B11, B13)."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from psycopg import Cursor, sql

from domain.delivery import (
    DESCRIPTION_LENGTH,
    RESEND_PREFIX,
    DeliveryFailed,
    InteractionsDelivered,
    InteractionsLoggedAgain,
    InteractionsSentAgain,
)
from eventstore.event import Event
from projections.arrays import Int8Array
from projections.contacts.interaction_rows import entry_numbers, make_partitions
from projections.contacts.logged_segment_counts import count_entries
from projections.read_model import InParts

FRESH = (
    *("entry_no", "date", "time_of_interaction", "description", "user_id", "correspondence_type"),
    *("delivery_status", "resend_no"),
)
"""What an entry that is logged again has of its own."""

COPIED = (
    *("contact_no", "contact_company_no", "information_flow", "initiated_by", "cost", "duration_minutes"),
    *("interaction_group_code", "interaction_template_code", "interaction_language_code", "subject"),
    *("campaign_no", "campaign_entry_no", "campaign_response", "campaign_target", "segment_no"),
    *("logged_segment_entry_no", "evaluation", "attempt_failed", "salesperson_code"),
    *("contact_alternative_address_code", "contact_via", "send_word_documents_as_attachment", "remarks"),
    *("document", "document_sha256", "document_type", "document_no", "version_no"),
    *("document_no_occurrence", "opportunity_no", "task_no", "postponed"),
)
"""What it has from the entry before it."""


def delivered(cursor: Cursor[Any], event: InteractionsDelivered) -> None:
    """These went out, as the documents with these digests."""
    cursor.execute(
        "UPDATE recorded_interaction e SET delivery_status = 'sent', delivery_error = NULL,"
        " delivery_detail = NULL, letter_sha256 = sent.sha256"
        " FROM unnest(%s, %s::text[]) AS sent(entry_no, sha256) WHERE e.entry_no = sent.entry_no",
        (entry_numbers(event.first, event.entries), list(event.sha256s)),
    )


def failed(cursor: Cursor[Any], event: DeliveryFailed) -> None:
    """These did not go out, or nobody knows whether they did."""
    cursor.execute(
        "UPDATE recorded_interaction e SET delivery_status = 'error', delivery_error = %s,"
        " delivery_detail = %s FROM unnest(%s) AS failed(entry_no) WHERE e.entry_no = failed.entry_no",
        (event.reason, event.detail, entry_numbers(event.first, event.entries)),
    )


def pause(cursor: Cursor[Any], first: int, *, paused: bool) -> None:
    """Nothing more of the logged segment is sent, or it goes on."""
    cursor.execute(
        "UPDATE logged_segment SET delivery_paused = %s WHERE first_interaction_no = %s", (paused, first)
    )


def sent_again(cursor: Cursor[Any], event: InteractionsSentAgain) -> None:
    """These are on their way once more, by another way if one was chosen (domain B13)."""
    cursor.execute(
        "UPDATE recorded_interaction e SET delivery_status = 'in_progress', delivery_error = NULL,"
        " delivery_detail = NULL, correspondence_type = coalesce(%s, e.correspondence_type)"
        " FROM unnest(%s) AS again(entry_no) WHERE e.entry_no = again.entry_no",
        (event.correspondence_type, entry_numbers(event.first, event.entries)),
    )


class EntriesAgain(InParts):
    """New entries with the values of earlier ones, as those are now.

    `domain.delivery.resend_description` has the rule of the description in Python (domain B13).
    """

    def __init__(self, event: Event) -> None:
        self._again: InteractionsLoggedAgain = event.data
        self._user_id = event.envelope.user_id
        self.size = len(self._again.sources)

    def begin(self, cursor: Cursor[Any]) -> None:
        first = self._again.first_interaction_no
        make_partitions(cursor, first, first + self.size - 1)
        cursor.execute(
            "INSERT INTO resend (first_no, segment_no, logged_segment_entry_no) VALUES (%s, %s, %s)"
            " ON CONFLICT DO NOTHING",
            (first, self._again.segment_no, self._again.logged_segment_entry_no),
        )

    def write(self, cursor: Cursor[Any], first: int, last: int) -> None:
        event = self._again
        cursor.execute(
            sql.SQL(
                "INSERT INTO recorded_interaction ({fresh}, {copied})"
                " SELECT %(first)s + %(done)s + source.ordinal - 1, %(date)s, %(time)s,"
                " CASE WHEN starts_with(e.description, %(prefix)s) THEN e.description"
                " ELSE left(rtrim(concat(%(prefix)s::text, ' ', e.description)), %(length)s) END,"
                " %(user)s, coalesce(%(type)s, e.correspondence_type), 'in_progress', %(first)s,"
                " {values} FROM unnest(%(sources)s) WITH ORDINALITY AS source(entry_no, ordinal)"
                " JOIN recorded_interaction e ON e.entry_no = source.entry_no"
            ).format(
                fresh=sql.SQL(", ").join(map(sql.Identifier, FRESH)),
                copied=sql.SQL(", ").join(map(sql.Identifier, COPIED)),
                values=sql.SQL(", ").join(sql.Identifier("e", name) for name in COPIED),
            ),
            {
                "first": event.first_interaction_no,
                "done": first,
                "date": event.date,
                "time": event.time_of_interaction,
                "prefix": RESEND_PREFIX,
                "length": DESCRIPTION_LENGTH,
                "user": self._user_id,
                "type": event.correspondence_type,
                "sources": Int8Array(self._sources.values[first:last]),
            },
        )

    def show(self, cursor: Cursor[Any], first: int, last: int) -> None:
        count_entries(cursor, self._again.first_interaction_no, canceled=0, others=last - first)

    @cached_property
    def _sources(self) -> Int8Array:
        return entry_numbers(self._again.source_first, self._again.sources)
