-- A save may rely on other streams than those that it appends to: that they have not gone on since it was decided.
-- It says so with the version that must not be there yet, under a topic that no event has.

CREATE OR REPLACE FUNCTION append_events(streams text[], versions bigint[], topics text[], states bytea[])
RETURNS bigint[] LANGUAGE plpgsql AS $$
DECLARE
    head record;
    positions bigint[] := '{}';
BEGIN
    -- The lock on this row makes commit order position order: no reader passes an event that commits late.
    SELECT h.position, h.chain INTO head FROM log_head h FOR UPDATE;
    FOR i IN 1 .. cardinality(streams) LOOP
        IF topics[i] = '' THEN
            PERFORM FROM log_events e WHERE e.originator_id = streams[i] AND e.originator_version = versions[i];
            IF FOUND THEN
                RAISE unique_violation USING MESSAGE = format('%s has gone on (log_events_pkey)', streams[i]);
            END IF;
            CONTINUE;
        END IF;
        head.position := head.position + 1;
        head.chain := sha256('\x01'::bytea || head.chain
            || event_digest(head.position, streams[i], versions[i], topics[i], states[i]));
        INSERT INTO log_events (originator_id, originator_version, topic, state, notification_id, chain)
            VALUES (streams[i], versions[i], topics[i], states[i], head.position, head.chain);
        positions := positions || head.position;
    END LOOP;
    UPDATE log_head SET position = head.position, chain = head.chain;
    PERFORM pg_notify('log_events', head.position::text);
    RETURN positions;
END $$;

CREATE OR REPLACE FUNCTION append_saves(
    streams text[], versions bigint[], topics text[], states bytea[], sizes integer[]
)
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
                CONTINUE WHEN topics[i] = '';
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
