-- Several saves in one call: each is taken or refused as a whole, and a refused one does not hinder the others.
-- The position of the last event of each save; null where somebody else has one of its versions already.
CREATE FUNCTION append_saves(streams text[], versions bigint[], topics text[], states bytea[], sizes integer[])
RETURNS bigint[] LANGUAGE plpgsql AS $$
DECLARE
    head record;
    size integer;
    taken boolean;
    first integer := 1;
    lasts bigint[] := '{}';
BEGIN
    -- As in append_events; and while this row is locked, nobody can add what was not found to be there.
    SELECT h.position, h.chain INTO head FROM log_head h FOR UPDATE;
    FOREACH size IN ARRAY sizes LOOP
        taken := true;
        FOR i IN first .. first + size - 1 LOOP
            PERFORM FROM log_events e WHERE e.originator_id = streams[i] AND e.originator_version = versions[i];
            IF FOUND THEN
                taken := false;
                EXIT;
            END IF;
        END LOOP;
        IF taken THEN
            FOR i IN first .. first + size - 1 LOOP
                head.position := head.position + 1;
                head.chain := sha256('\x01'::bytea || head.chain
                    || event_digest(head.position, streams[i], versions[i], topics[i], states[i]));
                INSERT INTO log_events (originator_id, originator_version, topic, state, notification_id, chain)
                    VALUES (streams[i], versions[i], topics[i], states[i], head.position, head.chain);
            END LOOP;
        END IF;
        lasts := lasts || CASE WHEN taken THEN head.position END;
        first := first + size;
    END LOOP;
    UPDATE log_head SET position = head.position, chain = head.chain;
    PERFORM pg_notify('log_events', head.position::text);
    RETURN lasts;
END $$;
