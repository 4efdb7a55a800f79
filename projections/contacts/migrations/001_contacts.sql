-- Contacts as they are, and the interactions with them. One read model, so that every interaction log entry
-- takes the values that its contact had when the segment was logged, however often the tables are rebuilt.

-- Who is excluded or blocked is looked at for each contact that meets criteria. Behind thirty texts, that was a
-- fifth of the time; so the columns of fixed length come first. And criteria on what belongs to contacts, such as
-- mailing groups, need no row of this table when the key brings along what they ask.
CREATE TABLE contact (
    key integer NOT NULL,
    exclude_from_segment boolean NOT NULL,
    privacy_blocked boolean NOT NULL,
    has_alternative_address boolean NOT NULL,
    version bigint NOT NULL,
    company_key integer,
    no text COLLATE "C" NOT NULL UNIQUE,
    type text COLLATE "C" NOT NULL,
    name text COLLATE "C",
    name_2 text COLLATE "C",
    first_name text COLLATE "C",
    middle_name text COLLATE "C",
    surname text COLLATE "C",
    initials text COLLATE "C",
    job_title text COLLATE "C",
    company_no text COLLATE "C",
    company_name text COLLATE "C",
    salesperson_code text COLLATE "C",
    language_code text COLLATE "C",
    territory_code text COLLATE "C",
    currency_code text COLLATE "C",
    country_code text COLLATE "C",
    address text COLLATE "C",
    address_2 text COLLATE "C",
    post_code text COLLATE "C",
    city text COLLATE "C",
    county text COLLATE "C",
    phone_no text COLLATE "C",
    mobile_phone_no text COLLATE "C",
    fax_no text COLLATE "C",
    email text COLLATE "C",
    email_2 text COLLATE "C",
    home_page text COLLATE "C",
    correspondence_type text COLLATE "C",
    salutation_code text COLLATE "C",
    organizational_level_code text COLLATE "C",
    external_id text COLLATE "C",
    PRIMARY KEY (key) INCLUDE (company_key, exclude_from_segment, privacy_blocked)
);
CREATE INDEX contact_company ON contact (company_key);
CREATE INDEX contact_salesperson ON contact (salesperson_code);

CREATE TABLE contact_mailing_group (
    contact_key integer NOT NULL,
    code text COLLATE "C" NOT NULL,
    PRIMARY KEY (contact_key, code)
);
CREATE INDEX contact_mailing_group_code ON contact_mailing_group (code, contact_key);

CREATE TABLE contact_industry_group (
    contact_key integer NOT NULL,
    code text COLLATE "C" NOT NULL,
    PRIMARY KEY (contact_key, code)
);
CREATE INDEX contact_industry_group_code ON contact_industry_group (code, contact_key);

CREATE TABLE contact_job_responsibility (
    contact_key integer NOT NULL,
    code text COLLATE "C" NOT NULL,
    PRIMARY KEY (contact_key, code)
);
CREATE INDEX contact_job_responsibility_code ON contact_job_responsibility (code, contact_key);

CREATE TABLE contact_business_relation (
    contact_key integer NOT NULL,
    code text COLLATE "C" NOT NULL,
    link_to_table text COLLATE "C",
    no text COLLATE "C"
);
CREATE INDEX contact_business_relation_contact ON contact_business_relation (contact_key);
CREATE INDEX contact_business_relation_code ON contact_business_relation (code, contact_key);
CREATE INDEX contact_business_relation_no ON contact_business_relation (no);

CREATE TABLE contact_profile_answer (
    contact_key integer NOT NULL,
    questionnaire_code text COLLATE "C" NOT NULL,
    line_no integer NOT NULL,
    PRIMARY KEY (contact_key, questionnaire_code, line_no)
);
CREATE INDEX contact_profile_answer_code ON contact_profile_answer (questionnaire_code, line_no, contact_key);

CREATE TABLE contact_alternative_address (
    contact_key integer NOT NULL,
    code text COLLATE "C" NOT NULL,
    company_name text COLLATE "C",
    address text COLLATE "C",
    address_2 text COLLATE "C",
    post_code text COLLATE "C",
    city text COLLATE "C",
    county text COLLATE "C",
    country_code text COLLATE "C",
    phone_no text COLLATE "C",
    mobile_phone_no text COLLATE "C",
    fax_no text COLLATE "C",
    email text COLLATE "C",
    home_page text COLLATE "C",
    PRIMARY KEY (contact_key, code)
);

CREATE TABLE contact_alternative_address_range (
    contact_key integer NOT NULL,
    starting_date date NOT NULL,
    ending_date date,
    code text COLLATE "C" NOT NULL,
    PRIMARY KEY (contact_key, starting_date)
);

-- What was sold to customers and bought from vendors; business relations lead to them.
CREATE TABLE value_entry (
    entry_no bigint PRIMARY KEY,
    identity bytea NOT NULL UNIQUE,
    position bigint NOT NULL,
    source_type text COLLATE "C" NOT NULL,
    source_no text COLLATE "C" NOT NULL,
    item_no text COLLATE "C",
    variant_code text COLLATE "C",
    posting_date date,
    inventory_posting_group text COLLATE "C",
    contact_no text COLLATE "C"
);
CREATE INDEX value_entry_source ON value_entry (source_no, source_type);
CREATE INDEX value_entry_item ON value_entry (item_no);
CREATE INDEX value_entry_posting_date ON value_entry (posting_date);

CREATE TABLE logged_segment (
    entry_no bigint PRIMARY KEY,
    segment_no text COLLATE "C" NOT NULL UNIQUE,
    description text COLLATE "C" NOT NULL,
    creation_date date NOT NULL,
    user_id text COLLATE "C" NOT NULL,
    canceled boolean NOT NULL DEFAULT false,
    first_interaction_no bigint NOT NULL,
    number_of_interactions bigint NOT NULL,
    -- Those that are canceled while the logged segment is not, or the other way round (domain A7).
    uncounted_interactions bigint NOT NULL DEFAULT 0,
    number_of_campaign_entries integer NOT NULL,
    interactions_visible bigint NOT NULL DEFAULT 0,
    follow_up_segment_no text COLLATE "C",
    delivery_paused boolean NOT NULL DEFAULT false
);

CREATE TABLE campaign_entry (
    entry_no bigint PRIMARY KEY,
    campaign_no text COLLATE "C" NOT NULL,
    segment_no text COLLATE "C",
    description text COLLATE "C",
    date date NOT NULL,
    salesperson_code text COLLATE "C",
    user_id text COLLATE "C" NOT NULL,
    canceled boolean NOT NULL DEFAULT false,
    canceled_with_segment boolean NOT NULL DEFAULT false,
    logged_segment_entry_no bigint,
    document_type text COLLATE "C"
);
CREATE INDEX campaign_entry_campaign ON campaign_entry (campaign_no);

-- Partitions are made as the numbers reach them; old ones can be moved or dropped.
CREATE TABLE recorded_interaction (
    entry_no bigint NOT NULL,
    contact_no text COLLATE "C",
    contact_company_no text COLLATE "C",
    date date,
    time_of_interaction time,
    description text COLLATE "C",
    information_flow text COLLATE "C",
    initiated_by text COLLATE "C",
    cost numeric NOT NULL,
    duration_minutes integer NOT NULL,
    user_id text COLLATE "C" NOT NULL,
    interaction_group_code text COLLATE "C",
    interaction_template_code text COLLATE "C",
    interaction_language_code text COLLATE "C",
    subject text COLLATE "C",
    campaign_no text COLLATE "C",
    campaign_entry_no bigint,
    campaign_response boolean NOT NULL,
    campaign_target boolean NOT NULL,
    segment_no text COLLATE "C",
    logged_segment_entry_no bigint,
    evaluation text COLLATE "C",
    attempt_failed boolean NOT NULL,
    salesperson_code text COLLATE "C",
    correspondence_type text COLLATE "C",
    contact_alternative_address_code text COLLATE "C",
    contact_via text COLLATE "C",
    send_word_documents_as_attachment boolean NOT NULL,
    remarks text COLLATE "C",
    document text COLLATE "C",
    document_sha256 text COLLATE "C",
    delivery_status text COLLATE "C",
    delivery_error text COLLATE "C",
    delivery_detail text COLLATE "C",
    letter_sha256 text COLLATE "C",
    resend_no bigint,
    document_type text COLLATE "C",
    document_no text COLLATE "C",
    version_no bigint,
    document_no_occurrence bigint,
    opportunity_no text COLLATE "C",
    task_no bigint,
    postponed boolean NOT NULL,
    PRIMARY KEY (entry_no)
) PARTITION BY RANGE (entry_no);
CREATE INDEX recorded_interaction_contact ON recorded_interaction (contact_no, entry_no);
CREATE INDEX recorded_interaction_company ON recorded_interaction (contact_company_no, entry_no);
CREATE INDEX recorded_interaction_segment ON recorded_interaction (segment_no, entry_no);
CREATE INDEX recorded_interaction_logged_segment ON recorded_interaction (logged_segment_entry_no, entry_no);
CREATE INDEX recorded_interaction_campaign ON recorded_interaction (campaign_no, entry_no)
    WHERE campaign_no IS NOT NULL;
CREATE INDEX recorded_interaction_delivery
    ON recorded_interaction (logged_segment_entry_no, delivery_status) WHERE delivery_status IS NOT NULL;
CREATE INDEX recorded_interaction_document ON recorded_interaction (document_no, entry_no)
    WHERE document_no IS NOT NULL;
CREATE INDEX recorded_interaction_resend ON recorded_interaction (resend_no) WHERE resend_no IS NOT NULL;
CREATE INDEX recorded_interaction_date ON recorded_interaction (date, entry_no);

-- Which entries are canceled: 8,192 numbers a page, a bit for each; a page without any has no row. Canceling a
-- million entries changes some hundred rows here, and none of theirs.
CREATE TABLE canceled_page (
    page bigint PRIMARY KEY,
    bits bytea NOT NULL
);

-- The entries as everybody reads them; this alone says which are canceled. Where nobody asks for it, PostgreSQL
-- leaves the pages out. Only what writes entries names the table.
CREATE VIEW interaction_log_entry AS
    SELECT e.entry_no, e.contact_no, e.contact_company_no, e.date, e.time_of_interaction, e.description,
        e.information_flow, e.initiated_by, e.cost, e.duration_minutes, e.user_id, e.interaction_group_code,
        e.interaction_template_code, e.interaction_language_code, e.subject, e.campaign_no, e.campaign_entry_no,
        e.campaign_response, e.campaign_target, e.segment_no, e.logged_segment_entry_no, e.evaluation,
        e.attempt_failed, e.salesperson_code, e.correspondence_type, e.contact_alternative_address_code,
        e.contact_via, e.send_word_documents_as_attachment, e.remarks, e.document, e.document_sha256,
        e.delivery_status, e.delivery_error, e.delivery_detail, e.letter_sha256, e.resend_no, e.document_type,
        e.document_no, e.version_no, e.document_no_occurrence, e.opportunity_no, e.task_no,
        (get_bit(p.bits, e.entry_no & 8191) = 1) IS TRUE AS canceled, e.postponed
    FROM recorded_interaction e LEFT JOIN canceled_page p ON p.page = e.entry_no >> 13;

-- Documents that entries name; their bytes are contents of the event log.
CREATE TABLE interaction_document (
    sha256 text COLLATE "C" PRIMARY KEY,
    file_name text COLLATE "C",
    content_type text COLLATE "C" NOT NULL,
    size bigint NOT NULL
);

-- Entries that were logged again, which have a stream of events of their own (resend_no is its first entry).
CREATE TABLE resend (
    first_no bigint PRIMARY KEY,
    segment_no text COLLATE "C" NOT NULL,
    logged_segment_entry_no bigint NOT NULL
);
CREATE INDEX resend_segment ON resend (segment_no);

CREATE TABLE interaction_comment (
    entry_no bigint NOT NULL,
    line_no integer NOT NULL,
    date date NOT NULL,
    comment text COLLATE "C" NOT NULL,
    user_id text COLLATE "C" NOT NULL,
    PRIMARY KEY (entry_no, line_no)
);

-- The segment is the one that a task was made for; whether the contact is still on it, only the segment knows.
CREATE TABLE task (
    no bigint PRIMARY KEY,
    first_no bigint NOT NULL,
    version bigint NOT NULL,
    segment_no text COLLATE "C",
    contact_key integer,
    description text COLLATE "C",
    type text COLLATE "C",
    date date,
    status text COLLATE "C" NOT NULL,
    priority text COLLATE "C" NOT NULL,
    closed boolean NOT NULL,
    date_closed date,
    salesperson_code text COLLATE "C",
    campaign_no text COLLATE "C",
    interaction_template_code text COLLATE "C",
    subject text COLLATE "C",
    unit_cost numeric NOT NULL,
    unit_duration_minutes integer NOT NULL,
    user_id text COLLATE "C" NOT NULL
);
CREATE INDEX task_contact ON task (contact_key);
CREATE INDEX task_salesperson ON task (salesperson_code);
CREATE INDEX task_campaign ON task (campaign_no) WHERE campaign_no IS NOT NULL;

CREATE TABLE task_run (
    first_no bigint PRIMARY KEY,
    segment_no text COLLATE "C" NOT NULL
);
CREATE INDEX task_run_segment ON task_run (segment_no);
