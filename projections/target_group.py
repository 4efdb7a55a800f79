"""The target group of a campaign: one row per customer, or per contact that is none (domain B17)."""

from __future__ import annotations

from datetime import date
from typing import LiteralString

import numpy as np
from psycopg import Cursor, sql
from psycopg.rows import DictRow

from domain.contact_set import ContactSet
from domain.field_type import Enumeration, FieldType
from projections.arrays import Int4Array
from projections.criteria_sql import Parameters
from projections.listing import Field, Listing, Page, Query, list_page
from projections.statistics import COUNTS

TARGETS = Listing(
    name="target",
    source="target",
    fields={
        "place": Field("(type || ' ' || no)", FieldType.TEXT),
        "type": Field("type", Enumeration(("customer", "contact"))),
        "no": Field("no", FieldType.CODE),
        "name": Field("name", FieldType.TEXT),
    },
    key="place",
    hidden=frozenset({"place"}),
)

_TARGETED: LiteralString = "campaign_no = {campaign} AND campaign_target AND " + COUNTS

# A person without company stands for itself; a company that is a customer, for that customer.
_TARGET: LiteralString = (
    "WITH aimed AS (SELECT coalesce(k.key, c.key) AS key FROM contact c"
    " LEFT JOIN contact k ON k.key = c.company_key WHERE c.key = ANY({keys})"
    " UNION SELECT c.key FROM interaction_log_entry e"
    " JOIN contact c ON c.no = coalesce(e.contact_company_no, e.contact_no)"
    " WHERE " + _TARGETED + "),"
    " customer AS (SELECT contact_key, min(no) AS no FROM contact_business_relation"
    " WHERE lower(link_to_table) = 'customer' GROUP BY contact_key),"
    " found AS (SELECT r.no AS customer_no, c.no, c.name FROM aimed JOIN contact c ON c.key = aimed.key"
    " LEFT JOIN customer r ON r.contact_key = c.key),"
    " target AS (SELECT 'contact' COLLATE \"C\" AS type, no, name FROM found WHERE customer_no IS NULL"
    " UNION ALL SELECT 'customer' COLLATE \"C\", customer_no, min(name) FROM found"
    " WHERE customer_no IS NOT NULL GROUP BY customer_no)"
)


def target_page(
    cursor: Cursor[DictRow], campaign_no: str, on_lines: ContactSet, query: Query, work_date: date
) -> Page:
    """A page of a target group; `on_lines` are the contacts that lines of open segments are aimed at.

    Raises InvalidFilter, InvalidRequest.
    """
    parameters = Parameters()
    prelude = sql.SQL(_TARGET).format(
        keys=parameters.add(Int4Array(on_lines.to_array().astype(np.int32))),
        campaign=parameters.add(campaign_no),
    )
    return list_page(cursor, TARGETS, query, work_date=work_date, prelude=prelude, parameters=parameters)


def has_targeted_interactions(cursor: Cursor[DictRow], campaign_no: str) -> bool:
    """Whether an interaction that counts was aimed at somebody for this campaign."""
    parameters = Parameters()
    statement = sql.SQL("SELECT FROM interaction_log_entry WHERE " + _TARGETED + " LIMIT 1").format(
        campaign=parameters.add(campaign_no)
    )
    return cursor.execute(statement, parameters.values).fetchone() is not None
