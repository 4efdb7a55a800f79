-- How letters and mails came out, counted since this table is there: 'sent', or the reason why not.
CREATE TABLE outcome (
    channel text COLLATE "C" NOT NULL,
    outcome text COLLATE "C" NOT NULL,
    count bigint NOT NULL,
    PRIMARY KEY (channel, outcome)
);

-- When a batch was last tried to no avail: the latest reason is the one to show.
ALTER TABLE batch ADD COLUMN said_at timestamptz;
