"""The order in which the contacts of a segment are printed and exported: company by company (domain B5)."""

from __future__ import annotations

import numpy as np
from psycopg import Cursor
from psycopg.rows import DictRow

from domain.segment.lines import LineColumns
from projections.arrays import Int4Array


def in_company_order(cursor: Cursor[DictRow], columns: LineColumns) -> LineColumns:
    """The same lines by company name, company number, companies before their people, name; then line number.

    `sort=company` of the list of lines is the same (`projections.segment_listings`).
    """
    row = cursor.execute(
        "SELECT array_agg(l.ordinal ORDER BY"
        ' (CASE WHEN c.company_key IS NOT NULL THEN c.company_name END) COLLATE "C" NULLS FIRST,'
        ' c.company_no COLLATE "C" NULLS FIRST, c.type COLLATE "C" NULLS FIRST,'
        ' c.name COLLATE "C" NULLS FIRST, l.ordinal) AS places'
        " FROM unnest(%s) WITH ORDINALITY AS l(key, ordinal) LEFT JOIN contact c USING (key)",
        (Int4Array(columns.contact_key),),
    ).fetchone()
    places = np.array(row["places"] if row and row["places"] else [], dtype=np.int64) - 1
    return LineColumns(columns.line_no[places], columns.contact_key[places], columns.block[places])
