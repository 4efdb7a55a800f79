-- Open segments: their headers and totals. Lines have no table, see docs/decisions.

CREATE TABLE segment (
    no text COLLATE "C" PRIMARY KEY,
    version bigint NOT NULL,
    description text COLLATE "C",
    campaign_no text COLLATE "C",
    salesperson_code text COLLATE "C",
    interaction_template_code text COLLATE "C",
    interaction_group_code text COLLATE "C",
    correspondence_type text COLLATE "C",
    ignore_contact_correspondence_type boolean NOT NULL,
    unit_cost numeric NOT NULL,
    unit_duration_minutes integer NOT NULL,
    date date,
    information_flow text COLLATE "C",
    initiated_by text COLLATE "C",
    campaign_target boolean NOT NULL,
    campaign_response boolean NOT NULL,
    language_code text COLLATE "C",
    subject text COLLATE "C",
    send_word_documents_as_attachment boolean NOT NULL,
    number_of_lines bigint NOT NULL,
    cost numeric NOT NULL,
    duration_minutes bigint NOT NULL,
    number_of_criteria_actions integer NOT NULL,
    documents jsonb NOT NULL
);
