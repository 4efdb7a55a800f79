"""Records known by code: what can be listed of each kind, and who still refers to a code."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Literal, LiteralString, get_args, get_origin, get_type_hints

import msgspec
from psycopg import Cursor, sql
from psycopg.rows import DictRow

from domain.field_type import Enumeration, FieldType
from domain.records import CAMPAIGN, RecordKind
from projections.contact_queries import CAMPAIGN_STATISTICS, NOTHING
from projections.listing import Field, Listing, Members
from projections.statistics import COUNTS

_TYPES: dict[Any, FieldType] = {
    bool: FieldType.BOOLEAN,
    int: FieldType.INTEGER,
    Decimal: FieldType.DECIMAL,
    date | None: FieldType.DATE,
}
_CASTS: dict[FieldType, LiteralString] = {
    FieldType.BOOLEAN: "coalesce(({})::boolean, false)",
    FieldType.INTEGER: "coalesce(({})::integer, 0)",
    FieldType.DECIMAL: "coalesce(({})::numeric, 0)",
    FieldType.DATE: "({})::date",
}


@functools.cache
def listing(kind: RecordKind) -> Listing:
    """What can be listed of a kind: its code and every value that is not a list, and a campaign's figures."""
    key: LiteralString = "no" if kind.path == "campaigns" else "code"
    hints = get_type_hints(kind.value_type)
    named: dict[str, Field] = {
        key: Field("code", FieldType.CODE),
        "version": Field("version", FieldType.INTEGER),
    }
    for item in msgspec.structs.fields(kind.value_type):
        hint = hints[item.name]
        if not any(part in str(hint) for part in ("tuple", "domain.")):
            named[item.name] = _field(item.name, hint)
    # The kind is a word of this program.
    source: Any = f"(SELECT * FROM record WHERE kind = '{kind.name}') AS r"
    figures = _FIGURES if kind is CAMPAIGN else {}
    return Listing(kind.name.replace("-", "_"), source, named, key, lists=figures, also=', value AS "value"')


# A campaign's figures are worked out for those who ask: its list does not read all interactions once more.
_FIGURES: Mapping[str, Members] = {
    name: Members(
        f"(SELECT {expression} AS figure FROM interaction_log_entry"
        f" WHERE campaign_no = r.code AND {COUNTS}) AS m ON TRUE",
        Field("coalesce(m.figure, 0)" if name in NOTHING else "m.figure", FieldType.DECIMAL),
    )
    for name, expression in CAMPAIGN_STATISTICS.items()
}


def _field(name: str, hint: object) -> Field:
    words = [get_args(part) for part in get_args(hint) if get_origin(part) is Literal]
    usual = FieldType.CODE if name.endswith(("_code", "campaign_no")) else FieldType.TEXT
    kind = Enumeration(words[0]) if words else _TYPES.get(hint, usual)
    text: Any = f"value ->> '{name}' COLLATE \"C\""
    return Field(_CASTS[kind].format(text) if kind in _CASTS else f"({text})", kind)


# What is finished later came from no segment, and those entries an index leads to.
_POSTPONED: LiteralString = "SELECT 1 FROM interaction_log_entry WHERE segment_no IS NULL AND postponed AND "
USES: Mapping[str, tuple[tuple[str, LiteralString], ...]] = {
    "mailing-group": (("contacts", "SELECT 1 FROM contact_mailing_group WHERE code = %(code)s"),),
    "industry-group": (("contacts", "SELECT 1 FROM contact_industry_group WHERE code = %(code)s"),),
    "business-relation": (("contacts", "SELECT 1 FROM contact_business_relation WHERE code = %(code)s"),),
    "job-responsibility": (("contacts", "SELECT 1 FROM contact_job_responsibility WHERE code = %(code)s"),),
    "organizational-level": (
        ("contacts", "SELECT 1 FROM contact WHERE organizational_level_code = %(code)s"),
    ),
    "territory": (("contacts", "SELECT 1 FROM contact WHERE territory_code = %(code)s"),),
    "salutation": (("contacts", "SELECT 1 FROM contact WHERE salutation_code = %(code)s"),),
    "profile-questionnaire": (
        ("contacts", "SELECT 1 FROM contact_profile_answer WHERE questionnaire_code = %(code)s"),
    ),
    "salesperson": (
        ("contacts", "SELECT 1 FROM contact WHERE salesperson_code = %(code)s"),
        ("open segments", "SELECT 1 FROM segment WHERE salesperson_code = %(code)s"),
        ("campaigns", "SELECT 1 FROM campaign WHERE salesperson_code = %(code)s"),
        ("tasks to be done", "SELECT 1 FROM task WHERE salesperson_code = %(code)s AND NOT closed"),
        ("postponed interactions", _POSTPONED + "salesperson_code = %(code)s"),
        (
            "the set-up",
            "SELECT 1 FROM record WHERE kind = 'setup' AND value ->> 'default_salesperson_code' = %(code)s",
        ),
    ),
    "interaction-group": (
        (
            "interaction templates",
            "SELECT 1 FROM interaction_template WHERE interaction_group_code = %(code)s",
        ),
        ("open segments", "SELECT 1 FROM segment WHERE interaction_group_code = %(code)s"),
    ),
    "interaction-template": (
        ("open segments", "SELECT 1 FROM segment WHERE interaction_template_code = %(code)s"),
        ("tasks to be done", "SELECT 1 FROM task WHERE interaction_template_code = %(code)s AND NOT closed"),
        ("postponed interactions", _POSTPONED + "interaction_template_code = %(code)s"),
        (
            "the set-up",
            "SELECT 1 FROM record r, jsonb_each_text(r.value) AS v"
            " WHERE r.kind = 'interaction-template-setup' AND v.value = %(code)s",
        ),
    ),
    "campaign-status": (("campaigns", "SELECT 1 FROM campaign WHERE status_code = %(code)s"),),
    "campaign": (
        ("open segments", "SELECT 1 FROM segment WHERE campaign_no = %(code)s"),
        ("interaction templates", "SELECT 1 FROM interaction_template WHERE campaign_no = %(code)s"),
        ("campaign entries", "SELECT 1 FROM campaign_entry WHERE campaign_no = %(code)s"),
        ("tasks", "SELECT 1 FROM task WHERE campaign_no = %(code)s"),
        ("postponed interactions", _POSTPONED + "campaign_no = %(code)s"),
    ),
}


def how_many(cursor: Cursor[DictRow]) -> dict[str, int]:
    """How many records there are of each kind that has any."""
    cursor.execute("SELECT kind, count(*) AS n FROM record GROUP BY kind")
    return {row["kind"]: row["n"] for row in cursor}


def used_by(cursor: Cursor[DictRow], kind: str, code: str) -> str | None:
    """Who still refers to a code, in a word; None when nobody does."""
    for user, statement in USES.get(kind, ()):
        if cursor.execute(sql.SQL("{} LIMIT 1").format(sql.SQL(statement)), {"code": code}).fetchone():
            return user
    return None
