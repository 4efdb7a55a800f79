"""What a logged segment says of the number of its entries (domain A7)."""

from __future__ import annotations

from typing import Any

from psycopg import Cursor


def count_entries(cursor: Cursor[Any], first: int, *, canceled: int, others: int) -> None:
    """So many more entries of this stream are canceled now, and so many more are not.

    A logged segment counts those that are canceled or not as it is itself.
    """
    cursor.execute(
        "UPDATE logged_segment l SET number_of_interactions = number_of_interactions + change.counted,"
        " interactions_visible = number_of_interactions + change.counted,"
        " uncounted_interactions = uncounted_interactions + change.uncounted,"
        " number_of_campaign_entries = (SELECT count(*) FROM campaign_entry k"
        " WHERE k.logged_segment_entry_no = l.entry_no AND k.canceled = l.canceled)"
        " FROM (SELECT s.entry_no, CASE WHEN s.canceled THEN %(canceled)s ELSE %(others)s END AS counted,"
        " CASE WHEN s.canceled THEN %(others)s ELSE %(canceled)s END AS uncounted FROM logged_segment s"
        " WHERE s.first_interaction_no = %(first)s OR s.entry_no ="
        " (SELECT logged_segment_entry_no FROM resend WHERE first_no = %(first)s)) AS change"
        " WHERE l.entry_no = change.entry_no",
        {"first": first, "canceled": canceled, "others": others},
    )
