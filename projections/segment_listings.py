"""What can be listed of segments and of what was logged: their fields, and where the rows come from."""

from __future__ import annotations

from typing import LiteralString, get_args

from domain.criteria import TABLES
from domain.field_type import Enumeration, FieldType
from domain.vocabulary import CorrespondenceType, DocumentType, Evaluation, InformationFlow, InitiatedBy
from projections.listing import Field, Listing, Members, fields
from projections.statistics import COUNTS

CODE, TEXT, INTEGER = FieldType.CODE, FieldType.TEXT, FieldType.INTEGER
DECIMAL, DATE, BOOLEAN = FieldType.DECIMAL, FieldType.DATE, FieldType.BOOLEAN
CORRESPONDENCE = Enumeration(get_args(CorrespondenceType))
DOCUMENT = Enumeration(("inherited", "unique"))

LOGGED_SEGMENTS = Listing(
    name="logged_segment",
    source="logged_segment",
    fields={
        **fields("entry_no number_of_interactions number_of_campaign_entries interactions_visible", INTEGER),
        **fields("segment_no follow_up_segment_no", CODE),
        **fields("description user_id", TEXT),
        **fields("creation_date", DATE),
        **fields("canceled delivery_paused", BOOLEAN),
    },
    key="entry_no",
    # Met by one of its entries: `error` finds what did not arrive somewhere.
    lists={
        "delivery": Members(
            "interaction_log_entry e ON e.logged_segment_entry_no = logged_segment.entry_no"
            " AND e.delivery_status IS NOT NULL",
            Field("e.delivery_status", TABLES["interaction_log_entry"]["delivery_status"]),
        )
    },
    # Entries that were never sent are in no index here, so this costs nothing for most segments.
    also=(
        ", (SELECT json_build_object("
        "'in_progress', count(*) FILTER (WHERE e.delivery_status = 'in_progress'),"
        " 'sent', count(*) FILTER (WHERE e.delivery_status = 'sent'),"
        " 'error', count(*) FILTER (WHERE e.delivery_status = 'error'))"
        " FROM interaction_log_entry e WHERE e.logged_segment_entry_no = logged_segment.entry_no"
        " AND e.delivery_status IS NOT NULL) AS delivery"
    ),
)

CAMPAIGN_ENTRIES = Listing(
    name="campaign_entry",
    source=(
        "campaign_entry k LEFT JOIN LATERAL (SELECT count(*) AS number_of_interactions,"
        " coalesce(sum(cost), 0) AS cost, coalesce(sum(duration_minutes), 0)::bigint AS duration_minutes"
        " FROM interaction_log_entry e WHERE e.campaign_no = k.campaign_no"
        " AND e.campaign_entry_no = k.entry_no AND " + COUNTS + ") s ON true"
    ),
    fields={
        **fields("entry_no logged_segment_entry_no", INTEGER, "k."),
        **fields("campaign_no segment_no salesperson_code", CODE, "k."),
        **fields("description user_id", TEXT, "k."),
        **fields("date", DATE, "k."),
        **fields("canceled", BOOLEAN, "k."),
        "document_type": Field("k.document_type", Enumeration(get_args(DocumentType))),
        **fields("number_of_interactions duration_minutes", INTEGER, "s."),
        **fields("cost", DECIMAL, "s."),
    },
    key="entry_no",
)

# The title of an entry (domain A8); `domain.interaction.entry_title` is the same in Python.
TITLE: LiteralString = (
    "nullif(concat_ws(' - ', nullif(t.value ->> 'description', ''), CASE e.information_flow"
    " WHEN 'outbound' THEN 'by ' || coalesce(s.value ->> 'name', e.user_id)"
    " WHEN 'inbound' THEN 'from ' || nullif(c.name, '') END), '') COLLATE \"C\""
)

INTERACTION_LOG_ENTRIES = Listing(
    name="interaction_log_entry",
    source="interaction_log_entry e",
    names=(
        " LEFT JOIN contact c ON c.no = e.contact_no"
        " LEFT JOIN contact k ON k.no = e.contact_company_no"
        " LEFT JOIN record t ON t.kind = 'interaction-template' AND t.code = e.interaction_template_code"
        " LEFT JOIN record s ON s.kind = 'salesperson' AND s.code = e.salesperson_code"
    ),
    fields={
        **{name: Field(f"e.{name}", kind) for name, kind in TABLES["interaction_log_entry"].items()},
        "contact_name": Field("c.name", TEXT),
        "contact_company_name": Field("k.name", TEXT),
        "title": Field(TITLE, TEXT),
        **fields("delivery_error delivery_detail", TEXT, "e."),
    },
    key="entry_no",
    implied={"postponed": "NOT e.postponed"},
    lists={"comments": Members("interaction_comment m ON m.entry_no = e.entry_no", Field("m.comment", TEXT))},
    also=(
        ", (SELECT coalesce(json_agg(json_build_object('line_no', m.line_no, 'date', m.date,"
        " 'comment', m.comment, 'user_id', m.user_id) ORDER BY m.line_no), '[]')"
        " FROM interaction_comment m WHERE m.entry_no = e.entry_no) AS comments"
    ),
)

SEGMENTS = Listing(
    name="segment",
    source="segment",
    fields={
        **fields("no campaign_no salesperson_code interaction_template_code", CODE),
        **fields("interaction_group_code language_code", CODE),
        **fields("description subject", TEXT),
        **fields("correspondence_type", CORRESPONDENCE),
        **fields("information_flow", Enumeration(get_args(InformationFlow))),
        **fields("initiated_by", Enumeration(get_args(InitiatedBy))),
        **fields("unit_cost cost", DECIMAL),
        **fields("unit_duration_minutes number_of_lines duration_minutes", INTEGER),
        **fields("number_of_criteria_actions version", INTEGER),
        **fields("date", DATE),
        **fields("ignore_contact_correspondence_type campaign_target campaign_response", BOOLEAN),
        **fields("send_word_documents_as_attachment", BOOLEAN),
    },
    key="no",
    also=", documents",
)

SEGMENT_LINES = Listing(
    name="line",
    source="line",
    fields={
        **fields("line_no duration_minutes", INTEGER),
        **fields("contact_no contact_company_no interaction_template_code interaction_group_code", CODE),
        **fields("language_code salesperson_code campaign_no contact_alternative_address_code", CODE),
        **fields("contact_name contact_company_name contact_email description subject", TEXT),
        **fields("contact_via remarks", TEXT),
        **fields("correspondence_type", CORRESPONDENCE),
        **fields("information_flow", Enumeration(get_args(InformationFlow))),
        **fields("initiated_by", Enumeration(get_args(InitiatedBy))),
        **fields("evaluation", Enumeration(get_args(Evaluation))),
        **fields("cost", DECIMAL),
        **fields("date", DATE),
        **fields("time_of_interaction", FieldType.TIME),
        **fields("campaign_target campaign_response attempt_failed", BOOLEAN),
        **fields("send_word_documents_as_attachment", BOOLEAN),
        **fields("contact_type contact_any_name", TEXT),
        "document": Field("document", DOCUMENT),
    },
    key="line_no",
    # Company by company, the company before its people (domain B5, step 6).
    orders={"company": ("contact_company_name", "contact_company_no", "contact_type", "contact_any_name")},
    hidden=frozenset({"contact_type", "contact_any_name"}),
)
