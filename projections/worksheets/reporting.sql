-- Open segments, for reports. A column is never taken away or given another meaning; new ones come at the end.

CREATE OR REPLACE VIEW {reporting}.open_segment AS
    SELECT no, description, campaign_no, salesperson_code, interaction_template_code, interaction_group_code,
        correspondence_type, ignore_contact_correspondence_type, unit_cost, unit_duration_minutes, date,
        information_flow, initiated_by, campaign_target, campaign_response, language_code, subject,
        number_of_lines, cost, duration_minutes, number_of_criteria_actions, version
    FROM segment;
COMMENT ON VIEW {reporting}.open_segment IS 'Segments that are not logged yet, with their totals.';

CREATE OR REPLACE VIEW {reporting}.worksheets_as_of AS SELECT position, updated_at FROM tracking;
COMMENT ON VIEW {reporting}.worksheets_as_of IS 'The event up to which open segments are there.';
