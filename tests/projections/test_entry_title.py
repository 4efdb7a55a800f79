"""The title of an entry (domain A8) is the same in SQL and in Python."""

from __future__ import annotations

import json

import psycopg
from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg import sql

from domain.interaction import entry_title
from domain.vocabulary import InformationFlow
from projections.segment_listings import TITLE

NAMES = st.none() | st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=5)
FLOWS = st.sampled_from((None, "outbound", "inbound"))
QUERY = sql.SQL(
    "SELECT {} FROM (SELECT %s::text AS information_flow, %s::text AS user_id) e,"
    " (SELECT %s::jsonb AS value) t, (SELECT %s::jsonb AS value) s, (SELECT %s::text AS name) c"
).format(sql.SQL(TITLE))


def test_sql_and_python_give_the_same_title(postgres_url: str) -> None:
    with psycopg.connect(postgres_url, autocommit=True) as connection:

        @settings(max_examples=300)
        @given(NAMES, FLOWS, NAMES, NAMES)
        def compare(
            description: str | None,
            flow: InformationFlow | None,
            salesperson: str | None,
            contact: str | None,
        ) -> None:
            template = None if description is None else json.dumps({"description": description})
            known = None if salesperson is None else json.dumps({"name": salesperson})
            row = connection.execute(QUERY, (flow, "ANN", template, known, contact)).fetchone()
            assert row is not None
            assert row[0] == entry_title(description, flow, by=salesperson or "ANN", contact_name=contact)

        compare()
