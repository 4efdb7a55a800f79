-- Everything that is known by code: code tables, salespeople, templates, campaigns, saved criteria, set-up.

CREATE TABLE record (
    kind text COLLATE "C" NOT NULL,
    code text COLLATE "C" NOT NULL,
    version bigint NOT NULL,
    value jsonb NOT NULL,
    PRIMARY KEY (kind, code)
);

CREATE VIEW code_entry AS
    SELECT kind, code, version, value ->> 'description' COLLATE "C" AS description FROM record;

CREATE VIEW salesperson AS
    SELECT code, version, value ->> 'name' COLLATE "C" AS name, value ->> 'job_title' COLLATE "C" AS job_title,
        value ->> 'phone_no' COLLATE "C" AS phone_no, value ->> 'email' COLLATE "C" AS email,
        coalesce((value ->> 'blocked')::boolean, false) AS blocked, value ->> 'user_id' COLLATE "C" AS user_id
    FROM record WHERE kind = 'salesperson';

CREATE VIEW interaction_template AS
    SELECT code, version, value ->> 'description' COLLATE "C" AS description,
        value ->> 'interaction_group_code' COLLATE "C" AS interaction_group_code,
        coalesce((value ->> 'unit_cost')::numeric, 0) AS unit_cost,
        coalesce((value ->> 'unit_duration_minutes')::integer, 0) AS unit_duration_minutes,
        value ->> 'information_flow' COLLATE "C" AS information_flow,
        value ->> 'initiated_by' COLLATE "C" AS initiated_by,
        value ->> 'campaign_no' COLLATE "C" AS campaign_no,
        coalesce((value ->> 'campaign_target')::boolean, false) AS campaign_target,
        coalesce((value ->> 'campaign_response')::boolean, false) AS campaign_response,
        value ->> 'correspondence_type' COLLATE "C" AS correspondence_type,
        coalesce((value ->> 'ignore_contact_correspondence_type')::boolean, false)
            AS ignore_contact_correspondence_type,
        value ->> 'language_code' COLLATE "C" AS language_code
    FROM record WHERE kind = 'interaction-template';

CREATE VIEW campaign AS
    SELECT code AS no, version, value ->> 'description' COLLATE "C" AS description,
        (value ->> 'starting_date')::date AS starting_date, (value ->> 'ending_date')::date AS ending_date,
        value ->> 'salesperson_code' COLLATE "C" AS salesperson_code,
        value ->> 'status_code' COLLATE "C" AS status_code,
        coalesce((value ->> 'activated')::boolean, false) AS activated
    FROM record WHERE kind = 'campaign';

CREATE VIEW saved_segment_criteria AS
    SELECT code, version, value ->> 'description' COLLATE "C" AS description,
        value ->> 'user_id' COLLATE "C" AS user_id, jsonb_array_length(value -> 'actions') AS number_of_actions
    FROM record WHERE kind = 'saved-segment-criteria';
