"""Which entries are canceled, as bits beside the entries (domain B14)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import Cursor

from eventstore.migrate import migrate
from projections.contacts import Contacts
from projections.contacts.canceled_pages import PAGE_BITS, cancel, uncancel

PAGE = 1 << PAGE_BITS
# On both sides of the ends of pages, and far apart.
NUMBERS = [1, 2, PAGE - 1, PAGE, PAGE + 1, 2 * PAGE - 1, 2 * PAGE, 5 * PAGE + 77, 40 * PAGE]
SETS = st.sets(st.sampled_from(NUMBERS))


@pytest.fixture
def cursor(empty_database: str) -> Iterator[Cursor[Any]]:
    """A cursor on the tables, with an entry of each number."""
    migrate(empty_database, "kept", Contacts().migrations)
    with psycopg.connect(empty_database) as connection, connection.cursor() as cursor:
        cursor.execute("SET search_path = kept")
        cursor.execute("CREATE TABLE whole PARTITION OF recorded_interaction DEFAULT")
        cursor.execute(
            "INSERT INTO recorded_interaction (entry_no, cost, duration_minutes, user_id, campaign_response,"
            " campaign_target, attempt_failed, send_word_documents_as_attachment, postponed)"
            " SELECT no, 0, 0, 'ANN', false, false, false, false, false FROM unnest(%s::bigint[]) AS no",
            (NUMBERS,),
        )
        yield cursor


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.booleans(), SETS), max_size=12))
def test_readers_say_canceled_of_exactly_the_entries_in_the_sets(
    cursor: Cursor[Any], steps: list[tuple[bool, set[int]]]
) -> None:
    cursor.execute("DELETE FROM canceled_page")
    expected: set[int] = set()
    for is_canceled, entries in steps:
        before = set(expected)
        expected = expected | entries if is_canceled else expected - entries
        change = cancel if is_canceled else uncancel
        assert change(cursor, np.array(sorted(entries), dtype=np.int64)) == len(before ^ expected)
        assert canceled(cursor, "SELECT entry_no FROM interaction_log_entry WHERE canceled") == expected
        others = canceled(cursor, "SELECT entry_no FROM interaction_log_entry WHERE NOT canceled")
        assert others == set(NUMBERS) - expected
        # A page without any has no row, so that rows made anew are the same.
        assert canceled(cursor, "SELECT page FROM canceled_page") == {no >> PAGE_BITS for no in expected}


def test_a_segment_of_many_entries_is_canceled_with_a_few_rows(cursor: Cursor[Any]) -> None:
    assert cancel(cursor, np.arange(1, 100_001, dtype=np.int64)) == 100_000
    assert len(canceled(cursor, "SELECT page FROM canceled_page")) == 13


def canceled(cursor: Cursor[Any], query: Any) -> set[int]:
    return {number for (number,) in cursor.execute(query).fetchall()}
