-- The event log: append-only, positions without gaps, each event chained to the one before.

CREATE TABLE log_events (
    originator_id text COLLATE "C" NOT NULL,
    originator_version bigint NOT NULL,
    topic text COLLATE "C" NOT NULL,
    state bytea NOT NULL,
    notification_id bigint NOT NULL,
    chain bytea NOT NULL,
    PRIMARY KEY (originator_id, originator_version)
) WITH (autovacuum_vacuum_threshold = 100000000, autovacuum_analyze_scale_factor = 0.02);

CREATE UNIQUE INDEX log_events_position ON log_events (notification_id);

COMMENT ON TABLE log_events IS
    'Every event, once. originator_id is the stream, notification_id the position. See event_log to read it.';

CREATE TABLE log_head (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    position bigint NOT NULL,
    chain bytea NOT NULL
);
INSERT INTO log_head (position, chain) VALUES (0, sha256(''));

-- What is hashed of one event; the lengths keep one value from running into the next.
CREATE FUNCTION event_digest("position" bigint, stream text, version bigint, topic text, state bytea)
RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT sha256('\x00'::bytea || int8send("position")
        || int4send(octet_length(convert_to(stream, 'UTF8'))) || convert_to(stream, 'UTF8') || int8send(version)
        || int4send(octet_length(convert_to(topic, 'UTF8'))) || convert_to(topic, 'UTF8') || state)
$$;

CREATE FUNCTION append_events(streams text[], versions bigint[], topics text[], states bytea[])
RETURNS bigint[] LANGUAGE plpgsql AS $$
DECLARE
    head record;
    positions bigint[] := '{}';
BEGIN
    -- The lock on this row makes commit order position order: no reader passes an event that commits late.
    SELECT h.position, h.chain INTO head FROM log_head h FOR UPDATE;
    FOR i IN 1 .. cardinality(streams) LOOP
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

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'events are never changed or removed' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON log_events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Contents that events name by digest: parts of contact sets. They do not compress, so PostgreSQL need not try.
CREATE TABLE content (
    sha256 bytea PRIMARY KEY,
    data bytea NOT NULL
);
ALTER TABLE content ALTER COLUMN data SET STORAGE EXTERNAL;

-- The last number that was given out of each series.
CREATE TABLE counter (
    name text PRIMARY KEY,
    value bigint NOT NULL
);

-- Requests that must not be carried out twice, and what was answered the first time.
CREATE TABLE idempotency_key (
    user_id text NOT NULL,
    key text NOT NULL,
    request_sha256 bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    status integer,
    headers jsonb,
    body bytea,
    PRIMARY KEY (user_id, key)
);
CREATE INDEX idempotency_key_age ON idempotency_key (created_at);

-- The log as people read it.
CREATE VIEW event_log AS
    SELECT notification_id AS position, originator_id AS stream, originator_version AS version, topic AS type,
        e.event ->> 'at' AS at, e.event ->> 'user_id' AS user_id, e.event -> 'data' AS data
    FROM log_events CROSS JOIN LATERAL (SELECT convert_from(state, 'UTF8')::jsonb AS event) e;
