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
from domain.delivery import (
    DeliveryContinued,
    DeliveryFailed,
    DeliveryPaused,
    InteractionsDelivered,
    InteractionsSentAgain,
)
from domain.interaction import (
    CAMPAIGN_ENTRY_DESCRIPTION,
    Interaction,
    InteractionLogged,
    InteractionPostponed,
    InteractionResumed,
)
from eventstore.event import Event
from projections.contacts import canceled_pages, delivery_rows
from projections.contacts.interaction_rows import entry_numbers, keep_documents, make_partitions
from projections.contacts.logged_segment_counts import count_entries

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
        case InteractionsDelivered():
            delivery_rows.delivered(cursor, event.data)
        case DeliveryFailed():
            delivery_rows.failed(cursor, event.data)
        case DeliveryPaused(first=first) | DeliveryContinued(first=first):
            delivery_rows.pause(cursor, first, paused=isinstance(event.data, DeliveryPaused))
        case InteractionsSentAgain():
            delivery_rows.sent_again(cursor, event.data)


def _record(
    cursor: Cursor[Any], event: Event, fact: InteractionLogged | InteractionPostponed | InteractionResumed
) -> None:
    user_id = event.envelope.user_id
    if isinstance(fact, InteractionResumed):
        cursor.execute("DELETE FROM recorded_interaction WHERE entry_no = %s", (fact.entry_no,))
        if fact.comments is not None:
            cursor.execute("DELETE FROM interaction_comment WHERE entry_no = %s", (fact.entry_no,))
        canceled_pages.uncancel(cursor, np.array([fact.entry_no]))
    if isinstance(fact, InteractionPostponed):
        _insert(cursor, fact.entry_no, fact.value, user_id, postponed=True, deliver=False)
    else:
        _insert(cursor, fact.entry_no, fact.value, user_id, postponed=False, deliver=fact.deliver)
        if fact.makes_campaign_entry:
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


def _insert(
    cursor: Cursor[Any], entry_no: int, value: Interaction, user_id: str, *, postponed: bool, deliver: bool
) -> None:
    make_partitions(cursor, entry_no, entry_no)
    row: dict[str, Any] = {name: getattr(value, name) for name in VALUES} | {
        "entry_no": entry_no,
        "user_id": user_id,
        "send_word_documents_as_attachment": False,
        "postponed": postponed,
        "delivery_status": "in_progress" if deliver and value.correspondence_type is not None else None,
    }
    if value.document is not None:
        keep_documents(cursor, [value.document])
        row |= {"document": "inherited", "document_sha256": value.document.sha256}
    cursor.execute(
        sql.SQL("INSERT INTO recorded_interaction ({}) VALUES ({})").format(
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
    numbers = entry_numbers(event.first, event.entries).values
    change = canceled_pages.cancel if canceled else canceled_pages.uncancel
    changed = change(cursor, numbers)
    if event.cause == "logged_segment":
        cursor.execute(
            "UPDATE logged_segment SET canceled = %(canceled)s, number_of_interactions ="
            " uncounted_interactions, uncounted_interactions = number_of_interactions"
            " WHERE entry_no = %(logged)s AND canceled <> %(canceled)s",
            {"canceled": canceled, "logged": event.cause_no},
        )
        # A campaign entry that was canceled by itself stays so. There may be several events of one canceling:
        # of the segment, and of what was sent again.
        cursor.execute(
            "UPDATE campaign_entry SET canceled = true, canceled_with_segment = canceled_with_segment"
            " OR NOT canceled WHERE logged_segment_entry_no = %s"
            if canceled
            else "UPDATE campaign_entry SET canceled = canceled AND NOT canceled_with_segment,"
            " canceled_with_segment = false WHERE logged_segment_entry_no = %s",
            (event.cause_no,),
        )
    elif event.cause == "campaign_entry":
        cursor.execute(
            "UPDATE campaign_entry SET canceled = %s WHERE entry_no = %s", (canceled, event.cause_no)
        )
    more = changed if canceled else -changed
    count_entries(cursor, event.first, canceled=more, others=-more)


def _update(cursor: Cursor[Any], first: int, entries: ContactSet, column: str, value: object) -> None:
    cursor.execute(
        sql.SQL(
            "UPDATE recorded_interaction e SET {} = %s FROM unnest(%s) AS chosen(entry_no)"
            " WHERE e.entry_no = chosen.entry_no"
        ).format(sql.Identifier(column)),
        (value, entry_numbers(first, entries)),
    )


def _delete(cursor: Cursor[Any], first: int, entries: ContactSet) -> None:
    numbers = entry_numbers(first, entries)
    canceled = canceled_pages.uncancel(cursor, numbers.values)
    statement = sql.SQL("DELETE FROM {} e USING unnest(%s) AS gone(no) WHERE e.entry_no = gone.no")
    for table in ("interaction_comment", "recorded_interaction"):
        cursor.execute(statement.format(sql.Identifier(table)), (numbers,))
    count_entries(cursor, first, canceled=-canceled, others=canceled - cursor.rowcount)


def _delete_logged_segment(cursor: Cursor[Any], entry_no: int) -> None:
    for table in ("recorded_interaction", "campaign_entry"):
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
