-- What is known by a code, for reports. A column is never taken away or given another meaning; new ones come
-- at the end.

CREATE OR REPLACE VIEW {reporting}.code AS SELECT kind, code, description FROM code_entry;
COMMENT ON VIEW {reporting}.code IS
    'Everything that has a code, with its description; kind says which table, such as mailing-group.';

CREATE OR REPLACE VIEW {reporting}.salesperson AS
    SELECT code, name, job_title, phone_no, email, blocked, user_id FROM salesperson;
COMMENT ON VIEW {reporting}.salesperson IS 'Salespeople.';

CREATE OR REPLACE VIEW {reporting}.interaction_template AS
    SELECT code, description, interaction_group_code, unit_cost, unit_duration_minutes, information_flow,
        initiated_by, campaign_no, campaign_target, campaign_response, correspondence_type,
        ignore_contact_correspondence_type, language_code
    FROM interaction_template;
COMMENT ON VIEW {reporting}.interaction_template IS 'Interaction templates.';

CREATE OR REPLACE VIEW {reporting}.campaign AS
    SELECT no, description, starting_date, ending_date, salesperson_code, status_code, activated FROM campaign;
COMMENT ON VIEW {reporting}.campaign IS 'Campaigns; what was done for them is in campaign_entry and interaction.';

CREATE OR REPLACE VIEW {reporting}.setup_as_of AS SELECT position, updated_at FROM tracking;
COMMENT ON VIEW {reporting}.setup_as_of IS 'The event up to which codes, templates and campaigns are there.';
