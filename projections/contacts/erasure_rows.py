"""How erasing a contact blanks what was noted about it with its interactions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from psycopg import Cursor, sql

from domain.contact import PERSONAL_IN_ADDRESS, ContactErased

TABLES = ("contact", "contact_alternative_address", "recorded_interaction", "interaction_comment")
"""Those whose statistics may hold values: PostgreSQL keeps samples of each column, for planning."""


def are_shown(cursor: Cursor[Any], erased: Sequence[ContactErased]) -> bool:
    """Whether the tables may hold values of these contacts. While they are made anew, they never do."""
    row = cursor.execute(
        "SELECT EXISTS (SELECT FROM unnest(%s::integer[]) AS e(key) LEFT JOIN contact c USING (key)"
        " WHERE c.key IS NULL OR c.name IS NOT NULL)",
        ([fact.key for fact in erased],),
    ).fetchone()
    assert row is not None
    return bool(row[0])


def blank(cursor: Cursor[Any], erased: Sequence[ContactErased]) -> None:
    """Blank what belongs to the contacts that were erased; their own rows are blank by now."""
    entries = [entry_no for fact in erased for entry_no in fact.entries]
    documents = [digest for fact in erased for digest in fact.documents]
    cursor.execute(
        sql.SQL("UPDATE contact_alternative_address SET {} WHERE contact_key = ANY(%s)").format(
            sql.SQL(", ").join(
                sql.SQL("{} = NULL").format(sql.Identifier(name)) for name in PERSONAL_IN_ADDRESS
            )
        ),
        ([fact.key for fact in erased],),
    )
    cursor.execute(
        "UPDATE recorded_interaction SET remarks = NULL, contact_via = NULL WHERE entry_no = ANY(%s)",
        (entries,),
    )
    cursor.execute("UPDATE interaction_comment SET comment = '' WHERE entry_no = ANY(%s)", (entries,))
    cursor.execute("UPDATE interaction_document SET file_name = NULL WHERE sha256 = ANY(%s)", (documents,))


def sample_again(cursor: Cursor[Any]) -> None:
    """Let PostgreSQL draw its samples anew."""
    for table in TABLES:
        cursor.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(table)))
