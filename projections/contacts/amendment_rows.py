"""How single interactions, and what happens to interactions later, change the rows (domain B14, B15)."""

from __future__ import annotations

from typing import Any

import numpy as np
from psycopg import Cursor, sql

from domain.amendments import (
    CampaignEntryDeleted,
    InteractionCommentChanged,
    InteractionCommentDeleted,
    InteractionCommented,
    InteractionsCanceled,
    InteractionsDeleted,
    InteractionsEvaluated,
    InteractionsRedated,
    InteractionsUncanceled,
    LoggedSegmentDeleted,
)
from domain.contact_set import ContactSet
from domain.interaction import (
    CAMPAIGN_ENTRY_DESCRIPTION,
    Interaction,
    InteractionLogged,
    InteractionPostponed,
    InteractionResumed,
)
from eventstore.event import Event
from projections.arrays import Int8Array
from projections.contacts.interaction_rows import keep_documents, make_partitions

VALUES = tuple(name for name in Interaction.__struct_fields__ if name not in ("contact_key", "document"))


def write(cursor: Cursor[Any], event: Event) -> None:
    """Take over one event."""
    user_id = event.envelope.user_id
    match event.data:
        case InteractionLogged() | InteractionPostponed() | InteractionResumed():
            _record(cursor, event, event.data)
        case InteractionsCanceled() | InteractionsUncanceled():
            _cancel(cursor, event.data, canceled=isinstance(event.data, InteractionsCanceled))
        case InteractionsEvaluated(first=first, entries=entries, evaluation=evaluation):
            _update(cursor, first, entries, "evaluation", evaluation)
        case InteractionsRedated(first=first, entries=entries, date=date):
            _update(cursor, first, entries, "date", date)
        case InteractionCommented(entry_no=entry_no, comment=comment):
            _comment(cursor, event, entry_no, comment)
        case InteractionCommentChanged(entry_no=entry_no, line_no=line_no, comment=comment):
            cursor.execute(
                "UPDATE interaction_comment SET comment = %s, user_id = %s"
                " WHERE entry_no = %s AND line_no = %s",
                (comment, user_id, entry_no, line_no),
            )
        case InteractionCommentDeleted(entry_no=entry_no, line_no=line_no):
            cursor.execute(
                "DELETE FROM interaction_comment WHERE entry_no = %s AND line_no = %s", (entry_no, line_no)
            )
        case InteractionsDeleted(first=first, entries=entries):
            _delete(cursor, first, entries)
        case LoggedSegmentDeleted(entry_no=entry_no):
            _delete_logged_segment(cursor, entry_no)
        case CampaignEntryDeleted(entry_no=entry_no):
            _delete_campaign_entry(cursor, entry_no)


def _record(
    cursor: Cursor[Any], event: Event, fact: InteractionLogged | InteractionPostponed | InteractionResumed
) -> None:
    user_id = event.envelope.user_id
    if isinstance(fact, InteractionResumed):
        cursor.execute("DELETE FROM interaction_log_entry WHERE entry_no = %s", (fact.entry_no,))
        if fact.comments is not None:
            cursor.execute("DELETE FROM interaction_comment WHERE entry_no = %s", (fact.entry_no,))
    postponed = isinstance(fact, InteractionPostponed)
    _insert(cursor, fact.entry_no, fact.value, user_id, postponed=postponed)
    if not isinstance(fact, InteractionPostponed) and fact.makes_campaign_entry:
        _insert_campaign_entry(cursor, fact.value, user_id)
    for comment in fact.comments or ():
        _comment(cursor, event, fact.entry_no, comment)


def _comment(cursor: Cursor[Any], event: Event, entry_no: int, comment: str) -> None:
    cursor.execute(
        "INSERT INTO interaction_comment (entry_no, line_no, date, comment, user_id)"
        " SELECT %(entry)s, coalesce(max(line_no), 0) + 1, %(date)s, %(comment)s, %(user)s"
        " FROM interaction_comment WHERE entry_no = %(entry)s",
        {
            "entry": entry_no,
            "date": event.envelope.work_date,
            "comment": comment,
            "user": event.envelope.user_id,
        },
    )


def _insert(cursor: Cursor[Any], entry_no: int, value: Interaction, user_id: str, *, postponed: bool) -> None:
    make_partitions(cursor, entry_no, entry_no)
    row: dict[str, Any] = {name: getattr(value, name) for name in VALUES} | {
        "entry_no": entry_no,
        "user_id": user_id,
        "send_word_documents_as_attachment": False,
        "canceled": False,
        "postponed": postponed,
    }
    if value.document is not None:
        keep_documents(cursor, [value.document])
        row |= {"document": "inherited", "document_sha256": value.document.sha256}
    cursor.execute(
        sql.SQL("INSERT INTO interaction_log_entry ({}) VALUES ({})").format(
            sql.SQL(", ").join(map(sql.Identifier, row)),
            sql.SQL(", ").join(map(sql.Placeholder, row)),
        ),
        row,
    )


def _insert_campaign_entry(cursor: Cursor[Any], value: Interaction, user_id: str) -> None:
    cursor.execute(
        "INSERT INTO campaign_entry (entry_no, campaign_no, description, date, salesperson_code, user_id,"
        " document_type) VALUES (%s, %s, %s, %s, %s, %s, %s)",
        (
            *(value.campaign_entry_no, value.campaign_no, CAMPAIGN_ENTRY_DESCRIPTION, value.date),
            *(value.salesperson_code, user_id, value.document_type),
        ),
    )


def _cancel(
    cursor: Cursor[Any], event: InteractionsCanceled | InteractionsUncanceled, *, canceled: bool
) -> None:
    _update(cursor, event.first, event.entries, "canceled", canceled)
    if event.cause == "logged_segment":
        cursor.execute(
            "UPDATE logged_segment SET canceled = %s WHERE entry_no = %s", (canceled, event.cause_no)
        )
        # A campaign entry that was canceled by itself stays so: all its interactions are.
        cursor.execute(
            "UPDATE campaign_entry k SET canceled = NOT EXISTS (SELECT FROM interaction_log_entry e"
            " WHERE e.campaign_no = k.campaign_no AND e.campaign_entry_no = k.entry_no AND NOT e.canceled)"
            " WHERE k.logged_segment_entry_no = %s",
            (event.cause_no,),
        )
    elif event.cause == "campaign_entry":
        cursor.execute(
            "UPDATE campaign_entry SET canceled = %s WHERE entry_no = %s", (canceled, event.cause_no)
        )
    _count_again(cursor, event.first)


def _update(cursor: Cursor[Any], first: int, entries: ContactSet, column: str, value: object) -> None:
    cursor.execute(
        sql.SQL(
            "UPDATE interaction_log_entry e SET {} = %s FROM unnest(%s) AS chosen(entry_no)"
            " WHERE e.entry_no = chosen.entry_no"
        ).format(sql.Identifier(column)),
        (value, _numbers(first, entries)),
    )


def _delete(cursor: Cursor[Any], first: int, entries: ContactSet) -> None:
    numbers = _numbers(first, entries)
    statement = sql.SQL("DELETE FROM {} e USING unnest(%s) AS gone(no) WHERE e.entry_no = gone.no")
    for table in ("interaction_comment", "interaction_log_entry"):
        cursor.execute(statement.format(sql.Identifier(table)), (numbers,))
    _count_again(cursor, first)


def _delete_logged_segment(cursor: Cursor[Any], entry_no: int) -> None:
    for table in ("interaction_log_entry", "campaign_entry"):
        cursor.execute(
            sql.SQL("UPDATE {} SET logged_segment_entry_no = NULL WHERE logged_segment_entry_no = %s").format(
                sql.Identifier(table)
            ),
            (entry_no,),
        )
    cursor.execute("DELETE FROM logged_segment WHERE entry_no = %s", (entry_no,))


def _delete_campaign_entry(cursor: Cursor[Any], entry_no: int) -> None:
    """Its interactions were deleted by the events before; nothing is left that points at it (domain B14)."""
    cursor.execute(
        "UPDATE logged_segment l SET number_of_campaign_entries = number_of_campaign_entries - 1"
        " FROM campaign_entry k WHERE k.entry_no = %s AND k.logged_segment_entry_no = l.entry_no"
        " AND k.canceled = l.canceled",
        (entry_no,),
    )
    cursor.execute("DELETE FROM campaign_entry WHERE entry_no = %s", (entry_no,))


def _count_again(cursor: Cursor[Any], first: int) -> None:
    """A logged segment counts what is canceled or not as it is itself (domain A7)."""
    cursor.execute(
        "UPDATE logged_segment l SET number_of_interactions = (SELECT count(*) FROM interaction_log_entry e"
        " WHERE e.logged_segment_entry_no = l.entry_no AND e.canceled = l.canceled),"
        " interactions_visible = (SELECT count(*) FROM interaction_log_entry e"
        " WHERE e.logged_segment_entry_no = l.entry_no AND e.canceled = l.canceled),"
        " number_of_campaign_entries = (SELECT count(*) FROM campaign_entry k"
        " WHERE k.logged_segment_entry_no = l.entry_no AND k.canceled = l.canceled)"
        " WHERE l.first_interaction_no = %s",
        (first,),
    )


def _numbers(first: int, entries: ContactSet) -> Int8Array:
    return Int8Array(entries.to_array().astype(np.int64) + first)
