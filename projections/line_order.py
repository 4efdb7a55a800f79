"""The lines of a segment that meet filters, in an order, as places: to show any part of a long list."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
from numpy.typing import NDArray
from psycopg import Cursor, sql
from psycopg.rows import DictRow

from domain.segment.lines import LineBlock, LineColumns, OwnLine
from projections.criteria_sql import Parameters
from projections.line_sql import lines_relation
from projections.listing import Query, conditions_of, order_by
from projections.segment_listings import SEGMENT_LINES


def line_order(
    cursor: Cursor[DictRow],
    columns: LineColumns,
    blocks: Sequence[LineBlock],
    own: Sequence[OwnLine],
    query: Query,
    work_date: date,
) -> NDArray[np.int32]:
    """Which lines of `columns`, counted from 0, in the order that is asked for. Raises InvalidFilter."""
    parameters = Parameters()
    head = lines_relation(columns, blocks, own, parameters)
    conditions = conditions_of(SEGMENT_LINES, query.filters, work_date, parameters)
    statement = sql.SQL(
        "{head} SELECT array_agg((ordinal - 1)::integer ORDER BY {order}) AS places FROM line{where}"
    )
    row = cursor.execute(
        statement.format(
            head=head,
            order=order_by(SEGMENT_LINES, query.sort),
            where=sql.SQL(" WHERE {}").format(sql.SQL(" AND ").join(conditions))
            if conditions
            else sql.SQL(""),
        ),
        parameters.values,
    ).fetchone()
    assert row is not None
    places: NDArray[np.int32] = (
        np.empty(0, dtype=np.int32) if row["places"] is None else np.asarray(row["places"], dtype=np.int32)
    )
    return places
