-- What waits to be sent: no row per letter, but one for each hundred, and one for each mail under way.

CREATE TABLE outbox_position (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    position bigint NOT NULL
);
INSERT INTO outbox_position (position) VALUES (0);

CREATE SEQUENCE outbox_worker AS integer CYCLE;

CREATE TABLE batch (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    stream text COLLATE "C" NOT NULL,
    held_by text COLLATE "C" NOT NULL,
    position bigint NOT NULL,
    channel text COLLATE "C" NOT NULL,
    numbers bigint[] NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    ready_at timestamptz NOT NULL DEFAULT now(),
    tries integer NOT NULL DEFAULT 0,
    said text,
    token uuid,
    worker integer,
    lease_until timestamptz
);
CREATE INDEX batch_ready ON batch (channel, ready_at, id);
CREATE INDEX batch_held_by ON batch (held_by);
COMMENT ON COLUMN batch.numbers IS 'The entries whose outcome is not recorded as an event yet.';
COMMENT ON COLUMN batch.said IS 'What kept it waiting the last time.';

-- A mail whose last byte is about to go, or has gone. A number that stands here is never sent again.
CREATE TABLE attempt (
    batch_id bigint NOT NULL REFERENCES batch ON DELETE CASCADE,
    number bigint NOT NULL,
    state text COLLATE "C" NOT NULL CHECK (state IN ('begun', 'sent', 'failed')),
    sha256 text COLLATE "C",
    reason text COLLATE "C",
    detail text,
    PRIMARY KEY (batch_id, number)
);

-- Streams of which nothing is sent for now.
CREATE TABLE held (
    stream text COLLATE "C" PRIMARY KEY
);

-- When the next mail may go to a mail server, for all workers together.
CREATE TABLE pace (
    server text PRIMARY KEY,
    next_at timestamptz NOT NULL
);

-- Signs the links in mails by which people opt out.
CREATE TABLE opt_out_secret (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    secret text NOT NULL
);
INSERT INTO opt_out_secret (secret) VALUES (gen_random_uuid()::text || gen_random_uuid()::text);
