-- Contacts and what was done with them, for reports. A column is never taken away or given another meaning;
-- new ones come at the end.

CREATE OR REPLACE VIEW {reporting}.contact AS
    SELECT no, type, name, name_2, first_name, middle_name, surname, initials, job_title, company_no, company_name,
        salesperson_code, language_code, territory_code, currency_code, country_code, address, address_2,
        post_code, city, county, phone_no, mobile_phone_no, fax_no, email, email_2, home_page,
        correspondence_type, salutation_code, organizational_level_code, exclude_from_segment, privacy_blocked,
        external_id, version
    FROM contact;
COMMENT ON VIEW {reporting}.contact IS 'Contacts, as they are now.';

CREATE OR REPLACE VIEW {reporting}.contact_mailing_group AS
    SELECT contact.no AS contact_no, member.code
    FROM contact_mailing_group AS member JOIN contact ON contact.key = member.contact_key;
COMMENT ON VIEW {reporting}.contact_mailing_group IS 'The mailing groups that contacts are in.';

CREATE OR REPLACE VIEW {reporting}.contact_industry_group AS
    SELECT contact.no AS contact_no, member.code
    FROM contact_industry_group AS member JOIN contact ON contact.key = member.contact_key;
COMMENT ON VIEW {reporting}.contact_industry_group IS 'The industry groups that companies are in.';

CREATE OR REPLACE VIEW {reporting}.contact_job_responsibility AS
    SELECT contact.no AS contact_no, member.code
    FROM contact_job_responsibility AS member JOIN contact ON contact.key = member.contact_key;
COMMENT ON VIEW {reporting}.contact_job_responsibility IS 'What persons are responsible for.';

CREATE OR REPLACE VIEW {reporting}.contact_business_relation AS
    SELECT contact.no AS contact_no, member.code, member.link_to_table, member.no
    FROM contact_business_relation AS member JOIN contact ON contact.key = member.contact_key;
COMMENT ON VIEW {reporting}.contact_business_relation IS
    'What companies are to us, and their number as a customer or vendor.';

CREATE OR REPLACE VIEW {reporting}.contact_profile_answer AS
    SELECT contact.no AS contact_no, member.questionnaire_code, member.line_no
    FROM contact_profile_answer AS member JOIN contact ON contact.key = member.contact_key;
COMMENT ON VIEW {reporting}.contact_profile_answer IS 'The answers of profile questionnaires that contacts have.';

CREATE OR REPLACE VIEW {reporting}.interaction AS
    SELECT entry.entry_no, entry.contact_no, contact.name AS contact_name, entry.contact_company_no,
        company.name AS contact_company_name, entry.date, entry.time_of_interaction, entry.description,
        entry.information_flow, entry.initiated_by, entry.cost, entry.duration_minutes, entry.user_id,
        entry.interaction_group_code, entry.interaction_template_code, entry.interaction_language_code,
        entry.subject, entry.campaign_no, entry.campaign_entry_no, entry.campaign_response,
        entry.campaign_target, entry.segment_no, entry.logged_segment_entry_no, entry.evaluation,
        entry.attempt_failed, entry.salesperson_code, entry.correspondence_type, entry.contact_via,
        entry.delivery_status, entry.document_type, entry.document_no, entry.opportunity_no, entry.task_no,
        entry.canceled, entry.postponed
    FROM interaction_log_entry AS entry
    LEFT JOIN contact ON contact.no = entry.contact_no
    LEFT JOIN contact AS company ON company.no = entry.contact_company_no;
COMMENT ON VIEW {reporting}.interaction IS
    'Interaction log entries, canceled and postponed ones too, with the names that their contacts have now.';

CREATE OR REPLACE VIEW {reporting}.interaction_comment AS
    SELECT entry_no, line_no, date, comment, user_id FROM interaction_comment;
COMMENT ON VIEW {reporting}.interaction_comment IS 'Comments on interaction log entries.';

CREATE OR REPLACE VIEW {reporting}.logged_segment AS
    SELECT entry_no, segment_no, description, creation_date, user_id, canceled, number_of_interactions,
        number_of_campaign_entries, interactions_visible, follow_up_segment_no
    FROM logged_segment;
COMMENT ON VIEW {reporting}.logged_segment IS
    'Segments that were logged; interactions_visible says how many of its interactions can be read so far.';

CREATE OR REPLACE VIEW {reporting}.campaign_entry AS
    SELECT entry_no, campaign_no, segment_no, description, date, salesperson_code, user_id, canceled,
        logged_segment_entry_no, document_type
    FROM campaign_entry;
COMMENT ON VIEW {reporting}.campaign_entry IS 'What was done for campaigns.';

CREATE OR REPLACE VIEW {reporting}.task AS
    SELECT task.no, task.segment_no, contact.no AS contact_no, contact.name AS contact_name, task.description,
        task.type, task.date, task.status, task.priority, task.closed, task.date_closed, task.salesperson_code,
        task.campaign_no, task.interaction_template_code, task.subject, task.unit_cost,
        task.unit_duration_minutes, task.user_id
    FROM task LEFT JOIN contact ON contact.key = task.contact_key;
COMMENT ON VIEW {reporting}.task IS 'Tasks, open and closed.';

CREATE OR REPLACE VIEW {reporting}.value_entry AS
    SELECT entry_no, source_type, source_no, item_no, variant_code, posting_date, inventory_posting_group,
        contact_no
    FROM value_entry;
COMMENT ON VIEW {reporting}.value_entry IS 'What was sold to customers and bought from vendors.';

CREATE OR REPLACE VIEW {reporting}.contacts_as_of AS SELECT position, updated_at FROM tracking;
COMMENT ON VIEW {reporting}.contacts_as_of IS 'The event up to which contacts, interactions and tasks are there.';
